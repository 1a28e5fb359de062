"""GeoTIFFs of the store: what it says of one before it takes it in, and how result grids are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.shutil import copy as copy_raster
from rasterio.warp import transform_bounds

from layers.errors import MissingCRS, StoreError, UnknownFormat
from layers.store.revision import LayerKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS

GEOGRAPHIC = "EPSG:4490"
_RESULT = {
    "driver": "COG",
    "compress": "DEFLATE",
    "level": 4,
    "predictor": "YES",
    "blocksize": 256,
    "overviews": "AUTO",
    "overview_resampling": "NEAREST",
    "num_threads": "ALL_CPUS",
    "bigtiff": "IF_SAFER",
}


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


class Band(Protocol):
    """One band of a result grid: whole numbers that stand for `array * scale + offset` in `unit`."""

    @property
    def name(self) -> str:
        """Key; becomes the band's description."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def unit(self) -> str:
        """Of the real values; empty for codes and bits."""
        ...

    @property
    def array(self) -> NDArray[np.uint16]:
        """Shape (rows, columns)."""
        ...

    @property
    def scale(self) -> float:
        """Real value of one step."""
        ...

    @property
    def offset(self) -> float:
        """Real value of nought."""
        ...


def write_bands(path: Path, bands: Sequence[Band], transform: Affine, crs: CRS, *, nodata: int | None) -> None:
    """Write bands as a Cloud Optimised GeoTIFF whose bands say what they are, in what unit, and how to read them.

    Smaller scales take single cells, never means: bits and codes have none.

    Args:
        path: to be written; its folder must exist.
        bands: of one shape.
        transform: cell corner to coordinates.
        crs: of those coordinates.
        nodata: the number that stands for "not known".

    Raises:
        StoreError: the file cannot be written.
    """
    rows, columns = bands[0].array.shape
    shape = {"width": columns, "height": rows, "count": len(bands), "dtype": "uint16"}
    try:
        with rasterio.MemoryFile() as memory:
            with memory.open(driver="GTiff", crs=crs, transform=transform, nodata=nodata, **shape) as out:
                out.scales, out.offsets = [band.scale for band in bands], [band.offset for band in bands]
                out.units = [band.unit for band in bands]
                for number, band in enumerate(bands, start=1):
                    out.write(band.array, number)
                    out.set_band_description(number, band.name)
                    out.update_tags(number, label=band.label)
            with memory.open() as whole:
                copy_raster(whole, path, **_RESULT)
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise StoreError(f"栅格“{path.name}”写不进去：{error}；请检查磁盘空间。") from error
