"""Rows that need room of one or several kinds, and sites that have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLACK = 1e-9
"""Room is measured to this share: sums of decimals must not push a row out that fits exactly."""


class Rooms(NamedTuple):
    """`cost` (n, m), inf where not allowed; `need` (kinds, n) and `room` (kinds, m); `fixed` (m,). The first kind is the demand proper."""

    cost: Floats
    need: Floats
    room: Floats
    fixed: Floats

    def of_rows(self, rows: NDArray[np.bool_]) -> Rooms:
        """The same sites for some of the rows."""
        return Rooms(np.ascontiguousarray(self.cost[rows]), np.ascontiguousarray(self.need[:, rows]), self.room, self.fixed)

    def allowing(self, allowed: NDArray[np.bool_]) -> Rooms:
        """The same without what is not allowed, (n, m)."""
        return self._replace(cost=np.where(allowed, self.cost, np.inf))


def make_rooms(cost: Floats, need: Floats, room: Floats, fixed: Floats, *, split: bool = False) -> Rooms:
    """Put together; limitless room is as much as all need, and a site that is too small for a row even when empty is not allowed, unless rows are split."""
    bounded = np.minimum(room, need.sum(axis=1)[:, None])
    bounded = bounded + SLACK * np.maximum(1.0, bounded) * (bounded != np.rint(bounded))
    fits = (need[:, :, None] <= bounded[:, None, :]).all(axis=0)
    return Rooms(np.where(fits | split, cost, np.inf), need, bounded, fixed)
