"""Road or move on paper: the ledger, and the lines and tables that the command line prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from web.road_legend import LEFT_OUT
from web.road_words import percent, wan
from web.site_book import parameter_table
from web.site_heads import DEGREES
from web.site_legend import ANSWERS, POLICIES
from web.site_words import SITE_KIND_WORDS, number, plain, word
from web.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ANSWER_WORDS = {one.value: one.label for one in ANSWERS}
LINK_WORDS = {"new": "新建", "upgrade": "现有路硬化", "project": "项目库线路", "committed": "在建", "join": "接线"}
_YES_NO = {True: "是", False: "否"}
GROUP_HEADS = {
    "group_code": "组代码",
    "group_name": "村民组",
    "village_name": "行政村",
    "township_name": "乡镇",
    "households_count": "户",
    "people_count": "人",
    "registered_households_count": "脱贫监测户",
    "answer": "结论",
    "reason": "依据",
    "site_code": "迁入地点编号",
    "site_name": "迁入地点",
    "next_site_code": "若搬迁的去处",
    "distance_m": "到该地点（直线 m）",
    "road_cny": "分摊道路费用（元）",
    "stay_cny": "留居补短板（元）",
    "move_cny": "搬迁费用（元）",
    "road_marginal_cny": "为它多修的道路（元）",
    "break_even_cny": "道路超过此数则搬迁更省（元）",
    "margin_cny": "换作另一种多花（元）",
    "stable": "价格浮动内不变",
    "answers_share": "浮动方案中同此结论",
    "escaped": "道路须穿禁建区",
    **DEGREES,
    "synthetic": "演示数据",
}
SITE_HEADS = {
    "site_code": "地点编号",
    "site_name": "地点",
    "site_kind": "种类",
    "capacity_households": "容量（户）",
    "used_households": "迁入（户）",
    "people_count": "迁入（人）",
    "groups_count": "组",
    "fixed_cny": "开办费用（元）",
    "road_cny": "专用道路（元）",
    "move_cny": "搬迁总费用（元）",
    **DEGREES,
    "synthetic": "演示数据",
}
ROAD_HEADS = {
    "link_code": "路段编号",
    "name": "名称",
    "kind": "性质",
    "road_code": "现有路编号",
    "project_code": "项目编号",
    "length_m": "长度（m）",
    "cost_cny": "造价（元）",
    "upkeep_cny": "养护现值（元）",
    "groups_count": "使用的组",
    "households_count": "使用的户",
    "synthetic": "演示数据",
}
_WORDS: dict[str, Mapping[Any, str]] = {"answer": ANSWER_WORDS, "reason": POLICIES, "site_kind": SITE_KIND_WORDS, "kind": LINK_WORDS}
FORMULAS = (
    ("合计费用", "道路（造价与养护现值）＋留居补短板（供水、供电）＋搬迁（按人投资、拆旧复垦、新开安置点）；同一笔公共支出，两边口径一致"),
    ("下界", "在同一张规划图上，任何方案都不会比它便宜；差距＝（合计费用－下界）÷合计费用"),
    ("道路超过此数则搬迁更省", "该组搬迁的费用减去留居补短板；为它多修的道路超过此数，搬迁更省"),
    ("为它多修的道路", "方案里只有它需要的路；已搬迁的组，是把它接上方案道路的最小费用"),
    ("价格浮动内不变", "修路与搬迁价格各上下浮动后重新求解，结论都不变"),
    ("道路长度与造价", "在规划格网上量算，未逐段选线；定项目前请用“道路计划”选线"),
)


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceBook:
    """What was decided, and what it follows from.

    Attributes:
        county: name of the county.
        groups: layer `choice`.
        sites: layer `choice_sites`.
        roads: layer `choice_roads`.
        summary: of the comparison.
        parameters: site set and cost set as `parameters()` gives them, with the title of their sheet.
        mark: what must stand on every page.
        facts: more rows of the overview.
    """

    county: str
    groups: pd.DataFrame
    sites: pd.DataFrame
    roads: pd.DataFrame
    summary: Mapping[str, Any]
    parameters: Sequence[tuple[str, pd.DataFrame]] = ()
    mark: str = ""
    facts: Sequence[tuple[str, str]] = ()


def choice_sheets(book: ChoiceBook) -> list[Sheet]:
    """The sheets in order."""
    name, note = book.county, book.mark
    overview = pd.DataFrame([("县", name), *choice_lines(book.summary), *book.facts, ("标记", note)], columns=["项目", "内容"], dtype="string")
    talks = pd.DataFrame(
        [(one["group_code"], one["text"]) for one in book.summary.get("conflicts", ())], columns=["组代码", "须协调的事"], dtype="string"
    )
    tables = [
        ("各组结论", "各组修路还是搬迁", _headed(book.groups, GROUP_HEADS), 2),
        ("安置地点", "迁入的地点", _headed(book.sites, SITE_HEADS), 2),
        ("保留组道路", "留居各组的道路", _headed(book.roads, ROAD_HEADS), 1),
        ("须协调", "须逐组协调的事", talks, 1),
        *((title, title, parameter_table(frame), 1) for title, frame in book.parameters),
    ]
    sheets = [Sheet("概况", f"{name} 修路与搬迁比较", overview, note=note)]
    shares = frozenset({GROUP_HEADS["answers_share"]})
    sheets += [
        Sheet(tab, f"{name} {title}", table, note=note, percent=shares & set(table.columns), degrees=frozenset(DEGREES.values()), frozen=frozen)
        for tab, title, table, frozen in tables
        if len(table)
    ]
    return [*sheets, Sheet("说明", f"{name} 说明", pd.DataFrame(FORMULAS, columns=["项目", "说明"], dtype="string"), note=note)]


def _headed(frame: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    """The columns with a heading, codes as words."""
    shown = {heads[name]: _cells(frame[name], _WORDS.get(name)) for name in heads if name in frame}
    return pd.DataFrame(shown).reset_index(drop=True)


def _cells(column: pd.Series, words: Mapping[Any, str] | None) -> pd.Series:
    if str(column.dtype) == "boolean":
        return column.map(_YES_NO).astype("string")
    return column if words is None else column.map(lambda value: words.get(value, value), na_action="ignore").astype("string")


def choice_lines(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was decided, how good it is proven to be, and what both extremes would cost."""
    counts, parts = summary["counts"], summary["cost_per_household"]
    return [
        ("合计费用", f"{wan(summary['cost'])}；下界 {wan(summary['bound'])}，差距不超过 {percent(summary['gap'], 2)}"),
        *((ANSWER_WORDS[name], _counted(counts[name])) for name in ("road", "move", "none") if counts[name]["groups"] or name != "none"),
        ("每户费用", f"修路 {_each(parts['road'])}，搬迁 {_each(parts['move'])}"),
        ("若能修的都修路", _extreme(summary["all_road"])),
        ("若能搬的都搬迁", _extreme(summary["all_move"])),
        (f"价格±{percent(summary['price_swing'], 0)}内结论不变", f"{summary['stable_count']:,} 组"),
        *((("未参加比较", _left_out(summary["left_out"])),) if summary["left_out"] else ()),
        ("选址条件", plain(summary["set"])),
        ("造价标准", plain(summary["costs"])),
    ]


