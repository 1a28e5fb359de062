"""How settlement sites are shown, and who gets a road and who moves: classes, answers, words of reasons, of checks and of units.

A site is the darker the better, by the page's one ramp; an answer has a shape of its own, and is hollow where it hangs on the prices.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_ROAD, _MOVE, _NONE = "#1864ab", "#862e9c", "#d9480f"
_PAPER, _QUIET = "#ffffff", "#868e96"


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a group: its word, colour and shape, and the shape when it would change with the prices."""

    value: str
    label: str
    colour: str
    shape: str
    open_shape: str


@dataclass(frozen=True, slots=True)
class Pen:
    """One pass of the pen; `dash` in line widths, empty for a solid line."""

    colour: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteLine:
    """How a line is drawn: its strokes, the lowest first."""

    value: str
    label: str
    strokes: tuple[Pen, ...]


ANSWERS: tuple[Answer, ...] = (
    Answer("road", "修路", _ROAD, "circle", "target"),
    Answer("move", "搬迁", _MOVE, "diamond", "diamond_open"),
    Answer("none", "无法安排", _NONE, "triangle", "triangle"),
)

SETTLEMENT = {"value": "settlement", "label": "安置点", "colour": _MOVE, "shape": "house"}
GROUP = {"value": "group", "label": "待安置组", "colour": _NONE, "shape": "triangle"}
PLACED = {"value": "placed", "label": "已分配组", "colour": _MOVE, "shape": "diamond"}

LINES: tuple[SiteLine, ...] = (
    SiteLine("move", "搬迁去向", (Pen(_PAPER, 3.0), Pen(_MOVE, 1.4, (4, 2)))),
    SiteLine("new", "新建道路", (Pen(_PAPER, 5.0), Pen(_ROAD, 3.2))),
    SiteLine("upgrade", "现有路硬化", (Pen(_PAPER, 5.6), Pen(_ROAD, 3.8), Pen(_PAPER, 1.3))),
)

CLASSES: dict[str, str] = {"best": "最适宜", "fair": "较适宜", "poor": "勉强", "unsuitable": "不适宜", "unknown": "不明", "excluded": "禁止建设"}
SOURCES: dict[str, str] = {"found": "系统找出", "candidate": "备选地块"}
METHODS: dict[str, str] = {"direct": "直接给定", "ahp": "层次分析", "neutral": "中性默认"}

PLACEMENT: dict[str, str] = {
    "allocated": "已分配",
    "no_site": "没有可去的地点",
    "no_capacity": "各处容量不足",
    "too_far": "超过距离上限",
    "no_location": "没有坐标",
    "too_large": "户数超过任何一处的容量",
    "other_township": "本乡镇没有可去的地点",
}
"""Why a group has a site or not."""

POLICIES: dict[str, str] = {
    "must_move_hazard": "位于地质灾害隐患范围，须搬迁",
    "may_move_policy": "符合整组搬迁条件，可修可搬",
    "may_move_remote": "离硬化路远，可修可搬",
    "stays": "群众选择不搬，只考虑修路",
    "may_not_move": "不符合搬迁条件，只考虑修路",
    "whole_relocation": "已列入整组搬迁，须搬迁",
    "no_site": "须搬迁而没有可去的地点",
    "no_capacity": "须搬迁而各处容量不足",
    "no_road": "沿可建设的地面修不到路",
    "no_location": "没有坐标，无法比较",
    "no_count": "户数和人口都没有，无法安排搬迁",
}
"""Why a group may stay or move; a code that is not known here is shown as it is."""

ITEMS: dict[str, str] = {
    "party_station": "党建阵地",
    "police_station": "警务室",
    "training_centre": "培训中心",
    "clinic": "卫生服务",
    "market": "超市菜市",
    "water": "通水",
    "power": "通电",
    "road": "通路",
    "hazard_treated": "地灾治理",
    "committee_area": "党群服务中心面积",
    "clinic_area": "卫生室面积",
    "culture_area": "文化室面积",
    "square_area": "活动广场面积",
}
"""What a settlement should have."""

CHECKS: dict[str, str] = {
    "people": "搬迁对象",
    "floor_area": "房屋面积",
    "fees": "建房征地费",
    "progress": "搬迁进度",
    "permits": "建房手续",
    "hazards": "地灾治理",
    "demolition": "搬迁拆旧",
    "tendering": "招投标",
    "livelihood": "脱贫措施",
}
"""The nine items that a settlement is checked for."""

STATES: dict[str, str] = {"planned": "规划", "building": "在建", "built": "建成", "fitted": "已装修", "occupied": "已入住"}
RESULTS: dict[str, str] = {
    "ok": "符合",
    "problem": "有问题",
    "fixed": "已整改",
    "unknown": "不明",
    "met": "符合",
    "lacking": "不符合",
    "within": "未超面积",
    "over": "超面积",
}
UNITS: dict[str, str] = {
    "deg": "°",
    "min": "分钟",
    "m2": "m²",
    "class": "",
    "score": "分",
    "share": "",
    "households": "户",
    "people": "人",
    "cny": "元",
    "yuan": "元",
}
"""Words of the units of measures; any other stands as it is."""


def as_json() -> dict[str, Any]:
    """The table for the page."""
    return {
        "answers": [asdict(one) for one in ANSWERS],
        "lines": [asdict(one) for one in LINES],
        "marks": {"settlement": SETTLEMENT, "group": GROUP, "placed": PLACED},
        "quiet": _QUIET,
        "classes": CLASSES,
        "sources": SOURCES,
        "methods": METHODS,
        "placement": PLACEMENT,
        "policies": POLICIES,
        "items": ITEMS,
        "checks": CHECKS,
        "order": {"classes": list(CLASSES), "checks": list(CHECKS)},
        "states": STATES,
        "results": RESULTS,
        "units": UNITS,
    }
