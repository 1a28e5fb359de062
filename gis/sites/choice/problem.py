"""Road or move, as a problem on a graph: what joins each group to the network, what it costs to move it, and how many households a site holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.steiner import shortest_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.steiner import Graph

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

ROAD = -1
"""Answer of a group that is joined to the network; an answer ≥ 0 is the site to which it moves."""
NEITHER = -2
"""Answer of a group that can neither be joined nor moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """n groups, m sites, one graph of roads that may be built.

    Attributes:
        graph: nodes and edges with prices, 元.
        root: the node of the network that is there.
        home: node of each group, (n,); -1 where nobody knows where it lies.
        stay_cny: what it costs to let the group stay, its road left out, (n,); inf: it may not stay, or no way leads there.
        site: node of each site, (m,); the root where the site needs no road, -1 where nobody knows where it lies.
        fixed_cny: what it costs to open the site, its road left out, (m,).
        move_cny: what it costs to move a group to a site, (n, m); inf: not allowed.
        demand: households of each group, (n,).
        capacity: households that each site can take in, (m,).
    """

    graph: Graph
    root: int
    home: Ints
    stay_cny: Floats
    site: Ints
    fixed_cny: Floats
    move_cny: Floats
    demand: Floats
    capacity: Floats

    @property
    def may_stay(self) -> Bools:
        """Groups that may be joined by road."""
        return np.isfinite(self.stay_cny)

    @property
    def may_move(self) -> Bools:
        """Groups that may move to one site at least."""
        return np.asarray(np.isfinite(self.move_cny).any(axis=1))

    def only_road(self, which: Bools) -> Problem:
        """The problem in which these groups may not move."""
        return replace(self, move_cny=np.where(which[:, None], np.inf, self.move_cny))

    def only_move(self, which: Bools) -> Problem:
        """The problem in which these groups may not stay."""
        return replace(self, stay_cny=np.where(which, np.inf, self.stay_cny))

    def part(self, which: Bools) -> Problem:
        """The problem of some of the groups."""
        names = ("home", "stay_cny", "move_cny", "demand")
        return replace(self, **{name: getattr(self, name)[which] for name in names})


def within_reach(problem: Problem) -> Problem:
    """The problem in which nobody stays where no way leads, and nobody moves where no way leads or who is too many for a site."""
    alone = shortest_from(problem.graph, np.array([problem.root]))[0]
    reached = np.append(np.isfinite(alone), False)  # -1: no node
    fits = (problem.demand[:, None] <= problem.capacity[None, :]) & reached[problem.site][None, :]
    return replace(
        problem,
        stay_cny=np.where(reached[problem.home], problem.stay_cny, np.inf),
        site=np.where(problem.site >= 0, problem.site, problem.root),
        move_cny=np.where(fits, problem.move_cny, np.inf),
    )
