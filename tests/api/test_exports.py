"""Files that leave the house: whole or not at all, no formulas, small cells hidden where asked."""

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports import formula_safe, suffix_of, suppress_small, whole_file, write_csv, write_features
from layers.errors import QueryError, StoreError
from web.workbook import Sheet, column_width, write_workbook

ATTACKS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def test_csv_opens_in_an_office_and_runs_nothing(tmp_path):
    frame = pd.DataFrame({"名称": pd.array([*ATTACKS, "纳坝村", None], dtype="string"), "数": pd.array(range(len(ATTACKS) + 2), dtype="Int64")})
    write_csv(frame, tmp_path / "out.csv")
    raw = (tmp_path / "out.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig", keep_default_na=False, dtype="string")
    assert list(back["名称"]) == [*(f"'{text}".replace("\r", "\r") for text in ATTACKS), "纳坝村", ""]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1))
def test_no_text_begins_like_a_formula_and_none_is_lost(texts):
    safe = formula_safe(pd.DataFrame({"a": pd.array(texts, dtype="string")}))["a"]
    assert not safe.str.startswith(("=", "+", "-", "@", "\t", "\r", "\n")).any()
    assert [after.removeprefix("'") if after != before else before for before, after in zip(texts, safe, strict=True)] == texts


def test_a_workbook_holds_texts_as_texts_and_prints_on_a4(tmp_path):
    frame = pd.DataFrame({"名称": pd.array([*ATTACKS, None], dtype="string"), "户数": pd.array([*range(len(ATTACKS)), None], dtype="Int64")})
    path = tmp_path / "book.xlsx"
    write_workbook(path, [Sheet("名单", "短板名单", frame, note="筛选：硬化路")], footer="内部使用 & 演示数据")
    page = openpyxl.load_workbook(path)["名单"]
    cells = [row[0] for row in page.iter_rows(min_row=4)]
    assert [cell.value for cell in cells] == [*(text.replace("\r", "_x000D_") for text in ATTACKS), None]
    assert {cell.data_type for cell in cells[:-1]} == {"s"}
    assert [row[1].value for row in page.iter_rows(min_row=4)] == [*range(len(ATTACKS)), None]
    assert (page["A1"].value, page["A2"].value) == ("短板名单", "筛选：硬化路")
    assert page.freeze_panes == "A4"
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.print_title_rows == "$1:$3"


def test_a_workbook_shows_places_long_texts_and_wide_tables(tmp_path):
    wide = pd.DataFrame({f"很长的列名称{at}": [1] for at in range(30)})
    long = pd.DataFrame({"经度": [106.123456], "说明": ["一句很长的话" * 20], "率": [0.25]})
    sheets = [Sheet("宽", "宽", wide, frozen=2), Sheet("长", "长", long, degrees=frozenset({"经度"}), percent=frozenset({"率"}))]
    write_workbook(tmp_path / "book.xlsx", sheets)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert (book["宽"].page_setup.paperSize, book["宽"].freeze_panes) == (8, "C4")
    assert (book["长"].page_setup.paperSize, book["长"].page_setup.fitToHeight) == (9, 0)
    assert [cell.number_format for cell in book["长"][4]] == ["0.000000", "General", "0.0%"]
    assert [bool(cell.alignment.wrap_text) for cell in book["长"][4]] == [False, True, False]
    assert book["长"].column_dimensions["B"].width < 50


def test_the_same_rows_give_the_same_bytes(tmp_path):
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})
    points = gpd.GeoDataFrame(frame, geometry=shapely.points([106.1, 106.2], [25.1, 25.2]), crs=4490)
    for name in ("one", "two"):
        write_workbook(tmp_path / f"{name}.xlsx", [Sheet("a", "b", frame)])
        for suffix in (".geojson", ".gpkg"):
            write_features(points, tmp_path / name / f"same{suffix}", layer="groups")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    for suffix in (".geojson", ".gpkg"):
        assert (tmp_path / "one" / f"same{suffix}").read_bytes() == (tmp_path / "two" / f"same{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_features_come_back_as_they_went(tmp_path, suffix):
    points = gpd.GeoDataFrame({"group_code": ["052232610020101"], "n": [3]}, geometry=shapely.points([106.1], [25.1]), crs=4490)
    write_features(points, tmp_path / f"out{suffix}", layer="groups")
    back = pyogrio.read_dataframe(tmp_path / f"out{suffix}")
    assert back["group_code"].tolist() == ["052232610020101"]
    assert shapely.distance(back.geometry.to_numpy(), points.geometry.to_numpy()).max() < 1e-7


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")

    def fail():
        with whole_file(target) as draft:
            draft.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="没有写成"):
        fail()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_only_known_suffixes_are_written(tmp_path):
    assert suffix_of(tmp_path / "A.XLSX") == ".xlsx"
    with pytest.raises(QueryError, match="xlsx"):
        suffix_of(tmp_path / "a.exe")


def test_small_cells_are_hidden_for_the_public():
    counts = pd.DataFrame({"households": pd.array([0, 1, 4, 5, None], dtype="Int64"), "people": pd.array([0, 3, 9, 11, 7], dtype="Int64")})
    shown = suppress_small(counts, "households", ("households", "people"))
    assert [None if pd.isna(v) else int(v) for v in shown["households"]] == [0, None, None, 5, None]
    assert [None if pd.isna(v) else int(v) for v in shown["people"]] == [0, None, None, 11, 7]
    assert counts["people"].tolist()[1] == 3


def test_column_widths_count_chinese_twice_and_stay_in_bounds():
    assert column_width("组", ["一"]) == 6.0
    assert column_width("组", ["纳坝村三组"]) == 12.0
    assert column_width("组", ["长" * 99]) == 48.0
