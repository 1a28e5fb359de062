"""Where to resettle over HTTP, about a real study of a small county."""

import io
import json
import math
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_county import PERSONAL
from synthetic_study import BESIDE, FARMLAND, IN_DANGER, REDLINE, WHOLE

from api import site_models, site_views
from api.jobs.keeper import keeping
from api.runs import ImportOptions, import_file
from api.runs.sites import keep_weights
from api.snapshot import Snapshot
from gis.sites.weighing import NEUTRAL, Weighing
from layers.store.revision import Change
from layers.workspace import open_workspace

LONGEST_S = 240
AGREEING = [["slope", "road", 3], ["road", "water", 3], ["slope", "water", 9]]
CONTRARY = [["slope", "road", 9], ["road", "water", 9], ["water", "slope", 9]]


@pytest.fixture(scope="module")
def study(studied):
    return studied.get("/plans/sites").json


def _send(server, path, body, method="POST"):
    return server.get(path, method=method, body=json.dumps(body).encode(), content_type="application/json")


def _stored_weights(study):
    return {one["key"]: one["weight"] for one in study["criteria"]}


def test_the_study_keeps_to_its_shape_and_adds_up(study):
    site_models.SitesAnswer.model_validate(study)
    assert (study["available"], study["stale"], study["synthetic"], study["newest"]) == (True, False, True, True)
    assert sum(_stored_weights(study).values()) == pytest.approx(1)
    assert study["weight_sets"][0]["name"] == NEUTRAL
    assert study["weight_sets"][0]["weights"] == {key: weight for key, weight in _stored_weights(study).items() if weight}
    assert {row["parcel_code"] for row in study["parcels"]} == {f"P{at:04d}" for at in range(1, 13)} | {"S0"}
    assert sorted(row["rank"] for row in study["parcels"]) == list(range(1, 14))
    areas = study["summary"]["areas"]
    assert areas["excluded_m2"] + areas["unknown_m2"] + areas["scored_m2"] == pytest.approx(areas["total_m2"])
    taken = {one["key"]: one for one in study["exclusions"]}
    assert taken["farmland"]["judged"]
    assert not taken["faults"]["judged"]
    assert taken["farmland"]["alone_m2"] >= taken["farmland"]["only_m2"] > 0


def test_who_must_move_is_settled_within_the_rooms(study):
    rows, sites = study["allocation"]["rows"], {one["site_code"]: one for one in study["allocation"]["sites"]}
    assert {row["group_code"]: row["reason"] for row in rows} == {IN_DANGER: "allocated", WHOLE: "allocated"}
    for code in {row["site_code"] for row in rows}:
        come = sum(row["households_count"] for row in rows if row["site_code"] == code)
        assert come == sites[code]["used_households"] <= sites[code]["capacity_households"]
    assert "P2" not in sites  # nobody has moved out, no room is left
    assert study["summary"]["conflicts"] == []


def test_settlements_are_held_against_the_same_rules(study):
    rows = {row["settlement_code"]: row for row in study["settlements"]}
    assert rows["P1"]["check_demolition_owner"] == "演示局"
    assert rows["P2"]["occupancy"] == 1
    assert [row["relocation_code"] for row in study["moves"]] == ["B1"]


def test_the_stored_weights_give_the_stored_ranks(studied, study):
    ranked = _send(studied, "/plans/sites/rank", {"weights": _stored_weights(study), "spread": 0.3})
    assert ranked.status == 200
    site_models.RankAnswer.model_validate(ranked.json)
    assert _send(studied, "/plans/sites/rank", {"weights_name": NEUTRAL}).json == ranked.json
    stored = {row["parcel_code"]: row for row in study["parcels"]}
    for row in ranked.json["rows"]:
        assert row == {name: stored[row["parcel_code"]].get(name, row[name]) for name in row}


