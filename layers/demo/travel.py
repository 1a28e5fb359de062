"""What it costs to go from cell to cell on the ground: the one graph for village areas, footpaths and road alignments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from layers.demo.grid import Floats, Ints, Mask
    from layers.demo.terrain import Terrain

MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))
"""Half of the sixteen neighbours: with knight's moves a path bends by 27° instead of 45°."""
GRADE = 0.065
"""Grade at which a metre of road costs double: class IV roads climb 5.5 % on average, 9 % at most."""
SLOPE_DEG = 14.0
"""Cross slope at which a metre of road costs double."""
CROSSING_M, BROOK_M = 350.0, 120.0
"""What a move in the bed of a larger stream, or of any stream that is drawn, costs, as metres of level road: roads run beside water, and cross it seldom."""


@dataclass(frozen=True, slots=True)
class Reach:
    """From every cell to its nearest source: `cost` in metres of level road, `before` the next cell on the way there, `source` its cell."""

    cost: Floats
    before: Ints
    source: Ints

    def path(self, cell: int) -> list[int]:
        """Cells from `cell` to its source, both ends included."""
        cells = [cell]
        while (after := int(self.before[cells[-1]])) >= 0:
            cells.append(after)
        return cells


@dataclass(frozen=True, slots=True)
class Ground:
    """Costs of all moves inside a mask, in rows as a sparse matrix has them.

    `number` gives each grid cell its node (-1 outside), `cells` is the way back; a node's moves begin at `starts`.
    """

    number: Ints
    cells: Ints
    here: Ints
    there: Ints
    starts: Ints
    cost: Floats

    def reach(self, sources: Ints, *, cheap: Mask | None = None, discount: float = 0.3) -> Reach:
        """The cheapest way of every cell to one of the source cells; moves along `cheap` cells (existing roads) cost `discount` of their price."""
        cost = self.cost
        if cheap is not None:
            on = cheap[self.cells]
            cost = np.where(on[self.here] & on[self.there], cost * discount, cost)
        size = self.cells.size
        graph = csr_array((cost, self.there, self.starts), shape=(size, size))
        starts = np.unique(self.number[sources])
        found = dijkstra(graph, directed=False, indices=starts[starts >= 0], min_only=True, return_predecessors=True)
        return self._on_grid(*found)

    def _on_grid(self, cost: Floats, before: Ints, source: Ints) -> Reach:
        total, back, root = np.full(self.number.size, np.inf), np.full(self.number.size, -1), np.full(self.number.size, -1)
        total[self.cells] = cost
        back[self.cells] = np.where(before >= 0, self.cells[before], -1)
        root[self.cells] = np.where(source >= 0, self.cells[source], -1)
        return Reach(total, back.astype(np.int64), root.astype(np.int64))


def build_ground(terrain: Terrain, inside: Mask) -> Ground:
    """The cost graph over the cells of a mask."""
    cells = np.flatnonzero(inside.ravel()).astype(np.int64)
    number = np.full(inside.size, -1, dtype=np.int64)
    number[cells] = np.arange(cells.size)
    here, there, length = _moves(terrain.grid.shape, terrain.grid.cell)
    both = (number[here] >= 0) & (number[there] >= 0)
    order = np.flatnonzero(both)[np.argsort(number[here[both]], kind="stable")]
    here, there, length = here[order], there[order], length[order]
    starts = np.searchsorted(number[here], np.arange(cells.size + 1))
    return Ground(number, cells, number[here], number[there], starts, _cost(terrain, here, there, length))


def _moves(shape: tuple[int, int], cell: float) -> tuple[Ints, Ints, Floats]:
    number = np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape)
    here, there, length = [], [], []
    for down, right in MOVES:
        a = number[: shape[0] - down, max(0, -right) : shape[1] - max(0, right)].ravel()
        here.append(a)
        there.append(number[down:, max(0, right) : shape[1] + min(0, right)].ravel())
        length.append(np.full(a.size, cell * float(np.hypot(down, right))))
    return np.concatenate(here), np.concatenate(there), np.concatenate(length)


def _cost(terrain: Terrain, here: Ints, there: Ints, length: Floats) -> Floats:
    height, slope, area = terrain.height.ravel(), terrain.slope.ravel(), terrain.area.ravel()
    grade = np.abs(height[here] - height[there]) / length
    cross = (slope[here] + slope[there]) / 2.0
    water = np.maximum(area[here], area[there])
    wet = np.select([water > 25e6, water > 5e6], [CROSSING_M, BROOK_M], 0.0)
    return np.asarray(length * (1.0 + (grade / GRADE) ** 2 + (cross / SLOPE_DEG) ** 2) + wet)
