"""Finding a place by name, code, or pinyin (`nabacun`, `nbc`): exact before prefix before infix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from api.answers import records
from layers.placenames import normalise_name, normalise_series, pinyin, pinyin_initials

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

KINDS: dict[str, tuple[str, str, str]] = {
    "county": ("counties", "county_code", "county_name"),
    "township": ("townships", "township_code", "township_name"),
    "village": ("villages", "village_code", "village_name"),
    "group": ("groups", "group_code", "group_name"),
    "settlement": ("settlements", "settlement_code", "settlement_name"),
}
"""Kind of hit → layer, key, name; in the order in which equals are listed."""

_ABOVE = ("township_name", "village_name")
_EXACT, _PREFIX, _INFIX, _NOT = 0, 1, 2, 3


def make_index(layers: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    """Every place that can be found, one row each, with the texts by which it is found.

    Args:
        layers: any of the layers of `KINDS`.

    Returns:
        `kind, code, name, path, lon, lat, west, south, east, north` and the search texts `by_name, by_hamlet, by_code, by_pinyin, by_initials`.
    """
    parts = [_entries(kind, layers[layer]) for kind, (layer, _, _) in KINDS.items() if layer in layers and len(layers[layer])]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _entries(kind: str, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    _, key, name = KINDS[kind]
    names, hamlets = _text(frame, name), _text(frame, "hamlet_name")
    shown = names.fillna("") + (("（" + hamlets + "）").where(names.notna() & hamlets.notna(), hamlets)).fillna("")
    return pd.DataFrame(
        {
            "kind": kind,
            "code": _text(frame, key).fillna(""),
            "name": shown.where(shown != "", _text(frame, key).fillna("")),
            "path": _path(frame, kind),
            **_places(frame),
            "by_name": normalise_series(names, normalise_name),
            "by_hamlet": normalise_series(hamlets, normalise_name),
            "by_code": _text(frame, key).str.lower(),
            "by_pinyin": normalise_series(hamlets.fillna(names), pinyin),
            "by_initials": normalise_series(hamlets.fillna(names), pinyin_initials),
        }
    )


def _text(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name].astype("string") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")


def _path(frame: pd.DataFrame, kind: str) -> pd.Series:
    above = _ABOVE[: {"group": 2, "village": 1, "settlement": 1}.get(kind, 0)]
    path = pd.Series("", index=frame.index, dtype="string")
    for name in above:
        part = _text(frame, name).fillna("")
        path = path.where(part == "", path.where(path == "", path + " › ") + part)
    return path


def _places(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    shapes = frame.geometry.to_numpy()
    middle = shapely.point_on_surface(shapes)
    edges = shapely.bounds(shapes)
    columns: dict[str, Any] = {"lon": shapely.get_x(middle), "lat": shapely.get_y(middle)}
    return columns | {name: edges[:, at] for at, name in enumerate(("west", "south", "east", "north"))}


def search(index: pd.DataFrame, text: str, limit: int) -> list[dict[str, Any]]:
    """The best hits: `kind, code, name, path, lon, lat, bounds`.

    Args:
        index: from `make_index`.
        text: part of a name, the beginning of a code, pinyin or its initials.
        limit: at most so many.
    """
    wanted = normalise_name(text)
    if not wanted or index.empty:
        return []
    rank = np.minimum.reduce([_rank(index[name], wanted) for name in ("by_name", "by_hamlet", "by_pinyin", "by_initials")])
    codes = _rank(index["by_code"], wanted)
    rank = np.minimum(rank, np.where(codes == _INFIX, _NOT, codes))
    order = pd.DataFrame({"rank": rank, "kind": pd.Categorical(index["kind"], list(KINDS)).codes, "code": index["code"]}, index=index.index)
    best = order[order["rank"] < _NOT].sort_values(["rank", "kind", "code"], kind="stable").head(limit).index
    return hits(index.loc[best])


def hits(index: pd.DataFrame) -> list[dict[str, Any]]:
    """Entries of the index as they are answered."""
    return [_hit(row) for row in records(index)]


def _rank(texts: pd.Series, wanted: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    known = texts.fillna("")
    found = [known == wanted, known.str.startswith(wanted), known.str.contains(wanted, regex=False)]
    return np.select([where.to_numpy(dtype=bool) for where in found], [_EXACT, _PREFIX, _INFIX], _NOT)


def _hit(row: Mapping[str, Any]) -> dict[str, Any]:
    edges = [row[name] for name in ("west", "south", "east", "north")]
    shown = {name: row[name] for name in ("kind", "code", "name", "path", "lon", "lat")}
    return shown | {"bounds": None if None in edges else edges}
