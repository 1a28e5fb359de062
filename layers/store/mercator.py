"""The web's tile grid: where a place lies in the square world of EPSG:3857, and which tile that is.

World coordinates run from 0 (west, north) to 1 (east, south). Nothing is measured here: metres of this projection are 10 % too long at 25°.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.floating[Any]]]

CRS = "EPSG:3857"
HALF_M = 20_037_508.342789244  # half the world's circumference on the sphere of radius 6,378,137 m
MAX_LATITUDE = 85.0511287798066  # the square world ends here
EXTENT = 4096  # units of a vector tile's side


def to_world(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """World coordinates of EPSG:3857 metres."""
    return (x_m + HALF_M) / (2 * HALF_M), (HALF_M - y_m) / (2 * HALF_M)


def to_metres(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """EPSG:3857 metres of world coordinates."""
    return x * (2 * HALF_M) - HALF_M, HALF_M - y * (2 * HALF_M)


def latitude(y_m: Floats) -> Floats:
    """Latitude in degrees of EPSG:3857 northings."""
    degrees: Floats = np.degrees(np.arctan(np.sinh(y_m * np.pi / HALF_M)))
    return degrees


def off_edges(world: Floats, zoom: int) -> Floats:
    """World coordinates moved to the middle of the tile unit they lie in: never on an edge of a tile of this zoom or a lower one.

    What lies exactly on an edge would be drawn, and counted, in both tiles. It moves by at most half a unit, which a tile cannot show.
    """
    units = EXTENT * 2**zoom
    moved: Floats = (np.clip(np.floor(world * units), 0, units - 1) + 0.5) / units
    return moved
