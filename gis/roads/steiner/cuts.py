"""Cuts that a fractional solution breaks: sets of nodes around a terminal, without the root, that too little flows into (by maximum flows)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gis.roads.compiled import compiled
from gis.roads.steiner.graph import Arcs, Flags, Floats, Ints, Ints32

DUST = 1e-7


class Flow(NamedTuple):
    """A flow being built. `into`: at each place, what may still flow from that neighbour into the node; `other`: the place at the other end."""

    into: Floats
    other: Ints32
    level: Ints32
    queue: Ints32
    place: Ints


@compiled
def _levels(arcs: Arcs, flow: Flow, root: int, terminal: int) -> int:
    """Number the nodes by their steps back from the terminal over arcs with room; returns how many were reached (the root is the last)."""
    flow.level[:] = -1
    flow.level[terminal] = 0
    flow.queue[0] = terminal
    done, size = 0, 1
    while done < size:
        node = flow.queue[done]
        done += 1
        for at in range(arcs.first[node], arcs.first[node + 1]):
            other = arcs.head[at]
            if flow.level[other] < 0 and flow.into[at] > DUST:
                flow.level[other] = flow.level[node] + 1
                flow.queue[size] = other
                size += 1
                if other == root:
                    return size
    return size


@compiled
def _push_path(arcs: Arcs, flow: Flow, root: int, terminal: int, limit: float) -> float:
    """One path of the level graph, from the terminal back to the root; returns what flows along it (0: no path is left)."""
    path = flow.queue
    depth, node = 0, terminal
    while node != root:
        at = flow.place[node]
        if at == arcs.first[node + 1]:
            if depth == 0:
                return 0.0
            depth -= 1
            node = arcs.head[flow.other[path[depth]]]
            flow.place[node] += 1
            continue
        other = arcs.head[at]
        if flow.into[at] > DUST and flow.level[other] == flow.level[node] + 1:
            path[depth] = at
            depth += 1
            node = other
        else:
            flow.place[node] += 1
    most = limit
    for at in path[:depth]:
        most = min(most, flow.into[at])
    for at in path[:depth]:
        flow.into[at] -= most
        flow.into[flow.other[at]] += most
    return most


@compiled
def _fill(arcs: Arcs, flow: Flow, root: int, terminal: int, most: float) -> float:
    """Let up to `most` flow from the root to the terminal (Dinitz 1970)."""
    total = 0.0
    while total < most - DUST:
        _levels(arcs, flow, root, terminal)
        if flow.level[root] < 0:
            break
        flow.place[:] = arcs.first[:-1]
        while total < most - DUST:
            more = _push_path(arcs, flow, root, terminal, most - total)
            if more == 0.0:
                break
            total += more
    return total


@compiled
def _entering(arcs: Arcs, flow: Flow, size: int) -> Ints:
    """Places of the arcs that lead into the first `size` nodes of the queue."""
    found = [np.int64(0) for _ in range(0)]
    for node in flow.queue[:size]:
        for at in range(arcs.first[node], arcs.first[node + 1]):
            if flow.level[arcs.head[at]] < 0:
                found.append(np.int64(at))
    return np.array(found)


@compiled
def broken_cuts(arcs: Arcs, other: Ints32, value: Floats, root: int, terminals: Ints, nested: int) -> tuple[Ints, Ints]:
    """Cuts that hold less than 1, for one terminal after the other.

    Args:
        arcs: neighbour lists.
        other: for each place that of the same edge at the other end.
        value: at each place, how much of the arc from that neighbour into the node is used.
        root: node.
        terminals: nodes.
        nested: how many cuts to find for each terminal; arcs of those already found count as full.

    Returns:
        Where each cut begins in the second array, and one more; places of the arcs into each cut's set.
    """
    begin, places = [np.int64(0)], [np.int64(0) for _ in range(0)]
    nodes = len(arcs.first) - 1
    open_arcs = value + 1e-6
    flow = Flow(open_arcs.copy(), other, np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int64))
    for terminal in terminals:
        for _ in range(nested):
            flow.into[:] = open_arcs
            if _fill(arcs, flow, root, terminal, 1.0) >= 1.0 - 1e-3:
                break
            cut = _entering(arcs, flow, _levels(arcs, flow, root, terminal))
            for at in cut:
                open_arcs[at] = 1.0
                places.append(at)
            begin.append(np.int64(len(places)))
    return np.array(begin), np.array(places)
