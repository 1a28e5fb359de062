"""What a line is once it is drawn: stations, heights, design profile, flags, quantities and money.

Lines that are designed here and lines that are given (a track to be paved, a bureau's project) pass through the same examination.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.bridges import Runs, water_runs
from gis.roads.curves import bend_places, deflections, distances, drop_doubles, place_at, radii
from gis.roads.earthwork import section_areas
from gis.roads.gradeline import Allowance, design_profile
from gis.roads.window import height_at, value_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.ground import Ground

PROBE_M = 2.0
"""How densely a line is compared with cells (forbidden, constraints)."""
SIDE_M = 15.0
"""Cross slope is measured between points so far to either side: half a cell of a 30 m model."""
GIVEN = frozenset({"upgrade", "committed"})
"""Kinds whose course is there already: it moves no earth, and where it lies is not for the design to change."""
LEAST_M = 1e-3
"""A line so short is a point."""
GRADE_SLACK = 1e-5
RADIUS_SLACK = 0.02
"""A drawn curve consists of chords: its measured radius may fall short by so much (share)."""


class Flag(IntEnum):
    """What is wrong at a station; the gravest is kept (see `GRAVITY`)."""

    FINE = 0
    STEEP = 1  # above the warning grade, within the limit
    SURVEY = 2  # 需勘测: cut or fill beyond the allowance, or ground too steep to build on
    DEVELOP = 3  # 需展线: above the grade limit
    TIGHT = 4  # radius below the least
    FORBIDDEN = 5  # in cells where nothing may be built
    UNKNOWN = 6  # no height known


GRAVITY = (Flag.STEEP, Flag.TIGHT, Flag.SURVEY, Flag.DEVELOP, Flag.FORBIDDEN, Flag.UNKNOWN)
"""From light to grave."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """A finished line and everything that was found about it.

    Attributes:
        line: metric; curves drawn as chords.
        kind: `new`, `join`, `project`, `upgrade` or `committed`; decides prices.
        chainage_m, ground_m, design_m, flag: at the stations, shape (n,); heights are NaN where nothing is known at all.
        length_m: horizontal.
        developed_m: with the metres added that the limit would need for rises above it.
        flagged_m: length of stations with a flag above `STEEP`.
        grade_max: steepest design grade; NaN if heights are unknown.
        share_above_warn, share_above_limit: of the length.
        crossings: rivers crossed; `bridge_m` metres over water that a new road has to be carried (a track has its crossings already).
        cut_m3, fill_m3: of new road; an upgrade moves no ground.
        overlaps: metres in each constraint layer.
        cross_slope_mean: tangent.
        costs: 元 by part: road, earthwork, development, bridge, overhead (each `…_cny`).
    """

    line: shapely.LineString
    kind: str
    chainage_m: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    design_m: NDArray[np.float64]
    flag: NDArray[np.int8]
    length_m: float
    developed_m: float
    flagged_m: float
    grade_max: float
    share_above_warn: float
    share_above_limit: float
    crossings: int
    bridge_m: float
    cut_m3: float
    fill_m3: float
    cross_slope_mean: float
    overlaps: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)

    @property
    def cost_cny(self) -> float:
        """All parts together."""
        return float(sum(self.costs.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The line compared with the cells every two metres: chainage, forbidden, constraint bits, and metres that each probe stands for."""

    chainage: NDArray[np.float64]
    forbidden: NDArray[np.bool_]
    codes: NDArray[np.uint8]
    weight: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Heights:
    """Stations and what stands there: ground (filled in where unknown), whether it is known, design, grade limit of each segment."""

    chainage: NDArray[np.float64]
    ground: NDArray[np.float64]
    known: NDArray[np.bool_]
    design: NDArray[np.float64]
    limit: NDArray[np.float64]

    @property
    def grade(self) -> NDArray[np.float64]:
        """Of the design, each segment, without sign."""
        return np.asarray(np.abs(np.diff(self.design)) / np.diff(self.chainage))

    @property
    def cover(self) -> NDArray[np.float64]:
        """Metres for which each station stands."""
        spacing = np.diff(self.chainage)
        return np.asarray((np.append(spacing, 0) + np.insert(spacing, 0, 0)) / 2)


