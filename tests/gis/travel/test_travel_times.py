"""Travel times against answers worked out by hand, brute force and scikit-image."""

from functools import cache
from math import exp, hypot, inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from skimage.graph import MCP_Geometric

from gis.neighbours import neighbour_offsets
from gis.travel import WalkModel, link_roads, minutes
from layers.errors import QueryError
from tests.gis.travel.travel_cases import CELL, level, line, middle, surface

TOBLER = WalkModel("tobler", 4.0)
PACE = 0.9


@pytest.mark.parametrize("kind", ["tobler", "langmuir", "isotropic"])
@pytest.mark.parametrize("towards", [True, False])
@pytest.mark.parametrize("neighbours", [8, 16])
def test_four_kilometres_of_flat_ground_at_four_km_h_take_an_hour(kind, towards, neighbours):
    found = minutes(level(3, 41), middle((1, 0)), WalkModel(kind, 4.0), towards=towards, neighbours=neighbours)
    assert found.seconds[1, 40] == 3600.0
    assert found.minutes[1, 40] == 60.0


def test_knights_move_goes_straighter():
    flat = level(41, 41)
    diamond, knight = (minutes(flat, middle((0, 0)), TOBLER, neighbours=n).seconds for n in (8, 16))
    assert diamond[40, 20] == pytest.approx((20 + 20 * sqrt(2)) * CELL * PACE)
    assert knight[40, 20] == pytest.approx(20 * sqrt(5) * CELL * PACE)
    assert (knight <= diamond).all()


def plane(rows, columns, slope):
    """Ground that rises to the right."""
    return surface(np.tile(np.arange(columns) * CELL * slope, (rows, 1)))


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_clinic_below_is_reached_downhill_and_left_uphill(neighbours):
    # 10 % down is as fast as the flat by Tobler, 10 % up takes e^0.35 times as long.
    clinic = middle((3, 0))
    there = minutes(plane(7, 11, 0.1), clinic, TOBLER, towards=True, neighbours=neighbours)
    back = minutes(plane(7, 11, 0.1), clinic, TOBLER, towards=False, neighbours=neighbours)
    assert there.seconds[3, 10] == pytest.approx(900.0)
    assert back.seconds[3, 10] == pytest.approx(900.0 * exp(0.35))


def test_directions_of_langmuir():
    walk = WalkModel("langmuir", 5.0)
    for towards, expected in ((True, 520.02), (False, 1320.0)):
        found = minutes(plane(3, 11, 0.1), middle((1, 0)), walk, towards=towards)
        assert found.seconds[1, 10] == pytest.approx(expected)


def test_a_steep_slope_is_climbed_in_bends():
    # Straight up 50 %: e^1.75 = 5.75 times the flat; by diagonals √2 · e^(1.75 / √2) = 4.87.
    found = minutes(plane(9, 11, 0.5), middle((4, 10)), TOBLER, towards=True)
    assert found.seconds[4, 0] == pytest.approx(10 * CELL * PACE * sqrt(2) * exp(1.75 / sqrt(2)))


def test_ground_turned_upside_down_swaps_the_directions():
    heights = np.random.default_rng(3).uniform(0, 80, (12, 15))
    clinic = middle((5, 6))
    there = minutes(surface(heights), clinic, TOBLER, towards=True).seconds
    back = minutes(surface(-heights), clinic, TOBLER, towards=False).seconds
    assert (there == back).all()


def test_the_limit_leaves_out_what_is_farther_and_changes_nothing_else():
    rough = surface(np.random.default_rng(4).uniform(0, 50, (15, 15)))
    whole, near = (minutes(rough, middle((7, 7)), TOBLER, limit=limit) for limit in (inf, 400.0))
    within = whole.seconds <= 400.0
    assert (near.seconds[within] == whole.seconds[within]).all()
    assert np.isinf(near.seconds[~within]).all()
    assert (near.nearest[~within] == -1).all()
    assert 0 < within.sum() < within.size


def wall(gap=None):
    """Level ground with a wall of barrier cells in column 4."""
    factor = np.ones((9, 9))
    factor[:, 4] = inf
    if gap is not None:
        factor[gap, 4] = 1.0
    return factor


