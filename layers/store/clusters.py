"""Points gathered for small scales: one point for many, with sums that lose nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.store import mercator

if TYPE_CHECKING:
    from collections.abc import Mapping

POINT_COUNT = "point_count"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """How points are gathered below a zoom.

    Attributes:
        below: at this zoom and above every point is drawn by itself.
        sums: number columns that are added up; a missing number adds nothing.
        tallies: text column → its possible values; a cluster carries `<column>_<value>`, the number of its points with that value. A missing
            value is tallied as `unknown` where that is one of the values.
        cells_per_tile: a tile's side is cut into so many cells; the points of a cell become one.
    """

    below: int = 11
    sums: tuple[str, ...] = ()
    tallies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cells_per_tile: int = 16


def gather(points: gpd.GeoDataFrame, spec: ClusterSpec, zoom: int) -> gpd.GeoDataFrame:
    """One point for all points in a cell of that zoom, at their mean, ordered by cell.

    Args:
        points: points in EPSG:3857, none missing.
        spec: what to add up.
        zoom: of the tiles the clusters are for.

    Returns:
        `point_count`, the sums and the tallies (Int64, or Float64 for sums of such), and the geometry in EPSG:3857.

    Raises:
        ValueError: a tallied column holds a value that is not listed.
    """
    x, y = mercator.to_world(points.geometry.x.to_numpy(), points.geometry.y.to_numpy())
    side = spec.cells_per_tile * 2**zoom
    cell = np.floor(y * side).astype("int64") * side + np.floor(x * side).astype("int64")
    gathered = _to_add(points, spec).assign(_x=x, _y=y).groupby(cell, sort=True).sum()
    count = gathered[POINT_COUNT].to_numpy(dtype="float64")
    places = (mercator.off_edges(gathered.pop(name).to_numpy() / count, zoom) for name in ("_x", "_y"))
    geometry = gpd.points_from_xy(*mercator.to_metres(*places), crs=mercator.CRS)
    return gpd.GeoDataFrame(gathered.reset_index(drop=True), geometry=geometry)


def _to_add(points: gpd.GeoDataFrame, spec: ClusterSpec) -> pd.DataFrame:
    """What each point brings to its cluster."""
    columns: dict[str, Any] = {POINT_COUNT: pd.Series(1, index=points.index, dtype="Int64")}
    columns |= {name: points[name] for name in spec.sums}
    for name, values in spec.tallies.items():
        columns |= _tally(points[name].astype("string"), values)
    return pd.DataFrame(columns)


def _tally(column: pd.Series[str], values: tuple[str, ...]) -> dict[str, pd.Series[Any]]:
    known = column.fillna(UNKNOWN) if UNKNOWN in values else column
    others = sorted(set(known.dropna()) - set(values))
    if others:
        raise ValueError(f"{column.name!r} holds {others}, which the tally {values} would lose")
    return {f"{column.name}_{value}": (known == value).fillna(value=False).astype("Int64") for value in values}
