"""Steps over the ground: which cells they pass, what they cost, what stops them."""

from dataclasses import dataclass, replace
from math import gcd, hypot

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.costs import load_costs
from gis.roads.leastcost import links
from gis.roads.steps import StepModel, neighbour_offsets, passed, step_model

CELL = 30.0


@dataclass
class Grid:
    """As much of a ground as the steps look at."""

    heights: np.ndarray
    factor: np.ndarray
    river: np.ndarray
    cell_m: float = CELL

    @property
    def shape(self):
        return self.heights.shape


def ground(rows, columns, *, heights=0.0, river=()):
    wet = np.zeros((rows, columns), dtype=bool)
    for cell in river:
        wet[cell] = True
    return Grid(np.broadcast_to(np.float32(heights), (rows, columns)).copy(), np.ones((rows, columns), np.float32), wet)


def model(**changes):
    plain = StepModel(
        cell_m=CELL,
        base_cny_per_m=100.0,
        excess_factor=1.0,
        grade_max=0.12,
        grade_max_high=0.08,
        high_altitude_m=2000.0,
        earthwork=np.zeros(256),
        crossing_cny=0.0,
        cross_slope_max=1.0,
        offsets=neighbour_offsets(changes.pop("neighbours", 32)),
    )
    return replace(plain, **changes)


def price(place, rules, start, end):
    """Of the one link between two cells; None where there is none."""
    columns = place.shape[1]
    a, b, cost = links(place, rules)
    low, high = sorted((start[0] * columns + start[1], end[0] * columns + end[1]))
    found = cost[(a == low) & (b == high)]
    return float(found[0]) if len(found) else None


@pytest.mark.parametrize("neighbours", [8, 16, 32])
def test_offsets_are_all_directions_once_and_the_second_half_reverses_the_first(neighbours):
    offsets = neighbour_offsets(neighbours)
    half = neighbours // 2
    assert len(np.unique(offsets, axis=0)) == neighbours
    assert all(gcd(abs(r), abs(c)) == 1 for r, c in offsets.tolist())
    np.testing.assert_array_equal(offsets[half:], -offsets[:half])
    for turned in ([[0, 1], [-1, 0]], [[0, 1], [1, 0]]):
        assert {tuple(o) for o in (offsets @ turned).tolist()} == {tuple(o) for o in offsets.tolist()}


def test_other_neighbourhoods_are_refused():
    with pytest.raises(ValueError, match="8, 16, 32"):
        neighbour_offsets(12)


@pytest.mark.parametrize("offset", neighbour_offsets(32).tolist())
def test_cells_passed_are_those_in_which_the_line_has_length(offset):
    row, column = offset
    line = shapely.LineString([(0, 0), (column, row)])
    around = [(r, c) for r in range(-4, 5) for c in range(-4, 5)]
    inside = {cell: shapely.intersection(line, shapely.box(cell[1] - 0.5, cell[0] - 0.5, cell[1] + 0.5, cell[0] + 0.5)).length for cell in around}
    through = passed(row, column)
    assert {cell for cell, length in inside.items() if length > 1e-9} == {(r, c) for r, c, _ in through}
    for r, c, share in through:
        assert float(share) * hypot(row, column) == pytest.approx(inside[r, c])


def test_flat_ground_costs_distance_times_price():
    assert price(ground(5, 5), model(), (2, 2), (2, 3)) == pytest.approx(30 * 100)
    assert price(ground(5, 5), model(), (2, 2), (3, 3)) == pytest.approx(30 * 2**0.5 * 100)
    assert price(ground(5, 5), model(), (0, 0), (1, 2)) == pytest.approx(30 * 5**0.5 * 100)
    assert price(ground(5, 5), model(), (0, 0), (2, 3)) == pytest.approx(30 * 13**0.5 * 100)


def test_a_step_steeper_than_the_limit_pays_for_its_developed_length():
    place = ground(3, 3, heights=np.array([0, 6, 12])[:, None])  # 20 %
    assert price(place, model(), (0, 1), (1, 1)) == pytest.approx(6 / 0.12 * 100)
    assert price(place, model(), (1, 0), (1, 1)) == pytest.approx(30 * 100)
    assert price(place, model(excess_factor=3.0), (0, 1), (1, 1)) == pytest.approx((30 + 3 * (50 - 30)) * 100)


def test_a_step_within_the_limit_pays_for_its_horizontal_length():
    place = ground(3, 3, heights=np.array([0, 3.5, 7.0])[:, None])
    assert price(place, model(excess_factor=9.0), (0, 1), (1, 1)) == pytest.approx(30 * 100)


def test_high_up_the_lower_limit_holds():
    slope = np.array([0, 3, 6])[:, None]  # 10 %
    assert price(ground(3, 3, heights=slope + 1990), model(), (0, 1), (1, 1)) == pytest.approx(30 * 100)
    assert price(ground(3, 3, heights=slope + 2010), model(), (0, 1), (1, 1)) == pytest.approx(3 / 0.08 * 100)
    # Half of this step lies higher, half lower: its mean height is not above 2000 m.
    assert price(ground(3, 3, heights=slope + 1998.5), model(), (0, 1), (1, 1)) == pytest.approx(30 * 100)


