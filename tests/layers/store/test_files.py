"""What is particular to the store on files: locks, damage, left-overs, and a folder that other tools can open."""

from __future__ import annotations

import json
import shutil
import threading

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from layers.errors import DamagedWorkspace, StoreError, UnknownLayer, WorkspaceLocked
from layers.store.disk import TEMP_PREFIX
from layers.store.files import FileStore
from layers.store.frames import ROW_GROUP_ROWS
from layers.store.lock import HOLDER_NAME, writer_lock
from layers.store.revision import Change, LayerKind, LayerRef, Revision


def table(value):
    return pd.DataFrame({"x": [value]})


def points(n):
    codes = pd.Series(range(n)).astype("string").str.zfill(9)
    return gpd.GeoDataFrame({"group_code": codes}, geometry=gpd.points_from_xy(np.linspace(100, 110, n), np.full(n, 25.0)), crs="EPSG:4490")


@pytest.fixture
def store(tmp_path):
    store = FileStore(tmp_path, lock_timeout_s=0.2)
    store.commit({"gaps": Change(frame=table(1))}, title="first")
    return store


def test_the_layout_is_what_the_architecture_says(store):
    head = store.head()
    found = {path.relative_to(store.path).as_posix() for path in store.path.rglob("*") if path.is_file() and not path.name.startswith(".")}
    assert found == {f"layers/gaps/{head.layers['gaps'].sha256}.parquet", f"revisions/{head.id}.json", "refs/main"}
    assert (store.path / "refs" / "main").read_text() == f"{head.id}\n"
    record = json.loads((store.path / "revisions" / f"{head.id}.json").read_text())
    assert (record["title"], list(record["layers"])) == ("first", ["gaps"])


def test_only_one_writes(store):
    with writer_lock(store.path, timeout_s=0), pytest.raises(WorkspaceLocked, match=r"进程 \d+）从 20\d\d-.* 起正在写"):
        store.commit({"gaps": Change(frame=table(2))}, title="second")
    assert store.commit({"gaps": Change(frame=table(2))}, title="second").title == "second"


def test_readers_do_not_wait(store):
    with writer_lock(store.path, timeout_s=0):
        assert store.read("gaps")["x"].tolist() == [1]


