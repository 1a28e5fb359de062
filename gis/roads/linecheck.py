"""Does a finished line keep the rules? Asked of its geometry and design heights alone, by other means than those that made it.

Heights come from scipy's own interpolation, radii from the turning between chords metre by metre, places from cells met in the same way. A finding that
the alignment did not flag is a defect of the program, never of the road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.examine import Alignment
    from gis.roads.ground import Ground

FINDING_COLUMNS = ("rule", "from_m", "to_m", "value", "limit", "flagged")
FLAGGED_FROM = 2
"""Flags from here on tell of a broken rule; 1 only warns."""
WALK_M = 1.0
CHORD_M = 6.0
"""Distance along the line to the points before and after, through which the circle is laid."""
RADIUS_SLACK = 0.05
"""A measured radius may be so much (share) smaller than the drawn one: curves are drawn as chords."""
SIDE_M = 15.0
"""The cross slope is the fall between points so far to either side."""
GIVEN = ("upgrade", "committed")
"""Kinds whose course is there already: that it lies in a forbidden area or on a steep side is not for the design to change."""


class _Found(NamedTuple):
    """Places (metres from the start) at which a rule is broken, what was measured there, and the limit."""

    rule: str
    place: NDArray[np.float64]
    value: NDArray[np.float64]
    limit: float


def check_line(alignment: Alignment, ground: Ground, costs: CostSet) -> pd.DataFrame:
    """Every stretch of a finished line that breaks a rule, and whether its stations say so.

    Args:
        alignment: a finished line.
        ground: the grid on which it was designed.
        costs: the limits.

    Returns:
        One row a finding, columns `FINDING_COLUMNS`: rule (`grade`, `radius`, `forbidden`, `unknown`, `allowance`, `cross_slope`, `end`,
        `crosses_itself`, `length`), from_m, to_m, the worst value, the limit (NaN where there is none), and `flagged`: whether every place
        of the stretch has a flagged station within one station spacing.
    """
    if not len(alignment.chainage_m):
        return _table([])
    rules = [_grades(alignment, ground, costs), _radii(alignment, costs), _unknown(alignment, ground), *_offsets(alignment, ground, costs)]
    if alignment.kind not in GIVEN:
        rules += [_forbidden(alignment, ground), _cross_slopes(alignment, ground, costs), _crosses_itself(alignment)]
    rows = [row for rule in [*rules, _length(alignment)] for row in _stretches(rule, alignment)]
    return _table(rows)


def _table(rows: list[tuple[str, float, float, float, float, bool]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(FINDING_COLUMNS))
    return frame.astype({"rule": "string", "from_m": float, "to_m": float, "value": float, "limit": float, "flagged": bool})


def _stretches(found: _Found, alignment: Alignment) -> Iterator[tuple[str, float, float, float, float, bool]]:
    """Places that follow one another become one row."""
    if not len(found.place):
        return
    spacing = float(np.diff(alignment.chainage_m).max())
    bad = alignment.chainage_m[alignment.flag >= FLAGGED_FROM]
    apart = np.abs(found.place[:, None] - bad[None, :]).min(axis=1) if len(bad) else np.full(len(found.place), np.inf)
    worst = np.min if found.rule == "radius" else np.max
    for part in np.split(np.arange(len(found.place)), np.flatnonzero(np.diff(found.place) > spacing * 1.01) + 1):
        told = bool((apart[part] <= spacing * 1.01).all())
        yield found.rule, float(found.place[part[0]]), float(found.place[part[-1]]), float(worst(found.value[part])), found.limit, told


def _grades(alignment: Alignment, ground: Ground, costs: CostSet) -> _Found:
    """Rise over run of the design between stations."""
    design = costs.design
    run = np.diff(alignment.chainage_m)
    grade = np.abs(np.diff(alignment.design_m)) / run
    stand = _ground_at(ground, _points(alignment, alignment.chainage_m))
    high = np.nan_to_num((stand[1:] + stand[:-1]) / 2) > design.high_altitude_m.value + 1e-3
    over = grade > np.where(high, design.grade_max_high.value, design.grade_max.value) + 1e-4
    middle = (alignment.chainage_m[1:] + alignment.chainage_m[:-1]) / 2
    return _Found("grade", middle[over], grade[over], float(design.grade_max.value))


def _radii(alignment: Alignment, costs: CostSet) -> _Found:
    """Circle through each place and the points before and after it: radius = chord from end to end / (2 · sine of the turning between the halves)."""
    limit = float(costs.design.radius_min_m.value)
    at = np.arange(CHORD_M, alignment.line.length - CHORD_M, WALK_M)
    before, here, after = (_points(alignment, at + shift) for shift in (-CHORD_M, 0.0, CHORD_M))
    into, out, whole = (vector[:, 0] + 1j * vector[:, 1] for vector in (here - before, after - here, after - before))
    bent = np.maximum(np.abs(np.sin(np.angle(np.where(into == 0, 1, out / np.where(into == 0, 1, into))))), 1e-12)
    # A line that comes straight back turns by half a circle, whose sine is nothing.
    radius = np.where(np.abs(whole) < CHORD_M / 2, 0.0, np.abs(whole) / (2 * bent))
    tight = radius < limit * (1 - RADIUS_SLACK)
    return _Found("radius", at[tight], radius[tight], limit)


def _unknown(alignment: Alignment, ground: Ground) -> _Found:
    nothing = np.isnan(_ground_at(ground, _points(alignment, alignment.chainage_m)))
    at = alignment.chainage_m[nothing]
    return _Found("unknown", at, np.full(len(at), np.nan), float("nan"))


def _offsets(alignment: Alignment, ground: Ground, costs: CostSet) -> list[_Found]:
    """Cut and fill at the stations, and ends that do not stand on the ground."""
    at = alignment.chainage_m
    raised = np.nan_to_num(alignment.design_m - _ground_at(ground, _points(alignment, at)))
    fill, cut = float(costs.design.fill_max_m.value), float(costs.design.cut_max_m.value)
    high, deep, ends = raised > fill + 1e-3, -raised > cut + 1e-3, np.zeros(len(at), dtype=bool)
    ends[[0, -1]] = np.abs(raised[[0, -1]]) > 1e-3  # noqa: PLR2004 - a millimetre
    return [
        _Found("allowance", at[high], raised[high], fill),
        _Found("allowance", at[deep], -raised[deep], cut),
        _Found("end", at[ends], np.abs(raised[ends]), 0.0),
    ]


def _forbidden(alignment: Alignment, ground: Ground) -> _Found:
    at = np.arange(0, alignment.line.length, WALK_M)
    row, column = _cells(ground, _points(alignment, at))
    rows, columns = ground.heights.shape
    within = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
    barred = within & np.isinf(ground.factor[np.clip(row, 0, rows - 1).astype(int), np.clip(column, 0, columns - 1).astype(int)])
    return _Found("forbidden", at[barred], np.full(int(barred.sum()), np.inf), float("nan"))


def _cross_slopes(alignment: Alignment, ground: Ground, costs: CostSet) -> _Found:
    at = alignment.chainage_m
    ahead, behind = _points(alignment, at + 2.0), _points(alignment, at - 2.0)
    heading = np.arctan2(*(ahead - behind).T[::-1])
    side = SIDE_M * np.column_stack([-np.sin(heading), np.cos(heading)])
    here = _points(alignment, at)
    slope = np.nan_to_num(np.abs(_ground_at(ground, here + side) - _ground_at(ground, here - side)) / (2 * SIDE_M))
    limit = float(np.tan(np.radians(costs.design.cross_slope_max_deg.value)))
    over = slope > limit + 1e-4
    return _Found("cross_slope", at[over], slope[over], limit)


def _crosses_itself(alignment: Alignment) -> _Found:
    """Where a line that is not simple meets itself: ends of its noded parts that are not its own ends."""
    if alignment.line.is_simple:
        return _Found("crosses_itself", np.empty(0), np.empty(0), float("nan"))
    # On a grid of hundredths of a millimetre: plain noding fails on lines that run back over themselves.
    parts = shapely.get_parts(shapely.union_all([alignment.line], grid_size=1e-5))
    meeting = shapely.get_point(parts, -1)
    at = np.sort(shapely.line_locate_point(alignment.line, meeting))
    inner = at[(at > WALK_M) & (at < alignment.line.length - WALK_M)]
    return _Found("crosses_itself", inner, np.ones(len(inner)), float("nan"))


def _length(alignment: Alignment) -> _Found:
    """The stations measure the same line."""
    wrong = abs(alignment.line.length - alignment.chainage_m[-1]) > 1e-3 or abs(alignment.line.length - alignment.length_m) > 1e-3  # noqa: PLR2004
    at = np.array([alignment.line.length]) if wrong else np.empty(0)
    return _Found("length", at, at, alignment.length_m)


def _points(alignment: Alignment, at: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.asarray(alignment.line.coords)[:, :2].T
    along = np.append(0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y))))
    return np.column_stack([np.interp(at, along, x), np.interp(at, along, y)])


def _cells(ground: Ground, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.floor((ground.y0 - points[:, 1]) / ground.cell_m), np.floor((points[:, 0] - ground.x0) / ground.cell_m)


def _ground_at(ground: Ground, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height between cell centres; NaN beyond the grid or beside an unknown cell."""
    place = np.stack([(ground.y0 - points[:, 1]) / ground.cell_m - 0.5, (points[:, 0] - ground.x0) / ground.cell_m - 0.5])
    rows, columns = ground.heights.shape
    half = 0.5
    beyond = (place < -half).any(axis=0) | (place[0] > rows - half) | (place[1] > columns - half)
    # Only what lies around the points: a county's heights are a hundred megabytes.
    low = np.clip(np.floor(place.min(axis=1)).astype(int) - 1, 0, (rows - 1, columns - 1))
    high = np.clip(np.ceil(place.max(axis=1)).astype(int) + 2, low + 1, (rows, columns))
    around = ground.heights[low[0] : high[0], low[1] : high[1]].astype(np.float64)
    height = ndimage.map_coordinates(around, place - low[:, None], order=1, mode="nearest")
    height[beyond] = np.nan
    return np.asarray(height)
