"""Raw cells → the fields of a layer, typed, with a problem row for each cell that is refused and each column that is not used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.errors import MissingField
from layers.intake.headings import COORDINATES, assign, shown
from layers.intake.problems import MASK, Origin, join_problems
from layers.intake.values import DTYPES, Values, expectation, parse_column, plain_text
from layers.names import Geometry, Kind, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.intake.headings import Match
    from layers.intake.raw import Raw
    from layers.names import Field, Layer

_COMPLAINTS = {
    "not_a_number": "不是数字",
    "not_whole": "不是整数",
    "out_of_range": "超出合理范围",
    "unknown_unit": "带有无法换算的单位",
    "unknown_choice": "不在可选值之中",
    "not_yes_no": "看不出是“是”还是“否”",
    "not_a_date": "不是日期",
    "lost_digits": "成了科学计数法，末尾数字已丢失",
    "too_long": "过长",
    "failed_formula": "是出错的公式",
}
_COORDINATE_NAMES = frozenset(field.name for field in COORDINATES)


@dataclass(frozen=True, slots=True)
class Fields:
    """A layer's fields, all of them, in the dictionary's order, indexed by row number; raw coordinate cells beside them.

    `headings` says which heading each field came from.
    """

    frame: pd.DataFrame
    coordinates: dict[str, pd.Series[Any]]
    headings: dict[str, str]
    problems: pd.DataFrame


def to_fields(raw: Raw, layer: Layer, *, origin: Origin, rename: Mapping[str, str] | None = None) -> Fields:
    """Every field of the layer from the raw cells; a field without a column is `<NA>` throughout.

    Raises:
        MissingField: a required column is not there, or nothing in a table is known.
        InputError: `rename` names what does not exist.
    """
    matches, problems = assign(raw.headings, layer, origin=origin, rename=rename, cut=raw.cut)
    _must_have_required(matches, layer, raw, origin.file)
    parsed = {field.name: _parsed(raw, field, matches.get(field.name)) for field in fields_of(layer)}
    refused = [_refused(raw, field, matches[field.name], parsed[field.name], origin) for field in fields_of(layer) if field.name in matches]
    frame = pd.DataFrame({name: values.typed for name, values in parsed.items()}, index=raw.cells.index)
    coordinates = {name: raw.cells[match.column] for name, match in matches.items() if name in _COORDINATE_NAMES}
    headings = {name: shown(raw.headings[match.column]) for name, match in matches.items()}
    zeros = [_lost_zeros(raw, field, matches[field.name], origin) for field in fields_of(layer) if field.kind is Kind.CODE and field.name in matches]
    return Fields(frame, coordinates, headings, join_problems([_without_blank(problems, raw), _nameless(raw, origin), *refused, *zeros]))


def _without_blank(problems: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    """Unknown columns are told only where they hold something."""
    unknown = set(problems.loc[problems["rule"] == "unknown_column", "value"])
    blank = {shown(heading) for i, heading in enumerate(raw.headings) if shown(heading) in unknown and _is_blank(raw, i)}
    return problems[~((problems["rule"] == "unknown_column") & problems["value"].isin(list(blank)))]


def _parsed(raw: Raw, field: Field, match: Match | None) -> Values:
    if match is None:
        nothing = pd.Series(pd.NA, index=raw.cells.index, dtype=DTYPES[field.kind])
        return Values(nothing, pd.Series("", index=raw.cells.index, dtype="string"))
    parsed = parse_column(raw.cells[match.column], field, match.factor)
    if not field.personal:
        return parsed
    # What is wrong with a personal value is the register's to say: it must see that digits were lost, and nothing of it may be shown here.
    damaged = (parsed.rules == "lost_digits").to_numpy(dtype=bool)
    written = raw.cells[match.column].map(lambda cell: f"{cell:.2E}" if isinstance(cell, float) else plain_text(cell)).astype("string")
    return replace(parsed, typed=parsed.typed.mask(damaged, written), rules=parsed.rules.mask(damaged, ""))


def _refused(raw: Raw, field: Field, match: Match, parsed: Values, origin: Origin) -> pd.DataFrame:
    bad = parsed.rules[parsed.rules != ""]
    cells = raw.cells.loc[bad.index, match.column]
    written = [MASK if field.personal else plain_text(cell)[:80] for cell in cells.tolist()]
    expected = expectation(field)
    messages = [
        f"第 {row} 行“{field.label}”的值“{value}”{_COMPLAINTS[rule]}，按缺失处理；应为{expected}。"
        for row, value, rule in zip(bad.index.tolist(), written, bad.tolist(), strict=True)
    ]
    rules = bad.tolist()
    return join_problems(
        origin.problem(
            rule,
            "warning",
            [message for message, r in zip(messages, rules, strict=True) if r == rule],
            row=bad.index[bad == rule].tolist(),
            field=field.name,
            value=[value for value, r in zip(written, rules, strict=True) if r == rule],
            suggestion=f"请改为{expected}",
        )
        for rule in dict.fromkeys(rules)
    )


def _lost_zeros(raw: Raw, field: Field, match: Match, origin: Origin) -> pd.DataFrame:
    """Codes stored as numbers beside codes stored as text with leading zeros: those have lost theirs."""
    cells = raw.cells[match.column]
    numeric = cells.map(lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell)  # noqa: PLR0124 - not NaN
    texts = cells[~numeric.astype(bool)].map(plain_text)
    padded = texts[texts.str.fullmatch(r"0\d+")] if len(texts) else texts
    if not numeric.any() or padded.empty:
        return join_problems([])
    width = int(padded.str.len().max())
    short = cells[numeric.astype(bool)].map(plain_text)
    short = short[short.str.len() < width]
    messages = [f"第 {row} 行“{field.label}”的“{value}”存成了数字，前面的 0 可能已丢失。" for row, value in short.items()]
    hint = "请在原表中把该列设为“文本”格式，重新填写后再导入"
    return origin.problem("lost_zeros", "warning", messages, row=short.index.tolist(), field=field.name, value=short.tolist(), suggestion=hint)


def _is_blank(raw: Raw, column: int) -> bool:
    return not any(plain_text(cell) for cell in raw.cells[column])


def _nameless(raw: Raw, origin: Origin) -> pd.DataFrame:
    """Columns with content but no heading."""
    blank = [i for i, heading in enumerate(raw.headings) if not shown(heading) and not _is_blank(raw, i)]
    letters = [f"第 {i + 1} 列" for i in blank]
    return origin.problem(
        "nameless_column", "warning", [f"{name}有内容但没有表头，未导入。" for name in letters], field=letters, suggestion="请补上表头"
    )


def required_fields(layer: Layer, known: Iterable[str]) -> list[Field]:
    """The fields without which a row means nothing.

    A group is told by its code; a list that has no codes at all, but names, is taken too, and its rows are numbered.
    """
    named = layer.name == "groups" and layer.key not in known and not {"group_name", "hamlet_name"}.isdisjoint(known)
    return [field for field in layer.fields if field.required and not (named and field.name == layer.key)]


def _must_have_required(matches: Mapping[str, Match], layer: Layer, raw: Raw, file: str) -> None:
    seen = "、".join(f"“{shown(heading)}”" for heading in raw.headings if shown(heading)) or "（没有表头）"
    for field in required_fields(layer, matches):
        if field.name not in matches:
            raise MissingField(
                f"“{file}”里没有“{field.label}”列，无法导入“{layer.label}”；看到的表头有：{seen}。"
                f"如果其中一列就是{field.label}，请加 --rename {field.name}=该列表头"
                + ("；没有代码而只有组名的，请加 --rename group_name=该列表头。" if layer.name == "groups" else "。"),
                file=file,
                field=field.name,
                expected=field.label,
            )
    own = {field.name for field in layer.fields}
    if layer.geometry is Geometry.TABLE and not own & set(matches):
        wanted = "、".join(field.label for field in layer.fields if not field.personal)
        raise MissingField(
            f"“{file}”里没有一列是“{layer.label}”的字段；看到的表头有：{seen}；需要的有：{wanted}。可用 --rename 字段名=表头 指定。", file=file
        )
