"""Lines out of grid paths: smooth like something built or worn, with ends that stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from layers.demo.grid import Floats


def smooth(points: Floats, *, tolerance: float, rounds: int = 2) -> Floats:
    """Points (n, 2) without the steps of the grid: thinned to `tolerance` metres, then corners cut `rounds` times (Chaikin 1974)."""
    if len(points) < 3:
        return points
    thin = shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), tolerance))
    for _ in range(rounds):
        thin = _cut_corners(thin)
    return thin


def _cut_corners(points: Floats) -> Floats:
    if len(points) < 3:
        return points
    start, end = points[:-1], points[1:]
    cut = np.stack((0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end), axis=1).reshape(-1, 2)
    return np.vstack((points[:1], cut[1:-1], points[-1:]))


def piece(line: shapely.LineString, start: float, end: float) -> shapely.LineString:
    """The part of a line between two distances from its start, in metres."""
    coords = shapely.get_coordinates(line)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))))
    inner = coords[(along > start + 1e-6) & (along < end - 1e-6)]
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [start, end]))
    return shapely.LineString(np.vstack((ends[:1], inner, ends[1:])))
