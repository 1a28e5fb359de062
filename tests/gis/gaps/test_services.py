"""Water, power, telecom, clinic and school by hand, with the thresholds of the built-in sets."""

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from pyproj import CRS

from gis.gaps.coverage import assess
from gis.gaps.table import conflicts, understated
from gis.standards import load_standard
from gis.terrain import Terrain
from layers.errors import QueryError, ZutongError

WATER = {"piped_water": True, "water_litres_pcd": 60.0, "water_quality": "report_ok", "water_outage_days": 10}


def run(build, standard, service, groups, dem=None, **layers):
    found = assess({"groups": build.groups(*groups), **layers}, standard, services=[service], dem=dem)
    return found.coverage.set_index("group_code"), found.evidence.set_index(["group_code", "indicator"])


def water(build, standard, dem=None, points=None, schemes=None, **columns):
    layers = {}
    if points is not None:
        layers["water_points"] = build.frame("point_code", [{"at": at} for at in points])
    if schemes is not None:
        layers["water_schemes"] = build.frame("scheme_code", schemes)
    coverage, evidence = run(build, standard, "safe_water", [{"group_code": "g", "at": (0, 0), **WATER, **columns}], dem, **layers)
    return coverage.loc["g"], evidence.loc["g"]


def ramp(build, metres_in_km):
    """Ground that rises to the east."""
    heights = np.tile(np.arange(0, 400.0) * metres_in_km / 100, (400, 1))
    return Terrain(heights, Affine(10, 0, build.x0 - 2000, 0, -10, build.y0 + 2000), CRS.from_epsg(build.zone))


@pytest.mark.parametrize(
    ("columns", "level", "indicator", "reason", "near"),
    [
        ({}, "full", "quantity", "met", False),
        ({"water_litres_pcd": 40.0}, "basic", "quantity", "met", False),
        ({"water_litres_pcd": 34.0}, "none", "quantity", "quantity_low", True),
        ({"water_litres_pcd": 20.0}, "none", "quantity", "quantity_low", False),
        ({"water_quality": "not_ok"}, "none", "quality", "quality_bad", False),
        ({"water_outage_days": 37}, "none", "reliability", "outage_long", True),
        ({"water_outage_days": 20}, "basic", "reliability", "met", False),
        ({"water_outage_days": 37, "water_quality": "not_ok"}, "none", "quality", "quality_bad", False),
    ],
)
def test_the_worst_of_the_water_indicators_decides(build, national, columns, level, indicator, reason, near):
    row, _ = water(build, national, **columns)
    assert row[["level", "indicator", "reason", "near_miss"]].tolist() == [level, indicator, reason, near]
    assert row["verdict"] == ("lacking" if level == "none" else "met")


def test_sensory_quality_is_enough_for_a_dispersed_supply_only(build, national):
    for kind, verdict in (("dispersed", "met"), ("central", "lacking"), (None, "unknown")):
        scheme = [{"scheme_code": "S", "scheme_kind": kind, "at": (0, 0)}]
        row, _ = water(build, national, schemes=scheme, water_scheme_code="S", water_quality="sensory_ok")
        assert row["verdict"] == verdict
    assert row["missing"] == "scheme_kind"


def test_the_scheme_speaks_where_the_group_is_silent(build, national):
    scheme = [{"scheme_code": "S", "scheme_kind": "central", "water_litres_pcd": 30.0, "water_quality": "report_ok", "at": (0, 0)}]
    row, evidence = water(build, national, schemes=scheme, water_scheme_code="S", water_litres_pcd=None, water_quality=None)
    assert row[["verdict", "value", "asset_code"]].tolist() == ["lacking", 30, "S"]
    assert evidence.loc["quality", "level_low"] == "full"
    own, _ = water(build, national, schemes=scheme, water_scheme_code="S", water_litres_pcd=50.0)
    assert (own["verdict"], own["level"]) == ("met", "basic")
    lost, _ = water(build, national, schemes=scheme, water_scheme_code="T", water_litres_pcd=None)
    assert (lost["verdict"], lost["missing"]) == ("unknown", "water_litres_pcd")


def test_fetching_counts_distance_and_climb(build, national, standard):
    for points, rise, verdict, indicator in (
        ([(390, 0)], 50, "met", "quantity"),
        ([(790, 0)], 50, "met", "distance"),
        ([(810, 0)], 50, "lacking", "distance"),
        ([(700, 0)], 150, "lacking", "climb"),
        ([(700, 0), (0, 750)], 150, "met", "distance"),
    ):
        row, _ = water(build, national, ramp(build, rise), points, piped_water=False)
        assert (row["verdict"], row["indicator"]) == (verdict, indicator)
    # Guizhou counts 1,000 m there and back.
    assert water(build, standard, ramp(build, 1), [(499, 0)], piped_water=False)[0]["verdict"] == "met"
    there, _ = water(build, standard, ramp(build, 1), [(501, 0)], piped_water=False)
    assert there[["verdict", "value", "threshold"]].tolist() == ["lacking", 501, 500]


