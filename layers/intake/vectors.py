"""Vector files through GDAL (and GeoParquet through Arrow), as raw cells and shapes."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from geopandas.array import GeometryDtype
from pyarrow import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError

from layers.errors import HostileFile, InputError, UnknownFormat
from layers.intake.encoding import choose_codec, decode
from layers.intake.raw import Raw
from layers.intake.safety import LARGEST_FILE, MOST_ROWS, MOST_VERTICES, refuse_entities

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

_DRIVERS = {
    "shp": ("ESRI Shapefile",),
    "dbf": ("ESRI Shapefile",),
    "gpkg": ("GPKG",),
    "geojson": ("GeoJSON", "GeoJSONSeq"),
    "fgb": ("FlatGeobuf",),
    "kml": ("LIBKML", "KML"),
    "gdb": ("OpenFileGDB",),
}
_KML_STYLE = ["id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"]
"""Columns that LIBKML adds to every layer; they style a drawing and say nothing about the place."""
_DAMAGE = (DataSourceError, DataLayerError, shapely.GEOSException, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError)
"""What GDAL and what stands on it raise on broken files."""
_BYTES = "ISO-8859-1"  # GDAL hands over each byte of a .dbf as one character


def read_vector(path: Path, kind: str, *, file: str, sheet: str | None = None, encoding: str | None = None) -> Raw:
    """One layer of a vector file.

    Args:
        path: The file, already identified as `kind`.
        kind: A value of `layers.intake.safety.KINDS` that GDAL or Arrow reads.
        file: Name for sentences.
        sheet: Layer of a container.
        encoding: Of a shapefile's table; found from the bytes when None.

    Raises:
        UnknownFormat: damaged, or not what it seems.
        HostileFile: too many features or vertices, or another driver would read it.
        InputError: several layers and none named.
        BadEncoding: see `layers.intake.encoding`.
    """
    if kind == "parquet":
        return _raw(_read_parquet(path, file), encoding="utf-8", cut=False, file=file)
    if kind == "kml":
        refuse_entities(path)
    if kind == "shp" and not path.with_suffix(".shx").exists() and not path.with_suffix(".SHX").exists():
        raise InputError(f"“{file}”缺少同名的 .shx 文件；Shapefile 的 .shp、.shx、.dbf、.prj 要放在一起（或打成一个 .zip）。", file=file)
    if kind == "shp" and not path.with_suffix(".dbf").exists() and not path.with_suffix(".DBF").exists():
        raise InputError(f"“{file}”缺少同名的 .dbf 文件（属性表）；Shapefile 的 .shp、.shx、.dbf、.prj 要放在一起（或打成一个 .zip）。", file=file)
    bytewise = kind in ("shp", "dbf")
    frame = _read_gdal(path, kind, sheet=sheet, file=file, encoding=_BYTES if bytewise else None)
    if not bytewise:
        return _raw(frame, encoding="utf-8", cut=False, file=file)
    texts = _byte_texts(frame)
    codec = choose_codec([text.encode("latin-1") for text in texts], file=file, declared=encoding, stated=_stated(path))
    return _raw(_recoded(frame, codec), encoding=codec, cut=True, file=file)


def _read_gdal(path: Path, kind: str, *, sheet: str | None, file: str, encoding: str | None) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubts about shapes become problem rows later
            layer = _choose_layer(path, kind, sheet, file)
            info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
            _must_be_expected(info, kind, file)
            frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding, force_2d=True, on_invalid="ignore")
    except _DAMAGE as error:
        raise UnknownFormat(f"打不开“{file}”：文件不完整或已损坏；请用原软件重新导出。", file=file) from error
    return frame.drop(columns=_KML_STYLE, errors="ignore") if kind == "kml" else frame


def _must_be_expected(info: dict[str, Any], kind: str, file: str) -> None:
    if info["driver"] not in _DRIVERS[kind]:
        raise HostileFile(f"“{file}”的内容与扩展名不符（实为 {info['driver']}），为安全起见不导入。", file=file)
    if info["features"] > MOST_ROWS:
        raise HostileFile(f"“{file}”有 {info['features']} 个要素，超过上限 {MOST_ROWS} 个。", file=file)


def _choose_layer(path: Path, kind: str, sheet: str | None, file: str) -> str | None:
    if kind in ("shp", "dbf", "geojson", "fgb"):
        return None
    layers = pyogrio.list_layers(path)
    names = [str(name) for name, _ in layers]
    if sheet is not None and sheet not in names:
        raise InputError(f"“{file}”里没有名为“{sheet}”的图层；有：{'、'.join(names)}。", file=file)
    if sheet is None and len(names) > 1:
        names = _worth_reading(path, kind, layers) or names
    if sheet is None and len(names) != 1:
        found = f"有 {len(names)} 个图层：{'、'.join(names)}；请用 --sheet 指定一个。" if names else "里没有图层。"
        raise InputError(f"“{file}”{found}", file=file)
    return sheet or names[0]


def _worth_reading(path: Path, kind: str, layers: Any) -> list[str]:
    """Of several layers those that hold shapes (a .gpkg keeps its styles in tables), of a drawing's folders those that are not empty."""
    shaped = [str(name) for name, shape in layers if shape is not None]
    return [name for name in shaped if kind != "kml" or pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]]


