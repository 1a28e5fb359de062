"""Headings → fields, by the column dictionary alone.

A heading is a tuple of the texts above a column, from the merged heading down to the last line. What is compared is bare: half-width, without
case, spaces, brackets, separators, numbering. A unit in the heading (`长度（米）`) becomes the factor to the field's own unit.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from layers import english
from layers.errors import InputError
from layers.intake.problems import Origin, join_problems
from layers.names import LAYERS, Field, Kind, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from layers.names import Layer

Heading: TypeAlias = tuple[str, ...]

LON = Field("lon", "经度", Kind.NUMBER, aliases=("东经", "经度坐标", "jd", "经度(度)", "经度E", "东经E", *english.headings("", "lon")))
LAT = Field("lat", "纬度", Kind.NUMBER, aliases=("北纬", "纬度坐标", "wd", "纬度(度)", "纬度N", "北纬N", *english.headings("", "lat")))
EAST = Field("east", "横坐标", Kind.NUMBER, aliases=("x坐标", "坐标x", "东坐标", *english.headings("", "east")))
NORTH = Field("north", "纵坐标", Kind.NUMBER, aliases=("y坐标", "坐标y", "北坐标", *english.headings("", "north")))
PAIR = Field("lonlat", "经纬度", Kind.TEXT, aliases=("坐标", "经纬度坐标", "gps坐标", "位置坐标", "地理坐标"))
COORDINATES: tuple[Field, ...] = (LON, LAT, EAST, NORTH, PAIR)
"""Columns that place a row; they become the geometry and are not stored."""

_BRACKETS = re.compile(r"[()\[\]{}〔〕【】《》<>「」]")
_INNER = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_SEPARATORS = re.compile(r"[\s_\-—·、,，.。:：;/\\|*＊#\"'“”?!]+")
_NUMBERING = re.compile(r"^(?:[a-z]?\d{1,2}[.、．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,2}、)")
_NEUTRAL = frozenset(("人口", "人", "户", "户数", "水", "电", "路", "村民组", "组", "道路"))
UNIT_WORDS = frozenset(("户", "人", "个", "米", "m", "公里", "km", "亩", "年", "度", "处", "是否", "天", "座", "kva", "平方米", "m2", "名", "升"))
"""What stands alone in a heading row of units."""
_CUT_RANK = 300
_SHORTEST_CUT_BYTES = 9  # a .dbf heading has at most 10 bytes; a cut in a two- or three-byte character leaves 9 or 8


@dataclass(frozen=True, slots=True)
class Match:
    """One column and the field it holds; `factor` turns a bare number in it into the field's unit."""

    column: int
    field: Field
    factor: float
    rank: int


