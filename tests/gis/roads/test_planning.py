"""The planning graph: prices by hand, and where roads may and may not meet."""

import geopandas as gpd
import numpy as np
import pytest

from gis.roads.drawn import Kind
from gis.roads.planning import NETWORK
from gis.roads.steiner import make_graph, shortest_from
from gis.roads.terminals import attach
from layers.errors import QueryError
from tests.gis.roads.road_cases import BOTTOM, COSTS, GRAVEL, GRAVEL_M, METRIC, NEW_M, PAVED, X0, flat, graph, line

MAIN = (line((50, 50), (1150, 50)), PAVED)


def cost_to(planning, *points):
    """Least cost from the network to places."""
    larger, node = attach(planning, np.array([(X0 + x, BOTTOM + y) for x, y in points]))
    return shortest_from(make_graph(larger.nodes, *larger.edges()), [NETWORK])[0][node]


def flat_earthwork_m(planning):
    return planning.prices.cell_m.min()


def test_new_road_over_level_ground_costs_what_a_metre_costs():
    planning = graph([MAIN])
    metre = flat_earthwork_m(planning)
    assert metre >= NEW_M - 1e-6
    # From a point of the road (every 30 m from its start) in the middle of a cell to that of the cell five cells north.
    assert cost_to(planning, (650, 550)) == pytest.approx([500 * metre])


def test_last_metres_are_new_road_and_a_road_that_touches_costs_nothing():
    planning = graph([MAIN])
    metre = flat_earthwork_m(planning)
    got = cost_to(planning, (550, 90), (550, 53), (550, 50))
    assert got == pytest.approx([40 * metre, 0, 0])


def test_a_track_costs_what_its_surface_says():
    track = (line((550, 50), (550, 1050)), GRAVEL)
    assert cost_to(graph([MAIN, track]), (550, 1050)) == pytest.approx([1000 * GRAVEL_M])


def test_upgrade_or_new_is_the_cheaper():
    detour = (line((550, 50), (50, 550), (550, 1050)), GRAVEL)
    planning = graph([MAIN, detour])
    metre = flat_earthwork_m(planning)
    assert cost_to(planning, (550, 1050)) == pytest.approx([min(1000 * metre, 1000 * np.sqrt(2) * GRAVEL_M)])


def test_good_road_beyond_a_doubtful_gap_costs_the_gap():
    free = (line((550, 60), (550, 1050)), {**PAVED, "road_class": "group"})
    planning = graph([MAIN, free])
    assert cost_to(planning, (550, 1050)) == pytest.approx([10 * flat_earthwork_m(planning)])


def test_a_road_being_built_costs_nothing():
    building = (line((550, 50), (550, 1050)), {**PAVED, "status": "building"})
    assert cost_to(graph([MAIN, building]), (550, 1050)) == pytest.approx([0])


def test_a_planned_road_costs_new_road_on_its_own_line():
    planned = (line((550, 50), (550, 1050)), {**PAVED, "status": "planned"})
    planning = graph([MAIN, planned])
    assert (planning.links.kind == Kind.PLANNED).any()
    assert cost_to(planning, (550, 1050)) == pytest.approx([1000 * flat_earthwork_m(planning)])


def test_a_project_costs_what_the_bureau_says():
    project = [(line((550, 50), (550, 1050)), {"decision": "may", "cost_cny": 50_000.0})]
    planning = graph([MAIN], projects=project)
    assert cost_to(planning, (550, 1050), (550, 550)) == pytest.approx([50_000, 25_000])


def test_a_project_that_is_built_anyway_is_spent_already():
    project = [(line((550, 50), (550, 1050)), {"decision": "must", "cost_cny": 50_000.0})]
    planning = graph([MAIN], projects=project)
    assert cost_to(planning, (550, 1050)) == pytest.approx([0])
    assert planning.must_cny == pytest.approx(50_000)


def test_no_new_road_begins_on_a_bridge():
    """A paved bridge over everything: only its ends are on the ground."""
    bridge = (line((50, 650), (1150, 650)), {**PAVED, "bridge": True})
    feeder = (line((50, 50), (50, 650)), PAVED)
    planning = graph([MAIN, feeder, bridge])
    assert cost_to(planning, (650, 650)) == pytest.approx([500 * flat_earthwork_m(planning)])


def test_a_track_under_a_bridge_is_not_connected_by_it():
    bridge = (line((550, 650), (1150, 650)), {**PAVED, "bridge": True})
    under = (line((850, 550), (850, 1150)), GRAVEL)
    planning = graph([MAIN, bridge, under])
    assert cost_to(planning, (850, 1150)) > 300 * GRAVEL_M + 200 * NEW_M


def test_joins_and_tracks_over_a_river_pay_for_it():
    river = gpd.GeoDataFrame(geometry=[line((0, 70), (1200, 70))], crs=METRIC)
    track = (line((250, 50), (250, 1050)), GRAVEL)
    planning = graph([MAIN, track], rivers=river, ground=flat(river=[(11, column) for column in range(12)]))
    metre = flat_earthwork_m(planning)
    bridge, culvert = COSTS.crossing.bridge_cny * COSTS.paid, COSTS.crossing.culvert_cny.value * COSTS.paid
    assert cost_to(planning, (650, 90), (250, 1050)) == pytest.approx([40 * metre + bridge, 1000 * GRAVEL_M + culvert])


def test_forbidden_cells_are_no_nodes_and_are_gone_around():
    wall = [(6, column) for column in range(1, 12)]
    straight, around = cost_to(graph([MAIN]), (950, 1050)), cost_to(graph([MAIN], ground=flat(forbidden=wall)), (950, 1050))
    assert around > 1.5 * straight


def test_without_a_network_there_is_nothing_to_hang_on():
    with pytest.raises(QueryError, match="没有一条能认定的硬化路网"):
        graph([(line((0, 50), (1200, 50)), GRAVEL)])


def test_same_input_same_bytes():
    track = (line((550, 50), (50, 550), (550, 1050)), GRAVEL)
    one, two = graph([MAIN, track]), graph([MAIN, track])
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one.edges(), two.edges(), strict=True))
