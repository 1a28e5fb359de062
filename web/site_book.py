"""The ledger of a siting study: overview, parcels by rank, scores, weights, certainty, land taken, settlements, moves, allocation, values and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.standards.values import CONFIDENCE_LABELS
from layers.names import LAYERS, fields_of
from web.road_words import WAN
from web.site_heads import (
    ALLOCATION_HEADS,
    CODED,
    DEGREES,
    FORMULAS,
    LAND_HEADS,
    LISTED,
    MOVE_HEADS,
    PARAMETER_HEADS,
    PARCEL_HEADS,
    REVIEW_HEADS,
    SHARES,
    SITE_HEADS,
)
from web.site_legend import ITEMS, METHODS
from web.site_study import records
from web.site_words import (
    RANDOM_INDEX_WORDS,
    allocation_lines,
    change_words,
    consistency_words,
    date_words,
    label_of,
    listed,
    missing_words,
    ranking_lines,
    stability_words,
    unit_words,
    weighting_lines,
    word,
)
from web.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from web.site_study import SiteBook, StudyCriterion

_YES_NO = {True: "是", False: "否"}
_DECIMALS = 4
_WHEN = {"before": "搬前", "after": "搬后"}


def site_sheets(book: SiteBook) -> list[Sheet]:
    """The sheets in order; a part of the study that was not made has no sheet, and 概况 says so."""
    name, note = book.county, book.mark
    sheets = [Sheet("概况", f"{name} 安置选址研究", _overview(book), note=note)]
    for tab, title, table, frozen in _tables(book):
        if table.empty:
            continue
        shares = frozenset(column for column in table.columns if column in SHARES or str(column).startswith("第 "))
        sheets.append(Sheet(tab, f"{name} {title}", table, note=note, percent=shares, degrees=frozenset(DEGREES.values()), frozen=frozen))
    return [*sheets, Sheet("说明", f"{name} 说明", _notes(book), note=note)]


def _tables(book: SiteBook) -> list[tuple[str, str, pd.DataFrame, int]]:
    return [
        ("地块", "可建地块（按名次）", parcel_table(book), 3),
        ("评分", "地块各项实测与得分", score_table(book), 3),
        ("权重", "指标与权重", weight_table(book), 1),
        ("名次稳定性", "各名次的接受度", acceptability_table(book), 2),
        ("权重方案", "已存的权重方案", weight_set_table(book), 2),
        ("限制条件", "限制条件占用的土地", _headed(book.exclusions, LAND_HEADS), 1),
        ("安置点评估", "已有安置点评估（同一把尺子）", review_table(book), 2),
        ("搬迁前后", "搬迁前后对比", move_table(book), 2),
        ("分配", "村民组去向", _everything(book.allocation, ALLOCATION_HEADS, book.labels, ("groups",)), 4),
        ("安置地点", "安置地点与容量", _everything(book.allocation_sites, SITE_HEADS, book.labels, ("settlements",)), 2),
        ("参数", f"参数集 {book.set_reference}", _parameters(book), 1),
    ]


def parcel_table(book: SiteBook) -> pd.DataFrame:
    """Parcels by rank; those without a rank last, with the reason."""
    ordered = _by_rank(book)
    rows = records(ordered)
    labels = book.labels
    shown = ordered.assign(
        stability=_texts_of(stability_words(row) for row in rows),
        change=_texts_of(change_words(row, labels) for row in rows),
        excluded_by=_texts_of(listed(row.get("excluded_by"), book.rules) for row in rows),
        missing_text=_texts_of(missing_words(row, labels, book.rules) for row in rows),
    )
    return _headed(shown, PARCEL_HEADS)


def score_table(book: SiteBook) -> pd.DataFrame:
    """Measure and score of each criterion, parcels by rank."""
    heads = {"rank": "名次", "parcel_code": "地块编号", "parcel_name": "地块"}
    for one in book.criteria:
        unit = unit_words(one.unit)
        heads |= ({one.key: f"{one.label}（{unit}）"} if unit else {}) | {f"{one.key}_score": f"{one.label}得分"}
    return _headed(_by_rank(book), heads)


def weight_table(book: SiteBook) -> pd.DataFrame:
    """Criteria with weight, range and source; the last row sums up and says how consistent the judgements are."""
    left_out = set(book.ranking.get("left_out", ()))
    total = _weight_row("合计", sum(one.weight for one in book.criteria), source=f"一致性比率 CR：{consistency_words(book.weighting)}")
    rows = [*(_criterion_row(one, left_out) for one in book.criteria), total]
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(("权重", "下限", "上限"), "Float64") | dict.fromkeys(("指标", "方向", "单位", "出处", "是否计入"), "string"))


def _criterion_row(one: StudyCriterion, left_out: set[str]) -> dict[str, Any]:
    direction = {"min": "越小越好", "max": "越大越好"}.get(one.direction, "") if one.unit else "分级计分"
    row = _weight_row(one.label, one.weight, low=round(one.low, _DECIMALS), high=round(one.high, _DECIMALS), source=one.source)
    return row | {"方向": direction, "单位": unit_words(one.unit), "是否计入": _counted(one.key, one.weight, left_out)}


def _weight_row(label: str, weight: float, *, low: float | None = None, high: float | None = None, source: str = "") -> dict[str, Any]:
    return {"指标": label, "权重": round(weight, _DECIMALS), "下限": low, "上限": high, "方向": "", "单位": "", "出处": source, "是否计入": ""}


def _counted(key: str, weight: float, left_out: set[str]) -> str:
    if key in left_out:
        return "未计入：所有地块都不明"
    return "计入" if weight > 0 else "未计入：权重为 0"


def acceptability_table(book: SiteBook) -> pd.DataFrame:
    """Share of the draws for each of the first ranks, parcels by rank."""
    ranks = [str(name) for name in book.parcels.columns if str(name).startswith("rank_") and str(name).removeprefix("rank_").isdigit()]
    heads = {"rank": "名次", "parcel_code": "地块编号", "parcel_name": "地块"} | {name: f"第 {name.removeprefix('rank_')} 名" for name in ranks}
    ordered = _by_rank(book)
    return _headed(ordered[ordered["rank"].notna()], heads) if ranks and "rank" in ordered else pd.DataFrame()


def weight_set_table(book: SiteBook) -> pd.DataFrame:
    """The layer `weight_sets` in words."""
    if book.weight_sets.empty:
        return pd.DataFrame()
    heads = {
        "weights_name": "权重方案",
        "method": "定权方法",
        "criterion": "指标",
        "weight": "权重",
        "low": "下限",
        "high": "上限",
        "judgements": "两两判断",
        "random_index": "随机一致性指标",
        "source": "出处",
    }
    sets = book.weight_sets
    words = {"method": METHODS, "criterion": book.labels, "random_index": RANDOM_INDEX_WORDS}
    spoken = {name: _texts_of("" if pd.isna(value) else word(table, value) for value in sets[name]) for name, table in words.items()}
    return _headed(sets.assign(**spoken), heads, coded=False)


def review_table(book: SiteBook) -> pd.DataFrame:
    """Settlements with everything that was judged of them."""
    frame = book.settlements
    codes = {"excluded_by": book.rules, **LISTED}
    spoken = {name: _texts_of(listed(value, words) for value in frame[name]) for name, words in codes.items() if name in frame}
    # Criteria are named before fields: "water" is the way to water here, not whether a settlement has it.
    measures = {one.key: f"{one.label}（{unit_words(one.unit) or '级别码'}）" for one in book.criteria}
    return _everything(frame.assign(**spoken), {**REVIEW_HEADS, **measures}, book.labels, ("settlements", "settlement_checks"))


def move_table(book: SiteBook) -> pd.DataFrame:
    """What moving changed, household group by household group."""
    words = {**book.labels, "farm": "离旧地", "hazard": "地灾威胁"}
    way = {f"{key}_{when}": f"{label}（{said}）" for key, label in book.labels.items() for when, said in _WHEN.items()}
    ends = {f"{key}_min_{when}": f"{label}（分钟，{said}）" for key, label in book.labels.items() for when, said in _WHEN.items()}
    named = {"better": words, "worse": words, "unknown": words, "no_way": way}
    spoken = {name: _texts_of(listed(value, table) for value in book.moves[name]) for name, table in named.items() if name in book.moves}
    return _everything(book.moves.assign(**spoken), {**MOVE_HEADS, **ends}, book.labels, ("relocations",))


def _overview(book: SiteBook) -> pd.DataFrame:
    parcels, labels = book.parcels, book.labels
    best = [("首选地块", _best_words(row)) for row in records(book.best(1))]
    dates = date_words(str(one["data_date"]) for one in book.sources if one.get("data_date"))
    parts = {"安置点评估": book.settlements, "搬迁前后对比": book.moves, "分配": book.allocation}
    absent = "、".join(name for name, frame in parts.items() if frame.empty)
    rows = [
        ("可建地块", f"{len(parcels):,} 块"),
        *best,
        *weighting_lines(book.weighting),
        *ranking_lines(book.ranking, labels),
        *([("未判断的限制条件", unjudged)] if (unjudged := _unjudged(book.exclusions)) else []),
        *allocation_lines(book.allocation_summary),
        *(("提示", note) for note in book.notes),
        *([("本次没有", absent)] if absent else []),
        ("参数集", book.set_reference),
        ("数据日期", dates),
        *book.facts,
    ]
    return _texts([("县", book.county), *rows, ("标记", book.mark)], ["项目", "内容"])


def _best_words(row: Mapping[str, Any]) -> str:
    return f"{row.get('parcel_name') or row['parcel_code']}（{row['parcel_code']}），{float(row['score']):.1f} 分；{stability_words(row)}"


def _unjudged(land: pd.DataFrame) -> str:
    """Rules for which the county has no layer: what they would exclude is not known."""
    if "judged" not in land:
        return ""
    return "、".join(str(label) for label in land.loc[~land["judged"].fillna(value=False), "label"])


def _parameters(book: SiteBook) -> pd.DataFrame:
    if book.parameters is None:
        return _texts([("参数", "所用的参数集已不在本机，无法列出；编号见概况。")], ["项目", "值"])
    return parameter_table(book.parameters)


def parameter_table(parameters: pd.DataFrame) -> pd.DataFrame:
    """Every value of a set as `parameters()` gives them, under the office's headings, with its trust in words."""
    trust = parameters["confidence"] + " " + parameters["confidence"].map(CONFIDENCE_LABELS)
    return _headed(parameters.assign(confidence=trust), PARAMETER_HEADS, coded=False)