def bare(text: str) -> str:
    """A heading as it is compared: NFKC, without case, spaces, brackets, separators and numbering."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _SEPARATORS.sub("", _BRACKETS.sub("", _NUMBERING.sub("", plain.strip())))


def shown(heading: Heading) -> str:
    """The heading for people: `人口／户数`."""
    return "／".join(part for part in heading if part)


@cache
def _names(layer: str) -> dict[str, tuple[Field, int]]:
    """Bare name → field and how good the name is (0 canonical, 1 label, 2… alias in its order)."""
    found: dict[str, tuple[Field, int]] = {}
    fields = (*fields_of(LAYERS[layer]), *COORDINATES)
    for level in (0, 1, 2):
        for field in fields:
            names = ((field.name,), (field.label,), field.aliases)[level]
            for order, name in enumerate(names):
                found.setdefault(bare(name), (field, level + order))
    return found


def match_headings(headings: Sequence[Heading], layer: Layer) -> list[Match | None]:
    """The best field for each heading (one tuple for each column, upper headings first), without regard to the others."""
    return [_match(i, heading, layer) for i, heading in enumerate(headings)]


def _match(column: int, heading: Heading, layer: Layer) -> Match | None:
    names = _names(layer.name)
    for rank, text in _readings(heading, names):
        found = names.get(bare(text))
        if found:
            return Match(column, found[0], 1.0, rank * 100 + found[1])
        with_unit = _with_unit(text, names)
        if with_unit:
            field, factor, order = with_unit
            return Match(column, field, factor, rank * 100 + order)
    return None


def _readings(heading: Heading, names: Mapping[str, tuple[Field, int]]) -> list[tuple[int, str]]:
    """The texts under which a heading may be known, best first: joined, the last line, the line above a bare unit."""
    parts = [part for part in heading if part.strip()]
    if not parts:
        return []
    if len(parts) > 1 and bare(parts[-1]) in UNIT_WORDS:
        parts = [*parts[:-2], f"{parts[-2]}（{parts[-1]}）"]
    readings = [(0, "".join(parts))]
    if len(parts) > 1:
        upper = bare("".join(parts[:-1]))
        unit = names[upper][0].unit if upper in names else ""
        if unit and bare(parts[-1]) in (unit, f"{unit}数"):  # 建档立卡户／户数
            readings.append((0, "".join(parts[:-1])))
        if upper in _NEUTRAL or upper not in names or names[upper][0] in COORDINATES:
            readings.append((1, parts[-1]))
            readings.append((2, "".join(parts[-2:])))
    return readings


def _with_unit(text: str, names: Mapping[str, tuple[Field, int]]) -> tuple[Field, float, int] | None:
    """`长度（米）`, `里程km` → field and factor; None where the unit is not one that the field knows."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    inner = _INNER.search(plain)
    if inner:
        found = names.get(bare(_INNER.sub("", plain)))
        factor = _factor(found[0], inner[1]) if found else None
        return (found[0], factor, found[1]) if found and factor is not None else None
    for unit in ("公里", "千米", "平方米", "公顷", "亩", "米", "km", "m2", "m"):
        base = names.get(bare(plain.removesuffix(unit))) if plain.endswith(unit) else None
        factor = _factor(base[0], unit) if base and base[0].factors else None
        if base and factor is not None:
            return base[0], factor, base[1]
    return None


def _factor(field: Field, unit: str) -> float | None:
    """What turns the unit written in a heading into the field's own; None for a unit that would falsify the numbers."""
    word = unit.strip().removeprefix("单位").lstrip(":").strip()
    for name, factor in field.factors:
        if unicodedata.normalize("NFKC", name).casefold() == word:
            return factor
    if field.factors and any(sign in word for sign in ("米", "里", "亩", "丈", "尺", "顷", "m", "ft")):
        return None
    return 1.0


def _cut_headings(headings: Sequence[Heading], layer: Layer, chosen: Mapping[str, Match]) -> dict[int, list[Field]]:
    """The columns whose headings a .dbf may have cut, each with the fields still free that it may mean: one is certain, several are not."""
    used = {match.column for match in chosen.values()}
    free = {name: field for name, (field, _) in _names(layer.name).items() if field.name not in chosen}
    found = {}
    for column, heading in enumerate(headings):
        text = heading[-1] if heading and column not in used else ""
        if max(len(text.encode("gb18030")), len(text.encode())) >= _SHORTEST_CUT_BYTES - 1:
            found[column] = list({field.name: field for name, field in free.items() if name.startswith(bare(text))}.values())
    return {column: fields for column, fields in found.items() if fields}


def assign(
    headings: Sequence[Heading], layer: Layer, *, origin: Origin, rename: Mapping[str, str] | None = None, cut: bool = False
) -> tuple[dict[str, Match], pd.DataFrame]:
    """Which column holds which field, each field once.

    `rename` (`{field: heading}`) wins. Where several columns claim a field the best name has it, then the leftmost; the others are named. With
    `cut` (a .dbf) a heading of some ten bytes also stands for the one name that begins so.

    Returns:
        Matches by field name, and problem rows for each column that is not used.

    Raises:
        InputError: `rename` names a field or a heading that does not exist.
    """
    chosen = _renamed(headings, layer, rename or {}, origin.file)
    taken, asked = {match.column for match in chosen.values()}, set(chosen)
    free = [m for m in match_headings(headings, layer) if m is not None and m.column not in taken and m.field.name not in asked]
    for match in sorted(free, key=lambda m: (m.rank, m.column)):
        chosen.setdefault(match.field.name, match)
    shortened = _cut_headings(headings, layer, chosen) if cut else {}
    for column, fields in shortened.items():
        if len(fields) == 1:
            chosen.setdefault(fields[0].name, Match(column, fields[0], 1.0, _CUT_RANK))
    used = {match.column for match in chosen.values()}
    rivals = {m.column: m for m in free if m.column not in used}
    problems = []
    for column, heading in enumerate(headings):
        if column in rivals:
            match = rivals[column]
            problems.append(_rival(match, chosen[match.field.name], headings, origin))
        elif column not in used and shown(heading):
            problems.append(_unknown(heading, shortened.get(column, []), origin))
    return chosen, join_problems(problems)