def test_without_terrain_the_climb_is_unknown_but_for_piped_water(build, national):
    row, evidence = water(build, national, None, [(100, 0)], piped_water=False)
    assert row[["verdict", "reason", "missing"]].tolist() == ["unknown", "height_unknown", "dem"]
    assert evidence.loc["distance", "level_low"] == "full"
    assert water(build, national, None, [(100, 0)])[0]["verdict"] == "met"


def test_water_points_missing_or_none(build, national):
    assert water(build, national, piped_water=False)[0][["verdict", "missing"]].tolist() == ["unknown", "water_points"]
    assert water(build, national, points=[], piped_water=False)[0][["verdict", "reason"]].tolist() == ["lacking", "no_water_point"]
    assert water(build, national, points=[], piped_water=None)[0][["verdict", "missing"]].tolist() == ["unknown", "piped_water"]


def test_days_in_a_row_are_bounded_by_days_of_the_year(build, standard):
    scheme = [{"scheme_code": "S", "scheme_kind": "dispersed", "at": (0, 0)}]
    for days, verdict in ((30, "met"), (31, "unknown")):
        row, _ = water(build, standard, schemes=scheme, water_scheme_code="S", water_outage_days=days)
        assert row["verdict"] == verdict
    assert (row["missing"], row["value"]) == ("water_outage_days", 31)


def test_who_names_no_scheme_and_has_no_pipe_fetches_on_his_own(build, national):
    for piped, verdict in ((False, "met"), (None, "unknown"), (True, "unknown")):
        row, _ = water(build, national, ramp(build, 1), [(10, 0)], piped_water=piped, water_quality="sensory_ok")
        assert row["verdict"] == verdict


def power(build, standard, groups, transformers):
    layer = build.frame("transformer_code", transformers)
    return run(build, standard, "power", groups, transformers=layer)


def test_power_asks_for_distance_capacity_and_three_phases(build, national):
    good = {"at": (300, 0), "capacity_kva": 80.0, "three_phase_power": True}
    for change, verdict, reason in (
        ({}, "met", "met"),
        ({"at": (501, 0)}, "lacking", "transformer_far"),
        ({"capacity_kva": 79.0}, "lacking", "capacity_low"),
        ({"capacity_kva": None}, "unknown", "capacity_unknown"),
        ({"three_phase_power": False}, "lacking", "no_three_phase"),
        ({"three_phase_power": None}, "unknown", "three_phase_unknown"),
    ):
        coverage, _ = power(build, national, [{"group_code": "g", "at": (0, 0)}], [{**good, **change}])
        assert coverage.loc["g", ["verdict", "reason"]].tolist() == [verdict, reason]
    told, _ = power(build, national, [{"group_code": "g", "at": (0, 0), "three_phase_power": True}], [{**good, "three_phase_power": False}])
    assert told.loc["g", "verdict"] == "met"


def test_groups_share_a_transformer_and_a_guest_adds_to_its_load(build, national):
    groups = [{"group_code": name, "at": at, "three_phase_power": True} for name, at in (("a", (0, 0)), ("b", (100, 0)), ("c", (440, 0)))]
    small = {"transformer_code": "small", "at": (450, 0), "capacity_kva": 20.0}
    large = {"transformer_code": "large", "at": (50, 0), "capacity_kva": 200.0}
    _, evidence = power(build, national, groups, [small, large])
    capacity = evidence.xs("capacity", level="indicator")
    assert capacity["value"].tolist() == pytest.approx([200 / 80, 200 / 80, 200 / 120])
    assert capacity["asset_code"].tolist() == ["large"] * 3
    assert capacity["level_low"].tolist() == ["met", "met", "none"]
    _, evidence = power(build, national, groups, [small, large, {"at": (470, 0), "capacity_kva": 90.0}])
    assert evidence.xs("capacity", level="indicator")["level_low"].tolist() == ["met"] * 3


