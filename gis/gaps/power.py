"""Power: a transformer near enough, capacity for each household, and three phases where the set asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.findings import Asset, Finding, at_least, choose, levels, pick
from gis.gaps.nearest import pairs_within
from gis.gaps.reach import Reach, Reasons, reach, reach_finding
from gis.gaps.reasons import Reason
from gis.gaps.scene import flags, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools, Floats
    from gis.gaps.scene import Scene
    from gis.standards import PowerRule

LAYER = "transformers"
_REASONS = Reasons(far=Reason.TRANSFORMER_FAR, none=Reason.NO_TRANSFORMER, doubt=Reason.TRANSFORMER_FAR, field="")


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Groups and the transformers within the supply radius of each: rows of both, sorted by group."""

    group: NDArray[np.int64]
    transformer: NDArray[np.int64]


def judge_power(scene: Scene, rule: PowerRule) -> list[Finding]:
    """Indicators `distance` (m), `capacity` (kVA a household) and, where asked, `three_phase`."""
    every = np.ones(len(scene.frame(LAYER)), dtype=bool)
    measured = reach(scene, LAYER, (every, every), rule.lv_radius_m.value)
    pairs = Pairs(*pairs_within(scene.points, scene.metric(LAYER), rule.lv_radius_m.value))
    distance = reach_finding(scene, measured, _REASONS, service="power", margin=rule.near_miss_m.value)
    capacity = _capacity(scene, measured, pairs, rule.kva_per_household_min.value)
    phases = [_three_phase(scene, measured, pairs)] if rule.three_phase_required.value else []
    return [distance, capacity, *phases]


def _capacity(scene: Scene, measured: Reach, pairs: Pairs, limit: float) -> Finding:
    """The best single transformer within the radius, shared with the groups that lie nearest to it.

    A group does not have to hang on its nearest transformer: it is judged by the one within the radius that would give it most. A further
    transformer can then only help: it takes groups off the others, and nobody has to change to it.
    """
    sure, possible = capacity_bounds(scene, measured, pairs)
    share, row = _best(sure, pairs, scene.size)
    may_share, _ = _best(possible, pairs, scene.size)
    blind = measured.blind | (not scene.has(LAYER))
    met = share >= limit
    may = (may_share >= limit) | blind
    low, high = levels(met, may, reached=1)
    # What is said is what holds in any case: no less than this where it is enough, no more than this where it is not.
    known = np.where(met, share, np.where(may, np.nan, may_share))
    threshold, shortfall = at_least(known, limit)
    doubt = may & ~met & ~blind
    unknown_households = np.isnan(numbers(scene.groups, "households_count"))
    reason = choose(
        Reason.CAPACITY_LOW,
        (met, Reason.MET),
        (np.full(scene.size, not scene.has(LAYER)), Reason.LAYER_MISSING),
        (measured.blind, Reason.NO_LOCATION),
        (doubt & unknown_households, Reason.HOUSEHOLDS_UNKNOWN),
        (doubt, Reason.CAPACITY_UNKNOWN),
        (row < 0, Reason.TRANSFORMER_FAR),
    )
    missing = (
        (LAYER, np.full(scene.size, not scene.has(LAYER)) & ~met),
        ("geometry", measured.blind & ~met),
        ("households_count", doubt & unknown_households),
        ("capacity_kva", doubt & ~unknown_households),
    )
    return Finding(
        service="power",
        indicator="capacity",
        rule="power.capacity",
        low=low,
        high=high,
        value=known,
        threshold=threshold,
        unit="kVA/户",
        shortfall=shortfall,
        near=np.zeros(scene.size, dtype=bool),
        reason=reason,
        asset=_asset(scene, row),
        missing=missing,
        dates=pick(scene.date_codes(LAYER), row, len(scene.dates)),
    )


def capacity_bounds(scene: Scene, measured: Reach, pairs: Pairs) -> tuple[Floats, Floats]:
    """Capacity (kVA a household) that each pair would give, in two bounds.

    A transformer's load is the households of the groups that lie nearest to it, within the radius. Low: an unknown capacity is none, an
    unknown number of households is beyond measure. High: an unknown capacity is ample, an unknown number of households is none.
    """
    households = numbers(scene.groups, "households_count")
    capacity = numbers(scene.frame(LAYER), "capacity_kva")
    home = np.where(measured.near, measured.found.row, -1)
    known, spoiled = np.zeros(len(capacity)), np.zeros(len(capacity), dtype=bool)
    served = home >= 0
    np.add.at(known, home[served], np.nan_to_num(households[served]))
    spoiled[home[served & np.isnan(households)]] = True
    guest = home[pairs.group] != pairs.transformer
    load = known[pairs.transformer] + np.where(guest, np.nan_to_num(households[pairs.group]), 0.0)
    blurred = spoiled[pairs.transformer] | np.isnan(households[pairs.group])
    kva = capacity[pairs.transformer]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(load > 0, kva / load, np.inf)
    low = np.where(blurred | np.isnan(kva), 0.0, share)
    return low, np.where(np.isnan(kva), np.inf, share)


def _best(share: Floats, pairs: Pairs, size: int) -> tuple[Floats, NDArray[np.int64]]:
    """Largest share of each group and the transformer that gives it; -inf and -1 where none is within the radius."""
    best, row = np.full(size, -np.inf), np.full(size, -1, dtype=np.int64)
    order = np.lexsort((pairs.transformer, -share, pairs.group))
    first, at = np.unique(pairs.group[order], return_index=True)
    best[first], row[first] = share[order][at], pairs.transformer[order][at]
    return best, row


def _three_phase(scene: Scene, measured: Reach, pairs: Pairs) -> Finding:
    """What the list says of the group, else whether any transformer within the radius has three phases."""
    own_sure, own_may = flags(scene.groups, "three_phase_power")
    unsaid = own_may & ~own_sure
    near_sure, near_may = (_any(flag, pairs, scene.size) for flag in flags(scene.frame(LAYER), "three_phase_power"))
    absent = np.full(scene.size, not scene.has(LAYER))
    met = own_sure | (unsaid & near_sure)
    may = met | (unsaid & (near_may | measured.blind | absent))
    low, high = levels(met, may, reached=1)
    nothing = np.full(scene.size, np.nan)
    reason = choose(Reason.NO_THREE_PHASE, (met, Reason.MET), (may, Reason.THREE_PHASE_UNKNOWN))
    return Finding(
        service="power",
        indicator="three_phase",
        rule="power.three_phase",
        low=low,
        high=high,
        value=nothing,
        threshold=nothing,
        unit="",
        shortfall=nothing,
        near=np.zeros(scene.size, dtype=bool),
        reason=reason,
        asset=_asset(scene, measured.found.row),
        missing=(("three_phase_power", may & ~met),),
        dates=pick(scene.date_codes(LAYER), measured.found.row, len(scene.dates)),
    )


def _any(flag: Bools, pairs: Pairs, size: int) -> Bools:
    result = np.zeros(size, dtype=bool)
    result[pairs.group[flag[pairs.transformer]]] = True
    return result


def _asset(scene: Scene, row: NDArray[np.int64]) -> Asset:
    return Asset(LAYER, row, scene.distance_to(LAYER, row))
