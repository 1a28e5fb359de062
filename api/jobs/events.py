"""A job's life as server-sent events (HTML Living Standard § 9.2): `progress` until it ends, then one event named after how it ended.

An event's id is the version of the job's record, and each event tells the whole record: who comes back with `Last-Event-ID` is told how things
are now, and misses nothing that still matters.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import orjson

from api.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from api.jobs.desk import Desk
    from api.jobs.records import Job

LOOK_S = 0.3
HEARTBEAT_S = 10.0
"""A comment this often, so that nobody in between takes the connection for dead."""
RETRY_MS = 2000


def event_of(job: Job) -> bytes:
    """One event: JSON holds no line break, so one `data` line is enough."""
    name = str(job.state) if job.ended_for_good else "progress"
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (job.version, name.encode(), orjson.dumps(job.as_dict()))


async def events(desk: Desk, job_id: str, *, seen: int = 0, closing: Callable[[], bool] = lambda: False) -> AsyncIterator[bytes]:
    """The events of a job, from its present state on; ends after the last one, when the job is forgotten, and when the server closes.

    Args:
        desk: where the job is known.
        job_id: which job.
        seen: the id of the last event that the listener has.
        closing: whether the server is about to end.
    """
    told: tuple[int, int] | None = (seen, 0)
    spoke = time.monotonic()
    yield b"retry: %d\n\n" % RETRY_MS
    while not closing():
        try:
            job = await asyncio.to_thread(desk.look, job_id)
        except NotFound:
            return
        if (job.version, job.ahead) != told:
            told, spoke = (job.version, job.ahead), time.monotonic()
            yield event_of(job)
        elif time.monotonic() - spoke >= HEARTBEAT_S:
            spoke = time.monotonic()
            yield b": \n\n"
        if job.ended_for_good:
            return
        await asyncio.sleep(LOOK_S)
