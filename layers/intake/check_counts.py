"""Checks of numbers and provenance: households and people, the register against the groups, dates, invented data among real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.intake.check_base import Finding, column, keys_of, label_of, numbers, report
from layers.intake.problems import empty, join_problems, problem_rows
from layers.names import LAYERS, REGISTERED_TYPES

if TYPE_CHECKING:
    from layers.intake.check_base import Subject
    from layers.intake.problems import Severity

TOTAL_SHARE, TOTAL_HOUSEHOLDS = 0.05, 2
"""Register and group layer are taken at different dates: one household in twenty, and two households, may differ."""
PEOPLE_PER_HOUSEHOLD = 12.0
_FRAME = frozenset({"counties"})  # an invented county may well lie inside a real outline
STALE_YEARS = 3
"""A layer this much older than the newest one describes another state of the county (roads and households change faster)."""


def household_totals(subject: Subject) -> pd.DataFrame:
    """Groups for which the register counts other households than the group layer states."""
    groups, register = subject.table("groups"), subject.table("households")
    if groups is None or register is None or subject.match is None:
        return empty()
    field, counted = _comparable(groups, register, subject.match.frame["group_code"])
    keys = keys_of(groups, "groups")
    stated, rows = numbers(groups, field), keys.map(counted).astype("Float64").fillna(0)
    off = (stated - rows).abs()
    wrong = ((off > TOTAL_HOUSEHOLDS) & (off > TOTAL_SHARE * stated) & (rows > 0)).fillna(value=False).to_numpy(dtype=bool)
    label = label_of("groups", field)
    texts = [f"村民组 {k} 的{label}填 {s:.0f}，户册里有 {r:.0f} 户。" for k, s, r in zip(keys[wrong], stated[wrong], rows[wrong], strict=True)]
    hint = "请核对两份数据的口径（户籍、常住）和日期；对标按户册计数。"
    return report(Finding("groups", "household_total_differs", field, hint), list(keys[wrong]), texts, of=len(groups))


def groups_without_households(subject: Subject) -> pd.DataFrame:
    """Groups without a number of households, and groups that the register does not know."""
    groups = subject.table("groups")
    if groups is None:
        return empty()
    keys, stated = keys_of(groups, "groups"), numbers(groups, "households_count")
    bare = stated.isna() | (stated == 0).fillna(value=False)
    hint = "请补填户数；没有户数时无法判断是否属于实施范围。"
    texts = [f"村民组 {k} 的户数{'没有填' if missing else '为 0'}。" for k, missing in zip(keys[bare], stated[bare].isna(), strict=True)]
    parts = [report(Finding("groups", "no_households", "households_count", hint), list(keys[bare]), texts, of=len(groups))]
    if subject.match is not None:
        lost = ~keys.isin(subject.match.frame["group_code"].dropna()) & ~bare
        texts = [f"村民组 {k} 填有户数，户册里却一户也没有。" for k in keys[lost]]
        found = Finding("groups", "not_in_register", "group_code", "请核对户册是否漏了这个组，或组名、代码写法不一。", "info")
        parts.append(report(found, list(keys[lost]), texts, of=len(groups)))
    return join_problems(parts)


def register_without_group(subject: Subject) -> pd.DataFrame:
    """Households that belong to no group of the group layer, counted by the way the group is written, with suggestions."""
    return empty() if subject.match is None else subject.match.problems


def people_counted_twice(subject: Subject) -> pd.DataFrame:
    """Persons (by pseudonym) who head more than one household of the register."""
    register = subject.table("households")
    if register is None or "person_key" not in register:
        return empty()
    table = pd.DataFrame({"person": column(register, "person_key"), "key": keys_of(register, "households")}).dropna()
    twice = table[table["person"].duplicated(keep=False)]
    lists = twice.groupby("person")["key"].agg(lambda keys: "、".join(sorted(keys)))
    texts = [f"同一人登记在几户：{keys}。" for keys in sorted(lists)]
    found = Finding("households", "person_twice", "household_code", "请核对：重复登记的删去一户，证件号写错的更正后重新导入。")
    return report(found, sorted(lists), texts, of=len(register))


def implausible_people(subject: Subject) -> pd.DataFrame:
    """Groups with fewer people than households, or more than twelve a household; more registered households than households."""
    groups = subject.table("groups")
    if groups is None:
        return empty()
    keys = keys_of(groups, "groups")
    homes, people = numbers(groups, "households_count"), numbers(groups, "people_count")
    registered = numbers(groups, "registered_households_count")
    odd = ((homes > 0) & ((people < homes) | (people > PEOPLE_PER_HOUSEHOLD * homes))).fillna(value=False)
    more = (registered > homes).fillna(value=False)
    texts = [f"村民组 {k} 有 {h:.0f} 户 {p:.0f} 人，户均人口不合理。" for k, h, p in zip(keys[odd], homes[odd], people[odd], strict=True)]
    other = [f"村民组 {k} 的脱贫监测户（{r:.0f}）多于总户数（{h:.0f}）。" for k, r, h in zip(keys[more], registered[more], homes[more], strict=True)]
    return join_problems(
        [
            report(
                Finding("groups", "people_implausible", "people_count", "请核对户数和人口，可能填反或串行。"), list(keys[odd]), texts, of=len(groups)
            ),
            report(
                Finding("groups", "registered_more_than_all", "registered_households_count", "请核对两项户数。"),
                list(keys[more]),
                other,
                of=len(groups),
            ),
        ]
    )


def stale_dates(subject: Subject) -> pd.DataFrame:
    """Layers whose data are much older than the newest layer, and layers without any date."""
    years = {layer: _years(subject.table(layer)) for layer in subject.layers if layer in LAYERS and not LAYERS[layer].result}
    newest = max((series.max() for series in years.values() if series.notna().any()), default=None)
    return join_problems(_staleness(layer, series, newest) for layer, series in years.items() if len(series))


def synthetic_among_real(subject: Subject) -> pd.DataFrame:
    """Invented rows among real ones, inside a layer or between layers."""
    flags = {layer: _invented(frame) for layer in subject.layers if (frame := subject.table(layer)) is not None}
    share = {layer: float(flag.mean()) for layer, flag in flags.items() if layer in LAYERS and not LAYERS[layer].result}
    mixed = [layer for layer, part in share.items() if 0 < part < 1]
    wholly = [layer for layer, part in share.items() if part == 1]
    real = [layer for layer, part in share.items() if part == 0 and layer not in _FRAME]
    parts = [_mixed(layer, f"{label_of(layer)}里有 {int(flags[layer].sum())} 条演示数据，混在 {len(flags[layer])} 条之中。") for layer in mixed]
    if wholly and real:
        names = ["、".join(label_of(layer) for layer in group) for group in (wholly, real)]
        parts.append(_mixed(wholly[0], f"演示数据（{names[0]}）与真实数据（{names[1]}）混在一起。"))
    return join_problems(parts)


def _invented(frame: pd.DataFrame) -> pd.Series:
    return frame["synthetic"].astype("boolean").fillna(value=False) if "synthetic" in frame else pd.Series(data=False, index=frame.index)


def _comparable(groups: pd.DataFrame, register: pd.DataFrame, of_group: pd.Series) -> tuple[str, pd.Series]:
    """The column of the group layer that the register should add up to, and the register's households by group.

    A register that holds only registered (建档立卡) households is compared with their number.
    """
    types = column(register, "household_type")
    only = bool(types.notna().any()) and bool(types.dropna().isin([*REGISTERED_TYPES, "low_income", "five_guarantee"]).all())
    registered = numbers(groups, "registered_households_count")
    field = "registered_households_count" if only and registered.notna().any() else "households_count"
    rows = of_group[types.isin(REGISTERED_TYPES)] if field == "registered_households_count" else of_group
    return field, rows.value_counts()


def _years(frame: pd.DataFrame | None) -> pd.Series:
    """Dates as years with a fraction by month; a year alone counts as its middle."""
    if frame is None:
        return pd.Series(dtype="float64")
    parts = column(frame, "data_date").str.extract(r"^(\d{4})(?:-(\d{2}))?")
    return parts[0].astype("Float64") + (parts[1].astype("Float64").fillna(6.5) - 0.5) / 12


def _staleness(layer: str, years: pd.Series, newest: float | None) -> pd.DataFrame:
    label = label_of(layer)
    undated = int(years.isna().sum())
    parts = []
    if undated:
        text = f"{label}共 {len(years)} 条，其中 {undated} 条没有数据日期，无法说明结论反映的时点。"
        parts.append(_dated(layer, "no_data_date", text, "请在原表中加“数据日期”一列，或在导入时说明日期。"))
    old = (newest - years > STALE_YEARS).fillna(value=False) if newest is not None else pd.Series(np.zeros(len(years), dtype=bool))
    if old.any() and newest is not None:
        text = (
            f"{label}有 {int(old.sum())} 条的数据日期比最新的图层早 {STALE_YEARS} 年以上（最早约 {int(years.min())} 年，最新约 {int(newest)} 年）。"
        )
        parts.append(_dated(layer, "stale_data", text, "请更新这一层；各层年份相差太大时，对标结论不可靠。"))
    return join_problems(parts)


def _dated(layer: str, rule: str, text: str, hint: str) -> pd.DataFrame:
    severity: Severity = "info" if rule == "no_data_date" else "warning"
    return problem_rows(layer=layer, field="data_date", rule=rule, severity=severity, message=text, suggestion=hint)


def _mixed(layer: str, text: str) -> pd.DataFrame:
    hint = "演示数据只能单独使用：请剔除，或另建一个演示工作区。"
    return problem_rows(layer=layer, field="synthetic", rule="synthetic_mixed", severity="warning", message=text, suggestion=hint)
