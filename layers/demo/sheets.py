"""Workbooks as offices make them: a title, headings over two rows with merged cells, subtotals by township, a note at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from layers.demo.bureaus import FLAG

if TYPE_CHECKING:
    from pathlib import Path

    from layers.demo.bureaus import Handover

MADE = datetime(2025, 7, 1, tzinfo=UTC)
BODY = 3
"""First row of the body: title, two rows of headings above it."""


def write_sheet(path: Path, frame: pd.DataFrame, bureau: Handover) -> None:
    """Write the frame (columns as `bureau.headings`, values ready to show) as one sheet; a table without subtotals is streamed."""
    stream = len(frame) > 20_000
    book = xlsxwriter.Workbook(path, {"constant_memory": stream, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False})
    book.set_properties({"title": bureau.title, "comments": "演示数据，全部虚构", "created": MADE.replace(tzinfo=None)})
    sheet = book.add_worksheet(bureau.sheet)
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
    sheet.merge_range(0, 0, 0, len(bureau.headings) - 1, bureau.title, bold)
    _write_headings(sheet, bureau, bold)
    for number, row in enumerate(_rows(frame, bureau), start=BODY):
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)
    book.close()


def _write_headings(sheet: Any, bureau: Handover, style: Any) -> None:
    names = list(bureau.headings)
    upper = {name: (above, members) for above, members in bureau.above.items() for name in members}
    for column, name in enumerate(names):
        above, members = upper.get(name, ("", ()))
        if not above:
            sheet.merge_range(1, column, 2, column, bureau.headings[name], style)
        elif name == members[0]:
            sheet.merge_range(1, column, 1, column + len(members) - 1, above, style)
    for column, name in enumerate(names):
        if name in upper:
            sheet.write_string(2, column, bureau.headings[name], style)


def _rows(frame: pd.DataFrame, bureau: Handover) -> list[list[Any]]:
    if not bureau.subtotal_by:
        return _cells(frame)
    rows: list[list[Any]] = []
    for name, part in frame.groupby(bureau.subtotal_by, sort=False):
        rows += _cells(part)
        rows.append(_subtotal(part, f"{name}小计", bureau))
    return [*rows, _subtotal(frame, "全县合计", bureau)]


def _cells(frame: pd.DataFrame) -> list[list[Any]]:
    """Plain Python values; None where a value is missing."""
    columns = []
    for name in frame.columns:
        values = frame[name].astype(object)
        columns.append(values.where(values.notna(), None).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


def _subtotal(part: pd.DataFrame, label: str, bureau: Handover) -> list[Any]:
    """Sums of the counts under a label in the first cell; it says that it is invented, too."""
    row: list[Any] = []
    for name in part.columns:
        total = pd.to_numeric(part[name], errors="coerce").sum() if name.endswith("_count") else None
        row.append(int(total) if total is not None else None)
    row[0] = label
    row[list(bureau.headings.values()).index(FLAG)] = "是"
    return row
