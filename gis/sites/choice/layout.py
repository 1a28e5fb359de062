"""What the columns of the exact programme stand for, and the columns of roads that lead to given places."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import NamedTuple


class Arc(NamedTuple):
    """A stretch in one direction, its column and price."""

    tail: int
    tip: int
    column: int
    price: float


class Ways(NamedTuple):
    """A block: its entry, its arcs (none where there is no choice), and the column of each node that may be wanted.

    `flows`: for each of those nodes the columns of its flows, by the column of the arc.
    """

    entry: int
    arcs: tuple[Arc, ...]
    exits: dict[int, int]
    flows: dict[int, dict[int, int]]


@dataclass(slots=True)
class Layout:
    """Columns of sites, of nodes that may be reached and of stretches (with the edges along them); blocks from the root outward."""

    opened: dict[int, int]
    reached: dict[int, int] = field(default_factory=dict)
    roads: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    ways: list[Ways] = field(default_factory=list)

    def columns_of_ways(self, nodes: set[int]) -> list[int]:
        """The columns that are one when these nodes are reached, each by the cheapest way through every block."""
        found, needed = list[int](), set(nodes)
        for block in reversed(self.ways):
            here = [node for node in block.exits if node in needed]
            if here:
                needed.add(block.entry)
                found += [block.exits[node] for node in here]
                found += _cheapest(block, here)
        return sorted(set(found))


def _cheapest(block: Ways, nodes: list[int]) -> list[int]:
    """Columns of arcs and flows of the cheapest ways from the entry of a block."""
    leaving: dict[int, list[Arc]] = {}
    for arc in block.arcs:
        leaving.setdefault(arc.tail, []).append(arc)
    before: dict[int, Arc] = {}
    heap = [(arc.price, arc) for arc in leaving.get(block.entry, [])]
    heapq.heapify(heap)
    while heap:
        cost, arc = heapq.heappop(heap)
        if arc.tip not in before:
            before[arc.tip] = arc
            for onward in leaving.get(arc.tip, []):
                heapq.heappush(heap, (cost + onward.price, onward))
    found = []
    for target in nodes if block.arcs else []:
        node = target
        while node != block.entry:
            found += [before[node].column, block.flows[target][before[node].column]]
            node = before[node].tail
    return found
