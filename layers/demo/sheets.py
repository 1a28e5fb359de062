"""Workbooks as offices make them: a title, headings over two rows with merged cells, subtotals by township.

Heads are written by xlsxwriter. The body is put into the finished sheet as one piece of XML: a register has a million cells, and a call for each of
them would take most of the build's time.
"""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from layers.demo.handover import FLAG

if TYPE_CHECKING:
    from pathlib import Path

    from layers.demo.grid import Ints
    from layers.demo.handover import Handover

MADE = datetime(2025, 7, 1, tzinfo=UTC)
BODY = 4
"""First row of the body as the spreadsheet counts: a title and two rows of headings stand above it."""
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)
_SHEET = "xl/worksheets/sheet1.xml"


def write_sheet(path: Path, frame: pd.DataFrame, bureau: Handover) -> None:
    """Write the frame (columns as `bureau.headings`, values ready to show) as one sheet."""
    heads = path.with_suffix(".heads")
    _write_heads(heads, bureau)
    body = _body(_with_subtotals(frame, bureau))
    rows = BODY - 1 + body.count("<row ")
    with zipfile.ZipFile(heads) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == _SHEET:
                data = _filled(data.decode(), body, f"A1:{xl_col_to_name(len(bureau.headings) - 1)}{rows}").encode()
            entry = zipfile.ZipInfo(member.filename, ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    heads.unlink()


def sheet_rows(frame: pd.DataFrame, bureau: Handover) -> Ints:
    """The number that each row of the frame has in the sheet."""
    town = pd.factorize(frame[bureau.subtotal_by])[0] if bureau.subtotal_by else np.zeros(len(frame), dtype=np.int64)
    order = np.argsort(town, kind="stable")
    number = np.empty(len(frame), dtype=np.int64)
    number[order] = BODY + np.arange(len(frame)) + town[order]
    return number


def _filled(sheet: str, body: str, extent: str) -> str:
    sized = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="{extent}"/>', sheet, count=1)
    return sized.replace("</sheetData>", f"{body}</sheetData>", 1)


def _write_heads(path: Path, bureau: Handover) -> None:
    with path.open("wb") as file, xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": bureau.title, "comments": "演示数据，全部虚构", "created": MADE.replace(tzinfo=None)})
        sheet = book.add_worksheet(bureau.sheet)
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
        sheet.merge_range(0, 0, 0, len(bureau.headings) - 1, bureau.title, bold)
        _write_headings(sheet, bureau, bold)


def _write_headings(sheet: Any, bureau: Handover, style: Any) -> None:
    upper = {name: (above, members) for above, members in bureau.above.items() for name in members}
    for column, (name, heading) in enumerate(bureau.headings.items()):
        above, members = upper.get(name, ("", ()))
        if not above:
            sheet.merge_range(1, column, 2, column, heading, style)
            continue
        sheet.write_string(2, column, heading, style)
        if name == members[0]:
            sheet.merge_range(1, column, 1, column + len(members) - 1, above, style)


def _with_subtotals(frame: pd.DataFrame, bureau: Handover) -> pd.DataFrame:
    """The rows, after each township its sums, and at the end the county's."""
    plain = frame.astype(object)
    if not bureau.subtotal_by:
        return plain
    parts = []
    for name, part in plain.groupby(bureau.subtotal_by, sort=False):
        parts += [part, _subtotal(part, f"{name}小计", bureau)]
    return pd.concat([*parts, _subtotal(plain, "全县合计", bureau)])


def _subtotal(part: pd.DataFrame, label: str, bureau: Handover) -> pd.DataFrame:
    """Sums of the counts under a label in the first cell; it says that it is invented, too."""
    sums = [int(pd.to_numeric(part[name], errors="coerce").sum()) if name.endswith("_count") else None for name in part.columns]
    row: dict[str, Any] = dict(zip(part.columns, sums, strict=True))
    row[str(part.columns[0])] = label
    row[list(bureau.headings)[list(bureau.headings.values()).index(FLAG)]] = "是"
    return pd.DataFrame([row], dtype=object)


def _body(frame: pd.DataFrame) -> str:
    columns = [_cells(frame[name].tolist(), xl_col_to_name(place)) for place, name in enumerate(frame.columns)]
    rows = (f'<row r="{number}">{"".join(cells)}</row>' for number, cells in enumerate(zip(*columns, strict=True), start=BODY))
    return "".join(rows)


def _cells(values: list[Any], column: str) -> list[str]:
    """One column as XML: numbers as numbers, texts inline, nothing for a missing value."""
    return [_cell(value, f"{column}{number}") for number, value in enumerate(values, start=BODY)]


def _cell(value: Any, place: str) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    return "" if pd.isna(value) else f'<c r="{place}"><v>{value}</v></c>'
