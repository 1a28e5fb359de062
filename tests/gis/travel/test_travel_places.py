"""Where places lie, and that none of them is lost silently."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.travel import WalkModel, Where, link_roads, minutes, put_places, seconds_at
from tests.gis.travel.travel_cases import CELL, level, line, middle, surface

WALK = WalkModel("isotropic", 3.6)


def island():
    """Level ground of 7 x 9 cells: a lake of barrier cells around (3, 4), unknown heights in the last column."""
    factor, heights = np.ones((7, 9)), np.zeros((7, 9))
    factor[1:6, 2:7] = inf
    heights[:, 8] = np.nan
    return surface(heights, factor=factor)


def test_each_place_says_what_became_of_it():
    asked = np.vstack([middle((0, 0), (1, 4), (3, 4), (3, 8)), [[-30.0, -50.0], [-400.0, -50.0], [np.nan, 0.0]]])
    placed = put_places(island(), asked, snap_m=100.0)
    there, moved, barrier, outside, lost = Where.THERE, Where.MOVED, Where.BARRIER, Where.OUTSIDE, Where.NO_LOCATION
    assert placed.where.tolist() == [there, moved, barrier, moved, moved, outside, lost]
    assert placed.cell.tolist() == [0, 4, -1, 3 * 9 + 7, 0, -1, -1]
    assert placed.leg_m.tolist() == pytest.approx([0, CELL, 0, CELL, 80, 0, 0])


def test_unknown_ground_too_far_from_known_ground_is_told_so():
    heights = np.full((5, 5), np.nan)
    heights[0, 0] = 1.0
    assert put_places(surface(heights), middle((4, 4))).where.tolist() == [Where.UNKNOWN_HEIGHT]


def test_notes_name_the_rows_and_no_place_is_left_out_of_them():
    asked = np.vstack([middle((0, 0), (3, 4), (1, 4)), [[9e9, 9e9], [np.nan, 0.0]]])
    found = minutes(island(), asked, WALK)
    told = " ".join(found.notes)
    assert len(found.notes) == 4
    assert all(word in told for word in ("第 2 行", "第 3 行", "第 4 行", "第 5 行", "100 m", "没有坐标", "高程范围之外", "不能通行"))


def test_the_way_to_where_a_place_was_moved_is_walked():
    found = minutes(island(), middle((1, 4)), WALK)
    assert found.seconds[0, 4] == CELL
    assert found.seconds[0, 0] == 5 * CELL


def test_times_at_points_walk_the_same_way():
    ground = island()
    found = minutes(ground, middle((0, 0)), WALK)
    asked = np.vstack([middle((0, 4), (1, 4), (3, 4)), [[np.nan, 0.0], [9e9, 0.0]]])
    assert seconds_at(ground, found, asked, WALK) == pytest.approx([4 * CELL, 5 * CELL, np.nan, np.nan, np.nan], nan_ok=True)
    far = minutes(ground, middle((0, 0)), WALK, limit=150.0)
    assert seconds_at(ground, far, middle((6, 6)), WALK).tolist() == [inf]


def test_a_place_on_a_road_over_a_barrier_is_reached_by_road_too():
    factor = np.ones((5, 9))
    factor[:, 2:7] = inf
    roads = link_roads(level(5, 9).grid, np.array([line((2, 0), (2, 8))]), np.array([36.0]))
    found = minutes(level(5, 9, factor=factor, roads=roads), middle((2, 4)), WALK)
    assert found.seconds[2, 0] == pytest.approx(40.0)
    assert found.nearest[2, 0] == 0
    ground = level(5, 9, factor=factor, roads=roads)
    there = minutes(ground, middle((2, 0)), WALK)
    assert seconds_at(ground, there, middle((2, 4)), WALK) == pytest.approx([40.0])


def test_of_two_places_in_one_cell_the_first_is_named():
    found = minutes(level(3, 3), np.vstack([middle((1, 1)), middle((1, 1)) + 10]), WALK)
    assert (found.nearest == 0).all()


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(0, 350))
def test_the_nearest_walkable_cell_is_the_nearest(seed, snap_m):
    rng = np.random.default_rng(seed)
    ground = surface(np.zeros((6, 7)), factor=np.where(rng.random((6, 7)) < 0.6, inf, 1.0))
    asked = rng.uniform([-300, -900], [1000, 300], (12, 2))
    placed = put_places(ground, asked, snap_m=snap_m)
    cells = np.flatnonzero(ground.walkable.ravel())
    at = middle(*np.column_stack(np.divmod(cells, 7))) if len(cells) else np.full((1, 2), inf)
    for i, (x, y) in enumerate(asked):
        metres = np.hypot(at[:, 0] - x, at[:, 1] - y)
        if placed.where[i] == Where.THERE:
            assert metres.min() <= CELL * 0.5**0.5
            assert placed.cell[i] == placed.own[i]
        elif placed.cell[i] >= 0:
            assert placed.leg_m[i] == pytest.approx(metres.min())
            assert placed.leg_m[i] <= snap_m
        else:
            assert metres.min() > snap_m
