"""Who has no place and why: the reason of every row, and the smallest sets of rows and sites that stand in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.sites.allocation.rooms import Rooms

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NO_SITE, TOO_LARGE, NO_CAPACITY = "no_site", "too_large", "no_capacity"
TOO_FEW_SITES, SHORT_OF_ROOM, TOGETHER = "too_few_sites", "short_of_room", "together"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A row without a place: `no_site` (none is allowed), `too_large` (larger than any site that is), `no_capacity` (others fill them)."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that no plan can get around.

    Attributes:
        what: `no_site`, `too_large`: as in `Unplaced`, with all such rows. `short_of_room`: these rows may only go to these sites, which have less room
            than they need; leave out any one row and the rest has room enough. `too_few_sites`: as many sites as may be open have room for no more than
            `has`, however they are chosen. `together`: room and number of sites would do each alone, but not for whole rows or not both at once.
        rows: numbers of the rows.
        sites: numbers of the sites.
        kind: the kind of room that is short, by number (0 is the demand proper).
        needed: room that the rows need.
        has: room that there is.
    """

    what: str
    rows: tuple[int, ...]
    sites: tuple[int, ...] = ()
    kind: int = 0
    needed: float = 0.0
    has: float = 0.0


def reasons(allowed: Flags, fitting: Flags, assigned: NDArray[np.int64]) -> tuple[Unplaced, ...]:
    """Why each row without a place has none; `allowed` and `fitting` (n, m) say where it may go and where it would fit into the empty site."""
    none, small = ~allowed.any(axis=1), ~fitting.any(axis=1)
    names = np.select([none, small], [NO_SITE, TOO_LARGE], NO_CAPACITY)
    return tuple(Unplaced(int(row), str(names[row])) for row in np.flatnonzero(assigned < 0))


def explain_conflicts(rooms: Rooms, allowed: Flags, most: int, must_open: Sequence[int] = ()) -> tuple[Conflict, ...]:
    """What stands in the way of placing all rows.

    Args:
        rooms: costs (inf where not allowed or too small even when empty), needs, room.
        allowed: (n, m) where the rows may go at all.
        most: so many sites may be open.
        must_open: sites among them that stand in any case.

    Returns:
        Rows without any site, then what is proven short: of each kind of room the irreducible sets of rows and sites, and the number of sites. If none
        of these explains it, one conflict `together` with all rows that have a site.
    """
    fitting = np.isfinite(rooms.cost)
    found = _without_site(allowed, fitting)
    rows = np.flatnonzero(fitting.any(axis=1))
    for kind in range(len(rooms.need)):
        found += _short(rooms, fitting, rows, kind)
        found += _too_few(rooms, rows, kind, most, np.array(must_open, dtype=np.int64))
    if not found and len(rows):
        found.append(Conflict(TOGETHER, _tuple(rows), _tuple(np.flatnonzero(fitting.any(axis=0))), 0, float(rooms.need[0].sum())))
    return tuple(found)


def _without_site(allowed: Flags, fitting: Flags) -> list[Conflict]:
    none, large = np.flatnonzero(~allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=1) & ~fitting.any(axis=1))
    found = [Conflict(NO_SITE, _tuple(none))] if len(none) else []
    return found + ([Conflict(TOO_LARGE, _tuple(large), _tuple(np.flatnonzero(allowed[large].any(axis=0))))] if len(large) else [])


def _too_few(rooms: Rooms, rows: NDArray[np.int64], kind: int, most: int, stands: NDArray[np.int64]) -> list[Conflict]:
    room, needed = rooms.room[kind], float(rooms.need[kind, rows].sum())
    other = np.setdiff1d(np.arange(len(room)), stands)
    chosen = np.concatenate([stands, other[np.argsort(-room[other], kind="stable")][: max(0, most - len(stands))]])
    has = float(room[chosen].sum())
    if has >= needed or len(chosen) == len(room):
        return []
    return [Conflict(TOO_FEW_SITES, _tuple(rows), _tuple(np.sort(chosen)), kind, needed, has)]


def _short(rooms: Rooms, fitting: Flags, rows: NDArray[np.int64], kind: int) -> list[Conflict]:
    """Sets of rows that need more than all their sites have, one after the other until the rest has room (were rows divided)."""
    found: list[Conflict] = []
    need, room = rooms.need[kind], rooms.room[kind]
    rows = rows[need[rows] > 0]
    while len(tight := _crowded(need[rows], room, fitting[rows])):
        crowd = _irreducible(need, room, fitting, rows[tight])
        sites = np.flatnonzero(fitting[crowd].any(axis=0))
        found.append(Conflict(SHORT_OF_ROOM, _tuple(crowd), _tuple(sites), kind, float(need[crowd].sum()), float(room[sites].sum())))
        rows = np.setdiff1d(rows, crowd)
    return found


def _crowded(need: Floats, room: Floats, fitting: Flags) -> NDArray[np.int64]:
    """Places of rows that together need more than their sites have; none if a divided plan places all.

    The dual of placing as much as possible: rows with price 0 are those of a smallest cut.
    """
    row, site = np.nonzero(fitting)
    if not len(row):
        return np.zeros(0, dtype=np.int64)
    rows, sites, arcs = len(need), len(room), np.arange(len(row))
    lines = np.concatenate([row, rows + site])
    table = coo_array((np.ones(2 * len(row)), (lines, np.concatenate([arcs, arcs])))).tocsr()
    ends = np.concatenate([need, room])[: rows + sites]
    answer = linprog(-np.ones(len(row)), A_ub=table, b_ub=ends[: table.shape[0]], method="highs-ds")
    if -answer.fun >= need.sum() * (1.0 - 1e-9):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(answer.ineqlin.marginals[:rows] > -0.5)  # noqa: PLR2004 - the dual of a cut is 0 or -1


def _irreducible(need: Floats, room: Floats, fitting: Flags, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out every row without which the rest still needs more than its sites have, the smallest first."""
    kept = list(rows[np.argsort(need[rows], kind="stable")])
    for row in list(kept):
        rest = [other for other in kept if other != row]
        if rest and need[rest].sum() > room[fitting[rest].any(axis=0)].sum():
            kept = rest
    return np.sort(np.array(kept, dtype=np.int64))


def _tuple(numbers: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)
