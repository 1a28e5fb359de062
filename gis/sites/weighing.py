"""Which weights a study counts with: those that were asked for, else those that were kept under a name, else the site set's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gis.sites.criteria import WeightSet, ahp_set, direct_set
from gis.sites.criteria.random_index import DEFAULT
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gis.sites.criteria.ranking import RankMethod
    from gis.sites.sets import SiteSet

NEUTRAL = "中性默认"
UNNAMED = "本次权重"
RESERVED = (NEUTRAL, UNNAMED)
"""Names that no set can be kept under."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How criteria are to count.

    Attributes:
        weights: by criterion, in any unit; criteria that are not named count nothing.
        judgements: instead of weights, how many times as important the first of a pair is as the second.
        random_index: table for the consistency of judgements.
        name: of the set: kept already (without weights and judgements), or the name of the given ones.
        spread: share by which every weight may be off; None: as the weights bring it, half to one and a half times where they say nothing.
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
    found = _found(rules, asked, kept)
    if asked.spread is None:
        return found
    low, high = ({key: min(weight * (1 + sign * asked.spread), 1.0) for key, weight in found.weights.items()} for sign in (-1, 1))
    return replace(found, low=low, high=high)


def _found(rules: SiteSet, asked: Weighing, kept: Mapping[str, WeightSet]) -> WeightSet:
    """The weights with the ranges that they bring."""
    labels = {key: label for key, label, _ in rules.criteria.listed()}
    given = asked.weights is not None or bool(asked.judgements)
    if given and asked.name in RESERVED:
        raise QueryError(f"“{asked.name}”这个名称另有所指，请换一个名称保存权重。")
    if asked.judgements:
        compared = criterion_keys({key for pair in asked.judgements for key in pair}, labels)
        ordered = {key: label for key, label in labels.items() if key in compared.values()}
        return ahp_set(asked.name or UNNAMED, asked.judgements, ordered, random_index=asked.random_index)
    if asked.weights is not None:
        criterion_keys(asked.weights, labels)
        return direct_set(asked.name or UNNAMED, {key: weight for key, weight in asked.weights.items() if weight > 0})
    if asked.name and asked.name != NEUTRAL:
        return _kept(asked.name, kept, labels)
    weights = {key: weight for key, weight in rules.criteria.weights().items() if weight > 0}
    return direct_set(NEUTRAL, weights, ranges=_ranges(weights, float(rules.ranking.range_share.value)), method="neutral", source=rules.reference())


def _kept(name: str, kept: Mapping[str, WeightSet], labels: Mapping[str, str]) -> WeightSet:
    if name not in kept:
        known = "、".join(f"“{one}”" for one in (NEUTRAL, *kept))
        raise QueryError(f"没有名为“{name}”的权重方案；可用的有：{known}。")
    criterion_keys(kept[name].weights, labels)
    return kept[name]


def _ranges(weights: Mapping[str, float], spread: float) -> dict[str, tuple[float, float]]:
    """Each weight up and down by a share of itself."""
    total = sum(weights.values())
    return {key: (weight * (1 - spread), min(weight * (1 + spread), total)) for key, weight in weights.items()}


def criterion_keys(names: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Keys of criteria that are named by key or by label.

    Args:
        names: as they were given.
        labels: label of each criterion, by key.

    Raises:
        QueryError: one of them is no criterion; the sentence lists those there are.
    """
    keys = {label: key for key, label in labels.items()} | {key: key for key in labels}
    unknown = sorted(name for name in names if name not in keys)
    if unknown:
        known = "、".join(f"{key}（{label}）" for key, label in labels.items())
        raise QueryError(f"没有“{unknown[0]}”这项指标；可用的有：{known}。")
    return {name: keys[name] for name in names}
