"""Which settings a result no longer follows from: standard, cost set, site set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api import facts
from api.plan_sources import costs_now
from api.site_sources import set_now

if TYPE_CHECKING:
    from api.snapshot import Snapshot

STANDARD, COSTS, SITES = "达标标准", "造价标准", "选址条件"


def settings_changed(snapshot: Snapshot, layer: str) -> set[str]:
    """Labels of the settings that say something else today than the layer's stamp; what the stamp does not say, and a set that is gone, is not judged."""
    ref = snapshot.revision.layers.get(layer)
    if ref is None or ref.stamp is None:
        return set()
    stamp = ref.stamp
    costs, sites = (str(stamp.options.get(name, "")).partition("@")[0] for name in ("costs", "sites"))
    known = {COSTS: str(stamp.options.get("costs_sha256", "")), SITES: str(stamp.options.get("sites_sha256", "")), STANDARD: stamp.standard_sha256}
    now = {
        COSTS: costs_now(snapshot, costs) if known[COSTS] else None,
        SITES: set_now(snapshot, sites) if known[SITES] else None,
        STANDARD: facts.standard(snapshot) if known[STANDARD] else None,
    }
    return {label for label, found in now.items() if found is not None and found.sha256 != known[label]}
