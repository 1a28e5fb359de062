"""A small road plan by hand on the county of `synthetic_county`: what the optimiser writes, in its six layers, small enough to check in the head.

```
W0001 干线   gravel Z001 from X001 (lat 25.225) to a branch point at lat 25.218: to be paved, nobody at its end
├ W0002      the rest of Z001 to 中寨 (52992610020102, 41 households): to be paved
└ W0003      new, from the branch point to 下寨 (52992610020103, 42 households): three sections, the last one is flagged 需展线
W0004        new, from C001 (lat 25.275) to 岩背 (52992610020203, 45 households), over one bridge
```
河源 and 坡上 are unknown and 坡尾 is too small: they stand among the groups with the reason why nothing is planned. Works are built in the order
W0001, W0002, W0004, W0003 as long as the money reaches; what is left is carried over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from layers.store.revision import Change
from layers.store.stamps import make_stamp
from layers.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.store.revision import Revision

STAGE_1 = ("road_works", "road_sections", "road_profiles", "road_work_groups")
STAGE_2 = ("road_plan", "road_plan_groups")
INPUTS = ("coverage", "counties", "dem", "farmland", "groups", "hazards", "redlines", "rivers", "road_projects", "roads", "townships", "villages")
COSTS = "mountain-2017@1"
YEARS = (2026, 2027)
BUDGETS = (500_000.0, 1_000_000.0)
ORDER = ("W0001", "W0002", "W0004", "W0003")
"""By benefit per yuan, a branch never before its trunk."""

UPGRADE_PER_M, NEW_PER_M, EARTHWORK_PER_M, BRIDGE = 200.0, 260.0, 80.0, 150_000.0
OVERHEAD, DEVELOPED = 0.10, 1.4

_BRANCH = (106.02, 25.218)
_SECTIONS: tuple[tuple[str, str, str, list[tuple[float, float]]], ...] = (
    ("W0001-1", "upgrade", "fine", [(106.02, 25.225), _BRANCH]),
    ("W0002-1", "upgrade", "fine", [_BRANCH, (106.02, 25.211)]),
    ("W0003-1", "new", "fine", [_BRANCH, (106.026, 25.215)]),
    ("W0003-2", "new", "fine", [(106.026, 25.215), (106.033, 25.212)]),
    ("W0003-3", "new", "flagged", [(106.033, 25.212), (106.04, 25.203)]),
    ("W0004-1", "new", "bridge", [(106.045, 25.275), (106.045, 25.296)]),
)
# work: name, parent, village, its group
_WORKS: Mapping[str, tuple[str, str | None, str, str, str | None]] = {
    "W0001": ("甲一村干线", None, "529926100201", "甲一村", None),
    "W0002": ("甲一村二组通组路", "W0001", "529926100201", "甲一村", "52992610020102"),
    "W0003": ("甲一村三组通组路", "W0001", "529926100201", "甲一村", "52992610020103"),
    "W0004": ("甲二村三组通组路", None, "529926100202", "甲二村", "52992610020203"),
}
# group: name, verdict, reason, households, people, registered, lon, lat, minutes before and after
_GROUPS: Mapping[str, tuple[str, str, str, int | None, int, int, float, float, float | None, float | None]] = {
    "52992610020102": ("二组", "lacking", "connected", 41, 164, 11, 106.0200, 25.2110, 22.0, 14.0),
    "52992610020103": ("三组", "lacking", "connected", 42, 168, 12, 106.0400, 25.2030, 61.0, 19.0),
    "52992610020203": ("三组", "lacking", "connected", 45, 180, 15, 106.0450, 25.2960, 48.0, 16.0),
    "52992610120103": ("三组", "unknown", "unknown", None, 192, 18, 106.0800, 25.2040, None, None),
    "52992610120202": ("二组", "excluded", "ineligible", 12, 48, 4, 106.0800, 25.2960, None, None),
    "52992610120203": ("三组", "unknown", "unknown", 51, 204, 21, 106.0953, 25.2890, None, None),
}
_VILLAGES = {"529926100201": "甲一村", "529926100202": "甲二村", "529926101201": "乙一村", "529926101202": "乙二村"}
_TOWNSHIPS = {"529926100": "甲镇", "529926101": "乙镇"}
_GEOD = Geod(ellps="GRS80")
_PARTS = ("road_cny", "earthwork_cny", "development_cny", "bridge_cny", "overhead_cny")
_UNITS = ("groups", "households", "people", "registered")


def commit_plan(workspace: Workspace | Path, *, title: str = "道路计划：演示", budgets: Sequence[float] = BUDGETS) -> Revision:
    """Commit both stages as the real run does (two revisions, stamped) and return the second.

    Args:
        workspace: a workspace of `synthetic_county.build_workspace`, or its folder.
        title: of the revision that holds the plan.
        budgets: yuan for 2026 and 2027; another budget is another plan.
    """
    opened = workspace if isinstance(workspace, Workspace) else open_workspace(workspace)
    sections = road_sections()
    works, groups = road_works(sections), road_work_groups(sections)
    first = {"road_works": works, "road_sections": sections, "road_profiles": road_profiles(sections), "road_work_groups": groups}
    _commit(opened, first, INPUTS, {"road_works": network_summary(works, sections, groups)}, {"planning": "synthetic"}, "道路网络：演示")
    plan = road_plan(works, budgets)
    second = {"road_plan": plan, "road_plan_groups": groups.assign(year=groups["work_code"].map(plan.set_index("work_code")["year"]).astype("Int64"))}
    summary = programme_summary(plan, groups, budgets)
    return _commit(opened, second, STAGE_1, {"road_plan": summary}, {"terms": summary["terms"]}, title)


def _commit(
    workspace: Workspace,
    frames: Mapping[str, pd.DataFrame],
    inputs: Sequence[str],
    summaries: Mapping[str, Any],
    options: Mapping[str, Any],
    title: str,
) -> Revision:
    stamp = make_stamp(workspace.store.head(), inputs, standard="guizhou-2017@1", options=options, code_version="test")
    infos = {name: {"synthetic": True} | ({"summary": summaries[name]} if name in summaries else {}) for name in frames}
    changes = {name: Change(frame=frame, info=infos[name], stamp=stamp) for name, frame in frames.items()}
    return workspace.store.commit(changes, title=title)


def road_sections() -> gpd.GeoDataFrame:
    """Layer `road_sections`."""
    lines = [shapely.LineString(points) for *_, points in _SECTIONS]
    frame = gpd.GeoDataFrame(
        {"section_code": [s[0] for s in _SECTIONS], "work_code": [s[0][:5] for s in _SECTIONS], "kind": [s[1] for s in _SECTIONS]},
        geometry=lines,
        crs=4490,
    )
    marks = pd.Series([s[2] for s in _SECTIONS])
    length = pd.Series([_GEOD.geometry_length(line) for line in lines]).round(1)
    new, flagged = frame["kind"].eq("new"), marks.eq("flagged")
    developed = length.where(~flagged, length * DEVELOPED).round(1)
    road = (length * np.where(new, NEW_PER_M, UPGRADE_PER_M)).round(2)
    earthwork = (length * np.where(new, EARTHWORK_PER_M, 0.0)).round(2)
    development = ((developed - length) * (NEW_PER_M + EARTHWORK_PER_M)).round(2)
    bridge = pd.Series(np.where(marks.eq("bridge"), BRIDGE, 0.0))
    overhead = ((road + earthwork + development + bridge) * OVERHEAD).round(2)
    parts = dict(zip(_PARTS, (road, earthwork, development, bridge, overhead), strict=True))
    return _typed(
        frame.assign(
            road_code=np.where(new, None, "Z001529926"),
            project_code=None,
            length_m=length,
            developed_m=developed,
            flagged_m=length.where(flagged, 0.0),
            grade_max=np.where(flagged, 0.12, np.where(new, 0.08, 0.05)),
            cost_cny=sum(parts.values()).round(2),
            **parts,
            synthetic=True,
        )
    )


def road_works(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Layer `road_works`: the sections of a work added up, and who needs it."""
    codes = list(_WORKS)
    sums = sections.groupby("work_code")[["length_m", "developed_m", "flagged_m", "cost_cny", *_PARTS]].sum().loc[codes].round(2)
    kinds = sections.groupby("work_code")["kind"].first().loc[codes]
    own = pd.DataFrame([_counts([one[4]]) for one in _WORKS.values()], index=codes)
    below = pd.DataFrame([_counts([_WORKS[other][4] for other in codes if code in _line_of(other)]) for code in codes], index=codes)
    lines = [shapely.line_merge(shapely.MultiLineString(list(sections.geometry[sections["work_code"] == code]))) for code in codes]
    km = (sums["length_m"] / 1000).round(4)
    frame = gpd.GeoDataFrame(
        {
            "work_code": codes,
            "work_name": [one[0] for one in _WORKS.values()],
            "kind": kinds,
            "township_code": "529926100",
            "township_name": "甲镇",
            "village_code": [one[2] for one in _WORKS.values()],
            "village_name": [one[3] for one in _WORKS.values()],
            "parent_work": [one[1] for one in _WORKS.values()],
            "depth": [len(_line_of(code)) - 1 for code in codes],
            "decision": "may",
            "length_km": km,
            "new_km": km.where(kinds.eq("new"), 0.0),
            "upgrade_km": km.where(kinds.eq("upgrade"), 0.0),
            "developed_km": (sums["developed_m"] / 1000).round(4),
            "flagged_km": (sums["flagged_m"] / 1000).round(4),
            "cost_cny": sums["cost_cny"],
            **{part: sums[part] for part in _PARTS},
            "groups_count": own["groups"],
            "households_count": own["households"],
            "people_count": own["people"],
            "registered_households_count": own["registered"],
            "downstream_groups_count": below["groups"],
            "downstream_households_count": below["households"],
            "cost_per_household_cny": (sums["cost_cny"] / below["households"]).round(2),
            "detour_saved_min": [None if one[4] is None else _GROUPS[one[4]][8] - _GROUPS[one[4]][9] for one in _WORKS.values()],
            "grade_max": [0.05, 0.05, 0.12, 0.08],
            "grade_warn_share": [0.0, 0.0, 0.35, 0.0],
            "grade_limit_share": [0.0, 0.0, 0.2, 0.0],
            "cross_slope_mean": [0.05, 0.05, 0.31, 0.22],
            "hazards_count": [0, 0, 1, 0],
            "redline_m": 0.0,
            "farmland_m": [0.0, 0.0, 40.0, 0.0],
            "crossings_count": [0, 0, 0, 1],
            "cut_m3": [0.0, 0.0, 9200.0, 5100.0],
            "fill_m3": [0.0, 0.0, 4100.0, 2600.0],
            "road_codes": ["Z001529926", "Z001529926", None, None],
            "project_codes": None,
            "synthetic": True,
        },
        geometry=lines,
        crs=4490,
        index=codes,
    )
    return _typed(frame.reset_index(drop=True))


