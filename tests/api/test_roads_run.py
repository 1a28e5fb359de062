"""The whole road plan, nothing standing in: by the command line in a process of its own, and over HTTP with the real worker."""

import json
import shutil
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_county import PERSONAL

from api.jobs.keeper import keeping
from api.plan_layers import outdated_plan
from api.plan_names import NETWORK, PROGRAMME
from api.runs.road_files import ROAD_FORMATS, write_roads
from api.runs.roads import Asked, plan_county_roads
from api.snapshot import Snapshots
from gis.roads.plan import PlanOptions
from gis.roads.programme import Terms
from layers.errors import QueryError
from layers.store.revision import Change
from layers.workspace import open_workspace

pytestmark = pytest.mark.slow

BUDGETS = {2027: 1_000_000.0, 2028: 700_000.0}
ORDER = {"years": list(BUDGETS), "budgets_cny": list(BUDGETS.values()), "title": "甲方案"}
TYPED = ("--budgets", ",".join(f"{year}:{money / 1e4:g}万" for year, money in BUDGETS.items()), "--title", "甲方案")
LONGEST_S = 240


@pytest.fixture(scope="module")
def typed(workspace: Path, tmp_path_factory: pytest.TempPathFactory, zutong):
    """The county planned by the command line, and what it said."""
    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("typed") / "county"))
    return folder, zutong("roads", folder, *TYPED, "--json")


@pytest.fixture(scope="module")
def ordered(workspace: Path, tmp_path_factory: pytest.TempPathFactory, serve):
    """The same county planned over HTTP by the real worker, and the job's end."""
    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("ordered") / "county"))
    with serve(folder) as server, keeping(folder):
        posted = server.get("/plans/roads", method="POST", body=json.dumps(ORDER).encode(), content_type="application/json")
        assert posted.status == 202, posted.json
        until = time.monotonic() + LONGEST_S
        job = posted.json["job"]
        while job["ended"] is None and time.monotonic() < until:
            time.sleep(0.2)
            job = server.get(f"/jobs/{job['id']}").json["job"]
        return folder, job, server.get("/plans/roads").json


@pytest.fixture
def planned(typed, tmp_path: Path) -> Path:
    """A copy of the planned county that a test may change."""
    return Path(shutil.copytree(typed[0], tmp_path / "planned"))


def _layers(folder: Path) -> dict[str, str]:
    return {name: ref.sha256 for name, ref in open_workspace(folder).store.head().layers.items() if name in (*NETWORK, *PROGRAMME)}


def _again(folder: Path, terms: Terms | None, tell=lambda _words, _done: None):
    return plan_county_roads(open_workspace(folder), PlanOptions(), Asked(terms), tell=tell)


def _change(folder: Path, layer: str, frame: pd.DataFrame) -> None:
    store = open_workspace(folder).store
    store.commit({layer: Change(frame=frame, info=store.head().layers[layer].info)}, title="改一处")


def test_every_group_that_lacks_a_road_is_connected_on_the_ground(typed) -> None:
    """Judged from the layers alone: hardened roads and sections, two metres wide, are one piece that every group lies at."""
    store = open_workspace(typed[0]).store
    coverage, groups, sections = store.read("coverage"), store.read("road_plan_groups"), store.read("road_sections").to_crs(32648)
    lacking = coverage.loc[(coverage["service"] == "hardened_road") & (coverage["verdict"] == "lacking"), "group_code"]
    assert set(groups.loc[groups["reason"].isin(["connected", "on_network"]), "group_code"]) == set(lacking)
    roads = store.read("roads").to_crs(32648)
    hardened = roads.loc[roads["surface"].isin(["asphalt", "cement_concrete"]) & (roads["road_code"] != "C002529926"), "geometry"]
    joined = shapely.get_parts(shapely.union_all([*hardened.buffer(2.0), *sections.buffer(2.0)]))
    assert len(joined) == 1
    homes = store.read("groups").set_index("group_code").loc[list(lacking)].to_crs(32648)
    assert homes.distance(joined[0]).max() < 5


def test_the_command_says_cost_bound_and_gap_and_shares_add_up_to_the_fen(typed) -> None:
    folder, done = typed
    assert done.code == 0, done.err
    said = done.json
    network, programme = said["network"], said["programme"]
    assert 0 < network["bound_planning_cny"] <= network["cost_planning_cny"] <= network["alone_cost_cny"]
    assert network["gap"] == pytest.approx(1 - network["bound_planning_cny"] / network["cost_planning_cny"])
    assert network["shared_ratio"] == pytest.approx(network["alone_cost_cny"] / network["cost_planning_cny"])
    assert network["findings_unflagged"] == 0
    fen = [
        sum(round(row[name] * 100) for row in rows if row[name]) for rows, name in ((said["works"], "cost_cny"), (said["groups"], "attributed_cny"))
    ]
    assert fen[0] == fen[1] + round(network["unattributed_cny"] * 100) == round(network["cost_cny"] * 100)
    assert (said["synthetic"], network["by_households"]) == (True, False)
    for year in programme["years"]:
        assert year["spent_cny"] == pytest.approx(sum(row["cost_cny"] for row in said["works"] if row["year"] == year["year"]))
        of_towns = [town for town in programme["townships"] if town["year"] == year["year"]]
        for unit in ("groups", "households", "people", "registered"):
            for name in (unit, f"cumulative_{unit}", f"{unit}_total"):
                assert year[name] == sum(town[name] for town in of_towns), name
    assert said["revision"] == open_workspace(folder).store.head().id


