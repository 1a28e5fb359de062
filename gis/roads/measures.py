"""Plain measures of planned works, each by itself: minutes saved on the way to the township, hazards near the line, metres in protected areas.

Nothing is weighed against anything else here. What is not known is missing (<NA>), never nought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.roads.existing import Role
from gis.roads.travel import Ways, minutes_to, ways
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.cost_rules import HazardConstraint, Travel
    from gis.roads.costs import CostSet
    from gis.roads.existing import RoadStock

_SURFACES = {"cement_concrete": "hardened", "asphalt": "hardened", "paved": "hardened", "block": "gravel", "gravel": "gravel"}
"""Whose speed a surface has; that of earth is taken for every other one, and where nobody knows."""
_CLASSES = {"national": "main", "provincial": "main", "county": "county"}
"""Whose speed hardened roads of a class have."""
_THERE = (Role.ROOT, Role.FREE, Role.TRACK)


def detours(groups: gpd.GeoDataFrame, seats: gpd.GeoDataFrame, stock: RoadStock, sections: gpd.GeoDataFrame, travel: Travel) -> pd.DataFrame:
    """Minutes from each group to its township's seat, before and after the works.

    Before: along roads and tracks that are there, at the speed of their surface, and on foot, straight, where there is none, whichever way is
    shortest. After: the same, and the works besides at the speed of a hardened road. Never longer after than before.

    Args:
        groups: `group_code`, `township_code` (see `townships_of`) and points, any CRS.
        seats: as `township_seats` returns them.
        stock: what there is (`gis.roads.existing.see_roads`).
        sections: lines of the works, any CRS.
        travel: speeds.

    Returns:
        `group_code, detour_before_min, detour_after_min`, one row a group in their order; <NA> where group or seat has no place.
    """
    points, goals = _metric(groups, seats.crs), _metric(seats, seats.crs)
    seat = pd.Index(seats["township_code"]).get_indexer(groups["township_code"])
    built = _simple(_metric(sections, seats.crs))
    before = _ways_there(stock, travel)
    after = before.joined(ways(built, np.full(len(built), travel.hardened_km_h.value)))
    minutes = {
        name: minutes_to(known, points, goals, seat, walk_km_h=travel.walk_km_h.value) for name, known in (("before", before), ("after", after))
    }
    minutes["after"] = np.minimum(minutes["before"], minutes["after"])
    columns = {f"detour_{name}_min": pd.array(np.round(value, 1), dtype="Float64") for name, value in minutes.items()}
    return pd.DataFrame({"group_code": groups["group_code"].astype("string").array, **columns})


def minutes_saved(works: pd.DataFrame, work_groups: pd.DataFrame) -> pd.Series:
    """Mean minutes saved by the groups at the end of each work, in the order of the works; <NA> where none of them is known.

    Args:
        works: `work_code`.
        work_groups: `work_code, detour_before_min, detour_after_min`.
    """
    saved = work_groups["detour_before_min"] - work_groups["detour_after_min"]
    mean = saved.groupby(work_groups["work_code"]).mean()
    return pd.Series(mean.reindex(works["work_code"]).to_numpy(), index=works.index, dtype="Float64").round(1)


def hazards_near(lines: gpd.GeoDataFrame, hazards: gpd.GeoDataFrame | None, costs: CostSet) -> pd.Series:
    """How many places of geological hazard have each line within their buffer (by level, from the cost set).

    Args:
        lines: in a metric CRS.
        hazards: layer `hazards`; None or empty: nobody knows.
        costs: buffers; a level that nobody wrote counts as high.

    Returns:
        Int64, in the order of the lines.
    """
    if hazards is None or len(hazards) == 0:
        return pd.Series(pd.NA, index=lines.index, dtype="Int64")
    reach = _reach(hazards, costs.constraints.hazards)
    _, near = shapely.STRtree(_metric(lines, lines.crs)).query(_metric(hazards, lines.crs), predicate="dwithin", distance=reach)
    return pd.Series(np.bincount(near, minlength=len(lines)), index=lines.index, dtype="Int64")


def metres_inside(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> pd.Series:
    """Metres of each line inside polygons that may overlap each other; <NA> where the layer is not there.

    Args:
        lines: in a metric CRS.
        areas: polygons, any CRS; None or empty: nobody knows.

    Returns:
        Float64, in the order of the lines.
    """
    if areas is None or len(areas) == 0:
        return pd.Series(pd.NA, index=lines.index, dtype="Float64")
    line, area = _metric(lines, lines.crs), shapely.make_valid(_metric(areas, lines.crs))
    which, inside = shapely.STRtree(area).query(line, predicate="intersects")
    parts = pd.Series(shapely.intersection(line[which], area[inside]), dtype=object).groupby(which).agg(shapely.union_all)
    metres = pd.Series(shapely.length(parts.to_numpy(dtype=object)), index=parts.index).reindex(range(len(line)), fill_value=0.0)
    return pd.Series(metres.to_numpy(), index=lines.index, dtype="Float64").round(1)


def _reach(hazards: pd.DataFrame, rule: HazardConstraint) -> NDArray[np.float64]:
    """Buffer of each hazard, metres."""
    level = hazards["hazard_level"].fillna("").to_numpy(dtype=object) if "hazard_level" in hazards else np.full(len(hazards), "", dtype=object)
    known = [float(rule.buffer_low_m.value), float(rule.buffer_medium_m.value)]
    return np.select([level == "low", level == "medium"], known, default=float(rule.buffer_high_m.value))


def _metric(frame: pd.DataFrame, crs: Any) -> NDArray[np.object_]:
    """Geometries in `crs`; without a CRS of their own they are degrees, as the store keeps them."""
    shapes = gpd.GeoSeries(frame["geometry"], crs=getattr(frame["geometry"], "crs", None) or STORAGE_CRS)
    there: NDArray[np.object_] = shapes.to_crs(crs).to_numpy(dtype=object)
    return there


def _simple(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The single lines of which shapes consist."""
    parts = shapely.get_parts(shapes)
    sound: NDArray[np.object_] = parts[shapely.length(parts) > 0]
    return sound