def test_other_weights_give_the_sum_that_anybody_can_work_out(studied, study):
    rows = _send(studied, "/plans/sites/rank", {"weights": {"slope": 3, "road": 1, "jobs": 4}, "draws": 200}).json[
        "rows"
    ]  # jobs are unknown everywhere
    stored = {row["parcel_code"]: row for row in study["parcels"]}
    for row in rows:
        own = stored[row["parcel_code"]]
        assert row["score"] == pytest.approx((3 * own["slope_score"] + own["road_score"]) / 4, abs=1e-8)
    assert [row["parcel_code"] for row in sorted(rows, key=lambda row: row["rank"])] == [
        row["parcel_code"] for row in sorted(rows, key=lambda row: (-row["score"], row["parcel_code"]))
    ]


def test_judgements_become_weights(studied):
    found = _send(studied, "/plans/sites/rank", {"judgements": {"pairs": AGREEING}}).json
    assert found["weights"] == pytest.approx({"slope": 9 / 13, "road": 3 / 13, "water": 1 / 13})
    assert found["consistency"]["cr"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("rank", {"judgements": {"pairs": CONTRARY}}, ["CR", "“坡度”比“到硬化路”", "宜改为"]),
        ("rank", {"judgements": {"pairs": AGREEING[:2]}}, ["没有比较", "“坡度”与“水源”"]),
        ("rank", {"judgements": {"pairs": [["slope", "road", 0]]}}, ["两两比较", "大于 0"]),
        ("rank", {"judgements": {"pairs": [["slope", "moon", 2]]}}, ["moon", "slope（坡度）"]),
        ("rank", {"judgements": {"pairs": AGREEING, "random_index": "mine"}}, ["mine", "saaty"]),
        ("rank", {"weights": {"slope": 1}, "judgements": {"pairs": AGREEING}}, ["只能给一样"]),
        ("rank", {"weights": {"moon": 1}}, ["moon"]),
        ("rank", {"weights": {"slope": 0}}, ["权重全为 0"]),
        ("rank", {"weights": {"slope": "x"}}, ["“权重（weights）”"]),
        ("rank", {"weights_name": "没有的"}, ["没有的", NEUTRAL]),
        ("rank", {"draws": 1}, ["抽样次数", "100"]),
        ("weights/甲", {}, ["没有要保存的权重"]),
        (f"weights/{NEUTRAL}", {"weights": {"slope": 1}}, [NEUTRAL]),
        ("", {"set": "nope"}, ["nope", "relocation-2017"]),
        ("", {"who": "all"}, ["安置对象", "planned"]),
        ("", {"sites": 0}, ["（sites）", "不能小于 1"]),
        ("", {"colour": 1}, ["colour"]),
    ],
)
def test_a_bad_order_is_a_sentence_that_names_it(studied, path, body, words):
    method = "PUT" if path.startswith("weights") else "POST"
    answer = _send(studied, f"/plans/sites/{quote(path)}".rstrip("/"), body, method)
    assert (answer.status, answer.kind) == (400, "application/problem+json")
    assert all(word in answer.json["detail"] for word in words), answer.json["detail"]
    assert studied.get("/jobs").json["jobs"] == []


def test_a_bad_weight_is_called_as_its_own_plan_calls_it(studied):
    assert "“效益权重（weights）”" in _send(studied, "/plans/roads", {"weights": 1}).json["detail"]
    assert "“权重（weights）”" in _send(studied, "/plans/sites", {"weights": 1}).json["detail"]


def test_a_place_inside_a_parcel_says_how_its_score_comes_about(studied, study):
    for parcel in study["parcels"][:4]:
        about = studied.get(f"/plans/sites/at?lon={parcel['lon']}&lat={parcel['lat']}").json
        site_models.PlaceAnswer.model_validate(about)
        assert (about["parcel_code"], about["excluded"]) == (parcel["parcel_code"], [])
        assert {one["key"]: one["weight"] for one in about["criteria"]} == pytest.approx(_stored_weights(study))
        known = [one for one in about["criteria"] if one["score"] is not None]
        by_hand = sum(one["weight"] * one["score"] for one in known) / sum(one["weight"] for one in known)
        assert about["score"] == pytest.approx(by_hand, abs=0.02)
        assert "断层两侧" in about["unknown"]