def _read_parquet(path: Path, file: str) -> pd.DataFrame:
    try:
        parquet = pq.ParquetFile(path)
        size = sum(parquet.metadata.row_group(i).total_byte_size for i in range(parquet.metadata.num_row_groups))
        if parquet.metadata.num_rows > MOST_ROWS or size > LARGEST_FILE:
            raise HostileFile(f"“{file}”有 {parquet.metadata.num_rows} 行、解压后 {size / 1e9:.1f} GB，超过上限。", file=file)
        is_geo = b"geo" in (parquet.schema_arrow.metadata or {})
        return gpd.read_parquet(path) if is_geo else parquet.read().to_pandas()
    except (ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise UnknownFormat(f"打不开“{file}”：不是完好的 Parquet 文件。", file=file) from error


def _stated(path: Path) -> str | None:
    """What a .cpg beside the shapefile says."""
    for suffix in (".cpg", ".CPG"):
        beside = path.with_suffix(suffix)
        if beside.exists():
            return beside.read_bytes()[:64].decode("ascii", "ignore").strip()
    return None


def _byte_texts(frame: pd.DataFrame) -> list[str]:
    """Every distinct text of a .dbf that is not plain ASCII, its headings included."""
    texts = {str(name) for name in frame.columns}
    for name in frame.columns:
        if _is_text(frame[name]):
            texts.update(value for value in frame[name].dropna().unique() if isinstance(value, str))
    return sorted(text for text in texts if not text.isascii())


def _recoded(frame: pd.DataFrame, codec: str) -> pd.DataFrame:
    columns = {
        name: frame[name].map(lambda value: decode(value.encode("latin-1"), codec) if isinstance(value, str) else value)
        if _is_text(frame[name])
        else frame[name]
        for name in frame.columns
    }
    recoded = pd.concat(list(columns.values()), axis=1) if columns else frame
    recoded.columns = pd.Index([decode(str(name).encode("latin-1"), codec) for name in frame.columns])
    return recoded


def _cells(column: pd.Series[Any]) -> npt.NDArray[np.object_]:
    """The values of a column; lists and objects (GeoJSON, Parquet) as their JSON text."""
    values = column.astype(object)
    nested = values.map(lambda value: isinstance(value, dict | list | np.ndarray)).to_numpy(dtype=bool)
    plain = values.mask(nested, values[nested].map(lambda value: json.dumps(value, ensure_ascii=False, default=str)))
    return np.asarray(plain, dtype=np.object_)


def _is_text(column: pd.Series[Any]) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _raw(frame: pd.DataFrame, *, encoding: str, cut: bool, file: str) -> Raw:
    rows = pd.RangeIndex(1, len(frame) + 1, name="row")
    placed = [name for name in frame.columns if isinstance(frame[name].dtype, GeometryDtype)]
    others = [name for name in frame.columns if name not in placed]
    cells = pd.DataFrame({i: _cells(frame[name]) for i, name in enumerate(others)}, index=rows, dtype=object)
    headings = tuple((str(name),) for name in others)
    if not placed:
        return Raw(headings, cells, rows_read=len(frame), encoding=encoding, cut=cut)
    shapes = gpd.GeoSeries(frame[placed[0]])
    if shapely.get_num_coordinates(np.asarray(shapes.array, dtype=np.object_)).sum() > MOST_VERTICES:
        raise HostileFile(f"“{file}”的顶点超过 {MOST_VERTICES} 个。", file=file)
    geometry = gpd.GeoSeries(shapes.to_numpy(), index=rows)
    return Raw(headings, cells, rows_read=len(frame), geometry=geometry, crs=shapes.crs, encoding=encoding, cut=cut)
