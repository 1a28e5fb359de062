"""The ledger of roads against moves, and the lines of the command, from frames alone."""

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from gis.sites.sets import load_site_set
from web.choice_book import ChoiceBook, choice_lines, choice_sheets, close_rows, site_rows
from web.site_book import parameter_table
from web.workbook import write_workbook

GROUPS = pd.DataFrame(
    {
        "group_code": pd.array(["G1", "G2", "G3", "G4"], dtype="string"),
        "group_name": pd.array(["=1+1", "二组", None, "四组"], dtype="string"),
        "households_count": pd.array([30, 10, 5, None], dtype="Int64"),
        "answer": pd.array(["road", "move", "none", "road"], dtype="string"),
        "reason": pd.array(["stays", "whole_relocation", "no_location", "may_move_remote"], dtype="string"),
        "road_marginal_cny": pd.array([100_000.0, 400_000.0, None, 50_000.0], dtype="Float64"),
        "break_even_cny": pd.array([900_000.0, 300_000.0, None, 60_000.0], dtype="Float64"),
        "margin_cny": pd.array([800_000.0, 100_000.0, None, 10_000.0], dtype="Float64"),
        "answers_share": pd.array([1.0, 0.6, 1.0, 0.4], dtype="Float64"),
        "stable": pd.array([True, False, True, False], dtype="boolean"),
        "synthetic": pd.array([True] * 4, dtype="boolean"),
        "lon": 106.1234567,
        "secret": "不得外传",
    }
)
SITES = pd.DataFrame(
    {
        "site_code": pd.array(["P2", "P1", "P3"], dtype="string"),
        "site_name": pd.array(["乙", "甲", "丙"], dtype="string"),
        "site_kind": pd.array(["parcel", "settlement", "parcel"], dtype="string"),
        "used_households": pd.array([5, 5, 9], dtype="Int64"),
        "capacity_households": pd.array([10.0, None, 9.0], dtype="Float64"),
        "groups_count": pd.array([1, 1, 2], dtype="Int64"),
    }
)
PLAN = {"cost": 3e6, "bound": 2.9e6, "road_groups": 2, "move_groups": 1, "none_groups": 1}
SUMMARY = {
    "cost": 2_500_000.0,
    "bound": 2_450_000.0,
    "gap": 0.02,
    "counts": {name: {"groups": count, "households": 1234 * count, "people": 5} for name, count in (("road", 2), ("move", 1), ("none", 1))},
    "cost_per_household": {"road": 12_345.0, "move": None},
    "all_road": PLAN,
    "all_move": PLAN,
    "price_swing": 0.2,
    "stable_count": 2,
    "left_out": {"ineligible": 3},
    "set": "relocation-2017@1",
    "costs": "mountain-2017@1",
    "conflicts": [{"group_code": "G3", "text": "三组没有坐标。"}],
}
BOOK = ChoiceBook("甲县", GROUPS, SITES, pd.DataFrame(), SUMMARY, mark="演示数据，非真实情况 · 内部使用", facts=[("版本", "abc")])


@pytest.fixture
def pages(tmp_path):
    write_workbook(tmp_path / "b.xlsx", choice_sheets(BOOK), footer="甲县")
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in openpyxl.load_workbook(tmp_path / "b.xlsx")}


def _table(page, first):
    """Rows below the headings by heading."""
    at = next(number for number, row in enumerate(page) if row[0] == first)
    return [dict(zip(page[at], row, strict=True)) for row in page[at + 1 :] if row[0] is not None]


def test_every_sheet_is_marked_and_empty_ones_are_left_out(pages):
    assert list(pages) == ["概况", "各组结论", "安置地点", "须协调", "说明"]
    assert all(any("演示数据" in str(cell) for row in page for cell in row) for page in pages.values())
    assert ["版本", "abc"] in [row[:2] for row in pages["概况"]]


def test_codes_are_words_unknown_is_empty_and_names_are_text(pages):
    first, second, third, fourth = _table(pages["各组结论"], "组代码")
    assert (first["结论"], second["结论"], third["结论"]) == ("修路", "搬迁", "无法安排")
    assert (first["价格浮动内不变"], second["价格浮动内不变"]) == ("是", "否")
    assert first["村民组"].endswith("=1+1")
    assert (third["换作另一种多花（元）"], fourth["户"]) == (None, None)
    assert "不得外传" not in str(pages)
    assert [row["须协调的事"] for row in _table(pages["须协调"], "组代码")] == ["三组没有坐标。"]


def test_the_lines_say_cost_proof_and_both_extremes():
    lines = dict(choice_lines(SUMMARY))
    assert lines["合计费用"] == "250.00 万元；下界 245.00 万元，差距不超过 2.00%"
    assert lines["修路"] == "2 组、2,468 户、5 人"
    assert lines["每户费用"] == "修路 1.23 万元，搬迁 —"
    assert "无法安排 1 组" in lines["若能搬的都搬迁"]
    assert lines["价格±20%内结论不变"] == "2 组"
    nobody = {**SUMMARY, "left_out": {}, "counts": {**SUMMARY["counts"], "none": {"groups": 0, "households": 0, "people": 0}}}
    assert {"未参加比较", "无法安排"}.isdisjoint(dict(choice_lines(nobody)))


def test_the_closest_come_first_and_those_with_one_way_only_not_at_all():
    assert [row[0] for row in close_rows(GROUPS, 10)] == ["G4", "G2", "G1"]
    assert close_rows(GROUPS, 1)[0][2:] == ("修路", "5.0", "6.0", "1.0")
    assert close_rows(GROUPS.head(0), 10) == []


def test_the_fullest_sites_come_first_and_whole_numbers_are_whole():
    assert [row[0] for row in site_rows(SITES, 2)] == ["P3", "P1"]
    assert site_rows(SITES, 3)[1:] == [("P1", "甲", "已有安置点", "5", "不明", "1"), ("P2", "乙", "新建地块", "5", "10", "1")]


def test_a_comparison_of_nobody_still_prints(tmp_path):
    empty = replace(BOOK, groups=GROUPS.head(0), sites=SITES.head(0), summary={**SUMMARY, "conflicts": []})
    write_workbook(tmp_path / "e.xlsx", choice_sheets(empty), footer="")
    assert openpyxl.load_workbook(tmp_path / "e.xlsx").sheetnames == ["概况", "说明"]


def test_parameters_stand_under_the_headings_of_the_office():
    rules = load_site_set()
    table = parameter_table(rules.parameters())
    assert list(table.columns)[:4] == ["项目", "值", "单位", "出处"]
    assert len(table) == len(rules.parameters())
    assert table["可信程度"].str.contains("[\u4e00-\u9fff]").all()
