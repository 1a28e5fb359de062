"""Differences between revisions: a case worked out by hand, and a brute-force oracle."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import LayerNotFound
from layers.store.compare import compare, compare_frames, compare_layer
from layers.store.files import FileStore
from layers.store.revision import Change


def groups(rows):
    codes, names, households, points = zip(*rows, strict=True)
    data = {
        "group_code": pd.array(codes, dtype="string"),
        "group_name": pd.array(names, dtype="string"),
        "households_count": pd.array(households, dtype="Int64"),
    }
    return gpd.GeoDataFrame(data, geometry=[None if p is None else shapely.Point(p) for p in points], crs="EPSG:4490")


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path)


def put(store, **frames):
    return store.commit({name: Change(frame=frame) for name, frame in frames.items()}, title="t")


def lines(frame):
    return [tuple(None if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)]


def test_each_kind_of_difference(store):
    put(store, groups=groups([("01", "甲", 5, (106, 25)), ("02", "乙", None, (106, 25)), ("03", "丙", 3, (106, 25)), ("04", "丁", 4, None)]))
    put(store, groups=groups([("04", "丁", 4, None), ("05", "戊", 1, (106, 25)), ("01", "甲", 6, (106, 25.001)), ("02", "乙组", 0, (106, 25))]))
    found = compare_layer(store, "main~1", "main", "groups")
    assert lines(found) == [
        ("01", "changed", "households_count", "5", "6"),
        ("01", "changed", "geometry", None, "移动 111 m"),  # a thousandth of a degree of latitude at 25° N
        ("02", "changed", "group_name", "乙", "乙组"),
        ("02", "changed", "households_count", None, "0"),
        ("03", "removed", None, None, None),
        ("05", "added", None, None, None),
    ]
    assert lines(compare(store, "main~1", "main")) == [("groups", 1, 1, 2)]


def test_places_that_come_and_go_and_bend():
    def roads(first, second, third):
        return gpd.GeoDataFrame({"c": pd.array(["1", "2", "3"], dtype="string")}, geometry=[first, second, third], crs="EPSG:4490")

    line, bent = shapely.LineString([(0, 0), (1, 0), (2, 0)]), shapely.LineString([(0, 0), (1, 0), (2, 0.5)])
    found = compare_frames(roads(line, None, line), roads(None, line, bent), ["c"])
    assert found["after"].tolist() == ["失去位置", "补上位置", "形状改变"]


def test_columns_that_come_and_go_and_change_type():
    before = pd.DataFrame({"k": ["a", "b"], "old": [1, 2], "kind": pd.array([1, 2], dtype="Int64")})
    after = pd.DataFrame({"k": ["a", "b"], "new": ["x", None], "kind": pd.array(["1", "3"], dtype="string")})
    assert lines(compare_frames(before, after, ["k"])) == [
        ("a", "changed", "old", "1", None),
        ("a", "changed", "new", None, "x"),
        ("b", "changed", "old", "2", None),
        ("b", "changed", "kind", "2", "3"),
    ]


def test_results_are_matched_by_their_whole_key(store):
    def coverage(verdict):
        return pd.DataFrame({"group_code": ["01", "01"], "service": ["power", "clinic"], "verdict": ["met", verdict]})

    put(store, coverage=coverage("unknown"))
    put(store, coverage=coverage("met"))
    assert lines(compare_layer(store, "main~1", "main", "coverage")) == [("01/clinic", "changed", "verdict", "unknown", "met")]


def test_a_list_without_a_key_has_rows_that_come_and_go(store):
    put(store, problems=pd.DataFrame({"rule": ["a", "a", "b"], "row": [1, 1, 2]}))
    put(store, problems=pd.DataFrame({"rule": ["a", "b", "c"], "row": [1, 2, 3]}))
    assert lines(compare(store, "main~1", "main")) == [("problems", 1, 1, 0)]


def test_layers_and_rasters_that_come_and_go(store, tmp_path):
    path = tmp_path / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=1, height=1, count=1, dtype="uint8", crs="EPSG:4326", transform=Affine(1, 0, 106, 0, -1, 26)
    ) as target:
        target.write(np.full((1, 1, 1), 7, dtype="uint8"))
    put(store, gaps=pd.DataFrame({"x": [1, 2]}))
    store.commit({"gaps": None, "dem": Change(path=path)}, title="t")
    assert lines(compare(store, "main~1", "main")) == [("dem", 1, 0, 0), ("gaps", 0, 2, 0)]
    assert lines(compare(store, "main", "main")) == []
    assert len(compare_layer(store, "main", "main", "dem")) == 0
    with pytest.raises(LayerNotFound, match="道路"):
        compare_layer(store, "main~1", "main", "roads")


ROWS = st.dictionaries(
    st.text("abc", min_size=1, max_size=2), st.tuples(st.none() | st.integers(0, 2), st.none() | st.sampled_from("xy")), max_size=6
)


@settings(max_examples=80, deadline=None)
@given(before=ROWS, after=ROWS)
def test_against_brute_force(before, after):
    def frame(rows):
        return pd.DataFrame(
            {
                "k": pd.array(list(rows), dtype="string"),
                "n": pd.array([n for n, _ in rows.values()], dtype="Int64"),
                "t": pd.array([t for _, t in rows.values()], dtype="string"),
            }
        )

    expected = {(k, "added", None) for k in after.keys() - before.keys()} | {(k, "removed", None) for k in before.keys() - after.keys()}
    for k in before.keys() & after.keys():
        expected |= {(k, "changed", f) for f, b, a in zip("nt", before[k], after[k], strict=True) if b != a}
    found = compare_frames(frame(before), frame(after), ["k"])
    assert {line[:3] for line in lines(found)} == expected
    assert len(found) == len(expected)
    assert found["key"].is_monotonic_increasing
