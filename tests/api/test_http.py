"""Every route through a real uvicorn, on a county whose answers can be worked out by hand."""

import gzip
import io
import json
import urllib.parse
import zlib

import mapbox_vector_tile
import pytest
import synthetic_county
from PIL import Image
from synthetic_county import VERDICTS

from layers.names import SERVICES

LACKING = sorted(code for code, verdict in VERDICTS.items() if verdict == "lacking")


def test_the_county_says_who_it_is(server):
    body = server.get("/county").json
    assert body["county"] == {"code": synthetic_county.COUNTY, "name": synthetic_county.COUNTY_NAME, "bounds": [106.0, 25.2, 106.1, 25.3]}
    assert [one["id"] for one in body["services"]] == list(SERVICES)
    assert (body["standard"]["id"], body["synthetic"], body["stale"], body["data_date"]) == ("guizhou-2017", True, False, "2025-06-30")
    names = [layer["name"] for layer in body["layers"]]
    assert len(names) == len(set(names))
    assert {"groups", "roads", "townships", "villages", "dem"} <= set(names)
    assert "households" not in names


def test_totals_of_the_county_are_those_worked_out_by_hand(server):
    body = server.get("/gaps/hardened_road?level=county").json
    assert body["totals"]["groups"] == {"met": 6, "lacking": 3, "unknown": 2, "excluded": 1, "total": 12}
    assert body["totals"]["households"] == {"met": 269, "lacking": 128, "unknown": 51, "excluded": 12, "total": 460}
    assert body["totals"]["people"]["total"] == 2032
    assert body["totals"]["missing_count"] == 1
    assert body["rows"][0]["groups"] == body["totals"]["groups"]
    assert body["rows"][0]["rate"] == pytest.approx(6 / 11)


@pytest.mark.parametrize("service", SERVICES)
def test_levels_sum_to_each_other(server, service):
    rows = {level: server.get(f"/gaps/{service}?level={level}").json["rows"] for level in ("county", "township", "village")}
    for measure in ("groups", "households", "people", "registered"):
        for kind in ("met", "lacking", "unknown", "excluded", "total"):
            sums = {level: sum(row[measure][kind] for row in found) for level, found in rows.items()}
            assert len(set(sums.values())) == 1, (measure, kind, sums)


def test_group_rows_hold_the_verdicts_worked_out_by_hand(server):
    rows = server.get("/gaps/hardened_road?level=group").json["rows"]
    assert {row["code"]: row["verdict"] for row in rows} == VERDICTS
    far = next(row for row in rows if row["code"] == "52992610020103")
    assert "没有道路" in far["reason_text"]
    assert far["shortfall"] == pytest.approx(far["value"] - far["threshold"])
    assert (far["village_name"], far["township_name"], far["hamlet"]) == ("甲一村", "甲镇", "下寨")


def test_filters_narrow_and_say_so(server):
    body = server.get("/gaps/hardened_road?level=group&status=lacking&area=529926100").json
    assert [row["code"] for row in body["rows"]] == LACKING
    assert body["matched"] == body["returned"] == 3
    assert body["totals"]["groups"]["total"] == 6
    assert body["filter"]["text"] == "硬化路 · 村民组 · 甲镇（529926100） · 未达标"


def test_pages_and_order(server):
    whole = server.get("/gaps/hardened_road?level=group&sort=-households").json["rows"]
    counts = [row["households"] for row in whole if row["households"] is not None]
    assert counts == sorted(counts, reverse=True)
    assert whole[-1]["households"] is None
    parts = [server.get(f"/gaps/hardened_road?level=group&sort=-households&limit=5&offset={at}").json["rows"] for at in (0, 5, 10)]
    assert [row for part in parts for row in part] == whole


def test_the_card_of_a_group_shows_its_evidence(server):
    body = server.get("/groups/52992610120203").json
    assert body["group"]["hamlet"] == "坡上"
    road = body["services"][0]
    assert (road["service"], road["verdict"]) == ("hardened_road", "unknown")
    assert "断点" in road["reason_text"]
    assert road["standard"] == "guizhou-2017@1"
    assert road["asset"]["code"] == "C002529926"
    assert {one["indicator"] for one in road["indicators"]}
    assert [one["service"] for one in body["services"]] == list(SERVICES)


