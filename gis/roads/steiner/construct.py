"""Building trees: repeated shortest paths, the cheapest tree on given nodes, and cutting off what nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.heap import Heap, make_heap, pop, push

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Arcs, Flags, Floats, Ints, Ints32


@compiled
def _join(heap: Heap, tail: Ints32, inside: Flags, node: int) -> None:
    """Take the path to `node` into the tree; its nodes become places to start from."""
    while not inside[node]:
        inside[node] = True
        push(heap, node, 0.0)
        node = tail[node]


@compiled
def _repeat_paths(arcs: Arcs, price: Floats, heap: Heap, start: int, wanted: Flags, left: int) -> Flags:
    nodes = len(arcs.first) - 1
    tail = np.full(nodes, -1, np.int32)
    inside = np.zeros(nodes, np.bool_)
    inside[start] = True
    push(heap, start, 0.0)
    while heap.held[0] > 0 and left > 0:
        node = pop(heap)
        if wanted[node] and not inside[node]:
            _join(heap, tail, inside, node)
            left -= 1
            continue
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if heap.key[node] + price[at] < heap.key[other]:
                push(heap, other, heap.key[node] + price[at])
                tail[other] = node
    return inside


@compiled
def _grow_cheapest(arcs: Arcs, heap: Heap, inside: Flags, start: int, order: Ints32, via: Ints32, tail: Ints32) -> int:
    """Prim's tree on the nodes `inside`; `order` gets the nodes as they join. Returns how many do."""
    size = 0
    push(heap, start, 0.0)
    while heap.held[0] > 0:
        node = pop(heap)
        heap.key[node] = -1.0
        order[size] = node
        size += 1
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if inside[other] and arcs.price[at] < heap.key[other]:
                push(heap, other, arcs.price[at])
                via[other] = at
                tail[other] = node
    return size


@compiled
def tree_on(arcs: Arcs, inside: Flags, start: int, wanted: Flags) -> tuple[Ints32, Ints32, Ints32]:
    """The cheapest tree on the nodes `inside`, without branches that lead to no node `wanted`.

    Returns:
        Its nodes, `start` first, each after the one before it; for every node the one before it and the place of the edge in the lists (-1: none).
    """
    nodes = len(arcs.first) - 1
    order, via, above = np.empty(nodes, np.int32), np.full(nodes, -1, np.int32), np.full(nodes, -1, np.int32)
    size = _grow_cheapest(arcs, make_heap(nodes), inside, start, order, via, above)
    needed = np.zeros(nodes, np.bool_)
    needed[start] = True
    for at in range(size - 1, 0, -1):
        node = order[at]
        if needed[node] or wanted[node]:
            needed[node] = needed[above[node]] = True
        else:
            above[node] = via[node] = -1
    order = order[:size]
    return order[needed[order]], above, via


def repeat_paths(arcs: Arcs, price: Floats, start: int, terminals: Ints) -> Flags:
    """Nodes of the tree that takes in the terminal nearest to it, again and again (Takahashi & Matsuyama 1980), at these prices."""
    wanted = np.zeros(len(arcs.first) - 1, np.bool_)
    wanted[terminals] = True
    wanted[start] = False
    return _repeat_paths(arcs, price, make_heap(len(wanted)), start, wanted, int(wanted.sum()))


def cheapest_tree(arcs: Arcs, inside: Flags, root: int, terminals: Ints) -> tuple[Ints, Ints32]:
    """The cheapest tree on the nodes `inside`, without branches that lead to no terminal.

    Returns:
        Its edges, sorted; and for every node the one before it on the way from the root (-1: the root, and those not in the tree).
    """
    wanted = np.zeros(len(inside), np.bool_)
    wanted[terminals] = True
    order, above, via = tree_on(arcs, inside, root, wanted)
    return np.sort(arcs.edge[via[order[1:]]].astype(np.int64)), above
