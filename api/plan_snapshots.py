"""Older revisions that are looked at beside the newest: a few are kept, so that comparing two plans costs one reading."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from api.snapshot import Snapshot

if TYPE_CHECKING:
    from layers.store.revision import Revision

KEPT = 4


class PlanSnapshots:
    """The last few revisions that were asked for by name."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Snapshot] = OrderedDict()
        self._lock = Lock()

    def at(self, name: str, current: Snapshot) -> Snapshot:
        """The snapshot of a revision called so; `current` for no name, and for its own.

        Raises:
            RevisionNotFound: no such revision.
        """
        if not name:
            return current
        revision = current.workspace.store.revision(name)
        return current if revision.id == current.revision.id else self._open(revision, current)

    def _open(self, revision: Revision, current: Snapshot) -> Snapshot:
        with self._lock:
            key = (revision.id, current.etag)  # another setting makes another answer
            found = self._kept.pop(key, None) or Snapshot(current.workspace, revision)
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found
