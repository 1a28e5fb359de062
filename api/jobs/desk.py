"""Where the server takes orders and asks how they are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from api.jobs.job_queue import JobQueue
from api.jobs.records import Records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.jobs.records import Job

_FRESH_S = 0.25


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    job: Job


class Desk:
    """Orders of one workspace; looks are shared, so that a hundred listeners read the record no more often than one."""

    def __init__(self, workspace: Path, *, most_waiting: int) -> None:
        self.workspace = workspace
        self.records = Records(workspace)
        self.most_waiting = most_waiting
        self._seen: dict[str, _Seen] = {}
        self._lock = Lock()

    def order(self, kind: str, options: Mapping[str, Any], *, title: str, author: str) -> Job:
        """Write an order down and hand it to whoever keeps.

        Raises:
            TooMany: too many wait already.
        """
        job = self.records.add(kind, options, title=title, author=author, most_waiting=self.most_waiting)
        with JobQueue(self.workspace) as queue:
            queue.put(job.id)
        return job

    def look(self, job_id: str) -> Job:
        """The job as it was a moment ago at the oldest.

        Raises:
            NotFound: there is none.
        """
        with self._lock:
            found, now = self._seen.get(job_id), time.monotonic()
            if found is not None and now - found.at < _FRESH_S:
                return found.job
            self._seen = {known: seen for known, seen in self._seen.items() if now - seen.at < _FRESH_S}
            job = self.records.get(job_id)
            self._seen[job_id] = _Seen(now, job)
            return job
