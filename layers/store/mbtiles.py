"""MBTiles files: written once, the same tiles giving the same bytes, read by many threads.

Nothing is in the file but the tiles and what describes them: no time, command line or path of the machine that made it.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Self, TypeAlias

from layers.errors import StoreError
from layers.store import disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Tile: TypeAlias = tuple[int, int, int, bytes]  # zoom, column from the west, row from the north, content
MAX_ZOOM = 30

_SCHEMA = """
PRAGMA application_id = 0x4d504258;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
"""
_INDEX = "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)"


def write(path: Path, metadata: Mapping[str, str], tiles: Iterable[Tile]) -> Path:
    """Write a tile file atomically; tiles may come in any order.

    Raises:
        StoreError: the disk is full or cannot be written.
    """
    try:
        disk.make_folder(path.parent)
        disk.publish(disk.stage(path.parent, lambda temp: _fill(temp, metadata, tiles)), path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"切片文件“{path.name}”写不进去：{error}；请检查磁盘空间。") from error
    return path


def _fill(path: Path, metadata: Mapping[str, str], tiles: Iterable[Tile]) -> None:
    ordered = sorted(tiles, key=lambda tile: tile[:3])
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO metadata VALUES (?, ?)", sorted(metadata.items()))
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", ((z, x, flip(z, y), content) for z, x, y, content in ordered))
        database.execute(_INDEX)


def flip(zoom: int, row: int) -> int:
    """A row counted from the north as one counted from the south (TMS), and back."""
    return (1 << zoom) - 1 - row


class TileFile:
    """A tile file open for reading, from any number of threads: each has its own connection."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            StoreError: it is not there or is no tile file.
        """
        self.path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[sqlite3.Connection] = []
        self.metadata: dict[str, str] = self._metadata()

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as it is stored (rows counted from the north); None where nothing is, or no tile can be."""
        if not 0 <= z <= MAX_ZOOM or not (0 <= x < 2**z and 0 <= y < 2**z):
            return None
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        row = self._connection().execute(query, (z, x, flip(z, y))).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        """Close every thread's connection; call it when no thread reads any more."""
        with self._lock:
            while self._open:
                self._open.pop().close()
        self._local = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # The file never changes once it has its name, so SQLite need not look for locks.
            address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False, cached_statements=8)
            self._local.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    def _metadata(self) -> dict[str, str]:
        try:
            return dict(self._connection().execute("SELECT name, value FROM metadata"))
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"切片文件“{self.path.name}”打不开；删去它，下次会重新生成。") from error