def test_a_group_that_is_not_there(server):
    answer = server.get("/groups/nobody")
    assert (answer.status, answer.kind) == (404, "application/problem+json")
    assert "nobody" in answer.json["detail"]


def test_search_finds_by_name_code_and_pinyin(server):
    for text in ("坡上", "52992610120203", "ps"):
        hits = server.get(f"/search?q={urllib.parse.quote(text)}").json
        assert "52992610120203" in {hit["code"] for hit in hits}
    assert server.get("/search?q=529926").json[0]["kind"] == "county"


def test_tiles_hold_every_group_with_its_verdicts(server):
    found = {}
    about = server.get("/tiles/groups.json").json
    assert about["vector_layers"][0]["id"] == "groups"
    for x, y in _tiles_of(about["bounds"], 14):
        answer = server.get(f"/tiles/groups/14/{x}/{y}.mvt", accept_encoding="gzip")
        if answer.status == 204:
            continue
        assert answer.headers["content-encoding"] == "gzip"
        for feature in mapbox_vector_tile.decode(gzip.decompress(answer.body))["groups"]["features"]:
            found[feature["properties"]["group_code"]] = feature["properties"]["hardened_road"]
    assert found == VERDICTS


def _tiles_of(bounds, z):
    import math  # noqa: PLC0415

    west, south, east, north = bounds
    column = lambda lon: int((lon + 180) / 360 * 2**z)  # noqa: E731
    row = lambda lat: int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)  # noqa: E731
    return [(x, y) for x in range(column(west), column(east) + 1) for y in range(row(north), row(south) + 1)]


def test_clusters_carry_the_sums(server):
    (x, y), *_ = _tiles_of(server.get("/tiles/groups.json").json["bounds"], 6)
    features = mapbox_vector_tile.decode(gzip.decompress(server.get(f"/tiles/groups/6/{x}/{y}.mvt", accept_encoding="gzip").body))["groups"][
        "features"
    ]
    sums = {kind: sum(one["properties"][f"hardened_road_{kind}"] for one in features) for kind in ("met", "lacking", "unknown", "excluded")}
    assert sums == {"met": 6, "lacking": 3, "unknown": 2, "excluded": 1}
    assert sum(one["properties"]["point_count"] for one in features) == 12


