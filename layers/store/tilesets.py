"""Vector tiles of a county's layers in one MBTiles file: built once per content, then only read.

Two engines keep the same contract: no feature is dropped for density or size, points are in exactly one tile of a zoom, codes stay text,
missing values are left out, and below a zoom points are gathered with sums that equal the totals.
"""

from __future__ import annotations

import gzip
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import orjson
import shapely
from pandas.api import types

from layers.store import mbtiles, mercator, tilebuild_gdal, tilebuild_tippecanoe
from layers.store.clusters import ClusterSpec, gather
from layers.store.mbtiles import Tile, TileFile
from layers.store.tilebuild import Engine, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

EngineName = Literal["auto", "tippecanoe", "gdal"]
MINZOOM, MAXZOOM = 5, 14
FEW_POINTS = 5_000
WORLD = (-180.0, -mercator.MAX_LATITUDE, 180.0, mercator.MAX_LATITUDE)


def build_tileset(
    layers: Mapping[str, gpd.GeoDataFrame] | gpd.GeoDataFrame,
    path: Path,
    *,
    name: str,
    minzoom: int = MINZOOM,
    maxzoom: int = MAXZOOM,
    cluster: ClusterSpec | None = None,
    engine: EngineName = "auto",
) -> Path:
    """Build one tile file from one layer (then called `name`) or several.

    Args:
        layers: frames in EPSG:4490; every column becomes a property, so hand over only what the map needs.
        path: of the file, replaced atomically.
        name: what the tileset is called.
        minzoom: lowest zoom.
        maxzoom: highest zoom; there every feature is, and clients draw from it at higher zooms.
        cluster: how layers of points are gathered; None draws every point at every zoom. A layer that also has lines or areas is not gathered.
            A feature of several points is drawn as one of them.
        engine: `tippecanoe`, `gdal`, or for each part the quicker of those there are.

    Returns:
        `path`. Its metadata says per layer how many features went in, and how many rows could not (`left_out`: no geometry, or beyond the
        web map's 85° of latitude).

    Raises:
        StoreError: the engine fails, or the disk is full.
        ValueError: a frame has no coordinate system, a zoom is not possible, or a tally would lose a value.
    """
    if not 0 <= minzoom <= maxzoom <= mbtiles.MAX_ZOOM - 8:
        raise ValueError(f"zooms {minzoom}-{maxzoom} are not possible")
    named = {name: layers} if isinstance(layers, gpd.GeoDataFrame) else dict(layers)
    flat = {layer: _flat(frame, maxzoom) for layer, frame in sorted(named.items())}
    parts = [part for layer, frame in flat.items() for part in _parts(layer, frame, minzoom, maxzoom, cluster)]
    described = [_describe(layer, len(named[layer]), len(flat[layer]), [part for part in parts if part.layer == layer]) for layer in flat]
    metadata = _metadata(name, _bounds(flat.values()), minzoom, maxzoom, described)
    return mbtiles.write(path, metadata, _merged(parts, _engine(engine)))


