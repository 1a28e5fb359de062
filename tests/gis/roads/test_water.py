"""Bridges of straight pieces: by hand, in both directions, however a piece is divided; and the links that can meet water at all."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis.roads.leastcost import links, passes
from gis.roads.planning import planning_graph
from gis.roads.steps import step_model
from gis.roads.water import bridge_metres, count_crossings, see_rivers
from tests.gis.roads.road_cases import BOTTOM, CELL, COSTS, METRIC, PAVED, SIZE, X0, flat, line, stock

UTM = CRS.from_epsg(32648)
WIDTH = 12.0


def water(*shapes):
    return see_rivers(gpd.GeoDataFrame(geometry=list(shapes), crs=UTM), UTM, width_m=WIDTH)


def metres(rivers, *pieces):
    start, end = (np.array([piece[at] for piece in pieces], dtype=float) for at in (0, 1))
    found = bridge_metres(rivers, start, end)
    assert bridge_metres(rivers, end, start) == pytest.approx(found)
    return found.tolist()


def test_a_line_costs_its_assumed_width_and_wide_water_what_one_runs_over():
    stream, lake = shapely.LineString([(0, -50), (0, 50)]), shapely.box(1000, -500, 1700, 700)
    rivers = water(stream, lake)
    across, along, over, within = ((-10, 0), (10, 0)), ((5, -50), (5, 50)), ((900, 0), (1800, 0)), ((1100, 0), (1200, 0))
    assert metres(rivers, across, along, over, within) == pytest.approx([WIDTH, 0, 700, 100])
    start, end = np.array([across[0], over[0], within[0]], float), np.array([across[1], over[1], within[1]], float)
    assert count_crossings(rivers, start, end).tolist() == [1, 0.5, 0]


def test_islands_are_dry_and_overlapping_areas_count_once():
    lake = shapely.Polygon(shapely.box(0, 0, 3000, 3000).exterior, [shapely.box(1000, 1000, 2000, 2000).exterior])
    rivers = water(lake, shapely.box(2500, 0, 4000, 3000))
    assert metres(rivers, ((-500, 1500), (4500, 1500))) == pytest.approx([3000])


def test_no_layer_no_bridge():
    assert metres(see_rivers(None, UTM, width_m=WIDTH), ((0, 0), (1, 1))) == [0]
    assert metres(water(None, shapely.Point(), shapely.Point(3, 3)), ((0, 0), (9, 9))) == [0]


def test_rivers_that_cannot_be_projected_are_left_out_and_no_crs_is_degrees():
    course = shapely.LineString([(106.2, 25.2), (106.3, 25.2)])
    layer = gpd.GeoDataFrame(geometry=[course, shapely.LineString([(np.inf, 0), (1, 1)])])
    (known,) = see_rivers(layer, METRIC, width_m=WIDTH).lines
    assert known.equals_exact(gpd.GeoSeries([course], crs=4490).to_crs(METRIC).iloc[0], 0.001)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_divided_piece_runs_over_as_much_wide_water_as_a_whole_one(seed):
    rng = np.random.default_rng(seed)
    lake = shapely.Point(rng.uniform(0, 900, 2)).buffer(rng.uniform(5, 900))
    rivers, start, end = water(lake), rng.uniform(-900, 1800, (5, 2)), rng.uniform(-900, 1800, (5, 2))
    middle = start + (end - start) * rng.uniform(0, 1, (5, 1))
    whole, parts = bridge_metres(rivers, start, end), bridge_metres(rivers, start, middle) + bridge_metres(rivers, middle, end)
    assert parts == pytest.approx(whole, abs=1e-6)
    assert whole == pytest.approx(shapely.length(shapely.intersection(shapely.linestrings(np.stack([start, end], axis=1)), lake)), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16, 32]))
def test_every_step_pays_for_the_rivers_between_its_ends(seed, neighbours):
    """Against every step by itself: no river in a wet cell is missed, and none is paid that the step does not cross."""
    rng = np.random.default_rng(seed)
    courses = [line(*rng.uniform(0, SIZE * CELL, (4, 2))) for _ in range(2)]
    rows, columns = np.divmod(np.arange(SIZE**2), SIZE)
    cells = shapely.box(X0 + columns * CELL, BOTTOM + (SIZE - 1 - rows) * CELL, X0 + (columns + 1) * CELL, BOTTOM + (SIZE - rows) * CELL)
    wet = np.any([shapely.intersects(cells, course) for course in courses], axis=0).reshape(SIZE, SIZE)
    ground = dataclasses.replace(flat(), river=wet)
    model = step_model(COSTS, CELL, neighbours=neighbours)
    rivers = gpd.GeoDataFrame(geometry=courses, crs=METRIC)
    roads = stock([(line((50, 50), (1150, 50)), PAVED)])
    priced = planning_graph(ground, roads, COSTS, model, rivers=rivers)
    dry = planning_graph(ground, roads, COSTS, model)
    steps = shapely.linestrings(np.stack([np.column_stack([priced.x[end], priced.y[end]]) for end in (priced.steps.a, priced.steps.b)], axis=1))
    crossed = np.sum([shapely.intersects(steps, course) for course in courses], axis=0)
    assert priced.steps.price - dry.steps.price == pytest.approx(crossed * COSTS.crossing.bridge_cny * COSTS.paid, abs=1e-6)


@pytest.mark.parametrize("shape", [(1, 7), (3, 3), (2, 9), (7, 5)])
def test_links_pass_the_cells_that_they_run_through(shape):
    """On narrow grids too, where steps of different kinds lead equally far in the numbering of cells."""
    ground = dataclasses.replace(flat(), **{name: getattr(flat(), name)[: shape[0], : shape[1]] for name in ("heights", "factor", "river", "codes")})
    model = step_model(COSTS, CELL, neighbours=32)
    a, b, _ = links(ground, model)
    start, end = (np.column_stack(np.divmod(node, shape[1])) for node in (a, b))
    steps = shapely.linestrings(np.stack([start, end], axis=1))
    for cell in np.ndindex(shape):
        marked = np.zeros(shape, dtype=bool)
        marked[cell] = True
        touched = shapely.intersects(steps, shapely.box(cell[0] - 0.5, cell[1] - 0.5, cell[0] + 0.5, cell[1] + 0.5))
        through = shapely.length(shapely.intersection(steps, shapely.box(cell[0] - 0.5, cell[1] - 0.5, cell[0] + 0.5, cell[1] + 0.5))) > 1e-9
        found = passes(marked, model, a, b)
        assert not (through & ~found).any()
        assert not (found & ~touched).any()