def _counted(count: Mapping[str, int]) -> str:
    return f"{count['groups']:,} 组、{count['households']:,} 户、{count['people']:,} 人"


def _each(value: float | None) -> str:
    return "—" if value is None else f"{number(value / 1e4, 2)} 万元"


def _extreme(plan: Mapping[str, Any]) -> str:
    return f"{wan(plan['cost'])}（下界 {wan(plan['bound'])}）：修路 {plan['road_groups']:,} 组，搬迁 {plan['move_groups']:,} 组，无法安排 {plan['none_groups']:,} 组"


def _left_out(reasons: Mapping[str, int]) -> str:
    return "、".join(f"{word(LEFT_OUT, name)} {count:,} 组" for name, count in reasons.items())


def site_rows(sites: pd.DataFrame, count: int) -> list[tuple[str, ...]]:
    """Where people move, the fullest first."""
    ordered = sites.sort_values(["used_households", "site_code"], ascending=[False, True]).head(count)
    names = ["site_code", "site_name", "site_kind", "used_households", "capacity_households", "groups_count"]
    return [
        (str(code), str(name), word(SITE_KIND_WORDS, kind), number(used), number(room), number(groups))
        for code, name, kind, used, room, groups in ordered[names].itertuples(index=False)
    ]


def close_rows(groups: pd.DataFrame, count: int) -> list[tuple[str, ...]]:
    """The groups whose answer costs least to turn round, the closest first; those that have only one way are not among them."""
    free = groups[groups["margin_cny"].notna() & groups["break_even_cny"].notna() & groups["road_marginal_cny"].notna()]
    ordered = free.sort_values(["margin_cny", "group_code"]).head(count)
    names = ["group_code", "group_name", "answer", "road_marginal_cny", "break_even_cny", "margin_cny"]
    return [
        (str(code), str(name), word(ANSWER_WORDS, answer), *(number(float(cny) / 1e4, 1) for cny in money))
        for code, name, answer, *money in ordered[names].itertuples(index=False)
    ]
