"""Clinic: one in the same village or near enough, with enough room and staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gis.gaps.findings import Asset, Finding, at_least, choose, levels, pick
from gis.gaps.nearest import Nearest
from gis.gaps.reach import Reach, Reasons, reach, reach_finding
from gis.gaps.reasons import Reason
from gis.gaps.scene import numbers, one_of, rows_of
from gis.gaps.villages import village_codes

if TYPE_CHECKING:
    import pandas as pd

    from gis.gaps.findings import Bools, Floats
    from gis.gaps.scene import Scene
    from gis.standards import ClinicRule

    Villages = tuple[pd.Series[Any], pd.Series[Any]]
    """Village codes of the clinics and of the groups."""

LAYER = "clinics"
HOSPITALS = ("township_hospital", "county_hospital")
"""Kinds that stand for a clinic without their room and staff being asked for."""

_REASONS = Reasons(far=Reason.CLINIC_FAR, none=Reason.NO_CLINIC, doubt=Reason.CLINIC_UNKNOWN, field="clinic_kind")


def judge_clinic(scene: Scene, rule: ClinicRule) -> list[Finding]:
    """Indicators `distance` (m), `floor_area` (m²) and `doctors`; each asks for one clinic that has it beside what was asked before.

    So all three are met exactly when a single clinic has everything, and a further clinic can only help. A hospital needs no proof of room
    and staff. A clinic serves the village that is recorded for it, or in whose outline it stands.
    """
    clinics = scene.frame(LAYER)
    floor, doctors = numbers(clinics, "floor_area_m2"), numbers(clinics, "doctors_count")
    kind = one_of(clinics, "clinic_kind", rule.kinds.value)
    hospital = one_of(clinics, "clinic_kind", HOSPITALS)
    roomy = _both(kind, _enough(floor, rule.floor_area_min_m2.value, hospital))
    staffed = _both(roomy, _enough(doctors, rule.doctors_min.value, hospital))
    villages = (village_codes(scene, LAYER), village_codes(scene, "groups"))
    access, room, staff = (_served(scene, rule, counts, villages) for counts in (kind, roomy, staffed))
    elsewhere = _village_unknown(scene, rule, kind[1], villages)
    also = (np.zeros(scene.size, dtype=bool), elsewhere)
    return [
        reach_finding(scene, access, _REASONS, service="clinic", margin=rule.near_miss_m.value, also=also, also_field="village_code"),
        _substance(scene, access, room, ("floor_area", "floor_area_m2", "m²"), floor, rule.floor_area_min_m2.value, elsewhere),
        _substance(scene, access, staff, ("doctors", "doctors_count", "人"), doctors, rule.doctors_min.value, elsewhere),
    ]


def _enough(values: Floats, limit: float, exempt: tuple[Bools, Bools]) -> tuple[Bools, Bools]:
    reached = values >= limit
    return reached | exempt[0], reached | np.isnan(values) | exempt[1]


def _both(first: tuple[Bools, Bools], second: tuple[Bools, Bools]) -> tuple[Bools, Bools]:
    return first[0] & second[0], first[1] & second[1]


def _village_unknown(scene: Scene, rule: ClinicRule, possible: Bools, villages: Villages) -> Bools:
    """Groups of which a clinic might be their own, because its village or theirs is not known.

    A clinic of unknown village is judged by its distance where the set has one; where it has none, it may be anyone's.
    """
    if not rule.same_village.value or not possible.any():
        return np.zeros(scene.size, dtype=bool)
    if rule.within_m is None and (villages[0].isna().to_numpy(dtype=bool) & possible).any():
        return np.ones(scene.size, dtype=bool)
    return villages[1].isna().to_numpy(dtype=bool)


def _served(scene: Scene, rule: ClinicRule, counts: tuple[Bools, Bools], villages: Villages) -> Reach:
    """Who has a clinic that counts, in the same village (which is then the one that is shown) or within the distance."""
    by_distance = rule.within_m is not None
    measured = reach(scene, LAYER, counts, rule.within_m.value if rule.within_m is not None else np.nan)
    blind = measured.blind & by_distance
    if not rule.same_village.value:
        return measured
    there, here = villages
    own, own_may = (rows_of(here, there.where(mask)) for mask in counts)
    row = np.where(own >= 0, own, measured.found.row)
    found = Nearest(row, scene.distance_to(LAYER, row))
    return Reach(LAYER, found, measured.maybe, measured.near | (own >= 0), measured.may_be_near | (own_may >= 0), blind, measured.limit)


def _substance(scene: Scene, access: Reach, has: Reach, names: tuple[str, str, str], values: Floats, limit: float, elsewhere: Bools) -> Finding:
    """Whether a clinic in reach has enough of something; shows the one that has it, else the one in reach."""
    indicator, field, unit = names
    absent = np.full(scene.size, not scene.has(LAYER))
    met = has.near
    low, high = levels(met, met | has.may_be_near | has.blind | absent | elsewhere, reached=1)
    row = np.where(met, has.found.row, np.where(access.near, access.found.row, -1))
    value = np.append(values, np.nan)[row]
    threshold, shortfall = at_least(value, limit)
    reason = choose(
        Reason.CLINIC_FAR,
        (met, Reason.MET),
        (absent, Reason.LAYER_MISSING),
        (has.may_be_near, Reason.CLINIC_UNKNOWN),
        (has.blind, Reason.NO_LOCATION),
        (elsewhere, Reason.INDICATOR_MISSING),
        (access.near, Reason.CLINIC_SUBSTANDARD),
        (access.found.row < 0, Reason.NO_CLINIC),
    )
    missing = ((LAYER, absent), (field, has.may_be_near), ("geometry", has.blind), ("village_code", elsewhere))
    return Finding(
        service="clinic",
        indicator=indicator,
        rule=f"clinic.{indicator}",
        low=low,
        high=high,
        value=value,
        threshold=threshold,
        unit=unit,
        shortfall=np.where(met, np.minimum(shortfall, 0), shortfall),
        near=np.zeros(scene.size, dtype=bool),
        reason=reason,
        asset=Asset(LAYER, row, scene.distance_to(LAYER, row)),
        missing=tuple((name, where & ~met) for name, where in missing),
        dates=pick(scene.date_codes(LAYER), row, len(scene.dates)),
    )
