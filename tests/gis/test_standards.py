"""Standards: what the sets say, how they merge, and that the source file of every value can be told."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from gis.standards import CONFIDENCE_LABELS, Standard, Threshold, list_standards, load_standard, usual_set
from gis.standards.files import BUILT_IN
from gis.standards.rules import Rules
from gis.standards.standard import walk

SETS = [one.id for one in list_standards()]


def leaves(table, prefix=""):
    for name, child in table.items():
        if isinstance(child, dict) and "value" in child:
            yield f"{prefix}{name}", child
        elif isinstance(child, dict):
            yield from leaves(child, f"{prefix}{name}.")


@pytest.fixture
def guizhou() -> Standard:
    return load_standard(["guizhou-2017"])


def test_the_promised_sets_are_there_with_chinese_titles():
    assert {"guizhou-2017", "national-2018", "sichuan-2016", "hubei-2017", "natural-village-2025"} <= set(SETS)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one.title) for one in list_standards())


@pytest.mark.parametrize("name", SETS)
def test_every_threshold_has_a_value_unit_source_and_confidence_and_reaches_the_table(name):
    standard = load_standard([name])
    table = standard.thresholds().set_index("rule")
    assert table[["label", "value", "source", "confidence", "set"]].notna().all(axis=None)
    assert (table[["label", "value", "source", "set"]] != "").all(axis=None)
    assert set(table["confidence"]) <= set(CONFIDENCE_LABELS)
    assert table.index.is_unique
    own = dict(leaves(tomllib.loads((BUILT_IN / f"{name}.toml").read_text(encoding="utf-8"))))
    assert {key: leaf["source"] for key, leaf in own.items()} == table.loc[list(own), "source"].to_dict()
    assert (table.loc[list(own), "set"] == name).all()


def test_the_group_road_rule_of_guizhou(guizhou):
    road = guizhou.road
    assert (road.eligibility.min_households.value, road.eligibility.min_persons) == (30, None)
    assert (road.pavement_width_min_m.value, road.roadbed_width_min_m.value, road.passing_bays_per_km_min.value) == (3.5, 4.5, 3)
    assert (road.end_distance_point_m.value, road.end_distance_area_m.value) == (500, 100)
    assert road.end_distance_point_m.confidence == "L"
    assert {"cement_concrete", "asphalt"} <= set(road.surfaces_accepted.value)
    assert "gravel" not in road.surfaces_accepted.value


def test_water_of_guizhou_has_one_level_and_counts_there_and_back(guizhou):
    water = guizhou.water
    assert (water.fetch_trip.value, water.fetch_horizontal_basic_m.value, water.fetch_vertical_basic_m.value) == ("round_trip", 1000, 100)
    assert water.litres_pcd("basic").value == 35
    assert water.litres_pcd("full") is None
    assert water.dispersed_dry_days_basic.value == 30


def test_national_water_has_two_levels_one_way_and_a_variant_for_scarce_counties():
    water = load_standard(["national-2018"]).water
    assert (water.fetch_trip.value, water.fetch_horizontal_basic_m.value, water.fetch_horizontal_full_m.value) == ("one_way", 800, 400)
    assert (water.litres_pcd("basic").value, water.litres_pcd("full").value) == (35, 60)
    dry = load_standard(["national-2018"], overrides={"water.scarce": True}).water
    assert (dry.litres_pcd("basic").value, dry.litres_pcd("full").value) == (20, 40)


def test_a_rule_comes_from_one_set_as_a_whole():
    both = load_standard(["guizhou-2017", "natural-village-2025"])
    table = both.thresholds()
    assert set(table.loc[table["rule"].str.startswith("road."), "set"]) == {"natural-village-2025"}
    assert set(table.loc[table["rule"].str.startswith("water."), "set"]) == {"guizhou-2017"}  # not the base set that the second one extends
    assert set(table.loc[table["rule"].str.startswith("power."), "set"]) == {"national-2018"}
    assert both.water == load_standard(["guizhou-2017"]).water
    assert both.id == "guizhou-2017+natural-village-2025"
    assert both.version == "1+1"


def test_the_order_of_sets_decides():
    assert load_standard(["guizhou-2017", "natural-village-2025"]).road != load_standard(["natural-village-2025", "guizhou-2017"]).road


def test_an_override_changes_one_value_and_leaves_a_trace(guizhou):
    mine = load_standard(["guizhou-2017"], overrides={"road.end_distance_point_m": 300})
    before, after = guizhou.thresholds().set_index("rule"), mine.thresholds().set_index("rule")
    assert before.compare(after).index.tolist() == ["road.end_distance_point_m"]
    row = after.loc["road.end_distance_point_m"]
    assert (row["value"], row["unit"], row["set"], row["confidence"]) == ("300", "m", "县自定", "S")
    assert "县自定" in row["source"]
    assert "500 m" in row["source"]
    assert "县自定 1 项" in mine.title
    assert mine.sha256 != guizhou.sha256


def test_overrides_may_be_nested_and_may_name_their_document(guizhou):
    nested = {"road": {"eligibility": {"min_persons": {"value": 100, "source": "县政府〔2025〕3号", "confidence": "S"}}}, "water": {"scarce": True}}
    mine = load_standard(["guizhou-2017"], overrides=nested)
    assert mine.road.eligibility.min_persons.value == 100
    assert mine.road.eligibility.min_persons.unit == "人"
    assert "县自定" in mine.road.eligibility.min_persons.source
    assert "县政府〔2025〕3号" in mine.road.eligibility.min_persons.source
    assert mine.water.scarce.value is True
    assert guizhou.road.eligibility.min_persons is None  # the first one is as it was


def test_the_hash_is_over_the_content_alone():
    once, again = load_standard(["guizhou-2017"]), load_standard(["guizhou-2017", "guizhou-2017"])
    assert once.sha256 == again.sha256
    assert len({load_standard([name]).sha256 for name in SETS}) == len(SETS)
    same_value = load_standard(["guizhou-2017"], overrides={"road.end_distance_point_m": 500})
    assert same_value.sha256 != once.sha256  # the county took responsibility: another source


def test_a_standard_cannot_be_changed(guizhou):
    with pytest.raises(ValidationError):
        guizhou.road = guizhou.road
    with pytest.raises(ValidationError):
        guizhou.road.end_distance_point_m.value = 1


def test_every_field_of_every_rule_has_a_chinese_title():
    def titles(model):
        for info in model.model_fields.values():
            yield info.title
            inner = [kind for kind in (info.annotation, *getattr(info.annotation, "__args__", ())) if isinstance(kind, type)]
            for kind in inner:
                if hasattr(kind, "model_fields") and not issubclass(kind, Threshold):
                    yield from titles(kind)

    assert all(title and any("\u4e00" <= letter <= "\u9fff" for letter in title) for title in titles(Rules))


def test_the_table_is_text_in_the_words_of_the_interface(guizhou):
    table = guizhou.thresholds()
    assert all(isinstance(kind, pd.StringDtype) for kind in table.dtypes)
    value = table.set_index("rule")["value"]
    assert value["road.surfaces_accepted"].startswith("水泥混凝土、沥青")
    assert value["water.fetch_trip"] == "往返"
    assert value["power.three_phase_required"] == "是"
    assert len(table) == len(walk(guizhou))


def test_a_county_folder_adds_sets(tmp_path: Path):
    text = """version = 3
title = "某县实施细则"
extends = "guizhou-2017"

[school]
within_m = { value = 3000, unit = "m", source = "县教育局", confidence = "S" }
kinds = { value = ["primary"], unit = "", source = "县教育局", confidence = "S" }
near_miss_m = { value = 0, unit = "m", source = "县教育局", confidence = "S" }
[school.eligibility]
exclude_whole_relocation = { value = false, unit = "", source = "县教育局", confidence = "S" }
"""
    (tmp_path / "某县2025.toml").write_text(text, encoding="utf-8")
    standard = load_standard(["某县2025"], folder=tmp_path)
    assert (standard.school.within_m.value, standard.version) == (3000, "3")
    assert standard.road == load_standard(["guizhou-2017"]).road
    assert "某县2025" in [one.id for one in list_standards(tmp_path)]


@pytest.mark.parametrize(
    ("county", "usual"),
    [
        ("522326", "guizhou-2017"),
        ("420322", "hubei-2017"),
        ("513301", "sichuan-2016"),
        ("530627", "national-2018"),
        ("IN-52", "national-2018"),
        ("", "national-2018"),
    ],
)
def test_a_county_is_judged_by_what_is_usual_in_its_province(county, usual):
    assert usual_set(county) == usual
