"""Where roads run: grown from the county seat outward, each along the cheapest ground to what is there already.

Trunks to the border and to the townships come first, then the villages, then the groups, the near before the far: so that later roads hang on
earlier ones, as they did in life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.demo.lines import smooth

if TYPE_CHECKING:
    from layers.demo.grid import Floats, Grid, Ints, Mask
    from layers.demo.terrain import Terrain
    from layers.demo.travel import Ground

OVER_THE_BORDER = -1
"""Targets of roads that leave the county: -1, -2 and so on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One road from where it leaves an earlier one outward; `parent` is the line it hangs on (-1: none).

    `target` is the row it was built for: of the townships after the first (county roads), of the townships (links), of the villages or the groups.
    """

    kind: str
    target: int
    parent: int
    shape: shapely.LineString


@dataclass(slots=True)
class Growth:
    """Roads so far: `owner` is the line that first used a cell (-1: none)."""

    ground: Ground
    grid: Grid
    owner: Ints
    lines: list[Line] = field(default_factory=list)

    @property
    def used(self) -> Mask:
        """Cells with a road."""
        return self.owner >= 0

    def add(self, kind: str, target: int, path: list[int]) -> None:
        """Build along a path of cells (from the target to what is there), up to the first cell that has a road."""
        met = next((place for place, cell in enumerate(path) if self.owner[cell] >= 0), None)
        own = path if met is None else path[: met + 1]
        if len(own) < 2:
            return
        points = self.grid.points(np.array(own[::-1]))
        parent = -1 if met is None else int(self.owner[path[met]])
        if parent >= 0:
            points[0] = _nearest(self.lines[parent].shape, points[0])
        fresh = np.array([cell for cell in own if self.owner[cell] < 0])
        self.owner[fresh] = len(self.lines)
        self.lines.append(Line(kind, target, parent, shapely.LineString(smooth(points, tolerance=0.4 * self.grid.cell, rounds=3))))

    def connect(self, kind: str, cells: Ints, *, batches: int, discount: float = 0.3) -> None:
        """Connect many cells to the roads, the cheapest first, in batches: each batch sees the roads of the one before."""
        left = np.arange(len(cells))
        for batch in range(batches, 0, -1):
            reach = self.ground.reach(np.flatnonzero(self.used), cheap=self.used, discount=discount)
            left = left[np.argsort(reach.cost[cells[left]], kind="stable")]
            now, left = np.split(left, [-(-len(left) // batch)])
            for row in now[np.isfinite(reach.cost[cells[now]])]:
                self.add(kind, int(row), reach.path(int(cells[row])))


def _nearest(shape: shapely.LineString, point: Floats) -> Floats:
    along = shapely.line_locate_point(shape, shapely.points(point))
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(shape, along))[0], dtype=np.float64)


def grow(terrain: Terrain, ground: Ground, inside: Mask, towns: Ints, villages: Ints, groups: Ints, rng: np.random.Generator) -> list[Line]:
    """All roads of the county.

    Args:
        terrain: the ground, for its grid.
        ground: costs of moves, a little over the border.
        inside: cells of the county.
        towns: cells of the township seats, the county seat first.
        villages: cells of the village seats.
        groups: cells of the groups.
        rng: turns the directions in which the trunks leave.

    Returns:
        Lines of kind `national, provincial, county, township, village, group`; a parent stands before its children.
    """
    growth = Growth(ground, terrain.grid, np.full(inside.size, -1, dtype=np.int64))
    from_seat = ground.reach(towns[:1])
    for place, cell in enumerate(_exits(from_seat.cost, inside, terrain.grid, int(towns[0]), rng)):
        kind = "national" if place in (0, 3) else "provincial" if place in (1, 4) else "county"
        growth.add(kind, OVER_THE_BORDER - place, from_seat.path(cell))
    growth.connect("county", towns[1:], batches=4, discount=0.25)
    for a, b in _links(terrain.grid.points(towns), from_seat.cost[towns]):
        over = ground.reach(towns[[a]], cheap=growth.used, discount=0.6)
        _link(growth, over.path(int(towns[b])), a)
    growth.connect("village", villages, batches=5)
    growth.connect("group", groups, batches=4)
    return growth.lines


def _exits(cost: Floats, inside: Mask, grid: Grid, seat: int, rng: np.random.Generator) -> list[int]:
    """The cheapest way out over the border in each of six directions."""
    rim = np.flatnonzero(np.isfinite(cost) & ~inside.ravel())
    away = grid.points(rim) - grid.points(np.array([seat]))[0]
    sector = np.floor((np.arctan2(away[:, 1], away[:, 0]) / (2 * np.pi) + rng.random() / 6.0) * 6.0).astype(np.int64) % 6
    far = np.hypot(away[:, 0], away[:, 1])
    outer = far > np.array([np.percentile(far[sector == s], 35) if (sector == s).any() else 0.0 for s in range(6)])[sector]
    rim, sector = rim[outer], sector[outer]
    return [int(rim[sector == s][cost[rim[sector == s]].argmin()]) for s in range(6) if (sector == s).any()]


def _links(points: Floats, cost: Floats) -> list[tuple[int, int]]:
    """Pairs of townships that are near each other and far from each other by way of the county seat: at most one pair in three townships."""
    a, b = np.triu_indices(len(points), 1)
    apart = np.hypot(*(points[a] - points[b]).T)
    gain = np.where(apart < 22000.0, (cost[a] + cost[b]) / np.maximum(apart, 1.0), 0.0)
    best = np.argsort(-gain, kind="stable")[: len(points) // 3]
    return [(int(a[i]), int(b[i])) for i in best if gain[i] > 2.2]


def _link(growth: Growth, path: list[int], target: int) -> None:
    """Build the parts of a path that have no road yet, each as a line of its own between two roads."""
    used = growth.owner[path] >= 0
    start = 0
    for place in range(1, len(path)):
        if used[place] and not used[place - 1]:
            _bridge_between(growth, path[start : place + 1], target)
        if used[place]:
            start = place


def _bridge_between(growth: Growth, path: list[int], target: int) -> None:
    parent, other = int(growth.owner[path[-1]]), int(growth.owner[path[0]])
    if parent < 0 or other < 0 or len(path) < 8:
        return
    points = growth.grid.points(np.array(path[::-1]))
    points[0] = _nearest(growth.lines[parent].shape, points[0])
    points[-1] = _nearest(growth.lines[other].shape, points[-1])
    growth.owner[path[1:-1]] = len(growth.lines)
    growth.lines.append(Line("township", target, parent, shapely.LineString(smooth(points, tolerance=0.4 * growth.grid.cell, rounds=3))))
