"""What whoever decides on a plan has to know beside its numbers: each as one sentence, in the same order on every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gis.roads.existing import PROJECT, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from gis.roads.trunk import Trunk
    from gis.roads.works import Works

NEAR_M = 100.0
"""A project that ends so near a group leads to it."""
_NAMED = 5


def caveats(works: Works, trunk: Trunk, groups: gpd.GeoDataFrame, seats: gpd.GeoDataFrame) -> list[str]:
    """Chinese sentences on what the plan assumes, leaves out or does against its own rules.

    Args:
        works: with `loose`, and groups below each work.
        trunk: the network and what there is.
        groups: all groups without a sure road, `wanted` and `township_code`, in the order of `trunk.node`.
        seats: from `gis.townships.township_seats`.
    """
    return [*_on_groups(trunk, groups), *_on_relocation(works, trunk, groups), *_on_stock(works, trunk), *_on_seats(groups, seats)]


def _on_groups(trunk: Trunk, groups: gpd.GeoDataFrame) -> list[str]:
    """Groups that have no way, and groups whose way crosses what is forbidden."""
    codes = groups["group_code"].to_numpy(dtype=object)
    located = trunk.node >= 0
    beyond = np.zeros(len(groups), dtype=bool)
    at = trunk.node[located]
    beyond[located] = ~trunk.planning.ground.inside(*trunk.planning.ground.cell(trunk.planning.x[at], trunk.planning.y[at]))
    cases = (
        (beyond & trunk.wanted & ~trunk.reached, "位于高程（dem）图层范围之外，无法选线"),
        (located & ~beyond & trunk.wanted & ~trunk.reached, "周围都不能修路，找不到通往路网的线位"),
        (trunk.escaped & trunk.reached, "所在之处禁止修路，接线穿越禁止区，已标注，须依法论证"),
    )
    return [f"{_listed(codes[which].tolist())}{words}。" for which, words in cases if which.any()]


def _on_relocation(works: Works, trunk: Trunk, groups: gpd.GeoDataFrame) -> list[str]:
    """Works and projects that lead only to groups that are to be moved: a road there would be stranded."""
    wanted = groups["wanted"].to_numpy(dtype=object)
    moving = groups[np.char.endswith(wanted.astype(str), "relocation") & (trunk.node >= 0)]
    if len(moving) == 0:
        return []
    section_of = works.sections.set_index("section_code")["work_code"]
    needed = works.users.assign(work_code=section_of.reindex(works.users["section_code"]).array)
    stays = set(needed.loc[~needed["group_code"].isin(moving["group_code"]), "work_code"])
    leads = needed.loc[needed["group_code"].isin(moving["group_code"]), ["work_code", "group_code"]]
    beside = works.sections[works.sections["kind"] == "project"]
    places = shapely.points(np.column_stack([trunk.planning.x, trunk.planning.y])[trunk.node[moving.index]])
    place, line = shapely.STRtree(np.asarray(beside.geometry.array, dtype=object)).query(places, predicate="dwithin", distance=NEAR_M)
    near = pd.DataFrame({"work_code": beside["work_code"].array[line], "group_code": moving["group_code"].array[place]})
    found = pd.concat([leads, near], ignore_index=True).drop_duplicates()
    stranded = found[~found["work_code"].isin(stays)].sort_values(["work_code", "group_code"])
    names = works.works.set_index("work_code")["work_name"]
    return [
        f"工程 {code}（{names[code]}）只通往计划整组搬迁的组（{_listed(part['group_code'].tolist())}），搬迁后路将闲置，请核对是否仍要修建。"
        for code, part in stranded.groupby("work_code")
    ]


def _on_stock(works: Works, trunk: Trunk) -> list[str]:
    """What was assumed of roads and projects."""
    stock = trunk.planning.stock
    told = []
    if stock.assumed:
        told.append("没有道路能确认与路网相接，凡可能属于路网的已硬化路都按已接通计，请导入接入点或核对道路等级。")
    if len(stock.left_out):
        told.append(f"道路与规划项目中有 {len(stock.left_out)} 处图形不能使用，未进入规划。")
    names = works.works.set_index("work_code")["work_name"]
    told += [f"工程 {code}（{names[code]}）与现有道路和其他工程都不相接，建成后仍不通。" for code in works.loose]
    unpriced = (stock.role == Role.PROJECT) & (stock.edges["layer"] == PROJECT).to_numpy(dtype=bool)
    unpriced &= stock.edges["cost_cny"].isna().to_numpy(dtype=bool) if "cost_cny" in stock.edges else True
    if unpriced.any():
        told.append(f"规划项目 {_listed(sorted(set(_codes(stock.edges[unpriced]))))} 未填造价，按造价参数估算。")
    return told


def _on_seats(groups: gpd.GeoDataFrame, seats: gpd.GeoDataFrame) -> list[str]:
    """Townships whose seat is not known."""
    asked = set(groups["township_code"].dropna())
    middle = asked & set(seats.loc[seats["kind"] == "middle", "township_code"])
    return [f"{len(middle)} 个乡镇没有驻地位置，到乡镇的时间量到其辖区内一点，只供比较。"] if middle else []


def _codes(edges: pd.DataFrame) -> list[str]:
    """Code of each project, or its row."""
    codes = edges["project_code"] if "project_code" in edges else pd.Series(pd.NA, index=edges.index)
    rows = "第" + (edges["source_row"] + 1).astype(str) + "行"
    return [str(code) for code in codes.fillna(rows)]


def _listed(codes: Sequence[str]) -> str:
    """The first of them by name, and how many there are."""
    names = [str(code) for code in codes]
    return "、".join(names[:_NAMED]) + (f" 等 {len(names)} 个" if len(names) > _NAMED else "")
