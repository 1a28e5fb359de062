"""What is different between two revisions: layer by layer, row by row, field by field.

Rows are matched by the layer's key. A layer without one (a list of problems) is matched by whole rows: there nothing is "changed",
a row is only there or not.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from layers.errors import LayerNotFound
from layers.names import LAYERS
from layers.store.frames import GEOMETRY
from layers.store.revision import LayerKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.store.protocol import Store
    from layers.store.revision import Revision

SUMMARY_COLUMNS = ("layer", "added", "removed", "changed")
DETAIL_COLUMNS = ("key", "change", "field", "before", "after")
KEY_SEPARATOR = "/"
RESULT_KEYS: dict[str, tuple[str, ...]] = {
    "coverage": ("group_code", "service"),
    "evidence": ("group_code", "service", "indicator"),
    "gaps": ("service", "level", "area_code"),
}

_KEY = "__key__"
_GEOD = Geod(ellps="GRS80")  # CGCS2000's ellipsoid differs from it by a tenth of a millimetre
_SAME_PLACE_M = 0.5


def compare(store: Store, a: str, b: str) -> pd.DataFrame:
    """Per layer that differs, how many rows came, went and changed from revision `a` to `b`.

    Returns:
        Columns `layer` (string), `added`, `removed`, `changed` (Int64); a raster counts as one row. Sorted by layer.
    """
    before, after = store.revision(a), store.revision(b)
    differing = [name for name in sorted({*before.layers, *after.layers}) if _sha256(before, name) != _sha256(after, name)]
    counts = [_counts(compare_layer(store, before.id, after.id, name)) for name in differing]
    frame = pd.DataFrame(counts, columns=list(SUMMARY_COLUMNS[1:]), dtype="Int64")
    frame.insert(0, SUMMARY_COLUMNS[0], pd.Series(differing, dtype="string"))
    return frame


def compare_layer(store: Store, a: str, b: str, layer: str) -> pd.DataFrame:
    """Every difference in one layer from revision `a` to `b`.

    Returns:
        All `string`: `key` (several key columns joined by `/`; a hash of the row where the layer has no key), `change` (`added`,
        `removed`, `changed`), and for a changed row one line per `field` with its value `before` and `after`. A moved geometry is the
        field `geometry`; `after` says how far its representative point moved (geodesic, metres) or that only the shape changed.
        Sorted by key.

    Raises:
        LayerNotFound: neither revision has the layer.
    """
    before, after = store.revision(a), store.revision(b)
    if layer not in before.layers and layer not in after.layers:
        raise LayerNotFound(f"两个版本都没有图层“{LAYERS[layer].label if layer in LAYERS else layer}”。")
    if _sha256(before, layer) == _sha256(after, layer):
        return _lines([], "")
    if LayerKind.RASTER in {revision.layers[layer].kind for revision in (before, after) if layer in revision.layers}:
        return _compare_files(layer, _sha256(before, layer), _sha256(after, layer))
    return compare_frames(_frame(store, before, layer), _frame(store, after, layer), _key_of(layer))


def compare_frames(before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Every difference between two frames whose rows are told apart by the key columns; see `compare_layer`."""
    left, right = _by_key(before, after, key)
    common = left.index.intersection(right.index, sort=False)
    parts = [
        _lines(right.index.difference(left.index, sort=False), "added"),
        _lines(left.index.difference(right.index, sort=False), "removed"),
        *_changed_fields(left.loc[common], right.loc[common]),
    ]
    return pd.concat(parts, ignore_index=True).sort_values("key", kind="stable", ignore_index=True)


def _sha256(revision: Revision, layer: str) -> str:
    return revision.layers[layer].sha256 if layer in revision.layers else ""


def _frame(store: Store, revision: Revision, layer: str) -> pd.DataFrame:
    return store.read(layer, rev=revision.id) if layer in revision.layers else pd.DataFrame()


def _key_of(layer: str) -> tuple[str, ...]:
    if layer in RESULT_KEYS:
        return RESULT_KEYS[layer]
    return (LAYERS[layer].key,) if layer in LAYERS and LAYERS[layer].key else ()


def _counts(lines: pd.DataFrame) -> list[int]:
    rows = lines.drop_duplicates("key")["change"].value_counts()
    return [int(rows.get(change, 0)) for change in SUMMARY_COLUMNS[1:]]


def _compare_files(layer: str, before: str, after: str) -> pd.DataFrame:
    change = "added" if not before else "removed" if not after else "changed"
    return _lines([layer], change, field="sha256" if change == "changed" else pd.NA, before=before or pd.NA, after=after or pd.NA)


