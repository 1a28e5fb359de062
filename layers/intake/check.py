"""Do the layers of a county fit each other? One list of rules, each with its name, its reason and its check.

Files that are each in order can still contradict each other: a register that counts other households, groups outside their village, roads in another
map datum. Free ends and isolated pieces of the road network are found elsewhere (`gis.network`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from layers.intake import check_codes, check_counts, check_moves, check_places
from layers.intake.check_base import Subject
from layers.intake.problems import join_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

Check: TypeAlias = "Callable[[Subject], pd.DataFrame]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One cross-layer check: the rule codes that its problem rows carry, what it is called, why it matters, and the check itself."""

    codes: tuple[str, ...]
    title: str
    why: str
    check: Check


RULES: tuple[Rule, ...] = (
    Rule(("code_unknown",), "代码不在代码表中", "写错或停用的代码会使一个村从汇总中消失。", check_codes.unknown_codes),
    Rule(("code_of_other_county",), "代码属于别的县", "邻县的数据混入后，合计会偏大。", check_codes.foreign_codes),
    Rule(("code_parent_differs", "no_parent"), "上下级代码不一致", "村民组归错了村，两个村的数字都会错。", check_codes.broken_parents),
    Rule(("village_not_in_layer",), "所属的村不在村界图层中", "没有村界的村画不出来，也无法核对位置。", check_codes.missing_parents),
    Rule(("village_without_groups",), "村里没有村民组", "漏报的村不会出现在短板中，却不等于没有短板。", check_codes.villages_without_groups),
    Rule(("group_name_twice",), "同村同名的村民组", "户册按名称归组时分不清。", check_codes.doubled_group_names),
    Rule(("outside_own_village",), "位置不在所属村内", "坐标或归属有一个写错了。", check_places.groups_outside_village),
    Rule(("outside_county",), "位置在县界以外", "多半是坐标颠倒、带号写错，或邻县数据。", check_places.outside_county),
    Rule(("same_position",), "几个村民组在同一点上", "用村委会的坐标代替各组，距离都不真实。", check_places.same_position),
    Rule(("datum_offset",), "整层偏移", "未声明的 GCJ-02、BD-09 坐标或写错的带号使整层偏移几百米，足以改变全村的结论。", check_places.off_by_datum),
    Rule(
        ("road_no_surface", "road_too_short", "road_wider_than_bed", "road_length_differs"),
        "道路属性和线形",
        "不知路面就不知是否硬化；残线和漏画会使路网断开。",
        check_places.road_faults,
    ),
    Rule(("household_total_differs",), "户数与户册不符", "两份数据口径或日期不同，实施范围会判错。", check_counts.household_totals),
    Rule(
        ("no_households", "not_in_register"), "没有户数或不在户册中", "户数不明的组无法判断是否属于实施范围。", check_counts.groups_without_households
    ),
    Rule(("group_not_found", "code_name_conflict"), "户册的户没有归组", "这些户不计入任何组，会被漏掉。", check_counts.register_without_group),
    Rule(("person_twice",), "同一人登记在几户", "同一户计了两次，合计偏大。", check_counts.people_counted_twice),
    Rule(("people_implausible", "registered_more_than_all"), "人口和户数不合理", "可能是填反或串行。", check_counts.implausible_people),
    Rule(
        ("relocation_group_unknown", "relocation_settlement_unknown", "check_settlement_unknown"),
        "搬迁台账、自查表的代码对不上",
        "对不上的行不知道是谁搬到了哪里，会从安置点的评估中漏掉。",
        check_moves.unknown_codes,
    ),
    Rule(
        ("demolished_more_than_due", "reclaimed_more_than_homestead"),
        "拆旧复垦多于应拆应复垦",
        "多半是单位或串行的错误，会使拆除率、复垦率超过百分之百。",
        check_moves.more_than_there_was,
    ),
    Rule(("moved_more_households", "moved_more_people"), "搬走的多于本组的", "重复登记会使安置规模偏大。", check_moves.moved_more_than_live),
    Rule(
        ("moved_more_than_planned", "ledger_more_than_moved"),
        "安置点入住户数不符",
        "入住率会算错，住房面积也会算错。",
        check_moves.settlements_overfull,
    ),
    Rule(("check_item_twice", "check_without_owner"), "自查登记不全", "没有责任单位和时限的问题无人督办。", check_moves.unfinished_checks),
    Rule(("stays_and_moves",), "既留居又整组搬迁", "修路还是搬迁的结论取决于群众的选择。", check_moves.stays_and_moves),
    Rule(("stale_data", "no_data_date"), "数据过旧或没有日期", "结论只反映数据的时点。", check_counts.stale_dates),
    Rule(("synthetic_mixed",), "演示数据混入", "虚构的数据不得与真实数据一起得出结论。", check_counts.synthetic_among_real),
)
"""All rules, in the order in which they are checked and documented."""


def check_layers(layers: Mapping[str, pd.DataFrame], *, county_code: str | None = None, names: pd.DataFrame | None = None) -> pd.DataFrame:
    """Check the layers of a county against each other.

    Args:
        layers: Canonical layer names to frames (`GeoDataFrame` in EPSG:4490, or tables); any may be missing.
        county_code: The county that they should belong to; None: unknown, then nothing is held to be outside.
        names: The county's list of codes as from `layers.codes.area_names`; None or empty: there is none.

    Returns:
        Problem rows (`PROBLEM_COLUMNS`) in the order of `RULES`. `row` is empty: stored layers no longer know their file's rows; `value` holds the
        key. When most rows of a layer break one rule, one row says so.
    """
    subject = Subject(layers, county_code, names)
    return join_problems(rule.check(subject) for rule in RULES)
