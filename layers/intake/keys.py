"""Keys: every row of a layer has one, and no two rows have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.intake.problems import Origin, join_problems
from layers.names import Geometry

if TYPE_CHECKING:
    from layers.names import Layer

Frame: TypeAlias = pd.DataFrame | gpd.GeoDataFrame

_AREAS = frozenset(("county_code", "township_code", "village_code"))


def complete_keys(frame: pd.DataFrame, layer: Layer, *, origin: Origin) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame with a key in every row: `<layer>-000001` by position where the file gives none.

    Rows that lack a required key are rejected elsewhere, unless the whole file has none.
    """
    missing = frame[layer.key].isna()
    if not missing.any():
        return frame, join_problems([])
    made = pd.Series([f"{layer.name}-{i:06d}" for i in range(1, len(frame) + 1)], index=frame.index, dtype="string")
    label = layer.by_name[layer.key].label
    if missing.all():
        needed = layer.by_name[layer.key].required
        hint = f"如有代码列，请加 --rename {layer.key}=该列表头；没有的请补上：行次一变，编号就变，户册和历次结果对不上" if needed else ""
        text = f"没有“{label}”，已按行次编为 {made.iloc[0]} 等。"
        note = origin.problem("made_keys", "warning" if needed else "info", text, field=layer.key, suggestion=hint)
    else:
        rows = frame.index[missing]
        texts = [f"第 {row} 行缺“{label}”，已编为 {code}。" for row, code in zip(rows, made[missing], strict=True)]
        note = origin.problem("made_keys", "warning", texts, row=rows.tolist(), field=layer.key, suggestion=f"请补填{label}")
    return frame.assign(**{layer.key: frame[layer.key].fillna(made)}), note


def merge_parts(frame: gpd.GeoDataFrame, layer: Layer, *, origin: Origin) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Areas that come in several rows alike in everything but their shape (exclaves) become one row, the first, with the whole shape.

    Only for county, township and village areas; each row that was merged into another is told (`merged_part`).
    """
    if layer.key not in _AREAS or layer.geometry is not Geometry.POLYGON:
        return frame, join_problems([])
    plain = pd.DataFrame({name: frame[name] for name in frame.columns if name != "geometry"})
    again = plain.duplicated().to_numpy(dtype=bool)
    codes = frame.loc[again & ~_identical(frame), layer.key]
    later = again & frame[layer.key].isin(codes).to_numpy(dtype=bool)
    several = plain.duplicated(keep=False) & frame[layer.key].isin(codes)
    shapes = frame.geometry.copy()
    for rows in plain[several].groupby(list(plain.columns), sort=False, dropna=False).groups.values():
        shapes.loc[rows[0]] = shapely.union_all(np.asarray(frame.geometry.loc[rows].array, dtype=np.object_))
    texts = [
        f"第 {row} 行与前面的{layer.label}“{key}”除图形外相同，已合并为一个。"
        for row, key in zip(frame.index[later], frame.loc[later, layer.key], strict=True)
    ]
    note = origin.problem("merged_part", "info", texts, row=frame.index[later].tolist(), field="geometry")
    return frame.set_geometry(shapes)[~later], note


def unique_keys(frame: Frame, layer: Layer, *, origin: Origin) -> tuple[Frame, pd.DataFrame]:
    """Each key once.

    A row that repeats an earlier one in everything is dropped (`info`). Otherwise the first row of a key stands and later ones are rejected
    (`error`), but for lines and parcels: there one code on several features is common and right, so they are kept and told apart by `-2`, `-3`
    (lines by the caller, once their parts are known, too).

    Args:
        frame: Rows with a key in each, indexed by row number.
        layer: Its key and geometry.
        origin: For the problem rows.
    """
    key = frame[layer.key]
    same = _identical(frame)
    again = key.duplicated().to_numpy(dtype=bool) & ~same
    first = dict(zip(key[~key.duplicated()].tolist(), frame.index[~key.duplicated()].tolist(), strict=True))
    dropped = _notes("identical_row", "info", "与第 {first} 行完全相同，只保留一行。", frame.index[same], key[same], first, layer, origin)
    if layer.geometry is Geometry.LINE or (layer.geometry is Geometry.POLYGON and layer.key not in _AREAS):
        text = "的{label}“{key}”与第 {first} 行相同，图形不同，已加 -2、-3 等后缀区分。"
        noted = _notes("repeated_key", "info", text, frame.index[again], key[again], first, layer, origin)
        kept = frame[~same]
        apart = kept if layer.geometry is Geometry.LINE else kept.assign(**{layer.key: told_apart(kept[layer.key])})
        return apart, join_problems([dropped, noted])
    text = "的{label}“{key}”与第 {first} 行重复而内容不同，未导入。"
    rejected = _notes("duplicate_key", "error", text, frame.index[again], key[again], first, layer, origin)
    return frame[~(same | again)], join_problems([dropped, rejected])


def _notes(
    rule: str, severity: Any, text: str, rows: pd.Index[Any], keys: pd.Series[Any], first: dict[str, int], layer: Layer, origin: Origin
) -> pd.DataFrame:
    label = layer.by_name[layer.key].label
    pairs = zip(rows.tolist(), keys.tolist(), strict=True)
    texts = [f"第 {row} 行" + text.format(label=label, key=key, first=first[key]) for row, key in pairs]
    way_out = "请核对两行，改正代码或删去一行" if severity == "error" else ""
    return origin.problem(rule, severity, texts, row=rows.tolist(), field=layer.key, value=keys.tolist(), suggestion=way_out)


def _identical(frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that repeat an earlier row in every value and in their shape."""
    plain = pd.DataFrame({name: frame[name] for name in frame.columns if name != "geometry"})
    if "geometry" in frame:
        plain = plain.assign(geometry=gpd.GeoSeries(frame["geometry"]).to_wkb())
    return np.asarray(plain.duplicated(), dtype=bool)


def told_apart(keys: pd.Series[Any]) -> pd.Series[Any]:
    """Repeated keys with `-2`, `-3` and so on, passing over suffixes that are already taken; the first stays as it is."""
    if not keys.duplicated().any():
        return keys
    taken, number, made = set(keys.tolist()), dict.fromkeys(keys.tolist(), 1), []
    for key, repeated in zip(keys.tolist(), keys.duplicated().tolist(), strict=True):
        name = key
        while repeated and name in taken:
            number[key] += 1
            name = f"{key}-{number[key]}"
        taken.add(name)
        made.append(name)
    return pd.Series(made, index=keys.index, dtype="string")
