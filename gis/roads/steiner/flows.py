"""A better lower bound: the prices of arcs are shared among the terminals, and the shares are moved to where they count.

If every terminal gets a share of the price of each arc, the sum of what each pays at least for its way to the root, at its own shares, is a lower
bound, whatever the shares (dual of the flow formulation, Wong 1984). Ascent gives an arc to whoever comes first. Here the shares are moved by
first-order steps (Chambolle & Pock 2011, preconditioned as by Pock & Chambolle 2011) between potentials, which say what a terminal pays from each
node on, and flows, which say where it goes; the start is the ascent and a known tree. However far the steps have come, the bound is then taken
from the shares by exact cheapest ways, so it is a bound at any time.

Only nodes near the balls of the ascent have a potential of their own: for the others a terminal pays nothing, as at the root.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.roads.steiner.dual_ascent import Rule, ascend
from gis.roads.steiner.heap import Heap, clear, make_heap, pop, push
from gis.roads.steiner.problem import Bounded, Problem
from gis.roads.steiner.reduce import both_ways

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Arcs, Floats, Ints, Ints32

Reals = NDArray[np.float32]
# Flow that moves when the potentials of an edge's users together ask for as much again as its price.
WORTH = 0.1
# Over-relaxation: less than 2 (Condat 2013). Flows below DUST are none.
STRIDE, DUST = 1.9, 1e-6


class Seats(NamedTuple):
    """Potentials: seat i is `owner[i]`'s at a node, those of node v at `first[v]:first[v + 1]`; the last seat is nobody's and stays zero.

    `height` is what the owner pays from there on, `net` what flows in and does not flow out, `step` how far to move for that.
    """

    first: Ints
    owner: Ints32
    height: Reals
    net: Reals
    step: Reals


class Flows(NamedTuple):
    """Flows of edge e's users at `first[e]:first[e + 1]`: from `tail` to `tip` (seats at its ends a and b), negative the other way."""

    first: Ints
    tail: Ints32
    tip: Ints32
    flow: Reals


class Limits(NamedTuple):
    """Ends of edges, what all users together may pay for one from a to b and from b to a, and how much flow a height is worth there."""

    a: Ints
    b: Ints
    along: Floats
    against: Floats
    weight: Reals


class Market(NamedTuple):
    """Who pays what for which edge."""

    limits: Limits
    seats: Seats
    flows: Flows


@compiled
def _shave(wish: Floats, size: int, sign: float, total: float, limit: float) -> None:
    """Bring payments of one sign, which sum to `total`, to the nearest that sum to at most `limit`."""
    off, count = 0.0, 0
    for at in range(size):
        count += sign * wish[at] > 0
    while count > 0:
        off, rest, more = (total - limit) / count, 0.0, 0
        for at in range(size):
            if sign * wish[at] > off:
                more += 1
                rest += sign * wish[at]
        if more >= count:
            break
        count, total = more, rest
    for at in range(size):
        if sign * wish[at] > 0:
            wish[at] = sign * max(0.0, sign * wish[at] - off)


@compiled
def _pay(limits: Limits, edge: int, wish: Floats, size: int) -> bool:
    """Bring what users wish to pay for an edge to what they may pay for it; whether that is less."""
    along, against = 0.0, 0.0
    for at in range(size):
        if wish[at] > 0:
            along += wish[at]
        else:
            against -= wish[at]
    if along > limits.along[edge]:
        _shave(wish, size, 1.0, along, limits.along[edge])
    if against > limits.against[edge]:
        _shave(wish, size, -1.0, against, limits.against[edge])
    return bool(along > limits.along[edge] or against > limits.against[edge])


@compiled
def _users(seats: Seats, u: int, v: int, tail: Ints32, tip: Ints32) -> int:
    """The owners of seats at u or v, each once: their seats there, or nobody's."""
    at, to, size = seats.first[u], seats.first[v], 0
    nobody = len(seats.owner) - 1
    while at < seats.first[u + 1] or to < seats.first[v + 1]:
        one = seats.owner[at] if at < seats.first[u + 1] else np.int32(2**31 - 1)
        two = seats.owner[to] if to < seats.first[v + 1] else np.int32(2**31 - 1)
        tail[size], tip[size] = (at if one <= two else nobody), (to if two <= one else nobody)
        at += one <= two
        to += two <= one
        size += 1
    return size


