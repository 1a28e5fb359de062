"""The ledger of a road plan: overview, works, years, who pays for what, prices, and how it was reckoned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from gis.standards.values import CONFIDENCE_LABELS
from web.road_legend import COST_PARTS
from web.road_words import (
    DECISION_WORDS,
    UNIT_WORDS,
    WAN,
    conflict_lines,
    finding_lines,
    kind_words,
    network_lines,
    programme_lines,
    reason_words,
)
from web.road_years import RATE_HEADS, year_table
from web.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_YES_NO = {True: "是", False: "否"}
_PRICED = {"cost_cny": "造价（万元）", **{name: f"其中{label}（万元）" for name, label in COST_PARTS.items()}}
_COUNTS = {"groups": "groups_count", "households": "households_count", "people": "people_count", "registered": "registered_households_count"}
WORK_HEADS = {
    "rank": "次序",
    "year": "年度",
    "work_code": "工程代码",
    "work_name": "工程名称",
    "kind": "类型",
    "decision": "决定",
    "township_name": "乡镇",
    "village_name": "行政村",
    "parent_work": "依靠的工程",
    "length_km": "长度（km）",
    "new_km": "其中新建（km）",
    "upgrade_km": "其中硬化（km）",
    "developed_km": "展线后长度（km）",
    "flagged_km": "需勘测或展线（km）",
    **_PRICED,
    **{column: f"终点受益（{UNIT_WORDS[unit]}）" for unit, column in _COUNTS.items()},
    "downstream_groups_count": "依靠此路（组）",
    "downstream_households_count": "依靠此路（户）",
    "cost_per_household_cny": "户均造价（万元/户）",
    "detour_saved_min": "到乡镇少走（分钟）",
    "grade_max": "最大纵坡",
    "grade_warn_share": "陡坡长度占比",
    "grade_limit_share": "超限坡长度占比",
    "cross_slope_mean": "平均横坡",
    "hazards_count": "经过地灾点（处）",
    "redline_m": "占生态红线（m）",
    "farmland_m": "占基本农田（m）",
    "crossings_count": "过河（处）",
    "cut_m3": "挖方（m³）",
    "fill_m3": "填方（m³）",
    "road_codes": "利用的现有路",
    "project_codes": "对应的项目",
    "cumulative_cost_cny": "累计造价（万元）",
    **{f"cumulative_{unit}": f"累计受益（{word}）" for unit, word in UNIT_WORDS.items()},
    "stability": "入选稳定度",
    "core": "稳定入选",
    "next_in_line": "候补次序",
    "synthetic": "演示数据",
}
WORK_SHARES = frozenset(
    {"grade_max", "grade_warn_share", "grade_limit_share", "cross_slope_mean", "stability"},
)
GROUP_HEADS = {
    "township_name": "乡镇",
    "village_name": "行政村",
    "group_name": "村民组",
    "group_code": "组代码",
    "households_count": "户数",
    "people_count": "人口",
    "registered_households_count": "脱贫监测户",
    "reason": "是否列入",
    "work_code": "接通的工程",
    "year": "接通年度",
    "attributed_cny": "分摊造价（万元）",
    "alone_cny": "单独修路造价（万元）",
    "leave_out_saves_cny": "不修此组可省（万元）",
    "join_cny": "加修此组须增（万元）",
    "detour_before_min": "现到乡镇（分钟）",
    "detour_after_min": "通后到乡镇（分钟）",
    "lon": "经度",
    "lat": "纬度",
    "synthetic": "演示数据",
}
PARAMETER_HEADS = {
    "label": "项目",
    "value": "值",
    "unit": "单位",
    "source": "出处",
    "confidence": "可信程度",
    "set": "造价参数集",
    "note": "说明",
    "rule": "键",
}
DEGREES = frozenset({"经度", "纬度"})
FORMULAS = (
    ("路网总造价", "各工程造价之和；一项工程只计一次，共用的干线不重复计。"),
    ("工程造价", "路基路面 + 土石方 + 展线加长 + 桥涵，再乘（1 + 设计监理与预备费比例）；各部分单价见“造价参数”。"),
    ("土石方", "半挖半填断面：路基在坡面上取挖填总价最低的位置；坡陡到填方坡脚不落地时全部挖方；设计线离开地面另计挖填。"),
    ("展线后长度", "每段取水平长度与“高差 ÷ 最大纵坡”中的较大者：坡太陡，路就得绕长；多出的长度按展线加价计。"),
    ("可证明的下界", "在同一张规划图上，任何接通全部组的路网都不会低于它；差距 =（规划图造价 − 下界）÷ 规划图造价。"),
    ("共用干线后为单独修路的", "规划图上共用干线的造价 ÷ 各组单独修路造价之和；越小，共用越省。"),
    ("分摊造价", "每段路的造价由要用它的组平均分摊（夏普利值），编制时也可选按户数分摊；各组之和等于路网总造价减去无组要用的必建工程。"),
    ("单独修路造价", "只为这一组修一条路，在规划图上的最低造价，未逐段定线；与分摊造价（逐段定线）比较时，请留意两者口径不同。"),
    ("不修此组可省", "只为这一组而修的路段造价之和；共用的干线照修。"),
    ("加修此组须增", "从已定路网接到这一组的最低造价（规划图上，未逐段定线）；用于尚未列入的组。"),
    ("年度安排", "每年支出不超过当年可用资金，上级工程不晚于下级；先使末年效益最大，再使受益尽早。"),
    ("次序", "按“连同其未建上级工程的每万元效益”由高到低；必建的在前；任何一段前缀都可独立成立。"),
    ("入选稳定度", "在造价浮动和各种权重下重新安排，此工程仍入选的比例；每次都入选的标为稳定入选。"),
    ("需勘测或展线", "完工线上逐桩核查纵坡、半径、填挖和避让范围，不合要求的路段在此列出，造价已按展线后长度计。"),
    ("不明", "缺少数据、不能判定；表中留空，不等于 0。"),
)
"""What every figure is, in one sentence each."""


@dataclass(frozen=True, slots=True)
class RoadBook:
    """What the ledger is made of.

    Attributes:
        county: name of the county.
        works: layer `road_plan`.
        groups: layer `road_plan_groups`.
        network: summary of the network.
        programme: summary of the programme.
        parameters: the cost set as `CostSet.parameters()` gives it; None where it can no longer be read.
        sources: what the plan follows from (`label`, `file`, `data_date`, `synthetic`).
        mark: what must stand on every sheet (演示数据, 内部使用).
        facts: more rows of the overview: revision, time, whether it is outdated.
    """

    county: str
    works: pd.DataFrame
    groups: pd.DataFrame
    network: Mapping[str, Any]
    programme: Mapping[str, Any]
    parameters: pd.DataFrame | None = None
    sources: Sequence[Mapping[str, Any]] = ()
    mark: str = ""
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)


def road_sheets(book: RoadBook) -> list[Sheet]:
    """The six sheets: 概况, 工程, 年度, 分摊, 造价参数, 说明."""
    name = book.county
    shares = frozenset(WORK_HEADS[column] for column in WORK_SHARES)
    return [
        Sheet("概况", f"{name} 道路计划", _overview(book), note=book.mark),
        Sheet("工程", f"{name} 道路工程（按次序）", work_table(book.works), note=book.mark, percent=shares, frozen=4),
        Sheet("年度", f"{name} 年度安排", year_table(book.programme), note=book.mark, percent=frozenset(RATE_HEADS), frozen=2),
        Sheet("分摊", f"{name} 各组造价分摊", group_table(book.groups), note=book.mark, degrees=DEGREES, frozen=4),
        Sheet("造价参数", f"{name} 造价参数", _parameters(book), note=str(book.network.get("costs", ""))),
        Sheet("说明", f"{name} 说明", _notes(book), note=book.mark),
    ]


def work_table(works: pd.DataFrame) -> pd.DataFrame:
    """Works by rank under the headings of the office: money in 万元, codes in words."""
    ordered = _plain(works).sort_values(["rank", "work_code"], na_position="last")
    shown = ordered.assign(
        kind=_worded(ordered["kind"], kind_words),
        decision=ordered["decision"].map(DECISION_WORDS).fillna(ordered["decision"]).astype("string"),
        **{column: _wan(ordered[column]) for column in ordered.columns if column.endswith("_cny")},
        **{column: ordered[column].map(_YES_NO).astype("string") for column in ("core", "synthetic") if column in ordered},
    )
    return _headed(shown, WORK_HEADS)


def group_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups by area: what each bears, what it would cost alone, what leaving it out would save."""
    ordered = _plain(groups).sort_values(["township_code", "village_code", "group_code"], na_position="last")
    shown = ordered.assign(
        reason=_worded(ordered["reason"], reason_words),
        **{column: _wan(ordered[column]) for column in ordered.columns if column.endswith("_cny")},
        **{column: ordered[column].round(1) for column in ("detour_before_min", "detour_after_min") if column in ordered},
        synthetic=ordered["synthetic"].map(_YES_NO).astype("string"),
    )
    return _headed(shown, GROUP_HEADS)


