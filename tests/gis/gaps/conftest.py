"""A small county in metres: frames are built from offsets (x east, y north) in metres round one place."""

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import wkt
from shapely.affinity import translate
from shapely.geometry import LineString, Point

from gis.standards import load_standard

ZONE = 4544
X0, Y0 = 500_000, 2_770_000
KINDS = {
    "Int64": ("households_count", "people_count", "registered_households_count", "water_outage_days", "doctors_count"),
    "boolean": (
        "whole_relocation",
        "piped_water",
        "three_phase_power",
        "signal_4g",
        "relocated",
        "bridge",
        "tunnel",
        *(f"reported_{s}" for s in ("hardened_road", "safe_water", "power", "telecom", "clinic", "school")),
    ),
    "Float64": (
        "pavement_width_m",
        "roadbed_width_m",
        "passing_bays_per_km",
        "water_litres_pcd",
        "capacity_kva",
        "floor_area_m2",
    ),
}
DTYPES = {name: kind for kind, names in KINDS.items() for name in names}


def frame(key, rows, shape=Point):
    """`rows`: dicts with `at` (offsets, a WKT text or None) and columns; the key is numbered where it is missing."""
    plain = [{k: v for k, v in row.items() if k != "at"} for row in rows]
    table = pd.DataFrame(plain, index=range(len(rows)))
    if key not in table:
        table[key] = [f"{key[:2]}{i}" for i in range(len(rows))]
    table = table.astype({name: DTYPES.get(name, "string") for name in table.columns})
    return gpd.GeoDataFrame(table, geometry=[_place(row.get("at"), shape) for row in rows], crs=ZONE).to_crs(4490)


def _place(at, shape):
    if at is None:
        return None
    if isinstance(at, str):
        return translate(wkt.loads(at), X0, Y0)
    return translate(shape(at), X0, Y0)


def groups(*rows):
    return frame("group_code", [{"households_count": 40, "people_count": 160, **row} for row in rows])


def roads(*rows):
    usual = {"road_class": "village", "surface": "cement_concrete", "status": "existing"}
    return frame("road_code", [{**usual, **row} for row in rows], LineString)


def trunk(x=0):
    """A hardened county road along the line x, 20 km long."""
    return {"road_code": "X1", "road_class": "county", "at": [(x, -10_000), (x, 10_000)]}


@pytest.fixture(scope="session")
def build():
    return SimpleNamespace(frame=frame, groups=groups, roads=roads, trunk=trunk, zone=ZONE, x0=X0, y0=Y0)


@pytest.fixture(scope="session")
def standard():
    return load_standard(["guizhou-2017"])


@pytest.fixture(scope="session")
def national():
    return load_standard(["national-2018"])
