"""Checks of moving: ledgers of who moved, what became of the old houses, what was checked in the settlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.intake.check_base import Finding, column, keys_of, label_of, numbers, report
from layers.intake.problems import empty, join_problems

if TYPE_CHECKING:
    from layers.intake.check_base import Subject

SLACK = 1.005
"""Areas are written in mu with two decimals: half a percent more is the same area."""


def unknown_codes(subject: Subject) -> pd.DataFrame:
    """Rows of the ledger, and of the self-checks, whose group or settlement is in no layer."""
    return join_problems(
        [
            _unknown(subject, "relocations", "group_code", "groups", "relocation_group_unknown"),
            _unknown(subject, "relocations", "settlement_code", "settlements", "relocation_settlement_unknown"),
            _unknown(subject, "settlement_checks", "settlement_code", "settlements", "check_settlement_unknown"),
        ]
    )


def _unknown(subject: Subject, layer: str, field: str, of: str, rule: str) -> pd.DataFrame:
    rows, known = subject.table(layer), subject.table(of)
    if rows is None or known is None:
        return empty()
    codes = column(rows, field)
    lost = codes.notna() & ~codes.isin(keys_of(known, of))
    what, whole = label_of(of), label_of(layer)
    texts = [
        f"{whole} {key} 写的{what} {code} 不在“{what}”图层里。" for key, code in zip(keys_of(rows, layer)[lost], codes[lost].fillna(""), strict=True)
    ]
    hint = f"请核对代码，或补齐“{what}”图层；对不上的行不计入该{what}。"
    return report(Finding(layer, rule, field, hint), list(keys_of(rows, layer)[lost]), texts, of=len(rows))


def more_than_there_was(subject: Subject) -> pd.DataFrame:
    """Ledger rows that tore down more houses than were due, or reclaimed more land than the homesteads had."""
    return join_problems(
        [
            _more(subject, ("old_houses_demolished_count", "old_houses_count"), "demolished_more_than_due", "户", 1.0),
            _more(subject, ("reclaimed_area_m2", "homestead_area_m2"), "reclaimed_more_than_homestead", "平方米", SLACK),
        ]
    )


def _more(subject: Subject, fields: tuple[str, str], rule: str, unit: str, slack: float) -> pd.DataFrame:
    rows = subject.table("relocations")
    if rows is None:
        return empty()
    part, whole = (numbers(rows, field) for field in fields)
    wrong = (part > slack * whole).fillna(value=False).to_numpy(dtype=bool)
    keys = keys_of(rows, "relocations")[wrong]
    names = [label_of("relocations", field) for field in fields]
    texts = [
        f"搬迁台账 {key} 的{names[0]}（{a:.0f} {unit}）多于{names[1]}（{b:.0f} {unit}）。"
        for key, a, b in zip(keys, part[wrong], whole[wrong], strict=True)
    ]
    return report(Finding("relocations", rule, fields[0], "请核对两项数字和单位（亩、平方米），可能填反或串行。"), list(keys), texts, of=len(rows))


def moved_more_than_live(subject: Subject) -> pd.DataFrame:
    """Groups from which more households or people moved, by the ledger, than the group layer has."""
    return join_problems(
        _moved(subject, field, rule) for field, rule in (("households_count", "moved_more_households"), ("people_count", "moved_more_people"))
    )


def _moved(subject: Subject, field: str, rule: str) -> pd.DataFrame:
    rows, groups = subject.table("relocations"), subject.table("groups")
    if rows is None or groups is None:
        return empty()
    moved = numbers(rows, field).groupby(column(rows, "group_code")).sum(min_count=1)
    have = pd.Series(numbers(groups, field).array, index=keys_of(groups, "groups").array).reindex(moved.index)
    wrong = (moved > have).fillna(value=False).to_numpy(dtype=bool)
    what, unit = ("搬迁户数", "户") if field == "households_count" else ("搬迁人口", "人")
    texts = [
        f"村民组 {code} 的{what}合计 {m:.0f} {unit}，多于该组的 {h:.0f} {unit}。"
        for code, m, h in zip(moved.index[wrong], moved[wrong], have[wrong], strict=True)
    ]
    found = Finding("relocations", rule, field, "请核对台账是否重复登记，或村民组的户数、人口是否已扣除搬走的户。")
    return report(found, list(moved.index[wrong]), texts, of=len(moved))


def settlements_overfull(subject: Subject) -> pd.DataFrame:
    """Settlements into which more households moved than were planned, or than they themselves count."""
    sites = subject.table("settlements")
    if sites is None:
        return empty()
    keys, planned = keys_of(sites, "settlements"), numbers(sites, "planned_households_count")
    moved = numbers(sites, "moved_households_count")
    over = (moved > planned).fillna(value=False).to_numpy(dtype=bool)
    texts = [f"安置点 {key} 入住 {m:.0f} 户，多于规划的 {p:.0f} 户。" for key, m, p in zip(keys[over], moved[over], planned[over], strict=True)]
    found = Finding("settlements", "moved_more_than_planned", "moved_households_count", "请核对两项户数，可能填反。")
    return join_problems([report(found, list(keys[over]), texts, of=len(sites)), _in_ledger(subject, sites, keys, moved)])


def _in_ledger(subject: Subject, sites: pd.DataFrame, keys: pd.Series, moved: pd.Series) -> pd.DataFrame:
    rows = subject.table("relocations")
    if rows is None:
        return empty()
    counted = numbers(rows, "households_count").groupby(column(rows, "settlement_code")).sum(min_count=1)
    ledger = keys.map(counted).astype("Float64")
    over = (ledger > moved).fillna(value=False).to_numpy(dtype=bool)
    texts = [
        f"搬迁台账里有 {n:.0f} 户迁入安置点 {key}，而安置点只填入住 {m:.0f} 户。"
        for key, n, m in zip(keys[over], ledger[over], moved[over], strict=True)
    ]
    found = Finding("settlements", "ledger_more_than_moved", "moved_households_count", "请核对台账和安置点的入住户数及日期。")
    return report(found, list(keys[over]), texts, of=len(sites))


def unfinished_checks(subject: Subject) -> pd.DataFrame:
    """Items that were entered twice for a settlement, and problems for which nobody answers or that have no date."""
    rows = subject.table("settlement_checks")
    if rows is None:
        return empty()
    keys, site, item = keys_of(rows, "settlement_checks"), column(rows, "settlement_code"), column(rows, "check_item")
    twice = pd.DataFrame({"site": site, "item": item}).duplicated() & item.notna() & site.notna()
    bare = (column(rows, "check_result") == "problem").fillna(value=False) & (column(rows, "owner_unit").isna() | column(rows, "due_date").isna())
    again = [f"安置点自查 {key}：安置点 {code} 的同一项内容前面已经登记过。" for key, code in zip(keys[twice], site[twice], strict=True)]
    alone = [f"安置点自查 {key} 有问题，却没有写责任单位或整改时限。" for key in keys[bare]]
    parts = (
        (Finding("settlement_checks", "check_item_twice", "check_item", "请只保留最新的一条；评估时按最后一条。"), twice, again),
        (Finding("settlement_checks", "check_without_owner", "owner_unit", "请补填责任单位和整改时限，否则无法督办。"), bare, alone),
    )
    return join_problems(report(found, list(keys[rows_]), texts, of=len(rows)) for found, rows_, texts in parts)


def stays_and_moves(subject: Subject) -> pd.DataFrame:
    """Groups that choose to stay and are to move as a whole."""
    groups = subject.table("groups")
    if groups is None or "chooses_to_stay" not in groups or "whole_relocation" not in groups:
        return empty()
    flags = [groups[name].astype("boolean").fillna(value=False) for name in ("chooses_to_stay", "whole_relocation")]
    both = (flags[0] & flags[1]).to_numpy(dtype=bool)
    keys = keys_of(groups, "groups")[both]
    texts = [f"村民组 {key} 既填自愿留居，又填整组搬迁。" for key in keys]
    found = Finding("groups", "stays_and_moves", "chooses_to_stay", "请核实群众意愿，只保留一项。")
    return report(found, list(keys), texts, of=len(groups))
