"""Rivers and constraint polygons on a grid.

What stops a line (rivers, forbidden areas) takes every cell that it touches, so that no step slips through; what only makes it dearer takes the cells
whose centre lies within, so that its area is kept on the whole. Hazards are places with a buffer by level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize

from gis.roads.bridges import Water, see_water
from gis.roads.cost_rules import Constraint
from gis.roads.water import see_rivers
from layers.crs import STORAGE_CRS
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.roads.cost_rules import HazardConstraint
    from gis.roads.costs import CostSet
    from gis.roads.ground_heights import Grid

CONSTRAINTS = ("redlines", "farmland", "hazards")
"""Constraint layers in the order of their bits in `Ground.codes`, as far as they are there."""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What `make_ground` lays over the heights: price factor, bits of constraint layers, river cells, water as drawn, the layers behind the bits, and notes."""

    factor: NDArray[np.float32]
    codes: NDArray[np.uint8]
    river: NDArray[np.bool_]
    water: Water
    constraints: tuple[str, ...]
    notes: tuple[str, ...]


def obstacles(grid: Grid, layers: Mapping[str, pd.DataFrame], costs: CostSet, crs: CRS) -> Obstacles:
    """Price factors, constraint bits and river cells of a grid.

    Factors of overlapping layers multiply; forbidden is infinite. A layer that is not there or holds nothing constrains nothing, and a note says so.
    """
    factor = np.ones((grid.rows, grid.columns), dtype=np.float32)
    codes = np.zeros((grid.rows, grid.columns), dtype=np.uint8)
    there: list[str] = []
    for name in CONSTRAINTS:
        shapes = _shapes(layers.get(name), crs)
        if len(shapes) == 0:
            continue
        rule: Constraint | HazardConstraint = getattr(costs.constraints, name)
        forbidden = rule.rule.value == "forbid"
        cells = _burn(grid, _widened(shapes, _buffers(layers[name], rule)), touched=forbidden)
        codes[cells] |= np.uint8(1 << len(there))
        factor[cells] *= np.float32(np.inf if forbidden else rule.factor.value)
        there.append(name)
    rivers = _shapes(layers.get("rivers"), crs)
    river = tight(_burn(grid, rivers, touched=True))
    drawn = see_rivers(gpd.GeoDataFrame(geometry=rivers, crs=crs), crs, width_m=float(costs.crossing.river_width_m.value))
    return Obstacles(factor, codes, river, see_water(drawn), tuple(there), _notes(there, has_rivers=len(rivers) > 0))


def _shapes(frame: pd.DataFrame | None, crs: CRS) -> NDArray[np.object_]:
    """Geometries in `crs` in the order of the rows, mended; what is missing or cannot be projected is an empty point. None at all: no rows."""
    if frame is None or "geometry" not in frame:
        return np.empty(0, dtype=object)
    places = gpd.GeoSeries(frame["geometry"], crs=getattr(frame["geometry"], "crs", None) or STORAGE_CRS)
    shapes: NDArray[np.object_] = np.asarray(places.to_crs(crs).array, dtype=object).copy()
    sound = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[~sound] = shapely.Point()
    return shapely.make_valid(shapes) if sound.any() else np.empty(0, dtype=object)


def _widened(shapes: NDArray[np.object_], metres: NDArray[np.float64]) -> NDArray[np.object_]:
    """Shapes with their buffers; a buffer of nought leaves a point a point."""
    wide = metres > 0
    out = shapes.copy()
    out[wide] = shapely.buffer(shapes[wide], metres[wide])
    return out


def _buffers(frame: pd.DataFrame, rule: Constraint | HazardConstraint) -> NDArray[np.float64]:
    """Metres by which each row is widened; a hazard whose level is not known is taken for a high one."""
    if isinstance(rule, Constraint):
        return np.full(len(frame), float(rule.buffer_m.value))
    named = frame["hazard_level"] if "hazard_level" in frame else pd.Series("", index=frame.index)
    level = named.fillna("").to_numpy(dtype=object)
    by_level = [float(rule.buffer_low_m.value), float(rule.buffer_medium_m.value)]
    return np.select([level == "low", level == "medium"], by_level, default=float(rule.buffer_high_m.value))


def _burn(grid: Grid, shapes: NDArray[np.object_], *, touched: bool) -> NDArray[np.bool_]:
    """Cells of the shapes; lines and points (a hazard without buffer) always take the cells that they touch."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[~shapely.is_empty(parts)]
    flat = shapely.get_dimensions(parts) < 2  # noqa: PLR2004 - points and lines have no area
    return _cells(grid, parts[flat], touched=True) | _cells(grid, parts[~flat], touched=touched)


def _cells(grid: Grid, parts: NDArray[np.object_], *, touched: bool) -> NDArray[np.bool_]:
    shape = (grid.rows, grid.columns)
    if len(parts) == 0:
        return np.zeros(shape, dtype=np.bool_)
    burnt: NDArray[np.uint8] = rasterize(parts, out_shape=shape, transform=grid.transform, all_touched=touched, dtype=np.uint8)
    return burnt.astype(np.bool_)


def tight(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells joined by a corner only get a third one beside them, so that no diagonal step passes between them."""
    out = cells.copy()
    a, b, c, d = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    out[:-1, 1:] |= a & d & ~b & ~c
    out[:-1, :-1] |= b & c & ~a & ~d
    return out


def _notes(there: list[str], *, has_rivers: bool) -> tuple[str, ...]:
    missing = [get_layer(name).label for name in CONSTRAINTS if name not in there]
    notes = [f"没有{'、'.join(f'“{label}”' for label in missing)}图层（或其中没有图形）：选线没有避让它们，请现场核对。"] if missing else []
    return (*notes, *([] if has_rivers else ["没有“河流”图层（或其中没有图形）：造价里没有桥梁，请现场核对。"]))
