"""Frames to Parquet and back: one set of column types, the same bytes for the same frame.

GeoParquet 1.1 with a `bbox` column, so that QGIS, GDAL, DuckDB, pandas and Dask open the files as they are and a window is read without
reading the county. Nothing in the file depends on the time, the path or the machine.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pandas.api import types

from layers.errors import DamagedWorkspace, QueryError
from layers.store.revision import LayerKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from layers.store.protocol import BBox

CRS = "EPSG:4490"
GEOMETRY = "geometry"
COVERING = "bbox"  # the column that geopandas adds for GeoParquet's covering
SCHEMA_VERSION = "1.1.0"
ROW_GROUP_ROWS = 16_384  # small enough that a window skips most of a county, large enough to compress well

_INFERRED = {"string": "string", "empty": "string", "boolean": "boolean", "integer": "Int64", "floating": "Float64", "mixed-integer-float": "Float64"}
_FAMILY = {"Point": "point", "LineString": "line", "LinearRing": "line", "Polygon": "polygon"}


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the store's column types: `string`, `Int64`, `Float64`, `boolean`, geometry; missing is always `<NA>`.

    Other text, integer, float and boolean types are converted (NaN becomes `<NA>`). Column order and row order stay.

    Raises:
        TypeError: a column holds something else (dates are ISO text), or the index has a name and would be lost.
        ValueError: the geometry is not in a column `geometry` in EPSG:4490, or two columns have one name.
    """
    if any(name is not None for name in frame.index.names):
        raise TypeError(f"the index {list(frame.index.names)} would be lost: make it a column")
    if not frame.columns.is_unique or COVERING in frame.columns or not all(isinstance(name, str) for name in frame.columns):
        raise ValueError(f"column names must be text, unique and not “{COVERING}”: {list(frame.columns)}")
    columns = {str(name): _canonical_column(frame[name]) for name in frame.columns if name != GEOMETRY or not _is_geo(frame)}
    if not _is_geo(frame):
        return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    geo = cast("gpd.GeoDataFrame", frame)
    _check_geometry(geo)
    geometry = np.asarray(geo.geometry.array)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometry, crs=CRS), index=pd.RangeIndex(len(frame)))[list(map(str, frame.columns))]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a canonical frame as GeoParquet (or plain Parquet where it has no geometry)."""
    if not _is_geo(frame):
        frame.to_parquet(path, index=False, compression="zstd", row_group_size=ROW_GROUP_ROWS)
        return
    cast("gpd.GeoDataFrame", frame).to_parquet(
        path,
        index=False,
        compression="zstd",
        schema_version=SCHEMA_VERSION,
        write_covering_bbox=True,
        row_group_size=ROW_GROUP_ROWS,
    )


def read(path: Path, *, columns: Sequence[str] | None = None, bbox: BBox | None = None) -> pd.DataFrame:
    """Read a layer's file; see `Store.read` for the arguments.

    Raises:
        QueryError: a column that is not there, or a bbox on a table.
        DamagedWorkspace: the file is gone or is not Parquet.
    """
    with _damage_named(path):
        known = [name for name in pq.read_schema(path).names if name != COVERING]
    wanted = known if columns is None else list(columns)
    _check_request(path, known, wanted, bbox)
    with _damage_named(path):
        table = pq.read_table(path, columns=wanted, filters=None if bbox is None else _meets(bbox))
    plain = table.select([name for name in wanted if name != GEOMETRY]).to_pandas()
    if GEOMETRY not in wanted:
        return cast("pd.DataFrame", plain)
    geometry = gpd.GeoSeries.from_wkb(table.column(GEOMETRY).to_numpy(), crs=CRS)
    return gpd.GeoDataFrame(plain, geometry=geometry)[wanted]


def describe(frame: pd.DataFrame) -> dict[str, Any]:
    """What a `LayerRef` says of a canonical frame: kind, rows, bounds, geometry."""
    kind = LayerKind.VECTOR if _is_geo(frame) else LayerKind.TABLE
    return {"kind": kind, "rows": len(frame), "bounds": bounds_of(frame), "geometry": geometry_of(frame)}


def bounds_of(frame: pd.DataFrame) -> BBox | None:
    """West, south, east, north of a frame in degrees; None where nothing has a geometry."""
    if not _is_geo(frame):
        return None
    bounds = cast("gpd.GeoDataFrame", frame).total_bounds
    return None if np.isnan(bounds).any() else (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))


def geometry_of(frame: pd.DataFrame) -> str:
    """`point`, `line`, `polygon`, `mixed`, `table`, or nothing where no row has a geometry."""
    if not _is_geo(frame):
        return "table"
    kinds = cast("gpd.GeoDataFrame", frame).geom_type.dropna().unique()
    families = {_FAMILY.get(str(kind).removeprefix("Multi"), "mixed") for kind in kinds}
    return families.pop() if len(families) == 1 else "mixed" if families else ""


def _is_geo(frame: pd.DataFrame) -> bool:
    return isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None


def _canonical_column(column: pd.Series[Any]) -> pd.Series[Any]:
    """One column in the store's type, with a fresh index."""
    values = pd.Series(column.array, name=column.name)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    target = _target(values)
    if target is None:
        raise TypeError(f"column {column.name!r} holds {values.dtype}: the store keeps text, whole numbers, numbers and yes/no")
    stored = values.astype(types.pandas_dtype(target))
    return _without_nan(stored) if target == "Float64" else stored


def _target(values: pd.Series[Any]) -> str | None:
    """The store's type for a column; None where it has none. A column of objects is looked into."""
    if isinstance(values.dtype, pd.StringDtype):
        return "string"
    if types.is_object_dtype(values.dtype):
        return _INFERRED.get(types.infer_dtype(values, skipna=True))
    tests = {"boolean": types.is_bool_dtype, "Int64": types.is_integer_dtype, "Float64": types.is_float_dtype}
    return next((name for name, test in tests.items() if test(values.dtype)), None)


def _without_nan(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.mask(np.isnan(values.to_numpy(dtype="float64", na_value=np.nan)), pd.NA)


def _check_geometry(frame: gpd.GeoDataFrame) -> None:
    others = [name for name in frame.columns if str(frame[name].dtype) == GEOMETRY and name != GEOMETRY]
    if frame.geometry.name != GEOMETRY or others:
        raise ValueError(f"a layer has one geometry column, called “{GEOMETRY}” (here also {others})")
    if frame.crs is None or not frame.crs.equals(CRS, ignore_axis_order=True):
        raise ValueError(f"layers are stored in {CRS}; this frame is in {frame.crs and frame.crs.to_string()}")


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        name = f"{path.parent.name}/{path.name}"
        raise DamagedWorkspace(f"工作区里的图层文件 {name} 丢失或损坏，读不出来；请从备份恢复这个文件。") from error


def _check_request(path: Path, known: list[str], wanted: list[str], bbox: BBox | None) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise QueryError(f"图层 {path.parent.name} 没有字段“{'、'.join(missing)}”；已有的字段：{'、'.join(known)}。")
    if bbox is not None and GEOMETRY not in known:
        raise QueryError(f"图层 {path.parent.name} 是表格，没有位置，不能按范围查询。")


def _meets(bbox: BBox) -> pc.Expression:
    """Rows whose bounding box meets the window; rows without a geometry meet none."""
    west, south, east, north = bbox
    edge = {name: pc.field(COVERING, name) for name in ("xmin", "ymin", "xmax", "ymax")}
    return (edge["xmin"] <= east) & (edge["xmax"] >= west) & (edge["ymin"] <= north) & (edge["ymax"] >= south)
