"""Who can be served from where, cheapest first: the lists on which search and bound both run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    States = NDArray[np.int8]

FREE, OPEN, SHUT = 0, 1, -1
"""What is decided about a site."""


class Arcs(NamedTuple):
    """One list a row: `site[first[i]:first[i+1]]` serve row i at `cost`, in rising order, ties by site; `nowhere` is what it costs to leave the row out."""

    first: Ints
    site: Sites
    cost: Floats
    nowhere: Floats
    fixed: Floats


def sort_arcs(cost: Floats, nowhere: Floats, fixed: Floats) -> Arcs:
    """Lists of a cost matrix.

    Args:
        cost: (n, m); inf where the site cannot serve the row.
        nowhere: (n,) finite.
        fixed: (m,) cost of opening each site.
    """
    order = np.argsort(cost, axis=1, kind="stable").astype(np.int32)
    sorted_cost = np.take_along_axis(cost, order, axis=1)
    useful = np.isfinite(sorted_cost) & (sorted_cost <= nowhere[:, None])
    first = np.concatenate([[0], np.cumsum(useful.sum(axis=1))]).astype(np.int64)
    return Arcs(first, order[useful], np.ascontiguousarray(sorted_cost[useful], dtype=np.float64), nowhere, fixed)


def without(arcs: Arcs, shut: NDArray[np.bool_]) -> Arcs:
    """The same lists without the sites that are shut; sites keep their numbers."""
    kept = ~shut[arcs.site]
    counts = np.concatenate([[0], np.cumsum(kept)])[arcs.first]
    return arcs._replace(first=counts.astype(np.int64), site=arcs.site[kept], cost=arcs.cost[kept])


@compiled
def two_nearest(arcs: Arcs, is_open: States, near: Sites, first: Floats, second: Floats) -> float:
    """Fill in the nearest open site of each row (-1: none), its cost and that of the next one; give the cost of all rows together."""
    total = 0.0
    for row in range(len(arcs.first) - 1):
        near[row] = -1
        first[row] = arcs.nowhere[row]
        second[row] = arcs.nowhere[row]
        for at in range(arcs.first[row], arcs.first[row + 1]):
            if is_open[arcs.site[at]] != 1:
                continue
            if near[row] < 0:
                near[row] = arcs.site[at]
                first[row] = arcs.cost[at]
            else:
                second[row] = arcs.cost[at]
                break
        total += first[row]
    return total
