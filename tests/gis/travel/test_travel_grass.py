"""Travel times beside GRASS on the same rasters; where it is not installed, scikit-image and brute force stand alone (test_travel_times)."""

from math import inf

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gis.travel import WalkModel, minutes
from tests.gis.travel import grass_oracle
from tests.gis.travel.travel_cases import middle, surface

pytestmark = pytest.mark.skipif(not grass_oracle.is_there(), reason="GRASS is not installed")
CELL_M = 30.0
SHAPE = (110, 130)
STARTS = [(30, 40), (90, 115)]
TOLERANCE = 1e-3


def hills(relief_m):
    """Ground in single precision, with a hole of unknown height."""
    rough = gaussian_filter(np.random.default_rng(1).standard_normal(SHAPE), 6)
    heights = (rough / rough.std() * relief_m + 500).astype(np.float32)
    heights[60:64, 20:30] = np.nan
    return heights


def cover():
    """Factors of land from 1 to 4, with a barrier that leaves a gap."""
    factor = np.random.default_rng(2).uniform(1, 4, SHAPE).astype(np.float32)
    factor[50, 5:100] = inf
    return factor


def friction(factor, heights, flat_s_per_m):
    """The raster of r.walk that says the same; nobody walks where it is null."""
    blocked = np.isinf(factor) | np.isnan(heights)
    return np.where(blocked, np.nan, flat_s_per_m * (factor.astype(np.float64) - 1))


def ours(heights, factor, walk, neighbours, *, towards=False):
    ground = surface(heights, factor=factor, cell_m=CELL_M)
    return minutes(ground, middle(*STARTS, cell_m=CELL_M), walk, towards=towards, neighbours=neighbours).seconds


def the_same(seconds, theirs):
    assert (np.isfinite(seconds) == np.isfinite(theirs)).all()
    known = np.isfinite(theirs)
    assert known.sum() > 0.95 * known.size
    assert seconds[known] == pytest.approx(theirs[known], rel=TOLERANCE)


@pytest.mark.parametrize("neighbours", [8, 16])
def test_langmuir_equals_r_walk_with_its_default_parameters(tmp_path, neighbours):
    heights, factor = hills(60.0), cover()
    knight = "-k" if neighbours == 16 else ""
    theirs = grass_oracle.run(
        tmp_path, CELL_M, {"dem": heights, "friction": friction(factor, heights, 0.72)}, f"r.walk {knight} elevation=dem friction=friction", STARTS
    )
    the_same(ours(heights, factor, WalkModel("langmuir", 5.0), neighbours), theirs)


def test_langmuir_equals_r_walk_with_other_parameters(tmp_path):
    heights, factor = hills(150.0), cover()
    walk = WalkModel("langmuir", flat_kmh=4.0, b=7.5, c=1.5, d=-2.5, lambda_=0.6, slope_factor=-0.3)
    command = "r.walk -k elevation=dem friction=friction walk_coeff=0.9,7.5,1.5,-2.5 lambda=0.6 slope_factor=-0.3"
    theirs = grass_oracle.run(tmp_path, CELL_M, {"dem": heights, "friction": friction(factor, heights, 0.9)}, command, STARTS)
    the_same(ours(heights, factor, walk, 16), theirs)


def test_towards_the_clinic_equals_r_walk_on_ground_turned_upside_down(tmp_path):
    # r.walk only walks away from its starts. What is climbed on the way there is descended on the way back, and the other way round.
    heights, factor = hills(100.0), cover()
    rasters = {"dem": -heights, "friction": friction(factor, heights, 0.72)}
    theirs = grass_oracle.run(tmp_path, CELL_M, rasters, "r.walk -k elevation=dem friction=friction", STARTS)
    there = ours(heights, factor, WalkModel("langmuir", 5.0), 16, towards=True)
    the_same(there, theirs)
    back = ours(heights, factor, WalkModel("langmuir", 5.0), 16, towards=False)
    known = np.isfinite(there)
    assert np.abs(there[known] - back[known]).max() > 60


@pytest.mark.parametrize("neighbours", [8, 16])
def test_even_speeds_equal_r_cost(tmp_path, neighbours):
    heights, factor = hills(60.0), cover()
    cost = np.where(np.isnan(friction(factor, heights, 1.0)), np.nan, factor.astype(np.float64) * 0.9 * CELL_M)
    theirs = grass_oracle.run(tmp_path, CELL_M, {"cost": cost}, f"r.cost {'-k' if neighbours == 16 else ''} input=cost", STARTS)
    the_same(ours(heights, factor, WalkModel("isotropic", 4.0), neighbours), theirs)
