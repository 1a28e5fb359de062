"""Of plans that cost the same the one in which people move the least far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from gis.solver import INF, Effort, solve
from gis.solver import Problem as Programme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.choice.decide import Plan
    from gis.sites.choice.problem import Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_EFFORT = Effort(gap=1e-3, gap_absolute=1e-3, nodes=20, looks=20)
_HALF = 0.5


def move_nearest(problem: Problem, plan: Plan, far: Floats) -> Plan:
    """The plan with those who move at the nearest of the sites that cost nothing more.

    Args:
        problem: of the plan.
        plan: the best plan.
        far: kilometres from each group to each site, (n, m).

    Returns:
        A plan with the same cost (or less, where a site that costs something is no longer needed): the same groups move, to sites that are open in the plan or
        cost nothing to open.
    """
    moved = np.flatnonzero(plan.answer >= 0)
    open_sites = np.union1d(plan.answer[moved], np.flatnonzero((problem.fixed_cny == 0) & (problem.site == problem.root)))
    if len(open_sites) <= 1:
        return plan
    move = problem.move_cny[np.ix_(moved, open_sites)]
    group, site = np.nonzero(np.isfinite(move))
    price, weight = move[group, site], problem.demand[moved[group]]
    start = (open_sites[site] == plan.answer[moved[group]]).astype(float)
    programme = _programme((group, site), weight, price, problem.capacity[open_sites], float(price @ start), len(moved))
    found = solve(programme, -far[moved[group], open_sites[site]] * weight, effort=_EFFORT, start=start)
    if found.x is None:
        return plan
    taken = found.x > _HALF
    answer = plan.answer.copy()
    answer[moved[group[taken]]] = open_sites[site[taken]]
    return replace(plan, answer=answer)


def _programme(pairs: tuple[Ints, Ints], weight: Floats, price: Floats, room: Floats, budget: float, groups: int) -> Programme:
    """Everybody moves, nobody where there is no room, at no greater cost."""
    group, site = pairs
    at = np.arange(len(group))
    once = coo_array((np.ones(len(at)), (group, at)), shape=(groups, len(at)))
    full = coo_array((weight, (site, at)), shape=(len(room), len(at)))
    rows = csr_array(vstack([once, full, csr_array(price[None, :])]))
    most = np.concatenate([np.ones(groups), np.minimum(room, weight.sum()), [budget + 0.005]])
    least = np.concatenate([np.ones(groups), np.full(len(room) + 1, -INF)])
    return Programme(np.zeros(len(at)), np.ones(len(at)), np.ones(len(at), dtype=bool), rows, least, most)
