"""A child process of the kill test: imports one file after the other without end, and says each revision that is complete."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from api.runs.imports import ImportOptions, import_file
from layers.workspace import open_workspace

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def import_forever(folder: str, files: list[str], start: int, announce: Connection) -> None:
    workspace = open_workspace(folder)
    announce.send("")
    for number in count(start):
        report = import_file(workspace, "groups", Path(files[number % len(files)]), ImportOptions(crs="EPSG:4490", title=str(number)))
        announce.send(report.revision)