def _rival(match: Match, winner: Match, headings: Sequence[Heading], origin: Origin) -> pd.DataFrame:
    name, used = shown(headings[match.column]), shown(headings[winner.column])
    if name == used:
        name, used = f"第{match.column + 1}列 {name}", f"第{winner.column + 1}列 {used}"
    return origin.problem(
        "ambiguous_column",
        "warning",
        f"“{name}”和“{used}”两列都像是“{match.field.label}”，采用了“{used}”，“{name}”未导入。",
        field=match.field.name,
        value=name,
        suggestion=f"如应采用“{name}”，请加 --rename {match.field.name}={name.split(' ')[0] if used.startswith('第') else name}",
    )


def _unknown(heading: Heading, perhaps: Sequence[Field], origin: Origin) -> pd.DataFrame:
    name = shown(heading)
    if perhaps:
        fields = "、".join(f"{field.name}（{field.label}）" for field in perhaps)
        text = f"“{name}”列的表头被截断，可能是{fields}，无法确定，未导入。"
        return origin.problem("cut_heading", "warning", text, field=name, value=name, suggestion=f"请加 --rename {perhaps[0].name}={name} 之类指明")
    text, hint = f"“{name}”列不是本图层的字段，未导入。", f"如需导入，请加 --rename 字段名={name}"
    return origin.problem("unknown_column", "info", text, field=name, value=name, suggestion=hint)


def _renamed(headings: Sequence[Heading], layer: Layer, rename: Mapping[str, str], file: str) -> dict[str, Match]:
    fields = {field.name: field for field in (*fields_of(layer), *COORDINATES)}
    by_label = {field.label: field for field in fields.values()}
    chosen = {}
    for name, heading in rename.items():
        field = fields.get(name) or by_label.get(name)
        if field is None:
            known = "、".join(f"{f.name}（{f.label}）" for f in fields.values() if not f.personal)
            raise InputError(f"--rename 里的“{name}”不是“{layer.label}”的字段；可用的有：{known}。", file=file, field=name)
        column = _column_called(heading, headings)
        if column is None:
            seen = "、".join(f"“{shown(h)}”" for h in headings if shown(h))
            raise InputError(f"“{file}”里没有 --rename 指定的“{heading}”列；表头有：{seen}。", file=file, field=name, value=heading)
        chosen[field.name] = Match(column, field, _factor_of_heading(field, shown(headings[column]), file), -1)
    return chosen


def _factor_of_heading(field: Field, heading: str, file: str) -> float:
    unit = _INNER.search(unicodedata.normalize("NFKC", heading).casefold())
    factor = _factor(field, unit[1]) if unit else 1.0
    if unit and factor is None:
        known = "、".join(name for name, _ in field.factors)
        raise InputError(f"“{file}”的“{heading}”列的单位“{unit[1]}”无法换算成{field.unit}；可用的单位有：{known}。", file=file, field=field.name)
    return 1.0 if factor is None else factor


def _column_called(heading: str, headings: Sequence[Heading]) -> int | None:
    """The column of that heading: as shown, joined, or its last line; exact before bare; `第3列` is the third."""
    for same in (str, bare):
        for i, parts in enumerate(headings):
            if same(heading) in (same(shown(parts)), same("".join(parts)), same(parts[-1]) if parts else None):
                return i
    number = re.fullmatch(r"第(\d{1,4})列", heading)
    return int(number[1]) - 1 if number and 0 < int(number[1]) <= len(headings) else None
