"""Tables as offices write them: titles, headings over several rows, merged cells, subtotals, footers.

A table is a grid of cells with merged ranges, whether it came from a workbook or from text. The heading block is where most headings are known to the
column dictionary; what stands above it is a title, what follows are rows, numbered as the spreadsheet numbers them.
"""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import HostileFile, InputError, UnknownFormat
from layers.intake.encoding import decode_text
from layers.intake.grid import Grid
from layers.intake.headings import UNIT_WORDS, bare, match_headings
from layers.intake.problems import Origin, join_problems
from layers.intake.raw import Raw
from layers.intake.rows import Row, is_numbering, problems_of, set_aside, text_of
from layers.intake.safety import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.intake.headings import Heading
    from layers.names import Layer


DEEPEST_HEADING = 40  # rows of titles before a heading
TALLEST_HEADING = 3
_END = "\x00"  # stands for the end of the text, which itself holds none
MOST_TEXT_CELLS = 12_000_000  # some 4 GB while they are understood; a register of a large county has 9 million
_MOST_HEADING_ROWS = 6  # with all that merged cells cover


def read_text(path: Path, encoding: str | None = None) -> Grid:
    """A .csv, .tsv or .txt: comma, tab, semicolon or bar, whichever parts the first lines most evenly.

    Raises:
        BadEncoding: see `layers.intake.encoding`.
        UnknownFormat: it is no table of text.
        HostileFile: it has more cells than an office machine can hold.
    """
    text, codec = decode_text(path.read_bytes(), file=path.name, declared=encoding)
    if "\x00" in text:
        raise UnknownFormat(f"“{path.name}”不是文本表格。", file=path.name)
    return Grid(_rows_of(text, path.name), encoding=codec)


def _rows_of(text: str, file: str) -> list[Row]:
    """The cells of delimited text; an open quote would swallow all rows that follow it, so it is refused."""
    reader = csv.reader(itertools.chain(io.StringIO(text, newline=""), ["\r\n", _END]), delimiter=_delimiter(text))
    rows: list[Row] = []
    line = last = cells = 0
    try:
        for row in reader:
            rows.append(row)
            cells += len(row)
            if cells > MOST_TEXT_CELLS:
                raise HostileFile(f"“{file}”的单元格超过 {MOST_TEXT_CELLS} 个，太大；请删去不用的列，或拆成几个文件。", file=file)
            line, last = reader.line_num, line
    except csv.Error as error:
        raise UnknownFormat(f"“{file}”第 {line + 1} 行起不是完好的文本表格：单元格过长或引号没有成对。", file=file, row=line + 1) from error
    if rows.pop() != [_END]:
        raise UnknownFormat(f"“{file}”第 {last + 1} 行起有引号没有成对，后面的行会被吞掉；请补上或删去这个引号。", file=file, row=last + 1)
    return rows


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
    if is_numbering(numbered.get(top + height + 1, [])):
        del numbered[top + height + 1]
    reasons = set_aside(numbered, headings)
    kept = [number for number in numbered if number not in reasons]
    cells = pd.DataFrame([numbered[number] for number in kept], index=pd.Index(kept, dtype="int64", name="row"), columns=range(width), dtype=object)
    problems = problems_of(reasons, origin)
    if merged:
        problems.append(origin.problem("merged_cells", "info", f"{merged} 处合并单元格的内容已填到每一行。"))
    return Raw(headings, cells, rows_read=len(numbered), encoding=grid.encoding, problems=join_problems(problems))


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
        return found[0], _whole_height(grid, *found)
    first = next((i for i, row in enumerate(grid.rows) if sum(bool(text_of(cell)) for cell in row) > 1), None)
    if first is None:
        raise InputError(f"“{file}”里没有找到表头；表格至少要有一行表头和一行数据。", file=file)
    return first, 1


def _whole_height(grid: Grid, top: int, height: int) -> int:
    """The height of the headings with the rows that a cell merged downward from one of them covers."""
    ends = [bottom for (start, _), (bottom, _) in grid.merges if top <= start < top + height]
    return min(max([top + height - 1, *ends]), top + _MOST_HEADING_ROWS - 1) - top + 1


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
    texts = [bare(text_of(cell)) for cell in grid.rows[top + height - 1] if text_of(cell)]
    return 0.5 if texts and all(text in UNIT_WORDS for text in texts) else 0


def _headings(grid: Grid, top: int, height: int, width: int = 0) -> tuple[Heading, ...]:
    width = max(width, *(len(row) for row in grid.rows[top : top + height]))
    block = [_padded([text_of(cell) for cell in row], width) for row in grid.rows[top : top + height]]
    for (r0, c0), (r1, c1) in grid.merges:
        for r in range(max(r0, top), min(r1, top + height - 1) + 1):
            for c in range(c0, min(c1, width - 1) + 1):
                block[r - top][c] = text_of(grid.rows[r0][c0]) if r0 >= top else ""
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
            if any(text_of(cell) for c, cell in enumerate(rows[i]) if c != column):
                padded = _padded(rows[i], column + 1)
                rows[i] = [*padded[:column], value, *padded[column + 1 :]]
    return rows, len(down)


def _padded(row: Row, width: int) -> Row:
    return [*row, *[""] * (width - len(row))] if len(row) < width else row


def _filled(row: Row) -> bool:
    return any(text_of(cell) for cell in row)
