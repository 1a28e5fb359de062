"""Job records in one SQLite file (WAL): the truth about every job, written by the server, its keeper and the worker process.

Every change of state is one statement that names the state (and the attempt) that it starts from: who comes second changes nothing. So a
job is run by one worker at a time however many servers look at the folder, and a worker that was given up cannot speak for its successor.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from api.errors import Conflict, NotFound, TooMany
from layers.errors import StoreError
from layers.store import disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = "jobs"
MOST_ATTEMPTS = 2
"""A job whose worker is gone without a word is run once more, then it is `interrupted`: what fails twice would fail for ever."""
KEPT = 200
"""Finished jobs that are remembered."""
LOST = {
    "type": "urn:zutong:problem:Interrupted",
    "title": "计算被中断",
    "detail": "计算中途被打断（断电、重启或内存不足），自动重算一次仍未完成；已提交的版本没有变。",
    "hint": "可以重新提交；若再次中断，请关闭其他程序后再试。",
}

_BUSY_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL,
    options TEXT NOT NULL, state TEXT NOT NULL, share REAL NOT NULL DEFAULT 0, words TEXT NOT NULL DEFAULT '', created TEXT NOT NULL,
    started TEXT, ended TEXT, attempts INTEGER NOT NULL DEFAULT 0, cancelling INTEGER NOT NULL DEFAULT 0, revision TEXT, result TEXT,
    problem TEXT, version INTEGER NOT NULL DEFAULT 1
)"""
_SELECT = "SELECT *, (SELECT count(*) FROM job AS other WHERE other.state = 'queued' AND other.number < job.number) AS ahead FROM job "
_LOSE = (
    "UPDATE job SET state = 'cancelled', words = '已取消', ended = :now, version = version + 1 WHERE state = 'running' AND cancelling = 1 AND ",
    "UPDATE job SET state = 'queued', share = 0, words = '被打断，等待重算', version = version + 1 WHERE state = 'running' AND attempts < :most AND ",
    "UPDATE job SET state = 'interrupted', words = '已中断', ended = :now, problem = :problem, version = version + 1 WHERE state = 'running' AND ",
)


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


