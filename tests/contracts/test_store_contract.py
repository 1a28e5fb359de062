"""What every store promises: nothing here knows where the data lies."""

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
from pandas.testing import assert_frame_equal

from layers.errors import LayerNotFound, MissingCRS, QueryError, RevisionNotFound, StoreError, UnknownFormat, UnknownLayer
from layers.store.revision import Change, LayerKind, Stamp


def groups(codes=("001", "002", "003"), **columns):
    n = len(codes)
    data = {"group_code": pd.array(codes, dtype="string"), **columns}
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy(106 + np.arange(n) / 10, 25 + np.arange(n) / 10), crs="EPSG:4490")


def table(values):
    return pd.DataFrame({"code": pd.array([f"{i:03d}" for i in range(len(values))], dtype="string"), "value": pd.array(values, dtype="Int64")})


def put(store, title="t", branch="main", **frames):
    return store.commit({name: Change(frame=frame) for name, frame in frames.items()}, title=title, branch=branch)


def write_tif(path, *, crs="EPSG:4326"):
    profile = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "int16", "crs": crs}
    with rasterio.open(path, "w", transform=Affine(0.1, 0, 106, 0, -0.1, 25.3), **profile) as target:
        target.write(np.arange(12, dtype="int16").reshape(3, 4), 1)
    return path


def test_a_fresh_store_is_empty(store):
    assert store.head() is None
    assert store.log() == []
    assert store.branches() == {}
    with pytest.raises(LayerNotFound, match="还没有任何图层"):
        store.read("groups")
    with pytest.raises(RevisionNotFound):
        store.revision("main")


def test_types_and_missing_values_come_back_exactly(store):
    frame = groups(
        note=pd.array(["a", pd.NA, ""], dtype="string"),
        households_count=pd.array([0, pd.NA, 2**53 + 1], dtype="Int64"),
        length_km=pd.array([0.1, pd.NA, -0.0], dtype="Float64"),
        power=pd.array([False, pd.NA, True], dtype="boolean"),
    )
    put(store, groups=frame)
    found = store.read("groups")
    assert_frame_equal(found, frame, check_exact=True)
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs.to_epsg() == 4490


@pytest.mark.parametrize(
    ("given_column", "stored"),
    [
        (np.array([1, 2, 3], dtype="int32"), pd.array([1, 2, 3], dtype="Int64")),
        (np.array([1.5, np.nan, 2.0]), pd.array([1.5, pd.NA, 2.0], dtype="Float64")),
        (np.array([True, False, True]), pd.array([True, False, True], dtype="boolean")),
        (np.array(["007", None, "x"], dtype=object), pd.array(["007", pd.NA, "x"], dtype="string")),
        (np.array([True, None, False], dtype=object), pd.array([True, pd.NA, False], dtype="boolean")),
        (np.array([1, pd.NA, 2], dtype=object), pd.array([1, pd.NA, 2], dtype="Int64")),
        (np.array([1, None, 2.5], dtype=object), pd.array([1, pd.NA, 2.5], dtype="Float64")),
        (pd.Categorical(["met", None, "lacking"]), pd.array(["met", pd.NA, "lacking"], dtype="string")),
        (pd.array([None, None, None], dtype=object), pd.array([pd.NA] * 3, dtype="string")),
        (pd.Series(["a", None, "b"]), pd.array(["a", pd.NA, "b"], dtype="string")),
    ],
)
def test_other_types_become_the_stores_own(store, given_column, stored):
    put(store, coverage=pd.DataFrame({"x": given_column}))
    assert_frame_equal(store.read("coverage"), pd.DataFrame({"x": stored}))


def test_committing_does_not_change_the_frame(store):
    frame = pd.DataFrame({"x": [1.0, np.nan]}, index=[7, 3])
    before = frame.copy()
    put(store, coverage=frame)
    assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"when": pd.to_datetime(["2025-06-30"])}),
        pd.DataFrame({"x": [[1, 2]]}),
        pd.DataFrame({"x": np.array(["1", 2], dtype=object)}),
        pd.DataFrame({"x": np.array([1, True], dtype=object)}),
        pd.DataFrame({"x": [1]}, index=pd.Index(["k"], name="code")),
        pd.DataFrame([[1, 2]], columns=["x", "x"]),
        groups().to_crs("EPSG:3857"),
        groups().set_crs(None, allow_override=True),
        groups().rename_geometry("where"),
    ],
)
def test_frames_that_would_lose_something_are_refused(store, frame):
    with pytest.raises((TypeError, ValueError)):
        put(store, groups=frame)
    assert store.head() is None


