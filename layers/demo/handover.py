"""What a bureau hands over: one file with its kind, coordinate system and headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["geojson", "gpkg", "shp", "zip", "csv", "xlsx", "kml"]
FLAG = "演示数据"
"""The column that says of every row that it is invented."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One file: `headings` maps canonical names to what the bureau calls them, in order; `above` puts a merged heading over some of them.

    `crs` is what the numbers are written in; `declare` is the CRS that an operator has to state because the file does not; `rename` lists fields whose
    heading nobody could know; `older` is the date of every sixth row, which nobody has updated since; `cpg` says whether a shapefile comes with its encoding.
    """

    layer: str
    file: str
    kind: Kind
    headings: dict[str, str]
    source: str
    data_date: str
    crs: str = "EPSG:4490"
    declare: str | None = None
    encoding: str | None = None
    cpg: bool = True
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    subtotal_by: str = ""
    sheet: str | None = None
    title: str = ""
    rename: tuple[str, ...] = ()
    note: str = ""
    older: str = ""


PLACE = {"lon": "经度", "lat": "纬度"}
TAIL = {"data_date": "数据日期", "source": "数据来源", "synthetic": FLAG}
