"""Heights at points: bilinear, honest about what is not known."""

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely.geometry import Point

from gis.terrain import Terrain

ZONE = CRS.from_epsg(4544)
# 10 m cells; the outer corner of the first cell stands at (500000, 2770000).
GRID = Affine(10, 0, 500000, 0, -10, 2770000)


def terrain(array, nodata=None):
    return Terrain(np.asarray(array), GRID, ZONE, nodata)


def points(*xy, crs=ZONE):
    return gpd.GeoSeries([None if p is None else Point(p) for p in xy], crs=crs)


def test_a_cell_centre_has_the_cell_value_and_the_middle_has_the_mean():
    heights = terrain([[100, 200], [300, 400]]).sample(points((500005, 2769995), (500015, 2769985), (500010, 2769990), (500010, 2769995)))
    assert heights.tolist() == [100, 400, 250, 150]


def test_in_the_outer_half_cell_the_border_value_holds_and_outside_nothing_is_known():
    heights = terrain([[100, 200], [300, 400]]).sample(points((500001, 2769999), (499999, 2769995), (500005, 2770001), (500021, 2769995)))
    assert heights[0] == 100
    assert np.isnan(heights[1:]).all()


def test_missing_points_have_no_height():
    heights = terrain([[1.0, 1.0], [1.0, 1.0]]).sample(points((500010, 2769990), None))
    assert heights[0] == 1
    assert np.isnan(heights[1])


@pytest.mark.parametrize("nodata", [-9999, float("nan")])
def test_nodata_spoils_only_what_it_counts_in(nodata):
    grid = terrain([[100.0, nodata], [100.0, 100.0]], None if np.isnan(nodata) else nodata)
    heights = grid.sample(points((500010, 2769990), (500005, 2769985), (500005, 2769990)))
    assert np.isnan(heights[0])
    assert heights[1:].tolist() == [100, 100]


def test_points_in_degrees_are_moved_into_the_grid():
    lon, lat = Transformer.from_crs(ZONE, 4490, always_xy=True).transform(500015, 2769985)
    height = terrain([[100, 200], [300, 400]]).sample(points((lon, lat), crs=4490))
    assert height[0] == pytest.approx(400, abs=1e-3)


@settings(deadline=None, max_examples=50)
@given(a=st.floats(-2, 2), b=st.floats(-2, 2), c=st.floats(-500, 500), u=st.floats(0.5, 7.5), v=st.floats(0.5, 5.5))
def test_a_plane_is_reproduced_exactly(a, b, c, u, v):
    rows, columns = np.mgrid[0:6, 0:8] + 0.5
    height = terrain(a * columns + b * rows + c).sample(points((500000 + 10 * u, 2770000 - 10 * v)))
    assert height[0] == pytest.approx(a * u + b * v + c, abs=1e-6)
