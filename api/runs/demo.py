"""The demonstration county: files built as bureaus hand them over, imported like any others, judged, and made into a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from api.runs.assess import assess_county, matched
from api.runs.checks import check_county
from api.runs.imports import ImportOptions, import_file
from api.runs.tiles import refresh_tiles
from layers.boundaries import fetch_county, synthetic_county
from layers.demo import Manifest, build_county, read_manifest
from layers.demo.manifest import MANIFEST
from layers.demo.score import Evidence, score
from layers.intake.check import check_layers
from layers.intake.readers import read_layer
from layers.names import LAYERS
from layers.workspace import SETTINGS_NAME, Workspace, create, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from layers.demo import Fault

    Tell = Callable[[str, float], None]

COUNTY = "522326"
SEED = 522326
STANDARDS = ("guizhou-2017",)
FILES = "files"
"""Folder of the workspace that holds what the bureaus handed over."""

_SHARES = {"base": 0.05, "files": 0.35, "import": 0.65, "assess": 0.75, "check": 0.8}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What came of it.

    Attributes:
        workspace: the demonstration county.
        manifest: what was handed over, and the faults planted in it.
        problems: everything that the import and the check found.
        faults: one row for each kind of planted fault: how many were planted, how many found, and which were missed (`layers.demo.score`).
    """

    workspace: Workspace
    manifest: Manifest
    problems: pd.DataFrame
    faults: pd.DataFrame


def build_demo(folder: Path, *, offline: bool = False, seed: int = SEED, tell: Tell = lambda _words, _done: None) -> DemoReport:
    """Build the demonstration county in a folder, or finish one that was begun there.

    Args:
        folder: new, empty, or a demonstration county already.
        offline: use an invented outline and terrain instead of fetching the real ones.
        seed: everything invented follows from it.
        tell: called with what is being done and the share that is done.

    Raises:
        FetchError: the outline or terrain cannot be fetched; `offline` is the way out.
        WorkspaceExists: the folder holds something else.
    """
    manifest = _handed_over(folder, offline=offline, seed=seed, tell=tell)
    workspace = open_workspace(folder)
    _import_missing(workspace, manifest, tell)
    tell("对标", _SHARES["import"])
    assess_county(workspace)
    tell("检查", _SHARES["assess"])
    problems = check_county(workspace)
    refresh_tiles(workspace, progress=lambda words, done: tell(words, _SHARES["check"] + (1 - _SHARES["check"]) * done))
    return DemoReport(workspace, manifest, problems, score(manifest, look_around(workspace, manifest, problems)))


def _handed_over(folder: Path, *, offline: bool, seed: int, tell: Tell) -> Manifest:
    """The manifest of the files; built in a new workspace where they are not there yet."""
    files = folder / FILES
    if (folder / SETTINGS_NAME).is_file() and (files / MANIFEST).is_file():
        return read_manifest(files)
    tell("生成虚构的县界和地形" if offline else "下载县界和地形", 0.0)
    base = synthetic_county(COUNTY, seed=seed) if offline else fetch_county(COUNTY)
    name = str(base.outline["county_name"].iloc[0])
    create(folder, county_code=COUNTY, county_name=f"{name}（演示）", standards=STANDARDS)
    tell("编制各部门的文件", _SHARES["base"])
    return build_county(files, base=base, seed=seed)


def _import_missing(workspace: Workspace, manifest: Manifest, tell: Tell) -> None:
    """Import every file whose layer is not there yet, in the manifest's order."""
    head = workspace.store.head()
    known = set() if head is None else set(head.layers)
    span = _SHARES["import"] - _SHARES["files"]
    for at, file in enumerate(manifest.files):
        if file.layer in known:
            continue
        tell(f"导入{LAYERS[file.layer].label}：{file.file}", _SHARES["files"] + span * at / len(manifest.files))
        options = ImportOptions(file.crs, file.encoding, dict(file.rename), file.sheet)
        import_file(workspace, file.layer, workspace.path / FILES / file.file, options)


def look_around(workspace: Workspace, manifest: Manifest, problems: pd.DataFrame) -> Evidence:
    """Everything that the runs have said in a workspace."""
    read = workspace.store.read
    layers = matched({name: read(name) for name in ("groups", "households")})
    proven = frozenset(kind for kind, prove in _PROOFS.items() if any(prove(workspace, fault) for fault in manifest.of_kind(kind)))
    return Evidence(problems, read("coverage"), read("network_repairs"), layers, proven)


def _encoding_recognised(workspace: Workspace, fault: Fault) -> bool:
    """Whether the file, read with nothing declared, is recognised as legacy Chinese and none of its text is broken."""
    found = read_layer(workspace.path / FILES / fault.file, fault.layer)
    texts: pd.DataFrame = pd.DataFrame(found.frame).select_dtypes("string")
    return found.info["encoding"] == "gb18030" and not any(texts[name].str.contains("\ufffd").any() for name in texts)


def _offset_warned(workspace: Workspace, fault: Fault) -> bool:
    """Whether the file, read with nothing declared, is held to be in another map datum when it is laid beside the roads."""
    undeclared = read_layer(workspace.path / FILES / fault.file, fault.layer).frame
    if undeclared is None:
        return False
    layers = {"roads": workspace.store.read("roads"), fault.layer: undeclared}
    found = check_layers(layers, county_code=workspace.settings.county.code)
    return bool(((found["rule"] == "datum_offset") & (found["layer"] == fault.layer)).any())


_PROOFS = {"file_no_cpg": _encoding_recognised, "undeclared_gcj02": _offset_warned}
"""How a fault of a whole file is put to the test: by leaving out what the operator declares."""
