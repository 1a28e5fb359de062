"""What a worker runs in the tests of jobs instead of hours of planning: it does what `standin.json` of the workspace says and logs that it ran."""

import json
import os
import signal
import time

import pandas as pd

from api.jobs.kinds import Outcome
from layers.errors import QueryError
from layers.store.revision import Change

NUMBER = "10000007777"
"""In the text of an exception; to be told to nobody."""


def run(workspace, options, order, tell):
    """Take the steps, then commit, fail, break or die."""
    script = json.loads((workspace.path / "standin.json").read_text(encoding="utf-8"))
    _log(workspace, "start", order.title)
    if script.get("die_first") and not (workspace.path / "died").exists():
        (workspace.path / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    for step in range(script["steps"]):
        tell(f"第 {step + 1} 步", step / script["steps"])
        _pass(script["pause_s"], busy=script.get("busy", False))
    _end(script.get("end", "commit"))
    frame = pd.DataFrame({"note": pd.array([order.title], dtype="string")})
    revision = workspace.store.commit({"problems": Change(frame=frame)}, title=order.title, author=order.author)
    _log(workspace, "end", order.title)
    return Outcome(revision.id, {"years": options["years"]})


def _end(how):
    if how == "fail":
        raise QueryError("预算不够建一项工程。", hint="请增加预算。")
    if how == "break":
        raise KeyError(NUMBER)
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)


def _pass(seconds, *, busy):
    until = time.monotonic() + seconds
    while busy and time.monotonic() < until:
        sum(range(200_000))
    if not busy:
        time.sleep(seconds)


def _log(workspace, what, title):
    with (workspace.path / "standin.log").open("a", encoding="utf-8") as log:
        log.write(f"{what} {title} {os.getpid()}\n")
