"""What a revision is: which file each layer name means, where it came from, and what was before it.

Everything here is a frozen value. A revision's id is taken from its content, so the same content always has the same id and a
revision that was altered by hand no longer matches its name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ID_LENGTH = 12


class LayerKind(StrEnum):
    """How a layer is stored: GeoParquet, Parquet or GeoTIFF."""

    VECTOR = "vector"
    TABLE = "table"
    RASTER = "raster"


def _plain(value: object) -> object:
    """The value as JSON gives it back, so that what was committed equals what is read (tuples, numpy numbers, dates, paths)."""
    return orjson.loads(orjson.dumps(value, default=str, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS))


JsonDict = Annotated[dict[str, Any], BeforeValidator(_plain)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stamp(_Frozen):
    """What a result layer was computed from; equal stamps mean equal results.

    Attributes:
        inputs: layer name → sha256 of the file that was read; an empty string says the layer was looked for and the county had none.
        standard: the standard set, `id@version`.
        standard_sha256: hash of the merged standard with its overrides.
        options: JSON-ready options of the run.
        code_version: version of the program that computed it.
    """

    inputs: dict[str, str] = Field(default_factory=dict)
    standard: str = ""
    standard_sha256: str = ""
    options: JsonDict = Field(default_factory=dict)
    code_version: str = ""


class LayerRef(_Frozen):
    """One layer of a revision.

    Attributes:
        name: canonical layer name.
        sha256: hash of the file's bytes, and its name.
        kind: vector, table or raster.
        rows: number of rows (0 for a raster).
        bounds: west, south, east, north in degrees (EPSG:4490); None for a table or where nothing has a geometry.
        geometry: `point`, `line`, `polygon`, `mixed`, `table` or `raster`.
        info: source file, data date, synthetic, … as intake gave it.
        stamp: for a result layer, what it was computed from.
    """

    name: str
    sha256: str
    kind: LayerKind
    rows: int = 0
    bounds: tuple[float, float, float, float] | None = None
    geometry: str = ""
    info: JsonDict = Field(default_factory=dict)
    stamp: Stamp | None = None

    @property
    def filename(self) -> str:
        """Name of the layer's file in `layers/<name>/`."""
        return f"{self.sha256}.{'tif' if self.kind is LayerKind.RASTER else 'parquet'}"


class Revision(_Frozen):
    """One state of the county: every layer it has, and the state before it.

    Attributes:
        id: first 12 hexadecimal digits of the sha256 of all other fields.
        parent: id of the revision before, None for the first.
        title: what was done, in the words of whoever did it.
        author: who did it, as the office wants to see it.
        time: ISO 8601 with UTC offset.
        layers: name → layer.
    """

    id: str
    parent: str | None = None
    title: str = ""
    author: str = ""
    time: str = ""
    layers: dict[str, LayerRef] = Field(default_factory=dict)

    @classmethod
    def of(cls, *, parent: str | None, title: str, author: str, time: str, layers: dict[str, LayerRef]) -> Self:
        """A revision of that content, with the id that follows from it."""
        ordered = {name: layers[name] for name in sorted(layers)}
        draft = cls(id="", parent=parent, title=title, author=author, time=time, layers=ordered)
        return draft.model_copy(update={"id": draft.content_id()})

    def content_id(self) -> str:
        """The id that this content must have."""
        content = orjson.dumps(self.model_dump(mode="json", exclude={"id"}), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(content).hexdigest()[:ID_LENGTH]

    def to_json(self) -> bytes:
        """The revision as it is written to disk: readable, keys sorted."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit puts under a layer's name: a frame, or a GeoTIFF on disk that is copied in.

    Attributes:
        frame: GeoDataFrame in EPSG:4490 with its geometry in `geometry`, or a plain table.
        path: a GeoTIFF; exactly one of `frame` and `path` is given.
        info: JSON-ready facts (source file, data date, synthetic, …).
        stamp: for a result, what it was computed from.
    """

    frame: pd.DataFrame | None = None
    path: Path | None = None
    info: dict[str, Any] = field(default_factory=dict)
    stamp: Stamp | None = None

    def __post_init__(self) -> None:
        if (self.frame is None) == (self.path is None):
            raise ValueError("a change holds either a frame or the path of a raster")
