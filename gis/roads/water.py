"""Straight pieces of road over rivers: how often they cross, and how many metres of bridge they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gis.network.index import index_lines
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

_AREA = 2  # shapely.get_dimensions
_TILE_M = 500.0
"""Wide water is cut into tiles, so that a short piece of road meets few points of a long river."""
_NET = np.array([np.pi, np.e, np.pi, np.e])
"""Where the net of tiles begins: on no round metre, for a piece along the edge of two tiles would count in both."""
_CHUNK = 200_000


class Rivers(NamedTuple):
    """Water, in metres.

    Attributes:
        lines: rivers that are drawn as lines.
        banks: of those that are drawn as areas.
        tiles: these areas, cut into tiles that do not overlap.
        width_m: how wide a river is that is drawn as a line.
    """

    lines: Shapes
    banks: Shapes
    tiles: Shapes
    width_m: float


def see_rivers(rivers: gpd.GeoDataFrame | None, crs: CRS, *, width_m: float) -> Rivers:
    """The layer `rivers` in a metric CRS; none where there is no such layer."""
    none = np.zeros(0, dtype=object)
    if rivers is None or len(rivers) == 0:
        return Rivers(none, none, none, width_m)
    shapes = np.asarray((rivers if rivers.crs else rivers.set_crs(STORAGE_CRS)).to_crs(crs).geometry.array, dtype=object)
    # What is missing or empty, or cannot be projected, has no finite bounds.
    shapes = shapely.get_parts(shapes[np.isfinite(shapely.bounds(shapes)).all(axis=1)])
    dimension = shapely.get_dimensions(shapes)
    wide = shapely.get_parts(shapely.union_all(shapely.make_valid(shapes[dimension == _AREA])))
    wide = wide[shapely.get_dimensions(wide) == _AREA]
    return Rivers(shapes[dimension == 1], shapely.get_parts(shapely.boundary(wide)), _tiles(wide), width_m)


def _tiles(areas: Shapes) -> Shapes:
    """Areas cut along a net of squares."""
    if len(areas) == 0:
        return areas
    west, south, east, north = np.floor((shapely.bounds(areas) - _NET) / _TILE_M).astype(np.int64).T
    columns, count = east - west + 1, (east - west + 1) * (north - south + 1)
    area = np.repeat(np.arange(len(areas)), count)
    at = np.arange(len(area)) - np.repeat(np.cumsum(count) - count, count)
    x, y = (west[area] + at % columns[area]) * _TILE_M + _NET[0], (south[area] + at // columns[area]) * _TILE_M + _NET[1]
    squares = shapely.box(x, y, x + _TILE_M, y + _TILE_M)
    shapely.prepare(areas)
    met = shapely.intersects(areas[area], squares)
    cut = shapely.get_parts(shapely.intersection(areas[area[met]], squares[met]))
    return np.asarray(cut[shapely.get_dimensions(cut) == _AREA], dtype=object)


def count_crossings(rivers: Rivers, start: Floats, end: Floats) -> Floats:
    """How many rivers each straight piece crosses (one that only touches a river crosses it); half of one at a bank of wide water.

    Args:
        rivers: from `see_rivers`.
        start: (n, 2) coordinates.
        end: (n, 2) coordinates.
    """
    return _met(rivers.lines, start, end) + 0.5 * _met(rivers.banks, start, end)


def bridge_metres(rivers: Rivers, start: Floats, end: Floats) -> Floats:
    """Metres of bridge on each straight piece: the width of each river that is drawn as a line, and of wide water what the piece runs over.

    The same in both directions, and of wide water the same however a piece is divided.

    Args:
        rivers: from `see_rivers`.
        start: (n, 2) coordinates.
        end: (n, 2) coordinates.
    """
    return _met(rivers.lines, start, end) * rivers.width_m + _over(rivers.tiles, start, end)


def _met(lines: Shapes, start: Floats, end: Floats) -> Floats:
    """How many of the lines each piece meets."""
    count = np.zeros(len(start))
    if len(lines) == 0:
        return count
    index = index_lines(lines)
    for part in _parts(len(start)):
        piece, found = index.tree.query(_straight(start[part], end[part]), predicate="intersects")
        both = np.unique(piece * len(lines) + index.line[found])
        count[part] = np.bincount(both // len(lines), minlength=len(count[part]))
    return count


def _over(tiles: Shapes, start: Floats, end: Floats) -> Floats:
    """Metres of each piece on the tiles."""
    metres = np.zeros(len(start))
    if len(tiles) == 0:
        return metres
    tree = shapely.STRtree(tiles)
    for part in _parts(len(start)):
        pieces = _straight(start[part], end[part])
        piece, tile = tree.query(pieces, predicate="intersects")
        inside = shapely.length(shapely.intersection(pieces[piece], tiles[tile]))
        metres[part] = np.bincount(piece, weights=inside, minlength=len(pieces))
    return metres


def _parts(count: int) -> list[slice]:
    """As many at once as memory bears."""
    return [slice(at, at + _CHUNK) for at in range(0, count, _CHUNK)]


def _straight(start: Floats, end: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
