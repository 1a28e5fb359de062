"""Works of a road plan as KML, for the viewers that bureaus have: one placemark a work, in a folder for its year, coloured by kind.

Written by hand because GDAL's writers cannot give a style to a kind; names and descriptions are plain text, escaped by the XML library.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import shapely

from web.road_legend import KINDS, UNBUILT
from web.road_words import kind_words, km, wan, year_words

if TYPE_CHECKING:
    import geopandas as gpd

    from web.road_legend import PlanLine

NAMESPACE = "http://www.opengis.net/kml/2.2"
_WGS84 = 4326
_DECIMALS = 7
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold, not even escaped."""


def road_kml(works: gpd.GeoDataFrame, *, title: str, note: str) -> bytes:
    """Works as a KML 2.2 document in WGS 84.

    Args:
        works: layer `road_plan`, in any CRS.
        title: name of the document.
        note: said of the document and in every placemark (演示数据, version).
    """
    root = ET.Element("kml", xmlns=NAMESPACE)
    document = ET.SubElement(root, "Document")
    _text(document, "name", title)
    _text(document, "description", note)
    for line in (*KINDS, UNBUILT):
        _style(document, line)
    ordered = works.to_crs(_WGS84).sort_values(["year", "rank", "work_code"], na_position="last")
    for heading, part in ordered.groupby(ordered["year"].map(year_words, na_action=None), sort=False):
        folder = ET.SubElement(document, "Folder")
        _text(folder, "name", str(heading))
        for row in part.to_dict("records"):
            _placemark(folder, cast("dict[str, Any]", row), note)
    ET.indent(root, space=" ")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _NOT_XML.sub("", text)


def _style(document: ET.Element, line: PlanLine) -> None:
    """The colour of the uppermost stroke that is not paper; KML writes colours as alpha, blue, green, red."""
    stroke = next((one for one in reversed(line.strokes) if one.colour != "#ffffff"), line.strokes[-1])
    red, green, blue = stroke.colour[1:3], stroke.colour[3:5], stroke.colour[5:7]
    style = ET.SubElement(ET.SubElement(document, "Style", id=line.value), "LineStyle")
    _text(style, "color", f"ff{blue}{green}{red}".lower())
    _text(style, "width", f"{stroke.width:g}")


def _placemark(folder: ET.Element, row: dict[str, Any], note: str) -> None:
    mark = ET.SubElement(folder, "Placemark", id=_identifier(str(row["work_code"])))
    _text(mark, "name", str(row["work_name"]) if pd.notna(row["work_name"]) else str(row["work_code"]))
    _text(mark, "description", _description(row, note))
    known = {line.value for line in KINDS}
    style = UNBUILT.value if pd.isna(row["year"]) else str(row["kind"])
    _text(mark, "styleUrl", f"#{style if style in known or style == UNBUILT.value else KINDS[0].value}")
    _lines(mark, row["geometry"])


def _identifier(code: str) -> str:
    """An XML id may hold letters, digits, `.`, `-` and `_`, and does not begin with a digit."""
    return f"work-{re.sub('[^A-Za-z0-9._-]', '_', code)}"


def _description(row: dict[str, Any], note: str) -> str:
    """Plain lines: code, kind, length, price, year, whom it serves, what it hangs on; nothing about persons."""
    lines = [
        f"工程代码：{row['work_code']}",
        f"类型：{kind_words(row['kind'])}",
        f"长度：{km(row['length_km'])}",
        f"造价：{wan(row['cost_cny'])}",
        f"年度：{year_words(row['year'])}",
        f"依靠此路：{_count(row['downstream_groups_count'])} 组，{_count(row['downstream_households_count'])} 户",
    ]
    if pd.notna(row["parent_work"]):
        lines.append(f"依靠的工程：{row['parent_work']}")
    if pd.notna(row["flagged_km"]) and row["flagged_km"] > 0:
        lines.append(f"需勘测或展线：{km(row['flagged_km'])}")
    return "\n".join([*lines, *([note] if note else [])])


def _count(value: Any) -> str:
    return "不明" if pd.isna(value) else f"{int(value):,}"


def _lines(mark: ET.Element, shape: Any) -> None:
    """The line, or its parts; a work without a place stays a placemark without one."""
    if shape is None or shapely.is_empty(shape):
        return
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 1]
    parent = mark if len(parts) == 1 else ET.SubElement(mark, "MultiGeometry")
    for part in parts:
        line = ET.SubElement(parent, "LineString")
        _text(line, "tessellate", "1")
        _text(line, "coordinates", " ".join(f"{x:.{_DECIMALS}f},{y:.{_DECIMALS}f}" for x, y in shapely.get_coordinates(part).tolist()))
