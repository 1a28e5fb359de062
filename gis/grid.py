"""Grids in metres, and the heights on them: the terrain as it is where it fits already, warped where it does not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.warp import Resampling, reproject, transform_bounds

from layers.errors import InputError, QueryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.terrain import Terrain

Bounds = tuple[float, float, float, float]
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
"""No ground lies lower (the Dead Sea is at -430 m) or higher (Everest): what does is a nodata value that nobody declared."""

SMALLEST_CELL_M = 1.0


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells in metres; `x0`, `y0` is the outer top-left corner."""

    x0: float
    y0: float
    cell_m: float
    rows: int
    columns: int

    @property
    def transform(self) -> Affine:
        """Cell corner to coordinates, as rasterio writes it."""
        return Affine(self.cell_m, 0.0, self.x0, 0.0, -self.cell_m, self.y0)


def heights_on(terrain: Terrain, crs: CRS, *, cell_m: float | None, bounds: Bounds | None, max_cells: int) -> tuple[Grid, NDArray[np.float32]]:
    """Heights in metres on a north-up grid of square cells in `crs`, NaN where unknown.

    A terrain that is such a grid already keeps its cells; any other is warped (bilinear).

    Args:
        terrain: Heights on any grid, in any CRS, with or without nodata.
        crs: Projected, in metres.
        cell_m: Edge of a cell; `None`: as fine as the terrain is.
        bounds: West, south, east, north in `crs`; `None`: the terrain's own. The grid covers the bounds by whole cells.
        max_cells: More are refused.

    Raises:
        QueryError: The grid would be too large (the sentence says which cell would do), or a cell is smaller than a metre.
        InputError: No height is known within the bounds.
    """
    if cell_m is not None and not SMALLEST_CELL_M <= cell_m < math.inf:
        raise QueryError(f"格网边长 {cell_m:g} m 不能用，须不小于 {SMALLEST_CELL_M:g} m。")
    same = _same_grid(terrain, crs, cell_m)
    grid = _grid(terrain, crs, cell_m if same is None else same.cell_m, bounds, anchor=same)
    if grid.rows * grid.columns > max_cells:
        raise _too_large(grid, max_cells)
    heights = _warped(terrain, crs, grid) if same is None else _cropped(terrain, same, grid)
    heights[~((heights >= LOWEST_M) & (heights <= HIGHEST_M))] = np.nan
    if not np.isfinite(heights).any():
        raise InputError("高程（dem）图层没有覆盖要规划的范围：范围内没有一个已知高程。", hint="请检查 DEM 的范围与坐标系，或换用覆盖本县的 DEM。")
    return grid, heights


def fitting_cell(terrain: Terrain, crs: CRS, *, bounds: Bounds | None, max_cells: int) -> float:
    """The smallest whole multiple of the terrain's own cell with which a grid over the bounds, wherever its cells begin, has no more than `max_cells`.

    Args:
        terrain: Heights on any grid, in any CRS.
        crs: Projected, in metres.
        bounds: West, south, east, north in `crs`; `None`: the terrain's own.
        max_cells: More are too many.

    Returns:
        Edge of a cell in metres.

    Raises:
        InputError: The terrain's extent cannot be projected.
    """
    same = _same_grid(terrain, crs, None)
    own = _grid(terrain, crs, None if same is None else same.cell_m, bounds, anchor=same)
    times = 1
    while math.ceil(own.rows / times + 1) * math.ceil(own.columns / times + 1) > max_cells and own.rows * own.columns > max_cells:
        times += 1
    return own.cell_m * times


def _same_grid(terrain: Terrain, crs: CRS, cell_m: float | None) -> Grid | None:
    """The terrain's own grid, if it is north-up with square cells in `crs` and of the size that is wanted."""
    t = terrain.transform
    rows, columns = terrain.array.shape
    square = t.b == 0 and t.d == 0 and t.a > 0 and math.isclose(t.a, -t.e, rel_tol=1e-9)
    wanted = cell_m is None or math.isclose(cell_m, t.a, rel_tol=1e-9)
    if not (square and wanted and CRS.from_user_input(terrain.crs) == crs):
        return None
    return Grid(t.c, t.f, t.a, rows, columns)


