"""Every format that offices hand over, written by GDAL and read back to the same rows."""

import warnings
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.crs import wgs84_to_gcj02
from layers.errors import BadEncoding, InputError, MissingCRS, MissingField, UnknownFormat, UnknownLayer
from layers.intake import PROBLEM_COLUMNS, read_layer
from layers.names import fields_of, get_layer

CODES = ["52232600100101", "52232600100102", "52232600100103"]
LON, LAT = [105.1, 105.2, 105.3], [25.1, 25.2, 25.3]


def groups(crs=4490):
    columns = {"组代码": CODES, "村民小组名称": ["一组", "大坪组", "镕组"], "户数": [10, 20, 0], "人口": [41, 80, 0], "是否通电": ["是", "否", None]}
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(LON, LAT), crs=4490).to_crs(crs)


def write(frame, path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL tells that .dbf headings are cut
        frame.to_file(path, **options)
    return path


def check_groups(intake, tolerance=1e-7):
    frame = intake.frame.sort_values("group_code", ignore_index=True)
    assert frame["group_code"].tolist() == CODES
    assert frame["group_name"].tolist() == ["一组", "大坪组", "镕组"]
    assert frame["households_count"].tolist() == [10, 20, 0]
    assert frame["reported_power"].isna().tolist() == [False, False, True]
    assert frame["reported_power"].tolist()[:2] == [True, False]
    assert frame.crs.to_epsg() == 4490
    assert np.allclose(frame.geometry.x, LON, atol=tolerance)
    assert np.allclose(frame.geometry.y, LAT, atol=tolerance)
    assert (intake.info["rows_read"], intake.info["rows_kept"], intake.info["rows_rejected"]) == (3, 3, 0)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.gpkg", {"driver": "GPKG"}),
        ("a.geojson", {"driver": "GeoJSON"}),
        ("a.json", {"driver": "GeoJSON"}),
        ("a.fgb", {"driver": "FlatGeobuf"}),
        ("a.kml", {"driver": "LIBKML"}),
        ("a.kmz", {"driver": "LIBKML"}),
        ("a.gdb", {"driver": "OpenFileGDB"}),
        ("a.shp", {"encoding": "GB18030"}),
    ],
)
def test_vector_formats(tmp_path, name, options):
    check_groups(read_layer(write(groups(), tmp_path / name, **options), "groups"))


def test_geoparquet(tmp_path):
    groups().to_parquet(tmp_path / "a.parquet")
    check_groups(read_layer(tmp_path / "a.parquet", "groups"))


def test_the_frame_has_every_field_typed_and_nothing_else(tmp_path):
    frame = read_layer(write(groups(), tmp_path / "a.gpkg"), "groups").frame
    layer = get_layer("groups")
    assert list(frame.columns) == [*(f.name for f in fields_of(layer)), "geometry"]
    kinds = {"code": "string", "text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean", "choice": "string", "date": "string"}
    assert {f.name: str(frame[f.name].dtype) for f in fields_of(layer)} == {f.name: kinds[f.kind] for f in fields_of(layer)}


def test_an_unknown_column_is_named_not_lost_silently(tmp_path):
    intake = read_layer(write(groups().assign(某列=[1, 2, 3]), tmp_path / "a.gpkg"), "groups")
    row = intake.problems.set_index("rule").loc["unknown_column"]
    assert row["value"] == "某列"
    assert "--rename" in row["suggestion"]
    assert tuple(intake.problems.columns) == PROBLEM_COLUMNS


