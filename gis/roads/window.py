"""A fine, turned grid between two points: the sheet on which one line is designed.

Its first axis runs from the start to the end, and the cell is chosen so that both are cell centres: no end has to be bent afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.ground import Ground

Cell = TypeVar("Cell", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Ground values at the nodes of a turned grid.

    Attributes:
        heights: metres, shape (rows, columns); NaN unknown or outside.
        factor: price multiplier at the node, `inf` where any ground cell within half a node spacing is forbidden.
        inside: whether the line may use the node (within the corridor).
        origin: x, y of node (0, 0), metres.
        along: step of one column, metres; the step of one row is its left-hand normal.
        start: (row, column) of the start; `end` likewise.
    """

    heights: NDArray[np.float64]
    factor: NDArray[np.float64]
    inside: NDArray[np.bool_]
    origin: tuple[float, float]
    along: tuple[float, float]
    start: tuple[int, int]
    end: tuple[int, int]

    @property
    def cell_m(self) -> float:
        """Distance between neighbouring nodes."""
        return float(np.hypot(*self.along))

    def xy(self, cells: NDArray[np.int64]) -> NDArray[np.float64]:
        """Coordinates of nodes given as (n, 2) rows and columns, metres, shape (n, 2)."""
        return _nodes(self.origin, self.along, cells[:, 0], cells[:, 1])


def draw_sheet(ground: Ground, corridor: shapely.LineString, *, spacing_m: float, margin_m: float) -> Sheet:
    """The sheet around a corridor, from its first to its last point.

    Args:
        ground: the county's grid.
        corridor: metric line whose ends are the start and the end (at least one metre apart).
        spacing_m: wanted distance of nodes; the real one is the next larger that divides the distance of the ends.
        margin_m: how far from the corridor a line may go.

    Returns:
        Heights bilinear between ground cells, everything else of the cell in which the node lies.
    """
    begin, finish = np.array(corridor.coords[0][:2]), np.array(corridor.coords[-1][:2])
    steps = max(1, int(np.hypot(*(finish - begin)) / spacing_m))
    along = (finish - begin) / steps
    low, high = _reach(corridor, begin, along, margin_m)
    origin = begin + low[0] * along + low[1] * _left(along)
    rows, columns = np.indices((high[1] - low[1] + 1, high[0] - low[0] + 1))
    points = _nodes((origin[0], origin[1]), (along[0], along[1]), rows.ravel(), columns.ravel())
    shape = rows.shape
    near = shapely.distance(shapely.points(points), corridor) <= margin_m
    return Sheet(
        heights=height_at(ground, points).reshape(shape),
        factor=_factor_around(ground, points, float(np.hypot(*along)) / 2).reshape(shape),
        inside=near.reshape(shape),
        origin=(float(origin[0]), float(origin[1])),
        along=(float(along[0]), float(along[1])),
        start=(int(-low[1]), int(-low[0])),
        end=(int(-low[1]), int(steps - low[0])),
    )


FORBIDDEN_FACTOR = 200.0
"""Price of a metre where nothing may be built or nothing is known, if there is no other way: no metre too much goes through it."""


def open_up(sheet: Sheet) -> Sheet:
    """The sheet with everything forbidden or unknown passable, but very dear; unknown heights become those of the nearest known node."""
    unknown = ~np.isfinite(sheet.heights)
    heights = sheet.heights
    if unknown.any() and not unknown.all():
        nearest = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
        heights = heights[tuple(nearest)]
    elif unknown.all():
        heights = np.zeros(heights.shape)
    factor = np.where(np.isinf(sheet.factor) | unknown, FORBIDDEN_FACTOR, sheet.factor)
    return replace(sheet, heights=heights, factor=factor)


def height_at(ground: Ground, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bilinear height between cell centres at (n, 2) points; NaN outside the grid and where a cell that counts is unknown."""
    rows, columns = ground.heights.shape
    across = (points[:, 0] - ground.x0) / ground.cell_m
    down = (ground.y0 - points[:, 1]) / ground.cell_m
    outside = (across < 0) | (down < 0) | (across > columns) | (down > rows)
    across, down = np.clip(across - 0.5, 0, columns - 1), np.clip(down - 0.5, 0, rows - 1)
    left, top = np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    u, v = across - left, down - top
    total = np.zeros(len(points))
    for row, column, weight in ((top, left, (1 - u) * (1 - v)), (top, right, u * (1 - v)), (bottom, left, (1 - u) * v), (bottom, right, u * v)):
        # A cell without weight must not spoil the sum, even if it is unknown.
        total += np.where(weight > 0, weight * ground.heights[row, column].astype(np.float64), 0.0)
    total[outside] = np.nan
    return total


def value_at(ground: Ground, values: NDArray[Cell], points: NDArray[np.float64], *, outside: float) -> NDArray[Cell]:
    """The value of the cell in which each of (n, 2) points lies; `outside` beyond the grid."""
    rows, columns = values.shape
    column = np.floor((points[:, 0] - ground.x0) / ground.cell_m).astype(np.int64)
    row = np.floor((ground.y0 - points[:, 1]) / ground.cell_m).astype(np.int64)
    known = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
    found = values[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
    return np.where(known, found, np.asarray(outside, dtype=values.dtype))


def _factor_around(ground: Ground, points: NDArray[np.float64], reach_m: float) -> NDArray[np.float64]:
    """Factor of each point's cell, and `inf` if a cell that close is forbidden: room for the curves, and no corner is cut."""
    here = value_at(ground, ground.factor, points, outside=np.inf).astype(np.float64)
    for shift in ((reach_m, 0.0), (-reach_m, 0.0), (0.0, reach_m), (0.0, -reach_m)):
        here[np.isinf(value_at(ground, ground.factor, points + np.array(shift), outside=np.inf))] = np.inf
    return here


def _reach(
    corridor: shapely.LineString, begin: NDArray[np.float64], along: NDArray[np.float64], margin_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lowest and highest (column, row) step, seen from the start, that holds the corridor and its margin."""
    seen = np.asarray(corridor.coords)[:, :2] - begin
    length = np.hypot(*along)
    steps = np.column_stack([seen @ along, seen @ _left(along)]) / length**2
    room = margin_m / length
    return np.floor(steps.min(axis=0) - room).astype(np.int64), np.ceil(steps.max(axis=0) + room).astype(np.int64)


def _left(along: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([-along[1], along[0]])


def _nodes(origin: tuple[float, float], along: tuple[float, float], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    x = origin[0] + columns * along[0] - rows * along[1]
    y = origin[1] + columns * along[1] + rows * along[0]
    return np.column_stack([x, y])
