"""Killed at any moment, or out of disk: the last revision stays whole and the next commit works (imports: `tests/api/test_import_crash.py`)."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from layers.store.disk import TEMP_PREFIX
from layers.store.files import FileStore
from layers.store.revision import Change
from tests.layers.store.commit_forever import commit_forever, frame_of

ROOT = Path(__file__).parents[3]
KILLS = 20

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL and resource limits")


def run_and_kill(context, folder, start, delay_s):
    """Let a process commit until it has said its first revision, wait a moment more, kill it; everything it said."""
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=commit_forever, args=(str(folder), start, theirs))
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
    timer.join()
    assert child.exitcode == -signal.SIGKILL
    return said


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([commit_forever.__module__])
    chance = random.Random(20170701)
    store = FileStore(tmp_path)
    known = []
    for turn in range(KILLS):
        said = run_and_kill(context, tmp_path, turn * 10_000, chance.uniform(0, 0.2))
        head = store.head()
        line = [revision.id for revision in reversed(store.log())]
        assert line in (known + said, [*known, *said, head.id]), "what was announced, and at most the one in flight"
        store.verify()
        assert store.read("gaps")["value"].tolist() == frame_of(int(head.title))["value"].tolist()
        assert store.read("coverage")["value"].tolist() == frame_of(-int(head.title))["value"].tolist()
        known = line
    after = store.commit({"gaps": Change(frame=frame_of(7))}, title="after")
    assert after.parent == known[-1]
    assert not list(tmp_path.rglob(f"{TEMP_PREFIX}*"))


OUT_OF_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np, pandas as pd
from layers.errors import StoreError
from layers.store.files import FileStore
from layers.store.revision import Change

store = FileStore(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    store.commit({"coverage": Change(frame=pd.DataFrame({"x": np.random.default_rng(1).random(200_000)}))}, title="big")
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 300, 100_000])
def test_a_full_disk_leaves_the_last_revision_whole(tmp_path, limit):
    """A limit on file size fails like a full disk: in the lock's note, in the revision's record, or half-way in a layer's file."""
    folder, script = tmp_path / "county", tmp_path / "child.py"
    script.write_text(OUT_OF_DISK)
    store = FileStore(folder)
    before = store.commit({"gaps": Change(frame=frame_of(1))}, title="small")
    child = subprocess.run(
        [sys.executable, script, folder, str(limit)], check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert "已提交的版本没有变" in child.stdout
    assert store.head() == before
    store.verify()
    assert not list(folder.rglob(f"{TEMP_PREFIX}*"))
    assert store.commit({"gaps": Change(frame=frame_of(2))}, title="next").parent == before.id
