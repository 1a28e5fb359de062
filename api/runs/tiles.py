"""Tiles and hill shade: made again whenever what they are made from has changed, kept in the workspace's cache."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, cast

import pandas as pd

from api.snapshot import is_public
from layers.names import LAYERS, SERVICES, Kind
from layers.store.clusters import ClusterSpec
from layers.store.relief import build_relief
from layers.store.tilesets import build_tileset
from web.legend import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from layers.store.revision import Revision
    from layers.workspace import Workspace

FORMAT = "2"
"""Changes whenever tiles of the same data would look otherwise."""

GROUP_COLUMNS = ("group_code", "group_name", "hamlet_name", "village_code", "township_code", "households_count")
_CLUSTERS = ClusterSpec(below=11, sums=("households_count",), tallies=dict.fromkeys(SERVICES, tuple(VERDICTS)))


def tileset_path(workspace: Workspace, revision: Revision, layer: str) -> Path:
    """Where the tiles of a layer of that revision are, made or not; the name is the hash of what they are made from."""
    return workspace.cache / "tiles" / layer / f"{_hash(revision, *_sources(layer))}.mbtiles"


def tiled_layers(revision: Revision) -> list[str]:
    """The layers of a revision that have tiles."""
    return [name for name, layer in LAYERS.items() if name in revision.layers and is_public(name) and not layer.result]


def refresh_tiles(workspace: Workspace, *, progress: Callable[[str, float], None] | None = None) -> list[Path]:
    """Make the tile files of the newest revision that are not there yet; files of former revisions go.

    Returns:
        The files of the newest revision.
    """
    head = workspace.store.head()
    if head is None:
        return []
    names = tiled_layers(head)
    paths = {name: tileset_path(workspace, head, name) for name in names}
    for at, (name, path) in enumerate(paths.items()):
        if progress is not None:
            progress(f"制作瓦片：{LAYERS[name].label}", at / len(paths))
        if not path.is_file():
            build_tileset(tile_frame(workspace, head, name), path, name=name, cluster=_CLUSTERS if name == "groups" else None)
        _forget(path)
    return [*paths.values(), *_refresh_relief(workspace, head, progress)]


def _refresh_relief(workspace: Workspace, head: Revision, progress: Callable[[str, float], None] | None) -> list[Path]:
    path = relief_path(workspace, head)
    if path is None:
        return []
    if not path.is_file():
        if progress is not None:
            progress("制作地形晕渲", 1.0)
        build_relief(workspace.store.raster("dem", rev=head.id), path)
    _forget(path)
    return [path]


def tile_frame(workspace: Workspace, revision: Revision, layer: str) -> gpd.GeoDataFrame:
    """What the tiles of a layer are made from: its places, and only the columns that the map draws by."""
    frame = cast("gpd.GeoDataFrame", workspace.store.read(layer, rev=revision.id))
    if layer != "groups":
        return frame[[*(name for name in _drawn(layer) if name in frame), frame.geometry.name]]
    points = frame.set_geometry(frame.geometry.representative_point())
    judged = points[[*(name for name in GROUP_COLUMNS if name in points), points.geometry.name]]
    if "households_count" not in judged:
        judged = judged.assign(households_count=pd.array([pd.NA] * len(judged), dtype="Int64"))
    return _with_verdicts(judged, workspace, revision)


def _drawn(layer: str) -> list[str]:
    """Keys, names and choices: what the map filters, labels and styles by."""
    about = LAYERS[layer]
    return [field.name for field in about.fields if field.name == about.key or field.name.endswith("_name") or field.kind is Kind.CHOICE]


def _with_verdicts(groups: gpd.GeoDataFrame, workspace: Workspace, revision: Revision) -> gpd.GeoDataFrame:
    """A column per service with the verdict; unknown where nothing was judged yet."""
    unknown = pd.Series("unknown", index=groups.index, dtype="string")
    if "coverage" not in revision.layers:
        return groups.assign(**dict.fromkeys(SERVICES, unknown))
    coverage = workspace.store.read("coverage", rev=revision.id, columns=["group_code", "service", "verdict"])
    by_service = {name: rows.set_index("group_code")["verdict"] for name, rows in coverage.groupby("service")}
    found = {name: groups["group_code"].map(by_service[name]).astype("string") if name in by_service else unknown for name in SERVICES}
    return groups.assign(**{name: column.fillna("unknown") for name, column in found.items()})


def _sources(layer: str) -> tuple[str, ...]:
    return ("groups", "coverage") if layer == "groups" else (layer,)


def _hash(revision: Revision, *names: str) -> str:
    parts = [FORMAT, *(revision.layers[name].sha256 if name in revision.layers else "" for name in names)]
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]


def _forget(path: Path) -> None:
    """Remove the layer's other files; one that a running server holds open stays where the system does not let it go."""
    for old in path.parent.glob("*.mbtiles"):
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()


def relief_path(workspace: Workspace, revision: Revision) -> Path | None:
    """Where the hill shade of that revision is, made or not; None without heights."""
    return workspace.cache / "relief" / f"{_hash(revision, 'dem')}.mbtiles" if "dem" in revision.layers else None
