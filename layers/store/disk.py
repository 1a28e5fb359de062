"""Writing to disk so that a power cut leaves either the old file or the new one, never a part.

The order is always: temporary file in the same folder, fsync, rename over the target, fsync of the folder. Windows has no fsync for
folders; NTFS journals the rename itself.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

TEMP_PREFIX = ".tmp-"
_REPLACE_TRIES = 20


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file's content atomically."""
    publish(stage(path.parent, lambda temp: temp.write_bytes(content)), path)


def stage(folder: Path, write: Callable[[Path], object]) -> Path:
    """Write a temporary file in the folder and bring it to the disk; nothing is left behind if writing fails."""
    temp = folder / f"{TEMP_PREFIX}{uuid4().hex}"
    try:
        write(temp)
        _sync_file(temp)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    return temp


def publish(temp: Path, path: Path) -> None:
    """Rename a staged file to its name and bring the folder to the disk."""
    try:
        _replace(temp, path)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def publish_once(temp: Path, path: Path) -> None:
    """Publish a staged file under a name that its content decides: if a whole file is there already, the staged one is dropped."""
    if path.is_file() and path.stat().st_size == temp.stat().st_size:
        temp.unlink()
    else:
        publish(temp, path)


def make_folder(path: Path) -> None:
    """Make a folder that is still there after a power cut."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk (nothing to do on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_temporaries(folders: Iterable[Path]) -> None:
    """Delete what writers that died left behind; call it only while holding the writer's lock."""
    for folder in folders:
        for temp in folder.glob(f"{TEMP_PREFIX}*"):
            temp.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    # Windows flushes only handles that may write.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _replace(temp: Path, path: Path) -> None:
    """Rename; on Windows a reader that has the target open makes it fail for a moment, so try again for a second."""
    for attempt in range(_REPLACE_TRIES):
        try:
            temp.replace(path)
        except PermissionError:
            if os.name != "nt" or attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(0.05)
        else:
            return
