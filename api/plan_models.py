"""Shapes of the road programme over HTTP: the order that is taken, and the answers, for `/openapi.json`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.models import Shape

Unit = Literal["groups", "households", "people", "registered"]
Year = Annotated[int, Field(ge=2000, le=2100)]
Money = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PLAIN_TEXT = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"
"""No control characters, line separators or marks that turn the direction of writing."""
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=PLAIN_TEXT)]

LABELS = {
    "years": "年度",
    "budgets_cny": "各年预算",
    "weights": "效益权重",
    "groups": "组",
    "households": "户",
    "people": "人",
    "registered": "脱贫户",
    "carry_over": "结余转下年",
    "must": "必建",
    "must_not": "不建",
    "floors": "乡镇底线",
    "deadlines": "期限目标",
    "area_code": "地区代码",
    "share": "比例",
    "unit": "单位",
    "by_year": "截止年度",
    "year": "年度",
    "costs": "造价标准",
    "include_unknown": "含待核实的组",
    "include_relocation": "含整组搬迁的组",
    "by_households": "按户数分摊",
    "title": "名称",
    "author": "编制人",
}
"""Chinese names of the fields of an order."""


class Strict(BaseModel):
    """Nothing but what is named, and no value read as another kind."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Weights(Strict):
    """Benefit of one group, household, person and registered household."""

    groups: Weight = 0.0
    households: Weight = 0.0
    people: Weight = 0.0
    registered: Weight = 0.0


class FloorOrder(Strict):
    """A least share for one township, or for every township by itself (no `area_code`)."""

    share: Share
    unit: Unit = "households"
    area_code: Code | None = None
    by_year: Year | None = None


class DeadlineOrder(Strict):
    """A least share by a year, for the whole county or one township."""

    year: Year
    share: Share
    unit: Unit = "households"
    area_code: Code | None = None


class RoadsOrder(Strict):
    """What a road programme is to keep to; what is left out is as on the command line."""

    years: Annotated[list[Year], Field(max_length=15, description="年度，由早到晚；不填则分三年")] = Field(default_factory=list)
    budgets_cny: Annotated[list[Money], Field(max_length=15, description="各年预算（元），一年一个")] = Field(default_factory=list)
    weights: Annotated[Weights, Field(description="每组、每户、每人、每脱贫户的效益")] = Field(default_factory=lambda: Weights(households=1.0))
    carry_over: Annotated[bool, Field(description="当年结余转入下年")] = True
    must: Annotated[list[Code], Field(max_length=1000, description="必建的工程或项目代码")] = Field(default_factory=list)
    must_not: Annotated[list[Code], Field(max_length=1000, description="不建的工程或项目代码")] = Field(default_factory=list)
    floors: Annotated[list[FloorOrder], Field(max_length=200, description="各乡镇至少达到的比例")] = Field(default_factory=list)
    deadlines: Annotated[list[DeadlineOrder], Field(max_length=200, description="到某年至少达到的比例")] = Field(default_factory=list)
    costs: Annotated[str | None, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$", description="造价标准；不填用本县的")] = None
    include_unknown: Annotated[bool, Field(description="把待核实的组也连上")] = False
    include_relocation: Annotated[bool, Field(description="把整组搬迁的组也连上")] = False
    by_households: Annotated[bool, Field(description="共用路段按户数分摊，不按组平均")] = False
    title: Annotated[str, Field(max_length=80, pattern=PLAIN_TEXT, description="计划的名称")] = ""
    author: Annotated[str, Field(max_length=40, pattern=PLAIN_TEXT, description="编制人")] = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """What no field can know by itself; all faults at once."""
        faults = [*self._time_faults(), *self._wish_faults()]
        if faults:
            raise ValueError("；".join(faults))
        return self

    def _time_faults(self) -> list[str]:
        years, faults = self.years, []
        if not years and (self.floors or self.deadlines or not self.carry_over or self.weights != Weights(households=1.0)):
            faults.append("写了权重、底线、期限或结余办法，就要写年度和各年预算")
        if len(years) != len(self.budgets_cny):
            faults.append(f"{len(years)} 个年度对应 {len(self.budgets_cny)} 个预算，须一年一个")
        if any(later <= earlier for earlier, later in pairwise(years)):
            faults.append("年度须由早到晚且不重复")
        if years:
            due = [*(floor.by_year for floor in self.floors), *(one.year for one in self.deadlines)]
            outside = sorted({year for year in due if year is not None and year not in years})
            faults += [f"底线或期限的年度 {year} 不在计划年度之内" for year in outside]
        return faults

    def _wish_faults(self) -> list[str]:
        faults = []
        if not any(self.weights.model_dump().values()):
            faults.append("效益权重全为 0，无从比较")
        both = sorted(set(self.must) & set(self.must_not))
        if both:
            faults.append(f"{'、'.join(both[:5])} 既在必建又在不建里")
        return faults


class JobShape(Shape):
    """One job: where it is, how far it is, what it made or why it did not."""

    id: str
    kind: str
    title: str
    author: str
    options: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
    share: float
    words: str
    created: str
    started: str | None
    ended: str | None
    attempts: int
    cancelling: bool
    ahead: int
    revision: str | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    version: int


class JobAnswer(Shape):
    """One job."""

    job: JobShape


class JobsAnswer(Shape):
    """Jobs, the newest first, and whether more may be ordered here."""

    writable: bool
    jobs: list[JobShape]


class CostsShape(Shape):
    """A cost set, and the grades that a profile is shown by."""

    id: str
    version: str
    title: str
    grade_warn: float | None
    grade_max: float | None


class PlanVersion(Shape):
    """A revision that brought another plan."""

    revision: str
    title: str
    author: str
    time: str


class PlanAnswer(Shape):
    """The road plan of a revision; without one, `available` is false and `sentence` says what to do."""

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
    programme: dict[str, Any] | None
    works: list[dict[str, Any]]
    costs: CostsShape | None
    cost_sets: list[CostsShape]
    plans: list[PlanVersion]


class Part(Shape):
    """One part of a cost."""

    label: str
    cny: float | None


class Profile(Shape):
    """Ground and design heights along a work, a station each few metres."""

    section_code: list[str | None]
    chainage_m: list[float | None]
    ground_m: list[float | None]
    design_m: list[float | None]
    flag: list[int | None]


class SourceShape(Shape):
    """What the figures follow from."""

    kind: Literal["layer", "costs", "sites", "standard"]
    name: str
    label: str
    file: str | None
    data_date: str | None
    synthetic: bool


class Finding(Shape):
    """A stretch of the finished line that does not keep a rule, or nearly."""

    section_code: str | None
    flag: int
    label: str
    from_m: float
    to_m: float


class WorkAnswer(Shape):
    """Everything about one work."""

    work: dict[str, Any]
    parts: list[Part]
    sections: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    groups_behind: list[dict[str, Any]]
    parent: str | None
    children: list[str]
    profile: Profile
    sources: list[SourceShape]
    findings: list[Finding]


class PlanGroupsAnswer(Shape):
    """Every group that the plan looked at."""

    matched: int
    rows: list[dict[str, Any]]


class PlanGroupAnswer(Shape):
    """One group of the plan, and the works that it needs, from its own to the network."""

    group: dict[str, Any]
    path: list[dict[str, Any]]
    path_cost_cny: float | None


class LineCollection(Shape):
    """Lines as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
