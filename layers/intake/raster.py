"""Grids (the DEM): checked before a pixel is read, then written as a tiled, compressed GeoTIFF."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import rasterio
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.shutil import copy as copy_raster

from layers.crs import Declared, declare, magnitude_hint
from layers.crs.declared import WAYS
from layers.errors import HostileFile, InputError, MissingCRS, UnknownFormat
from layers.intake.headings import bare
from layers.intake.problems import Origin, join_problems
from layers.intake.safety import MOST_BANDS, MOST_CELLS
from layers.intake.values import parser_of
from layers.names import COMMON

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEIGHTS_M = (-500.0, 9000.0)
COARSEST_M = 100.0
"""A coarser DEM says little about slopes of a road."""
_METRES_PER_DEGREE = 111_320.0
_LEAST_BYTES_PER_CELL = 1e-4  # a flat deflated grid still has an offset and a length for each block
_CREATION = {"driver": "COG", "compress": "DEFLATE", "predictor": "YES", "blocksize": 512, "overviews": "NONE", "bigtiff": "IF_SAFER"}


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid that was read: where the tiled GeoTIFF is, what was odd, what it is."""

    path: Path
    problems: pd.DataFrame
    info: dict[str, Any]


def read_raster(source: Path, target: Path, *, origin: Origin, declared: Declared | None = None) -> Grid:
    """Check a GeoTIFF and write it as a Cloud Optimised GeoTIFF (first band, its own CRS and cells: nothing is resampled).

    Args:
        source: A file already identified as TIFF.
        target: Where the result is written (its folder must exist).
        origin: For problems and sentences.
        declared: The operator's CRS; it wins over the file's.

    Raises:
        UnknownFormat: damaged or no GeoTIFF.
        HostileFile: its declared size is beyond reason, or cannot be what the file holds.
        MissingCRS: neither the file nor the operator says the CRS.
        InputError: a rotated grid, no numbers, heights that cannot be metres, or a shifted map datum.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a missing georeference is told below
            with rasterio.open(source, driver="GTiff", sharing=False) as dataset:
                _must_be_reasonable(dataset, source, origin.file)
                crs, problems = _crs(dataset, declared, origin)
                heights = _scan(dataset, origin.file)
                _write(dataset, target, crs, heights.nodata)
                said = _tags(dataset.tags())
    except (RasterioError, CPLE_BaseError, OSError, ValueError) as error:
        raise UnknownFormat(f"打不开“{origin.file}”：不是完好的 GeoTIFF。", file=origin.file) from error
    notes = [problems, _resolution_note(heights, origin), _holes_note(heights, origin)]
    info = {"crs": crs.label, "width": heights.width, "height": heights.height, "resolution": heights.resolution_m, "nodata": heights.nodata}
    info |= said
    return Grid(target, join_problems(notes), info)


def _tags(tags: Mapping[str, str]) -> dict[str, Any]:
    """What the file's own tags say of its data: whether they are invented, and when they are from; the names are those of the column dictionary."""
    said = {}
    for field in (field for field in COMMON if field.name in ("data_date", "synthetic")):
        names = {bare(name) for name in (field.name, field.label, *field.aliases)}
        value, rule = parser_of(field)(next((value for name, value in tags.items() if bare(name) in names), None))
        said[field.name] = None if rule or value is pd.NA else value
    return {"synthetic": said["synthetic"] is True, "data_date": said["data_date"]}


@dataclass(frozen=True, slots=True)
class _Heights:
    width: int
    height: int
    resolution_m: float
    nodata: float | None
    missing: float
    bands: int


def _must_be_reasonable(dataset: Any, source: Path, file: str) -> None:
    cells = dataset.width * dataset.height
    if cells > MOST_CELLS or cells * _LEAST_BYTES_PER_CELL > source.stat().st_size or dataset.count > 16 * MOST_BANDS:
        raise HostileFile(
            f"“{file}”声明有 {dataset.width} × {dataset.height} 个像元、{dataset.count} 个波段，与文件大小不符或超过上限，不导入。", file=file
        )
    if dataset.dtypes[0].startswith("complex"):
        raise InputError(f"“{file}”的像元不是高程数值（{dataset.dtypes[0]}）。", file=file)
    turn = dataset.transform
    if turn.b or turn.d or turn.a <= 0 or turn.e >= 0:
        raise InputError(f"“{file}”的格网是旋转或翻转的；请先在 GIS 软件里重采样为正北方向。", file=file)


