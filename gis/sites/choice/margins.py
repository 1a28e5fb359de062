"""For each group: what its road adds to the plan, what the other answer would cost, and from what price of its road on it would move.

Everything else stays as it is in the plan. A group that stays would save the roads that nobody else uses, and would pay the cheapest move for which there is
room, with opening a closed site and the road to it. A group that moves would save its move (and the site with its road, if nobody else is there), and would
pay the cheapest way to the other roads of the plan. Ways are sought on the roads from which the plan was chosen; as the plan is the best on those, no group
gains by changing alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.roads.steiner import make_graph, shortest_from
from gis.sites.choice.problem import ROAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.steiner import Graph
    from gis.sites.choice.decide import Plan
    from gis.sites.choice.problem import Problem
    from gis.sites.choice.skeleton import Skeleton
    from gis.sites.choice.tree import PlanTree

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Margins(NamedTuple):
    """元 of each group, (n,); NaN where there is no such answer.

    Attributes:
        road: what its road adds to the plan: saved if a group that stays is left out, paid if a group that moves is joined after all.
        move: what moving adds to the plan, likewise.
        site: the site of that move; -1 where there is none.
    """

    road: Floats
    move: Floats
    site: Ints


def find_margins(problem: Problem, plan: Plan, tree: PlanTree, skeleton: Skeleton) -> Margins:
    """What both answers add to the plan, for each group by itself.

    Args:
        problem: of the study.
        plan: of the study.
        tree: roads of the plan.
        skeleton: the roads that were looked at.
    """
    looked_at = _small(problem, skeleton)
    road, move = np.full(len(plan.answer), np.nan), np.full(len(plan.answer), np.nan)
    site = np.full(len(plan.answer), -1, dtype=np.int64)
    used = _used(problem, plan)
    for group, answer in enumerate(plan.answer.tolist()):
        own = tree.own(group)
        saved = float(tree.price[own].sum())
        others = np.setdiff1d(tree.nodes, tree.nodes[own])
        if answer == ROAD:
            road[group] = saved
            if problem.may_move[group]:
                move[group], site[group] = _cheapest_move(problem, group, used, looked_at.from_nodes(others))
        elif answer >= 0:
            alone = used[answer] == problem.demand[group] and (plan.answer == answer).sum() == 1
            move[group], site[group] = problem.move_cny[group, answer] + (problem.fixed_cny[answer] + saved) * alone, answer
            if problem.may_stay[group]:
                road[group] = looked_at.from_nodes(others)[problem.home[group]]
    return Margins(road, np.where(np.isfinite(move), move, np.nan), np.where(np.isfinite(move), site, -1))


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    """The roads that were looked at as a graph of their own: its nodes by their numbers in the whole graph, and how many nodes that has."""

    graph: Graph
    nodes: Ints
    whole: int

    def from_nodes(self, sources: Ints) -> Floats:
        """What it costs to join each node of the whole graph to these; inf where that is not known."""
        cost = np.full(self.whole, np.inf)
        cost[self.nodes] = shortest_from(self.graph, np.flatnonzero(np.isin(self.nodes, sources)))[0]
        return cost


def _small(problem: Problem, skeleton: Skeleton) -> _Small:
    links = [(a, b, stretch.price) for block in skeleton.blocks for a, b, stretch in block.links]
    a, b, price = (np.array(column) for column in zip(*links, strict=True)) if links else (np.zeros(0),) * 3
    own = np.unique(np.concatenate([a, b, [problem.root]])).astype(np.int64)
    graph = make_graph(len(own), np.searchsorted(own, a), np.searchsorted(own, b), price)
    return _Small(graph, own, problem.graph.nodes)


def _used(problem: Problem, plan: Plan) -> Floats:
    """Households that move to each site."""
    taken = plan.answer >= 0
    return np.asarray(np.bincount(plan.answer[taken], weights=problem.demand[taken], minlength=len(problem.site)), dtype=float)


def _cheapest_move(problem: Problem, group: int, used: Floats, way: Floats) -> tuple[float, int]:
    """The cheapest move for which there is room, and where to."""
    closed = used == 0
    price = problem.move_cny[group] + np.where(closed, problem.fixed_cny + way[problem.site], 0.0)
    price = np.where(used + problem.demand[group] <= problem.capacity, price, np.inf)
    site = int(np.argmin(price))
    return float(price[site]), site
