"""What the figures of a road plan follow from: cost set, standard, and the files of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.plan_names import NETWORK, OWN_COSTS
from gis.roads.costs import list_costs, load_costs
from layers.errors import StandardError
from layers.names import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from api.snapshot import Snapshot
    from gis.roads.costs import CostSet
    from layers.workspace import Workspace

NETWORK_LAYER = NETWORK[0]


def costs_of(workspace: Workspace, name: str | None = None) -> CostSet:
    """The cost set that `county.toml` asks for (or the one of that name) with the county's own values over it.

    Raises:
        StandardError: there is no such set, or a value of it cannot be used.
    """
    settings = workspace.settings
    return load_costs(name or settings.costs, folder=_own_folder(workspace), overrides=settings.cost_overrides)


def _own_folder(workspace: Workspace) -> Path | None:
    """Where the county's own cost sets lie, if it has any."""
    own = workspace.path / OWN_COSTS
    return own if own.is_dir() else None


def available_costs(snapshot: Snapshot) -> list[CostSet]:
    """Cost sets that an order may name; one that cannot be read is not offered."""

    def read() -> list[CostSet]:
        """Those of the county and of the program; the program's alone where the county's cannot be read."""
        try:
            return list_costs(_own_folder(snapshot.workspace))
        except StandardError:
            return list_costs()

    return snapshot.keep("cost sets", read)


def cost_sets(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The same as the page shows them; the county's own choice first."""
    chosen = snapshot.workspace.settings.costs
    return [_costs(one) for one in sorted(available_costs(snapshot), key=lambda one: (one.id != chosen, one.id))]


def costs_of_plan(snapshot: Snapshot) -> dict[str, Any] | None:
    """The cost set of the plan; None without a plan. A set that is no longer there is named as the stamp does."""
    ref = snapshot.revision.layers.get(NETWORK_LAYER)
    if ref is None:
        return None
    return costs_named(snapshot, str(ref.info.get("summary", {}).get("costs", "")))


def costs_named(snapshot: Snapshot, reference: str) -> dict[str, Any]:
    """A cost set by `id@version`, as the page shows it."""
    name, _, version = reference.partition("@")
    found = next((one for one in available_costs(snapshot) if one.id == name), None)
    about = _costs(found) if found else {"id": name, "title": name, "grade_warn": None, "grade_max": None}
    return {**about, "version": version}


def _costs(costs: CostSet) -> dict[str, Any]:
    limits = {"grade_warn": costs.design.grade_warn.value, "grade_max": costs.design.grade_max.value}
    return {"id": costs.id, "version": str(costs.version), "title": costs.title, **limits}


def costs_now(snapshot: Snapshot, name: str) -> CostSet | None:
    """A cost set as a run would use it today, with the county's own values over it; None where there is none that can be used."""
    try:
        return costs_of(snapshot.workspace, name)
    except StandardError:
        return None


def sources(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Cost set, standard and layers that the network followed from, with the files that they came from."""
    return snapshot.keep("plan sources", lambda: _sources(snapshot))


def _sources(snapshot: Snapshot) -> list[dict[str, Any]]:
    layers = snapshot.revision.layers
    ref = layers.get(NETWORK_LAYER)
    if ref is None:
        return []
    costs, stamp = costs_of_plan(snapshot), ref.stamp
    named = [_source("costs", costs["id"], f"{costs['title']}（{costs['id']}@{costs['version']}）")] if costs else []
    if stamp is not None and stamp.standard:
        named.append(_source("standard", stamp.standard, f"标准集 {stamp.standard}"))
    return named + layer_sources(snapshot, sorted(name for name in (stamp.inputs if stamp else {}) if name in layers))


def layer_sources(snapshot: Snapshot, names: Iterable[str]) -> list[dict[str, Any]]:
    """The layers of those that the county handed over (not results), with the files that they came from."""
    return [_layer(snapshot, name) for name in names if not (name in LAYERS and LAYERS[name].result)]


def _layer(snapshot: Snapshot, name: str) -> dict[str, Any]:
    info = snapshot.revision.layers[name].info
    label = LAYERS[name].label if name in LAYERS else name
    return _source("layer", name, label, file=info.get("file"), data_date=info.get("data_date"), synthetic=bool(info.get("synthetic")))


def _source(kind: str, name: str, label: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, "label": label, "file": None, "data_date": None, "synthetic": False, **more}
