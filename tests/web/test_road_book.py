"""The ledger and the KML of a road plan, from frames alone."""

import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic_plan

from gis.roads.costs import load_costs
from web.road_book import RoadBook, group_table, road_sheets, work_table
from web.road_kml import NAMESPACE, road_kml
from web.road_words import conflict_lines, kind_words, network_lines, percent, programme_lines, reason_words, wan, weight_words, year_words
from web.road_years import year_table
from web.workbook import write_workbook

KML = f"{{{NAMESPACE}}}"
MARK = "演示数据，非真实情况 · 内部使用"


@pytest.fixture(scope="module")
def book() -> RoadBook:
    """The plan by hand, as the ledger takes it."""
    sections = synthetic_plan.road_sections()
    works, groups = synthetic_plan.road_works(sections), synthetic_plan.road_work_groups(sections)
    plan = synthetic_plan.road_plan(works, synthetic_plan.BUDGETS)
    groups = groups.assign(year=groups["work_code"].map(plan.set_index("work_code")["year"]).astype("Int64"))
    return RoadBook(
        county="甲县",
        works=plan,
        groups=groups,
        network=synthetic_plan.network_summary(works, sections, groups),
        programme=synthetic_plan.programme_summary(plan, groups, synthetic_plan.BUDGETS),
        parameters=load_costs().parameters(),
        sources=[{"label": "道路", "file": "roads.shp", "data_date": "2025-06-30", "synthetic": True}, {"label": "高程", "data_date": None}],
        mark=MARK,
        facts=[("版本", "abc123")],
    )


