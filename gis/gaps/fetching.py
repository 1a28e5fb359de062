"""Convenience of water: piped to the home, or a water point that is near enough and not too far up or down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from gis.gaps.findings import Asset, choose, pick
from gis.gaps.nearest import apart, nearest, pairs_within
from gis.gaps.reasons import Reason
from gis.gaps.tiers import Measure, Tier, tiered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools, Finding, Floats
    from gis.gaps.nearest import Nearest
    from gis.gaps.scene import Scene
    from gis.gaps.supply import Supply
    from gis.standards import Threshold, WaterRule

LAYER = "water_points"


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """How the groups fetch water.

    Attributes:
        found: nearest water point.
        group, point, distance, climb: the pairs within the basic distance, with metres along the ground and up or down (NaN unknown).
        piped, may_be_piped: water at home counts, surely and possibly.
        blind: no place to measure from, or no layer of water points.
    """

    found: Nearest
    group: NDArray[np.int64]
    point: NDArray[np.int64]
    distance: Floats
    climb: Floats
    piped: Bools
    may_be_piped: Bools
    blind: Bools


def judge_fetching(scene: Scene, rule: WaterRule, supply: Supply) -> list[Finding]:
    """Indicators `distance` and `climb`, each in metres one way.

    The straight line is never longer than the path, so a point that is too far by it is too far by any path. `climb` asks for one point that is
    near enough and not too high, so that a further point can only help. Without terrain the climb is unknown, but for piped water.
    """
    fetch = _measure(scene, rule, supply)
    return [_distance(scene, rule, fetch), _climb(scene, rule, fetch)]


def one_way(limit: Threshold, rule: WaterRule) -> float:
    """A distance of the set as metres one way: half of it where the set counts there and back."""
    return float(limit.value) / (2.0 if rule.fetch_trip.value == "round_trip" else 1.0)


def _measure(scene: Scene, rule: WaterRule, supply: Supply) -> Fetch:
    points = scene.metric(LAYER)
    limit = one_way(rule.fetch_horizontal_basic_m, rule)
    group, point = pairs_within(scene.points, points, limit)
    counts = rule.piped_counts.value
    return Fetch(
        nearest(scene.points, points),
        group,
        point,
        apart(scene.points[group], points[point]),
        np.abs(_heights(scene, scene.points)[group] - _heights(scene, points)[point]),
        supply.piped & counts,
        supply.may_be_piped & counts,
        ~scene.located | (not scene.has(LAYER)),
    )


def _heights(scene: Scene, places: NDArray[np.object_]) -> Floats:
    if scene.dem is None or len(places) == 0:
        return np.full(len(places), np.nan)
    return scene.dem.sample(gpd.GeoSeries(shapely.centroid(places), crs=scene.crs))


def _distance(scene: Scene, rule: WaterRule, fetch: Fetch) -> Finding:
    def tier(limit: Threshold | None) -> Tier | None:
        """Near enough for this step."""
        if limit is None:
            return None
        near = fetch.found.distance <= one_way(limit, rule)
        return Tier(fetch.piped | near, fetch.may_be_piped | near | fetch.blind, one_way(limit, rule))

    basic, full = tier(rule.fetch_horizontal_basic_m), tier(rule.fetch_horizontal_full_m)
    assert basic is not None  # noqa: S101 - the basic distance is required by the rule
    reason = _reason(scene, fetch, basic, Reason.FETCH_TOO_FAR, fetch.found.row < 0)
    value = np.where(fetch.piped, np.nan, fetch.found.distance)
    measure = Measure("distance", value, "m", more_is_better=False)
    asset = Asset(LAYER, np.where(fetch.piped, -1, fetch.found.row), value)
    return tiered(rule, measure, (basic, full), reason=reason, missing=_missing(scene, fetch), asset=asset, dates=_dates(scene, asset))


def _climb(scene: Scene, rule: WaterRule, fetch: Fetch) -> Finding:
    def tier(flat: Threshold | None, steep: Threshold | None) -> Tier | None:
        """One point near enough and not too high for this step."""
        if flat is None and steep is None:
            return None
        across = one_way(flat or rule.fetch_horizontal_basic_m, rule)
        limit = float((steep or rule.fetch_vertical_basic_m).value)
        near = fetch.distance <= across
        sure = _any(fetch.group[near & (fetch.climb <= limit)], scene.size)
        possible = _any(fetch.group[near & ((fetch.climb <= limit) | np.isnan(fetch.climb))], scene.size)
        return Tier(fetch.piped | sure, fetch.may_be_piped | possible | fetch.blind, limit)

    basic, full = tier(rule.fetch_horizontal_basic_m, rule.fetch_vertical_basic_m), tier(rule.fetch_horizontal_full_m, rule.fetch_vertical_full_m)
    assert basic is not None  # noqa: S101 - the basic climb is required by the rule
    row, climb = _lowest(fetch, scene.size)
    out_of_reach = ~_any(fetch.group, scene.size)
    reason = _reason(scene, fetch, basic, Reason.FETCH_TOO_HIGH, out_of_reach & (fetch.found.row < 0), far=out_of_reach)
    value = np.where(fetch.piped, np.nan, climb)
    asset = Asset(LAYER, np.where(fetch.piped, -1, row), scene.distance_to(LAYER, np.where(fetch.piped, -1, row)))
    missing = (*_missing(scene, fetch), ("dem", basic.possible & ~basic.sure & ~fetch.blind & ~out_of_reach))
    measure = Measure("climb", value, "m", more_is_better=False)
    return tiered(rule, measure, (basic, full), reason=reason, missing=missing, asset=asset, dates=_dates(scene, asset))


def _lowest(fetch: Fetch, size: int) -> tuple[NDArray[np.int64], Floats]:
    """Of the points within the distance the one with the least climb: its row and climb; -1 and NaN where there is none."""
    row, climb = np.full(size, -1, dtype=np.int64), np.full(size, np.nan)
    order = np.lexsort((fetch.point, fetch.distance, fetch.climb, fetch.group))
    first, at = np.unique(fetch.group[order], return_index=True)
    row[first], climb[first] = fetch.point[order][at], fetch.climb[order][at]
    return row, climb


def _reason(scene: Scene, fetch: Fetch, basic: Tier, reason: Reason, none: Bools, far: Bools | None = None) -> NDArray[np.int16]:
    unsaid = fetch.may_be_piped & ~fetch.piped
    high = basic.possible & ~fetch.may_be_piped & ~fetch.blind
    return choose(
        reason,
        (basic.sure, Reason.MET),
        (unsaid, Reason.INDICATOR_MISSING),
        (np.full(scene.size, not scene.has(LAYER)), Reason.LAYER_MISSING),
        (~scene.located, Reason.NO_LOCATION),
        (high, Reason.HEIGHT_UNKNOWN),
        (none, Reason.NO_WATER_POINT),
        (np.zeros(scene.size, dtype=bool) if far is None else far, Reason.FETCH_TOO_FAR),
    )


def _missing(scene: Scene, fetch: Fetch) -> tuple[tuple[str, Bools], ...]:
    absent = np.full(scene.size, not scene.has(LAYER))
    return ("piped_water", fetch.may_be_piped & ~fetch.piped), (LAYER, absent), ("geometry", ~scene.located & ~absent)


def _dates(scene: Scene, asset: Asset) -> NDArray[np.int32]:
    return pick(scene.date_codes(LAYER), asset.row, len(scene.dates))


def _any(groups: NDArray[np.int64], size: int) -> Bools:
    result = np.zeros(size, dtype=bool)
    result[groups] = True
    return result
