"""What is said of the county as a whole: where it is, by which standard, how old the data is, whether it is invented, whether results are outdated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.runs.assess import INPUTS, outdated, standard_of
from api.runs.tiles import tiled_layers
from layers.names import LAYERS, SERVICES, Geometry

if TYPE_CHECKING:
    from api.snapshot import Snapshot
    from gis.standards import Standard


def standard(snapshot: Snapshot) -> Standard:
    """The standard that the county has chosen."""
    return snapshot.keep("standard", lambda: standard_of(snapshot.workspace))


def bounds(snapshot: Snapshot) -> list[float] | None:
    """West, south, east, north: of the county's outline, else of all layers; None where nothing has a place."""
    first = snapshot.revision.layers.get("counties")
    boxes = [first.bounds] if first and first.bounds else [ref.bounds for ref in snapshot.revision.layers.values() if ref.bounds]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def data_date(snapshot: Snapshot) -> str | None:
    """The oldest date of what the verdicts were judged by, or of the layers they will be; None where none says."""
    if snapshot.has("coverage"):
        judged = snapshot.frame("coverage")["data_date"].dropna()
        return str(judged.min()) if len(judged) else None
    dates = [ref.info.get("data_date") for name, ref in snapshot.revision.layers.items() if name in INPUTS]
    return min((str(date) for date in dates if date), default=None)


def register_balance(snapshot: Snapshot) -> dict[str, int] | None:
    """Where each household of the register is counted (`gis.gaps.balance`); None without results."""
    return snapshot.revision.layers["gaps"].info.get("balance") if snapshot.has("gaps") else None


def is_synthetic(snapshot: Snapshot) -> bool:
    """Whether any layer holds invented data."""
    return any(bool(ref.info.get("synthetic")) for ref in snapshot.revision.layers.values())


def stale_reasons(snapshot: Snapshot) -> list[str]:
    """Layers (or `standard`, `options`) that results no longer follow from; empty when they do."""
    return snapshot.keep("stale", lambda: outdated(snapshot.workspace))


def map_layers(snapshot: Snapshot) -> list[dict[str, str]]:
    """Layers that the map can show, with the address of their tiles."""
    found = [
        {"name": name, "label": LAYERS[name].label, "geometry": LAYERS[name].geometry.value, "tiles": f"/tiles/{name}.json"}
        for name in tiled_layers(snapshot.revision)
    ]
    relief = {"name": "dem", "label": "地形晕渲", "geometry": Geometry.RASTER.value, "tiles": "/rasters/relief/{z}/{x}/{y}.png"}
    return [*found, relief] if snapshot.has("dem") else found


def county_answer(snapshot: Snapshot) -> dict[str, Any]:
    """The body of `/county`."""
    county, rules = snapshot.workspace.settings.county, standard(snapshot)
    return {
        "county": {"code": county.code, "name": county.name, "bounds": bounds(snapshot)},
        "services": [{"id": name, "label": label} for name, label in SERVICES.items()],
        "standard": {"id": rules.id, "version": rules.version, "title": rules.title},
        "revision": snapshot.revision.id,
        "data_date": data_date(snapshot),
        "synthetic": is_synthetic(snapshot),
        "stale": bool(stale_reasons(snapshot)),
        "stale_reasons": stale_reasons(snapshot),
        "layers": map_layers(snapshot),
    }
