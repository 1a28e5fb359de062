"""Where a settlement may not stand, beside farmland and redlines: nature reserves, flooded ground, the catchments of water intakes, faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import distance_transform_edt, gaussian_filter

from layers.demo.constraints import polygons
from layers.demo.lines import smooth
from layers.demo.terrain import fractal

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Ints, Mask
    from layers.demo.terrain import Terrain

RESERVES = 4
RIVER_M2 = 40e6
"""Rivers with so large a catchment flood the ground beside them."""
FLOODS = ((20, 200.0, 5.0), (50, 380.0, 10.0))
"""Return period in years, how far from the river in metres, how high above it."""
SOURCES, SOURCE_M = 14, 900.0
FAULTS, FAULT_AZIMUTH = 4, 40.0


def build_reserves(terrain: Terrain, inside: Mask, outline: BaseGeometry) -> gpd.GeoDataFrame:
    """The few largest pieces of high, rough country."""
    cell = terrain.grid.cell
    wild = gaussian_filter(terrain.slope, 2200.0 / cell) / 12.0 + gaussian_filter(terrain.height, 2200.0 / cell) / 600.0
    pieces = shapely.intersection(polygons((wild > np.percentile(wild[inside], 95)) & inside, terrain, least_m2=5e5), outline)
    largest = pieces[np.argsort(-shapely.area(pieces), kind="stable")][:RESERVES]
    numbers = range(1, len(largest) + 1)
    names = [f"示意自然保护地{n}" for n in numbers]
    return gpd.GeoDataFrame({"reserve_code": [f"BH{n:02d}" for n in numbers], "reserve_name": names}, geometry=largest, crs=terrain.grid.crs)


def build_flood_zones(terrain: Terrain, inside: Mask) -> gpd.GeoDataFrame:
    """Ground that lies low beside the larger rivers, by return period; the rarer flood covers that of the more frequent one."""
    river = terrain.area > min(RIVER_M2, 0.3 * float(terrain.area[inside].max()))
    away, nearest = distance_transform_edt(~river, sampling=terrain.grid.cell, return_indices=True)
    rise = terrain.height - terrain.height[tuple(nearest)]
    parts = []
    for years, reach, height in FLOODS:
        shapes = polygons((away <= reach) & (rise <= height) & inside, terrain, least_m2=4e4, opened=False)
        parts.append(gpd.GeoDataFrame({"return_period_years": years}, index=range(len(shapes)), geometry=shapes, crs=terrain.grid.crs))
    zones = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=terrain.grid.crs)
    zones = zones.assign(flood_code=[f"YM{n:04d}" for n in range(1, len(zones) + 1)])
    return zones.assign(flood_name=[f"示意{years}年一遇淹没范围" for years in zones["return_period_years"]])


def build_water_source_zones(terrain: Terrain, schemes: pd.DataFrame, inside: Mask) -> gpd.GeoDataFrame:
    """The ground that drains to the intakes of the larger schemes, as far as their nearer surroundings go."""
    served = schemes.sort_values("served_people_count", ascending=False, kind="stable").head(SOURCES)
    intakes = _intakes(terrain, served)
    source = _drains_to(terrain, intakes)
    shapes, rows = [], []
    for row, cell in enumerate(intakes):
        near = np.hypot(*(terrain.grid.points(np.arange(source.size)) - terrain.grid.points(np.array([cell]))[0]).T) <= SOURCE_M
        found = polygons(((source == row) & near).reshape(terrain.grid.shape) & inside, terrain, least_m2=1e4, opened=False)
        shapes += found[:1].tolist()
        rows += [row] * len(found[:1])
    codes = [f"SYBH{n:02d}" for n in range(1, len(rows) + 1)]
    names = (served["scheme_name"].iloc[rows] + "水源保护区").to_numpy()
    return gpd.GeoDataFrame({"zone_code": codes, "zone_name": names}, geometry=shapes, crs=terrain.grid.crs)


def _intakes(terrain: Terrain, schemes: pd.DataFrame) -> Ints:
    """For each scheme the cell within some 400 m into which most ground drains, rivers aside."""
    small = np.where(terrain.area < 3e6, terrain.area, -1.0)
    reach = max(2, int(400 / terrain.grid.cell))
    found = []
    for cell in terrain.grid.index(schemes[["x", "y"]].to_numpy()):
        row, col = divmod(int(cell), terrain.grid.cols)
        rows, cols = slice(max(0, row - reach), row + reach + 1), slice(max(0, col - reach), col + reach + 1)
        down, right = divmod(int(small[rows, cols].argmax()), small[rows, cols].shape[1])
        found.append((rows.start + down) * terrain.grid.cols + cols.start + right)
    return np.array(found, dtype=np.int64)


def _drains_to(terrain: Terrain, intakes: Ints) -> Ints:
    """The intake (row) that each cell's water reaches first; -1 for none."""
    own = np.full(terrain.height.size, -1, dtype=np.int64)
    own[intakes] = np.arange(len(intakes))
    reached = own.copy()
    for start, stop in terrain.flow.levels[1:]:
        cells = terrain.flow.order[start:stop]
        reached[cells] = np.where(own[cells] >= 0, own[cells], reached[terrain.flow.receiver[cells]])
    return reached


def build_faults(terrain: Terrain, outline: BaseGeometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """A few long faults of one direction, bent a little, cut at the outline."""
    west, south, east, north = outline.bounds
    length, middle = float(np.hypot(east - west, north - south)), np.array([(west + east) / 2, (south + north) / 2])
    along = np.linspace(-0.5, 0.5, 60) * length
    wave = fractal((FAULTS, 60), length / 60, rng, longest=length / 2, shortest=length / 20) * 0.006 * length
    lines = []
    for number in range(FAULTS):
        angle = np.radians(FAULT_AZIMUTH + rng.uniform(-10.0, 10.0))
        ahead, aside = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
        off = ((number + 0.5) / FAULTS - 0.5) * 0.7 * length * rng.uniform(0.7, 1.1)
        points = middle + along[:, None] * ahead + (off + wave[number])[:, None] * aside
        lines.append(shapely.LineString(smooth(points, tolerance=30.0)))
    cut = shapely.get_parts(shapely.intersection(np.array(lines, dtype=object), outline))
    cut = cut[shapely.length(cut) > 0.05 * length]
    numbers = range(1, len(cut) + 1)
    names = {"fault_code": [f"DC{n:02d}" for n in numbers], "fault_name": [f"示意断层F{n}" for n in numbers]}
    return gpd.GeoDataFrame(names, geometry=cut, crs=terrain.grid.crs)