def test_writers_take_turns(tmp_path):
    """Eight threads commit a layer each: nobody's layer is lost."""
    threads = [
        threading.Thread(target=lambda n=n: FileStore(tmp_path).commit({f"layer_{n}": Change(frame=table(n))}, title=str(n))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = FileStore(tmp_path)
    assert sorted(store.head().layers) == [f"layer_{n}" for n in range(8)]
    assert len(store.log()) == 8


def test_what_a_dead_writer_left_is_ignored_and_cleaned(store):
    left = [store.path / folder / f"{TEMP_PREFIX}abc" for folder in ("refs", "revisions", "layers/gaps")]
    for path in left:
        path.write_bytes(b"half")
    assert list(store.branches()) == ["main"]
    store.verify()
    store.commit({"gaps": Change(frame=table(2))}, title="t")
    assert not any(path.exists() for path in left)


def test_damage_is_found_and_named(store):
    path = next((store.path / "layers" / "gaps").glob("*.parquet"))
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    with pytest.raises(DamagedWorkspace, match=path.name):
        store.verify()
    with pytest.raises(DamagedWorkspace, match=path.name):
        store.read("gaps")
    path.unlink()
    with pytest.raises(DamagedWorkspace, match="丢失"):
        store.verify("main")
    assert store.commit({"gaps": Change(frame=table(1))}, title="again") == store.head()
    store.verify()


def test_a_record_that_was_altered_is_refused(store):
    path = store.path / "revisions" / f"{store.head().id}.json"
    path.write_text(path.read_text().replace("first", "forged"))
    with pytest.raises(DamagedWorkspace, match="被改动"):
        store.head()
    path.write_text("{")
    with pytest.raises(DamagedWorkspace, match="损坏"):
        store.log()


def test_a_branch_file_that_is_damaged(store):
    (store.path / "refs" / "main").write_bytes(b"\xff\xfe")
    with pytest.raises(DamagedWorkspace, match="refs/main"):
        store.head()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "county").write_text("a file")
    with pytest.raises(StoreError, match="写不进去"):
        FileStore(tmp_path / "county").commit({"gaps": Change(frame=table(1))}, title="t")


def test_a_window_reads_only_the_row_groups_it_needs(store):
    store.commit({"groups": Change(frame=points(3 * ROW_GROUP_ROWS))}, title="t")
    path = next((store.path / "layers" / "groups").glob("*.parquet"))
    metadata = pq.read_metadata(path)
    columns = {metadata.row_group(0).column(i).path_in_schema: i for i in range(metadata.num_columns)}
    starts = [metadata.row_group(i).column(columns["bbox.xmin"]).statistics.min for i in range(metadata.num_row_groups)]
    assert starts == pytest.approx([100, 100 + 10 / 3, 100 + 20 / 3], abs=1e-3)
    assert len(store.read("groups", bbox=(100, 24, 101, 26))) == pytest.approx(3 * ROW_GROUP_ROWS / 10, abs=2)


def test_the_files_say_what_they_are(store):
    store.commit({"groups": Change(frame=points(5))}, title="t")
    path = next((store.path / "layers" / "groups").glob("*.parquet"))
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert set(geo["columns"]["geometry"]["covering"]) == {"bbox"}
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"
    assert gpd.read_parquet(path)["group_code"].tolist() == ["000000000", "000000001", "000000002", "000000003", "000000004"]


def test_a_copy_taken_while_somebody_writes_is_whole(store, tmp_path_factory):
    """Branches first, then records, then layers: what the branches name is there, whatever is committed meanwhile."""
    copy = tmp_path_factory.mktemp("backup")
    for number, folder in enumerate(["refs", "revisions", "layers"]):
        shutil.copytree(store.path / folder, copy / folder)
        store.commit({"gaps": Change(frame=table(10 + number))}, title="meanwhile")
    backup = FileStore(copy)
    assert backup.head() == store.revision("main~3")
    assert backup.read("gaps")["x"].tolist() == [1]
    backup.verify()


@pytest.mark.parametrize(("name", "sha256"), [("../../elsewhere", "0" * 64), ("gaps", "../../../elsewhere/x"), ("gaps", "0" * 63)])
def test_a_forged_record_does_not_lead_out_of_the_folder(store, name, sha256):
    """Even if its id fits its content."""
    layers = {"gaps": LayerRef(name=name, sha256=sha256, kind=LayerKind.TABLE)}
    forged = Revision.of(parent=None, title="t", author="", time="", layers=layers)
    (store.path / "revisions" / f"{forged.id}.json").write_bytes(forged.to_json())
    with pytest.raises((DamagedWorkspace, UnknownLayer)):
        store.read("gaps", rev=forged.id)


def test_what_a_dead_writer_left_is_dropped_by_the_next_one(store):
    first = store.head()
    orphan = store.path / "layers" / "gaps" / f"{'0' * 64}.parquet"
    orphan.write_bytes(b"half a county")
    store.commit({"gaps": Change(frame=table(2))}, title="nobody died")
    assert orphan.exists(), "only looked for when a writer died"
    (store.path / HOLDER_NAME).write_text("{}")
    store.commit({"gaps": Change(frame=table(3))}, title="somebody had died")
    assert not orphan.exists()
    store.verify()
    assert store.read("gaps", rev=first.id)["x"].tolist() == [1]


def test_garbage_is_only_what_no_record_names(store):
    head = store.head()
    store.branch("方案一")
    store.commit({"gaps": Change(frame=table(2))}, title="a", branch="方案一")
    notes = store.path / "layers" / "gaps" / "README.txt"
    notes.write_text("ours")
    orphan = store.path / "layers" / "gaps" / f"{'a' * 64}.tif"
    orphan.write_bytes(b"x")
    (store.path / "refs" / "方案一").unlink()
    assert store.collect_garbage() == [orphan]
    assert store.collect_garbage() == []
    assert notes.exists()
    store.verify()
    (store.path / "revisions" / f"{head.id}.json").write_text("{}")
    orphan.write_bytes(b"x")
    assert store.collect_garbage() == [], "an unreadable record may name anything"
