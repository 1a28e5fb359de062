"""A county that hands over its village roads alone: what they hang on is unknown until it is declared."""

import json

import geopandas as gpd
import pytest
import shapely

from api.cli import run


@pytest.fixture
def county(tmp_path, capsys):
    """A cement village road with a group at its end, and a cement group road that touches nothing with a group beside it."""
    roads = {"路线代码": ["C001", "Z001"], "行政等级": ["村道", "组道"], "路面类型": ["水泥", "水泥"]}
    lines = [shapely.LineString([(106, 25), (106.02, 25)]), shapely.LineString([(106.05, 25.05), (106.06, 25.05)])]
    gpd.GeoDataFrame(roads, geometry=lines, crs=4490).to_file(tmp_path / "路.gpkg")
    groups = {"村民组代码": ["52232610020101", "52232610020102"], "户数": [40, 50]}
    gpd.GeoDataFrame(groups, geometry=gpd.points_from_xy([106.02, 106.055], [25.001, 25.051]), crs=4490).to_file(tmp_path / "组.gpkg")
    folder = tmp_path / "county"
    assert run(["new", str(folder), "--county", "522326"]) == 0
    for layer, name in (("roads", "路.gpkg"), ("groups", "组.gpkg")):
        assert run(["import", str(folder), layer, str(tmp_path / name)]) == 0
    capsys.readouterr()
    return folder


def _verdicts(folder, capsys):
    capsys.readouterr()
    assert run(["gaps", str(folder), "--service", "hardened_road", "--level", "group", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["services"][0]["rows"]
    return {row["code"][-2:]: row["verdict"] for row in rows}


def test_declared_access_points_settle_what_is_connected(county, capsys, tmp_path):
    assert _verdicts(county, capsys) == {"01": "unknown", "02": "unknown"}
    (tmp_path / "接入点.csv").write_text("编号,名称,经度,纬度\n1,接县道,106.0,25.0\n", encoding="utf-8")
    assert run(["import", str(county), "access_points", str(tmp_path / "接入点.csv"), "--crs", "EPSG:4490"]) == 0
    assert _verdicts(county, capsys) == {"01": "met", "02": "lacking"}
