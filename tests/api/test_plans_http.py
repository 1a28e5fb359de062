"""The road plan over HTTP: what the hand-made plan says, worked out by hand; older plans, stale plans, no plan."""

import io
import itertools
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely
import synthetic_plan
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from api import plan_models, plan_views
from api.runs import ImportOptions, import_file
from api.snapshot import Snapshot
from layers.store.revision import Change
from layers.workspace import open_workspace

GEOD = Geod(ellps="GRS80")
HOUSEHOLDS = {"W0001": 0, "W0002": 41, "W0003": 42, "W0004": 45}


def test_the_plan_says_what_is_built_and_when(planned):
    body = planned.get("/plans/roads").json
    plan_models.PlanAnswer.model_validate(body)
    assert (body["available"], body["newest"], body["stale"], body["synthetic"]) == (True, True, False, True)
    assert {work["work_code"]: work["year"] for work in body["works"]} == {"W0001": 2026, "W0002": 2026, "W0003": 2027, "W0004": 2027}
    assert {work["work_code"]: work["households_count"] for work in body["works"]} == HOUSEHOLDS
    assert body["summary"]["cost_cny"] == pytest.approx(sum(work["cost_cny"] for work in body["works"]))
    assert [year["households"] for year in body["programme"]["years"]] == [41, 42 + 45]
    assert (body["costs"]["id"], body["costs"]["version"], body["costs"]["grade_max"]) == ("mountain-2017", "1", 0.12)
    assert "mountain-2017" in {one["id"] for one in body["cost_sets"]}
    first = body["works"][0]
    assert "geometry" not in first
    assert first["bounds"] == [106.02, 25.218, 106.02, 25.225]


def test_two_plans_stand_beside_each_other(planned):
    new = planned.get("/plans/roads").json
    assert [one["title"] for one in new["plans"]] == ["道路计划：加投", "道路计划：演示"]
    older = planned.get(f"/plans/roads?rev={new['plans'][1]['revision']}").json
    plan_models.PlanAnswer.model_validate(older)
    assert (older["newest"], older["title"], older["revision"]) == (False, "道路计划：演示", new["plans"][1]["revision"])
    assert {work["work_code"]: work["year"] for work in older["works"]} == {"W0001": 2026, "W0002": 2026, "W0003": None, "W0004": 2027}
    assert [one["title"] for one in older["plans"]] == ["道路计划：演示"]
    assert planned.get("/plans/roads/groups/52992610020103?rev=main~1").json["group"]["year"] is None
    assert planned.get("/plans/roads/groups/52992610020103").json["group"]["year"] == 2027


def test_a_work_shows_its_cost_in_parts_its_profile_and_what_hangs_on_it(planned):
    body = planned.get("/plans/roads/works/W0003").json
    plan_models.WorkAnswer.model_validate(body)
    assert sum(part["cny"] for part in body["parts"]) == pytest.approx(body["work"]["cost_cny"])
    assert sum(section["cost_cny"] for section in body["sections"]) == pytest.approx(body["work"]["cost_cny"])
    assert [section["section_code"] for section in body["sections"]] == ["W0003-1", "W0003-2", "W0003-3"]
    assert (body["parent"], body["children"]) == ("W0001", [])
    assert [group["group_code"] for group in body["groups"]] == ["52992610020103"]
    chainage = body["profile"]["chainage_m"]
    assert chainage == sorted(chainage)
    assert chainage[-1] / 1000 == pytest.approx(body["work"]["length_km"], abs=1e-3)
    assert len({len(column) for column in body["profile"].values()}) == 1
    (finding,) = body["findings"]
    assert (finding["section_code"], finding["flag"], finding["label"]) == ("W0003-3", 3, "纵坡超限，需展线")
    assert {"costs", "standard", "layer"} == {one["kind"] for one in body["sources"]}
    roads = next(one for one in body["sources"] if one["name"] == "roads")
    assert (roads["file"], roads["synthetic"]) == ("roads.geojson", True)


