"""Shapes of siting over HTTP: the orders that are taken, and the answers, for `/openapi.json`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from api.models import Shape
from api.plan_models import PLAIN_TEXT, CostsShape, PlanVersion, Share, SourceShape, Strict

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SetId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
Weights = Annotated[dict[Key, Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]], Field(max_length=40)]
Judgement = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Pair = Annotated[tuple[Key, Key, Judgement], Field(strict=False)]  # JSON has no tuples
Name = Annotated[str, Field(max_length=40, pattern=PLAIN_TEXT)]

LABELS = {
    "set": "选址条件",
    "weights": "权重",
    "weights_name": "权重方案名称",
    "judgements": "两两比较",
    "pairs": "各对指标",
    "random_index": "随机一致性指标表",
    "method": "排序方法",
    "spread": "权重浮动",
    "draws": "抽样次数",
    "who": "安置对象",
    "aim": "分配目标",
    "split": "可分户安置",
    "sites": "最多新开几处",
    "costs": "造价标准",
    "include_unknown": "含待核实的组",
    "title": "名称",
    "author": "编制人",
    "lon": "经度",
    "lat": "纬度",
}
"""Chinese names of the fields of an order."""


class Judgements(Strict):
    """Pairwise comparisons: how many times the first criterion counts more than the second."""

    random_index: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,39}$", description="随机一致性指标表")] = "saaty"
    pairs: Annotated[list[Pair], Field(min_length=1, max_length=780, description="指标、指标、前一项比后一项重要几倍")]


class Weighing(Strict):
    """How the criteria count: weights by themselves, or judgements that give them; neither means the set's own."""

    weights: Annotated[Weights | None, Field(description="各指标的权重，不必加起来等于 1")] = None
    judgements: Annotated[Judgements | None, Field(description="两两比较（层次分析法）")] = None
    weights_name: Annotated[Name, Field(description="已存的权重方案；与权重一起给出则存为这个名称")] = ""
    method: Annotated[Literal["weighted_sum", "topsis"], Field(description="排序方法")] = "weighted_sum"
    spread: Annotated[Share | None, Field(description="检验稳定性时各权重上下浮动的比例；不填按选址条件")] = None
    draws: Annotated[int | None, Field(ge=100, le=20_000, description="抽样次数；不填按选址条件")] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.weights is not None and self.judgements is not None:
            raise ValueError("权重和两两比较只能给一样")
        if self.weights is not None and not any(self.weights.values()):
            raise ValueError("权重全为 0，无从比较")
        return self


class SitesOrder(Weighing):
    """A siting study; what is left out is as on the command line."""

    set: Annotated[SetId | None, Field(description="选址条件；不填用本县的")] = None
    who: Annotated[Literal["planned", "eligible"], Field(description="planned：整组搬迁和险情区的组；eligible：政策允许搬的组也算")] = "planned"
    sites: Annotated[int | None, Field(ge=1, le=500, description="最多新开几处安置点，已有的不计在内；不填不限")] = None
    aim: Annotated[Literal["cost", "distance"], Field(description="cost：搬迁与建点总费用最少；distance：人·公里最少")] = "cost"
    split: Annotated[bool, Field(description="一个组的户可以分到几处；不填则整组安置")] = False
    title: Annotated[str, Field(max_length=80, pattern=PLAIN_TEXT, description="研究的名称")] = ""
    author: Annotated[str, Field(max_length=40, pattern=PLAIN_TEXT, description="编制人")] = ""


class ChoiceOrder(Strict):
    """The comparison of roads and moves."""

    set: Annotated[SetId | None, Field(description="选址条件和搬迁单价；不填用本县的")] = None
    costs: Annotated[SetId | None, Field(description="修路造价标准；不填用本县的")] = None
    include_unknown: Annotated[bool, Field(description="把待核实的组也算进来")] = False
    title: Annotated[str, Field(max_length=80, pattern=PLAIN_TEXT, description="方案的名称")] = ""
    author: Annotated[str, Field(max_length=40, pattern=PLAIN_TEXT, description="编制人")] = ""


class SetShape(Shape):
    """A site set."""

    id: str
    version: str
    title: str


class Criterion(Shape):
    """One criterion of the set, with the weight that the study used."""

    key: str
    label: str
    unit: str
    direction: str
    weight: float
    low: float | None
    high: float | None
    source: str
    words: Annotated[list[str], Field(description="分级指标各代码的说法；实测值是其中的序号")]


class Exclusion(Shape):
    """A rule that forbids building, and the land it takes."""

    key: str
    label: str
    layer: str | None
    judged: bool
    alone_m2: float
    only_m2: float
    unjudged_m2: float
    share: float


class Allocated(Shape):
    """Who moves where."""

    rows: list[dict[str, Any]]
    sites: list[dict[str, Any]]


class SitesAnswer(Shape):
    """The siting study of a revision; without one, `available` is false and `sentence` says what to do."""

    available: bool
    sentence: str | None
    revision: str
    title: str
    time: str
    newest: bool
    stale: bool
    stale_reasons: list[str]
    synthetic: bool
    summary: dict[str, Any] | None
    criteria: list[Criterion]
    weight_sets: list[dict[str, Any]]
    exclusions: list[Exclusion]
    parcels: list[dict[str, Any]]
    settlements: list[dict[str, Any]]
    moves: list[dict[str, Any]]
    allocation: Allocated
    set: SetShape | None
    sets: list[SetShape]
    sources: list[SourceShape]
    plans: list[PlanVersion]


class ExcludedBy(Shape):
    """A rule that forbids building at a place."""

    key: str
    label: str
    value: float | None
    unit: str
    limit: float | None
    asset: str


class Judged(Shape):
    """A criterion at a place."""

    key: str
    label: str
    value: float | None
    unit: str
    words: str
    score: float | None
    weight: float


class PlaceAnswer(Shape):
    """Why a place may or may not be built on, and how it scores."""

    lon: float
    lat: float
    excluded: list[ExcludedBy]
    unknown: list[str]
    criteria: list[Judged]
    score: float | None
    suitability: str
    parcel_code: str | None


class RankAnswer(Shape):
    """Parcels in the order that the weights give, and how sure it is."""

    weights: dict[str, float]
    consistency: dict[str, Any] | None
    rows: list[dict[str, Any]]


class ChoiceAnswer(Shape):
    """Road or move, group by group."""

    available: bool
    sentence: str | None
    revision: str
    title: str
    time: str
    newest: bool
    stale: bool
    stale_reasons: list[str]
    synthetic: bool
    summary: dict[str, Any] | None
    groups: list[dict[str, Any]]
    sites: list[dict[str, Any]]
    set: SetShape | None
    costs: CostsShape | None
    sources: list[SourceShape]
    plans: list[PlanVersion]
