"""Checks of positions: inside the right area, not on top of each other, not off by a map datum; and the roads' own faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.codes import current_code
from layers.crs import datum_warning, metric_crs, offset_warning
from layers.intake.check_base import Finding, column, keys_of, label_of, numbers, point_layers, report, village_codes
from layers.intake.problems import empty, join_problems, problem_rows
from layers.names import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.intake.check_base import Subject

TOLERANCE_M = 500.0
"""Public boundaries are generalised: within this distance of a line a point can fall on the wrong side (see data/boundaries/SOURCES.toml)."""
SAME_PLACE_M = 1.0
SHORTEST_ROAD_M = 5.0
LENGTH_SHARE, LENGTH_KM = 0.2, 0.3
"""A stated length may differ from the drawn one by a fifth and 300 m: generalised drawing and hairpins."""

NEAR_GROUPS_M = 100.0
"""How near to a group the things are that serve it, where they stand in it."""

Shapes = npt.NDArray[np.object_]


def groups_outside_village(subject: Subject) -> pd.DataFrame:
    """Groups farther than 500 m outside the polygon of their own village."""
    groups, villages = subject.shapes("groups"), subject.shapes("villages")
    if groups is None or villages is None or "village_code" not in villages:
        return empty()
    crs = metric_crs(groups)
    areas = villages.to_crs(crs).assign(code=_current(villages["village_code"])).dissolve("code").geometry
    own = _current(village_codes(groups))
    known = own.isin(areas.index).to_numpy()
    points, codes = groups.to_crs(crs).geometry.to_numpy()[known], own[known]
    gaps = shapely.distance(points, np.asarray(areas.reindex(codes)))
    far = gaps > TOLERANCE_M
    inside = _areas_of(points[far], areas)
    found = Finding("groups", "outside_own_village", "geometry", "请核对坐标和所属行政村，其中一个写错了。")
    keys = keys_of(groups, "groups")[known][far]
    texts = [
        f"村民组 {key} 不在所属的村 {code} 内，离村界 {gap:.0f} 米" + (f"，却在村 {other} 内。" if other else "。")
        for key, code, gap, other in zip(keys, codes[far], gaps[far], inside, strict=True)
    ]
    return report(found, list(keys), texts, of=int(known.sum()))


def outside_county(subject: Subject) -> pd.DataFrame:
    """Groups, roads and facilities that lie wholly more than 500 m outside the county."""
    area = _county(subject)
    if area is None:
        return empty()
    return join_problems(_outside(subject, layer, area) for layer in ("groups", *point_layers(), "roads", "villages", "townships"))


def same_position(subject: Subject) -> pd.DataFrame:
    """Several groups on one point: a village's seat was entered for all of its groups."""
    groups = subject.shapes("groups")
    if groups is None:
        return empty()
    places = pd.DataFrame(np.round(shapely.get_coordinates(shapely.centroid(groups.to_crs(metric_crs(groups)).geometry.to_numpy())) / SAME_PLACE_M))
    table = places.set_axis(["x", "y"], axis=1).assign(key=keys_of(groups, "groups").to_numpy())
    shared = table[table.duplicated(["x", "y"], keep=False)]
    lists = shared.groupby(["x", "y"])["key"].agg(lambda keys: "、".join(sorted(keys)))
    texts = [f"{keys.count('、') + 1} 个村民组在同一个点上：{_short(keys)}。" for keys in lists]
    found = Finding("groups", "same_position", "geometry", "请为每个村民组补采各自的坐标；按共用的点对标，结论会失真。")
    return report(found, [_short(keys) for keys in lists], texts, of=len(groups))


def off_by_datum(subject: Subject) -> pd.DataFrame:
    """Layers that lie a constant distance off the villages, the roads or the groups, as an undeclared map datum or a wrong zone makes them."""
    groups, villages, roads = subject.shapes("groups"), subject.shapes("villages"), subject.shapes("roads")
    parts = []
    if groups is not None and villages is not None and "village_code" in villages:
        coded = groups.assign(village_code=village_codes(groups))
        parts.append(_offset("groups", "villages", datum_warning, coded, villages, match="village_code"))
    if groups is not None and roads is not None:
        parts.append(_offset("groups", "roads", _either_warning, groups, roads))
    trusted = groups if not any(len(part) for part in parts) else None
    for layer, frame in ((layer, subject.shapes(layer)) for layer in point_layers()):
        found = empty()
        if frame is not None and roads is not None:
            found = _offset(layer, "roads", _either_warning, frame, roads)
        if frame is not None and trusted is not None and found.empty:
            found = _offset(layer, "groups", offset_warning, frame, trusted, near_m=NEAR_GROUPS_M)
        parts.append(found)
    return join_problems(parts).drop_duplicates("message", ignore_index=True)


def _either_warning(layer: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, **names: Any) -> str | None:
    return datum_warning(layer, reference, **names) or offset_warning(layer, reference, **names)