def test_both_doors_make_the_same_layers(typed, ordered) -> None:
    folder, job, answer = ordered
    assert (job["state"], job["share"]) == ("done", 1.0), job
    assert _layers(folder) == _layers(typed[0])
    assert answer["available"]
    assert not answer["stale"]
    assert answer["programme"] == typed[1].json["programme"]
    assert job["revision"] == answer["revision"]


def test_other_budgets_keep_the_network(planned: Path) -> None:
    before, said = _layers(planned), []
    report = _again(planned, Terms(years=(2027,), budgets_cny=(500_000.0,)), lambda words, _done: said.append(words))
    after = _layers(planned)
    assert {name: after[name] for name in NETWORK} == {name: before[name] for name in NETWORK}
    assert after["road_plan"] != before["road_plan"]
    assert "逐段选线" not in said
    assert sum(report.programme["years"][0][name] for name in ("spent_cny", "left_cny")) == pytest.approx(500_000)
    assert [one.title for one in open_workspace(planned).store.log()].count("道路网络：mountain-2017@1") == 1


def test_a_change_is_told_and_the_next_run_takes_it_in(planned: Path) -> None:
    before = _layers(planned)
    groups = open_workspace(planned).store.read("groups")
    _change(planned, "groups", groups.assign(households_count=groups["households_count"] + 7))
    assert "村民组" in outdated_plan(Snapshots(planned).current())
    report = _again(planned, None)
    assert outdated_plan(Snapshots(planned).current()) == []
    assert _layers(planned)["road_works"] != before["road_works"]
    assert report.network["households_planned"] == 128 + 3 * 7


def test_a_work_that_another_network_calls_otherwise_is_not_forced_silently(planned: Path) -> None:
    """Codes are given anew with each network: what was meant as one road must not become another."""
    store = open_workspace(planned).store
    roads = gpd.GeoDataFrame(store.read("roads"))
    code = store.read("road_works").set_index("road_codes").loc["Z001529926", "work_code"]
    _change(planned, "roads", roads[roads["road_code"] != "Z001529926"])
    with pytest.raises(QueryError, match=code):
        plan_county_roads(open_workspace(planned), PlanOptions(), Asked(must=(code,)))
    assert _again(planned, None).programme["status"] == "optimal"


@pytest.mark.parametrize("words", ["逐段选线", "检验计划的稳定性"])
def test_a_run_that_is_broken_off_leaves_the_last_revision_whole(planned: Path, words: str) -> None:
    groups = open_workspace(planned).store.read("groups")
    _change(planned, "groups", groups.assign(people_count=groups["people_count"] + 1))
    before = _layers(planned)

    def break_off(told: str, _done: float) -> None:
        if told == words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _again(planned, None, break_off)
    store = open_workspace(planned).store
    store.verify()
    after = _layers(planned)
    kept = (*NETWORK, *PROGRAMME) if words == "逐段选线" else PROGRAMME
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize(("layer", "words"), [("dem", "数字高程"), ("roads", "道路"), ("groups", "村民组")])
def test_what_is_missing_is_named(zutong_here, own_workspace: Path, layer: str, words: str) -> None:
    open_workspace(own_workspace).store.commit({layer: None}, title="去掉")
    done = zutong_here("roads", own_workspace)
    assert done.code == 2
    assert words in done.err
    assert "zutong import" in done.err


def test_a_layer_without_a_group_is_said_to_be_empty(zutong_here, own_workspace: Path) -> None:
    _change(own_workspace, "groups", open_workspace(own_workspace).store.read("groups").iloc[:0])
    done = zutong_here("roads", own_workspace)
    assert done.code == 2
    assert "一个组也没有" in done.err


def test_nothing_personal_is_in_any_output(typed, ordered, tmp_path: Path) -> None:
    snapshot = Snapshots(typed[0]).current()
    texts = [typed[1].out, json.dumps(ordered[1:], ensure_ascii=False)]
    for fmt in ROAD_FORMATS:
        path = tmp_path / f"plan.{fmt}"
        assert write_roads(snapshot, path) == 3
        texts.append(_text_of(path))
    assert all("甲镇" in text for text in texts[:1] + texts[2:3])
    assert not [one for one in PERSONAL for text in texts if one in text]


def _text_of(path: Path) -> str:
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", errors="ignore")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())
