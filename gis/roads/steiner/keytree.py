"""A tree seen as key paths: stretches between terminals and branch points, and what falls apart when some of them are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from gis.roads.steiner.graph import Flags, Floats, Ints, Ints32

OUTSIDE, TAKEN_OUT, CUT = -2, -1, -3
BRANCHES = 3


class Tree(NamedTuple):
    """A tree hung on its root: `order` root first, and for each node the one above, the place of that edge in the lists, and whether it is a key node.

    `part` is scratch, -2 everywhere between uses: what is done around a node must not cost what the whole graph does.
    """

    order: Ints32
    above: Ints32
    via: Ints32
    key: Flags
    wanted: Flags
    part: Ints32


class Parts(NamedTuple):
    """What is left when key paths are taken out: `part` of every node (-1: none), `first` and `node` list them by part, `price` of what went."""

    part: Ints32
    first: Ints
    node: Ints32
    price: float
    longest: float


@compiled
def key_nodes(order: Ints32, above: Ints32, wanted: Flags) -> Flags:
    """Which nodes are the root, terminals or branch points."""
    degree = np.zeros(len(above), np.int32)
    for at in range(1, len(order)):
        degree[order[at]] += 1
        degree[above[order[at]]] += 1
    key = (degree >= BRANCHES) | wanted
    key[order[0]] = True
    return key


@compiled
def key_neighbours(tree: Tree) -> tuple[Ints, Ints32, Ints32]:
    """For every key node its key paths: by the key node at the lower end of each, and the key node at the other end."""
    nodes = len(tree.above)
    top = np.full(nodes, -1, np.int32)
    first = np.zeros(nodes + 1, np.int64)
    for at in range(1, len(tree.order)):
        node = tree.order[at]
        over = tree.above[node]
        top[node] = over if tree.key[over] else top[over]
        if tree.key[node]:
            first[node + 1] += 1
            first[top[node] + 1] += 1
    for node in range(nodes):
        first[node + 1] += first[node]
    fill = first[:-1].copy()
    path, other = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    for at in range(1, len(tree.order)):
        node = tree.order[at]
        if tree.key[node]:
            path[fill[node]], other[fill[node]] = node, top[node]
            path[fill[top[node]]], other[fill[top[node]]] = node, node
            fill[node] += 1
            fill[top[node]] += 1
    return first, path, other


@compiled
def pick_paths(tree: Tree, near: tuple[Ints, Ints32, Ints32], centre: int, most: int, skip: int) -> tuple[Ints, Ints, int]:
    """Key paths around a key node whose removal leaves at most `most` parts.

    Returns:
        Paths, by their lower key node; the branch points that vanish with them; how many parts are left.
    """
    first, path, other = near
    paths, gone, todo = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)], [np.int64(centre)]
    taken = {np.int64(-1)}
    parts = 1
    head = 0
    while head < len(todo) and parts < most:
        node = todo[head]
        head += 1
        begin, end = first[node], first[node + 1]
        fresh = 0
        for at in range(begin, end):
            fresh += 0 if np.int64(path[at]) in taken else 1
        whole = not tree.wanted[node] and node != tree.order[0] and parts + fresh - 1 <= most
        if whole:
            gone.append(node)
            parts -= 1
        elif not tree.wanted[node] and head > 1:
            continue
        for step in range(end - begin):
            at = begin + (step + skip) % (end - begin)
            if parts < most and np.int64(path[at]) not in taken:
                taken.add(np.int64(path[at]))
                paths.append(np.int64(path[at]))
                todo.append(np.int64(other[at]))
                parts += 1
    return np.array(paths), np.array(gone), parts


@compiled
def _cut(tree: Tree, paths: Ints, price: Floats) -> tuple[float, float]:
    """Mark the inner nodes of the paths by -1 and their lower ends by -3; returns what the paths cost, and the dearest of them."""
    total, longest = 0.0, 0.0
    for path in paths:
        tree.part[path] = CUT
        length = price[tree.via[path]]
        node = tree.above[path]
        while not tree.key[node]:
            tree.part[node] = TAKEN_OUT
            length += price[tree.via[node]]
            node = tree.above[node]
        total += length
        longest = max(longest, length)
    return total, longest


@compiled
def _label(tree: Tree, paths: Ints, gone: Ints, price: Floats) -> tuple[int, float, float]:
    """Number the parts by the node that is their highest."""
    total, longest = _cut(tree, paths, price)
    for node in gone:
        tree.part[node] = TAKEN_OUT
    count = 0
    for node in tree.order:
        if tree.part[node] == TAKEN_OUT:
            continue
        if count == 0 or tree.part[node] == CUT:
            tree.part[node] = count
            count += 1
        else:
            tree.part[node] = tree.part[tree.above[node]]
    return count, total, longest


@compiled
def forget_parts(tree: Tree) -> None:
    """Make the scratch ready for the next use."""
    for node in tree.order:
        tree.part[node] = OUTSIDE


@compiled
def take_apart(tree: Tree, paths: Ints, gone: Ints, price: Floats) -> Parts:
    """The parts that are left without some key paths; the largest part comes last."""
    count, total, longest = _label(tree, paths, gone, price)
    part = tree.part
    sizes = np.zeros(count, np.int64)
    for node in tree.order:
        if part[node] >= 0:
            sizes[part[node]] += 1
    largest = np.argmax(sizes)
    sizes[largest], sizes[count - 1] = sizes[count - 1], sizes[largest]
    first = np.zeros(count + 1, np.int64)
    first[1:] = np.cumsum(sizes)
    fill = first[:-1].copy()
    nodes = np.empty(first[-1], np.int32)
    for node in tree.order:
        if part[node] < 0:
            continue
        if part[node] == largest:
            part[node] = count - 1
        elif part[node] == count - 1:
            part[node] = largest
        nodes[fill[part[node]]] = node
        fill[part[node]] += 1
    return Parts(part, first, nodes, total, longest)
