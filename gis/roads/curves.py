"""Circular curves at the corners of a line, and what a finished line's bends measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHORD_M = 1.5
"""Longest chord of a drawn curve: 2 cm off a circle of 15 m radius."""
RADIUS_MAX_M = 600.0
"""Wider curves look straight; no need to draw them wider."""
REACH_M = 6.0
"""How far before and after a point its radius is measured: a third of a hairpin."""


def round_corners(points: NDArray[np.float64], *, radius_min_m: float, shift_max_m: float) -> NDArray[np.float64]:
    """A polyline with a circular curve (fillet) at each corner.

    A corner of deflection t gets radius R with tangents R tan(t / 2); R is as large as the legs allow, but the curve passes the corner
    within `shift_max_m` (R (1 / cos(t / 2) - 1)) unless the least radius needs more. First every corner gets what the least radius needs,
    then neighbours share what is left of their leg. Where even the least radius does not fit, the tangents are cut in proportion: the curve
    is then tighter, and has to be flagged.

    Args:
        points: metric corners, shape (n, 2), no two alike in a row.
        radius_min_m: least radius.
        shift_max_m: greatest distance between corner and curve, for curves wider than the least.

    Returns:
        Points of the rounded line, shape (m, 2); ends unchanged.
    """
    corners = drop_straight(points)
    if len(corners) < 3:  # noqa: PLR2004 - a straight line has no corner
        return corners
    legs = np.hypot(*np.diff(corners, axis=0).T)
    bend = deflections(corners)
    tangents = _tangents(legs, bend, radius_min_m, shift_max_m)
    parts = [corners[:1]]
    parts += [_arc(corners[i : i + 3], float(tangents[i]), float(bend[i])) for i in range(len(bend))]
    return drop_doubles(np.concatenate([*parts, corners[-1:]]))


def deflections(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed turning angle at each inner point, radians, left positive, shape (n - 2,)."""
    heading = np.arctan2(*np.diff(points, axis=0).T[::-1])
    return np.asarray((np.diff(heading) + np.pi) % (2 * np.pi) - np.pi)


def radii(points: NDArray[np.float64], chainage: NDArray[np.float64], *, reach_m: float = REACH_M) -> NDArray[np.float64]:
    """Radius of the circle through the line at s - reach, s and s + reach, at each chainage s; `inf` where straight or near an end."""
    along = distances(points)
    inner = (chainage >= reach_m) & (chainage <= along[-1] - reach_m)
    a, b, c = (place_at(points, along, chainage + shift) for shift in (-reach_m, 0.0, reach_m))
    sides = np.hypot(*(b - a).T) * np.hypot(*(c - b).T) * np.hypot(*(c - a).T)
    double_area = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    radius = np.full(len(chainage), np.inf)
    bent = inner & (double_area > 1e-9 * reach_m**2)
    # abc / 4A; a line that comes straight back has no area but the smallest radius of all.
    radius[bent] = sides[bent] / (2 * double_area[bent])
    radius[inner & (np.hypot(*(c - a).T) < reach_m / 2)] = 0.0
    return radius


def bend_places(points: NDArray[np.float64], *, reach_m: float = REACH_M) -> NDArray[np.float64]:
    """Chainages at which `radii` has to be asked so that no tight place is missed, metres.

    Along a line of straight pieces the measured curvature changes evenly between the places where one of the three points passes a corner: its
    greatest values are there, or where the measuring begins and ends.
    """
    along = distances(points)
    inner = along[1:-1]
    places = np.unique(np.concatenate([inner, inner - reach_m, inner + reach_m, [reach_m, along[-1] - reach_m]]))
    return np.asarray(places[(places >= reach_m) & (places <= along[-1] - reach_m)])


def distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance along the line of each of its points, metres."""
    return np.asarray(np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]))


def place_at(points: NDArray[np.float64], along: NDArray[np.float64], chainage: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates at each chainage, shape (k, 2); beyond the ends, the ends."""
    return np.column_stack([np.interp(chainage, along, points[:, axis]) for axis in (0, 1)])


def drop_doubles(points: NDArray[np.float64], *, least_m: float = 1e-6) -> NDArray[np.float64]:
    """The points without those that repeat the one before."""
    moved = np.hypot(*np.diff(points, axis=0).T) > least_m
    kept = np.asarray(points[np.concatenate([[True], moved])])
    if len(kept) > 1:
        kept[-1] = points[-1]
    return kept


def drop_straight(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points without doubles and without those at which the line does not bend."""
    clean = drop_doubles(points)
    if len(clean) < 3:  # noqa: PLR2004 - a straight line has no corner
        return clean
    bends = np.abs(deflections(clean)) > 1e-6  # noqa: PLR2004 - less than any drawing shows
    return np.asarray(clean[np.concatenate([[True], bends, [True]])])


def _tangents(legs: NDArray[np.float64], bend: NDArray[np.float64], radius_min_m: float, shift_max_m: float) -> NDArray[np.float64]:
    """Tangent length of each corner: what the least radius needs, then more as far as shift and legs allow."""
    half = np.minimum(np.abs(bend), np.pi * 0.999) / 2
    need = radius_min_m * np.tan(half)
    # A leg too short for both its corners gives to each in proportion.
    share = np.minimum(1.0, legs / np.maximum(np.append(need, 0) + np.insert(need, 0, 0), 1e-9))
    need = need * np.minimum(share[:-1], share[1:])
    left = legs - (np.append(need, 0) + np.insert(need, 0, 0))
    # The outer legs have one corner only: it may use all that is left.
    left = left / np.where((np.arange(len(legs)) == 0) | (np.arange(len(legs)) == len(legs) - 1), 1, 2)
    wanted = np.minimum(shift_max_m * np.cos(half) / np.maximum(1 - np.cos(half), 1e-12), RADIUS_MAX_M) * np.tan(half)
    return np.asarray(np.maximum(need, np.minimum(wanted, need + np.minimum(left[:-1], left[1:]))))


def _arc(corner: NDArray[np.float64], tangent: float, bend: float) -> NDArray[np.float64]:
    """Points of the curve at the middle one of three points."""
    before, at, after = corner
    into, out = (at - before) / np.hypot(*(at - before)), (after - at) / np.hypot(*(after - at))
    radius = tangent / np.tan(abs(bend) / 2)
    begin = at - tangent * into
    pieces = max(2, int(np.ceil(radius * abs(bend) / CHORD_M)))
    turned = np.linspace(0, abs(bend), pieces + 1)[:, None]
    normal = np.sign(bend) * np.array([-into[1], into[0]])
    points = begin + radius * (np.sin(turned) * into + (1 - np.cos(turned)) * normal)
    points[-1] = at + tangent * out
    return np.asarray(points)