@compiled
def _make_flows(limits: Limits, seats: Seats, owners: int) -> Flows:
    first = np.zeros(len(limits.a) + 1, np.int64)
    tail, tip = np.empty(2 * owners, np.int32), np.empty(2 * owners, np.int32)
    for edge in range(len(limits.a)):
        first[edge + 1] = first[edge] + _users(seats, limits.a[edge], limits.b[edge], tail, tip)
    tails, tips = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    for edge in range(len(limits.a)):
        _users(seats, limits.a[edge], limits.b[edge], tails[first[edge] :], tips[first[edge] :])
    return Flows(first, tails, tips, np.zeros(first[-1], np.float32))


@compiled
def _seat(seats: Seats, node: int, owner: int) -> int:
    for at in range(seats.first[node], seats.first[node + 1]):
        if seats.owner[at] == owner:
            return int(at)
    return len(seats.owner) - 1


@compiled
def _follow(seats: Seats, flows: Flows, arcs: Arcs, limits: Limits, terminals: Ints, guide: Ints32) -> None:
    """One unit for each terminal along the known tree."""
    for owner in range(len(terminals)):
        node = terminals[owner]
        while guide[node] >= 0:
            for place in range(arcs.first[node], arcs.first[node + 1]):
                edge = arcs.edge[place]
                if arcs.head[place] != guide[node]:
                    continue
                here = limits.b[edge] == node
                own, other = _seat(seats, node, owner), _seat(seats, guide[node], owner)
                tail, tip = (other, own) if here else (own, other)
                for at in range(flows.first[edge], flows.first[edge + 1]):
                    if flows.tail[at] == tail and flows.tip[at] == tip and (own < len(seats.owner) - 1 or other < len(seats.owner) - 1):
                        flows.flow[at] = 1.0 if here else -1.0
            node = guide[node]


@compiled
def _move_flows(limits: Limits, seats: Seats, flows: Flows, wish: Floats) -> None:
    """Flow goes where the potentials together ask more than the price."""
    for edge in range(len(limits.a)):
        begin, end = flows.first[edge], flows.first[edge + 1]
        weight = np.float64(limits.weight[edge])
        scale, flowing = 1 / weight, False
        for at in range(begin, end):
            rise = seats.height[flows.tip[at]] - seats.height[flows.tail[at]]
            wish[at - begin] = flows.flow[at] * scale + rise
            flowing |= flows.flow[at] != 0
        if not _pay(limits, edge, wish, end - begin) and not flowing:
            continue
        for at in range(begin, end):
            rise = seats.height[flows.tip[at]] - seats.height[flows.tail[at]]
            more = weight * (rise - wish[at - begin])
            flow = flows.flow[at] + 2 * more
            seats.net[flows.tip[at]] += flow
            seats.net[flows.tail[at]] -= flow
            flows.flow[at] += STRIDE * more
            if abs(flows.flow[at]) < DUST:
                flows.flow[at] = 0


@compiled
def _move_heights(seats: Seats, homes: Ints) -> None:
    """Potentials rise where more is wanted than flows in."""
    for home in homes:
        seats.net[home] -= 1.0
    for at in range(len(seats.owner) - 1):
        seats.height[at] -= STRIDE * seats.step[at] * seats.net[at]
        seats.net[at] = 0.0
    seats.net[len(seats.owner) - 1] = 0.0


@compiled
def _move(limits: Limits, seats: Seats, flows: Flows, homes: Ints, steps: int) -> None:
    most = np.diff(flows.first).max()
    wish = np.empty(most)
    for _ in range(steps):
        _move_flows(limits, seats, flows, wish)
        _move_heights(seats, homes)


@compiled
def _payments(limits: Limits, seats: Seats, flows: Flows) -> Floats:
    """What each user of each edge pays: as near to the potentials as the prices allow."""
    most = np.diff(flows.first).max()
    wish = np.empty(most)
    paid = np.empty(len(flows.tail))
    for edge in range(len(limits.a)):
        begin, size = flows.first[edge], flows.first[edge + 1] - flows.first[edge]
        for at in range(size):
            wish[at] = np.float64(seats.height[flows.tip[begin + at]]) - np.float64(seats.height[flows.tail[begin + at]])
        _pay(limits, edge, wish, size)
        paid[begin : begin + size] = wish[:size]
    return paid


@compiled
def _share(market: Market, paid: Floats, edge: int, node: int, seat: int) -> float:
    """What the owner of a seat at the node pays for the arc over an edge into that node."""
    here = market.limits.b[edge] == node
    for at in range(market.flows.first[edge], market.flows.first[edge + 1]):
        if (market.flows.tip[at] if here else market.flows.tail[at]) == seat:
            return float(max(0.0, paid[at] if here else -paid[at]))
    return 0.0


