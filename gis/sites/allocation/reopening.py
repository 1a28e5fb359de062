"""Search over the open sites where room is limited: open one, shut one or exchange two, and re-assign only whom that concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled
from gis.sites.allocation.packing import fits, improve, move, shift, total_cost

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, Ints, States
    from gis.sites.allocation.rooms import Rooms

_LEAST = 1e-9  # of the cost: smaller savings are rounding


@compiled
def room_left(rooms: Rooms, assigned: Ints) -> Floats:
    """What is left at each site, (kinds, sites)."""
    left = rooms.room.copy()
    for row in range(len(assigned)):
        if assigned[row] >= 0:
            for kind in range(len(left)):
                left[kind, assigned[row]] -= rooms.need[kind, row]
    return left


@compiled
def two_with_room(rooms: Rooms, nowhere: Floats, left: Floats, sites: Ints, row: int) -> tuple[int, float, float]:
    """The cheapest site with room for the row (-1: none), what it costs there, and at the next one."""
    where, least, second = -1, nowhere[row], nowhere[row]
    for site in sites:
        cost = rooms.cost[row, site]
        if cost < second and fits(rooms, left, row, site, -1):
            if cost < least:
                where, least, second = site, cost, least
            else:
                second = cost
    return where, least, second


@compiled
def move_in(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats, into: int) -> None:
    """Fill a new site with the rows that save most by it, for the room they need."""
    saved = np.zeros(len(assigned))
    for row in range(len(assigned)):
        if rooms.cost[row, into] < np.inf:
            now = rooms.cost[row, assigned[row]] if assigned[row] >= 0 else two_with_room(rooms, nowhere, left, sites, row)[1]
            saved[row] = now - rooms.cost[row, into]
    rows = np.flatnonzero(saved > 0.0)
    size = rooms.need[0][rows] + 1e-9 * (1.0 + rooms.need[0].max())
    for at in np.argsort(-saved[rows] / size, kind="mergesort"):
        if fits(rooms, left, rows[at], into, -1):
            move(rooms, left, assigned, rows[at], into)


@compiled
def find_places(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats) -> None:
    """Place rows that have none, those first that lose most if they miss their best place."""
    rows = np.flatnonzero(assigned < 0)
    regret = np.empty(len(rows))
    for at in range(len(rows)):
        _, least, second = two_with_room(rooms, nowhere, left, sites, rows[at])
        regret[at] = second - least
    for at in np.argsort(-regret, kind="mergesort"):
        where = two_with_room(rooms, nowhere, left, sites, rows[at])[0]
        if where >= 0:
            move(rooms, left, assigned, rows[at], where)


@compiled
def reopened(rooms: Rooms, nowhere: Floats, is_open: States, assigned: Ints, pair: tuple[int, int], good: float) -> float:
    """Fill in the plan once the first of the pair is open and the second shut (-1: neither); give its cost. Finished only where that may end below `good`."""
    into, out = pair
    if into >= 0:
        is_open[into] = 1
    if out >= 0:
        is_open[out] = 0
    sites, left = np.flatnonzero(is_open == 1), room_left(rooms, assigned)
    for row in range(len(assigned)):
        if out >= 0 and assigned[row] == out:
            move(rooms, left, assigned, row, -1)
    if into >= 0:
        move_in(rooms, nowhere, sites, assigned, left, into)
    find_places(rooms, nowhere, sites, assigned, left)
    shift(rooms, nowhere, sites, assigned, left)
    if total_cost(rooms, nowhere, sites, assigned) < good:
        improve(rooms, nowhere, sites, assigned, left)
    return float(total_cost(rooms, nowhere, sites, assigned))


@compiled
def reopen(rooms: Rooms, nowhere: Floats, state: States, most: int, plan: tuple[States, Ints], slack: float, tries: int) -> tuple[float, int]:
    """Improve a plan in place until no site opened, shut or exchanged saves anything.

    Args:
        rooms: costs, needs, room.
        nowhere: what leaving a row out costs.
        state: sites that must stand or must not.
        most: so many sites may be open.
        plan: the open sites (1) and the site of each row.
        slack: a try is finished only if its first draft costs no more than this above the plan.
        tries: at most so many.

    Returns:
        The cost, and the tries that are left.
    """
    is_open, assigned = plan
    sites = len(state)
    best = total_cost(rooms, nowhere, np.flatnonzero(is_open == 1), assigned)
    at, since, moves = 0, 0, (sites + 1) * (sites + 1)
    while since < moves and tries > 0:
        into, out = at // (sites + 1) - 1, at % (sites + 1) - 1
        at, since = (at + 1) % moves, since + 1
        if into >= 0 and (is_open[into] == 1 or state[into] != 0 or (out < 0 and is_open.sum() >= most)):
            continue
        if (out >= 0 and (is_open[out] != 1 or state[out] != 0)) or (into < 0 and out < 0):
            continue
        tries -= 1
        other_open, other = is_open.copy(), assigned.copy()
        cost = reopened(rooms, nowhere, other_open, other, (into, out), best + slack)
        if cost < best - _LEAST * max(1.0, abs(best)):
            best, since = cost, 0
            is_open[:], assigned[:] = other_open, other
    return float(best), tries
