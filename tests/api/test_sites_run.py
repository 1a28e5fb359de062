"""The siting study and the comparison as a planner runs them: commands in this process, on a real study of a small county."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_county import PERSONAL
from synthetic_study import IN_DANGER, STAYING, WHOLE

from api.runs.choice import ChoiceWish, compare_county
from api.runs.choice_files import CHOICE_FORMATS, write_choice
from api.runs.site_files import SITE_FORMATS, write_study
from api.runs.sites import StudyOrder, saved_weights, study_county_sites
from api.snapshot import Snapshots
from gis.sites.study import StudyOptions
from gis.sites.weighing import Weighing
from layers.store.revision import Change
from layers.workspace import open_workspace


def _head(folder):
    return open_workspace(folder).store.head().id


def _untold(words, _done):
    raise AssertionError(words)


def test_a_second_run_computes_nothing(own_study):
    before, workspace = _head(own_study), open_workspace(own_study)
    assert study_county_sites(workspace, StudyOrder(title="另一个名称"), tell=_untold).revision.id == before
    assert compare_county(workspace, ChoiceWish(), tell=lambda words, _done: words == "核对各组现状" or _untold(words, 0)).revision.id == before


def test_weights_of_a_study_that_is_there_already_are_kept_all_the_same(own_study):
    workspace = open_workspace(own_study)
    weighing = Weighing(weights={"slope": 1.0, "road": 1.0}, name="甲", draws=100)
    first = study_county_sites(workspace, StudyOrder(weighing, save_as="甲")).revision
    assert list(saved_weights(workspace, first)) == ["甲"]
    again = Weighing(weights={"slope": 1.0, "road": 1.0}, name="乙", draws=100)
    second = study_county_sites(workspace, StudyOrder(again, save_as="乙"), tell=_untold).revision
    assert list(saved_weights(workspace, second)) == ["甲", "乙"]
    assert study_county_sites(workspace, StudyOrder(again, save_as="乙"), tell=_untold).revision.id == second.id


def test_a_comparison_on_an_outdated_study_is_made_once_and_says_so(own_study, zutong_here):
    workspace = open_workspace(own_study)
    store = workspace.store
    markets = store.read("markets")
    store.commit({"markets": Change(frame=markets.iloc[:0], info=store.head().layers["markets"].info)}, title="没有集市")
    before = _head(own_study)
    done = zutong_here("choose", own_study)
    assert (done.code, _head(own_study)) == (0, before)
    assert "选址研究已过期" in done.out


def test_a_planner_reads_where_why_how_sure_and_who(zutong_here, own_study):
    done = zutong_here("sites", own_study)
    assert done.code == 0, done.err
    for words in (
        "演示县",
        "永久基本农田",
        "最紧的条件",
        "可建地块",
        "已有安置点",
        "启用的安置地点",
        "提示：",
        "relocation-2017@1",
        "演示数据",
        "2 组、87 户",
    ):
        assert words in done.out, words
    assert "[b]满[/b]" in done.out
    assert "nan" not in done.out.lower()
    assert ".0 户" not in done.out


def test_the_json_of_a_study_is_one_object_with_every_row(zutong_here, own_study):
    said = zutong_here("sites", own_study, "--json").json
    assert said["synthetic"] is True
    assert len(said["parcels"]) == 13
    assert {row["group_code"] for row in said["allocation"]} == {IN_DANGER, WHOLE}
    assert {row["settlement_code"] for row in said["settlement_review"]} == {"P1", "P2"}
    assert "geometry" not in said["parcels"][0]
    assert said["export"] is None


def test_judgements_from_a_file_weigh_and_are_kept(zutong_here, own_study, tmp_path):
    judged = tmp_path / "两两.csv"
    judged.write_bytes("指标,指标,倍数\n坡度,到硬化路,3\n到硬化路,水源,3\n坡度,水源,9\n".encode("gb18030"))
    done = zutong_here("sites", own_study, "--judgements", judged, "--save-weights", "会商", "--topsis", "--json")
    assert done.code == 0, done.err
    summary = done.json["summary"]
    assert (summary["weighting"]["name"], summary["weighting"]["method"], summary["ranking"]["method"]) == ("会商", "ahp", "topsis")
    weights = {one["key"]: one["weight"] for one in summary["criteria"] if one["weight"]}
    assert weights == pytest.approx({"slope": 9 / 13, "road": 3 / 13, "water": 1 / 13})
    assert list(saved_weights(open_workspace(own_study), open_workspace(own_study).store.head())) == ["会商"]


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("sites", ["--out", "x.csv"], ".pdf"),
        ("sites", ["--weights", "月亮=1"], "月亮"),
        ("sites", ["--weights", "没有的方案"], "没有的方案"),
        ("sites", ["--who", "everyone"], "planned"),
        ("sites", ["--sites", "0"], "不能小于 1"),
        ("sites", ["--set", "nope"], "nope"),
        ("sites", ["--judgements", "没有的.csv"], "没有的.csv"),
        ("sites", ["--save-weights", "甲"], "--save-weights"),
        ("choose", ["--out", "x.pdf"], ".gpkg"),
        ("choose", ["--costs", "nope"], "nope"),
        ("choose", ["--set", "NOPE!"], "选址条件"),
    ],
)
def test_a_mistake_is_told_before_anything_is_computed(zutong_here, studied_workspace, command, arguments, words):
    before = _head(studied_workspace)
    done = zutong_here(command, studied_workspace, *arguments)
    assert (done.code, done.out, _head(studied_workspace)) == (2, "", before)
    assert words in done.err


@pytest.mark.parametrize(
    ("layer", "command", "words"),
    [("dem", "sites", "数字高程"), ("groups", "sites", "村民组"), ("dem", "choose", "数字高程"), ("roads", "choose", "道路")],
)
def test_what_is_missing_is_named(zutong_here, own_workspace, layer, command, words):
    open_workspace(own_workspace).store.commit({layer: None}, title="去掉")
    done = zutong_here(command, own_workspace)
    assert done.code == 2
    assert words in done.err
    assert "zutong import" in done.err


def test_a_county_with_the_barest_layers_is_studied_too(zutong_here, own_workspace, tmp_path):
    """No settlements, ledger or hazards: nothing is called suitable, and every file is written."""
    open_workspace(own_workspace).store.commit({"settlements": None}, title="去掉")
    done = zutong_here("sites", own_workspace, "--out", tmp_path / "bare.xlsx")
    assert done.code == 0, done.err
    assert "没有须安置的组" in done.out
    assert "无法判断" in done.out
    again = zutong_here("sites", own_workspace, "--json")
    assert again.json["parcels"] == []
    assert "settlement_review" not in again.json
    snapshot = Snapshots(own_workspace).current()
    for fmt in SITE_FORMATS:
        assert write_study(snapshot, tmp_path / f"bare.{fmt}") == 0
    chosen = zutong_here("choose", own_workspace, "--json")
    assert chosen.code == 0, chosen.err
    assert {row["answer"] for row in chosen.json["groups"]} == {"road"}


@pytest.fixture(scope="module")
def files(studied_workspace, tmp_path_factory):
    """Every file of both results."""
    folder, snapshot = tmp_path_factory.mktemp("files"), Snapshots(studied_workspace).current()
    for fmt in SITE_FORMATS:
        assert write_study(snapshot, folder / f"sites.{fmt}") == 13
    for fmt in CHOICE_FORMATS:
        assert write_choice(snapshot, folder / f"choice.{fmt}") == 3
    return folder


def _cells(path):
    return {sheet.title: [str(cell.value) for row in sheet.iter_rows() for cell in row] for sheet in openpyxl.load_workbook(path)}


def test_the_ledgers_open_and_name_everybody(files):
    sites, choice = _cells(files / "sites.xlsx"), _cells(files / "choice.xlsx")
    assert any("演示数据" in cell for cell in sites["概况"])
    assert any("一致" in cell for cell in choice["概况"])
    codes = set(choice["各组结论"])
    assert {IN_DANGER, WHOLE, STAYING} <= codes
    assert {"修路", "搬迁"} <= codes
    assert list(choice) == ["概况", "各组结论", "安置地点", "保留组道路", "选址参数", "造价参数", "说明"]


def test_layers_open_in_gis_with_their_marks(files):
    assert {name for name, _ in pyogrio.list_layers(files / "sites.gpkg")} == {"parcels", "settlement_review", "allocation", "allocation_sites"}
    assert {name for name, _ in pyogrio.list_layers(files / "choice.gpkg")} == {"choice", "choice_sites", "choice_roads"}
    parcels, groups = gpd.read_file(files / "sites.gpkg", layer="parcels"), gpd.read_file(files / "choice.geojson")
    assert parcels.crs.to_epsg() == 4490
    assert parcels["synthetic_note"].str.contains("演示数据").all()
    assert set(groups["group_code"]) == {IN_DANGER, WHOLE, STAYING}
    assert len(json.loads((files / "sites.geojson").read_text(encoding="utf-8"))["features"]) == 13


def test_nothing_personal_is_in_any_file(files):
    texts = [_text_of(path) for path in sorted(files.iterdir())]
    assert any("演示局" in text for text in texts)
    assert not [word for word in PERSONAL for text in texts if word in text]


def _text_of(path):
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", errors="ignore")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


def test_both_commands_write_where_they_are_told(zutong_here, studied_workspace, tmp_path):
    own = Path(shutil.copytree(studied_workspace, tmp_path / "own"))
    done = zutong_here("choose", own, "--out", tmp_path / "比较.gpkg")
    assert done.code == 0, done.err
    assert "3 个组" in done.out
    for words in ("合计费用", "下界", "若能修的都修路", "若能搬的都搬迁", "迁入的地点", "mountain-2017@1"):
        assert words in done.out, words
    assert (tmp_path / "比较.gpkg").is_file()


def test_groups_may_be_divided_and_sent_to_the_nearest(own_study):
    workspace = open_workspace(own_study)
    whole = workspace.store.read("allocation").assign(way=lambda rows: rows["people_count"] * rows["distance_m"])
    order = StudyOrder(options=StudyOptions(aim="distance", whole=False))
    found = workspace.store.read("allocation", rev=study_county_sites(workspace, order).revision.id)
    assert found["allocation_code"].is_unique
    households = found.groupby("group_code")["households_count"].sum()
    assert households.to_dict() == whole.set_index("group_code")["households_count"].to_dict()
    assert (found["people_count"] * found["distance_m"]).sum() <= whole["way"].sum() * (1 + 1e-9)
