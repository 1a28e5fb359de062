"""The printable sheet of a siting study: one A4 page by typst, with the map, the best parcels side by side, weights, constraints and what it all follows from.

Data reaches the template as JSON and stands in it as text: no name can become markup. Nothing is fetched. The same study gives the same bytes.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import typst

from layers.errors import QueryError
from web.site_legend import SOURCES
from web.site_map import MapLayers, in_metres, parcel_kinds, parcel_map, site_map
from web.site_study import records
from web.site_words import (
    UNREACHED,
    change_words,
    class_words,
    consistency_words,
    date_words,
    hectares,
    is_missing,
    km2,
    label_of,
    listed,
    number,
    plain,
    ranking_lines,
    share,
    unit_words,
    weighting_lines,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from web.site_study import SiteBook, StudyCriterion

TEMPLATE = Path(__file__).parent / "templates" / "site_sheet.typ"
SIDE_BY_SIDE = 4
MAP_MM = (118.0, 112.0)
INSET_MM = (45.0, 30.0)
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "DengXian",
    "Noto Serif CJK SC",
    "SimSun",
)
"""Families with Chinese letters that offices have, the best for print first."""
_WHOLE = 10
_EPOCH = 946_684_800  # 2000-01-01: the date stands on the sheet, not in the file


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """What is printed beside the study.

    Attributes:
        title: head of the sheet.
        date: on which it was made, ISO; printed, and the date of the file.
        approval: the map's approval number (审图号); an empty line where it has none.
        parcels: codes of the parcels to compare, at most four; the best by rank where none are named.
    """

    title: str = "安置选址比选图表"
    date: str = ""
    approval: str = ""
    parcels: tuple[str, ...] = ()


def site_sheet(
    study: SiteBook, layers: MapLayers, options: SheetOptions | None = None, *, fmt: Literal["pdf", "png"] = "pdf", ppi: float = 144.0
) -> bytes:
    """The sheet as a file.

    Args:
        study: what was found.
        layers: what the map draws; `parcels` with the columns of the ranking.
        options: title, date, approval number, which parcels.
        fmt: `pdf`, or `png` (the first page, for a look).
        ppi: of the PNG.

    Raises:
        QueryError: the machine has no Chinese font, more than four parcels are named, or one that is not there.
    """
    chosen = options or SheetOptions()
    data = json.dumps(sheet_data(study, layers, chosen, font=chinese_font()), ensure_ascii=False, sort_keys=True)
    pages = typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format=fmt, ppi=ppi, sys_inputs={"data": data}, timestamp=_EPOCH)
    return bytes(pages[0] if isinstance(pages, list) else pages)


@cache
def chinese_font() -> str:
    """The first family on this machine that has Chinese letters.

    Raises:
        QueryError: there is none.
    """
    here = set(typst.Fonts().families())
    found = next((name for name in _CHINESE if name in here), None)
    if found is None:
        raise QueryError(
            "本机没有中文字体，印出来的表会是方框，因此没有生成。",
            hint="请安装一种中文字体：Windows 自带微软雅黑；Linux 可安装 fonts-noto-cjk（思源黑体）。",
        )
    return found


def sheet_data(study: SiteBook, layers: MapLayers, options: SheetOptions, *, font: str) -> dict[str, Any]:
    """All that the template prints, as finished words."""
    shown = _chosen(study, options.parcels)
    codes = [str(code) for code in shown["parcel_code"]]
    ground = in_metres(layers)
    size, inset = dict(zip(("width_mm", "height_mm"), MAP_MM, strict=True)), dict(zip(("width_mm", "height_mm"), INSET_MM, strict=True))
    return {
        "font": font,
        "title": f"{plain(study.county)} {plain(options.title)}".strip(),
        "mark": plain(study.mark, 100),
        "map": site_map(ground, font=font, best=codes, width_mm=size["width_mm"], height_mm=size["height_mm"]),
        "insets": [parcel_map(ground, code, font=font, width_mm=inset["width_mm"], height_mm=inset["height_mm"]) for code in codes],
        "legend": _legend(layers, len(codes)),
        "head": _pairs(_head(study, options)),
        "constraints": _constraints(study.exclusions),
        "names": [_name(row) for row in records(shown)],
        "facts": _facts(shown, study),
        "criteria": [_criterion(one, shown) for one in study.criteria if one.weight > 0],
        "weighting": _pairs([("合计", share(sum(one.weight for one in study.criteria))), ("一致性比率 CR", consistency_words(study.weighting))]),
        "notes": _notes(study, shown),
        "foot": _pairs(_foot(study)),
        "approval": plain(options.approval),
    }


def _chosen(study: SiteBook, codes: Sequence[str]) -> pd.DataFrame:
    if not codes:
        return study.best(SIDE_BY_SIDE)
    if len(codes) > SIDE_BY_SIDE:
        raise QueryError(f"一张表最多并列 {SIDE_BY_SIDE} 块地，现选了 {len(codes)} 块。")
    missing = [code for code in codes if code not in set(study.parcels["parcel_code"])]
    if missing:
        raise QueryError(f"没有编号为“{missing[0]}”的地块。")
    return study.parcels.set_index("parcel_code", drop=False).loc[list(codes)].reset_index(drop=True)


def _pairs(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[head, text] for head, text in rows]


def _head(study: SiteBook, options: SheetOptions) -> list[tuple[str, str]]:
    set_words = [("参数集", plain(study.set_reference))] if study.set_reference else []
    return [*weighting_lines(study.weighting), *ranking_lines(study.ranking, study.labels)[:2], *set_words, *_made(options)]


def _made(options: SheetOptions) -> list[tuple[str, str]]:
    return [("制表日期", plain(options.date))] if options.date else []


def _legend(layers: MapLayers, best: int) -> list[dict[str, str]]:
    """Signs of the map with their counts; a layer that is not there has no line."""
    kinds = list(parcel_kinds(layers.parcels))
    roads = 0 if layers.roads is None else len(layers.roads)
    rows = [
        ("ranked", "参加排名的地块", kinds.count("ranked")),
        ("candidate", SOURCES["candidate"], kinds.count("candidate")),
        ("pin", "其中并列比选", best),
        ("unranked", "未排名的地块", kinds.count("unranked")),
        ("settlement", "已有安置点", 0 if layers.settlements is None else len(layers.settlements)),
        ("road", "道路", roads),
        ("river", "河流", 0 if layers.rivers is None else len(layers.rivers)),
        ("border", "乡镇界（示意）", 0 if layers.townships is None else len(layers.townships)),
    ]
    return [{"sign": sign, "label": label, "count": f"{count:,}"} for sign, label, count in rows if count]


def _constraints(land: pd.DataFrame) -> list[list[str]]:
    """Rules that take land, those that take most first: by itself, and by no other; then those that could not be judged."""
    if land.empty:
        return []
    judged = land["judged"].fillna(value=False) if "judged" in land else pd.Series(data=True, index=land.index)
    taking = land[judged & (land["alone_m2"].astype("Float64") > 0).fillna(value=False)].sort_values("alone_m2", ascending=False, kind="stable")
    taken = [[plain(row["label"], 14), km2(row["alone_m2"]), km2(row["only_m2"]), share(row["share"], 1)] for row in records(taking)]
    return [*taken, *([plain(label, 14), "未判断（缺资料）", "", ""] for label in land.loc[~judged, "label"])]


def _name(row: Mapping[str, Any]) -> dict[str, str]:
    place = " ".join(part for part in (plain(row.get("township_name"), 10), plain(row.get("village_name"), 10)) if part)
    return {"code": plain(row["parcel_code"], 16), "name": plain(row.get("parcel_name"), 22) or "未命名", "place": place}


def _facts(shown: pd.DataFrame, study: SiteBook) -> list[list[str]]:
    """What is said of each parcel: a label, then one text a parcel."""
    rows, labels = records(shown), study.labels
    lines = {
        "名次与综合得分": [_rank(row) for row in rows],
        "列第一的抽样占比": [share(row.get("first_share")) for row in rows],
        "九成抽样的名次": [_span(row) for row in rows],
        "TOPSIS 贴近度（名次）": [_topsis(row) for row in rows],
        "列第一须改的权重": [change_words(row, labels) for row in rows],
        "来源与适宜等级": [f"{word(SOURCES, row.get('source'))}，{class_words(row.get('class'))}" for row in rows],
        **({"受限占比": [_limited(row, study.rules) for row in rows]} if any(_excluded(row) for row in rows) else {}),
        "面积": [hectares(row.get("area_m2")) for row in rows],
        "可安置": [f"{number(row.get('capacity_households'))} 户，{number(row.get('capacity_people'))} 人" for row in rows],
        "坡度 平均 / 九成分位": [f"{number(row.get('slope_mean_deg'), 1)}° / {number(row.get('slope_p90_deg'), 1)}°" for row in rows],
        "海拔，紧凑度": [f"{number(row.get('elevation_m'))} m，{number(row.get('compactness'), 2)}" for row in rows],
        "耕作半径内旧组": [f"{number(row.get('farm_groups_count'))} 组，{number(row.get('farm_households_count'))} 户" for row in rows],
    }
    return [[label, *texts] for label, texts in lines.items()]


def _excluded(row: Mapping[str, Any]) -> float:
    found = row.get("excluded_share")
    return 0.0 if is_missing(found) else float(str(found))


def _limited(row: Mapping[str, Any], rules: Mapping[str, str]) -> str:
    """How much of a proposed site may not be built on, and why."""
    return f"{share(_excluded(row))}（{plain(listed(row.get('excluded_by'), rules), 24)}）" if _excluded(row) else "无"


def _rank(row: Mapping[str, Any]) -> str:
    if is_missing(row.get("rank")):
        return "全部禁止建设，未排名" if row.get("class") == "excluded" else "有指标不明，未排名"
    return f"第 {int(row['rank'])} 名，{number(row.get('score'), 1)} 分"


def _span(row: Mapping[str, Any]) -> str:
    if is_missing(row.get("rank_low")):
        return "—"
    low, high = int(row["rank_low"]), int(row["rank_high"])
    return f"第 {low} 名" if low == high else f"第 {low}–{high} 名"


def _topsis(row: Mapping[str, Any]) -> str:
    return "—" if is_missing(row.get("topsis")) else f"{number(row['topsis'], 3)}（第 {int(row['topsis_rank'])} 名）"


def _criterion(one: StudyCriterion, shown: pd.DataFrame) -> dict[str, Any]:
    """A row of the comparison: weight, range, and each parcel's measure and score."""
    cells = [_cell(row, one) for row in records(shown)]
    scores = [cell["score"] for cell in cells]
    known = [score for score in scores if score is not None]
    return {
        "label": plain(one.label, 14),
        "weight": share(one.weight, 1),
        "range": f"{share(one.low)}–{share(one.high)}",
        "cells": [
            {"measure": cell["measure"], "score": number(cell["score"]), "best": len(set(known)) > 1 and cell["score"] == max(known)}
            for cell in cells
        ],
    }


