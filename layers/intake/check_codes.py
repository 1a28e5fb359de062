"""Checks of codes and names: do they exist, do they belong together, is anything of the list left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.codes import current_code, is_chinese_code, prefix_of
from layers.intake.check_base import Finding, column, keys_of, label_of, report, village_codes
from layers.intake.problems import empty, join_problems
from layers.names import LAYERS, Geometry
from layers.placenames import normalise_group_name, normalise_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.intake.check_base import Subject

_CODED = (("township_code", "township"), ("village_code", "village"))


def unknown_codes(subject: Subject) -> pd.DataFrame:
    """Township and village codes of this county that its code list does not hold."""
    return join_problems(_unknown(subject, layer, field, level) for layer, field, level in _code_columns(subject))


def foreign_codes(subject: Subject) -> pd.DataFrame:
    """Codes that begin with another county's code."""
    return join_problems(_foreign(subject, layer, field) for layer, field in _all_codes(subject))


def broken_parents(subject: Subject) -> pd.DataFrame:
    """Groups whose code says one village and whose village column another, and groups that belong to no village."""
    groups = subject.table("groups")
    if groups is None:
        return empty()
    prefix, own = prefix_of(column(groups, "group_code"), "village"), column(groups, "village_code")
    keys = keys_of(groups, "groups")
    differs = ((prefix != own) & ~column(groups, "village_code").isna()).fillna(value=False)
    found = Finding("groups", "code_parent_differs", "village_code", "请核对村民组代码的前 12 位和行政村代码；统计以“行政村代码”一列为准。")
    texts = [f"村民组 {k} 的代码属于村 {p}，而行政村代码写的是 {o}。" for k, p, o in zip(keys[differs], prefix[differs], own[differs], strict=True)]
    nowhere = prefix.isna() & own.isna() & column(groups, "village_name").isna()
    orphan = Finding("groups", "no_parent", "village_code", "请补填行政村代码或行政村名称；否则汇总时列入“未归属”。")
    lost = [f"村民组 {k} 没有写明所属行政村。" for k in keys[nowhere]]
    return join_problems([report(found, list(keys[differs]), texts, of=len(groups)), report(orphan, list(keys[nowhere]), lost, of=len(groups))])


def missing_parents(subject: Subject) -> pd.DataFrame:
    """Groups whose village is not in the village layer."""
    groups, villages = subject.table("groups"), subject.table("villages")
    if groups is None or villages is None:
        return empty()
    own = village_codes(groups)
    lost = own.notna() & ~own.map(current_code, na_action="ignore").isin(column(villages, "village_code").dropna().map(current_code))
    keys = keys_of(groups, "groups")
    texts = [f"村民组 {k} 所属的村 {v} 不在村界图层中。" for k, v in zip(keys[lost], own[lost], strict=True)]
    found = Finding("groups", "village_not_in_layer", "village_code", "请核对行政村代码，或在村界图层中补上这个村。")
    return report(found, list(keys[lost]), texts, of=len(groups))


def villages_without_groups(subject: Subject) -> pd.DataFrame:
    """Villages of the code list in which no group lies: a village was left out of the group layer."""
    groups, listed = subject.table("groups"), subject.listed("village")
    if groups is None or listed.empty or subject.names is None:
        return empty()
    present = set(village_codes(groups).dropna().map(current_code))
    table = subject.names[subject.names["code"].isin(listed)]
    left = table[~table["code"].map(current_code).isin(present)]
    of_prefix = left["code"].str[:6].isin(column(groups, "group_code").str[:6]) | left["code"].str[:6].isin(subject.own_codes())
    left = left[of_prefix]
    texts = [f"{name}（{code}）在村民组图层中一个组也没有。" for code, name in zip(left["code"], left["name"], strict=True)]
    found = Finding("groups", "village_without_groups", "village_code", "请核对是否漏报；确实没有村民组的（如城镇社区）可以不理会。", "info")
    return report(found, list(left["code"]), texts, of=len(table))