def test_a_tile_is_sent_once(server):
    about = server.get("/tiles/roads.json").json
    x, y = _tiles_of(about["bounds"], 12)[0]
    path = f"/tiles/roads/12/{x}/{y}.mvt"
    first = server.get(path, accept_encoding="gzip")
    assert (first.status, first.kind, first.headers["cache-control"]) == (200, "application/vnd.mapbox-vector-tile", "no-cache")
    again = server.get(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    plain = server.get(path, accept_encoding="identity")
    assert plain.headers["content-encoding"] is None
    assert plain.body == zlib.decompress(first.body, wbits=31)
    version = about["tiles"][0].partition("?v=")[2]
    assert "immutable" in server.get(f"{path}?v={version}").headers["cache-control"]
    assert server.get(f"{path}?v=old").headers["cache-control"] == "no-cache"


def test_empty_tiles_and_tiles_that_cannot_be(server):
    assert server.get("/tiles/roads/12/0/0.mvt").status == 204
    for path in ("/tiles/roads/3/8/0.mvt", "/tiles/roads/99/0/0.mvt", "/tiles/roads/3/-1/0.mvt", "/tiles/roads/3/x/0.mvt"):
        answer = server.get(path)
        assert (answer.status, answer.kind) == (400, "application/problem+json"), path


def test_hill_shade_is_a_picture_without_heights(server):
    x, y = _tiles_of([106.05, 25.25, 106.05, 25.25], 12)[0]
    answer = server.get(f"/rasters/relief/12/{x}/{y}.png")
    assert (answer.status, answer.kind) == (200, "image/png")
    picture = Image.open(io.BytesIO(answer.body))
    assert (picture.size, picture.mode) == ((256, 256), "P")
    assert server.get(f"/rasters/relief/12/{x}/{y}.png", if_none_match=answer.headers["etag"]).status == 304
    assert server.get("/rasters/relief/12/0/0.png").status == 204


def test_answers_follow_the_revision(server):
    first = server.get("/county")
    assert first.headers["etag"]
    assert server.get("/county", if_none_match=first.headers["etag"]).status == 304
    assert server.get("/gaps/power", if_none_match=first.headers["etag"]).status == 304
    assert server.get("/county", if_none_match='"other"').status == 200


def test_sensitivity_meets_the_verdicts_at_the_sets_own_distance(server):
    body = server.get("/sensitivity/hardened_road").json
    own = next(row for row in body["rows"] if row["threshold_m"] == body["threshold"])
    assert (own["met"], own["lacking"], own["unknown"], own["excluded"]) == (6, 3, 2, 1)
    lacking = [row["lacking"] for row in body["rows"]]
    assert lacking == sorted(lacking, reverse=True)


def test_problems_list_the_doubtful_joint_with_what_it_decides(server):
    rows = server.get("/problems?layer=roads").json["rows"]
    joint = next(row for row in rows if row["rule"] == "doubtful_joint")
    assert "52992610120203" in joint["message"]
    assert joint["severity"] == "warning"


def test_the_page_is_small_local_and_strict(server):
    answer = server.get("/?service=power")
    html = answer.body.decode()
    assert answer.kind == "text/html"
    assert len(answer.body) <= 30_000
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert server.get("/static/page.css").status == 200
    assert server.get("/static/../vendor.py").status == 404


def test_docs_need_no_network_and_name_every_route(server):
    html = server.get("/docs").body.decode()
    for path in server.get("/openapi.json").json["paths"]:
        assert path in html
    assert "https://" not in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/county?x=1", 400),
        ("/gaps/nothing", 400),
        ("/gaps/power?limit=0", 400),
        ("/gaps/power?limit=10001", 400),
        ("/gaps/power?foo=1", 400),
        ("/gaps/power?area=99", 400),
        ("/gaps/power?sort=nothing", 400),
        ("/gaps/power/export.exe", 400),
        ("/collections/households", 404),
        ("/collections/households/items", 404),
        ("/collections/problems/items", 404),
        ("/collections/coverage", 404),
        ("/collections/hazards/items", 404),
        ("/collections/groups/items?foo=1", 400),
        ("/collections/groups/items?bbox=1,2", 400),
        ("/collections/groups/items?filter=x%3D", 400),
        ("/collections/groups/items/none", 404),
        ("/tiles/households.json", 404),
        ("/tiles/hazards.json", 404),
        ("/search", 400),
        ("/sensitivity/hardened_road?thresholds=a", 400),
        ("/problems?severity=bad", 400),
    ],
)
def test_every_mistake_is_a_problem_in_chinese(server, path, status):
    answer = server.get(path)
    body = answer.json
    assert (answer.status, answer.kind, body["status"]) == (status, "application/problem+json", status)
    assert body["type"]
    assert body["title"]
    assert body["detail"].endswith("。")
    assert "Traceback" not in answer.body.decode()


def test_only_reading_is_possible(server):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = server.get("/gaps/power", method=method, body=b"{}")
        assert (answer.status, answer.kind) == (405, "application/problem+json")


def test_large_bodies_and_foreign_names_are_refused(server):
    large = server.get("/county", method="POST", body=b"x" * 1_000_001)
    assert (large.status, large.kind) == (413, "application/problem+json")
    foreign = server.get("/county", host="evil.example")
    assert (foreign.status, foreign.kind) == (400, "application/problem+json")
    assert server.get("/county", host="localhost:8000").status == 200


@pytest.mark.parametrize("path", ["/", "/county", "/nowhere", "/tiles/roads/12/0/0.mvt", "/docs", "/static/page.css", "/openapi.json"])
def test_every_answer_carries_the_security_headers(server, path):
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["server"] is None


def test_json_is_compressed_for_those_who_ask(server):
    answer = server.get("/gaps/power?level=group", accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["matched"] == 12
