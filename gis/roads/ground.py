"""The ground on which roads are laid: heights, price factors, rivers and constraint areas on one metric grid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gis.grid import Bounds, heights_on
from gis.roads.bridges import DRY, Water
from gis.roads.ground_layers import obstacles
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from gis.roads.costs import CostSet
    from gis.terrain import Terrain

_T = TypeVar("_T", bound=np.generic)
MAX_CELLS = 40_000_000
"""As many cells as an office machine holds with the searches that run over them: 36,000 km² at 30 m."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A north-up grid of square cells.

    Attributes:
        heights: metres, float32 (rows, columns); NaN is unknown, and no road is laid there.
        factor: price multiplier ≥ 1, float32; infinite is forbidden.
        river: water, every cell that a river touches; without corners through which a diagonal step passes.
        codes: uint8; bit i is set where constraint layer i lies.
        constraints: the constraint layers that were there, in the order of their bits.
        x0: easting of the outer corner at the top left, metres.
        y0: northing of that corner, metres.
        cell_m: edge of a cell, metres.
        crs: projected, in metres.
        notes: Chinese sentences on what was missing.
        water: rivers as they are drawn, for what looks closer than a cell.
    """

    heights: NDArray[np.float32]
    factor: NDArray[np.float32]
    river: NDArray[np.bool_]
    codes: NDArray[np.uint8]
    constraints: tuple[str, ...]
    x0: float
    y0: float
    cell_m: float
    crs: CRS
    notes: tuple[str, ...] = ()
    water: Water = DRY

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        rows, columns = self.heights.shape
        return rows, columns

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of the outer edges, metres."""
        rows, columns = self.shape
        return self.x0, self.y0 - rows * self.cell_m, self.x0 + columns * self.cell_m, self.y0

    def cell(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of the cell in which each place lies; may lie outside the grid (see `inside`)."""
        row = np.floor((self.y0 - np.asarray(y, dtype=np.float64)) / self.cell_m).astype(np.int64)
        column = np.floor((np.asarray(x, dtype=np.float64) - self.x0) / self.cell_m).astype(np.int64)
        return row, column

    def inside(self, row: ArrayLike, column: ArrayLike) -> NDArray[np.bool_]:
        """Whether cells belong to the grid."""
        r, c = np.asarray(row), np.asarray(column)
        rows, columns = self.shape
        within: NDArray[np.bool_] = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
        return within

    def xy(self, row: ArrayLike, column: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Easting and northing of cell centres."""
        x = self.x0 + (np.asarray(column, dtype=np.float64) + 0.5) * self.cell_m
        y = self.y0 - (np.asarray(row, dtype=np.float64) + 0.5) * self.cell_m
        return x, y

    def window(self, bounds: Bounds, margin_m: float = 0.0) -> Ground:
        """The part of the grid that covers the bounds and a margin, by whole cells.

        Raises:
            QueryError: The bounds lie outside the grid.
        """
        west, south, east, north = bounds
        rows, columns = self.shape
        top, left = (int(v) for v in self.cell(west - margin_m, north + margin_m))
        bottom, right = (int(v) + 1 for v in self.cell(east + margin_m, south - margin_m))
        top, left, bottom, right = max(0, top), max(0, left), min(rows, bottom), min(columns, right)
        if top >= bottom or left >= right:
            raise QueryError("要选线的地方在高程（dem）图层范围之外。", hint="请换用覆盖本县的 DEM，或检查该处的坐标。")
        part = np.s_[top:bottom, left:right]
        return replace(
            self,
            heights=np.ascontiguousarray(self.heights[part]),
            factor=np.ascontiguousarray(self.factor[part]),
            river=np.ascontiguousarray(self.river[part]),
            codes=np.ascontiguousarray(self.codes[part]),
            x0=self.x0 + left * self.cell_m,
            y0=self.y0 - top * self.cell_m,
        )

    def coarsen(self, k: int) -> Ground:
        """A grid of cells k times as large.

        Heights are the mean of those known; the factor is the mean of those that may be built on, infinite where at least half of a cell is
        forbidden; river and constraint bits hold where they hold anywhere in the cell.

        Raises:
            ValueError: k < 1.
        """
        if k < 1:
            raise ValueError("k must be at least 1")
        if k == 1:
            return self
        heights, known = _sums(self.heights, np.isfinite(self.heights), k)
        factor, open_cells = _sums(self.factor, np.isfinite(self.factor), k)
        cells = _blocks(np.ones(self.shape, dtype=np.int64), k).sum(axis=(1, 3))
        forbidden = 2 * (cells - open_cells) >= cells
        return replace(
            self,
            heights=np.where(known > 0, heights / np.maximum(known, 1), np.nan).astype(np.float32),
            factor=np.where(forbidden, np.inf, factor / np.maximum(open_cells, 1)).astype(np.float32),
            river=np.asarray(_blocks(self.river, k).any(axis=(1, 3))),
            codes=np.bitwise_or.reduce(np.bitwise_or.reduce(_blocks(self.codes, k), axis=3), axis=1),
            cell_m=self.cell_m * k,
        )


def _blocks(values: NDArray[_T], k: int) -> NDArray[_T]:
    """View as (rows, k, columns, k); a last incomplete block is filled with zeros."""
    rows, columns = values.shape
    up, across = math.ceil(rows / k), math.ceil(columns / k)
    padded = np.zeros((up * k, across * k), dtype=values.dtype)
    padded[:rows, :columns] = values
    return padded.reshape(up, k, across, k)


def _sums(values: NDArray[np.float32], counted: NDArray[np.bool_], k: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum and number of the counted values of each block."""
    total = _blocks(np.where(counted, values, np.float32(0)), k).sum(axis=(1, 3), dtype=np.float64)
    return total, _blocks(counted, k).sum(axis=(1, 3), dtype=np.int64)


def make_ground(
    terrain: Terrain,
    layers: Mapping[str, pd.DataFrame],
    costs: CostSet,
    *,
    crs: CRS,
    cell_m: float | None = None,
    bounds: Bounds | None = None,
    max_cells: int = MAX_CELLS,
) -> Ground:
    """Lay heights, rivers and constraints on one metric grid.

    Args:
        terrain: The county's heights, on any grid and in any CRS.
        layers: Frames by name; `redlines`, `farmland`, `hazards` and `rivers` are used where they are there. Any CRS (none: lon/lat).
        costs: Says which layers forbid, which make dearer, and by how much.
        crs: Projected, in metres; the grid's.
        cell_m: Edge of a cell; `None`: as fine as the terrain is.
        bounds: West, south, east, north in `crs`; `None`: those of the terrain. Ground without a height is unknown.
        max_cells: More cells are refused.

    Raises:
        QueryError: The grid would have too many cells; says which cell would do.
        InputError: The terrain does not reach the bounds.
    """
    grid, heights = heights_on(terrain, crs, cell_m=cell_m, bounds=bounds, max_cells=max_cells)
    found = obstacles(grid, layers, costs, crs)
    return Ground(
        heights=heights,
        factor=found.factor,
        river=found.river,
        codes=found.codes,
        constraints=found.constraints,
        x0=grid.x0,
        y0=grid.y0,
        cell_m=grid.cell_m,
        crs=crs,
        notes=found.notes,
        water=found.water,
    )
