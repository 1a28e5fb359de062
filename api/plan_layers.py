"""Whether a road plan still follows from what the county has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api import facts
from api.plan_names import NETWORK, PLAN, PROGRAMME
from api.plan_sources import costs_now
from api.result_versions import moved_on
from layers.store.stamps import STANDARD

if TYPE_CHECKING:
    from api.snapshot import Snapshot

COSTS = "costs"
_LABELS = {STANDARD: "达标标准", COSTS: "造价标准"}


def outdated_plan(snapshot: Snapshot) -> list[str]:
    """Labels of what changed since the plan was made: layers, the standard, the cost set; empty when nothing has, or when there is no plan."""
    if not snapshot.has(PLAN):
        return []
    labels = moved_on(snapshot, (*NETWORK, *PROGRAMME))
    return sorted(labels | {_LABELS[name] for name in _settings_changed(snapshot)})


def _settings_changed(snapshot: Snapshot) -> list[str]:
    """Standard and cost set against those that the network was stamped with; what the stamp does not say is not judged."""
    ref = snapshot.revision.layers.get(NETWORK[0])
    if ref is None or ref.stamp is None:
        return []
    stamp = ref.stamp
    changed = [STANDARD] if stamp.standard_sha256 and stamp.standard_sha256 != facts.standard(snapshot).sha256 else []
    named, known = str(stamp.options.get("costs", "")), str(stamp.options.get("costs_sha256", ""))
    now = costs_now(snapshot, named.partition("@")[0]) if known else None
    return changed if now is None or now.sha256 == known else [*changed, COSTS]
