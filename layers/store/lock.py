"""One writer at a time: a lock that the operating system lets go when its process ends, however it ends."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from filelock import FileLock, Timeout

from layers.errors import WorkspaceLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = ".lock"
HOLDER_NAME = ".writer.json"  # beside the lock: Windows lets nobody read a locked file


@contextmanager
def writer_lock(folder: Path, *, timeout_s: float) -> Iterator[bool]:
    """Hold the folder's writer lock; gives whether the last writer died while it held it (its note is still there).

    Raises:
        WorkspaceLocked: somebody else held it for longer than `timeout_s`; the sentence says who and since when.
    """
    lock = FileLock(folder / LOCK_NAME, timeout=timeout_s)
    try:
        lock.acquire()
    except Timeout:
        raise WorkspaceLocked(f"{_holder(folder)}正在写这个工作区，等了 {timeout_s:g} 秒仍未结束；请稍后再试。") from None
    died = (folder / HOLDER_NAME).exists()
    try:
        (folder / HOLDER_NAME).write_bytes(_me())
        yield died
    finally:
        (folder / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()


def _me() -> bytes:
    return orjson.dumps({"user": _user(), "host": socket.gethostname(), "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")})


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "?"


def _holder(folder: Path) -> str:
    """Who holds the lock, as far as the note beside it can be read (it is a courtesy, not the lock)."""
    try:
        note = orjson.loads((folder / HOLDER_NAME).read_bytes())
        since = datetime.fromisoformat(note["since"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return f"{note['host']} 上的 {note['user']}（进程 {note['pid']}）从 {since} 起"
    except (OSError, ValueError, KeyError, TypeError):
        return "另一个程序"