def _cell(row: Mapping[str, Any], one: StudyCriterion) -> dict[str, Any]:
    score, measure = row.get(f"{one.key}_score"), row.get(one.key)
    words = "" if not one.unit or is_missing(measure) else _measured(float(str(measure)), unit_words(one.unit))
    return {"measure": words, "score": None if is_missing(score) else round(float(str(score)), 1)}


def _measured(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return UNREACHED
    return f"{number(value, 0 if abs(value) >= _WHOLE else 1)}{'' if unit in {'°', '%'} else ' '}{unit}"


def _notes(study: SiteBook, shown: pd.DataFrame) -> list[str]:
    """What a reader must know before using the ranks."""
    left_out = "、".join(label_of(study.labels, key) for key in study.ranking.get("left_out", ()))
    lines = [
        "得分 0–100，越高越好；综合得分 = 各项得分 × 权重之和。“/”前为实测均值，后为得分，▲ 为所列地块中该项得分最高。",
        f"名次的稳定度：在所列权重范围内均匀抽取 {int(study.ranking.get('draws', 0)):,} 组权重重新排名。权重没有普遍适用的来源，定权后请看“列第一须改的权重”。",
        "限制条件：单独占用为该条件涉及的面积，独占为只因该条件而不可建的面积；各条件有重叠，不能相加。",
        *([f"{left_out}：所有地块都不明，未计入。"] if left_out else []),
        *(["没有可排名的地块。"] if shown.empty else []),
        *(plain(note, 160) for note in study.notes),
        "图为示意，边界不作划界依据；地块须经地质灾害评估、用地审查与现场踏勘后方可选用。",
    ]
    return [line for line in lines if line]


def _foot(study: SiteBook) -> list[tuple[str, str]]:
    names = "、".join(plain(one["label"], 20) for one in study.sources)
    dates = date_words(str(one["data_date"]) for one in study.sources if one.get("data_date"))
    return [("数据日期", dates), *([("所用资料", names)] if names else []), *[(plain(head, 12), plain(text, 120)) for head, text in study.facts]]
