"""Tables as offices write them, and the count that must always hold: read = kept + rejected."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import InputError, MissingCRS, MissingField
from layers.intake import read_layer
from layers.intake.headings import match_headings
from layers.intake.problems import Origin
from layers.intake.tables import Grid, to_raw
from layers.names import LAYERS, Kind, fields_of, get_layer

ORIGIN = Origin("groups", "表.xlsx")


def save(path, rows, merges=(), sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    for name in sheets:
        book.create_sheet(name)["A1"] = "别的"
    book.save(path)
    return path


def office_table(path):
    """A title, a note, headings over two rows, merged cells, a subtotal, blank rows, a total, a signature."""
    rows = [
        ["某县村民组基本情况统计表"],
        ["填报单位：某镇人民政府"],
        ["序号", "乡镇", "行政村", "村民小组", "组代码", "人口情况", None, "道路", "坐标", None],
        [None, None, None, None, None, "户数\n（户）", "人数（人）", "是否通硬化路", "经度", "纬度"],
        [1, "甲镇", "乙村", "一组", "52232600100101", 10, "1,234", "√", "106°05′12″", "25°10′0″"],
        [2, None, None, "二组", "52232600100102", "１２", 48, "没通", "E106.1", "25.2°"],
        ["小计", None, None, None, None, 22, None, None, None, None],
        [],
        [3, "丙镇", "丁村", "三组", 6.1e17, 5, 20, "无", None, None],
        [4, "丙镇", "丁村", "四组", "52232600100104", 5, "20人", "×", None, None],
        ["合  计", None, None, None, None, 27, None, None, None, None],
        ["填表人：（略）"],
    ]
    return save(path, rows, ["A1:J1", "F3:G3", "I3:J3", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "B5:B6", "C5:C6"])


def test_an_office_table(tmp_path):
    intake = read_layer(office_table(tmp_path / "表.xlsx"), "groups", crs="EPSG:4490")
    frame, problems = intake.frame, intake.problems
    assert frame["group_code"].tolist() == ["52232600100101", "52232600100102", "52232600100104"]
    assert frame["township_name"].tolist() == ["甲镇", "甲镇", "丙镇"]
    assert frame["village_name"].tolist() == ["乙村", "乙村", "丁村"]
    assert frame["households_count"].tolist() == [10, 12, 5]
    assert frame["people_count"].tolist() == [1234, 48, 20]
    assert frame["reported_hardened_road"].tolist() == [True, False, False]
    assert frame.geometry[0].x == pytest.approx(106 + 5 / 60 + 12 / 3600)
    assert (frame.geometry[1].x, frame.geometry[1].y) == (106.1, 25.2)
    assert frame.geometry[2] is None
    assert (intake.info["rows_read"], intake.info["rows_kept"], intake.info["rows_rejected"]) == (7, 3, 4)
    rejected = problems[problems["severity"] == "error"].set_index("row")["rule"].to_dict()
    assert rejected == {9: "missing_required"}
    told = problems[problems["rule"].isin(["subtotal", "footer"])]
    assert told.set_index("row")["rule"].to_dict() == {7: "subtotal", 11: "subtotal", 12: "footer"}
    assert set(told["severity"]) == {"info"}, "an honest table has no errors"
    assert problems.loc[problems["rule"] == "lost_digits", "row"].tolist() == [9]
    assert problems.loc[problems["rule"] == "no_location", "row"].tolist() == [10]
    assert not problems["message"].str.contains("填表人").any()


def test_three_heading_rows_without_merges(tmp_path):
    text = "组代码,人口,,水\n,户数,人数,供水\n,户,人,入户\n1,3,9,是\n2,4,12,否\n"
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="gb18030")
    frame = read_layer(path, "groups").frame
    assert frame["households_count"].tolist() == [3, 4]
    assert frame["people_count"].tolist() == [9, 12]
    assert frame["piped_water"].tolist() == [True, False]


def test_a_subgroup_heading_does_not_pass_for_the_whole():
    rows = [["组代码", "建档立卡户", None, "总人口"], [None, "户数", "人数", None], ["1", 2, 5, 40]]
    raw = to_raw(Grid(rows, merges=(((0, 1), (0, 2)),)), get_layer("groups"), origin=ORIGIN)
    found = {m.field.name: m.column for m in match_headings(raw.headings, get_layer("groups")) if m}
    assert found == {"group_code": 0, "registered_households_count": 1, "people_count": 3}


def test_numbering_and_unit_rows_are_headings_and_pages_repeat_them(tmp_path):
    rows = [["组代码", "户数", "总人口"], [None, "户", "人"], [1, 2, 3], ["01", 4, 8], ["组代码", "户数", "总人口"], ["02", 5, 9]]
    intake = read_layer(save(tmp_path / "a.xlsx", rows), "groups")
    assert intake.frame["group_code"].tolist() == ["01", "02"]
    assert intake.problems.set_index("rule").loc["repeated_heading", "row"] == 5


@pytest.mark.parametrize("mark", ["小计", "合计", "总 计", "甲镇小计", "合计：", "乙村合计", "总计（全县）"])
def test_subtotals_are_recognised(tmp_path, mark):
    intake = read_layer(save(tmp_path / "a.xlsx", [["乡镇", "组代码", "户数"], ["甲镇", "1", 3], [mark, None, 3]]), "groups")
    assert intake.problems.set_index("rule").loc["subtotal", "row"] == 3
    assert intake.frame["households_count"].sum() == 3


def test_a_place_called_after_a_sum_is_no_subtotal(tmp_path):
    rows = [["乡镇", "村名", "组代码"], ["计合镇", "总计算村", "1"], ["合计湾", "累计大坡脚寨", "2"]]
    assert len(read_layer(save(tmp_path / "a.xlsx", rows), "groups").frame) == 2


def test_codes_stored_as_numbers(tmp_path):
    rows = [["组代码", "村代码"], [52232600100101, 522326001001], ["0012", "007"], [13, 8], ["6.1E+17", "9"]]
    intake = read_layer(save(tmp_path / "a.xlsx", rows), "groups")
    assert intake.frame["group_code"].tolist() == ["52232600100101", "0012", "13"]
    assert intake.frame["village_code"].tolist() == ["522326001001", "007", "8"]
    zeros = intake.problems[intake.problems["rule"] == "lost_zeros"]
    assert zeros["value"].tolist() == ["13", "8"]
    assert intake.problems[intake.problems["severity"] == "error"]["row"].tolist() == [5]


def test_units_in_headings_and_in_cells(tmp_path):
    frame = pd.DataFrame({"编号": [1, 2, 3], "经度": [105] * 3, "纬度": [25] * 3, "建筑面积（亩）": ["0.3", "120平方米", "1,200㎡"]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    assert read_layer(tmp_path / "a.xlsx", "clinics").frame["floor_area_m2"].tolist() == pytest.approx([200, 120, 1200])


def test_an_unknown_unit_is_not_taken_for_the_known_one(tmp_path):
    frame = pd.DataFrame({"编号": [1], "经度": [105], "纬度": [25], "建筑面积（英亩）": [3]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    intake = read_layer(tmp_path / "a.xlsx", "clinics")
    assert intake.frame["floor_area_m2"].isna().all()
    assert "建筑面积（英亩）" in intake.problems["value"].tolist()
    with pytest.raises(InputError, match="英亩"):
        read_layer(tmp_path / "a.xlsx", "clinics", rename={"floor_area_m2": "建筑面积（英亩）"})


def test_several_sheets_are_listed_and_one_can_be_named(tmp_path):
    path = save(tmp_path / "a.xlsx", [["组代码"], ["1"]], sheets=["说明"])
    with pytest.raises(InputError, match=r"Sheet、说明"):
        read_layer(path, "groups")
    assert read_layer(path, "groups", sheet="Sheet").frame["group_code"].tolist() == ["1"]
    with pytest.raises(InputError, match="没有名为“丙”"):
        read_layer(path, "groups", sheet="丙")


def test_two_columns_for_one_field_are_told(tmp_path):
    intake = read_layer(save(tmp_path / "a.xlsx", [["组代码", "常住人口", "户籍人口"], ["1", 3, 4]]), "groups")
    row = intake.problems.set_index("rule").loc["ambiguous_column"]
    assert row["field"] == "people_count"
    chosen = read_layer(tmp_path / "a.xlsx", "groups", rename={"people_count": "常住人口"})
    assert chosen.frame["people_count"].tolist() == [3]


def test_a_column_without_heading_is_told(tmp_path):
    intake = read_layer(save(tmp_path / "a.xlsx", [["组代码", "户数", None], ["1", 3, "多出来的"]]), "groups")
    assert "nameless_column" in intake.problems["rule"].tolist()


def test_tables_without_coordinates(tmp_path):
    path = save(tmp_path / "a.xlsx", [["编号", "名称"], ["1", "甲"]])
    with pytest.raises(MissingField, match=r"经度.*“编号”"):
        read_layer(path, "clinics")
    groups = save(tmp_path / "b.xlsx", [["组代码", "户数"], ["1", 3]])
    frame = read_layer(groups, "groups").frame
    assert frame.geometry.isna().all()
    assert frame.crs.to_epsg() == 4490


def test_grid_coordinates_need_a_declaration_and_surveyors_x_is_not_swapped(tmp_path):
    path = save(tmp_path / "a.xlsx", [["编号", "X", "Y"], ["1", 2_801_234.5, 36_512_345.0]])
    with pytest.raises(MissingCRS, match="EPSG:4524"):
        read_layer(path, "clinics")
    with pytest.raises(InputError, match="先纵坐标后横坐标"):
        read_layer(path, "clinics", crs="EPSG:4524")
    frame = read_layer(path, "clinics", crs="EPSG:4524", rename={"east": "Y", "north": "X"}).frame
    assert frame.geometry[0].x == pytest.approx(108.1226, abs=1e-3)
    assert frame.geometry[0].y == pytest.approx(25.3175, abs=1e-3)


def test_swapped_degrees_get_a_hint_and_are_not_swapped(tmp_path):
    path = save(tmp_path / "a.xlsx", [["编号", "经度", "纬度"], ["1", 25.1, 105.2], ["2", 25.2, 105.3]])
    with pytest.raises(InputError, match="颠倒"):
        read_layer(path, "clinics", crs="EPSG:4490")


def test_one_bad_coordinate_among_good_ones_is_a_row(tmp_path):
    rows = [["编号", "坐标"], ["1", "105.1,25.1"], ["2", "105.2，25.2"], ["3", "不知道"], ["4", "1051,25"], ["5", "105.3 25.3"]]
    intake = read_layer(save(tmp_path / "a.xlsx", rows), "clinics", crs="EPSG:4490")
    assert intake.frame["clinic_code"].tolist() == ["1", "2", "5"]
    assert intake.problems[intake.problems["severity"] == "error"]["row"].tolist() == [4, 5]


def test_households_never_show_a_person(tmp_path):
    rows = [
        ["户编号", "户主", "身份证号", "电话", "人口数"],
        ["1", "张三三", "11010519491231002A", "13800000000", "三口"],
        ["2", "李四四", 1.1e17, "x", 4],
    ]
    intake = read_layer(save(tmp_path / "a.xlsx", rows), "households", key=b"k" * 32)
    everything = intake.frame.to_csv() + intake.problems.to_csv() + str(intake.info)
    for secret in ("张三三", "李四四", "11010519491231002", "13800000000", "1.1e+17"):
        assert secret not in everything
    assert not set(intake.frame.columns) & get_layer("households").personal
    assert intake.frame["person_key"].notna().all()
    with pytest.raises(InputError, match="密钥"):
        read_layer(tmp_path / "a.xlsx", "households")


@pytest.mark.parametrize("layer", [layer for layer in LAYERS.values() if layer.fields])
def test_every_name_in_the_dictionary_leads_to_a_field(layer):
    for field in fields_of(layer):
        for name in (field.name, field.label):
            match = match_headings([(name,)], layer)[0]
            assert match is not None, (layer.name, name)
    for field in fields_of(layer):
        assert match_headings([(field.name,)], layer)[0].field.name == field.name


@given(
    st.sampled_from([f for f in fields_of(get_layer("groups")) if f.kind is Kind.INTEGER]),
    st.sampled_from([" {} ", "（{}）", "*{}", "1.{}", "{}：", "{}\n", "　{}"]),
)
def test_decoration_of_headings_does_not_matter(field, pattern):
    match = match_headings([(pattern.format(field.label),)], get_layer("groups"))[0]
    assert match is not None
    assert match.field.name == field.name


cells = st.one_of(
    st.none(),
    st.integers(-5, 10**18),
    st.floats(allow_nan=True, allow_infinity=False),
    st.booleans(),
    st.sampled_from(
        ["", "是", "否", "-", "不详", "1.2公里", "35米", "１２", "合计", "小计", "2025-06", "106°05′12″", "1,234", "=1+1", "水泥", "一组", "注：无"]
    ),
    st.text(alphabet="甲乙丙0123456789,. -一二组户", max_size=6),
)
codes = st.one_of(st.none(), st.sampled_from(["1", "2", "3", "52232600100101"]), st.text(alphabet="0123456789", max_size=14), st.floats(1e10, 1e19))


def rows_or_none(path):
    """None where most coordinates are impossible: then the whole file is refused, which is right."""
    try:
        return read_layer(path, "groups", crs="EPSG:4490")
    except InputError as error:
        if "坐标不可能" in error.sentence:
            return None
        raise


@given(st.lists(st.tuples(codes, cells, cells, cells, cells, cells), max_size=12), st.integers(0, 3), st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_read_is_kept_plus_rejected_whatever_the_cells(tmp_path, rows, titles, with_places):
    """Over random dirty tables: every row that holds anything is kept once or rejected with a row number, and what is kept is sound."""
    heading = ["组代码", "户数", "总人口", "是否通电", *(["经度", "纬度"] if with_places else ["年缺水天数", "水质"])]
    grid = [[f"标题{i}"] for i in range(titles)] + [heading] + [list(row) for row in rows]
    path = save(tmp_path / "dirty.xlsx", [[None if isinstance(c, float) and np.isnan(c) else c for c in row] for row in grid])
    intake = rows_or_none(path)
    if intake is None:
        return
    info, frame, problems = intake.info, intake.frame, intake.problems
    assert info["rows_read"] == info["rows_kept"] + info["rows_rejected"]
    assert info["rows_kept"] == len(frame)
    rejected = problems[
        problems["severity"].eq("error") | problems["rule"].isin(["identical_row", "subtotal", "footer", "repeated_heading", "title"])
    ]
    assert rejected["row"].nunique() == info["rows_rejected"]
    assert problems["row"].dropna().between(titles + 2, titles + 1 + len(rows)).all()
    assert frame["group_code"].is_unique
    assert frame["group_code"].notna().all()
    assert (frame["households_count"].dropna() >= 0).all()
    assert frame["water_outage_days"].dropna().between(0, 366).all()
