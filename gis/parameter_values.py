"""What a parameter of a set may be: one class per unit, as in `gis.standards.values`, so that 元/m in place of 元/km is refused instead of misread."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gis.standards.values import Frozen, Metres, Share, Threshold

__all__ = [
    "Batter",
    "CnyEach",
    "CnyPerCubicMetre",
    "CnyPerKm",
    "CnyPerKmYear",
    "CnyPerMetre",
    "Degrees",
    "Grade",
    "KmPerHour",
    "Length",
    "Metres",
    "Multiple",
    "Rule",
    "Section",
    "Share",
    "SlopeDegrees",
]

_Number = Annotated[float, Field(ge=0)]


class Section(Frozen):
    """Base of the sections of a set: immutable, strict, closed to unknown keys."""


class Length(Threshold):
    """A length that divides something: never nought."""

    value: Annotated[float, Field(ge=0.1)]
    unit: Literal["m"]


class CnyPerKm(Threshold):
    """Price of a kilometre of road."""

    value: _Number
    unit: Literal["元/km"]


class CnyPerMetre(Threshold):
    """Price of a metre of bridge."""

    value: _Number
    unit: Literal["元/m"]


class CnyPerCubicMetre(Threshold):
    """Price of earth moved."""

    value: _Number
    unit: Literal["元/m³"]


class CnyEach(Threshold):
    """Price of one structure."""

    value: _Number
    unit: Literal["元/处"]


class CnyPerKmYear(Threshold):
    """Yearly upkeep of a kilometre."""

    value: _Number
    unit: Literal["元/km·年"]


class Grade(Threshold):
    """A slope along the road, as rise over run."""

    value: Annotated[float, Field(ge=0.01, le=0.5)]
    unit: Literal["比例"]


class Multiple(Threshold):
    """How many times dearer: at least 1."""

    value: Annotated[float, Field(ge=1, le=1000)]
    unit: Literal["倍"]


class Batter(Threshold):
    """A cut or fill slope as horizontal metres to one vertical."""

    value: Annotated[float, Field(ge=0, le=10)]
    unit: Literal["1:n"]


class KmPerHour(Threshold):
    """A speed."""

    value: Annotated[float, Field(ge=0.5, le=200)]
    unit: Literal["km/h"]


class Degrees(Threshold):
    """An angle."""

    value: Annotated[float, Field(ge=0, le=180)]
    unit: Literal["°"]


class SlopeDegrees(Threshold):
    """A slope of the ground; 60° is beyond any road bench."""

    value: Annotated[float, Field(ge=1, le=60)]
    unit: Literal["°"]


class Rule(Threshold):
    """What a constraint does: nothing may be built there, or building there costs more."""

    words: ClassVar[dict[str, str]] = {"forbid": "禁止穿越", "avoid": "尽量避让"}

    value: Literal["forbid", "avoid"]
    unit: Literal[""]