@pytest.fixture(scope="module")
def pages(book: RoadBook, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The ledger as an office opens it."""
    path = tmp_path_factory.mktemp("book") / "roads.xlsx"
    write_workbook(path, road_sheets(book), footer=MARK)
    return openpyxl.load_workbook(path)


def _column(page, head: str) -> list[object]:
    heads = [cell.value for cell in page[3]]
    return [row[heads.index(head)].value for row in page.iter_rows(min_row=4)]


def test_the_six_sheets_say_that_the_data_is_invented(pages) -> None:
    assert pages.sheetnames == ["概况", "工程", "年度", "分摊", "造价参数", "说明"]
    for name in ("概况", "工程", "年度", "分摊", "说明"):
        assert "演示数据" in pages[name]["A2"].value


def test_works_stand_by_rank_and_their_parts_add_up(pages, book: RoadBook) -> None:
    page = pages["工程"]
    assert _column(page, "次序") == [1, 2, 3, 4]
    assert _column(page, "工程代码") == list(synthetic_plan.ORDER)
    heads = [cell.value for cell in page[3]]
    parts = [_column(page, head) for head in heads if str(head).startswith("其中") and str(head).endswith("（万元）")]
    assert len(parts) == 5
    for total, *pieces in zip(_column(page, "造价（万元）"), *parts, strict=True):
        assert total == pytest.approx(sum(pieces), abs=1e-3)
    assert sum(_column(page, "造价（万元）")) * 1e4 == pytest.approx(book.network["cost_cny"], abs=1)
    assert set(_column(page, "类型")) == {"新建", "现有路硬化"}
    assert set(_column(page, "演示数据")) == {"是"}


def test_heads_name_units_and_numbers_have_separators(pages) -> None:
    page = pages["工程"]
    cost = [cell.value for cell in page[3]].index("造价（万元）")
    assert page.cell(4, cost + 1).number_format.startswith("#,##0")
    assert "长度（km）" in [cell.value for cell in page[3]]


def test_years_say_money_and_coverage(pages) -> None:
    page = pages["年度"]
    assert _column(page, "年度")[:2] == [2026, 2027]
    assert _column(page, "预算（万元）")[:2] == [50, 100]
    assert _column(page, "范围")[2:] == ["甲镇", "甲镇", "乙镇", "乙镇"]
    done, total = _column(page, "累计接通（户）"), _column(page, "应接通（户）")
    assert _column(page, "累计接通率（户）")[3] == pytest.approx(done[3] / total[3])
    assert _column(page, "累计接通率（户）")[-1] is None  # nothing is to be connected in 乙镇


def test_attributed_shares_add_up_to_the_network(pages, book: RoadBook) -> None:
    shares = [value for value in _column(pages["分摊"], "分摊造价（万元）") if value is not None]
    assert sum(shares) * 1e4 == pytest.approx(book.network["cost_cny"], abs=1)
    assert "是否通硬化路不明，先核实" in _column(pages["分摊"], "是否列入")
    assert None in _column(pages["分摊"], "接通年度")


def test_every_price_has_source_and_confidence(pages) -> None:
    page = pages["造价参数"]
    assert len(_column(page, "项目")) == len(load_costs().parameters())
    assert all(_column(page, "出处"))
    assert all(str(trust)[:1] in "HMLDS" for trust in _column(page, "可信程度"))


def test_the_overview_says_cost_bound_gap_and_what_it_follows_from(pages) -> None:
    lines = dict(zip(_column(pages["概况"], "项目"), _column(pages["概况"], "内容"), strict=True))
    assert "万元" in lines["可证明的下界"]
    assert lines["与下界的差距"] == "不超过 1.02%"
    assert lines["数据日期"] == "2025-06-30"
    assert lines["造价参数集"] == "mountain-2017@1"
    assert lines["版本"] == "abc123"
    assert "2026 年 50.00 万元" in lines["年度与预算"]


def test_nothing_in_the_ledger_is_a_formula(book: RoadBook, tmp_path: Path) -> None:
    bad = book.works.assign(work_name=pd.array(["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "http://x.y"], dtype="string"))
    path = tmp_path / "bad.xlsx"
    write_workbook(path, road_sheets(replace(book, works=bad, county="=甲县")))
    page = openpyxl.load_workbook(path)["工程"]
    assert sorted(_column(page, "工程名称")) == sorted(bad["work_name"])
    assert {cell.data_type for row in page.iter_rows(min_row=4) for cell in row} <= {"s", "n"}
    assert all(cell.hyperlink is None for row in page.iter_rows() for cell in row)


def test_the_same_plan_gives_the_same_bytes(book: RoadBook, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_workbook(tmp_path / f"{name}.xlsx", road_sheets(book))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_set_that_is_gone_is_said_to_be(book: RoadBook) -> None:
    sheet = next(sheet for sheet in road_sheets(replace(book, parameters=None)) if sheet.name == "造价参数")
    assert "不在本机" in sheet.frame.iloc[0, 1]


def test_an_empty_plan_still_makes_a_book(book: RoadBook, tmp_path: Path) -> None:
    programme = {**book.programme, "years": [], "townships": [], "conflicts": [{"sentence": "全县到 2027 年通路应达 100%。"}]}
    empty = replace(book, works=book.works.iloc[:0], groups=book.groups.iloc[:0], programme=programme)
    write_workbook(tmp_path / "empty.xlsx", road_sheets(empty))
    page = openpyxl.load_workbook(tmp_path / "empty.xlsx")["概况"]
    assert "全县到 2027 年通路应达 100%。" in _column(page, "内容")


def test_tables_do_not_change_their_frames(book: RoadBook) -> None:
    works, groups = book.works.copy(), book.groups.copy()
    work_table(book.works), group_table(book.groups), year_table(book.programme)
    pd.testing.assert_frame_equal(pd.DataFrame(book.works), pd.DataFrame(works))
    pd.testing.assert_frame_equal(book.groups, groups)


def test_words() -> None:
    assert (wan(12_345_678.9), wan(None), wan(pd.NA)) == ("1,234.57 万元", "不明", "不明")
    assert percent(0.0123) == "1.23%"
    assert (year_words(pd.NA), year_words(2026)) == ("未列入", "2026 年")
    assert (kind_words("new"), kind_words("strange"), kind_words(None)) == ("新建", "strange", "")
    assert reason_words("no_such_reason") == "no_such_reason"
    assert weight_words({"households": 1.0, "registered": 0.5, "people": 0.0}) == "每户 1、每脱贫监测户 0.5"
    assert conflict_lines({}) == []


def test_sharing_is_told_as_a_share_of_what_each_alone_would_cost(book: RoadBook) -> None:
    lines = dict(network_lines({**book.network, "cost_planning_cny": 6e6, "alone_cost_cny": 8e6}))
    assert lines["共用干线后为单独修路的"] == "75.00%"
    assert dict(network_lines({**book.network, "alone_cost_cny": 0.0}))["共用干线后为单独修路的"] == "不明"


def test_measures_that_a_plan_has_not_are_left_out(book: RoadBook) -> None:
    groups = book.groups.drop(columns=["detour_before_min", "detour_after_min"])
    works = book.works.drop(columns=["hazards_count", "detour_saved_min"])
    sheets = {sheet.name: sheet.frame for sheet in road_sheets(replace(book, groups=groups, works=works))}
    assert "通后到乡镇（分钟）" not in sheets["分摊"]
    assert "经过地灾点（处）" not in sheets["工程"]
    assert len(sheets["工程"]) == 4


def test_unplanned_groups_are_listed_with_their_reasons(book: RoadBook) -> None:
    lines = dict(network_lines(book.network))
    assert lines["未安排：是否通硬化路不明，先核实"] == "2 组"


def test_what_was_missing_is_said(book: RoadBook) -> None:
    network = {**book.network, "notes": ["没有“河流”图层。"], "network_assumed": True, "households_planned": 1283}
    lines = network_lines(network)
    assert ("接通的组", "3 组，1,283 户") in lines
    assert [words for head, words in lines if head == "注意"] == ["不能确定哪些硬化路与对外路网相连，凡可能相连的都按已相连计。", "没有“河流”图层。"]


# KML


def _parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - we have just written it


def test_every_work_is_a_placemark_that_gdal_reads(book: RoadBook, tmp_path: Path) -> None:
    path = tmp_path / "plan.kml"
    path.write_bytes(road_kml(book.works, title="甲县", note=MARK))
    layers = [pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)]
    back = pd.concat(layers)
    assert sorted(back["Name"]) == sorted(book.works["work_name"])
    assert all("演示数据" in text for text in back.rename(columns=str.casefold)["description"])
    for name, line in zip(back["Name"], back.geometry, strict=True):
        original = book.works.loc[book.works["work_name"] == name, "geometry"].iloc[0]
        assert shapely.hausdorff_distance(shapely.force_2d(line), original) < 1e-6


def test_folders_are_years_and_colours_are_kinds(book: RoadBook) -> None:
    root = _parsed(road_kml(book.works, title="甲县", note=""))
    folders = [folder.findtext(f"{KML}name") for folder in root.iter(f"{KML}Folder")]
    assert folders == ["2026 年", "2027 年", "未列入"][: len(folders)]
    styles = {style.get("id"): style.findtext(f"{KML}LineStyle/{KML}color") for style in root.iter(f"{KML}Style")}
    assert styles["new"] == "ffe84870"  # #7048e8 as alpha, blue, green, red
    for mark in root.iter(f"{KML}Placemark"):
        assert mark.findtext(f"{KML}styleUrl")[1:] in styles


def _one(name: str | None, shape: object, **more: object) -> gpd.GeoDataFrame:
    sections = synthetic_plan.road_sections()
    plan = synthetic_plan.road_plan(synthetic_plan.road_works(sections), synthetic_plan.BUDGETS).iloc[[0]]
    return plan.assign(work_name=pd.array([name], dtype="string"), **more).set_geometry(gpd.GeoSeries([shape], index=plan.index, crs=4490))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_name_is_escaped(name: str) -> None:
    root = _parsed(road_kml(_one(name, shapely.LineString([(106, 25), (107, 26)])), title=name, note=name))
    written = next(root.iter(f"{KML}Placemark")).findtext(f"{KML}name") or ""
    kept = "".join(c for c in name if c in "\t\n\r" or (ord(c) >= 32 and c not in "\ufffe\uffff"))
    assert written.replace("\r\n", "\n").replace("\r", "\n") == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_markup_in_a_name_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "x.kml"
    path.write_bytes(road_kml(_one("</name><script>&]]>", shapely.LineString([(106, 25), (107, 26)])), title="x", note=""))
    assert pyogrio.read_dataframe(path)["Name"].tolist() == ["</name><script>&]]>"]


@pytest.mark.parametrize("shape", [None, shapely.LineString(), shapely.MultiLineString([[(106, 25), (107, 26)], [(108, 25), (108, 26)]])])
def test_odd_shapes(shape: object) -> None:
    root = _parsed(road_kml(_one(None, shape, kind="unheard-of"), title="x", note=""))
    mark = next(root.iter(f"{KML}Placemark"))
    assert mark.findtext(f"{KML}name") == "W0001"
    assert len(list(mark.iter(f"{KML}LineString"))) == (0 if shape is None or shape.is_empty else 2)


def test_same_plan_same_kml(book: RoadBook) -> None:
    assert road_kml(book.works, title="a", note="b") == road_kml(book.works.sample(frac=1, random_state=3), title="a", note="b")


def test_what_was_asked_and_what_nobody_shares_is_said(book: RoadBook) -> None:
    terms = {
        **book.programme["terms"],
        "must": ["W0002"],
        "floors": [{"area_code": None, "share": 0.3, "unit": "households", "by_year": None}],
        "deadlines": [{"area_code": "529926100", "share": 0.5, "unit": "groups", "year": 2027}],
    }
    told = dict(programme_lines({**book.programme, "terms": terms}))
    assert told["必建"] == "W0002"
    assert told["底线"] == "到末年每个乡镇至少接通 30% 的户"
    assert told["期限"] == "到 2027 年乡镇 529926100 至少接通 50% 的组"
    assert "不建" not in told
    assert dict(network_lines({**book.network, "unattributed_cny": 680_000.0}))["其中无组要用的必建工程"].startswith("68.00 万元")


def test_money_of_the_ledger_is_exact_to_the_fen(book: RoadBook) -> None:
    in_wan = work_table(book.works)["造价（万元）"].sum()
    assert round(in_wan * 1e4, 2) == round(float(book.works["cost_cny"].sum()), 2)
