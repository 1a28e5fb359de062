"""Roads and sites as one Steiner tree on the whole graph: a bound on every plan, and the roads that are worth looking at.

Each site hangs on its node by an edge that costs what opening it costs. Each group is a leaf: an edge to its home costs what staying costs, an edge to
each site costs the move. A tree that joins the root to all leaves says who stays, who moves where, which sites open and which roads are built. To
every edge at a leaf a constant is added (and taken off the result) that is dearer than any detour: so no tree passes through a leaf, and a group is
reached by road or moved, never both.

Capacities are relaxed: a household in site j pays λ_j ≥ 0 more, and opening the site brings λ_j · capacity back. With any λ the bound of that tree,
less what was brought back, is a bound on every plan that keeps the capacities (Lagrangian relaxation; Geoffrion 1974).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.roads.steiner import make_graph, shortest_from, solve_steiner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.choice.problem import Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

HASTE = 0.3
"""Effort of `solve_steiner`: on the demonstration county the bound is the same as with 1, in a quarter of the time."""


class Joint(NamedTuple):
    """A bound on every plan, and the edges (of the problem's graph) of the tree that was found."""

    bound: float
    edges: Ints


def joint_tree(problem: Problem, prices: Floats | None = None, *, effort: float = HASTE, seed: int = 0) -> Joint:
    """Roads and sites at once.

    Args:
        problem: every group may stay or move.
        prices: λ of each site, 元 a household; 0 if not given: capacities are left out.
        effort: of `solve_steiner`.
        seed: likewise.

    Returns:
        A bound on every plan of the problem, and the roads of a plan at these prices (which need not keep the capacities).
    """
    if not len(problem.home):
        return Joint(0.0, np.zeros(0, dtype=np.int64))
    rent = np.zeros(len(problem.site)) if prices is None else prices
    opening = problem.fixed_cny - rent * _roomy(problem)
    constant = _no_way_through(problem, opening)
    ends, price = _leaves(problem, rent, np.maximum(opening, 0.0), constant)
    graph, own = problem.graph, len(problem.graph.cost)
    nodes = graph.nodes + len(problem.site) + len(problem.home)
    larger = make_graph(nodes, np.concatenate([graph.a, ends[0]]), np.concatenate([graph.b, ends[1]]), np.concatenate([graph.cost, price]))
    leaf = graph.nodes + len(problem.site) + np.arange(len(problem.home))
    tree = solve_steiner(larger, problem.root, leaf, effort=effort, seed=seed)
    bound = tree.bound - constant * len(leaf) + float(np.minimum(opening, 0.0).sum())
    return Joint(bound, tree.edges[tree.edges < own])


def _roomy(problem: Problem) -> Floats:
    """Capacities, endless ones brought down to what all groups together need."""
    return np.minimum(problem.capacity, float(problem.demand.sum()))


def _no_way_through(problem: Problem, opening: Floats) -> float:
    """More than any way through a leaf could save: a way from the root, and the dearest opening."""
    alone = shortest_from(problem.graph, np.array([problem.root]))[0]
    ways = alone[np.concatenate([problem.home[problem.may_stay], problem.site])]
    return 1.0 + float(ways[np.isfinite(ways)].max(initial=0.0)) + float(np.maximum(opening, 0.0).max(initial=0.0))


def _leaves(problem: Problem, rent: Floats, opening: Floats, constant: float) -> tuple[tuple[Ints, Ints], Floats]:
    """Both ends and the prices of the edges at sites and leaves."""
    site = problem.graph.nodes + np.arange(len(problem.site))
    leaf = problem.graph.nodes + len(site) + np.arange(len(problem.home))
    stays = np.flatnonzero(problem.may_stay)
    group, to = np.nonzero(np.isfinite(problem.move_cny))
    move = problem.move_cny[group, to] + rent[to] * problem.demand[group]
    ends = np.concatenate([problem.site, problem.home[stays], site[to]]), np.concatenate([site, leaf[stays], leaf[group]])
    return ends, np.concatenate([opening, constant + problem.stay_cny[stays], constant + move])
