"""Cells → values of a field's kind; what cannot be understood is refused, with what was expected.

Each kind has one parser of a single cell; a column is parsed by its distinct values. A parser gives the value, or the name of the rule that the cell
breaks. Missing is missing (`-`, `/`, `不详`), never 0 and never `False`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from layers.names import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.names import Choice, Field

Parsed: TypeAlias = tuple[Any, str]
Parser: TypeAlias = "Callable[[Any], Parsed]"

DTYPES: dict[Kind, str] = {
    Kind.CODE: "string",
    Kind.TEXT: "string",
    Kind.INTEGER: "Int64",
    Kind.NUMBER: "Float64",
    Kind.BOOLEAN: "boolean",
    Kind.CHOICE: "string",
    Kind.DATE: "string",
}
"""Pandas dtype of each kind (the house's frames)."""

EXACT_FLOAT = 2**53  # whole numbers above lose digits in a spreadsheet or a float
LONGEST_TEXT = 2000
_MISSING = frozenset(
    (
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "null",
        "<null>",
        "none",
        "nan",
        "na",
        "n/a",
        "#n/a",
        "不详",
        "未知",
        "不明",
        "待定",
        "待核实",
        "(空)",
        "空",
    )
)
_TRUE = frozenset(
    [
        "是",
        "有",
        "对",
        "已",
        "通",
        "已通",
        "通了",
        "能",
        "√",
        "✓",
        "✔",
        "☑",
        "y",
        "yes",
        "true",
        "t",
        "1",
        "已完成",
        "完成",
        "达标",
        "合格",
        "覆盖",
        "已覆盖",
        "全覆盖",
        "已接通",
        "已入户",
        "入户",
        "已搬迁",
        "满足",
    ]
)
_FALSE = frozenset(
    [
        "否",
        "无",
        "不",
        "没",
        "没有",
        "未",
        "未通",
        "没通",
        "不通",
        "不能",
        "×",
        "✗",
        "✘",
        "☒",
        "x",
        "n",
        "no",
        "false",
        "f",
        "0",
        "未完成",
        "不达标",
        "未达标",
        "不合格",
        "未覆盖",
        "无覆盖",
        "未接通",
        "未入户",
        "未搬迁",
        "不满足",
    ]
)
_FAILED = frozenset(("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
"""What a spreadsheet shows where a formula failed; #N/A is how offices write that they do not know."""
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([^\W\d_].*)?")
_COUNT_UNITS = frozenset(("户", "人", "个", "处", "座", "天", "年", "名", "口", "所", "位", "层", "栋", "间", "台"))
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet serials, their 29 February 1900 included
_SERIALS = (20000, 73050)  # 1954 … 2099; smaller whole numbers are years
_YEARS = (1900, 2100)


@dataclass(frozen=True, slots=True)
class Values:
    """A parsed column: typed values, and for each row the rule its cell breaks (empty where it is fine)."""

    typed: pd.Series[Any]
    rules: pd.Series[str]


def parse_column(cells: pd.Series[Any], field: Field, factor: float = 1.0) -> Values:
    """All cells of a column as values of the field.

    Args:
        cells: Cells as written (text, numbers, booleans, dates, None), any index.
        field: Kind, unit, limits and choices.
        factor: What turns a number without a unit into the field's unit (from the heading).

    Returns:
        Values of `DTYPES[field.kind]` (`<NA>` for missing and for refused) and rules: `not_a_number`, `not_whole`, `out_of_range`, `unknown_unit`,
        `unknown_choice`, `not_yes_no`, `not_a_date`, `lost_digits`, `too_long`, `failed_formula`.
    """
    parse = parser_of(field, factor)
    codes, distinct = pd.factorize(_keys(cells), use_na_sentinel=False)
    first = np.unique(codes, return_index=True)[1]
    parsed = [_parsed(cell, parse) for cell in cells.iloc[first].tolist()] if len(distinct) else []
    values = pd.Series([value for value, _ in parsed], dtype=DTYPES[field.kind])
    rules = pd.Series([rule for _, rule in parsed], dtype="string")
    return Values(values.iloc[codes].set_axis(cells.index), rules.iloc[codes].set_axis(cells.index))


def _parsed(cell: Any, parse: Parser) -> Parsed:
    return (pd.NA, "failed_formula") if isinstance(cell, str) and cell.strip().upper() in _FAILED else parse(cell)


def _keys(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Distinct cells by type and value: `True`, `1` and `1.0` are equal to Python, but not to a table."""
    kinds = set(map(type, cells))
    if len(kinds) == 1 and kinds <= {str, float, int}:
        return cells
    texts = cells.map(str).astype(object)
    return texts + cells.map(lambda cell: type(cell).__name__).astype(object)


def parser_of(field: Field, factor: float = 1.0) -> Parser:
    """The parser of one cell of this field."""
    plain: dict[Kind, Parser] = {
        Kind.CODE: parse_code,
        Kind.TEXT: parse_text,
        Kind.INTEGER: partial(parse_number, field=field, factor=factor, whole=True),
        Kind.NUMBER: partial(parse_number, field=field, factor=factor, whole=False),
        Kind.BOOLEAN: parse_boolean,
        Kind.CHOICE: partial(parse_choice, choices=_choice_names(field.choices)),
        Kind.DATE: parse_date,
    }
    return plain[field.kind]


def expectation(field: Field) -> str:
    """What a cell of this field should look like, in Chinese."""
    limits = _limits(field.minimum, field.maximum)
    return {
        Kind.CODE: "文本形式的代码（单元格格式设为“文本”）",
        Kind.TEXT: f"不超过 {LONGEST_TEXT} 字的文字",
        Kind.INTEGER: f"整数{limits}{field.unit and f'（{field.unit}）'}",
        Kind.NUMBER: f"数字{limits}{field.unit and f'（{field.unit}）'}",
        Kind.BOOLEAN: "是、否（或 有/无、√/×、1/0）",
        Kind.CHOICE: "、".join(choice.label for choice in field.choices),
        Kind.DATE: "日期，如 2025、2025-06、2025-06-30",
    }[field.kind]


def _limits(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"，{low:g}–{high:g}"
    return f"，不小于 {low:g}" if low is not None else f"，不大于 {high:g}" if high is not None else ""


def plain_text(cell: Any) -> str:
    """A cell as one line of text: trimmed, full-width letters and digits made half-width, blanks collapsed; empty for missing."""
    if isinstance(cell, str):
        return _one_line(cell)
    if _is_missing(cell):
        return ""
    if isinstance(cell, bool | np.bool_):
        return "是" if cell else "否"
    if isinstance(cell, float | np.floating) and float(cell).is_integer() and abs(float(cell)) < EXACT_FLOAT:
        return str(int(cell))
    return _one_line(str(cell))


def _one_line(text: str) -> str:
    return " ".join((text if text.isascii() else text.translate(_HALF_WIDTH)).split())


_HALF_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_HALF_WIDTH |= {0xFEFF: None, 0x200B: None}  # a stray byte order mark, a blank of no width


def _is_missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float | np.floating) and np.isnan(cell))


def parse_text(cell: Any) -> Parsed:
    """Text as people wrote it; a number too long for a spreadsheet has lost digits."""
    if _lost_digits(cell):
        return pd.NA, "lost_digits"
    text = plain_text(cell)
    if len(text) > LONGEST_TEXT:
        return pd.NA, "too_long"
    return (pd.NA if text.casefold() in _MISSING else text), ""


def parse_code(cell: Any) -> Parsed:
    """A code as text: `522326001001.0` → `522326001001`; scientific notation means that digits were lost."""
    if _lost_digits(cell):
        return pd.NA, "lost_digits"
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", plain_text(cell))).lstrip("'`’‘").removeprefix("'")
    if text.casefold() in _MISSING:
        return pd.NA, ""
    if re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d+", text):
        return pd.NA, "lost_digits"
    if len(text) > LONGEST_TEXT:
        return pd.NA, "too_long"
    return re.sub(r"^(\d+)\.0+$", r"\1", text), ""


def _lost_digits(cell: Any) -> bool:
    return isinstance(cell, float | np.floating) and bool(np.isfinite(cell)) and abs(float(cell)) >= EXACT_FLOAT


def parse_number(cell: Any, *, field: Field, factor: float, whole: bool) -> Parsed:
    """`1,234`, `１２`, `1.2公里`, `35米` → a number in the field's unit, within its limits."""
    if not _is_missing(cell) and isinstance(cell, bool | np.bool_ | datetime | date | time):
        return pd.NA, "not_a_number"
    text = unicodedata.normalize("NFKC", plain_text(cell)).casefold()
    if text in _MISSING:
        return pd.NA, ""
    match = _NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text))
    if match is None:
        return pd.NA, "not_a_number"
    scale = factor if not match[2] else _unit_factor(match[2].strip(), field)
    if scale is None:
        return pd.NA, "unknown_unit"
    return _limited(float(match[1]) * scale, field, whole=whole)


def _limited(number: float, field: Field, *, whole: bool) -> Parsed:
    number = float(f"{number:.12g}")  # 0.001 * 35 is 0.035, not 0.035000000000000003
    if not np.isfinite(number) or abs(number) >= EXACT_FLOAT:
        return pd.NA, "out_of_range"
    if (field.minimum is not None and number < field.minimum) or (field.maximum is not None and number > field.maximum):
        return pd.NA, "out_of_range"
    if not whole:
        return number, ""
    return (int(number), "") if number.is_integer() else (pd.NA, "not_whole")


def _unit_factor(unit: str, field: Field) -> float | None:
    for name, factor in field.factors:
        if unicodedata.normalize("NFKC", name).casefold() == unit:
            return factor
    if unit == unicodedata.normalize("NFKC", field.unit).casefold() or (field.kind is Kind.INTEGER and unit in _COUNT_UNITS):
        return 1.0
    return None


def parse_boolean(cell: Any) -> Parsed:
    """是/否, 有/无, √/×, yes/no, 1/0."""
    if isinstance(cell, bool | np.bool_):
        return bool(cell), ""
    text = unicodedata.normalize("NFKC", plain_text(cell)).casefold()
    if text in _MISSING:
        return pd.NA, ""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE, ""
    return pd.NA, "not_yes_no"


def _choice_names(choices: tuple[Choice, ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for level in (0, 1, 2):
        for choice in choices:
            for name in ((choice.value,), (choice.label,), choice.aliases)[level]:
                names.setdefault(_choice_key(name), choice.value)
    return names


def _choice_key(text: str) -> str:
    return re.sub(r"[\s()_\-、/]+", "", unicodedata.normalize("NFKC", text)).casefold()


def parse_choice(cell: Any, *, choices: dict[str, str]) -> Parsed:
    """Value, label or alias → canonical value."""
    text = "1" if cell is True else plain_text(cell)
    key = _choice_key(text)
    if key in choices:
        return choices[key], ""
    return (pd.NA, "") if text.casefold() in _MISSING or not key else (pd.NA, "unknown_choice")


_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?(?:[ t]+\d{1,2}:\d{2}.*)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_DAY_FIRST = re.compile(r"(1[3-9]|2\d|3[01])[/.-](\d{1,2})[/.-](\d{4})")  # only where the first number can be no month


def parse_date(cell: Any) -> Parsed:
    """`2025`, `2025-06`, `2025年6月30日`, `20250630`, dates, spreadsheet serials → ISO text of the precision that was given."""
    if not _is_missing(cell) and isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d"), ""
    text = unicodedata.normalize("NFKC", plain_text(cell)).casefold()
    if text in _MISSING:
        return pd.NA, ""
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        return (_EPOCH + timedelta(days=int(float(text)))).isoformat(), ""
    match = _DATE.fullmatch(text.replace(" ", "") if ":" not in text else text) or _DIGITS.fullmatch(text)
    if match is None and (turned := _DAY_FIRST.fullmatch(text)):
        return _iso(turned[3], turned[2], turned[1])
    return _iso(*match.groups()) if match else (pd.NA, "not_a_date")


def _iso(year: str, month: str | None, day: str | None) -> Parsed:
    try:
        moment = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return pd.NA, "not_a_date"
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        return pd.NA, "not_a_date"
    return moment.isoformat()[: 10 if day else 7 if month else 4], ""
