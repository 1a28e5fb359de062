"""Making a tree cheaper: take key paths out around a node and join the parts again in the best way there is.

Exchange of key paths, elimination of key nodes and insertion of branch points (Uchoa & Werneck 2012) are special cases of this.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.construct import tree_on
from gis.roads.steiner.graph import Arcs, Flags, Ints, Ints32
from gis.roads.steiner.heap import Heap, clear, make_heap, pop, push
from gis.roads.steiner.join import join_parts
from gis.roads.steiner.keytree import OUTSIDE, Parts, Tree, forget_parts, key_neighbours, key_nodes, pick_paths, take_apart


class Effort(NamedTuple):
    """How far to look: `parts` to be joined at once, `near` nodes for that, `rounds` over the tree."""

    parts: int
    near: int
    rounds: int


@compiled
def _near(arcs: Arcs, parts: Parts, heap: Heap, number: Ints32, most: int, limit: float) -> Ints32:
    """Nodes outside the parts that are nearest to the smaller ones; `number` gets their places after the parts."""
    count = len(parts.first) - 1
    done = np.empty(most + parts.first[count - 1] + 1, np.int32)
    nodes = np.empty(most, np.int32)
    size, found = 0, 0
    for at in range(parts.first[count - 1]):
        push(heap, parts.node[at], 0.0)
    while heap.held[0] > 0 and heap.key[heap.order[0]] <= limit and found < most:
        node = heap.order[0]
        done[size] = pop(heap)
        size += 1
        if parts.part[node] < 0:
            number[node] = count + found
            nodes[found] = node
            found += 1
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if parts.part[other] < 0 and heap.key[node] + arcs.price[at] < heap.key[other]:
                push(heap, other, heap.key[node] + arcs.price[at])
    clear(heap, done, size)
    return nodes[:found]


@compiled
def _local(arcs: Arcs, parts: Parts, number: Ints32, nodes: Ints32) -> Arcs:
    """The graph of the parts, each one node, and the nodes near by. Edges are numbered by their place in the lists; the last part has none of its own."""
    count = len(parts.first) - 1
    small = parts.first[count - 1]
    size = 0
    for at in range(small):
        size += arcs.first[parts.node[at] + 1] - arcs.first[parts.node[at]]
    for node in nodes:
        size += arcs.first[node + 1] - arcs.first[node]
    first = np.zeros(count + len(nodes) + 1, np.int64)
    head, edge, price = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.float64)
    fill = 0
    for at in range(small + len(nodes)):
        node = parts.node[at] if at < small else nodes[at - small]
        own = parts.part[node] if at < small else number[node]
        for place in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[place]
            tip = parts.part[other] if parts.part[other] >= 0 else number[other]
            if tip >= 0 and tip != own:
                head[fill], edge[fill], price[fill] = tip, place, arcs.price[place]
                fill += 1
        first[own + 1] = fill
    first[count] = max(first[count], first[count - 1])
    return Arcs(first, head[:fill], edge[:fill], price[:fill])


@compiled
def _replace(arcs: Arcs, parts: Parts, places: Ints) -> Flags:
    """The nodes of the tree when the parts are joined by the arcs at these places."""
    inside = np.zeros(len(parts.part), np.bool_)
    inside[parts.node] = True
    for place in places:
        inside[arcs.head[place]] = True
    return inside


@compiled
def _try(arcs: Arcs, tree: Tree, picked: tuple[Ints, Ints, int], heap: Heap, number: Ints32, near: int) -> tuple[float, Flags]:
    """What is saved by joining the parts around a node anew, and the nodes of the new tree."""
    nothing = np.zeros(0, np.bool_)
    parts = take_apart(tree, picked[0], picked[1], arcs.price)
    if parts.price <= 0:
        return 0.0, nothing
    nodes = _near(arcs, parts, heap, number, near, min(parts.price, 2.0 * parts.longest))
    local = _local(arcs, parts, number, nodes)
    for node in nodes:
        number[node] = -1
    cost, places = join_parts(local, len(parts.first) - 1, parts.price * (1 - 1e-9))
    if not cost < parts.price * (1 - 1e-9):
        return 0.0, nothing
    return parts.price - cost, _replace(arcs, parts, places)


@compiled
def _hang(arcs: Arcs, inside: Flags, root: int, wanted: Flags, scratch: Ints32) -> Tree:
    order, above, via = tree_on(arcs, inside, root, wanted)
    return Tree(order, above, via, key_nodes(order, above, wanted), wanted, scratch)


@compiled
def _improve(arcs: Arcs, inside: Flags, root: int, wanted: Flags, effort: Effort, skip: int) -> Flags:
    nodes = len(inside)
    heap, number = make_heap(nodes), np.full(nodes, -1, np.int32)
    tree = _hang(arcs, inside, root, wanted, np.full(nodes, OUTSIDE, np.int32))
    near = key_neighbours(tree)
    for turn in range(effort.rounds):
        better = False
        for centre in tree.order[tree.key[tree.order]]:
            if not tree.key[centre]:
                continue
            picked = pick_paths(tree, near, centre, effort.parts, skip + turn)
            if len(picked[0]) == 0:
                continue
            saved, now = _try(arcs, tree, picked, heap, number, effort.near)
            forget_parts(tree)
            if saved > 0:
                better = True
                tree = _hang(arcs, now, root, wanted, tree.part)
                near = key_neighbours(tree)
        if not better:
            break
    inside = np.zeros(nodes, np.bool_)
    inside[tree.order] = True
    return inside


def improve(arcs: Arcs, inside: Flags, root: int, terminals: Ints, effort: Effort, *, skip: int = 0) -> Flags:
    """A tree that no local change makes cheaper.

    Args:
        arcs: neighbour lists.
        inside: nodes of a tree that joins the terminals to the root.
        root: node.
        terminals: nodes.
        effort: how far to look.
        skip: which paths at a node to begin with.

    Returns:
        Nodes of a tree that costs as much or less.
    """
    wanted = np.zeros(len(inside), np.bool_)
    wanted[terminals] = True
    return _improve(arcs, inside, root, wanted, effort, skip)
