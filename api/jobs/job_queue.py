"""The queue that hands jobs to whoever runs them: huey on SQLite.

A message is nothing but a job's id, as JSON: a workspace is a folder that people copy, and huey's own pickles would be run by whoever opens
it. A message that is lost or doubled does no harm, because the record decides (`Records.claim`).
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

import orjson
from huey import SqliteHuey
from huey.consumer import Worker
from huey.registry import Message
from huey.serializer import Serializer

from api.jobs.records import FOLDER
from layers.errors import StoreError
from layers.store import disk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from threading import Event
    from typing import Self

_LOOK_S = 0.1
_LONGEST_LOOK_S = 0.5
_BACKOFF = 1.15
_MOST_BYTES = 200


class JobMessages(Serializer):  # type: ignore[misc] # huey has no types
    """A message as the job's id in JSON, and nothing else."""

    def _serialize(self, data: Message) -> bytes:
        return orjson.dumps({"job": data.args[0]})

    def _deserialize(self, data: bytes) -> Message:
        job_id = str(orjson.loads(bytes(data)[:_MOST_BYTES])["job"])
        blank = dict.fromkeys(Message._fields)
        return Message(**{**blank, "id": job_id, "name": f"{__name__}.work", "args": (job_id,), "kwargs": {}, "retries": 0, "retry_delay": 0})


class JobQueue:
    """The queue of one workspace; who puts jobs in gives no `work`."""

    def __init__(self, workspace: Path, work: Callable[[str], None] | None = None) -> None:
        """Open the queue; a file that cannot be read is made anew, since the records say what waits.

        Raises:
            StoreError: the folder cannot be written.
        """
        path = workspace / FOLDER / "queue.sqlite"
        try:
            disk.make_folder(path.parent)
            self._huey = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise StoreError("任务队列 jobs/queue.sqlite 写不进去；磁盘已满或文件夹只读。") from error
        self._put = self._huey.task(name="work")(_task(work))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._huey.storage.close()

    def put(self, job_id: str) -> None:
        """Hand a job over."""
        self._put(job_id)

    def refill(self, waiting: Sequence[str]) -> None:
        """Make the queue what the records say, in their order."""
        self._huey.storage.flush_queue()
        for job_id in waiting:
            self.put(job_id)

    def is_empty(self) -> bool:
        """Whether no message waits."""
        return bool(self._huey.pending_count() == 0)

    def steps(self, stop: Event) -> Callable[[], None]:
        """A function that runs the next job, or waits a moment where there is none."""
        logging.getLogger("huey").setLevel(logging.CRITICAL)  # what concerns people stands in the record
        worker = Worker(self._huey, stop, _LOOK_S, _LONGEST_LOOK_S, _BACKOFF)
        step: Callable[[], None] = worker.loop
        return step


def _open(path: Path) -> SqliteHuey:
    options = {"filename": str(path), "results": False, "serializer": JobMessages(), "strict_fifo": True, "fsync": True}
    try:
        return SqliteHuey("zutong", **options)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, full or read-only: the file itself is well
            raise
        path.unlink()
        return SqliteHuey("zutong", **options)


def _task(work: Callable[[str], None] | None) -> Callable[[str], None]:
    def run(job_id: str) -> None:
        """What huey calls for each message."""
        if work is not None:
            work(job_id)

    return run