def test_telecom_counts_from_the_committee_or_by_signal(build, national):
    station = build.frame("station_code", [{"at": (0, 0), "technology": "4g"}, {"at": (7000, 0), "technology": None}])
    committees = build.frame("village_code", [{"village_code": f"V{x}", "at": (x, 0)} for x in (4999, 5001, 30000)])
    rows = [
        ({"village_code": "V4999", "signal_4g": False}, "met", "met", None),
        ({"village_code": "V5001", "signal_4g": False}, "unknown", "technology_unknown", "technology"),
        ({"village_code": "V30000", "signal_4g": False}, "lacking", "no_signal", None),
        ({"village_code": "V30000", "signal_4g": True}, "met", "met", None),
        ({"village_code": "V30000", "signal_4g": None}, "unknown", "indicator_missing", "signal_4g"),
        ({"village_code": "V?", "signal_4g": False}, "unknown", "committee_unknown", "committees"),
    ]
    groups = [{"group_code": str(i), "at": (90_000, 0), **columns} for i, (columns, *_) in enumerate(rows)]
    coverage, _ = run(build, national, "telecom", groups, base_stations=station, committees=committees)
    told = coverage[["verdict", "reason", "missing"]].astype(object).where(coverage[["verdict", "reason", "missing"]].notna(), None)
    assert told.to_numpy().tolist() == [list(expected) for _, *expected in rows]


def test_a_clinic_serves_its_village_or_its_surroundings_and_must_be_fit(build, national):
    clinics = build.frame(
        "clinic_code",
        [
            {
                "clinic_code": "far",
                "at": (50_000, 0),
                "village_code": "V1",
                "clinic_kind": "village_clinic",
                "floor_area_m2": 60.0,
                "doctors_count": 1,
            },
            {"clinic_code": "small", "at": (0, 0), "village_code": "V2", "clinic_kind": "village_clinic", "floor_area_m2": 59.0, "doctors_count": 1},
            {
                "clinic_code": "empty",
                "at": (20_000, 0),
                "village_code": "V3",
                "clinic_kind": "village_clinic",
                "floor_area_m2": 90.0,
                "doctors_count": None,
            },
            {"clinic_code": "hospital", "at": (0, 20_000), "village_code": "V4", "clinic_kind": "township_hospital"},
        ],
    )
    rows = [
        ({"at": (0, 9000), "village_code": "V1"}, "met", "met", "far"),
        ({"at": (0, 100), "village_code": "V9"}, "lacking", "clinic_substandard", "small"),
        ({"at": (20_000, 100), "village_code": "V9"}, "unknown", "clinic_unknown", None),
        ({"at": (0, 16_000), "village_code": "V9"}, "met", "met", "hospital"),
        ({"at": (0, 9000), "village_code": "V9"}, "lacking", "clinic_far", None),
        ({"at": (0, 9000), "village_code": None}, "unknown", "indicator_missing", None),
    ]
    groups = [{"group_code": str(i), **columns} for i, (columns, *_) in enumerate(rows)]
    coverage, _ = run(build, national, "clinic", groups, clinics=clinics)
    assert coverage[["verdict", "reason"]].to_numpy().tolist() == [[verdict, reason] for _, verdict, reason, _ in rows]
    assert all(code is None or coverage["asset_code"].iloc[i] == code for i, (*_, code) in enumerate(rows))


def test_the_village_outline_tells_whose_clinic_it_is(build, national):
    clinic = {"at": (9000, 0), "clinic_kind": "village_clinic", "floor_area_m2": 60.0, "doctors_count": 1}
    outline = build.frame("village_code", [{"village_code": "V1", "at": "POLYGON((-100 -100,9100 -100,9100 100,-100 100,-100 -100))"}])
    groups = [{"group_code": "g", "at": (0, 0), "village_code": None}]
    coverage, _ = run(build, national, "clinic", groups, clinics=build.frame("clinic_code", [clinic]), villages=outline)
    assert coverage.loc["g", "verdict"] == "met"


def test_where_distance_does_not_help_a_clinic_of_unknown_village_may_be_anyones(build):
    rules = load_standard(["hubei-2017"])
    fit = {"at": (0, 0), "clinic_kind": "village_clinic", "floor_area_m2": 60.0, "doctors_count": 1}
    for village, verdict, missing in ((None, "unknown", "village_code"), ("V2", "lacking", None), ("V1", "met", None)):
        clinics = build.frame("clinic_code", [{**fit, "village_code": village}])
        coverage, _ = run(build, rules, "clinic", [{"group_code": "g", "at": (0, 0), "village_code": "V1"}], clinics=clinics)
        assert coverage.loc["g", "verdict"] == verdict
        assert missing is None or coverage.loc["g", "missing"] == missing


def test_the_village_outline_tells_whose_committee_it_is(build, national):
    station = build.frame("station_code", [{"at": (0, 0), "technology": "4g"}])
    outline = build.frame("village_code", [{"village_code": "V1", "at": "POLYGON((-100 -100,90100 -100,90100 100,-100 100,-100 -100))"}])
    committees = build.frame("village_code", [{"village_code": "V1", "at": (10, 0)}])
    groups = [{"group_code": "g", "at": (90_000, 0), "village_code": None, "signal_4g": False}]
    coverage, _ = run(build, national, "telecom", groups, base_stations=station, committees=committees, villages=outline)
    assert coverage.loc["g", "verdict"] == "met"


