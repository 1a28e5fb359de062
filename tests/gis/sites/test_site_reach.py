"""Distances on grids: exact beside brute force, nothing small lost, slopes as Horn has them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import CRS

from gis.grid import Grid, fitting_cell, heights_on
from gis.sites.ground_measures import relief_m, slope_deg
from gis.sites.reach import boxes, cells_within, metres_to, places_xy
from gis.terrain import Terrain

GRID = Grid(500_000.0, 2_800_000.0, 25.0, 24, 30)
_X = st.floats(-3, 33).map(lambda column: 500_000.0 + column * 25.0)
_Y = st.floats(-3, 27).map(lambda row: 2_800_000.0 - row * 25.0)
_PLACE = st.tuples(_X, _Y)
_POINT = st.builds(shapely.Point, _PLACE)
_LINE = st.lists(_PLACE, min_size=2, max_size=5, unique=True).map(shapely.LineString)
_AREA = st.builds(lambda place, metres: shapely.Point(place).buffer(metres, quad_segs=3), _PLACE, st.floats(0.5, 150))
SHAPES = st.lists(st.one_of(_POINT, _LINE, _AREA), min_size=1, max_size=5)


def _squares() -> np.ndarray:
    row, column = np.indices((GRID.rows, GRID.columns))
    return boxes(GRID, row, column)


def _middles() -> np.ndarray:
    return shapely.centroid(_squares())


def _distances(places: np.ndarray, shapes: list[shapely.Geometry]) -> np.ndarray:
    return np.min([shapely.distance(places, shape) for shape in shapes], axis=0)


@settings(deadline=None, max_examples=80)
@given(shapes=SHAPES, metres=st.floats(0, 120))
def test_cells_within_a_distance_are_those_of_brute_force(shapes: list[shapely.Geometry], metres: float) -> None:
    found = cells_within(GRID, np.array(shapes, dtype=object), np.full(len(shapes), metres))
    away = _distances(_squares(), shapes)
    # A cell that is just as far as the limit may be counted either way: the two ways to measure differ by the last bits.
    clear = np.abs(away - metres) > 1e-6
    if metres == 0:
        clear = (away == 0) | (away > 1e-6)
    assert (found == (away <= metres))[clear].all()


@settings(deadline=None, max_examples=60)
@given(shapes=SHAPES)
def test_metres_to_places_are_those_of_brute_force(shapes: list[shapely.Geometry]) -> None:
    wanted = np.ones((GRID.rows, GRID.columns), dtype=bool)
    found = metres_to(GRID, np.array(shapes, dtype=object), wanted)
    away = _distances(_middles(), shapes)
    longest = np.minimum(GRID.cell_m / 8, GRID.cell_m**2 / np.maximum(128 * away, 1e-9))
    assert (found - away >= -1e-2).all()
    assert (found - away <= longest + 1e-2).all()


def test_only_wanted_cells_are_measured() -> None:
    wanted = np.zeros((GRID.rows, GRID.columns), dtype=bool)
    wanted[3, 4] = True
    found = metres_to(GRID, np.array([shapely.Point(500_000, 2_800_000)], dtype=object), wanted)
    assert found[3, 4] == pytest.approx(np.hypot(4.5, 3.5) * 25)
    assert np.isnan(found).sum() == found.size - 1


def test_no_shapes_reach_nothing() -> None:
    assert not cells_within(GRID, np.empty(0, dtype=object), np.empty(0)).any()


def test_places_to_travel_to() -> None:
    point, line = shapely.Point(500_010, 2_799_990), shapely.LineString([(500_000, 2_799_987), (500_060, 2_799_987)])
    found = places_xy(GRID, np.array([point, line], dtype=object))
    assert found.tolist() == [[500_010, 2_799_990], [500_012.5, 2_799_987.5], [500_037.5, 2_799_987.5], [500_062.5, 2_799_987.5]]


@settings(deadline=None, max_examples=40)
@given(east=st.floats(-2, 2), south=st.floats(-2, 2), cell=st.floats(5, 100))
def test_a_plane_has_one_slope_up_to_its_edges(east: float, south: float, cell: float) -> None:
    row, column = np.indices((6, 7))
    found = slope_deg((500 + (east * column + south * row) * cell).astype(np.float32), cell)
    assert found == pytest.approx(np.degrees(np.arctan(np.hypot(east, south))), abs=0.02)


def test_a_slope_next_to_an_unknown_height_is_unknown() -> None:
    heights = np.zeros((7, 7), dtype=np.float32)
    heights[3, 3] = np.nan
    found = np.isnan(slope_deg(heights, 30.0))
    expected = np.zeros((7, 7), dtype=bool)
    expected[2:5, 2:5] = True
    assert (found == expected).all()


def test_horns_slope_by_hand() -> None:
    heights = np.array([[10, 20, 35], [12, 22, 30], [15, 27, 40]], dtype=np.float32)
    across, down = (35 + 60 + 40 - 10 - 24 - 15) / 240, (15 + 54 + 40 - 10 - 40 - 35) / 240
    assert slope_deg(heights, 30.0)[1, 1] == pytest.approx(np.degrees(np.arctan(np.hypot(across, down))))


def test_one_row_of_heights_has_no_slope() -> None:
    assert np.isnan(slope_deg(np.zeros((1, 5), dtype=np.float32), 30.0)).all()


@settings(deadline=None, max_examples=40)
@given(heights=arrays(np.float32, (6, 8), elements=st.one_of(st.integers(0, 900).map(float), st.just(float("nan")))))
def test_relief_is_that_of_the_window(heights: np.ndarray) -> None:
    found = relief_m(heights, 30.0, 60.0)
    for row, column in np.ndindex(6, 8):
        window = heights[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        if np.isnan(heights[row, column]):
            assert np.isnan(found[row, column])
        else:
            assert found[row, column] == np.nanmax(window) - np.nanmin(window)


@settings(deadline=None, max_examples=40)
@given(max_cells=st.integers(40, 3000), west=st.floats(0, 200), south=st.floats(0, 200))
def test_the_fitting_cell_fits_wherever_the_grid_begins(max_cells: int, west: float, south: float) -> None:
    crs = CRS.from_epsg(32648)
    terrain = Terrain(np.zeros((40, 50), dtype=np.int16), Affine(30, 0, 500_000, 0, -30, 2_800_000), crs)
    bounds = (500_000 + west, 2_800_000 - 1200 + south, 500_000 + 1500, 2_800_000)
    cell = fitting_cell(terrain, crs, bounds=bounds, max_cells=max_cells)
    assert cell % 30 == 0
    grid, _ = heights_on(terrain, crs, cell_m=cell, bounds=bounds, max_cells=max_cells)
    assert grid.rows * grid.columns <= max_cells
    if cell > 60:
        assert (1500 - west) * (1200 - south) / (cell - 60) ** 2 > max_cells * 0.3
