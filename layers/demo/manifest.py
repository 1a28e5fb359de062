"""What the demonstration hands over: the files with their import options, and the faults planted in them.

`manifest.json` stands beside the files. Each entry of `files` is one ordinary import, in an order that works; each entry of `faults` names what is
wrong on purpose, where, and who has to notice it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FoundBy = Literal["check", "gaps", "import"]
SeenAs = Literal["problem", "joint", "doubtful_joint", "lacking", "unknown", "conflict", "read"]
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
    """One planted fault.

    Attributes:
        id: F001, F002 and so on.
        kind: what was done.
        layer, file: where.
        what: a sentence for the planner.
        codes: keys of the rows that carry it.
        found_by: the run that has to notice it.
        groups: villager groups whose verdict hangs on it.
        rows: where `codes` stand in the file, counted as the office sees it; for tables only.
        seen_as: how it has to show (`SEEN`), so that noticing can be told from luck.
        rule: the rule of the problem, or the service of the verdict or conflict.
    """

    id: str
    kind: str
    layer: str
    file: str
    what: str
    codes: tuple[str, ...]
    found_by: FoundBy
    groups: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    seen_as: SeenAs = "read"
    rule: str = ""


SEEN: dict[str, tuple[SeenAs, str]] = {
    "road_break": ("lacking", "hardened_road"),
    "road_isolated": ("lacking", "hardened_road"),
    "road_gap_doubt": ("doubtful_joint", "hardened_road"),
    "road_end_unsnapped": ("joint", ""),
    "road_undershoot": ("joint", ""),
    "road_overshoot": ("joint", ""),
    "road_no_surface": ("unknown", "hardened_road"),
    "reported_conflict": ("conflict", "hardened_road"),
    "reported_conflict_power": ("conflict", "power"),
    "reported_conflict_safe_water": ("conflict", "safe_water"),
    "group_duplicate_code": ("problem", "duplicate_key"),
    "group_no_coordinates": ("problem", "no_location"),
    "group_outside_village": ("problem", "outside_own_village"),
    "text_in_number": ("problem", "not_a_number"),
    "households_contradict_register": ("problem", "household_total_differs"),
    "register_unknown_group_name": ("problem", "group_not_found"),
    "register_unknown_group_code": ("problem", "group_not_found"),
    "id_scientific": ("problem", "id_damaged"),
    "relocation_unknown_group": ("problem", "relocation_group_unknown"),
    "relocation_more_demolished": ("problem", "demolished_more_than_due"),
    "relocation_more_reclaimed": ("problem", "reclaimed_more_than_homestead"),
    "fullwidth_digits": ("read", ""),
    "file_no_cpg": ("read", ""),
    "undeclared_gcj02": ("read", ""),
}
"""How each kind of fault has to show: a problem of that rule, a joint of the road network, a verdict or a conflict of that service, or no harm at all."""


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
    return entry | {name: tuple(entry[name]) for name in ("codes", "groups", "rows")}


def number(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Give the faults their ids in order (F001, F002 and so on) and say how each has to show."""
    found = [(fault, *SEEN[fault.kind]) for fault in faults]
    return tuple(replace(fault, id=f"F{index:03d}", seen_as=seen, rule=rule) for index, (fault, seen, rule) in enumerate(found, start=1))