FINAL = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class Job:
    """One job as its record says.

    Attributes:
        id: 16 hexadecimal digits.
        kind: what is computed (a name of `api.jobs.kinds.KINDS`).
        title: as the planner calls it.
        author: who ordered it.
        options: JSON-ready options of the run.
        state: where it is.
        share: how much is done, 0 to 1.
        words: what is being done.
        created: when it was ordered (ISO 8601, UTC); so are `started` (of the last attempt) and `ended`.
        attempts: how often it was begun.
        cancelling: somebody wants it to end.
        ahead: how many jobs wait before it.
        revision: the revision that it made.
        result: what else the run returns, JSON-ready.
        problem: problem+json of what went wrong.
        version: rises with every change of the record; the id of its events.
    """

    id: str
    kind: str
    title: str
    author: str
    options: dict[str, Any]
    state: State
    share: float
    words: str
    created: str
    started: str | None
    ended: str | None
    attempts: int
    cancelling: bool
    ahead: int
    revision: str | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    version: int

    @property
    def ended_for_good(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


class Records:
    """The records of one workspace, in its folder `jobs`; reading makes no file."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / FOLDER
        self.path = self.folder / "jobs.sqlite"

    # Reading

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            NotFound: there is none.
        """
        found = self._select("WHERE id = ?", (job_id,))
        if not found:
            raise NotFound(f"没有任务“{job_id[:40]}”；任务清单见 /jobs。")
        return found[0]

    def latest(self, limit: int = 50) -> list[Job]:
        """Jobs, the newest first."""
        return self._select("ORDER BY number DESC LIMIT ?", (limit,))

    def waiting(self) -> list[str]:
        """Ids of the jobs that wait, the oldest first."""
        return [job.id for job in self._select("WHERE state = 'queued' ORDER BY number", ())]

    def running(self) -> list[Job]:
        """Jobs that are said to run."""
        return self._select("WHERE state = 'running'", ())

    # What the server writes

    def add(self, kind: str, options: Mapping[str, Any], *, title: str, author: str = "", most_waiting: int) -> Job:
        """Write down an order.

        Raises:
            TooMany: `most_waiting` jobs wait already.
        """
        job_id = secrets.token_hex(8)
        row = {"id": job_id, "kind": kind, "title": title, "author": author, "options": _json(options), "now": _now()}
        with self._writing() as db:
            waiting = db.execute("SELECT count(*) FROM job WHERE state = 'queued'").fetchone()[0]
            if waiting >= most_waiting:
                raise TooMany(f"已有 {waiting} 个任务在排队，最多 {most_waiting} 个。", hint="等前面的完成，或先取消不要的任务。")
            db.execute(
                "INSERT INTO job (id, kind, title, author, options, state, words, created) "
                "VALUES (:id, :kind, :title, :author, :options, 'queued', '等待计算', :now)",
                row,
            )
            db.execute(
                "DELETE FROM job WHERE ended IS NOT NULL AND number <= "
                "(SELECT number FROM job WHERE ended IS NOT NULL ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (KEPT,),
            )
        return self.get(job_id)

    def cancel(self, job_id: str) -> Job:
        """End a job that waits, or ask for the end of one that runs.

        Raises:
            NotFound: no such job.
            Conflict: it has ended already.
        """
        if self.get(job_id).ended_for_good:
            raise Conflict("任务已经结束，不能再取消。")
        with self._writing() as db:
            self_ended = db.execute(
                "UPDATE job SET state = 'cancelled', words = '已取消', ended = ?, version = version + 1 WHERE id = ? AND state = 'queued'",
                (_now(), job_id),
            ).rowcount
            if not self_ended:
                db.execute(
                    "UPDATE job SET cancelling = 1, words = '正在取消', version = version + 1 WHERE id = ? AND state = 'running' AND cancelling = 0",
                    (job_id,),
                )
        return self.get(job_id)

    # What the keeper writes

    def claim(self, job_id: str) -> Job | None:
        """Begin a job that waits; None where somebody else has begun or cancelled it."""
        with self._writing() as db:
            begun = db.execute(
                "UPDATE job SET state = 'running', attempts = attempts + 1, share = 0, words = '开始计算', started = ?, cancelling = 0, "
                "version = version + 1 WHERE id = ? AND state = 'queued'",
                (_now(), job_id),
            ).rowcount
        return self.get(job_id) if begun else None

    def put_back(self, job: Job) -> None:
        """A service that is stopped in good order puts its job back; the attempt does not count."""
        with self._writing() as db:
            db.execute(
                "UPDATE job SET state = 'queued', attempts = attempts - 1, share = 0, words = '服务停止，下次启动后重算', version = version + 1 "
                "WHERE id = ? AND state = 'running' AND cancelling = 0 AND attempts = ?",
                (job.id, job.attempts),
            )

    def lose(self, job: Job | None = None) -> None:
        """The worker of a job is gone without a word (None: those of all jobs that run): cancelled, to be run once more, or interrupted.

        Call it only where no worker can be alive.
        """
        which = {"id": None if job is None else job.id, "now": _now(), "most": MOST_ATTEMPTS, "problem": _json(LOST)}
        if job is None and not self.path.exists():
            return
        with self._writing() as db:
            for statement in _LOSE:
                db.execute(f"{statement}(:id IS NULL OR id = :id)", which)

    # What the worker writes

    def tell(self, job_id: str, attempt: int, words: str, share: float) -> None:
        """What is being done, and how much of the whole is done (0 to 1)."""
        with self._writing() as db:
            db.execute(
                "UPDATE job SET words = ?, share = ?, version = version + 1 WHERE id = ? AND state = 'running' AND attempts = ? AND cancelling = 0",
                (words[:200], min(max(share, 0.0), 1.0), job_id, attempt),
            )

    def finish(
        self,
        job_id: str,
        attempt: int,
        state: State,
        words: str,
        *,
        revision: str | None = None,
        result: Mapping[str, Any] | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> bool:
        """The end of an attempt; False where the record no longer waits for it."""
        with self._writing() as db:
            changed = db.execute(
                "UPDATE job SET state = ?, words = ?, share = CASE WHEN ? THEN 1.0 ELSE share END, ended = ?, revision = ?, result = ?, problem = ?, "
                "version = version + 1 WHERE id = ? AND state = 'running' AND attempts = ?",
                (state, words, state is State.DONE, _now(), revision, _json_or_none(result), _json_or_none(problem), job_id, attempt),
            ).rowcount
        return changed == 1

    # Inside

    def _select(self, where: str, values: tuple[Any, ...]) -> list[Job]:
        if not self.path.exists():
            return []
        with self._open() as db:
            return [_job(row) for row in db.execute(_SELECT + where, values)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; what is written in it is on the disk when it ends."""
        try:
            disk.make_folder(self.folder)
        except OSError as error:
            raise StoreError(f"任务记录写不进去：{error.strerror or error}。") from error
        with self._open() as db:
            db.execute(_SCHEMA)
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                yield db
        except sqlite3.Error as error:
            raise StoreError(
                "任务记录 jobs/jobs.sqlite 读写失败；磁盘已满、被占用或文件损坏。", hint="数据不受影响；必要时删除 jobs 文件夹。"
            ) from error


def _job(row: sqlite3.Row) -> Job:
    loaded = {name: None if row[name] is None else orjson.loads(row[name]) for name in ("options", "result", "problem")}
    more = {"state": State(row["state"]), "cancelling": bool(row["cancelling"]), "ahead": row["ahead"] if row["state"] == "queued" else 0}
    plain = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118 - iterating over a Row gives its values
    return Job(**{**plain, **loaded, **more})


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()


def _json_or_none(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else _json(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
