"""OGC API Features on a frame: bbox, datetime, filter, order and page, and the GeoJSON of what remains. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import orjson
import pandas as pd
import shapely

from api.answers import plain
from api.cql_mask import select
from layers.errors import QueryError
from layers.names import LAYERS, Kind, fields_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DECIMALS = 7
"""Decimals of coordinates in answers: about a centimetre."""

HALF_ROUND = 180.0
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+\- ]\d{2}:\d{2})?)?")
"""A date, or a date-time of RFC 3339 (a `+` that came as a space is meant)."""

_TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}
_GEOMETRIES = {"point": "geometry-point", "line": "geometry-linestring", "polygon": "geometry-polygon"}
_OPEN = ("", "..")
_DATE_ENDS = {4: ("-01-01", "-12-31"), 7: ("-01", "-31"), 10: ("", "")}


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are asked for."""

    bbox: tuple[float, float, float, float] | None = None
    datetime: str | None = None
    filter: str = ""
    sortby: str = ""
    limit: int = 100
    offset: int = 0


def find(frame: gpd.GeoDataFrame, layer: str, page: Page) -> tuple[gpd.GeoDataFrame, int]:
    """The page of rows and how many rows match in all; rows come in key order unless `sortby` says otherwise.

    Raises:
        QueryError: the filter, order or dates cannot be read.
    """
    found = frame
    if page.bbox is not None:
        found = found[shapely.intersects(found.geometry.to_numpy(), window(*page.bbox))]
    if page.datetime is not None:
        found = found[_within_dates(found, page.datetime)]
    if page.filter:
        found = select(found, page.filter, queryables=properties_of(found))
    ordered = order(found, page.sortby, LAYERS[layer].key)
    return ordered.iloc[page.offset : page.offset + page.limit], len(found)


def properties_of(frame: gpd.GeoDataFrame) -> list[str]:
    """The columns that are properties of a feature."""
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def order(frame: gpd.GeoDataFrame, sortby: str, key: str) -> gpd.GeoDataFrame:
    """Rows in the order of `sortby` (`name`, `-name` for descending, several by commas), then of the key; missing values last.

    Raises:
        QueryError: there is no such column.
    """
    wanted = [part.strip() for part in sortby.split(",") if part.strip()]
    names = [part.lstrip("+-") for part in wanted]
    for name in names:
        if name not in properties_of(frame):
            raise QueryError(f"不能按“{name[:40]}”排序；可用的字段有：{'、'.join(properties_of(frame))}。")
    last = [key] if key in frame.columns and key not in names else []
    if not names and not last:
        return frame
    rising = [not part.startswith("-") for part in wanted] + [True] * len(last)
    return frame.sort_values([*names, *last], ascending=rising, kind="stable", na_position="last")


def read_bbox(text: str | None) -> tuple[float, float, float, float] | None:
    """`west,south,east,north` (heights in a six-number box are left aside); west > east reaches over the 180th meridian.

    Raises:
        QueryError: it is something else, or the south lies north of the north.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:  # noqa: PLR2004 - the standard's form with heights
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not np.isfinite(numbers).all():  # noqa: PLR2004
        raise QueryError("bbox 应为四个数：西,南,东,北（经纬度，度）。")
    west, south, east, north = numbers
    if south > north:
        raise QueryError("bbox 的次序应为：西,南,东,北；南不能大于北。")
    return west, south, east, north


def window(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """The box as a geometry: two boxes where it reaches over the 180th meridian."""
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.union(shapely.box(west, south, HALF_ROUND, north), shapely.box(-HALF_ROUND, south, east, north))


def _within_dates(frame: gpd.GeoDataFrame, text: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Rows whose `data_date` (a day, month or year) meets the interval; a row without a date is always there, as the standard asks."""
    start, end = _interval(text)
    if "data_date" not in frame:
        return np.ones(len(frame), dtype=bool)
    dates = frame["data_date"].astype("string")
    size = dates.str.len()
    first = dates + size.map({n: ends[0] for n, ends in _DATE_ENDS.items()}).astype("string").fillna("")
    last = dates + size.map({n: ends[1] for n, ends in _DATE_ENDS.items()}).astype("string").fillna("")
    meets = (first <= end) & (last >= start)
    return meets.fillna(value=True).to_numpy(dtype=bool)


