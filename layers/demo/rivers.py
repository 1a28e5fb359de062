"""Streams: where enough ground drains through a cell, joined into rivers from their heads to where they enter a larger one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from layers.demo.lines import smooth
from layers.demo.words import river_names

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Floats, Ints
    from layers.demo.terrain import Terrain

CATCHMENT_M2 = 5e6
"""A stream is drawn where at least five square kilometres drain through."""
BORDER_M = 700.0
"""Rivers on the border belong to the picture: outlines are generalised by some hundred metres."""


def build_rivers(terrain: Terrain, outline: BaseGeometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Rivers inside the outline (metric CRS of the grid), largest catchment first; columns as in the dictionary."""
    stream = terrain.area.ravel() > CATCHMENT_M2
    lines, sizes = [], []
    for path in _stems(terrain.flow.receiver, terrain.area.ravel(), stream):
        points = smooth(terrain.grid.points(path), tolerance=terrain.grid.cell * 0.7)
        lines.append(shapely.LineString(points))
        sizes.append(terrain.area.ravel()[path[-2]])
    rows = gpd.GeoDataFrame({"catchment": sizes}, geometry=lines, crs=terrain.grid.crs).clip(outline.buffer(BORDER_M), keep_geom_type=True)
    rows = rows.explode(ignore_index=True).sort_values("catchment", ascending=False, kind="stable", ignore_index=True)
    rows = rows[rows.length > 800.0].reset_index(drop=True)
    rows["river_code"] = [f"HL{number:04d}" for number in range(1, len(rows) + 1)]
    rows["river_name"] = river_names(rows["catchment"].to_numpy(), rng)
    return gpd.GeoDataFrame(rows[["river_code", "river_name", "geometry"]], crs=terrain.grid.crs)


def _stems(receiver: Ints, area: Floats, stream: np.ndarray) -> list[Ints]:
    """Paths from each head downstream, to and with the first cell of a larger stream."""
    cells = np.flatnonzero(stream)
    cells = cells[np.argsort(area[cells], kind="stable")]
    main = np.full(receiver.size, -1, dtype=np.int64)
    main[receiver[cells]] = cells  # the donor written last is the one with the largest catchment
    has_donor = np.zeros(receiver.size, dtype=bool)
    has_donor[receiver[cells]] = True
    return [path for head in cells[~has_donor[cells]] if len(path := _follow(int(head), receiver, main)) > 2]


def _follow(head: int, receiver: Ints, main: Ints) -> Ints:
    path = [head]
    while (after := int(receiver[path[-1]])) != path[-1]:
        path.append(after)
        if main[after] != path[-2]:
            break
    return np.array(path, dtype=np.int64)