def examine(points: NDArray[np.float64], ground: Ground, costs: CostSet, *, kind: str, surface: str | None = None) -> Alignment:
    """Examine a line as it is.

    Args:
        points: metric, shape (n, 2).
        ground: the county's grid.
        costs: limits and prices.
        kind: what is built: see `Alignment.kind`.
        surface: of the track, for the price of an upgrade.

    Raises:
        ValueError: if the line has no length.
    """
    points = drop_doubles(np.asarray(points, dtype=np.float64)[:, :2])
    if len(points) < 2:  # noqa: PLR2004 - two points make a line
        raise ValueError("a line needs two different points")
    probe = probe_line(points, ground)
    heights = _heights(points, ground, costs)
    slope = cross_slopes(points, heights.chainage, ground)
    flag = _flags(points, heights, probe, slope, costs, kind)
    bridges = water_runs(points, distances(points), ground.water)
    cut, fill = _volumes(heights, slope, bridges, costs) if kind not in GIVEN else (0.0, 0.0)
    length, developed = float(heights.chainage[-1]), _developed(heights)
    return Alignment(
        line=shapely.LineString(points),
        kind=kind,
        chainage_m=heights.chainage,
        ground_m=np.where(heights.known, heights.ground, np.nan),
        design_m=heights.design,
        flag=flag,
        length_m=length,
        developed_m=developed,
        flagged_m=float(heights.cover[flag > Flag.STEEP].sum()),
        grade_max=float(heights.grade.max()),
        share_above_warn=_share_above(heights, float(costs.design.grade_warn.value)),
        share_above_limit=_share_above(heights, heights.limit),
        crossings=int(bridges.crosses.sum()),
        bridge_m=bridges.metres if kind not in GIVEN else 0.0,
        cut_m3=cut,
        fill_m3=fill,
        cross_slope_mean=float(np.nanmean(slope)) if np.isfinite(slope).any() else float("nan"),
        overlaps=_overlaps(probe, ground),
        costs=_money(costs, kind, surface, length=length, extra=developed - length, moved=(cut, fill), bridges=bridges),
    )


def no_road(line: shapely.LineString, kind: str) -> Alignment:
    """A line without length: no stations, no quantities, no money."""
    nothing, unknown = np.empty(0), float("nan")
    return Alignment(
        line=line,
        kind=kind,
        chainage_m=nothing,
        ground_m=nothing,
        design_m=nothing,
        flag=np.empty(0, dtype=np.int8),
        length_m=0.0,
        developed_m=0.0,
        flagged_m=0.0,
        grade_max=unknown,
        share_above_warn=0.0,
        share_above_limit=0.0,
        crossings=0,
        bridge_m=0.0,
        cut_m3=0.0,
        fill_m3=0.0,
        cross_slope_mean=unknown,
    )


def probe_line(points: NDArray[np.float64], ground: Ground) -> Probe:
    """Compare a line with the cells it runs through."""
    along = distances(points)
    count = max(2, int(np.ceil(along[-1] / PROBE_M)) + 1)
    chainage = np.linspace(0, along[-1], count)
    at = place_at(points, along, chainage)
    weight = np.full(count, along[-1] / (count - 1))
    weight[[0, -1]] /= 2
    return Probe(
        chainage=chainage,
        forbidden=np.isinf(value_at(ground, ground.factor, at, outside=1.0)),
        codes=value_at(ground, ground.codes, at, outside=0),
        weight=weight,
    )


def cross_slopes(points: NDArray[np.float64], chainage: NDArray[np.float64], ground: Ground) -> NDArray[np.float64]:
    """Tangent of the ground square to the line at each chainage; NaN where a side is unknown."""
    along = distances(points)
    ahead, behind = (place_at(points, along, chainage + shift) for shift in (PROBE_M, -PROBE_M))
    heading = ahead - behind
    normal = np.column_stack([-heading[:, 1], heading[:, 0]]) / np.maximum(np.hypot(*heading.T), 1e-9)[:, None]
    at = place_at(points, along, chainage)
    return np.asarray(np.abs(height_at(ground, at + SIDE_M * normal) - height_at(ground, at - SIDE_M * normal)) / (2 * SIDE_M))


def _heights(points: NDArray[np.float64], ground: Ground, costs: CostSet) -> _Heights:
    along = distances(points)
    count = max(1, int(np.ceil(along[-1] / costs.design.station_m.value)))
    chainage = np.linspace(0, along[-1], count + 1)
    found = height_at(ground, place_at(points, along, chainage))
    known = np.isfinite(found)
    if not known.any():
        return _Heights(chainage, found, known, found, np.full(count, float(costs.design.grade_max.value)))
    filled = np.interp(chainage, chainage[known], found[known])
    limit = grade_limits(filled, costs)
    allowance = Allowance(float(costs.design.cut_max_m.value), float(costs.design.fill_max_m.value))
    return _Heights(chainage, filled, known, design_profile(chainage, filled, grade_limit=limit, allowance=allowance), limit)


def grade_limits(heights: NDArray[np.float64], costs: CostSet) -> NDArray[np.float64]:
    """Steepest grade of each segment between stations of these heights."""
    mean = (heights[1:] + heights[:-1]) / 2
    design = costs.design
    return np.where(mean > design.high_altitude_m.value, float(design.grade_max_high.value), float(design.grade_max.value))


