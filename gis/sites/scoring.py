"""From measures to one number: the weighted mean of the scores that are known, and the class it falls in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gis.sites.rules import SiteRules

    Floats = NDArray[np.float32]

GRADES = ("unknown", "best", "fair", "poor", "unsuitable", "excluded")
"""Classes of land in the order of their codes."""
GRADE_LABELS = {"unknown": "不明", "best": "最适宜", "fair": "较适宜", "poor": "勉强适宜", "unsuitable": "不适宜", "excluded": "不可建"}
_DECIMALS = 2
"""Scores are kept in hundredths of a point."""


def full_weights(rules: SiteRules, weights: Mapping[str, float] | None) -> dict[str, float]:
    """Weights of all criteria, summing to 1: the given ones (those not named get nought), or the set's own.

    Raises:
        QueryError: An unknown criterion, a negative or infinite weight, or none above nought.
    """
    if weights is None:
        return rules.criteria.weights()
    keys = [key for key, _, _ in rules.criteria.listed()]
    for key, weight in weights.items():
        if key not in keys:
            raise QueryError(f"没有名为“{key}”的评分项。", hint=f"可用的有：{'、'.join(keys)}。")
        if not (math.isfinite(weight) and weight >= 0):
            raise QueryError(f"评分项“{key}”的权重 {weight:g} 不能用，须为不小于 0 的数。")
    total = math.fsum(weights.values())
    if total <= 0:
        raise QueryError("各项权重不能全为 0。")
    return {key: float(weights.get(key, 0.0)) / total for key in keys}


def total_score(scores: Mapping[str, Floats], weights: Mapping[str, float], required: frozenset[str]) -> Floats:
    """Weighted mean of the known scores, 0 to 100, in hundredths; NaN where a required score is not known, or none with a weight is.

    Args:
        scores: by criterion, NaN unknown; all of one shape.
        weights: by criterion.
        required: criteria without which there is no total; those that weigh nothing are not missed.
    """
    shape = next(iter(scores.values())).shape
    total, weighed, missing = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for key, score in scores.items():
        weight = weights[key]
        if weight == 0:
            continue
        known = np.isfinite(score)
        total += np.where(known, score, 0.0) * weight
        weighed += known * weight
        if key in required:
            missing |= ~known
    none = missing | (weighed == 0)
    return np.where(none, np.nan, np.round(total / np.where(weighed == 0, 1.0, weighed), _DECIMALS)).astype(np.float32)


def required_criteria(rules: SiteRules) -> frozenset[str]:
    """Criteria without which land is not scored."""
    return frozenset(key for key, _, one in rules.criteria.listed() if one.required.value)


def grade_of(total: Floats, excluded: NDArray[np.bool_], rules: SiteRules) -> NDArray[np.uint8]:
    """Codes of `GRADES`."""
    best, fair, poor = (float(value.value) for value in (rules.classes.best, rules.classes.fair, rules.classes.poor))
    known = np.select([total >= best, total >= fair, total >= poor], [1, 2, 3], default=4)
    return np.where(excluded, 5, np.where(np.isfinite(total), known, 0)).astype(np.uint8)
