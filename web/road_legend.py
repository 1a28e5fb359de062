"""How a road plan is shown: its lines, its groups, its flags, the parts of a price, the reasons of groups that it leaves out.

New and rebuilt roads differ in colour and in form, so that a grey print tells them apart; what still needs a survey looks like a warning tape.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_NEW = "#7048e8"
_UPGRADE = "#1971c2"
_PAPER = "#ffffff"
_INK = "#343a40"
_WARNING = "#fab005"
_QUIET = "#868e96"
_MET = "#2b8a7e"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One pass of the pen; `dash` in line widths, empty for a solid line."""

    colour: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """How a line of the plan is drawn: its strokes, the lowest first."""

    value: str
    label: str
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class GradeClass:
    """One class of steepness of a long profile: up to `limit` (a share; None for the last)."""

    value: str
    label: str
    colour: str
    width: float
    limit: float | None


KINDS: tuple[PlanLine, ...] = (
    PlanLine("new", "新建", (Stroke(_PAPER, 5.6), Stroke(_NEW, 3.6))),
    PlanLine("upgrade", "现有路硬化", (Stroke(_PAPER, 6.2), Stroke(_UPGRADE, 4.4), Stroke(_PAPER, 1.4))),
    PlanLine("project", "已有项目", (Stroke(_PAPER, 5.6), Stroke("#0b7285", 3.6, (4, 1.2)))),
    PlanLine("committed", "在建", (Stroke(_PAPER, 5.6), Stroke("#495057", 3.2, (1.6, 1.2)))),
    PlanLine("mixed", "新建加硬化", (Stroke(_PAPER, 5.6), Stroke(_NEW, 3.6))),
    PlanLine("join", "接线", (Stroke(_PAPER, 4.8), Stroke(_NEW, 2.8))),
)
"""Kinds of works and sections. `mixed` is a word for works only: their sections are of one kind each."""

FLAGGED = PlanLine("flagged", "需勘测/需展线", (Stroke(_INK, 5.4), Stroke(_WARNING, 3.2, (2.2, 1.6))))
UNBUILT = PlanLine("unbuilt", "未列入", (Stroke(_PAPER, 2.8), Stroke(_QUIET, 1.4)))
SIDES: tuple[PlanLine, ...] = (
    PlanLine("a", "仅本方案", (Stroke(_PAPER, 5.6), Stroke(_NEW, 3.6))),
    PlanLine("b", "仅对比方案", (Stroke(_PAPER, 5.6), Stroke("#0b7285", 3.6, (2.4, 1.2)))),
    PlanLine("both", "两者都有", (Stroke(_PAPER, 5.6), Stroke(_INK, 4.4), Stroke(_PAPER, 1.4))),
)
"""Lines when two plans are compared."""

GROUPS: tuple[dict[str, str], ...] = (
    {"value": "open", "label": "尚未接通", "colour": "#d9480f", "shape": "triangle"},
    {"value": "connected", "label": "本方案接通", "colour": _MET, "shape": "target"},
    {"value": "out", "label": "未纳入规划", "colour": _QUIET, "shape": "square"},
)
"""Groups of the plan; a group that is already met is not asked about."""

GRADES: tuple[GradeClass, ...] = (
    GradeClass("easy", "不超过预警坡", "#2b8a7e", 2.0, 0.09),
    GradeClass("steep", "超过预警坡", "#b35c00", 3.0, 0.12),
    GradeClass("over", "超过限坡", "#111418", 4.0, None),
)
"""Limits where the plan does not name those of its cost set."""

FLAGS: dict[int, str] = {
    1: "陡坡（超过预警坡）",
    2: "填挖过大，需勘测",
    3: "纵坡超限，需展线",
    4: "转弯半径不足，需勘测",
    5: "压占保护范围，需核实",
    6: "高程不明，需勘测",
}
"""Words of the codes along a profile."""

COST_PARTS: dict[str, str] = {
    "road_cny": "路基路面",
    "earthwork_cny": "土石方",
    "development_cny": "展线加长",
    "bridge_cny": "桥涵",
    "overhead_cny": "设计监理与预备费",
}

LEFT_OUT: dict[str, str] = {
    "connected": "列入规划",
    "on_network": "已在硬化路网旁，不需修路",
    "not_wanted": "不在规划范围内",
    "lacking": "列入规划",
    "no_location": "没有坐标，无法规划；请补录位置",
    "unreachable": "沿可建设的地面无法到达",
    "relocation": "计划整组搬迁，不安排道路",
    "whole_relocation": "计划整组搬迁，不安排道路",
    "unknown": "是否通硬化路不明，先核实",
    "ineligible": "不在硬化路范围内（户数不足）",
    "below_threshold": "不在硬化路范围内（户数不足）",
    "included_unknown": "是否通硬化路不明，按要求列入",
    "included_relocation": "计划整组搬迁，按要求列入",
}
"""Why a group is in the plan, or why not; a reason that is not known here is shown as it is."""


def as_json() -> dict[str, Any]:
    """The table for the page."""
    return {
        "kinds": [asdict(one) for one in KINDS],
        "flagged": asdict(FLAGGED),
        "unbuilt": asdict(UNBUILT),
        "sides": [asdict(one) for one in SIDES],
        "groups": list(GROUPS),
        "grades": [asdict(one) for one in GRADES],
        "flags": [{"value": value, "label": label} for value, label in FLAGS.items()],
        "costs": [{"name": name, "label": label} for name, label in COST_PARTS.items()],
        "reasons": LEFT_OUT,
    }
