"""A north-up square grid in a metric CRS: the frame on which the demonstration is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject
from scipy.ndimage import distance_transform_edt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """`rows` × `cols` square cells of `cell` metres; `west`, `north` is the outer corner of cell (0, 0), in `crs`."""

    west: float
    north: float
    cell: float
    rows: int
    cols: int
    crs: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    @property
    def transform(self) -> Affine:
        """Cell to CRS, as rasterio wants it."""
        return Affine(self.cell, 0.0, self.west, 0.0, -self.cell, self.north)

    def finer(self, factor: int) -> Grid:
        """The same ground in cells `factor` times smaller."""
        return Grid(self.west, self.north, self.cell / factor, self.rows * factor, self.cols * factor, self.crs)

    def points(self, index: NDArray[np.integer]) -> Floats:
        """Cell centres (n, 2) of flat cell numbers, metres."""
        row, col = np.divmod(np.asarray(index, dtype=np.int64), self.cols)
        return np.column_stack((self.west + (col + 0.5) * self.cell, self.north - (row + 0.5) * self.cell))

    def index(self, points: Floats) -> Ints:
        """Flat cell numbers of points (n, 2); a point outside gets the nearest cell."""
        col = np.clip((points[:, 0] - self.west) // self.cell, 0, self.cols - 1).astype(np.int64)
        row = np.clip((self.north - points[:, 1]) // self.cell, 0, self.rows - 1).astype(np.int64)
        return np.asarray(row * self.cols + col, dtype=np.int64)

    def mask(self, shapes: Iterable[BaseGeometry]) -> Mask:
        """Cells whose centre lies in one of the shapes."""
        burnt = rasterize(((shape, 1) for shape in shapes), out_shape=self.shape, transform=self.transform, dtype="uint8")
        return np.asarray(burnt, dtype=bool)


def grid_over(bounds: tuple[float, float, float, float], *, cell: float, margin: float, crs: str) -> Grid:
    """The grid that covers the bounds (metres) with a margin; even numbers of rows and columns, so that it halves."""
    west, north = np.floor((bounds[0] - margin) / cell) * cell, np.ceil((bounds[3] + margin) / cell) * cell
    cols = 2 * int(np.ceil((bounds[2] + margin - west) / cell / 2))
    rows = 2 * int(np.ceil((north - bounds[1] + margin) / cell / 2))
    return Grid(float(west), float(north), cell, rows, cols, crs)


def resample(values: NDArray[np.floating], transform: Affine, crs: str, grid: Grid) -> Floats:
    """A raster drawn onto the grid by cubic splines; gaps at the rim take the nearest value."""
    out = np.full(grid.shape, np.nan, dtype=np.float64)
    reproject(
        values.astype(np.float64),
        out,
        src_transform=transform,
        src_crs=crs,
        dst_transform=grid.transform,
        dst_crs=grid.crs,
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=Resampling.cubic_spline,
    )
    return _fill(out)


def _fill(values: Floats) -> Floats:
    gap = np.isnan(values)
    if not gap.any():
        return values
    near = distance_transform_edt(gap, return_distances=False, return_indices=True)
    return np.asarray(values[tuple(near)], dtype=np.float64)
