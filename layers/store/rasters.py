"""What the store says of a GeoTIFF before it takes it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rasterio
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from layers.errors import MissingCRS, UnknownFormat
from layers.store.revision import LayerKind

if TYPE_CHECKING:
    from pathlib import Path

GEOGRAPHIC = "EPSG:4490"


def describe(path: Path) -> dict[str, Any]:
    """What a `LayerRef` says of a raster: kind, bounds in degrees, geometry.

    Raises:
        UnknownFormat: the file is no GeoTIFF (no other driver is tried: some of them open further files or addresses).
        MissingCRS: it does not say its coordinate system.
    """
    try:
        with rasterio.open(path, driver="GTiff") as source:
            crs, bounds = source.crs, source.bounds
    except (RasterioError, OSError) as error:
        raise UnknownFormat(f"文件“{path.name}”不是能读的 GeoTIFF 栅格。", file=path.name, expected="GeoTIFF") from error
    if crs is None:
        raise MissingCRS(f"栅格“{path.name}”没有写明坐标系，不能存入工作区。", file=path.name, expected="带坐标系的 GeoTIFF")
    return {"kind": LayerKind.RASTER, "bounds": transform_bounds(crs, GEOGRAPHIC, *bounds), "geometry": "raster"}
