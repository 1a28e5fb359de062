"""Where water goes: every cell of a grid gets one receiver, over the lowest pass where it lies in a hollow.

The drainage tree is the minimum spanning tree of the cells under (height of the higher end, then steepness), rooted outside the grid: the path
of a cell in it climbs as little as any path can (minimax), and takes the steepest way down where it need not climb. This is what a priority
flood gives (Barnes, Lehman & Mulla 2014), here by compiled graph routines instead of a heap of Python objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

if TYPE_CHECKING:
    from layers.demo.grid import Floats, Ints

STEPS = ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5))
"""Half of the eight neighbours: row step, column step, length in cells."""


@dataclass(frozen=True, slots=True)
class Drainage:
    """`receiver` (flat cell number; the cell itself at the rim), `order` from the outlets upstream, `levels` as slices of `order`."""

    receiver: Ints
    order: Ints
    levels: tuple[tuple[int, int], ...]
    cell: float

    def accumulate(self, amount: Floats) -> Floats:
        """Sum of `amount` over each cell and all that drains into it."""
        total = amount.ravel().astype(np.float64)
        for start, stop in reversed(self.levels[1:]):
            cells = self.order[start:stop]
            np.add.at(total, self.receiver[cells], total[cells])
        return total

    def area(self) -> Floats:
        """Catchment of each cell in square metres."""
        return self.accumulate(np.full(self.receiver.size, self.cell**2))


def neighbours(shape: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
    """All pairs of touching cells once: from, to, distance in cells."""
    number = np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape)
    here, there, far = [], [], []
    for down, right, length in STEPS:
        a = number[: shape[0] - down, max(0, -right) : shape[1] - max(0, right)]
        b = number[down:, max(0, right) : shape[1] + min(0, right)]
        here.append(a.ravel())
        there.append(b.ravel())
        far.append(np.full(a.size, length))
    return np.concatenate(here), np.concatenate(there), np.concatenate(far)


def drain(height: Floats, cell: float) -> Drainage:
    """The drainage of a height grid; water leaves at the rim."""
    flat = height.ravel()
    rank = np.empty(flat.size, dtype=np.float64)
    rank[np.argsort(flat, kind="stable")] = np.arange(1, flat.size + 1)
    here, there, far = neighbours(height.shape)
    fall = np.abs(flat[here] - flat[there]) / (far * cell)
    weight = np.maximum(rank[here], rank[there]) + 1.0 / (1.0 + fall) - 1.0
    rim, outside = _rim(height.shape), flat.size
    rows, cols = np.concatenate((here, rim)), np.concatenate((there, np.full(rim.size, outside)))
    graph = coo_array((np.concatenate((weight, rank[rim] - 0.999)), (rows, cols)), shape=(outside + 1, outside + 1)).tocsr()
    order, before = breadth_first_order(minimum_spanning_tree(graph), outside, directed=False)
    return _rooted(order.astype(np.int64), before.astype(np.int64), outside, cell)


def _rim(shape: tuple[int, int]) -> Ints:
    number = np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape)
    return np.unique(np.concatenate((number[0], number[-1], number[:, 0], number[:, -1])))


def _rooted(order: Ints, before: Ints, outside: int, cell: float) -> Drainage:
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    parents = place[before[order[1:]]]
    levels, start, stop = [], 0, 1
    while stop < order.size:
        start, stop = stop, 1 + int(np.searchsorted(parents, stop))
        levels.append((start - 1, stop - 1))
    receiver = before[:outside].copy()
    roots = np.flatnonzero(receiver == outside)
    receiver[roots] = roots
    return Drainage(receiver, order[1:], tuple(levels), cell)


def carve(height: Floats, flow: Drainage, *, deepest: float) -> Floats:
    """Cut the thresholds of hollows down by at most `deepest` metres, and fill what is left: water then runs downhill everywhere."""
    old = height.ravel()
    new = old.copy()
    for start, stop in reversed(flow.levels[1:]):
        cells = flow.order[start:stop]
        np.minimum.at(new, flow.receiver[cells], new[cells])
    new = np.maximum(new, old - deepest)
    for start, stop in flow.levels[1:]:
        cells = flow.order[start:stop]
        new[cells] = np.maximum(new[cells], new[flow.receiver[cells]] + 0.01)
    return new.reshape(height.shape)


def incise(height: Floats, flow: Drainage, *, strength: float) -> Floats:
    """One implicit step of stream-power erosion (Braun & Willett 2013, n = 1, m = 0.5); `strength` per square root of square metres."""
    new = height.ravel().copy()
    factor = strength * np.sqrt(flow.area()) / flow.cell
    for start, stop in flow.levels[1:]:
        cells = flow.order[start:stop]
        down = new[flow.receiver[cells]]
        new[cells] = (new[cells] + factor[cells] * down) / (1.0 + factor[cells])
    return new.reshape(height.shape)
