"""What a tile engine is given and what it must give back; the engines themselves lie beside this file."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from layers.store.mbtiles import Tile, flip

if TYPE_CHECKING:
    import geopandas as gpd

LINE_BUFFER_PX = 5  # of 256: lines and areas reach over a tile's edge, so that their strokes join


@dataclass(frozen=True, slots=True)
class Part:
    """Features that go into one layer of the tiles of some zooms.

    Attributes:
        layer: name of the layer inside the tiles.
        frame: in EPSG:3857, every row with a geometry; text columns are `string`.
        minzoom: lowest zoom, inclusive.
        maxzoom: highest zoom, inclusive.
        points: whether all geometries are points: these must be in exactly one tile of a zoom, so they get no buffer.
    """

    layer: str
    frame: gpd.GeoDataFrame
    minzoom: int
    maxzoom: int
    points: bool


Engine: TypeAlias = Callable[[Part, Path], Iterator[Tile]]  # part, an empty folder to work in → tiles, not compressed, rows from the north


def uncompressed(path: Path) -> Iterator[Tile]:
    """The tiles of an engine's own MBTiles file."""
    with closing(sqlite3.connect(path)) as database:
        for z, x, row, content in database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
            yield z, x, flip(z, row), gzip.decompress(content)