def _notes(book: SiteBook) -> pd.DataFrame:
    used = [("所用资料", _source_words(one)) for one in book.sources]
    return _texts([*FORMULAS, *used, ("标记", book.mark)], ["项目", "说明"])


def _source_words(one: Mapping[str, Any]) -> str:
    parts = (one.get("file"), f"数据日期 {one['data_date']}" if one.get("data_date") else "", "演示数据" if one.get("synthetic") else "")
    more = "，".join(str(part) for part in parts if part)
    return f"{one['label']}（{more}）" if more else str(one["label"])


def _by_rank(book: SiteBook) -> pd.DataFrame:
    frame = pd.DataFrame(book.parcels.drop(columns="geometry", errors="ignore"))
    return frame.sort_values([name for name in ("rank", "parcel_code") if name in frame], na_position="last", ignore_index=True)


def _everything(frame: pd.DataFrame, heads: Mapping[str, str], labels: Mapping[str, str], layers: Sequence[str]) -> pd.DataFrame:
    """All columns: those with a heading first, then the others under the label of their field or criterion, so that nothing is lost."""
    if frame.empty:
        return pd.DataFrame()
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    rest = {str(name): _label(str(name), labels, layers) for name in plain.columns if name not in heads}
    return _headed(plain, _unique({**heads, **rest}))


