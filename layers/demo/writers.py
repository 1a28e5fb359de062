"""Frames → files of many kinds, the same bytes for the same frames."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio

from layers.crs import wgs84_to_gcj02
from layers.demo.manifest import HandedFile
from layers.demo.sheets import write_sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.demo.grid import Grid
    from layers.demo.handover import Handover

DBF_DATE = "2025-07-01"
MOMENT = "2025-07-01T00:00:00.000Z"
ZIP_MOMENT = (2025, 7, 1, 0, 0, 0)


def write_file(folder: Path, frame: gpd.GeoDataFrame | pd.DataFrame, bureau: Handover) -> HandedFile:
    """Write a frame (canonical columns; a GeoDataFrame in any CRS) as the bureau's file.

    Returns:
        The file's entry in the manifest.
    """
    path = folder / bureau.file
    ready = _dressed(frame, bureau)
    if bureau.kind == "xlsx":
        write_sheet(path, pd.DataFrame(ready), bureau)
    elif bureau.kind == "csv":
        path.write_bytes(ready.rename(columns=bureau.headings).to_csv(index=False, lineterminator="\r\n").encode("gb18030"))
    elif bureau.kind == "kml":
        path.write_text(_kml(gpd.GeoDataFrame(ready), bureau), encoding="utf-8")
    else:
        _write_vector(path, gpd.GeoDataFrame(ready).rename(columns=bureau.headings), bureau)
    rename = {name: bureau.headings[name] for name in bureau.rename}
    return HandedFile(bureau.layer, bureau.file, bureau.declare, bureau.encoding, rename, bureau.sheet, bureau.note)


def _dressed(frame: gpd.GeoDataFrame | pd.DataFrame, bureau: Handover) -> gpd.GeoDataFrame | pd.DataFrame:
    """The columns that the bureau hands over, in its order, each row dated, sourced and flagged; tables of points get longitude and latitude."""
    dates = np.where(np.arange(len(frame)) % 6 == 5, bureau.older or bureau.data_date, bureau.data_date)
    dated = frame.assign(source=f"{bureau.source}（演示）", synthetic="是", data_date=dates.astype(object))
    if "number_in_list" in bureau.headings:
        dated["number_in_list"] = np.arange(1, len(frame) + 1)
    if "lon" in bureau.headings:
        dated["lon"], dated["lat"] = _degrees(gpd.GeoDataFrame(dated), shifted=bureau.crs == "gcj02")
    if "lon" in bureau.headings or not isinstance(dated, gpd.GeoDataFrame):
        return pd.DataFrame(dated)[list(bureau.headings)]
    return gpd.GeoDataFrame(dated[[*bureau.headings, "geometry"]]).to_crs(bureau.crs)


def _degrees(frame: gpd.GeoDataFrame, *, shifted: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = frame.geometry.to_crs("EPSG:4490")
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    if shifted:
        lon, lat = wgs84_to_gcj02(lon, lat)
    return np.round(lon, 6), np.round(lat, 6)


def _write_vector(path: Path, frame: gpd.GeoDataFrame, bureau: Handover) -> None:
    if bureau.kind == "geojson":
        pyogrio.write_dataframe(frame, path, driver="GeoJSON", layer_options={"COORDINATE_PRECISION": "6"}, encoding="UTF-8")
    elif bureau.kind == "gpkg":
        _write_gpkg(path, frame)
    elif bureau.kind == "shp":
        _write_shp(path, frame, cpg=bureau.cpg)
    else:
        _write_zip(path, frame)


def _write_gpkg(path: Path, frame: gpd.GeoDataFrame) -> None:
    path.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
    try:
        pyogrio.write_dataframe(frame, path, driver="GPKG", layer=path.stem, promote_to_multi=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_shp(path: Path, frame: gpd.GeoDataFrame, *, cpg: bool) -> None:
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="GBK", layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE})
    if not cpg:
        path.with_suffix(".cpg").unlink()


def _write_zip(path: Path, frame: gpd.GeoDataFrame) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        inside = Path(temporary) / f"{path.stem}.shp"
        _write_shp(inside, frame, cpg=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in sorted(inside.parent.iterdir()):
                entry = zipfile.ZipInfo(member.name, ZIP_MOMENT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, member.read_bytes())


def _kml(frame: gpd.GeoDataFrame, bureau: Handover) -> str:
    """Placemarks with typed attributes, as map applications export them (GDAL replaces Chinese names in untyped `Data` by underscores)."""
    table = frame[list(bureau.headings)].astype(object).where(frame[list(bureau.headings)].notna(), "").astype(str)
    lon, lat = frame.geometry.x.map("{:.6f}".format), frame.geometry.y.map("{:.6f}".format)
    names = [escape(name) for name in bureau.headings.values()]
    fields = "".join(f'<SimpleField name="{name}" type="string"/>' for name in names)
    marks = [
        _placemark(names, [escape(value) for value in row], place)
        for *row, place in zip(*(table[name] for name in table), lon + "," + lat, strict=True)
    ]
    title = escape(bureau.file.removesuffix(".kml"))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    return f'{head}<name>{title}</name><Schema name="rows" id="rows">{fields}</Schema>\n' + "\n".join(marks) + "\n</Document></kml>\n"


def _placemark(names: list[str], values: list[str], place: str) -> str:
    data = "".join(f'<SimpleData name="{name}">{value}</SimpleData>' for name, value in zip(names, values, strict=True))
    attributes = f'<ExtendedData><SchemaData schemaUrl="#rows">{data}</SchemaData></ExtendedData>'
    return f"<Placemark><name>{values[1]}</name>{attributes}<Point><coordinates>{place},0</coordinates></Point></Placemark>"


def write_dem(path: Path, heights: NDArray[np.int16], grid: Grid) -> None:
    """The DEM as a tiled, compressed GeoTIFF; tags say that its detail is invented."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=grid.rows,
        width=grid.cols,
        count=1,
        dtype="int16",
        crs=grid.crs,
        transform=grid.transform,
        nodata=-32768,
        compress="deflate",
        predictor=2,
        zlevel=6,
        tiled=True,
        blockxsize=256,
        blockysize=256,
    ) as target:
        target.write(heights, 1)
        target.update_tags(演示数据="是", SYNTHETIC="YES", DESCRIPTION="30″ 地形走势叠加虚构的 30 米细节，不是实测高程")


def clear(folder: Path, bureau: Handover) -> None:
    """Remove what an earlier build left under the file's name."""
    for path in folder.glob(f"{Path(bureau.file).stem}.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
