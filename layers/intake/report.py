"""What came out of reading a file: the frame (or grid), the problems, and the facts about the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Intake:
    """One layer read from one file.

    `frame` is what the store takes (None for a raster, whose tiled GeoTIFF is at `path`). `problems` has `PROBLEM_COLUMNS`. `info` holds
    `file, sha256, encoding, crs, rows_read, rows_kept, rows_rejected, data_date, declared_date, synthetic, headings` (heading by field), and for a raster also
    `width, height, resolution, nodata`. `rows_read = rows_kept + rows_rejected` counts rows of the file, whatever became of their parts.
    """

    frame: pd.DataFrame | None
    problems: pd.DataFrame
    info: dict[str, Any] = field(default_factory=dict)
    path: Path | None = None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; of a folder (file geodatabase) over the names and contents of its files in order."""
    if path.is_dir():
        digest = hashlib.sha256()
        for part in sorted(item for item in path.iterdir() if item.is_file()):
            digest.update(part.name.encode() + bytes.fromhex(sha256_of(part)))
        return digest.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def facts(frame: pd.DataFrame, *, rows_read: int, rows_kept: int) -> dict[str, Any]:
    """Counts, the newest data date of the rows (None where none says), and whether every row says that it is synthetic."""
    dates = frame["data_date"].dropna().tolist() if "data_date" in frame else []
    flags = frame.get("synthetic")
    return {
        "rows_read": rows_read,
        "rows_kept": rows_kept,
        "rows_rejected": rows_read - rows_kept,
        "data_date": str(max(dates)) if dates else None,
        "synthetic": bool(flags is not None and len(flags) and flags.fillna(value=False).all()),
    }
