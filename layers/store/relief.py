"""Hill shade as picture tiles, so that heights themselves are never served.

The slope is taken on the web map's grid with its metres brought back to metres on the ground (they are 1/cos(latitude) too long), so it
is true at every latitude. Light comes from four sides: valleys of every direction show, and nothing is black. Smaller scales are means
of the largest, so a mountain keeps its look when one zooms out.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import rasterio
from affine import Affine
from PIL import Image
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from layers.errors import MissingCRS, UnknownFormat
from layers.store import mbtiles, mercator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.store.mbtiles import Tile

Shade: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]  # 0 is no data, 1 to LEVELS from dark to light
Heights: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]  # metres, NaN is no data

TILE_PX = 256
BLOCK_TILES = 8
LEVELS = 31  # shades of grey: five bits, which no eye tells from eight here, and which make tiles small
DARKEST, LIGHTEST = 140, 254  # low contrast: the map's own colours lie on top
ALTITUDE_DEG = 45.0
LIGHTS = ((315.0, 0.5), (270.0, 0.2), (0.0, 0.2), (225.0, 0.1))  # azimuth in degrees, weight; together 1
EXAGGERATION = 1.6  # taken before the slope, so that gentle ground is not a blank
MAX_SIDE_PX = 40_000  # of the picture at the largest scale; a prefecture at zoom 13 has 15,000
"""The largest picture: more is refused, as it would not fit into an office machine's memory."""


def build_relief(dem_path: Path, mbtiles_path: Path, *, minzoom: int = 8, maxzoom: int = 13) -> Path:
    """Shade a height model and cut the picture into XYZ PNG tiles (256 px, grey palette, nodata transparent).

    Args:
        dem_path: GeoTIFF, heights in metres in band 1, any coordinate system.
        mbtiles_path: the tile file to be written (atomically).
        minzoom: lowest zoom.
        maxzoom: highest zoom; 13 is 17 m a pixel at 25° N, which suits a 30 m model.

    Returns:
        `mbtiles_path`.

    Raises:
        UnknownFormat: the file is no GeoTIFF, or its picture would be too large at `maxzoom`.
        MissingCRS: it does not say its coordinate system.
        StoreError: the disk is full.
        ValueError: the zooms are not possible.
    """
    if not 0 <= minzoom <= maxzoom <= mbtiles.MAX_ZOOM - 8:
        raise ValueError(f"zooms {minzoom}-{maxzoom} are not possible")
    try:
        with rasterio.open(dem_path, driver="GTiff") as source:
            if source.crs is None:
                raise MissingCRS(f"高程栅格“{dem_path.name}”没有写明坐标系。", file=dem_path.name, expected="带坐标系的 GeoTIFF")
            left, top, columns, rows = _window(source, maxzoom)
            if max(columns, rows) * TILE_PX > MAX_SIDE_PX:
                raise UnknownFormat(f"高程栅格“{dem_path.name}”的范围太大，做不出第 {maxzoom} 级的地形阴影；请先按县界裁剪。", file=dem_path.name)
            shade = _shaded(source, left, top, columns, rows, maxzoom)
            bounds = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    except (RasterioError, OSError) as error:
        raise UnknownFormat(f"高程栅格“{dem_path.name}”读不出来：不是 GeoTIFF，或已损坏。", file=dem_path.name, expected="GeoTIFF") from error
    return mbtiles.write(mbtiles_path, _metadata(bounds, minzoom, maxzoom), _pyramid(shade, left, top, minzoom, maxzoom))


def hillshade(heights: Heights, cell_m: np.ndarray[Any, Any]) -> Shade:
    """Shade of heights whose rows run from north to south; the outermost cells are lost, as they have no neighbours.

    Args:
        heights: metres, NaN where unknown, shape (rows + 2, columns + 2).
        cell_m: size of a cell on the ground in each of the inner rows, shape (rows,).

    Returns:
        Shape (rows, columns); 0 where a height or a neighbour is unknown, flat ground the same everywhere.
    """
    # Horn's weights would smooth what the warp has smoothed already: plain central differences.
    scale = (EXAGGERATION / (2 * cell_m)).astype("float32")[:, None]
    east = (heights[1:-1, 2:] - heights[1:-1, :-2]) * scale
    north = (heights[:-2, 1:-1] - heights[2:, 1:-1]) * scale
    light = _light(east, north)
    unknown = np.isnan(light) | np.isnan(heights[1:-1, 1:-1])
    level = 1 + np.round(np.nan_to_num(light) * (LEVELS - 1))
    return np.where(unknown, 0, level).astype("uint8")


def _light(east: Heights, north: Heights) -> Heights:
    """Light from 0 to 1 on ground that rises by `east` and `north` metres a metre: the weighted mean of the lamps."""
    altitude = np.radians(ALTITUDE_DEG)
    length = np.sqrt(1 + east * east + north * north)
    light = np.zeros_like(east)
    for azimuth, weight in LIGHTS:
        to_east, to_north = np.sin(np.radians(azimuth)) * np.cos(altitude), np.cos(np.radians(azimuth)) * np.cos(altitude)
        facing = np.float32(np.sin(altitude)) - east * np.float32(to_east) - north * np.float32(to_north)
        light += np.float32(weight) * np.maximum(facing, 0)
    return np.minimum(light / length, 1)


