"""An import that is killed at any moment leaves the former revision or the new one, whole: its layer, and the problems that belong to it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import threading
import time

import pandas as pd
import pytest

from api.runs.imports import ImportOptions, import_file
from layers.store.disk import TEMP_PREFIX
from layers.workspace import create
from tests.api.import_forever import import_forever

KILLS = 50
ROWS = (40, 50, 60)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")


def _files(folder):
    """Files of different length, each with a row without a position, so that each has problems of its own."""
    paths = []
    for rows in ROWS:
        numbers = pd.Series(range(rows))
        frame = pd.DataFrame({"组代码": "529926100201" + numbers.astype(str).str.zfill(2), "村民组": "组" + numbers.astype(str), "户数": numbers})
        placed = frame.assign(经度=106 + numbers / 1000, 纬度=25 + numbers / 1000)
        placed.loc[0, ["经度", "纬度"]] = None
        paths.append(folder / f"groups{rows}.csv")
        placed.to_csv(paths[-1], index=False)
    return paths


def _import_and_kill(context, folder, files, start, delay_s):
    """Let a process import until it is killed; the revisions that it said."""
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=import_forever, args=(str(folder), [str(file) for file in files], start, theirs))
    child.start()
    theirs.close()
    said = [ours.recv()]
    timer = threading.Timer(delay_s, child.kill)
    timer.start()
    with contextlib.suppress(EOFError):
        while True:
            said.append(ours.recv())
    ours.close()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    return said[1:]


def _seconds_of_an_import(workspace, file):
    """How long one takes on this machine, now: the second one, for the first also loads libraries. Titled as the files are counted."""
    for number in (0, len(ROWS)):
        began = time.monotonic()
        import_file(workspace, "groups", file, ImportOptions(crs="EPSG:4490", title=str(number)))
    return time.monotonic() - began


@pytest.mark.slow
def test_an_import_killed_at_any_moment(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([import_forever.__module__])
    chance = random.Random(20170701)
    files = _files(tmp_path)
    workspace = create(tmp_path / "county", county_code="529926")
    store = workspace.store
    span = _seconds_of_an_import(workspace, files[0])
    known = [store.head().id]
    for turn in range(KILLS):
        said = _import_and_kill(context, workspace.path, files, turn * 100, chance.uniform(0, 3 * span))
        head = store.head()
        line = [revision.id for revision in reversed(store.log())]
        expected = list(dict.fromkeys([*known, *said]))  # importing the same file again makes no revision
        assert line in (expected, [*expected, head.id]), "what was announced, and at most the one in flight"
        known = line
        _check_whole(store, head)
    store.commit({"groups": None}, title="after")
    store.verify()
    named = {f"{name}/{ref.filename}" for revision in store.log() for name, ref in revision.layers.items()}
    kept = {f"{path.parent.name}/{path.name}" for path in (workspace.path / "layers").rglob("*") if path.is_file()}
    assert kept == named, "what killed imports left behind is gone"
    assert not list(workspace.path.rglob(f"{TEMP_PREFIX}*"))


def _check_whole(store, head):
    store.verify(head.id)
    rows = ROWS[int(head.title) % len(ROWS)]
    groups, problems = store.read("groups"), store.read("problems")
    assert head.layers["groups"].info["file"] == f"groups{rows}.csv"
    assert len(groups) == head.layers["groups"].rows == rows
    assert set(problems["file"].dropna()) == {f"groups{rows}.csv"}, "the problems are those of the very file"
