"""What the network shows to a planner, and how it takes dirty roads."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiLineString, Point, Polygon

from gis.network import Network, build_network, components, find_anchors, free_ends, isolated_pieces
from gis.standards import load_standard
from layers.errors import InputError, MissingCRS, QueryError

CRS = "EPSG:4545"
RULE = load_standard(["guizhou-2017"]).network


def net(lines, **columns) -> Network:
    codes = pd.Series([f"R{i}" for i in range(len(lines))], dtype="string")
    return build_network(gpd.GeoDataFrame({"road_code": codes, **columns}, geometry=list(lines), crs=CRS), crs=CRS, touch_m=3.5, doubt_m=20)


def full(network):
    return np.ones(len(network.edges), dtype=bool)


STREET = [
    LineString([(0, 0), (1000, 0)]),  # R0 county road
    LineString([(1010, 0), (1400, 0)]),  # R1 a break of 10 m
    LineString([(500, 8), (500, 300)]),  # R2 a break of 8 m
    LineString([(512, 9), (512, 290), (500, 300)]),  # R3 same piece as R2, another gap of 9 m
    LineString([(1400, 300), (1410, 305)]),  # R4 far from everything
    LineString([(1401, 315), (1410, 320)]),  # R5 15 m from R4: neither hangs on the network
]
CLASSES = pd.Series(["county", "village", "group", "group", "group", "group"], dtype="string")


@pytest.fixture
def street() -> Network:
    return net(STREET, road_class=CLASSES)


def test_a_road_already_joined_has_no_doubtful_joint_with_the_same_road():
    """R1 crosses R0 and ends 10 m beyond it; R2 is a lane of 12 m whose far end is still near R0."""
    network = net([LineString([(0, 0), (100, 0)]), LineString([(50, -10), (50, 90)]), LineString([(20, 0), (20, 12)])])
    assert network.joints["certain"].all()
    assert len(network.joints) == 2


# ---- pieces and ends


def test_isolated_pieces_say_how_long_how_far_and_whether_a_gap_may_explain_it(street):
    anchors = find_anchors(street, rule=RULE)
    pieces = isolated_pieces(street, full(street), anchors=anchors)
    assert pieces["road_code"].tolist() == ["R2", "R1", "R4", "R5"]
    assert pieces["roads_count"].tolist() == [2, 1, 1, 1]
    assert pieces["distance_m"].tolist() == pytest.approx([8.0, 10.0, np.hypot(400, 300), np.hypot(401, 315)])
    assert pieces["doubtful"].tolist() == [True, True, False, False]
    assert pieces["length_m"].tolist() == pytest.approx([shapely.length(row) for row in pieces.geometry])
    assert set(pieces["what"]) == {"isolated"}


def test_without_a_network_the_distance_is_unknown():
    network = net(STREET, road_class=CLASSES)
    anchors = find_anchors(network, rule=RULE)
    mask = full(network)
    mask[0] = False  # the only trunk road is not hardened, say
    assert isolated_pieces(network, mask, anchors=anchors)["distance_m"].isna().all()


def test_free_ends_put_the_suspicious_ones_first():
    lines = [LineString([(0, 0), (100, 0)]), LineString([(110, 0), (200, 0)]), LineString([(200, 0), (200, 90)]), LineString([(50, 2), (50, 80)])]
    found = free_ends(net(lines))
    assert found["doubtful"].tolist() == [True, True, False, False, False]
    assert found["distance_m"].iloc[:2].tolist() == [10.0, 10.0]
    assert found["distance_m"].iloc[2:].isna().all()
    assert {(p.x, p.y) for p in found.geometry} == {(100, 0), (110, 0), (0, 0), (200, 90), (50, 80)}  # not (50, 2): 2 m is no gap


def test_findings_of_nothing_are_empty_frames():
    network = net([])
    nobody = find_anchors(network, rule=RULE)
    assert len(isolated_pieces(network, full(network), anchors=nobody)) == 0
    assert len(free_ends(network)) == 0


# ---- dirty roads


def notes(network) -> dict[str, list[int]]:
    return network.notes.groupby("what")["source_row"].agg(list).to_dict()


def test_everything_odd_is_noted_and_nothing_is_lost():
    with np.errstate(invalid="ignore"):
        nowhere = shapely.from_wkt("LINESTRING (0 nan, 10 0)")
    lines = [
        LineString([(0, 0), (10, 0)]),
        None,
        LineString(),
        LineString([(5, 5), (5, 5)]),
        Point(3, 3),
        Polygon([(0, 0), (1, 0), (1, 1)]),
        MultiLineString([[(0, 10), (10, 10)], [(20, 10), (40, 10)]]),
        LineString([(0, 0, 300), (10, 0, 310)]),
        LineString([(50, 0), (60, 10), (60, 0), (50, 10)]),
        LineString([(80, 0), (90, 0), (90, 10), (80, 0)]),
        LineString([(10, 0), (0, 0)]),
        nowhere,
        GeometryCollection([LineString([(0, 50), (9, 50)]), Point(1, 1)]),
    ]
    network = net(lines)
    assert notes(network) == {
        "empty": [1, 2],
        "zero_length": [3],
        "not_line": [4, 5, 12],
        "multi_part": [6],
        "height_dropped": [7],
        "self_crossing": [8],
        "loop": [9],
        "duplicate": [7, 10],
        "not_finite": [11],
    }
    assert network.edges["source_row"].tolist() == [0, 6, 6, 7, 8, 9, 10, 12]
    assert network.edges["part"].tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    lost = set(range(len(lines))) - set(network.edges["source_row"])
    assert lost <= set(network.notes["source_row"])
    assert not shapely.has_z(network.edges.geometry.array).any()


def test_edges_keep_every_attribute_and_the_frame_is_not_changed():
    frame = gpd.GeoDataFrame(
        {"road_code": ["a"], "surface": ["asphalt"], "旧列": [7], "bridge": pd.array([None], dtype="boolean")},
        geometry=[LineString([(106.1, 25.2), (106.11, 25.2)])],
        crs="EPSG:4490",
    )
    copy = frame.copy(deep=True)
    edges = build_network(frame, crs=CRS, touch_m=3.5, doubt_m=20).edges
    assert edges.loc[0, ["road_code", "surface", "旧列"]].tolist() == ["a", "asphalt", 7]
    assert edges.crs == CRS
    assert edges.loc[0, "length_m"] == pytest.approx(1008, rel=0.01)  # one hundredth of a degree at 25° N
    assert frame.equals(copy)


def test_parts_of_one_road_are_not_joined_by_being_one_road():
    network = net([MultiLineString([[(0, 0), (10, 0)], [(100, 0), (140, 0)]])])
    assert components(network, full(network), doubtful=True).tolist() == [0, 1]


def test_roads_without_a_code_column_work():
    frame = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (50, 0)]), LineString([(60, 0), (90, 0)])], crs=CRS)
    network = build_network(frame, crs=CRS, touch_m=3.5, doubt_m=20)
    assert network.joints["road_code_a"].isna().all()
    assert len(free_ends(network)) == 4


def test_another_geometry_column_and_another_countrys_zone():
    lines = gpd.GeoSeries([LineString([(78.0, 11.0), (78.01, 11.0)]), LineString([(78.01, 11.0), (78.02, 11.0)])], crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"shape": lines, "road_code": ["NH 44", "MDR-7"]}, geometry="shape")
    network = build_network(frame, crs="EPSG:32644", touch_m=3.5, doubt_m=20)
    assert components(network, full(network), doubtful=False).tolist() == [0, 0]


def test_no_crs_and_degrees_and_impossible_distances_are_refused():
    frame = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (50, 0)])])
    with pytest.raises(MissingCRS):
        build_network(frame, crs=CRS, touch_m=3.5, doubt_m=20)
    with pytest.raises(QueryError, match="touch_m"):
        build_network(frame.set_crs(CRS), crs=CRS, touch_m=5, doubt_m=4)
    with pytest.raises(QueryError, match="米"):
        build_network(frame.set_crs("EPSG:4490"), crs="EPSG:4490", touch_m=3.5, doubt_m=20)


def test_degrees_taken_for_metres_are_noticed():
    rng = np.random.default_rng(7)
    lines = shapely.linestrings(rng.uniform(105, 106, (3000, 2, 2)))
    with pytest.raises(InputError, match="过密") as caught:
        net(list(lines))
    assert "经纬度" in caught.value.hint
