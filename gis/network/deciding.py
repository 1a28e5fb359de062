"""Which gaps decide: the doubtful joints that, closed alone or together with others, would put someone on the county's network."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.network.build import vertex_edges
from gis.network.components import components, connected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.network.anchors import Anchors
    from gis.network.build import Network

    Ints = NDArray[np.int64]

_ROOT = 0


def deciding_joints(network: Network, mask: NDArray[np.bool_], *, anchors: Anchors, who: Ints, edge: Ints) -> pd.DataFrame:
    """The doubtful joints that decide each of some people.

    Joints of people are those of every least set of doubtful joints that would, if closed, connect one of their edges. Nothing else is guessed:
    only edges of `mask` and certain anchors count.

    Args:
        network: The network.
        mask: Edges that count for certain.
        anchors: What the network hangs on.
        who: A number for each pair.
        edge: The edge of each pair, by which that one would be served if it were connected.

    Returns:
        `joint` (row of `network.joints`) and `who`, each pair once, sorted. Whoever is connected already needs no joint.
    """
    joint, ends = _gaps(network, mask, anchors)
    piece = _pieces(network, mask, anchors)[edge]
    served = np.unique(who[piece == _ROOT])
    wants = pd.DataFrame({"who": who, "piece": piece})[(piece > _ROOT) & ~np.isin(who, served)].drop_duplicates()
    cluster_of = _clusters(ends, int(piece.max(initial=0)))
    wants = wants.assign(cluster=cluster_of[wants["piece"]]).sort_values(["who", "cluster", "piece"])
    inside = defaultdict(list)
    for at, cluster in enumerate(cluster_of[ends.max(axis=1)].tolist()):
        inside[cluster].append(at)
    known: dict[tuple[int, ...], list[int]] = {}
    found: list[tuple[int, int]] = []
    goals = wants.groupby(["who", "cluster"])["piece"].agg(tuple).reset_index()
    for one, cluster, goal in goals.itertuples(index=False, name=None):
        if goal not in known:
            known[goal] = _on_a_way([tuple(ends[at]) for at in inside[cluster]], goal)
        found += [(int(joint[inside[cluster][at]]), one) for at in known[goal]]
    return pd.DataFrame(sorted(found), columns=["joint", "who"], dtype=np.int64)


def _pieces(network: Network, mask: NDArray[np.bool_], anchors: Anchors) -> Ints:
    """For each edge the piece that it lies in for certain: 0 is the county's network, -1 is outside the mask."""
    label = components(network, mask, doubtful=False) + 1
    label[~mask] = -1
    label[connected(network, mask, anchors=anchors, doubtful=False)] = _ROOT
    return label


def _gaps(network: Network, mask: NDArray[np.bool_], anchors: Anchors) -> tuple[Ints, Ints]:
    """Doubtful joints between two pieces: their rows, and the two pieces, shape (n, 2)."""
    owner = vertex_edges(network.links, mask)
    piece = np.append(_pieces(network, mask, anchors), -1)
    ends = np.stack([piece[owner[network.links.vertex_a]], piece[owner[network.links.vertex_b]]], axis=1)
    joint = np.flatnonzero(~network.links.certain & (ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1]))
    return joint, ends[joint]


def _clusters(ends: Ints, most: int) -> Ints:
    """For each piece the cluster of pieces that hang together by gaps without passing over the network."""
    size = max(int(ends.max(initial=0)), most) + 1
    outside = ends[(ends != _ROOT).all(axis=1)]
    graph = coo_array((np.ones(len(outside), dtype=np.int8), (outside[:, 0], outside[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _on_a_way(ends: Sequence[tuple[int, int]], goal: tuple[int, ...]) -> list[int]:
    """Which edges of a graph lie on a way from the root to a goal that passes no place twice and stops at the first goal.

    With all goals made one place, these are the edges that share a block with an edge from the root to the goal (in a block any two edges lie on
    a common circle). That block is what is left on the stack of a depth-first search (Hopcroft and Tarjan 1973) begun with that edge.
    """
    around: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, pair in enumerate(ends):
        one, other = (goal[0] if piece in goal else int(piece) for piece in pair)
        if one != other:
            around[one].append((other, at))
            around[other].append((one, at))
    order, low = {_ROOT: 0, goal[0]: 1}, {goal[0]: 1}
    pending: list[int] = []
    stack = [(goal[0], -1, iter(around[goal[0]]))]
    while stack:
        node, came, rest = stack[-1]
        other, at = next(rest, (node, -1))
        if at < 0:
            stack.pop()
            if stack:
                _return(stack[-1][0], node, came, order, low, pending)
        elif other not in order:
            order[other] = low[other] = len(order)
            pending.append(at)
            stack.append((other, at, iter(around[other])))
        elif at != came and order[other] < order[node]:
            pending.append(at)
            low[node] = min(low[node], order[other])
    return sorted(pending)


def _return(above: int, node: int, came: int, order: dict[int, int], low: dict[int, int], pending: list[int]) -> None:
    """Back from a place to the one above: where nothing below leads higher, the edges below are a block of their own, off the way."""
    low[above] = min(low[above], low[node])
    if low[node] >= order[above]:
        del pending[pending.index(came) :]
