"""A few roads out of many: the edges that are worth looking at, with the nodes between junctions taken out, cut where one node parts them.

A block is a part that hangs together even if one node is lost (Tarjan 1972). What happens in a block touches the rest only through the node by which the
root reaches it, so a tree falls into single edges, and only where there is a choice of ways does a block hold more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gis.roads.steiner import Graph

    Ints = NDArray[np.int64]

Neighbours = dict[int, dict[int, "Stretch"]]


class Stretch(NamedTuple):
    """A way between two nodes with nothing to decide on it: its price and the edges of the graph along it."""

    price: float
    edges: tuple[int, ...]


class Block(NamedTuple):
    """Part of a skeleton: the node by which the root reaches it, its other nodes, and its stretches as (node, node, stretch)."""

    entry: int
    nodes: tuple[int, ...]
    links: tuple[tuple[int, int, Stretch], ...]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The blocks of a few roads; those nearer to the root come first."""

    root: int
    blocks: tuple[Block, ...]


def make_skeleton(graph: Graph, edges: Ints, root: int, kept: Iterable[int]) -> Skeleton:
    """Take out what is only on the way, and cut the rest into blocks.

    Args:
        graph: the graph.
        edges: which of its edges are looked at.
        root: where everything hangs; what does not hang on it is left out.
        kept: nodes that may have to be reached.
    """
    around = _neighbours(graph, edges)
    around.setdefault(root, {})
    _take_out(around, {root, *kept})
    return Skeleton(root, tuple(_blocks(around, root)))


def _neighbours(graph: Graph, edges: Ints) -> Neighbours:
    around: Neighbours = {}
    chosen = np.unique(edges)
    for edge, a, b, price in zip(chosen.tolist(), graph.a[chosen].tolist(), graph.b[chosen].tolist(), graph.cost[chosen].tolist(), strict=True):
        _link(around, a, b, Stretch(price, (edge,)))
    return around


def _link(around: Neighbours, a: int, b: int, stretch: Stretch) -> None:
    """Put in a stretch unless there is a cheaper one, or it leads nowhere."""
    if a == b or not np.isfinite(stretch.price):
        return
    known = around.setdefault(a, {}).get(b)
    if known is None or stretch < known:
        around[a][b] = stretch
        around.setdefault(b, {})[a] = stretch


def _take_out(around: Neighbours, kept: set[int]) -> None:
    """Remove dead ends, and nodes between two others, until there are none."""
    waiting = sorted(around, reverse=True)
    while waiting:
        node = waiting.pop()
        if node in kept or node not in around or len(around[node]) > 2:  # noqa: PLR2004 - two neighbours: nothing to decide
            continue
        sides = sorted(around.pop(node).items())
        for other, _ in sides:
            del around[other][node]
        if len(sides) > 1:
            (a, first), (b, second) = sides
            _link(around, a, b, Stretch(first.price + second.price, first.edges + second.edges))
        waiting += [other for other, _ in sides]


class _Visit(NamedTuple):
    """A step of the walk: a node, how many stretches were open when it was entered, and the neighbours still to be looked at."""

    node: int
    depth: int
    rest: list[int]


def _blocks(around: Neighbours, root: int) -> list[Block]:
    """Walk from the root, depth first; a block is closed where no way leads back above its entry."""
    number, low = {root: 0}, {root: 0}
    path, stack, found = [_Visit(root, 0, sorted(around[root], reverse=True))], list[tuple[int, int]](), list[Block]()
    while path:
        node, depth, rest = path[-1]
        if not rest:
            path.pop()
            if path:
                _close(around, path[-1].node, node, (number, low), (stack, depth, found))
            continue
        other = rest.pop()
        if other not in number:
            number[other] = low[other] = len(number)
            path.append(_Visit(other, len(stack), sorted(around[other], reverse=True)))
            stack.append((node, other))
        elif number[other] < number[node] and (len(path) == 1 or other != path[-2].node):
            stack.append((node, other))
            low[node] = min(low[node], number[other])
    return sorted(found, key=lambda block: (number[block.entry], number[block.nodes[0]]))


def _close(
    around: Neighbours, above: int, node: int, marks: tuple[dict[int, int], dict[int, int]], kept: tuple[list[tuple[int, int]], int, list[Block]]
) -> None:
    """Leave a node: what was found below it is a block if nothing there leads above the node before it."""
    number, low = marks
    stack, depth, found = kept
    low[above] = min(low[above], low[node])
    if low[node] < number[above]:
        return
    pairs = stack[depth:]
    del stack[depth:]
    nodes = sorted({end for pair in pairs for end in pair} - {above}, key=lambda one: number[one])
    found.append(Block(above, tuple(nodes), tuple((a, b, around[a][b]) for a, b in pairs)))
