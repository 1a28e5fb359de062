"""A better lower bound: the prices of arcs are shared among the terminals, and the shares are moved to where they count.

If every terminal gets a share of the price of each arc, the sum of what each pays at least for its way to the root, at its own shares, is a lower
bound, whatever the shares (dual of the flow formulation, Wong 1984). Ascent gives an arc to whoever comes first. Here the shares are moved by
alternating directions (Gabay & Mercier 1976) between flows, which say where a terminal goes, and potentials, which say what it pays from each node
on. Each move lets all potentials of the map answer at once, by the Laplacian of the graph, so a hundred moves do what would take thousands if each
node only heard from its neighbours. However far the moves have come, the bound is then taken from the shares by exact cheapest ways, so it is a
bound at any time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.dual_ascent import Rule, ascend
from gis.roads.steiner.heap import Heap, clear, make_heap, pop, push
from gis.roads.steiner.laplacian import Factor, Reals, potentials, take_apart_laplacian
from gis.roads.steiner.problem import Bounded, Problem
from gis.roads.steiner.reduce import both_ways

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Arcs, Floats, Ints, Ints32

# How much flow moves when the potentials of an edge's users together ask for as much again as its price.
WORTH = 1.0
# Over-relaxation: less than 2 (Eckstein & Bertsekas 1992). Flows below DUST are none.
STRIDE, DUST = 1.8, 1e-6
# Edges cheaper than this share of the usual one are weighed as if they were not, or a few would outweigh all others.
CHEAPEST = 1e-3
# Shares are kept in single precision: so much of each price is given to nobody, far more than the rounding of all its shares.
SAFE = 1 - 1e-6


class Shares(NamedTuple):
    """What each terminal pays from each node on to the root, (nodes, terminals), and what of it flows over each edge from a to b, (edges, terminals)."""

    height: Reals
    flow: Reals


class Limits(NamedTuple):
    """Ends of edges, what all users together may pay for one from a to b and from b to a, and how much flow a height is worth there."""

    a: Ints
    b: Ints
    along: Floats
    against: Floats
    weight: Reals


@compiled
def _shave(wish: Floats, sign: float, total: float, limit: float) -> None:
    """Bring payments of one sign, which sum to `total`, to the nearest that sum to at most `limit`."""
    off, count = 0.0, 0
    for at in range(len(wish)):
        count += sign * wish[at] > 0
    while count > 0:
        off, rest, more = (total - limit) / count, 0.0, 0
        for at in range(len(wish)):
            if sign * wish[at] > off:
                more += 1
                rest += sign * wish[at]
        if more >= count:
            break
        count, total = more, rest
    for at in range(len(wish)):
        if sign * wish[at] > 0:
            wish[at] = sign * max(0.0, sign * wish[at] - off)


@compiled
def _pay(limits: Limits, edge: int, wish: Floats) -> bool:
    """Bring what users wish to pay for an edge to what they may pay for it; whether that is less."""
    along, against = 0.0, 0.0
    for at in range(len(wish)):
        if wish[at] > 0:
            along += wish[at]
        else:
            against -= wish[at]
    if along > limits.along[edge]:
        _shave(wish, 1.0, along, limits.along[edge])
    if against > limits.against[edge]:
        _shave(wish, -1.0, against, limits.against[edge])
    return bool(along > limits.along[edge] or against > limits.against[edge])


@compiled
def _move_flows(limits: Limits, shares: Shares, net: Reals, stride: float) -> None:
    """Flow goes where the potentials together ask more than the price; `net` gets what flows in and does not flow out."""
    users = shares.height.shape[1]
    wish = np.empty(users)
    for edge in range(len(limits.a)):
        flow, weight = shares.flow[edge], np.float64(limits.weight[edge])
        low, high = shares.height[limits.a[edge]], shares.height[limits.b[edge]]
        flowing, scale = False, 1 / weight
        for at in range(users):
            wish[at] = flow[at] * scale + (high[at] - low[at])
            flowing |= flow[at] != 0
        if not _pay(limits, edge, wish) and not flowing:
            continue
        tail, tip = net[limits.a[edge]], net[limits.b[edge]]
        for at in range(users):
            new = flow[at] + weight * ((high[at] - low[at]) - wish[at])
            if abs(new) < DUST:
                new = 0.0
            tip[at] += 2 * new - flow[at]
            tail[at] -= 2 * new - flow[at]
            flow[at] += stride * (new - flow[at])


@compiled
def _payments(limits: Limits, height: Reals) -> Reals:
    """What each user of each edge pays: as near to the potentials as the prices allow."""
    users = height.shape[1]
    wish = np.empty(users)
    paid = np.empty((len(limits.a), users), np.float32)
    for edge in range(len(limits.a)):
        for at in range(users):
            wish[at] = np.float64(height[limits.b[edge], at]) - np.float64(height[limits.a[edge], at])
        _pay(limits, edge, wish)
        paid[edge] = wish
    return paid


@compiled
def _cheapest(arcs: Arcs, b: Ints, paid: Reals, heap: Heap, done: Ints32, root: int, owner: int) -> tuple[float, int]:
    """What an owner pays at least from what is in the heap to the root; `done` gets the nodes on this side."""
    size = 0
    while heap.held[0] > 0:
        node = heap.order[0]
        cost = heap.key[node]
        if node == root:
            return cost, size
        done[size] = pop(heap)
        size += 1
        for place in range(arcs.first[node], arcs.first[node + 1]):
            other, edge = arcs.head[place], arcs.edge[place]
            if heap.key[other] > cost:
                share = np.float64(paid[edge, owner] if b[edge] == node else -paid[edge, owner])
                if cost + max(0.0, share) < heap.key[other]:
                    push(heap, other, cost + max(0.0, share))
    return np.inf, size


@compiled
def _settle(arcs: Arcs, b: Ints, paid: Reals, root: int, terminals: Ints, left: Floats) -> float:
    """The bound that these payments give; what it uses is taken off `left`."""
    bound = 0.0
    heap, done = make_heap(len(arcs.first) - 1), np.empty(len(arcs.first) - 1, np.int32)
    for owner in range(len(terminals)):
        push(heap, terminals[owner], 0.0)
        cost, size = _cheapest(arcs, b, paid, heap, done, root, owner)
        bound += cost
        for at in range(size):
            node = done[at]
            for place in range(arcs.first[node], arcs.first[node + 1]):
                off = min(heap.key[arcs.head[place]], cost) - heap.key[node]
                if off > 0:
                    left[place] = max(0.0, left[place] - off)
        clear(heap, done, size)
    return bound


def _limits(problem: Problem) -> Limits:
    graph = problem.graph
    into_a, into_b = both_ways(graph.arcs, len(graph.a), np.repeat(np.arange(graph.nodes), np.diff(graph.arcs.first)), graph.a, problem.price)
    usual = np.exp(np.log(graph.cost).mean())
    degree = 2 * len(graph.a) / graph.nodes
    weight = WORTH / degree * usual / np.maximum(graph.cost, CHEAPEST * usual) ** 2
    return Limits(graph.a, graph.b, into_b, into_a, weight.astype(np.float32))


def begin_shares(problem: Problem, guide: Ints32) -> Shares:
    """Nobody pays anything yet, and every terminal goes along a known tree: for every node the one before it (-1 elsewhere)."""
    graph, users = problem.graph, len(problem.terminals)
    flow = np.zeros((len(graph.a), users), np.float32)
    within = np.flatnonzero((guide[graph.a] == graph.b) | (guide[graph.b] == graph.a))
    edge = np.full(graph.nodes, -1, np.int64)
    edge[np.where(guide[graph.a[within]] == graph.b[within], graph.a[within], graph.b[within])] = within
    node, user = problem.terminals.copy(), np.arange(users)
    while len(node):
        flow[edge[node], user] = np.where(graph.b[edge[node]] == node, 1.0, -1.0)
        node = guide[node].astype(np.int64)
        node, user = node[node != problem.root], user[node != problem.root]
    return Shares(np.zeros((graph.nodes, users), np.float32), flow)


def carry_shares(shares: Shares, problem: Problem, small: Problem) -> Shares:
    """The shares in what is left of a problem; `small.origin` are edges of the problem."""
    node = np.full(small.graph.nodes, problem.root, np.int64)
    node[small.graph.a], node[small.graph.b] = problem.graph.a[small.origin], problem.graph.b[small.origin]
    return Shares(shares.height[node], shares.flow[small.origin])


def laplacian_of(problem: Problem, limit: int) -> Factor | None:
    """What potentials answer by; None if it would take more than `limit` entries."""
    return take_apart_laplacian(problem.graph, problem.root, _limits(problem).weight.astype(np.float64), limit)


def move_shares(problem: Problem, shares: Shares, factor: Factor, moves: int) -> None:
    """Move flows and potentials so many times, in place."""
    limits, net = _limits(problem), np.empty_like(shares.height)
    homes = problem.terminals, np.arange(len(problem.terminals))
    for _ in range(moves):
        net[:] = 0
        _move_flows(limits, shares, net, STRIDE)
        net[homes] -= 1
        shares.height[:] -= np.float32(STRIDE) * potentials(factor, net)


def bound_by_shares(problem: Problem, shares: Shares, guide: Ints32, rule: Rule) -> Bounded:
    """A lower bound on every tree that joins the terminals to the root.

    Args:
        problem: what is to be joined.
        shares: how the prices are shared, by potentials.
        guide: for every node the one before it in a known tree (-1 elsewhere).
        rule: of the ascent over what the shares leave.

    Returns:
        The bound and what is left of the prices.
    """
    limits, left = _limits(problem), problem.price.copy()
    paid = _payments(limits._replace(along=SAFE * limits.along, against=SAFE * limits.against), shares.height)
    bound = _settle(problem.graph.arcs, problem.graph.b, paid, problem.root, problem.terminals, left)
    rest = ascend(replace(problem, price=left), rule, guide=guide)
    return Bounded(bound + rest.bound, rest.left)
