"""docs/roads.md against the code: every value of the cost set with its unit, its flags, and the prices that it quotes."""

import re
from inspect import signature
from pathlib import Path

from gis.roads.costs import load_costs
from gis.roads.examine import Flag
from gis.roads.programme import Terms, stability
from gis.roads.programme.stability import WEIGHT_SETS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "roads.md").read_text(encoding="utf-8")


def rows():
    """Cells of the table of costs that name values: (what stands in the first, in the second and in the third cell)."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            yield cells[0], cells[1], cells[2]


def test_every_value_of_the_cost_set_is_on_the_page():
    named = " ".join(first for first, _, _ in rows())
    keys = set(re.findall(r"`([a-z_.0-9]+)`", named))
    short = {key.rsplit(".", 1)[-1] for key in keys}
    for key in load_costs("mountain-2017").parameters().iloc[:, 0]:
        assert key.rsplit(".", 1)[-1] in short, key
        assert key.split(".")[0] in named, key


def test_the_numbers_are_those_of_the_set():
    values = load_costs("mountain-2017").parameters()
    shown = {key.rsplit(".", 1)[-1]: str(value) for key, value in zip(values.iloc[:, 0], values.iloc[:, 2], strict=True)}
    checked = 0
    for first, _, numbers in rows():
        names = [key.rsplit(".", 1)[-1] for key in re.findall(r"`([a-z_.0-9]+)`", first)]
        quoted = re.findall(r"\d[\d,]*(?:\.\d+)?", numbers)
        if len(names) == len(quoted):
            for name, number in zip(names, quoted, strict=True):
                assert float(shown[name].replace(",", "")) == float(number.replace(",", "")), name
                checked += 1
    assert checked >= 20


def test_flags_are_those_of_the_program():
    words = ("fine", "above the warning grade", "需勘测", "需展线", "radius too small", "in a forbidden area", "height unknown")
    flat = " ".join(PAGE.split())
    assert [int(flag) for flag in Flag] == list(range(len(words)))
    for number, word in enumerate(words):
        assert f"{number} {word}" in flat


def test_what_the_page_says_of_the_programme():
    assert Terms((2026,), (1,)).gap == 0.001
    assert "gap (0.1 % as built in)" in PAGE
    assert [list(weights) for weights in WEIGHT_SETS] == [["households"], ["people"], ["groups"], ["households", "registered"]]
    assert "(households, people, groups, registered twice)" in PAGE
    assert signature(stability).parameters["draws"].default == 10
    assert "ten draws" in PAGE