def road_profiles(sections: gpd.GeoDataFrame) -> pd.DataFrame:
    """Layer `road_profiles`: a station each 25 m and at the end; a hump on the flagged section that no legal grade climbs."""
    parts, before = [], {}
    for row, (code, _, mark, points) in zip(sections.itertuples(), _SECTIONS, strict=True):
        start = before.get(row.work_code, 0.0)
        along = np.append(np.arange(0.0, row.length_m, 25.0), row.length_m)
        share = along / row.length_m
        lon, lat = ((1 - share) * points[0][at] + share * points[1][at] for at in (0, 1))
        plane = 600 + 2.0 * (25.305 - lat) / 0.001 + (lon - 105.995) / 0.001
        hump = 60.0 * np.sin(np.pi * share) if mark == "flagged" else 3.0 * np.sin(6 * np.pi * share)
        flags = np.where((mark == "flagged") & (share > 0.1) & (share < 0.4), 3, 0)
        columns = {"chainage_m": start + along, "ground_m": plane + hump, "design_m": plane + hump * 0.9, "flag": flags}
        parts.append(pd.DataFrame({"work_code": row.work_code, "section_code": code, **columns}))
        before[row.work_code] = start + row.length_m
    return _typed(pd.concat(parts, ignore_index=True).round(2))


