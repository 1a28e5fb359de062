"""Sheets of workbooks (.xlsx, .xls, .et, .ods) as grids of cells; an .xlsx is measured before it is laid out."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from layers.errors import HostileFile, InputError, UnknownFormat
from layers.intake.grid import Grid
from layers.intake.rows import text_of
from layers.intake.safety import open_archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Errors: TypeAlias = dict[tuple[int, int], str]
"""What formulas that failed show (`#REF!`), by row and column from 0; the reader of the cells leaves them out."""

MOST_GRID_CELLS = 40_000_000
_DAMAGE = (CalamineError, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_CHUNK, _OVERLAP = 1 << 22, 1 << 12
_REFERENCE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_FAILED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*\bt="e"[^>]*>(?:(?!</c>).){0,2000}?<v>([^<]{1,20})</v>', re.DOTALL)
_BOOK, _TARGETS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def read_workbook(path: Path, sheet: str | None = None) -> Grid:
    """One sheet of .xlsx, .xls, .et or .ods.

    Raises:
        UnknownFormat: the workbook is damaged or encrypted.
        HostileFile: it would fill the memory.
        InputError: there are several sheets with content and none was named, or none of that name.
    """
    try:
        failed = _measured(path)
        with path.open("rb") as file:
            return _sheet(CalamineWorkbook.from_filelike(file), sheet, path.name, failed)
    except _DAMAGE as error:
        raise UnknownFormat(f"打不开工作簿“{path.name}”：已损坏或加了密码；请用 Excel 或 WPS 另存为 .xlsx。", file=path.name) from error


def _sheet(book: CalamineWorkbook, sheet: str | None, file: str, failed: dict[str, Errors]) -> Grid:
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise InputError(f"“{file}”里没有名为“{sheet}”的工作表；有：{'、'.join(names)}。", file=file)
    grids = {name: _grid(book, name, failed.get(name, {})) for name in ([sheet] if sheet is not None else names)}
    filled = {name: grid for name, grid in grids.items() if grid.rows}
    if len(filled) > 1:
        raise InputError(f"“{file}”有 {len(filled)} 个有内容的工作表：{'、'.join(filled)}；请用 --sheet 指定一个。", file=file)
    if not filled:
        raise InputError(f"“{file}”{f'的工作表“{sheet}”' if sheet else ''}是空的。", file=file)
    return next(iter(filled.values()))


def _grid(book: CalamineWorkbook, name: str, failed: Errors) -> Grid:
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), shown in failed.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = shown
    if not any(text_of(cell) for row in rows for cell in row):
        return Grid([])
    return Grid(rows, tuple(sheet.merged_cell_ranges or ()))


def _measured(path: Path) -> dict[str, Errors]:
    """Measure the sheets of an .xlsx before they are laid out as full rectangles (two cells in far corners would fill the memory).

    Returns:
        The failed formulas of each sheet, by the sheet's name; none for other kinds of workbook.
    """
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return {}
    with open_archive(path) as archive:
        failed = {}
        for member in archive.infolist():
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                with archive.open(member) as source:
                    failed[member.filename] = _scan_sheet(source, path.name)
        return {name: failed[part] for name, part in _parts(archive) if failed.get(part)}


def _scan_sheet(source: IO[bytes], file: str) -> Errors:
    columns: set[bytes] = set()
    last_row, failed = 0, {}
    for xml in _overlapping(source):
        found = _REFERENCE.findall(xml)
        columns.update({letters for letters, _ in found})
        last_row = max(last_row, max(map(int, {row for _, row in found}), default=0))
        failed.update({(int(row) - 1, _column_number(letters) - 1): shown.decode() for letters, row, shown in _FAILED.findall(xml)})
        width = max(map(_column_number, columns), default=0)
        if last_row * width > MOST_GRID_CELLS:
            raise HostileFile(f"“{file}”的工作表占 {last_row} 行 × {width} 列，太大；请删去远处的空白或多余单元格后再导入。", file=file)
    return failed


def _overlapping(source: IO[bytes]) -> Iterator[bytes]:
    """The text in pieces, each beginning with the end of the one before, so that no cell is cut."""
    tail = b""
    while chunk := source.read(_CHUNK):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of each sheet and the member that holds it; none where the workbook does not say it plainly."""
    members = {member.filename for member in archive.infolist()}
    if not {_BOOK, _TARGETS} <= members:
        return []
    book, targets = (archive.read(name).decode("utf-8", "replace") for name in (_BOOK, _TARGETS))
    found = [_attributes(tag) for tag in re.findall(r"<Relationship\s([^>]*)>", targets)]
    parts = {tag["Id"]: posixpath.normpath(posixpath.join("/xl", tag["Target"]))[1:] for tag in found if {"Id", "Target"} <= tag.keys()}
    sheets = [_attributes(tag) for tag in re.findall(r"<sheet\s([^>]*)>", book)]
    return [(tag["name"], parts[tag["r:id"]]) for tag in sheets if "name" in tag and tag.get("r:id") in parts]


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'([\w:]+)="([^"]*)"', tag)}
