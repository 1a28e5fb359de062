"""Which revisions brought another result of a kind, and what such a result no longer follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.names import LAYERS
from layers.store.stamps import is_outdated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.snapshot import Snapshot
    from layers.store.revision import Revision

MOST_VERSIONS = 50


def versions(snapshot: Snapshot, layer: str) -> list[dict[str, str]]:
    """Revisions up to this one that brought another such layer, the newest first."""
    return snapshot.keep(("versions", layer), lambda: _versions(snapshot.workspace.store.log(snapshot.revision.id), layer))


def _versions(line: list[Revision], layer: str) -> list[dict[str, str]]:
    before = [*line[1:], None]
    brought = [
        one
        for one, parent in zip(line, before, strict=True)
        if layer in one.layers and (parent is None or parent.layers.get(layer) != one.layers[layer])
    ]
    return [{"revision": one.id, "title": one.title, "author": one.author, "time": one.time} for one in brought[:MOST_VERSIONS]]


def moved_on(snapshot: Snapshot, layers: Iterable[str]) -> set[str]:
    """Labels of inputs that changed since these results were computed."""
    store, revision = snapshot.workspace.store, snapshot.revision
    names = {reason for name in layers if snapshot.has(name) for reason in is_outdated(store, name, revision.id)}
    return {LAYERS[name].label if name in LAYERS else name for name in names}
