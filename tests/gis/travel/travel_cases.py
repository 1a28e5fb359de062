"""Small surfaces for travel times: cells of 100 m, the top left corner of the grid at (0, 0)."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gis.grid import Grid
from gis.travel import Speeds, Surface, no_links

METRIC = CRS.from_epsg(4545)
CELL = 100.0
SPEEDS = Speeds(
    land_factor={"forest": 2.0, "shrub": 1.5, "water": np.inf},
    road_kmh={"cement_concrete": 20.0, "gravel": 15.0, "earth": 10.0},
)


def surface(heights, *, factor=None, roads=None, cell_m=CELL):
    heights = np.asarray(heights, dtype=np.float32)
    factor = np.ones(heights.shape) if factor is None else np.asarray(factor)
    grid = Grid(0.0, 0.0, cell_m, *heights.shape)
    return Surface(grid, heights, factor.astype(np.float32), no_links() if roads is None else roads, METRIC)


def level(rows, columns, **also):
    return surface(np.full((rows, columns), 500.0), **also)


def middle(*cells, cell_m=CELL):
    """Coordinates of the middles of (row, column) cells."""
    at = np.asarray(cells, dtype=np.float64).reshape(-1, 2)
    return np.column_stack([(at[:, 1] + 0.5) * cell_m, -(at[:, 0] + 0.5) * cell_m])


def line(*cells):
    """A line through the middles of (row, column) cells."""
    return shapely.LineString(middle(*cells))


def layer(shapes, **columns):
    return gpd.GeoDataFrame({name: np.asarray(values, dtype=object) for name, values in columns.items()}, geometry=list(shapes), crs=METRIC)