def _crs(dataset: Any, declared: Declared | None, origin: Origin) -> tuple[Declared, pd.DataFrame]:
    own = declare(CRS.from_wkt(dataset.crs.to_wkt())) if dataset.crs else None
    if declared is not None and declared.shift:
        raise InputError(f"“{origin.file}”是格网，不能按 {declared.label} 逐点纠偏；请提供未加偏移的原始高程数据。", file=origin.file)
    if own is None and declared is None:
        left, bottom, right, top = dataset.bounds
        hint = magnitude_hint([left, right], [bottom, top])
        raise MissingCRS(f"“{origin.file}”没有坐标系；{hint}。请用 --crs 声明，如 {WAYS}。", file=origin.file, expected=WAYS)
    if own is None or declared is None:
        return (declared or own), join_problems([])  # type: ignore[return-value]
    note = [crs_conflict(own, declared, origin)] if not own.crs.equals(declared.crs, ignore_axis_order=True) else []
    return declared, join_problems(note)


def crs_conflict(own: Declared, declared: Declared, origin: Origin) -> pd.DataFrame:
    """The warning that a file says one CRS and the operator another."""
    return origin.problem(
        "crs_conflict",
        "warning",
        f"文件自带的坐标系是 {own.label}（{own.crs.name}），与声明的 {declared.label} 不同；按声明的导入。",
        value=own.label,
        suggestion="请核实；如文件自带的是对的，去掉 --crs",
    )


def _scan(dataset: Any, file: str) -> _Heights:
    """Read the first band block by block: are these heights, and how many are missing?"""
    low, high, valid = np.inf, -np.inf, 0
    for _, window in dataset.block_windows(1):
        block = dataset.read(1, window=window, masked=True)
        numbers = block.compressed()
        numbers = numbers[np.isfinite(numbers)]
        valid += numbers.size
        if numbers.size:
            low, high = min(low, float(numbers.min())), max(high, float(numbers.max()))
    if valid == 0:
        raise InputError(f"“{file}”里没有一个有效的高程值。", file=file)
    nodata = dataset.nodata
    if nodata is None and (low < HEIGHTS_M[0] or high > HEIGHTS_M[1]):
        raise InputError(
            f"“{file}”的数值在 {low:g} 到 {high:g} 之间，不像以米为单位的高程；若其中有表示空白的数（如 -9999），请先在 GIS 软件里设为 NoData。",
            file=file,
        )
    if low < HEIGHTS_M[0] or high > HEIGHTS_M[1]:
        raise InputError(f"“{file}”的数值在 {low:g} 到 {high:g} 之间，不像以米为单位的高程。", file=file)
    scale = _METRES_PER_DEGREE if dataset.crs is not None and dataset.crs.is_geographic else 1.0
    cell = max(dataset.res) * scale
    return _Heights(dataset.width, dataset.height, round(cell, 2), nodata, 1 - valid / (dataset.width * dataset.height), dataset.count)


def _write(dataset: Any, target: Path, crs: Declared, nodata: float | None) -> None:
    with rasterio.MemoryFile() as memory:
        profile = {"driver": "GTiff", "width": dataset.width, "height": dataset.height, "count": 1, "dtype": dataset.dtypes[0]}
        profile |= {"transform": dataset.transform, "crs": rasterio.CRS.from_wkt(crs.crs.to_wkt()), "nodata": nodata, "tiled": True}
        with memory.open(**profile, compress="DEFLATE") as copied:
            for _, window in dataset.block_windows(1):
                copied.write(dataset.read(1, window=window), 1, window=window)
        with memory.open() as copied:
            copy_raster(copied, target, **_CREATION)


def _resolution_note(heights: _Heights, origin: Origin) -> pd.DataFrame:
    notes = []
    if heights.resolution_m > COARSEST_M:
        text = f"像元大小约 {heights.resolution_m:g} 米，大于 {COARSEST_M:g} 米，坡度会偏小。"
        notes.append(origin.problem("coarse_grid", "warning", text, suggestion="请换用 30 米或更细的高程数据"))
    if heights.bands > 1:
        notes.append(origin.problem("more_bands", "info", f"有 {heights.bands} 个波段，只用了第 1 个。"))
    return join_problems(notes)


def _holes_note(heights: _Heights, origin: Origin) -> pd.DataFrame:
    if heights.missing == 0:
        return join_problems([])
    return origin.problem("holes", "info", f"有 {heights.missing:.1%} 的像元没有高程，按缺失处理。")
