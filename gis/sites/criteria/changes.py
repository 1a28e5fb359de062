"""Which one weight would have to change, and by how much, for a parcel to come first by weighted sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.criteria.scoring import normalised

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_STEP_IN = 1e-6
"""How far beyond the point where a parcel draws level with the best the weight is set, so that it leads and does not only tie."""
_LEAST_WIN = 1e-9
_CHUNK = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """The smallest change of one weight that makes each parcel first, all other weights keeping their proportions.

    Attributes:
        criterion: column of the weight, shape (n,); -1 where no single weight can do it.
        before: that weight as a share of all, NaN where there is none.
        after: what it would have to be, NaN where there is none; `before` where the parcel is first already.
    """

    criterion: NDArray[np.int64]
    before: Floats
    after: Floats


def to_be_first(scores: Floats, weights: ArrayLike) -> Changes:
    """The smallest change of one weight for each parcel.

    When the weight of criterion k goes to t and the others are scaled to sum to 1 - t, each parcel's score is a straight line in t, from what it has without k
    (t = 0) to its score under k (t = 1); a parcel is first where its line is above all others.

    Args:
        scores: shape (n, c), all known.
        weights: shape (c,).
    """
    shares = normalised(weights)
    size, columns = scores.shape
    nearest = np.full((columns, size), np.nan)
    for k in range(columns):
        nearest[k] = _nearest(_without(scores, shares, k), scores[:, k], float(shares[k]))
    gap = np.where(np.isnan(nearest), np.inf, np.abs(nearest - shares[:, None]))
    best = gap.argmin(axis=0) if columns else np.zeros(size, dtype=np.int64)
    possible = np.isfinite(gap[best, np.arange(size)])
    after = nearest[best, np.arange(size)]
    return Changes(np.where(possible, best, -1), np.where(possible, shares[best], np.nan), np.where(possible, after, np.nan))


def _without(scores: Floats, shares: Floats, k: int) -> Floats:
    """The score that the other criteria give by themselves; evenly where they have no weight; that of k itself where there is no other."""
    if len(shares) == 1:
        return np.asarray(scores[:, k])
    others = shares.copy()
    others[k] = 0.0
    if others.sum() <= 0:
        others = (np.arange(len(shares)) != k).astype(np.float64)
    found: Floats = scores @ (others / others.sum())
    return found


def _nearest(start: Floats, end: Floats, now: float) -> Floats:
    """The t in [0, 1] nearest to `now` where each line from `start` (t = 0) to `end` (t = 1) is the highest; NaN where it never is."""
    found = np.full(len(start), np.nan)
    front = _front(start, end)
    for first in range(0, len(start), _CHUNK):
        rows = slice(first, first + _CHUNK)
        found[rows] = _on_top(start[rows, None] - start[front], end[rows, None] - end[front], now)
    return found


def _front(start: Floats, end: Floats) -> NDArray[np.intp]:
    """Lines that no other is above at both ends: whoever is above these is above all."""
    order = np.lexsort((-end, -start))
    highest = np.maximum.accumulate(np.append(-np.inf, end[order]))[:-1]
    return order[end[order] > highest]


def _on_top(ahead: Floats, behind: Floats, now: float) -> Floats:
    """As `_nearest`, for leads at t = 0 (`ahead`) and t = 1 (`behind`) over each other line, shape (rows, n)."""
    slope = behind - ahead
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -ahead / slope
    rising, falling = slope > _LEAST_WIN, slope < -_LEAST_WIN
    low = np.where(rising, crossing, 0.0).max(axis=1, initial=0.0)
    high = np.where(falling, crossing, 1.0).min(axis=1, initial=1.0)
    beaten = (~rising & ~falling & (ahead < -_LEAST_WIN)).any(axis=1)
    step = np.minimum(_STEP_IN, (high - low) / 2)
    inside = np.clip(now, np.where(low > 0, low + step, low), np.where(high < 1, high - step, high))
    return np.where(beaten | (low > high), np.nan, inside)
