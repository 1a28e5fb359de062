"""Faults planted in the roads: ends that do not meet, a real break, an isolated piece, missing surfaces.

Each is planted on a hardened road that has no road behind it and on which its group depends, far from every other road: so its effect on the
verdicts is known, and stated with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.demo.cells import line_at, text_at, whole_at
from layers.demo.lines import piece
from layers.demo.manifest import Fault
from layers.demo.roads import HARDENED, reach_table

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Ints

LONELY_M = 45.0
"""No road but its parent is nearer than this to a road that gets a fault: farther than the widest gap that counts as drawing error (20 m)."""
FAR_INSIDE_M = 2500.0
"""An isolated road lies so far from the border: nearer, a neighbouring county's road might lead to it."""
START_M = 120.0
"""Near its start a road may lie beside its parent."""
PLAN = (
    ("road_break", 1, (40.0, 40.0)),
    ("road_gap_doubt", 10, (6.0, 15.0)),
    ("road_end_unsnapped", 10, (1.0, 3.0)),
    ("road_undershoot", 8, (1.0, 3.0)),
    ("road_overshoot", 6, (4.0, 8.0)),
    ("road_no_surface", 10, (0.0, 0.0)),
)
"""Kind, how many, and the size in metres."""


@dataclass(frozen=True, slots=True)
class Site:
    """A road on which a fault can be planted: its row, its parent's row, and the groups that hang on it."""

    row: int
    parent: int
    groups: tuple[int, ...]