@pytest.mark.parametrize("neighbours", [8, 16])
def test_no_step_jumps_over_a_barrier_or_slips_through_its_corners(neighbours):
    closed = level(9, 9, factor=wall())
    slanted = level(9, 9, factor=np.where(np.eye(9) > 0, inf, 1.0))
    assert np.isinf(minutes(closed, middle((4, 0)), TOBLER, neighbours=neighbours).seconds[:, 4:]).all()
    assert np.isinf(minutes(slanted, middle((8, 0)), TOBLER, neighbours=neighbours).seconds[np.triu_indices(9)]).all()


def test_unknown_heights_are_not_walked():
    heights = np.zeros((9, 9))
    heights[:, 4] = np.nan
    found = minutes(surface(heights), middle((4, 0)), TOBLER)
    assert np.isinf(found.seconds[:, 4:]).all()
    assert np.isfinite(found.seconds[:, :4]).all()


def test_a_gap_in_a_barrier_is_the_way():
    found = minutes(level(9, 9, factor=wall(gap=4)), middle((4, 0)), TOBLER)
    assert found.seconds[4, 8] == pytest.approx(8 * CELL * PACE)


def test_a_bridge_carries_the_road_over_a_barrier_and_nobody_leaves_it_there():
    factor = wall()
    roads = link_roads(level(9, 9).grid, np.array([line((4, 2), (4, 6))]), np.array([36.0]))
    found = minutes(level(9, 9, factor=factor, roads=roads), middle((4, 0)), TOBLER)
    on_foot, ride = CELL * PACE, CELL / 10
    assert found.seconds[4, 4] == pytest.approx(2 * on_foot + 2 * ride)
    assert found.seconds[4, 5] == pytest.approx(2 * on_foot + 3 * ride)
    assert found.seconds[4, 8] == pytest.approx(4 * on_foot + 4 * ride)
    assert np.isinf(found.seconds[3, 4])


def test_a_slow_road_is_left_aside():
    roads = link_roads(level(3, 11).grid, np.array([line((1, 0), (1, 10))]), np.array([2.0]))
    found = minutes(level(3, 11, roads=roads), middle((1, 0)), TOBLER)
    assert found.seconds[1, 10] == 900.0


def test_roads_side_by_side_are_not_joined():
    # Two roads in neighbouring rows of barrier cells: who rides on one does not get onto the other.
    factor = np.ones((4, 9))
    factor[1:3, 1:8] = inf
    roads = link_roads(level(4, 9).grid, np.array([line((1, 0), (1, 7)), line((2, 0), (2, 8))]), np.array([36.0, 36.0]))
    found = minutes(level(4, 9, factor=factor, roads=roads), middle((1, 7)), TOBLER)
    ride = CELL / 10
    assert found.seconds[1, 0] == pytest.approx(7 * ride)
    assert found.seconds[2, 7] == pytest.approx(7 * ride + CELL * PACE + 7 * ride)


def test_no_place_reaches_nothing():
    found = minutes(level(3, 3), np.empty((0, 2)), TOBLER)
    assert np.isinf(found.seconds).all()
    assert (found.nearest == -1).all()
    assert found.notes == ()


def test_giant_slopes_are_not_reached_rather_than_overflowing():
    found = minutes(surface([[0.0, 8000.0]], cell_m=1.0), middle((0, 0), cell_m=1.0), TOBLER)
    assert np.isinf(found.seconds[0, 1])


def test_what_a_model_cannot_deal_with_is_refused():
    with pytest.raises(QueryError, match="8 或 16"):
        minutes(level(3, 3), middle((1, 1)), TOBLER, neighbours=32)
    with pytest.raises(QueryError, match="不能小于 1"):
        minutes(level(3, 3, factor=np.full((3, 3), 0.5)), middle((1, 1)), WalkModel("langmuir"))


# Brute force: steps one by one from the formula, cells on the way by sampling, shortest ways by scipy.


@cache
def sampled(offset, parts=8):
    """The cells under the midpoints of many equal parts of a step, counted from its start."""
    at = (np.arange(parts) + 0.5) / parts
    return [(int(r), int(c)) for r, c in np.floor(at[:, None] * np.array(offset) + 0.5)]


