"""Least travel time over a grid by a wheel of buckets: the compiled part of `spread`."""

from __future__ import annotations

from math import exp, hypot, inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.buckets import DONE, advance, new_queue, pop, push, with_room
from gis.compiled import compiled, inlined
from gis.neighbours import neighbour_offsets, passed
from gis.travel.speeds import KINDS, TOBLER_BEST, TOBLER_STEEPNESS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.travel.speeds import WalkModel

HEIGHT, FACTOR = 0, 1
"""Columns of the cells."""
ROAD = 2
"""State bit of a cell from which a road leads; beside DONE."""
ROOM = 1 << 14
LONGEST_S = 1e9
"""Thirty years: what takes longer is not reached."""
TOBLER, LANGMUIR, ISOTROPIC = range(len(KINDS))

STEP = np.dtype(
    [
        ("delta", np.int64),  # from the start cell to the end cell, counted along a padded grid of one width
        ("length", np.float64),  # horizontal, metres
        ("least", np.float64),  # seconds that the step takes at least, wherever it is made
        ("near", np.int64, (2,)),  # a knight's step passes these two cells; 0 for the others
        ("corner", np.int64, (2,)),  # a diagonal step slips between these two; 0 for the others
    ]
)
"""A step as the kernel wants it."""


class Pace(NamedTuple):
    """A WalkModel for the kernel."""

    kind: int
    flat: float  # seconds per metre
    up: float
    down: float
    steep: float
    steeper: float  # than this a descent is steep
    friction: float  # seconds per metre for each unit of factor above 1
    slope_max: float
    sign: float  # +1: the search runs with the traveller; -1: against


def pace_of(walk: WalkModel, *, towards: bool) -> Pace:
    """The numbers of a model."""
    friction = walk.lambda_ * walk.s_per_m
    sign = -1.0 if towards else 1.0
    return Pace(KINDS.index(walk.kind), walk.s_per_m, walk.b, walk.c, walk.d, walk.slope_factor, friction, walk.slope_max, sign)


def quickest(walk: WalkModel, least_factor: float) -> float:
    """Seconds that a metre takes at least, on the best slope and the best land."""
    best = {"tobler": TOBLER_BEST, "langmuir": walk.slope_factor, "isotropic": 0.0}[walk.kind]
    free = walk.kind == "langmuir" and walk.lambda_ == 0
    return float(walk.seconds_per_m(max(best, -walk.slope_max), 1.0 if free else least_factor))


def steps_of(neighbours: int, cell_m: float, width: int, best_s_per_m: float) -> NDArray[np.void]:
    """The 8 or 16 steps on a padded grid of `width` cells a row."""
    return np.array([_step(row, column, width, cell_m, best_s_per_m) for row, column in neighbour_offsets(neighbours).tolist()], dtype=STEP)


def _step(row: int, column: int, width: int, cell_m: float, best_s_per_m: float) -> tuple[object, ...]:
    through = [r * width + c for r, c, _ in passed(row, column)]
    near = through[1:-1] or [0, 0]
    corner = [row * width, column] if abs(row) == abs(column) else [0, 0]
    length = hypot(row, column) * cell_m
    # A little less, for the sum of many roundings must not hide a better way.
    return (row * width + column, length, length * best_s_per_m * (1 - 1e-9), near, corner)


@compiled
def search(  # noqa: PLR0913, PLR0917 - a kernel takes arrays, not objects
    cells: NDArray[np.float32],
    steps: NDArray[np.void],
    pace: Pace,
    road_start: NDArray[np.int64],
    road_end: NDArray[np.int64],
    road_seconds: NDArray[np.float64],
    cost: NDArray[np.float64],
    nearest: NDArray[np.int32],
    state: NDArray[np.uint8],
    start: NDArray[np.int64],
    begin: NDArray[np.float64],
    place: NDArray[np.int32],
    limit: float,
    per_cost: float,
) -> None:
    """Dijkstra by buckets: settle cell after cell until nothing waits.

    Args:
        cells: (n, 2) height and factor of padded cells; infinite: nobody walks there.
        steps: of STEP.
        pace: how fast one walks.
        road_start: Cells from which roads lead, sorted.
        road_end: Where to.
        road_seconds: How long it takes.
        cost: (n,) seconds, infinite; filled.
        nearest: (n,) place to which they belong; filled.
        state: (n,) bits; ROAD is set.
        start: cells from which the search begins.
        begin: seconds at each of them.
        place: to which each belongs.
        limit: no longer way is followed.
        per_cost: buckets a second.
    """
    heads, mark = new_queue()
    entries = with_room(np.empty((0, 2), np.int32), mark, len(start) + ROOM)
    for i in range(len(start)):
        if begin[i] < cost[start[i]] and begin[i] <= limit:
            cost[start[i]], nearest[start[i]] = begin[i], place[i]
            push(entries, heads, mark, start[i], int(begin[i] * per_cost))
    while advance(entries, heads, mark, cost, state, per_cost):
        here = pop(entries, heads, mark)
        while here >= 0:
            if not state[here] & DONE:
                state[here] |= DONE
                if cells[here, FACTOR] < np.inf:
                    entries = with_room(entries, mark, len(steps))
                    _walk(cells, steps, pace, cost, nearest, state, entries, heads, mark, here, limit, per_cost)
                if state[here] & ROAD:
                    i = int(np.searchsorted(road_start, here))
                    while i < len(road_start) and road_start[i] == here:
                        entries = with_room(entries, mark, 1)
                        _offer(cost, nearest, state, entries, heads, mark, here, road_end[i], cost[here] + road_seconds[i], limit, per_cost)
                        i += 1
            here = pop(entries, heads, mark)