@pytest.mark.parametrize("cpg", [None, "UTF-8", "ISO-8859-1", "nonsense"])
def test_gbk_table_without_or_with_a_wrong_cpg(tmp_path, cpg):
    path = write(groups(), tmp_path / "a.shp", encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    intake = read_layer(path, "groups")
    check_groups(intake)
    assert intake.info["encoding"] == "gb18030"


@pytest.mark.parametrize("cpg", ["UTF-8", "GBK"])
def test_utf8_table_whatever_the_cpg_says(tmp_path, cpg):
    path = write(groups().rename(columns={"是否通电": "通电"}), tmp_path / "a.shp", encoding="UTF-8")
    path.with_suffix(".cpg").write_text(cpg)
    check_groups(read_layer(path, "groups"))


def test_a_heading_cut_to_something_ambiguous_is_told_not_guessed(tmp_path):
    path = write(groups(), tmp_path / "a.shp", encoding="UTF-8")  # three characters are left of 是否通电
    intake = read_layer(path, "groups")
    row = intake.problems.set_index("rule").loc["cut_heading"]
    assert row["severity"] == "warning"
    assert "reported_power" in row["message"]
    assert "reported_hardened_road" in row["message"]
    assert intake.frame["reported_power"].isna().all()


def test_latin_text_is_never_turned_into_rare_characters(tmp_path):
    frame = gpd.GeoDataFrame({"road_name": ["Chemin du château", "Forêt d'été"]}, geometry=[shapely.LineString([(5, 45), (5.1, 45)])] * 2, crs=4326)
    path = write(frame, tmp_path / "a.shp", encoding="ISO-8859-1")
    assert read_layer(path, "roads").frame["road_name"].tolist() == ["Chemin du château", "Forêt d'été"]
    path.with_suffix(".cpg").unlink()
    with pytest.raises(BadEncoding, match="--encoding"):
        read_layer(path, "roads")
    assert read_layer(path, "roads", encoding="latin-1").frame["road_name"].tolist() == ["Chemin du château", "Forêt d'été"]


def test_a_declared_encoding_that_does_not_fit_is_refused(tmp_path):
    path = write(groups(), tmp_path / "a.shp", encoding="GB18030")
    with pytest.raises(BadEncoding):
        read_layer(path, "groups", encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables(tmp_path, encoding, separator):
    table = groups().drop(columns="geometry").assign(经度=LON, 纬度=LAT)
    path = tmp_path / ("a.tsv" if separator == "\t" else "a.csv")
    path.write_bytes(table.to_csv(index=False, sep=separator).encode(encoding))
    intake = read_layer(path, "groups")
    check_groups(intake)
    assert "assumed_crs" in intake.problems["rule"].tolist()


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".et", ".ods"])
def test_workbooks(tmp_path, suffix):
    table = groups().drop(columns="geometry").assign(经度=LON, 纬度=LAT)
    plain = tmp_path / "a.xlsx"
    if suffix == ".ods":
        path = write_ods(table, tmp_path / "a.ods")
    else:
        table.to_excel(plain, index=False)
        path = plain.rename(tmp_path / f"a{suffix}")
    check_groups(read_layer(path, "groups", crs="国家2000"))


def write_ods(table, path):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [table.columns.tolist(), *table.fillna("").astype(str).to_numpy().tolist()]
    body = "".join("<table:table-row>" + "".join(cell.format(value) for value in row) + "</table:table-row>" for row in rows)
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr("content.xml", content)
    return path


def zipped(path, target, folder="数据"):
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(path.parent.glob(path.stem + ".*")):
            archive.write(part, f"{folder}/{part.name}")
    return target


def test_a_zipped_shapefile(tmp_path):
    path = write(groups(4544), tmp_path / "组.shp", encoding="GB18030")
    check_groups(read_layer(zipped(path, tmp_path / "交来.zip"), "groups"))


def test_zipped_names_in_gbk(tmp_path):
    write(groups(), tmp_path / "a.shp", encoding="GB18030")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for part in sorted(tmp_path.glob("a.*")):
            archive.write(part, f"组{part.suffix}".encode("gb18030").decode("cp437"))
    check_groups(read_layer(tmp_path / "z.zip", "groups", sheet="组"))


def test_a_zip_with_several_layers_lists_them(tmp_path):
    write(groups(), tmp_path / "甲.geojson", driver="GeoJSON")
    write(groups(), tmp_path / "乙.geojson", driver="GeoJSON")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name in ("甲.geojson", "乙.geojson"):
            archive.write(tmp_path / name, name)
    with pytest.raises(InputError, match=r"甲.*--sheet|乙.*--sheet"):
        read_layer(tmp_path / "z.zip", "groups")
    check_groups(read_layer(tmp_path / "z.zip", "groups", sheet="甲"))


