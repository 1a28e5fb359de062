"""Writing over HTTP: only from our own page or a program, only strict JSON, only where it is allowed, and never more than is sensible."""

import http.client
import json
import socket
from threading import Event
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from api import app as door
from api.errors import NotJson
from api.faults import body_sentence
from api.jobs.job_queue import JobMessages, JobQueue
from api.jobs.records import MOST_ATTEMPTS, Records, State
from api.jobs.roads import terms_of
from api.plan_models import LABELS, RoadsOrder
from api.settings import is_loopback
from api.writing import SAFE, WritingRoute, is_foreign, parse_strictly, refuse_other_forms
from layers.errors import QueryError

ORDER = {"years": [2026], "budgets_cny": [1e6], "title": "计划"}


@pytest.fixture
def office(own_workspace, serve):
    """A server whose workspace may be changed; nobody keeps its jobs."""
    with serve(own_workspace, most_waiting=3) as running:
        yield running


def _order(server, order=ORDER, **headers):
    body = order if isinstance(order, bytes) else json.dumps(order).encode()
    return server.get("/plans/roads", method="POST", body=body, **{"content_type": "application/json", **headers})


def test_every_route_that_writes_is_checked():
    routes = [route for family in door._ROUTES for route in family.router.routes]
    writing = [route for route in routes if set(route.methods or ()) - SAFE]
    ordered = {"/plans/roads", "/plans/sites", "/plans/choice", "/plans/sites/weights/{name}"}
    assert {route.path for route in writing} == ordered | {"/plans/sites/rank", "/jobs/{job_id}"}
    assert all(isinstance(route, WritingRoute) for route in writing)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_a_page_from_elsewhere_cannot_write(office, headers):
    for method, path in (("POST", "/plans/roads"), ("DELETE", "/jobs/x"), ("POST", "/county")):
        answer = office.get(path, method=method, body=json.dumps(ORDER).encode(), content_type="application/json", **headers)
        assert (answer.status, answer.kind) == (403, "application/problem+json")
    assert office.get("/jobs").json["jobs"] == []


def test_our_own_page_and_programs_can(office):
    own = {"origin": office.base, "sec_fetch_site": "same-origin"}
    assert [_order(office, **headers).status for headers in ({}, own)] == [202, 202]
    assert [job["state"] for job in office.get("/jobs").json["jobs"]] == ["queued", "queued"]
    assert office.get("/county", origin="http://evil.example").status == 200, "reading gives another page nothing: it cannot see the answer"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "", "application/json2"])
def test_forms_and_plain_texts_are_no_orders(office, kind):
    assert _order(office, content_type=kind).status == 415
    with pytest.raises(NotJson):
        refuse_other_forms(kind)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "读不懂"),
        (b"{", "读不懂"),
        (b"[]", "JSON 对象"),
        (b'{"budgets_cny":[NaN]}', "读不懂"),
        (b'{"budgets_cny":[1e999]}', ""),
        (b'{"title":"\\ud800"}', "读不懂"),
        (b'{"title":"\xff"}', "读不懂"),
        (b'{"years":[2026],"years":[2027]}', "“years”写了不止一次"),
        (b"[" * 30_000 + b"]" * 30_000, "读不懂"),
        (b'{"years":[2026.5]}', "“年度（years）”第 1 项应为整数"),
        (b'{"years":["2026"]}', "“年度（years）”第 1 项应为整数"),
        (b'{"years":[2026],"budgets_cny":[-1]}', "“各年预算（budgets_cny）”第 1 项不能小于 0"),
        (b'{"years":[2026]}', "1 个年度对应 0 个预算"),
        (b'{"years":[2027,2026],"budgets_cny":[1,1]}', "由早到晚"),
        (b'{"weights":{"households":0}}', "权重全为 0"),
        (b'{"must":["A"],"must_not":["A"]}', "A 既在必建又在不建里"),
        (b'{"must":["W0001"]}', "“W0001” 既不是道路计划的工程"),
        (b'{"floors":[{"share":2}]}', "“乡镇底线（floors）”第 1 项里的“比例（share）”不能大于 1"),
        (b'{"floors":[{}]}', "缺少“比例（share）”"),
        (b'{"years":[2026],"budgets_cny":[1],"floors":[{"share":0.3,"area_code":"999"}]}', "“999” 不是本县的乡镇代码"),
        (b'{"floors":[{"share":0.3}]}', "就要写年度和各年预算"),
        (b'{"weights":{"people":1}}', "就要写年度和各年预算"),
        (b'{"deadlines":[{"year":2030,"share":1}],"years":[2026],"budgets_cny":[1]}', "2030 不在计划年度之内"),
        (b'{"costs":"../../etc/passwd"}', "“造价标准（costs）”里有不能用的字符"),
        (b'{"costs":"nobodys"}', "没有可用的造价标准“nobodys”"),
        (b'{"title":"a\\u202eb"}', "“名称（title）”里有不能用的字符"),
        (b'{"colour":1}', "没有“colour”这一项"),
        (b'{"title":"' + "长".encode() * 81 + b'"}', "“名称（title）”不能超过 80 字"),
    ],
)
def test_every_bad_field_has_its_sentence(office, body, words):
    answer = _order(office, body)
    assert (answer.status, answer.kind) == (400, "application/problem+json")
    assert words in answer.json["detail"]
    assert office.get("/jobs").json["jobs"] == []


