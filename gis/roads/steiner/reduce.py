"""Making a problem smaller by its bound: what would make any solution dearer than one that is known is left out (Polzin & Daneshmand 2001)."""

from __future__ import annotations

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.graph import Arcs, Flags, Floats, Ints, Ints32, make_graph
from gis.roads.steiner.heap import make_heap, push
from gis.roads.steiner.paths import dijkstra
from gis.roads.steiner.problem import Bounded, Problem


@compiled
def twins(arcs: Arcs, edges: int) -> Ints32:
    """For each place in the lists, the place of the same edge in the other end's list."""
    seen = np.full(edges, -1, np.int32)
    other = np.empty(len(arcs.head), np.int32)
    for at in range(len(arcs.head)):
        edge = arcs.edge[at]
        if seen[edge] < 0:
            seen[edge] = at
        else:
            other[at], other[seen[edge]] = seen[edge], at
    return other


def spread_over(arcs: Arcs, price: Floats, sources: Ints) -> Floats:
    """The least cost from the nearest source to every node at these prices."""
    heap = make_heap(len(arcs.first) - 1)
    for node in sources.tolist():
        push(heap, node, 0.0)
    dijkstra(arcs, price, heap, np.empty(len(heap.key), np.int32), np.inf)
    return heap.key


@compiled
def _useful(arcs: Arcs, left: Floats, from_root: Floats, to_terminal: Floats, room: float) -> Flags:
    """Whether the arc into node v, at each place of its list, can be in a solution within `room` above the bound."""
    use = np.zeros(len(left), np.bool_)
    for node in range(len(arcs.first) - 1):
        for at in range(arcs.first[node], arcs.first[node + 1]):
            use[at] = from_root[arcs.head[at]] + left[at] + to_terminal[node] <= room
    return use


def useful_arcs(problem: Problem, bounded: Bounded, limit: float) -> Flags:
    """At each place of the neighbour lists: whether a solution cheaper than `limit` may use the arc into the node from that neighbour.

    A solution that uses it costs at least the bound, and what is left of the prices on the way from the root to it and on to a terminal.
    """
    arcs = problem.graph.arcs
    outward = bounded.left[twins(arcs, len(problem.graph.a))]
    from_root = spread_over(arcs, outward, np.array([problem.root]))
    to_terminal = spread_over(arcs, bounded.left, problem.terminals)
    return _useful(arcs, bounded.left, from_root, to_terminal, limit - bounded.bound)


def restricted(problem: Problem, use: Flags, keep: Ints) -> Problem:
    """The problem on the edges that are useful one way or the other, and those of `keep`; arcs that are not useful cost inf.

    Nodes are numbered anew; those that no edge is left at are gone.
    """
    graph, arcs = problem.graph, problem.graph.arcs
    alive = np.zeros(len(graph.a), np.bool_)
    alive[arcs.edge[use]] = True
    alive[keep] = True
    edges = np.flatnonzero(alive)
    into = np.where(use, problem.price, np.inf)
    own = np.zeros(len(graph.a), np.bool_)
    own[keep] = True
    into = np.where(own[arcs.edge], problem.price, into)
    at_a, at_b = both_ways(arcs, len(graph.a), np.repeat(np.arange(graph.nodes), np.diff(arcs.first)), graph.a, into)
    met = np.zeros(graph.nodes, np.bool_)
    met[graph.a[edges]] = met[graph.b[edges]] = True
    met[problem.root] = True
    met[problem.terminals] = True
    number = np.cumsum(met) - 1
    small = make_graph(int(met.sum()), number[graph.a[edges]], number[graph.b[edges]], graph.cost[edges])
    return Problem(
        small,
        int(number[problem.root]),
        number[problem.terminals],
        edges,
        _placed(small.arcs, small.a, at_a[edges], at_b[edges]),
    )


def both_ways(arcs: Arcs, edges: int, node: Ints, a: Ints, into: Floats) -> tuple[Floats, Floats]:
    """Prices of each edge's arc into its a end and into its b end."""
    at_a, at_b = np.full(edges, np.inf), np.full(edges, np.inf)
    is_a = a[arcs.edge] == node
    at_a[arcs.edge[is_a]] = into[is_a]
    at_b[arcs.edge[~is_a]] = into[~is_a]
    return at_a, at_b


def _placed(arcs: Arcs, a: Ints, at_a: Floats, at_b: Floats) -> Floats:
    """Prices of arcs by edge and end, brought to the places of the neighbour lists."""
    node = np.repeat(np.arange(len(arcs.first) - 1), np.diff(arcs.first))
    return np.where(a[arcs.edge] == node, at_a[arcs.edge], at_b[arcs.edge])
