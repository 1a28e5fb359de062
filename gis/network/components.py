"""Which edges hang together, under a mask: components, and what is connected to the county's network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.network.anchors import Anchors
    from gis.network.build import Links, Network


def components(network: Network, mask: NDArray[np.bool_], *, doubtful: bool) -> NDArray[np.int64]:
    """Number the connected pieces of the edges in `mask`.

    Args:
        network: The network.
        mask: One boolean per edge; roads outside it connect nothing.
        doubtful: Whether doubtful joints connect too (the optimistic view).

    Returns:
        A label per edge, counted from 0 in the order of the edges; -1 outside the mask.
    """
    links = network.links
    line_on = np.zeros(len(links.start), dtype=bool)
    line_on[links.line[mask]] = True
    label = _vertex_labels(links, line_on, doubtful=doubtful)[links.line]
    out = np.full(len(mask), -1, dtype=np.int64)
    out[mask] = pd.factorize(label[mask])[0]
    return out


def _vertex_labels(links: Links, line_on: NDArray[np.bool_], *, doubtful: bool) -> NDArray[np.int64]:
    """Component of every vertex; a joint counts when both sides exist under the mask (a node exists where a line of the mask ends)."""
    count = len(line_on)
    lines = np.flatnonzero(line_on)
    on = np.concatenate([line_on, np.zeros(links.nodes, dtype=bool)])
    on[count + links.start[lines]] = True
    on[count + links.end[lines]] = True
    used = on[links.vertex_a] & on[links.vertex_b] & (links.certain | doubtful)
    rows = np.concatenate([lines, lines, links.vertex_a[used]])
    columns = np.concatenate([count + links.start[lines], count + links.end[lines], links.vertex_b[used]])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(on), len(on)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def component_lengths(network: Network, label: NDArray[np.int64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Metres of the `counted` edges in each component, each course once; a trailing zero so that label -1 is harmless."""
    once = np.zeros(len(label), dtype=bool)
    inside = np.flatnonzero(counted & (label >= 0))
    once[inside[np.unique(network.links.line[inside], return_index=True)[1]]] = True
    length = network.edges["length_m"].to_numpy()[once]
    return np.asarray(np.bincount(label[once], weights=length, minlength=int(label.max(initial=-1)) + 2), dtype=float)


def connected(network: Network, mask: NDArray[np.bool_], *, anchors: Anchors, doubtful: bool, guessed: bool | None = None) -> NDArray[np.bool_]:
    """Which edges of `mask` hang on the county's network through edges of `mask` alone.

    The pessimistic view (`doubtful=False`) uses certain joints and certain anchors, the optimistic one all joints and possible anchors too;
    what the first finds the second finds as well. `guessed` says otherwise whether possible anchors count, to tell which of the two matters.
    """
    label = components(network, mask, doubtful=doubtful)
    unclassed = component_lengths(network, label, anchors.unclassed)
    rooted = (unclassed > 0) & (unclassed >= anchors.main_length_m)
    roots = mask & (anchors.certain | (anchors.possible & (doubtful if guessed is None else guessed)))
    rooted[label[roots]] = True
    return mask & rooted[label]
