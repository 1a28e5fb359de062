"""Who moved where, what became of the old houses, what was checked in the settlements, and who would rather stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.demo.manifest import Fault
from layers.demo.services import with_holes
from layers.demo.words import person_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.object_]

MU = 10_000.0 / 15.0
STAYING = 0.1
SMALL_HOUSEHOLDS, REMOTE = 50, 0.55
FLOOR_M2, PEOPLE = 25.0, 4.5
ITEMS = {
    "搬迁对象": ("生态移民局", "个别搬迁对象信息与户册不一致", "逐户核实，更正台账"),
    "房屋面积": ("住房和城乡建设局", "人均住房面积超过25平方米", "按标准复核面积，分户整改"),
    "建房征地费": ("自然资源局", "征地补偿费尚未付清", "筹措资金，按协议付清"),
    "搬迁进度": ("生态移民局", "尚有搬迁户没有入住", "完善水电路，限期入住"),
    "建房手续": ("自然资源局", "用地手续尚在办理", "补办用地和规划手续"),
    "地灾治理": ("自然资源局", "附近有地质灾害隐患，治理没有完成", "完成治理和监测预警"),
    "搬迁拆旧": ("自然资源局", "部分旧房没有拆除", "签订协议，限期拆除复垦"),
    "招投标": ("发展和改革局", "附属工程招标资料不全", "补齐资料，存档备查"),
    "脱贫措施": ("人力资源和社会保障局", "部分家庭没有稳定就业", "开展培训，对接用工"),
}
"""The nine items: who answers for them, what is found wrong, what is done about it."""


def list_stayers(groups: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The groups with whether they would rather stay: some small, remote ones that are not to move as a whole; a few were not asked."""
    small = (groups["households_count"] <= SMALL_HOUSEHOLDS) & (groups["remote"] > REMOTE) & (groups["whole_relocation"] != "是")
    stays = small.to_numpy() & (rng.random(len(groups)) < STAYING)
    said = pd.Series(np.where(stays, "是", "否"), index=groups.index, dtype=object)
    return groups.assign(chooses_to_stay=with_holes(said, 0.05, rng))


def build_relocations(register: pd.DataFrame, groups: pd.DataFrame, settlements: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row for each group from which households moved, as the register has it; houses half torn down, land half reclaimed."""
    moved = register[register["relocated"] == "是"].groupby(["group_code", "settlement_code"])
    rows = moved.agg(households_count=("household_code", "size"), people_count=("people_count", "sum")).reset_index()
    rows = rows.merge(groups[["group_code", "group_name", "village_code", "village_name", "township_name"]], on="group_code", how="left")
    rows = rows.merge(settlements[["settlement_code", "settlement_name"]], on="settlement_code", how="left")
    return _with_houses(rows.sort_values("group_code", kind="stable", ignore_index=True), rng)


def _with_houses(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    size = len(rows)
    old = rows["households_count"].to_numpy()
    torn = np.floor(old * rng.choice([1.0, 1.0, 0.85, 0.6, 0.0], size)).astype(int)
    plot = old * rng.uniform(120.0, 240.0, size)
    green = plot * np.where(torn > 0, rng.choice([1.0, 0.8, 0.5, 0.0], size) * torn / np.maximum(old, 1), 0.0)
    dates = np.array([f"{year}年{month}月" for year in (2017, 2018, 2019) for month in range(1, 13)], dtype=object)
    return rows.assign(
        relocation_code=[f"BQ{n:04d}" for n in range(1, size + 1)],
        floor_area_m2=np.rint(rows["people_count"].to_numpy() * rng.uniform(18.0, 26.5, size)),
        moved_date=dates[rng.integers(0, len(dates), size)],
        old_houses_count=old,
        old_houses_demolished_count=torn,
        homestead_area_m2=np.round(plot / MU, 2),
        reclaimed_area_m2=with_holes(pd.Series(np.round(green / MU, 2)), 0.08, rng),
    )


def plant_relocation_faults(rows: pd.DataFrame, *, file: str, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """The ledger with a row of a group that nobody knows, and rows in which more was torn down or reclaimed than there was."""
    unknown, torn, green = (int(row) for row in rng.permutation(len(rows))[:3])
    out = rows.copy()
    out.loc[unknown, "group_code"] = f"{rows['village_code'].iloc[unknown]}98"
    out.loc[torn, "old_houses_demolished_count"] = rows["old_houses_count"].iloc[torn] + 2
    out.loc[green, "reclaimed_area_m2"] = np.round(rows["homestead_area_m2"].iloc[green] * 1.5, 2)
    plans = (
        ("relocation_unknown_group", unknown, "写的村民组代码不存在"),
        ("relocation_more_demolished", torn, "已拆的旧房比应拆的多"),
        ("relocation_more_reclaimed", green, "已复垦的面积比宅基地大"),
    )
    code = rows["relocation_code"].to_numpy()
    return out, [Fault("", kind, "relocations", file, f"搬迁台账有一行{what}", (str(code[row]),), "check") for kind, row, what in plans]


def build_checks(settlements: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Nine rows for each settlement: what fails by its own figures fails here too, the rest mostly holds; a few were not looked at."""
    sites = settlements.loc[settlements.index.repeat(len(ITEMS))].reset_index(drop=True)
    item = np.tile(np.array(list(ITEMS), dtype=object), len(settlements))
    result = _results(sites, item, rng)
    wrong, fixed = result == "有问题", result == "已整改"
    owner, finding, measure = (np.array([ITEMS[name][part] for name in item], dtype=object) for part in range(3))
    day = np.array([f"2025-{month:02d}-{last}" for month, last in zip((3, 6, 9, 12), (31, 30, 30, 31), strict=True)], dtype=object)
    due = day[rng.integers(0, 4, len(sites))]
    return pd.DataFrame(
        {
            "check_code": [f"ZC{n:04d}" for n in range(1, len(sites) + 1)],
            "settlement_code": sites["settlement_code"],
            "check_item": item,
            "check_result": with_holes(pd.Series(result, dtype=object), 0.03, rng),
            "finding": pd.Series(finding).where(wrong | fixed),
            "measure": pd.Series(measure).where(wrong | fixed),
            "owner_unit": owner,
            "owner_name": person_names(len(sites), rng),
            "due_date": pd.Series(due).where(wrong | fixed),
            "done_date": pd.Series([f"2025-{month:02d}-15" for month in rng.integers(1, 7, len(sites))], dtype=object).where(fixed),
        }
    )


def _results(sites: pd.DataFrame, item: Words, rng: np.random.Generator) -> Words:
    drawn = rng.choice(["符合", "符合", "符合", "符合", "符合", "有问题", "已整改"], len(sites))
    people = sites["planned_households_count"] * PEOPLE
    wide = (item == "房屋面积") & (sites["floor_area_m2"] > FLOOR_M2 * people).to_numpy()
    empty = (item == "搬迁进度") & (sites["moved_households_count"] < sites["planned_households_count"]).to_numpy()
    sure = (item == "房屋面积") | (item == "搬迁进度")
    return np.asarray(np.where(wide | empty, "有问题", np.where(sure, "符合", drawn)), dtype=object)
