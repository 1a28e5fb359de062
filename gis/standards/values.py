"""A threshold: never a bare number, always value, unit, source and confidence.

One class per unit, so that a set written in kilometres or with a misspelt surface is refused instead of misread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from layers.names import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

Confidence = Literal["H", "M", "L", "D", "S"]
CONFIDENCE_LABELS: dict[str, str] = {
    "H": "官方文件或权威报道可查",
    "M": "二手材料转述",
    "L": "未查到来源，仅为可调参数",
    "D": "由有据数字推算",
    "S": "本地政府文件或本县决定",
}
"""What the letters mean, in the words that a planner reads."""


class Frozen(BaseModel):
    """Base of all models of a standard: immutable, strict, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Threshold(Frozen):
    """What every threshold carries beside its value and unit."""

    value: Any
    unit: str
    source: Annotated[str, Field(min_length=1)]
    confidence: Confidence
    note: str = ""


def choices_of(layer: str, field: str) -> dict[str, str]:
    """Canonical values and Chinese labels of a CHOICE field of the column dictionary."""
    return {choice.value: choice.label for choice in LAYERS[layer].by_name[field].choices}


def _one_of(allowed: dict[str, str]) -> Callable[[str], str]:
    def _check(value: str) -> str:
        if value not in allowed:
            raise PydanticCustomError("not_in_dictionary", "须为 {allowed} 之一", {"allowed": "、".join(allowed)})
        return value

    return _check


SURFACE_LABELS = choices_of("roads", "surface")
ROAD_CLASS_LABELS = choices_of("roads", "road_class")
TECHNOLOGY_LABELS = choices_of("base_stations", "technology")
CLINIC_LABELS = choices_of("clinics", "clinic_kind")
SCHOOL_LABELS = choices_of("schools", "school_kind")
QUALITY_LABELS = choices_of("groups", "water_quality")

_Number = Annotated[float, Field(ge=0)]
_Count = Annotated[int, Field(ge=0)]
_Surface = Annotated[str, AfterValidator(_one_of(SURFACE_LABELS))]
_RoadClass = Annotated[str, AfterValidator(_one_of(ROAD_CLASS_LABELS))]
_Technology = Annotated[str, AfterValidator(_one_of(TECHNOLOGY_LABELS))]
_ClinicKind = Annotated[str, AfterValidator(_one_of(CLINIC_LABELS))]
_SchoolKind = Annotated[str, AfterValidator(_one_of(SCHOOL_LABELS))]
_Quality = Annotated[str, AfterValidator(_one_of(QUALITY_LABELS))]
_Several = Field(min_length=1, strict=False)


class Metres(Threshold):
    """A length or distance."""

    value: _Number
    unit: Literal["m"]


class Minutes(Threshold):
    """A duration."""

    value: _Number
    unit: Literal["min"]


class LitresPerDay(Threshold):
    """Water for one person and day."""

    value: _Number
    unit: Literal["L/人·日"]


class DaysPerYear(Threshold):
    """Days of a year."""

    value: Annotated[int, Field(ge=0, le=366)]
    unit: Literal["天/年"]


class DaysRunning(Threshold):
    """Consecutive days."""

    value: Annotated[int, Field(ge=0, le=366)]
    unit: Literal["天（连续）"]


class KvaPerHousehold(Threshold):
    """Transformer capacity for each household."""

    value: _Number
    unit: Literal["kVA/户"]


class SquareMetres(Threshold):
    """A floor area."""

    value: _Number
    unit: Literal["m²"]


class PerKilometre(Threshold):
    """How many to each kilometre of road."""

    value: _Number
    unit: Literal["处/km"]


class Households(Threshold):
    """A number of households."""

    value: _Count
    unit: Literal["户"]


class Persons(Threshold):
    """A number of people."""

    value: _Count
    unit: Literal["人"]


class Share(Threshold):
    """A share between 0 and 1."""

    value: Annotated[float, Field(ge=0, le=1)]
    unit: Literal["比例"]


class Flag(Threshold):
    """Yes or no."""

    value: bool
    unit: Literal[""]


class Surfaces(Threshold):
    """Pavements, by the values of `roads.surface`."""

    value: Annotated[tuple[_Surface, ...], _Several]
    unit: Literal[""]


class RoadClasses(Threshold):
    """Administrative classes, by the values of `roads.road_class`; may be empty."""

    value: Annotated[tuple[_RoadClass, ...], Field(strict=False)]
    unit: Literal[""]


class Technologies(Threshold):
    """Mobile technologies, by the values of `base_stations.technology`."""

    value: Annotated[tuple[_Technology, ...], _Several]
    unit: Literal[""]


class ClinicKinds(Threshold):
    """Kinds of clinic, by the values of `clinics.clinic_kind`."""

    value: Annotated[tuple[_ClinicKind, ...], _Several]
    unit: Literal[""]


class SchoolKinds(Threshold):
    """Kinds of school, by the values of `schools.school_kind`."""

    value: Annotated[tuple[_SchoolKind, ...], _Several]
    unit: Literal[""]


class Qualities(Threshold):
    """Water qualities, by the values of `groups.water_quality`."""

    value: Annotated[tuple[_Quality, ...], _Several]
    unit: Literal[""]


class RoadLevel(Threshold):
    """Which level a road must reach to count as met."""

    value: Literal["reachable", "hardened", "standard"]
    unit: Literal[""]


class WaterLevel(Threshold):
    """Which level every water indicator must reach to count as met."""

    value: Literal["basic", "full"]
    unit: Literal[""]


class Trip(Threshold):
    """How the fetch distance is counted: there only, or there and back."""

    value: Literal["one_way", "round_trip"]
    unit: Literal[""]


class MeasuredFrom(Threshold):
    """From where the distance to a base station is measured."""

    value: Literal["committee", "group"]
    unit: Literal[""]