def _flags(points: NDArray[np.float64], heights: _Heights, probe: Probe, slope: NDArray[np.float64], costs: CostSet, kind: str) -> NDArray[np.int8]:
    """The gravest flag of each station."""
    design, off = costs.design, heights.design - heights.ground
    bends = bend_places(points)
    tight = radii(points, bends) < design.radius_min_m.value * (1 - RADIUS_SLACK)
    beyond = (off > design.fill_max_m.value + 1e-6) | (-off > design.cut_max_m.value + 1e-6)
    too_steep = slope > np.tan(np.radians(design.cross_slope_max_deg.value))
    found = {
        Flag.STEEP: _at_stations(heights.grade > design.grade_warn.value + GRADE_SLACK),
        Flag.TIGHT: _near_stations(heights.chainage, bends[tight]),
        Flag.SURVEY: beyond | ((too_steep | _near_stations(heights.chainage, self_crossings(points))) & (kind not in GIVEN)),
        Flag.DEVELOP: _at_stations(heights.grade > heights.limit + GRADE_SLACK),
        Flag.FORBIDDEN: _near_stations(heights.chainage, probe.chainage[probe.forbidden]) & (kind not in GIVEN),
        Flag.UNKNOWN: ~heights.known,
    }
    flag = np.zeros(len(heights.chainage), dtype=np.int8)
    for name in GRAVITY:
        flag[found[name]] = name
    return flag


def self_crossings(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chainages at which a line meets itself (both times), or turns straight back, metres."""
    line = shapely.LineString(points)
    if line.is_simple:
        return np.empty(0)
    segments = np.asarray(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)))
    first, second = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = np.abs(first - second) > 1
    along = distances(points)
    met = shapely.intersection(segments[first[apart]], segments[second[apart]])
    own = shapely.line_locate_point(segments[first[apart]], shapely.centroid(met))
    back = np.abs(deflections(points)) > np.pi - 1e-3
    return np.concatenate([along[first[apart]] + own, along[1:-1][back]])


def _at_stations(segments: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Stations at either end of a segment."""
    return np.append(segments, False) | np.insert(segments, 0, False)


def _near_stations(chainage: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Stations on either side of a place: what lies between two of them is told at both."""
    after = np.clip(np.searchsorted(chainage, places), 1, len(chainage) - 1)
    near = np.zeros(len(chainage), dtype=bool)
    near[after] = near[after - 1] = True
    return near


def _developed(heights: _Heights) -> float:
    """Length, with what the grade limit would need for each rise."""
    spacing = np.diff(heights.chainage)
    needed = np.abs(np.diff(heights.design)) / heights.limit
    return float(np.fmax(spacing, np.where(heights.grade > heights.limit + GRADE_SLACK, needed, 0.0)).sum())


def _share_above(heights: _Heights, grade: NDArray[np.float64] | float) -> float:
    """Share of the length with a steeper design."""
    run = np.diff(heights.chainage)
    return float(run[heights.grade > grade + GRADE_SLACK].sum() / run.sum())


def _volumes(heights: _Heights, slope: NDArray[np.float64], bridges: Runs, costs: CostSet) -> tuple[float, float]:
    """Cut and fill, m³: section areas times the metres of their stations; none on bridges and where nothing is known."""
    at = heights.chainage[:, None]
    carried = ((at >= bridges.from_m) & (at <= bridges.to_m)).any(axis=1)
    known = np.isfinite(slope) & heights.known & ~carried
    if not known.any():
        return 0.0, 0.0
    cut, fill = section_areas((heights.ground - heights.design)[known], slope[known], costs)
    cover = heights.cover[known]
    return float((cut * cover).sum()), float((fill * cover).sum())


def _overlaps(probe: Probe, ground: Ground) -> dict[str, float]:
    return {name: float(probe.weight[(probe.codes >> bit) & 1 == 1].sum()) for bit, name in enumerate(ground.constraints)}


def _money(
    costs: CostSet, kind: str, surface: str | None, *, length: float, extra: float, moved: tuple[float, float], bridges: Runs
) -> dict[str, float]:
    """元 by part. A track has its length and its crossings; what is committed is paid already."""
    base = float(costs.new.road_cny_per_km.value) / 1000
    parts = {"road_cny": base * length, "earthwork_cny": 0.0, "development_cny": 0.0, "bridge_cny": 0.0}
    if kind == "upgrade":
        parts["road_cny"] = costs.upgrade.cny_per_km(surface) * length / 1000
        parts["bridge_cny"] = float(costs.crossing.culvert_cny.value) * float(bridges.crosses.sum())
    elif kind == "committed":
        parts["road_cny"] = 0.0
    else:
        parts["earthwork_cny"] = moved[0] * float(costs.earthwork.cut_cny_per_m3.value) + moved[1] * float(costs.earthwork.fill_cny_per_m3.value)
        parts["development_cny"] = base * float(costs.new.excess_factor.value) * extra
        parts["bridge_cny"] = float(costs.crossing.bridge_cny_per_m.value) * bridges.metres
    return parts | {"overhead_cny": float(costs.overhead_share.value) * sum(parts.values())}
