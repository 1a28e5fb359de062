"""The keeper: takes jobs from the queue of a workspace and runs each in a worker process that it watches, cancels and, if need be, gives up.

It is a thread of `zutong serve`. Of all services on a folder only one keeps (it holds `jobs/keeper.lock`, which the operating system lets
go when it dies); the others wait to take over. Who takes over knows that no worker is alive and settles what was left running.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from api.errors import problem
from api.jobs.job_queue import JobQueue
from api.jobs.kinds import KINDS
from api.jobs.records import FOLDER, Records, State
from layers.errors import ZutongError
from layers.store import disk
from layers.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.jobs.records import Job

KEEPER_LOCK = "keeper.lock"
_WATCH_S = 0.2
_STANDBY_S = 1.0
_STOP_S = 10.0
_HOME = Path(__file__).resolve().parents[2]


@contextmanager
def keeping(workspace: Path) -> Iterator[Keeper]:
    """Run the jobs of a workspace until the block ends; a job that runs then is put back for the next start."""
    keeper = Keeper(workspace)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()


class Keeper:
    """Runs the jobs of one workspace, one at a time."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.records = Records(workspace)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="zutong-keeper", daemon=True)

    def start(self) -> None:
        """Begin to keep."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker, put its job back, and let others keep."""
        self._stop.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._keep()
            except Exception:  # noqa: BLE001 - a folder that is read-only, full or locked: who orders is told so; who keeps looks again later
                self._stop.wait(_STANDBY_S * 5)

    def _keep(self) -> None:
        """Keep as long as nothing goes wrong; wait a moment where somebody else does."""
        disk.make_folder(self.workspace / FOLDER)
        lock = FileLock(self.workspace / FOLDER / KEEPER_LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            self._stop.wait(_STANDBY_S)
            return
        try:
            self.records.lose()
            with JobQueue(self.workspace, self._work) as queue:
                self._serve(queue)
        finally:
            lock.release()

    def _serve(self, queue: JobQueue) -> None:
        step = queue.steps(self._stop)
        while not self._stop.is_set():
            if self.records.running():  # nothing runs between two steps: whoever was to write its end could not
                self.records.lose()
            if queue.is_empty():
                waiting = self.records.waiting()
                if waiting:  # put back, or written down by somebody who died before handing it over
                    queue.refill(waiting)
            step()

    def _work(self, job_id: str) -> None:
        """One attempt of one job, from claiming it to its end in the record."""
        job = None if self._stop.is_set() else self.records.claim(job_id)
        if job is None:
            return
        entry = KINDS.get(job.kind)
        if entry is None:
            detail = f"这个版本的程序不会计算“{job.kind[:40]}”类任务。"
            self.records.finish(job.id, job.attempts, State.FAILED, "未能完成", problem=problem(500, "任务类型不明", detail))
            return
        before = _head(self.workspace)
        worker = _begin(self.workspace, job, entry)
        try:
            while worker.poll() is None and not self._stop.is_set() and not self.records.get(job_id).cancelling:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(_WATCH_S)
        finally:
            _end(worker)
        self._settle(self.records.get(job_id), job, before)

    def _settle(self, now: Job, job: Job, before: str | None) -> None:
        """The record of a job whose worker is gone; one that has written its own end is left alone."""
        if now.state is not State.RUNNING or now.attempts != job.attempts:
            return
        if now.cancelling:
            head = _head(self.workspace)
            words = "已取消" if head == before else f"已取消；取消前已经有了新版本 {head}"
            self.records.finish(job.id, job.attempts, State.CANCELLED, words)
        elif self._stop.is_set():
            self.records.put_back(job)
        else:
            self.records.lose(job)


def _begin(workspace: Path, job: Job, entry: str) -> subprocess.Popen[bytes]:
    """Start the worker process of an attempt."""
    command = [sys.executable, "-P", "-m", "api.jobs.worker", str(workspace.resolve()), job.id, str(job.attempts), entry]
    paths = [str(_HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module; the record's kind is looked up in our table
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,  # Ctrl+C is for the server, which then ends the worker in good order
    )


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Kill the worker and whatever it has started; nothing happens to one that has ended."""
    if worker.poll() is None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
        else:
            worker.kill()
    worker.wait()
    if worker.stdin is not None:
        worker.stdin.close()


def _head(workspace: Path) -> str | None:
    with contextlib.suppress(ZutongError, OSError):
        head = open_workspace(workspace).store.head()
        return None if head is None else head.id
    return None
