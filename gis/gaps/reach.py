"""One kind of indicator that four services share: is a facility of an accepted kind near enough, as the crow flies?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.findings import Asset, Finding, at_most, choose, levels, pick, within_margin
from gis.gaps.nearest import Nearest, narrow, nearest
from gis.gaps.reasons import Reason

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools
    from gis.gaps.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """How near the facilities of one layer are.

    Attributes:
        layer: their layer.
        found, maybe: nearest one that surely counts, and nearest one that may count.
        near, may_be_near: those distances are within the limit.
        blind: the place to measure from is not known.
        limit: in metres.
    """

    layer: str
    found: Nearest
    maybe: Nearest
    near: Bools
    may_be_near: Bools
    blind: Bools
    limit: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a facility is not near enough: too far, none at all, or one that may not count because a field is missing."""

    far: Reason
    none: Reason
    doubt: Reason
    field: str
    blind: Reason = Reason.NO_LOCATION
    blind_field: str = "geometry"


def reach(scene: Scene, layer: str, counts: tuple[Bools, Bools], limit: float, places: NDArray[np.object_] | None = None) -> Reach:
    """Measure from the groups (or from `places`, one for each group) to the facilities that surely and possibly count."""
    origin = scene.points if places is None else places
    targets = scene.metric(layer)
    sure, possible = counts
    maybe = nearest(origin, targets, possible)
    found = narrow(maybe, origin, targets, sure)
    blind = np.array([place is None for place in origin], dtype=bool)
    return Reach(layer, found, maybe, found.distance <= limit, maybe.distance <= limit, blind, limit)


def reach_finding(
    scene: Scene, measured: Reach, reasons: Reasons, *, service: str, margin: float, also: tuple[Bools, Bools] | None = None, also_field: str = ""
) -> Finding:
    """The finding `<service>.distance`.

    Args:
        scene: the input.
        measured: how near the facilities are.
        reasons: why not.
        service: which service.
        margin: falling short by no more than so many metres is a near miss.
        also: another way to be served, surely and possibly (a signal, a clinic in the same village).
        also_field: the field that is missing where that other way is only possible.
    """
    nothing = np.zeros(scene.size, dtype=bool)
    sure_also, may_also = also if also is not None else (nothing, nothing)
    absent = np.full(scene.size, not scene.has(measured.layer))
    met = measured.near | sure_also
    low, high = levels(met, met | measured.may_be_near | may_also | measured.blind | absent, reached=1)
    threshold, shortfall = at_most(measured.found.distance, measured.limit)
    reason = choose(
        reasons.far,
        (met, Reason.MET),
        (absent, Reason.LAYER_MISSING),
        (measured.blind, reasons.blind),
        (measured.may_be_near, reasons.doubt),
        (may_also, Reason.INDICATOR_MISSING),
        (measured.found.row < 0, reasons.none),
    )
    missing = (
        (measured.layer, absent),
        (reasons.blind_field, measured.blind),
        (reasons.field, measured.may_be_near),
        (also_field, may_also),
    )
    return Finding(
        service=service,
        indicator="distance",
        rule=f"{service}.distance",
        low=low,
        high=high,
        value=measured.found.distance,
        threshold=threshold,
        unit="m",
        shortfall=np.where(met, np.minimum(shortfall, 0), shortfall),
        near=within_margin(shortfall, margin) & ~met,
        reason=reason,
        asset=Asset(measured.layer, measured.maybe.row, measured.maybe.distance),
        sure_asset=Asset(measured.layer, measured.found.row, measured.found.distance),
        missing=tuple((name, where & ~met) for name, where in missing if name),
        dates=pick(scene.date_codes(measured.layer), np.where(met, measured.found.row, measured.maybe.row), len(scene.dates)),
    )