def _window(source: Any, zoom: int) -> tuple[int, int, int, int]:
    """First column and row, and numbers of columns and rows, of the tiles of a zoom that a raster meets."""
    west, south, east, north = transform_bounds(source.crs, mercator.CRS, *source.bounds, densify_pts=101)
    span = 2 * mercator.HALF_M / 2**zoom
    edges = np.floor(
        [(west + mercator.HALF_M) / span, (mercator.HALF_M - north) / span, (east + mercator.HALF_M) / span, (mercator.HALF_M - south) / span]
    )
    left, top, right, bottom = (int(edge) for edge in np.clip(edges, 0, 2**zoom - 1))
    return left, top, right - left + 1, bottom - top + 1


def _shaded(source: Any, left: int, top: int, columns: int, rows: int, zoom: int) -> Shade:
    """The whole picture at the largest scale, made block by block."""
    cell = 2 * mercator.HALF_M / (TILE_PX * 2**zoom)
    shade: Shade = np.zeros((rows * TILE_PX, columns * TILE_PX), dtype="uint8")
    west, north = left * TILE_PX * cell - mercator.HALF_M, mercator.HALF_M - top * TILE_PX * cell
    size = BLOCK_TILES * TILE_PX
    with WarpedVRT(
        source,
        crs=mercator.CRS,
        transform=Affine(cell, 0, west - cell, 0, -cell, north + cell),
        width=shade.shape[1] + 2,
        height=shade.shape[0] + 2,
        resampling=Resampling.cubic,
        src_nodata=source.nodata,
        nodata=np.nan,
        dtype="float32",
    ) as warped:
        for row in range(0, shade.shape[0], size):
            for column in range(0, shade.shape[1], size):
                block = shade[row : row + size, column : column + size]
                heights = warped.read(1, window=((row, row + block.shape[0] + 2), (column, column + block.shape[1] + 2)))
                if not np.isnan(heights).all():
                    block[:] = hillshade(heights, _ground_m(cell, north, row, block.shape[0]))
    return shade


def _ground_m(cell: float, north: float, row: int, rows: int) -> mercator.Floats:
    """Size on the ground of the cells of those rows of EPSG:3857."""
    middle = north - (np.arange(row, row + rows) + 0.5) * cell
    ground: mercator.Floats = cell * np.cos(np.radians(mercator.latitude(middle)))
    return ground


def _pyramid(shade: Shade, left: int, top: int, minzoom: int, maxzoom: int) -> Iterator[Tile]:
    """The tiles of all zooms, from the largest scale to the smallest."""
    for zoom in range(maxzoom, minzoom - 1, -1):
        yield from _tiles(shade, left, top, zoom)
        shade, left, top = _halved(_whole_parents(shade, left, top)), left // 2, top // 2


def _whole_parents(shade: Shade, left: int, top: int) -> Shade:
    """The picture with empty tiles around it where a tile's three sisters are missing."""
    rows, columns = (size // TILE_PX for size in shade.shape)
    before = top % 2, left % 2
    after = (before[0] + rows) % 2, (before[1] + columns) % 2
    return np.pad(shade, [(before[axis] * TILE_PX, after[axis] * TILE_PX) for axis in (0, 1)])


def _tiles(shade: Shade, left: int, top: int, zoom: int) -> Iterator[Tile]:
    """The tiles of one zoom; those without any data are left out."""
    for row in range(0, shade.shape[0], TILE_PX):
        for column in range(0, shade.shape[1], TILE_PX):
            block = shade[row : row + TILE_PX, column : column + TILE_PX]
            if block.any():
                yield zoom, left + column // TILE_PX, top + row // TILE_PX, _png(block)


def _halved(shade: Shade) -> Shade:
    """Half the size: the mean of the cells of each four that have data."""
    total = np.zeros((shade.shape[0] // 2, shade.shape[1] // 2), dtype="uint16")
    known = np.zeros_like(total)
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        quarter = shade[row::2, column::2]
        total += quarter
        known += quarter > 0
    mean: Shade = ((total + known // 2) // np.maximum(known, 1)).astype("uint8")
    return mean


def _png(block: Shade) -> bytes:
    image = Image.fromarray(block)
    image.putpalette(_PALETTE)
    target = io.BytesIO()
    image.save(target, format="PNG", transparency=0, bits=5, optimize=False, compress_level=6)
    return target.getvalue()


def _palette() -> bytes:
    greys = np.concatenate([[0], np.round(np.linspace(DARKEST, LIGHTEST, LEVELS))]).astype("uint8")
    return np.repeat(greys, 3).tobytes()


_PALETTE = _palette()


def _metadata(bounds: tuple[float, float, float, float], minzoom: int, maxzoom: int) -> dict[str, str]:
    return {
        "name": "relief",
        "type": "overlay",
        "format": "png",
        "scheme": "tms",
        "minzoom": str(minzoom),
        "maxzoom": str(maxzoom),
        "bounds": ",".join(f"{edge:.6f}" for edge in bounds),
    }
