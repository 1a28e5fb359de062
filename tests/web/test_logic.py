"""The pure parts of our scripts, run by Node: places of labels, words of verdicts, filters, the state in the address."""

import json
import random
import shutil
import subprocess

import pytest

from web import legend
from web.page import STATIC

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Evaluate an expression with everything that a module exports."""
    folder = tmp_path_factory.mktemp("js")
    shutil.copytree(STATIC / "js", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')

    def evaluate(module, expression, value=None):
        script = f'import * as m from "./{module}.js"; const given = {json.dumps(value)}; console.log(JSON.stringify({expression}));'
        done = subprocess.run(["node", "--input-type=module", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate


def test_no_label_lies_on_another_and_the_heaviest_is_there(run):
    dice = random.Random(3)
    sets = [
        [{"x": dice.uniform(0, 300), "y": dice.uniform(0, 200), "width": 52, "height": 34, "weight": dice.randint(0, 99)} for _ in range(count)]
        for count in (0, 1, 8, 40, 60)
    ]
    for boxes, places in zip(sets, run("labels", "given.map(m.placed)", sets), strict=True):
        assert len(places) == len(boxes)
        shown = [(place["x"], place["y"]) for place in places if place]
        assert all(abs(ax - bx) >= 52 or abs(ay - by) >= 34 for i, (ax, ay) in enumerate(shown) for bx, by in shown[:i])
        if boxes:
            first = max(range(len(boxes)), key=lambda index: (boxes[index]["weight"], -index))
            assert places[first] == {"x": boxes[first]["x"], "y": boxes[first]["y"]}


def test_label_keeps_its_place_where_nothing_is_near(run):
    boxes = [{"x": 100 * i, "y": 0, "width": 52, "height": 34, "weight": i} for i in range(5)]
    assert run("labels", "m.placed(given)", boxes) == [{"x": 100 * i, "y": 0} for i in range(5)]


VERDICT_WORDS = {
    ("hardened_road", "lacking", "none"): "未达标·不通",
    ("hardened_road", "lacking", "reachable"): "未达标·通达",
    ("hardened_road", "met", "hardened"): "达标·通畅",
    ("hardened_road", "met", "standard"): "达标",
    ("hardened_road", "unknown", "none"): "不明",
    ("hardened_road", "unknown", "reachable"): "不明·至少通达",
    ("safe_water", "unknown", "none"): "不明",
    ("safe_water", "met", "basic"): "基本达标",
    ("safe_water", "lacking", "none"): "未达标",
    ("power", "unknown", "none"): "不明",
    ("power", "excluded", "met"): "不计入·达标",
    ("school", "met", None): "达标",
    ("school", "something new", None): "不明",
}


def test_words_of_a_verdict_never_say_more_than_is_known(run):
    table = legend.as_json()
    words = {"levels": table["levels"], "mark": {mark["value"]: mark for mark in table["verdicts"]}}
    given = {"words": words, "cases": [list(case) for case in VERDICT_WORDS]}
    expression = "given.cases.map(([service, verdict, level]) => m.verdictText({ verdict, level }, given.words, service))"
    assert run("words", expression, given) == list(VERDICT_WORDS.values())


def test_rows_that_are_here_are_filtered_as_the_service_would(run):
    rows = [
        {"code": f"{t}{v}{n}", "township_code": t, "village_code": t + v, "verdict": n, "near_miss": n == "lacking" and v == "x"}
        for t in ("a", "b")
        for v in ("x", "y")
        for n in ("met", "lacking", "unknown", "excluded")
    ]
    queries = [{"area": area, "filter": chip} for area in ("", "a", "ay", "zz") for chip in ("all", "lacking", "unknown", "near")]
    answers = run("api", "given.queries.map((query) => m.among(given.rows, query))", {"rows": rows, "queries": queries})
    for query, answer in zip(queries, answers, strict=True):
        wanted = [
            row
            for row in rows
            if query["area"] in {"", row["township_code"], row["village_code"]}
            and (query["filter"] == "all" or (row["near_miss"] if query["filter"] == "near" else row["verdict"] == query["filter"]))
        ]
        assert answer == {"rows": wanted, "matched": len(wanted)}


def test_state_goes_into_the_address_and_comes_back(run):
    defaults = {
        "service": "power",
        "area": "",
        "filter": "all",
        "level": "",
        "select": "",
        "shade": "",
        "sort": "",
        "page": 0,
        "layers": ["groups"],
        "view": "",
    }
    changes = [
        {},
        {"service": "school", "area": "-520000", "filter": "near", "select": "H 00/1&=#"},
        {"layers": [], "view": "11.25/25.1/106.2", "page": 3},
        {"layers": ["groups", "roads"], "sort": "-share", "shade": "none", "level": "group"},
    ]
    given = {"defaults": defaults, "states": [{**defaults, **change} for change in changes]}
    expression = 'given.states.map((s) => m.parseState(m.formatState(s, given.defaults), given.defaults, ["power", "school"]))'
    assert run("state", expression, given) == given["states"]


def test_state_of_a_hostile_address_falls_back(run):
    defaults = {
        "service": "power",
        "area": "",
        "filter": "all",
        "level": "",
        "select": "",
        "shade": "",
        "sort": "",
        "page": 0,
        "layers": [],
        "view": "",
    }
    found = run("state", 'm.parseState("#service=__proto__&filter=constructor&page=-9", given, ["power"])', defaults)
    assert found == defaults
