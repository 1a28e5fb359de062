"""A small invented county in UTM metres for siting: a hill and a plain, every layer that exclusions and criteria look at, nothing real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from pyproj import CRS

from gis.terrain import Terrain

if TYPE_CHECKING:
    from collections.abc import Mapping

UTM = CRS.from_epsg(32648)
X0, Y0, CELL = 500_000.0, 2_800_000.0, 30.0
ROWS, COLUMNS = 60, 80


def at(column: float, row: float) -> tuple[float, float]:
    """Metres of a place counted in cells from the top left."""
    return X0 + column * CELL, Y0 - row * CELL


def layer(shapes: list[shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    """A frame in UTM; text columns are `string`, as the store has them."""
    kept = {name: pd.array(values, dtype="string" if any(isinstance(v, str) for v in values) else "Int64") for name, values in columns.items()}
    return gpd.GeoDataFrame(kept, geometry=shapes, crs=UTM)


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle, in cells from the top left."""
    return shapely.box(X0 + left * CELL, Y0 - bottom * CELL, X0 + right * CELL, Y0 - top * CELL)


def point(column: float, row: float) -> shapely.Point:
    """A place, in cells from the top left."""
    return shapely.Point(at(column, row))


def line(*places: tuple[float, float]) -> shapely.LineString:
    """A line through places, in cells from the top left."""
    return shapely.LineString([at(*place) for place in places])


def terrain(heights: np.ndarray | None = None) -> Terrain:
    """A hill in the west that is too steep, a plain in the east, a hole where nobody knows the height."""
    if heights is None:
        row, column = np.indices((ROWS, COLUMNS))
        heights = 900.0 + 500.0 * np.exp(-((row - 20) ** 2 + (column - 18) ** 2) / 120.0) + 0.6 * row + 3.0 * np.sin(column / 5.0)
        heights[50:53, 70:74] = -9999.0
    return Terrain(heights.astype(np.float32), Affine(CELL, 0, X0, 0, -CELL, Y0), UTM, -9999.0)


def county() -> dict[str, pd.DataFrame]:
    """Every layer that a site set may ask for."""
    return {
        "counties": layer([box(2.2, 2.2, 77.7, 57.4)], county_code=["529900"], county_name=["演示县"]),
        "townships": layer(
            [box(2.2, 2.2, 40, 57.4), box(40, 2.2, 77.7, 57.4)], township_code=["529900100", "529900101"], township_name=["甲镇", "乙镇"]
        ),
        "committees": layer([point(60.3, 30.4)], village_code=["529900101000"], village_name=["乙镇政府"]),
        "hazards": layer(
            [point(30.4, 40.2), point(55.1, 12.7), point(44.0, 50.0), point(66.6, 44.4)],
            hazard_code=["H1", "H2", "H3", "H4"],
            hazard_name=["甲坡滑坡", "乙沟泥石流", "丙崖崩塌", None],
            hazard_level=["high", "medium", "low", None],
        ),
        "flood_zones": layer(
            [box(46, 3, 50, 20), box(70, 3, 77, 8)], flood_code=["F1", "F2"], flood_name=["一", "二"], return_period_years=[20, 500]
        ),
        "rivers": layer([line((48, 0), (47, 25), (52, 60))], river_code=["R1"], river_name=["演示河"]),
        "redlines": layer([box(5.3, 35.1, 14.6, 48.9)], redline_code=["E1"], redline_name=["演示红线"]),
        "farmland": layer([box(62.1, 48.3, 69.7, 55.2), box(33, 33, 33.2, 33.2)], parcel_code=["N1", "N2"]),
        "reserves": layer([box(3, 50, 10, 56)], reserve_code=["P1"], reserve_name=["演示保护地"]),
        "water_source_zones": layer([shapely.Point(at(70, 20)).buffer(95)], zone_code=["W1"], zone_name=["演示水源地"]),
        "faults": layer([line((0, 30), (25, 58))], fault_code=["D1"], fault_name=["演示断层"]),
        "land_cover": layer(
            [box(0, 0, 40, 60), box(40, 0, 80, 30), box(40, 30, 75, 58), box(58, 22, 61.5, 25.4)],
            cover_code=["C1", "C2", "C3", "C4"],
            cover_kind=["forest", "dryland", "paddy", "wetland"],
        ),
        "roads": layer(
            [line((0, 28), (80, 29)), line((60, 29), (60.5, 56)), line((20, 28), (20, 2)), line((30, 28), (30, 50))],
            road_code=["X1", "C1", "Z1", "Z2"],
            road_class=["county", "village", "group", "group"],
            surface=["asphalt", "cement_concrete", "earth", "cement_concrete"],
            status=["existing", None, "existing", "planned"],
        ),
        "schools": layer([point(61, 31), point(25, 45)], school_code=["S1", "S2"], school_kind=["primary", "senior"]),
        "clinics": layer([point(60, 33), point(40, 10)], clinic_code=["L1", "L2"], clinic_kind=["township_hospital", None]),
        "markets": layer([point(59, 31)], market_code=["M1"], market_name=["演示集"]),
        "industry_parks": layer([point(72, 31)], park_code=["J1"], park_name=["演示园区"]),
        "water_schemes": layer([point(70, 20)], scheme_code=["A1"], scheme_name=["演示水厂"]),
        "water_points": layer([point(35, 15), point(10, 52)], point_code=["B1", "B2"]),
        "transformers": layer([point(60, 32), point(31, 41)], transformer_code=["T1", "T2"]),
        "base_stations": layer([point(50, 40), point(15, 15)], station_code=["G1", "G2"], technology=["4g", "2g"]),
        "groups": layer([point(61, 34), point(28, 44)], group_code=["52990010120101", "52990010020101"]),
    }


def without(layers: Mapping[str, pd.DataFrame], *names: str) -> dict[str, pd.DataFrame]:
    """The county without some layers."""
    return {name: frame for name, frame in layers.items() if name not in names}


def squares() -> np.ndarray:
    """All cells of the terrain as squares, shape (rows, columns)."""
    row, column = np.indices((ROWS, COLUMNS))
    west, north = X0 + column * CELL, Y0 - row * CELL
    return shapely.box(west, north - CELL, west + CELL, north)
