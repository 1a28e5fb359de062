"""Building the network beside what one would otherwise do: node the drawing exactly, snap to a grid and node, or join what lies near.

The drawing has a known answer: trees of ten roads with undershoots and overshoots of up to 3 m, 8 m between neighbouring trees, and beside each
tree a track that passes within 3 m of the main road without meeting it.
`pieces` in the extra columns says how many pieces each way finds, beside `truth`.
"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.network import build_network, components

CRS = "EPSG:4545"
TREES = 2_000
BIG_TREES = 9_100


def drawing(trees: int) -> gpd.GeoDataFrame:
    """A main road of 792 m for each tree, every 800 m, and nine lanes that start within 3 m of it, and a track alongside."""
    rng = np.random.default_rng(20)
    origin = np.stack([500_000 + 800.0 * (np.arange(trees) % 100), 2_800_000 + 800.0 * (np.arange(trees) // 100)], axis=1)
    along = np.linspace(0, 792, 12)
    main = np.stack(np.broadcast_arrays(origin[:, :1] + along, origin[:, 1:]), axis=2)
    x = origin[:, :1] + np.linspace(40, 760, 9)
    y = origin[:, 1:] + rng.uniform(-3, 3, (trees, 9))
    up = np.linspace(0, 300, 12)
    lane = np.stack(np.broadcast_arrays(x[..., None], y[..., None] + up), axis=3).reshape(-1, 12, 2)
    track = origin[:, None, :] + np.array([[50.0, -40.0], [70.0, -3.0], [100.0, -3.0], [120.0, -40.0]])
    lines = np.concatenate([shapely.linestrings(course) for course in (main, lane, track)])
    return gpd.GeoDataFrame({"road_code": [f"R{at}" for at in range(len(lines))]}, geometry=lines, crs=CRS)


def pieces_of_edges(lines: np.ndarray) -> int:
    """How many pieces lines make that meet at equal ends only."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, which)) for which in (0, -1)])
    node = np.unique(ends, axis=0, return_inverse=True)[1].reshape(2, -1)
    size = int(node.max()) + 1
    return int(connected_components(coo_array((np.ones(node.shape[1]), (node[0], node[1])), shape=(size, size)), directed=False)[0])


def ours(roads: gpd.GeoDataFrame) -> int:
    network = build_network(roads, crs=CRS, touch_m=3.5, doubt_m=20)
    return int(components(network, np.ones(len(network.edges), dtype=bool), doubtful=False).max()) + 1


def node_exactly(roads: gpd.GeoDataFrame) -> int:
    return pieces_of_edges(shapely.get_parts(shapely.node(shapely.multilinestrings(np.array(roads.geometry.array)))))


def snap_and_node(roads: gpd.GeoDataFrame) -> int:
    return pieces_of_edges(shapely.get_parts(shapely.node(shapely.set_precision(shapely.multilinestrings(np.array(roads.geometry.array)), 3.5))))


def join_what_is_near(roads: gpd.GeoDataFrame) -> int:
    lines = np.array(roads.geometry.array)
    pairs = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=3.5)
    graph = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(lines), len(lines)))
    return int(connected_components(graph, directed=False)[0])


@pytest.mark.benchmark(group="network of 22,000 roads")
@pytest.mark.parametrize("way", [ours, node_exactly, snap_and_node, join_what_is_near])
def test_bench_twenty_two_thousand_roads(benchmark, way):
    roads = drawing(TREES)
    found = benchmark.pedantic(way, args=(roads,), rounds=3, iterations=1)
    benchmark.extra_info.update(pieces=found, truth=2 * TREES)
    assert found > 0
    if way is ours:
        assert found == 2 * TREES


@pytest.mark.benchmark(group="network of 100,000 roads")
def test_bench_a_hundred_thousand_roads(benchmark):
    roads = drawing(BIG_TREES)
    assert benchmark.pedantic(ours, args=(roads,), rounds=2, iterations=1) == 2 * BIG_TREES


@pytest.mark.benchmark(group="network with trunk roads of 5,000 points")
@pytest.mark.parametrize("way", [ours, join_what_is_near])
def test_bench_long_trunk_roads(benchmark, way):
    """Fifty roads of 80 km across the drawing, each one line: the shape in which trunk roads are handed over."""
    roads = drawing(TREES)
    x = np.linspace(500_000, 580_000, 5_000)
    trunk = [shapely.linestrings(x, 2_800_400 + 800 * (at % 20) + 300 * np.sin(x / 900 + at)) for at in range(50)]
    both = gpd.GeoDataFrame({"road_code": [f"R{at}" for at in range(len(roads) + 50)]}, geometry=[*roads.geometry, *trunk], crs=CRS)
    assert benchmark.pedantic(way, args=(both,), rounds=2, iterations=1) > 0


@pytest.mark.benchmark(group="one more mask over 100,000 roads")
def test_bench_components_of_one_more_mask(benchmark):
    network = build_network(drawing(BIG_TREES), crs=CRS, touch_m=3.5, doubt_m=20)
    mask = np.arange(len(network.edges)) % 3 > 0
    label = benchmark.pedantic(components, args=(network, mask), kwargs={"doubtful": True}, rounds=5, iterations=1)
    assert (label[mask] >= 0).all()
