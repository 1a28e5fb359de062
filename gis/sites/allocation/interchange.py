"""Search by interchange: open one site, shut one, or exchange two, as long as that saves anything.

The gain of every pair is had from one pass over the rows (R. Whitaker 1983, in the form of M. Resende and R. Werneck 2007); local optima are left
by shaking (N. Mladenović and P. Hansen 1997).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled
from gis.sites.allocation.arcs import FREE, OPEN, Arcs, two_nearest

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, Ints, Sites, States

_LEAST = 1e-9  # of the cost: smaller savings are rounding
_SHAKES = 4  # exchanges at most in one shake


@compiled
def gains(arcs: Arcs, place: Sites, near: Sites, first: Floats, second: Floats, gain: Floats, extra: Floats) -> Floats:
    """Fill in what opening each shut site saves alone, and what each pair saves more; give what shutting each open site costs.

    `place` numbers the open sites (-1: shut); `extra` is (open, sites).
    """
    loss = np.zeros(len(extra))
    gain[:] = -arcs.fixed
    extra[:] = 0.0
    for row in range(len(near)):
        mine = place[near[row]] if near[row] >= 0 else -1
        if mine >= 0:
            loss[mine] += second[row] - first[row]
        for at in range(arcs.first[row], arcs.first[row + 1]):
            cost = arcs.cost[at]
            if cost >= second[row]:
                break
            site = arcs.site[at]
            if place[site] >= 0:
                continue
            if cost < first[row]:
                gain[site] += first[row] - cost
            if mine >= 0:
                extra[mine, site] += second[row] - max(cost, first[row])
    return loss


@compiled
def best_move(arcs: Arcs, state: States, sites: Ints, gain: Floats, loss: Floats, extra: Floats, most: int) -> tuple[float, int, int]:
    """What the best move saves, which site it opens and which place of `sites` it shuts (-1: none); at most `most` may be open."""
    saved, into, out = 0.0, -1, -1
    for site in range(len(gain)):
        if gain[site] > saved and len(sites) < most and state[site] == 0:
            saved, into, out = gain[site], site, -1
    for place in range(len(sites)):
        if state[sites[place]] != 0:
            continue
        back = arcs.fixed[sites[place]] - loss[place]
        if back > saved and len(sites) > 1:
            saved, into, out = back, -1, place
        for site in range(len(gain)):
            if state[site] == 0 and gain[site] + extra[place, site] + back > saved:
                saved, into, out = gain[site] + extra[place, site] + back, site, place
    return saved, into, out


@compiled
def descend(arcs: Arcs, state: States, is_open: States, most: int) -> tuple[float, int]:
    """Improve `is_open` in place to a local optimum.

    Args:
        arcs: the lists.
        state: sites that must stand or must not.
        is_open: 1 for open sites; keeps to `state`.
        most: so many sites may be open.

    Returns:
        The cost with fixed costs, and how often the rows were gone through.
    """
    rows, all_sites = len(arcs.first) - 1, len(arcs.fixed)
    near, first, second = np.empty(rows, np.int32), np.empty(rows), np.empty(rows)
    gain, place = np.empty(all_sites), np.empty(all_sites, np.int32)
    passes = 0
    while True:
        sites = np.flatnonzero(is_open == 1)
        place[:] = -1
        for at in range(len(sites)):
            place[sites[at]] = at
        total = two_nearest(arcs, is_open, near, first, second) + arcs.fixed[sites].sum()
        extra = np.empty((len(sites), all_sites))
        loss = gains(arcs, place, near, first, second, gain, extra)
        for site in sites:
            gain[site] = -np.inf
        saved, into, out = best_move(arcs, state, sites, gain, loss, extra, most)
        passes += 1
        if saved <= _LEAST * max(1.0, abs(total)):
            return total, passes
        if into >= 0:
            is_open[into] = 1
        if out >= 0:
            is_open[sites[out]] = 0


def shaken(state: States, is_open: States, rng: np.random.Generator) -> States:
    """The same plan with a few sites exchanged."""
    out = np.flatnonzero((is_open == OPEN) & (state == FREE))
    into = np.flatnonzero((is_open != OPEN) & (state == FREE))
    count = min(int(rng.integers(2, _SHAKES + 1)), len(out), len(into))
    other = is_open.copy()
    other[rng.choice(out, count, replace=False)] = FREE
    other[rng.choice(into, count, replace=False)] = OPEN
    return other
