"""Metres over water and crossings, by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis.roads.bridges import DRY, see_water, stretches, water_runs
from gis.roads.curves import distances
from gis.roads.water import see_rivers

METRIC = CRS.from_epsg(4544)
NORTHWARD = shapely.LineString([(100, -2000), (100, 2000)])


def water(*shapes, width_m=12.0):
    return see_water(see_rivers(gpd.GeoDataFrame(geometry=list(shapes), crs=METRIC), METRIC, width_m=width_m))


def runs(river, *points):
    line = np.array(points, dtype=float)
    found = water_runs(line, distances(line), river)
    return np.round(np.column_stack([found.from_m, found.to_m]), 6).tolist(), found.crosses.tolist()


def test_a_river_is_as_wide_as_assumed_and_wider_askew():
    assert runs(water(NORTHWARD), (0, 0), (200, 0)) == ([[94, 106]], [True])
    found, _ = runs(water(NORTHWARD), (0, 0), (200, 200))
    assert found[0][1] - found[0][0] == pytest.approx(12 * np.sqrt(2), rel=1e-6)


def test_what_runs_along_has_to_be_carried_but_crosses_nothing():
    assert runs(water(NORTHWARD), (0, 0), (96, 0), (96, 300), (0, 300)) == ([[94, 398]], [False])


def test_a_road_that_starts_in_the_bed_pays_only_if_it_crosses():
    assert runs(water(NORTHWARD), (97, 0), (0, 0)) == ([], [])
    assert runs(water(NORTHWARD), (97, 0), (200, 0)) == ([[0, 9]], [True])


def test_wide_water_counts_once_however_it_is_drawn():
    lake = shapely.box(80, -1000, 140, 1000)
    assert runs(water(lake), (0, 0), (200, 0)) == ([[80, 140]], [True])
    assert runs(water(lake, shapely.box(130, -50, 150, 50), NORTHWARD), (0, 0), (90, 0), (200, 0)) == ([[80, 150]], [True])
    assert runs(water(lake), (110, 0), (200, 0)) == ([], [])
    assert runs(water(lake.boundary), (0, 0), (200, 0)) == ([[74, 86], [134, 146]], [True, True])


def test_no_water():
    assert runs(DRY, (0, 0), (200, 0)) == ([], [])
    assert runs(water(), (0, 0), (200, 0)) == ([], [])
    assert runs(water(NORTHWARD), (0, 3000), (200, 3000)) == ([], [])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_metres_are_those_of_the_area_of_all_water(seed):
    random = np.random.default_rng(seed)
    winding = shapely.LineString(np.column_stack([np.arange(0, 900, 30), np.cumsum(random.normal(0, 12, 30))]))
    lake = shapely.Point(random.uniform(0, 900), 0).buffer(120)
    river = water(winding, lake)
    start, end = random.uniform((0, -200), (900, 200), (2, 30, 2))
    found = stretches(river, start, end)
    metres = np.bincount(found.piece, weights=found.to_m - found.from_m, minlength=30)
    everything = shapely.union_all(river.areas)
    expected = shapely.length(shapely.intersection(shapely.linestrings(np.stack([start, end], axis=1)), everything))
    assert metres == pytest.approx(expected, abs=0.3)  # stretches a few centimetres apart are one