def test_a_trunk_knows_who_is_behind_it(planned):
    body = planned.get("/plans/roads/works/W0001").json
    assert (body["parent"], body["children"], body["groups"]) == (None, ["W0002", "W0003"], [])
    assert [group["group_code"] for group in body["groups_behind"]] == ["52992610020102", "52992610020103"]
    assert sum(group["households_count"] for group in body["groups_behind"]) == body["work"]["downstream_households_count"]


def test_a_group_shows_the_works_that_it_needs(planned):
    body = planned.get("/plans/roads/groups/52992610020103").json
    plan_models.PlanGroupAnswer.model_validate(body)
    assert [work["work_code"] for work in body["path"]] == ["W0003", "W0001"]
    assert body["path_cost_cny"] == pytest.approx(body["group"]["alone_cny"])
    unknown = planned.get("/plans/roads/groups/52992610120103").json
    assert (unknown["path"], unknown["path_cost_cny"], unknown["group"]["work_code"]) == ([], None, None)
    assert "核实" in unknown["group"]["reason_text"]
    rows = planned.get("/plans/roads/groups").json
    assert rows["matched"] == len(rows["rows"]) == 6
    assert sum(row["attributed_cny"] or 0 for row in rows["rows"]) == pytest.approx(planned.get("/plans/roads").json["summary"]["cost_cny"])


def test_lines_carry_what_the_map_needs(planned):
    answer = planned.get("/plans/roads/lines.geojson")
    plan_models.LineCollection.model_validate(answer.json)
    assert answer.kind == "application/geo+json"
    pieces = [(one["properties"]["section_code"], one["properties"]["flagged"]) for one in answer.json["features"]]
    cut = [("W0003-3", False), ("W0003-3", True), ("W0003-3", False)]
    assert pieces == [*((code, False) for code in ("W0001-1", "W0002-1", "W0003-1", "W0003-2")), *cut, ("W0004-1", False)]
    assert answer.json["features"][0]["geometry"]["coordinates"] == [[106.02, 25.225], [106.02, 25.218]]


def test_lines_stay_within_three_metres_of_the_sections(own_workspace):
    synthetic_plan.commit_plan(own_workspace)
    workspace = open_workspace(own_workspace)
    along = np.linspace(0, 1, 400)
    winding = shapely.LineString(np.c_[106.02 + 0.01 * along, 25.22 + 0.0005 * np.sin(40 * along) + 0.00002 * np.sin(900 * along)])
    sections = workspace.store.read("road_sections")
    workspace.store.commit({"road_sections": Change(frame=sections.set_geometry([winding] * len(sections), crs=4490))}, title="winding")
    (feature, *_) = plan_views.orjson.loads(plan_views.lines(Snapshot(workspace, workspace.store.head())))["features"]
    drawn = shapely.LineString(feature["geometry"]["coordinates"])
    assert len(drawn.coords) < 200
    nearest = shapely.get_coordinates(shapely.shortest_line(shapely.points(winding.coords), drawn)).reshape(-1, 2, 2)
    assert max(GEOD.line_length(ends[:, 0], ends[:, 1]) for ends in nearest) <= 3.2  # three, and the rounding of coordinates


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plans/roads?rev=nobody", 404),
        ("/plans/roads?foo=1", 400),
        ("/plans/roads/works/W9999", 404),
        ("/plans/roads/groups/52992610020101", 404),
        ("/plans/roads/export.exe", 400),
        ("/plans/roads/works/W0001?rev=main~7", 404),
        ("/jobs/none", 404),
        ("/jobs/none/events", 404),
        ("/jobs?limit=0", 400),
    ],
)
def test_what_is_not_there_is_a_problem_in_chinese(planned, path, status):
    answer = planned.get(path)
    assert (answer.status, answer.kind) == (status, "application/problem+json")
    assert answer.json["detail"].endswith("。")


def test_a_county_without_a_plan_says_what_to_do(server):
    body = server.get("/plans/roads").json
    plan_models.PlanAnswer.model_validate(body)
    assert (body["available"], body["works"], body["plans"], body["stale"]) == (False, [], [], False)
    assert body["sentence"] == plan_views.NO_PLAN
    assert server.get("/plans/roads/lines.geojson").json == {"type": "FeatureCollection", "features": []}
    assert server.get("/plans/roads/groups").json == {"matched": 0, "rows": []}
    assert server.get("/plans/roads/works/W0001").status == server.get("/plans/roads/groups/52992610020103").status == 404
    assert server.get("/plans/roads/export.xlsx").status == 409
    assert server.get("/jobs").json == {"writable": True, "jobs": []}


