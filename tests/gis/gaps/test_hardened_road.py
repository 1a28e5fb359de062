"""Roads by hand: levels, gaps, islands, outlines, and brute force."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.gaps.coverage import assess
from gis.gaps.nearest import narrow, nearest, pairs_within


def judged(build, standard, roads, *groups, **more):
    found = assess({"groups": build.groups(*groups), "roads": build.roads(*roads), **more}, standard, services=["hardened_road"])
    return found.coverage.set_index("group_code")


def one(build, standard, *roads, at=(600, 0), **columns):
    return judged(build, standard, roads, {"group_code": "g", "at": at, **columns}).loc["g"]


def test_a_hardened_road_that_reaches_the_county_road_is_met(build, standard):
    row = one(build, standard, build.trunk(), {"road_code": "C1", "at": [(0, 0), (400, 0)]})
    assert row[["verdict", "level", "indicator", "value", "shortfall", "asset_code", "reason"]].tolist() == [
        "met", "hardened", "hardened", 200, -300, "C1", "connected",
    ]  # fmt: skip
    assert (row["rule"], row["standard"]) == ("road.hardened", "guizhou-2017@1")


def test_full_standard_needs_width_and_bays_all_the_way(build, standard):
    good = {"pavement_width_m": 4.0, "roadbed_width_m": 5.0, "passing_bays_per_km": 3.0}
    wide = {**build.trunk(), **good, "pavement_width_m": 7.0}
    along = {"at": [(0, 0), (300, 0)]}
    last = {"at": [(300, 0), (550, 0)], **good}
    assert one(build, standard, wide, {**along, **good}, last)["level"] == "standard"
    narrow_first = one(build, standard, wide, {**along, **good, "pavement_width_m": 3.0}, last, at=(1000, 0))
    assert (narrow_first["level"], narrow_first["level_high"], narrow_first["verdict"]) == ("hardened", "hardened", "met")
    unknown_first = one(build, standard, wide, along, last, at=(1000, 0))
    assert (unknown_first["level"], unknown_first["level_high"]) == ("hardened", "standard")


@pytest.mark.parametrize(
    ("short", "reason"),
    [
        ({"pavement_width_m": 3.4}, "too_narrow"),
        ({"roadbed_width_m": 4.4}, "roadbed_narrow"),
        ({"passing_bays_per_km": 2.0}, "bays_few"),
        ({"passing_bays_per_km": 0.0, "roadbed_width_m": 6.5}, "met"),
    ],
)
def test_where_full_standard_is_required_it_says_what_is_short(build, standard, short, reason):
    level = standard.road.required_level.model_copy(update={"value": "standard"})
    rules = standard.model_copy(update={"road": standard.road.model_copy(update={"required_level": level})})
    good = {"pavement_width_m": 4.0, "roadbed_width_m": 5.0, "passing_bays_per_km": 3.0}
    row = one(build, rules, {**build.trunk(-5000), **good}, {"at": [(-5000, 0), (590, 0)], **good, **short})
    assert (row["indicator"], row["reason"], row["verdict"]) == ("standard", reason, "met" if reason == "met" else "lacking")


def test_where_full_standard_is_required_a_gap_decides_too(build, standard):
    level = standard.road.required_level.model_copy(update={"value": "standard"})
    rules = standard.model_copy(update={"road": standard.road.model_copy(update={"required_level": level})})
    good = {"pavement_width_m": 4.0, "roadbed_width_m": 7.0}
    groups = build.groups({"group_code": "g", "at": (3000, 0)})
    roads = build.roads({**build.trunk(), **good}, {"at": [(10, 0), (2990, 0)], **good})
    found = assess({"groups": groups, "roads": roads}, rules, services=["hardened_road"])
    assert found.coverage.loc[0, ["verdict", "reason"]].tolist() == ["unknown", "doubtful_joint"]
    assert found.joints["group_codes"].dropna().tolist() == ["g"]


def test_a_gravel_road_reaches_and_is_lacking(build, standard):
    row = one(build, standard, build.trunk(-5000), {"at": [(0, 0), (590, 0)], "surface": "gravel"})
    assert (row["verdict"], row["level"], row["level_high"], row["reason"]) == ("lacking", "reachable", "reachable", "not_hardened")


def test_a_hardened_island_is_not_connected(build, standard):
    row = one(build, standard, build.trunk(-5000), {"at": [(0, 0), (590, 0)]})
    assert (row["verdict"], row["reason"], row["value"]) == ("lacking", "not_connected", 5600)


def test_a_gap_of_ten_metres_is_doubtful_and_names_its_groups(build, standard):
    groups = build.groups({"group_code": "g", "at": (3000, 0), "households_count": 44}, {"group_code": "h", "at": (60, 0)})
    found = assess({"groups": groups, "roads": build.roads(build.trunk(), {"at": [(10, 0), (2990, 0)]})}, standard, services=["hardened_road"])
    row = found.coverage.set_index("group_code").loc["g"]
    assert (row["verdict"], row["reason"], row["value"]) == ("unknown", "doubtful_joint", 10)
    assert pd.isna(row["shortfall"])
    joint = found.joints.loc[~found.joints["certain"]].iloc[0]
    assert joint["gap_m"] == pytest.approx(10)
    assert joint[["groups_count", "households_count", "group_codes"]].tolist() == [1, 44, "g"]
    assert found.joints.crs.to_epsg() == 4490


@pytest.mark.parametrize(("column", "reason", "missing"), [("surface", "surface_unknown", "surface"), ("status", "status_unknown", "status")])
def test_an_unknown_road_makes_the_answer_unknown(build, standard, column, reason, missing):
    flag = standard.road.status_missing_exists.model_copy(update={"value": False})
    rules = standard.model_copy(update={"road": standard.road.model_copy(update={"status_missing_exists": flag})})
    row = one(build, rules, build.trunk(), {"at": [(0, 0), (590, 0)], column: None})
    assert (row["verdict"], row["reason"], row["missing"], row["status_low"], row["status_high"]) == ("unknown", reason, missing, "lacking", "met")


def test_planned_roads_do_not_count(build, standard):
    row = one(build, standard, build.trunk(-5000), {"at": [(-5000, 0), (590, 0)], "status": "planned"})
    assert (row["verdict"], row["reason"]) == ("lacking", "no_road_near")


def test_near_miss_and_conflict(build, standard):
    row = one(build, standard, build.trunk(), at=(650, 0), reported_hardened_road=True)
    assert row[["verdict", "reason", "near_miss", "reported", "conflict", "shortfall"]].tolist() == ["lacking", "end_too_far", True, True, True, 150]
    assert not one(build, standard, build.trunk(), at=(750, 0))["near_miss"]
    assert not one(build, standard, build.trunk(), at=(450, 0), reported_hardened_road=True)["conflict"]


def test_an_outline_is_measured_from_its_edge_by_its_own_distance(build, standard):
    near, far = "POLYGON((90 0,190 0,190 90,90 0))", "POLYGON((110 0,190 0,190 90,110 0))"
    rows = judged(build, standard, [build.trunk()], {"group_code": "n", "at": near}, {"group_code": "f", "at": far})
    assert rows["verdict"].tolist() == ["met", "lacking"]
    assert rows["threshold"].tolist() == [100, 100]
    assert rows["value"].round(3).tolist() == [90, 110]


def test_missing_layer_is_unknown_and_an_empty_one_is_evidence(build, standard):
    groups = build.groups({"at": (0, 0)}, {"at": None})
    absent = assess({"groups": groups}, standard, services=["hardened_road"]).coverage
    assert absent["verdict"].tolist() == ["unknown"] * 2
    assert absent["missing"].tolist() == ["roads"] * 2
    empty = assess({"groups": groups, "roads": build.roads()}, standard, services=["hardened_road"]).coverage
    assert empty[["verdict", "reason"]].to_numpy().tolist() == [["lacking", "no_road_near"], ["unknown", "no_location"]]


@pytest.mark.parametrize(
    ("columns", "verdict", "reason"),
    [
        ({"households_count": 29}, "excluded", "few_households"),
        ({"households_count": 30}, "lacking", "no_road_near"),
        ({"households_count": None}, "unknown", "households_unknown"),
        ({"whole_relocation": True}, "excluded", "whole_relocation"),
        ({"whole_relocation": None}, "lacking", "no_road_near"),
    ],
)
def test_who_is_in_the_programme(build, standard, columns, verdict, reason):
    row = one(build, standard, build.trunk(-5000), **columns)
    assert (row["verdict"], row["reason"], row["status"]) == (verdict, reason, "lacking")


def test_a_blank_means_no_only_where_the_list_never_says_no(build, standard):
    rows = judged(
        build,
        standard,
        [build.trunk()],
        {"group_code": "a", "at": (5000, 0), "whole_relocation": None},
        {"group_code": "b", "at": (9000, 0), "whole_relocation": False},
    )
    assert rows["verdict"].tolist() == ["unknown", "lacking"]
    assert rows.loc["a", ["eligible", "reason", "missing"]].tolist() == ["unknown", "relocation_unknown", "whole_relocation"]


def test_met_stays_met_when_the_households_are_unknown(build, standard):
    row = one(build, standard, build.trunk(), at=(100, 0), households_count=None)
    assert (row["verdict"], row["eligible"], row["eligible_reason"]) == ("met", "unknown", "households_unknown")


def test_persons_suffice_where_the_set_says_so(build, national):
    row = one(build, national, build.trunk(), households_count=10, people_count=150)
    assert row["eligible"] == "yes"
    assert one(build, national, build.trunk(), households_count=10, people_count=149)["eligible"] == "no"


def test_a_gap_names_only_the_groups_that_it_decides(build, standard):
    """Behind the gap: one that it decides, one too small for the programme. On the main piece: one that waits for a surface."""
    groups = build.groups(
        {"group_code": "gap", "at": (2900, 0), "households_count": 44},
        {"group_code": "small", "at": (2950, 0), "households_count": 3},
        {"group_code": "surface", "at": (900, 2900)},
        {"group_code": "both", "at": (5000, 0)},
    )
    roads = build.roads(
        build.trunk(),
        {"at": [(10, 0), (2990, 0)]},
        {"at": [(0, 1000), (900, 2900)], "surface": None},
        {"at": [(2990, 0), (4990, 0)], "surface": None},
    )
    found = assess({"groups": groups, "roads": roads}, standard, services=["hardened_road"])
    assert found.coverage["verdict"].tolist() == ["unknown", "excluded", "unknown", "unknown"]
    told = found.joints[found.joints["groups_count"] > 0]
    assert told[["certain", "groups_count", "households_count", "group_codes"]].to_numpy().tolist() == [[False, 1, 44, "gap"]]


@pytest.mark.parametrize(
    ("trunk", "lane", "verdict", "missing"),
    [
        ("county", "village", "met", None),
        (None, "village", "unknown", "road_class"),
        ("village", "village", "unknown", "road_class"),
        ("county", None, "met", None),
    ],
)
def test_where_no_road_is_known_to_be_a_trunk_road_the_class_is_asked_for(build, standard, trunk, lane, verdict, missing):
    main = {**build.trunk(), "at": [(0, -1000), (0, 1000)], "road_class": trunk}
    row = one(build, standard, main, {"at": [(0, 0), (550, 0)], "road_class": lane})
    assert row["verdict"] == verdict
    assert row["missing"] == missing if missing else pd.isna(row["missing"])
    assert row["reason"] == ("indicator_missing" if missing else "connected")


def test_a_long_drawing_without_classes_is_a_network(build, standard):
    assert one(build, standard, {**build.trunk(), "road_class": None}, {"at": [(0, 0), (550, 0)]})["verdict"] == "met"  # 20 km


def test_the_count_that_could_decide_is_named(build, national):
    for households, people, missing in ((10, None, "people_count"), (None, 149, "households_count"), (None, None, "households_count,people_count")):
        row = one(build, national, build.trunk(-5000), households_count=households, people_count=people)
        assert (row["verdict"], row["reason"], row["missing"]) == ("unknown", "households_unknown", missing)


def test_far_from_china_it_measures_in_utm(build, standard):
    place = shapely.Point(36.8, -1.3)
    groups = build.groups({"at": (0, 0)}).set_geometry([place], crs=4490)
    roads = build.roads(build.trunk()).set_geometry([shapely.LineString([(36.802, -1.35), (36.802, -1.25)])], crs=4490)
    found = assess({"groups": groups, "roads": roads}, standard, services=["hardened_road"])
    assert found.crs == "EPSG:32737"
    assert found.coverage.loc[0, "value"] == pytest.approx(222.6, abs=0.2)  # 0.002 degrees on the ellipsoid at 1.3 S


def test_coordinates_that_cannot_be_are_no_place_and_any_index_will_do(build, standard):
    groups = build.groups({"group_code": "a", "at": (0, 0)}, {"group_code": "b", "at": (0, 0)})
    odd = groups.set_geometry([shapely.Point(500, 95), groups.geometry.iloc[1]], crs=4490).set_axis([7, 7])
    found = assess({"groups": odd, "roads": build.roads(build.trunk())}, standard).coverage.set_index(["group_code", "service"])
    assert found.loc[("a", "hardened_road"), ["verdict", "reason"]].tolist() == ["unknown", "no_location"]
    assert found.loc[("b", "hardened_road"), "verdict"] == "met"


COORDS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=0, max_size=20)


@settings(deadline=None, max_examples=60)
@given(COORDS, COORDS, st.lists(st.booleans(), min_size=20, max_size=20), st.integers(0, 40))
def test_nearest_agrees_with_brute_force(places, targets, flags, radius):
    some = [*map(shapely.Point, places), None, shapely.Point()]
    left = np.array(some, dtype=object)
    right = np.array([shapely.LineString([(x, y), (x + 3, y + 1)]) for x, y in targets] + [None], dtype=object)[:-1]
    among = np.array(flags[: len(right)], dtype=bool)
    table = np.array([[shapely.distance(p, q) for q in right] for p in left]).reshape(len(left), len(right))
    everything, chosen = nearest(left, right), nearest(left, right, among)
    for found, columns in ((everything, np.ones(len(right), dtype=bool)), (chosen, among), (narrow(everything, left, right, among), among)):
        for row, (at, distance) in enumerate(zip(found.row, found.distance, strict=True)):
            candidates = table[row][columns]
            if len(candidates) == 0 or np.isnan(candidates).all():
                assert at == -1
                assert np.isnan(distance)
            else:
                assert distance == np.round(np.nanmin(candidates), 3)
                assert columns[at]
                assert np.round(table[row][at], 3) == distance
    place, target = pairs_within(left, right, radius)
    assert list(zip(place.tolist(), target.tolist(), strict=True)) == [tuple(pair) for pair in np.argwhere(table <= radius).tolist()]
