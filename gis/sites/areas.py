"""In which township and village a place lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

AREA_COLUMNS = ("township_code", "township_name", "village_code", "village_name")


def areas_at(places: NDArray[np.float64], layers: Mapping[str, pd.DataFrame], crs: CRS) -> pd.DataFrame:
    """Codes and names of the areas in which places lie: by the villages' outlines, the townships', then as the nearest group has them.

    Args:
        places: (n, 2) in `crs`.
        layers: of these `villages`, `townships` and `groups` are used, in any CRS.
        crs: the county's metric CRS.

    Returns:
        `AREA_COLUMNS` as text, one row a place; `<NA>` where nobody knows.
    """
    points = np.atleast_1d(np.asarray(shapely.points(np.asarray(places, dtype=np.float64).reshape(-1, 2)), dtype=object))
    found = pd.DataFrame({name: pd.Series(pd.NA, index=range(len(points)), dtype="string") for name in AREA_COLUMNS})
    for layer in ("villages", "townships"):
        found = _filled(found, layers.get(layer), _inside(points, layers.get(layer), crs))
    # A place outside all outlines, or a county without any, belongs to whom its nearest group belongs.
    lost = found.isna().all(axis=1).to_numpy()
    row = np.where(lost, _nearest(points, layers.get("groups"), crs), -1)
    return _filled(found, layers.get("groups"), row)


def _inside(points: NDArray[np.object_], areas: pd.DataFrame | None, crs: CRS) -> NDArray[np.int64]:
    """The first area that holds each point; -1 for none."""
    row = np.full(len(points), -1, dtype=np.int64)
    shapes = metric_shapes(areas, crs)
    if len(shapes):
        point, area = shapely.STRtree(shapes).query(points, predicate="intersects")
        order = np.lexsort((area, point))
        first = np.unique(point[order], return_index=True)
        row[first[0]] = area[order][first[1]]
    return row


def _nearest(points: NDArray[np.object_], groups: pd.DataFrame | None, crs: CRS) -> NDArray[np.int64]:
    """The nearest group of each point; -1 where there are none."""
    shapes = metric_shapes(groups, crs)
    if len(shapes) == 0 or shapely.is_empty(shapes).all() or len(points) == 0:
        return np.full(len(points), -1, dtype=np.int64)
    return np.asarray(shapely.STRtree(shapes).nearest(points), dtype=np.int64)


def _filled(found: pd.DataFrame, areas: pd.DataFrame | None, row: NDArray[np.int64]) -> pd.DataFrame:
    """What is missing taken from those rows."""
    if areas is None or not (row >= 0).any():
        return found
    told = {}
    for name in AREA_COLUMNS:
        if name in areas:
            own = pd.Series(areas[name].astype("string").array[np.where(row >= 0, row, 0)], index=found.index).mask(row < 0)
            told[name] = found[name].fillna(own)
    return found.assign(**told)