def test_a_title_is_text_and_comes_back_as_it_was(office):
    title = '=HYPERLINK("x")<b>&\'计划'
    assert _order(office, {**ORDER, "title": title}).json["job"]["title"] == title
    assert _order(office, {**ORDER, "title": "  "}).json["job"]["title"] == "道路计划"


def test_no_more_orders_than_may_wait(office):
    answers = [_order(office).status for _ in range(4)]
    assert answers == [202, 202, 202, 429]
    assert "最多 3 个" in _order(office).json["detail"]


def test_a_service_that_others_reach_takes_orders_only_where_that_is_allowed(own_workspace, serve, monkeypatch):
    monkeypatch.delenv("ZUTONG_WRITE", raising=False)
    with serve(own_workspace, host="0.0.0.0") as server:  # noqa: S104 - what is asked is whether that is noticed
        answer = _order(server)
        assert (answer.status, answer.json["title"]) == (403, "不能写入")
        assert "ZUTONG_WRITE=1" in answer.json["hint"]
        assert server.get("/jobs/x", method="DELETE").status == 403
        assert server.get("/jobs").json == {"writable": False, "jobs": []}
    monkeypatch.setenv("ZUTONG_WRITE", "1")
    with serve(own_workspace, host="0.0.0.0") as server:  # noqa: S104
        assert _order(server).status == 202
    monkeypatch.setenv("ZUTONG_WRITE", "0")
    with serve(own_workspace) as server:
        assert _order(server).status == 403


def test_methods_that_are_not_there_say_which_are(office):
    for path, allowed in (("/plans/roads", "GET, HEAD, POST"), ("/jobs/x", "GET, HEAD, DELETE"), ("/jobs", "GET, HEAD")):
        answer = office.get(path, method="PUT", body=b"{}")
        assert (answer.status, answer.headers["allow"]) == (405, allowed)


def test_large_orders_are_refused_before_they_are_read(office):
    answer = _order(office, b"{" + b" " * 70_000 + b"}")
    assert (answer.status, answer.json["detail"]) == (413, "请求内容须写明长度，且不超过 65536 字节。")


