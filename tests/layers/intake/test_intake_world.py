"""Files of other countries and of untidy offices: what a stranger brings must come in right, or be refused in one sentence."""

import json
import logging

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
import shapely

from layers.errors import HostileFile, InputError, MissingField, UnknownFormat
from layers.intake import read_layer, tables

KEY = b"k" * 32


def text(path, content, encoding="utf-8"):
    path.write_bytes(content.encode(encoding))
    return path


def sheet(path, rows, merges=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merges:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def rules(intake, severity=None):
    found = intake.problems if severity is None else intake.problems[intake.problems["severity"] == severity]
    return dict(zip(found["row"].dropna(), found.loc[found["row"].notna(), "rule"], strict=True))


def test_roads_as_openstreetmap_has_them(tmp_path):
    shapes = [
        shapely.LineString([(250000, 9850000, 5), (250500, 9850000, 6)]),
        None,
        shapely.MultiLineString([[(250000, 9850100), (250200, 9850100)], [(250200, 9850300), (250500, 9850300)]]),
        shapely.Point(250000, 9850000),
    ]
    columns = {
        "osm_id": ["1", "2", "3", "4"],
        "name": ["A Rd", None, "Main St", "x"],
        "highway": ["tertiary", "track", "primary_link", "path"],
        "surface": ["asphalt", "unpaved", "concrete:plates", "ground"],
        "bridge": ["yes", None, "F", "no"],
        "width": ["3.5", "4 m", None, None],
    }
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=32737).to_file(path)
    intake = read_layer(path, "roads")
    frame = intake.frame
    assert frame["road_code"].tolist() == ["1", "3", "3-2"]
    assert frame["road_class"].tolist() == ["township", "provincial", "provincial"]
    assert frame["surface"].tolist() == ["asphalt", "cement_concrete", "cement_concrete"]
    assert frame["bridge"].tolist() == [True, False, False]
    assert frame["pavement_width_m"][0] == 3.5
    assert intake.info["crs"] == "EPSG:32737"
    assert {row for row, rule in rules(intake, "error").items() if rule == "no_geometry"} == {2, 4}


