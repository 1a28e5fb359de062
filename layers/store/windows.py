"""A square of the web map out of a result grid: single cells, as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform, transform_bounds

from layers.errors import StoreError
from layers.store import mercator
from layers.store.rasters import GEOGRAPHIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TILE_PX = 256


def read_tile(path: Path, bands: Sequence[int], z: int, x: int, y: int) -> NDArray[np.uint16] | None:
    """Bands of a result grid on a tile of the web map, each pixel the cell that lies under its middle.

    Args:
        path: a grid that `layers.store.rasters.write_bands` has written.
        bands: numbers from 1.
        z: zoom.
        x: column from the west.
        y: row from the north.

    Returns:
        Shape (bands, 256, 256), the grid's nodata outside of it; None where the tile lies beside the grid.

    Raises:
        StoreError: the file is not there or damaged.
    """
    span = 2 * mercator.HALF_M / 2**z
    west, north = x * span - mercator.HALF_M, mercator.HALF_M - y * span
    cell = span / TILE_PX
    try:
        with rasterio.open(path, driver="GTiff") as grid:
            if not _meets(grid, west, north, span):
                return None
            shape: dict[str, Any] = {"transform": Affine(cell, 0, west, 0, -cell, north), "width": TILE_PX, "height": TILE_PX}
            with WarpedVRT(grid, crs=mercator.CRS, resampling=Resampling.nearest, src_nodata=grid.nodata, nodata=grid.nodata, **shape) as warped:
                found: NDArray[np.uint16] = warped.read(list(bands))
    except (RasterioError, OSError) as error:
        raise StoreError(f"栅格“{path.name}”读不出来：文件不在或已损坏。") from error
    return found


def _meets(grid: Any, west: float, north: float, span: float) -> bool:
    left, bottom, right, top = transform_bounds(grid.crs, mercator.CRS, *grid.bounds, densify_pts=21)
    return bool(left < west + span and right > west and bottom < north and top > north - span)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One cell of a result grid.

    Attributes:
        numbers: of every band, in their order.
        x: easting of the place that was asked for, in `crs`.
        y: northing.
        transform: cell corner of the grid to coordinates.
        crs: of the grid.
    """

    numbers: NDArray[np.uint16]
    x: float
    y: float
    transform: Affine
    crs: CRS


def read_place(path: Path, lon: float, lat: float) -> Place | None:
    """The cell at a place; None beside the grid.

    Args:
        path: as for `read_tile`.
        lon: degrees east.
        lat: degrees north.

    Raises:
        StoreError: the file is not there or damaged.
    """
    try:
        with rasterio.open(path, driver="GTiff") as grid:
            (east,), (north,) = transform(GEOGRAPHIC, grid.crs, [lon], [lat])
            if not (np.isfinite(east) and np.isfinite(north)):
                return None
            row, column = grid.index(east, north)
            if not (0 <= row < grid.height and 0 <= column < grid.width):
                return None
            numbers = grid.read(window=((row, row + 1), (column, column + 1)))[:, 0, 0]
            return Place(numbers, east, north, grid.transform, CRS.from_user_input(grid.crs))
    except (RasterioError, OSError) as error:
        raise StoreError(f"栅格“{path.name}”读不出来：文件不在或已损坏。") from error