@inlined
def _walk(  # noqa: PLR0913, PLR0917 - arrays out of a tuple would be counted as used at every cell, which costs more than the work itself
    cells: NDArray[np.float32],
    steps: NDArray[np.void],
    pace: Pace,
    cost: NDArray[np.float64],
    nearest: NDArray[np.int32],
    state: NDArray[np.uint8],
    entries: NDArray[np.int32],
    heads: NDArray[np.int32],
    mark: NDArray[np.int64],
    here: int,
    limit: float,
    per_cost: float,
) -> None:
    """Offer the steps out of a cell to its neighbours."""
    now = cost[here]
    for k in range(len(steps)):
        there = here + steps[k].delta
        if cost[there] > now + steps[k].least and cells[there, FACTOR] < np.inf:
            _offer(cost, nearest, state, entries, heads, mark, here, there, now + _seconds(cells, steps, pace, here, k), limit, per_cost)


@inlined
def _offer(  # noqa: PLR0913, PLR0917 - see _walk
    cost: NDArray[np.float64],
    nearest: NDArray[np.int32],
    state: NDArray[np.uint8],
    entries: NDArray[np.int32],
    heads: NDArray[np.int32],
    mark: NDArray[np.int64],
    here: int,
    there: int,
    offer: float,
    limit: float,
    per_cost: float,
) -> None:
    """Take a way to a cell if it is quicker than the one known."""
    if offer < cost[there] and offer <= limit:
        bucket = int(offer * per_cost)
        waits = cost[there] < np.inf and not state[there] & DONE and int(cost[there] * per_cost) == bucket
        cost[there], nearest[there] = offer, nearest[here]
        state[there] &= ~np.uint8(DONE)
        if not waits:
            push(entries, heads, mark, there, bucket)


@inlined
def _seconds(cells: NDArray[np.float32], steps: NDArray[np.void], pace: Pace, here: int, k: int) -> float:
    """How long step k from a cell takes the traveller; inf where nobody makes it."""
    step = steps[k]
    there = here + step.delta
    factor: float = 0.5 * (np.float64(cells[here, FACTOR]) + np.float64(cells[there, FACTOR]))
    if step.near[0] != 0:
        factor = 0.5 * factor + 0.25 * (np.float64(cells[here + step.near[0], FACTOR]) + np.float64(cells[here + step.near[1], FACTOR]))
    elif step.corner[0] != 0 and cells[here + step.corner[0], FACTOR] == np.inf and cells[here + step.corner[1], FACTOR] == np.inf:
        factor = np.inf
    rise = (np.float64(cells[there, HEIGHT]) - np.float64(cells[here, HEIGHT])) * pace.sign
    slope = rise / step.length
    seconds: float = step.length * pace.flat
    if abs(slope) > pace.slope_max or factor == np.inf:
        seconds = np.inf
    elif pace.kind == TOBLER:
        seconds *= factor * exp(TOBLER_STEEPNESS * (abs(slope - TOBLER_BEST) + TOBLER_BEST))
    elif pace.kind == ISOTROPIC:
        seconds *= factor
    else:
        by_height = pace.up if slope >= 0 else (pace.steep if slope < pace.steeper else pace.down)
        seconds += rise * by_height + step.length * pace.friction * (factor - 1.0)
    return seconds


@compiled
def fill(cells: NDArray[np.float32], heights: NDArray[np.float32], factor: NDArray[np.float32], border: int) -> tuple[float, float]:
    """Lay heights and factors into a padded grid; where either is missing nobody walks. Returns the least and mean factor of the others."""
    rows, columns = heights.shape
    least, total, count = inf, 0.0, 0
    for row in range(rows):
        for column in range(columns):
            at = (row + border) * (columns + 2 * border) + column + border
            if np.isfinite(heights[row, column]) and factor[row, column] < inf:
                cells[at, HEIGHT], cells[at, FACTOR] = heights[row, column], factor[row, column]
                least = min(least, np.float64(factor[row, column]))
                total += factor[row, column]
                count += 1
    return (least, total / count) if count else (1.0, 1.0)
