"""Drawn lines as a graph: points along every road and project, the pieces between them, and where lines meet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gis.roads.existing import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.roads.existing import RoadStock

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SAME_PLACE_M = 0.01
"""Places on one line that lie nearer are one: under any survey, over the rounding of coordinates."""


class Kind(IntEnum):
    """What an edge of the planning graph is."""

    TERRAIN = 0  # new road between two cells
    TRACK = 1  # an existing road to be paved
    PLANNED = 2  # new road on a line that somebody drew
    PROJECT = 3  # the bureau's project
    COMMITTED = 4  # being built
    FREE = 5  # good road that hangs on nothing yet
    ROOT = 6  # from the network to a place on it
    JOIN = 7  # new road between a drawn line or a group and the cell, or a group and a line
    GAP = 8  # new road over a gap between two drawn lines


KIND_OF_ROLE = {Role.FREE: Kind.FREE, Role.COMMITTED: Kind.COMMITTED, Role.PROJECT: Kind.PROJECT, Role.TRACK: Kind.TRACK, Role.PLANNED: Kind.PLANNED}


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Edges that are not steps between cells, as arrays of one length.

    Attributes:
        a: Node at one end.
        b: Node at the other end.
        kind: `Kind`.
        price: 元, all that is paid.
        length_m: Metres to be built (or driven on, where nothing is to be built).
        line: Line of the stock; -1 where it follows none.
        from_m: Place of `a` along that line.
        to_m: Place of `b` along that line.
    """

    a: Ints
    b: Ints
    kind: Ints
    price: Floats
    length_m: Floats
    line: Ints
    from_m: Floats
    to_m: Floats

    def __len__(self) -> int:
        """Their number."""
        return len(self.a)


def straight_links(a: Ints, b: Ints, kind: Kind, price: Floats, length_m: Floats) -> Links:
    """Links that follow no line."""
    count = len(a)
    return Links(a, b, np.full(count, int(kind)), price, length_m, np.full(count, -1), np.zeros(count), np.zeros(count))


def join_links(parts: Sequence[Links]) -> Links:
    """Links one after the other."""
    return Links(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Links)))


class Places(NamedTuple):
    """Places along used lines, sorted by line and metres; several are one point where lines end together.

    Attributes:
        line: line of each place.
        at: metres along it.
        point: number of its point.
        xy: coordinates, (places, 2).
        open: whether a new road can begin there (not in the air of a bridge, not in a tunnel).
        link_a: place of the first side of each link of the stock.
        link_b: place of its second side.
    """

    line: Ints
    at: Floats
    point: Ints
    xy: Floats
    open: Bools
    link_a: Ints
    link_b: Ints


def place_points(stock: RoadStock, used: Bools, graded: Bools, *, step_m: float) -> Places:
    """Points at the ends of all used lines, every `step_m` from the start, and wherever lines meet.

    The places of one line depend on no other line but for the meetings, which only add some: a new road takes no place away.

    Args:
        stock: roads and projects.
        used: which lines take part.
        graded: which of them are bridges or tunnels.
        step_m: distance of points.
    """
    length = np.asarray(shapely.length(stock.courses), dtype=float)
    lines = np.flatnonzero(used)
    count = np.maximum(np.ceil(length[lines] / step_m).astype(np.int64) - 1, 0)
    steps = (np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1) * step_m
    side_a, side_b = (_side(stock, lines, side) for side in "ab")
    line = np.concatenate([lines, lines, np.repeat(lines, count), side_a[0], side_b[0]])
    at = np.concatenate([np.zeros(len(lines)), length[lines], steps, side_a[1], side_b[1]])
    at = np.where(at < SAME_PLACE_M, 0.0, np.where(at > length[line] - SAME_PLACE_M, length[line], at))
    place, first = _distinct(line, at)
    line, at = line[first], at[first]
    at_end = (at == 0.0) | (at == length[line])
    node = np.where(at_end, stock.ends[line, np.where(at == 0.0, 0, 1)], -1)
    point = _number(node)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(stock.courses[line], at))
    links = place[-2 * len(side_a[0]) :] if len(side_a[0]) else np.zeros(0, dtype=np.int64)
    return Places(line, at, point, xy, at_end | ~graded[line], links[: len(side_a[0])], links[len(side_a[0]) :])


def _side(stock: RoadStock, lines: Ints, side: str) -> tuple[Ints, Floats]:
    """One side of each link as a place on a line: a node stands for the end of one of the used lines that end there."""
    line = stock.links[f"line_{side}"].to_numpy(dtype=np.int64).copy()
    at = stock.links[f"at_{side}"].to_numpy(dtype=float).copy()
    node = stock.links[f"node_{side}"].to_numpy(dtype=np.int64)
    owner = np.full(int(stock.ends.max(initial=-1)) + 1, -1, dtype=np.int64)
    last = np.zeros(len(owner), dtype=bool)
    for which in (1, 0):
        owner[stock.ends[lines, which]] = lines
        last[stock.ends[lines, which]] = which == 1
    ends = node >= 0
    line[ends] = owner[node[ends]]
    at[ends] = np.where(last[node[ends]], shapely.length(stock.courses[line[ends]]), 0.0)
    return line, at


def _distinct(line: Ints, at: Floats) -> tuple[Ints, Ints]:
    """Number of the distinct place of each row (sorted by line and metres), and the first row of each place."""
    order = np.lexsort((at, line))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(line[order]) != 0) | (np.diff(at[order]) > SAME_PLACE_M)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return place, order[new]


def _number(node: Ints) -> Ints:
    """Points numbered from 0: ends at one node are one point, every other place is its own."""
    key = np.where(node >= 0, node, int(node.max(initial=-1)) + 1 + np.arange(len(node)))
    return np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)


def pieces(places: Places, wanted: Bools) -> Ints:
    """First place of each piece between two neighbouring places of a wanted line."""
    return np.flatnonzero((places.line[1:] == places.line[:-1]) & wanted[places.line[:-1]])
