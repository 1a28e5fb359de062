"""Which cells lie within a distance of shapes, and how far cells are from the nearest place: exact, on grids of millions of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis.burn import burn, widened
from gis.travel import centres

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.grid import Grid

    Shapes = NDArray[np.object_]
    Cells = NDArray[np.bool_]

_SURE, _MAYBE = 0.49, 0.75
"""In cells: a square whose middle is nearer by this than the limit certainly reaches within the limit (its inscribed circle does); one whose
middle is farther than that certainly does not (its corners are 0.71 from the middle)."""
_PER_CELL = 4
"""Points to a cell's edge along lines: the distance to a line is too long by an eighth of a cell at most, close to the line, and by less farther off."""
_ROWS = 256
"""Rows of the grid that are asked for at once."""


def boxes(grid: Grid, row: NDArray[np.int64], column: NDArray[np.int64]) -> Shapes:
    """Cells as squares."""
    west, north = grid.x0 + column * grid.cell_m, grid.y0 - row * grid.cell_m
    squares: Shapes = shapely.box(west, north - grid.cell_m, west + grid.cell_m, north)
    return squares


def cells_within(grid: Grid, shapes: Shapes, metres: NDArray[np.float64]) -> Cells:
    """Cells that come within each shape's distance: the square's, not only its middle's, so that nothing small is lost and no cell reaches in.

    Args:
        grid: the grid.
        shapes: in the grid's CRS.
        metres: one a shape; 0: cells that the shape touches.

    Returns:
        Shape (rows, columns).
    """
    if len(shapes) == 0:
        return np.zeros((grid.rows, grid.columns), dtype=np.bool_)
    sure = burn(grid, widened(shapes, metres + _SURE * grid.cell_m), touched=False)
    row, column = np.nonzero(burn(grid, widened(shapes, metres + _MAYBE * grid.cell_m), touched=True) & ~sure)
    if len(row):
        hit = np.unique(_pairs_within(shapes, metres, boxes(grid, row, column)))
        sure[row[hit], column[hit]] = True
    return sure


def _pairs_within(shapes: Shapes, metres: NDArray[np.float64], squares: Shapes) -> NDArray[np.int64]:
    """Rows of the squares that lie within the distance of any shape."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    shapely.prepare(parts)
    near = shapely.STRtree(squares).query(parts, predicate="dwithin", distance=metres[of])
    found: NDArray[np.int64] = near[1]
    return found


def metres_to(grid: Grid, shapes: Shapes, wanted: Cells) -> NDArray[np.float32]:
    """Straight distance in metres from the middle of each wanted cell to the nearest shape; NaN elsewhere, 0 inside an area.

    Points are exact. Along lines points are taken every quarter of a cell, so that a distance d is too long by at most c²/(128 d), and never by
    more than an eighth of a cell c.

    Args:
        grid: the grid.
        shapes: at least one, in the grid's CRS.
        wanted: shape (rows, columns).
    """
    # Evenly split, with large leaves: three times as fast for points along lines.
    tree = cKDTree(_vertices(shapes, grid.cell_m / _PER_CELL), leafsize=32, balanced_tree=False)
    out = np.full((grid.rows, grid.columns), np.nan, dtype=np.float32)
    for first in range(0, grid.rows, _ROWS):
        part = slice(first, first + _ROWS)
        row, column = np.nonzero(wanted[part])
        x, y = grid.x0 + (column + 0.5) * grid.cell_m, grid.y0 - (row + first + 0.5) * grid.cell_m
        out[row + first, column] = tree.query(np.column_stack([x, y]))[0]
    areas = shapes[shapely.get_dimensions(shapes) == 2]  # noqa: PLR2004 - areas
    if len(areas):
        out[burn(grid, areas, touched=False) & wanted] = 0.0
    return out


def _vertices(shapes: Shapes, step_m: float) -> NDArray[np.float64]:
    """Points of the shapes, along lines and outlines no farther apart than `step_m`."""
    parts = shapely.get_parts(shapes)
    lines = shapely.get_dimensions(parts) > 0
    return np.concatenate([shapely.get_coordinates(parts[~lines]), shapely.get_coordinates(shapely.segmentize(parts[lines], step_m))])


def places_xy(grid: Grid, shapes: Shapes) -> NDArray[np.float64]:
    """Shapes as places to travel to, (n, 2): points as they are, of lines and areas the middles of the cells that they touch."""
    parts = shapely.get_parts(shapes)
    points = shapely.get_dimensions(parts) == 0
    return np.concatenate([shapely.get_coordinates(parts[points]), centres(grid, burn(grid, parts[~points], touched=True))])