def step_seconds(ground, walk, start, offset):
    """How long a traveller takes for one step; inf where it leaves the grid or is not possible."""
    way = [(start[0] + r, start[1] + c) for r, c in sampled(offset)]
    if not all(0 <= r < ground.grid.rows and 0 <= c < ground.grid.columns and ground.walkable[r, c] for r, c in way):
        return inf
    if abs(offset[0]) == abs(offset[1]) == 1 and not (ground.walkable[way[0][0], way[-1][1]] or ground.walkable[way[-1][0], way[0][1]]):
        return inf
    length = hypot(*offset) * ground.grid.cell_m
    slope = (float(ground.heights[way[-1]]) - float(ground.heights[start])) / length
    factor = np.mean([float(ground.factor[cell]) for cell in way])
    return float(length * walk.seconds_per_m(slope, factor))


def all_times(ground, walk, neighbours):
    """Seconds from every cell to every other, as a full matrix."""
    columns = ground.grid.columns
    count = ground.heights.size
    ways = np.full((count, count), inf)
    ways[ground.roads.start, ground.roads.end] = ground.roads.seconds
    for row, column in np.ndindex(ground.heights.shape):
        if not ground.walkable[row, column]:
            continue
        for down, across in neighbour_offsets(neighbours).tolist():
            seconds = step_seconds(ground, walk, (row, column), (down, across))
            if seconds < inf:
                here, there = row * columns + column, (row + down) * columns + column + across
                ways[here, there] = min(ways[here, there], seconds)
    a, b = np.nonzero(np.isfinite(ways))
    return dijkstra(csr_array((ways[a, b], (a, b)), shape=ways.shape))


def wild(seed, *, least_factor, roads):
    """Rough ground with unknown heights, barriers and roads across them."""
    rng = np.random.default_rng(seed)
    shape = (6, 7)
    heights = np.where(rng.random(shape) < 0.06, np.nan, rng.uniform(0, 60, shape))
    factor = np.where(rng.random(shape) < 0.12, inf, rng.choice([least_factor, 1.0, 1.7, 4.0], shape))
    courses = [line(*rng.uniform(-1, 7, (4, 2))) for _ in range(roads)]
    links = link_roads(level(*shape).grid, np.array(courses, dtype=object), rng.uniform(5, 40, roads))
    return surface(heights, factor=factor, roads=links)


@settings(max_examples=40)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["tobler", "langmuir", "isotropic"]),
    st.sampled_from([8, 16]),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from([inf, 0.3]),
)
def test_times_equal_brute_force(seed, kind, neighbours, towards, roads, slope_max):
    ground = wild(seed, least_factor=1.0 if kind == "langmuir" else 0.5, roads=roads)
    walk = WalkModel(kind, 4.5, lambda_=0.8, slope_max=slope_max)
    cells = np.random.default_rng(seed).integers(0, ground.heights.size, 2)
    usable = cells[ground.walkable.ravel()[cells]]
    found = minutes(ground, middle(*np.column_stack(np.divmod(usable, 7))), walk, towards=towards, neighbours=neighbours, snap_m=0.0)
    between = all_times(ground, walk, neighbours)
    each = between[:, usable].T if towards else between[usable]
    best = each.min(axis=0, initial=inf).reshape(ground.heights.shape)
    assert found.seconds == pytest.approx(best, rel=1e-6)
    reached = np.isfinite(best)
    assert ((found.nearest >= 0) == reached).all()
    at = np.flatnonzero(reached)
    assert each[found.nearest.ravel()[at], at] == pytest.approx(best.ravel()[at], rel=1e-6)


def test_even_speeds_equal_scikit_image():
    price = np.random.default_rng(5).uniform(1, 9, (60, 70)).astype(np.float32)
    found = minutes(surface(np.zeros(price.shape), factor=price), middle((20, 30)), WalkModel("isotropic", 3.6), neighbours=8)
    theirs = MCP_Geometric(price.astype(np.float64)).find_costs([(20, 30)])[0]
    assert found.seconds == pytest.approx(theirs * CELL, rel=1e-6)
