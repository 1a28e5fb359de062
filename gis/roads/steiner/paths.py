"""Cheapest paths: one Dijkstra for the solver and for those who ask what it costs from a tree to anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.heap import Heap, make_heap, pop, push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.roads.steiner.graph import Arcs, Floats, Graph, Ints, Ints32


@compiled
def dijkstra(arcs: Arcs, price: Floats, heap: Heap, via: Ints32, limit: float) -> None:
    """Settle everything within `limit` of what is in the heap; `via` gets the place in the lists of the neighbour one came from."""
    while heap.held[0] > 0:
        node = pop(heap)
        cost = heap.key[node]
        if cost > limit:
            heap.key[node] = np.inf
            continue
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if cost + price[at] < heap.key[other]:
                push(heap, other, cost + price[at])
                via[other] = at


def shortest_from(
    graph: Graph,
    sources: Sequence[int] | NDArray[Any],
    *,
    start_cost: Sequence[float] | NDArray[Any] | None = None,
    limit: float = np.inf,
) -> tuple[Floats, Ints]:
    """What it costs at least to get from any of the sources to every node.

    Args:
        graph: from `make_graph`.
        sources: nodes, (k,).
        start_cost: what it costs to start at each source, (k,); zero if not given.
        limit: nodes that cost more are left unreached.

    Returns:
        cost (nodes,), inf where not reached; parent (nodes,): the edge over which a node is reached, -1 at sources and where not reached. The node
        before is `graph.a[edge] + graph.b[edge] - node`.
    """
    heap, via = make_heap(graph.nodes), np.full(graph.nodes, -1, np.int32)
    starts = np.ascontiguousarray(sources, np.int64)
    costs = np.zeros(len(starts)) if start_cost is None else np.ascontiguousarray(start_cost, np.float64)
    for node, cost in zip(starts.tolist(), costs.tolist(), strict=True):
        if cost < heap.key[node]:
            push(heap, node, cost)
    dijkstra(graph.arcs, graph.arcs.price, heap, via, limit)
    reached = np.isfinite(heap.key) & (via >= 0)
    parent = np.full(graph.nodes, -1, np.int64)
    parent[reached] = graph.arcs.edge[via[reached]]
    return heap.key, parent
