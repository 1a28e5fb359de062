"""A finding: what one indicator says of every group, in two bounds.

Missing data is judged by bounds. `low` is the level where everything unknown is taken against the group, `high` where it is taken in its
favour; where both agree the unknown does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.reasons import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

REASONS: tuple[Reason, ...] = tuple(Reason)
_CODE = {reason: place for place, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True, eq=False)
class Asset:
    """What was looked at: a layer, the row in it (-1: none), its distance in metres, and the date code of that row."""

    layer: str
    row: NDArray[np.int64]
    distance: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Finding:
    """One indicator for n groups.

    Attributes:
        service, indicator, rule: what was judged.
        low, high: place of the level among those of the service, `low <= high`.
        value, threshold, unit: what was measured and what was asked; NaN where nothing could be measured.
        shortfall: by how much it falls short (> 0) or is within (<= 0); NaN unknown.
        near: falls short by little.
        reason: place in `REASONS`.
        asset: nearest asset that may count, or None.
        sure_asset: nearest asset that surely counts, where that can be another one; the value was measured to it.
        missing: name of a field or layer, and where it was missing.
        dates: date codes of what was used beside the group itself.
    """

    service: str
    indicator: str
    rule: str
    low: NDArray[np.int8]
    high: NDArray[np.int8]
    value: Floats
    threshold: Floats
    unit: str
    shortfall: Floats
    near: Bools
    reason: NDArray[np.int16]
    asset: Asset | None = None
    sure_asset: Asset | None = None
    missing: tuple[tuple[str, Bools], ...] = ()
    dates: NDArray[np.int32]


def levels(sure: Bools, possible: Bools, *, reached: int, otherwise: int = 0) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Low and high level of an indicator that is either reached or not."""
    low = np.where(sure, reached, otherwise).astype(np.int8)
    high = np.where(possible, reached, otherwise).astype(np.int8)
    return low, high


def code(reason: Reason) -> int:
    """Place of a reason in `REASONS`."""
    return _CODE[reason]


def choose(default: Reason, *cases: tuple[Bools, Reason]) -> NDArray[np.int16]:
    """The reason of the first case that holds, group by group."""
    return np.select([where for where, _ in cases], [code(reason) for _, reason in cases], code(default)).astype(np.int16)


def at_most(value: Floats, limit: Floats | float) -> tuple[Floats, Floats]:
    """Threshold and shortfall of a value that must not exceed a limit."""
    threshold = np.broadcast_to(np.asarray(limit, dtype=np.float64), value.shape).copy()
    return threshold, value - threshold


def at_least(value: Floats, limit: Floats | float) -> tuple[Floats, Floats]:
    """Threshold and shortfall of a value that must reach a limit."""
    threshold = np.broadcast_to(np.asarray(limit, dtype=np.float64), value.shape).copy()
    return threshold, threshold - value


def within_margin(shortfall: Floats, margin: Floats | float) -> Bools:
    """Falls short, by no more than the margin."""
    return np.asarray((shortfall > 0) & (shortfall <= margin), dtype=bool)


def pick(codes: NDArray[np.int32], rows: NDArray[np.int64], none: int) -> NDArray[np.int32]:
    """Date code of each asset row; `none` where there is no asset."""
    if len(codes) == 0:
        return np.full(len(rows), none, dtype=np.int32)
    return np.where(rows >= 0, codes[rows], none).astype(np.int32)
