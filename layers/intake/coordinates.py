"""Points from coordinate columns: decimal degrees, degrees-minutes-seconds, or grid coordinates in a declared CRS."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.intake.problems import Origin, join_problems
from layers.intake.values import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAIRS = (("lon", "lat"), ("east", "north"))
_DMS = re.compile(
    r"([EWNS东西南北]?)(?:经|纬)?\s*(\d{1,3})[°度:](?:\s*(\d{1,2}(?:\.\d+)?)['′’分:])?(?:\s*(\d{1,2}(?:\.\d+)?)(?:[\"″”秒]|'')?)?\s*([EWNS]?)"
)
_BLANKS = re.compile(r"(?=.*[EWNS])([EWNS]?\s*\d{1,3})\s+(\d{1,2})\s+(\d{1,2}(?:\.\d+)?\s*[EWNS]?)")  # 84 49 48 E
_NEGATIVE = frozenset("WS西南")
_MOST_PARTS = 60.0


def degrees(cell: Any) -> float:
    """One coordinate as a number: `106.0867`, `106°05′12″`, `106度5分12秒`, `E106°5.2′`; NaN where it is none."""
    text = unicodedata.normalize("NFKC", plain_text(cell)).upper().replace("′′", "″")
    try:
        return float(text)
    except ValueError:
        pass
    text = _BLANKS.sub(r"\1:\2:\3", text) if _BLANKS.fullmatch(text) else text
    match = _DMS.fullmatch(text.removesuffix("°").strip() if text.count("°") == 1 and text.endswith("°") else text)
    if match is None:
        return _bare_degrees(text)
    minutes, seconds = float(match[3] or 0), float(match[4] or 0)
    if minutes >= _MOST_PARTS or seconds >= _MOST_PARTS:
        return float("nan")
    size = float(match[2]) + minutes / 60 + seconds / 3600
    return -size if (match[1] or match[5]) in _NEGATIVE and (match[1] or match[5]) else size


def _bare_degrees(text: str) -> float:
    """`106.08°`, `E106.08`, `106.08E`."""
    match = re.fullmatch(r"([EWNS]?)\s*(\d{1,3}(?:\.\d+)?)\s*[°度]?\s*([EWNS]?)", text)
    if match is None:
        return float("nan")
    sign = match[1] or match[3]
    return -float(match[2]) if sign and sign in _NEGATIVE else float(match[2])


def points(cells: Mapping[str, pd.Series[Any]], *, origin: Origin) -> tuple[gpd.GeoSeries | None, str, pd.DataFrame]:
    """Points from whichever coordinate columns there are.

    Args:
        cells: Raw cells of `layers.intake.headings.COORDINATES`, by field name.
        origin: For problem rows.

    Returns:
        Points without CRS (None where no pair of columns is there; missing where a cell is), whether they were written as `degrees` or as a `grid`,
        and a problem row for each cell that is no coordinate.
    """
    if "lonlat" in cells and not any(x in cells and y in cells for x, y in _PAIRS):
        cells = _split(cells["lonlat"])
    pair = next(((x, y) for x, y in _PAIRS if x in cells and y in cells), None)
    if pair is None:
        return None, "", join_problems([])
    x, y = (_numbers(_with_points(cells[name]) if pair[0] == "lon" else cells[name]) for name in pair)
    unread = [_unread(cells[name], numbers, origin) for name, numbers in zip(pair, (x, y), strict=True)]
    placed = x.notna() & y.notna()
    shapes = gpd.GeoSeries(gpd.points_from_xy(x.where(placed), y.where(placed)), index=x.index).where(placed, None)
    return shapes, "degrees" if pair[0] == "lon" else "grid", join_problems(unread)


def _split(cells: pd.Series[Any]) -> dict[str, pd.Series[Any]]:
    halves = cells.map(lambda cell: [*re.split(r"[,，;；\s]+", plain_text(cell).strip("()（）[]")), "", ""][:2])
    return {"lon": halves.map(lambda half: half[0]).astype(object), "lat": halves.map(lambda half: half[1]).astype(object)}


def _with_points(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Degrees with a decimal comma (`106,0867`) as with a point; a grid coordinate may have thousands, degrees have none."""
    return cells.map(lambda cell: re.sub(r"^\s*([+-]?\d{1,3}),(\d+)\s*$", r"\1.\2", cell) if isinstance(cell, str) else cell).astype(object)


def _numbers(cells: pd.Series[Any]) -> pd.Series[float]:
    codes, distinct = pd.factorize(cells.map(plain_text).astype(object))
    numbers = np.array([degrees(cell) for cell in distinct], dtype=float)
    return pd.Series(numbers[codes], index=cells.index, dtype=float) if len(numbers) else pd.Series(np.nan, index=cells.index, dtype=float)


def _unread(cells: pd.Series[Any], numbers: pd.Series[float], origin: Origin) -> pd.DataFrame:
    texts = cells.map(plain_text)
    bad = texts[numbers.isna() & ~texts.isin(["", "-", "/", "—", "无"])]
    messages = [f"第 {row} 行的坐标“{value[:40]}”看不懂；应为小数度（106.0867）或度分秒（106°05′12″）。" for row, value in bad.items()]
    return origin.problem(
        "bad_coordinate", "warning", messages, row=bad.index.tolist(), field="geometry", value=bad.tolist(), suggestion="请改为小数度或度分秒"
    )
