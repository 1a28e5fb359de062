"""Who finds room: groups that are to move, kept whole, against the places that the sites have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from gis.solver import INF, Effort, solve
from gis.solver import Problem as Programme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.choice.problem import Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_THOROUGH, _QUICK = Effort(gap=1e-3, gap_absolute=0.5, nodes=100, looks=100), Effort(gap=1e-2, gap_absolute=0.5, nodes=5, looks=20)
_HALF = 0.5
NOWHERE = -1
"""The same number as `ROAD`: who is not moved stays, where it may."""


def find_room(problem: Problem, wanted: Bools, *, first: Bools | None = None) -> Ints:
    """A place for each group that can be placed together with the others: as many households as possible.

    Args:
        problem: sites, and who may move where.
        wanted: groups that are to move.
        first: those among them that come before the others, and for whom there is room; the others are not packed as tightly as they could be.

    Returns:
        A site for each group; `NOWHERE` for those that find no room, and those that are not to move.
    """
    allowed = np.isfinite(problem.move_cny) & (problem.demand[:, None] <= problem.capacity[None, :]) & wanted[:, None]
    placed = _largest_first(allowed, problem.demand, problem.capacity)
    if (placed[allowed.any(axis=1)] != NOWHERE).all():
        return placed
    if first is None:
        return _most(allowed, problem, np.zeros(len(wanted), dtype=bool), _THOROUGH)
    return _most(allowed, problem, first & wanted, _QUICK)


def _largest_first(allowed: Bools, demand: Floats, capacity: Floats) -> Ints:
    """The largest choose first and take the fullest site that holds them."""
    left, placed = capacity.astype(float).copy(), np.full(len(demand), NOWHERE, dtype=np.int64)
    for group in np.lexsort((np.arange(len(demand)), -demand)).tolist():
        roomy = np.flatnonzero(allowed[group] & (left >= demand[group]))
        if len(roomy):
            placed[group] = roomy[np.argmin(left[roomy])]
            left[placed[group]] -= demand[group]
    return placed


def _most(allowed: Bools, problem: Problem, first: Bools, effort: Effort) -> Ints:
    group, site = np.nonzero(allowed)
    pairs, size = np.arange(len(group)), problem.move_cny.shape
    once = coo_array((np.ones(len(pairs)), (group, pairs)), shape=(size[0], len(pairs)))
    room = coo_array((problem.demand[group], (site, pairs)), shape=(size[1], len(pairs)))
    most = np.minimum(problem.capacity, float(problem.demand.sum()))
    programme = Programme(
        np.zeros(len(pairs)),
        np.ones(len(pairs)),
        np.ones(len(pairs), dtype=bool),
        csr_array(vstack([once, room])),
        np.concatenate([(first & allowed.any(axis=1)).astype(float), np.full(size[1], -INF)]),
        np.concatenate([np.ones(size[0]), most]),
    )
    # A group without a known household still counts: one more each.
    found = solve(programme, problem.demand[group] + 1.0, effort=effort)
    placed = np.full(size[0], NOWHERE, dtype=np.int64)
    if found.x is not None:
        taken = found.x > _HALF
        placed[group[taken]] = site[taken]
    return placed
