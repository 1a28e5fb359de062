"""Hardened road: reachable, hardened (along hardened roads to the county's network), standard (along wide ones with passing bays)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.findings import Asset, Finding, at_most, choose, code, pick, within_margin
from gis.gaps.levels import rank
from gis.gaps.reasons import Reason
from gis.gaps.road_network import LAYER, measure_roads, source_rows
from gis.gaps.scene import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools
    from gis.gaps.nearest import Nearest
    from gis.gaps.road_network import RoadDistances, RoadView
    from gis.gaps.scene import Scene
    from gis.standards import RoadRule

SERVICE = "hardened_road"
_TOP = rank(SERVICE, "standard")
_CAP = {"access": "none", "hardened": "reachable", "standard": "hardened"}
"""What the level is at most where the indicator is not met."""


def judge_road(scene: Scene, rule: RoadRule, view: RoadView, measured: RoadDistances | None = None) -> list[Finding]:
    """Indicators `hardened`, `standard` and `access` (m), the one that the set requires first.

    Each caps the level: without access it is none, without a connected hardened road at most reachable, without one of full standard at most
    hardened. So the level is the least of the three.
    """
    far = measure_roads(scene, rule, view) if measured is None else measured
    margin = rule.near_miss_m.value
    findings = {
        "hardened": _finding(scene, view, far, "hardened", far.hardened, margin, _hardened_reason(scene, rule, view, far)),
        "standard": _finding(scene, view, far, "standard", far.standard, margin, _standard_reason(scene, rule, view, far)),
        "reachable": _finding(scene, view, far, "access", far.existing, margin, _access_reason(scene, far)),
    }
    order = sorted(findings, key=lambda name: name != rule.required_level.value)
    return [findings[name] for name in order]


def _finding(
    scene: Scene,
    view: RoadView,
    far: RoadDistances,
    indicator: str,
    found: tuple[Nearest, Nearest],
    margin: float,
    reason: NDArray[np.int16],
) -> Finding:
    sure, may = found
    near, may_be_near = _within(far, sure), _within(far, may)
    absent = _absent(scene)
    otherwise = rank(SERVICE, _CAP[indicator])
    threshold, shortfall = at_most(sure.distance, far.limit)
    return Finding(
        service=SERVICE,
        indicator=indicator,
        rule=f"road.{indicator}",
        low=np.where(near, _TOP, otherwise).astype(np.int8),
        high=np.where(may_be_near | ~scene.located | absent, _TOP, otherwise).astype(np.int8),
        value=sure.distance,
        threshold=threshold,
        unit="m",
        shortfall=shortfall,
        near=within_margin(shortfall, margin),
        reason=reason,
        asset=_asset(view, may),
        sure_asset=_asset(view, sure),
        missing=((LAYER, absent), ("geometry", ~scene.located & ~absent), *_fields(reason, may_be_near & ~near)),
        dates=pick(scene.date_codes(LAYER), source_rows(view, np.where(near, sure.row, may.row)), len(scene.dates)),
    )


def _fields(reason: NDArray[np.int16], doubt: Bools) -> tuple[tuple[str, Bools], ...]:
    """Which field of the roads is missing, by the reason; a doubtful joint wants a look on the ground, not a field.

    What a road hangs on is told by its class: that is the field to fill in where no anchor is certain.
    """
    fields = {
        Reason.SURFACE_UNKNOWN: "surface",
        Reason.STATUS_UNKNOWN: "status",
        Reason.WIDTH_UNKNOWN: "pavement_width_m",
        Reason.INDICATOR_MISSING: "road_class",
    }
    return tuple((name, doubt & (reason == code(why))) for why, name in fields.items())


def _hardened_reason(scene: Scene, rule: RoadRule, view: RoadView, far: RoadDistances) -> NDArray[np.int16]:
    sure, may = far.hardened
    doubt = _within(far, may)
    edge = may.row
    on_doubtful, unrooted = (np.append(edges, False)[edge] for edges in (view.doubtful, view.unrooted))
    unstated = _status_unknown(view, rule)[edge]
    return choose(
        Reason.NOT_CONNECTED,
        (_within(far, sure), Reason.CONNECTED),
        (_absent(scene), Reason.LAYER_MISSING),
        (~scene.located, Reason.NO_LOCATION),
        (doubt & on_doubtful, Reason.DOUBTFUL_JOINT),
        (doubt & unrooted, Reason.INDICATOR_MISSING),
        (doubt & unstated, Reason.STATUS_UNKNOWN),
        (doubt, Reason.SURFACE_UNKNOWN),
        (sure.distance <= far.limit + rule.near_miss_m.value, Reason.END_TOO_FAR),
        (~_within(far, far.existing[1]), Reason.NO_ROAD_NEAR),
        (~_within(far, far.paved), Reason.NOT_HARDENED),
    )


def _standard_reason(scene: Scene, rule: RoadRule, view: RoadView, far: RoadDistances) -> NDArray[np.int16]:
    sure, may = far.standard
    at = far.hardened[0].row
    pavement, roadbed, bays = (
        np.append(numbers(view.network.edges, column), np.nan)[at] for column in ("pavement_width_m", "roadbed_width_m", "passing_bays_per_km")
    )
    few = (bays < rule.passing_bays_per_km_min.value) & (roadbed < rule.passing_bays_below_roadbed_m.value)
    # While it is open whether the group has a connected hardened road at all, that is what is told.
    open_ = _within(far, may) & ~_within(far, far.hardened[0])
    told = choose(
        Reason.BELOW_STANDARD,
        (_within(far, sure), Reason.MET),
        (_absent(scene), Reason.LAYER_MISSING),
        (~scene.located, Reason.NO_LOCATION),
        (_within(far, may), Reason.WIDTH_UNKNOWN),
        (~_within(far, far.existing[1]), Reason.NO_ROAD_NEAR),
        (~_within(far, far.paved), Reason.NOT_HARDENED),
        (~_within(far, far.hardened[1]), Reason.NOT_CONNECTED),
        # What the road at the group falls short of; if nothing, it is a road on the way.
        (pavement < rule.pavement_width_min_m.value, Reason.TOO_NARROW),
        (roadbed < rule.roadbed_width_min_m.value, Reason.ROADBED_NARROW),
        (few, Reason.BAYS_FEW),
    )
    return np.where(open_, _hardened_reason(scene, rule, view, far), told).astype(np.int16)


def _access_reason(scene: Scene, far: RoadDistances) -> NDArray[np.int16]:
    sure, may = far.existing
    return choose(
        Reason.NO_ROAD_NEAR,
        (_within(far, sure), Reason.MET),
        (_absent(scene), Reason.LAYER_MISSING),
        (~scene.located, Reason.NO_LOCATION),
        (_within(far, may), Reason.STATUS_UNKNOWN),
    )


def _within(far: RoadDistances, found: Nearest) -> Bools:
    return np.asarray(found.distance <= far.limit, dtype=bool)


def _absent(scene: Scene) -> Bools:
    return np.full(scene.size, not scene.has(LAYER))


def _status_unknown(view: RoadView, rule: RoadRule) -> Bools:
    """For each edge (and -1) whether its status is missing and not taken for built."""
    edges = view.network.edges
    missing = edges["status"].isna().to_numpy(dtype=bool) if "status" in edges else np.ones(len(edges), dtype=bool)
    return np.append(missing & (not rule.status_missing_exists.value), False)


def _asset(view: RoadView, found: Nearest) -> Asset:
    return Asset(LAYER, source_rows(view, found.row), found.distance)