@pytest.mark.parametrize("geometry", [None, shapely.Point(), shapely.Point(106, 25)])
def test_rows_without_a_place_stay(store, geometry):
    frame = gpd.GeoDataFrame({"group_code": pd.array(["1", "2"], dtype="string")}, geometry=[geometry, shapely.Point(1, 2)], crs="EPSG:4490")
    put(store, groups=frame)
    assert len(store.read("groups")) == 2
    assert store.read("groups").geometry[0] == geometry


@pytest.mark.parametrize("frame", [groups(()), table([])])
def test_an_empty_layer_is_a_layer(store, frame):
    revision = put(store, groups=frame)
    assert revision.layers["groups"].rows == 0
    assert revision.layers["groups"].bounds is None
    assert_frame_equal(store.read("groups"), frame)


def test_a_window_reads_what_meets_it(store):
    x, y = np.meshgrid(np.arange(10.0), np.arange(10.0))
    ends = np.stack([np.stack([x.ravel(), y.ravel()], 1), np.stack([x.ravel() + 0.5, y.ravel() + 0.5], 1)], 1)
    codes = pd.array([f"{i:02d}" for i in range(100)], dtype="string")
    put(store, roads=gpd.GeoDataFrame({"road_code": codes}, geometry=shapely.linestrings(ends), crs="EPSG:4490"))
    every = store.read("roads")

    @settings(max_examples=40, deadline=None)
    @given(west=st.integers(-3, 12), south=st.integers(-3, 12), width=st.integers(0, 8), height=st.integers(0, 8))
    def check(west, south, width, height):
        window = (float(west), float(south), float(west + width), float(south + height))
        edges = every.bounds
        meets = (edges.minx <= window[2]) & (edges.maxx >= window[0]) & (edges.miny <= window[3]) & (edges.maxy >= window[1])
        assert_frame_equal(store.read("roads", bbox=window), every[meets].reset_index(drop=True))

    check()


def test_columns_come_as_asked(store):
    put(store, groups=groups(note=pd.array(["a", "b", "c"], dtype="string")))
    assert list(store.read("groups", columns=["note", "geometry", "group_code"]).columns) == ["note", "geometry", "group_code"]
    plain = store.read("groups", columns=["note"], bbox=(106.05, 25, 106.15, 26))
    assert not isinstance(plain, gpd.GeoDataFrame)
    assert plain["note"].tolist() == ["b"]


def test_a_question_that_cannot_be_answered_says_what_can(store):
    put(store, groups=groups(), gaps=table([1]))
    with pytest.raises(QueryError, match=r"人口.*group_code"):
        store.read("groups", columns=["人口"])
    with pytest.raises(QueryError, match="不能按范围"):
        store.read("gaps", bbox=(0, 0, 1, 1))
    with pytest.raises(LayerNotFound, match="groups（村民组）"):
        store.read("roads")


def test_a_revision_tells_what_it_holds(store):
    stamp = Stamp(inputs={"groups": "00", "roads": ""}, standard="x@1", standard_sha256="ff", options={"limit_m": 3.5}, code_version="0")
    revision = store.commit(
        {
            "groups": Change(frame=groups(), info={"file": "组.shp", "rows": np.int64(3), "pair": (1, 2)}, stamp=stamp),
            "gaps": Change(frame=table([1, 2])),
        },
        title="导入",
        author="规划股",
    )
    assert store.revision(revision.id) == revision == store.head()
    assert (revision.title, revision.author, revision.parent) == ("导入", "规划股", None)
    ref = revision.layers["groups"]
    assert (ref.kind, ref.rows, ref.geometry, ref.stamp) == (LayerKind.VECTOR, 3, "point", stamp)
    assert ref.info == {"file": "组.shp", "rows": 3, "pair": [1, 2]}
    assert ref.bounds == pytest.approx((106, 25, 106.2, 25.2))
    assert (revision.layers["gaps"].kind, revision.layers["gaps"].bounds) == (LayerKind.TABLE, None)
    assert revision.id == revision.content_id()


def test_layers_that_were_not_touched_stay(store):
    first = put(store, groups=groups(), gaps=table([1]))
    second = put(store, gaps=table([2]))
    assert second.parent == first.id
    assert second.layers["groups"] == first.layers["groups"]
    assert store.read("gaps", rev=first.id)["value"].tolist() == [1]
    assert store.read("gaps")["value"].tolist() == [2]


def test_a_commit_that_changes_nothing_makes_no_revision(store):
    first = put(store, title="a", gaps=table([1]))
    assert put(store, title="b", gaps=table([1])) == first
    assert store.commit({}, title="c") == first
    assert len(store.log()) == 1
    changed_info = store.commit({"gaps": Change(frame=table([1]), info={"data_date": "2025"})}, title="d")
    assert changed_info.parent == first.id
    assert changed_info.layers["gaps"].sha256 == first.layers["gaps"].sha256


