"""A lower bound by dual ascent (Wong 1984), in chunks: balls around terminals grow over what is left of the prices.

A set of nodes that holds a terminal but not the root must be entered by every solution: whatever is taken off the prices of all arcs into it counts for
the bound. Growing the ball of a terminal by a radius takes off, in one go, what step-by-step ascent would take off the cuts in between. Only the ball is
touched, so bounds on large graphs with local terminals cost what is near the terminals, not what is on the map.

With a tree as guide, balls that the tree enters more than once wait: by complementary slackness cuts that count should be crossed once
(Pajor, Uchoa & Werneck 2018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.roads.steiner.heap import Heap, clear, make_heap, pop, push
from gis.roads.steiner.problem import Bounded, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.steiner.graph import Arcs, Flags, Floats, Ints, Ints32

GROWN, MET, ROOTED, CLOSED = 0, 1, 2, 3


class Ball(NamedTuple):
    """How a ball grew: what it raised the bound by, its nodes, how often the guide enters it, and what stopped it."""

    radius: float
    size: int
    crossed: int
    end: int


class Rule(NamedTuple):
    """Whose turn it is: the smallest ball, or the one of the least radius; those that the guide enters more than once wait `penalty` times longer.

    A ball grows to at most `growth` times its size in one turn: 1 is step by step, more is faster on large graphs. Rests up to `dust` count as nothing.
    """

    growth: float = 1.2
    penalty: float = 4.0
    by_radius: bool = False
    dust: float = 0.0


class Field(NamedTuple):
    """What ascent works on. `left`: at each place of node v's list, what is left of the price of the arc from that neighbour into v.

    `height[v, i]`: by how much terminal i raised the bound while v was in its ball (nothing is kept if it has no columns).
    """

    left: Floats
    active: Flags
    guide: Ints32
    inside: Flags
    done: Ints32
    height: NDArray[np.float32]


@compiled
def _crossing(arcs: Arcs, field: Field, node: int) -> int:
    """By how much the guide enters a ball more often when `node` joins it."""
    above = field.guide[node]
    more = 1 if above >= 0 and not field.inside[above] else 0
    for at in range(arcs.first[node], arcs.first[node + 1]):
        other = arcs.head[at]
        if field.inside[other] and field.guide[other] == node:
            more -= 1
    return more


@compiled
def _settle(arcs: Arcs, field: Field, heap: Heap, node: int) -> None:
    cost = heap.key[node]
    field.inside[node] = True
    for at in range(arcs.first[node], arcs.first[node + 1]):
        other = arcs.head[at]
        if cost + field.left[at] < heap.key[other]:
            push(heap, other, cost + field.left[at])


@compiled
def _grow(arcs: Arcs, field: Field, heap: Heap, terminal: int, root: int, quota: int) -> Ball:
    """Grow the ball until it meets the root or another active terminal, holds `quota` nodes, or would be entered more often by the guide."""
    push(heap, terminal, 0.0)
    size, crossed, core = 0, 0, 0
    while heap.held[0] > 0:
        node = heap.order[0]
        cost = heap.key[node]
        if node == root:
            return Ball(cost, size, core, ROOTED)
        if node != terminal and field.active[node]:
            return Ball(cost, size, core, MET)
        more = _crossing(arcs, field, node)
        if cost > 0 and (size >= quota or (more > 0 and crossed >= core)):
            return Ball(cost, size, core, GROWN)
        crossed += more
        if cost == 0:
            core = crossed
        field.done[size] = pop(heap)
        size += 1
        _settle(arcs, field, heap, node)
    return Ball(np.inf, size, core, CLOSED)


@compiled
def _take_off(arcs: Arcs, field: Field, heap: Heap, ball: Ball, which: int, dust: float) -> None:
    """Take what the ball raised the bound by off the arcs that it grew over."""
    for at in range(ball.size):
        node = field.done[at]
        if field.height.shape[1]:
            field.height[node, which] += ball.radius - heap.key[node]
        for place in range(arcs.first[node], arcs.first[node + 1]):
            off = min(heap.key[arcs.head[place]], ball.radius) - heap.key[node]
            if off > 0:
                rest = field.left[place] - off
                field.left[place] = rest if rest > dust else 0.0


@compiled
def _forget(field: Field, heap: Heap, size: int) -> None:
    for at in range(size):
        field.inside[field.done[at]] = False
    clear(heap, field.done, size)


@compiled
def _ascend(arcs: Arcs, field: Field, heap: Heap, turn: Heap, root: int, terminals: Ints, rule: Rule) -> float:
    """Grow the ball whose turn it is, until all terminals hang on the root by arcs of which nothing is left."""
    bound = 0.0
    size, grown = np.ones(len(terminals)), np.zeros(len(terminals))
    while turn.held[0] > 0:
        which = pop(turn)
        terminal = terminals[which]
        ball = _grow(arcs, field, heap, terminal, root, int(size[which] * rule.growth))
        if ball.end == CLOSED:
            return np.inf
        if ball.radius > 0:
            _take_off(arcs, field, heap, ball, which, rule.dust)
        _forget(field, heap, ball.size)
        bound += ball.radius
        grown[which] += ball.radius
        size[which] = ball.size
        if ball.end == GROWN:
            base = grown[which] if rule.by_radius else size[which]
            push(turn, which, base * (1.0 + rule.penalty * max(0, ball.crossed - 1)))
        else:
            field.active[terminal] = False
    return bound


def _start(arcs: Arcs, price: Floats, terminals: Ints, guide: Ints32 | None, height: NDArray[np.float32] | None) -> tuple[Field, Heap, Heap, float]:
    nodes = len(arcs.first) - 1
    active = np.zeros(nodes, np.bool_)
    active[terminals] = True
    tree = np.full(nodes, -1, np.int32) if guide is None else guide
    heights = np.zeros((nodes, 0), np.float32) if height is None else height
    field = Field(price.copy(), active, tree, np.zeros(nodes, np.bool_), np.empty(nodes, np.int32), heights)
    turn = make_heap(len(terminals))
    turn.order[:] = np.arange(len(terminals))
    turn.place[:] = np.arange(len(terminals))
    turn.key[:] = 1.0
    turn.held[0] = len(terminals)
    finite = price[np.isfinite(price)]
    dust = 1e-12 * float(finite.max()) if len(finite) else 0.0
    return field, make_heap(nodes), turn, dust


def ascend(problem: Problem, rule: Rule, *, guide: Ints32 | None = None, height: NDArray[np.float32] | None = None) -> Bounded:
    """A lower bound on every tree that joins the terminals to the root.

    Args:
        problem: what is to be joined.
        rule: whose turn it is.
        guide: for every node the one before it in a known tree (-1 elsewhere).
        height: gets by how much each terminal raised the bound while a node was in its ball, (nodes, terminals).

    Returns:
        The bound (inf: there is no such tree) and what is left of the prices.
    """
    arcs = problem.graph.arcs
    field, heap, turn, dust = _start(arcs, problem.price, problem.terminals, guide, height)
    bound = _ascend(arcs, field, heap, turn, problem.root, problem.terminals, rule._replace(dust=dust))
    return Bounded(float(bound), field.left)
