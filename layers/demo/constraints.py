"""Ground on which nobody may build: permanent farmland on gentle ground near water, ecological redlines on high, steep ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import shapes
from scipy.ndimage import binary_opening, gaussian_filter

from layers.demo.terrain import fractal

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Mask
    from layers.demo.terrain import Terrain


def build_farmland(terrain: Terrain, inside: Mask, groups: gpd.GeoSeries, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Permanent basic farmland: gentle, low over the stream, in patches, not where the houses stand; 2 hectares and more."""
    patch = fractal(terrain.grid.shape, terrain.grid.cell, rng, longest=2500.0, shortest=300.0)
    field = (terrain.slope < 8.0) & (terrain.above < 130.0) & (terrain.area < 25e6) & (patch > -0.1) & inside
    parcels = _polygons(field, terrain, least_m2=2e4)
    houses = shapely.union_all(groups.buffer(70.0).to_numpy())
    parcels = parcels[parcels.area < 6e6].difference(houses).explode(ignore_index=True)
    parcels = parcels[parcels.area > 2e4].reset_index(drop=True)
    codes = [f"JBNT{n:05d}" for n in range(1, len(parcels) + 1)]
    return gpd.GeoDataFrame({"parcel_code": codes}, geometry=parcels, crs=terrain.grid.crs)


def build_redlines(terrain: Terrain, inside: Mask, outline: BaseGeometry) -> gpd.GeoDataFrame:
    """Ecological redlines: the highest and steepest tenth of the county in a few large pieces."""
    wide = gaussian_filter(terrain.slope, 900.0 / terrain.grid.cell) / 12.0 + gaussian_filter(terrain.above, 700.0 / terrain.grid.cell) / 260.0
    core = (wide > np.percentile(wide[inside], 89)) & inside
    pieces = _polygons(core, terrain, least_m2=1.5e6).intersection(outline)
    pieces = pieces[pieces.area > 1e6].reset_index(drop=True)
    codes = [f"HX{n:03d}" for n in range(1, len(pieces) + 1)]
    names = [f"示意水源涵养红线{n}" for n in range(1, len(pieces) + 1)]
    return gpd.GeoDataFrame({"redline_code": codes, "redline_name": names}, geometry=pieces, crs=terrain.grid.crs)


def _polygons(mask: Mask, terrain: Terrain, *, least_m2: float) -> gpd.GeoSeries:
    clean = binary_opening(mask).astype(np.uint8)
    found = shapes(clean, mask=clean.astype(bool), transform=terrain.grid.transform)
    whole = gpd.GeoSeries([shapely.geometry.shape(shape) for shape, _ in found], crs=terrain.grid.crs)
    whole = whole[whole.area >= least_m2]
    return whole.simplify(0.8 * terrain.grid.cell).buffer(-0.15 * terrain.grid.cell).explode(ignore_index=True)
