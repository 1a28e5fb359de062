"""What a parameter of a site set may be, beside those that every set may use: one class per unit, and closed lists of what a county's layers hold."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from gis.parameter_values import CnyEach, CnyPerKmYear, Degrees, KmPerHour, Metres, Section, Share, SlopeDegrees
from gis.standards.values import Flag, Households, Minutes, Persons, SquareMetres, Threshold, choices_of
from layers.names import LAYERS, Geometry, Kind

__all__ = [
    "CHECK_ITEM_LABELS",
    "COVER_LABELS",
    "FACILITY_LABELS",
    "HAZARD_LABELS",
    "SEATS",
    "WALK_LABELS",
    "Cells",
    "CnyEach",
    "CnyPerHousehold",
    "CnyPerKmYear",
    "CnyPerPerson",
    "CnyPerPersonKm",
    "CnyPerSquareMetre",
    "CoverKinds",
    "DegreeScale",
    "Degrees",
    "FacilityItems",
    "Factor",
    "Flag",
    "HazardLevels",
    "Households",
    "KmPerHour",
    "MetreScale",
    "Metres",
    "MinuteScale",
    "Minutes",
    "Neighbours",
    "Number",
    "PeoplePerHousehold",
    "Persons",
    "Places",
    "Rounds",
    "Score",
    "SecondsPerMetre",
    "Section",
    "Share",
    "SlopeDegrees",
    "SquareMetres",
    "SquareMetresEach",
    "Storeys",
    "Times",
    "Walking",
    "Years",
    "choices_in",
    "place_label",
]

SEATS = "township_seats"
"""The place that stands for each township: its office, or the middle of its area where nobody drew the office."""
COVER_LABELS = choices_of("land_cover", "cover_kind")
HAZARD_LABELS = choices_of("hazards", "hazard_level")
CHECK_ITEM_LABELS = choices_of("settlement_checks", "check_item")
FACILITY_LABELS = {
    name: LAYERS["settlements"].by_name[name].label
    for name in ("party_station", "police_station", "training_centre", "clinic", "market", "water", "power", "road")
}
WALK_LABELS = {"tobler": "Tobler 坡度步行函数", "langmuir": "Naismith–Langmuir 步行规则", "isotropic": "不计坡度"}

_Number = Annotated[float, Field(ge=0)]
_Several = Field(min_length=1, strict=False)
_Score = Annotated[float, Field(ge=0, le=100)]
_Pair = Annotated[tuple[float, _Score], Field(strict=False)]


def choices_in(layer: str) -> dict[str, tuple[str, str]]:
    """Every value of the closed lists of a layer: value to (field, Chinese label); a value that two fields share belongs to the first."""
    found: dict[str, tuple[str, str]] = {}
    for field in LAYERS[layer].fields:
        for choice in field.choices if field.kind is Kind.CHOICE else ():
            found.setdefault(choice.value, (field.name, choice.label))
    return found


def place_label(place: str) -> str:
    """A place as a planner reads it: `学校（小学）`, `乡镇驻地`."""
    layer, _, kind = place.partition(":")
    if layer == SEATS:
        return "乡镇驻地"
    return f"{LAYERS[layer].label}（{choices_in(layer)[kind][1]}）" if kind else LAYERS[layer].label


def _known_place(place: str) -> str:
    layer, colon, kind = place.partition(":")
    if place == SEATS:
        return place
    drawn = {name for name, one in LAYERS.items() if one.geometry not in {Geometry.TABLE, Geometry.RASTER} and not one.result}
    if layer not in drawn:
        raise PydanticCustomError("no_such_place", "须写图层名，或“图层名:类别”，图层可用的有 {known}", {"known": "、".join([SEATS, *sorted(drawn)])})
    kinds = choices_in(layer)
    if colon and kind not in kinds:
        known = "、".join(kinds) or "（没有类别）"
        raise PydanticCustomError("no_such_kind", "图层 {layer} 可用的类别有 {known}", {"layer": layer, "known": known})
    return place


def _rising(pairs: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Limits rise; scores only fall or only rise, so that it is clear which end is better."""
    if any(later[0] <= earlier[0] for earlier, later in pairwise(pairs)):
        raise PydanticCustomError("scale_order", "各分界须由小到大")
    steps = [later[1] - earlier[1] for earlier, later in pairwise(pairs)]
    if any(step > 0 for step in steps) and any(step < 0 for step in steps):
        raise PydanticCustomError("scale_turns", "得分须只升或只降")
    return pairs


_Pairs = Annotated[tuple[_Pair, ...], _Several, AfterValidator(_rising)]


