"""Answers about the road plan of a revision: the plan, its works, groups, lines and former versions. All of it is read; nothing is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
import pandas as pd
import shapely

from api.answers import plain, records
from api.errors import NotFound
from api.plan_layers import outdated_plan
from api.plan_names import PLAN, PLAN_GROUPS
from api.plan_sources import cost_sets, costs_of_plan, sources
from api.result_versions import versions
from gis.roads.stretches import cut_flagged
from web.road_legend import COST_PARTS, FLAGS, LEFT_OUT

if TYPE_CHECKING:
    import geopandas as gpd

    from api.snapshot import Snapshot

NO_PLAN = "还没有道路计划；可以在这里提交一个，或运行 zutong roads DIR。"
HALF_PLAN = "已经有道路网络，还没有分年计划；再提交一次即可，网络不必重算。"
_SIMPLIFY_DEG = 3.0 / 111_320
"""At most 3 m anywhere: a degree of longitude is never longer than one of latitude at the equator."""
_DECIMALS = 6
_PROFILE = ("section_code", "chainage_m", "ground_m", "design_m", "flag")


def plan_answer(snapshot: Snapshot, *, newest: bool) -> dict[str, Any]:
    """The plan of a revision, or the sentence that says that there is none."""
    body = snapshot.keep("plan", lambda: _plan(snapshot))
    return {**body, "newest": newest}


def _plan(snapshot: Snapshot) -> dict[str, Any]:
    layers, has = snapshot.revision.layers, snapshot.has(PLAN)
    network = dict(layers["road_works"].info.get("summary", {})) if "road_works" in layers else None
    reasons = outdated_plan(snapshot)
    missing = NO_PLAN if network is None else HALF_PLAN
    version = next(iter(versions(snapshot, PLAN)), None)
    return {
        "available": has,
        "sentence": None if has else missing,
        "revision": snapshot.revision.id,
        "title": version["title"] if version else "",
        "time": version["time"] if version else "",
        "stale": bool(reasons),
        "stale_reasons": reasons,
        "synthetic": has and bool(layers[PLAN].info.get("synthetic")),
        "summary": network,
        "programme": dict(layers[PLAN].info.get("summary", {})) if has else None,
        "works": work_rows(snapshot) if has else [],
        "costs": costs_of_plan(snapshot),
        "cost_sets": cost_sets(snapshot),
        "plans": versions(snapshot, PLAN),
    }


def works(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Layer `road_plan`.

    Raises:
        NotFound: the revision has no plan.
    """
    if not snapshot.has(PLAN):
        raise NotFound("这个版本没有道路计划。", hint="计划的版本见 /plans/roads 的 plans。")
    return snapshot.features(PLAN)


def work_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Every work without its line, with the box around it."""
    return snapshot.keep("plan works", lambda: _work_rows(works(snapshot)))


def _work_rows(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    boxes = [None if np.isnan(box).any() else box for box in shapely.bounds(frame.geometry.to_numpy()).round(_DECIMALS).tolist()]
    rows = records(pd.DataFrame(frame.drop(columns=frame.geometry.name)))
    return [{**row, "bounds": box} for row, box in zip(rows, boxes, strict=True)]


def work_answer(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """One work: its cost in parts, sections, groups, profile, what it hangs on and what hangs on it.

    Raises:
        NotFound: no such work.
    """
    rows = _by_code(snapshot)
    if code not in rows:
        works(snapshot)
        raise NotFound(f"道路计划里没有工程“{code[:40]}”。")
    work = rows[code]
    children = _children(snapshot).get(code, [])
    profile = _of_work(snapshot, "road_profiles", code)
    groups = _groups_by_work(snapshot)
    return {
        "work": work,
        "parts": [{"label": label, "cny": work.get(name)} for name, label in COST_PARTS.items()],
        "sections": records(pd.DataFrame(_of_work(snapshot, "road_sections", code).drop(columns="geometry"))),
        "groups": groups.get(code, []),
        "groups_behind": [group for one in _behind(snapshot, code) for group in groups.get(one, [])],
        "parent": work.get("parent_work"),
        "children": children,
        "profile": {name: plain(profile[name]) for name in _PROFILE},
        "sources": sources(snapshot),
        "findings": findings(profile),
    }


def findings(profile: pd.DataFrame) -> list[dict[str, Any]]:
    """Stretches of a profile with one flag each, in the order of the road; a stretch reaches to the next station of its section."""
    flags = profile["flag"].fillna(0).to_numpy(dtype=np.int64)
    if len(flags) == 0:
        return []
    sections = profile["section_code"].fillna("").to_numpy(dtype=object)
    starts = np.flatnonzero(np.r_[True, (flags[1:] != flags[:-1]) | (sections[1:] != sections[:-1])])
    ends = np.r_[starts[1:], len(flags)]
    at = profile["chainage_m"].to_numpy(dtype=float, na_value=np.nan)
    same = np.r_[sections[1:] == sections[:-1], False]  # whether the next station belongs to the same section
    return [
        {
            "section_code": str(sections[start]) or None,
            "flag": int(flags[start]),
            "label": FLAGS.get(int(flags[start]), f"标记 {flags[start]}"),
            "from_m": float(at[start]),
            "to_m": float(at[end if same[end - 1] else end - 1]),
        }
        for start, end in zip(starts, ends, strict=True)
        if flags[start] != 0
    ]


def group_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Every group that the plan looked at, with the reason in words; none without a plan."""
    if not snapshot.has(PLAN_GROUPS):
        return []
    return snapshot.keep("plan groups", lambda: [_in_words(row) for row in records(snapshot.frame(PLAN_GROUPS))])


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "reason_text": LEFT_OUT.get(str(row.get("reason")), row.get("reason"))}


