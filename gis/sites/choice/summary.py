"""The plan in figures: cost and bound beside both extremes, who gets what, and what has to be talked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gis.sites.choice.problem import NEITHER, ROAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from gis.roads.ground import Ground
    from gis.sites.choice.decide import Plan
    from gis.sites.choice.frames import Found
    from gis.sites.choice.plan import Terms

_TROUBLES = {
    "no_location": "没有坐标，无法比较",
    "no_count": "户数和人口都没有，无法安排搬迁",
    "no_site": "须搬迁，但没有可去的安置地点",
    "no_capacity": "须搬迁，但各安置地点容量不足",
    "no_road": "沿可建设的地面修不到路，又不符合搬迁条件",
}
"""Why a group has no answer, as a sentence after its name."""


def summarise(found: Found, frames: Mapping[str, gpd.GeoDataFrame], terms: Terms, ground: Ground) -> dict[str, Any]:
    """Figures of the plan; money in 元.

    Keys: `cost, bound, gap`; `all_road` and `all_move` with the same and the groups of each answer; `counts` by answer (groups, households, people);
    `cost_by_side` and `cost_per_household` (`road`: roads with upkeep, and what staying costs; `move`: moves with sites and their roads), `cost_parts`;
    `stable_count, price_swing`; `left_out` (groups without a sure road that were not decided about, by reason); `conflicts`, `notes` (Chinese); references.
    """
    groups = frames["choice"]
    sides = _sides(groups)
    return {
        **_figures(found.plan),
        "all_road": _figures(found.study.all_road),
        "all_move": _figures(found.study.all_move),
        "counts": {answer: _count(groups[groups["answer"] == answer]) for answer in ("road", "move", "none")},
        "policies": {str(name): int(count) for name, count in groups["policy"].value_counts().sort_index().items()},
        "cost_by_side": {side: round(cost, 2) for side, (cost, _) in sides.items()},
        "cost_per_household": {side: round(cost / households, 2) if households else None for side, (cost, households) in sides.items()},
        "road_build_cny": round(float(frames["choice_roads"]["cost_cny"].sum()), 2),
        "road_upkeep_cny": round(float(frames["choice_roads"]["upkeep_cny"].sum()), 2),
        "must_cny": round(found.scene.planning.must_cny, 2),
        "stable_count": int(groups["stable"].sum()),
        "price_swing": float(terms.rules.price_swing.value),
        "left_out": dict(found.scene.left_out),
        "sites_looked_at": len(found.scene.sites),
        "conflicts": _conflicts(found, groups),
        "notes": [*ground.notes, *found.scene.notes],
        "planning_cell_m": found.scene.planning.ground.cell_m,
        "set": terms.rules.reference(),
        "costs": terms.costs.reference(),
        "standard": f"{terms.standard.id}@{terms.standard.version}",
    }


def _figures(plan: Plan) -> dict[str, Any]:
    answers = {"road_groups": plan.answer == ROAD, "move_groups": plan.answer >= 0, "none_groups": plan.answer == NEITHER}
    return {
        "cost": round(plan.cost, 2),
        "bound": round(plan.bound, 2),
        "gap": plan.gap,
        **{name: int(np.count_nonzero(which)) for name, which in answers.items()},
    }


def _count(groups: pd.DataFrame) -> dict[str, int]:
    names = {"households": "households_count", "people": "people_count"}
    return {"groups": len(groups), **{name: int(groups[of].sum()) for name, of in names.items()}}


def _sides(groups: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """元 and households of both sides."""
    stays, moves = groups[groups["answer"] == "road"], groups[groups["answer"] == "move"]
    return {
        "road": (float(stays["road_cny"].sum() + stays["stay_cny"].sum()), int(stays["households_count"].sum())),
        "move": (float(moves["move_cny"].sum()), int(moves["households_count"].sum())),
    }


def _conflicts(found: Found, groups: pd.DataFrame) -> list[dict[str, str]]:
    """What has to be talked about, group by group: code, kind and a sentence."""
    told = []
    for at, row in enumerate(groups[["group_code", "group_name", "answer", "reason"]].itertuples(index=False)):
        name = str(row.group_name or row.group_code)
        kinds = [str(row.reason)] if row.answer == "none" else []
        texts = {**_TROUBLES, "against_will": "自愿留居，但位于地质灾害隐患范围内，须搬迁", "escaped": "道路须穿过禁止建设的区域"}
        kinds += ["against_will"] if found.scene.options.against_will[at] else []
        kinds += ["escaped"] if found.scene.escaped[at] and row.answer == "road" else []
        told += [{"group_code": str(row.group_code), "kind": kind, "text": f"{name}：{texts.get(kind, kind)}。"} for kind in kinds]
    return told
