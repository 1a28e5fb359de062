"""Which roads are worth looking at: all of a small graph, of a large one those of good trees and the ways from there to whatever they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.roads.steiner import shortest_from
from gis.sites.choice.exact import size_of
from gis.sites.choice.skeleton import make_skeleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.roads.steiner import Graph
    from gis.sites.choice.problem import Problem
    from gis.sites.choice.skeleton import Skeleton

    Ints = NDArray[np.int64]

SMALL_EDGES, SMALL_FLOWS = 2000, 6000
"""A graph with at most so many edges, and flows in its exact programme, is looked at whole."""
FLOWS = 60_000
"""Of a larger one so many trees are taken that the programme has at most so many flows."""


def worth_looking_at(problem: Problem, trees: Sequence[Ints]) -> tuple[Skeleton, bool]:
    """The roads on which the exact answer is sought.

    Args:
        problem: with what cannot be reached taken out.
        trees: edges of good trees, the most important last.

    Returns:
        A skeleton on which every home of a group that may stay, and every site to which somebody may move, hangs; and whether it is the whole graph.
    """
    graph = problem.graph
    kept = _ends(problem)
    if len(graph.cost) <= SMALL_EDGES:
        whole = make_skeleton(graph, np.arange(len(graph.cost)), problem.root, kept.tolist())
        if size_of(whole, len(kept)) <= SMALL_FLOWS:
            return whole, True
    for first in range(len(trees)):
        edges = _with_ways(graph, np.unique(np.concatenate(list(trees[first:]))), problem.root, kept)
        skeleton = make_skeleton(graph, edges, problem.root, kept.tolist())
        if size_of(skeleton, len(kept)) <= FLOWS:
            break
    return skeleton, False


def _ends(problem: Problem) -> Ints:
    """Nodes that may have to be reached."""
    used = np.isfinite(problem.move_cny).any(axis=0)
    return np.unique(np.concatenate([problem.home[problem.may_stay], problem.site[used]]))


def _with_ways(graph: Graph, edges: Ints, root: int, ends: Ints) -> Ints:
    """The edges, and the cheapest way from them to each end that they leave out."""
    nodes = np.unique(np.concatenate([graph.a[edges], graph.b[edges], [root]]))
    missing = np.setdiff1d(ends, nodes)
    if len(missing) == 0:
        return edges
    _, parent = shortest_from(graph, nodes)
    more: set[int] = set()
    for end in missing.tolist():
        node, edge = end, int(parent[end])
        while edge >= 0 and edge not in more:
            more.add(edge)
            node = int(graph.a[edge] + graph.b[edge] - node)
            edge = int(parent[node])
    return np.union1d(edges, np.array(sorted(more), dtype=np.int64))
