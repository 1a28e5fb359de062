"""Lines over ground whose answer is known by hand, and the search against an exhaustive graph."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis.roads.alignment import Flag, align, engineer
from gis.roads.bridges import see_water
from gis.roads.costs import load_costs
from gis.roads.ground import Ground
from gis.roads.search import HEADINGS, Limits, Prices, find_way, turn_prices
from gis.roads.water import see_rivers
from gis.roads.window import Sheet

COSTS = load_costs()
CELL = 30.0


def ground(height, *, rows=60, columns=60, forbidden=None, rivers=()):
    """A grid whose lower left corner is the origin; `height`, `forbidden` are functions of x, y, `rivers` shapes."""
    y, x = np.mgrid[rows - 0.5 : 0 : -1, 0.5:columns] * CELL
    factor = np.where(forbidden(x, y), np.inf, 1.0) if forbidden else np.ones(x.shape)
    return Ground(
        heights=np.asarray(height(x, y) * np.ones(x.shape), dtype=np.float32),
        factor=factor.astype(np.float32),
        river=np.zeros(x.shape, dtype=bool),
        codes=np.isinf(factor).astype(np.uint8),
        constraints=("redlines",),
        x0=0.0,
        y0=rows * CELL,
        cell_m=CELL,
        crs=CRS.from_epsg(4544),
        water=water(*rivers),
    )


def water(*rivers):
    """Shapes as a river layer of 12 m for lines."""
    return see_water(see_rivers(gpd.GeoDataFrame(geometry=list(rivers), crs=CRS.from_epsg(4544)), CRS.from_epsg(4544), width_m=12.0))


def level(x, y):
    return 100.0


def test_on_level_ground_the_line_is_straight_and_costs_the_pavement():
    found = align(ground(level), COSTS, (100, 200), (1300, 1000))
    distance = np.hypot(1200, 800)
    assert found.length_m == pytest.approx(distance, rel=1e-3)
    assert found.flag.max() == Flag.FINE
    assert found.cut_m3 + found.fill_m3 == pytest.approx(0, abs=1)
    price = COSTS.new.road_cny_per_km.value / 1000 * distance * (1 + COSTS.overhead_share.value)
    assert found.cost_cny == pytest.approx(price, rel=2e-3)
    assert sum(found.costs.values()) == found.cost_cny


def test_up_a_plane_of_20_percent_the_line_traverses():
    found = align(ground(lambda _, y: 0.2 * y), COSTS, (900, 300), (900, 900))
    rise = 0.2 * 600
    assert found.flagged_m == 0
    assert found.grade_max <= 0.12 + 1e-4
    assert rise / 0.12 <= found.length_m <= 1.3 * rise / 0.12
    assert found.developed_m == pytest.approx(found.length_m)


def test_up_a_cone_of_35_percent_hairpins_keep_grade_and_radius():
    found = align(ground(lambda x, y: 400 - 0.35 * np.hypot(x - 900, y - 900)), COSTS, (900, 300), (900, 800))
    assert found.flagged_m <= 0.05 * found.length_m
    assert found.length_m >= 0.35 * 500 / 0.12 * 0.98
    assert found.line.is_simple


def test_above_2000_m_the_grade_is_8_percent():
    found = align(ground(lambda _, y: 2100 + 0.1 * y), COSTS, (900, 300), (900, 900))
    assert found.grade_max <= 0.08 + 1e-4
    assert found.length_m >= 60 / 0.08


def test_a_forbidden_wall_is_gone_around():
    wall = ground(level, forbidden=lambda x, y: (abs(x - 900) < 60) & (y < 1200))
    found = align(wall, COSTS, (300, 600), (1500, 600), margin_m=200)
    assert found.overlaps == {"redlines": 0.0}
    assert found.flagged_m == 0
    assert found.length_m >= 2 * np.hypot(600 - 60, 600) + 120


def test_where_there_is_no_way_the_shortest_forbidden_stretch_is_flagged():
    wall = ground(level, forbidden=lambda x, _: abs(x - 900) < 60)
    found = align(wall, COSTS, (300, 600), (1500, 600))
    assert found.overlaps["redlines"] == pytest.approx(120, abs=20)
    assert set(found.flag.tolist()) == {Flag.FINE, Flag.FORBIDDEN}
    assert 120 <= found.flagged_m <= 180


def test_unknown_ground_is_gone_around_and_told_where_it_is_not():
    hole = ground(lambda x, y: np.where((abs(x - 900) < 100) & (y < 900), np.nan, 100.0))
    assert align(hole, COSTS, (300, 700), (1500, 700)).flagged_m == 0
    straight = engineer(shapely.LineString([(300, 400), (1500, 400)]), hole, COSTS, kind="upgrade")
    assert (straight.flag == Flag.UNKNOWN).sum() >= 18
    assert np.isnan(straight.ground_m[straight.flag == Flag.UNKNOWN]).all()


def test_a_line_beyond_the_heights_is_unknown_and_not_fine():
    beyond = engineer(shapely.LineString([(-900, -900), (-300, -900)]), ground(level), COSTS, kind="upgrade")
    assert (beyond.flag == Flag.UNKNOWN).all()
    assert beyond.flagged_m == pytest.approx(600)
    assert np.isnan(beyond.grade_max)
    assert beyond.cost_cny > 0


def test_a_river_is_crossed_once_and_the_bridge_paid():
    found = align(ground(level, rivers=[shapely.LineString([(885, 0), (885, 1800)])]), COSTS, (300, 615), (1500, 615))
    assert found.crossings == 1
    assert found.bridge_m == pytest.approx(COSTS.crossing.river_width_m.value, rel=0.01)
    assert found.costs["bridge_cny"] == COSTS.crossing.bridge_cny_per_m.value * found.bridge_m


def test_wide_water_is_bridged_where_it_is_narrow():
    lake = shapely.Polygon([(700, 0), (1100, 0), (1100, 700), (910, 800), (910, 1800), (890, 1800), (890, 800), (700, 700)])
    found = align(ground(level, rivers=[lake]), COSTS, (300, 615), (1500, 615))
    assert (found.crossings, found.flagged_m) == (1, 0)
    assert found.bridge_m == pytest.approx(20, rel=0.1)


def test_down_a_winding_valley_the_road_stays_on_one_bank():
    x = np.arange(0, 1801, 5.0)
    river = shapely.LineString(np.column_stack([x, 900 + 60 * np.sin(x / 90)]))
    valley = ground(lambda _, y: 300 + 0.35 * abs(y - 900), rivers=[river])
    one_bank = align(valley, COSTS, (100, 1010), (1700, 1010))
    assert (one_bank.crossings, one_bank.bridge_m) == (0, 0)
    assert align(valley, COSTS, (100, 1010), (1700, 790)).crossings == 1


def test_a_track_keeps_its_course_and_pays_for_paving_alone():
    track = shapely.LineString([(300, 300), (600, 320), (600, 900)])
    found = engineer(track, ground(lambda _, y: 0.2 * y), COSTS, kind="upgrade", surface="gravel")
    assert found.line.equals(track)
    assert found.costs["road_cny"] == pytest.approx(COSTS.upgrade.gravel_cny_per_km.value * track.length / 1000)
    assert (found.cut_m3, found.fill_m3, found.costs["development_cny"]) == (0, 0, 0)
    assert Flag.DEVELOP in found.flag  # 20 % straight up
    dearer = engineer(track, ground(level), COSTS, kind="upgrade", surface="earth")
    assert dearer.cost_cny > found.cost_cny
    assert set(dearer.flag.tolist()) == {Flag.FINE, Flag.TIGHT}  # the corner


def test_a_project_is_priced_as_new_with_the_missing_length():
    steep = engineer(shapely.LineString([(900, 300), (900, 900)]), ground(lambda _, y: 0.2 * y), COSTS, kind="project")
    assert steep.developed_m == pytest.approx(1000, rel=0.02)
    per_metre = COSTS.new.road_cny_per_km.value / 1000 * COSTS.new.excess_factor.value
    assert steep.costs["development_cny"] == pytest.approx(per_metre * (steep.developed_m - 600))
    assert engineer(steep.line, ground(level), COSTS, kind="committed").cost_cny == 0


def test_ends_are_exact_and_the_same_bytes_come_again():
    hills = ground(lambda x, y: 300 + 80 * np.sin(x / 170) + 90 * np.cos(y / 210))
    one, other = (align(hills, COSTS, (123.4, 234.5), (1357.9, 1456.7)) for _ in range(2))
    assert one.line.coords[0] == pytest.approx((123.4, 234.5))
    assert one.line.coords[-1] == pytest.approx((1357.9, 1456.7))
    assert shapely.to_wkb(one.line) == shapely.to_wkb(other.line)
    assert one.design_m.tobytes() == other.design_m.tobytes()
    assert one.cost_cny == other.cost_cny


def test_a_corridor_is_followed_and_long_ones_are_designed_in_pieces():
    around = shapely.LineString([(100, 100), (100, 3500), (3500, 3500)])
    found = align(ground(level, rows=120, columns=120), COSTS, (100, 100), (3500, 3500), corridor=around, margin_m=100)
    assert shapely.hausdorff_distance(found.line, around) < 900
    assert found.length_m < around.length


@pytest.mark.parametrize("metres", [2.0, 11.0, 14.0])
def test_very_short_lines(metres):
    found = align(ground(level), COSTS, (600, 600), (600 + metres, 600))
    assert found.length_m == pytest.approx(metres)
    assert found.flagged_m == 0


def test_a_line_without_length_is_refused():
    with pytest.raises(ValueError, match="same point"):
        align(ground(level), COSTS, (600, 600), (600, 600))
    with pytest.raises(ValueError, match="two different points"):
        engineer(shapely.LineString([(1, 1), (1, 1)]), ground(level), COSTS, kind="upgrade")


PRICES = Prices(base=300, earthwork=np.zeros(256), excess=0, missing=0, turn=90, bridge=0, steep=1)
LIMITS = Limits(grade=0.12, grade_high=0.08, high_m=2000, cut_m=6, fill_m=5, radius_m=15, cross_slope=1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([1.0, 1.0, 3.0, np.inf]), min_size=30, max_size=30))
def test_the_search_equals_an_exhaustive_one(factors):
    factor = np.array(factors).reshape(5, 6)
    factor[0, 0] = factor[4, 5] = 1.0
    flat = np.zeros((5, 6))
    sheet = Sheet(flat, factor, flat == 0, (0.0, 0.0), (13.0, 0.0), (0, 0), (4, 5))
    found, expected = find_way(sheet, PRICES, LIMITS), exhaustive(factor)
    assert (None if found is None else pytest.approx(found.cost)) == expected


def exhaustive(factor):
    """Dijkstra by networkx over (row, column, heading), each move written out; None if there is no way."""
    turns, graph = turn_prices(13.0, 15.0, 90.0), nx.DiGraph()
    graph.add_nodes_from(["start", "end"])
    for row, column in np.ndindex(factor.shape):
        for k, (down, right) in enumerate(HEADINGS):
            passed = [(row, column), (row + down, column + right)]
            if abs(down) == 2:
                passed += [(row + down // 2, column), (row + down // 2, column + right)]
            elif abs(right) == 2:
                passed += [(row, column + right // 2), (row + down, column + right // 2)]
            if not all(0 <= r < 5 and 0 <= c < 6 and np.isfinite(factor[r, c]) for r, c in passed):
                continue
            price = 300 * 13 * np.hypot(down, right) * np.mean([factor[place] for place in passed])
            for before in [k] if (row, column) == (0, 0) else np.flatnonzero(np.isfinite(turns[:, k])):
                turn = 0 if (row, column) == (0, 0) else turns[before, k]
                origin = "start" if (row, column) == (0, 0) else (row, column, int(before))
                target = "end" if passed[1] == (4, 5) else (*map(int, passed[1]), k)
                graph.add_edge(origin, target, weight=price + turn)
    try:
        return nx.dijkstra_path_length(graph, "start", "end")
    except nx.NetworkXNoPath:
        return None


def test_quarter_turns_need_two_bends_and_back_turns_more():
    turns = turn_prices(12.43, 15.0, 1.0)
    heading = [tuple(step) for step in HEADINGS.tolist()]
    east, north_east, north, west = (heading.index(step) for step in ((0, 1), (1, 1), (1, 0), (0, -1)))
    assert turns[east, north_east] == pytest.approx(np.pi / 4)
    assert np.isinf(turns[east, north])
    assert np.isinf(turns[east, west])
    assert turns == pytest.approx(turns.T)
