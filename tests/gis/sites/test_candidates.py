"""Rooms that settlements have left, and the best parcels with what opening each costs."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.candidates import COLUMNS, candidate_sites, opening_cost, rooms_left
from gis.sites.sets import load_site_set

RULES = load_site_set()
COUNTS = st.lists(st.tuples(st.none() | st.integers(0, 50), st.none() | st.integers(0, 50)), max_size=6)


def _settlements(rooms, geometry=None):
    frame = pd.DataFrame(
        {
            "settlement_code": pd.array([f"S{at}" for at in range(len(rooms))], dtype="string"),
            "settlement_name": pd.array([f"点{at}" for at in range(len(rooms))], dtype="string"),
            "planned_households_count": pd.array([planned for planned, _ in rooms], dtype="Int64"),
            "moved_households_count": pd.array([moved for _, moved in rooms], dtype="Int64"),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=geometry or [shapely.Point(106, 25)] * len(rooms), crs=4490)


def _parcels(ranks, rooms):
    frame = pd.DataFrame(
        {
            "parcel_code": pd.array([f"P{at}" for at in range(len(ranks))], dtype="string"),
            "parcel_name": pd.array(["地块"] * len(ranks), dtype="string"),
            "rank": pd.array(ranks, dtype="Int64"),
            "capacity_households": pd.array(rooms, dtype="Int64"),
            "area_m2": 10_000.0,
            "slope_mean_deg": 5.0,
            "lon": 106.0,
            "lat": 25.0,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[shapely.box(105.9, 24.9, 106.1, 25.1)] * len(ranks), crs=4490)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_a_settlement_takes_in_what_it_has_left_and_nobody_guesses(rooms):
    left = rooms_left(_settlements(rooms))
    for (planned, moved), found in zip(rooms, left, strict=True):
        assert np.isnan(found) if planned is None or moved is None else found == max(planned - moved, 0)
    sites = candidate_sites(None, _settlements(rooms), RULES, most_parcels=5)
    assert sites["capacity_households"].tolist() == [found for found in left if found > 0]
    assert sites["fixed_cny"].eq(0).all()


def test_the_best_parcels_by_rank_that_have_room_and_a_rank():
    sites = candidate_sites(_parcels([3, 1, None, 2, 4], [10, 20, 30, 0, 40]), _settlements([(5, 1)]), RULES, most_parcels=2)
    assert sites["site_code"].tolist() == ["S0", "P1", "P0"]
    assert sites["site_kind"].tolist() == ["settlement", "parcel", "parcel"]
    assert sites["capacity_households"].tolist() == [4, 20, 10]
    assert sites.crs.to_epsg() == 4490
    assert dict(sites.drop(columns="geometry").dtypes.astype(str)) == COLUMNS


@pytest.mark.parametrize("parcels", [None, _parcels([], []), _parcels([None], [5])])
@pytest.mark.parametrize("settlements", [None, _settlements([]), _settlements([(None, 3), (2, 2)])])
def test_where_nothing_is_there_is_no_site(parcels, settlements):
    sites = candidate_sites(parcels, settlements, RULES, most_parcels=5)
    assert len(sites) == 0
    assert set(sites.columns) == {*COLUMNS, "geometry"}


def test_a_settlement_without_a_place_or_columns_is_no_site():
    nowhere = _settlements([(9, 0), (9, 0), (9, 1)], [None, shapely.Point(), shapely.Point(106, 25)])
    assert candidate_sites(None, nowhere, RULES, most_parcels=5)["site_code"].tolist() == ["S2"]
    bare = nowhere[["settlement_code", "geometry"]]
    assert len(candidate_sites(None, bare, RULES, most_parcels=5)) == 0


def test_settlements_in_another_crs_come_out_where_they_are():
    sites = candidate_sites(None, _settlements([(9, 0)]).to_crs(32648), RULES, most_parcels=5)
    assert (sites.geometry.x[0], sites.geometry.y[0]) == (pytest.approx(106), pytest.approx(25))


def test_opening_costs_the_site_and_levelling_by_slope():
    move = RULES.move
    flat, steep = opening_cost(pd.DataFrame({"area_m2": [1000.0, 1000.0], "slope_mean_deg": [0.0, 10.0]}), move)
    assert flat == float(move.site_fixed_cny.value) + 1000 * (float(move.levelling_cny_per_m2.value) + float(move.land_cny_per_m2.value))
    assert steep - flat == pytest.approx(1000 * 10 * float(move.levelling_cny_per_m2_deg.value))
