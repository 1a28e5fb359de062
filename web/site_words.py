"""A siting study in words: what ledger, sheet, command line and page say of weights, ranks, certainty and land, in one way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from web.road_words import percent, wan
from web.site_legend import CLASSES, METHODS, PLACEMENT, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

UNKNOWN = "不明"
UNREACHED = "不可达"
RANK_METHOD_WORDS = {"weighted_sum": "加权求和", "topsis": "逼近理想解（TOPSIS）"}
RANDOM_INDEX_WORDS = {"saaty": "Saaty 1980", "alonso-lamata": "Alonso & Lamata 2006"}
PLACED_WORDS = {**PLACEMENT, "too_large": "本组户数超过任何一处容量", "other_township": "本乡镇没有可去的地点"}
SIZE_WORDS = {"large": "大型", "medium": "中型", "small": "小型", "unknown": UNKNOWN}
SITE_KIND_WORDS = {"parcel": "新建地块", "settlement": "已有安置点"}
STATUS_WORDS = {"optimal": "已证明最优（在所述误差之内）", "feasible": "可行，未证明最优", "infeasible": "放不下全部要搬的组，原因见各组"}
MU_M2 = 10_000 / 15
"""Square metres of a mu (亩)."""
_M2_PER_KM2 = 1e6
_LONGEST = 60
_SAME = 5e-4


def is_missing(value: Any) -> bool:
    """None, `<NA>`, NaN or an empty text."""
    return value is None or (isinstance(value, str) and not value) or (not isinstance(value, str) and bool(pd.isna(value)))


def plain(text: Any, longest: int = _LONGEST) -> str:
    r"""A name as it may be printed: without control and direction marks, not longer than a line.

    >>> plain("纳坝村\u202e三组\n")
    '纳坝村三组'
    """
    if is_missing(text):
        return ""
    shown = "".join(one for one in str(text) if one.isprintable())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def word(words: Mapping[str, str], value: Any) -> str:
    """The word of a code; a code that is not known here is shown as it is, a missing one as 不明."""
    return UNKNOWN if is_missing(value) else words.get(str(value), str(value))


def number(value: Any, decimals: int = 0) -> str:
    """`12345.6` → `12,346`; what is unknown, or cannot be reached, is said to be."""
    if is_missing(value):
        return UNKNOWN
    return f"{float(value):,.{decimals}f}" if math.isfinite(value) else UNREACHED


def listed(value: Any, words: Mapping[str, str]) -> str:
    """Codes with commas between them, in words.

    >>> listed("slope,x", {"slope": "坡度过大"})
    '坡度过大、x'
    """
    return "" if is_missing(value) else "、".join(words.get(part.strip(), part.strip()) for part in str(value).split(",") if part.strip())


def share(value: Any, decimals: int = 0) -> str:
    """A share in percent; a little is not nothing.

    >>> share(0.856), share(0.0005)
    ('86%', '不到 1%')
    """
    if not is_missing(value) and 0 < float(value) < 0.5 * 10 ** -(decimals + 2):
        return f"不到 {10.0**-decimals:g}%"
    return percent(value, decimals)


def hectares(m2: Any) -> str:
    """Square metres as hectares and mu.

    >>> hectares(20_000)
    '2.00 公顷（30 亩）'
    """
    return UNKNOWN if is_missing(m2) else f"{float(m2) / 1e4:,.2f} 公顷（{float(m2) / MU_M2:,.0f} 亩）"


def km2(m2: Any) -> str:
    """Square metres as square kilometres.

    >>> km2(1_234_567)
    '1.23 km²'
    """
    return UNKNOWN if is_missing(m2) else f"{float(m2) / _M2_PER_KM2:,.2f} km²"


def class_words(value: Any) -> str:
    """The word of a suitability class."""
    return word(CLASSES, value)


def unit_words(unit: Any) -> str:
    """The word of a unit: `min` is 分钟."""
    return "" if is_missing(unit) else UNITS.get(str(unit), str(unit))


def label_of(labels: Mapping[str, str], key: Any) -> str:
    """The label of a criterion; its key where nobody gave one."""
    return UNKNOWN if is_missing(key) else labels.get(str(key), str(key))


def weighting_lines(weighting: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the weights come from, and how consistent the judgements are."""
    name, source = plain(weighting.get("name")), plain(weighting.get("source"))
    return [
        ("权重方案", name or UNKNOWN),
        ("定权方法", word(METHODS, weighting.get("method"))),
        *([("权重来源", source)] if source else []),
        *([("一致性比率 CR", consistency_words(weighting))] if weighting.get("method") == "ahp" else []),
    ]


