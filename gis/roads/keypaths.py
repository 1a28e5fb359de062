"""A tree cut into works: where a line ends, branches or reaches a group, one work ends and the next begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.drawn import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.trunk import Trunk

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class KeyPaths:
    """The tree, its nodes numbered from the network outward, and the key path of each.

    A key path runs from one key node (the network, a branch, a group, a dead end) to the next one outward and is named by that. Three kinds
    are no works of their own but belong to the work above: one along which nothing is built, the last metres to a group beside a line, and one no
    longer than roads that touch (`RoadStock.touch_m`).

    Attributes:
        node: node of the planning graph, (n,).
        parent: number of the node before it; -1 for the network.
        edge: edge of the planning graph from there.
        kind: `Kind` of that edge.
        length_m: its metres.
        price: its 元.
        path: key node at the lower end of the path on which that edge lies.
        upper: for each key node the one above it; -1 for those on the network.
        home: for each key node the key node that names the work to which its path belongs; -1 where nothing has to be built up to there.
    """

    node: Ints
    parent: Ints
    edge: Ints
    kind: Ints
    length_m: Floats
    price: Floats
    path: Ints
    upper: Ints
    home: Ints

    @property
    def built(self) -> Bools:
        """Edges along which something is built."""
        something = (self.length_m > 0) | (self.price > 0)
        return np.asarray((self.kind != Kind.FREE) & (self.kind != Kind.ROOT) & (self.parent != NONE) & something)

    def at(self, node: Ints) -> Ints:
        """Number of nodes of the planning graph in the tree; -1 where the tree does not go."""
        order = np.argsort(self.node, kind="stable")
        place = np.clip(np.searchsorted(self.node[order], node), 0, len(order) - 1)
        return np.where(self.node[order[place]] == node, order[place], NONE)

    def above(self, key: int) -> list[int]:
        """A key node and all those above it, up to the network."""
        found = []
        while key != NONE:
            found.append(key)
            key = int(self.upper[key])
        return found


def cut_tree(trunk: Trunk) -> KeyPaths:
    """Cut the tree of a trunk into key paths."""
    planning, tree = trunk.planning, trunk.tree
    parent, edge = _positions(tree.nodes, tree.parent_node), np.asarray(tree.parent_edge, dtype=np.int64)
    known = np.maximum(edge, 0)
    kind, length, price = planning.kind(known), planning.length_m(known), planning.price(known)
    kind[0], length[0], price[0] = Kind.ROOT, 0.0, 0.0
    terminal = np.isin(tree.nodes, trunk.node[trunk.reached])
    on_network = kind == Kind.ROOT
    children = np.bincount(parent[1:], minlength=len(parent))
    key = on_network | terminal | (children != 1)
    path, upper = _follow(parent, key, on_network)
    draft = KeyPaths(tree.nodes, parent, edge, kind, length, price, path, upper, np.full(len(parent), NONE, dtype=np.int64))
    last_metres = terminal & _only(path, kind, (Kind.JOIN, Kind.FREE))
    touching = _built_length(draft) <= planning.stock.touch_m
    home = _homes(draft, np.flatnonzero(key), last_metres | touching)
    return KeyPaths(tree.nodes, parent, edge, kind, length, price, path, upper, home)


def _positions(nodes: Ints, parents: Ints) -> Ints:
    """Place of each node's parent among the nodes."""
    order = np.argsort(nodes, kind="stable")
    place = order[np.clip(np.searchsorted(nodes[order], parents), 0, len(order) - 1)]
    return np.where(parents >= 0, place, NONE)


def _follow(parent: Ints, key: Bools, on_network: Bools) -> tuple[Ints, Ints]:
    """The key node at the lower end of each node's path, and above each key node the next one."""
    path = np.where(key, np.arange(len(parent)), NONE)
    for at in range(len(parent) - 1, 0, -1):
        if path[parent[at]] == NONE:
            path[parent[at]] = path[at]
    upper = np.full(len(parent), NONE, dtype=np.int64)
    for at in range(1, len(parent)):
        if not on_network[at]:
            before = int(parent[at])
            upper[at] = before if key[before] else upper[before]
    upper[~key] = NONE
    return path, upper


def _only(path: Ints, kind: Ints, allowed: tuple[Kind, ...]) -> Bools:
    """For each key node whether its path has no edge of another kind."""
    other = np.zeros(len(path), dtype=bool)
    other[path[~np.isin(kind, allowed)]] = True
    return ~other


def _built_length(paths: KeyPaths) -> Floats:
    """Metres to be built on the path of each key node."""
    return np.asarray(np.bincount(paths.path, weights=paths.length_m * paths.built, minlength=len(paths.path)), dtype=float)


def _homes(paths: KeyPaths, keys: Ints, stub: Bools) -> Ints:
    """From the network outward: a path with something to build is a work, unless it is a stub (last metres, touching roads) of one."""
    builds = np.zeros(len(paths.node), dtype=bool)
    builds[paths.path[paths.built]] = True
    home = np.full(len(paths.node), NONE, dtype=np.int64)
    for key in keys.tolist():
        above = int(home[paths.upper[key]]) if paths.upper[key] != NONE else NONE
        home[key] = key if builds[key] and not (stub[key] and above != NONE) else above
    return home