def road_work_groups(sections: gpd.GeoDataFrame) -> pd.DataFrame:
    """Layer `road_work_groups`: a trunk's cost is shared equally by the groups behind it."""
    cost = sections.groupby("work_code")["cost_cny"].sum()
    ends = {one[4]: code for code, one in _WORKS.items() if one[4]}
    trunk, rows = cost["W0001"], []
    for code, (name, verdict, reason, *facts) in _GROUPS.items():
        work = ends.get(code)
        shared = work is not None and _WORKS[work][1] is not None
        own = None if work is None else cost[work]
        rows.append(
            {
                "group_code": code,
                "group_name": name,
                "village_code": code[:12],
                "village_name": _VILLAGES[code[:12]],
                "township_code": code[:9],
                "township_name": _TOWNSHIPS[code[:9]],
                **dict(zip(("households_count", "people_count", "registered_households_count"), facts[:3], strict=True)),
                "verdict": verdict,
                "work_code": work,
                "reason": reason,
                "attributed_cny": None if own is None else round(own + (trunk / 2 if shared else 0.0), 2),
                "alone_cny": None if own is None else round(own + (trunk if shared else 0.0), 2),
                "leave_out_saves_cny": own,
                "join_cny": 610_000.0 if reason == "unknown" else None,
                **dict(zip(("detour_before_min", "detour_after_min"), facts[5:7], strict=True)),
                **dict(zip(("lon", "lat"), facts[3:5], strict=True)),
                "synthetic": True,
            }
        )
    return _typed(pd.DataFrame(rows))


