"""Townships: where each has its seat, and to which a group belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.codes import prefix_of
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

_OFFICE = "000"
"""A township's own office carries the township's code, or that code with these digits for the village."""


def township_seats(layers: Mapping[str, pd.DataFrame], *, crs: CRS | str | int) -> gpd.GeoDataFrame:
    """Where each township has its seat.

    Args:
        layers: `committees` (a row with the township's own code is its office), `townships` and `groups`, as far as the county has them.
        crs: the metric CRS of the answer.

    Returns:
        `township_code, kind, geometry`, sorted by code; kind `office` (the office itself) or `middle` (a point inside its area, for want of that).
        A township with neither is not there.
    """
    parts = [_offices(layers, crs), _middles(layers.get("townships"), crs)]
    both = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)
    return both.drop_duplicates("township_code").sort_values("township_code", ignore_index=True)


def townships_of(groups: pd.DataFrame, layers: Mapping[str, pd.DataFrame]) -> pd.Series:
    """The township code of each group.

    Args:
        groups: `group_code`; `township_code`, `village_code`, `township_name` as far as they are written.
        layers: `villages` and `townships`, as far as the county has them.

    Returns:
        What the group says itself; else what its village says; else the one township of that name; else the leading digits of its village's or
        its own code, where that is a Chinese one. <NA> where none of these tells.
    """
    told = _column(groups, "township_code")
    told = told.fillna(_column(groups, "village_code").map(_lookup(layers.get("villages"), "village_code")).astype("string"))
    told = told.fillna(_column(groups, "township_name").map(_lookup(layers.get("townships"), "township_name")).astype("string"))
    for name in ("village_code", "group_code"):
        told = told.fillna(prefix_of(_column(groups, name), "township"))
    return told.astype("string").rename("township_code")


def _offices(layers: Mapping[str, pd.DataFrame], crs: CRS | str | int) -> gpd.GeoDataFrame:
    """Committees that are a township's own, told by their code."""
    committees = layers.get("committees")
    named = [layers[name]["township_code"] for name in ("townships", "groups") if name in layers and "township_code" in layers[name]]
    if committees is None or not named:
        return _seats([], np.empty(0, dtype=object), "office", crs)
    codes = pd.concat(named).dropna().drop_duplicates().astype("string")
    of = pd.concat([pd.Series(codes.to_numpy(), index=codes), pd.Series(codes.to_numpy(), index=codes + _OFFICE)])
    of = of[~of.index.duplicated()]
    own = committees[committees["village_code"].isin(of.index)]
    points = _metric(own, crs)
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    return _seats(own["village_code"].map(of)[there].tolist(), points[there], "office", crs)


def _middles(townships: pd.DataFrame | None, crs: CRS | str | int) -> gpd.GeoDataFrame:
    if townships is None:
        return _seats([], np.empty(0, dtype=object), "middle", crs)
    shapes = _metric(townships, crs)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & townships["township_code"].notna().to_numpy()
    return _seats(townships["township_code"][there].tolist(), shapely.point_on_surface(shapes[there]), "middle", crs)


def _seats(codes: list[str], points: NDArray[np.object_], kind: str, crs: CRS | str | int) -> gpd.GeoDataFrame:
    columns = {"township_code": pd.array(codes, dtype="string"), "kind": pd.array([kind] * len(codes), dtype="string")}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(points, crs=crs))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name].astype("string") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")


def _lookup(frame: pd.DataFrame | None, key: str) -> pd.Series:
    """Township code by a column; a value that stands for several townships tells nothing."""
    if frame is None or key not in frame or "township_code" not in frame:
        return pd.Series(dtype="string", index=pd.Index([], dtype="string"))
    pairs = frame[[key, "township_code"]].dropna().astype("string").drop_duplicates()
    return pairs[~pairs[key].duplicated(keep=False)].set_index(key)["township_code"]


def _metric(frame: pd.DataFrame, crs: Any) -> NDArray[np.object_]:
    """Geometries in `crs`; without a CRS of their own they are degrees, as the store keeps them."""
    shapes = gpd.GeoSeries(frame["geometry"], crs=getattr(frame["geometry"], "crs", None) or STORAGE_CRS)
    there: NDArray[np.object_] = shapes.to_crs(crs).to_numpy(dtype=object)
    return there
