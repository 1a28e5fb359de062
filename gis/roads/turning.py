"""Kernels of the turn-aware search: what must at least be paid, and the cheapest way over (node, heading)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Net(NamedTuple):
    """A sheet as the kernels want it, nodes numbered row by row.

    Attributes:
        price: 元 of each step from each node, shape (nodes, headings); `inf` where there is none.
        heights: metres.
        grade: limit at each node.
        shifts: what each heading adds to a node's number.
        lengths: of a step in each heading, metres.
    """

    price: NDArray[np.float64]
    heights: NDArray[np.float64]
    grade: NDArray[np.float64]
    shifts: NDArray[np.int64]
    lengths: NDArray[np.float64]


class Charges(NamedTuple):
    """元 per metre of rise over the limit, per metre of height that is missing; metres of cut and fill that are allowed."""

    excess: float
    missing: float
    cut: float
    fill: float


class _Labels(NamedTuple):
    """Of each state (node times headings + heading): least cost, design heights that can be had there, the state before, whether settled."""

    cost: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    before: NDArray[np.int64]
    settled: NDArray[np.bool_]


@compiled
def _push(
    keys: NDArray[np.float64], items: NDArray[np.int64], size: int, key: float, item: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
    """Add to a binary heap (ties: the smaller item first, so that the order never depends on history)."""
    if size == len(keys):
        keys = np.concatenate((keys, np.empty_like(keys)))
        items = np.concatenate((items, np.empty_like(items)))
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] < key or (keys[above] == key and items[above] <= item):
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return keys, items, size + 1


@compiled
def _pop(keys: NDArray[np.float64], items: NDArray[np.int64], size: int) -> tuple[float, int, int]:
    """Take the smallest off a binary heap: its key, its item, and the size that is left."""
    key, item = keys[0], items[0]
    size -= 1
    last_key, last_item = keys[size], items[size]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        right = child + 1
        if right < size and (keys[right] < keys[child] or (keys[right] == keys[child] and items[right] < items[child])):
            child = right
        if last_key < keys[child] or (last_key == keys[child] and last_item <= items[child]):
            break
        keys[at], items[at] = keys[child], items[child]
        at = child
    keys[at], items[at] = last_key, last_item
    return key, item, size


@compiled
def _step(net: Net, charges: Charges, node: int, heading: int) -> tuple[float, float]:
    """Price of a step that exists, and the rise that the grade limit allows on it."""
    other = node + net.shifts[heading]
    rise = 0.5 * (net.grade[other] + net.grade[node]) * net.lengths[heading]
    cost = net.price[node, heading] + max(abs(net.heights[other] - net.heights[node]) - rise, 0.0) * charges.excess
    return cost, rise


@compiled
def least_to_go(net: Net, goal: int, charges: Charges) -> NDArray[np.float64]:
    """What must at least be paid from each node to the goal: no turns, no missing height; `inf` where the goal cannot be reached."""
    least = np.full(len(net.heights), np.inf)
    keys, items, size = np.empty(1024), np.empty(1024, np.int64), 0
    least[goal] = 0.0
    keys, items, size = _push(keys, items, size, 0.0, goal)
    while size > 0:
        key, node, size = _pop(keys, items, size)
        if key > least[node]:
            continue
        for heading in range(len(net.shifts)):
            if net.price[node, heading] == np.inf:
                continue
            other = node + net.shifts[heading]
            cost = key + _step(net, charges, node, heading)[0]
            if cost < least[other]:
                least[other] = cost
                keys, items, size = _push(keys, items, size, cost, other)
    return least


@compiled
def _reach(floor: float, roof: float, low: float, high: float) -> tuple[float, float, float]:
    """Design heights between floor and roof that can be had out of [low, high]: lowest, highest, and the metres missing if there are none."""
    bottom, top = max(low, floor), min(high, roof)
    if bottom <= top:
        return bottom, top, 0.0
    nearest = floor if high < floor else roof
    return nearest, nearest, bottom - top


@compiled
def _labels(states: int) -> _Labels:
    return _Labels(np.full(states, np.inf), np.zeros(states), np.zeros(states), np.full(states, -1, np.int64), np.zeros(states, np.bool_))


@compiled
def _improve(net: Net, charges: Charges, labels: _Labels, state: int, heading: int, turn: float, goal: int) -> float:
    """Try a step out of a state; the cost of the state that it leads to if that became cheaper, else `inf`."""
    node = state // len(net.shifts)
    other = node + net.shifts[heading]
    to = other * len(net.shifts) + heading
    if labels.settled[to]:
        return np.inf
    cost, rise = _step(net, charges, node, heading)
    # The design must meet the ground at the end, and stay near it elsewhere.
    near = 0.0 if other == goal else 1.0
    floor, roof = net.heights[other] - near * charges.cut, net.heights[other] + near * charges.fill
    low, high, missing = _reach(floor, roof, labels.low[state] - rise, labels.high[state] + rise)
    cost += labels.cost[state] + turn + missing * charges.missing
    if cost >= labels.cost[to]:
        return np.inf
    labels.cost[to], labels.low[to], labels.high[to], labels.before[to] = cost, low, high, state
    return float(cost)


@compiled
def _back(labels: _Labels, last: int, headings: int) -> NDArray[np.int64]:
    """Nodes from the start to a state."""
    count, at = 1, last
    while labels.before[at] >= 0:
        at = labels.before[at]
        count += 1
    nodes = np.empty(count, np.int64)
    at = last
    for place in range(count - 1, -1, -1):
        nodes[place] = at // headings
        at = labels.before[at]
    return nodes


@compiled
def follow(
    net: Net, start: int, goal: int, turns: NDArray[np.float64], charges: Charges, least: NDArray[np.float64]
) -> tuple[float, NDArray[np.int64]]:
    """The cheapest way from start to goal (A*), and its nodes; `inf` and none if there is no way.

    Args:
        net: the sheet.
        start: node; any heading may be taken there.
        goal: node.
        turns: price of following one heading by another, `inf` where no curve fits, shape (headings, headings).
        charges: what else is paid.
        least: of `least_to_go`.
    """
    headings = len(net.shifts)
    labels = _labels(len(net.heights) * headings)
    keys, items, size = np.empty(4096), np.empty(4096, np.int64), 0
    for heading in range(headings):
        state = start * headings + heading
        labels.cost[state] = 0.0
        labels.low[state] = labels.high[state] = net.heights[start]
        keys, items, size = _push(keys, items, size, least[start], state)
    while size > 0:
        _, state, size = _pop(keys, items, size)
        if labels.settled[state]:
            continue
        labels.settled[state] = True
        node = state // headings
        if node == goal:
            return labels.cost[state], _back(labels, state, headings)
        for heading in range(headings):
            turn = 0.0 if node == start else turns[state % headings, heading]
            if turn < np.inf and net.price[node, heading] < np.inf:
                cost = _improve(net, charges, labels, state, heading, turn, goal)
                if cost < np.inf:
                    other = node + net.shifts[heading]
                    keys, items, size = _push(keys, items, size, cost + least[other], other * headings + heading)
    return np.inf, np.empty(0, np.int64)
