"""Finished lines on random terrain never break a rule without saying so; and the checker sees what was spoiled on purpose."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from scipy import ndimage

from gis.roads.alignment import align, engineer
from gis.roads.bridges import see_water
from gis.roads.costs import load_costs
from gis.roads.ground import Ground
from gis.roads.linecheck import FINDING_COLUMNS, check_line
from gis.roads.water import see_rivers

COSTS = load_costs()
METRIC = CRS.from_epsg(4544)


def terrain(seed, *, relief=150.0, holes=False):
    """Hills, patches of forbidden ground, a river through the middle, and (if asked for) unknown cells."""
    random = np.random.default_rng(seed)
    shape = (45, 45)
    rough = ndimage.gaussian_filter(random.normal(size=shape), 3)
    heights = np.round(500 + relief * rough / rough.std()).astype(np.float32)
    if holes:
        heights[ndimage.gaussian_filter(random.normal(size=shape), 2) > 0.25] = np.nan
    barred = ndimage.gaussian_filter(random.normal(size=shape), 2) > 0.2
    factor = np.where(barred, np.inf, 1.0).astype(np.float32)
    stream = shapely.LineString(np.column_stack([675 + np.cumsum(random.normal(0, 15, 46)), np.arange(0, 1351, 30)]))
    water = see_water(see_rivers(gpd.GeoDataFrame(geometry=[stream], crs=METRIC), METRIC, width_m=12.0))
    dry = np.zeros(shape, dtype=bool)
    return Ground(heights, factor, dry, barred.astype(np.uint8), ("redlines",), 0.0, 1350.0, 30.0, METRIC, (), water)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([20.0, 80.0, 200.0]), st.booleans())
def test_designed_lines_have_no_finding_without_a_flag(seed, relief, holes):
    ground = terrain(seed, relief=relief, holes=holes)
    findings = check_line(align(ground, COSTS, (200, 300), (1100, 1000)), ground, COSTS)
    assert findings[~findings["flagged"]].empty


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["upgrade", "project", "new", "committed"]), st.booleans())
def test_given_lines_have_no_finding_without_a_flag(seed, kind, holes):
    ground = terrain(seed, holes=holes)
    corners = np.random.default_rng(seed).uniform(0, 1350, (6, 2)).round(1)
    findings = check_line(engineer(shapely.LineString(corners), ground, COSTS, kind=kind), ground, COSTS)
    assert findings[~findings["flagged"]].empty
    assert tuple(findings.columns) == FINDING_COLUMNS


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_short_and_crooked_lines_have_no_finding_without_a_flag(seed, given_line, holes):
    ground, random = terrain(seed, holes=holes), np.random.default_rng(seed)
    # Digitised by hand: steps of a few metres in any direction, and now and then straight back.
    turned = np.cumsum(random.choice([0.0, 0.3, -0.5, 1.2, np.pi], 12))
    steps = random.uniform(0.5, 8.0, 12)[:, None] * np.column_stack([np.cos(turned), np.sin(turned)])
    crooked = shapely.LineString(random.uniform(300, 1000, 2) + np.cumsum(steps, axis=0))
    ends = crooked.coords[0], crooked.coords[-1]
    found = engineer(crooked, ground, COSTS, kind="upgrade") if given_line else align(ground, COSTS, *ends, corridor=crooked)
    findings = check_line(found, ground, COSTS)
    assert findings[~findings["flagged"]].empty


@pytest.fixture(scope="module")
def plane():
    shape = (45, 45)
    heights = np.full(shape, 300.0, dtype=np.float32)
    ones, nothing = np.ones(shape, dtype=np.float32), np.zeros(shape, dtype=bool)
    return Ground(heights, ones, nothing, nothing.astype(np.uint8), (), 0.0, 1350.0, 30.0, CRS.from_epsg(4544))


@pytest.fixture(scope="module")
def good(plane):
    return align(plane, COSTS, (200, 300), (1100, 300))


def rules(alignment, ground):
    findings = check_line(alignment, ground, COSTS)
    assert not findings["flagged"].any()
    return set(findings["rule"])


def test_a_good_line_has_no_finding(good, plane):
    assert check_line(good, plane, COSTS).empty


def test_a_raised_design_is_seen(good, plane):
    design = good.design_m + np.minimum(0.1 * np.minimum(good.chainage_m, good.length_m - good.chainage_m), 5.5)
    assert rules(replace(good, design_m=design), plane) == {"allowance"}
    assert rules(replace(good, design_m=good.design_m + 1), plane) == {"end"}


def test_a_steep_design_is_seen(good, plane):
    design = good.design_m.copy()
    design[40] += 1.5
    assert rules(replace(good, design_m=design), plane) == {"grade"}


def test_a_tight_bend_is_seen(good, plane):
    bent = shapely.LineString([(200, 300), (650, 300), (650, 750)])
    assert rules(replace(good, line=bent), plane) == {"radius"}


def test_a_forbidden_cell_an_unknown_one_and_a_steep_side_are_seen(good, plane):
    factor, heights, side = plane.factor.copy(), plane.heights.copy(), plane.heights.copy()
    factor[34:36, 20] = np.inf
    heights[34:36, 20] = np.nan
    side[:35] += 45
    assert rules(good, replace(plane, factor=factor)) == {"forbidden"}
    assert rules(good, replace(plane, heights=heights)) == {"unknown"}
    assert "cross_slope" in rules(good, replace(plane, heights=side))


def test_a_line_that_crosses_itself_and_one_of_another_length_are_seen(good, plane):
    half = np.linspace(0, 2 * np.pi, 200)
    knot = shapely.LineString([(300, 300), *zip(600 + 60 * np.sin(half), 240 - 60 * np.cos(half + np.pi), strict=True), (900, 300)])
    assert "crosses_itself" in rules(replace(good, line=knot), plane)
    assert rules(replace(good, line=shapely.LineString([(200, 300), (1000, 300)])), plane) == {"length"}


def test_a_flag_at_the_place_tells_of_the_finding(good, plane):
    design, flag = good.design_m.copy(), good.flag.copy()
    design[40] += 1.5
    flag[40] = 3
    findings = check_line(replace(good, design_m=design, flag=flag), plane, COSTS)
    assert findings["flagged"].tolist() == [True]
