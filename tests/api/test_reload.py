"""A running server follows the workspace: a commit is served from the next request on, and results say when they are outdated."""

import json
import shutil
import threading

import synthetic_county

from api.runs import ImportOptions, assess_county, import_file, refresh_tiles
from api.runs.checks import joint_problems
from layers.workspace import open_workspace


def _paved(tmp_path):
    """The roads with Z001 paved: the group 中寨 (52992610020102) then has a hardened road."""
    roads = next(file for file in synthetic_county.write_files(tmp_path / "new") if file.layer == "roads").path
    text = json.dumps(json.loads(roads.read_text(encoding="utf-8")), ensure_ascii=False)
    assert "砂石" in text
    roads.write_text(text.replace("砂石", "水泥"), encoding="utf-8")
    return roads


def test_an_import_is_served_and_makes_results_outdated(serve, own_workspace, tmp_path):
    workspace = open_workspace(own_workspace)
    with serve(own_workspace) as server:
        before = server.get("/county")
        assert before.json["stale"] is False
        import_file(workspace, "roads", _paved(tmp_path), ImportOptions())
        changed = server.get("/county", if_none_match=before.headers["etag"])
        assert changed.status == 200
        assert changed.json["revision"] == workspace.store.head().id
        assert changed.json["stale"] is True
        old = server.get("/tiles/roads.json")
        assert (old.status, old.json["title"]) == (409, "还没有计算")
        assess_county(workspace)
        refresh_tiles(workspace)
        assert server.get("/county").json["stale"] is False
        assert server.get("/tiles/roads.json").status == 200
        groups = server.get("/gaps/hardened_road?level=group").json["rows"]
        assert {row["code"]: row["verdict"] for row in groups} == {**synthetic_county.VERDICTS, "52992610020102": "met"}


def test_another_standard_makes_results_outdated(serve, own_workspace):
    with serve(own_workspace) as server:
        before = server.get("/county")
        settings = own_workspace / "county.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('"guizhou-2017"', '"national-2018"'), encoding="utf-8")
        after = server.get("/county", if_none_match=before.headers["etag"])
        assert (after.status, after.json["stale"], after.json["standard"]["id"]) == (200, True, "national-2018")


def test_many_ask_at_once_and_get_the_same(serve, own_workspace):
    with serve(own_workspace) as server:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(server.get("/gaps/hardened_road?level=group").body)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 8
        assert len(set(answers)) == 1


def test_a_county_without_results_says_what_to_do(serve, tmp_path):
    folder = synthetic_county.build_workspace(tmp_path, assess=False)
    with serve(folder) as server:
        for path in ("/gaps/power", "/groups/52992610020101", "/sensitivity/hardened_road", "/tiles/groups.json"):
            answer = server.get(path)
            assert (answer.status, answer.kind) == (409, "application/problem+json"), path
            assert answer.json["hint"]
        assert server.get("/").status == 200
        assert server.get("/county").json["stale"] is True


def test_a_folder_that_is_no_workspace(serve, tmp_path):
    with serve(tmp_path) as server:
        answer = server.get("/county")
        assert (answer.status, answer.kind) == (404, "application/problem+json")
        assert server.get("/docs").status == 200


def test_joints_without_a_doubt_give_no_problem(own_workspace):
    joints = open_workspace(own_workspace).store.read("network_repairs")
    assert len(joint_problems(joints)) == 1
    assert joint_problems(joints[joints["certain"]]).empty
    assert joint_problems(joints.iloc[:0]).empty


def test_tiles_that_are_made_later_are_found(own_workspace, serve):
    workspace = open_workspace(own_workspace)
    shutil.rmtree(own_workspace / "cache")
    with serve(own_workspace) as server:
        for _ in range(2):
            assert server.get("/tiles/roads.json").status == 409
            assert server.get("/rasters/relief/12/0/0.png").status == 409
        refresh_tiles(workspace)
        assert server.get("/tiles/roads.json").status == 200
        assert server.get("/rasters/relief/12/0/0.png").status == 204
