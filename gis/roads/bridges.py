"""Water as a finished line meets it: which of its metres lie over water, and which of these stretches are crossings.

Where the network is chosen, a river costs a bridge for each straight step across it (`gis.roads.water`). A line that is drawn is looked at more
closely: whatever lies over wide water, or within half a river's assumed width of its centre line, has to be carried, whether it crosses or runs along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.water import Rivers

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_POINTS = 8
"""Points of a widened piece of river: few, so that a short step of road meets little of a long river."""
_SAME_M = 0.05
"""Stretches so close together are one: tiles of wide water meet there."""


class Water(NamedTuple):
    """Water as areas, in metres.

    Attributes:
        areas: wide water in tiles, then rivers drawn as lines, widened, in pieces that overlap.
        wide: how many of the areas are wide water.
        lines: the centre lines, in pieces.
        area_tree: over the areas; `line_tree` over the centre lines.
    """

    areas: Shapes
    wide: int
    lines: Shapes
    area_tree: shapely.STRtree
    line_tree: shapely.STRtree


class Runs(NamedTuple):
    """Stretches of a line over water: from and to, metres along it, and whether each is a crossing."""

    from_m: Floats
    to_m: Floats
    crosses: NDArray[np.bool_]

    @property
    def metres(self) -> float:
        """All of them together."""
        return float((self.to_m - self.from_m).sum())


class Stretches(NamedTuple):
    """Metres `from_m` to `to_m` along straight pieces that lie over water, sorted, not overlapping; whether any of it is wide water."""

    piece: Ints
    from_m: Floats
    to_m: Floats
    wide: NDArray[np.bool_]


def see_water(rivers: Rivers) -> Water:
    """Areas of water: wide ones as they are, rivers drawn as lines as wide as they are assumed to be."""
    lines = _short_lines(rivers.lines)
    widened = np.asarray(shapely.buffer(lines, rivers.width_m / 2, quad_segs=2), dtype=object)
    areas = np.concatenate([rivers.tiles, widened])
    return Water(areas, len(rivers.tiles), lines, shapely.STRtree(areas), shapely.STRtree(lines))


def _short_lines(lines: Shapes) -> Shapes:
    """Lines in pieces of few points, each beginning where the one before ends."""
    places, line = shapely.get_coordinates(lines, return_index=True)
    begins = np.searchsorted(line, line)
    at = np.flatnonzero((np.arange(len(line)) - begins) % (_POINTS - 1) == 0)
    at = at[(at + 1 < len(line)) & (np.append(line, -1)[at + 1] == line[at])]
    if len(at) == 0:
        return np.zeros(0, dtype=object)
    last = np.searchsorted(line, line[at], side="right") - 1
    count = np.minimum(last, at + _POINTS - 1) - at + 1
    piece = np.repeat(np.arange(len(at)), count)
    point = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count) + at[piece]
    return np.asarray(shapely.linestrings(places[point], indices=piece), dtype=object)


def stretches(water: Water, start: Floats, end: Floats) -> Stretches:
    """What of straight pieces lies over water.

    Args:
        water: from `see_water`.
        start: (n, 2) coordinates.
        end: (n, 2) coordinates.
    """
    pieces = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    piece, area = water.area_tree.query(pieces, predicate="intersects")
    parts, of = shapely.get_parts(shapely.intersection(pieces[piece], water.areas[area]), return_index=True)
    lines = shapely.get_dimensions(parts) == 1
    parts, piece, area = parts[lines], piece[of[lines]], area[of[lines]]
    places = [shapely.get_coordinates(shapely.get_point(parts, at)) for at in (0, -1)]
    along = np.sort([np.hypot(*(place - start[piece]).T) for place in places], axis=0)
    return _merged(Stretches(piece, along[0], along[1], area < water.wide))


def _merged(found: Stretches) -> Stretches:
    """Stretches of a piece that touch or overlap as one."""
    order = np.lexsort((found.to_m, found.from_m, found.piece))
    if len(order) == 0:
        return found
    piece, begin, end, wide = found.piece[order], found.from_m[order], found.to_m[order], found.wide[order]
    # One axis for all pieces: what ends on one piece never reaches into the next.
    shift = piece * (2 * float(end.max()) + 1)
    reached = np.maximum.accumulate(end + shift)
    first = np.flatnonzero(np.append(True, begin[1:] + shift[1:] > reached[:-1] + _SAME_M))
    last = np.append(first[1:], len(piece)) - 1
    return Stretches(piece[first], begin[first], (reached - shift)[last], np.logical_or.reduceat(wide, first))


def water_runs(points: Floats, along: Floats, water: Water) -> Runs:
    """Stretches of a line over water.

    What begins or ends in water without passing a river's centre line is none: the road starts there. A crossing passes a centre line, or wide
    water from bank to bank; what only grazes a widened line has to be carried, but is no crossing.

    Args:
        points: of the line, (n, 2).
        along: distance of each point from the start.
        water: from `see_water`.
    """
    found = stretches(water, points[:-1], points[1:])
    shift = along[found.piece]
    whole = _merged(Stretches(np.zeros_like(found.piece), found.from_m + shift, found.to_m + shift, found.wide))
    passed = _passed(points, along, water) if len(whole.piece) else np.empty(0)
    slack = passed[None, :] + np.array([-_SAME_M, _SAME_M])[:, None]
    through = ((slack[1] >= whole.from_m[:, None]) & (slack[0] <= whole.to_m[:, None])).any(axis=1)
    inner = (whole.from_m > _SAME_M) & (whole.to_m < along[-1] - _SAME_M)
    kept = through | inner
    return Runs(whole.from_m[kept], whole.to_m[kept], (through | whole.wide)[kept])


def _passed(points: Floats, along: Floats, water: Water) -> Floats:
    """Where a line meets centre lines, metres along it."""
    pieces = np.asarray(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)), dtype=object)
    piece, line = water.line_tree.query(pieces, predicate="intersects")
    met, of = shapely.get_parts(shapely.intersection(pieces[piece], water.lines[line]), return_index=True)
    return np.asarray(along[piece[of]] + shapely.line_locate_point(pieces[piece[of]], shapely.centroid(met)))


DRY = Water(np.zeros(0, dtype=object), 0, np.zeros(0, dtype=object), shapely.STRtree([]), shapely.STRtree([]))
"""No water."""
