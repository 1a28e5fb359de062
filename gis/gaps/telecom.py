"""Telecom: a base station of an accepted technology near enough, or a signal that was reported for the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.reach import Reasons, reach, reach_finding
from gis.gaps.reasons import Reason
from gis.gaps.scene import flags, one_of, rows_of
from gis.gaps.villages import village_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Finding
    from gis.gaps.scene import Scene
    from gis.standards import TelecomRule

LAYER = "base_stations"
COMMITTEES = "committees"


def judge_telecom(scene: Scene, rule: TelecomRule) -> list[Finding]:
    """One indicator, `distance` (m): from the village committee (or from the group, as the set says) to the nearest accepted base station.

    Where the set lets a signal count, a group with a reported signal is met whatever the distance, and a group whose signal is not known may be.
    """
    from_committee = rule.measured_from.value == "committee"
    places = _committees(scene) if from_committee else scene.points
    counts = one_of(scene.frame(LAYER), "technology", rule.technologies.value)
    measured = reach(scene, LAYER, counts, rule.station_within_m.value, places)
    nothing = np.zeros(scene.size, dtype=bool)
    sure, possible = flags(scene.groups, "signal_4g") if rule.or_signal.value else (nothing, nothing)
    far = Reason.NO_SIGNAL if rule.or_signal.value else Reason.STATION_FAR
    reasons = Reasons(
        far=far,
        none=far if rule.or_signal.value else Reason.NO_STATION,
        doubt=Reason.TECHNOLOGY_UNKNOWN,
        field="technology",
        blind=Reason.COMMITTEE_UNKNOWN if from_committee else Reason.NO_LOCATION,
        blind_field=COMMITTEES if from_committee else "geometry",
    )
    also = (sure, possible)
    return [reach_finding(scene, measured, reasons, service="telecom", margin=rule.near_miss_m.value, also=also, also_field="signal_4g")]


def _committees(scene: Scene) -> NDArray[np.object_]:
    """The place of the committee of each group's village; None where it is not known."""
    places = np.append(scene.metric(COMMITTEES), [None])
    return np.asarray(places[rows_of(village_codes(scene, "groups"), village_codes(scene, COMMITTEES))], dtype=object)
