"""Settlements that stand: what is worked out is what the data say, what nobody knows stays unknown, and what was told is not lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.checklist import ITEMS, count_items, facilities_of, nine_items, sizes_of
from gis.sites.ledger import floor_per_person, occupancy, old_houses, over_area, people_sound
from gis.sites.review import cells_around, review_settlements, review_summary
from gis.sites.sets import load_site_set
from tests.gis.sites.judged_land import CELL, GAUSS_KRUGER, judged_land

RULES = load_site_set()
FLAGS = ("party_station", "police_station", "training_centre", "clinic", "market", "water", "power", "road")


def series(values, dtype):
    return pd.array(values, dtype=dtype)


def site_table(**columns):
    kinds = {"settlement_code": "string", "settlement_name": "string", "township_name": "string", "build_state": "string"}
    frame = {}
    for name, values in columns.items():
        kind = kinds.get(name, "boolean" if name in (*FLAGS, "hazard_treated") else "Int64" if name.endswith("_count") else "Float64")
        frame[name] = series(values, kind)
    return pd.DataFrame(frame)


def ledger_table(**columns):
    kinds = {"relocation_code": "string", "settlement_code": "string", "group_code": "string"}
    return pd.DataFrame({name: series(values, kinds.get(name, "Float64")) for name, values in columns.items()})


def check_table(*rows):
    names = ("settlement_code", "check_item", "check_result", "owner_unit", "due_date", "done_date", "data_date")
    return pd.DataFrame({name: series([row.get(name, pd.NA) for row in rows], "string") for name in names})


def placed(judged, cells, **columns):
    points = [None if cell is None else shapely.Point(judged.grid.x0 + cell[1] * CELL, judged.grid.y0 - cell[0] * CELL) for cell in cells]
    return gpd.GeoDataFrame(site_table(**columns), geometry=gpd.GeoSeries(points, crs=judged.crs)).to_crs("EPSG:4490")


def test_floor_is_for_the_people_it_was_built_for():
    sites = site_table(
        planned_households_count=[100, 100, pd.NA, 10, 100, 100],
        moved_households_count=[50, 0, 20, 20, pd.NA, 50],
        moved_people_count=[200, 0, 80, 80, pd.NA, 200],
        floor_area_m2=[10_000.0, 10_000.0, 2_000.0, 2_000.0, 10_000.0, pd.NA],
    )
    usual = float(RULES.parcel.people_per_household.value)
    expected = [10_000 / (100 * 4.0), 10_000 / (100 * usual), 2_000 / 80, 2_000 / 80, 10_000 / (100 * usual)]
    found = floor_per_person(sites, RULES)
    assert found.iloc[:5].astype(float).tolist() == pytest.approx(expected)
    assert pd.isna(found.iloc[5])
    shares = occupancy(sites)
    assert shares.iloc[[0, 1, 3]].astype(float).tolist() == pytest.approx([0.5, 0.0, 2.0])
    assert shares.iloc[[2, 4]].isna().all()


def test_old_houses_and_land_of_rows_that_say_both():
    ledger = ledger_table(
        settlement_code=["A", "A", "A", "B", pd.NA],
        old_houses_count=[10, 10, 4, pd.NA, 5],
        old_houses_demolished_count=[5, 12, pd.NA, 3, 5],
        homestead_area_m2=[1000, 1000, 500, 0, 1],
        reclaimed_area_m2=[250, pd.NA, 500, 0, 1],
    )
    found = old_houses(pd.Series(["A", "B", "C"], dtype="string"), ledger)
    assert found["demolished_share"].iloc[0] == pytest.approx((5 + 10) / 20)  # more than there was counts as all
    assert found["reclaimed_share"].iloc[0] == pytest.approx(750 / 1500)
    assert found["demolished_share"].iloc[1:].isna().all()
    assert found["reclaimed_share"].iloc[1:].isna().all()  # nothing to reclaim says nothing
    assert found["ledger_count"].tolist() == [3, 1, 0]
    assert found["ledger_unknown_count"].tolist() == [2, 1, 0]
    assert old_houses(pd.Series(["A"], dtype="string"), None)["demolished_share"].isna().all()


def test_homes_that_are_too_large_by_head_or_by_household():
    ledger = ledger_table(
        settlement_code=["A"] * 5,
        floor_area_m2=[100.0, 101.0, 155.0, 149.0, pd.NA],
        people_count=[4, 4, 7, 6, 4],
        households_count=[1, 1, 1, 1, 1],
    )
    assert over_area(pd.Series(["A", "B"], dtype="string"), ledger, RULES.review).tolist() == [2, 0]  # 25.25 m² a head; 155 m² for seven


def test_people_are_sound_where_the_ledger_fits_the_groups():
    groups = pd.DataFrame({"group_code": series(["g1", "g2"], "string"), "people_count": series([100, pd.NA], "Int64")})
    ledger = ledger_table(settlement_code=["A", "A", "B", "C"], group_code=["g1", "g2", "g1", "gx"], people_count=[60, 900, 30, 5])
    codes = pd.Series(["A", "B", "C", "D"], dtype="string")
    assert people_sound(codes, ledger, groups).tolist() == [True, True, False, pd.NA]
    more = ledger.assign(people_count=series([60, 900, 50, 5], "Float64"))
    assert people_sound(codes, more, groups).tolist() == [False, False, False, pd.NA]  # 110 left a group of 100


def test_facilities_by_list_and_by_size():
    sites = site_table(
        planned_households_count=[300, 60, 10, pd.NA],
        moved_households_count=[pd.NA, pd.NA, pd.NA, pd.NA],
        **{name: [True, False, pd.NA, True] for name in FLAGS},
        committee_area_m2=[200.0, 149.0, pd.NA, 500.0],
        clinic_area_m2=[99.0, 80.0, pd.NA, 500.0],
    )
    assert sizes_of(sites, RULES.facilities).tolist() == ["large", "medium", "small", "unknown"]
    verdicts = facilities_of(sites, RULES.facilities)
    assert verdicts["market"].tolist() == ["met", "lacking", "unknown", "met"]
    assert verdicts["committee_area"].tolist() == ["met", "lacking", "unknown", "unknown"]
    assert verdicts["clinic_area"].tolist() == ["lacking", "met", "", "unknown"]  # nothing is asked of a small one
    counts = count_items(verdicts)
    assert (counts["checklist_met"] + counts["checklist_lacking"] + counts["checklist_unknown"]).tolist() == [12, 12, 9, 12]
    assert counts["missing_items"].iloc[0] == "clinic_area"
    assert counts["unknown_items"].iloc[0] == "culture_area,square_area"


def test_what_the_data_answer_stands_before_what_was_told():
    codes = pd.Series(["A", "B"], dtype="string")
    computed = pd.DataFrame({"progress": ["problem", "unknown"]}, index=codes.index)
    checks = check_table(
        {"settlement_code": "A", "check_item": "progress", "check_result": "problem"},
        {"settlement_code": "A", "check_item": "progress", "check_result": "ok", "owner_unit": "甲局", "due_date": "2025-03-31"},
        {"settlement_code": "B", "check_item": "progress", "check_result": "fixed", "owner_unit": "乙局", "done_date": "2025-01-01"},
    )
    found = nine_items(codes, computed, checks, as_of="2025-06-30")
    assert found["check_progress"].tolist() == ["problem", "fixed"]
    assert found["check_progress_basis"].tolist() == ["computed", "reported"]
    assert found["check_progress_owner"].tolist() == ["甲局", "乙局"]
    assert found["check_conflicts"].tolist() == ["progress", ""]
    others = found[[f"check_{item}" for item in ITEMS if item != "progress"]]
    assert (others == "unknown").all().all()


@pytest.mark.parametrize(
    ("result", "due", "done", "late"),
    [
        ("problem", "2025-06-29", None, True),
        ("problem", "2025-06-30", None, False),
        ("problem", "2025-06", None, False),  # the month is not over
        ("problem", "2025-05", None, True),
        ("problem", "2024", None, True),
        ("problem", None, None, pd.NA),
        ("problem", "2025-01-31", "2025-02-03", False),
        ("fixed", "2025-01-31", None, False),
        ("ok", "2025-01-31", None, False),
        (None, "2025-01-31", None, True),
        (None, None, None, False),
    ],
)
def test_what_is_overdue(result, due, done, late):
    row = {"settlement_code": "A", "check_item": "fees", "check_result": result or pd.NA, "due_date": due or pd.NA, "done_date": done or pd.NA}
    found = nine_items(pd.Series(["A"], dtype="string"), pd.DataFrame(index=[0]), check_table(row | {"data_date": "2025-06-30"}))
    assert str(found["check_fees_overdue"].iloc[0]) == str(late)
    assert found["overdue_items"].iloc[0] == ("fees" if late is True else "")


def test_a_place_is_judged_like_new_land_and_its_exclusion_is_told():
    excluded = np.zeros((20, 20), dtype=bool)
    excluded[:, 10:] = True
    slope = np.where(excluded, 20.0, 1.0)
    judged = judged_land(excluded, RULES, slope=slope)
    sites = placed(judged, [(5.5, 4.5), (5.5, 15.5), (90, 90), None], settlement_code=["A", "B", "C", "D"])
    found = review_settlements(sites, judged, RULES, {}).set_index("settlement_code")
    assert found["class"].tolist() == ["best", "excluded", "unknown", "unknown"]
    assert found["score_class"].tolist()[:2] == ["best", "best"]
    assert found.loc["B", "excluded_by"] == judged.rules[2].key
    assert found.loc["A", "score"] == pytest.approx(float(judged.total[5, 4]), abs=0.01)
    assert found.loc["B", "slope"] == pytest.approx(20.0)
    assert pd.isna(found.loc["D", "score"])
    assert (found[["check_people", "check_floor_area", "check_progress", "check_hazards", "check_demolition"]] == "unknown").all().all()
    assert found["hazards_near"].isna().all()


def test_hazards_near_and_whether_they_were_treated():
    judged = judged_land(np.zeros((100, 100), dtype=bool), RULES)
    sites = placed(judged, [(50, 10 + 20 * n) for n in range(4)], settlement_code=["A", "B", "C", "D"], hazard_treated=[pd.NA, True, False, False])
    metres = {"H1": (0, 60.0), "H2": (1, 60.0), "H3": (2, 300.0)}  # a medium hazard's buffer is 100 m
    x, y = judged.grid.x0 + (10 + 20 * np.arange(4)) * CELL, judged.grid.y0 - 50 * CELL
    points = [shapely.Point(x[at], y - away) for at, away in metres.values()]
    hazards = gpd.GeoDataFrame(
        {"hazard_code": series(list(metres), "string"), "hazard_level": series(["medium"] * 3, "string")}, geometry=points, crs=GAUSS_KRUGER
    )
    found = review_settlements(sites, judged, RULES, {"hazards": hazards})
    assert found["hazards_near"].str.split(",").tolist() == [["H1"], ["H2"], ["H3"], [""]]
    assert found["hazard_danger"].tolist() == [True, True, False, False]
    # In danger and nobody says that it was treated; in danger and treated; near one and not treated; none near.
    assert found["check_hazards"].tolist() == ["unknown", "ok", "problem", "ok"]


def test_the_back_test_counts_every_settlement_once():
    excluded = np.zeros((20, 20), dtype=bool)
    excluded[:, 10:] = True
    judged = judged_land(excluded, RULES)
    sites = placed(judged, [(5, 4), (5, 15), (90, 90)], settlement_code=["A", "B", "C"], market=[False, True, pd.NA])
    told = check_table({"settlement_code": "A", "check_item": "fees", "check_result": "problem", "due_date": "2025-01-31", "data_date": "2025-06"})
    found = review_settlements(sites, judged, RULES, {"settlement_checks": told})
    summary = review_summary(found, RULES)
    assert sum(summary["classes"].values()) == sum(summary["score_classes"].values()) == 3
    assert summary["excluded_by"] == {judged.rules[2].key: 1}
    assert summary["lacking"] == {"market": 1}
    assert summary["checks"]["fees"] == {"ok": 0, "problem": 1, "fixed": 0, "unknown": 2}
    assert (summary["overdue"], summary["floor_over"]) == (1, 0)
    assert summary["mean_score"] == pytest.approx(float(found["score"].dropna().astype(float).mean()), abs=0.01)


@settings(deadline=None, max_examples=40)
@given(row=st.floats(-2, 14), column=st.floats(-2, 14), metres=st.floats(0, 150))
def test_cells_around_a_place_are_its_own_and_those_whose_middles_are_near(row, column, metres):
    judged = judged_land(np.zeros((12, 12), dtype=bool), RULES)
    place = np.array([[judged.grid.x0 + column * CELL, judged.grid.y0 - row * CELL]])
    zones = cells_around(judged, place, metres)
    inside = row >= 0 and column >= 0 and row < 12 and column < 12
    middle_row, middle_column = np.divmod(np.arange(144), 12)
    away = np.hypot(middle_row + 0.5 - row, middle_column + 0.5 - column) * CELL
    sure, maybe = np.flatnonzero(away < metres - 1e-6), np.flatnonzero(away <= metres + 1e-6)
    got = set(zones.cell.tolist())
    if not inside:
        assert not got or min(row, column) > -1e-6  # on the edge either is right
        return
    own = int(np.floor(row)) * 12 + int(np.floor(column))
    assert set(sure) <= got <= {*maybe.tolist(), own}
    assert len(got) >= 1


def test_types_do_not_depend_on_what_is_there():
    judged = judged_land(np.zeros((10, 10), dtype=bool), RULES)
    bare = review_settlements(placed(judged, [(3, 3)], settlement_code=["A"]), judged, RULES, {})
    none = review_settlements(placed(judged, [(3, 3)], settlement_code=["A"]).iloc[:0], judged, RULES, {})
    assert none.dtypes.astype(str).to_dict() == bare.dtypes.astype(str).to_dict()
    assert len(none) == 0
