"""Steiner trees: a good tree, and a bound that tells how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gis.roads.steiner.dual_ascent import Rule
from gis.roads.steiner.exchange import exchange, fits
from gis.roads.steiner.improve import Effort
from gis.roads.steiner.problem import Problem, open_problem, rooted_tree
from gis.roads.steiner.search import Search, along_bound, begin, climb, climb_from, construct, own_best, polish, recombine, shrink

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


RULES = (Rule(1.5), Rule(1.2, 1e6, by_radius=True), Rule(1.2), Rule(1.3, 4.0, by_radius=True))
# A problem of so many nodes gets all the rounds; larger ones get fewer, so that waiting grows more slowly than the graph.
USUAL_NODES = 20_000
LARGE = 10.0
# Rounds of exchange.
ROUNDS = 6
# Nodes that are looked at in one pass over the tree: shared among the terminals.
LOOK_NODES = 400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done for a problem of its size, in counts."""

    starts: int
    turns: int
    roots: int
    rounds: int
    rules: tuple[Rule, ...]
    quick: Effort
    thorough: Effort
    union: Effort


def _plan(problem: Problem, effort: float) -> Plan:
    size, ends = max(1.0, problem.graph.nodes / USUAL_NODES), len(problem.terminals)
    share = LOOK_NODES // ends
    return Plan(
        starts=min(ends, max(1, round(12 * effort / size**0.5))),
        turns=max(1, round(3 * effort / (1 + size / 8))),
        roots=0 if size > LARGE else min(ends, round(6 * effort / size)),
        rounds=max(1, round(ROUNDS * effort)),
        rules=RULES[2:3] if size > LARGE else RULES,
        quick=Effort(4, min(2000, max(1000, share)), 1 if size > LARGE else 3),
        thorough=Effort(5, min(8000, max(2000, share)), 2),
        union=Effort(6, min(3000, max(500, share)), 3),
    )


def _turn(search: Search, plan: Plan, turn: int, random: np.random.Generator) -> None:
    """Improve the best tree, raise the bound beside it in several ways, and combine what came of it."""
    polish(search, own_best(search)[2], plan.thorough._replace(parts=5 + turn % 2), turn)
    for rule in plan.rules:
        if search.solved:
            return
        found = climb(search, rule)
        along_bound(search, found, plan.quick)
        shrink(search, found)
    for start in random.choice(len(search.now.terminals), plan.roots, replace=False):
        if not search.solved:
            climb_from(search, RULES[turn % len(RULES)], int(search.now.terminals[start]), plan.quick)
    recombine(search, plan.union, random)


def _by_ascent(search: Search, plan: Plan, random: np.random.Generator, tell: Callable[[str, float], None]) -> None:
    """Better trees and bounds by what costs no more than the map does."""
    for start in random.choice(len(search.now.terminals), plan.starts, replace=False):
        construct(search, search.now.graph.arcs.price, int(search.now.terminals[start]), plan.quick)
    recombine(search, plan.union, random)
    for turn in range(plan.turns):
        if search.solved:
            break
        tell(f"求最省的连通路网：第{turn + 1}轮改进", 0.4 + 0.5 * turn / plan.turns)
        _turn(search, plan, turn, random)


def _by_exchange(search: Search, plan: Plan, random: np.random.Generator, tell: Callable[[str, float], None]) -> bool:
    """Better trees and bounds by shares of all prices, where that fits; whether it does."""
    if search.solved or not fits(search):
        return search.solved
    tell("求最省的连通路网：逐轮收紧下界并改进", 0.5)
    return exchange(search, RULES[2], plan.quick, plan.union, plan.rounds, random)


def _solve(problem: Problem, effort: float, seed: int, tell: Callable[[str, float], None]) -> tuple[Ints, float]:
    search, random, plan = begin(problem), np.random.default_rng(seed), _plan(problem, effort)
    construct(search, problem.graph.arcs.price, problem.root, plan.quick._replace(rounds=0))
    shrink(search, climb(search, RULES[0]))
    tell("求最省的连通路网：先求出下界", 0.2)
    polish(search, own_best(search)[2], plan.quick)
    if problem.graph.nodes > USUAL_NODES and _by_exchange(search, plan, random, tell):
        return search.best, search.bound
    _by_ascent(search, plan, random, tell)
    _by_exchange(search, plan, random, tell)
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
