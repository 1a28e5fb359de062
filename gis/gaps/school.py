"""School: one of the accepted kinds near enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.gaps.reach import Reasons, reach, reach_finding
from gis.gaps.reasons import Reason
from gis.gaps.scene import one_of

if TYPE_CHECKING:
    from gis.gaps.findings import Finding
    from gis.gaps.scene import Scene
    from gis.standards import SchoolRule

LAYER = "schools"
_REASONS = Reasons(far=Reason.SCHOOL_FAR, none=Reason.NO_SCHOOL, doubt=Reason.SCHOOL_UNKNOWN, field="school_kind")


def judge_school(scene: Scene, rule: SchoolRule) -> list[Finding]:
    """One indicator, `distance` (m): to the nearest school of an accepted kind; one of unknown kind counts in the optimistic bound only."""
    counts = one_of(scene.frame(LAYER), "school_kind", rule.kinds.value)
    measured = reach(scene, LAYER, counts, rule.within_m.value)
    return [reach_finding(scene, measured, _REASONS, service="school", margin=rule.near_miss_m.value)]
