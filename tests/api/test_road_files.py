"""The road plan as files, from a workspace."""

import shutil
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic_plan

from api.errors import NotReady
from api.runs.road_files import ROAD_FORMATS, road_book, road_file, write_roads
from api.snapshot import Snapshot, Snapshots
from layers.errors import QueryError
from layers.store.revision import Change
from layers.workspace import open_workspace


@pytest.fixture(scope="module")
def planned(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The synthetic county with the plan by hand."""

    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("planned") / "county"))
    synthetic_plan.commit_plan(folder)
    return Snapshots(folder).current()


def _texts(page) -> set[str]:
    return {str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None}


def test_the_ledger_of_a_workspace(planned: Snapshot, tmp_path: Path) -> None:
    assert write_roads(planned, tmp_path / "roads.xlsx") == 4
    book = openpyxl.load_workbook(tmp_path / "roads.xlsx")
    assert book.sheetnames == ["概况", "工程", "年度", "分摊", "造价参数", "说明"]
    overview = _texts(book["概况"])
    assert any(planned.revision.id in text for text in overview)
    assert "与当前数据、标准和造价参数一致" in overview
    assert book["工程"].oddFooter.left.text.startswith(planned.workspace.settings.county.name)
    assert any("演示数据" in text for text in _texts(book["工程"]))


def test_lines_sections_and_groups_in_one_package(planned: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "roads.gpkg"
    assert write_roads(planned, path) == 4
    assert {name for name, _ in pyogrio.list_layers(path)} == {"road_plan", "road_sections", "road_plan_groups"}
    works = gpd.read_file(path, layer="road_plan")
    assert sorted(works["work_code"]) == sorted(synthetic_plan.ORDER)
    assert works["synthetic_note"].str.contains("演示数据").all()
    assert works.crs.to_epsg() == 4490
    assert works["cost_cny"].sum() == pytest.approx(planned.frame("road_plan")["cost_cny"].sum())
    assert len(gpd.read_file(path, layer="road_plan_groups")) == len(planned.frame("road_plan_groups"))
    assert len(gpd.read_file(path, layer="road_sections")) == len(planned.frame("road_sections"))


def test_works_as_geojson_in_wgs84(planned: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "roads.geojson"
    assert write_roads(planned, path) == 4
    works = gpd.read_file(path)
    assert works.crs.to_epsg() == 4326
    assert set(works["year"].dropna()) <= {2026, 2027}


def test_kml_names_every_work(planned: Snapshot, tmp_path: Path) -> None:
    assert write_roads(planned, tmp_path / "roads.KML") == 4
    names = {name for layer, _ in pyogrio.list_layers(tmp_path / "roads.KML") for name in gpd.read_file(tmp_path / "roads.KML", layer=layer)["Name"]}
    assert names == set(planned.frame("road_plan")["work_name"])


@pytest.mark.parametrize("fmt", sorted(ROAD_FORMATS))
def test_the_same_revision_gives_the_same_bytes(planned: Snapshot, fmt: str) -> None:
    first, name = road_file(planned, fmt)
    assert name == f"road-plan-{planned.revision.id[:8]}.{fmt}"
    assert first == road_file(planned, fmt)[0]


def test_another_suffix_is_refused_and_nothing_is_written(planned: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"\.kml"):
        write_roads(planned, tmp_path / "roads.csv")
    assert list(tmp_path.iterdir()) == []


def test_without_a_plan_the_way_out_is_told(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady) as refused:
        write_roads(Snapshots(workspace).current(), tmp_path / "roads.xlsx")
    assert "zutong roads" in refused.value.hint


def test_a_plan_that_no_longer_follows_from_its_inputs_says_so(own_workspace: Path) -> None:
    synthetic_plan.commit_plan(own_workspace)
    opened = open_workspace(own_workspace)
    roads = opened.store.read("roads")

    opened.store.commit({"roads": Change(frame=roads.iloc[1:])}, title="少一条路")
    facts = dict(road_book(Snapshots(own_workspace).current()).facts)
    assert facts["结果"].startswith("已过期：")
    assert "道路" in facts["结果"]


def test_no_household_is_named(planned: Snapshot) -> None:
    for fmt in ROAD_FORMATS:
        assert b"household_code" not in road_file(planned, fmt)[0]
