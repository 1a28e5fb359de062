"""What heights say of each cell: its slope, and the relief around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Heights = NDArray[np.float32]


def slope_deg(heights: Heights, cell_m: float) -> NDArray[np.float32]:
    """Slope in degrees by Horn's (1981) weighted differences over 3 x 3 cells, as gdaldem and GRASS r.slope.aspect have it.

    At the edge of the grid heights are continued evenly (as gdaldem -compute_edges). NaN where one of the nine heights is unknown.

    Args:
        heights: metres, shape (rows, columns); NaN is unknown.
        cell_m: edge of a cell.
    """
    if min(heights.shape) < 2:  # noqa: PLR2004 - a slope needs two heights
        return np.full(heights.shape, np.nan, dtype=np.float32)
    z = np.pad(heights.astype(np.float64), 1, mode="reflect", reflect_type="odd")
    east = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:] - z[:-2, :-2] - 2 * z[1:-1, :-2] - z[2:, :-2]
    south = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:] - z[:-2, :-2] - 2 * z[:-2, 1:-1] - z[:-2, 2:]
    rise = np.hypot(east, south) / (8.0 * cell_m)
    return np.where(np.isfinite(heights), np.degrees(np.arctan(rise)), np.nan).astype(np.float32)


def relief_m(heights: Heights, cell_m: float, radius_m: float) -> NDArray[np.float32]:
    """Highest minus lowest known height in a square window around each cell; NaN where the cell's own height is unknown.

    Args:
        heights: metres; NaN is unknown.
        cell_m: edge of a cell.
        radius_m: half the window's edge; at least the eight cells around are looked at.
    """
    size = 2 * max(1, round(radius_m / cell_m)) + 1
    known = np.isfinite(heights)
    highest = ndimage.maximum_filter(np.where(known, heights, -np.inf), size=size, mode="nearest")
    lowest = ndimage.minimum_filter(np.where(known, heights, np.inf), size=size, mode="nearest")
    return np.where(known, highest - lowest, np.nan).astype(np.float32)
