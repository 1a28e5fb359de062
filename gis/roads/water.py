"""Straight pieces of road over rivers: how often they cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gis.network.index import index_lines

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

_AREA = 2  # shapely.get_dimensions


class Rivers(NamedTuple):
    """Water as lines, in metres.

    Attributes:
        lines: rivers that are drawn as lines, and the banks of those that are drawn as areas.
        share: what part of a crossing it is to pass each line: all of it, or half at a bank.
    """

    lines: NDArray[np.object_]
    share: NDArray[np.float64]


def see_rivers(rivers: gpd.GeoDataFrame | None, crs: CRS) -> Rivers:
    """The layer `rivers` as lines in a metric CRS; none where there is no such layer."""
    if rivers is None or len(rivers) == 0:
        return Rivers(np.zeros(0, dtype=object), np.zeros(0))
    shapes = np.asarray(rivers.to_crs(crs).geometry.array, dtype=object)
    shapes = shapely.get_parts(shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)])
    areas = shapely.get_dimensions(shapes) == _AREA
    lines = shapely.get_parts(shapes[shapely.get_dimensions(shapes) == 1])
    banks = shapely.get_parts(shapely.boundary(shapes[areas]))
    return Rivers(np.concatenate([lines, banks]), np.concatenate([np.ones(len(lines)), np.full(len(banks), 0.5)]))


def count_crossings(rivers: Rivers, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many rivers each straight piece crosses; one that only touches a river crosses it.

    Args:
        rivers: from `see_rivers`.
        start: (n, 2) coordinates.
        end: (n, 2) coordinates.
    """
    if len(rivers.lines) == 0 or len(start) == 0:
        return np.zeros(len(start))
    index = index_lines(rivers.lines)
    segments = shapely.linestrings(np.stack([start, end], axis=1))
    piece, part = index.tree.query(segments, predicate="intersects")
    crossed = np.unique(np.column_stack([piece, index.line[part]]), axis=0)
    return np.asarray(np.bincount(crossed[:, 0], weights=rivers.share[crossed[:, 1]], minlength=len(start)), dtype=float)