def test_what_no_route_reads_is_dropped_and_the_connection_goes_on(office):
    connection = http.client.HTTPConnection(urlsplit(office.base).netloc, timeout=60)
    for status in (405, 405):
        connection.request("POST", "/county", body=b"x" * 60_000, headers={"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.request("POST", "/plans/roads", body=json.dumps(ORDER), headers={"content-type": "application/json"})
    assert connection.getresponse().status == 202
    connection.close()


def test_who_asks_first_is_told_to_go_on(office):
    host, port = urlsplit(office.base).netloc.split(":")
    body = json.dumps(ORDER).encode()
    head = f"POST /plans/roads HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(body)
        assert b" 202 " in line.recv(1000).split(b"\r\n")[0]


def test_head_of_an_event_stream_ends(office):
    job_id = _order(office).json["job"]["id"]
    connection = http.client.HTTPConnection(urlsplit(office.base).netloc, timeout=60)
    for path in (f"/jobs/{job_id}/events", "/jobs"):
        connection.request("HEAD", path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
    connection.close()


def test_events_are_not_held_back_by_compression(office):
    job_id = _order(office).json["job"]["id"]
    connection = http.client.HTTPConnection(urlsplit(office.base).netloc, timeout=60)
    connection.request("GET", f"/jobs/{job_id}/events", headers={"accept-encoding": "gzip"})
    answer = connection.getresponse()
    assert (answer.headers["content-encoding"], answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
        None,
        "no-store",
        "nosniff",
    )
    lines = [answer.readline() for _ in range(5)]
    assert lines[0] == b"retry: 2000\n"
    assert lines[2:4] == [b"id: 1\n", b"event: progress\n"]
    assert json.loads(lines[4].removeprefix(b"data: "))["state"] == "queued"
    office.get(f"/jobs/{job_id}", method="DELETE")
    assert b"event: cancelled" in answer.read()
    connection.close()


@given(st.text(max_size=20), st.text("abc.:0123456789", min_size=1, max_size=20))
def test_an_origin_is_ours_only_when_it_names_this_very_host(prefix, host):
    assert not is_foreign(Headers({"host": host, "origin": f"http://{host}"}))
    other = f"http://{prefix.encode('ascii', 'ignore').decode()}x{host}"
    assert is_foreign(Headers({"host": host, "origin": other}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
@settings(max_examples=50)
def test_what_is_parsed_is_what_was_meant(value):
    try:
        body = json.dumps({"value": value}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    assert parse_strictly(body) == {"value": value}


def test_every_field_of_an_order_has_a_name_in_chinese():
    schema = RoadsOrder.model_json_schema()
    names = {name for part in (schema, *schema["$defs"].values()) for name in part["properties"]}
    assert names == set(LABELS)
    assert body_sentence({"type": "new_kind_of_fault"}, ["years"], LABELS) == "“年度（years）”的写法不对"


def test_nothing_of_an_order_is_lost_on_the_way_to_the_programme():
    floors = [{"share": 0.3, "unit": "people", "area_code": "529926100", "by_year": 2027}]
    deadlines = [{"year": 2026, "share": 0.5, "unit": "groups", "area_code": None}]
    weights = {"groups": 0.0, "households": 1.0, "people": 0.25, "registered": 2.0}
    given = {"years": [2026, 2027], "budgets_cny": [1.5e6, 0.0], "weights": weights, "carry_over": False, "floors": floors, "deadlines": deadlines}
    order = RoadsOrder.model_validate(given)
    read = terms_of(order.model_dump(mode="json")).as_dict()
    assert {name: read[name] for name in given} == given
    assert terms_of(RoadsOrder().model_dump(mode="json")) is None


def test_only_this_machine_is_loopback():
    assert [host for host in ("127.0.0.1", "127.9.9.9", "::1", "LOCALHOST", "::", "0.0.0.0", "10.0.0.1", "map.local") if is_loopback(host)] == [  # noqa: S104
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "LOCALHOST",
    ]


def test_a_queue_file_is_never_run_as_a_program(tmp_path):
    """huey's own messages are pickles; ours are a job's id, whatever the file holds."""
    told = []
    hostile = b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94."
    with pytest.raises(ValueError, match="not valid"):
        JobMessages().deserialize(hostile)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "queue.sqlite").write_bytes(b"no database at all" * 100)
    with JobQueue(tmp_path, told.append) as queue:
        queue.refill(["a", "b"])
        step = queue.steps(Event())
        step()
        step()
        assert queue.is_empty()
    assert told == ["a", "b"]


@given(st.lists(st.sampled_from(["claim", "lose", "finish", "stale", "cancel", "put_back"]), max_size=12))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_record_goes_only_the_ways_that_there_are(tmp_path_factory, steps):
    """Against a model: whatever is called in whatever order, an ended job never changes, and no job is begun more than twice without an end."""
    records = Records(tmp_path_factory.mktemp("jobs"))
    job = records.add("roads", {}, title="x", most_waiting=1)
    state, attempts = "queued", 0
    for step in steps:
        before = records.get(job.id)
        if step == "claim":
            claimed = records.claim(job.id)
            assert (claimed is not None) == (state == "queued")
            state, attempts = ("running", attempts + 1) if state == "queued" else (state, attempts)
        elif step == "lose":
            records.lose(before)
            if state == "running":
                state = "cancelled" if before.cancelling else "queued" if attempts < MOST_ATTEMPTS else "interrupted"
        elif step == "finish":
            assert records.finish(job.id, attempts, State.DONE, "完成", revision="r") == (state == "running")
            state = "done" if state == "running" else state
        elif step == "stale":
            assert not records.finish(job.id, attempts + 1, State.DONE, "完成")
            records.tell(job.id, attempts + 1, "上一次", 0.5)
        elif step == "put_back":
            records.put_back(before)
            state, attempts = ("queued", attempts - 1) if state == "running" and not before.cancelling else (state, attempts)
        elif before.ended_for_good:
            with pytest.raises(QueryError):
                records.cancel(job.id)
        else:
            state = "cancelled" if state == "queued" else state
            assert records.cancel(job.id).state == state
        now = records.get(job.id)
        assert (now.state, now.attempts) == (state, attempts)
        assert now == before if before.ended_for_good else now.version >= before.version
        assert (now.ended is not None) == now.ended_for_good


def test_old_jobs_are_forgotten_and_new_ones_never(tmp_path, monkeypatch):
    monkeypatch.setattr("api.jobs.records.KEPT", 3)
    records = Records(tmp_path)
    for number in range(6):
        job = records.add("roads", {}, title=str(number), most_waiting=9)
        if number < 5:
            records.cancel(job.id)
    waiting = records.add("roads", {}, title="last", most_waiting=9)
    assert [one.title for one in records.latest()] == ["last", "5", "4", "3", "2"]
    assert records.waiting() == [records.latest()[1].id, waiting.id]
