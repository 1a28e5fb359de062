"""A queue of cells by cost: a wheel of buckets, each a narrow range of costs, for the least-cost kernels.

Cells within one bucket come out in no order of cost. The kernels stay exact all the same: a cell that is improved after it came out goes in
again, and a bucket is left only when it is empty, so every cost below it is final. With buckets no wider than the cheapest step no cell
comes out twice (Denardo & Fox 1979). What lies beyond the wheel waits in one pile and is taken in when the wheel gets there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOTS = 4096
"""Buckets on the wheel; a power of two."""
FREE, NOW, COUNT, PILED, PILE, SOONEST = range(6)
"""Places in `mark`: first free entry, bucket being emptied, entries on the wheel, entries on the pile, the first of these, their lowest bucket."""
NEVER = 1 << 62
CELL, NEXT = 0, 1
"""Columns of an entry."""
DONE = 1
"""State bit of a cell that has come out."""


@compiled
def new_queue() -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """An empty queue: the heads of the buckets, and the numbers of `mark`. It stands before the first bucket, so that all goes to the pile."""
    mark = np.zeros(6, np.int64)
    mark[FREE], mark[NOW], mark[PILE], mark[SOONEST] = -1, -SLOTS, -1, NEVER
    return np.full(SLOTS, np.int32(-1)), mark


@compiled
def with_room(entries: NDArray[np.int32], mark: NDArray[np.int64], wanted: int) -> NDArray[np.int32]:
    """The entries, copied into twice the room if fewer than `wanted` are free."""
    used, old = mark[COUNT] + mark[PILED], len(entries)
    if used + wanted <= old:
        return entries
    more = np.empty((2 * old + wanted, 2), np.int32)
    more[:old] = entries
    for at in range(old, len(more)):
        more[at, NEXT] = at + 1
    more[len(more) - 1, NEXT] = mark[FREE]
    mark[FREE] = old
    return more


@compiled
def _place(entries: NDArray[np.int32], heads: NDArray[np.int32], mark: NDArray[np.int64], at: int, bucket: int) -> None:
    """Put an entry on the wheel, or on the pile if its bucket is not there yet."""
    if bucket - mark[NOW] < SLOTS:
        slot = bucket & (SLOTS - 1)
        entries[at, NEXT] = heads[slot]
        heads[slot] = at
        mark[COUNT] += 1
    else:
        entries[at, NEXT] = mark[PILE]
        mark[PILE] = at
        mark[PILED] += 1
        mark[SOONEST] = min(mark[SOONEST], bucket)


@compiled
def push(entries: NDArray[np.int32], heads: NDArray[np.int32], mark: NDArray[np.int64], cell: int, bucket: int) -> None:
    """Put a cell in. There must be room, and the bucket must not lie before the one being emptied."""
    at = mark[FREE]
    mark[FREE] = entries[at, NEXT]
    entries[at, CELL] = cell
    _place(entries, heads, mark, at, bucket)


@compiled
def pop(entries: NDArray[np.int32], heads: NDArray[np.int32], mark: NDArray[np.int64]) -> int:
    """A cell of the bucket being emptied; -1 when there is none left in it."""
    slot = mark[NOW] & (SLOTS - 1)
    at = np.int64(heads[slot])
    if at < 0:
        return -1
    heads[slot] = entries[at, NEXT]
    entries[at, NEXT] = mark[FREE]
    mark[FREE] = at
    mark[COUNT] -= 1
    return int(entries[at, CELL])


@compiled
def _take_in(
    entries: NDArray[np.int32],
    heads: NDArray[np.int32],
    mark: NDArray[np.int64],
    cost: NDArray[np.float64],
    state: NDArray[np.uint8],
    per_cost: float,
) -> None:
    """Move what the wheel has reached from the pile to the wheel; what has come out already is dropped."""
    at = mark[PILE]
    mark[PILE], mark[PILED], mark[SOONEST] = -1, 0, NEVER
    while at >= 0:
        after = np.int64(entries[at, NEXT])
        cell = entries[at, CELL]
        if state[cell] & DONE:
            entries[at, NEXT] = mark[FREE]
            mark[FREE] = at
        else:
            _place(entries, heads, mark, at, int(cost[cell] * per_cost))
        at = after


@compiled
def advance(
    entries: NDArray[np.int32],
    heads: NDArray[np.int32],
    mark: NDArray[np.int64],
    cost: NDArray[np.float64],
    state: NDArray[np.uint8],
    per_cost: float,
) -> bool:
    """Go to the next bucket that holds something; False when all are empty."""
    while True:
        if mark[COUNT] == 0:
            if mark[PILED] == 0:
                return False
            mark[NOW] = mark[SOONEST]
        if mark[NOW] == mark[SOONEST]:
            _take_in(entries, heads, mark, cost, state, per_cost)
        if heads[mark[NOW] & (SLOTS - 1)] >= 0:
            return True
        if mark[COUNT] > 0:
            mark[NOW] += 1
