"""Cost sets: every value with its source, strict about what they do not know, errors that name file, key and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from gis.roads.cost_handbook import BEGIN, END, cost_handbook, rewrite
from gis.roads.costs import list_costs, load_costs
from gis.standards.values import CONFIDENCE_LABELS
from layers.errors import StandardError

if TYPE_CHECKING:
    from pathlib import Path


def _own(folder: Path, text: str, name: str = "county-a") -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


EXTENDING = 'version = 3\ntitle = "甲县造价"\nextends = "mountain-2017"\n'


def test_built_in_sets_are_complete_and_every_value_says_where_it_comes_from() -> None:
    sets = list_costs()
    assert [one.id for one in sets] == ["mountain-2017", "mountain-2018"]
    for one in sets:
        table = one.parameters()
        assert table["rule"].is_unique
        assert (table["source"].str.len() > 0).all()
        assert (table["label"].str.len() > 1).all()
        assert set(table["confidence"]) <= set(CONFIDENCE_LABELS)
        assert set(table["set"]) <= {"mountain-2017", "mountain-2018"}


def test_a_value_without_a_source_of_its_own_is_marked_as_a_parameter() -> None:
    table = load_costs().parameters()
    parameters = table[table["source"].str.startswith("参数")]
    assert set(parameters["confidence"]) == {"L"}


def test_a_set_takes_over_what_it_does_not_state() -> None:
    first, second = load_costs("mountain-2017"), load_costs("mountain-2018")
    assert second.design == first.design
    assert second.new.excess_factor == first.new.excess_factor
    assert second.new.road_cny_per_km.value > first.new.road_cny_per_km.value
    assert second.origins["new.road_cny_per_km"] == "mountain-2018"
    assert second.origins["new.excess_factor"] == "mountain-2017"
    assert second.sha256 != first.sha256


def test_the_county_stands_over_all_and_leaves_a_trace() -> None:
    plain = load_costs()
    own = load_costs(overrides={"new.road_cny_per_km": 420_000, "constraints": {"redlines": {"rule": "avoid"}}})
    assert own.new.road_cny_per_km.value == 420_000
    assert own.new.road_cny_per_km.source == "县自定（原为 330000 元/km）"
    assert own.new.road_cny_per_km.confidence == "S"
    assert own.constraints.redlines.rule.value == "avoid"
    assert own.title == f"{plain.title}（县自定 2 项）"
    assert (plain.reference(), own.reference()) == ("mountain-2017@1", "mountain-2017@1+县自定")
    assert own.sha256 != plain.sha256
    assert own.origins["new.road_cny_per_km"] == "县自定"


def test_the_county_says_its_source() -> None:
    own = load_costs(overrides={"upgrade.earth_cny_per_km": {"value": 280_000, "source": "本县 2024 年中标均价"}})
    assert own.upgrade.earth_cny_per_km.source == "县自定（原为 310000 元/km）：本县 2024 年中标均价"


def test_same_values_same_hash() -> None:
    assert load_costs().sha256 == load_costs("mountain-2017").sha256
    assert load_costs(overrides={"new.road_cny_per_km": 1}).sha256 == load_costs(overrides={"new": {"road_cny_per_km": 1.0}}).sha256


def test_prices_of_tracks_by_surface() -> None:
    upgrade = load_costs().upgrade
    assert upgrade.cny_per_km("gravel") == upgrade.cny_per_km("block") == 270_000
    assert upgrade.cny_per_km("earth") == 310_000
    assert upgrade.cny_per_km(None) == upgrade.cny_per_km("ice") == upgrade.unknown_cny_per_km.value


def test_paid_and_bridge_prices() -> None:
    costs = load_costs()
    assert costs.paid == pytest.approx(1.1)
    assert costs.crossing.bridge_cny == 12 * 25_000


def test_a_set_is_frozen() -> None:
    with pytest.raises(ValidationError):
        load_costs().design.grade_max.value = 0.2


def test_an_own_set_lies_in_the_countys_folder(tmp_path: Path) -> None:
    folder = _own(tmp_path, EXTENDING + '[new]\nroad_cny_per_km = { value = 350000, unit = "元/km", source = "本县定额", confidence = "S" }\n')
    own = load_costs("county-a", folder=folder)
    assert own.reference() == "county-a@3"
    assert own.new.road_cny_per_km.value == 350_000
    assert [one.id for one in list_costs(folder)] == ["county-a", "mountain-2017", "mountain-2018"]


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("design.grade_max", 0.9, ["design.grade_max", "0.9", "不大于 0.5"]),
        ("design.grade_max", 12, ["design.grade_max", "12", "不大于 0.5"]),
        ("design.grade_warn", 0.2, ["grade_warn", "grade_max"]),
        ("design.grade_max_high", 0.2, ["grade_max_high", "grade_max"]),
        ("design.pavement_width_m", 6, ["pavement_width_m", "roadbed_width_m"]),
        ("new.road_cny_per_km", -1, ["new.road_cny_per_km", "-1", "不小于 0"]),
        ("new.road_cny_per_km", "四十万", ["四十万", "须为数"]),
        ("new.road_cny_per_km", float("nan"), ["new.road_cny_per_km", "有限"]),
        ("new.excess_factor", 0.5, ["new.excess_factor", "不小于 1"]),
        ("new.road_cny_per_km", {"value": 40, "unit": "万元/km"}, ["万元/km", "元/km"]),
        ("new.road_cny_per_mile", 1, ["new.road_cny_per_mile", "没有"]),
        ("design.grade_max.value", 0.1, ["design.grade_max.value", "没有"]),
        ("new", 3, ["一组值"]),
        ("constraints.redlines.rule", "maybe", ["constraints.redlines.rule", "maybe", "forbid", "avoid"]),
    ],
)
def test_wrong_county_values_are_refused_by_name(key: str, given: object, words: list[str]) -> None:
    with pytest.raises(StandardError) as refused:
        load_costs(overrides={key: given})
    sentence = f"{refused.value}{refused.value.hint}"
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (EXTENDING + '[new]\nroad_cny_per_km = { value = 1, unit = "元/m", source = "x", confidence = "L" }\n', ["county-a.toml", "unit", "元/km"]),
        (EXTENDING + '[new]\nroad_cny_per_km = { value = 1, unit = "元/km", confidence = "L" }\n', ["county-a.toml", "source", "缺少"]),
        (EXTENDING + '[news]\nroad = { value = 1, unit = "元/km", source = "x", confidence = "L" }\n', ["county-a.toml", "news", "没有这一项"]),
        (EXTENDING + "[new]\nroad_cny_per_km = 3\n", ["county-a.toml", "new.road_cny_per_km"]),
        ('version = 1\ntitle = "不全"\n', ["county-a.toml", "缺少"]),
        ('version = 1\ntitle = "循环"\nextends = "county-a"\n', ["county-a.toml", "循环"]),
        ('version = 1\ntitle = "无"\nextends = "mountian-2017"\n', ["county-a.toml", "mountain-2017"]),
        ("version = 1\ntitle = \n", ["county-a.toml", "TOML"]),
        ('extends = "mountain-2017"\nversion = 0\ntitle = "零"\n', ["county-a.toml", "version"]),
        (EXTENDING + "colour = 3\n", ["county-a.toml", "colour"]),
    ],
)
def test_wrong_files_are_refused_by_name(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(StandardError) as refused:
        load_costs("county-a", folder=_own(tmp_path, text))
    sentence = f"{refused.value}{refused.value.hint}"
    assert all(word in sentence for word in words), sentence


def test_an_unknown_id_is_refused_with_what_there_is() -> None:
    with pytest.raises(StandardError) as refused:
        load_costs("mountain-2071")
    assert "mountain-2017" in refused.value.hint


def test_a_file_with_the_id_of_a_built_in_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StandardError, match="重名"):
        list_costs(_own(tmp_path, EXTENDING, "mountain-2018"))


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "county-a.toml").write_bytes(EXTENDING.encode("gb18030"))
    with pytest.raises(StandardError, match="UTF-8"):
        load_costs("county-a", folder=tmp_path)


def test_the_handbook_lists_every_value_of_its_own_once() -> None:
    page = cost_handbook()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    stated = sum((one.parameters()["set"] == one.id).sum() for one in list_costs())
    assert len(rows) == stated
    assert all(line.count(" | ") == 6 for line in rows)
    assert rewrite(f"a {BEGIN} old {END} b") == f"a {BEGIN}\n{page}{END} b"
    assert rewrite(rewrite(f"a {BEGIN}{END} b")) == rewrite(f"a {BEGIN}{END} b")
