"""Roads on a grid: which cell a road leads from and to, and how long that takes.

A road is followed cell by cell. It joins two cells only where it runs out of one straight into the other, so that two roads side by side are
not joined, and its length is that of the line, not that of steps between cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.grid import Grid

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_TOUCH = 1e-9
"""A piece of a line shorter than this part of a cell is the rounding of coordinates at a corner."""


class RoadLinks(NamedTuple):
    """Ways between cells along roads, each in both directions, sorted by `start`, then `end`; of two ways between the same cells the faster.

    Attributes:
        start: Cell (row · columns + column), shape (n,).
        end: Cell.
        seconds: How long it takes.
    """

    start: Ints
    end: Ints
    seconds: Floats


class _Runs(NamedTuple):
    """Stretches of lines in one cell each, in order along each line; -1 is outside the grid."""

    line: Ints
    cell: Ints
    metres: Floats


def no_links() -> RoadLinks:
    """No road at all."""
    return RoadLinks(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def link_roads(grid: Grid, lines: Shapes, kmh: Floats) -> RoadLinks:
    """Ways along lines between the cells that they pass one after another.

    Between two cells that follow each other along a line one travels half of what the line runs in each of them; what it runs in the cells in
    which it begins and ends counts whole, so that lines drawn end to end are as long together as one.

    Args:
        grid: The grid.
        lines: Lines of any kind in the grid's CRS; what is empty or no line is nothing.
        kmh: Speed on each.
    """
    parts, part_of = shapely.get_parts(lines, return_index=True)
    flat = (shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)
    inside = _within(grid, parts[flat])
    pieces, piece_of = shapely.get_parts(inside, return_index=True)
    runs = _runs(grid, pieces)
    if len(runs.cell) == 0:
        return no_links()
    pace = 3.6 / np.asarray(kmh, np.float64)[part_of[flat]][piece_of]
    follows = (runs.line[1:] == runs.line[:-1]) & (runs.cell[1:] >= 0) & (runs.cell[:-1] >= 0)
    before, after = np.flatnonzero(follows), np.flatnonzero(follows) + 1
    share = np.where(_at_ends(runs.line), 1.0, 0.5) * runs.metres
    seconds = (share[before] + share[after]) * pace[runs.line[before]]
    return _both_ways(runs.cell[before], runs.cell[after], seconds)


def _within(grid: Grid, lines: Shapes) -> Shapes:
    """Lines cut off at the edge of the grid; those within it are left as they are."""
    west, north = grid.x0, grid.y0
    east, south = west + grid.columns * grid.cell_m, north - grid.rows * grid.cell_m
    box = shapely.box(west, south, east, north)
    bounds = shapely.bounds(lines)
    whole = (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    out = lines.copy()
    out[~whole] = shapely.intersection(lines[~whole], box)
    return out


def _runs(grid: Grid, lines: Shapes) -> _Runs:
    """Each line cut into its stretches within single cells."""
    points, of = shapely.get_coordinates(lines, return_index=True)
    column, row = (points[:, 0] - grid.x0) / grid.cell_m, (grid.y0 - points[:, 1]) / grid.cell_m
    joined = np.flatnonzero(of[1:] == of[:-1])
    x0, x1, y0, y1 = column[joined], column[joined + 1], row[joined], row[joined + 1]
    segment, begin, end = _pieces(x0, x1, y0, y1)
    share = end - begin
    metres = share * np.hypot(x1 - x0, y1 - y0)[segment] * grid.cell_m
    real = metres > _TOUCH * grid.cell_m
    segment, middle, metres = segment[real], (0.5 * (begin + end))[real], metres[real]
    c = np.floor(x0[segment] + middle * (x1 - x0)[segment]).astype(np.int64)
    r = np.floor(y0[segment] + middle * (y1 - y0)[segment]).astype(np.int64)
    on_grid = (r >= 0) & (r < grid.rows) & (c >= 0) & (c < grid.columns)
    return _merged(of[joined][segment], np.where(on_grid, r * grid.columns + c, -1), metres)


def _pieces(x0: Floats, x1: Floats, y0: Floats, y1: Floats) -> tuple[Ints, Floats, Floats]:
    """Segments cut where they cross the lines of the grid: segment, and the shares of its length at which each piece begins and ends."""
    every = np.arange(len(x0))
    across, at_x = _crossings(x0, x1)
    down, at_y = _crossings(y0, y1)
    segment = np.concatenate([every, across, down, every])
    at = np.concatenate([np.zeros(len(x0)), at_x, at_y, np.ones(len(x0))])
    order = np.lexsort([at, segment])
    segment, at = segment[order], at[order]
    same = segment[1:] == segment[:-1]
    return segment[:-1][same], at[:-1][same], at[1:][same]


def _crossings(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Where segments pass whole numbers: segment, and share of its length."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    first = np.floor(low).astype(np.int64) + 1
    count = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
    segment = np.repeat(np.arange(len(start)), count)
    number = first[segment] + np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    return segment, (number - start[segment]) / (end - start)[segment]


def _merged(line: Ints, cell: Ints, metres: Floats) -> _Runs:
    """Pieces that follow each other in one cell as one."""
    if len(line) == 0:
        return _Runs(line, cell, metres)
    first = np.flatnonzero(np.r_[True, (line[1:] != line[:-1]) | (cell[1:] != cell[:-1])])
    return _Runs(line[first], cell[first], np.add.reduceat(metres, first))


def _at_ends(line: Ints) -> NDArray[np.bool_]:
    """The first and last of the runs of each line."""
    changes = line[1:] != line[:-1]
    edge = np.ones(1, dtype=bool)
    ends: NDArray[np.bool_] = np.concatenate([edge, changes]) | np.concatenate([changes, edge])
    return ends


def _both_ways(a: Ints, b: Ints, seconds: Floats) -> RoadLinks:
    start, end, both = np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([seconds, seconds])
    order = np.lexsort([both, end, start])
    start, end, both = start[order], end[order], both[order]
    first = np.r_[True, (start[1:] != start[:-1]) | (end[1:] != end[:-1])] if len(start) else np.zeros(0, bool)
    return RoadLinks(start[first], end[first], both[first])
