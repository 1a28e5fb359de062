"""Which weights a study counts with: those that were asked for, else those that were kept under a name, else the site set's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gis.sites.criteria import WeightSet, ahp_set, direct_set
from gis.sites.criteria.random_index import DEFAULT
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gis.sites.criteria.ranking import RankMethod
    from gis.sites.sets import SiteSet

NEUTRAL = "中性默认"
UNNAMED = "本次权重"


@dataclass(frozen=True, slots=True)
class Weighing:
    """How criteria are to count.

    Attributes:
        weights: by criterion, in any unit; criteria that are not named count nothing.
        judgements: instead of weights, how many times as important the first of a pair is as the second.
        random_index: table for the consistency of judgements.
        name: of the set: kept already (without weights and judgements), or the name of the given ones.
        spread: share by which a weight may be off; None: half to one and a half times.
        method: of ranking.
        draws: how many weights are tried for the certainty of ranks; None: as the set says.
    """

    weights: Mapping[str, float] | None = None
    judgements: Mapping[tuple[str, str], float] = field(default_factory=dict)
    random_index: str = DEFAULT
    name: str = ""
    spread: float | None = None
    method: RankMethod = "weighted_sum"
    draws: int | None = None


def weigh(rules: SiteSet, asked: Weighing, kept: Mapping[str, WeightSet]) -> WeightSet:
    """The weights of a study.

    Args:
        rules: the criteria that there are, and their own weights.
        asked: what was asked for.
        kept: sets that the county has kept, by name.

    Raises:
        QueryError: an unknown criterion or name, or judgements that contradict each other.
    """
    labels = {key: label for key, label, _ in rules.criteria.listed()}
    if asked.judgements:
        return ahp_set(asked.name or UNNAMED, asked.judgements, _judged(asked.judgements, labels), random_index=asked.random_index)
    if asked.weights is not None:
        _refuse_unknown(asked.weights, labels)
        return _direct(asked.name or UNNAMED, asked.weights, asked.spread)
    if asked.name and asked.name != NEUTRAL:
        if asked.name not in kept:
            known = "、".join(f"“{name}”" for name in kept) or "还没有"
            raise QueryError(f"没有名为“{asked.name}”的权重方案；已存的：{known}。")
        return kept[asked.name]
    spread = float(rules.ranking.range_share.value) if asked.spread is None else asked.spread
    weights = {key: weight for key, weight in rules.criteria.weights().items() if weight > 0}
    return direct_set(NEUTRAL, weights, ranges=_ranges(weights, spread), method="neutral", source=rules.reference())


def _direct(name: str, weights: Mapping[str, float], spread: float | None) -> WeightSet:
    given = {key: weight for key, weight in weights.items() if weight > 0}
    return direct_set(name, given, ranges=None if spread is None else _ranges(given, spread))


def _ranges(weights: Mapping[str, float], spread: float) -> dict[str, tuple[float, float]]:
    """Each weight up and down by a share of itself."""
    total = sum(weights.values())
    return {key: (weight * (1 - spread), min(weight * (1 + spread), total)) for key, weight in weights.items()}


def _judged(judgements: Mapping[tuple[str, str], float], labels: Mapping[str, str]) -> dict[str, str]:
    """The criteria that are compared, in the order of the set."""
    named = {key for pair in judgements for key in pair}
    _refuse_unknown(dict.fromkeys(named, 1.0), labels)
    return {key: label for key, label in labels.items() if key in named}


def _refuse_unknown(weights: Mapping[str, float], labels: Mapping[str, str]) -> None:
    unknown = sorted(set(weights) - set(labels))
    if unknown:
        known = "、".join(f"{key}（{label}）" for key, label in labels.items())
        raise QueryError(f"没有“{unknown[0]}”这项指标；可用的有：{known}。")