@compiled
def _cheapest(arcs: Arcs, market: Market, paid: Floats, heap: Heap, done: Ints32, terminal: int, owner: int) -> tuple[float, int]:
    """What an owner pays at least from its terminal to where it has no seat; `done` gets the nodes on this side."""
    push(heap, terminal, 0.0)
    size, nobody = 0, len(market.seats.owner) - 1
    while heap.held[0] > 0:
        node = heap.order[0]
        cost = heap.key[node]
        seat = _seat(market.seats, node, owner)
        if seat == nobody:
            return cost, size
        done[size] = pop(heap)
        size += 1
        for place in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[place]
            if heap.key[other] > cost:
                more = cost + _share(market, paid, arcs.edge[place], node, seat)
                if more < heap.key[other]:
                    push(heap, other, more)
    return np.inf, size


@compiled
def _settle(arcs: Arcs, market: Market, terminals: Ints, left: Floats) -> float:
    """The bound that the potentials as they are give; what it uses is taken off `left`."""
    paid, bound = _payments(market.limits, market.seats, market.flows), 0.0
    heap, done = make_heap(len(arcs.first) - 1), np.empty(len(arcs.first) - 1, np.int32)
    for owner in range(len(terminals)):
        cost, size = _cheapest(arcs, market, paid, heap, done, terminals[owner], owner)
        bound += cost
        for at in range(size):
            node = done[at]
            for place in range(arcs.first[node], arcs.first[node + 1]):
                off = min(heap.key[arcs.head[place]], cost) - heap.key[node]
                if off > 0:
                    left[place] = max(0.0, left[place] - off)
        clear(heap, done, size)
    return bound


def _make_seats(problem: Problem, height: Reals, margin: int, step: Floats) -> Seats:
    """Seats where the ascent gave a height and up to `margin` edges around, never at the root."""
    graph, owners = problem.graph, height.shape[1]
    node, owner = np.nonzero(height > 0)
    code = node * owners + owner
    rim = code
    for _ in range(margin):
        counts = np.diff(graph.arcs.first)[rim // owners]
        starts = np.repeat(graph.arcs.first[rim // owners] - (np.cumsum(counts) - counts), counts)
        around = graph.arcs.head[starts + np.arange(counts.sum())].astype(np.int64) * owners + np.repeat(rim % owners, counts)
        rim = np.setdiff1d(around, code)
        code = np.union1d(code, rim)
    code = code[code // owners != problem.root]
    node, owner = code // owners, code % owners
    first = np.searchsorted(node, np.arange(graph.nodes + 1))
    start = np.append(height[node, owner], 0).astype(np.float32)
    return Seats(first, np.append(owner, -1).astype(np.int32), start, np.zeros(len(start), np.float32), np.append(step[node], 0).astype(np.float32))


def _limits(problem: Problem) -> tuple[Limits, Floats]:
    """Limits of all edges, and the step of each node: what makes the steps converge (Pock & Chambolle 2011) with flows of the order of one."""
    graph, worth = problem.graph, WORTH / problem.graph.cost
    into_a, into_b = both_ways(graph.arcs, len(graph.a), np.repeat(np.arange(graph.nodes), np.diff(graph.arcs.first)), graph.a, problem.price)
    at_node = np.bincount(graph.a, worth, graph.nodes) + np.bincount(graph.b, worth, graph.nodes)
    return Limits(graph.a, graph.b, into_b, into_a, (worth / 2).astype(np.float32)), 1 / at_node


def share_prices(problem: Problem, guide: Ints32, rule: Rule, steps: int, margin: int) -> Bounded:
    """A lower bound on every tree that joins the terminals to the root, better than that of ascent alone.

    Args:
        problem: what is to be joined.
        guide: for every node the one before it in a known tree (-1 elsewhere).
        rule: of the ascent before and after.
        steps: how many times all flows and potentials move.
        margin: how many edges beyond the balls of the ascent the terminals have potentials.

    Returns:
        The bound and what is left of the prices.
    """
    height = np.zeros((problem.graph.nodes, len(problem.terminals)), np.float32)
    first = ascend(problem, rule, guide=guide, height=height)
    if not np.isfinite(first.bound):
        return first
    limits, step = _limits(problem)
    seats = _make_seats(problem, height, margin, step)
    flows = _make_flows(limits, seats, len(problem.terminals))
    arcs, ends = problem.graph.arcs, problem.terminals
    _follow(seats, flows, arcs, limits, ends, guide)
    homes = np.array([_seat(seats, end, owner) for owner, end in enumerate(ends.tolist())])
    _move(limits, seats, flows, homes, steps)
    left = problem.price.copy()
    bound = _settle(arcs, Market(limits, seats, flows), ends, left)
    rest = ascend(replace(problem, price=left), rule, guide=guide)
    found = Bounded(bound + rest.bound, rest.left)
    return found if found.bound > first.bound else first