def _among(allowed: dict[str, str]) -> AfterValidator:
    def _check(value: str) -> str:
        if value not in allowed:
            raise PydanticCustomError("not_in_dictionary", "须为 {allowed} 之一", {"allowed": "、".join(allowed)})
        return value

    return AfterValidator(_check)


_Cover = Annotated[str, _among(COVER_LABELS)]
_HazardLevel = Annotated[str, _among(HAZARD_LABELS)]
_Facility = Annotated[str, _among(FACILITY_LABELS)]


class DegreeScale(Threshold):
    """Scores by degrees: pairs of (up to, score)."""

    value: _Pairs
    unit: Literal["° → 分"]


class MetreScale(Threshold):
    """Scores by metres."""

    value: _Pairs
    unit: Literal["m → 分"]


class MinuteScale(Threshold):
    """Scores by minutes."""

    value: _Pairs
    unit: Literal["min → 分"]


class Score(Threshold):
    """A score between 0 and 100."""

    value: _Score
    unit: Literal["分"]


class Places(Threshold):
    """What counts: layers, or `layer:value` for rows with that value in a closed list of the layer."""

    value: Annotated[tuple[Annotated[str, AfterValidator(_known_place)], ...], _Several]
    unit: Literal[""]

    @property
    def words(self) -> dict[str, str]:
        """What each place is called."""
        return {place: place_label(place) for place in self.value}


class CoverKinds(Threshold):
    """Kinds of land cover; may be empty."""

    words: ClassVar[dict[str, str]] = COVER_LABELS

    value: Annotated[tuple[_Cover, ...], Field(strict=False)]
    unit: Literal[""]


class HazardLevels(Threshold):
    """Levels of hazards; may be empty."""

    words: ClassVar[dict[str, str]] = HAZARD_LABELS

    value: Annotated[tuple[_HazardLevel, ...], Field(strict=False)]
    unit: Literal[""]


class FacilityItems(Threshold):
    """Items of the facility checklist, by the fields of `settlements`."""

    words: ClassVar[dict[str, str]] = FACILITY_LABELS

    value: Annotated[tuple[_Facility, ...], _Several]
    unit: Literal[""]


class Walking(Threshold):
    """How slope slows walking."""

    words: ClassVar[dict[str, str]] = WALK_LABELS

    value: Literal["tobler", "langmuir", "isotropic"]
    unit: Literal[""]


class Neighbours(Threshold):
    """Directions in which one may step from a cell."""

    value: Literal[8, 16]
    unit: Literal["个"]


class Number(Threshold):
    """A coefficient of a formula; may be negative."""

    value: float
    unit: Literal[""]


class SecondsPerMetre(Threshold):
    """Coefficients of Naismith's rule; descent on steep ground adds, gentle descent saves."""

    value: Annotated[float, Field(ge=-20, le=20)]
    unit: Literal["s/m"]


class Factor(Threshold):
    """How many times as long walking takes; below 1 is faster."""

    value: Annotated[float, Field(ge=0.1, le=100)]
    unit: Literal["倍"]


class Times(Threshold):
    """A ratio that may exceed 1."""

    value: _Number
    unit: Literal["倍"]


class Storeys(Threshold):
    """Storeys of a house."""

    value: Annotated[float, Field(ge=1, le=40)]
    unit: Literal["层"]


class Years(Threshold):
    """A number of years."""

    value: Annotated[int, Field(ge=0, le=10_000)]
    unit: Literal["年"]


class Rounds(Threshold):
    """A number of repetitions."""

    value: Annotated[int, Field(ge=0, le=1_000_000)]
    unit: Literal["次"]


class Cells(Threshold):
    """A number of grid cells."""

    value: Annotated[int, Field(ge=0, le=100_000_000)]
    unit: Literal["格"]


class PeoplePerHousehold(Threshold):
    """Mean size of a household."""

    value: Annotated[float, Field(ge=1, le=20)]
    unit: Literal["人/户"]


class SquareMetresEach(Threshold):
    """Floor or land for each person or household: never nought, since it divides."""

    value: Annotated[float, Field(ge=1)]
    unit: Literal["m²/人", "m²/户"]


class CnyPerPerson(Threshold):
    """Cost of each person."""

    value: _Number
    unit: Literal["元/人"]


class CnyPerHousehold(Threshold):
    """Cost of each household."""

    value: _Number
    unit: Literal["元/户"]


class CnyPerSquareMetre(Threshold):
    """Price of land."""

    value: _Number
    unit: Literal["元/m²"]


class CnyPerPersonKm(Threshold):
    """Cost of moving a person one kilometre farther."""

    value: _Number
    unit: Literal["元/人·km"]
