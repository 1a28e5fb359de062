"""Heights: a grid in memory, and what it says at points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """A height grid in metres.

    Attributes:
        array: heights, shape (rows, columns); row 0 is where `transform` puts it.
        transform: cell corner to map coordinates, as rasterio writes it.
        crs: of those map coordinates.
        nodata: the value that means "not known"; NaN always does.
    """

    array: NDArray[np.floating | np.integer]
    transform: Affine
    crs: CRS
    nodata: float | None = None

    def sample(self, points: gpd.GeoSeries) -> NDArray[np.float64]:
        """Bilinear height at each point, in metres.

        Args:
            points: points in any CRS; missing and empty ones are allowed.

        Returns:
            One height a point; NaN outside the grid, for a missing point, and where a cell that counts is nodata.
        """
        column, row = self._cells(points)
        height = np.full(len(points), np.nan)
        rows, columns = self.array.shape
        inside = np.isfinite(column) & np.isfinite(row) & (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows)
        height[inside] = self._bilinear(column[inside] - 0.5, row[inside] - 0.5)
        return height

    def _cells(self, points: gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Fractional column and row of each point, counted from the outer corner of the first cell."""
        there = points.to_crs(self.crs) if points.crs is not None else points
        x, y = there.x.to_numpy(dtype=np.float64), there.y.to_numpy(dtype=np.float64)
        back = ~self.transform
        return back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f

    def _bilinear(self, column: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Interpolate between cell centres; in the outer half cell the border value holds."""
        rows, columns = self.array.shape
        column, row = np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
        left, top = np.floor(column).astype(np.intp), np.floor(row).astype(np.intp)
        right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        across, down = column - left, row - top
        total = np.zeros(len(column))
        for r, c, weight in (
            (top, left, (1 - across) * (1 - down)),
            (top, right, across * (1 - down)),
            (bottom, left, (1 - across) * down),
            (bottom, right, across * down),
        ):
            # A cell without weight must not spoil the sum, even if it is nodata.
            total += np.where(weight > 0, weight * self._known(r, c), 0.0)
        return total

    def _known(self, row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.float64]:
        values = self.array[row, column].astype(np.float64)
        if self.nodata is not None:
            values[values == self.nodata] = np.nan
        return values