def consistency_words(weighting: Mapping[str, Any]) -> str:
    """The consistency ratio with the table it was taken with.

    >>> consistency_words({"method": "ahp", "cr": 0.0412, "random_index": "saaty"})
    '0.041（≤ 0.10，随机一致性指标 Saaty 1980）'
    >>> consistency_words({"method": "direct"})
    '不适用（直接给权重，没有两两判断）'
    """
    if weighting.get("method") != "ahp":
        return "不适用（直接给权重，没有两两判断）"
    if is_missing(weighting.get("cr")):
        return UNKNOWN
    sign = "≤" if float(weighting["cr"]) <= 0.1 else ">"  # noqa: PLR2004 - Saaty's limit, written out beside it
    return f"{float(weighting['cr']):.3f}（{sign} 0.10，随机一致性指标 {word(RANDOM_INDEX_WORDS, weighting.get('random_index'))}）"


def ranking_lines(ranking: Mapping[str, Any], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """How parcels were ranked, how many weights were tried, and what was left out."""
    left_out = "、".join(label_of(labels, key) for key in ranking.get("left_out", ()))
    unranked = int(ranking.get("unranked", 0))
    return [
        ("排序方法", word(RANK_METHOD_WORDS, ranking.get("method"))),
        ("参加排名", f"{int(ranking.get('ranked', 0)):,} 块" + (f"；另有 {unranked:,} 块未排名（有指标不明，或全部禁止建设）" if unranked else "")),
        ("权重抽样", f"{int(ranking.get('draws', 0)):,} 次，在各项权重范围内均匀抽取（随机种子 {ranking.get('seed', 0)}）"),
        *([("未计入的指标", f"{left_out}：所有地块都不明，其权重按比例分给其余各项")] if left_out else []),
    ]


def stability_words(row: Mapping[str, Any]) -> str:
    """How sure a rank is.

    >>> stability_words({"first_share": 0.62, "rank_low": 1, "rank_high": 3})
    '62% 的抽样列第一；九成抽样在第 1–3 名'
    """
    if is_missing(row.get("first_share")):
        return "未排名"
    low, high = int(row["rank_low"]), int(row["rank_high"])
    return f"{share(row['first_share'])} 的抽样列第一；九成抽样在第 {low if low == high else f'{low}–{high}'} 名"


def change_words(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Which weight would have to change for a parcel to be first.

    >>> change_words({"rank": 2, "change_criterion": "road", "change_from": 0.1, "change_to": 0.25}, {"road": "道路"})
    '“道路”的权重由 10.0% 提高到 25.0%'
    """
    if is_missing(row.get("rank")):
        return "未排名"
    if is_missing(row.get("change_criterion")):
        return "只改一项权重不能使其列第一"
    before, after = float(row["change_from"]), float(row["change_to"])
    if int(row["rank"]) == 1 or before == after:
        return "已列第一"
    verb = "提高到" if after > before else "降低到"
    digits = 1 if abs(after - before) > _SAME else 3
    return f"“{label_of(labels, row['change_criterion'])}”的权重由 {share(before, digits)} {verb} {share(after, digits)}"


def missing_words(row: Mapping[str, Any], labels: Mapping[str, str], rules: Mapping[str, str] | None = None) -> str:
    """Why a parcel has no rank, and what its score could be; empty where it has one. `rules` are the labels of the rules that exclude.

    >>> missing_words({"missing": "road", "score_low": 45.0, "score_high": 63.2}, {"road": "道路"})
    '道路不明，不排名（得分在 45.0 与 63.2 之间）'
    """
    if row.get("class") == "excluded" and is_missing(row.get("rank")):
        named = listed(row.get("excluded_by"), rules or {})
        return f"全部在禁止建设的范围内{f'（{named}）' if named else ''}，不排名"
    if is_missing(row.get("missing")):
        return ""
    names = "、".join(label_of(labels, key) for key in str(row["missing"]).split(","))
    return f"{names}不明，不排名（得分在 {number(row.get('score_low'), 1)} 与 {number(row.get('score_high'), 1)} 之间）"


def allocation_lines(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is said of the allocation: who is placed, at what cost, how good it is proven to be, who does not fit and why."""
    if not summary:
        return []
    known = {key: value for key, value in summary.items() if not (isinstance(value, (float, int, str)) and is_missing(value))}
    placed = f"{number(known.get('groups_allocated'))} 组（共 {number(known.get('groups'))} 组）、{number(known.get('households_allocated'))} 户"
    rows = [
        ("分配结果", word(STATUS_WORDS, known.get("status")), "status"),
        ("已安排", placed, "groups_allocated"),
        ("启用地点", f"{number(known.get('sites_opened'))} 处", "sites_opened"),
        ("分配总费用", wan(known.get("cost_cny")), "cost_cny"),
        ("与可证明下界的差距", f"不超过 {percent(known.get('gap'))}", "gap"),
    ]
    left = [(f"未安排：{word(PLACED_WORDS, reason)}", f"{count:,} 组") for reason, count in known.get("reasons", {}).items() if reason != "allocated"]
    told = [("分配提示", plain(conflict_words(one), 300)) for one in known.get("conflicts", ())]
    return [*((head, text) for head, text, needed in rows if needed in known), *left, *told]


CONFLICTS = {
    "no_site": "没有可去的地点",
    "too_large": "户数超过任何一处的容量",
    "short_of_room": "只能去所列地点，容量不够",
    "too_few_sites": "允许启用的地点太少",
    "together": "所列条件不能同时满足",
}
"""What stands in the way of placing all groups."""
_NAMED = 8


def conflict_words(conflict: Any) -> str:
    """One thing that stands in the way, with the groups and sites it is about.

    >>> conflict_words({"what": "short_of_room", "groups": ["G1"], "sites": ["P1"], "needed": 80.0, "has": 60.0})
    '只能去所列地点，容量不够：需要 80，只有 60；村民组 G1；地点 P1'
    """
    if not isinstance(conflict, dict) or "what" not in conflict:
        return str(conflict.get("sentence", "")) if isinstance(conflict, dict) else str(conflict)
    short = f"需要 {number(conflict.get('needed'))}，只有 {number(conflict.get('has'))}" if conflict.get("needed") else ""
    groups, sites = _some("村民组", conflict.get("groups", ())), _some("地点", conflict.get("sites", ()))
    parts = "；".join(part for part in (short, groups, sites) if part)
    return f"{word(CONFLICTS, conflict['what'])}{'：' if parts else ''}{parts}"


def _some(label: str, codes: Sequence[str]) -> str:
    if not codes:
        return ""
    more = f" 等 {len(codes)} 个" if len(codes) > _NAMED else ""
    return f"{label} {'、'.join(str(code) for code in codes[:_NAMED])}{more}"


def date_words(dates: Iterable[str]) -> str:
    """The span of data dates.

    >>> date_words(["2025-06", "2024-12-31"])
    '2024-12-31 至 2025-06'
    """
    known = sorted({str(one) for one in dates if not is_missing(one)})
    if not known:
        return "未注明"
    return known[0] if len(known) == 1 else f"{known[0]} 至 {known[-1]}"
