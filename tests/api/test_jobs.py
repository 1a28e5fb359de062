"""Jobs through a real service, its keeper and real worker processes: done, cancelled, killed, restarted, doubled."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from api.jobs.records import FINAL, Records
from layers.workspace import open_workspace
from tests.api.job_standin import NUMBER

ROOT = Path(__file__).resolve().parents[2]
ORDER = {"years": [2026, 2027], "budgets_cny": [1e6, 2e6]}
LONGEST_S = 90

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")


class Service:
    """A service in a process of its own."""

    def __init__(self, folder, at):
        self.folder, self.at, self.process = folder, at, None

    def start(self):
        """Begin to serve."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(ROOT / "tests" / "api" / "job_service.py"), str(self.folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.server = self.at(f"http://127.0.0.1:{int(self.process.stdout.readline())}")
        return self

    def leave(self, how):
        """Send a signal and wait for the end."""
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=60)
        assert b"Traceback" not in errors, errors.decode()
        return self.process.returncode

    def order(self, title, **more):
        """Order a plan; the answer."""
        body = json.dumps({**ORDER, "title": title, **more}).encode()
        return self.server.get("/plans/roads", method="POST", body=body, content_type="application/json")

    def job(self, job_id):
        """The record as the service tells it."""
        return self.server.get(f"/jobs/{job_id}").json["job"]

    def events(self, job_id, last=None):
        """Events until the stream ends: `(id, name, data)`."""
        request = urllib.request.Request(f"{self.server.base}/jobs/{job_id}/events", headers={} if last is None else {"Last-Event-ID": str(last)})
        with urllib.request.urlopen(request, timeout=LONGEST_S) as stream:
            if stream.status == 204:
                return None
            assert stream.headers["content-type"].startswith("text/event-stream")
            blocks = stream.read().decode().split("\n\n")
        parsed = [dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":")) for block in blocks if "data: " in block]
        return [(int(one["id"]), one["event"], json.loads(one["data"])) for one in parsed]


@pytest.fixture
def script(own_workspace):
    """Say what the stand-in does."""

    def write(**what):
        (own_workspace / "standin.json").write_text(json.dumps({"steps": 2, "pause_s": 0.05, **what}), encoding="utf-8")
        return own_workspace

    write()
    return write