def _interval(text: str) -> tuple[str, str]:
    parts = text.split("/")
    ends = parts * 2 if len(parts) == 1 else parts
    if len(ends) != 2 or all(part in _OPEN for part in ends):  # noqa: PLR2004
        raise QueryError("datetime 应为一个时刻或一段时间，例如 2025-06-30、2025-01-01/2025-12-31、../2025-12-31。")
    low, high = ("0000" if ends[0] in _OPEN else _day(ends[0])), ("9999" if ends[1] in _OPEN else _day(ends[1]))
    if low > high:
        raise QueryError("datetime 的开始不能晚于结束。")
    return low, high


def _day(text: str) -> str:
    """The day of a moment; data dates are no finer."""
    found = _MOMENT.fullmatch(text)
    try:
        return date.fromisoformat(found[1] if found else "").isoformat()
    except ValueError as error:
        raise QueryError(f"datetime 中的“{text[:40]}”不是日期；应写成 2025-06-30 或 2025-06-30T00:00:00Z。") from error


def to_features(frame: gpd.GeoDataFrame, layer: str) -> list[dict[str, Any]]:
    """GeoJSON features; `id` is the layer's key, or the row number where it has none."""
    names = properties_of(frame)
    columns = [plain(frame[name]) for name in names]
    key = LAYERS[layer].key
    ids = plain(frame[key]) if key in frame.columns else [int(i) for i in frame.index]
    shapes = _shapes(frame)
    rows = zip(*columns, strict=True) if columns else iter([()] * len(frame))
    return [
        {"type": "Feature", "id": fid, "geometry": shape, "properties": dict(zip(names, row, strict=True))}
        for fid, shape, row in zip(ids, shapes, rows, strict=True)
    ]


def _shapes(frame: gpd.GeoDataFrame) -> list[orjson.Fragment | None]:
    return [None if text is None else orjson.Fragment(text) for text in geojson_texts(frame)]


def geojson_texts(frame: gpd.GeoDataFrame) -> list[str | None]:
    """Each geometry as GeoJSON text, in the plane, rounded to `DECIMALS`; None where there is none."""
    flat = shapely.force_2d(frame.geometry.to_numpy())
    texts = shapely.to_geojson(shapely.transform(flat, lambda xy: xy.round(DECIMALS)))
    return list(np.atleast_1d(texts))


def queryables(frame: gpd.GeoDataFrame, layer: str, address: str) -> dict[str, Any]:
    """JSON Schema of the properties that a filter may name (OGC API Features, part 3)."""
    fields = {field.name: field for field in fields_of(LAYERS[layer])}
    described: dict[str, Any] = {"geometry": {"format": _GEOMETRIES.get(LAYERS[layer].geometry.value, "geometry-any")}}
    for name in properties_of(frame):
        known = fields.get(name)
        about: dict[str, Any] = {
            "title": known.label if known else name,
            "type": _TYPES.get(known.kind, "string") if known else _json_type(frame[name]),
        }
        if known and known.unit:
            about["description"] = f"单位：{known.unit}"
        if known and known.choices:
            about["enum"] = [choice.value for choice in known.choices]
        described[name] = about
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": LAYERS[layer].label,
        "properties": described,
        "additionalProperties": False,
    }


def _json_type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "integer"
    return "number" if pd.api.types.is_numeric_dtype(column.dtype) else "string"


def page_links(address: str, parameters: Sequence[tuple[str, str]], *, page: Page, matched: int) -> list[dict[str, str]]:
    """`self`, and `next` and `prev` where there are such pages; every other parameter is carried along."""
    kept = [(name, value) for name, value in parameters if name != "offset"]
    offsets = {"self": page.offset}
    if page.offset + page.limit < matched:
        offsets["next"] = page.offset + page.limit
    if page.offset > 0:
        offsets["prev"] = max(page.offset - page.limit, 0)
    return [
        {"rel": rel, "type": "application/geo+json", "href": f"{address}?{urlencode([*kept, ('offset', str(offset))])}"}
        for rel, offset in offsets.items()
    ]
