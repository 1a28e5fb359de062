"""The shared network: the cheapest tree that joins all wanted groups to the hardened network, and what each group would cost alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.planning import NETWORK
from gis.roads.steiner import make_graph, shortest_from, solve_steiner
from gis.roads.terminals import attach, escapes

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from gis.roads.planning import PlanningGraph
    from gis.roads.steiner import Graph, SteinerTree

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Trunk:
    """A planned network.

    Attributes:
        planning: the graph, with a node for every group that has a location.
        tree: from `solve_steiner`; its cost leaves out what must-do projects cost.
        node: node of each group; -1 where nobody knows where it lies.
        wanted: groups that the network has to reach.
        reached: wanted groups that it does reach; the others have no way to the network at all.
        escaped: groups whose last metres cross ground on which nothing may be built, because no other way reaches them.
        must_cny: what all must-do projects cost, used by the tree or not.
        alone_cny: what joining each group would cost if it were the only one (must-do projects are there); NaN where there is no way.
        join_cny: least cost of joining each group to the tree; 0 for those reached.
    """

    planning: PlanningGraph
    tree: SteinerTree
    node: Ints
    wanted: Bools
    reached: Bools
    escaped: Bools
    must_cny: float
    alone_cny: Floats
    join_cny: Floats

    @property
    def cost(self) -> float:
        """元: the tree and all must-do projects, overhead included."""
        return self.tree.cost + self.must_cny

    @property
    def bound(self) -> float:
        """No network on the same graph costs less than this."""
        return self.tree.bound + self.must_cny

    @property
    def gap(self) -> float:
        """Share of the cost that could at most be saved."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0

    @property
    def alone_total(self) -> float:
        """元: every reached group by itself, and the must-do projects."""
        return float(self.alone_cny[self.reached].sum()) + self.must_cny

    @property
    def ratio(self) -> float:
        """How many times the shared network the groups would cost, each planned by itself; 1 where there is nothing to pay."""
        return self.alone_total / self.cost if self.cost > 0 else 1.0


def plan_trunk(
    planning: PlanningGraph,
    groups: gpd.GeoDataFrame,
    *,
    wanted: ArrayLike | None = None,
    effort: float = 1.0,
    seed: int = 0,
    tell: Callable[[str, float], None] | None = None,
) -> Trunk:
    """Join groups to the network at least total cost.

    Args:
        planning: from `planning_graph`.
        groups: points, any CRS.
        wanted: which of them the network has to reach (all, if not given); for the others it is only said what joining them would cost.
        effort: of the search (`solve_steiner`).
        seed: likewise.
        tell: called with a sentence and the share done.

    Returns:
        The network with cost and bound; never fails because a group cannot be reached, see `Trunk.reached`.
    """
    located, xy = locations(groups, planning)
    asked = np.ones(len(groups), dtype=bool) if wanted is None else np.asarray(wanted, dtype=bool)
    must = planning.must_cny
    larger, at = attach(planning, xy)
    node = np.full(len(groups), -1, dtype=np.int64)
    node[located] = at
    larger, graph, escaped = with_escapes(larger, np.unique(node[located & asked]))
    tree = solve_steiner(graph, NETWORK, np.unique(node[located & asked]), effort=effort, seed=seed, tell=tell)
    alone, join = _from(graph, np.array([NETWORK]), node), _from(graph, tree.nodes, node)
    reached = located & asked & np.isfinite(alone)
    return Trunk(larger, tree, node, asked, reached, np.isin(node, escaped), must, alone, join)


def with_escapes(planning: PlanningGraph, node: Ints) -> tuple[PlanningGraph, Graph, Ints]:
    """Make the graph that is searched, with ways over forbidden ground for those places that it does not reach otherwise.

    Args:
        planning: with the places (`gis.roads.terminals.attach`).
        node: nodes that have to be reached.

    Returns:
        The planning graph with those ways, the same as a graph with prices, and the nodes that needed them.
    """
    graph = make_graph(planning.nodes, *planning.edges())
    reachable = np.isfinite(shortest_from(graph, np.array([NETWORK]))[0])
    stuck = node[~reachable[node]]
    if len(stuck) == 0:
        return planning, graph, stuck
    del graph  # two of them at once would be most of the memory that a plan needs
    larger = planning.with_more(np.zeros((0, 2)), escapes(planning, stuck, reachable))
    return larger, make_graph(larger.nodes, *larger.edges()), stuck


def locations(groups: gpd.GeoDataFrame, planning: PlanningGraph) -> tuple[Bools, Floats]:
    """Which groups have a location, (n,), and the coordinates of those that have, in the CRS of the ground (for an area a point inside)."""
    shapes = np.asarray(groups.geometry.to_crs(planning.ground.crs).array, dtype=object)
    # What is missing or empty, or cannot be projected, has no finite bounds.
    located = np.asarray(np.isfinite(shapely.bounds(shapes)).all(axis=1))
    return located, shapely.get_coordinates(shapely.point_on_surface(shapes[located])).reshape(-1, 2)


def _from(graph: Graph, sources: Ints, node: Ints) -> Floats:
    """Least cost from the sources to each group; NaN without a location or a way."""
    cost = np.append(shortest_from(graph, sources)[0], np.inf)[node]
    return np.where(np.isfinite(cost), cost, np.nan)
