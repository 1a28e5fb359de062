"""The search for a good tree and a good bound: each makes the other better, and both make the problem smaller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.steiner.construct import cheapest_tree, repeat_paths
from gis.roads.steiner.dual_ascent import Rule, ascend
from gis.roads.steiner.improve import improve
from gis.roads.steiner.problem import Problem
from gis.roads.steiner.reduce import restricted, twins, useful_arcs

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Flags, Floats, Ints, Ints32
    from gis.roads.steiner.improve import Effort
    from gis.roads.steiner.problem import Bounded

POOL = 12


@dataclass(slots=True)
class Search:
    """What is known so far of a problem. Trees are kept as edges of `base`; `ids` tells what the edges of `now` are there."""

    base: Problem
    now: Problem
    ids: Ints
    whole: bool
    best: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    cost: float = np.inf
    bound: float = 0.0
    pool: list[Ints] = field(default_factory=list)

    @property
    def solved(self) -> bool:
        """Whether nothing is left to be gained."""
        return self.bound >= self.cost * (1 - 1e-10)

    @property
    def limit(self) -> float:
        """Trees that cost more than this are of no interest: where all prices are whole numbers the next better one is one less."""
        return self.cost - 1 + 1e-6 if self.whole else self.cost * (1 + 1e-9)


def begin(problem: Problem) -> Search:
    """Nothing is known yet."""
    cost = problem.graph.cost
    whole = bool((cost == np.rint(cost)).all()) and float(cost.sum()) < 2**50
    return Search(problem, problem, np.arange(len(cost)), whole)


def offer(search: Search, edges: Ints) -> None:
    """Take note of a tree of the problem as it is now."""
    tree = search.ids[edges]
    cost = float(search.base.graph.cost[tree].sum())
    search.pool.append(tree)
    if cost < search.cost * (1 - 1e-12):
        search.best, search.cost = tree, cost


def raise_bound(search: Search, bound: float) -> None:
    """Take note of a bound of the problem as it is now: it holds for trees that are better than the best known."""
    if search.whole and np.isfinite(bound):
        bound = float(np.ceil(bound - 1e-6))
    search.bound = max(search.bound, min(bound, search.cost))


def polish(search: Search, inside: Flags, look: Effort, skip: int = 0) -> None:
    """Improve a tree, given by its nodes, and take note of it."""
    now = search.now
    inside = improve(now.graph.arcs, inside, now.root, now.terminals, look, skip=skip)
    edges, _ = cheapest_tree(now.graph.arcs, inside, now.root, now.terminals)
    offer(search, edges)


def construct(search: Search, price: Floats, start: int, look: Effort) -> None:
    """A tree by repeated shortest paths from a node at these prices, improved."""
    now = search.now
    ends = np.append(now.terminals, now.root)
    polish(search, repeat_paths(now.graph.arcs, price, start, ends[ends != start]), look)


def own_best(search: Search) -> tuple[Ints, Ints32, Flags]:
    """The best tree in the problem as it is now: its edges, the node before each node, and its nodes."""
    now = search.now
    edges = np.searchsorted(search.ids, search.best)
    inside = np.zeros(now.graph.nodes, np.bool_)
    inside[now.graph.a[edges]] = inside[now.graph.b[edges]] = True
    inside[now.root] = True
    _, guide = cheapest_tree(now.graph.arcs, inside, now.root, now.terminals)
    return edges, guide, inside


def climb(search: Search, rule: Rule, *, guided: bool = True) -> Bounded:
    """A bound by ascent, guided by the best tree."""
    _, guide, _ = own_best(search)
    found = ascend(search.now, rule, guide=guide if guided else None)
    raise_bound(search, found.bound)
    return found


def shrink(search: Search, found: Bounded, worth: float = 1.0) -> None:
    """Leave out what, by a bound, no better tree uses, if at most the share `worth` of the edges is left; the best tree stays."""
    if not np.isfinite(found.bound) or search.solved:
        return
    edges, _, _ = own_best(search)
    small = restricted(search.now, useful_arcs(search.now, found, search.limit), edges)
    if len(small.origin) <= worth * len(search.now.origin):
        search.ids, search.now = search.ids[small.origin], small


def climb_from(search: Search, rule: Rule, start: int, look: Effort) -> None:
    """A bound with a terminal in the place of the root: which node is called so makes no difference to the trees, but it does to ascent."""
    now = search.now
    arcs, ends = now.graph.arcs, np.append(now.terminals, now.root)
    other = Problem(now.graph, start, ends[ends != start], now.origin, arcs.price)
    edges, _, inside = own_best(search)
    _, guide = cheapest_tree(arcs, inside, start, other.terminals)
    found = ascend(other, rule, guide=guide)
    raise_bound(search, found.bound)
    if not np.isfinite(found.bound) or search.solved:
        return
    twin = twins(arcs, len(now.graph.a))
    use = useful_arcs(other, found, search.limit)
    small = restricted(now, (use | use[twin]) & np.isfinite(now.price), edges)
    along_bound(search, found, look)
    if search.cost < search.base.graph.cost[search.ids[edges]].sum() * (1 - 1e-12):
        return
    search.ids, search.now = search.ids[small.origin], small


def along_bound(search: Search, found: Bounded, look: Effort) -> None:
    """A tree over arcs of which the bound left nothing."""
    if not np.isfinite(found.bound):
        return
    now = search.now
    tight = np.minimum(found.left, found.left[twins(now.graph.arcs, len(now.graph.a))]) <= 0
    construct(search, np.where(tight, now.graph.arcs.price, np.inf), now.root, look)


def recombine(search: Search, look: Effort, random: np.random.Generator) -> None:
    """Improve among the edges of the trees known so far."""
    base, costs = search.base, [float(search.base.graph.cost[tree].sum()) for tree in search.pool]
    order = np.argsort(costs, kind="stable")[:POOL]
    search.pool = [search.pool[at] for at in order]
    edges = np.unique(np.concatenate(search.pool))
    use = np.zeros(len(base.graph.a), np.bool_)
    use[edges] = True
    small = restricted(base, use[base.graph.arcs.edge], edges)
    union = Search(base, small, small.origin, search.whole, search.best, search.cost)
    _, _, inside = own_best(union)
    polish(union, inside, look)
    nodes = np.append(small.terminals, small.root)
    for start in random.choice(nodes, min(len(nodes), 4), replace=False):
        construct(union, small.graph.arcs.price, int(start), look)
    search.pool += union.pool
    if union.cost < search.cost:
        search.best, search.cost = union.best, union.cost