def test_a_network_without_a_programme_says_so(own_workspace, serve):
    synthetic_plan.commit_plan(own_workspace)
    open_workspace(own_workspace).store.commit({"road_plan": None, "road_plan_groups": None}, title="without")
    with serve(own_workspace) as server:
        body = server.get("/plans/roads").json
    assert (body["available"], body["sentence"]) == (False, plan_views.HALF_PLAN)
    assert body["summary"]["groups_planned"] == 3


def test_a_plan_says_when_it_no_longer_follows_from_what_the_county_has(own_workspace, serve, tmp_path):
    synthetic_plan.commit_plan(own_workspace)
    rivers = tmp_path / "rivers.geojson"
    rivers.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"河流代码":"R1"},"geometry":'
        '{"type":"LineString","coordinates":[[106.01,25.21],[106.02,25.22]]}}]}',
        encoding="utf-8",
    )
    with serve(own_workspace) as server:
        before = server.get("/plans/roads")
        assert before.json["stale"] is False
        assert server.get("/plans/roads", if_none_match=before.headers["etag"]).status == 304
        import_file(open_workspace(own_workspace), "rivers", rivers, ImportOptions())
        after = server.get("/plans/roads", if_none_match=before.headers["etag"]).json
        assert (after["available"], after["stale"]) == (True, True)
        assert "河流" in after["stale_reasons"]
        older = server.get(f"/plans/roads?rev={before.json['revision']}").json
        assert (older["stale"], older["newest"]) == (False, False)


def test_another_price_makes_the_plan_outdated(own_workspace):
    workspace = open_workspace(own_workspace)
    synthetic_plan.commit_plan(own_workspace)
    head = workspace.store.head()
    snapshot = Snapshot(workspace, head)
    now = plan_views.cost_sets(snapshot)[0]
    refs = {name: head.layers[name] for name in synthetic_plan.STAGE_1}
    hashes = {"costs": f"{now['id']}@{now['version']}", "costs_sha256": "0" * 64}
    changes = {
        name: Change(frame=workspace.store.read(name), info=ref.info, stamp=ref.stamp.model_copy(update={"options": hashes}))
        for name, ref in refs.items()
    }
    workspace.store.commit(changes, title="priced")
    body = plan_views.plan_answer(Snapshot(workspace, workspace.store.head()), newest=True)
    assert body["stale_reasons"] == ["造价标准"]


@pytest.mark.parametrize(("fmt", "start"), [("xlsx", b"PK"), ("gpkg", b"SQLite format 3"), ("geojson", b"{"), ("kml", b"<?xml")])
def test_the_plan_as_a_file(planned, fmt, start):
    answer = planned.get(f"/plans/roads/export.{fmt}")
    assert (answer.status, answer.body[: len(start)]) == (200, start)
    assert f'.{fmt}"' in answer.headers["content-disposition"]
    if fmt == "xlsx":
        assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(answer.body)).namelist()


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 3)), max_size=30))
def test_findings_are_the_flagged_stretches_and_nothing_else(stations):
    frame = pd.DataFrame(stations, columns=["section_code", "flag"]).astype({"section_code": "string", "flag": "Int64"})
    frame = frame.assign(chainage_m=pd.array(np.arange(len(frame)) * 10.0, dtype="Float64"))
    runs = [(key, [at for at, _ in group]) for key, group in itertools.groupby(enumerate(stations), key=lambda pair: pair[1])]
    goes_on = [later[0] == earlier[0] for earlier, later in itertools.pairwise(stations)] + [False]
    expected = [(key[0], key[1], at[0] * 10.0, (at[-1] + goes_on[at[-1]]) * 10.0) for key, at in runs if key[1]]
    found = plan_views.findings(frame)
    assert [(one["section_code"], one["flag"], one["from_m"], one["to_m"]) for one in found] == expected
