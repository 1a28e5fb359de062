"""How long the way is: travel times over drawn roads, tracks and planned works, on foot where there is none of them.

Lines become places (their ends, where they meet, where somebody steps onto them), and the way between two places is the shortest in time.
What is added to a network only adds ways, so that no way grows longer by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

STEP_ON_M = 3000.0
"""How far one walks to step onto a road; what lies farther is reached from the nearest line."""
MEET_M = 30.0
"""An end of a planned section meets what lies nearer than this: one cell of a common height model."""
_LEAST_MIN = 1e-9
"""Sparse graphs take nought for no edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Lines that can be travelled, in one metric CRS.

    Attributes:
        lines: LineStrings.
        km_h: speed on each.
        a: line on one side of each meeting; with `at_a` the metres along it.
        at_a: see `a`.
        b: line on the other side.
        at_b: see `b`.
        gap_m: what is walked between both sides.
    """

    lines: Shapes
    km_h: Floats
    a: Ints
    at_a: Floats
    b: Ints
    at_b: Floats
    gap_m: Floats

    def joined(self, other: Ways, reach_m: float = MEET_M) -> Ways:
        """Both together; they meet where an end of one comes within `reach_m` of a line of the other, or an end of `other` of another of its own."""
        first = len(self.lines)
        lines = np.concatenate([self.lines, other.lines])
        ours, theirs = np.arange(first), np.arange(first, len(lines))
        found = [_ends_near(lines, theirs, np.arange(len(lines)), reach_m), _ends_near(lines, ours, theirs, reach_m)]
        a, at_a, b, at_b, gap = (np.concatenate([part[i] for part in found]) for i in range(5))
        return Ways(
            lines,
            np.concatenate([self.km_h, other.km_h]),
            np.concatenate([self.a, other.a + first, a]),
            np.concatenate([self.at_a, other.at_a, at_a]),
            np.concatenate([self.b, other.b + first, b]),
            np.concatenate([self.at_b, other.at_b, at_b]),
            np.concatenate([self.gap_m, other.gap_m, gap]),
        )


def ways(lines: Shapes, km_h: Floats) -> Ways:
    """Lines that do not meet yet."""
    none, nought = np.empty(0, np.int64), np.empty(0)
    return Ways(lines, km_h, none, nought, none, nought, nought)


def minutes_to(known: Ways, points: Shapes, seats: Shapes, seat: Ints, *, walk_km_h: float) -> Floats:
    """Minutes from each point to the seat that it belongs to.

    Args:
        known: the lines.
        points: where the ways begin; a missing or empty one has none.
        seats: where they end.
        seat: for each point the index of its seat; -1: not known.
        walk_km_h: speed off the lines.

    Returns:
        Minutes, the shorter of the way along the lines and that on foot straight across the land; NaN where an end is not known.
    """
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points)) & (seat >= 0)
    minutes = np.full(len(points), np.nan)
    if not placed.any():
        return minutes
    start, goal, walk = points[placed], seat[placed], walk_km_h * 1000 / 60
    minutes[placed] = np.minimum(shapely.distance(start, seats[goal]) / walk, _along(known, start, seats, goal, walk))
    return minutes


def _ends_near(lines: Shapes, which: Ints, others: Ints, reach_m: float) -> tuple[Ints, Floats, Ints, Floats, Floats]:
    """Where the ends of some lines come near others: line, metres along it, other line, metres along that, metres between."""
    length = shapely.length(lines[which])
    points = np.concatenate([shapely.get_point(lines[which], 0), shapely.get_point(lines[which], -1)])
    line, at = np.tile(which, 2), np.concatenate([np.zeros(len(which)), length])
    point, other = shapely.STRtree(lines[others]).query(points, predicate="dwithin", distance=reach_m)
    other = others[other]
    apart = line[point] != other
    point, other = point[apart], other[apart]
    return line[point], at[point], other, shapely.line_locate_point(lines[other], points[point]), shapely.distance(lines[other], points[point])


def _step_on(lines: Shapes, points: Shapes) -> tuple[Ints, Ints]:
    """Which points can step onto which lines: all within reach, and the nearest."""
    tree = shapely.STRtree(lines)
    pairs = np.concatenate([tree.query(points, predicate="dwithin", distance=STEP_ON_M), tree.query_nearest(points)], axis=1)
    point, line = np.unique(pairs, axis=1)
    return point, line


def _along(known: Ways, start: Shapes, seats: Shapes, goal: Ints, walk: float) -> Floats:
    """Minutes along the lines, walking `walk` metres a minute; inf where they do not lead there."""
    if len(known.lines) == 0:
        return np.full(len(start), np.inf)
    stops = np.concatenate([seats, start])
    stop, onto = _step_on(known.lines, stops)
    at = shapely.line_locate_point(known.lines[onto], stops[stop])
    count = len(known.lines)
    line = np.concatenate([np.tile(np.arange(count), 2), known.a, known.b, onto])
    along = np.concatenate([np.zeros(count), shapely.length(known.lines), known.at_a, known.at_b, at])
    # Places are numbered in the order of this list; the stops stand before them.
    order = np.lexsort([along, line])
    follows = line[order[1:]] == line[order[:-1]]
    before, after = order[:-1][follows], order[1:][follows]
    ride = (along[after] - along[before]) / (known.km_h[line[after]] * 1000 / 60)
    meeting = 2 * count + np.arange(len(known.a))
    stepping = 2 * count + 2 * len(known.a) + np.arange(len(onto))
    first = len(stops)
    a = np.concatenate([before + first, meeting + first, stop])
    b = np.concatenate([after + first, meeting + len(known.a) + first, stepping + first])
    cost = np.concatenate([ride, known.gap_m / walk, shapely.distance(known.lines[onto], stops[stop]) / walk])
    graph = _graph(a, b, cost, first + len(line))
    used, row = np.unique(goal, return_inverse=True)
    minutes: Floats = dijkstra(graph, directed=False, indices=used)[row, len(seats) + np.arange(len(start))]
    return minutes


def _graph(a: Ints, b: Ints, cost: Floats, nodes: int) -> csr_array:
    """Undirected; of parallel edges the shortest."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort([cost, high, low])
    low, high, cost = low[order], high[order], cost[order]
    first = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])] if len(low) else np.zeros(0, bool)
    return csr_array((np.maximum(cost[first], _LEAST_MIN), (low[first], high[first])), shape=(nodes, nodes))