def test_the_same_content_is_the_same_file(open_store):
    one = put(open_store("one"), groups=groups(note=pd.array(["a", pd.NA, "b"], dtype="string")))
    frame = groups(note=np.array(["a", None, "b"], dtype=object))
    frame.attrs["read"] = "yesterday"
    frame.index = pd.Index([5, 1, 9])
    two = put(open_store("two"), groups=frame)
    assert one.layers["groups"].sha256 == two.layers["groups"].sha256


def test_dropping_a_layer(store):
    put(store, groups=groups(), gaps=table([1]))
    store.commit({"gaps": None}, title="drop")
    with pytest.raises(LayerNotFound):
        store.read("gaps")
    assert store.read("gaps", rev="main~1")["value"].tolist() == [1]
    with pytest.raises(LayerNotFound):
        store.commit({"gaps": None}, title="again")


def test_names_of_revisions(store):
    made = [put(store, gaps=table([i])) for i in range(4)]
    assert store.revision("main") == made[3]
    assert store.revision("main~2") == made[1]
    assert store.revision(f"{made[2].id}~1") == made[1]
    assert store.revision(made[0].id[:8]) == made[0]
    assert [revision.id for revision in store.log()] == [revision.id for revision in reversed(made)]
    assert [revision.id for revision in store.log(made[1].id)] == [made[1].id, made[0].id]
    for name in ("main~4", "main~x", "main~", "nope", made[0].id[:3], "", "../refs/main", "main~-1"):
        with pytest.raises(RevisionNotFound):
            store.revision(name)
    with pytest.raises(RevisionNotFound):
        store.log("nope")


def test_a_branch_goes_its_own_way(store):
    put(store, gaps=table([1]))
    store.branch("方案一")
    put(store, branch="方案一", gaps=table([10]))
    put(store, gaps=table([2]))
    assert store.read("gaps", rev="方案一")["value"].tolist() == [10]
    assert store.read("gaps")["value"].tolist() == [2]
    assert store.revision("方案一~1") == store.revision("main~1")
    assert list(store.branches()) == ["main", "方案一"]
    store.branch("old", rev="main~1")
    assert store.head("old") == store.revision("main~1")


@pytest.mark.parametrize("name", ["main", "Main", "方案一", "", " ", "a/b", "..", ".x", "x.", "dead", "abcdef12", "con", "NUL.txt", "a~1", "x" * 200])
def test_branch_names_that_cannot_be(store, name):
    put(store, gaps=table([1]))
    store.branch("方案一")
    before = store.branches()
    with pytest.raises(StoreError):
        store.branch(name)
    assert store.branches() == before


def test_a_branch_needs_a_beginning(store):
    with pytest.raises(RevisionNotFound):
        store.branch("plan")
    with pytest.raises(RevisionNotFound):
        put(store, branch="plan", gaps=table([1]))
    assert store.head("plan") is None


@pytest.mark.parametrize("name", ["", "../x", "Groups", "a b", "组", "con", "1x"])
def test_layer_names_that_cannot_be(store, name):
    with pytest.raises(UnknownLayer):
        store.commit({name: Change(frame=table([1]))}, title="t")
    assert store.head() is None


def test_a_raster_is_copied_in(store, tmp_path):
    source = write_tif(tmp_path / "dem.tif")
    content = source.read_bytes()
    revision = store.commit({"dem": Change(path=source, info={"file": "dem.tif"})}, title="dem")
    source.unlink()
    assert store.raster("dem").read_bytes() == content
    assert revision.layers["dem"].kind is LayerKind.RASTER
    assert revision.layers["dem"].bounds == pytest.approx((106, 25, 106.4, 25.3), abs=1e-6)
    with pytest.raises(LayerNotFound, match="栅格"):
        store.read("dem")
    store.verify()


def test_what_is_no_raster_is_refused(store, tmp_path):
    put(store, gaps=table([1]))
    with pytest.raises(LayerNotFound, match="不是栅格"):
        store.raster("gaps")
    vrt = tmp_path / "vrt.tif"
    vrt.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    for path in (vrt, tmp_path / "none.tif"):
        with pytest.raises(UnknownFormat):
            store.commit({"dem": Change(path=path)}, title="t")
    with pytest.raises(MissingCRS):
        store.commit({"dem": Change(path=write_tif(tmp_path / "bare.tif", crs=None))}, title="t")


def test_a_change_is_a_frame_or_a_path(tmp_path):
    with pytest.raises(ValueError, match="either"):
        Change()
    with pytest.raises(ValueError, match="either"):
        Change(frame=table([1]), path=tmp_path)


def test_reopening_finds_everything(open_store):
    revision = put(open_store("county"), groups=groups())
    again = open_store("county")
    assert again.head() == revision
    assert_frame_equal(again.read("groups"), groups())
    again.verify()