@pytest.mark.parametrize("columns", [{"group_code": "52232610120107"}, {"village_name": "上村", "township_name": "甲镇"}, {"village_name": "上村"}])
def test_a_group_finds_its_committee_by_the_prefix_of_its_code_or_by_name(build, national, columns):
    station = build.frame("station_code", [{"at": (0, 0), "technology": "4g"}])
    names = {"village_code": "522326101201", "village_name": "上村", "township_name": "甲镇"}
    committees = build.frame("village_code", [{**names, "at": (10, 0)}])
    townships = build.frame("township_code", [{"township_code": "522326101", "township_name": "甲镇", "at": (0, 0)}])
    groups = [{"group_code": "g", "at": (90_000, 0), "signal_4g": False, **columns}]
    coverage, _ = run(build, national, "telecom", groups, base_stations=station, committees=committees, townships=townships)
    assert coverage["verdict"].tolist() == ["met"]


def test_a_report_that_is_worse_than_the_evidence_is_listed_too(build, national):
    schools = build.frame("school_code", [{"at": (0, 0), "school_kind": "primary"}])
    rows = [{"group_code": name, "at": at, "reported_school": said} for name, at, said in NEAR_AND_FAR]
    found = assess({"groups": build.groups(*rows), "schools": schools}, national, services=["school"]).coverage
    assert understated(found)["group_code"].tolist() == ["b"]
    assert conflicts(found)["group_code"].tolist() == ["d"]


NEAR_AND_FAR = (("a", (0, 0), None), ("b", (0, 0), False), ("c", (0, 0), True), ("d", (9000, 0), True), ("e", (9000, 0), False))


def test_a_school_of_an_accepted_kind(build, national):
    rows = [({"at": (2500, 0)}, "met"), ({"at": (2501, 0)}, "lacking"), ({"at": (0, 2400)}, "unknown"), ({"at": (-2400, 0)}, "met")]
    schools = build.frame(
        "school_code", [{"at": (0, 0), "school_kind": "primary"}, {"at": (0, 4800), "school_kind": None}, {"at": (-2400, 0), "school_kind": "senior"}]
    )
    groups = [{"group_code": str(i), **columns} for i, (columns, _) in enumerate(rows)]
    coverage, _ = run(build, national, "school", groups, schools=schools)
    assert coverage["verdict"].tolist()[:2] == ["met", "lacking"]
    assert coverage["near_miss"].tolist()[1]
    assert coverage["verdict"].tolist()[3] == "met"


def test_relocated_households_no_longer_count_in_the_group(build, national):
    household = pd.DataFrame(
        {
            "household_code": [str(i) for i in range(40)],
            "group_code": ["g"] * 40,
            "household_type": ["general"] * 40,
            "relocated": [i < 15 for i in range(40)],
        }
    ).astype({"household_code": "string", "group_code": "string", "household_type": "string", "relocated": "boolean"})
    household["people_count"] = pd.array([4] * 40, dtype="Int64")
    groups = build.groups({"group_code": "g", "at": (0, 0)})
    found = assess({"groups": groups, "households": household, "roads": build.roads()}, national, services=["hardened_road"])
    assert found.groups.loc[0, ["households_count", "people_count", "households_basis"]].tolist() == [25, 100, "register"]
    assert found.coverage.loc[0, ["verdict", "reason"]].tolist() == ["excluded", "few_households"]


def test_what_cannot_be_judged_is_said(build, national):
    with pytest.raises(QueryError, match="hardened_road"):
        assess({"groups": build.groups()}, national, services=["broadband"])
    with pytest.raises(ZutongError, match="村民组"):
        assess({}, national)


def test_a_county_without_groups_is_an_empty_answer(build, national):
    found = assess({"groups": build.groups(), "roads": build.roads(build.trunk())}, national)
    assert found.coverage.empty
    assert found.evidence.empty


def test_the_oldest_date_of_what_was_used_is_told(build, national):
    groups = build.groups({"group_code": "g", "at": (0, 0), "data_date": "2025-06"})
    schools = build.frame(
        "school_code",
        [{"at": (0, 0), "school_kind": "primary", "data_date": "2019"}, {"at": (9000, 0), "school_kind": "primary", "data_date": "2001"}],
    )
    found = assess({"groups": groups, "schools": schools}, national, services=["school", "telecom"])
    assert found.coverage.set_index("service")["data_date"].to_dict() == {"school": "2019", "telecom": "2025-06"}
