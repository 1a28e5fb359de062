"""Roads as ways between cells: along lines only, as long as the lines, whatever their direction."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.grid import Grid
from gis.travel import link_roads
from tests.gis.travel.travel_cases import CELL, line

GRID = Grid(0.0, 0.0, CELL, 8, 9)
SLOW = np.array([3.6])
"""1 m/s: seconds are metres."""


def links(*shapes, kmh=None):
    found = link_roads(GRID, np.array(shapes, dtype=object), np.full(len(shapes), 3.6) if kmh is None else np.asarray(kmh, float))
    return {(int(a), int(b)): seconds for a, b, seconds in zip(*found, strict=True)}


def cell(row, column):
    return row * GRID.columns + column


def test_a_road_joins_the_cells_along_it_in_both_directions():
    assert links(line((2, 1), (2, 3))) == pytest.approx(
        {(cell(2, a), cell(2, b)): CELL for a, b in ((1, 2), (2, 1), (2, 3), (3, 2))},
    )


def test_a_road_through_a_corner_leads_diagonally():
    assert links(line((0, 0), (2, 2))) == pytest.approx(
        {(cell(a, a), cell(b, b)): CELL * 2**0.5 for a, b in ((0, 1), (1, 0), (1, 2), (2, 1))},
    )


def test_a_winding_road_is_as_long_as_it_is_drawn():
    # Hairpins within one cell: 50 m in, four times 80 m across, 50 m and another cell's half out.
    bends = [(50, -50), (90, -50), (90, -60), (10, -60), (10, -70), (90, -70), (90, -80), (150, -80)]
    drawn = shapely.LineString(bends)
    assert links(drawn) == pytest.approx({(cell(0, 0), cell(0, 1)): drawn.length, (cell(0, 1), cell(0, 0)): drawn.length})


def test_pieces_drawn_end_to_end_are_as_long_as_one():
    whole = links(line((1, 0), (1, 6)))
    halves = links(line((1, 0), (1, 3)), line((1, 3), (1, 6)))
    assert halves == pytest.approx(whole)


def test_of_two_roads_in_one_place_the_faster_counts():
    assert links(line((1, 0), (1, 1)), line((1, 1), (1, 0)), kmh=[36.0, 18.0]) == pytest.approx(
        {(cell(1, 0), cell(1, 1)): 10.0, (cell(1, 1), cell(1, 0)): 10.0},
    )


def test_roads_side_by_side_have_no_way_between_them():
    found = links(line((1, 0), (1, 8)), line((2, 0), (2, 8)))
    assert {a // 9 == b // 9 for a, b in found} == {True}


@pytest.mark.parametrize(
    "nothing",
    [
        shapely.LineString(),
        shapely.Point(50, -50),
        shapely.Polygon([(0, 0), (300, 0), (300, -300)]),
        line((-5, -5), (-5, 20)),
        line((3, 3), (3.2, 3.2)),
    ],
    ids=["empty", "point", "area", "outside", "within one cell"],
)
def test_what_leads_nowhere_is_no_way(nothing):
    assert links(nothing) == {}


def test_a_road_that_leaves_the_grid_is_not_joined_across_the_gap():
    out_and_in = shapely.LineString([(250, -250), (250, 400), (650, 400), (650, -250)])
    found = links(out_and_in)
    assert (cell(0, 2), cell(0, 6)) not in found
    assert found[cell(1, 2), cell(2, 2)] == pytest.approx(0.5 * CELL + 0.5 * CELL)
    assert {a % 9 for a, _ in found} == {2, 6}


@settings(max_examples=80)
@given(st.integers(0, 10**6))
def test_links_join_neighbours_both_ways_and_keep_the_length(seed):
    rng = np.random.default_rng(seed)
    # On round numbers too, where lines run along the edges of cells and through their corners.
    points = rng.uniform(0, 800, (5, 2)) if seed % 2 else rng.integers(0, 17, (5, 2)) * 50.0
    drawn = shapely.LineString(points * [1, -1])
    found = links(drawn)
    for (a, b), seconds in found.items():
        assert max(abs(a // 9 - b // 9), abs(a % 9 - b % 9)) == 1
        assert found[b, a] == seconds
        assert seconds > 0
    alone = link_roads(GRID, np.array([drawn]), SLOW)
    turned = link_roads(GRID, np.array([drawn.reverse()]), SLOW)
    if seed % 2:
        assert (alone.start == turned.start).all()
        assert alone.seconds == pytest.approx(turned.seconds)
    assert sum(found.values()) / 2 <= drawn.length + 1e-6


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_a_line_that_never_turns_back_is_as_long_as_its_links(seed):
    rng = np.random.default_rng(seed)
    drawn = shapely.LineString(np.column_stack([np.sort(rng.uniform(0, 900, 6)), -np.sort(rng.uniform(0, 800, 6))]))
    found = links(drawn)
    assert len(found) // 2 == len({a for a, _ in found}) - 1
    assert sum(found.values()) / 2 == pytest.approx(drawn.length)
