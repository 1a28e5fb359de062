"""Named sets of weights: who weighs what how much, by which method, from which source, and how far a weight may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from gis.sites.criteria.ahp import Ahp, ahp, judgement_matrix
from gis.sites.criteria.random_index import DEFAULT
from gis.sites.criteria.scoring import normalised
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

Method: TypeAlias = Literal["neutral", "direct", "ahp"]
Range: TypeAlias = "tuple[float, float]"

METHODS: tuple[Method, ...] = ("neutral", "direct", "ahp")
SWING = 0.5
"""Where nobody says how far a weight may be off: from half to one and a half times. No source gives weights that hold everywhere, so no narrower trust is claimed."""
LONGEST_NAME = 40
DECIMALS = 12
"""Shares are kept so: 0.2 as such, not as what adding up has left of it."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class WeightSet:
    """One set of weights, as shares of 1.

    Attributes:
        name: how people call it.
        method: `neutral` (the site set's own), `direct` (set by hand) or `ahp` (from judgements).
        weights: share of each criterion; they sum to 1.
        low: lower end of each share's range.
        high: upper end.
        judgements: for `ahp`: how many times as important the first criterion of a pair is as the second.
        source: who says so.
        random_index: for `ahp`: the table the consistency ratio was taken with.
    """

    name: str
    method: Method
    weights: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    judgements: Mapping[tuple[str, str], float] = field(default_factory=dict)
    source: str = ""
    random_index: str = ""

    def ranges(self) -> dict[str, Range]:
        """Both ends by criterion."""
        return {key: (self.low[key], self.high[key]) for key in self.weights}

    def consistency(self, labels: Mapping[str, str] | None = None) -> Ahp | None:
        """The judgements examined anew; None for a set that has none."""
        if self.method != "ahp":
            return None
        keys = tuple(self.weights)
        names = [(labels or {}).get(key, key) for key in keys]
        return ahp(judgement_matrix(keys, self.judgements), names, random_index=self.random_index or DEFAULT)


def direct_set(
    name: str, weights: Mapping[str, float], *, ranges: Mapping[str, Range] | None = None, method: Method = "direct", source: str = ""
) -> WeightSet:
    """A set from weights that were set by hand, in any unit.

    Args:
        name: how people call it.
        weights: weight of each criterion; need not sum to 1.
        ranges: lower and upper end of some or all of them, in the same unit; half to one and a half times where none is given.
        method: `neutral` for the site set's own weights.
        source: who says so.

    Raises:
        QueryError: an empty name, a weight or range that cannot be used; the sentence names it.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise QueryError(f"权重方案的名称须有 1 到 {LONGEST_NAME} 个字，不含控制字符。")
    shares = shared(weights)
    ends = shared_ranges(weights, ranges)
    return WeightSet(name.strip(), method, shares, {k: ends[k][0] for k in shares}, {k: ends[k][1] for k in shares}, {}, source)


def ahp_set(
    name: str,
    judgements: Mapping[tuple[str, str], float],
    criteria: Mapping[str, str],
    *,
    ranges: Mapping[str, Range] | None = None,
    random_index: str = DEFAULT,
    source: str = "",
) -> WeightSet:
    """A set from paired judgements.

    Args:
        name: how people call it.
        judgements: how many times as important the first criterion of a pair is as the second; by key.
        criteria: label of each criterion that is compared, by key, in order.
        ranges: as for `direct_set`, in shares of 1.
        random_index: table for the consistency ratio.
        source: who judged.

    Raises:
        QueryError: a pair is missing or unknown, or the judgements contradict each other (CR > 0.10).
    """
    labelled = {(criteria.get(a, a), criteria.get(b, b)): value for (a, b), value in judgements.items()}
    found = ahp(judgement_matrix(list(criteria.values()), labelled), list(criteria.values()), random_index=random_index)
    plain = direct_set(name, dict(zip(criteria, found.weights.tolist(), strict=True)), ranges=ranges, source=source)
    return WeightSet(plain.name, "ahp", plain.weights, plain.low, plain.high, dict(judgements), source, found.table)


def shared(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights as shares of 1.

    Raises:
        QueryError: a weight is negative or no number (named), or all are zero.
    """
    for key, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise QueryError(f"“{key}”的权重 {weight:g} 不能用，须是不小于 0 的数。")
    shares = normalised(np.fromiter(weights.values(), dtype=np.float64, count=len(weights)))
    return {key: round(share, DECIMALS) for key, share in zip(weights, shares.tolist(), strict=True)}


def shared_ranges(weights: Mapping[str, float], ranges: Mapping[str, Range] | None = None) -> dict[str, Range]:
    """The range of each weight as shares of 1; where none is given, half to one and a half times the weight.

    Raises:
        QueryError: a range is for no weight, upside down, or does not hold its weight.
    """
    strange = [key for key in ranges or {} if key not in weights]
    if strange:
        raise QueryError(f"“{strange[0]}”有权重范围，却没有权重。")
    total = sum(weights.values())
    return {key: _range(key, weight, (ranges or {}).get(key), total) for key, weight in weights.items()}


def _range(key: str, weight: float, given: Range | None, total: float) -> Range:
    low, high = given if given is not None else (weight * (1 - SWING), min(weight * (1 + SWING), total))
    slack = _SLACK * total
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= weight + slack and weight - slack <= high):
        raise QueryError(f"“{key}”的权重范围 {low:g} 到 {high:g} 不能用：须不小于 0，并包含权重 {weight:g}。")
    return round(low / total, DECIMALS), round(min(high / total, 1.0), DECIMALS)


def parse_weights(text: str) -> dict[str, float]:
    """Weights as they are typed: `slope=0.3,hazard=0.7` (Chinese commas and spaces will do).

    Raises:
        QueryError: a part is no `name=number`, or a name comes twice.
    """
    found: dict[str, float] = {}
    for part in text.replace("，", ",").replace("；", ",").replace(";", ",").split(","):
        key, sign, number = (piece.strip() for piece in part.replace("＝", "=").partition("="))
        if not part.strip():
            continue
        value = _number(number)
        if not (key and sign) or value is None:
            raise QueryError(f"权重“{part.strip()}”看不懂。", hint="写成：slope=0.3,hazard=0.7")
        if key in found:
            raise QueryError(f"权重“{key}”给了两次。")
        found[key] = value
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