def test_a_container_with_several_layers_lists_them(tmp_path):
    write(groups(), tmp_path / "a.gpkg", layer="组")
    write(groups(), tmp_path / "a.gpkg", layer="别的")
    with pytest.raises(InputError, match=r"组、别的|别的、组"):
        read_layer(tmp_path / "a.gpkg", "groups")
    check_groups(read_layer(tmp_path / "a.gpkg", "groups", sheet="组"))
    with pytest.raises(InputError, match="没有名为“无”"):
        read_layer(tmp_path / "a.gpkg", "groups", sheet="无")


def test_ovital_kml_is_gcj02_and_comes_back_unshifted(tmp_path):
    shifted = groups().set_geometry(gpd.points_from_xy(*wgs84_to_gcj02(LON, LAT)), crs=4326)
    write(shifted, tmp_path / "a.kml", driver="LIBKML")
    path = (tmp_path / "a.kml").rename(tmp_path / "a.ovkml")
    intake = read_layer(path, "groups")
    check_groups(intake)
    assert intake.info["crs"] == "GCJ-02"


@pytest.mark.parametrize("epsg", [4490, 4326, 4523, 4544, 4496, 4507, 32648, 3857])
def test_any_crs_of_the_file_comes_out_as_4490(tmp_path, epsg):
    check_groups(read_layer(write(groups(epsg), tmp_path / "a.gpkg"), "groups"), tolerance=1e-6)


def test_a_missing_prj_is_told_with_what_the_numbers_look_like(tmp_path):
    path = write(groups(4523), tmp_path / "a.shp", encoding="GB18030")
    path.with_suffix(".prj").unlink()
    with pytest.raises(MissingCRS, match="EPSG:4523"):
        read_layer(path, "groups")
    check_groups(read_layer(path, "groups", crs="EPSG:4523"))


def test_a_declared_crs_wins_and_the_conflict_is_told(tmp_path):
    written = groups(4544).set_crs(4545, allow_override=True)
    path = write(written, tmp_path / "a.gpkg")
    intake = read_layer(path, "groups", crs="EPSG:4544")
    check_groups(intake)
    assert "crs_conflict" in intake.problems["rule"].tolist()


def test_missing_shx_missing_file_wrong_name_and_damage(tmp_path):
    path = write(groups(), tmp_path / "a.shp", encoding="UTF-8")
    path.with_suffix(".shx").unlink()
    with pytest.raises(InputError, match=r"\.shx"):
        read_layer(path, "groups")
    with pytest.raises(InputError, match="找不到"):
        read_layer(tmp_path / "none.shp", "groups")
    with pytest.raises(UnknownFormat, match=r"\.pdf|可以导入"):
        read_layer(tmp_path / "a.pdf", "groups")
    with pytest.raises(UnknownLayer, match="村民组"):
        read_layer(path, "nothing")
    good = write(groups(), tmp_path / "b.gpkg")
    damaged = tmp_path / "c.gpkg"
    damaged.write_bytes(good.read_bytes()[:3000])
    with pytest.raises(UnknownFormat, match="损坏"):
        read_layer(damaged, "groups")
    (tmp_path / "e.csv").write_bytes(b"")
    with pytest.raises(InputError, match="空文件"):
        read_layer(tmp_path / "e.csv", "groups")


def test_computed_layers_and_rasters_are_not_read_as_tables(tmp_path):
    path = write(groups(), tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="计算得出"):
        read_layer(path, "coverage")
    with pytest.raises(InputError, match="GeoTIFF"):
        read_layer(path, "dem")


def test_a_required_column_that_is_missing_names_what_was_seen(tmp_path):
    path = write(groups().rename(columns={"组代码": "奇怪的列", "村民小组名称": "另一列"}), tmp_path / "a.gpkg")
    with pytest.raises(MissingField, match=r"奇怪的列.*--rename group_code="):
        read_layer(path, "groups")
    check_groups(read_layer(path, "groups", rename={"group_code": "奇怪的列", "group_name": "另一列"}))
    with pytest.raises(InputError, match="不是“村民组”的字段"):
        read_layer(path, "groups", rename={"nothing": "奇怪的列"})
    with pytest.raises(InputError, match="没有 --rename 指定"):
        read_layer(path, "groups", rename={"group_code": "没有的列"})


