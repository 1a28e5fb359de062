"""Masks in two bounds, anchors, and what hangs on the county's network."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from gis.network import build_network, connected, existing_mask, find_anchors, hardened_mask, standard_mask
from gis.standards import load_standard

CRS = "EPSG:4545"
STANDARD = load_standard(["guizhou-2017"])
ROAD, RULE = STANDARD.road, STANDARD.network


def strings(values) -> pd.Series:
    return pd.Series(values, dtype="string")


def roads(lines, **columns) -> gpd.GeoDataFrame:
    typed = {name: strings(values) for name, values in columns.items()}
    return gpd.GeoDataFrame({"road_code": strings([f"R{i}" for i in range(len(lines))]), **typed}, geometry=list(lines), crs=CRS)


def net(lines, **columns):
    return build_network(roads(lines, **columns), crs=CRS, touch_m=3.5, doubt_m=20)


def everything(network):
    full = np.ones(len(network.edges), dtype=bool)
    return full, full


def hanging(network, *, low=None, high=None, **kwargs):
    low = everything(network)[0] if low is None else np.asarray(low)
    high = low if high is None else np.asarray(high)
    anchors = find_anchors(network, low, high, rule=RULE, **kwargs)
    sure = connected(network, low, anchors=anchors, doubtful=False)
    maybe = connected(network, high, anchors=anchors, doubtful=True)
    return anchors, sure.tolist(), maybe.tolist()


# ---- masks


def test_hardened_knows_yes_no_and_unknown():
    edges = pd.DataFrame({"surface": strings(["cement_concrete", "asphalt", "gravel", "earth", "unpaved", "block", None])})
    low, high = hardened_mask(edges, ROAD)
    assert low.tolist() == [True, True, False, False, False, False, False]
    assert high.tolist() == [True, True, False, False, False, False, True]


def test_paved_without_saying_with_what_is_possible_where_the_standard_does_not_list_it():
    strict = load_standard(["guizhou-2017"], overrides={"road.surfaces_accepted": ["cement_concrete", "asphalt"]}).road
    edges = pd.DataFrame({"surface": strings(["paved"])})
    assert [mask.tolist() for mask in hardened_mask(edges, ROAD)] == [[True], [True]]
    assert [mask.tolist() for mask in hardened_mask(edges, strict)] == [[False], [True]]


def test_planned_and_building_roads_never_count():
    edges = pd.DataFrame({"surface": strings(["asphalt"] * 4), "status": strings(["existing", "building", "planned", None])})
    assert [mask.tolist() for mask in hardened_mask(edges, ROAD)] == [[True, False, False, True]] * 2
    wary = load_standard(["guizhou-2017"], overrides={"road.status_missing_exists": False}).road
    assert [mask.tolist() for mask in hardened_mask(edges, wary)] == [[True, False, False, False], [True, False, False, True]]
    assert [mask.tolist() for mask in existing_mask(edges, wary)] == [[True, False, False, False], [True, False, False, True]]


def test_without_the_columns_everything_is_possible_and_nothing_certain():
    edges = pd.DataFrame({"road_code": strings(["a", "b"])})
    assert [mask.tolist() for mask in hardened_mask(edges, ROAD)] == [[False, False], [True, True]]
    assert [mask.tolist() for mask in existing_mask(edges, ROAD)] == [[True, True], [True, True]]
    assert [mask.tolist() for mask in standard_mask(edges, ROAD)] == [[False, False], [True, True]]


@pytest.mark.parametrize(
    ("pavement", "roadbed", "bays", "low", "high"),
    [
        (3.5, 4.5, 3, True, True),
        (3.4, 4.5, 3, False, False),
        (3.5, 4.4, 3, False, False),
        (3.5, 4.5, 2, False, False),
        (5.5, 6.5, 0, True, True),  # wide enough to need no passing bays
        (5.5, 6.5, None, True, True),
        (5.5, 6.4, None, False, True),
        (None, 4.5, 3, False, True),
        (None, 4.5, 1, False, False),
        (3.5, None, None, False, True),
    ],
)
def test_the_full_standard(pavement, roadbed, bays, low, high):
    widths = {"pavement_width_m": pavement, "roadbed_width_m": roadbed, "passing_bays_per_km": bays}
    numbers = {name: pd.Series([value], dtype="Float64") for name, value in widths.items()}
    edges = pd.DataFrame({"surface": strings(["asphalt"]), **numbers})
    assert [mask.tolist() for mask in standard_mask(edges, ROAD)] == [[low], [high]]


# ---- anchors

CHAIN = [LineString([(0, 0), (1000, 0)]), LineString([(1000, 0), (1500, 0)]), LineString([(1510, 0), (2000, 0)]), LineString([(5000, 0), (5100, 0)])]


def test_what_hangs_on_a_county_road_hangs_on_the_network():
    network = net(CHAIN, road_class=["county", "village", "group", "group"])
    anchors, sure, maybe = hanging(network)
    assert anchors.rule == "classes"
    assert sure == [True, True, False, False]
    assert maybe == [True, True, True, False]


def test_only_roads_of_the_mask_carry_the_connection():
    network = net(CHAIN, road_class=["county", "village", "group", "group"])
    _, sure, maybe = hanging(network, low=[True, False, True, True])
    assert sure == [True, False, False, False]
    assert maybe == [True, False, False, False]


def test_a_county_road_that_is_not_hardened_itself_carries_no_hardened_road():
    network = net(CHAIN, road_class=["county", "village", "group", "group"])
    _, sure, maybe = hanging(network, low=[False, True, True, True])
    assert not any(sure)
    assert not any(maybe)


def test_a_missing_class_may_be_a_trunk_road_but_is_none_for_certain():
    network = net(CHAIN, road_class=["county", "village", "group", None])
    _, sure, maybe = hanging(network)
    assert sure == [True, True, False, False]
    assert maybe == [True, True, True, True]


def test_a_scrap_of_county_road_is_only_a_possible_anchor():
    lines = [*CHAIN, LineString([(9000, 0), (9060, 0)])]
    network = net(lines, road_class=["county", "village", "group", "group", "county"])
    _, sure, maybe = hanging(network)
    assert (sure[4], maybe[4]) == (False, True)


def test_planned_trunk_roads_anchor_nothing():
    network = net(CHAIN, road_class=["county", "village", "group", "group"], status=["planned", "existing", "existing", "existing"])
    anchors, sure, _ = hanging(network, low=[False, True, True, True])
    assert anchors.rule == "longest"
    assert sure == [False, True, False, False]


def test_declared_points_anchor_what_is_near_them():
    network = net(CHAIN, road_class=["village"] * 4)
    points = gpd.GeoDataFrame(geometry=[Point(5000, 15)], crs=CRS).to_crs("EPSG:4490")
    anchors, sure, _ = hanging(network, points=points)
    assert anchors.rule == "points"
    assert sure == [False, False, False, True]


def test_without_trunk_roads_those_that_reach_the_county_line_stand_in():
    network = net(CHAIN, road_class=["village"] * 4)
    outline = gpd.GeoDataFrame(geometry=[box(-500, -500, 5050, 500)], crs=CRS)
    anchors, sure, _ = hanging(network, outline=outline)
    assert anchors.rule == "outline"
    assert sure == [False, False, False, True]
    with_trunk = net(CHAIN, road_class=["county", "village", "village", "village"])
    anchors, sure, maybe = hanging(with_trunk, outline=outline)
    assert (anchors.rule, sure[3], maybe[3]) == ("classes", False, True)  # beyond the line we cannot see


def test_without_anything_the_longest_piece_stands_for_the_network_and_says_so():
    for network in (net(CHAIN), net(CHAIN, road_class=[None] * 4)):
        anchors, sure, maybe = hanging(network)
        assert anchors.rule == "longest"
        assert sure == [True, True, False, False]
        assert maybe == [True, True, True, False]


def test_where_nothing_is_certain_the_longest_possible_piece_is_still_possible():
    network = net(CHAIN)
    anchors, sure, maybe = hanging(network, low=[False] * 4, high=[True] * 4)
    assert not any(sure)
    assert maybe == [True, True, True, False]
    assert anchors.rule == "longest"


def test_an_empty_network_has_no_anchor():
    network = net([])
    anchors, sure, maybe = hanging(network)
    assert (anchors.rule, sure, maybe) == ("none", [], [])


_place = st.tuples(st.integers(0, 24), st.integers(0, 24)).map(lambda xy: (500_000.0 + 4.7 * xy[0], 2_800_000.0 + 4.7 * xy[1]))
_line = st.lists(_place, min_size=2, max_size=4, unique=True).map(LineString)
_class = st.sampled_from(["county", "village", "group", None])
_road = st.tuples(_line, _class, st.sampled_from(["asphalt", "gravel", None]))
_few = st.lists(_road, min_size=1, max_size=10)


def judged(these):
    lines, classes, surfaces = zip(*these, strict=True)
    network = net(lines, road_class=classes, surface=surfaces)
    low, high = hardened_mask(network.edges, ROAD)
    anchors = find_anchors(network, low, high, rule=RULE)
    return connected(network, low, anchors=anchors, doubtful=False), connected(network, high, anchors=anchors, doubtful=True)


@settings(max_examples=50, deadline=None)
@given(_few)
def test_what_is_certain_is_possible(these):
    sure, maybe = judged(these)
    assert (sure <= maybe).all()


TRUNK = (LineString([(500_000, 2_800_050), (500_110, 2_800_050)]), "county", "asphalt")


@settings(max_examples=50, deadline=None)
@given(_few, _few)
def test_more_roads_never_lower_what_hangs_on_a_trunk_road(these, added):
    before = judged([TRUNK, *these])
    after = judged([TRUNK, *these, *added])
    for old, new in zip(before, after, strict=True):
        assert (old <= new[: len(old)]).all()
