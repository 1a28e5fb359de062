"""Tiles by GDAL's MBTiles driver, which is wherever pyogrio is (Windows too)."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyogrio

from layers.errors import StoreError
from layers.store.mbtiles import flip
from layers.store.mercator import EXTENT
from layers.store.tilebuild import LINE_BUFFER_PX, Part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.store.mbtiles import Tile

NO_LIMIT = 2**31 - 1  # the driver's own limits drop features without a word


def cut(part: Part, folder: Path) -> Iterator[Tile]:
    """Cut a part into tiles; see `layers.store.tilebuild.Engine`.

    Raises:
        StoreError: GDAL fails.
    """
    target = folder / "tiles.mbtiles"
    options = {
        "MINZOOM": part.minzoom,
        "MAXZOOM": part.maxzoom,
        "BUFFER": 0 if part.points else LINE_BUFFER_PX * EXTENT // 256,
        "MAX_SIZE": NO_LIMIT,
        "MAX_FEATURES": NO_LIMIT,
    }
    try:
        pyogrio.write_dataframe(part.frame, target, driver="MBTiles", layer=part.layer, dataset_options=options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise StoreError(f"图层“{part.layer}”切片失败：{error}") from error
    return _tiles(target)


def _tiles(path: Path) -> Iterator[Tile]:
    with closing(sqlite3.connect(path)) as database:
        for z, x, row, content in database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
            yield z, x, flip(z, row), gzip.decompress(content)
