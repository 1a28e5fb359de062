"""A road plan in words: what ledger, command line and KML say of its totals, its proof and its works, in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from web.road_legend import KINDS, LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WAN = 10_000.0
UNIT_WORDS = {"groups": "组", "households": "户", "people": "人", "registered": "脱贫监测户"}
"""What is counted, as on every sheet of the gap ledger."""
KIND_WORDS = {one.value: one.label for one in KINDS}
DECISION_WORDS = {"must": "必建", "may": "可选", "must_not": "不建"}
STATUS_WORDS = {
    "optimal": "已证明最优（在所述误差之内）",
    "feasible": "可行，未证明最优",
    "infeasible": "条件互相冲突，以下为最接近的安排",
}
NOT_BUILT = "未列入"


def wan(cny: Any) -> str:
    """Yuan as 万元 with two decimals.

    >>> wan(12_345_678.9)
    '1,234.57 万元'
    """
    return "不明" if _missing(cny) else f"{float(cny) / WAN:,.2f} 万元"


def percent(share: Any, decimals: int = 2) -> str:
    """A share in percent; what is unknown is said to be.

    >>> percent(0.0123)
    '1.23%'
    """
    return "不明" if _missing(share) else f"{float(share):.{decimals}%}"


def km(length: Any) -> str:
    """Kilometres with two decimals."""
    return "不明" if _missing(length) else f"{float(length):,.2f} km"


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def reason_words(reason: Any) -> str:
    """Why a group is in the plan or not; a code that nobody knows is shown as it is."""
    return "" if _missing(reason) else LEFT_OUT.get(str(reason), str(reason))


def kind_words(kind: Any) -> str:
    """The kind of a work."""
    return "" if _missing(kind) else KIND_WORDS.get(str(kind), str(kind))


def year_words(year: Any) -> str:
    """The year in which a work is built."""
    return NOT_BUILT if _missing(year) else f"{int(year)} 年"


def weight_words(weights: Mapping[str, float]) -> str:
    """The benefit that was declared.

    >>> weight_words({"households": 1.0, "registered": 0.5, "people": 0.0})
    '每户 1、每脱贫监测户 0.5'
    """
    return "、".join(f"每{UNIT_WORDS.get(unit, unit)} {weight:g}" for unit, weight in weights.items() if weight) or "未指定"


def network_lines(network: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is said of the network: whom it reaches, what it costs, how good it is proven to be."""
    return [
        ("接通的组", _groups_and_households(network)),
        *[(f"未安排：{reason_words(reason)}", f"{count:,} 组") for reason, count in sorted(network.get("groups_unplanned", {}).items())],
        ("路网总造价", f"{wan(network['cost_cny'])}（逐段定线计算）"),
        *_unattributed(network),
        ("共用路段的分摊", "按户数" if network.get("by_households") else "由要用的组平均"),
        ("长度", f"新建 {km(network['new_km'])}，现有路硬化 {km(network['upgrade_km'])}"),
        ("规划图上的造价", wan(network["cost_planning_cny"])),
        ("可证明的下界", wan(network["bound_planning_cny"])),
        ("与下界的差距", f"不超过 {percent(network['gap'])}"),
        ("各组单独修路合计", f"{wan(network['alone_cost_cny'])}（规划图上）"),
        ("共用干线后为单独修路的", percent(_over(network["cost_planning_cny"], network["alone_cost_cny"]))),
        ("新建中需勘测或展线", f"{km(network['flagged_km'])}，占新建的 {percent(network['flagged_share'])}"),
        ("硬化现有路中坡度或弯道超限", km(network.get("flagged_upgrade_km", 0.0))),
        ("核查发现而未标注的", f"{network.get('findings_unflagged', 0):,} 处"),
        *([("注意", "不能确定哪些硬化路与对外路网相连，凡可能相连的都按已相连计。")] if network.get("network_assumed") else []),
        *([] if network["groups_planned"] else [("注意", "没有缺硬化路而又能规划的组，计划里没有要为组修的路。")]),
        *[("注意", str(note)) for note in (*network.get("warnings", ()), *network.get("notes", ()))],
    ]


def _unattributed(network: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Must-do works that no group needs: in the total, in nobody's share."""
    cny = network.get("unattributed_cny") or 0.0
    return [("其中无组要用的必建工程", f"{wan(cny)}，不分摊给各组")] if cny > 0 else []


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _groups_and_households(network: Mapping[str, Any]) -> str:
    households = network.get("households_planned")
    return f"{network['groups_planned']:,} 组" + (f"，{households:,} 户" if households is not None else "")


def programme_lines(programme: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is said of the programme: what was asked, how much it serves, how good it is proven to be."""
    terms = programme["terms"]
    return [
        ("年度与预算", "；".join(f"{year} 年 {wan(money)}" for year, money in zip(terms["years"], terms["budgets_cny"], strict=True))),
        ("效益权重", weight_words(terms["weights"])),
        ("结余", "转入下年" if terms["carry_over"] else "当年用完，不结转"),
        *_wish_lines(terms),
        ("求解结果", STATUS_WORDS.get(str(programme["status"]), str(programme["status"]))),
        ("效益", f"{_number(programme['value'])}，可证明的上界 {_number(programme['bound'])}，差距不超过 {percent(programme['gap'])}"),
        ("逐项择优（预览）", f"{_number(programme['greedy_value'])}，比最优方案低 {percent(programme['greedy_gap'])}"),
    ]


def _wish_lines(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked beside money and weights; nothing is said of what was not."""
    wishes = [
        ("必建", "、".join(terms.get("must", ()))),
        ("不建", "、".join(terms.get("must_not", ()))),
        ("底线", "；".join(_due_words(one, "每个乡镇", one.get("by_year")) for one in terms.get("floors", ()))),
        ("期限", "；".join(_due_words(one, "全县", one.get("year")) for one in terms.get("deadlines", ()))),
    ]
    return [(head, text) for head, text in wishes if text]


def _due_words(due: Mapping[str, Any], everywhere: str, year: int | None) -> str:
    """One floor or deadline.

    >>> _due_words({"area_code": None, "share": 0.3, "unit": "households"}, "全县", 2027)
    '到 2027 年全县至少接通 30% 的户'
    """
    by = "到末年" if year is None else f"到 {year} 年"
    area = f"乡镇 {due['area_code']} " if due.get("area_code") else everywhere
    return f"{by}{area}至少接通 {float(due['share']) * 100:.10g}% 的{UNIT_WORDS.get(str(due['unit']), due['unit'])}"


def _number(value: Any) -> str:
    return "不明" if _missing(value) else f"{float(value):,.10g}"


def conflict_lines(programme: Mapping[str, Any]) -> list[str]:
    """Sentences on what stands in the way, in the order of the summary."""
    return [str(one["sentence"]) for one in programme.get("conflicts", ()) if one.get("sentence")]


def finding_lines(programme: Mapping[str, Any]) -> list[str]:
    """Sentences on what a planner should know all the same."""
    return [str(one["sentence"]) for one in programme.get("findings", ()) if one.get("sentence")]


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, with a middle dot between them."""
    return " · ".join(part for part in parts if part)
