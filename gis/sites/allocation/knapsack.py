"""The lower bound where room is limited: prices as in `relax`, and every site fills its room with what pays best (a knapsack).

With whole numbers the knapsack is solved exactly, else by its fractions; with several kinds of room the tightest kind alone counts. Each is a
relaxation, so the bound holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled
from gis.sites.allocation.relax import Node, pick

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, Ints, States
    from gis.sites.allocation.rooms import Rooms

_KEPT, _PATIENCE, _SHORTEST = 0.7, 15, 1e-3  # as in `relax`
_NEW = 0.05  # share of the last round in the running mean


@compiled
def by_fractions(gain: Floats, need: Floats, room: float, taken: Floats) -> float:
    """Fill by gain per need, the last one in part; give the gain and fill in the shares."""
    taken[:] = 0.0
    total, left = 0.0, room
    for item in np.argsort(-gain / np.maximum(need, 1e-12), kind="mergesort"):
        share = 1.0 if need[item] <= left else left / need[item]
        taken[item] = share
        total += share * gain[item]
        left -= share * need[item]
        if share < 1.0:
            break
    return total


@compiled
def by_whole_numbers(gain: Floats, need: Floats, room: int, taken: Floats) -> float:
    """The best of all ways to fill whole room with whole needs; give the gain and fill in which are taken."""
    best = np.zeros(room + 1)
    took = np.zeros((len(gain), room + 1), np.bool_)
    for item in range(len(gain)):
        size = int(need[item])
        for used in range(room, size - 1, -1):
            other = best[used - size] + gain[item]
            if other > best[used]:
                best[used] = other
                took[item, used] = True
    used = room
    for item in range(len(gain) - 1, -1, -1):
        taken[item] = 1.0 if took[item, used] else 0.0
        if took[item, used]:
            used -= int(need[item])
    return float(best[room])


@compiled
def fill_site(rooms: Rooms, site: int, price: Floats, whole: int, taken: Floats) -> tuple[float, Ints]:
    """What the rows pay at most for this site's room, and which rows pay; fill in how much of each is `taken` (by place in that list)."""
    rows = np.flatnonzero(price > rooms.cost[:, site])
    gain = price[rows] - rooms.cost[:, site][rows]
    best, trial = gain.sum(), np.ones(len(rows))
    taken[: len(rows)] = 1.0
    for kind in range(len(rooms.need)):
        need, room = rooms.need[kind][rows], rooms.room[kind, site]
        if need.sum() <= room:
            continue
        value = by_whole_numbers(gain, need, int(room), trial) if whole == 1 else by_fractions(gain, need, room, trial)
        if value < best:
            best = value
            taken[: len(rows)] = trial
    return best, rows


@compiled
def ascend_rooms(rooms: Rooms, state: States, most: int, start: Floats, upper: float, rounds: int, whole: int) -> tuple[Node, Floats]:
    """Raise the prices as `relax.ascend` does; with `whole` 1 room is filled exactly.

    Also gives the shares (sites, rows) in which the sites served the rows of late: near the best prices, those of the linear programme
    (F. Barahona and R. Anbil 2000).
    """
    rows, sites = rooms.cost.shape
    price, best_price, pace = start.copy(), start.copy(), 0.5
    slope, way, taken = np.empty(rows), np.zeros(rows), np.empty(rows)
    worth, best_worth, often = np.empty(sites), np.zeros(sites), np.zeros(sites)
    picked, best_picked = np.zeros(sites, np.int8), np.zeros(sites, np.int8)
    serves, lately = np.zeros((sites, rows)), np.zeros((sites, rows))
    best, seen, idle = -np.inf, 0, 0
    while rounds > 0 and pace > _SHORTEST and best < upper:
        rounds -= 1
        serves[:] = 0.0
        for site in range(sites):
            value, paying = fill_site(rooms, site, price, whole, taken)
            worth[site] = rooms.fixed[site] - value
            serves[site][paying] = taken[: len(paying)]
            seen += rows
        bound = price.sum() + pick(state, worth, most, picked)
        slope[:] = 1.0
        for site in range(sites):
            if picked[site] == 1:
                slope -= serves[site]
                lately[site] += _NEW / (1.0 - _NEW) * serves[site]
        lately *= 1.0 - _NEW
        often *= 0.9
        often += 0.1 * picked
        idle += 1
        if bound > best:
            idle = 0 if bound > best + 1e-5 * abs(upper - best) else idle
            best = bound
            best_price[:], best_worth[:], best_picked[:] = price, worth, picked
        if idle >= _PATIENCE:
            idle, pace = 0, pace / 2.0
            price[:] = best_price
        way *= _KEPT
        way += (1.0 - _KEPT) * slope
        length = (way * way).sum()
        if length <= 0.0:
            break
        price += way * (pace * (1.02 * upper - bound) / length)
        price = np.maximum(price, 0.0)
    return Node(best, best_price, best_picked, best_worth, often, seen), lately
