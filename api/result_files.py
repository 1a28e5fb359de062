"""What every file of a result has: the county's name, its marks, a footer, and one layer a table in a GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio

from api.exports import whole_file
from api.ledger import marks
from layers.errors import QueryError
from web.road_words import joined

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import geopandas as gpd

    from api.snapshot import Snapshot


def county_of(snapshot: Snapshot) -> str:
    """The county's name, else its code."""
    county = snapshot.workspace.settings.county
    return county.name or county.code


def footer(snapshot: Snapshot) -> str:
    """County, marks and revision in one line."""
    return joined([county_of(snapshot), marks(snapshot, public=False), f"版本 {snapshot.revision.id}"])


def marked(frame: gpd.GeoDataFrame, snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Every row says whether it is invented, as on the sheets."""
    return frame.assign(synthetic_note=pd.array([marks(snapshot, public=False)] * len(frame), dtype="string"))


def suffix_in(path: Path, formats: Collection[str], what: str) -> str:
    """The suffix in small letters, without its dot.

    Args:
        path: to be written.
        formats: suffixes that there are.
        what: the result in words.

    Raises:
        QueryError: it cannot be written as that.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in formats:
        raise QueryError(f"{what}不能写成“{path.name}”这种文件；可用的后缀：{'、'.join(f'.{one}' for one in formats)}。")
    return suffix


def write_package(snapshot: Snapshot, path: Path, parts: Mapping[str, tuple[gpd.GeoDataFrame, str]]) -> None:
    """Frames with the kind of their geometry (`Point`, `MultiLineString`, `MultiPolygon`), each a layer of one GeoPackage."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00Z"})
    with whole_file(path) as draft:
        for name, (frame, geometry) in parts.items():
            options: dict[str, Any] = {"geometry_type": geometry, "promote_to_multi": geometry != "Point"}
            pyogrio.write_dataframe(marked(frame, snapshot), draft, layer=name, driver="GPKG", append=draft.exists(), **options)
