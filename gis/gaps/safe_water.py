"""Safe water: quantity, quality, convenience (distance and climb) and reliability; the worst decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.fetching import judge_fetching
from gis.gaps.findings import Asset, choose
from gis.gaps.reasons import Reason
from gis.gaps.supply import SCHEMES, read_supply
from gis.gaps.tiers import Measure, Tier, Tiers, tiered

if TYPE_CHECKING:
    from gis.gaps.findings import Bools, Finding
    from gis.gaps.scene import Scene
    from gis.gaps.supply import Supply
    from gis.standards import WaterRule


def judge_water(scene: Scene, rule: WaterRule) -> list[Finding]:
    """Indicators `quantity` (L), `quality`, `distance` and `climb` (m, one way) and `reliability` (days a year)."""
    supply = read_supply(scene)
    quantity = Measure("quantity", supply.litres, "L/人·日", more_is_better=True)
    quality = Measure("quality", np.full(scene.size, np.nan), "", more_is_better=True)
    outage = Measure("reliability", supply.outage, "天/年", more_is_better=False)
    return [
        _finding(scene, rule, supply, quantity, _quantity(rule, supply), Reason.QUANTITY_LOW),
        _finding(scene, rule, supply, quality, _quality(rule, supply), Reason.QUALITY_BAD),
        *judge_fetching(scene, rule, supply),
        _finding(scene, rule, supply, outage, _reliability(rule, supply), Reason.OUTAGE_LONG),
    ]


def _quantity(rule: WaterRule, supply: Supply) -> Tiers:
    def tier(limit: float) -> Tier:
        """Enough litres for this step."""
        return Tier(supply.litres >= limit, (supply.litres >= limit) | np.isnan(supply.litres), limit)

    basic, full = rule.litres_pcd("basic"), rule.litres_pcd("full")
    return tier(basic.value if basic is not None else 0.0), None if full is None else tier(full.value)


def _quality(rule: WaterRule, supply: Supply) -> Tiers:
    """Accepted for the kind of supply; where the kind is not known, surely accepted only if both kinds accept it."""
    unknown = supply.quality.isna().to_numpy(dtype=bool)

    def tier(central: tuple[str, ...], dispersed: tuple[str, ...]) -> Tier:
        """Accepted for this step."""
        first, second = (supply.quality.isin(list(accepted)).to_numpy(dtype=bool) for accepted in (central, dispersed))
        return Tier(*_either(supply, (first, first), (second, second), unknown), np.nan)

    basic = tier(rule.quality_central_basic.value, rule.quality_dispersed_basic.value)
    if rule.quality_central_full is None and rule.quality_dispersed_full is None:
        return basic, None
    central = rule.quality_central_full or rule.quality_central_basic
    dispersed = rule.quality_dispersed_full or rule.quality_dispersed_basic
    return basic, tier(central.value, dispersed.value)


def _reliability(rule: WaterRule, supply: Supply) -> Tiers:
    """Days a year without water.

    A set may count a dispersed supply by consecutive days. The data has days a year: no more of them than allowed in a row is surely
    enough, more of them may still have been spread over the year.
    """
    unknown = np.isnan(supply.outage)
    yearly = rule.outage_days_basic.value
    dry = yearly if rule.dispersed_dry_days_basic is None else rule.dispersed_dry_days_basic.value
    central, dispersed = supply.outage <= yearly, supply.outage <= dry
    spread = dispersed | (rule.dispersed_dry_days_basic is not None)
    sure, possible = _either(supply, (central, central), (dispersed, spread), unknown)
    basic = Tier(sure, possible, np.where(supply.central, float(yearly), float(dry)))
    if rule.outage_days_full is None:
        return basic, None
    within = supply.outage <= rule.outage_days_full.value
    return basic, Tier(within, within | unknown, float(rule.outage_days_full.value))


def _either(supply: Supply, central: tuple[Bools, Bools], dispersed: tuple[Bools, Bools], unknown: Bools) -> tuple[Bools, Bools]:
    """Bounds over the kinds of supply that are possible."""
    sure = (central[0] | ~supply.central) & (dispersed[0] | ~supply.dispersed) & ~unknown
    return sure, (central[1] & supply.central) | (dispersed[1] & supply.dispersed) | unknown


_FIELDS = {"quantity": "water_litres_pcd", "quality": "water_quality", "reliability": "water_outage_days"}


def _finding(scene: Scene, rule: WaterRule, supply: Supply, measure: Measure, tiers: Tiers, reason: Reason) -> Finding:
    """An indicator that the group or its scheme states."""
    basic, full = tiers
    empty = supply.quality.isna().to_numpy(dtype=bool) if measure.indicator == "quality" else np.isnan(measure.value)
    absent = supply.unlinked & empty & (not scene.has(SCHEMES))
    open_ = ~empty & ((basic.sure != basic.possible) | (full.sure != full.possible if full is not None else False))
    # Stated, and still open: the kind of supply is not known, or days of the year do not tell days in a row.
    kind = open_ & supply.central & supply.dispersed
    doubt = basic.possible & ~basic.sure
    return tiered(
        rule,
        measure,
        tiers,
        reason=choose(reason, (basic.sure, Reason.MET), (absent, Reason.LAYER_MISSING), (doubt, Reason.INDICATOR_MISSING)),
        missing=((_FIELDS[measure.indicator], (empty & ~absent) | (open_ & ~kind)), (SCHEMES, absent), ("scheme_kind", kind)),
        asset=Asset(SCHEMES, supply.scheme, scene.distance_to(SCHEMES, supply.scheme)),
        dates=supply.dates,
    )
