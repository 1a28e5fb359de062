"""Places on a surface: in which cell each lies, and to which it is moved where nobody walks there."""

from __future__ import annotations

from enum import IntEnum
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.grid import Grid
    from gis.travel.surface import Surface

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SNAP_M = 100.0
"""How far a place on a barrier, on unknown ground or outside the grid is moved at most; the way there is walked, never dropped."""
_CHUNK = 1 << 20


class Where(IntEnum):
    """What became of a place."""

    THERE = 0
    MOVED = 1  # to the nearest cell that can be walked, or it is reached by road alone
    OUTSIDE = 2
    BARRIER = 3
    UNKNOWN_HEIGHT = 4
    NO_LOCATION = 5


WHERE_LABELS = {
    Where.THERE: "在格网内",
    Where.MOVED: "移到最近的可通行格",
    Where.OUTSIDE: "在高程范围之外",
    Where.BARRIER: "落在不能通行的地方",
    Where.UNKNOWN_HEIGHT: "落在高程不明的地方",
    Where.NO_LOCATION: "没有坐标",
}


class Placed(NamedTuple):
    """Places as cells, one row a place.

    Attributes:
        cell: row · columns + column of the cell from which one walks; -1: there is none within reach.
        leg_m: Metres from the place to the middle of that cell where it was moved; 0 where it lies in it.
        own: The cell in which the place lies, walkable or not; -1: outside the grid.
        where: `Where`.
    """

    cell: Ints
    leg_m: Floats
    own: Ints
    where: NDArray[np.int8]


def put_places(surface: Surface, places: ArrayLike, *, snap_m: float = SNAP_M) -> Placed:
    """Find the cell of each place.

    A place counts for the middle of its cell. Where nobody can walk in it, it is moved to the nearest middle of a cell that can be walked, if
    that is not farther than `snap_m`. Roads do not matter for this, so that adding one moves no place.

    Args:
        surface: where one walks.
        places: (n, 2) coordinates in the surface's CRS; not finite: no location.
        snap_m: how far a place is moved at most.
    """
    at = np.asarray(places, dtype=np.float64).reshape(-1, 2)
    own, located = _own_cells(surface.grid, at)
    walkable = surface.walkable.ravel()
    fine = (own >= 0) & walkable[own]
    where = np.select(
        [fine, ~located, own < 0, np.isinf(surface.factor.ravel()[own])],
        [Where.THERE, Where.NO_LOCATION, Where.OUTSIDE, Where.BARRIER],
        Where.UNKNOWN_HEIGHT,
    ).astype(np.int8)
    cell, leg_m = np.where(fine, own, -1), np.zeros(len(at))
    lost = np.flatnonzero(located & ~fine)
    cell[lost], leg_m[lost] = _nearest_walkable(surface.grid, walkable, at[lost], snap_m)
    where[(cell >= 0) & ~fine] = Where.MOVED
    return Placed(cell, leg_m, own, where)


def _own_cells(grid: Grid, at: Floats) -> tuple[Ints, NDArray[np.bool_]]:
    """Cell of each place (-1 outside), and whether it has coordinates at all."""
    located = np.asarray(np.isfinite(at).all(axis=1), dtype=bool)
    column = np.floor((np.where(located, at[:, 0], grid.x0 - grid.cell_m) - grid.x0) / grid.cell_m)
    row = np.floor((grid.y0 - np.where(located, at[:, 1], grid.y0)) / grid.cell_m)
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    own = np.where(inside, row, 0).astype(np.int64) * grid.columns + np.where(inside, column, 0).astype(np.int64)
    return np.where(inside, own, -1), located


def _nearest_walkable(grid: Grid, walkable: NDArray[np.bool_], at: Floats, snap_m: float) -> tuple[Ints, Floats]:
    """The cell with the nearest middle within `snap_m`, and how far that is; -1 and 0 where there is none."""
    reach = ceil(snap_m / grid.cell_m + 0.5)
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
    cell, metres = np.full(len(at), -1), np.zeros(len(at))
    width = max(1, _CHUNK // len(down))
    for first in range(0, len(at), width):
        part = slice(first, first + width)
        x, y = (at[part, 0] - grid.x0) / grid.cell_m, (grid.y0 - at[part, 1]) / grid.cell_m
        # What lies far outside the grid stays far outside, without overflowing whole numbers.
        row = np.floor(np.clip(y, -2 * reach - 1, grid.rows + 2 * reach)).astype(np.int64)[:, None] + down
        column = np.floor(np.clip(x, -2 * reach - 1, grid.columns + 2 * reach)).astype(np.int64)[:, None] + across
        on_grid = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
        flat = np.where(on_grid, row * grid.columns + column, 0)
        far = np.hypot(column + 0.5 - x[:, None], row + 0.5 - y[:, None]) * grid.cell_m
        far[~(on_grid & walkable[flat])] = np.inf
        best = far.argmin(axis=1)
        every = np.arange(len(best))
        near = far[every, best] <= snap_m
        cell[part], metres[part] = np.where(near, flat[every, best], -1), np.where(near, far[every, best], 0.0)
    return cell, metres
