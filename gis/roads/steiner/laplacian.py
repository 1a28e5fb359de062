"""Potentials from what flows in: the Laplacian of a graph, taken apart once and solved for many terminals at a time.

Sparse LDLᵀ row by row (Davis 2005, ACM Algorithm 849) in an order of least degree. Own kernels and not those of a library: with their blocked
products the last digits, and so which of equal trees is found, would depend on the processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spilu

from gis.compiled import compiled

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Arcs, Floats, Graph, Ints, Ints32

Reals = NDArray[np.float32]
# Each node is tied to its neighbours by so much more than it is, relatively: pieces cut off by rounding leave nothing to divide by zero.
TIE = 1e-10
# Graphs are taken apart if no more nodes than this, times the root of their number, lie equally far from one of them, as on every map. Others (no two
# halves of which hang together by few nodes) would fill up, and even their order would take minutes.
WIDTH = 16.0


class Factor(NamedTuple):
    """L and D of the reordered Laplacian without the root. Column j of L is at `first[j]:first[j + 1]`; node v has place `place[v]` (-1: the root)."""

    place: Ints32
    first: Ints
    row: Ints32
    value: Reals
    pivot: Reals


class _Upper(NamedTuple):
    """The part above the diagonal, by columns, and the diagonal."""

    first: Ints
    row: Ints32
    value: Floats
    diagonal: Floats


@compiled
def _count(first: Ints, row: Ints32, limit: int) -> tuple[Ints32, Ints]:
    """The elimination tree, and how many entries each column of L will have; nothing if there are more than `limit`."""
    size = len(first) - 1
    parent, seen, count = np.full(size, -1, np.int32), np.full(size, -1, np.int32), np.zeros(size, np.int64)
    total = 0
    for column in range(size):
        seen[column] = column
        for at in range(first[column], first[column + 1]):
            node = row[at]
            while seen[node] != column:
                if parent[node] < 0:
                    parent[node] = column
                count[node] += 1
                total += 1
                seen[node] = column
                node = parent[node]
        if total > limit:
            return parent[:0], count[:0]
    return parent, count


@compiled
def _divide(upper: _Upper, parent: Ints32, start: Ints) -> tuple[Ints32, Floats, Floats]:
    """The entries of L by columns, and D."""
    size = len(parent)
    row, value, pivot = np.empty(start[-1], np.int32), np.empty(start[-1]), upper.diagonal.copy()
    end, line, seen = start[:-1].copy(), np.zeros(size), np.full(size, -1, np.int32)
    pattern, path = np.empty(size, np.int32), np.empty(size, np.int32)
    for column in range(size):
        seen[column] = column
        top = size
        for at in range(upper.first[column], upper.first[column + 1]):
            node, length = upper.row[at], 0
            line[node] += upper.value[at]
            while seen[node] != column:
                path[length] = node
                length += 1
                seen[node] = column
                node = parent[node]
            while length > 0:
                length -= 1
                top -= 1
                pattern[top] = path[length]
        for at in range(top, size):
            node = pattern[at]
            rest = line[node]
            line[node] = 0.0
            for place in range(start[node], end[node]):
                line[row[place]] -= value[place] * rest
            share = rest / pivot[node]
            pivot[column] -= share * rest
            row[end[node]], value[end[node]] = column, share
            end[node] += 1
    return row, value, pivot


@compiled
def _solve(factor: Factor, x: Reals) -> None:
    """Replace the right sides x, in the order of the factor, by the solutions."""
    size, width = x.shape
    for node in range(size):
        own = x[node]
        for at in range(factor.first[node], factor.first[node + 1]):
            share, other = factor.value[at], x[factor.row[at]]
            for column in range(width):
                other[column] -= share * own[column]
    for node in range(size - 1, -1, -1):
        own = x[node]
        for column in range(width):
            own[column] /= factor.pivot[node]
        for at in range(factor.first[node], factor.first[node + 1]):
            share, other = factor.value[at], x[factor.row[at]]
            for column in range(width):
                own[column] -= share * other[column]


@compiled
def _widest(arcs: Arcs, root: int) -> int:
    """The most nodes that are equally many edges away from where a walk begins, without the root."""
    nodes = len(arcs.first) - 1
    seen, queue = np.zeros(nodes, np.bool_), np.empty(nodes, np.int32)
    seen[root] = True
    widest = 0
    for start in range(nodes):
        if seen[start]:
            continue
        seen[start] = True
        queue[0] = start
        done, level, size = 0, 1, 1
        while done < size:
            node = queue[done]
            done += 1
            for at in range(arcs.first[node], arcs.first[node + 1]):
                other = arcs.head[at]
                if not seen[other]:
                    seen[other] = True
                    queue[size] = other
                    size += 1
            if done == level:
                widest = max(widest, size - level)
                level = size
    return widest


def _place(graph: Graph, root: int) -> Ints32:
    """The order in which nodes are taken out: least degree first. An incomplete factor that keeps nothing gives the order for next to nothing."""
    nodes, every, ones = graph.nodes, np.arange(graph.nodes), np.ones(len(graph.a))
    rows, columns = np.concatenate([graph.a, graph.b, every]), np.concatenate([graph.b, graph.a, every])
    # Only the pattern counts; a heavy diagonal can always be divided by.
    values = np.concatenate([-ones, -ones, np.full(nodes, 2.0 * nodes)])
    rest = np.delete(every, root)
    matrix = coo_array((values, (rows, columns)), (nodes, nodes)).tocsc()[rest][:, rest].tocsc()
    found = spilu(matrix, drop_tol=1.0, fill_factor=1, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    place = np.full(nodes, -1, np.int32)
    place[rest] = found.perm_c
    return place


def _upper(graph: Graph, place: Ints32, weight: Floats) -> _Upper:
    diagonal = np.zeros(graph.nodes)
    degree = np.bincount(graph.a, weight, graph.nodes) + np.bincount(graph.b, weight, graph.nodes)
    diagonal[place] = degree * (1 + TIE)
    one, two = np.minimum(place[graph.a], place[graph.b]), np.maximum(place[graph.a], place[graph.b])
    used = np.flatnonzero(one >= 0)
    used = used[np.lexsort((one[used], two[used]))]
    first = np.searchsorted(two[used], np.arange(graph.nodes))
    return _Upper(first, one[used].astype(np.int32), -weight[used], diagonal[: graph.nodes - 1])


def take_apart_laplacian(graph: Graph, root: int, weight: Floats, limit: int) -> Factor | None:
    """The factor of the Laplacian of a connected graph with these weights of the edges, in which the root has potential zero.

    Args:
        graph: without loops and parallel edges.
        root: node.
        weight: of each edge, positive.
        limit: how many entries there may be at most.

    Returns:
        The factor; None if it would have more entries than the limit, or the graph is nothing like a map.
    """
    if _widest(graph.arcs, root) > WIDTH * graph.nodes**0.5:
        return None
    place = _place(graph, root)
    upper = _upper(graph, place, weight)
    parent, count = _count(upper.first, upper.row, limit)
    if not len(parent):
        return None
    start = np.concatenate([[0], np.cumsum(count)])
    row, value, pivot = _divide(upper, parent, start)
    return Factor(place, start, row, value.astype(np.float32), pivot.astype(np.float32))


def potentials(factor: Factor, flowing_in: Reals) -> Reals:
    """Potentials at which so much flows in at each node, (nodes, terminals) both; zero at the root."""
    inner = factor.place >= 0
    x = np.empty((len(factor.pivot), flowing_in.shape[1]), np.float32)
    x[factor.place[inner]] = flowing_in[inner]
    _solve(factor, x)
    solved = np.zeros_like(flowing_in)
    solved[inner] = x[factor.place[inner]]
    return solved
