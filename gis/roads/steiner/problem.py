"""What is left to decide of a Steiner tree problem: the piece of the graph that hangs on the root, with free edges joined up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.graph import Arcs, Flags, Floats, Graph, Ints, cheapest_parallel, make_graph, spread_labels

UNSEEN = -2


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Join `terminals` (distinct, without the root) to `root`.

    Attributes:
        graph: without loops and parallel edges.
        root: node number.
        terminals: node numbers.
        origin: for each edge its number in the graph that this one was made from.
        price: at each place of node v's neighbour list, the price of the arc from there into v (inf: no solution of interest uses it).
    """

    graph: Graph
    root: int
    terminals: Ints
    origin: Ints
    price: Floats


class Bounded(NamedTuple):
    """A bound and what it left of the price of the arc into each node, at the places of the neighbour lists."""

    bound: float
    left: Floats


def without_parallels(nodes: int, a: Ints, b: Ints, cost: Floats, origin: Ints) -> tuple[Graph, Ints]:
    """A graph in which of several edges between two nodes only the cheapest is left, and where its edges come from."""
    graph = make_graph(nodes, a, b, cost)
    kept = cheapest_parallel(graph.arcs, len(a))
    if kept.all():
        return graph, origin
    return make_graph(nodes, a[kept], b[kept], cost[kept]), origin[kept]


def merged(graph: Graph, label: Ints, root: int, terminals: Ints) -> Problem:
    """The problem in which nodes of the same label are one, and those labelled -1 are gone."""
    used = np.zeros(graph.nodes, np.bool_)
    used[label[label >= 0]] = True
    number = np.cumsum(used) - 1
    node = np.where(label >= 0, number[label], -1)
    a, b = node[graph.a], node[graph.b]
    origin = np.flatnonzero((a >= 0) & (b >= 0) & (a != b) & np.isfinite(graph.cost))
    small, origin = without_parallels(int(used.sum()), a[origin], b[origin], graph.cost[origin], origin)
    ends = np.unique(node[terminals])
    return Problem(small, int(node[root]), ends[ends != node[root]], origin, small.arcs.price)


def open_problem(graph: Graph, root: int, terminals: Ints) -> tuple[Problem, Ints]:
    """The problem to be solved, and the terminals that no path leads to."""
    piece = spread_labels(graph.arcs, np.inf)
    there = piece == piece[root]
    free = spread_labels(graph.arcs, 0.0)
    reachable = there[terminals]
    return merged(graph, np.where(there, free, -1), root, terminals[reachable]), terminals[~reachable]


@compiled
def _walk(arcs: Arcs, root: int, usable: Flags, needed: Flags) -> tuple[Ints, Ints, Ints]:
    """Nodes on the way from the root to those needed, over usable edges, with the node and edge before each."""
    nodes = len(arcs.first) - 1
    before, over = np.full(nodes, UNSEEN, np.int64), np.full(nodes, -1, np.int64)
    queue = np.empty(nodes, np.int64)
    queue[0], before[root] = root, -1
    done, size = 0, 1
    while done < size:
        node = queue[done]
        done += 1
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if usable[arcs.edge[at]] and before[other] == UNSEEN:
                before[other], over[other] = node, arcs.edge[at]
                queue[size] = other
                size += 1
    for at in range(size - 1, 0, -1):
        if needed[queue[at]]:
            needed[before[queue[at]]] = True
    kept = queue[:size][needed[queue[:size]]]
    return kept, before[kept], over[kept]


def rooted_tree(graph: Graph, chosen: Ints, root: int, terminals: Ints) -> tuple[Ints, Ints, Ints]:
    """The tree over the chosen edges and free ones that leads to the terminals.

    Returns:
        Its nodes in the order in which they are reached from the root, the node before each and the edge to it (-1 for the root).
    """
    usable = graph.cost == 0
    usable[chosen] = True
    needed = np.zeros(graph.nodes, np.bool_)
    needed[terminals] = True
    needed[root] = True
    return _walk(graph.arcs, root, usable, needed)
