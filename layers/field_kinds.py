"""What a field, a value of a choice and a layer are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a field are written and checked."""

    CODE = "code"  # text; leading zeros matter
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"


class Geometry(StrEnum):
    """What a layer's geometry is; TABLE has none, RASTER is a grid."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    TABLE = "table"
    RASTER = "raster"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a CHOICE field: canonical value, Chinese label, and how else it is written."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One column: canonical name, label, kind, unit, aliases, limits.

    `personal` fields are dropped or turned into a keyed pseudonym at import and never stored. `factors` turns a unit written in a heading
    (`长度（公里）`) or a value (`1.2公里`) into the field's own unit.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = False
    factors: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name, label, geometry kind, key field and fields; `result` layers are computed, never imported."""

    name: str
    label: str
    geometry: Geometry
    key: str
    fields: tuple[Field, ...]
    aliases: tuple[str, ...] = ()
    result: bool = False
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def personal(self) -> frozenset[str]:
        """Names of the fields that must never be stored, shown or logged."""
        return frozenset(f.name for f in self.fields if f.personal)


LENGTH_M = (("公里", 1000.0), ("千米", 1000.0), ("km", 1000.0), ("米", 1.0), ("m", 1.0))
LENGTH_KM = (("公里", 1.0), ("千米", 1.0), ("km", 1.0), ("米", 0.001), ("m", 0.001))
MONEY_CNY = (("亿元", 1e8), ("万元", 1e4), ("元", 1.0))
AREA_M2 = (("亩", 10000.0 / 15.0), ("公顷", 10000.0), ("平方米", 1.0), ("㎡", 1.0), ("m2", 1.0))


def code_field(name: str, label: str, *aliases: str, required: bool = False) -> Field:
    """A code: text, for leading zeros matter."""
    return Field(name, label, Kind.CODE, aliases=aliases, required=required)


def text_field(name: str, label: str, *aliases: str, required: bool = False, personal: bool = False) -> Field:
    """Free text."""
    return Field(name, label, Kind.TEXT, aliases=aliases, required=required, personal=personal)


def count_field(name: str, label: str, unit: str, *aliases: str) -> Field:
    """A whole number that is not negative."""
    return Field(name, label, Kind.INTEGER, unit, aliases, minimum=0)


def flag_field(name: str, label: str, *aliases: str) -> Field:
    """Yes or no."""
    return Field(name, label, Kind.BOOLEAN, aliases=aliases)
