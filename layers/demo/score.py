"""Whether what was planted has been noticed: every code of every fault, by name, in the very place where it has to show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from layers.demo.manifest import Fault, Manifest

SCORE_COLUMNS = ("kind", "layer", "found_by", "what", "planted", "found", "missed")
_CODE = re.compile(r"[0-9A-Za-z-]{2,}")
_COUNTED = re.compile(r"([0-9]+) 户")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the runs have said, as frames.

    Attributes:
        problems: what import and check found (`PROBLEM_COLUMNS`).
        coverage: `group_code, service, status, conflict`.
        joints: of the road network: `certain, road_code_a, road_code_b`.
        layers: groups and register as they were read, each household with the group that it was matched to.
        proven: kinds of faults of whole files that were put to the test, and told.
    """

    problems: pd.DataFrame
    coverage: pd.DataFrame
    joints: pd.DataFrame
    layers: Mapping[str, pd.DataFrame]
    proven: Collection[str] = ()


def score(manifest: Manifest, evidence: Evidence) -> pd.DataFrame:
    """One row for each kind of planted fault in a layer: `SCORE_COLUMNS`; `missed` names what nobody noticed, comma separated."""
    rows = []
    for fault in manifest.faults:
        wanted = _wanted(fault)
        missed = wanted - _seen(fault, evidence)
        rows.append((fault.kind, fault.layer, fault.found_by, fault.what, len(wanted), len(wanted) - len(missed), sorted(missed)))
    grouped = pd.DataFrame(rows, columns=list(SCORE_COLUMNS)).groupby(["kind", "layer", "found_by"], sort=False)
    frame = grouped.agg(what=("what", "first"), planted=("planted", "sum"), found=("found", "sum"), missed=("missed", "sum")).reset_index()
    return frame.assign(missed=frame["missed"].str.join(","))[list(SCORE_COLUMNS)]


def _wanted(fault: Fault) -> set[str]:
    """What has to be named: rows of a sheet, codes, the groups whose verdict hangs on it, a pair of roads, or the file."""
    if fault.seen_as == "problem" and fault.rule not in _BY_CODE:
        return {str(row) for row in (fault.rows[-1:] if fault.rule == "duplicate_key" else fault.rows)}
    if fault.seen_as in ("lacking", "unknown", "conflict"):
        return set(fault.groups)
    if fault.seen_as in ("joint", "doubtful_joint"):
        return {"–".join(sorted(fault.codes)), *(fault.groups if fault.seen_as == "doubtful_joint" else ())}
    return set(fault.codes) or {fault.file}


_BY_CODE = (
    "outside_own_village",
    "household_total_differs",
    "group_not_found",
    "relocation_group_unknown",
    "demolished_more_than_due",
    "reclaimed_more_than_homestead",
)
"""Rules of `check`, which names keys; those of the import name rows."""


def _seen(fault: Fault, evidence: Evidence) -> set[str]:
    if fault.seen_as == "problem":
        return _in_problems(fault, evidence)
    if fault.seen_as == "read":
        return _read(fault, evidence)
    if fault.seen_as == "joint":
        return _in_joints(fault, evidence)
    if fault.seen_as == "doubtful_joint":
        return _in_joints(fault, evidence) | _judged(fault, evidence, "unknown")
    return _judged(fault, evidence, fault.seen_as)


def _judged(fault: Fault, evidence: Evidence, status: str) -> set[str]:
    """Groups of that status by the evidence, whether they are in the programme or not; or in conflict with their report."""
    judged = evidence.coverage[evidence.coverage["service"] == fault.rule]
    shown = judged["conflict"] if status == "conflict" else judged["status"] == status
    return set(judged.loc[shown.fillna(value=False).to_numpy(dtype=bool), "group_code"])


def _in_problems(fault: Fault, evidence: Evidence) -> set[str]:
    found = evidence.problems
    found = found[((found["layer"] == fault.layer) & (found["rule"] == fault.rule)).fillna(value=False).to_numpy(dtype=bool)]
    if fault.rule == "group_not_found":
        return set(fault.codes) & set(_homeless(evidence))
    if fault.rule in _BY_CODE:
        return set(_CODE.findall(" ".join(found["message"].dropna())))
    return {str(int(row)) for row in found["row"].dropna()}


def _homeless(evidence: Evidence) -> set[str]:
    """Households without a group, provided that `check` counts as many: it counts them by the way their group is written, to keep its list short."""
    register = evidence.layers["households"]
    lost = set(register.loc[register["group_code"].isna(), "household_code"])
    said = evidence.problems.loc[(evidence.problems["rule"] == "group_not_found").fillna(value=False), "message"]
    counted = sum(int(found.group(1)) for text in said if (found := _COUNTED.search(text)))
    return lost if counted >= len(lost) else set()


def _in_joints(fault: Fault, evidence: Evidence) -> set[str]:
    certain = evidence.joints["certain"].astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    joints = evidence.joints[certain if fault.seen_as == "joint" else ~certain]
    return {"–".join(sorted(pair)) for pair in zip(joints["road_code_a"].fillna(""), joints["road_code_b"].fillna(""), strict=True)}


def _read(fault: Fault, evidence: Evidence) -> set[str]:
    """Rows that were understood although they are written oddly; a file that is understood although it does not say how it is written."""
    if not fault.codes:
        return {fault.file} if fault.kind in evidence.proven else set()
    frame = evidence.layers[fault.layer]
    number = "households_count" if fault.layer == "groups" else "people_count"
    return set(frame.loc[frame[number].notna(), get_layer(fault.layer).key])
