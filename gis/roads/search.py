"""The turn-aware search: the cheapest line whose curves fit and whose grade can be kept.

State: a node of the sheet and one of 16 headings. A step may follow another only if a curve of the least radius fits between them with
tangents of at most half of either step, so every line that is found can be rounded. Each state carries the interval of *design heights*
that can be reached under the grade limit while cut and fill stay within the allowance (a Lipschitz tube around the ground). Where the
interval of the next node cannot be reached, the missing metres are charged dearly: the line winds up in hairpins instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.bridges import DRY, stretches
from gis.roads.turning import Charges, Net, follow, least_to_go

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.bridges import Water
    from gis.roads.window import Sheet

HEADINGS = np.array(
    [(0, 1), (1, 2), (1, 1), (2, 1), (1, 0), (2, -1), (1, -1), (1, -2), (0, -1), (-1, -2), (-1, -1), (-2, -1), (-1, 0), (-2, 1), (-1, 1), (-1, 2)],
    dtype=np.int64,
)
"""(row, column) steps in the order of their angle."""

OCTAGON = 2 * np.tan(np.pi / 8)
"""Node spacing per metre of radius at which a quarter turn in two bends of 45° just fits."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the search charges.

    Attributes:
        base: 元 per metre of road on level ground.
        earthwork: 元 per metre by cross slope, 256 values for tangents 0 to 2.
        excess: 元 per metre of rise of a step beyond the grade limit (cut or fill must take it up).
        missing: 元 per metre of height that cut, fill and grade together cannot reach.
        turn: 元 per radian of turning.
        bridge: 元 per metre over water.
        steep: multiplier where the ground is steeper than can be built on.
    """

    base: float
    earthwork: NDArray[np.float64]
    excess: float
    missing: float
    turn: float
    bridge: float
    steep: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a line must keep: grade limits and the height from which the second holds, cut and fill, least radius, steepest cross slope."""

    grade: float
    grade_high: float
    high_m: float
    cut_m: float
    fill_m: float
    radius_m: float
    cross_slope: float


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A path over the sheet: (n, 2) nodes from start to end, what the search charged, and whether it ran along the edge of the corridor."""

    cells: NDArray[np.int64]
    cost: float
    at_edge: bool


def find_way(sheet: Sheet, prices: Prices, limits: Limits, *, water: Water = DRY) -> Way | None:
    """The cheapest way from the start to the end of the sheet.

    The first of two passes forgets headings and allowance: what remains to be paid at least guides the second (A*).

    Returns:
        The way, or None if the end cannot be reached over known and allowed nodes.
    """
    usable = sheet.inside & np.isfinite(sheet.heights) & np.isfinite(sheet.factor)
    columns = sheet.heights.shape[1]
    start, goal = (row * columns + column for row, column in (sheet.start, sheet.end))
    if not (usable.flat[start] and usable.flat[goal]):
        return None
    heights = np.where(usable, sheet.heights, 0.0).ravel()
    grade = np.where(heights > limits.high_m, limits.grade_high, limits.grade)
    lengths = sheet.cell_m * np.hypot(HEADINGS[:, 0], HEADINGS[:, 1])
    shifts = HEADINGS[:, 0] * columns + HEADINGS[:, 1]
    price = _step_prices(sheet, prices, limits, usable)
    node, heading, metres = over_water(sheet, water)
    price[node, heading] += metres * prices.bridge
    net = Net(price, heights, grade, shifts, lengths)
    charges = Charges(prices.excess, prices.missing, limits.cut_m, limits.fill_m)
    least = least_to_go(net, goal, charges)
    if not np.isfinite(least[start]):
        return None
    cost, nodes = follow(net, start, goal, turn_prices(sheet.cell_m, limits.radius_m, prices.turn), charges, least)
    cells = np.column_stack(np.divmod(nodes, columns))
    return Way(cells, float(cost), _at_edge(cells, sheet.inside)) if len(nodes) else None


def turn_prices(cell_m: float, radius_m: float, turn: float) -> NDArray[np.float64]:
    """What each heading pays to be followed by each other one: `turn` per radian, `inf` where the least radius does not fit.

    Two steps of lengths a and b that meet under the deflection t hold a curve of radius min(a, b) / 2 / tan(t / 2).
    """
    angle = np.arctan2(HEADINGS[:, 0], HEADINGS[:, 1])
    deflection = np.abs((angle[:, None] - angle[None, :] + np.pi) % (2 * np.pi) - np.pi)
    length = cell_m * np.hypot(HEADINGS[:, 0], HEADINGS[:, 1])
    tangent = np.minimum(length[:, None], length[None, :]) / 2
    # A hairsbreadth of slack: the spacing is chosen so that 45° fits exactly. Beyond a right angle nothing is a curve any more.
    fits = (radius_m * np.tan(np.minimum(deflection, 1.58) / 2) <= tangent * (1 + 1e-9)) & (deflection < np.pi / 2 + 1e-9)
    return np.where(fits, deflection * turn, np.inf)


def over_water(sheet: Sheet, water: Water) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Steps that touch water: node, heading, and the metres of the step that have to be carried."""
    rows, columns = sheet.heights.shape
    frame = shapely.Polygon(sheet.xy(np.array([(0, 0), (0, columns), (rows, columns), (rows, 0)])))
    near = shapely.union_all(water.areas[np.sort(water.area_tree.query(frame, predicate="intersects"))])
    if shapely.is_empty(near):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    shapely.prepare(near)
    places = sheet.xy(np.argwhere(sheet.inside))
    node = np.flatnonzero(sheet.inside)[shapely.dwithin(shapely.points(places), near, sheet.cell_m * np.hypot(1, 2))]
    # Half of the headings: the others are the same steps the other way round.
    half = len(HEADINGS) // 2
    node, heading = np.repeat(node, half), np.tile(np.arange(half), len(node))
    begin = np.column_stack(np.divmod(node, columns))
    end = begin + HEADINGS[heading]
    within = ((end >= 0) & (end < (rows, columns))).all(axis=1)
    node, heading, begin, end = node[within], heading[within], begin[within], end[within]
    found = stretches(water, sheet.xy(begin), sheet.xy(end))
    metres = np.bincount(found.piece, weights=found.to_m - found.from_m, minlength=len(node))
    wet = np.flatnonzero(metres)
    other = end[wet, 0] * columns + end[wet, 1]
    return np.append(node[wet], other), np.append(heading[wet], heading[wet] + half), np.tile(metres[wet], 2)


