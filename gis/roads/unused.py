"""What must-do projects leave over: the parts that no group needs, and on what they hang."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.ops import substring

from gis.roads.drawn import SAME_PLACE_M, Kind
from gis.roads.keypaths import NONE
from gis.roads.planning import NETWORK
from gis.roads.sections import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.roads.keypaths import KeyPaths
    from gis.roads.planning import PlanningGraph


class Spare(NamedTuple):
    """A stretch of a must-do project that no group needs.

    Attributes:
        run: the stretch.
        parent: key node of the work at which it begins or ends; -1 where it touches none.
        hangs: whether it touches a work or the network at all.
    """

    run: Run
    parent: int
    hangs: bool


def spare_parts(paths: KeyPaths, planning: PlanningGraph, runs: list[Run]) -> list[Spare]:
    """All stretches of must-do projects that are no part of the tree, line by line."""
    links = planning.links
    lines = np.unique(links.line[planning.must & (links.line >= 0)])
    used = {int(line): [run for run in runs if run.line == line] for line in lines}
    found = []
    for line, taken in used.items():
        length = float(shapely.length(planning.stock.courses[line]))
        rest = list(_between([(min(run.from_m, run.to_m), max(run.from_m, run.to_m)) for run in taken], length))
        left = _line_price(planning, line) - sum(run.price for run in taken)
        whole = sum(end - start for start, end in rest)
        for start, end in rest:
            beside = [run for run in taken if min(abs(tip - m) for tip in (start, end) for m in (run.from_m, run.to_m)) <= SAME_PLACE_M]
            parent, hangs = (int(paths.home[beside[0].path]), True) if beside else _where(paths, planning, line, start, end)
            xy = shapely.get_coordinates(substring(planning.stock.courses[line], start, end))
            price = max(left, 0.0) * (end - start) / whole
            found.append(Spare(Run(NONE, "project", line, int(planning.row[line]), start, end, end - start, price, xy, 0), parent, hangs))
    return found + _beside_the_graph(paths, planning)


def _beside_the_graph(paths: KeyPaths, planning: PlanningGraph) -> list[Spare]:
    """Must-do projects on a course that the graph knows as something better: good road, or another project."""
    found = []
    for row, price in zip(planning.idle.tolist(), planning.idle_cny.tolist(), strict=True):
        line = int(planning.stock.edges["line"].iloc[row])
        xy = shapely.get_coordinates(planning.stock.courses[line])
        length = float(shapely.length(planning.stock.courses[line]))
        parent, hangs = _where(paths, planning, line, 0.0, length)
        found.append(Spare(Run(NONE, "project", line, row, 0.0, length, length, price, xy, 0), parent, hangs))
    return found


def _line_price(planning: PlanningGraph, line: int) -> float:
    """元 of a whole line: of the pieces that are still whole, and of what the others were cut into."""
    links = planning.links
    return float(links.price[(links.line == line) & np.isfinite(links.price)].sum())


def _between(taken: list[tuple[float, float]], length: float) -> Iterator[tuple[float, float]]:
    """What the intervals leave of 0 … length."""
    at = 0.0
    for start, end in sorted(taken):
        if start - at > SAME_PLACE_M:
            yield at, start
        at = max(at, end)
    if length - at > SAME_PLACE_M:
        yield at, length


def _where(paths: KeyPaths, planning: PlanningGraph, line: int, start: float, end: float) -> tuple[int, bool]:
    """The work that a stretch touches, and whether it touches one or the network."""
    places = planning.places
    on = (places.line == line) & (places.at >= start - SAME_PLACE_M) & (places.at <= end + SAME_PLACE_M)
    nodes = planning.number[on]
    links = planning.links
    near = (links.kind == Kind.GAP) & (links.length_m <= planning.stock.touch_m)
    touched = np.concatenate([nodes, links.b[near & np.isin(links.a, nodes)], links.a[near & np.isin(links.b, nodes)]])
    at = paths.at(np.unique(touched))
    homes = [int(paths.home[key]) for key in paths.path[at[at != NONE]].tolist()]
    works = [home for home in homes if home != NONE]
    network = (links.kind == Kind.ROOT) & (links.a == NETWORK) & np.isin(links.b, touched)
    return (works[0] if works and not network.any() else NONE), bool(homes) or bool(network.any())