def test_earthwork_follows_the_slope_across_the_step_and_is_interpolated():
    table = np.arange(256) * 1.0
    place = ground(4, 4, heights=(CELL * 0.10 * np.arange(4))[:, None])
    rules = model(earthwork=table)
    across = 0.10 * 127.5
    assert price(place, rules, (1, 1), (2, 1)) == pytest.approx(30 * 100)
    assert price(place, rules, (1, 1), (1, 2)) == pytest.approx(30 * (100 + across))
    assert price(place, rules, (1, 1), (2, 2)) == pytest.approx(30 * 2**0.5 * (100 + across / 2**0.5))
    assert price(place, rules, (1, 0), (2, 2)) == pytest.approx(30 * 5**0.5 * (100 + across * 2 / 5**0.5), rel=1e-6)


def test_ground_steeper_than_can_be_built_on_is_forbidden():
    steep = ground(4, 4, heights=(CELL * 1.1 * np.arange(4))[:, None])
    assert len(links(steep, model())[0]) == 0
    assert len(links(steep, model(cross_slope_max=1.2))[0]) > 0


def test_the_factor_is_the_mean_over_the_length_in_each_cell():
    place = ground(3, 4)
    place.factor[0] = [1, 3, 1, 1]
    place.factor[1] = [1, 1, 7, 1]
    assert price(place, model(), (0, 0), (0, 1)) == pytest.approx(30 * 100 * 2)
    # (0,0) → (1,2) runs a quarter of its length in each of (0,0), (0,1), (1,1), (1,2).
    assert price(place, model(), (0, 0), (1, 2)) == pytest.approx(30 * 5**0.5 * 100 * (1 + 3 + 1 + 7) / 4)
    # (0,0) → (1,3): a sixth, a third, a third, a sixth in (0,0), (0,1), (1,2), (1,3).
    assert price(place, model(), (0, 0), (1, 3)) == pytest.approx(30 * 10**0.5 * 100 * (1 / 6 + 3 / 3 + 7 / 3 + 1 / 6))


@pytest.mark.parametrize("kind", ["forbidden", "unknown"])
def test_no_step_jumps_over_a_wall_one_cell_thick(kind):
    place = ground(7, 7)
    if kind == "forbidden":
        place.factor[3] = np.inf
    else:
        place.heights[3] = np.nan
    a, b, _ = links(place, model())
    assert len(a) > 0
    assert ((a // 7 < 3) == (b // 7 < 3)).all()
    assert not (a // 7 == 3).any()
    assert not (b // 7 == 3).any()


def test_no_step_slips_through_a_wall_at_its_corners():
    place = ground(8, 8)
    np.fill_diagonal(place.factor, np.inf)
    a, b, _ = links(place, model())
    assert len(a) > 0
    assert ((a // 8 < a % 8) == (b // 8 < b % 8)).all()


@pytest.mark.parametrize("river", ["straight", "diagonal"])
def test_every_step_over_a_river_pays_one_bridge_and_entering_it_half_of_one(river):
    wet = [(3, c) for c in range(8)] if river == "straight" else [(c, c) for c in range(8)]
    place = ground(8, 8, river=wet)
    dry_price = dict(zip(*_keyed(links(ground(8, 8), model())), strict=True))
    for key, cost in zip(*_keyed(links(place, model(crossing_cny=1e6))), strict=True):
        start, end = divmod(key[0], 8), divmod(key[1], 8)
        sides = [np.sign(r - (3 if river == "straight" else c)) for r, c in (start, end)]
        bridges = abs(sides[1] - sides[0]) / 2
        # A step that starts in the slanting river may graze it again on its way.
        if all(sides) if river == "diagonal" else any(sides):
            assert cost - dry_price[key] == pytest.approx(bridges * 1e6)


def _keyed(found):
    a, b, cost = found
    return list(zip(a.tolist(), b.tolist(), strict=True)), cost.tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16, 32]))
def test_a_step_costs_the_same_in_both_directions_to_the_last_bit(seed, neighbours):
    """The grid turned by half a circle has the same links, end for end."""
    rng = np.random.default_rng(seed)
    shape = (6, 7)
    heights = np.where(rng.random(shape) < 0.05, np.nan, rng.uniform(1950, 2050, shape)).astype(np.float32)
    factor = np.where(rng.random(shape) < 0.1, np.inf, rng.uniform(1, 5, shape)).astype(np.float32)
    place = Grid(heights, factor, rng.random(shape) < 0.2)
    turned = Grid(*(np.ascontiguousarray(part[::-1, ::-1]) for part in (place.heights, place.factor, place.river)))
    rules = model(earthwork=np.linspace(0, 3000, 256), crossing_cny=4e5, cross_slope_max=5.0, neighbours=neighbours)
    last = shape[0] * shape[1] - 1
    there = dict(zip(*_keyed(links(place, rules)), strict=True))
    back = {(last - b, last - a): cost for (a, b), cost in zip(*_keyed(links(turned, rules)), strict=True)}
    assert there == back


def test_the_model_of_a_cost_set_has_its_limits_and_prices():
    costs = load_costs()
    rules = step_model(costs, 60.0, neighbours=16)
    assert rules.offsets.shape == (16, 2)
    assert rules.cell_m == 60.0
    assert rules.base_cny_per_m == pytest.approx(costs.new.road_cny_per_km.value / 1000)
    assert rules.crossing_cny == pytest.approx(costs.crossing.bridge_cny_per_m.value * costs.crossing.river_width_m.value)
    assert rules.grade_max_high <= rules.grade_max
    assert rules.earthwork.shape == (256,)
    assert rules.cross_slope_max == pytest.approx(np.tan(np.radians(costs.design.cross_slope_max_deg.value)))


def test_links_know_the_cell_size_of_their_model():
    with pytest.raises(ValueError, match="cells of 90"):
        links(ground(3, 3), model(cell_m=90.0))
