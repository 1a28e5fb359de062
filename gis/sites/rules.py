"""The sections of a site set: which values there are, with the Chinese name of every one.

Where nothing may be built and how land is scored stand here; what follows for parcels, moves and settlements stands in `gis.sites.plan_rules`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gis.sites.plan_rules import Allocation, Facilities, Move, Parcel, Policy, Ranking, Review, Stay  # noqa: TC001 - fields of a model
from gis.sites.travel_rules import Travel  # noqa: TC001 - field of a model
from gis.sites.values import (
    COVER_LABELS,
    Cells,
    CoverKinds,
    DegreeScale,
    Flag,
    Metres,
    MetreScale,
    MinuteScale,
    Places,
    Score,
    Section,
    Share,
    SlopeDegrees,
    Years,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

Direction = Literal["min", "max"]
HAZARD_CLASSES = ("none", "low", "medium", "high")
"""Classes of the hazard measure in the order of their codes; the highest level near a cell holds."""
COVER_CLASSES = tuple(COVER_LABELS)
"""Classes of the land-cover measure in the order of their codes."""


class Extent(Section):
    """The grid on which land is judged."""

    max_cells: Cells = Field(title="格网最多格数")
    margin_m: Metres = Field(title="县界外延伸")
    relief_radius_m: Metres = Field(title="起伏度统计半径")


class Exclusion(Section):
    """Base of the exclusions: switched on or off."""

    applies: Flag = Field(title="启用")


class HeightExclusion(Exclusion):
    """Ground whose height nobody knows."""


class SlopeExclusion(Exclusion):
    """Ground steeper than a limit."""

    limit_deg: SlopeDegrees = Field(title="最大坡度")


class LimitExclusion(Exclusion):
    """Ground above a limit in metres."""

    limit_m: Metres = Field(title="上限")


class ZoneExclusion(Exclusion):
    """Ground in, or near, the shapes of a layer. `required`: without that layer no land is called suitable."""

    required: Flag = Field(title="缺图层时不作结论")
    buffer_m: Metres = Field(title="外扩")


class FloodExclusion(ZoneExclusion):
    """Flood zones; those that are flooded more seldom than a limit do not exclude."""

    return_period_max_years: Years = Field(title="计入的最大重现期")


class HazardExclusion(Exclusion):
    """Ground near places of geological hazard, by their level; a level that nobody wrote counts as high."""

    required: Flag = Field(title="缺图层时不作结论")
    buffer_high_m: Metres = Field(title="高危外扩")
    buffer_medium_m: Metres = Field(title="中危外扩")
    buffer_low_m: Metres = Field(title="低危外扩")


class CoverExclusion(Exclusion):
    """Kinds of land cover on which nothing is built."""

    required: Flag = Field(title="缺图层时不作结论")
    kinds: CoverKinds = Field(title="不可建地类")


class Exclusions(Section):
    """Where nothing may be built, in the order of the bits of the mask (after bit 0, `outside`)."""

    height: HeightExclusion = Field(title="高程不明")
    slope: SlopeExclusion = Field(title="坡度过大")
    elevation: LimitExclusion = Field(title="海拔过高")
    relief: LimitExclusion = Field(title="起伏过大")
    hazards: HazardExclusion = Field(title="地质灾害点附近")
    flood_zones: FloodExclusion = Field(title="洪涝风险区")
    rivers: ZoneExclusion = Field(title="河流两侧")
    redlines: ZoneExclusion = Field(title="生态保护红线")
    farmland: ZoneExclusion = Field(title="永久基本农田")
    reserves: ZoneExclusion = Field(title="自然保护地")
    water_source_zones: ZoneExclusion = Field(title="水源保护区")
    faults: ZoneExclusion = Field(title="断层两侧")
    land_cover: CoverExclusion = Field(title="不可建地类")

    def listed(self) -> tuple[tuple[str, str, Exclusion], ...]:
        """(key, Chinese label, exclusion) in order."""
        return tuple((key, info.title or key, getattr(self, key)) for key, info in type(self).model_fields.items())


class Criterion(Section):
    """Base of the criteria: the weight that is taken where nobody sets one, and whether land without it is called unknown."""

    weight: Share = Field(title="默认权重")
    required: Flag = Field(title="缺少时不评分")

    @property
    def unit(self) -> str:
        """Unit of the measure; empty for classes."""
        return ""

    @property
    def direction(self) -> Direction:
        """Whether less or more of the measure is better."""
        raise NotImplementedError

    @property
    def categorical(self) -> bool:
        """Whether the measure is a class code, of which no mean is taken."""
        return False

    def score(self, measure: NDArray[np.floating]) -> NDArray[np.float32]:
        """Scores 0 to 100 of a measure; NaN where it is unknown."""
        raise NotImplementedError


class Graded(Criterion):
    """A criterion with a scale: (limit, score) pairs.

    Stepped: up to a limit its score holds, beyond the last limit the last score. Otherwise scores change evenly between the limits, and hold
    beyond the first and the last.
    """

    stepped: Flag = Field(title="分级计分（否则线性内插）")
    scale: DegreeScale | MetreScale | MinuteScale = Field(title="评分")

    @property
    def unit(self) -> str:
        """Unit of the measure."""
        return self.scale.unit.partition(" ")[0]

    @property
    def direction(self) -> Direction:
        """`min` where scores fall as the measure rises."""
        scores = [score for _, score in self.scale.value]
        return "max" if scores[-1] > scores[0] else "min"

    def score(self, measure: NDArray[np.floating]) -> NDArray[np.float32]:
        """Scores by the scale; NaN where the measure is unknown."""
        limits, scores = (np.array(column, dtype=np.float64) for column in zip(*self.scale.value, strict=True))
        if self.stepped.value:
            known = np.isfinite(measure) | (measure == np.inf)
            found = scores[np.minimum(np.searchsorted(limits, np.where(known, measure, 0.0), side="left"), len(scores) - 1)]
            return np.where(known, found, np.nan).astype(np.float32)
        return np.asarray(np.interp(measure, limits, scores), dtype=np.float32)


class SlopeCriterion(Graded):
    """By slope."""

    scale: DegreeScale = Field(title="评分")


class MetreCriterion(Graded):
    """By height above the sea, or by relief."""

    scale: MetreScale = Field(title="评分")


class NearCriterion(Graded):
    """By the straight distance to the nearest place that counts."""

    places: Places = Field(title="计入的设施")
    scale: MetreScale = Field(title="评分")


class AccessCriterion(Graded):
    """By the minutes to the nearest place that counts."""

    places: Places = Field(title="计入的设施")
    scale: MinuteScale = Field(title="评分")


class ClassCriterion(Criterion):
    """Base of criteria by class: a score for each code."""

    @property
    def table(self) -> tuple[float, ...]:
        """Scores in the order of the codes."""
        raise NotImplementedError

    @property
    def categorical(self) -> bool:
        """Codes have no mean."""
        return True

    def score(self, measure: NDArray[np.floating]) -> NDArray[np.float32]:
        """Scores by code; NaN where the class is unknown."""
        known = np.isfinite(measure)
        scores = np.array(self.table, dtype=np.float32)
        return np.where(known, scores[np.where(known, measure, 0).astype(np.intp)], np.float32(np.nan))


class HazardCriterion(ClassCriterion):
    """By the highest level of hazard in whose reach a place lies (`HAZARD_CLASSES`)."""

    reach_high_m: Metres = Field(title="高危影响距离")
    reach_medium_m: Metres = Field(title="中危影响距离")
    reach_low_m: Metres = Field(title="低危影响距离")
    none: Score = Field(title="无影响得分")
    low: Score = Field(title="低危影响得分")
    medium: Score = Field(title="中危影响得分")
    high: Score = Field(title="高危影响得分")

    @property
    def direction(self) -> Direction:
        """A lower class is better."""
        return "min"

    @property
    def table(self) -> tuple[float, ...]:
        """Scores of none, low, medium, high."""
        return tuple(float(getattr(self, name).value) for name in HAZARD_CLASSES)


class CoverCriterion(ClassCriterion):
    """By land cover: what it costs the county to build on it (`COVER_CLASSES`)."""

    paddy: Score = Field(title="水田得分")
    dryland: Score = Field(title="旱地得分")
    orchard: Score = Field(title="园地得分")
    forest: Score = Field(title="林地得分")
    shrub: Score = Field(title="灌木林地得分")
    grass: Score = Field(title="草地得分")
    wetland: Score = Field(title="湿地得分")
    water: Score = Field(title="水域得分")
    built: Score = Field(title="建设用地得分")
    bare: Score = Field(title="未利用地得分")

    @property
    def direction(self) -> Direction:
        """Codes have no order: only scores compare."""
        return "max"

    @property
    def table(self) -> tuple[float, ...]:
        """Scores in the order of `COVER_CLASSES`."""
        return tuple(float(getattr(self, name).value) for name in COVER_CLASSES)


class Criteria(Section):
    """How land is scored."""

    hazard: HazardCriterion = Field(title="地质灾害")
    slope: SlopeCriterion = Field(title="坡度")
    relief: MetreCriterion = Field(title="起伏度")
    elevation: MetreCriterion = Field(title="海拔")
    water: NearCriterion = Field(title="水源")
    road: AccessCriterion = Field(title="到硬化路")
    town: AccessCriterion = Field(title="到乡镇")
    market: AccessCriterion = Field(title="到集市")
    jobs: AccessCriterion = Field(title="到就业点")
    school: AccessCriterion = Field(title="到小学")
    clinic: AccessCriterion = Field(title="到医疗点")
    power: NearCriterion = Field(title="电源")
    telecom: NearCriterion = Field(title="通信")
    land: CoverCriterion = Field(title="占用地类")

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        if not any(one.weight.value > 0 for _, _, one in self.listed()):
            raise PydanticCustomError("no_weight", "各项默认权重（weight）不能全为 0")
        return self

    def listed(self) -> tuple[tuple[str, str, Criterion], ...]:
        """(key, Chinese label, criterion) in order."""
        return tuple((key, info.title or key, getattr(self, key)) for key, info in type(self).model_fields.items())

    def weights(self) -> dict[str, float]:
        """Default weights by key; they sum to 1."""
        given = {key: float(one.weight.value) for key, _, one in self.listed()}
        total = math.fsum(given.values())
        return {key: weight / total for key, weight in given.items()}


class Classes(Section):
    """The classes of the total score: at least so many points."""

    best: Score = Field(title="最适宜起点")
    fair: Score = Field(title="较适宜起点")
    poor: Score = Field(title="勉强适宜起点")

    @model_validator(mode="after")
    def _fall(self) -> Self:
        if not self.best.value > self.fair.value > self.poor.value:
            raise PydanticCustomError("class_order", "各级起点须由高到低：best > fair > poor")
        return self


class SiteRules(Section):
    """Everything that a site set states."""

    extent: Extent = Field(title="格网")
    exclusions: Exclusions = Field(title="排除")
    criteria: Criteria = Field(title="评分")
    classes: Classes = Field(title="分级")
    travel: Travel = Field(title="出行")
    parcel: Parcel = Field(title="地块")
    ranking: Ranking = Field(title="比选")
    allocation: Allocation = Field(title="分配")
    move: Move = Field(title="搬迁费用")
    stay: Stay = Field(title="留居费用")
    policy: Policy = Field(title="政策")
    facilities: Facilities = Field(title="配套")
    review: Review = Field(title="安置点评估")
    price_swing: Share = Field(title="价格浮动（稳定性分析）")