def plant_road_faults(
    roads: gpd.GeoDataFrame, groups: pd.DataFrame, outline: BaseGeometry, *, file: str, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """The roads with their faults, and what was planted; as many as there are fitting roads, one of each kind first."""
    sites = find_sites(roads, groups)
    rng.shuffle(sites)
    codes = groups["group_code"].to_numpy()
    changed: dict[int, list[shapely.LineString]] = {}
    no_surface: list[Site] = []
    faults: list[Fault] = []
    for (kind, _, size), site in zip(_sequence(len(sites)), sites, strict=False):
        if kind == "road_no_surface":
            no_surface.append(site)
            continue
        gap = round(float(rng.uniform(*size)), 1)
        changed[site.row] = _bend(kind, roads, site, gap)
        faults.append(_describe(kind, roads, site, gap, tuple(codes[list(site.groups)]), file))
    out, isolated = _isolate(_apply(roads, changed, [site.row for site in no_surface]), groups, outline.buffer(-FAR_INSIDE_M), file)
    return out, [*sorted(faults, key=lambda fault: fault.kind), *_missing_surface(roads, no_surface, codes, file), *isolated]


def _sequence(count: int) -> list[tuple[str, int, tuple[float, float]]]:
    """The plan, one of each kind in turn until all are used up."""
    rounds = max(number for _, number, _ in PLAN)
    return [entry for turn in range(rounds) for entry in PLAN if turn < entry[1]][:count]


def find_sites(roads: gpd.GeoDataFrame, groups: pd.DataFrame) -> list[Site]:
    """Roads that fit: see the module's head. `groups` of a site are those that no other hardened road is near to."""
    hardened = (roads["surface"].isin(HARDENED) & (roads["status"] == "existing")).to_numpy()
    index = roads.index.to_numpy()
    leaf = ((roads["kind"] == "group") & ~roads.index.isin(roads["parent"])).to_numpy() & (roads.length.to_numpy() > 2.5 * START_M)
    who, road = reach_table(roads, groups)
    who, road = who[hardened[road]], road[hardened[road]]
    alone = np.bincount(who, minlength=len(groups)) == 1
    only = pd.Series(who[alone[who]]).groupby(road[alone[who]]).agg(tuple)
    fits = [row for row in only.index if leaf[row] and hardened[row] and "-" not in text_at(roads, "road_code", row)]
    free = _lonely(roads, np.array(fits, dtype=np.int64))
    place = {int(label): row for row, label in enumerate(index)}
    sites = [
        Site(int(row), place.get(whole_at(roads, "parent", row), -1), tuple(map(int, only[row]))) for row, ok in zip(fits, free, strict=True) if ok
    ]
    return [site for site in sites if site.parent >= 0]


def _lonely(roads: gpd.GeoDataFrame, rows: Ints) -> list[bool]:
    """Whether a road beyond its start has no other road near, and at its start none but its parent."""
    shapes, labels = roads.geometry.to_numpy(), roads.index.to_numpy()
    tree = shapely.STRtree(shapes)
    parents = roads["parent"].to_numpy()
    answers = []
    for row in rows:
        away = piece(shapes[row], START_M, shapes[row].length)
        near = tree.query(away, predicate="dwithin", distance=LONELY_M)
        beside = tree.query(shapes[row], predicate="dwithin", distance=LONELY_M)
        answers.append(set(near) <= {row} and all(other == row or labels[other] == parents[row] for other in beside))
    return answers


def _bend(kind: str, roads: gpd.GeoDataFrame, site: Site, gap: float) -> list[shapely.LineString]:
    shape = line_at(roads, site.row)
    if kind == "road_end_unsnapped":
        half = shape.length * 0.5
        return [piece(shape, 0.0, half - gap / 2.0), piece(shape, half + gap / 2.0, shape.length)]
    if kind == "road_overshoot":
        first, second = shapely.get_coordinates(shape)[:2]
        back = first - (second - first) / np.hypot(*(second - first)) * gap
        return [shapely.LineString(np.vstack((back, shapely.get_coordinates(shape))))]
    return [_away_from(shape, line_at(roads, site.parent), gap)]


def _away_from(shape: shapely.LineString, parent: shapely.LineString, gap: float) -> shapely.LineString:
    """The road without its first metres, so that what is left is `gap` metres from its parent."""
    low, high = 0.0, shape.length * 0.6
    for _ in range(40):
        middle = (low + high) / 2.0
        near = piece(shape, middle, shape.length).distance(parent) < gap
        low, high = (middle, high) if near else (low, middle)
    return piece(shape, high, shape.length)


def _apply(roads: gpd.GeoDataFrame, changed: dict[int, list[shapely.LineString]], no_surface: list[int]) -> gpd.GeoDataFrame:
    numbers = [row for row in range(len(roads)) for _ in changed.get(row, [0])]
    out = roads.iloc[numbers].reset_index(drop=True)
    shapes = [shape for row in range(len(roads)) for shape in changed.get(row, [line_at(roads, row)])]
    part = pd.Series(numbers).groupby(numbers).cumcount() + 1
    split = pd.Series(numbers).duplicated(keep=False)
    codes = out["road_code"].where(~split, out["road_code"] + "-" + part.astype(str))
    surface = out["surface"].mask(pd.Series(numbers).isin(no_surface))
    out = gpd.GeoDataFrame(out.assign(road_code=codes, surface=surface).drop(columns="geometry"), geometry=shapes, crs=roads.crs)
    labels = {int(label): number for number, label in enumerate(roads.index)}
    new = pd.Series(numbers).drop_duplicates()
    first = {int(row): int(place) for place, row in new.items()}  # type: ignore[call-overload]
    return out.assign(parent=[first.get(labels.get(int(parent), -1), -1) for parent in out["parent"]])


SENTENCES = {
    "road_break": "{road}起点与相接道路之间断开 {gap} 米，是真实断头：所通村民组没有连通的硬化路",
    "road_gap_doubt": "{road}起点与相接道路之间差 {gap} 米，是否相连存疑：所通村民组应判为“不明”",
    "road_end_unsnapped": "{road}中间两段的端点没有对上，差 {gap} 米：应自动连接并记录",
    "road_undershoot": "{road}没有画到相接道路，差 {gap} 米：应自动连接并记录",
    "road_overshoot": "{road}画过了相接道路 {gap} 米：应在相交处连接并记录",
}


def _describe(kind: str, roads: gpd.GeoDataFrame, site: Site, gap: float, groups: tuple[str, ...], file: str) -> Fault:
    code, parent = text_at(roads, "road_code", site.row), text_at(roads, "road_code", site.parent)
    own = (f"{code}-1", f"{code}-2") if kind == "road_end_unsnapped" else (code, parent)
    return Fault("", kind, "roads", file, SENTENCES[kind].format(road=text_at(roads, "road_name", site.row), gap=gap), own, "gaps", groups)


def _missing_surface(roads: gpd.GeoDataFrame, sites: list[Site], codes: np.ndarray, file: str) -> list[Fault]:
    if not sites:
        return []
    what = f"{len(sites)} 条路没有填路面类型：所通村民组应判为“不明”，不能当作已硬化"
    names = tuple(text_at(roads, "road_code", site.row) for site in sites)
    return [Fault("", "road_no_surface", "roads", file, what, names, "gaps", tuple(str(codes[g]) for site in sites for g in site.groups))]


def _isolate(roads: gpd.GeoDataFrame, groups: pd.DataFrame, inside: BaseGeometry, file: str) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make one far, rough road a hardened piece that nothing hardened leads to: its first stretch is gone."""
    hardened = (roads["surface"].isin(HARDENED) | roads["surface"].isna()).to_numpy()
    others = shapely.union_all(roads.geometry.to_numpy()[hardened])
    rough = (roads["kind"] == "group").to_numpy() & ~hardened & ~roads.index.isin(roads["parent"]) & (roads.length > 1100.0).to_numpy()
    for row in map(int, np.flatnonzero(rough)):
        shape = line_at(roads, row)
        rest = piece(shape, shape.length * 0.45, shape.length)
        if rest.distance(others) > 550.0 and rest.within(inside):
            group = text_at(groups, "group_code", whole_at(roads, "group", row))
            what = f"{text_at(roads, 'road_name', row)}是孤立的硬化路段，与已有硬化路网不相连：不能算通硬化路"
            return _paved(roads, row, rest), [Fault("", "road_isolated", "roads", file, what, (text_at(roads, "road_code", row),), "gaps", (group,))]
    return roads, []


def _paved(roads: gpd.GeoDataFrame, row: int, shape: shapely.LineString) -> gpd.GeoDataFrame:
    """The roads with one of them hardened and cut to a shape."""
    shapes, surface = roads.geometry.to_numpy().copy(), roads["surface"].to_numpy(dtype=object, copy=True)
    shapes[row], surface[row] = shape, "cement_concrete"
    return roads.assign(surface=surface).set_geometry(gpd.GeoSeries(shapes, index=roads.index, crs=roads.crs))
