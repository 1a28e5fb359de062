"""Steiner trees: a good tree, and a bound that tells how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gis.roads.steiner.dual_ascent import Rule
from gis.roads.steiner.improve import Effort
from gis.roads.steiner.problem import Problem, open_problem, rooted_tree
from gis.roads.steiner.search import LOOK, along_bound, begin, climb, construct, own_best, polish, recombine, shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from gis.roads.steiner.graph import Graph, Ints


@dataclass(frozen=True, slots=True, eq=False)
class SteinerTree:
    """A tree that joins terminals to a root, and how good it is.

    Attributes:
        edges: its edges, sorted numbers of the graph's, (e,).
        cost: the sum of their prices.
        bound: no tree that joins the same terminals to the root costs less than this.
        gap: (cost - bound) / cost: what share of the cost could at most be saved; 0: proven best.
        unreachable: terminals that no path joins to the root, sorted; the tree leaves them out.
        nodes: nodes of the tree, root first, each after the node before it, (e + 1,).
        parent_node: for each of `nodes` the node before it on the way from the root, -1 for the root.
        parent_edge: for each of `nodes` the edge to that node, -1 for the root.
    """

    edges: Ints
    cost: float
    bound: float
    gap: float
    unreachable: Ints
    nodes: Ints
    parent_node: Ints
    parent_edge: Ints


RULES = (Rule(1.2), Rule(1.2, 1e6, by_radius=True), Rule(1.5), Rule(1.3, 4.0, by_radius=True))


def _solve(problem: Problem, effort: float, seed: int, tell: Callable[[str, float], None]) -> tuple[Ints, float]:
    search, random = begin(problem), np.random.default_rng(seed)
    nodes = np.append(problem.terminals, problem.root)
    work = max(1.0, problem.graph.nodes / 20_000)
    starts = max(1, round(min(len(nodes), 12 / work**0.5) * effort))
    construct(search, problem.graph.arcs.price, problem.root, LOOK)
    found = climb(search, RULES[0])
    along_bound(search, found, LOOK)
    shrink(search, found)
    for start in random.choice(len(search.now.terminals), min(starts, len(search.now.terminals)), replace=False):
        construct(search, search.now.graph.arcs.price, int(search.now.terminals[start]), LOOK)
    recombine(search, Effort(6, 3000, 3), random)
    tell("求解组合最优：改进", 0.4)
    for turn in range(max(1, round(3 * effort))):
        if search.solved:
            break
        polish(search, own_best(search)[2], Effort(5 + turn % 2, 8000, 1), turn)
        for rule in RULES:
            found = climb(search, rule)
            along_bound(search, found, LOOK)
            shrink(search, found)
            if search.solved:
                break
        recombine(search, Effort(6, 3000, 3), random)
        tell("求解组合最优：改进", 0.4 + 0.5 * (turn + 1) / max(1, round(3 * effort)))
    return search.best, search.bound


def solve_steiner(
    graph: Graph,
    root: int,
    terminals: Sequence[int] | NDArray[Any],
    *,
    effort: float = 1.0,
    seed: int = 0,
    tell: Callable[[str, float], None] | None = None,
) -> SteinerTree:
    """The cheapest tree that joins terminals to a root, as nearly as the effort allows.

    Args:
        graph: from `make_graph`.
        root: the node on which everything hangs.
        terminals: nodes to be joined to it; repeats and the root itself do no harm.
        effort: how many rounds of improvement, as a multiple of what is usual. Counted, never timed: the same call gives the same tree.
        seed: of the random numbers that break out of local optima.
        tell: called with a sentence and the share done, for those who wait.

    Returns:
        The tree, with a proven lower bound.

    Raises:
        ValueError: the root or a terminal is no node of the graph.
    """
    wanted = np.unique(np.asarray(terminals, np.int64))
    if not 0 <= root < graph.nodes or (len(wanted) and not 0 <= wanted[0] <= wanted[-1] < graph.nodes):
        raise ValueError("the root or a terminal is no node of the graph")
    problem, unreachable = open_problem(graph, root, wanted)
    if not len(problem.terminals):
        return _report(graph, root, wanted, unreachable, problem.origin[:0], 0.0)
    edges, bound = _solve(problem, effort, seed, tell or (lambda _words, _share: None))
    return _report(graph, root, wanted, unreachable, problem.origin[edges], bound)


def _report(graph: Graph, root: int, wanted: Ints, unreachable: Ints, chosen: Ints, bound: float) -> SteinerTree:
    nodes, before, over = rooted_tree(graph, chosen, root, np.setdiff1d(wanted, unreachable))
    edges = np.sort(over[1:])
    cost = float(graph.cost[edges].sum())
    lower = min(bound, cost)
    gap = (cost - lower) / cost if cost > 0 else 0.0
    return SteinerTree(edges, cost, lower, gap, unreachable, nodes, before, over)
