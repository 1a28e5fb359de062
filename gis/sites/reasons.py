"""Why a place is as it is: the rules that exclude it, those that could not be judged, and the score of each criterion.

Everything follows from the numbers of one cell, so that a click on the map is answered from the stored raster and the site set alone. Where the
county's layers are at hand as well, each reason also tells which feature stands in the way and how far it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.bands import EXCLUDED, UNJUDGED, band_names, bits_of, coding_of, decode
from gis.sites.exclusions import ExclusionRule, blocking, exclusion_rules, required_flags
from gis.sites.reach import boxes
from gis.sites.rules import COVER_CLASSES, HAZARD_CLASSES, LimitExclusion, SlopeExclusion
from gis.sites.scoring import GRADES, full_weights, grade_of, required_criteria, total_score
from gis.sites.values import COVER_LABELS, HAZARD_LABELS
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import shapely
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Grid
    from gis.sites.rules import Criterion, SiteRules
    from gis.sites.suitability import Suitability

_HAZARD_WORDS = {"none": "无影响", **HAZARD_LABELS}
CLASS_WORDS: dict[str, tuple[str, ...]] = {
    "hazard": tuple(_HAZARD_WORDS[name] for name in HAZARD_CLASSES),
    "land": tuple(COVER_LABELS[name] for name in COVER_CLASSES),
}
"""Words of the criteria that measure a class, in the order of their codes."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that excludes a place, or that could not be judged there.

    Attributes:
        rule: its key.
        label: what people call it.
        value: what was measured: degrees, metres, or metres to the feature; None where the layers are not at hand or nothing is known.
        unit: of value and limit.
        limit: what the rule allows: more (slope, height) or less (distance) excludes.
        asset: what stands in the way; empty where not known.
    """

    rule: str
    label: str
    value: float | None
    unit: str
    limit: float | None
    asset: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a place does by one criterion.

    Attributes:
        key: of the criterion.
        label: what people call it.
        value: the measure; None where it is not known, or no way leads there (see `words`).
        unit: of the measure; empty for classes.
        words: the measure as a planner reads it.
        score: 0 to 100; None where it is not known.
        weight: of the criterion, all together 1.
    """

    key: str
    label: str
    value: float | None
    unit: str
    words: str
    score: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one cell.

    Attributes:
        excluded: rules that exclude it, in order.
        unknown: rules that could not be judged there.
        criteria: in order.
        total: weighted score; None where it is excluded, or something required is not known.
        grade: of `gis.sites.scoring.GRADES`.
    """

    excluded: tuple[Reason, ...]
    unknown: tuple[Reason, ...]
    criteria: tuple[Mark, ...]
    total: float | None
    grade: str


def explain(judged: Suitability, x: float, y: float, *, layers: Mapping[str, pd.DataFrame] | None = None) -> Explanation:
    """Why the cell at a place is as it is.

    Args:
        judged: the county.
        x: easting in `judged.crs`.
        y: northing in `judged.crs`.
        layers: the county's frames, to name what stands in the way.

    Raises:
        QueryError: the place lies beside the grid.
    """
    row, column = (int(v) for v in judged.cell(x, y))
    if row < 0:
        raise QueryError("所点的位置在评分范围之外。", hint="请点在本县范围内。")
    values = {key: float(measure[row, column]) for key, measure in judged.measures.items()}
    square = boxes(judged.grid, np.array([row]), np.array([column]))[0] if layers is not None else None
    ground = _Ground(layers or {}, judged.crs, square)
    return _explain(values, int(judged.mask[row, column]), int(judged.unknown[row, column]), judged.settings, judged.weights, ground)


def explain_numbers(
    numbers: NDArray[np.uint16],
    rules: SiteRules,
    *,
    weights: Mapping[str, float] | None = None,
    layers: Mapping[str, pd.DataFrame] | None = None,
    grid: Grid | None = None,
    crs: CRS | None = None,
    at: tuple[float, float] | None = None,
) -> Explanation:
    """The same from one cell of the stored raster.

    Args:
        numbers: of all bands, in the order of `band_names(rules)`.
        rules: the site set with which the raster was made.
        weights: with which it was made.
        layers: the county's frames; with `grid`, `crs` and `at` what stands in the way is named.
        grid: of the raster.
        crs: of the raster.
        at: easting and northing in `crs`.

    Raises:
        QueryError: there are more or fewer bands than the site set has.
    """
    names = band_names(rules)
    if len(numbers) != len(names):
        raise QueryError("选址评分栅格与选址参数不符。", hint="它是用另一套选址参数算出的，请重新运行选址。")
    by_name = dict(zip(names, np.asarray(numbers, dtype=np.uint16)[:, None], strict=True))
    values = {key: float(decode(by_name[key], coding_of(key, one))[0]) for key, _, one in rules.criteria.listed()}
    mask, unknown = (int(bits_of(by_name[low], by_name[high])[0]) for low, high in (EXCLUDED, UNJUDGED))
    ground = _Ground(layers or {}, crs, _square(grid, at) if layers is not None and grid is not None and at is not None else None)
    return _explain(values, mask, unknown, rules, full_weights(rules, weights), ground)


def _square(grid: Grid, at: tuple[float, float]) -> shapely.Geometry:
    column, row = np.floor((at[0] - grid.x0) / grid.cell_m), np.floor((grid.y0 - at[1]) / grid.cell_m)
    square: shapely.Geometry = boxes(grid, np.array([int(row)]), np.array([int(column)]))[0]
    return square


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where a cell lies among the county's layers; without a square nothing is looked up."""

    layers: Mapping[str, pd.DataFrame]
    crs: CRS | None
    square: shapely.Geometry | None


