"""What the figures of a siting study follow from: site set, and the files of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.plan_sources import layer_sources
from api.site_names import OWN_SITES
from gis.sites.sets import list_site_sets, load_site_set
from layers.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from api.snapshot import Snapshot
    from gis.sites.sets import SiteSet
    from layers.workspace import Workspace


def site_set_of(workspace: Workspace, name: str | None = None) -> SiteSet:
    """The site set that `county.toml` asks for (or the one of that name) with the county's own values over it.

    Raises:
        StandardError: there is no such set, or a value of it cannot be used.
    """
    settings = workspace.settings
    return load_site_set(name or settings.sites, folder=_own_folder(workspace), overrides=settings.site_overrides)


def _own_folder(workspace: Workspace) -> Path | None:
    """Where the county's own site sets lie, if it has any."""
    own = workspace.path / OWN_SITES
    return own if own.is_dir() else None


def available_sets(snapshot: Snapshot) -> list[SiteSet]:
    """Site sets that an order may name; one that cannot be read is not offered."""

    def read() -> list[SiteSet]:
        """Those of the county and of the program; the program's alone where the county's cannot be read."""
        try:
            return list_site_sets(_own_folder(snapshot.workspace))
        except StandardError:
            return list_site_sets()

    return snapshot.keep("site sets", read)


def site_sets(snapshot: Snapshot) -> list[dict[str, str]]:
    """The same as the page shows them; the county's own choice first."""
    chosen = snapshot.workspace.settings.sites
    return [about_set(one) for one in sorted(available_sets(snapshot), key=lambda one: (one.id != chosen, one.id))]


def about_set(one: SiteSet) -> dict[str, str]:
    """Id, version and title."""
    return {"id": one.id, "version": str(one.version), "title": one.title}


def set_now(snapshot: Snapshot, name: str) -> SiteSet | None:
    """A site set as a run would use it today, with the county's own values over it; None where there is none that can be used."""
    try:
        return site_set_of(snapshot.workspace, name)
    except StandardError:
        return None


def set_of_result(snapshot: Snapshot, layer: str) -> SiteSet | None:
    """The set that a result was computed with, as it is today; None without the result or the set."""
    ref = snapshot.revision.layers.get(layer)
    if ref is None or ref.stamp is None:
        return None
    return set_now(snapshot, str(ref.stamp.options.get("sites", "")).partition("@")[0])


def site_sources(snapshot: Snapshot, layer: str) -> list[dict[str, Any]]:
    """Site set and layers that a result followed from, with the files that they came from."""
    ref, found = snapshot.revision.layers.get(layer), set_of_result(snapshot, layer)
    if ref is None or ref.stamp is None:
        return []
    reference = str(ref.stamp.options.get("sites", ""))
    title = f"{found.title}（{reference}）" if found else reference
    named = {"kind": "sites", "name": reference.partition("@")[0], "label": title, "file": None, "data_date": None, "synthetic": False}
    return [named, *layer_sources(snapshot, _used(snapshot, ref.stamp.inputs))]


def _used(snapshot: Snapshot, inputs: Iterable[str]) -> list[str]:
    return sorted(name for name in inputs if snapshot.has(name))
