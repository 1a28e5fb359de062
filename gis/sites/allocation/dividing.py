"""Siting where rows may be divided between sites: a mixed-integer programme in which only the sites are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation.answers import FEASIBLE, INFEASIBLE, OPTIMAL, Allocation, share_missing
from gis.sites.allocation.arcs import OPEN
from gis.sites.allocation.exact import Programme, cheapest, fullest, programme
from layers.errors import ZutongError

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, States
    from gis.sites.allocation.rooms import Rooms

_NODES = 400_000  # branch-and-bound nodes × sites with an effort of 1
_SAME, _NOTHING = 1e-9, 1e-7


def divide(rooms: Rooms, state: States, most: int, how: tuple[float, float, int]) -> Allocation:
    """The cheapest plan, or the one that places most where not all can be placed; see `capacitated`."""
    gap, effort, _ = how
    nodes = int(50 + effort * _NODES / max(1, len(state)))
    task = programme(rooms, state, most, all_rows=True, split=True)
    found = cheapest(task, rooms, gaps=(max(gap, _SAME), 0.0), limits=(nodes, 0), start=None) if len(task.row) else None
    placed_bound = float(rooms.need[0].sum())
    everything = np.ones(len(rooms.cost))
    if found is None or found.x is None:
        loose = programme(rooms, state, most, all_rows=False, split=True)
        filled = fullest(loose, rooms.need[0], gap=_SAME, limits=(nodes, 0), start=None)
        if filled.x is None:
            raise ZutongError("求解器没有找到任何分配方案。", hint="请检查容量与需求是否有异常大的数值。")
        placed_bound = min(placed_bound, filled.bound)
        everything = np.minimum(1.0, _shares(filled.x, loose, rooms).sum(axis=1))
        found = cheapest(_only(loose, everything), rooms, gaps=(max(gap, _SAME), 0.0), limits=(nodes, 0), start=filled.x)
        found = found if found.x is not None else filled
    return _result(rooms, state, _shares(found.x if found.x is not None else np.zeros(0), task, rooms), -found.bound, placed_bound, gap)


def _only(task: Programme, shares: Floats) -> Programme:
    """The same programme, with so much of each row placed as can be."""
    problem = task.problem
    lower = problem.row_lower.copy()
    lower[: len(shares)] = np.maximum(0.0, shares - _NOTHING)
    return Programme(type(problem)(problem.lower, problem.upper, problem.whole, problem.rows, lower, problem.row_upper), task.row, task.site)


def _shares(x: Floats, task: Programme, rooms: Rooms) -> Floats:
    share = np.zeros(rooms.cost.shape)
    share[task.row, task.site] = x[rooms.cost.shape[1] :]
    return np.where(share < _NOTHING, 0.0, share)


def _result(rooms: Rooms, state: States, share: Floats, bound: float, placed_bound: float, gap: float) -> Allocation:
    is_open = (share > 0).any(axis=0) | (state == OPEN)
    used = share > 0
    total = float((rooms.cost[used] * share[used]).sum() + rooms.fixed[is_open].sum())
    bound = max(0.0, min(bound, total))
    bound = total if total - bound <= _SAME * max(1.0, total) else bound
    whole = share.sum(axis=1)
    assigned = np.where(whole > 0, share.argmax(axis=1) if share.shape[1] else 0, -1)
    placed = float((rooms.need[0] * np.minimum(1.0, whole)).sum())
    enough = OPTIMAL if share_missing(total, bound) <= gap + _SAME else FEASIBLE
    status = enough if (whole >= 1.0 - 1e-6).all() else INFEASIBLE
    return Allocation(np.flatnonzero(is_open), assigned, share, total, bound, status, placed, max(placed, placed_bound))