def doubled_group_names(subject: Subject) -> pd.DataFrame:
    """Groups of one village with the same name: the register cannot be joined to them by name."""
    groups = subject.table("groups")
    if groups is None:
        return empty()
    table = pd.DataFrame({"village": village_codes(groups), "name": normalise_series(column(groups, "group_name"), normalise_group_name)})
    table = table.assign(key=keys_of(groups, "groups")).dropna()
    doubled = table[table.duplicated(["village", "name"], keep=False)].sort_values(["village", "name", "key"])
    lists = doubled.groupby(["village", "name"])["key"].agg("、".join)
    texts = [f"村 {village} 里有几个村民组同名“{name}”：{keys}。" for (village, name), keys in zip(lists.index.tolist(), lists, strict=True)]
    found = Finding("groups", "group_name_twice", "group_name", "请核对是否重复；确为不同的组时请在名称中加以区别，户册按名称归组时才分得开。")
    return report(found, list(lists), texts, of=len(groups))


def _code_columns(subject: Subject) -> Iterator[tuple[str, str, str]]:
    for layer in subject.layers:
        frame = subject.table(layer)
        if frame is not None and layer in LAYERS and not LAYERS[layer].result:
            yield from ((layer, field, level) for field, level in _CODED if field in frame)


def _unknown(subject: Subject, layer: str, field: str, level: str) -> pd.DataFrame:
    listed, frame = subject.listed(level), subject.table(layer)
    if listed.empty or frame is None:
        return empty()
    codes = column(frame, field).dropna()
    codes = codes[_county_of(codes).isin(set(listed.str[:6]) | subject.own_codes())]
    counts = codes[~codes.isin(listed)].value_counts().sort_index()
    rows = [_unknown_text(layer, field, str(code), int(rows), listed) for code, rows in counts.items()]
    found = Finding(layer, "code_unknown", field, "请核对代码；区划调整过的请改用现行代码。")
    return report(found, [str(code) for code in counts.index], rows, of=int(codes.nunique()))


def _county_of(codes: pd.Series) -> pd.Series:
    """The present code of the county by which each code begins."""
    counties = codes.str[:6]
    return counties.map({code: current_code(code) for code in counties.unique()}).astype("string")


def _unknown_text(layer: str, field: str, code: str, rows: int, listed: pd.Series) -> str:
    now = current_code(code)
    old = f"，它是旧代码，现行代码为 {now}" if now != code and listed.eq(now).any() else ""
    return f"{label_of(layer)}有 {rows} 条的{label_of(layer, field)} {code} 不在区划代码表中{old}。"


def _all_codes(subject: Subject) -> Iterator[tuple[str, str]]:
    for layer in subject.layers:
        frame = subject.table(layer)
        if frame is None or layer not in LAYERS or LAYERS[layer].result or LAYERS[layer].geometry is Geometry.RASTER:
            continue
        yield from ((layer, field) for field in ("township_code", "village_code", "group_code") if field in frame)


def _foreign(subject: Subject, layer: str, field: str) -> pd.DataFrame:
    own, frame = subject.own_codes(), subject.table(layer)
    if not own or frame is None:
        return empty()
    codes = column(frame, field).dropna()
    chinese = codes[codes.map({code: is_chinese_code(code) for code in codes.unique()}).astype(bool)]
    strange = chinese[~chinese.str[:6].isin(own) & ~_county_of(chinese).isin(own)]
    counts = strange.str[:6].value_counts().sort_index()
    texts = [
        f"{label_of(layer)}有 {rows} 条的{label_of(layer, field)}以 {code} 开头，不属于本县（{subject.county_code}）。"
        for code, rows in counts.items()
    ]
    return report(
        Finding(layer, "code_of_other_county", field, "请核对代码；邻县的数据请剔除。"), [str(c) for c in counts.index], texts, of=len(codes)
    )
