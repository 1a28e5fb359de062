"""One filter, the same rows: HTTP, command line, workbook, table and map files."""

import csv
import io
import json

import openpyxl
import pyogrio
import pytest

FILTERS = [
    {"level": "group"},
    {"level": "group", "status": "lacking"},
    {"level": "group", "status": "unknown", "area": "529926101"},
    {"level": "group", "area": "529926100202"},
    {"level": "village"},
    {"level": "township", "status": "unknown"},
    {"level": "county"},
    {"level": "group", "near_miss": "true"},
]


@pytest.mark.parametrize("asked", FILTERS)
def test_every_door_gives_the_same_rows(server, zutong_here, workspace, tmp_path, asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    http = [row["code"] for row in server.get(f"/gaps/hardened_road?{query}").json["rows"]]
    files = {fmt: server.get(f"/gaps/hardened_road/export.{fmt}?{query}").body for fmt in ("csv", "geojson", "gpkg", "xlsx")}
    head, *table = csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))
    column = head.index("组代码" if asked["level"] == "group" else "代码")
    assert [row[column] for row in table] == http
    assert [one["properties"]["code"] for one in json.loads(files["geojson"])["features"]] == http
    (tmp_path / "a.gpkg").write_bytes(files["gpkg"])
    assert pyogrio.read_dataframe(tmp_path / "a.gpkg", read_geometry=False)["code"].tolist() == http
    assert _sheet_codes(files["xlsx"], asked["level"]) == http
    flags = [f"--{name.replace('_', '-')}" if value == "true" else f"--{name}={value}" for name, value in asked.items()]
    done = zutong_here("gaps", workspace, "--service", "hardened_road", *flags, "--json")
    assert [row["code"] for row in done.json["services"][0]["rows"]] == http


def _sheet_codes(content, level):
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["汇总", "名单", "依据", "标准", "说明"]
    page = book["名单" if level == "group" else "汇总"]
    head = [cell.value for cell in page[3]]
    column = head.index("组代码" if level == "group" else "代码")
    return [row[column].value for row in page.iter_rows(min_row=4)]


@pytest.mark.parametrize("service", ["hardened_road", "clinic"])
def test_totals_of_the_workbook_are_those_of_the_command_line(server, zutong_here, workspace, service):
    body = server.get(f"/gaps/{service}/export.xlsx?level=group").body
    head, *rows = list(openpyxl.load_workbook(io.BytesIO(body))["汇总"].iter_rows(min_row=3, values_only=True))
    said = zutong_here("gaps", workspace, "--service", service, "--level", "county", "--json").json["services"][0]["totals"]
    words = {"groups": "组", "households": "户", "people": "人", "registered": "脱贫监测户"}
    kinds = {"met": "达标", "lacking": "未达标", "unknown": "不明", "excluded": "不计入", "total": "合计"}
    for level in ("县", "乡镇", "行政村"):
        units = [dict(zip(head, row, strict=True)) for row in rows if row[1] == level]
        for measure, word in words.items():
            for kind, name in kinds.items():
                assert sum(unit[f"{word}·{name}"] for unit in units) == said[measure][kind], (level, measure, kind)


def test_the_workbook_says_what_it_is(server):
    book = openpyxl.load_workbook(io.BytesIO(server.get("/gaps/hardened_road/export.xlsx?level=group&status=lacking").body))
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=4)}
    assert notes["筛选"] == "硬化路 · 村民组 · 全县 · 未达标"
    assert "guizhou-2017@1" in notes["标准"]
    assert notes["数据截止"] == "2025-06-30"
    assert "演示数据" in notes["标记"]
    assert "演示数据" in book["名单"]["A2"].value
    assert {row[0].value for row in book["依据"].iter_rows(min_row=4)} == {"52992610020102", "52992610020103", "52992610020203"}
    assert all(row[3].value for row in book["标准"].iter_rows(min_row=4))
