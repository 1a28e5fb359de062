"""Bridges: where a main road crosses a larger river, a short piece of it is a road of its own, flagged as a bridge."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.demo.cells import line_at, text_at
from layers.demo.lines import piece

if TYPE_CHECKING:
    from collections.abc import Collection

MOST = 12
RIVERS = 25
"""The largest rivers are bridged; smaller streams have culverts, which road lists do not show."""
HALF_M = 35.0
ALONE_M = 150.0
"""No other road comes so near to a bridge, and so far from it its road has no end."""
MAIN = ("national", "provincial", "county", "township")


def build_bridges(roads: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame, *, spare: Collection[str]) -> gpd.GeoDataFrame:
    """The roads with some main ones cut in three at a river: before it (keeps its code), the bridge (`…L0001`), behind it (`…-2`).

    Args:
        roads: existing roads with all attributes; codes in `spare` stay whole.
        rivers: largest first.
        spare: codes that something else names.
    """
    cuts = _cuts(roads, shapely.union_all(rivers.geometry.to_numpy()[:RIVERS]), frozenset(spare))
    parts = [roads[~np.isin(np.arange(len(roads)), list(cuts))], *(_cut(roads, row, along) for row, along in cuts.items())]
    return gpd.GeoDataFrame(pd.concat(parts).sort_index(kind="stable").reset_index(drop=True), crs=roads.crs)


def _cuts(roads: gpd.GeoDataFrame, water: shapely.Geometry, spare: frozenset[str]) -> dict[int, float]:
    """Rows of roads and how far along they cross, the first crossing of each that is far from every other road."""
    shapes = roads.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    fits = (roads["kind"].isin(MAIN) & ~roads["road_code"].isin(spare) & (roads["status"] == "existing")).to_numpy()
    found: dict[int, float] = {}
    for row in map(int, np.flatnonzero(fits & shapely.intersects(shapes, water))):
        points = shapely.get_parts(shapely.intersection(shapes[row], water))
        for along in np.sort(shapely.line_locate_point(shapes[row], shapely.centroid(points))):
            near = tree.query(shapely.line_interpolate_point(shapes[row], along), predicate="dwithin", distance=ALONE_M)
            if len(near) == 1 and ALONE_M < along < shapes[row].length - ALONE_M and len(found) < MOST:
                found[row] = float(along)
                break
    return found


def _cut(roads: gpd.GeoDataFrame, row: int, along: float) -> gpd.GeoDataFrame:
    shape, code = line_at(roads, row), text_at(roads, "road_code", row)
    edges = (0.0, along - HALF_M, along + HALF_M, shape.length)
    rows = roads.iloc[[row, row, row]].drop(columns="geometry")
    names = rows["road_name"].to_numpy(dtype=object) + np.array(["", "桥", ""], dtype=object)
    rows = rows.assign(road_code=[code, f"{code}L0001", f"{code}-2"], road_name=names, bridge=[False, True, False])
    return gpd.GeoDataFrame(rows, geometry=[piece(shape, start, end) for start, end in itertools.pairwise(edges)], crs=roads.crs)
