"""Earthwork of a side-hill section: by hand, by area of drawn polygons, and by what must hold on every slope."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.costs import CostSet, load_costs
from gis.roads.earthwork import cheapest_section, earthwork_price, earthwork_table, priced, section_areas

COSTS = load_costs()
SLOPES = st.floats(0, 1.0)
HEIGHTS = st.floats(-6, 5)
WIDTH = 4.5


def _equal_prices() -> CostSet:
    return load_costs(overrides={"earthwork": {"cut_cny_per_m3": 10, "fill_cny_per_m3": 10}, "design": {"cut_batter": 1, "fill_batter": 1}})


def test_level_ground_needs_no_earthwork() -> None:
    assert earthwork_table(COSTS)[0] == 0
    assert [float(area) for area in section_areas(0, 0, COSTS)] == [0, 0]


def test_a_side_slope_by_hand() -> None:
    # t = 0.3, p = 25, q = 10, n = 0.5, m = 1.5: P = 25 / 0.85 = 29.41, Q = 10 / 0.55 = 18.18; ½ · 4.5² · 0.3 · P·Q/(P+Q) = 34.13 元/m.
    assert float(earthwork_price(earthwork_table(COSTS), 0.3)) == pytest.approx(34.13, abs=0.01)
    # The bench lies 4.5 · Q / (P + Q) = 1.719 m in cut: cut 1.719² · 0.3 / 1.7 = 0.5214 m², fill 2.781² · 0.3 / 1.1 = 2.1093 m².
    cut, fill = section_areas(0, 0.3, COSTS)
    assert float(cut) == pytest.approx(0.5214, abs=1e-3)
    assert float(fill) == pytest.approx(2.1093, abs=1e-3)


def test_equal_prices_and_batters_balance_about_the_centre_line_on_gentle_slopes() -> None:
    cut, fill = section_areas(0, 0.4, _equal_prices())
    assert float(cut) == pytest.approx(float(fill))
    assert float(cut) == pytest.approx((WIDTH / 2) ** 2 * 0.4 / (2 * 0.6))


def test_full_bench_where_the_fill_would_never_meet_the_ground() -> None:
    for slope in (2 / 3, 0.7, 0.9):
        cut, fill = section_areas(0, slope, COSTS)
        assert float(fill) == 0
        assert float(cut) == pytest.approx(WIDTH**2 * slope / (2 * (1 - 0.5 * slope)))
    just_before = section_areas(0, 2 / 3 - 1e-9, COSTS)
    assert float(priced(*just_before, COSTS)) == pytest.approx(float(priced(*section_areas(0, 2 / 3, COSTS), COSTS)), rel=1e-6)


def test_the_ordinary_slope_costs_the_price_of_the_plan() -> None:
    ordinary = 0.3
    for name, wan_per_km in (("mountain-2017", 40.0), ("mountain-2018", 63.2)):
        costs = load_costs(name)
        earthwork = float(earthwork_price(earthwork_table(costs), ordinary)) * 1000
        assert (costs.new.road_cny_per_km.value + earthwork) * costs.paid / 1e4 == pytest.approx(wan_per_km, abs=0.15)


def test_a_level_cut_and_a_level_fill_are_trapezia() -> None:
    cut, fill = section_areas(-2, 0, COSTS)
    assert (float(cut), float(fill)) == (pytest.approx(2 * WIDTH + 2 * 2 * 2 * 0.5 / 2), 0)
    cut, fill = section_areas(3, 0, COSTS)
    assert (float(cut), float(fill)) == (0, pytest.approx(3 * WIDTH + 2 * 3 * 3 * 1.5 / 2))


@settings(max_examples=200, deadline=None)
@given(HEIGHTS, st.floats(0, 0.49))
def test_areas_are_those_of_the_drawn_section(height: float, slope: float) -> None:
    base = cheapest_section(slope, COSTS)
    inner, outer = (float(edge) for edge in base.edges(height))
    far = 100.0
    # x runs uphill from the outer edge; the ground is a line, the road is bench and batters.
    ground = [(-far, outer - slope * far), (WIDTH + far, inner + slope * far)]
    road = [
        (-far, (far / 0.5) if outer > 0 else (-far / 1.5)),
        (0, 0),
        (WIDTH, 0),
        (WIDTH + far, (far / 0.5) if inner > 0 else (-far / 1.5)),
    ]
    xs = np.unique(np.concatenate([np.linspace(-far, WIDTH + far, 20_001), [0, WIDTH]]))
    over = np.interp(xs, *zip(*ground, strict=True)) - np.interp(xs, *zip(*road, strict=True))
    # Beyond the toe of a batter the road is the ground.
    inside = (xs >= 0) & (xs <= WIDTH)
    over = np.where(inside, over, np.where(xs < 0, _until_toe(over, outer), _until_toe(over, inner)))
    cut, fill = section_areas(height, slope, COSTS)
    assert float(cut) == pytest.approx(np.trapezoid(np.maximum(over, 0), xs), rel=2e-3, abs=0.02)
    assert float(fill) == pytest.approx(np.trapezoid(np.maximum(-over, 0), xs), rel=2e-3, abs=0.02)


def _until_toe(over: np.ndarray, at_edge: float) -> np.ndarray:
    return np.maximum(over, 0) if at_edge > 0 else np.minimum(over, 0)


def test_areas_are_those_of_polygons() -> None:
    # Height 1 m of fill on a slope of 0.2, drawn with shapely.
    base = cheapest_section(0.2, COSTS)
    inner, outer = (float(edge) for edge in base.edges(1.0))
    toe_out = -outer * 1.5 / (1 - 1.5 * 0.2)
    toe_in = -inner * 1.5 / (1 + 1.5 * 0.2)
    assert inner < 0
    body = shapely.Polygon([(-toe_out, outer - 0.2 * toe_out), (0, 0), (WIDTH, 0), (WIDTH + toe_in, inner + 0.2 * toe_in)])
    cut, fill = section_areas(1.0, 0.2, COSTS)
    assert float(cut) == 0
    assert float(fill) == pytest.approx(body.area)


@settings(max_examples=200, deadline=None)
@given(SLOPES, SLOPES)
def test_steeper_is_never_cheaper(one: float, other: float) -> None:
    table = earthwork_table(COSTS)
    low, high = sorted((one, other))
    assert earthwork_price(table, low) <= earthwork_price(table, high)


@settings(max_examples=300, deadline=None)
@given(HEIGHTS, SLOPES)
def test_leaving_the_ground_is_never_cheaper(height: float, slope: float) -> None:
    base = float(priced(*section_areas(0, slope, COSTS), COSTS))
    assert float(priced(*section_areas(height, slope, COSTS), COSTS)) >= base - 1e-9 * base


@settings(max_examples=200, deadline=None)
@given(SLOPES, st.floats(0, 6), st.floats(0, 6))
def test_deeper_cuts_take_more_earth(slope: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert section_areas(-low, slope, COSTS)[0] <= section_areas(-high, slope, COSTS)[0] + 1e-12
    assert section_areas(low, slope, COSTS)[1] <= section_areas(high, slope, COSTS)[1] + 1e-12


def test_the_cheapest_width_is_the_cheapest_of_many() -> None:
    slope, n, m = 0.45, 0.5, 1.5
    width = np.linspace(0, WIDTH, 100_001)
    price = 25 * width**2 * slope / (2 * (1 - n * slope)) + 10 * (WIDTH - width) ** 2 * slope / (2 * (1 - m * slope))
    assert float(cheapest_section(slope, COSTS).in_cut) == pytest.approx(width[price.argmin()], abs=1e-4)
    assert float(earthwork_price(earthwork_table(COSTS), slope)) == pytest.approx(price.min(), rel=1e-3)


@pytest.mark.parametrize("own", [{"cut_cny_per_m3": 0}, {"fill_cny_per_m3": 0}, {"cut_cny_per_m3": 0, "fill_cny_per_m3": 0}])
def test_free_earth_and_upright_batters_stay_finite(own: dict[str, float]) -> None:
    costs = load_costs(overrides={"earthwork": own, "design": {"cut_batter": 0, "fill_batter": 0}})
    table = earthwork_table(costs)
    assert np.isfinite(table).all()
    assert (np.diff(table) >= 0).all()


def test_table_is_finite_and_ends_where_it_says() -> None:
    table = earthwork_table(COSTS)
    assert table.shape == (256,)
    assert table.dtype == np.float64
    assert np.isfinite(table).all()
    assert earthwork_price(table, [-0.3, 9.0]).tolist() == [earthwork_price(table, 0.3), table[-1]]
