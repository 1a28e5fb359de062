"""The worker process: runs one attempt of one job, tells its record how far it is, and writes the end into it.

`python -m api.jobs.worker FOLDER JOB ATTEMPT MODULE:FUNCTION`; started by `api.jobs.keeper`, and it ends with it: its standard input is a pipe
that nobody writes to, so that its end says that the keeper is gone, however that ended.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from filelock import FileLock

from api.errors import problem, problem_of
from api.jobs.kinds import Order
from api.jobs.records import FOLDER, Records, State
from layers.errors import StoreError, ZutongError
from layers.workspace import open_workspace

if TYPE_CHECKING:
    from api.jobs.kinds import Run, Tell

RUN_LOCK = "run.lock"
_LOCK_TIMEOUT_S = 60
_TELL_EVERY_S = 0.25
_NICENESS = 5
_ORPHANED = 3


def main(arguments: list[str]) -> int:
    """Run the attempt; 0 where its end stands in the record, whatever it is."""
    folder, job_id, attempt, entry = Path(arguments[0]), arguments[1], int(arguments[2]), arguments[3]
    threading.Thread(target=_leave_with_the_keeper, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)  # the map is answered first
    # Whoever is left over from a keeper that was killed a moment ago holds this lock until it is really gone.
    with FileLock(folder / FOLDER / RUN_LOCK, timeout=_LOCK_TIMEOUT_S):
        run_attempt(folder, job_id, attempt, entry)
    return 0


def run_attempt(folder: Path, job_id: str, attempt: int, entry: str) -> None:
    """Call what the job is for, and write how it ended."""
    records = Records(folder)
    job = records.get(job_id)
    if job.state is not State.RUNNING or job.attempts != attempt:
        return  # given up meanwhile
    try:
        run = load(entry)
        outcome = run(open_workspace(folder), job.options, Order(job.title, job.author), _telling(records, job_id, attempt))
    except ZutongError as error:
        records.finish(job_id, attempt, State.FAILED, "未能完成", problem=problem_of(error))
    except MemoryError:
        detail = "内存不足，计算没有完成；数据没有改动。"
        records.finish(job_id, attempt, State.FAILED, "未能完成", problem=problem(500, "内存不足", detail, hint="请关闭其他程序后再试。"))
    except Exception as error:  # noqa: BLE001 - whatever it is, the record must say that it ended
        traceback.print_tb(error.__traceback__)  # the places alone: the text of a foreign exception may quote data
        detail = f"程序内部出错（{type(error).__name__}），已提交的版本没有变；请把操作经过反馈给维护人员。"
        records.finish(job_id, attempt, State.FAILED, "未能完成", problem=problem(500, "程序内部出错", detail))
    else:
        records.finish(job_id, attempt, State.DONE, outcome.words, revision=outcome.revision, result=outcome.result)


def load(entry: str) -> Run:
    """The function that `module:function` names."""
    module, _, name = entry.partition(":")
    return cast("Run", getattr(importlib.import_module(module), name))


def _telling(records: Records, job_id: str, attempt: int) -> Tell:
    """What the run calls to say how far it is; written a few times a second at most."""
    last = -_TELL_EVERY_S

    def tell(words: str, share: float) -> None:
        """Write it down, if the last time is long enough ago."""
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL_EVERY_S:
            last = now
            with contextlib.suppress(StoreError):  # a word that cannot be written down is no reason to fail
                records.tell(job_id, attempt, words, share)

    return tell


def _leave_with_the_keeper() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)  # with whatever the run has started
    os._exit(_ORPHANED)  # at once: what is not committed is not there


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
