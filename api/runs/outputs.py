"""Results as files: the gap ledger, a layer, and the page as a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from api.exports import TABLES, suffix_of, whole_file, write_csv, write_features
from api.ledger import DEGREES, labelled, marks, rows_of, sheets, views_of
from api.snapshot import Snapshot, is_public
from layers.errors import QueryError
from layers.names import LAYERS, fields_of
from web.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from gis.gaps.filters import Filter
    from layers.workspace import Workspace

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}


def write_gaps(snapshot: Snapshot, wanted: Filter, path: Path, *, sort: str = "", public: bool = False) -> int:
    """Write the rows of a filter to .xlsx, .csv, .geojson or .gpkg; a filter without a service asks for all of them.

    Returns:
        How many rows the filter matches.

    Raises:
        QueryError: another kind of file.
    """
    suffix = suffix_of(path)
    views = views_of(snapshot, wanted, sort=sort)
    rows = rows_of(views, public=public)
    if suffix == ".csv":
        write_csv(labelled(rows, wanted.level), path)
    elif suffix == ".xlsx":
        with whole_file(path) as draft:
            write_workbook(draft, sheets(snapshot, wanted, views, public=public), footer=_footer(snapshot, public=public))
    else:
        write_features(rows.assign(synthetic_note=marks(snapshot, public=public)), path, layer=f"gaps_{wanted.level}")
    return len(rows)


def _footer(snapshot: Snapshot, *, public: bool) -> str:
    county = snapshot.workspace.settings.county
    return " · ".join(part for part in (county.name or county.code, marks(snapshot, public=public), f"版本 {snapshot.revision.id}") if part)


def gap_file(snapshot: Snapshot, wanted: Filter, fmt: str, *, sort: str = "", public: bool = False) -> tuple[bytes, str]:
    """The same file in memory, and a name for it."""
    name = f"gaps-{wanted.service or 'all'}-{wanted.level}.{fmt}"
    with tempfile.TemporaryDirectory(prefix="zutong-export-") as folder:
        path = Path(folder) / name
        write_gaps(snapshot, wanted, path, sort=sort, public=public)
        return path.read_bytes(), name


def export_layer(workspace: Workspace, layer: str, path: Path, *, rev: str = "main") -> int:
    """Write a public layer to .xlsx, .csv, .geojson or .gpkg and return its number of rows.

    Raises:
        QueryError: the layer may not be exported (the register never is), or another kind of file.
        LayerNotFound: the county has none.
    """
    suffix, label = suffix_of(path), LAYERS[layer].label
    if not is_public(layer) and LAYERS[layer].personal:
        raise QueryError(f"“{label}”含户的信息，不能导出；请导出村民组或短板表。")
    if layer == "dem":
        raise QueryError("高程不能导出；原始文件请向提供单位索取。")
    frame = workspace.store.read(layer, rev=rev)
    if suffix not in TABLES and not isinstance(frame, gpd.GeoDataFrame):
        raise QueryError(f"“{label}”没有图形，请写成 .xlsx 或 .csv。")
    if isinstance(frame, gpd.GeoDataFrame) and suffix not in TABLES:
        write_features(frame, path, layer=layer)
    else:
        _write_table(frame, layer, path)
    return len(frame)


def _write_table(frame: pd.DataFrame, layer: str, path: Path) -> None:
    """Rows under their Chinese headings; places as longitude and latitude where they are points."""
    labels = {field.name: field.label for field in fields_of(LAYERS[layer])}
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).rename(columns=labels)
    if isinstance(frame, gpd.GeoDataFrame) and (frame.geom_type.dropna() == "Point").all():
        plain = plain.assign(经度=frame.geometry.x.round(7), 纬度=frame.geometry.y.round(7))
    if path.suffix.lower() == ".csv":
        write_csv(plain, path)
        return
    with whole_file(path) as draft:
        sheet = Sheet(LAYERS[layer].label, LAYERS[layer].label, plain, note=f"共 {len(plain)} 条", degrees=DEGREES)
        write_workbook(draft, [sheet], footer="内部使用")
