"""The cheapest way to join a few nodes: exact, by sets of them (Dreyfus & Wagner 1971)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.heap import Heap, make_heap, pop, push

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.steiner.graph import Arcs, Floats, Ints

ITSELF, MEETING = -1, -2


class Table(NamedTuple):
    """For each set of parts and each node: the least cost of a tree that joins the set to the node, and how it comes about.

    `arc` ≥ 0: from node `before` over that arc; MEETING: from the sets `before` and the rest, which meet at the node; ITSELF: the part.
    """

    cost: NDArray[np.float64]
    before: NDArray[np.int32]
    arc: NDArray[np.int32]


@compiled
def _meet(table: Table, group: int) -> None:
    """Trees of the set out of those of two halves that meet at a node."""
    half = (group - 1) & group
    while half > group - half:
        rest = group ^ half
        for node in range(table.cost.shape[1]):
            cost = table.cost[half, node] + table.cost[rest, node]
            if cost < table.cost[group, node]:
                table.cost[group, node] = cost
                table.before[group, node] = half
                table.arc[group, node] = MEETING
        half = (half - 1) & group


@compiled
def _to_last(arcs: Arcs, parts: int, heap: Heap, limit: float) -> Floats:
    """The least cost from every node to the last part."""
    heap.key[:] = np.inf
    for node in range(len(arcs.first) - 1):
        for at in range(arcs.first[node], arcs.first[node + 1]):
            if arcs.head[at] == parts - 1 and arcs.price[at] < heap.key[node]:
                push(heap, node, arcs.price[at])
    while heap.held[0] > 0:
        node = pop(heap)
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other, more = arcs.head[at], heap.key[node] + arcs.price[at]
            if other != parts - 1 and more < heap.key[other] and more <= limit:
                push(heap, other, more)
    heap.key[parts - 1] = 0.0
    return heap.key.copy()


@compiled
def _ahead(table: Table, group: int, parts: int, last: Floats) -> Floats:
    """What it costs at least to go on from each node: the way to the farthest part that is not in the set."""
    ahead = last.copy()
    for part in range(parts - 1):
        if not (group >> part) & 1:
            ahead = np.maximum(ahead, table.cost[1 << part])
    return ahead


@compiled
def _extend(arcs: Arcs, table: Table, group: int, parts: int, heap: Heap, limit: Floats) -> None:
    """Trees of the set carried on over arcs, to nodes where they cost at most `limit`; parts not in the set are reached but not passed."""
    nodes = table.cost.shape[1]
    heap.key[:] = np.inf
    for node in range(nodes):
        if table.cost[group, node] <= limit[node]:
            push(heap, node, table.cost[group, node])
    while heap.held[0] > 0:
        node = pop(heap)
        if node < parts and (node == parts - 1 or not (group >> node) & 1):
            continue
        cost = heap.key[node]
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other, more = arcs.head[at], cost + arcs.price[at]
            if more < heap.key[other] and more <= limit[other]:
                push(heap, other, more)
                table.cost[group, other] = more
                table.before[group, other] = node
                table.arc[group, other] = at


@compiled
def _trace(arcs: Arcs, table: Table, group: int, node: int) -> Ints:
    """Edges of the tree that joins the set to the node."""
    found = np.empty(16 * table.cost.shape[1], np.int64)
    todo = np.empty((table.cost.shape[0] + 1, 2), np.int64)
    todo[0, 0], todo[0, 1] = group, node
    count, size = 0, 1
    while size > 0:
        size -= 1
        group, node = todo[size]
        arc, before = table.arc[group, node], table.before[group, node]
        if arc >= 0:
            found[count] = arcs.edge[arc]
            count += 1
            todo[size, 1] = before
            size += 1
        elif arc == MEETING:
            todo[size, 0], todo[size + 1, 0] = before, group ^ before
            todo[size + 1, 1] = node
            size += 2
    return found[:count]


@compiled
def join_parts(arcs: Arcs, parts: int, limit: float) -> tuple[float, Ints]:
    """The cheapest tree that joins nodes 0 … parts-1.

    Args:
        arcs: neighbour lists; those of node parts-1 are not looked at.
        parts: how many nodes to join; effort and memory grow with 2 to this power.
        limit: dearer trees are not looked for.

    Returns:
        Its cost (inf: none within the limit) and the edges, as numbered in `arcs`, that lead from a set of parts towards the last part.
    """
    nodes, full = len(arcs.first) - 1, (1 << (parts - 1)) - 1
    table = Table(np.full((full + 1, nodes), np.inf), np.full((full + 1, nodes), -1, np.int32), np.full((full + 1, nodes), -1, np.int32))
    heap = make_heap(nodes)
    for part in range(parts - 1):
        table.cost[1 << part, part] = 0.0
        _extend(arcs, table, 1 << part, parts, heap, np.full(nodes, limit))
    last = _to_last(arcs, parts, heap, limit)
    for group in range(1, full + 1):
        if group & (group - 1):
            _meet(table, group)
            _extend(arcs, table, group, parts, heap, limit - _ahead(table, group, parts, last))
    cost = table.cost[full, parts - 1]
    if not cost < np.inf:
        return np.inf, np.zeros(0, np.int64)
    return cost, _trace(arcs, table, full, parts - 1)