def _overview(book: RoadBook) -> pd.DataFrame:
    conflicts = [("条件冲突", sentence) for sentence in conflict_lines(book.programme)]
    conflicts += [("提示", sentence) for sentence in finding_lines(book.programme)]
    sets = [("造价参数集", str(book.network.get("costs", ""))), ("标准", str(book.network.get("standard", "")))]
    dates = sorted({str(one["data_date"]) for one in book.sources if one.get("data_date")})
    dated = [("数据日期", "未注明" if not dates else dates[0] if len(dates) == 1 else f"{dates[0]} 至 {dates[-1]}")]
    rows = [*network_lines(book.network), *programme_lines(book.programme), *conflicts, *sets, *dated, *book.facts]
    return _texts([("县", book.county), *rows, ("标记", book.mark)], ["项目", "内容"])


def _parameters(book: RoadBook) -> pd.DataFrame:
    if book.parameters is None:
        return _texts([("造价参数", "所用的造价参数集已不在本机，无法列出；编号见上。")], ["项目", "值"])
    trust = book.parameters["confidence"] + " " + book.parameters["confidence"].map(CONFIDENCE_LABELS)
    return _headed(book.parameters.assign(confidence=trust), PARAMETER_HEADS)


def _notes(book: RoadBook) -> pd.DataFrame:
    used = [("所用资料", _source_words(one)) for one in book.sources]
    return _texts([*FORMULAS, *used, ("标记", book.mark)], ["项目", "说明"])


def _source_words(one: Mapping[str, Any]) -> str:
    parts = (one.get("file"), f"数据日期 {one['data_date']}" if one.get("data_date") else "", "演示数据" if one.get("synthetic") else "")
    more = "，".join(str(part) for part in parts if part)
    return f"{one['label']}（{more}）" if more else str(one["label"])


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))


def _wan(column: pd.Series) -> pd.Series:
    return (column.astype("Float64") / WAN).round(6)


def _worded(column: pd.Series, words: Any) -> pd.Series:
    return pd.Series([words(value) for value in column], index=column.index, dtype="string")


def _headed(frame: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    return frame[[name for name in heads if name in frame]].rename(columns=dict(heads)).reset_index(drop=True)


def _texts(rows: Iterable[tuple[str, str]], heads: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=heads, dtype="string")