def road_faults(subject: Subject) -> pd.DataFrame:
    """Roads without a surface, shorter than 5 m, wider than their roadbed, or drawn at another length than stated."""
    roads = subject.shapes("roads")
    if roads is None:
        return empty()
    keys, metres = keys_of(roads, "roads"), roads.to_crs(metric_crs(roads)).length
    return join_problems(
        [
            _road(keys, column(roads, "surface").isna(), "road_no_surface", "surface", "没有写明路面类型，是否硬化无从判断", "请补填路面类型。"),
            _road(
                keys,
                metres < SHORTEST_ROAD_M,
                "road_too_short",
                "geometry",
                f"长度不到 {SHORTEST_ROAD_M:.0f} 米，多半是绘图残留",
                "请删去，或与相邻路段合并。",
            ),
            _wider(roads, keys),
            _misdrawn(roads, keys, metres),
        ]
    )


def _current(codes: pd.Series) -> pd.Series:
    return codes.map({code: current_code(code) for code in codes.dropna().unique()}).astype("string")


def _areas_of(points: Shapes, areas: gpd.GeoSeries) -> list[str]:
    """For each point the code of the area that holds it, or an empty text."""
    tree = shapely.STRtree(areas.to_numpy())
    index, hit = tree.query(points, predicate="intersects")
    first = pd.Series(areas.index[hit], index=index).groupby(level=0).first()
    return [str(code) for code in first.reindex(range(len(points))).fillna("")]


def _county(subject: Subject) -> gpd.GeoDataFrame | None:
    counties = subject.shapes("counties")
    if counties is None:
        return None
    codes = column(counties, "county_code")
    own = counties[codes.isin(subject.own_codes())]
    return own if len(own) else (counties if codes.isna().all() or not subject.own_codes() else None)


def _outside(subject: Subject, layer: str, area: gpd.GeoDataFrame) -> pd.DataFrame:
    frame = subject.shapes(layer)
    if frame is None:
        return empty()
    crs = metric_crs(area)
    county = shapely.union_all(area.to_crs(crs).geometry.to_numpy())
    shapely.prepare(county)
    gaps = shapely.distance(frame.to_crs(crs).geometry.to_numpy(), county)
    far = ~(gaps <= TOLERANCE_M)  # a point that the projection cannot hold has no distance
    keys, label = keys_of(frame, layer)[far], label_of(layer)
    texts = [f"{label} {key} 在县界以外 {_distance(gap)}。" for key, gap in zip(keys, gaps[far], strict=True)]
    hint = "请核对坐标（经纬度是否颠倒、坐标系和带号是否正确）；邻县的设施可以保留，但会参与对标。"
    return report(Finding(layer, "outside_county", "geometry", hint), list(keys), texts, of=len(frame))


def _distance(gap: float) -> str:
    if not np.isfinite(gap):
        return "很远处"
    return f"{gap:.0f} 米" if gap < 10_000 else f"{gap / 1000:.0f} 公里"  # noqa: PLR2004 - reads better from 10 km on


def _short(keys: str) -> str:
    parts = keys.split("、")
    return keys if len(parts) <= 4 else "、".join(parts[:3]) + f" 等 {len(parts)} 个"  # noqa: PLR2004 - fits a line


def _offset(
    layer: str, reference: str, warning: Callable[..., str | None], frame: gpd.GeoDataFrame, other: gpd.GeoDataFrame, **options: Any
) -> pd.DataFrame:
    sentence = warning(frame, other, name=label_of(layer), reference_name=LAYERS[reference].label, **options)
    if sentence is None:
        return empty()
    return problem_rows(
        layer=layer,
        field="geometry",
        rule="datum_offset",
        severity="warning",
        message=sentence,
        suggestion="请核实坐标系后重新导入；未改正前，距离结论不可用。",
    )


def _road(keys: pd.Series, wrong: pd.Series, rule: str, field: str, what: str, hint: str) -> pd.DataFrame:
    bad = keys[wrong.to_numpy(dtype=bool)]
    return report(Finding("roads", rule, field, hint), list(bad), [f"道路 {key} {what}。" for key in bad], of=len(keys))


def _wider(roads: gpd.GeoDataFrame, keys: pd.Series) -> pd.DataFrame:
    pavement, roadbed = numbers(roads, "pavement_width_m"), numbers(roads, "roadbed_width_m")
    wrong = (pavement > roadbed).fillna(value=False)
    return _road(keys, wrong, "road_wider_than_bed", "pavement_width_m", "的路面比路基还宽", "请核对两项宽度，可能填反。")


def _misdrawn(roads: gpd.GeoDataFrame, keys: pd.Series, metres: pd.Series) -> pd.DataFrame:
    """Only where a code stands once: the stated length of a route is that of all its pieces."""
    stated, drawn = numbers(roads, "length_km"), metres / 1000
    off = (stated - drawn).abs()
    alone = ~keys.duplicated(keep=False)
    wrong = ((off > LENGTH_KM) & (off > LENGTH_SHARE * drawn) & alone).fillna(value=False).to_numpy(dtype=bool)
    texts = [f"道路 {k} 填报里程 {s:.2f} 公里，图上长 {d:.2f} 公里。" for k, s, d in zip(keys[wrong], stated[wrong], drawn[wrong], strict=True)]
    found = Finding("roads", "road_length_differs", "length_km", "请核对里程的单位，以及线是否画全；对标按图上长度计算。")
    return report(found, list(keys[wrong]), texts, of=len(keys))