HEADINGS = {
    "Indian": ("Village Name,Village Code,Habitation Name,Habitation Code,Total Population,No. of Households,Latitude,Longitude", 'V,25,A,1001,"1,250",98,24.94,84.83'),
    "Kenyan": ("Ward,Village,Settlement Name,Place ID,Population,HH,Lat,Long", "W,V,A,1001,1250,98,\"24°56'24\"\"N\",\"84 49 48 E\""),
    "shapefile": ("VILLAGE_NA,village,HAB_NAME,HAB_ID,TOT_POPULA,HHs,lat,lon", ",V,A,1001,1250,98,24.94,84.83"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADINGS)
def test_habitations_with_english_headings_need_no_rename(tmp_path, kind):
    frame = read_layer(text(tmp_path / "hab.csv", "\n".join(HEADINGS[kind])), "groups", crs="wgs84").frame
    row = frame.iloc[0]
    assert (row["group_code"], row["group_name"], row["village_name"], row["people_count"], row["households_count"]) == ("1001", "A", "V", 1250, 98)
    assert (frame.geometry[0].x, frame.geometry[0].y) == pytest.approx((84.83, 24.94), abs=1e-9)


def test_groups_without_codes_are_numbered_but_not_without_names(tmp_path):
    content = "Barangay;Sitio/Purok;No. of HH;Latitude (DD);Longitude (DD)\nAdams;Purok 1;40;18,4612;120,9012\nAdams;Purok 2;94;18,4712;120,9112\n"
    intake = read_layer(text(tmp_path / "ph.csv", content, "utf-8-sig"), "groups", crs="wgs84")
    assert intake.frame["group_code"].tolist() == ["groups-000001", "groups-000002"]
    assert intake.frame.geometry[0].x == pytest.approx(120.9012)
    assert intake.problems.loc[intake.problems["rule"] == "made_keys", "severity"].tolist() == ["warning"]
    with pytest.raises(MissingField, match="--rename group_name="):
        read_layer(text(tmp_path / "b.csv", "Village,HH\nV,4\n"), "groups")


def test_a_heading_merged_downward_is_a_heading_to_its_end(tmp_path):
    rows = [["组代码", "人口", None], [None, "户数", "人数"], ["(编码)", "(其中)", "(合计人)"], ["A1", 3, 9]]
    intake = read_layer(sheet(tmp_path / "t.xlsx", rows, ["A1:A3", "B1:C1"]), "groups")
    assert intake.info["rows_read"] == 1
    assert intake.frame["group_code"].tolist() == ["A1"]


def test_another_table_below_is_not_read_as_groups(tmp_path):
    rows = [["组代码", "组名", "户数"], ["A1", "甲", 1], [], ["表二"], ["路线代码", "路线名称", "路面类型"], ["C001", "乙", "水泥"]]
    intake = read_layer(sheet(tmp_path / "t.xlsx", rows), "groups")
    assert intake.frame["group_code"].tolist() == ["A1"]
    assert rules(intake, "error") == {5: "other_table", 6: "other_table"}
    assert rules(intake, "info") == {4: "title"}
    assert (intake.info["rows_read"], intake.info["rows_rejected"]) == (4, 3)


def test_equal_headings_are_told_apart_by_their_place(tmp_path):
    path = sheet(tmp_path / "t.xlsx", [["组代码", "户数", "户数"], ["A1", 1, 5]])
    intake = read_layer(path, "groups")
    assert intake.frame["households_count"].tolist() == [1]
    assert "第3列" in intake.problems.loc[intake.problems["rule"] == "ambiguous_column", "suggestion"].item()
    assert read_layer(path, "groups", rename={"households_count": "第3列"}).frame["households_count"].tolist() == [5]


def test_failed_formulas_are_seen(tmp_path):
    path = sheet(tmp_path / "t.xlsx", [["组代码", "户数", "组名"], ["A1", "#REF!", "#VALUE!"], ["A2", 3, "乙"]])
    intake = read_layer(path, "groups")
    assert intake.problems.loc[intake.problems["rule"] == "failed_formula", ["row", "field"]].to_numpy().tolist() == [
        [2, "group_name"],
        [2, "households_count"],
    ]
    assert intake.frame["households_count"].isna().tolist() == [True, False]


def test_an_open_quote_does_not_swallow_rows(tmp_path):
    with pytest.raises(UnknownFormat, match="第 3 行起有引号没有成对"):
        read_layer(text(tmp_path / "q.csv", '组代码,户数,组名\nA1,1,"甲, ""乙"""\nA2,1,"甲\nA3,2,乙\n'), "groups")


def test_a_table_of_text_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_TEXT_CELLS", 1000)
    with pytest.raises(HostileFile, match="拆成几个文件"):
        read_layer(text(tmp_path / "big.csv", "组代码,户数\n" + "A1,1\n" * 600), "groups")


def test_utf16_without_its_mark_and_bytes_that_are_no_text(tmp_path):
    content = "组代码\t户数\nA1\t1\n"
    for codec in ("utf-16-le", "utf-16-be"):
        intake = read_layer(text(tmp_path / f"{codec}.csv", content, codec), "groups")
        assert (intake.frame["households_count"].tolist(), intake.info["encoding"]) == ([1], codec)
    (tmp_path / "noise.csv").write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(InputError):
        read_layer(tmp_path / "noise.csv", "groups")


def test_geojson_with_nested_values_is_read(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"zdm": "A1", "nested": {"a": 1}, "list": [1]},
        "geometry": {"type": "Point", "coordinates": [106, 25]},
    }
    path = text(tmp_path / "n.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert read_layer(path, "groups").frame["group_code"].tolist() == ["A1"]


def test_a_shapefile_without_its_table_is_refused(tmp_path):
    gpd.GeoDataFrame({"LXBM": ["C1"]}, geometry=[shapely.LineString([(106, 25), (106.1, 25)])], crs=4490).to_file(tmp_path / "r.shp")
    (tmp_path / "r.dbf").unlink()
    with pytest.raises(InputError, match=r"缺少同名的 \.dbf"):
        read_layer(tmp_path / "r.shp", "roads")


def test_the_date_of_a_file_fills_what_rows_do_not_say(tmp_path):
    path = text(tmp_path / "d.csv", "组代码,数据日期\nA1,2024.5\nA2,\nA3,30/06/2025\n")
    intake = read_layer(path, "groups", date="2025年6月")
    assert intake.frame["data_date"].tolist() == ["2024-05", "2025-06", "2025-06-30"]
    assert intake.info["declared_date"] == "2025-06"
    with pytest.raises(InputError, match="看不懂数据日期“去年”"):
        read_layer(path, "groups", date="去年")


def test_a_grid_says_that_it_is_invented(tmp_path):
    path = tmp_path / "dem.tif"
    profile = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "int16", "crs": "EPSG:4544"}
    with rasterio.open(path, "w", transform=rasterio.Affine(30, 0, 400000, 0, -30, 2800000), **profile) as grid:
        grid.write(np.full((1, 8, 8), 900, dtype="int16"))
        grid.update_tags(演示数据="是")
    info = read_layer(path, "dem", target=tmp_path / "o.tif", date="2021").info
    assert (info["synthetic"], info["data_date"]) == (True, "2021")


def test_codes_of_18_digits_stay_unless_they_hold_a_birth_date(tmp_path):
    """Contract codes begin with the village; an ID number holds a birth date (the check digits here are wrong on purpose)."""
    codes = ["522326001001010001", "52232619800101001X", "522326199001010002", "522326200101010001"]
    rows = [["户编号", "组代码"], *([code, "52232620010101"] for code in codes)]
    kept = read_layer(sheet(tmp_path / "r.xlsx", rows), "households", key=KEY).frame["household_code"].tolist()
    assert [kept[0], kept[3]] == [codes[0], codes[3]]
    assert all(code.startswith("h") and len(code) == 17 for code in kept[1:3])


def test_gdal_is_silent_about_drivers_that_were_never_there(caplog):
    logger = logging.getLogger("rasterio._env")
    with caplog.at_level(logging.WARNING, logger=logger.name):
        logger.warning("CPLE_AppDefined in Unable to find driver WFS to unload from GDAL_SKIP environment variable.")
        logger.warning("something else")
    assert caplog.messages == ["something else"]