def _step_prices(sheet: Sheet, prices: Prices, limits: Limits, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """元 of each step from each node, shape (nodes, 16): road, cross slope and factor; `inf` where it leaves what is allowed."""
    factor = np.where(usable, sheet.factor, np.inf)
    across, along = np.gradient(np.where(usable, sheet.heights, np.nan), sheet.cell_m) if min(factor.shape) > 1 else _level(factor.shape)
    slopes = np.nan_to_num(across), np.nan_to_num(along)
    found = [_heading_price(int(heading), sheet, (factor, *slopes), prices, limits) for heading in range(len(HEADINGS))]
    return np.stack(found, axis=-1).reshape(-1, len(HEADINGS))


def _heading_price(heading: int, sheet: Sheet, fields: tuple[NDArray[np.float64], ...], prices: Prices, limits: Limits) -> NDArray[np.float64]:
    row, column = (int(part) for part in HEADINGS[heading])
    reach = float(np.hypot(row, column))
    factor, across, along = fields
    touched = [_shift(factor, r, c, np.inf) for r, c in _touched(row, column)]
    slope = np.abs(_mean_with(along, row, column) * row - _mean_with(across, row, column) * column) / reach
    earth = np.interp(slope, np.linspace(0, 2, len(prices.earthwork)), prices.earthwork)
    steep = np.where(slope > limits.cross_slope, prices.steep, 1.0)
    mean_factor = np.sum(touched, axis=0) / len(touched)
    return np.asarray(mean_factor * steep * (prices.base + earth) * sheet.cell_m * reach)


def _touched(row: int, column: int) -> list[tuple[int, int]]:
    """Nodes that a step passes: its ends, and for a knight's move the two beside its middle."""
    if abs(row) + abs(column) < 3:  # noqa: PLR2004 - 3 is the knight's move
        return [(0, 0), (row, column)]
    low = (int(np.trunc(row / 2)), int(np.trunc(column / 2)))
    return [(0, 0), low, (row - low[0], column - low[1]), (row, column)]


def _shift(values: NDArray[np.float64], row: int, column: int, beyond: float) -> NDArray[np.float64]:
    """What stands (row, column) further on, at each node."""
    moved = np.full(values.shape, beyond)
    rows, columns = values.shape
    if abs(row) < rows and abs(column) < columns:
        here = np.s_[max(0, -row) : rows - max(0, row), max(0, -column) : columns - max(0, column)]
        there = np.s_[max(0, row) : rows - max(0, -row), max(0, column) : columns - max(0, -column)]
        moved[here] = values[there]
    return moved


def _mean_with(values: NDArray[np.float64], row: int, column: int) -> NDArray[np.float64]:
    return np.asarray((values + _shift(values, row, column, 0.0)) / 2)


def _level(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.zeros(shape), np.zeros(shape)


def _at_edge(cells: NDArray[np.int64], inside: NDArray[np.bool_]) -> bool:
    """Whether a node of the way has a neighbour outside of the corridor: a wider one may hold a better way."""
    framed = np.pad(inside, 2)
    rows, columns = cells[:, 0] + 2, cells[:, 1] + 2
    return not all(framed[rows + r, columns + c].all() for r, c in HEADINGS)