def _explain(values: dict[str, float], mask: int, unknown: int, rules: SiteRules, weights: dict[str, float], ground: _Ground) -> Explanation:
    named = exclusion_rules(rules)
    excluded = tuple(_reason(rule, rules, values, ground) for rule in named if mask & rule.flag)
    unjudged = tuple(Reason(rule.key, rule.label, None, "", None) for rule in named if unknown & rule.flag)
    cells = {key: np.array([value], dtype=np.float32) for key, value in values.items()}
    scores = {key: one.score(cells[key]) for key, _, one in rules.criteria.listed()}
    marks = tuple(_mark(key, label, one, values[key], float(scores[key][0]), weights[key]) for key, label, one in rules.criteria.listed())
    total = total_score(scores, weights, required_criteria(rules))
    if mask or unknown & int(required_flags(rules)):
        total = np.full(1, np.nan, dtype=np.float32)
    grade = GRADES[int(grade_of(total, np.array([mask != 0]), rules)[0])]
    return Explanation(excluded, unjudged, marks, _number(float(total[0])), grade)


def _reason(rule: ExclusionRule, rules: SiteRules, values: dict[str, float], ground: _Ground) -> Reason:
    exclusion = getattr(rules.exclusions, rule.key, None)
    if isinstance(exclusion, SlopeExclusion):
        return Reason(rule.key, rule.label, _number(values["slope"]), "°", float(exclusion.limit_deg.value))
    if isinstance(exclusion, LimitExclusion):
        return Reason(rule.key, rule.label, _number(values[rule.key]), "m", float(exclusion.limit_m.value))
    if ground.square is None or ground.crs is None or exclusion is None or rule.layer not in ground.layers:
        return Reason(rule.key, rule.label, None, "", None)
    found = blocking(ground.layers, ground.crs, rule.key, exclusion, ground.square)
    return (
        Reason(rule.key, rule.label, None, "", None) if found is None else Reason(rule.key, rule.label, found.metres, "m", found.limit_m, found.name)
    )


def _mark(key: str, label: str, criterion: Criterion, value: float, score: float, weight: float) -> Mark:
    return Mark(key, label, _number(value), criterion.unit, _words(key, criterion, value), _number(score), weight)


def _words(key: str, criterion: Criterion, value: float) -> str:
    if np.isnan(value):
        return "不明"
    if np.isinf(value):
        return "没有路可到"
    if key in CLASS_WORDS:
        return CLASS_WORDS[key][int(value)]
    return f"{value:,.1f} {criterion.unit}"


def _number(value: float) -> float | None:
    """Rounded to what the raster keeps; None where it is not a number."""
    return round(value, 2) if np.isfinite(value) else None
