"""Whether a road plan still follows from what the county has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.plan_names import NETWORK, PLAN, PROGRAMME
from api.result_settings import settings_changed
from api.result_versions import moved_on

if TYPE_CHECKING:
    from api.snapshot import Snapshot


def outdated_plan(snapshot: Snapshot) -> list[str]:
    """Labels of what changed since the plan was made: layers, the standard, the cost set; empty when nothing has, or when there is no plan."""
    if not snapshot.has(PLAN):
        return []
    return sorted(moved_on(snapshot, (*NETWORK, *PROGRAMME)) | settings_changed(snapshot, NETWORK[0]))