def group_answer(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """One group, and the works that it needs, from its own to the network.

    Raises:
        NotFound: the plan has not looked at such a group.
    """
    works(snapshot)
    found = snapshot.keep("plan group by code", lambda: {row["group_code"]: row for row in group_rows(snapshot)})
    if code not in found:
        raise NotFound(f"道路计划没有涉及村民组“{code[:40]}”；已通硬化路的组不在计划里。")
    path = _path(snapshot, found[code]["work_code"])
    prices = [work["cost_cny"] for work in path]
    return {"group": found[code], "path": path, "path_cost_cny": sum(prices) if path and None not in prices else None}


def lines(snapshot: Snapshot) -> bytes:
    """Sections as GeoJSON, cut where flagged stretches begin and end, simplified by at most 3 m; an empty collection without a plan."""
    return snapshot.keep("plan lines", lambda: _lines(snapshot))


def _lines(snapshot: Snapshot) -> bytes:
    if not snapshot.has("road_sections"):
        return b'{"type":"FeatureCollection","features":[]}'
    frame = cut_flagged(snapshot.features("road_sections"), snapshot.frame("road_profiles"))
    shapes = shapely.simplify(frame.geometry.to_numpy(), _SIMPLIFY_DEG)
    texts = shapely.to_geojson(shapely.transform(shapes, lambda places: places.round(_DECIMALS)))
    about = frame[["work_code", "section_code", "kind", "flagged"]]
    features = [
        {"type": "Feature", "properties": row, "geometry": None if text is None else orjson.Fragment(text)}
        for row, text in zip(records(pd.DataFrame(about)), texts, strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


# Look-ups, made once for a revision


def _by_code(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return snapshot.keep("plan work by code", lambda: {row["work_code"]: row for row in work_rows(snapshot)} if snapshot.has(PLAN) else {})


def _children(snapshot: Snapshot) -> dict[str, list[str]]:
    return snapshot.keep("plan children", lambda: _grouped(work_rows(snapshot), "parent_work", lambda row: row["work_code"]))


def _groups_by_work(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    return snapshot.keep("plan groups by work", lambda: _grouped(group_rows(snapshot), "work_code", lambda row: row))


def _grouped(rows: list[dict[str, Any]], key: str, take: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row[key] is not None:
            found.setdefault(row[key], []).append(take(row))
    return found


def _behind(snapshot: Snapshot, code: str) -> list[str]:
    """Works that hang on a work, directly or not."""
    children, found = _children(snapshot), list(_children(snapshot).get(code, []))
    for one in found:  # grows while it is read; a plan is a tree, and a work that is met again ends it
        found += [child for child in children.get(one, []) if child not in found and child != code]
    return found


def _path(snapshot: Snapshot, code: str | None) -> list[dict[str, Any]]:
    rows, path = _by_code(snapshot), list[dict[str, Any]]()
    while code in rows and rows[code] not in path:
        path.append(rows[code])
        code = rows[code].get("parent_work")
    return path


def _of_work(snapshot: Snapshot, layer: str, code: str) -> pd.DataFrame:
    """The rows of a layer that belong to a work, in their order."""
    frame = snapshot.frame(layer)
    places = cast("dict[str, Any]", snapshot.keep(("plan places", layer), lambda: frame.groupby("work_code").indices))
    return frame.iloc[np.sort(places[code])] if code in places else frame.iloc[:0]
