"""What a client may ask in its headers and its query, through a real uvicorn: methods, tags, encodings, doubled parameters, bodies, host names."""

from __future__ import annotations

import gzip
import http.client
import socket
from urllib.parse import urlsplit

import pytest

ITEMS = "/collections/groups/items"
PATHS = ("/county", "/static/page.css", ITEMS, "/docs", "/gaps/power?level=group")


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(server, path):
    whole, head = server.get(path, accept_encoding="identity"), server.get(path, method="HEAD", accept_encoding="identity")
    assert (head.status, head.body, head.kind) == (whole.status, b"", whole.kind)
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["etag"] == whole.headers["etag"]


def test_other_methods_are_refused_with_those_that_are_allowed(server):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = server.get("/county", method=method)
        assert (answer.status, answer.headers["allow"], answer.kind) == (405, "GET, HEAD", "application/problem+json")


@pytest.mark.parametrize("path", ["/county", "/tiles/roads/12/3255/1751.mvt", "/rasters/relief/12/3254/1751.png", "/static/page.css"])
def test_a_tag_is_known_in_every_spelling(server, path):
    etag = server.get(path).headers["etag"]
    strong = etag.removeprefix("W/")
    for known in (etag, strong, f"W/{strong}", f'"other", {etag}', f'W/"x",W/{strong}', "*"):
        if path.startswith("/static") and known != etag and not known.endswith(etag):
            continue  # Starlette's own comparison: a miss costs a transfer, never a wrong answer
        answer = server.get(path, if_none_match=known)
        assert (answer.status, answer.body) == (304, b""), known
    for unknown in ('"other"', strong.strip('"'), f'"x{strong[1:]}', ""):
        assert server.get(path, if_none_match=unknown).status in {200, 204}, unknown


@pytest.mark.parametrize(
    ("accepted", "encoded"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False), ("identity, gzip;q=0.0", False), ("br", False), ("identity", False)],
)
def test_who_cannot_read_gzip_gets_none(server, accepted, encoded):
    tile = "/tiles/groups/10/813/437.mvt"
    for path in ("/gaps/power?level=group", "/static/page.css", tile):
        answer, plain = server.get(path, accept_encoding=accepted), server.get(path, accept_encoding="identity")
        if answer.status == 204:
            continue
        assert answer.headers["content-encoding"] == ("gzip" if encoded else None), path
        assert (gzip.decompress(answer.body) if encoded else answer.body) == plain.body
        assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", [f"{ITEMS}?limit=1&limit=2", "/gaps/power?level=county&level=group", "/search?q=a&q=b", "/county?a=1&%61=2"])
def test_a_parameter_given_twice_is_refused(server, path):
    answer = server.get(path)
    assert (answer.status, answer.kind) == (400, "application/problem+json")
    assert "不止一次" in answer.json["detail"]


@pytest.mark.parametrize("size", [1_000_001, 20_000_000])
def test_who_sends_too_much_can_read_why(server, size):
    """The client writes everything before it reads, and closes afterwards, as most do."""
    for _ in range(5):
        large = server.get("/county", method="POST", body=b"x" * size)
        assert (large.status, large.kind) == (413, "application/problem+json")
    assert server.get("/county").status == 200


def test_a_body_of_unknown_length_is_refused_and_can_be_read_about(server):
    client = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=60)
    client.request("POST", "/county", body=iter([b"x" * 1000] * 2000), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert client.getresponse().status == 413
    client.close()


def test_who_asks_before_sending_is_told_at_once(server):
    host, port = urlsplit(server.base).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as wire:
        wire.sendall(b"POST /county HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n")
        assert wire.recv(65536).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[::1].evil.example", "localhost@evil", "localhost:80/x", "2130706433"],
)
def test_names_that_only_look_like_this_machine_are_refused(server, host):
    assert server.get("/county", host=host).status == 400


@pytest.mark.parametrize(
    "path", ["..%2fpage.py", "%2e%2e/page.py", "..%5cpage.py", "%00", "js", "/etc/passwd", "a" * 300, "vendor/..%2f..%2fpage.py"]
)
def test_nothing_but_assets_lies_under_static(server, path):
    answer = server.get(f"/static/{path}")
    assert (answer.status, answer.kind) == (404, "application/problem+json")


def test_a_worker_may_load_tiles_from_here_and_nothing_else(server):
    script = server.get("/static/vendor/maplibre-gl-csp-worker.js")
    rules = dict(rule.strip().split(" ", 1) for rule in script.headers["content-security-policy"].split(";"))
    assert (script.status, rules["default-src"], rules["connect-src"]) == (200, "'none'", "'self'")
    assert script.headers["cache-control"] == "no-cache"


def test_the_root_is_a_page_for_people_and_the_landing_page_for_programs(server):
    assert server.get("/", accept="text/html,application/xhtml+xml,*/*;q=0.8").kind == "text/html"
    program = server.get("/", accept="application/json")
    assert program.json == server.get("/api").json
    assert "accept" in program.headers["vary"].lower()


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("bbox=170,-90,-170,90", 0),
        ("bbox=106.0,25.2,105.9,25.3", 12),
        ("bbox=106.09,25.2,106.05,25.3", 8),
        ("bbox=-180,-90,180,90", 12),
        ("datetime=2025-06-30T12:00:00%2B08:00", 12),
        ("datetime=../2025-06-30", 12),
    ],
)
def test_boxes_around_the_globe_and_moments(server, query, matched):
    answer = server.get(f"{ITEMS}?{query}")
    assert (answer.status, answer.json.get("numberMatched")) == (200, matched)


@pytest.mark.parametrize(
    "query", ["bbox=", "bbox=1,2,3", "bbox=1,5,2,4", "bbox=a,b,c,d", "bbox=1,2,3,inf", "datetime=", "datetime=now", "datetime=2025"]
)
def test_boxes_and_moments_that_cannot_be(server, query):
    assert server.get(f"{ITEMS}?{query}").status == 400
    assert server.get(f"{ITEMS}?datetime=2025-02-01/2025-01-01").status == 400


@pytest.mark.parametrize("service", ["hardened_road", "safe_water", "power", "clinic"])
def test_a_row_and_its_card_say_the_same(server, service):
    for row in server.get(f"/gaps/{service}?level=group").json["rows"]:
        judged = {one["service"]: one for one in server.get(f"/groups/{row['code']}").json["services"]}[service]
        assert (row["reason_text"], row["verdict"]) == (judged["reason_text"], judged["verdict"])
