"""Parcels: areas are those of their cells on the ellipsoid, no parcel reaches into forbidden land, capacity is what the rules say."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import Geod

from gis.sites.capacity import households_on, land_for, people_on
from gis.sites.parcels import find_parcels, search_parcels
from gis.sites.zones import zones_of_labels, zones_of_shapes
from tests.gis.sites.judged_land import CELL, GAUSS_KRUGER, UTM, judged_land, rules_with

FREE = {"min_area_m2": 2 * CELL**2, "max_area_m2": 40 * CELL**2, "opening_cells": 0, "compactness_min": 0.0}
RULES = rules_with(**FREE)
MASKS = arrays(bool, st.tuples(st.integers(3, 18), st.integers(3, 18)), elements=st.booleans())


def squares(judged):
    """Every cell as a square, by rows."""
    row, column = np.indices(judged.mask.shape)
    west, north = judged.grid.x0 + column * judged.grid.cell_m, judged.grid.y0 - row * judged.grid.cell_m
    return shapely.box(west, north - judged.grid.cell_m, west + judged.grid.cell_m, north)


def at(judged, row, column):
    return judged.grid.x0 + column * judged.grid.cell_m, judged.grid.y0 - row * judged.grid.cell_m


def drawn(judged, shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=judged.crs)


@settings(deadline=None, max_examples=40)
@given(excluded=MASKS, crs=st.sampled_from([GAUSS_KRUGER, UTM]))
def test_no_parcel_breaks_an_exclusion_and_areas_are_geodesic(excluded, crs):
    judged = judged_land(excluded, RULES, crs=crs)
    parcels = find_parcels(judged, RULES, layers={}, per_village=None)
    metric = parcels.to_crs(crs)
    assert parcels.crs.to_epsg() == 4490
    assert parcels.geometry.is_valid.all()
    inside = shapely.area(shapely.intersection(metric.geometry.to_numpy()[:, None], squares(judged)[excluded][None, :]))
    assert (inside < 1e-3).all()
    geod = Geod(ellps="GRS80")
    true = np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in parcels.geometry])
    assert np.allclose(parcels["area_m2"].astype(float), true, rtol=5e-3)
    cells = np.rint(metric.area / CELL**2)
    assert np.allclose(parcels["area_m2"].astype(float), cells * CELL**2, rtol=5e-3)
    assert cells.between(2, 40).all()
    points = gpd.GeoSeries.from_xy(parcels["lon"].astype(float), parcels["lat"].astype(float), crs=4490)
    assert points.within(parcels.geometry, align=False).all()
    overlap = metric.geometry.to_numpy()
    assert all(shapely.area(shapely.intersection(a, b)) < 1e-3 for i, a in enumerate(overlap) for b in overlap[i + 1 :])


def test_land_that_is_not_known_or_too_poor_is_no_parcel():
    far = np.zeros((6, 12), dtype=bool)
    road = np.full(far.shape, 1.0)
    road[:, 6:] = np.inf
    poor = dict.fromkeys(("town", "market", "jobs", "school", "clinic", "water", "power", "telecom"), np.where(np.isinf(road), 30_000.0, 1.0))
    slope = np.full(far.shape, 3.0)
    slope[:, 3] = np.nan  # required
    judged = judged_land(far, RULES, road=road, slope=np.where(np.isinf(road), 24.0, slope), relief=np.where(np.isinf(road), 190.0, 5.0), **poor)
    parcels = find_parcels(judged, RULES, layers={}, per_village=None).to_crs(judged.crs)
    taken = shapely.contains(shapely.union_all(parcels.geometry.to_numpy()).buffer(1.0), squares(judged))
    assert taken[:, :3].all()
    assert taken[:, 4:6].all()
    assert not taken[:, 3].any()
    assert not taken[:, 6:].any()


def test_capacity_by_hand():
    rules = rules_with(
        floor_m2_per_person=25.0, storeys=3.0, coverage_share=0.25, facility_share=0.1, green_road_share=0.35, people_per_household=4.0
    ).parcel
    assert rules.people_per_m2 == pytest.approx(0.55 * 0.25 * 3 / 25)
    assert people_on([10_000.0, 0.0, np.nan, -5.0], rules).tolist() == [165, 0, 0, 0]
    assert households_on([10_000.0], rules).tolist() == [41]
    assert people_on(land_for([200], rules), rules).tolist() == [200]


def test_measures_of_a_parcel_are_those_of_its_cells():
    excluded = np.ones((6, 6), dtype=bool)
    excluded[1:4, 1:5] = False
    rng = np.random.default_rng(4)
    slope, clinic = rng.uniform(0, 20, (6, 6)).round(2), rng.uniform(0, 90, (6, 6)).round(1)
    clinic[1, 1] = np.nan
    hazard = np.zeros((6, 6))
    hazard[1:3, 1:5] = 2.0
    judged = judged_land(excluded, RULES, slope=slope, clinic=clinic, hazard=hazard)
    row = find_parcels(judged, RULES, layers={}).iloc[0]
    inner = (slice(1, 4), slice(1, 5))
    assert row["slope_mean_deg"] == pytest.approx(slope[inner].mean(), abs=1e-4)
    assert row["slope_p90_deg"] == pytest.approx(np.percentile(slope[inner], 90, method="inverted_cdf"), abs=1e-4)
    assert row["clinic"] == pytest.approx(np.nanmean(clinic[inner]), abs=1e-4)
    assert row["clinic_score"] == pytest.approx(np.nanmean(judged.scores["clinic"][inner]), abs=1e-4)
    assert row["hazard"] == 2.0  # the commonest class
    assert row["score_mean"] == pytest.approx(judged.total[inner].mean(), abs=1e-3)
    assert (row["source"], row["buildable_share"], row["excluded_by"]) == ("found", 1.0, "")
    weights = judged.weights
    by_scores = sum(weights[key] * row[f"{key}_score"] for key in judged.criteria if key != "clinic")
    assert row["score_mean"] == pytest.approx(by_scores + weights["clinic"] * row["clinic_score"], abs=0.2)


def test_a_proposed_site_is_measured_as_it_is_and_not_found_twice():
    excluded = np.zeros((20, 20), dtype=bool)
    excluded[:, 10:] = True
    judged = judged_land(excluded, RULES, slope=np.where(excluded, 50.0, 3.0))
    (west, north), (east, south) = at(judged, 4, 6), at(judged, 8, 14)
    inside = shapely.box(west, south, east, north)  # four columns free, four excluded
    outside = shapely.box(*at(judged, 15, 15), *at(judged, 12, 18))
    sites = drawn(
        judged, [inside, outside], candidate_code=pd.array(["B1", pd.NA], dtype="string"), candidate_name=pd.array(["甲", pd.NA], dtype="string")
    )
    parcels = find_parcels(judged, RULES, layers={"site_candidates": sites}, per_village=None)
    given_ = parcels[parcels["source"] == "candidate"].set_index("parcel_code")
    assert given_.index.tolist() == ["B1", "备选2"]
    assert given_.loc["B1", "buildable_share"] == pytest.approx(0.5, abs=1e-6)
    assert given_.loc["B1", "excluded_share"] == pytest.approx(0.5, abs=1e-6)
    assert given_.loc["B1", "excluded_by"] == judged.rules[2].key
    assert given_.loc["B1", "slope_mean_deg"] == pytest.approx(3.0)  # of what can be built on
    assert given_.loc["备选2", "class"] == "excluded"
    assert given_.loc["备选2", "capacity_people"] == 0
    assert given_.loc["备选2", "slope_mean_deg"] == pytest.approx(50.0)
    assert given_.loc["B1", "capacity_people"] == people_on([float(given_.loc["B1", "area_m2"]) * 0.5], RULES.parcel)[0]
    found = parcels[parcels["source"] == "found"].to_crs(judged.crs)
    assert shapely.area(shapely.intersection(found.geometry.to_numpy(), inside)).max() < 1e-3


def test_the_best_of_each_village_are_kept_and_the_rest_is_told():
    excluded = np.zeros((30, 40), dtype=bool)
    slope = np.full(excluded.shape, 3.0)
    slope[:, :10] = 1.0
    judged = judged_land(excluded, RULES, slope=slope)
    (west, north), (middle, south), (east, _) = at(judged, 0, 0), at(judged, 30, 20), at(judged, 0, 40)
    text = {name: pd.array(values, dtype="string") for name, values in (("village_code", ["v1", "v2"]), ("village_name", ["甲村", "乙村"]))}
    town = {"township_code": pd.array(["t1", "t1"], dtype="string"), "township_name": pd.array(["一镇", "一镇"], dtype="string")}
    villages = drawn(judged, [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)], **text, **town)
    every = search_parcels(judged, RULES, layers={"villages": villages}, per_village=None)
    best = search_parcels(judged, RULES, layers={"villages": villages}, per_village=2)
    assert not any("每村" in note for note in every.notes)
    assert any(f"共找到 {len(every.frame):,} 块" in note for note in best.notes)
    assert best.frame["village_code"].value_counts().to_dict() == {"v1": 2, "v2": 2}
    assert best.frame["parcel_code"].tolist() == ["P0001", "P0002", "P0003", "P0004"]
    assert best.frame["parcel_name"].tolist() == ["一镇甲村地块1", "一镇甲村地块2", "一镇乙村地块1", "一镇乙村地块2"]
    for code, rows in every.frame.groupby("village_code"):
        kept = best.frame.loc[best.frame["village_code"] == code, "score_mean"].astype(float)
        assert kept.min() >= rows["score_mean"].astype(float).nlargest(2).min() - 1e-9


def test_farms_within_reach_are_counted_from_the_edge_of_the_parcel():
    rules = rules_with(**FREE, farm_distance_m=100.0)
    excluded = np.ones((10, 10), dtype=bool)
    excluded[2:5, 2:5] = False
    judged = judged_land(excluded, rules)
    east = at(judged, 3.5, 5.0)
    homes = [shapely.Point(east[0] + metres, east[1]) for metres in (0.0, 99.0, 101.0)]
    groups = drawn(judged, [*homes, None], households_count=pd.array([10, pd.NA, 30, 40], dtype="Int64"))
    row = find_parcels(judged, rules, layers={"groups": groups}).iloc[0]
    assert (row["farm_groups_count"], row["farm_households_count"]) == (2, 10)


def test_a_county_without_any_land_gives_an_empty_table_with_all_columns():
    parcels = find_parcels(judged_land(np.ones((5, 5), dtype=bool), RULES), RULES, layers={})
    filled = find_parcels(judged_land(np.zeros((5, 5), dtype=bool), RULES), RULES, layers={})
    assert len(parcels) == 0
    assert parcels.dtypes.astype(str).to_dict() == filled.dtypes.astype(str).to_dict()


def test_the_same_land_gives_the_same_parcels():
    excluded = np.random.default_rng(2).random((40, 40)) < 0.2
    first, second = (find_parcels(judged_land(excluded, RULES), RULES, layers={}) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))


def test_a_place_outside_all_outlines_belongs_where_its_nearest_group_belongs():
    judged = judged_land(np.zeros((6, 6), dtype=bool), RULES)
    groups = drawn(
        judged, [shapely.Point(at(judged, 20, 3)), shapely.Point(at(judged, 90, 3))], village_name=pd.array(["Riverside", "Hill"], dtype="string")
    )
    row = find_parcels(judged, RULES, layers={"groups": groups}).iloc[0]
    assert (row["village_name"], row["parcel_name"]) == ("Riverside", "Riverside地块1")
    assert pd.isna(row["village_code"])


@settings(deadline=None, max_examples=40)
@given(data=st.data(), share=st.sampled_from([0.5, 0.9, 1.0]))
def test_sums_over_pieces_are_those_of_their_cells(data, share):
    labels = data.draw(arrays(np.int32, (6, 7), elements=st.integers(0, 3)))
    values = data.draw(arrays(np.float64, (6, 7), elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan, np.inf])))
    zones = zones_of_labels(labels, 3)
    for number in (1, 2, 3):
        here = values[labels == number]
        known = here[np.isfinite(here)]
        nothing = len(known) == 0
        assert zones.mean(values)[number - 1] == pytest.approx(np.nan if nothing else known.mean(), nan_ok=True)
        expected = np.nan if nothing else np.percentile(known, 100 * share, method="inverted_cdf")
        assert zones.upper(values, share)[number - 1] == pytest.approx(expected, nan_ok=True)
        codes, counts = np.unique(known, return_counts=True)
        assert zones.commonest(values)[number - 1] == pytest.approx(np.nan if nothing else codes[counts.argmax()], nan_ok=True)


def test_an_area_has_the_parts_of_cells_that_it_overlaps():
    judged = judged_land(np.zeros((4, 4), dtype=bool), RULES)
    (west, north), (east, south) = at(judged, 0.5, 1.0), at(judged, 1.5, 2.5)
    zones = zones_of_shapes(judged.grid, np.array([shapely.box(west, south, east, north), shapely.Point()], dtype=object))
    assert zones.cells().tolist() == pytest.approx([1.5, 0.0])
    assert dict(zip(zones.cell.tolist(), zones.weight.round(6).tolist(), strict=True)) == {1: 0.5, 2: 0.25, 5: 0.5, 6: 0.25}
