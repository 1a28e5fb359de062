"""Site sets: every value with its source, strict about what they do not know, and a page that says what the file says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gis.sites.handbook import rewrite, site_handbook
from gis.sites.rules import COVER_CLASSES, HAZARD_CLASSES
from gis.sites.sets import USUAL_SITES, list_site_sets, load_site_set
from gis.sites.speeds import speeds_of, walk_of, with_paces
from gis.standards.values import CONFIDENCE_LABELS
from layers.errors import StandardError
from layers.names import LAYERS
from layers.workspace import DEFAULT_SITES
from tests.gis.sites.invented_land import county

PAGE = (Path(__file__).parents[3] / "docs" / "site-sets.md").read_text(encoding="utf-8")
SET = load_site_set()


def test_the_built_in_set_is_complete_and_every_value_says_where_it_comes_from() -> None:
    assert [one.id for one in list_site_sets()] == [USUAL_SITES] == [DEFAULT_SITES]
    table = SET.parameters()
    assert table["rule"].is_unique
    assert (table["source"].str.len() > 0).all()
    assert (table["label"].str.len() > 1).all()
    assert (table["value"].str.len() > 0).all()
    assert set(table["confidence"]) <= set(CONFIDENCE_LABELS)
    assert set(table.loc[table["source"].str.startswith("参数"), "confidence"]) == {"L"}


def test_the_page_is_up_to_date_and_its_example_loads() -> None:
    assert rewrite(PAGE) == PAGE, "run python -m gis.sites.handbook"
    rows = [line for line in site_handbook().splitlines() if line.startswith("| `")]
    assert len(rows) == len(SET.parameters())
    example = tomllib.loads(re.search(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL).group(1))
    own = load_site_set(example["sites"], overrides=example["site_overrides"])
    assert own.exclusions.slope.limit_deg.value == 20
    assert own.criteria.school.places.value == ("schools:primary",)
    assert own.parcel.storeys.value == 6


def test_every_section_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z_]+)`", " ".join(line for line in PAGE.splitlines() if line.startswith("| `"))))
    assert {key.split(".")[0] for key in SET.parameters()["rule"]} <= named


def test_published_values_are_those_of_their_sources() -> None:
    assert SET.exclusions.slope.limit_deg.value == 25
    assert SET.exclusions.elevation.limit_m.value == 2400
    assert SET.criteria.hazard.table == (100, 80, 60, 40)
    assert SET.criteria.slope.score(np.array([0, 2, 2.01, 8, 15, 15.01, 44])).tolist() == [100, 100, 80, 80, 60, 40, 40]
    assert SET.parcel.floor_m2_per_person.value == SET.review.floor_m2_per_person.value == 25
    assert SET.move.cost_cny_per_person.value == 27e9 / 450_000
    assert SET.parcel.people_per_household.value == round(1_880_000 / 453_900, 2)
    assert SET.move.reclaim_income_cny_per_m2.value == round(80e9 / 280_000 / (10_000 / 15))
    assert (SET.policy.households_max.value, SET.policy.registered_share_min.value, SET.policy.remote_road_m.value) == (50, 0.5, 5000)


def test_weights_sum_to_one_and_scale() -> None:
    assert sum(SET.criteria.weights().values()) == pytest.approx(1.0)
    raised = load_site_set(overrides={"criteria.jobs.weight": 1.0}).criteria.weights()
    assert raised["jobs"] == pytest.approx(1.0 / 1.98)
    assert raised["hazard"] == pytest.approx(0.2 / 1.98)


def test_classes_are_those_of_the_layers() -> None:
    assert tuple(COVER_CLASSES) == tuple(choice.value for choice in LAYERS["land_cover"].by_name["cover_kind"].choices)
    levels = {choice.value for choice in LAYERS["hazards"].by_name["hazard_level"].choices}
    assert set(HAZARD_CLASSES) == levels | {"none"}
    assert len(SET.criteria.land.table) == len(COVER_CLASSES)


def test_directions_follow_the_scales() -> None:
    assert {key for key, _, one in SET.criteria.listed() if one.direction == "max"} == {"land"}
    assert {key for key, _, one in SET.criteria.listed() if one.categorical} == {"hazard", "land"}
    rising = load_site_set(overrides={"criteria.power.scale": [[100, 0], [500, 100]]})
    assert rising.criteria.power.direction == "max"


def test_capacity_and_upkeep_by_hand() -> None:
    parcel, stay = SET.parcel, SET.stay
    assert parcel.people_per_m2 * 10_000 == pytest.approx(10_000 * (1 - 0.10 - 0.35) * 0.25 * 3 / 25)
    assert stay.maintenance_cny_per_km == pytest.approx(sum(1500 / 1.036**year for year in range(1, 21)))
    assert load_site_set(overrides={"stay.discount_rate": 0.0}).stay.maintenance_cny_per_km == 30_000


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.floats(-100, 1e5), st.just(float("nan")), st.just(float("inf"))), min_size=1, max_size=8))
def test_scores_lie_between_0_and_100_and_fall_along_the_scale(values: list[float]) -> None:
    measure = np.array(values, dtype=np.float32)
    for key in ("slope", "water", "road", "relief"):
        score = getattr(SET.criteria, key).score(measure)
        assert np.array_equal(np.isnan(score), np.isnan(measure))
        known = np.argsort(measure[~np.isnan(measure)], kind="stable")
        assert (np.diff(score[~np.isnan(score)][known]) <= 0).all()
        assert np.nanmin(score, initial=100) >= 0
        assert np.nanmax(score, initial=0) <= 100


def test_the_county_stands_over_all_and_leaves_a_trace() -> None:
    own = load_site_set(overrides={"policy.households_max": 30, "criteria": {"slope": {"scale": [[5, 100], [20, 0]]}}})
    assert own.policy.households_max.source == "县自定（原为 50 户）"
    assert own.criteria.slope.scale.value == ((5.0, 100.0), (20.0, 0.0))
    assert own.reference() == f"{USUAL_SITES}@{SET.version}+县自定"
    assert own.sha256 != SET.sha256
    assert load_site_set().sha256 == SET.sha256


def test_a_set_is_frozen() -> None:
    with pytest.raises(ValidationError):
        SET.parcel.storeys.value = 9


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("exclusions.slope.limit_deg", 90.0, ["exclusions.slope.limit_deg", "90", "不大于 60"]),
        ("exclusions.slopes.limit_deg", 20.0, ["slopes", "没有"]),
        ("criteria.road.weight", -0.1, ["criteria.road.weight", "不小于 0"]),
        ("criteria.school.places", ["schools:university"], ["schools", "primary"]),
        ("criteria.school.places", ["coverage"], ["图层可用的有"]),
        ("criteria.school.places", [], ["至少要有一项"]),
        ("criteria.road.scale", [[10, 50], [5, 100]], ["由小到大"]),
        ("criteria.road.scale", [[5, 50], [10, 100], [20, 0]], ["只升或只降"]),
        ("criteria.road.scale", [[5, 150]], ["不大于 100"]),
        ("criteria.road.scale", {"value": [[5, 100]], "unit": "m → 分"}, ["min → 分"]),
        ("classes.best", 10.0, ["best > fair > poor"]),
        ("parcel.min_area_m2", 1e9, ["min_area_m2", "max_area_m2"]),
        ("parcel.facility_share", 0.9, ["facility_share", "小于 1"]),
        ("parcel.floor_m2_per_person", {"value": 25, "unit": "m²"}, ["m²/人"]),
        ("policy.must_move_levels", ["extreme"], ["high", "medium", "low"]),
        ("facilities.checklist", ["cinema"], ["party_station"]),
        ("facilities.medium_households", 900, ["medium_households", "large_households"]),
        ("travel.walk", "fast", ["travel.walk", "tobler"]),
        ("travel.neighbours", 4, ["travel.neighbours", "8"]),
        ("exclusions.land_cover.kinds", ["sea"], ["paddy"]),
        ("move.cost_cny_per_person", "六万", ["六万", "须为数"]),
    ],
)
def test_wrong_county_values_are_refused_by_name(key: str, given: object, words: list[str]) -> None:
    with pytest.raises(StandardError) as refused:
        load_site_set(overrides={key: given})
    sentence = f"{refused.value}{refused.value.hint}"
    assert all(word in sentence for word in words), sentence


def test_no_criterion_with_a_weight_is_refused() -> None:
    nothing = {f"criteria.{key}.weight": 0.0 for key, _, _ in SET.criteria.listed()}
    with pytest.raises(StandardError, match="全为 0"):
        load_site_set(overrides=nothing)


def test_an_own_set_lies_in_the_countys_folder(tmp_path: Path) -> None:
    text = (
        f'version = 2\ntitle = "本县选址"\nextends = "{USUAL_SITES}"\n[policy]\n'
        'households_max = { value = 30, unit = "户", source = "x", confidence = "S" }\n'
    )
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    own = load_site_set("own", folder=tmp_path)
    assert own.reference() == "own@2"
    assert own.policy.households_max.value == 30
    assert own.origins["policy.households_max"] == "own"
    assert [one.id for one in list_site_sets(tmp_path)] == ["own", USUAL_SITES]
    with pytest.raises(StandardError, match="选址参数"):
        load_site_set("onw", folder=tmp_path)


def test_values_are_shown_in_words() -> None:
    shown = SET.parameters().set_index("rule")["value"]
    assert shown["criteria.slope.scale"] == "2 → 100；8 → 80；15 → 60；90 → 40"
    assert shown["criteria.school.places"] == "学校（小学）、学校（教学点）"
    assert shown["criteria.town.places"] == "乡镇驻地"
    assert shown["exclusions.land_cover.kinds"] == "水域、湿地"
    assert shown["policy.must_move_levels"] == "高"
    assert shown["policy.respect_stay"] == "是"


def test_roads_have_the_speed_of_their_class_where_they_are_hardened() -> None:
    paced = with_paces(county()["roads"])
    assert paced["surface"].tolist() == ["county", "cement_concrete", "earth", "cement_concrete"]
    assert county()["roads"]["surface"].tolist()[0] == "asphalt"
    speeds = speeds_of(SET.travel)
    assert speeds.road_kmh["county"] == 30
    assert speeds.road_kmh["cement_concrete"] == 20
    assert speeds.road_kmh["unpaved"] == speeds.unknown_road_kmh == 10
    assert np.isinf(speeds.land_factor["water"])
    assert np.isinf(speeds.river_factor)
    open_water = load_site_set(overrides={"travel.water_bars": False, "travel.rivers_bar": False})
    assert speeds_of(open_water.travel).land_factor["water"] == 10
    assert speeds_of(open_water.travel).river_factor == 1


def test_walking_is_as_the_set_says() -> None:
    walk = walk_of(SET.travel)
    assert (walk.kind, walk.flat_kmh) == ("tobler", 4.0)
    assert float(walk.seconds_per_m(0.0)) * 4000 == pytest.approx(3600)
    assert walk.slope_max == pytest.approx(np.tan(np.radians(60)))
