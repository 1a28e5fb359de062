"""The lower bound: every row pays a price for being served, and the sites are then chosen one by one (Lagrangian relaxation of the assignment).

With prices λ the plan costs at least Σ λ_i + the sum of the best `most` of ρ_j = f_j + Σ_i min(0, c_ij - λ_i) (G. Cornuéjols, M. Fisher and
G. Nemhauser 1977). Prices rise by deflected subgradients (P. Camerini, L. Fratta and F. Maffioli 1975).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Arcs, Floats, States

_KEPT = 0.7  # share of the last direction in the next one
_PATIENCE = 15  # rounds without a better bound before the step is halved
_SHORTEST = 1e-3


class Node(NamedTuple):
    """What a part of the search knows: its bound at `price`, the sites `picked` there, their worth, how often each was picked, and rows looked at."""

    bound: float
    price: Floats
    picked: States
    worth: Floats
    often: Floats
    arcs_seen: int


@compiled
def site_worth(arcs: Arcs, price: Floats, worth: Floats) -> int:
    """Fill in what each site costs less what the rows pay for it; give how many arcs were looked at."""
    worth[:] = arcs.fixed
    seen = 0
    for row in range(len(price)):
        for at in range(arcs.first[row], arcs.first[row + 1]):
            left = arcs.cost[at] - price[row]
            if left >= 0.0:
                break
            worth[arcs.site[at]] += left
            seen += 1
    return seen


@compiled
def pick(state: States, worth: Floats, most: int, picked: States) -> float:
    """Open what must stand and the best of what may; at least one. Give their worth."""
    picked[:] = 0
    total, count = 0.0, 0
    for site in range(len(state)):
        if state[site] == 1:
            picked[site] = 1
            total += worth[site]
            count += 1
    for site in np.argsort(worth, kind="mergesort"):
        if count >= most or (worth[site] >= 0.0 and count > 0):
            break
        if state[site] == 0:
            picked[site] = 1
            total += worth[site]
            count += 1
    return total


@compiled
def slopes(arcs: Arcs, price: Floats, picked: States, slope: Floats) -> None:
    """Fill in how the bound rises with each price: one less the picked sites that serve the row."""
    for row in range(len(price)):
        slope[row] = 1.0
        for at in range(arcs.first[row], arcs.first[row + 1]):
            if arcs.cost[at] >= price[row]:
                break
            if picked[arcs.site[at]] == 1:
                slope[row] -= 1.0


@compiled
def ascend(arcs: Arcs, state: States, most: int, start: Floats, upper: float, rounds: int, pace: float) -> Node:
    """Raise the prices from `start` towards the best bound.

    Args:
        arcs: the lists.
        state: what is decided about the sites.
        most: so many sites may be open.
        start: (rows,) prices to begin with.
        upper: cost of a known plan; the run stops once the bound reaches it.
        rounds: at most so many.
        pace: first step, as a share of what is missing.
    """
    rows = len(start)
    price, best_price = start.copy(), start.copy()
    slope, way = np.empty(rows), np.zeros(rows)
    worth, best_worth, often = np.empty(len(state)), np.zeros(len(state)), np.zeros(len(state))
    picked, best_picked = np.zeros(len(state), np.int8), np.zeros(len(state), np.int8)
    best, seen, idle, done = -np.inf, 0, 0, 0
    while done < rounds and pace > _SHORTEST and best < upper:
        done += 1
        seen += site_worth(arcs, price, worth)
        bound = price.sum() + pick(state, worth, most, picked)
        slopes(arcs, price, picked, slope)
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
        price = np.minimum(np.maximum(price, 0.0), arcs.nowhere)
    return Node(best, best_price, best_picked, best_worth, often, seen)


@compiled
def settle(node: Node, state: States, most: int, upper: float) -> int:
    """Decide in `state` what no plan cheaper than `upper` does otherwise; give how many sites were decided.

    Opening one more site takes the place of the worst that was picked, if no more may be open; shutting one lets the next best in.
    """
    free_in = np.flatnonzero((state == 0) & (node.picked == 1))
    free_out = np.flatnonzero((state == 0) & (node.picked == 0))
    full = node.picked.sum() >= most
    gone = -np.inf if full else 0.0
    if len(free_in) > 0:
        dearest = node.worth[free_in].max()
        gone = dearest if full else max(0.0, dearest)
    comes = min(0.0, node.worth[free_out].min()) if len(free_out) > 0 else 0.0
    decided = 0
    for site in free_out:
        if node.bound + node.worth[site] - gone >= upper:
            state[site] = -1
            decided += 1
    for site in free_in:
        if node.bound - node.worth[site] + comes >= upper:
            state[site] = 1
            decided += 1
    return decided
