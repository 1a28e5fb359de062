"""Workbooks for offices: typed sheets that print on A4, repeat their heads and never run a formula or a link out of data."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MOST_ROWS = 1_048_000
"""What a sheet can hold below its head; more is refused, never cut off."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_HEAD_ROW = 2
_NARROWEST, _WIDEST = 6, 48
_A3, _A4 = 8, 9
_A4_CHARACTERS = 200
"""Sheets wider than this would be printed below 7 points on A4, so they ask for A3."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its tab, a title line, a note below it, and a frame whose headings are shown as they are.

    `percent` names the columns that hold shares (0 to 1), `degrees` those with longitudes and latitudes; the first `frozen` columns stay in sight.
    """

    name: str
    title: str
    frame: pd.DataFrame
    note: str = ""
    percent: frozenset[str] = frozenset()
    degrees: frozenset[str] = frozenset()
    frozen: int = 0


def write_workbook(path: Path, sheets: Sequence[Sheet], *, footer: str = "") -> None:
    """Write the sheets, in this order, to an .xlsx file; the same sheets give the same bytes.

    Args:
        path: where to write; an existing file is overwritten.
        sheets: at least one.
        footer: printed under every page (such as 内部使用).

    Raises:
        QueryError: a sheet has more rows than the format can hold.
    """
    for sheet in sheets:
        if len(sheet.frame) > MOST_ROWS:
            raise QueryError(f"“{sheet.name}”有 {len(sheet.frame)} 行，超过表格能容纳的 {MOST_ROWS} 行。", hint="缩小范围，或导出为 CSV。")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _EPOCH, "title": sheets[0].title})
        formats = {name: book.add_format(look) for name, look in _LOOKS.items()}
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats, footer)


_BASE = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_LOOKS: Mapping[str, dict[str, Any]] = {
    "title": {**_BASE, "font_size": 14, "bold": True},
    "note": {**_BASE, "font_color": "#495057"},
    "head": {**_BASE, "bold": True, "bg_color": "#E9ECEF", "border": 1, "text_wrap": True, "align": "center"},
    "text": {**_BASE, "border": 1},
    "long": {**_BASE, "border": 1, "text_wrap": True},
    "integer": {**_BASE, "border": 1, "num_format": "#,##0"},
    "number": {**_BASE, "border": 1, "num_format": "#,##0.0##"},
    "percent": {**_BASE, "border": 1, "num_format": "0.0%"},
    "degrees": {**_BASE, "border": 1, "num_format": "0.000000"},
}


def _write_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], footer: str) -> None:
    page.write_string(0, 0, sheet.title, formats["title"])
    page.write_string(1, 0, sheet.note, formats["note"])
    width = 0.0
    for at, name in enumerate(sheet.frame.columns):
        page.write_string(_HEAD_ROW, at, str(name), formats["head"])
        width += _write_column(page, at, sheet.frame[name], formats, _kind(sheet, str(name)))
    _print_setup(page, sheet, footer, _A4 if width <= _A4_CHARACTERS else _A3)


def _write_column(page: Any, at: int, column: pd.Series, formats: Mapping[str, Any], kind: str) -> float:
    """Write the cells below the head; returns the column's width."""
    texts = column.astype(object).where(column.notna(), None)
    width = column_width(str(column.name), (_words(value) for value in texts if value is not None))
    look = formats["long" if kind == "text" and width == _WIDEST else kind]
    write = page.write_string if kind == "text" else page.write_number
    for row, value in enumerate(texts, start=_HEAD_ROW + 1):
        if value is None:
            page.write_blank(row, at, None, look)
        else:
            write(row, at, _words(value) if kind == "text" else value, look)
    page.set_column(at, at, width)
    return width


def _kind(sheet: Sheet, name: str) -> str:
    if name in sheet.percent or name in sheet.degrees:
        return "percent" if name in sheet.percent else "degrees"
    dtype = sheet.frame[name].dtype
    if pd.api.types.is_bool_dtype(dtype) or not pd.api.types.is_numeric_dtype(dtype):
        return "text"
    return "integer" if pd.api.types.is_integer_dtype(dtype) else "number"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def column_width(head: str, values: Iterable[str]) -> float:
    """Width of a column in characters: Chinese ones count two; between 6 and 48.

    >>> column_width("组", ["一", "纳坝村三组"])
    12.0
    """
    longest = max((_display_width(text) for text in (head, *values)), default=0)
    return float(min(max(longest + 2, _NARROWEST), _WIDEST))


def _display_width(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _print_setup(page: Any, sheet: Sheet, footer: str, paper: int) -> None:
    """Landscape, one page wide, the head on every page, the footer with page numbers."""
    rows, columns = sheet.frame.shape
    page.freeze_panes(_HEAD_ROW + 1, sheet.frozen)
    if columns:
        page.autofilter(_HEAD_ROW, 0, _HEAD_ROW + max(rows, 1), columns - 1)
    page.set_paper(paper)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, _HEAD_ROW)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    page.set_footer(f"&L{footer.replace('&', '&&')}&R第 &P 页 / 共 &N 页")
