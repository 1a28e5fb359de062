"""Walking speeds by slope against published numbers, and numbers that are refused."""

from math import exp, inf

import numpy as np
import pytest

from gis.travel import Speeds, WalkModel, langmuir, tobler
from layers.errors import QueryError


def test_tobler_is_the_published_curve_at_its_own_speed_on_the_flat():
    # Tobler 1993: 6 km/h on -5 %, 5.04 on the flat, symmetric about -5 %.
    own = 6 * exp(-0.175)
    speed = 3.6 / tobler([-0.05, 0.0, -0.10, 0.10, -0.30], own)
    assert own == pytest.approx(5.036742)
    assert speed == pytest.approx([6.0, own, own, 6 * exp(-0.525), 6 * exp(-0.875)])


def test_tobler_keeps_its_shape_at_another_speed():
    slope = np.linspace(-1, 1, 41)
    assert tobler(slope, 4.0) == pytest.approx(tobler(slope, 8.0) * 2)
    assert tobler(0.0, 4.0) == 0.9


def test_langmuir_is_the_formula_of_r_walk():
    # a 0.72, b 6, c 1.9998, d -1.9998; the slope factor itself is moderate.
    slope = [0.0, 0.1, -0.1, -0.2125, -0.3]
    assert langmuir(slope) == pytest.approx([0.72, 1.32, 0.52002, 0.72 - 0.2125 * 1.9998, 0.72 + 0.3 * 1.9998])


def test_land_multiplies_the_time_but_adds_friction_for_langmuir():
    uphill = 0.1
    assert WalkModel("tobler", 4.0).seconds_per_m(uphill, 2.0) == pytest.approx(2 * 0.9 * exp(0.35))
    assert WalkModel("isotropic", 4.0).seconds_per_m([uphill, -5.0], 2.0) == pytest.approx([1.8, 1.8])
    assert WalkModel("langmuir", 5.0, lambda_=0.5).seconds_per_m(uphill, 3.0) == pytest.approx(1.32 + 0.5 * 0.72 * 2)
    assert WalkModel("langmuir", 5.0, lambda_=0.0).seconds_per_m(uphill, [3.0, inf]) == pytest.approx([1.32, inf])


def test_steeper_than_the_limit_nobody_walks():
    walk = WalkModel("tobler", 4.0, slope_max=0.5)
    assert np.isinf(walk.seconds_per_m([-0.51, 0.51])).all()
    assert np.isfinite(walk.seconds_per_m([-0.5, 0.5])).all()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "cycling"}, "cycling"),
        ({"flat_kmh": 0.0}, "平地步行速度"),
        ({"flat_kmh": inf}, "平地步行速度"),
        ({"slope_max": 0.0}, "最大坡度"),
        ({"slope_max": float("nan")}, "最大坡度"),
        ({"kind": "langmuir", "b": -1.0}, "b ≥ 0"),
        ({"kind": "langmuir", "d": 2.0}, "d ≤ 0"),
        ({"kind": "langmuir", "c": 9.0}, "c = 9 过大"),
        ({"kind": "langmuir", "lambda_": float("nan")}, "有限"),
    ],
)
def test_models_by_which_nobody_could_walk_are_refused(wrong, told):
    with pytest.raises(QueryError, match=told):
        WalkModel(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"land_factor": {"forest": 0.0}},
        {"land_factor": {"forest": float("nan")}},
        {"road_kmh": {"gravel": -3.0}},
        {"road_kmh": {"gravel": inf}},
        {"unknown_road_kmh": 0.0},
        {"river_factor": -1.0},
    ],
)
def test_speeds_out_of_range_are_refused(wrong):
    with pytest.raises(QueryError, match="不能用"):
        Speeds(**{"land_factor": {}, "road_kmh": {}, **wrong})


def test_a_road_of_unknown_surface_is_as_slow_as_the_slowest():
    assert Speeds({}, {"gravel": 15.0, "earth": 10.0}).slowest_road_kmh == 10.0
    assert Speeds({}, {"gravel": 15.0}, unknown_road_kmh=12.0).slowest_road_kmh == 12.0
    assert Speeds({}, {}).slowest_road_kmh is None
