"""OGC API Features: paging, boxes, filters, order, dates; answers checked against brute force on the same features."""

import urllib.parse

import pytest

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def _all(server, layer, **parameters):
    query = urllib.parse.urlencode({"limit": 1000, **{name.replace("_", "-"): value for name, value in parameters.items()}})
    return server.get(f"/collections/{layer}/items?{query}")


def _ids(answer):
    assert answer.status == 200, answer.body
    return [feature["id"] for feature in answer.json["features"]]


def test_the_landing_page_leads_everywhere(server):
    links = server.get("/api").json["links"]
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= {link["rel"] for link in links}
    for link in links:
        answer = server.get(urllib.parse.urlsplit(link["href"]).path)
        assert (answer.status, answer.kind) == (200, link["type"].partition(";")[0])
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in server.get("/conformance").json["conformsTo"]


def test_every_collection_describes_itself_and_gives_its_items(server):
    for one in server.get("/collections").json["collections"]:
        assert server.get(f"/collections/{one['id']}").json == one
        answer = _all(server, one["id"])
        body = answer.json
        assert (answer.kind, answer.headers["content-crs"]) == ("application/geo+json", f"<{CRS84}>")
        assert body["numberMatched"] == body["numberReturned"] == len(body["features"])
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        for feature in body["features"][:3]:
            alone = server.get(f"/collections/{one['id']}/items/{feature['id']}").json
            assert alone["properties"] == feature["properties"]


def test_pages_follow_their_links_and_lose_nothing(server):
    whole = _ids(_all(server, "groups"))
    path, found = "/collections/groups/items?limit=5&sortby=group_code", []
    while path:
        body = server.get(path).json
        found += [feature["id"] for feature in body["features"]]
        following = [link["href"] for link in body["links"] if link["rel"] == "next"]
        path = following[0].partition("127.0.0.1")[2].partition("/")[2] if following else ""
        path = f"/{path}" if path else ""
    assert found == whole == sorted(whole)
    last = server.get("/collections/groups/items?limit=5&offset=10").json
    assert [link["rel"] for link in last["links"]][:2] == ["self", "prev"]


def test_a_box_holds_what_lies_in_it(server):
    every = _all(server, "groups").json["features"]
    expected = [one["id"] for one in every if one["geometry"]["coordinates"][0] <= 106.05 and one["geometry"]["coordinates"][1] >= 25.25]
    assert _ids(_all(server, "groups", bbox="106.0,25.25,106.05,25.3")) == expected
    assert _ids(_all(server, "groups", bbox="106.0,25.25,0,106.05,25.3,9000")) == expected
    assert _ids(_all(server, "groups", bbox="0,0,1,1")) == []


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("households_count >= 45", lambda p: (p["households_count"] or 0) >= 45),
        ("households_count IS NULL", lambda p: p["households_count"] is None),
        ("hamlet_name LIKE '岩%'", lambda p: p["hamlet_name"].startswith("岩")),
        (
            "village_name = '甲一村' OR village_name = '乙一村' AND group_name = '一组'",
            lambda p: p["village_name"] == "甲一村" or (p["village_name"] == "乙一村" and p["group_name"] == "一组"),
        ),
        ("group_code IN ('52992610020101', '52992610120203')", lambda p: p["group_code"] in {"52992610020101", "52992610120203"}),
        ("synthetic = TRUE AND NOT (township_code = '529926100')", lambda p: p["township_code"] != "529926100"),
    ],
)
def test_filters_give_what_brute_force_gives(server, text, keep):
    every = _all(server, "groups").json["features"]
    assert _ids(_all(server, "groups", filter=text, filter_lang="cql2-text")) == [one["id"] for one in every if keep(one["properties"])]


def test_spatial_filters_reach_lines(server):
    assert _ids(_all(server, "roads", filter="S_INTERSECTS(geometry, POINT(106.05 25.25))")) == ["Y001529926"]


def test_order_of_several_columns(server):
    rows = [one["properties"] for one in _all(server, "groups", sortby="-township_code,households_count").json["features"]]
    keys = [(row["township_code"], row["households_count"]) for row in rows]
    assert keys == sorted(keys, key=lambda k: (-int(k[0]), k[1] is None, k[1] or 0))


def test_dates_meet_their_interval(server):
    assert len(_ids(_all(server, "roads", datetime="2025-06-30"))) == 5
    assert len(_ids(_all(server, "roads", datetime="../2025-06-29"))) == 0
    assert len(_ids(_all(server, "roads", datetime="2025-06-30T00:00:00Z/.."))) == 5
    for wrong in ("../..", "yesterday", "2025-01-01/2025-02-01/2025-03-01"):
        assert _all(server, "roads", datetime=wrong).status == 400


def test_a_limit_beyond_the_largest_is_the_largest(server):
    assert _all(server, "groups", limit=99_999).status == 200


def test_queryables_are_the_properties(server):
    described = server.get("/collections/groups/queryables")
    assert described.kind == "application/schema+json"
    names = set(described.json["properties"]) - {"geometry"}
    assert names == set(_all(server, "groups").json["features"][0]["properties"])
    assert described.json["properties"]["households_count"] == {"title": "户数", "type": "integer", "description": "单位：户"}
