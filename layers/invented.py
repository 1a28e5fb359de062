"""An invented county for `--offline`: an outline of about 3,000 km² and coarse terrain with valleys, wholly from a seed.

Nothing here resembles a real place; whoever uses it must say that it is invented (`CountyBase.synthetic`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import Geod
from scipy.ndimage import gaussian_filter
from shapely.geometry import Polygon

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = npt.NDArray[np.float64]

ARC_30S = 1.0 / 120.0
AREA_KM2 = 3000.0
MARGIN_DEG = 0.05
_VERTICES = 360
_GEOD = Geod(ellps="GRS80")
# Heights in metres: valley floors near 400, ridges near 1,600, like the middle mountains of the south-west.
_FLOOR_M, _TILT_M, _RELIEF_M, _VALLEY_M = 900.0, 400.0, 550.0, 350.0


def invented_outline(lon: float, lat: float, rng: np.random.Generator) -> Polygon:
    """A star-shaped, frayed outline around a place; its geodesic area is 3,000 km²."""
    angle = np.linspace(0.0, 2 * np.pi, _VERTICES, endpoint=False)
    order = np.arange(2, 60)
    amplitude = 0.35 * rng.uniform(0.4, 1.0, len(order)) * order**-1.3
    waves = amplitude[:, None] * np.cos(order[:, None] * angle + rng.uniform(0, 2 * np.pi, (len(order), 1)))
    radius = np.exp(np.clip(waves.sum(axis=0), -0.6, 0.6))
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    scale = np.sqrt(AREA_KM2 * 1e6 / Polygon(np.column_stack([x, y])).area)
    for _ in range(3):  # metres to degrees is not exact: two corrections reach a hundredth of a percent
        outline = _around(lon, lat, x * scale, y * scale)
        scale *= np.sqrt(AREA_KM2 * 1e6 / area_m2(outline))
    return _around(lon, lat, x * scale, y * scale)


def invented_terrain(outline: Polygon, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], Affine]:
    """Heights on a 30″ grid over the outline and 0.05° around: a tilted plateau, hills, and valleys that run on like rivers.

    Returns:
        `float32` metres, north up, and the transform (degrees, EPSG:4490).
    """
    west, south, east, north = (round(v / ARC_30S) * ARC_30S for v in _grown(outline.bounds))
    shape = (round((north - south) / ARC_30S), round((east - west) / ARC_30S))
    rows, columns = np.linspace(-1, 1, shape[0])[:, None], np.linspace(-1, 1, shape[1])[None, :]
    direction = rng.uniform(0, 2 * np.pi)
    tilt = np.cos(direction) * rows + np.sin(direction) * columns
    hills = sum((_noise(shape, size, rng) * weight for size, weight in ((16, 0.6), (8, 0.3), (4, 0.15), (2, 0.07))), np.zeros(shape))
    # The zero lines of smooth noise are long winding curves: rivers, narrow in two sizes.
    valleys = sum((np.exp(-((_noise(shape, size, rng) / 0.18) ** 2)) * weight for size, weight in ((14, 0.65), (6, 0.35))), np.zeros(shape))
    heights = _FLOOR_M + _TILT_M * tilt + _RELIEF_M * hills - _VALLEY_M * valleys
    return np.maximum(heights, 150.0).astype(np.float32), Affine(ARC_30S, 0, west, 0, -ARC_30S, north)


def area_m2(outline: BaseGeometry) -> float:
    """Geodesic area on the CGCS2000 (GRS 80) ellipsoid in m²."""
    return abs(float(_GEOD.geometry_area_perimeter(outline)[0]))


def _around(lon: float, lat: float, x: Floats, y: Floats) -> Polygon:
    metres = np.hypot(x, y)
    east, north, _ = _GEOD.fwd(np.full_like(x, lon), np.full_like(x, lat), np.degrees(np.arctan2(x, y)), metres)
    return Polygon(np.round(np.column_stack([east, north]), 6))


def _grown(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG


def _noise(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Floats:
    smooth = gaussian_filter(rng.standard_normal(shape), size, mode="reflect")
    return np.asarray(smooth / smooth.std(), dtype=float)
