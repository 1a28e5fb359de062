"""Tiles by GDAL's MBTiles driver, which is wherever pyogrio is (Windows too)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio

from layers.errors import StoreError
from layers.store import tilebuild
from layers.store.mercator import EXTENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.store.mbtiles import Tile

NO_LIMIT = 2**31 - 1  # the driver's own limits drop features without a word


def cut(part: tilebuild.Part, folder: Path) -> Iterator[Tile]:
    """Cut a part into tiles; see `layers.store.tilebuild.Engine`.

    Raises:
        StoreError: GDAL fails.
    """
    target = folder / "tiles.mbtiles"
    options = {
        "MINZOOM": part.minzoom,
        "MAXZOOM": part.maxzoom,
        "BUFFER": 0 if part.points else tilebuild.LINE_BUFFER_PX * EXTENT // 256,
        "MAX_SIZE": NO_LIMIT,
        "MAX_FEATURES": NO_LIMIT,
    }
    try:
        pyogrio.write_dataframe(part.frame, target, driver="MBTiles", layer=part.layer, dataset_options=options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise StoreError(f"图层“{part.layer}”切片失败：{error}") from error
    return tilebuild.uncompressed(target)
