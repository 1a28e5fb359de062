"""The roads of a plan as a tree, and who uses which part of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.steiner import make_graph
from gis.roads.steiner.problem import rooted_tree
from gis.sites.choice.problem import NEITHER, ROAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.choice.decide import Plan
    from gis.sites.choice.problem import Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class PlanTree:
    """The roads of a plan, from the root outward.

    Attributes:
        nodes: nodes of the graph, root first, (t,).
        parent: place of the node before each, `NONE` for the root.
        edge: edge of the graph from there, `NONE` for the root.
        price: 元 of that edge, 0 for the root.
        end: place at which each group uses the roads, (n,): its home, or the site to which it moves; `NONE`: neither.
        users: how many groups use the edge to each node.
    """

    nodes: Ints
    parent: Ints
    edge: Ints
    price: Floats
    end: Ints
    users: Ints

    def way(self, group: int) -> list[int]:
        """Places of the nodes on a group's way to the root, the root left out."""
        found, at = list[int](), int(self.end[group])
        while at > 0:
            found.append(at)
            at = int(self.parent[at])
        return found

    def own(self, group: int) -> list[int]:
        """Those on its way that nobody else uses."""
        return [at for at in self.way(group) if self.users[at] == 1]

    def pairs(self) -> tuple[Ints, Ints]:
        """Who uses what: places of nodes (the edge to each), and groups."""
        ways = [(at, group) for group in range(len(self.end)) for at in self.way(group)]
        place, group = np.array(ways, dtype=np.int64).reshape(-1, 2).T
        return place, group


def make_tree(problem: Problem, plan: Plan) -> PlanTree:
    """Hang the edges of a plan on the root; what nobody uses falls off."""
    graph, edges = problem.graph, plan.edges
    own = np.unique(np.concatenate([graph.a[edges], graph.b[edges], [problem.root]]))
    small = make_graph(len(own), np.searchsorted(own, graph.a[edges]), np.searchsorted(own, graph.b[edges]), graph.cost[edges])
    target = np.where(plan.answer == ROAD, problem.home, problem.root)
    moved = plan.answer >= 0
    target[moved] = problem.site[plan.answer[moved]]
    ends = np.searchsorted(own, target[plan.answer != NEITHER])
    nodes, before, over = rooted_tree(small, np.arange(len(edges)), int(np.searchsorted(own, problem.root)), np.unique(ends))
    place = np.full(len(own), NONE, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    end = np.full(len(plan.answer), NONE, dtype=np.int64)
    end[plan.answer != NEITHER] = place[ends]
    parent = np.where(before >= 0, place[before], NONE)
    known = np.append(edges, NONE)[over]
    price = np.where(known >= 0, np.append(graph.cost, 0.0)[known], 0.0)
    return PlanTree(own[nodes], parent, known, price, end, _users(parent, end))


def _users(parent: Ints, end: Ints) -> Ints:
    users = np.bincount(end[end > 0], minlength=len(parent))
    for at in range(len(parent) - 1, 0, -1):
        users[parent[at]] += users[at]
    return users
