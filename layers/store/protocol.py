"""The one door to what a county has: every store, on files or in a database, behaves as this protocol says.

`tests/contracts/` holds the tests that every store must pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from layers.store.revision import Change, Revision

BBox: TypeAlias = tuple[float, float, float, float]  # west, south, east, north in degrees
MAIN = "main"


class Store(Protocol):
    """Layers in revisions; readers never wait, one writer at a time."""

    def head(self, branch: str = MAIN) -> Revision | None:
        """The newest revision of a branch; None where nothing was committed or no such branch is."""
        ...

    def branches(self) -> dict[str, str]:
        """Branch name → id of its head, sorted by name."""
        ...

    def revision(self, name: str) -> Revision:
        """The revision called so: a branch, an id, a unique prefix of one (≥ 4 digits), or any of them followed by `~n`.

        Raises:
            RevisionNotFound: nothing, or more than one revision, is called so.
        """
        ...

    def log(self, branch: str = MAIN) -> list[Revision]:
        """The line of revisions that leads to a branch's (or revision's) head, newest first.

        Raises:
            RevisionNotFound: no such branch or revision (an empty `main` has an empty log).
        """
        ...

    def read(self, layer: str, *, rev: str = MAIN, columns: Sequence[str] | None = None, bbox: BBox | None = None) -> pd.DataFrame:
        """A layer as a frame: a GeoDataFrame in EPSG:4490 if it has a geometry column (and that was asked for), else a DataFrame.

        Args:
            layer: canonical name.
            rev: anything that `revision` understands.
            columns: only these, in this order; None for all.
            bbox: only features whose bounding box meets it (edges included).

        Raises:
            LayerNotFound: that revision has no such layer.
            QueryError: a column that is not there, or a bbox on a table.
            DamagedWorkspace: the layer's data is gone or unreadable.
        """
        ...

    def raster(self, layer: str, *, rev: str = MAIN) -> Path:
        """Path of a raster layer's GeoTIFF, to be read only.

        Raises:
            LayerNotFound: that revision has no such raster.
        """
        ...

    def commit(self, changes: Mapping[str, Change | None], *, title: str, author: str = "", branch: str = MAIN) -> Revision:
        """Put the changes on top of a branch, all or nothing; None drops a layer.

        A commit that changes nothing (no file, no info, no stamp) makes no revision: the head is returned as it is.

        Raises:
            WorkspaceLocked: another process has been writing for too long.
            RevisionNotFound: no such branch (but `main`, which the first commit makes).
            LayerNotFound: a layer to be dropped is not there.
            StoreError: the disk is full or cannot be written; nothing has changed.
        """
        ...

    def branch(self, name: str, *, rev: str = MAIN) -> None:
        """Begin a branch (a scenario) at a revision.

        Raises:
            StoreError: the name is taken or cannot be used.
            RevisionNotFound: no such revision.
        """
        ...

    def verify(self, rev: str | None = None) -> None:
        """Read every stored byte of a revision (None: of all) and compare it with its hash.

        Raises:
            DamagedWorkspace: names every file that is missing or is not what its name says.
        """
        ...