def road_plan(works: gpd.GeoDataFrame, budgets: Sequence[float]) -> gpd.GeoDataFrame:
    """Layer `road_plan`: the works in `ORDER` until a year's money is spent; no later one overtakes."""
    ordered = works.set_index("work_code", drop=False).loc[list(ORDER)]
    years = _years(ordered["cost_cny"], budgets)
    sums = {
        "cumulative_cost_cny": ordered["cost_cny"],
        "cumulative_groups": ordered["groups_count"],
        "cumulative_households": ordered["households_count"],
        "cumulative_people": ordered["people_count"],
        "cumulative_registered": ordered["registered_households_count"],
    }
    waiting = [code for code in ORDER if years[code] is None]
    frame = ordered.assign(
        year=[years[code] for code in ORDER],
        rank=range(1, len(ORDER) + 1),
        **{name: column.cumsum() for name, column in sums.items()},
        stability=[1.0, 1.0, 0.9, 0.3],
        core=[True, True, False, False],
        next_in_line=[waiting.index(code) + 1 if code in waiting else None for code in ORDER],
    )
    return _typed(frame.sort_index().reset_index(drop=True))


def _years(costs: pd.Series, budgets: Sequence[float]) -> dict[str, int | None]:
    left, at, years = budgets[0], 0, dict.fromkeys(ORDER)
    for code in ORDER:
        while left < costs[code]:
            at += 1
            if at >= len(budgets):
                return years
            left += budgets[at]
        left -= costs[code]
        years[code] = YEARS[at]
    return years


def network_summary(works: pd.DataFrame, sections: pd.DataFrame, groups: pd.DataFrame) -> dict[str, Any]:
    """Summary of stage 1."""
    cost, new_m = float(sections["cost_cny"].sum()), float(sections.loc[sections["kind"] == "new", "length_m"].sum())
    return {
        "groups_planned": 3,
        "groups_unplanned": {"ineligible": 1, "unknown": 2},
        "cost_planning_cny": round(cost * 0.98, 2),
        "bound_planning_cny": round(cost * 0.97, 2),
        "gap": round(0.01 / 0.98, 6),
        "alone_cost_cny": float(groups["alone_cny"].sum()),
        "shared_ratio": round(float(groups["alone_cny"].sum()) / (cost * 0.98), 4),
        "cost_cny": cost,
        "new_km": float(works["new_km"].sum()),
        "upgrade_km": float(works["upgrade_km"].sum()),
        "flagged_km": float(works["flagged_km"].sum()),
        "flagged_share": round(float(sections["flagged_m"].sum()) / new_m, 4),
        "findings_unflagged": 0,
        "cell_m": 10.0,
        "planning_cell_m": 30.0,
        "costs": COSTS,
        "standard": "guizhou-2017@1",
    }


