"""Land cover in coarse pieces: what the ground's slope, height above the stream and seeded patches would let grow there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize, shapes, sieve

from layers.demo.terrain import fractal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Floats, Mask
    from layers.demo.terrain import Terrain

COARSER = 2
"""Cells are so many times larger than those of the terrain."""
LEAST_CELLS = 20
"""A piece smaller than this joins its neighbour (65 hectares)."""
LEAST_M2 = 1000.0
"""What cuts leave over."""
GRAIN_M = 0.1
"""Corners stand on a grid of this, so that cuts leave no slivers that cross themselves."""
RIVER_M = 25.0
"""Half the width of a larger river."""
KINDS = ("水田", "旱地", "其他园地", "乔木林地", "灌木林地", "其他草地", "裸岩石砾地", "农村宅基地", "河流水面")
PADDY, DRY, ORCHARD, FOREST, SHRUB, GRASS, BARE, BUILT, WATER = range(1, 10)


def build_land_cover(
    terrain: Terrain, outline: BaseGeometry, people: pd.DataFrame, rivers: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """A coverage of the county without gaps or overlaps: fields low and gentle, woods on steep ground, houses where groups are large, larger rivers."""
    cell = terrain.grid.cell * COARSER
    kinds = _kinds(terrain, rng)
    transform = Affine(cell, 0.0, terrain.grid.west, 0.0, -cell, terrain.grid.north)
    kinds = sieve(kinds, LEAST_CELLS, connectivity=4)
    large = people[people["households_count"] >= np.quantile(people["households_count"], 0.85)]
    homes = shapely.buffer(shapely.points(large["x"], large["y"]), 9.0 * np.sqrt(large["households_count"].to_numpy(dtype=float)) + 60.0)
    kinds = np.where(rasterize(homes, out_shape=kinds.shape, transform=transform, all_touched=False, dtype="uint8") > 0, np.uint8(BUILT), kinds)
    found = [(shapely.geometry.shape(shape), int(value)) for shape, value in shapes(kinds, transform=transform)]
    outlines = shapely.coverage_simplify(np.array([shape for shape, _ in found], dtype=object), 1.2 * cell)
    return _cut(gpd.GeoDataFrame({"kind": [kind for _, kind in found]}, geometry=outlines, crs=terrain.grid.crs), outline, rivers)


def _kinds(terrain: Terrain, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One of `KINDS`, counted from 1, for each coarse cell."""
    slope, above, height = (_coarse(values) for values in (terrain.slope, terrain.above, terrain.height))
    patch, other = (fractal(slope.shape, terrain.grid.cell * COARSER, rng, longest=6000.0, shortest=900.0) for _ in range(2))
    high = height > np.quantile(height, 0.85)
    tests: list[tuple[Mask, int]] = [
        ((slope > 30.0) & (patch > 1.3), BARE),
        ((slope < 7.0) & (above < 70.0), PADDY),
        ((slope < 15.0) & (other > 0.9), ORCHARD),
        ((slope < 15.0) & (patch > -0.4), DRY),
        (high & (slope < 20.0) & (other < -0.3), GRASS),
        ((slope < 24.0) & (patch < 0.2), SHRUB),
    ]
    return np.select([test for test, _ in tests], [kind for _, kind in tests], default=FOREST).astype(np.uint8)


def _coarse(values: Floats) -> Floats:
    """Means of blocks; the grid has even numbers of rows and columns."""
    rows, cols = values.shape
    return np.asarray(values.reshape(rows // COARSER, COARSER, cols // COARSER, COARSER).mean(axis=(1, 3)), dtype=np.float64)


def _cut(cover: gpd.GeoDataFrame, outline: BaseGeometry, rivers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Inside the outline, with the beds of larger rivers as pieces of their own."""
    larger = rivers[rivers["river_name"].str.endswith("河")]
    beds = shapely.intersection(shapely.buffer(larger.geometry.to_numpy(), RIVER_M, quad_segs=2), outline)
    wet = shapely.union_all(beds)
    land, of = shapely.get_parts(shapely.difference(shapely.intersection(cover.geometry.to_numpy(), outline), wet), return_index=True)
    pieces = np.concatenate((land, shapely.get_parts(wet)))
    kinds = np.concatenate((cover["kind"].to_numpy()[of], np.full(len(pieces) - len(land), WATER)))
    pieces, of = shapely.get_parts(shapely.set_precision(pieces, GRAIN_M), return_index=True)
    kinds, keep = kinds[of], shapely.area(pieces) > LEAST_M2
    codes = [f"TB{n:06d}" for n in range(1, int(keep.sum()) + 1)]
    names = np.array(KINDS, dtype=object)[kinds[keep].astype(int) - 1]
    return gpd.GeoDataFrame({"cover_code": codes, "cover_kind": names}, geometry=pieces[keep], crs=cover.crs)
