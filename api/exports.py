"""Writing frames to files: formula-safe CSV, GeoJSON and GeoPackage, each whole or not at all."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
import pyogrio

from layers.errors import QueryError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

Frame = TypeVar("Frame", bound="pd.DataFrame")
DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG"}
TABLES = (".csv", ".xlsx")
SUFFIXES = (*TABLES, *DRIVERS)
FEWEST_PUBLIC = 5
"""Cells that count fewer households than this are left out of anything public (domain practice for small cells)."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`, renamed to it when everything went well, removed when not.

    Raises:
        StoreError: the folder cannot be written, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zutong-", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            yield draft
            draft.replace(path)
    except (OSError, pyogrio.errors.DataSourceError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise StoreError(f"文件 {path.name} 没有写成：{reason}。", hint="换一个可写的文件夹，或先清理磁盘。") from error


def suffix_of(path: Path) -> str:
    """The suffix of an output file in small letters.

    Raises:
        QueryError: it is none that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise QueryError(f"不能写成“{path.name}”这种文件；可用的后缀：{'、'.join(SUFFIXES)}。")
    return suffix


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """CSV as offices open it: UTF-8 with a byte-order mark; text that a spreadsheet would run as a formula gets a leading apostrophe."""
    with whole_file(path) as draft:
        formula_safe(frame).to_csv(draft, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def formula_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame, with an apostrophe before text that begins like a formula."""
    texts = {name: column for name, column in frame.items() if not pd.api.types.is_numeric_dtype(column.dtype)}
    return frame.assign(**{str(name): _defused(column) for name, column in texts.items()})


def _defused(column: pd.Series) -> pd.Series:
    text = column.astype("string")
    return text.where(~text.str.startswith(_DANGEROUS).fillna(value=False), "'" + text)


def write_features(frame: gpd.GeoDataFrame, path: Path, *, layer: str) -> None:
    """GeoJSON in WGS 84 (RFC 7946) or GeoPackage in the frame's own CRS."""
    driver = DRIVERS[suffix_of(path)]
    shown = frame.to_crs(4326) if driver == "GeoJSON" else frame
    options = {"RFC7946": "YES"} if driver == "GeoJSON" else {}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00Z"})
    with whole_file(path) as draft:
        pyogrio.write_dataframe(shown, draft, layer=layer, driver=driver, layer_options=options)


def suppress_small(frame: Frame, households: str, counts: tuple[str, ...]) -> Frame:
    """The frame without counts where 1 to 4 households are counted: `counts` become missing there.

    Args:
        frame: one row per group or unit.
        households: the column that counts households.
        counts: the columns that are hidden with it (households, people, registered households).
    """
    small = (frame[households].between(1, FEWEST_PUBLIC - 1)).fillna(value=False)
    return frame.assign(**{name: frame[name].mask(small) for name in counts})
