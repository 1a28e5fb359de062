"""Road or move over HTTP, about a real comparison of a small county."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_county import PERSONAL
from synthetic_study import IN_DANGER, STAYING, WHOLE

from api import site_models, site_views


@pytest.fixture(scope="module")
def choice(studied):
    return studied.get("/plans/choice").json


def test_the_comparison_keeps_to_its_shape(choice):
    site_models.ChoiceAnswer.model_validate(choice)
    assert (choice["available"], choice["stale"], choice["synthetic"], choice["newest"]) == (True, False, True, True)
    assert (choice["costs"]["id"], choice["set"]["id"]) == ("mountain-2017", "relocation-2017")
    assert [one["title"] for one in choice["plans"]] == ["修路与搬迁：演示"]
    assert {one["kind"] for one in choice["sources"]} >= {"sites", "layer"}


def test_every_group_has_the_answer_that_policy_leaves_open(choice):
    answers = {row["group_code"]: (row["answer"], row["reason"]) for row in choice["groups"]}
    assert answers == {IN_DANGER: ("move", "must_move_hazard"), WHOLE: ("move", "whole_relocation"), STAYING: ("road", "may_not_move")}
    counts = choice["summary"]["counts"]
    for answer in ("road", "move", "none"):
        rows = [row for row in choice["groups"] if row["answer"] == answer]
        assert counts[answer] == {
            "groups": len(rows),
            "households": sum(row["households_count"] for row in rows),
            "people": sum(row["people_count"] for row in rows),
        }


def test_money_adds_up_and_stays_above_the_bound(choice):
    summary = choice["summary"]
    assert 0 < summary["bound"] <= summary["cost"] <= min(summary["all_road"]["cost"], summary["all_move"]["cost"])
    assert summary["gap"] == pytest.approx(1 - summary["bound"] / summary["cost"])
    assert sum(summary["cost_by_side"].values()) == pytest.approx(summary["cost"])


def test_who_moves_finds_room(choice):
    for site in choice["sites"]:
        come = [row for row in choice["groups"] if row["site_code"] == site["site_code"]]
        assert (len(come), sum(row["households_count"] for row in come)) == (site["groups_count"], site["used_households"])
        assert site["used_households"] <= site["capacity_households"]


def test_roads_of_those_who_stay_are_lines(studied):
    features = studied.get("/plans/choice/roads.geojson").json["features"]
    assert features
    assert {one["geometry"]["type"] for one in features} <= {"LineString", "MultiLineString"}
    assert all(set(one["properties"]) == {"link_code", "kind", "cost_cny"} for one in features)


@pytest.mark.parametrize(("fmt", "start"), [("xlsx", b"PK"), ("gpkg", b"SQLite format 3"), ("geojson", b"{")])
def test_the_comparison_as_a_file(studied, fmt, start):
    answer = studied.get(f"/plans/choice/export.{fmt}")
    assert (answer.status, answer.body[: len(start)]) == (200, start)
    assert f'.{fmt}"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"costs": "nope"}, ["造价标准", "nope", "mountain-2017"]),
        ({"set": "nope"}, ["选址条件", "nope"]),
        ({"set": "../x"}, ["选址条件（set）"]),
        ({"include_unknown": 1}, ["含待核实的组", "true"]),
        ({"weights": {}}, ["权重（weights）"]),
    ],
)
def test_a_bad_order_is_a_sentence_that_names_it(studied, body, words):
    answer = studied.get("/plans/choice", method="POST", body=json.dumps(body).encode(), content_type="application/json")
    assert (answer.status, answer.kind) == (400, "application/problem+json")
    assert all(word in answer.json["detail"] for word in words), answer.json["detail"]


def test_a_county_without_a_comparison_says_what_to_do(server):
    body = server.get("/plans/choice").json
    site_models.ChoiceAnswer.model_validate(body)
    assert (body["available"], body["groups"], body["costs"], body["sentence"]) == (False, [], None, site_views.NO_CHOICE)
    assert server.get("/plans/choice/roads.geojson").json["features"] == []
    assert server.get("/plans/choice/export.xlsx").status == 409


@pytest.mark.parametrize(
    ("override", "label"),
    [
        ("[cost_overrides.new]\nroad_cny_per_km = 1", "造价标准"),
        ("[overrides.road]\nend_distance_point_m = 499", "达标标准"),
        ("[site_overrides.move]\ncost_cny_per_person = 1", "选址条件"),
    ],
)
def test_another_price_or_standard_makes_it_outdated(own_study, serve, override, label):
    path = own_study / "county.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{override}\n", encoding="utf-8")
    with serve(own_study) as server:
        assert server.get("/plans/choice").json["stale_reasons"] == [label]


def test_nothing_personal_is_in_any_answer(studied):
    bodies = [
        studied.get(f"/plans/choice{path}").body.decode("utf-8", errors="ignore")
        for path in ("", "/roads.geojson", "/export.geojson", "/export.gpkg")
    ]
    assert not [word for word in PERSONAL for body in bodies if word in body]
