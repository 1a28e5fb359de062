"""Least-cost ways: against brute force, scikit-image, scipy and GRASS, and answers worked out by hand."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import hypot

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from skimage.graph import MCP_Geometric

from gis.buckets import SLOTS
from gis.neighbours import neighbour_offsets
from gis.roads.leastcost import links, spread, spread_plain, trace
from gis.roads.steps import StepModel

CELL = 30.0


@dataclass
class Grid:
    """As much of a ground as the kernels look at."""

    heights: np.ndarray
    factor: np.ndarray
    river: np.ndarray
    cell_m: float = CELL

    @property
    def shape(self):
        return self.heights.shape


def ground(heights):
    heights = np.asarray(heights, np.float32)
    return Grid(heights, np.ones(heights.shape, np.float32), np.zeros(heights.shape, bool))


def model(**changes):
    plain = StepModel(
        cell_m=CELL,
        base_cny_per_m=100.0,
        excess_factor=1.5,
        grade_max=0.12,
        grade_max_high=0.08,
        high_altitude_m=2000.0,
        earthwork=np.linspace(0, 30, 256) ** 2,
        crossing_cny=2e5,
        cross_slope_max=1.0,
        offsets=neighbour_offsets(changes.pop("neighbours", 32)),
    )
    return replace(plain, **changes)


def rough(seed, shape=(7, 8), relief=60.0):
    """Wild ground: unknown heights, forbidden cells, rivers, heights around the altitude at which the limit changes."""
    rng = np.random.default_rng(seed)
    heights = np.where(rng.random(shape) < 0.04, np.nan, rng.uniform(2000 - relief / 2, 2000 + relief / 2, shape))
    factor = np.where(rng.random(shape) < 0.08, np.inf, rng.choice([1.0, 1.0, 1.7, 6.0], shape))
    return Grid(heights.astype(np.float32), factor.astype(np.float32), rng.random(shape) < 0.15)


# Brute force, in the plainest way from the formula: cells on the way by sampling, prices by Python, ways by relaxing until nothing changes.


def gradient(heights, row, column, axis):
    """Central difference; one-sided where a neighbour is unknown or outside."""
    step = np.eye(2, dtype=int)[axis]
    around = []
    for sign in (-1, 1):
        r, c = row + sign * step[0], column + sign * step[1]
        inside = 0 <= r < heights.shape[0] and 0 <= c < heights.shape[1] and not np.isnan(heights[r, c])
        around.append((sign, float(heights[r, c])) if inside else (0, float(heights[row, column])))
    (left, low), (right, high) = around
    return (high - low) / (CELL * (right - left)) if right > left else 0.0


@cache
def sampled(offset, parts=120):
    """The cells under the midpoints of many equal parts of a step, counted from its start."""
    at = (np.arange(parts) + 0.5) / parts
    return [(int(r), int(c)) for r, c in np.floor(at[:, None] * np.array(offset) + 0.5)]


def blocked(place, rules, cell):
    if np.isnan(place.heights[cell]) or np.isinf(place.factor[cell]):
        return True
    return hypot(*(gradient(place.heights, *cell, axis) for axis in (0, 1))) > rules.cross_slope_max


def corner_cells(start, offset):
    """The two cells that touch where a step passes a corner halfway; none if it passes none."""
    if offset[0] % 2 == 0 or offset[1] % 2 == 0:
        return []
    rows, columns = ([s + d // 2, s + d // 2 + 1] for s, d in zip(start, offset, strict=True))
    turned = 1 if offset[0] * offset[1] > 0 else 0
    return [(rows[0], columns[turned]), (rows[1], columns[1 - turned])]


def crossings(place, way, corner):
    wet = [place.river[cell] for cell in way]
    if corner and all(place.river[cell] for cell in corner):
        wet.insert(len(wet) // 2, True)
    return sum(a != b for a, b in pairwise(wet)) / 2


def price(place, rules, closed, start, offset):
    way = [(start[0] + r, start[1] + c) for r, c in sampled(offset)]
    corner = corner_cells(start, offset)
    if any(closed[cell] for cell in set(way)) or (corner and all(closed[cell] for cell in corner)):
        return np.inf
    end = way[-1]
    straight = hypot(*offset)
    length = straight * CELL
    low, high = float(place.heights[start]), float(place.heights[end])
    limit = rules.grade_max_high if (low + high) / 2 > rules.high_altitude_m else rules.grade_max
    developed = max(length, abs(high - low) / limit)
    down, across = ((gradient(place.heights, *start, axis) + gradient(place.heights, *end, axis)) / 2 for axis in (0, 1))
    tangent = abs(across * offset[0] - down * offset[1]) / straight
    earthwork = np.interp(tangent, np.linspace(0, 2, 256), rules.earthwork)
    factor = sum(float(place.factor[cell]) for cell in way) / len(way)
    road = rules.base_cny_per_m * (length + rules.excess_factor * (developed - length)) + length * earthwork
    return factor * road + rules.crossing_cny * crossings(place, way, corner)


def all_prices(place, rules):
    """Start, end and price of every step."""
    rows, columns = place.shape
    closed = {(r, c): blocked(place, rules, (r, c)) for r in range(rows) for c in range(columns)}
    steps = [
        ((r, c), (r + dr, c + dc), price(place, rules, closed, (r, c), (dr, dc)))
        for r in range(rows)
        for c in range(columns)
        for dr, dc in rules.offsets.tolist()
        if 0 <= r + dr < rows and 0 <= c + dc < columns
    ]
    possible = [(s[0] * columns + s[1], e[0] * columns + e[1], cost) for s, e, cost in steps if cost < np.inf]
    start, end, cost = np.array(possible).reshape(-1, 3).T
    return start.astype(int), end.astype(int), cost


def relaxed(begin, start, end, cost):
    """Least costs by relaxing all steps until nothing changes."""
    while True:
        better = begin.copy()
        np.minimum.at(better, end, begin[start] + cost)
        if (better == begin).all():
            return better
        begin = better


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16, 32]), st.sampled_from([5.0, 60.0]), st.integers(1, 3))
def test_spread_equals_brute_force(seed, neighbours, relief, sources):
    place, rules = rough(seed, relief=relief), model(neighbours=neighbours)
    rng = np.random.default_rng(seed)
    cells = np.stack([rng.integers(0, 7, sources), rng.integers(0, 8, sources)], axis=1)
    at_start = rng.choice([0.0, 5e3], sources)
    begin = np.full(56, np.inf)
    np.minimum.at(begin, cells @ [8, 1], at_start)
    expected = relaxed(begin, *all_prices(place, rules)).reshape(7, 8)
    found = spread(place, rules, cells, start_cost=at_start)
    np.testing.assert_allclose(found.cost, expected, rtol=2e-6)
    assert ((found.move == -2) == np.isinf(expected)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16, 32]))
def test_spread_equals_dijkstra_over_the_links_to_the_last_bit(seed, neighbours):
    place, rules = rough(seed, (23, 31), relief=40.0), model(neighbours=neighbours)
    a, b, cost = links(place, rules)
    graph = csr_array((np.r_[cost, cost], (np.r_[a, b], np.r_[b, a])), shape=(23 * 31, 23 * 31))
    start = int(a[0]) if len(a) else 0
    np.testing.assert_array_equal(spread(place, rules, [divmod(start, 31)]).cost.ravel(), dijkstra(graph, indices=start))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_links_are_the_possible_steps_at_their_prices(seed):
    place, rules = rough(seed), model()
    start, end, cost = all_prices(place, rules)
    expected = {(s, e): c for s, e, c in zip(start.tolist(), end.tolist(), cost, strict=True) if s < e}
    a, b, found = links(place, rules)
    assert set(zip(a.tolist(), b.tolist(), strict=True)) == set(expected)
    np.testing.assert_allclose(found, [expected[key] for key in zip(a.tolist(), b.tolist(), strict=True)], rtol=2e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 1e4]))
def test_a_plain_surface_costs_what_scikit_image_says(seed, spread_of_prices):
    rng = np.random.default_rng(seed)
    surface = (spread_of_prices ** rng.random((24, 31))).astype(np.float32)
    surface[rng.random((24, 31)) < 0.15] = np.inf
    surface[3, 4] = 1.0
    theirs, _ = MCP_Geometric(surface).find_costs([[3, 4]])
    np.testing.assert_allclose(spread_plain(surface, [[3, 4]]).cost, theirs, rtol=1e-12)


@pytest.mark.parametrize("neighbours", [16, 32])
def test_more_neighbours_on_a_plain_surface_equal_brute_force(neighbours):
    rng = np.random.default_rng(5)
    surface = rng.uniform(1, 9, (9, 8)).astype(np.float32)
    place = Grid(np.zeros((9, 8), np.float32), surface, np.zeros((9, 8), bool))
    rules = model(neighbours=neighbours, base_cny_per_m=1 / CELL, earthwork=np.zeros(256))
    begin = np.full(72, np.inf)
    begin[0] = 0
    expected = relaxed(begin, *all_prices(place, rules)).reshape(9, 8)
    np.testing.assert_allclose(spread_plain(surface, [[0, 0]], neighbours=neighbours).cost, expected, rtol=1e-9)


def test_cells_that_cost_nothing_or_less():
    surface = np.array([[0, 0, 0, 4], [-1, -1, np.nan, 4], [0, 0, 0, 4]], np.float32)
    found = spread_plain(surface, [[0, 0]])
    aslant = 2 * 2**0.5
    np.testing.assert_allclose(found.cost, [[0, 0, 0, 2], [np.inf, np.inf, np.inf, aslant], [2 * aslant] * 3 + [aslant + 4]])


def test_prices_that_leave_the_wheel_of_buckets():
    """Walls dearer than all buckets of the wheel together, so that cells wait on the pile."""
    surface = np.ones((12, 40), np.float32)
    surface[:, ::7] = 40.0 * SLOTS
    surface[4:6, 20:] = 3e9
    theirs, _ = MCP_Geometric(surface).find_costs([[0, 1]])
    np.testing.assert_allclose(spread_plain(surface, [[0, 1]]).cost, theirs, rtol=1e-12)


def octile(rows, columns):
    long, short = np.maximum(rows, columns), np.minimum(rows, columns)
    return long - short + 2**0.5 * short


def test_flat_ground_costs_the_distance_along_the_steps():
    rows, columns = np.indices((21, 25))
    found = spread(ground(np.zeros((21, 25))), model(neighbours=8), [[4, 6]])
    np.testing.assert_allclose(found.cost, octile(abs(rows - 4), abs(columns - 6)) * CELL * 100)


@pytest.mark.parametrize(("neighbours", "worst"), [(8, 1.0824), (16, 1.0275), (32, 1.0131)])
def test_more_neighbours_come_nearer_to_the_straight_line(neighbours, worst):
    """Known worst elongations of the three neighbourhoods on a flat plane."""
    rows, columns = np.indices((121, 121)) - 60
    straight = np.hypot(rows, columns)
    found = spread(ground(np.zeros((121, 121))), model(neighbours=neighbours), [[60, 60]]).cost / (CELL * 100)
    ratio = found[straight > 0] / straight[straight > 0]
    assert ratio.min() >= 1 - 1e-12
    assert worst - 0.004 < ratio.max() <= worst


def test_a_tilted_plane():
    """20 % down the rows: along it the cross slope is paid, straight down it the developed length, aslant within the limit only the distance."""
    place = ground(np.repeat(0.2 * CELL * np.arange(30)[:, None], 60, axis=1))
    bare = model(earthwork=np.zeros(256), excess_factor=1.0)
    cost = spread(place, bare, [[0, 0]]).cost
    assert cost[0, 40] == pytest.approx(40 * CELL * 100)
    assert cost[10, 0] == pytest.approx(10 * 0.2 * CELL / 0.12 * 100)
    # Steps of (2, 3) rise 12 m over 108 m (11.1 %), so the plane can be climbed aslant without any development.
    assert cost[20, 30] == pytest.approx(10 * CELL * 13**0.5 * 100)
    # With earthwork the traverse pays for the full cross slope of 20 %.
    dug = model(earthwork=np.arange(256) * 1.0)
    assert spread(place, dug, [[0, 0]]).cost[0, 40] == pytest.approx(40 * CELL * (100 + 0.2 * 127.5), rel=1e-6)


def test_a_cone_is_climbed_for_its_height_over_the_grade():
    """A cone of 30 %: no line to the top is shorter than height / grade, and with dear development the way winds up within a few percent of it."""
    rows, columns = np.indices((81, 81)) - 40
    distance = np.hypot(rows, columns) * CELL
    place = ground(0.3 * np.maximum(0, 1200 - distance))
    rules = model(earthwork=np.zeros(256), excess_factor=20.0)
    found = spread(place, rules, [[40, 0]])
    least = 360 / 0.12 * 100
    assert least <= found.cost[40, 40] < 1.04 * least + 0.3 * 2 * CELL / 0.12 * 100 * 20
    way = trace(found, rules, (40, 40))
    turned = np.unwrap(np.arctan2(*(way[:-3] - 40).T))
    assert abs(turned[-1] - turned[0]) > np.pi / 2


def test_a_wall_with_a_gap():
    place = ground(np.zeros((15, 15)))
    place.factor[7, :] = np.inf
    place.factor[7, 12] = 1.0
    found = spread(place, model(neighbours=8), [[0, 0]])
    # Five cells over and seven down to the gap, then back: both legs by octile distance.
    assert found.cost[14, 0] == pytest.approx((octile(7, 12) + octile(7, 12)) * CELL * 100)
    way = trace(found, model(neighbours=8), (14, 0))
    assert [7, 12] in way.tolist()
    place.factor[7, 12] = np.inf
    assert np.isinf(spread(place, model(), [[0, 0]]).cost[8:]).all()


@pytest.mark.parametrize("neighbours", [8, 16, 32])
def test_a_river_crossed_once_costs_one_bridge(neighbours):
    dry = ground(np.zeros((15, 15)))
    wet = ground(np.zeros((15, 15)))
    wet.river[7, :] = True
    rules = model(neighbours=neighbours)
    without, over = (spread(place, rules, [[2, 3]]).cost for place in (dry, wet))
    np.testing.assert_allclose(over[:7], without[:7])
    np.testing.assert_allclose(over[8:], without[8:] + 2e5)
    np.testing.assert_allclose(over[7], without[7] + 1e5)


def test_a_known_way_is_the_sum_of_its_steps_and_starts_at_a_source():
    place, rules = rough(3, (40, 40), relief=20.0), model()
    free = np.argwhere(np.isfinite(place.factor) & ~np.isnan(place.heights))
    found = spread(place, rules, free[[5, 900]], start_cost=[100.0, 7.0])
    reached = np.argwhere(found.move >= 0)
    price_of = {(a, b): c for a, b, c in zip(*(part.tolist() for part in links(place, rules)), strict=True)}
    for cell in reached[:: len(reached) // 25]:
        way = trace(found, rules, cell)
        at = way @ [40, 1]
        begin = {tuple(free[5]): 100.0, tuple(free[900]): 7.0}[tuple(way[0])]
        total = begin + sum(price_of[min(a, b), max(a, b)] for a, b in zip(at.tolist(), at[1:].tolist(), strict=False))
        assert total == pytest.approx(found.cost[tuple(cell)], rel=1e-12)
        assert way[-1].tolist() == cell.tolist()


def test_there_is_no_way_to_what_cannot_be_reached():
    place = ground(np.zeros((3, 9)))
    place.heights[:, 4] = np.nan
    found = spread(place, model(), [[1, 1]])
    assert trace(found, model(), (1, 8)).shape == (0, 2)
    assert trace(found, model(), (1, 1)).tolist() == [[1, 1]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_targets_stop_the_search_but_change_no_answer(seed):
    place, rules = rough(seed, (30, 30), relief=15.0), model()
    rng = np.random.default_rng(seed)
    source, targets = rng.integers(0, 30, (1, 2)), rng.integers(0, 30, (3, 2))
    whole, part = spread(place, rules, source), spread(place, rules, source, targets=targets)
    at = tuple(targets.T)
    np.testing.assert_array_equal(part.cost[at], whole.cost[at])
    known = np.isfinite(part.cost)
    np.testing.assert_array_equal(part.cost[known], whole.cost[known])
    assert (part.move[~known] == -2).all()
    if known.any() and not known.all() and np.isfinite(whole.cost[at]).all():
        assert whole.cost[~known].min() >= whole.cost[at].max()


def test_targets_nearby_leave_the_rest_alone():
    found = spread(ground(np.zeros((101, 101))), model(), [[50, 50]], targets=[[50, 53]])
    assert np.isfinite(found.cost).sum() < 200


def test_nothing_dearer_than_the_limit_is_followed():
    whole = spread(ground(np.zeros((41, 41))), model(), [[20, 20]]).cost
    part = spread(ground(np.zeros((41, 41))), model(), [[20, 20]], limit=30_000.0).cost
    np.testing.assert_array_equal(part, np.where(whole <= 30_000, whole, np.inf))


def test_a_source_on_forbidden_ground_reaches_itself_alone():
    place = ground(np.zeros((5, 5)))
    place.factor[2, 2] = np.inf
    assert np.isfinite(spread(place, model(), [[2, 2]]).cost).sum() == 1


def test_the_same_ground_gives_the_same_bytes():
    place, rules = ground(np.zeros((60, 60))), model()
    first, second = (spread(place, rules, [[3, 3], [50, 20]]) for _ in range(2))
    assert first.cost.tobytes() == second.cost.tobytes()
    assert first.move.tobytes() == second.move.tobytes()


def test_cells_outside_are_refused():
    with pytest.raises(ValueError, match="outside the grid of 5 x 5"):
        spread(ground(np.zeros((5, 5))), model(), [[0, 5]])
    with pytest.raises(ValueError, match="outside"):
        spread_plain(np.ones((5, 5)), [[-1, 0]])
    with pytest.raises(ValueError, match="cells of 30"):
        spread(replace(ground(np.zeros((5, 5))), cell_m=10.0), model(), [[0, 0]])


@pytest.mark.skipif(shutil.which("grass") is None, reason="needs GRASS")
def test_a_plain_surface_costs_what_grass_says(tmp_path):
    rng = np.random.default_rng(1)
    surface = rng.uniform(1, 9, (40, 50)).astype(np.float32)
    header = "north: 40\nsouth: 0\neast: 50\nwest: 0\nrows: 40\ncols: 50\n"
    rows = "\n".join(" ".join(f"{value:.9g}" for value in row) for row in surface)
    (tmp_path / "surface.txt").write_text(header + rows)
    script = (
        f"r.in.ascii input={tmp_path}/surface.txt output=surface && g.region raster=surface && "
        f"r.cost input=surface output=cost start_coordinates=7.5,30.5 && r.out.ascii -h input=cost output={tmp_path}/cost.txt precision=9"
    )
    subprocess.run(["grass", "--tmp-location", "XY", "--exec", "bash", "-c", script], check=True, capture_output=True)
    np.testing.assert_allclose(spread_plain(surface, [[9, 7]]).cost, np.loadtxt(tmp_path / "cost.txt"), rtol=1e-5)