def _by_key(before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both frames with one text index that tells rows apart and means the same in both."""
    keys = [_joined(frame, key) for frame in (before, after)]
    if any(found is None for found in keys):
        keys = [_row_names(frame) for frame in (before, after)]
    left, right = (
        frame.drop(columns=[*key], errors="ignore").set_index(pd.Index(cast("Any", found), name=_KEY))
        for frame, found in zip((before, after), keys, strict=True)
    )
    return left, right


def _joined(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series[str] | None:
    """The key columns as one text; None where they do not tell the rows apart. A frame without rows or columns agrees with any key."""
    if frame.empty:
        return pd.Series([], dtype="string")
    if not key or not set(key) <= set(frame.columns):
        return None
    parts = [frame[name].astype("string").fillna("") for name in key]
    joined = reduce(lambda left, right: left + KEY_SEPARATOR + right, parts)
    return joined if joined.is_unique else None


def _row_names(frame: pd.DataFrame) -> pd.Series[str]:
    """A name for each row from all it holds; rows that are alike are numbered."""
    if frame.empty:
        return pd.Series([], dtype="string")
    plain = pd.DataFrame(
        {
            name: shapely.to_wkb(np.asarray(frame[name])) if name == GEOMETRY else frame[name].astype("string")
            for name in sorted(map(str, frame.columns))
        }
    )
    hashed = pd.util.hash_pandas_object(plain, index=False)
    number = hashed.groupby(hashed).cumcount()
    return pd.Series([f"{row:016x}-{nth}" for row, nth in zip(hashed, number, strict=True)], dtype="string")


def _changed_fields(left: pd.DataFrame, right: pd.DataFrame) -> list[pd.DataFrame]:
    """One part per field that differs somewhere; both frames have the same index."""
    fields = [*left.columns, *(name for name in right.columns if name not in left.columns)]
    parts = [_changed_values(left, right, name) for name in fields if name != GEOMETRY]
    if isinstance(left, gpd.GeoDataFrame) and isinstance(right, gpd.GeoDataFrame):
        parts.append(_moved(left.geometry, right.geometry))
    return parts


def _changed_values(left: pd.DataFrame, right: pd.DataFrame, field: str) -> pd.DataFrame:
    """Rows whose value differs; a value that appeared or went missing differs, two missing ones do not."""
    before, after = (frame[field] if field in frame else pd.Series(pd.NA, index=frame.index, dtype="string") for frame in (left, right))
    if before.dtype != after.dtype:
        before, after = before.astype("string"), after.astype("string")
    differs = ((before != after).fillna(value=False) | (before.isna() != after.isna())).to_numpy(dtype=bool)
    return _lines(left.index[differs], "changed", field=field, before=before[differs], after=after[differs])


def _moved(left: gpd.GeoSeries, right: gpd.GeoSeries) -> pd.DataFrame:
    before, after = np.asarray(left), np.asarray(right)
    differs = ~shapely.equals_identical(before, after) & ~(shapely.is_missing(before) & shapely.is_missing(after))
    return _lines(left.index[differs], "changed", field=GEOMETRY, after=_how_moved(before[differs], after[differs]))


def _how_moved(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A Chinese phrase for each pair of geometries (EPSG:4490) that differ."""
    start, end = shapely.point_on_surface(before), shapely.point_on_surface(after)
    lon_a, lat_a, lon_b, lat_b = (
        np.nan_to_num(part) for part in (shapely.get_x(start), shapely.get_y(start), shapely.get_x(end), shapely.get_y(end))
    )
    _, _, metres = _GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    moved = np.char.add(np.char.add("移动 ", np.char.mod("%.0f", metres)), " m")
    said = np.where(metres < _SAME_PLACE_M, "形状改变", moved)
    said = np.where(shapely.is_missing(before) | shapely.is_empty(before), "补上位置", said)
    return np.where(shapely.is_missing(after) | shapely.is_empty(after), "失去位置", said)


def _lines(keys: Any, change: str, *, field: Any = pd.NA, before: Any = pd.NA, after: Any = pd.NA) -> pd.DataFrame:
    """Lines of `compare_layer` for those keys; the other columns are one value for all or one for each."""
    index = pd.RangeIndex(len(keys))
    values = {"key": np.asarray(keys, dtype=object), "change": change, "field": field, "before": before, "after": after}
    columns = {name: _texts(value, index) for name, value in values.items()}
    return pd.DataFrame(columns, columns=list(DETAIL_COLUMNS), index=index)


def _texts(value: Any, index: pd.RangeIndex) -> pd.Series[str]:
    array = value.array if isinstance(value, pd.Series) else value
    return pd.Series(array, index=index).astype("string")
