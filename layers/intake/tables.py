"""Tables as offices write them: titles, headings over several rows, merged cells, subtotals, footers.

A table is a grid of cells with merged ranges, whether it came from a workbook or from text. The heading block is where most headings are known to the
column dictionary; what stands above it is a title, what follows are rows, numbered as the spreadsheet numbers them.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from layers.errors import HostileFile, InputError, UnknownFormat
from layers.intake.encoding import decode_text
from layers.intake.headings import UNIT_WORDS, bare, match_headings
from layers.intake.problems import Origin, join_problems
from layers.intake.raw import Raw
from layers.intake.safety import MOST_ROWS, open_archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.intake.headings import Heading
    from layers.names import Layer

Cell: TypeAlias = str | float | int | bool | date | datetime | time | None
Row: TypeAlias = list[Any]
Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

MOST_GRID_CELLS = 40_000_000
DEEPEST_HEADING = 40  # rows of titles before a heading
TALLEST_HEADING = 3
_DAMAGE = (CalamineError, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_SUBTOTAL = re.compile(r"^.{0,15}?(小计|合计|总计|共计|累计)(?:[(（][^)）]{0,10}[)）])?[:：]?$")
_FOOTER = re.compile(r"^[（(]?(注|备注|说明|填表|制表|审核|单位|联系|日期|填报|负责人|经办)")
_REFERENCE = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by row, top-left first; `merges` are inclusive (row, column) corners counted from 0."""

    rows: list[Row]
    merges: tuple[Merge, ...] = ()
    encoding: str = "utf-8"


def read_workbook(path: Path, sheet: str | None = None) -> Grid:
    """One sheet of .xlsx, .xls, .et or .ods.

    Raises:
        UnknownFormat: the workbook is damaged or encrypted.
        HostileFile: it would fill the memory.
        InputError: there are several sheets with content and none was named, or none of that name.
    """
    try:
        _refuse_wide(path)
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            return _sheet(book, sheet, path.name)
    except _DAMAGE as error:
        raise UnknownFormat(f"打不开工作簿“{path.name}”：已损坏或加了密码；请用 Excel 或 WPS 另存为 .xlsx。", file=path.name) from error


def _sheet(book: CalamineWorkbook, sheet: str | None, file: str) -> Grid:
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise InputError(f"“{file}”里没有名为“{sheet}”的工作表；有：{'、'.join(names)}。", file=file)
    grids = {name: _grid(book, name) for name in ([sheet] if sheet is not None else names)}
    filled = {name: grid for name, grid in grids.items() if grid.rows}
    if len(filled) > 1:
        raise InputError(f"“{file}”有 {len(filled)} 个有内容的工作表：{'、'.join(filled)}；请用 --sheet 指定一个。", file=file)
    if not filled:
        raise InputError(f"“{file}”{f'的工作表“{sheet}”' if sheet else ''}是空的。", file=file)
    return next(iter(filled.values()))