@pytest.mark.parametrize(("place", "rule"), [(FARMLAND, "farmland"), (REDLINE, "redlines")])
def test_a_place_that_a_rule_takes_names_the_rule_and_what_lies_there(studied, place, rule):
    about = studied.get(f"/plans/sites/at?lon={place[0]}&lat={place[1]}").json
    assert [one["key"] for one in about["excluded"]] == [rule]
    assert about["excluded"][0]["asset"]
    assert (about["score"], about["suitability"], about["parcel_code"]) == (None, "excluded", None)


@pytest.mark.parametrize(
    ("query", "status"),
    [(f"?lon={BESIDE[0]}&lat={BESIDE[1]}", 404), ("?lon=106.05", 400), ("?lon=nan&lat=25.2", 400), ("?lon=106&lat=25.2&rev=nope", 404)],
)
def test_a_place_beside_the_study_is_a_problem(studied, query, status):
    answer = studied.get(f"/plans/sites/at{query}")
    assert (answer.status, answer.kind) == (status, "application/problem+json")


def test_shapes_are_those_of_the_rows(studied, study):
    parcels, lines = (studied.get(f"/plans/sites/{name}.geojson").json["features"] for name in ("parcels", "allocation"))
    assert [one["properties"]["parcel_code"] for one in parcels] == [row["parcel_code"] for row in study["parcels"]]
    assert {one["properties"]["group_code"] for one in lines} == {IN_DANGER, WHOLE}
    assert all(one["geometry"]["type"] == "LineString" for one in lines)


def _tile(place, z):
    x = (place[0] + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(place[1]))) / math.pi) / 2 * 2**z
    return f"/rasters/site_scores/{z}/{int(x)}/{int(y)}.png", (int(x % 1 * 256), int(y % 1 * 256))


def test_the_tile_is_shaded_where_one_may_build_and_hatched_where_not(studied, study):
    best = min(study["parcels"], key=lambda row: row["rank"])
    path, at = _tile((best["lon"], best["lat"]), 14)
    picture = Image.open(io.BytesIO(studied.get(path).body)).convert("RGBA")
    assert picture.size == (256, 256)
    assert picture.getpixel(at)[3] == 200
    path, (x, y) = _tile(FARMLAND, 14)
    picture = Image.open(io.BytesIO(studied.get(path).body)).convert("RGBA")
    around = {picture.getpixel((min(x + step, 255), y))[3] for step in range(8)}
    assert around == {0, 120}


def test_tiles_know_what_a_browser_has_and_what_there_is_not(studied):
    path, _ = _tile(FARMLAND, 12)
    first = studied.get(path)
    assert studied.get(path, if_none_match=first.headers["etag"]).status == 304
    assert studied.get(_tile((10.0, 50.0), 12)[0]).status == 204
    assert studied.get("/rasters/site_scores/3/9/0.png").status == 400


@pytest.mark.parametrize(("fmt", "start"), [("xlsx", b"PK"), ("pdf", b"%PDF"), ("gpkg", b"SQLite format 3"), ("geojson", b"{")])
def test_the_study_as_a_file(studied, fmt, start):
    answer = studied.get(f"/plans/sites/export.{fmt}")
    assert (answer.status, answer.body[: len(start)]) == (200, start)
    assert f'.{fmt}"' in answer.headers["content-disposition"]


def test_a_county_without_a_study_says_what_to_do(server):
    body = server.get("/plans/sites").json
    site_models.SitesAnswer.model_validate(body)
    assert (body["available"], body["parcels"], body["stale"], body["sentence"]) == (False, [], False, site_views.NO_STUDY)
    assert [one["name"] for one in body["weight_sets"]] == [NEUTRAL]
    assert server.get("/plans/sites/parcels.geojson").json["features"] == []
    assert server.get("/plans/sites/at?lon=106.05&lat=25.25").status == _send(server, "/plans/sites/rank", {}).status == 404
    assert server.get(_tile(FARMLAND, 12)[0]).status == 404
    assert server.get("/plans/sites/export.pdf").status == 409


def _set_overrides(folder, text):
    path = folder / "county.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")


