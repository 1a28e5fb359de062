"""What the server answers from: one revision, read once, replaced when `main` moves."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, cast

from api.errors import NotReady
from layers.errors import LayerNotFound
from layers.names import LAYERS, Geometry
from layers.workspace import SETTINGS_NAME, Workspace, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeVar

    import geopandas as gpd
    import pandas as pd

    from layers.store.revision import LayerRef, Revision

    T = TypeVar("T")

VERSION = version("zutong")
VECTORS = frozenset({Geometry.POINT, Geometry.LINE, Geometry.POLYGON})


def is_public(name: str) -> bool:
    """Whether a layer may be shown and exported row by row: it has a place on the map and no field about persons.

    The register is never public, whatever it holds.
    """
    layer = LAYERS.get(name)
    return layer is not None and layer.geometry in VECTORS and not layer.personal


class Snapshot:
    """One revision of a workspace. Everything read or worked out from it is kept, and never changed in place."""

    def __init__(self, workspace: Workspace, revision: Revision, settings_hash: str = "") -> None:
        self.workspace = workspace
        self.revision = revision
        self.etag = f'W/"{revision.id}-{settings_hash}-{version("zutong")}"'
        self._kept: dict[Any, Any] = {}
        self._locks: dict[Any, RLock] = {}
        self._lock = Lock()

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every answer that follows from this revision."""
        return {"etag": self.etag, "cache-control": "no-cache"}

    def has(self, name: str) -> bool:
        """Whether the county has the layer."""
        return name in self.revision.layers

    def ref(self, name: str) -> LayerRef:
        """The layer's record.

        Raises:
            LayerNotFound: the county has none.
        """
        found = self.revision.layers.get(name)
        if found is None:
            label = LAYERS[name].label if name in LAYERS else name
            raise LayerNotFound(f"这个县还没有“{label}”图层。", hint=f"先导入：zutong import DIR {name} 文件")
        return found

    def frame(self, name: str) -> pd.DataFrame:
        """A layer or result as a frame, read once.

        Raises:
            LayerNotFound: the county has none.
            NotReady: a result that has not been computed.
        """
        if not self.has(name) and name in LAYERS and LAYERS[name].result:
            raise NotReady("还没有对标结果。", hint="先运行：zutong gaps DIR")
        self.ref(name)
        return self.keep(("frame", name), lambda: self.workspace.store.read(name, rev=self.revision.id))

    def features(self, name: str) -> gpd.GeoDataFrame:
        """A vector layer as a GeoDataFrame in EPSG:4490."""
        return cast("gpd.GeoDataFrame", self.frame(name))

    def keep(self, key: Any, make: Callable[[], T]) -> T:
        """What `make` returns, made once for this revision; others who want the same wait, nobody else does."""
        if key not in self._kept:
            with self._lock:
                lock = self._locks.setdefault(key, RLock())
            with lock:
                if key not in self._kept:
                    self._kept[key] = make()
        return cast("T", self._kept[key])


class Snapshots:
    """The newest snapshot of a workspace; a look costs two `stat` calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointers = (folder / "refs" / "main", folder / SETTINGS_NAME)
        self._seen: tuple[Any, ...] = ()
        self._snapshot: Snapshot | None = None
        self._lock = Lock()

    def current(self) -> Snapshot:
        """The snapshot of `main` as it is now.

        Raises:
            WorkspaceNotFound: the folder is no workspace.
            NotReady: nothing was imported yet.
        """
        seen = tuple(_stat(path) for path in self._pointers)
        found = self._snapshot
        if found is None or seen != self._seen:
            with self._lock:
                if self._snapshot is None or seen != self._seen:  # whoever waited takes what the first has opened
                    self._snapshot, self._seen = self._open(), seen
                found = self._snapshot
        return found

    def _open(self) -> Snapshot:
        workspace = open_workspace(self.folder)
        revision = workspace.store.head()
        if revision is None:
            raise NotReady("工作区里还没有数据。", hint="先导入：zutong import DIR 图层 文件")
        text = (self.folder / SETTINGS_NAME).read_bytes()
        return Snapshot(workspace, revision, hashlib.sha256(text).hexdigest()[:8])


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
