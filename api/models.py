"""The shapes of answers, for `/openapi.json`. Answers are written by orjson; tests hold them against these models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ServiceId = Literal["hardened_road", "safe_water", "power", "telecom", "clinic", "school"]


class Shape(BaseModel):
    """Base: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class ProblemShape(BaseModel):
    """RFC 9457; `detail` is one Chinese sentence, `hint` a way out."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    hint: str | None = None


class Link(Shape):
    """A link of an OGC API answer."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None


class Landing(Shape):
    """The landing page of the API."""

    title: str
    description: str
    links: list[Link]


class Conformance(Shape):
    """The parts of the standards that are kept."""

    conformsTo: list[str]  # noqa: N815 - the standard's name


class Collection(Shape):
    """One layer as a collection."""

    id: str
    title: str
    description: str
    extent: dict[str, Any]
    itemType: Literal["feature"]  # noqa: N815
    crs: list[str]
    storageCrs: str  # noqa: N815
    links: list[Link]


class Collections(Shape):
    """All collections."""

    collections: list[Collection]
    links: list[Link]


class Feature(Shape):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    id: str | int
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] = Field(default_factory=list)


class FeatureCollection(Shape):
    """A page of features."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    numberMatched: int  # noqa: N815
    numberReturned: int  # noqa: N815
    timeStamp: str  # noqa: N815
    links: list[Link]


class County(Shape):
    """Which county, and where."""

    code: str
    name: str
    bounds: list[float] | None


class Named(Shape):
    """An id with its word."""

    id: str
    label: str


class StandardShape(Shape):
    """The standard that verdicts follow."""

    id: str
    version: str
    title: str


class MapLayer(Shape):
    """A layer that the map can show."""

    name: str
    label: str
    geometry: str
    tiles: str


class CountyAnswer(Shape):
    """What the page begins with."""

    county: County
    services: list[Named]
    standard: StandardShape
    revision: str
    data_date: str | None
    synthetic: bool
    stale: bool
    stale_reasons: list[str]
    layers: list[MapLayer]


class Counts(Shape):
    """Numbers by verdict; null where something is missing."""

    met: int | None
    lacking: int | None
    unknown: int | None
    excluded: int | None
    total: int | None


class GapTotals(Shape):
    """Totals of what the filter matches."""

    groups: Counts
    households: Counts
    people: Counts
    registered: Counts
    near_miss: int
    conflict: int
    missing_count: int


class AreaRow(Shape):
    """One unit and its counts."""

    code: str | None
    name: str | None
    parent: str | None
    groups: Counts
    households: Counts
    people: Counts
    registered: Counts
    near_miss: int | None
    conflict: int | None
    missing_count: int | None
    rate: float | None


class GroupRow(Shape):
    """One villager group and its verdict."""

    code: str
    name: str | None
    hamlet: str | None
    village_code: str | None
    village_name: str | None
    township_code: str | None
    township_name: str | None
    lon: float | None
    lat: float | None
    households: int | None
    people: int | None
    registered: int | None
    verdict: str
    level: str | None
    value: float | None
    unit: str | None
    threshold: float | None
    shortfall: float | None
    reason_text: str
    near_miss: bool | None
    conflict: bool | None


class FilterShape(BaseModel):
    """The filter as it was understood, and in words."""

    model_config = ConfigDict(extra="allow")
    text: str


class GapAnswer(Shape):
    """The gap table of one service."""

    filter: FilterShape
    totals: GapTotals
    matched: int
    returned: int
    rows: list[AreaRow | GroupRow]


class Asset(Shape):
    """What was looked at."""

    layer: str | None
    label: str | None
    code: str | None
    name: str | None
    distance_m: float | None


class GroupAnswer(Shape):
    """The evidence card of one group."""

    group: dict[str, Any]
    services: list[dict[str, Any]]


class Hit(Shape):
    """Something found by name, code or pinyin."""

    kind: str
    code: str
    name: str
    path: str
    lon: float | None
    lat: float | None
    bounds: list[float] | None


class ProblemRow(BaseModel):
    """One finding of the check."""

    model_config = ConfigDict(extra="allow")
    layer: str | None
    severity: str | None
    message: str | None


class ProblemsAnswer(Shape):
    """What `check` found."""

    matched: int
    returned: int
    counts: dict[str, int]
    rows: list[ProblemRow]
