"""The same problems as mixed-integer programmes, for what search and prices leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from gis.sites.allocation.arcs import OPEN, SHUT
from gis.solver import INF, Answer, Effort, Problem, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.allocation.arcs import States
    from gis.sites.allocation.rooms import Rooms

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LINKED = 60_000  # so many arcs get their own row "only where the site is open"; beyond, the rows of room must do


class Programme(NamedTuple):
    """Columns: the sites, then one for each (row, site) that is allowed."""

    problem: Problem
    row: Ints
    site: Ints

    def start(self, is_open: States, assigned: Ints) -> Floats:
        """A plan as values of the columns."""
        return np.concatenate([(is_open == OPEN).astype(np.float64), (assigned[self.row] == self.site).astype(np.float64)])


def programme(rooms: Rooms, state: States, most: int, *, all_rows: bool, split: bool) -> Programme:
    """Rows into sites.

    Args:
        rooms: cost, needs, room.
        state: what is decided about the sites.
        most: so many sites may be open.
        all_rows: every row has to be placed; else it may.
        split: rows may be divided.
    """
    row, site = np.nonzero(np.isfinite(rooms.cost) & (state != SHUT))
    rows, sites = rooms.cost.shape
    places, arcs = sites + np.arange(len(row)), len(row)
    blocks = [(row, places, np.ones(arcs))]
    lower, upper = [np.full(rows, 1.0 if all_rows else 0.0)], [np.ones(rows)]
    at = rows
    for need, room in zip(rooms.need, rooms.room, strict=True):
        blocks += [(at + site, places, need[row]), (at + np.arange(sites), np.arange(sites), -room)]
        lower, upper, at = [*lower, np.full(sites, -INF)], [*upper, np.zeros(sites)], at + sites
    blocks.append((np.full(sites, at), np.arange(sites), np.ones(sites)))
    lower, upper, at = [*lower, np.full(1, -INF)], [*upper, np.full(1, float(most))], at + 1
    # A row that needs no room is not held by the rows of room.
    linked = np.flatnonzero((rooms.need[:, row] <= 0).all(axis=0) | (arcs <= _LINKED and all_rows))
    count = len(linked)
    blocks += [(at + np.arange(count), places[linked], np.ones(count)), (at + np.arange(count), site[linked], np.full(count, -1.0))]
    lower, upper, at = [*lower, np.full(count, -INF)], [*upper, np.zeros(count)], at + count
    lines, columns, values = (np.concatenate(part) for part in zip(*blocks, strict=True))
    table = csr_array(coo_array((values, (lines, columns)), shape=(at, sites + arcs)))
    ends = (np.concatenate([state == OPEN, np.zeros(arcs)]).astype(np.float64), np.concatenate([state != SHUT, np.ones(arcs)]).astype(np.float64))
    whole = np.concatenate([np.ones(sites, dtype=np.bool_), np.full(arcs, not split)])
    return Programme(Problem(*ends, whole, table, np.concatenate(lower), np.concatenate(upper)), row, site)


def cheapest(task: Programme, rooms: Rooms, *, gaps: tuple[float, float], limits: tuple[int, int], start: Floats | None) -> Answer:
    """Least cost, within a relative and an absolute gap and limits of nodes and looks; value and bound of the answer are negative costs."""
    objective = -np.concatenate([rooms.fixed, rooms.cost[task.row, task.site]])
    scale = max(1.0, float(np.abs(objective).max(initial=1.0)))
    found = solve(task.problem, objective / scale, effort=Effort(gaps[0], max(1e-9, gaps[1] / scale), *limits), start=start)
    return Answer(found.x, found.value * scale, found.bound * scale, found.proved)


def fullest(task: Programme, weight: Floats, *, gap: float, limits: tuple[int, int], start: Floats | None) -> Answer:
    """Most weight placed."""
    sites = len(task.problem.lower) - len(task.row)
    objective = np.concatenate([np.zeros(sites), weight[task.row]])
    return solve(task.problem, objective, effort=Effort(gap, 1e-6, *limits), start=start)
