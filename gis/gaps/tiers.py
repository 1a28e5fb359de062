"""Two-step levels (基本达标, 达标): how an indicator of water becomes a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.findings import Finding, at_least, at_most

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Asset, Bools, Floats
    from gis.standards import WaterRule

NONE, BASIC, FULL = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Tier:
    """One step: who surely and who possibly reaches it, and the limit (a number, or one for each group; NaN where there is none)."""

    sure: Bools
    possible: Bools
    limit: Floats | float


Tiers = tuple[Tier, Tier | None]
"""Basic, and full where the set knows it."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What was measured for an indicator: values, their unit, and whether more is better."""

    indicator: str
    value: Floats
    unit: str
    more_is_better: bool


def tiered(
    rule: WaterRule,
    measure: Measure,
    tiers: Tiers,
    *,
    reason: NDArray[np.int16],
    missing: tuple[tuple[str, Bools], ...],
    asset: Asset | None,
    dates: NDArray[np.int32],
) -> Finding:
    """The finding of one water indicator; its threshold is that of the level which the set requires."""
    low, high = tier_levels(tiers, top_level(rule))
    asked = tiers[1] if rule.required_level.value == "full" and tiers[1] is not None else tiers[0]
    against = at_least if measure.more_is_better else at_most
    threshold, shortfall = against(measure.value, asked.limit)
    shortfall = np.where(asked.sure, np.minimum(shortfall, 0), shortfall)
    return Finding(
        service="safe_water",
        indicator=measure.indicator,
        rule=f"water.{measure.indicator}",
        low=low,
        high=high,
        value=measure.value,
        threshold=threshold,
        unit=measure.unit,
        shortfall=shortfall,
        near=np.asarray((shortfall > 0) & (shortfall <= rule.near_miss_share.value * threshold), dtype=bool),
        reason=reason,
        asset=asset,
        missing=tuple((name, where & (low != high)) for name, where in missing),
        dates=dates,
    )


def tier_levels(tiers: Tiers, top: int) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Low and high level; where the set has no second step for this indicator, the first one gives the top."""
    basic, full = tiers
    if full is None:
        return np.where(basic.sure, top, NONE).astype(np.int8), np.where(basic.possible, top, NONE).astype(np.int8)
    low = np.where(basic.sure, np.where(full.sure, FULL, BASIC), NONE)
    high = np.where(basic.possible, np.where(full.possible, FULL, BASIC), NONE)
    return low.astype(np.int8), high.astype(np.int8)


def top_level(rule: WaterRule) -> int:
    """The highest level that the set knows: `full` only if it has any second step."""
    second = (
        rule.litres_pcd("full"),
        rule.quality_central_full,
        rule.quality_dispersed_full,
        rule.fetch_horizontal_full_m,
        rule.fetch_vertical_full_m,
        rule.outage_days_full,
    )
    return FULL if any(step is not None for step in second) else BASIC
