"""What the demonstration hands over: the files with their import options, and the faults planted in them.

`manifest.json` stands beside the files. Each entry of `files` is one ordinary import, in an order that works; each entry of `faults` names what is
wrong on purpose, where, and who has to notice it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FoundBy = Literal["check", "gaps", "import"]
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file as a bureau hands it over, with the options that the ordinary import takes.

    `crs` and `encoding` are what the operator has to declare (None: the file says it itself); `rename` maps canonical names to headings
    that the dictionary does not know; `sheet` is the worksheet where there are several.
    """

    layer: str
    file: str
    crs: str | None = None
    encoding: str | None = None
    rename: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: `codes` are the keys of the rows that carry it, `groups` the villager groups whose verdict hangs on it."""

    id: str
    kind: str
    layer: str
    file: str
    what: str
    codes: tuple[str, ...]
    found_by: FoundBy
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """All files in import order, all planted faults, and the totals by which a reader can check what was read."""

    county_code: str
    seed: int
    files: tuple[HandedFile, ...]
    faults: tuple[Fault, ...]
    totals: dict[str, float] = field(default_factory=dict)
    synthetic: bool = True

    def to_json(self) -> str:
        """The manifest as JSON text (UTF-8, stable order)."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    def write(self, folder: Path) -> Path:
        """Write `manifest.json` into the folder."""
        path = folder / MANIFEST
        path.write_text(self.to_json(), encoding="utf-8")
        return path

    def of_layer(self, layer: str) -> HandedFile:
        """The file of a layer (each layer has exactly one)."""
        return next(file for file in self.files if file.layer == layer)

    def of_kind(self, kind: str) -> tuple[Fault, ...]:
        """The faults of one kind, in order."""
        return tuple(fault for fault in self.faults if fault.kind == kind)


def read_manifest(folder: Path) -> Manifest:
    """Read `manifest.json` back."""
    data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = tuple(HandedFile(**entry) for entry in data.pop("files"))
    faults = tuple(Fault(**_tuples(entry)) for entry in data.pop("faults"))
    return Manifest(files=files, faults=faults, **data)


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"codes": tuple(entry["codes"]), "groups": tuple(entry["groups"])}


def number(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Give the faults their ids in order: F001, F002 and so on."""
    return tuple(
        Fault(f"F{index:03d}", fault.kind, fault.layer, fault.file, fault.what, fault.codes, fault.found_by, fault.groups)
        for index, fault in enumerate(faults, start=1)
    )