def test_a_study_says_in_chinese_what_it_no_longer_follows_from(own_study, serve, tmp_path):
    workspace = open_workspace(own_study)
    with serve(own_study) as server:
        first = server.get("/plans/sites").json
        markets = tmp_path / "m.csv"
        markets.write_text("集市编号,经度,纬度\nM2,106.02,25.27\n", encoding="utf-8")
        import_file(workspace, "markets", markets, ImportOptions(crs="EPSG:4490"))
        assert server.get("/plans/sites").json["stale_reasons"] == ["集市"]
        assert server.get("/plans/choice").json["stale_reasons"] == ["可建地块"]
        _set_overrides(own_study, "[site_overrides.exclusions.slope]\nlimit_deg = 12")
        assert server.get("/plans/sites").json["stale_reasons"] == ["选址条件", "集市"]
        assert "选址条件" in server.get("/plans/choice").json["stale_reasons"]
        older = server.get(f"/plans/sites?rev={first['revision']}").json
        assert older["newest"] is False


def test_kept_weights_that_change_make_the_study_of_that_name_outdated(own_study):
    workspace = open_workspace(own_study)
    head = workspace.store.head()
    parcels = head.layers["parcels"]
    weights = Weighing(weights={"slope": 1.0, "road": 1.0}, name="甲")
    criteria = [one | {"weight": 0.5 if one["key"] in {"slope", "road"} else 0.0} for one in parcels.info["summary"]["criteria"]]
    summary = parcels.info["summary"] | {"weighting": {"name": "甲", "method": "direct", "source": ""}, "criteria": criteria}
    change = Change(frame=workspace.store.read("parcels"), info={**parcels.info, "summary": summary}, stamp=parcels.stamp)
    workspace.store.commit({"parcels": change}, title="按甲")
    keep_weights(workspace, weights)
    assert _reasons(workspace) == []
    keep_weights(workspace, Weighing(weights={"slope": 2.0, "road": 1.0}, name="甲"))
    assert _reasons(workspace) == ["权重方案"]


def _reasons(workspace):
    return site_views.outdated_result(Snapshot(workspace, workspace.store.head()), site_views.STUDY)


def test_nothing_personal_is_in_any_answer(studied):
    paths = ["", "/parcels.geojson", "/allocation.geojson", "/at?lon=106.045&lat=25.24", "/export.geojson", "/export.gpkg"]
    bodies = [studied.get(f"/plans/sites{path}").body.decode("utf-8", errors="ignore") for path in paths]
    assert "演示局" in bodies[0]
    assert not [word for word in PERSONAL for body in bodies if word in body]


@pytest.mark.slow
def test_weights_are_kept_and_used_by_a_later_order_as_jobs(own_study, serve):
    with serve(own_study) as server, keeping(own_study):
        kept = _done(server, _send(server, "/plans/sites/weights/%E7%94%B2", {"weights": {"road": 3, "water": 1}}, "PUT"))
        assert (kept["state"], kept["result"]) == ("done", {"name": "甲"}), kept
        sets = {one["name"]: one for one in server.get("/plans/sites").json["weight_sets"]}
        assert sets["甲"]["weights"] == {"road": 0.75, "water": 0.25}
        order = {"weights_name": "甲", "sites": 1, "method": "topsis", "draws": 150, "title": "甲方案"}
        done = _done(server, _send(server, "/plans/sites", order))
        assert (done["state"], done["share"]) == ("done", 1.0), done
        found = server.get("/plans/sites").json
        assert (found["revision"], found["title"], found["stale"]) == (done["revision"], "甲方案", False)
        assert found["summary"]["weighting"]["name"] == "甲"
        assert (found["summary"]["ranking"]["method"], found["summary"]["ranking"]["draws"]) == ("topsis", 150)
        compared = _done(server, _send(server, "/plans/choice", {"title": "乙方案"}))
        assert (compared["state"], server.get("/plans/choice").json["title"]) == ("done", "乙方案"), compared


def _done(server, posted):
    assert posted.status == 202, posted.json
    job, until = posted.json["job"], time.monotonic() + LONGEST_S
    assert posted.headers["location"] == f"/jobs/{job['id']}"
    while job["ended"] is None and time.monotonic() < until:
        time.sleep(0.2)
        job = server.get(f"/jobs/{job['id']}").json["job"]
    return job