def test_english_headings_of_another_country(tmp_path):
    lines = [shapely.LineString([(83.1, 27.5), (83.2, 27.6)]), shapely.LineString([(83.2, 27.6), (83.3, 27.6)])]
    frame = gpd.GeoDataFrame(
        {"road_code": ["NP-1", "NP-2"], "surface": ["asphalt", "gravel"], "pavement_width_m": [4.0, 3.0]}, geometry=lines, crs=4326
    )
    intake = read_layer(write(frame.to_crs(32644), tmp_path / "a.shp", encoding="UTF-8"), "roads")
    assert intake.frame["road_code"].tolist() == ["NP-1", "NP-2"]
    assert intake.frame["surface"].tolist() == ["asphalt", "gravel"]
    assert intake.frame["pavement_width_m"].tolist() == [4.0, 3.0]
    assert shapely.hausdorff_distance(intake.frame.geometry[0], lines[0]) < 1e-7


def test_canonical_headings_cut_by_a_dbf(tmp_path):
    frame = groups().set_axis(["group_code", "group_name", "households_count", "people_count", "reported_hardened_road", "geometry"], axis=1)
    intake = read_layer(write(frame, tmp_path / "a.shp", encoding="UTF-8"), "groups")
    assert intake.frame["households_count"].tolist() == [10, 20, 0]
    assert intake.frame["reported_hardened_road"].tolist()[:2] == [True, False]


def test_facts_about_the_file(tmp_path):
    frame = groups().assign(数据日期=["2024", "2025-06-30", "2025-06"], 演示数据=True)
    path = write(frame, tmp_path / "a.gpkg")
    info = read_layer(path, "groups").info
    assert info["file"] == "a.gpkg"
    assert len(info["sha256"]) == 64
    assert info["data_date"] == "2025-06-30"
    assert info["synthetic"] is True
    assert info["headings"]["group_code"] == "组代码"
    mixed = read_layer(write(frame.assign(演示数据=[True, True, None]), tmp_path / "b.gpkg"), "groups").info
    assert mixed["synthetic"] is False


def test_the_same_file_gives_the_same_frame_and_is_left_as_it_was(tmp_path):
    path = write(groups(), tmp_path / "a.gpkg")
    before, names = path.read_bytes(), sorted(tmp_path.iterdir())
    first, second = read_layer(path, "groups"), read_layer(path, "groups")
    pd.testing.assert_frame_equal(pd.DataFrame(first.frame), pd.DataFrame(second.frame))
    pd.testing.assert_frame_equal(first.problems, second.problems)
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == names


def test_a_dbf_alone_is_a_table(tmp_path):
    path = write(groups().rename(columns={"是否通电": "通电"}), tmp_path / "a.shp", encoding="GB18030")
    for suffix in (".shp", ".shx", ".prj", ".cpg"):
        path.with_suffix(suffix).unlink()
    intake = read_layer(path.with_suffix(".dbf"), "groups")
    assert intake.frame["group_code"].tolist() == CODES
    assert intake.frame["group_name"].tolist() == ["一组", "大坪组", "镕组"]
    assert intake.frame.geometry.isna().all()


def test_a_zipped_file_geodatabase(tmp_path):
    path = write(groups(), tmp_path / "数据.gdb", driver="OpenFileGDB")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for part in sorted(path.iterdir()):
            archive.write(part, f"交付/数据.gdb/{part.name}")
    check_groups(read_layer(tmp_path / "z.zip", "groups"))


def test_a_zipped_workbook_is_read_by_its_sheet(tmp_path):
    table = groups().drop(columns="geometry").assign(经度=LON, 纬度=LAT)
    table.to_excel(tmp_path / "表.xlsx", sheet_name="组", index=False)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(tmp_path / "表.xlsx", "表.xlsx")
    check_groups(read_layer(tmp_path / "z.zip", "groups", crs="EPSG:4490", sheet="组"))


def test_an_area_file_given_for_a_table_drops_its_shapes_and_says_so(tmp_path):
    path = write(gpd.GeoDataFrame({"户编号": ["1"], "人口数": [3]}, geometry=[shapely.Point(105, 25)], crs=4490), tmp_path / "a.gpkg")
    intake = read_layer(path, "households", key=b"k" * 32)
    assert "geometry_dropped" in intake.problems["rule"].tolist()
    assert "geometry" not in intake.frame
