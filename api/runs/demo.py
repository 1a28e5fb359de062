"""The demonstration county: files built as bureaus hand them over, imported like any others, judged, and made into a map."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from api.runs.assess import assess_county
from api.runs.checks import check_county
from api.runs.imports import ImportOptions, import_file
from api.runs.tiles import refresh_tiles
from layers.boundaries import fetch_county, synthetic_county
from layers.demo import Manifest, build_county, read_manifest
from layers.demo.manifest import MANIFEST
from layers.intake.check import check_layers
from layers.intake.match import match_register
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
        faults: one row for each kind of planted fault: `kind, layer, what, found_by, planted, found`.
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
    return DemoReport(workspace, manifest, problems, judge_faults(manifest, look_around(workspace, manifest, problems)))


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


def judge_faults(manifest: Manifest, evidence: Noticed) -> pd.DataFrame:
    """For each kind of planted fault an example, how many were planted and how many noticed."""
    rows = [(fault.kind, fault.layer, fault.what, fault.found_by, evidence.of(fault)) for fault in manifest.faults]
    frame = pd.DataFrame(rows, columns=["kind", "layer", "what", "found_by", "found"])
    grouped = frame.groupby(["kind", "layer", "found_by"], sort=False)
    return grouped.agg(what=("what", "first"), planted=("found", "size"), found=("found", "sum")).reset_index()


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the runs have noticed, as codes.

    Attributes:
        named: codes that stand in a problem, or in a joint of the road network.
        doubted: groups with a verdict left unknown or in conflict.
        homeless: households that fit no group.
        read: keys of the rows that were read.
        proven: kinds of faults of whole files that were put to the test.
    """

    named: frozenset[str]
    doubted: frozenset[str]
    homeless: frozenset[str]
    read: frozenset[str]
    proven: frozenset[str]

    def of(self, fault: Fault) -> bool:
        """Whether the fault was noticed; one of spelling is, when its rows were read all the same."""
        codes = frozenset(fault.codes)
        if not codes and not fault.groups:
            return fault.kind in self.proven
        spelt = fault.found_by == "import" and codes <= self.read
        return spelt or bool(codes & (self.named | self.homeless)) or bool(self.doubted.intersection(fault.groups))


def look_around(workspace: Workspace, manifest: Manifest, problems: pd.DataFrame) -> Noticed:
    """Everything that the runs have noticed in a workspace."""
    read = workspace.store.read
    joints, coverage, households = read("network_repairs"), read("coverage"), read("households")
    texts = [problems["value"], problems["message"], joints["road_code_a"], joints["road_code_b"]]
    named = frozenset(code for text in texts for code in re.findall(r"[0-9A-Za-z-]{2,}", " ".join(text.dropna())))
    open_rows = (coverage["verdict"] == "unknown").fillna(value=False) | coverage["conflict"].astype("boolean").fillna(value=False)
    matches = match_register(households, read("groups")).frame
    homeless = matches.loc[matches["group_code"].isna(), "household_code"]
    doubted = frozenset(coverage.loc[open_rows, "group_code"])
    proven = frozenset(kind for kind, prove in _PROOFS.items() if any(prove(workspace, fault) for fault in manifest.of_kind(kind)))
    return Noticed(named, doubted, frozenset(homeless), frozenset(households["household_code"]), proven)


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
