"""Each rule finds what was planted, is silent on a county in order, and explains itself in Chinese."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.codes import area_names
from layers.crs import wgs84_to_gcj02
from layers.intake.check import RULES, check_layers
from layers.intake.problems import PROBLEM_COLUMNS

COUNTY = "522326"
TOWN = "522326101"
VILLAGES = [f"{TOWN}{200 + i}" for i in range(4)]
ORIGIN = (106.0, 25.2)
SIDE = 0.05  # degrees: villages are squares in a row, about 5 km wide


def _square(i):
    west, south = ORIGIN[0] + i * SIDE, ORIGIN[1]
    return shapely.box(west, south, west + SIDE, south + SIDE)


def _text(values):
    return pd.array(values, dtype="string")


def _frame(columns, shapes):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def _lines(x0, y0, x1, y1):
    return list(shapely.linestrings(np.stack([np.column_stack([x0, y0]), np.column_stack([x1, y1])], axis=1)))


def _county():
    """A small county in which everything fits: 4 villages, 3 groups each, 10 households a group, a road through each village."""
    rows = [(v, n) for v in range(4) for n in range(3)]
    codes = [f"{VILLAGES[v]}{n + 1:02d}" for v, n in rows]
    dated = {"data_date": _text(["2025-06-30"] * 12), "synthetic": pd.array([False] * 12, dtype="boolean")}
    groups = _frame(
        {
            "group_code": _text(codes),
            "group_name": _text([f"{n + 1}组" for _, n in rows]),
            "village_code": _text([VILLAGES[v] for v, _ in rows]),
            "township_code": _text([TOWN] * 12),
            "households_count": pd.array([10] * 12, dtype="Int64"),
            "people_count": pd.array([40] * 12, dtype="Int64"),
            "registered_households_count": pd.array([3] * 12, dtype="Int64"),
            **dated,
        },
        [shapely.Point(ORIGIN[0] + v * SIDE + 0.01 + 0.014 * n, ORIGIN[1] + 0.02 + 0.004 * n) for v, n in rows],
    )
    households = pd.DataFrame(
        {
            "household_code": _text([f"h{i}" for i in range(120)]),
            "group_code": _text(np.repeat(codes, 10)),
            "person_key": _text([f"{i:032x}" for i in range(120)]),
            "data_date": _text(["2025-06"] * 120),
        }
    )
    four = {"data_date": _text(["2024"] * 4)}
    villages = _frame({"village_code": _text(VILLAGES), **four}, [_square(i) for i in range(4)])
    roads = _frame(
        {
            "road_code": _text([f"C{i}" for i in range(4)]),
            "surface": _text(["asphalt"] * 4),
            "pavement_width_m": pd.array([3.5] * 4, dtype="Float64"),
            "roadbed_width_m": pd.array([4.5] * 4, dtype="Float64"),
            **four,
        },
        [shapely.LineString([(ORIGIN[0] + i * SIDE, ORIGIN[1] + 0.02), (ORIGIN[0] + (i + 1) * SIDE, ORIGIN[1] + 0.024)]) for i in range(4)],
    )
    clinics = _frame({"clinic_code": _text(["w1"]), "village_code": _text(VILLAGES[:1]), "data_date": _text(["2025-01-01"])}, [_square(0).centroid])
    counties = _frame({"county_code": _text([COUNTY]), "data_date": _text(["2024-12-05"])}, [shapely.union_all([_square(i) for i in range(4)])])
    county = {"groups": groups, "households": households, "villages": villages, "roads": roads, "clinics": clinics, "counties": counties}
    return {**county, **_moves(codes)}


def _moves(codes):
    """Two settlements, and from each of two groups three households with twelve people that moved there; what was checked in the first."""
    dated = {"data_date": _text(["2024-12-31"] * 2)}
    sites = _frame(
        {
            "settlement_code": _text(["AZ1", "AZ2"]),
            "planned_households_count": pd.array([10, 10], dtype="Int64"),
            "moved_households_count": pd.array([8, 8], dtype="Int64"),
            **dated,
        },
        [shapely.Point(ORIGIN[0] + 0.02, ORIGIN[1] + 0.021), shapely.Point(ORIGIN[0] + 0.07, ORIGIN[1] + 0.023)],
    )
    ledger = pd.DataFrame(
        {
            "relocation_code": _text(["BQ1", "BQ2"]),
            "group_code": _text(codes[:2]),
            "settlement_code": _text(["AZ1", "AZ2"]),
            "households_count": pd.array([3, 3], dtype="Int64"),
            "people_count": pd.array([12, 12], dtype="Int64"),
            "old_houses_count": pd.array([3, 3], dtype="Int64"),
            "old_houses_demolished_count": pd.array([3, 2], dtype="Int64"),
            "homestead_area_m2": pd.array([600.0, 600.0], dtype="Float64"),
            "reclaimed_area_m2": pd.array([601.0, pd.NA], dtype="Float64"),  # as much, but for rounding to mu
            **dated,
        }
    )
    checks = pd.DataFrame(
        {
            "check_code": _text(["ZC1", "ZC2"]),
            "settlement_code": _text(["AZ1", "AZ1"]),
            "check_item": _text(["people", "hazards"]),
            "check_result": _text(["ok", "problem"]),
            "owner_unit": _text([pd.NA, "演示局"]),
            "due_date": _text([pd.NA, "2025-06-30"]),
            **dated,
        }
    )
    return {"settlements": sites, "relocations": ledger, "settlement_checks": checks}


def _names():
    rows = [
        (COUNTY, "演示县", "county", None),
        (TOWN, "演示镇", "township", COUNTY),
        *((v, f"演示{i}村", "village", TOWN) for i, v in enumerate(VILLAGES)),
    ]
    return pd.DataFrame(rows, columns=["code", "name", "level", "parent_code"], dtype="string")


def _check(layers):
    return check_layers(layers, county_code=COUNTY, names=_names())


def _set(layers, layer, row, field, value):
    frame = layers[layer].copy()
    frame.loc[row, field] = value
    return {**layers, layer: frame}


def _move(layers, layer, row, shape):
    frame = layers[layer].copy()
    shapes = frame.geometry.to_numpy().copy()
    shapes[row] = shape
    return {**layers, layer: frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))}


def _drop(layers, layer, rows):
    return {**layers, layer: layers[layer].drop(index=rows)}


def test_a_county_in_order_has_no_problems():
    assert _check(_county()).empty


def test_nothing_to_check_is_no_problem():
    assert tuple(check_layers({}).columns) == PROBLEM_COLUMNS
    empty = {name: frame.iloc[:0] for name, frame in _county().items()}
    assert _check(empty).empty


STAYING = ("chooses_to_stay", "whole_relocation")
PLANTED = {
    "code_unknown": lambda c: _set(c, "clinics", 0, "village_code", "522326101999"),
    "code_of_other_county": lambda c: _set(c, "clinics", 0, "village_code", "522327101200"),
    "code_parent_differs": lambda c: _set(c, "groups", 0, "group_code", VILLAGES[1] + "09"),
    "village_not_in_layer": lambda c: _drop(c, "villages", [3]),
    "village_without_groups": lambda c: _drop(c, "groups", [9, 10, 11]),
    "group_name_twice": lambda c: _set(c, "groups", 0, "group_name", "第二村民组"),
    "outside_own_village": lambda c: _set(c, "groups", 0, "geometry", _square(2).centroid),
    "outside_county": lambda c: _move(c, "clinics", 0, shapely.Point(25.2, 106.0 - 80)),
    "same_position": lambda c: _move(c, "groups", 1, c["groups"].geometry.iloc[0]),
    "road_no_surface": lambda c: _set(c, "roads", 1, "surface", pd.NA),
    "road_too_short": lambda c: _move(c, "roads", 1, shapely.LineString([(106.06, 25.22), (106.06003, 25.22)])),
    "road_wider_than_bed": lambda c: _set(c, "roads", 1, "pavement_width_m", 6.0),
    "road_length_differs": lambda c: {**c, "roads": c["roads"].assign(length_km=pd.array([5.06, 5.06, 5060.0, pd.NA], dtype="Float64"))},
    "household_total_differs": lambda c: _set(c, "groups", 0, "households_count", 40),
    "no_households": lambda c: _set(c, "groups", 0, "households_count", pd.NA),
    "not_in_register": lambda c: _drop(c, "households", range(10)),
    "group_not_found": lambda c: _set(c, "households", 0, "group_code", VILLAGES[0] + "88"),
    "person_twice": lambda c: _set(c, "households", 0, "person_key", f"{5:032x}"),
    "people_implausible": lambda c: _set(c, "groups", 0, "people_count", 4),
    "registered_more_than_all": lambda c: _set(c, "groups", 0, "registered_households_count", 13),
    "relocation_group_unknown": lambda c: _set(c, "relocations", 0, "group_code", VILLAGES[0] + "77"),
    "relocation_settlement_unknown": lambda c: _set(c, "relocations", 0, "settlement_code", "AZ9"),
    "check_settlement_unknown": lambda c: _set(c, "settlement_checks", 0, "settlement_code", "AZ9"),
    "demolished_more_than_due": lambda c: _set(c, "relocations", 0, "old_houses_demolished_count", 4),
    "reclaimed_more_than_homestead": lambda c: _set(c, "relocations", 0, "reclaimed_area_m2", 900.0),
    "moved_more_households": lambda c: _set(c, "relocations", 0, "households_count", 11),
    "moved_more_people": lambda c: _set(c, "relocations", 0, "people_count", 41),
    "moved_more_than_planned": lambda c: _set(c, "settlements", 0, "moved_households_count", 11),
    "ledger_more_than_moved": lambda c: _set(c, "settlements", 0, "moved_households_count", 2),
    "check_item_twice": lambda c: _set(c, "settlement_checks", 1, "check_item", "people"),
    "check_without_owner": lambda c: _set(c, "settlement_checks", 1, "owner_unit", pd.NA),
    "stays_and_moves": lambda c: {**c, "groups": c["groups"].assign(**{name: pd.array([True] + [False] * 11, dtype="boolean") for name in STAYING})},
    "stale_data": lambda c: {**c, "roads": c["roads"].assign(data_date=_text(["2016"] * 4))},
    "no_data_date": lambda c: {**c, "roads": c["roads"].drop(columns="data_date")},
    "synthetic_mixed": lambda c: _set(c, "groups", 0, "synthetic", True),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found(rule):
    problems = _check(PLANTED[rule](_county()))
    assert rule in set(problems["rule"])
    assert tuple(problems.columns) == PROBLEM_COLUMNS
    row = problems[problems["rule"] == rule].iloc[0]
    assert re.search(r"[\u4e00-\u9fff]", row["message"])
    assert row["message"].endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", row["suggestion"])


def test_a_group_without_any_village_is_told():
    county = _county()
    groups = county["groups"].drop(columns=["village_code", "township_code"]).assign(group_code=_text([f"g{i}" for i in range(12)]))
    problems = check_layers({"groups": groups})
    assert (problems["rule"] == "no_parent").sum() == 12


def test_every_rule_has_a_case_and_the_codes_are_its_own():
    codes = [code for rule in RULES for code in rule.codes]
    assert len(codes) == len(set(codes))
    assert set(codes) == {*PLANTED, "no_parent", "datum_offset", "code_name_conflict"}
    assert all(rule.title and rule.why.endswith("。") for rule in RULES)


def test_the_message_names_who_and_where():
    problems = _check(PLANTED["outside_own_village"](_county()))
    row = problems[problems["rule"] == "outside_own_village"].iloc[0]
    assert row["value"] == VILLAGES[0] + "01"
    assert VILLAGES[2] in row["message"]
    gap = int(re.search(r"离村界 (\d+) 米", row["message"]).group(1))
    assert gap == pytest.approx(1.5 * SIDE * 111_320 * np.cos(np.radians(25.225)), rel=0.01)


def test_boundaries_are_taken_with_tolerance():
    near = shapely.Point(ORIGIN[0] - 0.004, ORIGIN[1] + 0.02)  # 400 m west of the county and the village
    far = shapely.Point(ORIGIN[0] - 0.006, ORIGIN[1] + 0.02)  # 600 m
    assert not {"outside_own_village", "outside_county"} & set(_check(_move(_county(), "groups", 0, near))["rule"])
    assert {"outside_own_village", "outside_county"} <= set(_check(_move(_county(), "groups", 0, far))["rule"])


def test_a_county_that_is_not_in_the_layer_holds_nothing_against_anybody():
    assert check_layers(_county(), county_code="520101")["rule"].isin(["code_of_other_county"]).all()
    assert "outside_county" not in set(check_layers(_county(), county_code="520101")["rule"])


def test_old_codes_are_told_with_the_present_one():
    names = area_names("522302")
    groups = _county()["groups"].head(1).assign(township_code=_text(["522322205"]), village_code=_text([pd.NA]), group_code=_text(["x1"]))
    problems = check_layers({"groups": groups}, county_code="522302", names=names)
    told = problems[problems["rule"] == "code_unknown"]
    assert "现行代码为 522302200" in told["message"].item()
    assert "code_of_other_county" not in set(problems["rule"]), "the former code of the same county is not another county's"


def test_a_register_of_registered_households_is_compared_with_their_number():
    county = _county()
    few = county["households"].groupby("group_code").head(3).assign(household_type=_text(["registered"] * 36))
    assert "household_total_differs" not in set(_check({**county, "households": few})["rule"])
    general = few.assign(household_type=_text(["registered", "general"] * 18))
    assert (_check({**county, "households": general})["rule"] == "household_total_differs").sum() == 12


def test_names_lead_from_the_register_to_the_groups_before_anything_is_counted():
    county = _county()
    groups = county["groups"].assign(village_name=_text(np.repeat([f"演示{i}村" for i in range(4)], 3)))
    written = county["households"].assign(
        group_code=_text([pd.NA] * 120),
        group_name=_text(np.repeat([f"第{'一二三'[i % 3]}村民组" for i in range(12)], 10)),
        village_name=_text(np.repeat([f"演示{i // 3}村委会" for i in range(12)], 10)),
    )
    assert _check({**county, "groups": groups, "households": written}).empty


def test_a_layer_in_another_map_datum_is_told():
    rng = np.random.default_rng(5)
    x, y, turn = rng.uniform(106.0, 106.3, 60), rng.uniform(25.1, 25.4, 60), rng.uniform(0, np.pi, 60)
    dx, dy, part = 0.02 * np.cos(turn), 0.02 * np.sin(turn), rng.uniform(0.1, 0.9, 60)
    roads = _frame({"road_code": _text([f"r{i}" for i in range(60)])}, _lines(x, y, x + dx, y + dy))
    lon, lat = wgs84_to_gcj02(x + dx * part, y + dy * part)
    schools = {"school_code": _text([f"s{i}" for i in range(60)])}
    shifted = check_layers({"roads": roads, "schools": _frame(schools, list(shapely.points(lon, lat)))})
    assert "GCJ-02" in shifted.loc[shifted["rule"] == "datum_offset", "message"].item()
    placed = check_layers({"roads": roads, "schools": _frame(schools, list(shapely.points(x + dx * part, y + dy * part)))})
    assert "datum_offset" not in set(placed["rule"])


def test_moves_out_of_a_group_are_added_up():
    county = _set(_set(_county(), "relocations", 1, "group_code", _county()["groups"]["group_code"].iloc[0]), "relocations", 0, "households_count", 9)
    found = _check(county)
    assert found["rule"].tolist() == ["moved_more_households", "ledger_more_than_moved"]
    assert "搬迁户数合计 12 户，多于该组的 10 户" in found["message"].iloc[0]


def test_what_nobody_wrote_is_held_against_nobody():
    county = _county()
    ledger = county["relocations"].assign(**{name: pd.array([pd.NA] * 2, dtype="Int64") for name in ("households_count", "old_houses_count")})
    assert _check({**county, "relocations": ledger}).empty


def test_a_fault_of_the_whole_layer_is_one_problem():
    rng = np.random.default_rng(1)
    lines = [shapely.LineString([(a, b), (a + 0.01, b)]) for a, b in zip(rng.uniform(106, 106.2, 200), rng.uniform(25.2, 25.25, 200), strict=True)]
    roads = _frame({"road_code": _text([f"r{i}" for i in range(200)]), "data_date": _text(["2025"] * 200)}, lines)
    problems = check_layers({"roads": roads})
    assert problems["rule"].tolist() == ["road_no_surface"]
    assert "共 200 条中有 200 条" in problems["message"].item()


def test_an_invented_outline_around_real_groups_is_not_held_against_them():
    county = _county()
    invented = {name: frame.assign(synthetic=pd.array([True] * len(frame), dtype="boolean")) for name, frame in county.items() if name != "counties"}
    real_outline = {**invented, "counties": county["counties"]}
    assert "synthetic_mixed" not in set(_check(real_outline)["rule"])
    assert "synthetic_mixed" in set(_check({**real_outline, "roads": county["roads"]})["rule"])


def test_layers_are_not_changed_and_the_answer_is_the_same_each_time():
    county = PLANTED["same_position"](_county())
    before = {name: frame.copy() for name, frame in county.items()}
    first, second = _check(county), _check(county)
    pd.testing.assert_frame_equal(first, second)
    for name, frame in county.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before[name]))


def test_a_foreign_county_in_other_units_and_codes():
    groups = _frame(
        {"group_code": _text(["KE1", "KE2"]), "group_name": _text(["Hill", "River"]), "village_code": _text(["W1", "W1"])},
        [shapely.Point(36.8, -1.3), shapely.Point(36.81, -1.31)],
    )
    villages = _frame({"village_code": _text(["W1"])}, [shapely.box(36.7, -1.4, 36.9, -1.2)])
    rules = set(check_layers({"groups": groups, "villages": villages}, county_code="KE-30")["rule"])
    assert rules == {"no_households", "no_data_date"}
