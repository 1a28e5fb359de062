"""Sums over pieces of a grid: means, shares, upper values and commonest codes of the cells that belong to each piece."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.burn import burn
from gis.sites.reach import boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.grid import Grid

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


EXACT_CELLS = 100_000
"""Of an area whose rectangle has more cells, only those count whose middle lies within: single cells do not matter there."""


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Which cells belong to which piece, one entry for each pair, pieces rising.

    Attributes:
        zone: number of the piece, from 0.
        cell: flat number of the cell.
        weight: how much of the cell belongs to it, above 0 to 1.
        count: number of pieces; some may have no cells.
    """

    zone: Ints
    cell: Ints
    weight: Floats
    count: int

    def among(self, keep: NDArray[np.bool_]) -> Zones:
        """The same pieces with only those cells (flat mask)."""
        there = keep[self.cell]
        return Zones(self.zone[there], self.cell[there], self.weight[there], self.count)

    def total(self, weight: Floats) -> Floats:
        """Sum of a weight of each entry by piece (count,)."""
        return np.bincount(self.zone, weights=weight, minlength=self.count).astype(np.float64)

    def cells(self) -> Floats:
        """How many cells each piece has, parts of cells counted as parts (count,)."""
        return self.total(self.weight)

    def share(self, flags: NDArray[np.bool_]) -> Floats:
        """Share of each piece on which a grid of flags holds (count,); NaN without cells."""
        return _ratio(self.total(self.weight * flags.ravel()[self.cell]), self.cells())

    def mean(self, values: NDArray[np.floating]) -> Floats:
        """Mean of the finite values in each piece (count,); NaN where there are none."""
        here = values.ravel()[self.cell].astype(np.float64)
        known = np.isfinite(here)
        return _ratio(self.total(np.where(known, here, 0.0) * self.weight), self.total(known * self.weight))

    def upper(self, values: NDArray[np.floating], share: float) -> Floats:
        """The least value that `share` of each piece's known land does not exceed (count,): the inverted distribution function; NaN without any."""
        here = values.ravel()[self.cell].astype(np.float64)
        known = np.isfinite(here)
        zone, here, weight = self.zone[known], here[known], self.weight[known]
        order = np.lexsort((here, zone))
        zone, here, weight = zone[order], here[order], weight[order]
        total = np.bincount(zone, weights=weight, minlength=self.count)
        below = np.cumsum(weight) - np.repeat(np.cumsum(total) - total, np.bincount(zone, minlength=self.count))
        enough = np.flatnonzero(below >= share * total[zone] * (1.0 - 1e-12))
        first = np.unique(zone[enough], return_index=True)
        out = np.full(self.count, np.nan)
        out[first[0]] = here[enough[first[1]]]
        return out

    def commonest(self, codes: NDArray[np.floating]) -> Floats:
        """The code with most land in each piece (count,), the lower one of two that are even; NaN where none is known."""
        here = codes.ravel()[self.cell]
        known = np.isfinite(here)
        code = here[known].astype(np.int64)
        width = int(code.max(initial=0)) + 1
        land = np.bincount(self.zone[known] * width + code, weights=self.weight[known], minlength=self.count * width).reshape(self.count, width)
        return np.where(land.sum(axis=1) > 0, land.argmax(axis=1), np.nan)


def zones_of_labels(labels: NDArray[np.int32], count: int) -> Zones:
    """Pieces as they are labelled, from 1; 0 is none."""
    cell = np.flatnonzero(labels)
    zone = labels.ravel()[cell].astype(np.int64) - 1
    order = np.argsort(zone, kind="stable")
    return Zones(zone[order], cell[order].astype(np.int64), np.ones(len(cell)), count)


def zones_of_shapes(grid: Grid, shapes: NDArray[np.object_]) -> Zones:
    """Areas (in the grid's CRS) as pieces: each has the cells that it overlaps, by the share of the cell that it takes."""
    parts = [_overlapped(grid, shape) for shape in shapes]
    zone = np.repeat(np.arange(len(parts)), [len(cell) for cell, _ in parts])
    if not parts:
        return Zones(zone, np.empty(0, dtype=np.int64), np.empty(0), 0)
    return Zones(zone, np.concatenate([cell for cell, _ in parts]), np.concatenate([weight for _, weight in parts]), len(parts))


def _overlapped(grid: Grid, shape: shapely.Geometry) -> tuple[Ints, Floats]:
    none = np.empty(0, dtype=np.int64), np.empty(0)
    if shapely.is_empty(shape):
        return none
    west, south, east, north = shapely.bounds(shape)
    rows = np.arange(max(0, floor((grid.y0 - north) / grid.cell_m)), min(grid.rows, floor((grid.y0 - south) / grid.cell_m) + 1))
    columns = np.arange(max(0, floor((west - grid.x0) / grid.cell_m)), min(grid.columns, floor((east - grid.x0) / grid.cell_m) + 1))
    if len(rows) * len(columns) == 0:
        return none
    if len(rows) * len(columns) > EXACT_CELLS:
        within = np.flatnonzero(burn(grid, np.array([shape], dtype=object), touched=False))
        return within, np.ones(len(within))
    row, column = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    taken = shapely.area(shapely.intersection(boxes(grid, row, column), shape)) / grid.cell_m**2
    there = taken > 0
    return (row * grid.columns + column)[there].astype(np.int64), taken[there]


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