def _grid(book: CalamineWorkbook, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    if not any(_filled(row) for row in rows):
        return Grid([])
    return Grid([list(row) for row in rows], tuple(sheet.merged_cell_ranges or ()))


def _refuse_wide(path: Path) -> None:
    """Measure the sheets of an .xlsx before they are laid out as a full rectangle: two cells in far corners would fill the memory."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return
    with open_archive(path) as archive:
        for member in archive.infolist():
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                with archive.open(member) as source:
                    _measure_sheet(source.read(), path.name)


def _measure_sheet(xml: bytes, file: str) -> None:
    cells = {(match[0], len(match[1]), match[1]) for match in _REFERENCE.findall(xml)}
    rows = max((int(row) for _, _, row in cells), default=0)
    columns = max((_column_number(letters) for letters in {letters for letters, _, _ in cells}), default=0)
    if rows * columns > MOST_GRID_CELLS:
        raise HostileFile(f"“{file}”的工作表占 {rows} 行 × {columns} 列，太大；请删去远处的空白或多余单元格后再导入。", file=file)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_text(path: Path, encoding: str | None = None) -> Grid:
    """A .csv, .tsv or .txt: comma, tab, semicolon or bar, whichever parts the first lines most evenly.

    Raises:
        BadEncoding: see `layers.intake.encoding`.
        UnknownFormat: it is no table of text.
    """
    text, codec = decode_text(path.read_bytes(), file=path.name, declared=encoding)
    if "\x00" in text:
        raise UnknownFormat(f"“{path.name}”不是文本表格。", file=path.name)
    delimiter = _delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnknownFormat(f"“{path.name}”不是完好的文本表格：某个单元格过长或引号没有成对。", file=path.name) from error
    return Grid([list(row) for row in rows], encoding=codec)


def _delimiter(text: str) -> str:
    lines = [line for line in text[:20000].splitlines()[:20] if line.strip()]
    return max(",\t;|", key=lambda mark: sum(line.count(mark) > 0 for line in lines) * 1000 + min(sum(line.count(mark) for line in lines), 999))


def to_raw(grid: Grid, layer: Layer, *, origin: Origin, rename: Mapping[str, str] | None = None) -> Raw:
    """The rows below the headings, each with its spreadsheet row number.

    Raises:
        InputError: there is nothing like a table.
        HostileFile: it has too many rows.
    """
    if len(grid.rows) > MOST_ROWS:
        raise HostileFile(f"“{origin.file}”有 {len(grid.rows)} 行，超过上限 {MOST_ROWS} 行。", file=origin.file)
    top, height = _heading_block(grid, layer, rename or {}, origin.file)
    width = max(len(row) for row in grid.rows)
    headings = _headings(grid, top, height, width)
    filled_rows, merged = _fill_down(grid, top + height)
    numbered = {i + 1: _padded(row, width) for i, row in enumerate(filled_rows) if i >= top + height and _filled(row)}
    words = [{part.replace(" ", "") for part in heading} for heading in headings]
    reasons = {number: _not_data(row, words) for number, row in numbered.items() if not _is_numbering(number, row, top + height)}
    kept = [number for number, reason in reasons.items() if not reason]
    cells = pd.DataFrame([numbered[number] for number in kept], index=pd.Index(kept, dtype="int64", name="row"), columns=range(width), dtype=object)
    problems = [_set_aside([number for number, reason in reasons.items() if reason == rule], rule, origin) for rule in _REASONS]
    if merged:
        problems.append(origin.problem("merged_cells", "info", f"{merged} 处合并单元格的内容已填到每一行。"))
    return Raw(headings, cells, rows_read=len(reasons), encoding=grid.encoding, problems=join_problems(problems))


def _set_aside(numbers: list[int], rule: str, origin: Origin) -> pd.DataFrame:
    texts = [f"第 {number} 行是{_REASONS[rule]}，不是一条记录，未导入。" for number in numbers]
    return origin.problem(rule, "error", texts, row=numbers)


_REASONS = {"subtotal": "小计或合计", "footer": "表尾说明", "repeated_heading": "重复的表头"}


def _not_data(row: Row, headings: Sequence[set[str]]) -> str:
    """Why a row is no record: `subtotal`, `footer`, `repeated_heading`; empty for a record."""
    texts = [_text(cell).replace(" ", "") for cell in row]
    present = [text for text in texts if text]
    if any(_SUBTOTAL.match(text) for text in present[:3]):
        return "subtotal"
    if len(present) == 1 and len(headings) > 2 and _FOOTER.match(present[0]):  # noqa: PLR2004 - a lone text in a wide table
        return "footer"
    same = sum(bool(text) and text in heading for text, heading in zip(texts, headings, strict=True))
    return "repeated_heading" if same >= 2 and same >= 0.6 * len(present) else ""  # noqa: PLR2004 - most cells repeat the heading


def _is_numbering(number: int, row: Row, first: int) -> bool:
    """A row of column numbers (1 2 3 …, 甲 乙 1 2 …) right below the headings."""
    if number != first + 1:
        return False
    texts = [_text(cell).strip("()（）") for cell in row if _text(cell)]
    if len(texts) < 3:  # noqa: PLR2004 - two small numbers may be a record
        return False
    digits = [int(text) for text in texts if text.isdigit()]
    return (
        len(digits) + sum(text in "甲乙丙丁戊栏次" for text in texts) == len(texts) and digits == list(range(digits[0], digits[0] + len(digits)))
        if digits
        else False
    )


def _heading_block(grid: Grid, layer: Layer, rename: Mapping[str, str], file: str) -> tuple[int, int]:
    """First row and height of the headings: the block most of whose columns are known; among equals the least tall, then the first."""
    wanted = {bare(heading) for heading in rename.values()}
    best: tuple[float, int, int] = (0, 0, 0)
    found = None
    for top in range(min(len(grid.rows), DEEPEST_HEADING)):
        for height in range(1, TALLEST_HEADING + 1):
            if top + height > len(grid.rows):
                break
            known = _known(_headings(grid, top, height), layer, wanted) + _closes_on_units(grid, top, height)
            if known and (known, -height, -top) > best:
                best, found = (known, -height, -top), (top, height)
    if found:
        return found
    first = next((i for i, row in enumerate(grid.rows) if sum(bool(_text(cell)) for cell in row) > 1), None)
    if first is None:
        raise InputError(f"“{file}”里没有找到表头；表格至少要有一行表头和一行数据。", file=file)
    return first, 1


def _known(headings: Sequence[Heading], layer: Layer, wanted: set[str]) -> float:
    """How many fields are known; two columns that claim one field count a little against (a merged heading without its second line)."""
    claims = [match.field.name for match in match_headings(headings, layer) if match is not None]
    fields = set(claims)
    asked = {bare(part) for heading in headings for part in (*heading, "".join(heading))} & wanted
    return len(fields) + len(asked) - 0.1 * (len(claims) - len(fields))


def _closes_on_units(grid: Grid, top: int, height: int) -> float:
    """Half a point for a block whose last row holds nothing but units."""
    if height == 1:
        return 0
    texts = [bare(_text(cell)) for cell in grid.rows[top + height - 1] if _text(cell)]
    return 0.5 if texts and all(text in UNIT_WORDS for text in texts) else 0


def _headings(grid: Grid, top: int, height: int, width: int = 0) -> tuple[Heading, ...]:
    width = max(width, *(len(row) for row in grid.rows[top : top + height]))
    block = [_padded([_text(cell) for cell in row], width) for row in grid.rows[top : top + height]]
    for (r0, c0), (r1, c1) in grid.merges:
        for r in range(max(r0, top), min(r1, top + height - 1) + 1):
            for c in range(c0, min(c1, width - 1) + 1):
                block[r - top][c] = _text(grid.rows[r0][c0]) if r0 >= top else ""
    if not grid.merges:
        block = [*(_spread(upper, block[-1]) for upper in block[:-1]), block[-1]]
    return tuple(_distinct([row[c] for row in block]) for c in range(width))


def _spread(upper: Row, lower: Row) -> Row:
    """Without known merges: a heading reaches right over the blank cells that have a heading below."""
    spread, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        spread.append(last)
    return spread


def _distinct(parts: list[str]) -> Heading:
    kept: list[str] = []
    for part in parts:
        if part and (not kept or kept[-1] != part):
            kept.append(part)
    return tuple(kept)


def _fill_down(grid: Grid, first: int) -> tuple[list[Row], int]:
    """Rows with each vertically merged cell repeated in all its rows, and how many merges that were."""
    rows = list(grid.rows)
    down = [merge for merge in grid.merges if first <= merge[0][0] < merge[1][0] < len(rows)]
    for (top, column), (bottom, _) in down:
        value = _padded(rows[top], column + 1)[column]
        for i in range(top + 1, bottom + 1):
            if any(_text(cell) for c, cell in enumerate(rows[i]) if c != column):
                padded = _padded(rows[i], column + 1)
                rows[i] = [*padded[:column], value, *padded[column + 1 :]]
    return rows, len(down)


def _padded(row: Row, width: int) -> Row:
    return [*row, *[""] * (width - len(row))] if len(row) < width else list(row)


def _filled(row: Row) -> bool:
    return any(_text(cell) for cell in row)


def _text(cell: Cell) -> str:
    """A cell as one line of text; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - exact in a float
        return str(int(cell))
    return " ".join(str(cell).split())
