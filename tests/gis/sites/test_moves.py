"""What a move changed: worked out by hand on small land; what is not known is never called better or worse."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.sites.moves import compare_moves, moves_summary
from gis.sites.sets import load_site_set
from tests.gis.sites.judged_land import CELL, GAUSS_KRUGER, judged_land

RULES = load_site_set(overrides={"parcel.farm_distance_m": 500.0})
SHAPE = (40, 40)
OLD, NEW = (10.5, 5.5), (10.5, 30.5)


def text(values):
    return pd.array(values, dtype="string")


def at(row, column):
    return shapely.Point(560_000.0 + column * CELL, 2_800_000.0 - row * CELL)


def drawn(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=GAUSS_KRUGER)


def ledger(*rows):
    names = ("relocation_code", "group_code", "settlement_code", "group_name")
    frame = pd.DataFrame({name: text([row.get(name, pd.NA) for row in rows]) for name in names})
    counts = {name: pd.array([row.get(name, pd.NA) for row in rows], dtype="Int64") for name in ("households_count", "people_count")}
    return frame.assign(**counts)


ROW = {"relocation_code": "R1", "group_code": "g1", "settlement_code": "A", "households_count": 3, "people_count": 12}
GROUPS = drawn([at(*OLD)], group_code=text(["g1"]), group_name=text(["一组"]), village_name=text(["甲村"]))
SITES = drawn([at(*NEW)], settlement_code=text(["A"]), settlement_name=text(["乙安置点"]))


def judged(**west_and_east):
    """Land whose measures differ between the western half, where the old home is, and the eastern half."""
    halves = {}
    for key, (west, east) in west_and_east.items():
        halves[key] = np.full(SHAPE, west, dtype=np.float32)
        halves[key][:, 20:] = east
    return judged_land(np.zeros(SHAPE, dtype=bool), RULES, **halves)


def compare(land, rows=(ROW,), **layers):
    return compare_moves(ledger(*rows), GROUPS, SITES, layers, land)


def lists(row):
    return {word: set(filter(None, row[word].split(","))) for word in ("better", "worse", "unknown")}


def test_minutes_before_and_after_and_what_they_mean():
    land = judged(school=(40.0, 10.0), clinic=(10.0, 40.0), market=(20.0, 24.0), town=(np.inf, 30.0), jobs=(30.0, np.inf), road=(np.nan, 1.0))
    row = compare(land).iloc[0]
    assert (row["school_min_before"], row["school_min_after"]) == (40.0, 10.0)
    found = lists(row)
    assert {"school", "town"} <= found["better"]
    assert {"clinic", "jobs"} <= found["worse"]
    assert "road" in found["unknown"]
    assert not any("market" in part for part in found.values())  # four minutes are lost in the grid
    assert row["no_way"] == "town_before,jobs_after"
    assert pd.isna(row["town_min_before"])
    assert row["moved_m"] == pytest.approx(25 * CELL)


def test_the_old_fields_are_those_next_to_the_old_home():
    near = shapely.box(*at(12, 8).coords[0], *at(11, 9).coords[0])  # 2.5 columns east of the old home, towards the new one
    beyond = shapely.box(*at(12, 31).coords[0], *at(11, 32).coords[0])  # beside the new home, but not the old fields
    with_fields = compare(judged(), farmland=drawn([near, beyond], parcel_code=text(["f1", "f2"]))).iloc[0]
    assert with_fields["farm_basis"] == "farmland"
    assert with_fields["farm_m"] == pytest.approx(np.hypot(21.5, 0.5) * CELL)
    assert with_fields["farm_within"] == False  # noqa: E712 - a nullable boolean
    far_fields = compare(judged(), farmland=drawn([beyond], parcel_code=text(["f2"]))).iloc[0]  # 750 m from the old home: nobody's fields
    assert far_fields["farm_basis"] == "group"
    assert far_fields["farm_m"] == pytest.approx(25 * CELL)
    assert "farm" in lists(far_fields)["worse"]


def test_a_short_move_keeps_the_fields():
    sites = drawn([at(10.5, 9.5)], settlement_code=text(["A"]))
    row = compare_moves(ledger(ROW), GROUPS, sites, {}, judged()).iloc[0]
    assert row["farm_m"] == pytest.approx(4 * CELL)
    assert row["farm_within"] == True  # noqa: E712 - a nullable boolean
    assert "farm" not in lists(row)["worse"]


def test_seats_and_doctors_of_the_nearest_that_counts():
    schools = drawn(
        [at(10, 4), at(10, 6), at(10, 29)],
        school_kind=text(["kindergarten", "primary", "primary"]),
        seats_count=pd.array([50, 100, 200], dtype="Int64"),
        pupils_count=pd.array([10, 90, 230], dtype="Int64"),
    )
    clinics = drawn([at(10, 4), at(10, 29)], clinic_kind=text(["village_clinic"] * 2), doctors_count=pd.array([0, 2], dtype="Int64"))
    row = compare(judged(), schools=schools, clinics=clinics).iloc[0]
    assert (row["school_seats_before"], row["school_seats_after"]) == (10.0, -30.0)
    assert (row["clinic_doctors_before"], row["clinic_doctors_after"]) == (0.0, 2.0)
    assert "school_seats" in lists(row)["worse"]
    assert "clinic_doctors" in lists(row)["better"]
    silent = compare(judged(), schools=schools.assign(pupils_count=pd.array([1, pd.NA, 3], dtype="Int64"))).iloc[0]
    assert "school_seats" in lists(silent)["unknown"]
    assert "clinic_doctors" in lists(silent)["unknown"]


def test_who_cannot_be_placed_is_unknown_in_everything():
    rows = [{**ROW, "group_code": "gx"}, {**ROW, "settlement_code": "AX"}, {**ROW, "group_code": pd.NA}]
    found = compare(judged(), rows)
    assert found["farm_m"].isna().all()
    assert found["farm_basis"].isna().all()
    assert (found["better"] == "").all()
    assert (found["worse"] == "").all()
    assert all({"school", "clinic", "market", "farm", "hazard", "school_seats"} <= lists(row)["unknown"] for _, row in found.iterrows())


def test_names_are_taken_from_the_ledger_first_then_from_the_layers():
    found = compare(judged(), [ROW, {**ROW, "relocation_code": "R2", "group_name": "老寨"}])
    assert found["group_name"].tolist() == ["一组", "老寨"]
    assert found["village_name"].tolist() == ["甲村", "甲村"]
    assert found["settlement_name"].tolist() == ["乙安置点", "乙安置点"]
    assert found["relocation_code"].tolist() == ["R1", "R2"]


def test_a_home_on_a_cell_of_which_nothing_is_known_is_judged_by_the_cells_around():
    school = np.full(SHAPE, 12.0, dtype=np.float32)
    school[10, 30] = np.nan  # a river's cell
    land = judged_land(np.zeros(SHAPE, dtype=bool), RULES, school=school)
    assert compare(land).iloc[0]["school_min_after"] == pytest.approx(12.0)


def test_households_are_added_up_by_what_changed_for_them():
    land = judged(school=(40.0, 10.0), clinic=(10.0, 40.0))
    summary = moves_summary(
        compare(land, [ROW, {**ROW, "relocation_code": "R2", "households_count": 5}, {**ROW, "relocation_code": "R3", "group_code": "gx"}])
    )
    assert summary["school"] == {"better": 8, "worse": 0, "unknown": 3, "same": 0}
    assert summary["clinic"] == {"better": 0, "worse": 8, "unknown": 3, "same": 0}


def test_an_empty_ledger_gives_an_empty_table_of_the_same_types():
    full, none = compare(judged()), compare_moves(ledger(), GROUPS, SITES, {}, judged())
    assert len(none) == 0
    assert none.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    alone = compare_moves(ledger(ROW), None, None, {}, judged())
    assert alone["moved_m"].isna().all()
