"""Faults planted in the groups' list and the household register: what clerks and spreadsheets do to tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.demo.cells import text_at
from layers.demo.manifest import Fault

if TYPE_CHECKING:
    from layers.demo.grid import Ints, Mask
    from layers.demo.manifest import FoundBy

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
CONTRADICTIONS = 40
SAFELY_ELIGIBLE = 34
"""So many households that a few moved ones do not take the group out of the programme."""


def plant_reported(groups: pd.DataFrame, lacking: Mask, met: Mask, *, file: str, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """What the groups report about their road: honest, but for some that lack one and say they have it, and some that say nothing."""
    said = pd.Series(np.where(met, "是", "否"), dtype=object).mask(rng.random(len(groups)) < 0.03)
    large = np.flatnonzero(lacking & (groups["households_count"] >= SAFELY_ELIGIBLE).to_numpy())
    false = np.sort(rng.choice(large, min(CONTRADICTIONS, -(-len(large) // 5)), replace=False))
    said.iloc[false] = "是"
    codes = tuple(groups["group_code"].iloc[false])
    what = f"{len(codes)} 个村民组上报“已通硬化路”，但 500 米内没有连通的硬化路"
    return groups.assign(reported_hardened_road=said.to_numpy()), [Fault("", "reported_conflict", "groups", file, what, codes, "gaps", codes)]


def plant_group_faults(groups: pd.DataFrame, *, file: str, rng: np.random.Generator, spare: Mask) -> tuple[pd.DataFrame, list[Fault]]:
    """The groups' list with its faults; rows in `spare` are left alone (other faults hang on them)."""
    before = np.roll(spare, 1)  # a twin takes the code of the group before it
    free = rng.permutation(np.flatnonzero(~spare & ~before & (groups["number"] > 1).to_numpy()))
    scale = min(1.0, len(groups) / 600.0)
    sizes = [1, 1, 1, 1, max(2, round(6 * scale)), max(2, round(12 * scale))]
    twin, lost, words, outside, wide, count = np.split(free, np.cumsum(sizes))[:-1]
    out = groups.astype({"households_count": object, "people_count": object})
    out.loc[lost, ["x", "y"]] = np.nan
    out.loc[words, "people_count"] = "一百多人"
    out.loc[wide, "households_count"] = [str(value).translate(WIDE) for value in groups["households_count"].iloc[wide]]
    out.loc[count, "households_count"] = (groups["households_count"].iloc[count] + rng.integers(6, 16, len(count))).to_numpy()
    far = _elsewhere(groups, int(outside[0]))
    out.loc[outside, ["x", "y"]] = groups.loc[far, ["x", "y"]].to_numpy() + 150.0
    out.loc[twin, "group_code"] = groups["group_code"].iloc[twin - 1].to_numpy()
    return out, [
        _twin_fault(groups, int(twin[0]), file),
        *_listed(groups, file, (lost, words, outside, wide, count), text_at(groups, "village_name", far)),
    ]


def _twin_fault(groups: pd.DataFrame, row: int, file: str) -> Fault:
    first, own = text_at(groups, "group_code", row - 1), text_at(groups, "group_code", row)
    name = text_at(groups, "village_name", row) + text_at(groups, "group_name", row)
    return Fault("", "group_duplicate_code", "groups", file, f"{name}的代码填成了上一组的代码（应为 {own}）", (first,), "check", (own,))


def _listed(groups: pd.DataFrame, file: str, rows: tuple[Ints, ...], elsewhere: str) -> list[Fault]:
    """What was planted in which rows, in the order: lost, words, outside, wide, count."""
    plans: tuple[tuple[str, FoundBy, str], ...] = (
        ("group_no_coordinates", "check", "没有坐标：各项服务应判为“不明”"),
        ("text_in_number", "check", "“人口数”一格写的是“一百多人”，不是数"),
        ("group_outside_village", "check", f"坐标落在{elsewhere}，在本村范围之外"),
        ("fullwidth_digits", "import", "“户数”是全角数字：应能读懂"),
        ("households_contradict_register", "check", "“户数”与户册里的户数对不上（多 6 至 15 户）"),
    )
    codes = [tuple(groups["group_code"].iloc[part].astype(str)) for part in rows]
    return [
        Fault("", kind, "groups", file, f"{len(found)} 个村民组{what}", found, by, found)
        for (kind, by, what), found in zip(plans, codes, strict=True)
    ]


def _elsewhere(groups: pd.DataFrame, row: int) -> int:
    """A group of another township, far away."""
    x, y, town = (groups[name].to_numpy() for name in ("x", "y", "township_code"))
    away = np.hypot(x - x[row], y - y[row])
    return int(np.where(town != town[row], away, -1.0).argmax())


def plant_register_faults(register: pd.DataFrame, *, file: str, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """The register with rows that fit no group, ID numbers that a spreadsheet has turned into floats, and full-width digits."""
    sizes = [8, 8, 25, 10] if len(register) > 10000 else [2, 2, 4, 3]
    names, codes, floats, wide = np.split(rng.permutation(len(register))[: sum(sizes)], np.cumsum(sizes)[:-1])
    out = register.astype({"people_count": object})
    out.loc[names, "group_name"], out.loc[names, "group_code"] = "九十八组", ""
    out.loc[codes, "group_code"] = register["village_code_of"].iloc[codes] + "99"
    out.loc[codes, "group_name"] = ""
    out.loc[floats, "id_number"] = [f"{float(value[:17]) * 10:.5E}" for value in register["id_number"].iloc[floats]]
    out.loc[wide, "people_count"] = [str(value).translate(WIDE) for value in register["people_count"].iloc[wide]]
    key = register["household_code"].to_numpy()
    plans = (
        ("register_unknown_group_name", names, "户写的组名在本村不存在，也没有组代码"),
        ("register_unknown_group_code", codes, "户写的组代码不存在，也没有组名"),
        ("id_scientific", floats, "户的证件号码被表格软件变成了科学计数（如 5.22326E+17），后几位已丢失"),
        ("fullwidth_digits", wide, "户的“家庭人口”是全角数字：应能读懂"),
    )
    found_by: tuple[FoundBy, ...] = ("check", "check", "import", "import")
    faults = [
        Fault("", kind, "households", file, f"{len(rows)} {what}", tuple(sorted(key[rows])), by)
        for (kind, rows, what), by in zip(plans, found_by, strict=True)
    ]
    return out.drop(columns="village_code_of"), faults
