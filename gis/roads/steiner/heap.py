"""A binary heap of nodes whose keys can be lowered, in arrays that kernels share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Heap(NamedTuple):
    """`key` of every node (inf: never seen), `order` the heap itself, `place` of a node in it (-1: not in it), `held` how many are in it."""

    key: NDArray[np.float64]
    order: NDArray[np.int32]
    place: NDArray[np.int32]
    held: NDArray[np.int64]


@compiled
def make_heap(nodes: int) -> Heap:
    """An empty heap over `nodes` nodes."""
    return Heap(np.full(nodes, np.inf), np.zeros(nodes, np.int32), np.full(nodes, -1, np.int32), np.zeros(1, np.int64))


@compiled
def push(heap: Heap, node: int, key: float) -> None:
    """Put a node in, or lower its key."""
    at = heap.place[node]
    if at < 0:
        at = heap.held[0]
        heap.held[0] += 1
    heap.key[node] = key
    while at > 0:
        above = (at - 1) >> 1
        other = heap.order[above]
        if heap.key[other] <= key:
            break
        heap.order[at] = other
        heap.place[other] = at
        at = above
    heap.order[at] = node
    heap.place[node] = at


@compiled
def pop(heap: Heap) -> int:
    """Take the node with the smallest key out; its key stays readable."""
    top = heap.order[0]
    heap.place[top] = -1
    heap.held[0] -= 1
    size = heap.held[0]
    if size == 0:
        return int(top)
    last = heap.order[size]
    key = heap.key[last]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap.key[heap.order[below + 1]] < heap.key[heap.order[below]]:
            below += 1
        other = heap.order[below]
        if heap.key[other] >= key:
            break
        heap.order[at] = other
        heap.place[other] = at
        at = below
    heap.order[at] = last
    heap.place[last] = at
    return int(top)


@compiled
def clear(heap: Heap, done: NDArray[np.int32], count: int) -> None:
    """Forget the nodes in the heap and the first `count` of those taken out: as cheap as what was touched."""
    for at in range(heap.held[0]):
        node = heap.order[at]
        heap.key[node] = np.inf
        heap.place[node] = -1
    heap.held[0] = 0
    for at in range(count):
        heap.key[done[at]] = np.inf