def programme_summary(plan: pd.DataFrame, groups: pd.DataFrame, budgets: Sequence[float]) -> dict[str, Any]:
    """Summary of stage 2."""
    value = float(plan.loc[plan["year"].notna(), "households_count"].sum())
    terms = {"years": list(YEARS), "budgets_cny": list(budgets), "weights": {"households": 1.0, "registered": 0.0, "people": 0.0, "groups": 0.0}}
    more = {"carry_over": True, "floors": [], "deadlines": [], "must": [], "must_not": [], "gap": 1e-3}
    return {
        "terms": terms | more,
        "status": "optimal",
        "value": value,
        "bound": value,
        "gap": 0.0,
        "greedy_value": value,
        "greedy_gap": 0.0,
        "years": _years_of(plan, groups, budgets),
        "townships": [row for code in _TOWNSHIPS for row in _township(plan, groups, code)],
        "curve": [{"rank": 0, "cost_cny": 0.0, **dict.fromkeys(_UNITS, 0)}, *_curve(plan)],
        "conflicts": [],
    }


def _years_of(plan: pd.DataFrame, groups: pd.DataFrame, budgets: Sequence[float]) -> list[dict[str, Any]]:
    rows, left = [], 0.0
    for year, budget in zip(YEARS, budgets, strict=True):
        spent = float(plan.loc[plan["year"] == year, "cost_cny"].sum())
        left = round(left + budget - spent, 2)
        rows.append({"year": year, "budget_cny": budget, "spent_cny": spent, "left_cny": left, **_reached(plan, groups, year)})
    return rows


def _reached(plan: pd.DataFrame, groups: pd.DataFrame, year: int) -> dict[str, int]:
    """What a year opens, what is open by its end, and all there is."""
    asking = groups[groups["reason"] == "connected"].assign(groups_count=1)
    cumulative = {f"cumulative_{unit}": count for unit, count in _sums(plan[plan["year"] <= year]).items()}
    return _sums(plan[plan["year"] == year]) | cumulative | {f"{unit}_total": count for unit, count in _sums(asking).items()}


def _township(plan: pd.DataFrame, groups: pd.DataFrame, code: str) -> list[dict[str, Any]]:
    works, inside = (frame[frame["township_code"] == code] for frame in (plan, groups))
    return [{"code": code, "name": _TOWNSHIPS[code], "year": year, **_reached(works, inside, year)} for year in YEARS]


def _curve(plan: pd.DataFrame) -> list[dict[str, Any]]:
    ordered = plan.sort_values("rank")
    return [
        {
            "rank": int(row.rank),
            "cost_cny": float(row.cumulative_cost_cny),
            "groups": int(row.cumulative_groups),
            "households": int(row.cumulative_households),
            "people": int(row.cumulative_people),
            "registered": int(row.cumulative_registered),
        }
        for row in ordered.itertuples()
    ]


def _sums(works: pd.DataFrame) -> dict[str, int]:
    columns = ("groups_count", "households_count", "people_count", "registered_households_count")
    return {unit: int(works[column].sum()) for unit, column in zip(_UNITS, columns, strict=True)}


def _line_of(work: str) -> list[str]:
    """The work and what it hangs on."""
    parent = _WORKS[work][1]
    return [work] if parent is None else [work, *_line_of(parent)]


def _counts(groups: Sequence[str | None]) -> dict[str, int]:
    known = [_GROUPS[code] for code in groups if code]
    return {"groups": len(known), **{unit: sum(one[at] or 0 for one in known) for unit, at in (("households", 3), ("people", 4), ("registered", 5))}}


def _typed(frame: Any) -> Any:
    """Text, counts, numbers and booleans in the types of the store."""
    kinds = {}
    for name in frame.columns.drop("geometry", errors="ignore"):
        if name in {"synthetic", "core"}:
            kinds[name] = "boolean"
        elif name in {"year", "rank", "next_in_line", "depth", "flag"} or name.endswith("_count") or name in _CUMULATIVE:
            kinds[name] = "Int64"
        elif name in {"stability", "lon", "lat", "chainage_m"} or name.endswith(_NUMBERS) or name.startswith("grade_"):
            kinds[name] = "Float64"
        else:
            kinds[name] = "string"
    return frame.astype(kinds)


_CUMULATIVE = frozenset(f"cumulative_{unit}" for unit in _UNITS)
_NUMBERS = ("_m", "_km", "_cny", "_min", "_mean", "_m3", "_share")
