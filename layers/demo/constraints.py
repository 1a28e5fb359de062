"""Ground on which nobody may build: permanent farmland on gentle ground near water, ecological redlines on high, steep ground."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import shapes
from scipy.ndimage import binary_opening, gaussian_filter

from layers.demo.terrain import fractal

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Mask
    from layers.demo.terrain import Terrain

    Shapes = NDArray[np.object_]


def build_farmland(terrain: Terrain, inside: Mask, groups: gpd.GeoSeries, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Permanent basic farmland: gentle, low over the stream, in patches, not where the houses stand; 2 hectares and more."""
    patch = fractal(terrain.grid.shape, terrain.grid.cell, rng, longest=2500.0, shortest=300.0)
    field = (terrain.slope < 8.0) & (terrain.above < 130.0) & (terrain.area < 25e6) & (patch > -0.1) & inside
    parcels = polygons(field, terrain, least_m2=2e4)
    parcels = _without_houses(parcels[shapely.area(parcels) < 6e6], shapely.buffer(groups.to_numpy(), 70.0, quad_segs=2))
    parcels = parcels[shapely.area(parcels) > 2e4]
    codes = [f"JBNT{n:05d}" for n in range(1, len(parcels) + 1)]
    return gpd.GeoDataFrame({"parcel_code": codes}, geometry=parcels, crs=terrain.grid.crs)


def build_redlines(terrain: Terrain, inside: Mask, outline: BaseGeometry) -> gpd.GeoDataFrame:
    """Ecological redlines: the highest and steepest tenth of the county in a few large pieces."""
    wide = gaussian_filter(terrain.slope, 900.0 / terrain.grid.cell) / 12.0 + gaussian_filter(terrain.above, 700.0 / terrain.grid.cell) / 260.0
    core = (wide > np.percentile(wide[inside], 89)) & inside
    pieces = shapely.intersection(polygons(core, terrain, least_m2=1.5e6), outline)
    pieces = pieces[shapely.area(pieces) > 1e6]
    codes = [f"HX{n:03d}" for n in range(1, len(pieces) + 1)]
    names = [f"示意水源涵养红线{n}" for n in range(1, len(pieces) + 1)]
    return gpd.GeoDataFrame({"redline_code": codes, "redline_name": names}, geometry=pieces, crs=terrain.grid.crs)


def polygons(mask: Mask, terrain: Terrain, *, least_m2: float, opened: bool = True) -> Shapes:
    """Smooth outlines of the cells of a mask, the small ones left out; `opened`: without what is only a cell wide."""
    clean = (binary_opening(mask) if opened else mask).astype(np.uint8)
    found = shapes(clean, mask=clean.astype(bool), transform=terrain.grid.transform)
    whole = np.array([shapely.from_geojson(json.dumps(outline)) for outline, _ in found], dtype=object)
    large = whole[shapely.area(whole) >= least_m2]
    return np.asarray(shapely.get_parts(shapely.buffer(shapely.simplify(large, 0.8 * terrain.grid.cell), -0.15 * terrain.grid.cell)))


def _without_houses(parcels: Shapes, houses: Shapes) -> Shapes:
    """Parcels with a hole for each house that they touch."""
    parcel, house = shapely.STRtree(houses).query(parcels, predicate="intersects")
    out = parcels.copy()
    for row in np.unique(parcel):
        out[row] = shapely.difference(out[row], shapely.union_all(houses[house[parcel == row]]))
    return np.asarray(shapely.get_parts(out))