class Tileset(TileFile):
    """A vector tile file open for reading; `tile(z, x, y)` is a gzipped MVT or None."""

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Per layer: id, fields, minzoom, maxzoom, features, left_out."""
        found: list[dict[str, Any]] = orjson.loads(self.metadata.get("json", "{}")).get("vector_layers", [])
        return found

    def tilejson(self, tiles: Sequence[str]) -> dict[str, Any]:
        """TileJSON 3.0.0 for the addresses under which the tiles are served (`…/{z}/{x}/{y}.mvt`)."""
        return {
            "tilejson": "3.0.0",
            "name": self.metadata["name"],
            "scheme": "xyz",
            "tiles": list(tiles),
            "minzoom": int(self.metadata["minzoom"]),
            "maxzoom": int(self.metadata["maxzoom"]),
            "bounds": [float(edge) for edge in self.metadata["bounds"].split(",")],
            "vector_layers": self.layers,
        }


def _engine(name: EngineName) -> Engine:
    if name == "auto":
        return tilebuild_gdal.cut if tilebuild_tippecanoe.program() is None else _quicker
    return {"gdal": tilebuild_gdal.cut, "tippecanoe": tilebuild_tippecanoe.cut}[name]


def _quicker(part: Part, folder: Path) -> Iterator[Tile]:
    """Few points (clusters above all) are done by GDAL before tippecanoe has begun: 0.01 s against 0.5 s."""
    few = part.points and len(part.frame) <= FEW_POINTS
    return tilebuild_gdal.cut(part, folder) if few else tilebuild_tippecanoe.cut(part, folder)


def _flat(frame: gpd.GeoDataFrame, maxzoom: int) -> gpd.GeoDataFrame:
    """The frame in EPSG:3857, without rows that have no place on the web's map; points off the edges of tiles."""
    edges = frame.geometry.to_crs("EPSG:4326").bounds.to_numpy()
    inside = (edges >= WORLD[:2] * 2).all(axis=1) & (edges <= WORLD[2:] * 2).all(axis=1)
    flat = frame[inside].reset_index(drop=True).to_crs(mercator.CRS)
    if len(flat) == 0 or not flat.geom_type.isin(["Point", "MultiPoint"]).all():
        return flat
    places = shapely.point_on_surface(np.asarray(flat.geometry))  # of several points one: a feature is drawn, and counted, once
    x, y = mercator.to_world(shapely.get_x(places), shapely.get_y(places))
    return flat.set_geometry(
        gpd.points_from_xy(*mercator.to_metres(mercator.off_edges(x, maxzoom), mercator.off_edges(y, maxzoom)), crs=mercator.CRS)
    )


def _all_points(frame: gpd.GeoDataFrame) -> bool:
    return bool((frame.geom_type == "Point").all())


def _parts(layer: str, frame: gpd.GeoDataFrame, minzoom: int, maxzoom: int, cluster: ClusterSpec | None) -> list[Part]:
    """The layer as it is drawn, zoom by zoom where its points are gathered."""
    if len(frame) == 0:
        return []
    points = _all_points(frame)
    alone = minzoom if cluster is None or not points else min(max(cluster.below, minzoom), maxzoom + 1)
    parts = [Part(layer, frame, alone, maxzoom, points)] if alone <= maxzoom else []
    if cluster is not None:
        parts += [Part(layer, gather(frame, cluster, zoom), zoom, zoom, points=True) for zoom in range(minzoom, alone)]
    return parts


def _merged(parts: Iterable[Part], engine: Engine) -> Iterable[Tile]:
    """All parts' tiles, compressed. Layers of one tile are joined end to end, as the protocol-buffer format of MVT allows."""
    tiles: defaultdict[tuple[int, int, int], bytes] = defaultdict(bytes)
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="zutong-tiles-") as folder:
            for z, x, y, content in engine(part, Path(folder)):
                tiles[z, x, y] += content
    return ((*place, gzip.compress(content, mtime=0)) for place, content in tiles.items())


def _describe(layer: str, rows: int, drawn: int, parts: Sequence[Part]) -> dict[str, Any]:
    """A `vector_layers` entry, with what went in and what could not."""
    fields = {name: _kind(part.frame[name]) for part in parts for name in part.frame.columns if name != "geometry"}
    zooms = {"minzoom": min(part.minzoom for part in parts), "maxzoom": max(part.maxzoom for part in parts)} if parts else {}
    return {"id": layer, "fields": dict(sorted(fields.items())), **zooms, "features": drawn, "left_out": rows - drawn}


def _kind(column: pd.Series[Any]) -> str:
    if types.is_bool_dtype(column.dtype):
        return "Boolean"
    return "Number" if types.is_numeric_dtype(column.dtype) else "String"


def _bounds(frames: Iterable[gpd.GeoDataFrame]) -> tuple[float, ...]:
    """Bounds of all frames in degrees; the world where there is nothing."""
    edges = [frame.geometry.to_crs("EPSG:4326").total_bounds for frame in frames if len(frame)]
    return (*np.min(edges, axis=0)[:2], *np.max(edges, axis=0)[2:]) if edges else WORLD


def _metadata(name: str, bounds: tuple[float, ...], minzoom: int, maxzoom: int, layers: list[dict[str, Any]]) -> dict[str, str]:
    return {
        "name": name,
        "type": "overlay",
        "format": "pbf",
        "scheme": "tms",
        "minzoom": str(minzoom),
        "maxzoom": str(maxzoom),
        "bounds": ",".join(f"{edge:.6f}" for edge in bounds),
        "json": orjson.dumps({"vector_layers": layers}).decode(),
    }
