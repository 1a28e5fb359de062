"""Hill shade of a piece of terrain as a small grey picture for print."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from gis.grid import heights_on
from layers.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Bounds
    from gis.terrain import Terrain

MOST_CELLS = 4_000_000
_DARKEST, _LIGHTEST = 150.0, 252.0  # low contrast: what is drawn lies on top
_LIGHTS = ((315.0, 0.6), (270.0, 0.2), (0.0, 0.2))  # azimuth in degrees, share of the light
_ALTITUDE = np.radians(45.0)
_EXAGGERATION = 1.5
_PAPER = 255


def shaded_png(terrain: Terrain, crs: CRS, bounds: Bounds, width_px: int) -> tuple[bytes, Bounds] | None:
    """The hill shade within the bounds, and the bounds it really has (whole cells); None where no height is known there.

    Args:
        terrain: heights in any CRS.
        crs: of the picture; projected, in metres.
        bounds: west, south, east, north in `crs`.
        width_px: about how many cells wide.
    """
    cell = max(1.0, (bounds[2] - bounds[0]) / width_px)
    try:
        grid, heights = heights_on(terrain, crs, cell_m=cell, bounds=bounds, max_cells=MOST_CELLS)
    except InputError:
        return None
    stream = io.BytesIO()
    Image.fromarray(_grey(heights, grid.cell_m)).save(stream, "PNG", optimize=True)
    east, south = grid.x0 + grid.columns * grid.cell_m, grid.y0 - grid.rows * grid.cell_m
    return stream.getvalue(), (grid.x0, south, east, grid.y0)


def _grey(heights: NDArray[np.float32], cell_m: float) -> NDArray[np.uint8]:
    """Grey from dark to light; paper where a height or its neighbour is unknown."""
    if min(heights.shape) < 2:  # noqa: PLR2004 - a slope needs two cells
        return np.full(heights.shape, _PAPER, dtype=np.uint8)
    south, east = np.gradient(heights * _EXAGGERATION, cell_m)
    light = np.zeros_like(heights)
    for azimuth, part in _LIGHTS:
        way = np.radians(azimuth)
        facing = np.sin(_ALTITUDE) - np.cos(_ALTITUDE) * (np.sin(way) * east - np.cos(way) * south)
        light += part * np.maximum(facing, 0)
    light /= np.sqrt(1 + east**2 + south**2)
    grey = _DARKEST + (_LIGHTEST - _DARKEST) * np.clip(light, 0, 1)
    return np.where(np.isnan(grey), _PAPER, np.nan_to_num(grey)).round().astype(np.uint8)
