"""The line of a road between two points: searched with its curves, rounded, given a design profile, priced and flagged."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops

from gis.roads.curves import round_corners
from gis.roads.earthwork import earthwork_table
from gis.roads.examine import Alignment, Flag, examine
from gis.roads.reshape import nudge, relax, restore_tight
from gis.roads.search import OCTAGON, Limits, Prices, Way, find_way
from gis.roads.window import FORBIDDEN_FACTOR, Sheet, draw_sheet, open_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.ground import Ground

__all__ = ["MARGIN_M", "Alignment", "Flag", "align", "engineer"]

MARGIN_M = 250.0
"""How far a line may first leave its corridor; doubled while the line runs along the edge."""
WIDENINGS = 2
PIECE_M = 6000.0
"""Longer corridors are designed in pieces: memory stays bounded."""
SPARE = 1.02
"""Curves are drawn so much wider than the least radius, for measuring on chords."""
TUBE = 0.85
"""Share of the allowance that the search uses; the rest is for what rounding and vertical curves need."""
NUDGES = 4
"""How often a line is moved sideways at most."""
RESERVE = 0.85
"""Share of the grade limit that the search uses: rounding corners makes the line shorter, and so steeper."""
FLAG_PRICE = 4.0
"""How many metres of road one metre of flagged road may cost to be avoided."""


def align(
    ground: Ground,
    costs: CostSet,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    corridor: shapely.LineString | None = None,
    margin_m: float = MARGIN_M,
) -> Alignment:
    """Design a new road from start to end.

    Args:
        ground: the county's grid.
        costs: limits and prices.
        start: x, y in the CRS of the ground; the line starts exactly here.
        end: likewise.
        corridor: planning line (metric) that the road follows within the margin; none: the straight line.
        margin_m: first half width of the strip that is searched.

    Returns:
        The finished line. What cannot keep the rules is flagged, and priced with its developed length; if no allowed way exists at all, the
        line goes through what is forbidden or unknown as shortly as possible, flagged.

    Raises:
        ValueError: if start and end are the same point.
    """
    guide = _guide(start, end, corridor)
    nodes = [_design(ground, costs, piece, margin_m) for piece in _pieces(guide)]
    path = np.concatenate([nodes[0], *[part[1:] for part in nodes[1:]]])
    return _draw(path, ground, costs)


def engineer(line: shapely.LineString, ground: Ground, costs: CostSet, *, kind: str, surface: str | None = None) -> Alignment:
    """Examine a line that is given: a track to be paved, a bureau's project.

    Its course stays as it is: bends and grades that break the rules are flagged, unknown heights are flagged as unknown.

    Args:
        line: metric.
        ground: the county's grid.
        costs: limits and prices.
        kind: `upgrade` (price of paving, no earthwork), `new`, `join`, `project` (priced as a new road) or `committed` (costs nothing).
        surface: of a track, as in `roads.surface`; none: the price for an unknown one.

    Raises:
        ValueError: if the line has no length.
    """
    return examine(np.asarray(line.coords), ground, costs, kind=kind, surface=surface)


def _guide(start: tuple[float, float], end: tuple[float, float], corridor: shapely.LineString | None) -> shapely.LineString:
    """The corridor, made to begin and finish exactly at the ends."""
    if start == end:
        raise ValueError("start and end are the same point")
    middle = [] if corridor is None else [(x, y) for x, y, *_ in corridor.coords]
    return shapely.LineString([start, *middle, end])


def _pieces(guide: shapely.LineString) -> list[shapely.LineString]:
    count = max(1, int(np.ceil(guide.length / PIECE_M)))
    cuts = np.linspace(0, guide.length, count + 1)
    return [shapely.LineString(shapely.get_coordinates(shapely.ops.substring(guide, a, b))) for a, b in pairwise(cuts)]


def _design(ground: Ground, costs: CostSet, guide: shapely.LineString, margin_m: float) -> NDArray[np.float64]:
    """Nodes of the best way along a piece of the corridor, shape (n, 2)."""
    spacing = OCTAGON * float(costs.design.radius_min_m.value) * SPARE
    ends = np.asarray(guide.coords)[[0, -1], :2]
    if np.hypot(*(ends[1] - ends[0])) < spacing:
        return ends
    limits = _limits(costs)
    best: tuple[Sheet, Way] | None = None
    for widening in range(WIDENINGS + 1):
        sheet = draw_sheet(ground, guide, spacing_m=spacing, margin_m=margin_m * 2**widening)
        way = find_way(sheet, _prices(costs), limits, water=ground.water)
        best = (sheet, way) if way is not None else best
        if way is not None and not way.at_edge:
            break
    if best is None:
        sheet = open_up(sheet)
        # Where nothing may be built a road still has to be one: height that is missing weighs as much as the place.
        prices = _prices(costs)
        way = find_way(sheet, replace(prices, missing=prices.missing * FORBIDDEN_FACTOR), limits, water=ground.water)
        best = (sheet, way) if way is not None else None
    return ends if best is None else best[0].xy(best[1].cells)


def _draw(path: NDArray[np.float64], ground: Ground, costs: CostSet) -> Alignment:
    """The path as a road: as it was found, relaxed, and moved sideways to where the ground meets the design; the best of these."""
    best = _rounded(path, ground, costs)
    radius = float(costs.design.radius_min_m.value) * SPARE
    corners = restore_tight(relax(path), path, radius)
    for _ in range(NUDGES):
        trial = _rounded(corners, ground, costs)
        best = min(best, trial, key=lambda one: _badness(one, costs))
        corners = restore_tight(nudge(corners, trial, ground), path, radius)
    return best


def _rounded(corners: NDArray[np.float64], ground: Ground, costs: CostSet) -> Alignment:
    radius = float(costs.design.radius_min_m.value) * SPARE
    return examine(round_corners(corners, radius_min_m=radius, shift_max_m=OCTAGON * radius / 3), ground, costs, kind="new")


def _badness(one: Alignment, costs: CostSet) -> float:
    return one.cost_cny + FLAG_PRICE * one.flagged_m * float(costs.new.road_cny_per_km.value) / 1000


def _limits(costs: CostSet) -> Limits:
    design = costs.design
    return Limits(
        grade=float(design.grade_max.value) * RESERVE,
        grade_high=float(design.grade_max_high.value) * RESERVE,
        high_m=float(design.high_altitude_m.value),
        cut_m=float(design.cut_max_m.value) * TUBE,
        fill_m=float(design.fill_max_m.value) * TUBE,
        radius_m=float(design.radius_min_m.value) * SPARE,
        cross_slope=float(np.tan(np.radians(design.cross_slope_max_deg.value))),
    )


def _prices(costs: CostSet) -> Prices:
    base = float(costs.new.road_cny_per_km.value) / 1000
    grade = float(costs.design.grade_max.value)
    return Prices(
        base=base,
        earthwork=earthwork_table(costs),
        excess=3 * base,
        missing=(float(costs.new.excess_factor.value) + FLAG_PRICE) * base / grade,
        turn=10 * base,
        bridge=float(costs.crossing.bridge_cny_per_m.value),
        steep=FLAG_PRICE,
    )
