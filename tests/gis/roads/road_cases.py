"""Small counties for road plans: flat ground, roads and groups as the test draws them."""

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from shapely.geometry import LineString, Point

from gis.roads.costs import load_costs
from gis.roads.existing import see_roads
from gis.roads.ground import Ground
from gis.roads.planning import planning_graph
from gis.roads.steps import step_model
from gis.roads.trunk import plan_trunk
from gis.roads.works import make_works
from gis.standards import load_standard

METRIC = CRS.from_epsg(4545)
X0, Y0, CELL = 500_000.0, 3_000_000.0, 100.0
"""The north-west corner of every ground; coordinates of lines and groups are metres from the south-west one."""
SIZE = 12
BOTTOM = Y0 - SIZE * CELL
COSTS = load_costs("mountain-2017")
STANDARD = load_standard(["guizhou-2017"])
PAVED = {"surface": "cement_concrete", "status": "existing", "road_class": "county"}
GRAVEL = {"surface": "gravel", "status": "existing", "road_class": "group"}
NEW_M = COSTS.new.road_cny_per_km.value / 1000 * COSTS.paid
GRAVEL_M = COSTS.upgrade.gravel_cny_per_km.value / 1000 * COSTS.paid


def flat(*, forbidden=(), river=(), heights=None) -> Ground:
    """Level ground of 12 x 12 cells of 100 m."""
    shape = (SIZE, SIZE)
    factor, wet = np.ones(shape, dtype=np.float32), np.zeros(shape, dtype=bool)
    for cell in forbidden:
        factor[cell] = np.inf
    for cell in river:
        wet[cell] = True
    level = np.full(shape, 500.0, dtype=np.float32) if heights is None else np.asarray(heights, dtype=np.float32)
    return Ground(level, factor, wet, np.zeros(shape, dtype=np.uint8), (), X0, Y0, CELL, METRIC)


def line(*points) -> LineString:
    return LineString([(X0 + x, BOTTOM + y) for x, y in points])


def layer(rows, key="road_code") -> gpd.GeoDataFrame:
    """A frame of (line, attributes)."""
    frame = pd.DataFrame([{key: f"{key[0].upper()}{at}", **row[1]} for at, row in enumerate(rows)])
    text = {name: frame[name].astype("boolean" if name in {"bridge", "tunnel", "synthetic"} else "string") for name in frame if name != "cost_cny"}
    return gpd.GeoDataFrame(frame.assign(**text), geometry=[row[0] for row in rows], crs=METRIC)


def settlements(points, households=None) -> gpd.GeoDataFrame:
    """Groups at places (None: nobody knows where)."""
    count = len(points)
    columns = {
        "group_code": pd.array([f"G{at:02d}" for at in range(count)], dtype="string"),
        "group_name": pd.array([f"{at + 1}组" for at in range(count)], dtype="string"),
        "village_code": pd.array(["V1"] * count, dtype="string"),
        "village_name": pd.array(["团结村"] * count, dtype="string"),
        "township_code": pd.array(["T1"] * count, dtype="string"),
        "township_name": pd.array(["城关镇"] * count, dtype="string"),
        "households_count": pd.array(households or [30] * count, dtype="Int64"),
        "people_count": pd.array([120] * count, dtype="Int64"),
        "registered_households_count": pd.array([5] * count, dtype="Int64"),
        "synthetic": pd.array([True] * count, dtype="boolean"),
    }
    return gpd.GeoDataFrame(columns, geometry=[None if p is None else Point(X0 + p[0], BOTTOM + p[1]) for p in points], crs=METRIC)


def stock(roads=None, projects=None, **kwargs):
    drawn = None if roads is None else layer(roads)
    wanted = None if projects is None else layer(projects, key="project_code")
    return see_roads(drawn, STANDARD, crs=METRIC, projects=wanted, **kwargs)


def graph(roads, *, ground=None, projects=None, rivers=None, neighbours=8):
    here = flat() if ground is None else ground
    return planning_graph(here, stock(roads, projects), COSTS, step_model(COSTS, here.cell_m, neighbours=neighbours), rivers=rivers)


def plan(roads, groups, *, wanted=None, **kwargs):
    """Trunk and works of a small county."""
    trunk = plan_trunk(graph(roads, **kwargs), groups, wanted=wanted)
    return trunk, make_works(trunk, groups)
