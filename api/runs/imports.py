"""Importing a file: read and check it, and commit the layer together with the problems that were found in it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from layers.errors import InputError
from layers.intake.check_base import Subject
from layers.intake.check_places import off_by_datum
from layers.intake.problems import SEVERITIES, join_problems
from layers.intake.readers import read_layer
from layers.names import LAYERS, Geometry, get_layer
from layers.store.revision import Change

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from layers.intake.report import Intake
    from layers.workspace import Workspace

PROBLEMS = "problems"
REFERENCES = ("groups", "roads", "villages")
"""Layers by which another's position is told to be right."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the operator declares about a file; empty where the file says it itself.

    `rename` maps canonical field names to headings that the dictionary does not know; `date` is when the data are from, for rows that do not
    say it. A `dry_run` reads and checks, and keeps nothing.
    """

    crs: str | None = None
    encoding: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    date: str | None = None
    title: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read, what was wrong with it, and the revision that now holds it (None after a dry run)."""

    layer: str
    file: str
    info: Mapping[str, Any]
    problems: pd.DataFrame
    revision: str | None

    @property
    def counts(self) -> dict[str, int]:
        """Number of problems by severity."""
        found = Counter(self.problems["severity"])
        return {name: found.get(name, 0) for name in SEVERITIES}


def import_file(workspace: Workspace, layer: str, file: Path, options: ImportOptions | None = None) -> ImportReport:
    """Read a file as a layer and commit it with its problems; the layer's former version stays in the history.

    Args:
        workspace: where it goes.
        layer: canonical name, Chinese label or alias.
        file: a file of a kind that intake reads.
        options: what the operator declares.

    Raises:
        InputError: the file cannot be read, or is a result layer's; nothing is changed.
        UnknownLayer: no layer is called so.
    """
    given = options or ImportOptions()
    known = get_layer(layer)
    if known.result:
        raise InputError(f"“{known.label}”是计算结果，不能导入。", file=file.name, hint="导入原始图层后运行 zutong gaps。")
    with tempfile.TemporaryDirectory(prefix="zutong-import-") as folder:
        intake = read_layer(
            file,
            known.name,
            crs=given.crs,
            encoding=given.encoding,
            rename=dict(given.rename) or None,
            sheet=given.sheet,
            date=given.date,
            key=workspace.key,
            boundary=_boundary(workspace, known.name),
            target=Path(folder) / "grid.tif",
        )
        offset = _offset(workspace, known.name, intake.frame)
        revision = None if given.dry_run else _commit(workspace, known.name, file, intake, given.title)
    return ImportReport(known.name, file.name, intake.info, join_problems([intake.problems, offset]), revision)


def _offset(workspace: Workspace, layer: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    """Whether the layer and what the county already has lie a constant distance apart, as an undeclared map datum does.

    Only told, not kept: the check of the county finds it anew as long as it is so.
    """
    head = workspace.store.head()
    if head is None or not isinstance(frame, gpd.GeoDataFrame):
        return join_problems([])
    known = {name: workspace.store.read(name, rev=head.id) for name in REFERENCES if name in head.layers}
    return off_by_datum(Subject({**known, layer: frame}, None, None))


def _commit(workspace: Workspace, layer: str, file: Path, intake: Intake, title: str) -> str:
    grid = LAYERS[layer].geometry is Geometry.RASTER
    content = Change(frame=None if grid else intake.frame, path=intake.path if grid else None, info=dict(intake.info))
    changes: dict[str, Change | None] = {layer: content, PROBLEMS: Change(frame=_problems(workspace, layer, intake.problems))}
    return workspace.store.commit(changes, title=title or f"导入{LAYERS[layer].label}：{file.name}").id


def _problems(workspace: Workspace, layer: str, fresh: pd.DataFrame) -> pd.DataFrame:
    """The stored problems of all other layers, and the fresh ones of this layer."""
    stored = stored_problems(workspace)
    return join_problems([stored[stored["layer"] != layer], fresh])


def stored_problems(workspace: Workspace) -> pd.DataFrame:
    """The problems of every import that is in the newest revision; no rows where there are none."""
    head = workspace.store.head()
    if head is None or PROBLEMS not in head.layers:
        return join_problems([])
    return workspace.store.read(PROBLEMS)


def _boundary(workspace: Workspace, layer: str) -> gpd.GeoDataFrame | None:
    """The county's outline, where there is one and it is not what is being imported."""
    head = workspace.store.head()
    if layer == "counties" or head is None or "counties" not in head.layers:
        return None
    found = workspace.store.read("counties")
    return found if isinstance(found, gpd.GeoDataFrame) else None
