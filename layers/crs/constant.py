"""A layer that lies a constant distance off a reference for whatever reason: a map service, a wrong zone, an old datum, a drawing that was moved.

The move that fits best was chosen among thousands, so its fit proves nothing by itself. It is believed only when the west, the east, the north and
the south of the layer, each alone, lead to the same move, and when undoing it passes the tests of `offset.proof`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from layers.crs.offset import CANDIDATES, NEAR_M, Manner, best_move, closeness, datum_sentence, moved_by, proof, sampled, steps_of
from layers.crs.zones import metric_crs

if TYPE_CHECKING:
    from layers.crs.offset import Floats, Frame

LEAST_M, MOST_M = 120.0, 1500.0
"""Below, roads and houses lie apart by nature; above, the sheet of another place is more likely than an offset."""
_AGREE = 2.0  # the four parts must agree within so many times `near_m`
_MANNER = Manner(smear=0.0, lead=0.4, least_fit=0.1)  # that all parts agree says more than the fit
_SIDES = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")


def offset_warning(layer: Frame, reference: Frame, *, name: str = "图层", reference_name: str = "参照图层", near_m: float = NEAR_M) -> str | None:
    """The sentence that says that a layer lies a constant distance off the reference; None when there is no sound reason to say so.

    Args:
        layer: Points, lines or areas in EPSG:4490.
        reference: Roads, boundaries or points in EPSG:4490 on or beside which the layer should lie.
        name: What the layer is called in the sentence.
        reference_name: What the reference is called in the sentence.
        near_m: How near to the reference things of this kind lie when all is right, in metres.
    """
    crs = metric_crs(layer)
    points, steps = sampled(layer, crs), steps_of(reference, crs)
    if len(points) == 0 or len(steps) == 0:
        return None
    tree = cKDTree(steps)
    fit = closeness(tree, near_m)
    move = best_move(points, steps, tree, fit, near_m)
    if not LEAST_M <= np.hypot(*move) <= MOST_M or proof(points, points + move, fit, _MANNER, near_m) <= 0:
        return None
    agree = all(np.hypot(*(best_move(half, steps, tree, fit, near_m) - move)) <= _AGREE * near_m for half in _halves(points))
    if not agree:
        return None
    for candidate in CANDIDATES:
        known = np.median(moved_by(points, crs, candidate) - points, axis=0)
        if np.hypot(*(known - move)) <= near_m:
            return datum_sentence(candidate, float(np.hypot(*known)), name, reference_name)
    return _sentence(-move, name, reference_name)


def _halves(points: Floats) -> list[Floats]:
    """The west, the east, the south and the north of the points."""
    x, y = (points - np.median(points, axis=0)).T
    return [half for half in (points[x < 0], points[x >= 0], points[y < 0], points[y >= 0]) if len(half)]


def _sentence(off: Floats, name: str, reference_name: str) -> str:
    side = _SIDES[round(np.degrees(np.arctan2(off[1], off[0])) / 45) % 8]
    return (
        f"{name}整体偏在{reference_name}的{side}方约 {np.hypot(*off):.0f} 米，全县各处一致，却不是 GCJ-02、BD-09 的偏移："
        f"{name}或{reference_name}的坐标系、带号声明有误，用的是旧坐标系（西安80、北京54），或者整层被平移过；请核实两者的来源后重新导入。"
    )