def _grid(terrain: Terrain, crs: CRS, cell_m: float | None, bounds: Bounds | None, anchor: Grid | None) -> Grid:
    """The grid that covers the bounds by whole cells; cells fall on those of `anchor`, else on multiples of the cell."""
    if bounds is None and anchor is not None:
        return anchor
    west, south, east, north = bounds or transform_bounds(terrain.crs, crs, *_outer(terrain), densify_pts=21)
    if not all(math.isfinite(edge) for edge in (west, south, east, north)) or east <= west or north <= south:
        raise InputError("高程（dem）图层的范围无法换算到本县的坐标系。", hint="请检查 DEM 声明的坐标系是否正确。")
    if cell_m is None:
        cell_m = max(SMALLEST_CELL_M, round(_cell_size(terrain, crs), 1))
    x0, y0 = (anchor.x0, anchor.y0) if anchor is not None else (0.0, 0.0)
    first, last = math.floor((west - x0) / cell_m + 1e-9), math.ceil((east - x0) / cell_m - 1e-9)
    top, bottom = math.floor((y0 - north) / cell_m + 1e-9), math.ceil((y0 - south) / cell_m - 1e-9)
    return Grid(x0 + first * cell_m, y0 - top * cell_m, cell_m, max(1, bottom - top), max(1, last - first))


def _outer(terrain: Terrain) -> Bounds:
    rows, columns = terrain.array.shape
    x, y = _corners(terrain, np.array([0, columns, columns, 0]), np.array([0, 0, rows, rows]))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _corners(terrain: Terrain, column: NDArray[np.float64], row: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Map coordinates of cell corners."""
    t = terrain.transform
    return t.a * column + t.b * row + t.c, t.d * column + t.e * row + t.f


def _cell_size(terrain: Terrain, crs: CRS) -> float:
    """Edge in metres of a square as large as the terrain's cell in its middle."""
    rows, columns = terrain.array.shape
    c, r = columns / 2, rows / 2
    there = Transformer.from_crs(terrain.crs, crs, always_xy=True)
    x, y = there.transform(*_corners(terrain, np.array([c, c + 1, c]), np.array([r, r, r + 1])))
    return math.sqrt(abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])))


def _known(terrain: Terrain) -> NDArray[np.float32]:
    heights: NDArray[np.float32] = terrain.array.astype(np.float32)
    if terrain.nodata is not None:
        heights[terrain.array == terrain.nodata] = np.nan
    return heights


def _cropped(terrain: Terrain, own: Grid, grid: Grid) -> NDArray[np.float32]:
    heights = _known(terrain)
    if grid == own:
        return heights
    top, left = round((own.y0 - grid.y0) / own.cell_m), round((grid.x0 - own.x0) / own.cell_m)
    out = np.full((grid.rows, grid.columns), np.nan, dtype=np.float32)
    rows = slice(max(0, top), min(own.rows, top + grid.rows))
    columns = slice(max(0, left), min(own.columns, left + grid.columns))
    if rows.start < rows.stop and columns.start < columns.stop:
        out[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = heights[rows, columns]
    return out


def _warped(terrain: Terrain, crs: CRS, grid: Grid) -> NDArray[np.float32]:
    out = np.full((grid.rows, grid.columns), np.nan, dtype=np.float32)
    heights = _known(terrain)
    heights[~((heights >= LOWEST_M) & (heights <= HIGHEST_M))] = np.nan  # before it is blended into its neighbours
    reproject(
        heights,
        out,
        src_transform=terrain.transform,
        src_crs=terrain.crs,
        src_nodata=np.nan,
        dst_transform=grid.transform,
        dst_crs=crs,
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    return out


def _too_large(grid: Grid, max_cells: int) -> QueryError:
    cells = grid.rows * grid.columns
    fits = math.ceil(grid.cell_m * math.sqrt(cells / max_cells))
    while (grid.rows * grid.cell_m / fits + 1) * (grid.columns * grid.cell_m / fits + 1) > max_cells:  # a grid may begin within a cell
        fits += 1
    return QueryError(
        f"地形格网过大：{grid.columns:,} 列 × {grid.rows:,} 行，共 {cells:,} 格，超过上限 {max_cells:,} 格。",
        hint=f"格网边长现为 {grid.cell_m:g} m，改用 {fits} m 即可，或缩小范围。",
    )