def _label(name: str, labels: Mapping[str, str], layers: Sequence[str]) -> str:
    """The heading of a column that has none of its own."""
    if name.removesuffix("_score") in labels and name.endswith("_score"):
        return f"{label_of(labels, name.removesuffix('_score'))}得分"
    if name.endswith("_used"):
        return f"{_label(name.removesuffix('_used'), labels, layers)}（已用）"
    fields = {one.name: one.label for layer in layers for one in fields_of(LAYERS[layer])}
    return fields.get(name) or labels.get(name) or ITEMS.get(name) or (f"{name}（万元）" if name.endswith("_cny") else name)


def _unique(heads: Mapping[str, str]) -> dict[str, str]:
    """Headings that differ; the later of two alike keeps its column's name beside it."""
    seen: set[str] = set()
    out = {}
    for name, head in heads.items():
        out[name] = f"{head}·{name}" if head in seen else head
        seen.add(out[name])
    return out


def _headed(frame: pd.DataFrame, heads: Mapping[str, str], *, coded: bool = True) -> pd.DataFrame:
    """The columns under their headings; codes in words, yes and no in words, money as it is."""
    shown = frame[[name for name in heads if name in frame]].reset_index(drop=True)
    words = CODED if coded else {}
    return shown.assign(**{str(name): _cells(shown[name], words.get(str(name))) for name in shown.columns}).rename(columns=dict(heads))


def _cells(column: pd.Series, words: Mapping[str, str] | None) -> pd.Series:
    """A column as the office reads it: codes and flags in words, money in 万元, numbers without a tail."""
    if words is not None:
        return _texts_of(None if pd.isna(value) else word(words, value) for value in column)
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map(_YES_NO).astype("string")
    if str(column.name).endswith("_cny"):
        return column.astype("Float64").div(WAN).round(_DECIMALS)
    if not pd.api.types.is_float_dtype(column.dtype):
        return column
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    # A cell of a sheet is neither infinite nor NaN; NaN becomes <NA> on the way to Float64.
    return pd.Series(np.where(np.isfinite(values), values, np.nan), index=column.index).round(_DECIMALS).astype("Float64")


def _texts_of(values: Iterable[str | None]) -> pd.Series:
    return pd.Series([value or None for value in values], dtype="string")


def _texts(rows: Iterable[tuple[str, str]], heads: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=heads, dtype="string")
