"""Shapes on a grid: rows of a layer as mended metric geometries, and the cells that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import rasterize

from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Grid


def metric_shapes(frame: pd.DataFrame | None, crs: CRS) -> NDArray[np.object_]:
    """Geometries in `crs` in the order of the rows, mended; what is missing or cannot be projected is an empty point. None at all: no rows."""
    if frame is None or "geometry" not in frame:
        return np.empty(0, dtype=object)
    places = gpd.GeoSeries(frame["geometry"], crs=getattr(frame["geometry"], "crs", None) or STORAGE_CRS)
    shapes: NDArray[np.object_] = np.asarray(places.to_crs(crs).array, dtype=object).copy()
    sound = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[~sound] = shapely.Point()
    return shapely.make_valid(shapes) if sound.any() else np.empty(0, dtype=object)


def widened(shapes: NDArray[np.object_], metres: NDArray[np.float64]) -> NDArray[np.object_]:
    """Shapes with their buffers; a buffer of nought leaves a point a point."""
    wide = metres > 0
    out = shapes.copy()
    out[wide] = shapely.buffer(shapes[wide], metres[wide])
    return out


def burn(grid: Grid, shapes: NDArray[np.object_], *, touched: bool) -> NDArray[np.bool_]:
    """Cells of the shapes, shape (rows, columns); lines and points (a hazard without buffer) always take the cells that they touch.

    Args:
        grid: The grid.
        shapes: In the grid's CRS.
        touched: An area takes every cell that it touches, not only those whose centre lies within.
    """
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