@pytest.fixture
def service(script, own_workspace, at):
    """Services on one folder, started when asked; whatever is left of them is ended."""
    begun = []

    def start():
        begun.append(Service(own_workspace, at).start())
        return begun[-1]

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def log(folder):
    """What stand-ins have done: `(what, title, pid)`."""
    path = folder / "standin.log"
    return [tuple(line.split(" ")) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def until(condition):
    """Wait until something is so."""
    deadline = time.monotonic() + LONGEST_S
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def alive(pid):
    """Whether a process runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), 0)
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z" if Path("/proc").exists() else True
    return False


def test_an_order_is_run_and_told_from_beginning_to_end(service, own_workspace):
    one = service()
    before = open_workspace(own_workspace).store.head().id
    answer = one.order("甲计划", author="规划股")
    job = answer.json["job"]
    assert (answer.status, answer.headers["location"], job["state"]) == (202, f"/jobs/{job['id']}", "queued")
    told = one.events(job["id"])
    assert [name for _, name, _ in told][-1] == "done"
    assert {name for _, name, _ in told[:-1]} <= {"progress"}
    ids = [number for number, _, _ in told]
    assert ids == sorted(set(ids))
    last = told[-1][2]
    head = open_workspace(own_workspace).store.head()
    assert (last["revision"], last["share"], last["attempts"], last["result"]) == (head.id, 1.0, 1, {"years": [2026, 2027]})
    assert (head.parent, head.title, head.author) == (before, "甲计划", "规划股")
    assert one.job(job["id"]) == last
    assert one.events(job["id"], last=ids[-1]) is None, "who has heard the end is told not to come back"
    assert [name for _, name, _ in one.events(job["id"], last=1)] == ["done"], "who missed it is told the end at once"
    assert one.server.get("/county").json["revision"] == head.id
    assert one.leave(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("end", "title", "detail"), [("fail", "查询条件有误", "预算不够建一项工程。"), ("break", "程序内部出错", "程序内部出错（KeyError）")]
)
def test_a_run_that_fails_says_why(service, script, own_workspace, end, title, detail):
    script(end=end)
    before = open_workspace(own_workspace).store.head().id
    one = service()
    _, name, job = one.events(one.order("乙计划").json["job"]["id"])[-1]
    assert (name, job["problem"]["title"], job["revision"]) == ("failed", title, None)
    assert job["problem"]["detail"].startswith(detail)
    assert NUMBER not in json.dumps(job)
    assert open_workspace(own_workspace).store.head().id == before


def test_an_order_that_nobody_handed_over_is_found_and_one_that_nobody_understands_is_told(service, own_workspace):
    """Written down by a service that died before it put the job into the queue, or by a newer version of the program."""
    records = Records(own_workspace)
    lost = records.add("roads", ORDER, title="留下的", most_waiting=9)
    strange = records.add("weighing", {}, title="称重", most_waiting=9)
    one = service()
    assert one.events(lost.id)[-1][1] == "done"
    _, name, job = one.events(strange.id)[-1]
    assert (name, job["problem"]["detail"]) == ("failed", "这个版本的程序不会计算“weighing”类任务。")


def test_cancelling_ends_the_run_and_leaves_the_county_as_it_was(service, script, own_workspace):
    script(steps=1, pause_s=600, busy=True)
    before = open_workspace(own_workspace).store.head().id
    one = service()
    running, waiting = one.order("丙").json["job"]["id"], one.order("丁").json["job"]["id"]
    (_, _, worker), *_ = until(lambda: log(own_workspace))
    assert one.job(waiting)["ahead"] == 0
    assert one.server.get("/county").status == 200, "the map is answered while the worker works"
    assert one.server.get(f"/jobs/{waiting}", method="DELETE").json["job"]["state"] == "cancelled"
    assert one.server.get(f"/jobs/{running}", method="DELETE").json["job"]["cancelling"] is True
    assert one.events(running)[-1][1] == "cancelled"
    assert not alive(worker)
    assert one.job(running)["words"] == "已取消"
    again = one.server.get(f"/jobs/{running}", method="DELETE")
    assert (again.status, again.json["detail"]) == (409, "任务已经结束，不能再取消。")
    assert [title for what, title, _ in log(own_workspace) if what == "start"] == ["丙"], "what was cancelled while it waited was never begun"
    assert open_workspace(own_workspace).store.head().id == before


@pytest.mark.slow
def test_a_service_that_is_killed_takes_its_worker_along_and_the_next_runs_the_job_again(service, script, own_workspace):
    script(steps=1, pause_s=600)
    one = service()
    job_id = one.order("戊").json["job"]["id"]
    (_, _, worker), *_ = until(lambda: log(own_workspace))
    one.process.kill()
    one.process.wait()
    until(lambda: not alive(worker))
    assert Records(own_workspace).get(job_id).state == "running", "nobody was there to say otherwise"
    script(steps=2)
    other = service()
    _, name, job = other.events(job_id)[-1]
    assert (name, job["attempts"]) == ("done", 2)
    assert [what for what, _, _ in log(own_workspace)] == ["start", "start", "end"]
    store = open_workspace(own_workspace).store
    assert job["revision"] == store.head().id
    store.verify()


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_once_and_then_the_job_says_that_it_was_interrupted(service, script, own_workspace):
    script(die_first=True)
    one = service()
    _, name, job = one.events(one.order("己").json["job"]["id"])[-1]
    assert (name, job["attempts"]) == ("done", 2)
    script(end="die")
    _, name, job = one.events(one.order("庚").json["job"]["id"])[-1]
    assert (name, job["attempts"], job["problem"]["title"]) == ("interrupted", 2, "计算被中断")
    assert "自动重算一次仍未完成" in job["problem"]["detail"]
    open_workspace(own_workspace).store.verify()


@pytest.mark.slow
def test_a_service_that_stops_in_good_order_puts_its_job_back(service, script, own_workspace):
    script(steps=1, pause_s=600)
    one = service()
    job_id = one.order("辛").json["job"]["id"]
    (_, _, worker), *_ = until(lambda: log(own_workspace))
    assert one.leave(signal.SIGTERM) == 0
    assert not alive(worker)
    job = Records(own_workspace).get(job_id)
    assert (job.state, job.attempts, job.words) == ("queued", 0, "服务停止，下次启动后重算")
    script(steps=1)
    other = service()
    _, name, told = other.events(job_id)[-1]
    assert (name, told["attempts"]) == ("done", 1)


@pytest.mark.slow
def test_two_services_on_one_folder_run_each_job_once_and_one_at_a_time(service, script, own_workspace):
    script(steps=2, pause_s=0.2)
    one, other = service(), service()
    ordered = [place.order(title).json["job"]["id"] for place, title in ((one, "甲"), (other, "乙"), (one, "丙"))]
    for job_id in ordered:
        assert other.events(job_id)[-1][1] == "done"
    assert [(what, title) for what, title, _ in log(own_workspace)] == [(what, title) for title in "甲乙丙" for what in ("start", "end")]
    script(steps=1, pause_s=600)
    last = one.order("丁").json["job"]["id"]
    until(lambda: len(log(own_workspace)) == 7)
    script(steps=1)
    for place in (one, other):  # whoever keeps: the other takes over
        if place.process.poll() is None:
            place.process.kill()
            place.process.wait()
            break
    _, name, job = other.events(last)[-1]
    assert (name, job["attempts"] in {1, 2}) == ("done", True)


def test_more_orders_than_may_wait_are_refused(service, script, own_workspace):
    script(steps=1, pause_s=600)
    one = service()
    first = one.order("在算").json["job"]["id"]
    until(lambda: one.job(first)["state"] == "running")
    answers = [one.order(f"第{number}个") for number in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 202, 429]
    assert answers[-1].json["detail"] == "已有 3 个任务在排队，最多 3 个。"
    assert [answer.json["job"]["ahead"] for answer in answers[:3]] == [0, 1, 2]
    assert [job["title"] for job in one.server.get("/jobs?limit=2").json["jobs"]] == ["第2个", "第1个"]
    assert one.leave(signal.SIGINT) == 0
    assert not {job.state for job in Records(own_workspace).latest()} & FINAL
