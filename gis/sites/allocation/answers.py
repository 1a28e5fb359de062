"""What the siting models answer, each with the bound that says how good it can be at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.allocation.conflicts import Conflict, Unplaced

OPTIMAL, FEASIBLE, INFEASIBLE = "optimal", "feasible", "infeasible"
NOWHERE = -1
"""Site of a row that no open site serves."""


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Sites that serve each row from the nearest open one.

    Attributes:
        open: (k,) numbers of the open sites, rising.
        assigned: (n,) site of each row, -1 where none can serve it.
        cost: of the rows that are served, with the fixed costs of the open sites.
        bound: no plan that leaves out as little weight costs less.
        status: `optimal` (within the gap that was asked for), `feasible` (the effort ran out; `gap` is what it is), `infeasible` (some row with weight
            cannot be served; the plan leaves out the least weight and costs least among those).
    """

    open: NDArray[np.int64]
    assigned: NDArray[np.int64]
    cost: float
    bound: float
    status: str

    @property
    def gap(self) -> float:
        """How far the cost may stand above the best, as a share of the cost."""
        return share_missing(self.cost, self.bound)

    @property
    def unserved(self) -> NDArray[np.int64]:
        """Rows that no open site serves."""
        return np.flatnonzero(self.assigned == NOWHERE)


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Sites that cover the most weight.

    Attributes:
        open: (k,) numbers of the open sites, rising.
        covered: (n,) whether an open site reaches the row (and has room for it, where capacities count).
        assigned: (n,) the site that serves each covered row; the lowest number of those that reach it, or the one with room for it; else -1.
        value: weight that is covered.
        bound: no plan covers more.
        status: `optimal` or `feasible`.
    """

    open: NDArray[np.int64]
    covered: NDArray[np.bool_]
    assigned: NDArray[np.int64]
    value: float
    bound: float
    status: str

    @property
    def gap(self) -> float:
        """How far the value may stand below the best, as a share of the bound."""
        return (self.bound - self.value) / self.bound if self.bound > self.value else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Rows put into sites with limited room.

    Attributes:
        open: (k,) numbers of the open sites, rising.
        assigned: (n,) site of each row, -1 where there is no room; of a divided row, the site with the largest share.
        share: (n, m) share of each row in each site where rows may be divided; else None.
        cost: of what is placed, with the fixed costs of the open sites.
        bound: no plan that places the same rows costs less.
        status: `optimal` (within the gap that was asked for), `feasible`, or `infeasible` (not all rows fit; the plan places as much as was found).
        placed: demand that is placed, of the first kind of room.
        placed_bound: no plan places more.
        unplaced: the rows without a place, each with the reason.
        conflicts: what stands in the way of a plan for all; empty if all are placed.
    """

    open: NDArray[np.int64]
    assigned: NDArray[np.int64]
    share: NDArray[np.float64] | None
    cost: float
    bound: float
    status: str
    placed: float
    placed_bound: float
    unplaced: tuple[Unplaced, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def gap(self) -> float:
        """How far the cost may stand above the best, as a share of the cost."""
        return share_missing(self.cost, self.bound)


def share_missing(cost: float, bound: float) -> float:
    """How far a cost stands above its bound, as a share of the cost."""
    return (cost - bound) / cost if cost > max(bound, 0.0) else 0.0
