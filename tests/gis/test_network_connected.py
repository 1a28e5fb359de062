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
    anchors = find_anchors(network, rule=kwargs.pop("rule", RULE), **kwargs)
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
    assert anchors.rule == "open"
    assert not any(sure)


def test_declared_points_anchor_what_is_near_them():
    network = net(CHAIN, road_class=["village"] * 4)
    points = gpd.GeoDataFrame(geometry=[Point(5000, 15)], crs=CRS).to_crs("EPSG:4490")
    anchors, sure, _ = hanging(network, points=points)
    assert anchors.rule == "points"
    assert sure == [False, False, False, True]


def test_a_road_that_leaves_the_county_may_be_connected_beyond_its_line():
    outline = gpd.GeoDataFrame(geometry=[box(-500, -500, 5050, 500)], crs=CRS)
    network = net(CHAIN, road_class=["county", "village", "village", "village"])
    anchors, sure, maybe = hanging(network, outline=outline)
    assert (anchors.rule, sure[3], maybe[3]) == ("classes", False, True)


def test_without_any_trunk_road_nothing_is_certain_and_everything_possible():
    anchors, sure, maybe = hanging(net(CHAIN, road_class=["village"] * 4))
    assert anchors.rule == "open"
    assert not any(sure)
    assert all(maybe)


@pytest.mark.parametrize("classes", [None, [None] * 4])
def test_where_no_class_is_given_a_long_piece_is_the_network_and_a_short_one_may_be(classes):
    network = net(CHAIN, **({} if classes is None else {"road_class": classes}))
    rule = RULE.model_copy(update={"unclassed_main_length_m": RULE.unclassed_main_length_m.model_copy(update={"value": 1500.0})})
    anchors, sure, maybe = hanging(network, rule=rule)
    assert anchors.rule == "unclassed"
    assert sure == [True, True, False, False]
    assert all(maybe)
    assert not any(hanging(network)[1])  # the built-in length is 10 km
    # Length counts along roads of the mask only, and a copy of a road adds none.
    assert not any(hanging(network, low=[True, False, True, True], rule=rule)[1])
    assert not any(hanging(net([CHAIN[0], CHAIN[0]]), rule=rule)[1])


def test_an_empty_network_has_no_anchor():
    network = net([])
    anchors, sure, maybe = hanging(network)
    assert (anchors.rule, sure, maybe) == ("none", [], [])


SCALE = RULE.model_copy(
    update={
        name: getattr(RULE, name).model_copy(update={"value": value})
        for name, value in (("anchor_min_length_m", 30.0), ("unclassed_main_length_m", 90.0))
    }
)
"""The rule at the size of the drawings below."""
EDGE = gpd.GeoDataFrame(geometry=[box(499_990, 2_799_990, 500_105, 2_800_200)], crs=CRS)

_place = st.tuples(st.integers(0, 24), st.integers(0, 24)).map(lambda xy: (500_000.0 + 4.7 * xy[0], 2_800_000.0 + 4.7 * xy[1]))
_line = st.lists(_place, min_size=2, max_size=4, unique=True).map(LineString)
_class = st.sampled_from(["county", "village", "group", None])
_road = st.tuples(_line, _class, st.sampled_from(["asphalt", "gravel", None]), st.sampled_from(["existing", "planned", None]))
_few = st.lists(_road, min_size=1, max_size=10)
_point = st.one_of(st.none(), _place.map(lambda xy: gpd.GeoDataFrame(geometry=[Point(xy)], crs=CRS)))


def judged(these, points=None):
    lines, classes, surfaces, status = zip(*these, strict=True)
    network = net(lines, road_class=classes, surface=surfaces, status=status)
    low, high = hardened_mask(network.edges, ROAD)
    anchors = find_anchors(network, rule=SCALE, outline=EDGE, points=points)
    return anchors, connected(network, low, anchors=anchors, doubtful=False), connected(network, high, anchors=anchors, doubtful=True)


@settings(max_examples=30, deadline=None)
@given(_few, _point)
def test_what_is_certain_is_possible(these, points):
    _, sure, maybe = judged(these, points)
    assert (sure <= maybe).all()


@settings(max_examples=60, deadline=None)
@given(_few, _few, _point)
def test_more_roads_of_any_class_never_lower_anyone(these, added, points):
    """Nobody loses a connection; and nobody loses a possible one, once anything tells where the network is."""
    anchors, *before = judged(these, points)
    _, *after = judged([*these, *added], points)
    assert (before[0] <= after[0][: len(these)]).all()
    if anchors.certain.any():
        assert (before[1] <= after[1][: len(these)]).all()


@settings(max_examples=30, deadline=None)
@given(_few, st.lists(_class.filter(bool), min_size=10, max_size=10))
def test_whatever_the_missing_classes_are_the_answer_lies_within_the_bounds(these, classes):
    strict = RULE.model_copy(update={"unclassed_main_length_m": RULE.unclassed_main_length_m.model_copy(update={"value": 1e9})})
    bounds = []
    for rows in (these, [(line, kind or told, *rest) for (line, kind, *rest), told in zip(these, classes, strict=False)]):
        lines, kinds, surfaces, status = zip(*rows, strict=True)
        network = net(lines, road_class=kinds, surface=surfaces, status=status)
        low, high = hardened_mask(network.edges, ROAD)
        anchors = find_anchors(network, rule=strict)
        bounds.append((anchors, connected(network, low, anchors=anchors, doubtful=False), connected(network, high, anchors=anchors, doubtful=True)))
    (_, low, high), (_, sure, maybe) = bounds
    assert (low <= sure).all()
    assert (maybe <= high).all()
