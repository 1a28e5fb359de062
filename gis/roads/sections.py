"""Sections of works: runs of one kind, with their geometry cut from the drawn lines or strung over cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.ops import substring

from gis.roads.drawn import SAME_PLACE_M, Kind
from gis.roads.keypaths import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.keypaths import KeyPaths
    from gis.roads.planning import PlanningGraph

    Ints = NDArray[np.int64]

_NEW = (Kind.TERRAIN, Kind.JOIN, Kind.GAP)
KIND_NAMES = {
    Kind.TERRAIN: "new",
    Kind.TRACK: "upgrade",
    Kind.PLANNED: "new",
    Kind.PROJECT: "project",
    Kind.COMMITTED: "committed",
    Kind.JOIN: "join",
    Kind.GAP: "join",
}


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Edges of one kind in a row, from the network outward.

    Attributes:
        path: key node of their path.
        kind: of the section (`new`, `upgrade`, `project`, `committed`, `join`).
        line: line of the stock that they follow; -1 none.
        row: row of the stock's edges that it stands for; -1 none.
        from_m, to_m: along that line.
        length_m: metres to be built.
        price: 元.
        xy: coordinates, (n, 2).
        stretch: number of the stretch of its path without good road between.
    """

    path: int
    kind: str
    line: int
    row: int
    from_m: float
    to_m: float
    length_m: float
    price: float
    xy: NDArray[np.float64]
    stretch: int


def runs_of(paths: KeyPaths, planning: PlanningGraph) -> list[Run]:
    """All runs of all paths with something to build, path by path from the network outward."""
    row = _rows(paths, planning)
    order = np.lexsort((np.arange(len(paths.node)), paths.path))
    good = (paths.kind == Kind.FREE).astype(np.int64)
    stretch = np.cumsum(good[order])[np.argsort(order, kind="stable")]
    order = order[paths.built[order]]
    before, after = order[:-1], order[1:]
    same = (paths.path[before] == paths.path[after]) & (stretch[before] == stretch[after]) & (row["group"][before] == row["group"][after])
    same &= (row["line"][before] == row["line"][after]) & (np.abs(row["to_m"][before] - row["from_m"][after]) <= SAME_PLACE_M)
    parts = np.split(order, np.flatnonzero(~same) + 1) if len(order) else []
    runs = [_run(part, paths, planning, row, int(stretch[part[0]])) for part in parts]
    return _folded(runs, planning.stock.touch_m)


def _rows(paths: KeyPaths, planning: PlanningGraph) -> dict[str, NDArray[Any]]:
    """For each node of the tree the edge to it: what it follows, in the direction from the network outward."""
    link = paths.edge - len(planning.steps.a)
    drawn = link >= 0
    at = np.where(drawn, link, 0)
    links = planning.links
    ends = planning.ends(np.maximum(paths.edge, 0))
    along = ends[:, 1] == paths.node
    line = np.where(drawn, links.line[at], NONE)
    start, end = np.where(along, links.from_m[at], links.to_m[at]), np.where(along, links.to_m[at], links.from_m[at])
    return {
        "group": np.where(np.isin(paths.kind, _NEW), int(Kind.TERRAIN), paths.kind),
        "line": line,
        "from_m": np.where(line >= 0, start, 0.0),
        "to_m": np.where(line >= 0, end, 0.0),
    }


def _run(part: Ints, paths: KeyPaths, planning: PlanningGraph, row: dict[str, NDArray[Any]], stretch: int) -> Run:
    first, last = int(part[0]), int(part[-1])
    kinds = paths.kind[part]
    kind = KIND_NAMES[Kind(int(kinds[0]))] if row["line"][first] >= 0 else ("new" if (kinds == Kind.TERRAIN).any() else "join")
    line, start, end = int(row["line"][first]), float(row["from_m"][first]), float(row["to_m"][last])
    if line >= 0:
        xy = shapely.get_coordinates(substring(planning.stock.courses[line], start, end))
    else:
        nodes = paths.node[np.concatenate([[paths.parent[first]], part])]
        xy = np.column_stack([planning.x[nodes], planning.y[nodes]])
    length, price = float(paths.length_m[part].sum()), float(paths.price[part].sum())
    edge = int(planning.row[line]) if line >= 0 else NONE
    return Run(int(paths.path[first]), kind, line, edge, start, end, length, price, xy, stretch)


def _folded(runs: list[Run], touch_m: float) -> list[Run]:
    """Runs without joins so short that pavements touch: they go into the run before or after, of the same stretch."""
    found: list[Run] = []
    for run in runs:
        if found and _beside(found[-1], run) and (_short(run, touch_m) or _short(found[-1], touch_m)):
            found[-1] = _joined(found[-1], run, keep=found[-1] if _short(run, touch_m) else run)
        else:
            found.append(run)
    return found


def _short(run: Run, touch_m: float) -> bool:
    return run.kind == "join" and run.length_m <= touch_m


def _beside(one: Run, other: Run) -> bool:
    return one.path == other.path and one.stretch == other.stretch


def _joined(one: Run, other: Run, *, keep: Run) -> Run:
    """Both as one run, of the kind of one of them."""
    xy = np.concatenate([one.xy, other.xy])
    return replace(keep, length_m=one.length_m + other.length_m, price=one.price + other.price, xy=xy)
