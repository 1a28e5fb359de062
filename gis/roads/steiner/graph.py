"""Undirected graphs with prices, as arrays; several edges between two nodes and prices of zero are allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Arcs(NamedTuple):
    """Neighbour lists: those of node v stand at `first[v]:first[v + 1]`; every edge stands in the lists of both its ends."""

    first: Ints
    head: Ints32
    edge: Ints32
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """An undirected graph: `nodes` nodes, edge i between `a[i]` and `b[i]` at `cost[i]`; edge numbers are the order of input."""

    nodes: int
    a: Ints
    b: Ints
    cost: Floats
    arcs: Arcs


@compiled
def _degrees(nodes: int, a: Ints, b: Ints, cost: Floats) -> Ints:
    first = np.zeros(nodes + 1, np.int64)
    for edge in range(len(a)):
        if a[edge] != b[edge] and cost[edge] < np.inf:
            first[a[edge] + 1] += 1
            first[b[edge] + 1] += 1
    for node in range(nodes):
        first[node + 1] += first[node]
    return first


@compiled
def _fill(first: Ints, a: Ints, b: Ints, cost: Floats) -> tuple[Ints32, Ints32, Floats]:
    size = first[-1]
    head, edges, price = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.float64)
    at = first[:-1].copy()
    for edge in range(len(a)):
        tail, tip = a[edge], b[edge]
        if tail == tip or not cost[edge] < np.inf:
            continue
        head[at[tail]], edges[at[tail]], price[at[tail]] = tip, edge, cost[edge]
        head[at[tip]], edges[at[tip]], price[at[tip]] = tail, edge, cost[edge]
        at[tail] += 1
        at[tip] += 1
    return head, edges, price


def neighbour_lists(nodes: int, a: Ints, b: Ints, cost: Floats) -> Arcs:
    """Neighbour lists in the order of the edges; loops and edges that cost inf are left out."""
    first = _degrees(nodes, a, b, cost)
    head, edge, price = _fill(first, a, b, cost)
    return Arcs(first, head, edge, price)


def make_graph(nodes: int, a: Sequence[int] | NDArray[Any], b: Sequence[int] | NDArray[Any], cost: Sequence[float] | NDArray[Any]) -> Graph:
    """An undirected graph for `solve_steiner` and `shortest_from`.

    Args:
        nodes: their number; nodes are 0 … nodes-1.
        a: one end of each edge, (m,).
        b: the other end of each edge, (m,).
        cost: price of each edge, (m,), ≥ 0 in any unit; inf: cannot be used.

    Returns:
        The graph. Edge numbers are the order of input, for good; several edges between two nodes, loops and zero prices are allowed.

    Raises:
        ValueError: an end is no node, a price is negative or missing, or the lengths differ.
    """
    ends_a, ends_b = np.ascontiguousarray(a, np.int64), np.ascontiguousarray(b, np.int64)
    price = np.ascontiguousarray(cost, np.float64)
    if not ends_a.shape == ends_b.shape == price.shape or price.ndim != 1:
        raise ValueError("a, b and cost must be arrays of the same length")
    if len(price) and (min(ends_a.min(), ends_b.min()) < 0 or max(ends_a.max(), ends_b.max()) >= nodes):
        raise ValueError("an edge ends at a node that does not exist")
    if not (price >= 0).all():
        raise ValueError("a price is negative or missing")
    return Graph(int(nodes), ends_a, ends_b, price, neighbour_lists(int(nodes), ends_a, ends_b, price))


@compiled
def spread_labels(arcs: Arcs, limit: float) -> Ints:
    """Number the connected pieces by their smallest node, using only edges that cost at most `limit`."""
    nodes = len(arcs.first) - 1
    label = np.full(nodes, -1, np.int64)
    queue = np.empty(nodes, np.int32)
    for start in range(nodes):
        if label[start] >= 0:
            continue
        label[start] = start
        queue[0] = start
        done, size = 0, 1
        while done < size:
            node = queue[done]
            done += 1
            for at in range(arcs.first[node], arcs.first[node + 1]):
                other = arcs.head[at]
                if arcs.price[at] <= limit and label[other] < 0:
                    label[other] = start
                    queue[size] = other
                    size += 1
    return label


@compiled
def cheapest_parallel(arcs: Arcs, edges: int) -> Flags:
    """Of the edges between the same two nodes the cheapest (the first of equals)."""
    nodes = len(arcs.first) - 1
    kept = np.zeros(edges, np.bool_)
    best = np.full(nodes, -1, np.int64)
    for node in range(nodes):
        begin, end = arcs.first[node], arcs.first[node + 1]
        for at in range(begin, end):
            other = arcs.head[at]
            if other > node and (best[other] < begin or arcs.price[at] < arcs.price[best[other]]):
                best[other] = at
        for at in range(begin, end):
            other = arcs.head[at]
            if other > node and best[other] == at:
                kept[arcs.edge[at]] = True
    return kept