def _speed(edges: pd.DataFrame, travel: Travel) -> NDArray[np.float64]:
    """Of each edge, by surface and class."""
    km_h = {name: float(getattr(travel, f"{name}_km_h").value) for name in ("main", "county", "hardened", "gravel", "earth")}
    surface = _text(edges, "surface").map(_SURFACES)
    by_surface = surface.fillna("earth").map(km_h).to_numpy(dtype=float)
    by_class = _text(edges, "road_class").map(_CLASSES).map(km_h).fillna(0.0).to_numpy(dtype=float)
    return np.where(surface == "hardened", np.maximum(by_surface, by_class), by_surface)


def _text(edges: pd.DataFrame, name: str) -> pd.Series:
    return edges[name].astype(object) if name in edges else pd.Series(None, index=edges.index, dtype=object)


def _ways_there(stock: RoadStock, travel: Travel) -> Ways:
    """The courses that can be travelled today, each at the speed of the best road that runs along it."""
    there = stock.edges[np.isin(stock.role, [int(role) for role in _THERE])]
    speed = np.zeros(len(stock.courses))
    np.maximum.at(speed, there["line"].to_numpy(dtype=np.int64), _speed(there, travel))
    passable = speed > 0
    number = np.where(passable, np.cumsum(passable) - 1, -1)
    a, at_a, b, at_b, gap = _meetings(stock, passable)
    return Ways(stock.courses[passable], speed[passable], number[a], at_a, number[b], at_b, gap)


def _meetings(
    stock: RoadStock, passable: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Where passable courses meet: at common nodes, and at the stock's links, each side as a line and metres along it."""
    course = np.flatnonzero(passable)
    at = np.concatenate([np.zeros(len(course)), shapely.length(stock.courses[course])])
    ends = pd.DataFrame({"node": stock.ends[course].T.ravel(), "line": np.tile(course, 2), "at": at}).sort_values("node", kind="stable")
    # Whoever shares a node meets the next one there: a chain joins them all.
    chained = ends["node"].to_numpy()[1:] == ends["node"].to_numpy()[:-1]
    one, two = ends[:-1][chained], ends[1:][chained]
    sides = [_side(stock.links, letter, ends) for letter in "ab"]
    pairs = sides[0].merge(sides[1], on="link", suffixes=("_a", "_b"))
    pairs = pairs[passable[pairs["line_a"]] & passable[pairs["line_b"]]]
    gap = stock.links["gap_m"].to_numpy(dtype=float)[pairs["link"].to_numpy()]
    return (
        np.concatenate([one["line"], pairs["line_a"]]),
        np.concatenate([one["at"], pairs["at_a"]]),
        np.concatenate([two["line"], pairs["line_b"]]),
        np.concatenate([two["at"], pairs["at_b"]]),
        np.concatenate([np.zeros(len(one)), gap]),
    )


def _side(links: pd.DataFrame, letter: str, ends_of: pd.DataFrame) -> pd.DataFrame:
    """One side of the stock's links as line and metres along it; a node stands for every line end there."""
    side = pd.DataFrame({name: links[f"{name}_{letter}"].to_numpy() for name in ("node", "line", "at")}).assign(link=np.arange(len(links)))
    side = side.astype({"node": np.int64, "line": np.int64, "at": float})
    on_line = side.loc[side["line"] >= 0, ["link", "line", "at"]]
    at_node = side.loc[side["line"] < 0, ["link", "node"]].merge(ends_of, on="node")[["link", "line", "at"]]
    return pd.concat([on_line, at_node], ignore_index=True)
