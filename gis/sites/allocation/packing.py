"""Put whole rows into open sites with limited room: in order of regret, then by shifts, exchanges and pushing one row on to make place for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled, inlined

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, Ints, States
    from gis.sites.allocation.rooms import Rooms

_LEAST = 1e-9


@inlined
def fits(rooms: Rooms, left: Floats, row: int, site: int, leaving: int) -> bool:
    """Whether the row fits into what is left at the site once another row (-1: none) has left it."""
    enough = True
    for kind in range(len(rooms.need)):
        back = rooms.need[kind, leaving] if leaving >= 0 else 0.0
        enough = enough and rooms.need[kind, row] <= left[kind, site] + back
    return enough


@inlined
def move(rooms: Rooms, left: Floats, assigned: Ints, row: int, site: int) -> None:
    """Put the row into another site (-1: none), and keep account of the room."""
    for kind in range(len(rooms.need)):
        if assigned[row] >= 0:
            left[kind, assigned[row]] += rooms.need[kind, row]
        if site >= 0:
            left[kind, site] -= rooms.need[kind, row]
    assigned[row] = site


@inlined
def price_of(rooms: Rooms, nowhere: Floats, row: int, site: int) -> float:
    """What the row costs where it is."""
    return float(rooms.cost[row, site] if site >= 0 else nowhere[row])


@compiled
def pack(rooms: Rooms, nowhere: Floats, sites: Ints, order: Ints, assigned: Ints) -> Floats:
    """Put rows in this order into the cheapest site that has room; give the room that is left."""
    left = rooms.room.copy()
    assigned[:] = -1
    for row in order:
        best = -1
        for site in sites:
            if price_of(rooms, nowhere, row, site) < price_of(rooms, nowhere, row, best) and fits(rooms, left, row, site, -1):
                best = site
        if best >= 0:
            move(rooms, left, assigned, row, best)
    return left


@compiled
def shift(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats) -> bool:
    """Move single rows to cheaper sites with room."""
    better = False
    least = two_cheapest(rooms, sites)[0]
    for row in range(len(assigned)):
        if price_of(rooms, nowhere, row, assigned[row]) <= least[row]:
            continue
        for site in sites:
            if rooms.cost[row, site] < price_of(rooms, nowhere, row, assigned[row]) - _LEAST and fits(rooms, left, row, site, -1):
                move(rooms, left, assigned, row, site)
                better = True
    return better


@compiled
def exchange(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats) -> bool:
    """Exchange the sites of two rows."""
    better = False
    cost = rooms.cost
    least = two_cheapest(rooms, sites)[0]
    for row in range(len(assigned)):
        for other in range(row):
            a, b = assigned[row], assigned[other]
            if a == b:
                continue
            now = (cost[row, a] if a >= 0 else nowhere[row]) + (cost[other, b] if b >= 0 else nowhere[other])
            if least[row] + least[other] >= now:
                continue
            then = (cost[row, b] if b >= 0 else nowhere[row]) + (cost[other, a] if a >= 0 else nowhere[other])
            if then >= now - _LEAST * max(1.0, now):
                continue
            if (b < 0 or fits(rooms, left, row, b, other)) and (a < 0 or fits(rooms, left, other, a, row)):
                move(rooms, left, assigned, other, -1)
                move(rooms, left, assigned, row, b)
                move(rooms, left, assigned, other, a)
                better = True
    return better


@compiled
def two_cheapest(rooms: Rooms, sites: Ints) -> tuple[Floats, Floats, Ints]:
    """Of the open sites: the least cost of each row, the next one, and the site of the first."""
    rows = len(rooms.cost)
    least, second, where = np.full(rows, np.inf), np.full(rows, np.inf), np.full(rows, -1)
    for row in range(rows):
        for site in sites:
            cost = rooms.cost[row, site]
            if cost < least[row]:
                least[row], second[row], where[row] = cost, least[row], site
            elif cost < second[row]:
                second[row] = cost
    return least, second, where


@inlined
def third_site(rooms: Rooms, left: Floats, sites: Ints, other: int, site: int, mine: int, most: float) -> int:
    """The first open site with room that takes the row over from `site` for less than `most` more; -1 if none does."""
    found = -1
    for third in sites:
        more = rooms.cost[other, third] - rooms.cost[other, site]
        if found < 0 and third != site and third != mine and more < most and fits(rooms, left, other, third, -1):  # noqa: PLR1714 - for the compiler
            found = third
    return found


@compiled
def make_way(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats) -> bool:
    """Put a row where there is no room for it by pushing one on from there to a third site."""
    better = False
    least, second, where = two_cheapest(rooms, sites)
    for row in range(len(assigned)):
        for other in range(len(assigned)):
            if price_of(rooms, nowhere, row, assigned[row]) <= least[row] + _LEAST:
                break
            site, mine = assigned[other], assigned[row]
            if other == row or site < 0 or site == mine:
                continue
            saved = price_of(rooms, nowhere, row, mine) - rooms.cost[row, site] - _LEAST
            away = (second[other] if where[other] == site else least[other]) - rooms.cost[other, site]
            if saved <= 0.0 or away >= saved or not fits(rooms, left, row, site, other):
                continue
            third = third_site(rooms, left, sites, other, site, mine, saved)
            if third >= 0:
                move(rooms, left, assigned, other, third)
                move(rooms, left, assigned, row, site)
                better = True
    return better


@compiled
def total_cost(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints) -> float:
    """Cost of all rows and of the open sites."""
    total = rooms.fixed[sites].sum()
    for row in range(len(assigned)):
        total += price_of(rooms, nowhere, row, assigned[row])
    return float(total)


@compiled
def improve(rooms: Rooms, nowhere: Floats, sites: Ints, assigned: Ints, left: Floats) -> None:
    """Shift, exchange and make way until nothing helps."""
    better = True
    while better:
        better = shift(rooms, nowhere, sites, assigned, left)
        better = exchange(rooms, nowhere, sites, assigned, left) or better
        better = make_way(rooms, nowhere, sites, assigned, left) or better


@compiled
def settle_rows(rooms: Rooms, nowhere: Floats, is_open: States, order: Ints, assigned: Ints) -> float:
    """Pack the open sites and improve until nothing helps; fill in the sites of the rows, give the cost."""
    sites = np.flatnonzero(is_open == 1)
    left = pack(rooms, nowhere, sites, order, assigned)
    improve(rooms, nowhere, sites, assigned, left)
    return total_cost(rooms, nowhere, sites, assigned)


def orders(rooms: Rooms, is_open: States) -> list[Ints]:
    """Orders worth trying: the rows that lose most if they miss their best open site, then the largest."""
    cost = np.sort(np.where(is_open == 1, rooms.cost, np.inf), axis=1)
    with np.errstate(invalid="ignore"):
        regret = cost[:, 1] - cost[:, 0] if cost.shape[1] > 1 else np.zeros(len(cost))
    regret = np.where(np.isnan(regret), 0.0, regret)
    size = (rooms.need / np.maximum(rooms.room.max(axis=1, keepdims=True), _LEAST)).max(axis=0)
    return [np.argsort(-key, kind="stable") for key in (regret, size)]
