"""From nodes of a grid to a road's course: relax what the grid's headings made angular, and move the line to where its design meets the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.curves import deflections
from gis.roads.window import height_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.examine import Alignment
    from gis.roads.ground import Ground

GENTLE = np.radians(40.0)
"""Sharper corners belong to hairpins; pulling them inwards would make them too tight."""
MOVE_MAX_M = 6.0
"""Farthest move of a point at a time."""
RESTORE = 6
"""How many points to either side of a tight corner are put back at most."""
FLAT = 0.08
"""Where the ground falls less than this across the line, moving it sideways gains nothing."""


def relax(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each inner point half way towards the middle of its neighbours, but for sharp corners.

    Args:
        points: shape (n, 2).

    Returns:
        The same number of points; ends unchanged.
    """
    if len(points) < 3:  # noqa: PLR2004 - no inner point
        return points
    middle = (points[:-2] + points[2:]) / 2
    pull = np.where(np.abs(deflections(points)) < GENTLE, 0.5, 0.0)[:, None]
    relaxed = points.copy()
    relaxed[1:-1] += pull * (middle - points[1:-1])
    return relaxed


def nudge(points: NDArray[np.float64], drawn: Alignment, ground: Ground) -> NDArray[np.float64]:
    """Move points sideways to where the ground is as high as the design is.

    A road engineer does the same on the plan: a line that lies in a cut moves downhill, one on a fill uphill, and the earthwork shrinks.

    Args:
        points: corners of the line, shape (n, 2).
        drawn: the line rounded from these corners, with its design.
        ground: the county's grid.

    Returns:
        The moved corners; ends unchanged, moves evened out between neighbours.
    """
    if len(points) < 3:  # noqa: PLR2004 - no inner point
        return points
    inner = points[1:-1]
    chord = points[2:] - points[:-2]
    normal = np.column_stack([-chord[:, 1], chord[:, 0]]) / np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    at = shapely.line_locate_point(drawn.line, shapely.points(inner))
    off = np.asarray(np.interp(at, drawn.chainage_m, drawn.design_m - drawn.ground_m))
    fall = (height_at(ground, inner + MOVE_MAX_M * normal) - height_at(ground, inner - MOVE_MAX_M * normal)) / (2 * MOVE_MAX_M)
    useful = np.isfinite(off) & (np.abs(fall) > FLAT)
    move = np.zeros(len(inner))
    move[useful] = np.clip(off[useful] / fall[useful], -MOVE_MAX_M, MOVE_MAX_M) / 2
    move *= _freedom(points)
    padded = np.pad(move, 1)
    evened = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    moved = points.copy()
    moved[1:-1] += evened[:, None] * normal
    return moved


def _freedom(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 where the line is nearly straight, 0 in a hairpin, at each inner point: a tight curve has no room to be moved in part."""
    turned = np.convolve(np.pad(np.abs(deflections(points)), 1), np.ones(3), mode="valid")
    return np.asarray(np.clip(1.5 - turned / GENTLE, 0.0, 1.0))


def restore_tight(points: NDArray[np.float64], path: NDArray[np.float64], radius_m: float) -> NDArray[np.float64]:
    """Put points back onto the path where moving them left no room for the least radius.

    The path itself has room everywhere (the search saw to that), so going back far enough always helps.

    Args:
        points: moved corners, shape (n, 2).
        path: the same corners as the search found them.
        radius_m: least radius.
    """
    settled = points
    for reach in range(1, RESTORE + 1):
        tight = _tight(settled, radius_m)
        if not tight.any():
            break
        near = np.convolve(np.pad(tight.astype(float), 1), np.ones(2 * reach + 1), mode="same") > 0
        settled = np.where(near[:, None], path, settled)
    return settled


def _tight(points: NDArray[np.float64], radius_m: float) -> NDArray[np.bool_]:
    """Inner points whose curve of the least radius overlaps a neighbour's."""
    if len(points) < 3:  # noqa: PLR2004 - no inner point
        return np.zeros(0, dtype=bool)
    need = np.pad(radius_m * np.tan(np.minimum(np.abs(deflections(points)), 3.1) / 2), 1)
    full = need[:-1] + need[1:] > np.hypot(*np.diff(points, axis=0).T) + 1e-6
    return np.asarray((full[:-1] & (need[1:-1] > 0)) | (full[1:] & (need[1:-1] > 0)))
