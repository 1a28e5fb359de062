"""Which rows below the headings are records, and why the others are not: subtotals, footers, headings again, another table below."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from layers.intake.headings import bare, match_headings
from layers.names import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.intake.problems import Origin, Severity

Row: TypeAlias = list[Any]

REASONS: dict[str, tuple[Severity, str, str]] = {
    "subtotal": ("info", "小计或合计", "如果这一行其实是一条记录，请改写其中的字样后重新导入"),
    "footer": ("info", "表尾说明", ""),
    "repeated_heading": ("info", "重复的表头", ""),
    "title": ("info", "表题", ""),
    "other_table": ("error", "另一张表的内容", "请把这张表移到另一个工作表或文件，再单独导入"),
}
"""Severity, what such a row is called, and the way out."""

_SUBTOTAL = re.compile(r"^.{0,15}?(?:小计|合计|总计|共计|累计)(?:[(（][^)）]{0,10}[)）])?[:：]?$|^(?:sub-?|grand)?total:?$", re.IGNORECASE)
_FOOTER = re.compile(r"^[（(]?(注|备注|说明|填表|制表|审核|单位|联系|日期|填报|负责人|经办|资料来源|数据来源|note|source)", re.IGNORECASE)
_NARROW = 2  # columns; in so narrow a table a lone text may be a record
_LIKE_A_HEADING = 0.6  # of the cells
_FEWEST_HEADINGS = 3


def text_of(cell: Any) -> str:
    """A cell as one line of text; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - exact in a float
        return str(int(cell))
    return " ".join(str(cell).split())


def set_aside(rows: Mapping[int, Row], headings: Sequence[Sequence[str]]) -> dict[int, str]:
    """Why rows are no records (`REASONS`), by row number; records are left out.

    Args:
        rows: Rows below the headings that hold something, by number, in order.
        headings: For each column the texts above it.
    """
    words = [{part.replace(" ", "") for part in heading} for heading in headings]
    known = frozenset().union(*words) | {part for heading in headings for part in heading}
    reasons: dict[int, str] = {}
    previous: list[int] = []  # lone texts right above: titles, if a heading follows
    reason = ""
    for number, row in rows.items():
        reason = reason if reason == "other_table" else _reason(row, words, known)
        if reason in ("repeated_heading", "other_table"):
            reasons.update(dict.fromkeys(previous, "title"))
        previous = [*previous, number] if not reason and len(words) > _NARROW and _is_lone(row) else []
        if reason:
            reasons[number] = reason
    return reasons


def problems_of(reasons: Mapping[int, str], origin: Origin) -> list[Any]:
    """A problem row for each row that is no record."""
    frames = []
    for rule, (severity, name, hint) in REASONS.items():
        numbers = [number for number, reason in reasons.items() if reason == rule]
        texts = [f"第 {number} 行认作{name}，不是一条记录，未导入。" for number in numbers]
        frames.append(origin.problem(rule, severity, texts, row=numbers, suggestion=hint))
    return frames


def is_numbering(row: Row) -> bool:
    """A row of column numbers (1 2 3 …, 甲 乙 1 2 …), as stands right below headings."""
    texts = [text_of(cell).strip("()（）") for cell in row if text_of(cell)]
    digits = [int(text) for text in texts if text.isdigit()]
    if len(texts) < 3 or not digits:  # noqa: PLR2004 - two small numbers may be a record
        return False
    signs = sum(text in "甲乙丙丁戊栏次" for text in texts)
    return len(digits) + signs == len(texts) and digits == list(range(digits[0], digits[0] + len(digits)))


def _is_lone(row: Row) -> bool:
    return len(row) - row.count("") - row.count(None) == 1


def _present(row: Row) -> list[str]:
    return [text for cell in row if cell != "" and (text := text_of(cell))]


def _reason(row: Row, headings: Sequence[set[str]], known: frozenset[str]) -> str:
    """Why a row is no record; empty for a record. What most rows need not be asked is asked last."""
    texts = [cell for cell in row if isinstance(cell, str) and cell]
    if any(_SUBTOTAL.match(_bare_blank(text)) for text in texts[:3]):
        return "subtotal"
    if len(texts) == 1 and len(headings) > _NARROW and _FOOTER.match(_bare_blank(texts[0])) and len(_present(row)) == 1:
        return "footer"
    if not known.isdisjoint(texts):
        same = sum(isinstance(cell, str) and _bare_blank(cell) in heading for cell, heading in zip(row, headings, strict=False))
        if same >= 2 and same >= _LIKE_A_HEADING * len(_present(row)):  # noqa: PLR2004 - one may be chance
            return "repeated_heading"
    return "other_table" if sum(text in _field_names() for text in texts[:5]) > 1 and _is_heading(row) else ""


def _bare_blank(text: str) -> str:
    return "".join(text.split())


@cache
def _field_names() -> frozenset[str]:
    """Every Chinese heading of every layer as it is usually written: a quick look before the long one."""
    fields = [field for layer in LAYERS.values() for field in layer.fields]
    return frozenset(name for field in fields for name in (field.label, *field.aliases))


def _is_heading(row: Row) -> bool:
    """Whether the cells are headings of one layer or another: nothing but text, most of it known."""
    texts = _present(row)
    if len(texts) < _FEWEST_HEADINGS or any(any(char.isdigit() for char in bare(text)) for text in texts):
        return False
    heads = [(text,) for text in texts]
    matches = ([match.field.name for match in match_headings(heads, layer) if match] for layer in LAYERS.values() if layer.fields)
    best = max(len(set(found)) for found in matches)
    return best >= max(_FEWEST_HEADINGS, _LIKE_A_HEADING * len(texts))
