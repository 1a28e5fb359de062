"""A county of a hundred and forty square kilometres, on which everything can be tried in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine


@dataclass(frozen=True)
class Base:
    outline: gpd.GeoDataFrame
    dem: np.ndarray
    transform: Affine
    sources: dict
    synthetic: bool


def small_base() -> Base:
    """Thirteen by twelve kilometres of hills that fall to the south, inside the real county's rectangle."""
    outline = shapely.Polygon([(106.00, 25.20), (106.12, 25.19), (106.13, 25.27), (106.06, 25.31), (106.00, 25.29)])
    step, rows, cols = 1 / 120, 40, 40
    transform = Affine(step, 0, 105.9, 0, -step, 25.42)
    y, x = np.mgrid[0:rows, 0:cols]
    dem = 900 - 9 * y + 130 * np.sin(x / 2.7) * np.cos(y / 3.1) + 60 * np.cos(x / 1.3 + y / 2.0)
    frame = gpd.GeoDataFrame({"county_code": ["522326"], "county_name": ["望谟县"]}, geometry=[outline], crs="EPSG:4490")
    return Base(frame, dem.astype(np.float32), transform, {}, synthetic=True)
