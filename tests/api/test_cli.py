"""The command line in processes of its own: exit codes, one JSON object, one Chinese sentence for every mistake."""

import json

import openpyxl
import pytest
import synthetic_county
from synthetic_county import VERDICTS


@pytest.mark.slow
def test_a_county_from_nothing_to_a_gap_table(zutong, tmp_path):
    folder = tmp_path / "county"
    made = zutong("new", folder, "--county", synthetic_county.COUNTY, "--name", "演示县", "--standards", "guizhou-2017", "--json")
    assert (made.code, made.json["standard"]) == (0, "guizhou-2017@1")
    files = {file.layer: file for file in synthetic_county.write_files(tmp_path / "files")}
    dry = zutong("import", folder, "groups", files["groups"].path, "--dry-run", "--json")
    assert (dry.code, dry.json["revision"], dry.json["info"]["rows_kept"]) == (0, None, 12)
    assert zutong("log", folder, "--json").json == {"revisions": []}
    for layer in ("groups", "roads"):
        done = zutong("import", folder, layer, files[layer].path, "--crs", "EPSG:4490", "--title", f"第一次：{layer}")
        assert (done.code, done.err) == (0, "")
    table = zutong("gaps", folder, "--service", "hardened_road", "--json")
    assert table.code == 0
    assert table.json["services"][0]["totals"]["groups"] == {"met": 6, "lacking": 3, "unknown": 2, "excluded": 1, "total": 12}
    titles = [one["title"] for one in zutong("log", folder, "--json").json["revisions"]]
    assert titles[1:] == ["第一次：roads", "第一次：groups"]
    assert titles[0].startswith("对标")


def test_the_table_reads_like_a_table(zutong_here, workspace):
    done = zutong_here("gaps", workspace, "--service", "hardened_road", "--level", "township")
    assert done.code == 0
    for word in ("硬化路", "甲镇", "乙镇", "达标率", "54.5%–72.7%", "guizhou-2017@1", "2025-06-30", "演示数据", "户数"):
        assert word in done.out, word


def test_all_services_at_once(zutong_here, workspace):
    services = zutong_here("gaps", workspace, "--json").json["services"]
    assert [one["filter"]["service"] for one in services] == ["hardened_road", "safe_water", "power", "telecom", "clinic", "school"]


def test_check_finds_problems_and_writes_them_down(zutong_here, workspace, tmp_path):
    done = zutong_here("check", workspace, "--out", tmp_path / "问题.xlsx", "--json")
    assert done.code == 1
    assert done.json["counts"]["warning"] == len([one for one in done.json["problems"] if one["severity"] == "warning"])
    page = openpyxl.load_workbook(tmp_path / "问题.xlsx")["问题清单"]
    assert page.max_row - 3 == len(done.json["problems"])
    assert zutong_here("check", workspace, "--layer", "settlements").code == 0


def test_diff_tells_what_changed(zutong_here, workspace):
    log = zutong_here("log", workspace, "--json").json["revisions"]
    done = zutong_here("diff", workspace, log[1]["id"], "main", "--json")
    assert (done.code, {row["layer"] for row in done.json["rows"]}) == (0, {"coverage", "evidence", "gaps", "network_repairs"})
    rows = zutong_here("diff", workspace, log[-1]["id"], "main", "--layer", "groups", "--json").json["rows"]
    assert len([row for row in rows if row["change"] == "added"]) == 12


def test_standards_are_listed_with_their_sources(zutong_here):
    assert "guizhou-2017" in {one["id"] for one in zutong_here("standards", "--json").json["standards"]}
    thresholds = zutong_here("standards", "guizhou-2017", "--json").json["thresholds"]
    assert all(one["source"] and one["confidence"] for one in thresholds)
    assert "可信" in zutong_here("standards", "guizhou-2017").out


def test_a_layer_leaves_as_a_file(zutong_here, workspace, tmp_path):
    for suffix in ("csv", "xlsx", "geojson", "gpkg"):
        done = zutong_here("export", workspace, "roads", tmp_path / f"roads.{suffix}", "--json")
        assert (done.code, done.json["rows"]) == (0, 5)
        assert (tmp_path / f"roads.{suffix}").stat().st_size > 0


def test_the_page_is_a_folder(zutong_here, own_workspace, tmp_path):
    done = zutong_here("page", own_workspace, tmp_path / "page", "--json")
    assert done.code == 0, done.err
    index = tmp_path / "page" / "index.html"
    assert done.json["index"] == str(index)
    assert index.is_file()
    assert done.json["files"] == len([path for path in (tmp_path / "page").rglob("*") if path.is_file()])
    data = (tmp_path / "page" / "data" / "groups-hardened_road.js").read_text(encoding="utf-8")
    rows = json.loads(data[data.index(",") + 1 : data.rindex(")")])
    assert {row["code"]: row["verdict"] for row in rows} == VERDICTS


@pytest.mark.parametrize(
    "arguments",
    [
        ("gaps", "{missing}"),
        ("new", "{full}", "--county", "529926"),
        ("new", "{missing}", "--county", "529926", "--standards", "nothing"),
        ("import", "{full}", "nothing", "a.csv"),
        ("import", "{full}", "groups", "not-there.csv"),
        ("import", "{full}", "coverage", "a.csv"),
        ("import", "{full}", "groups", "a.csv", "--rename", "nonsense"),
        ("import", "{full}", "groups", "a.csv", "--crs", "nonsense"),
        ("gaps", "{full}", "--service", "nothing"),
        ("gaps", "{full}", "--level", "nothing"),
        ("gaps", "{full}", "--status", "lacking"),
        ("gaps", "{full}", "--out", "a.exe"),
        ("gaps", "{full}", "--nothing"),
        ("gaps",),
        ("nothing",),
        ("diff", "{full}", "main", "ffffffff"),
        ("export", "{full}", "households", "h.csv"),
        ("export", "{full}", "dem", "h.csv"),
        ("export", "{full}", "hazards", "h.csv"),
        ("check", "{full}", "--severity", "bad"),
        ("standards", "nothing"),
        ("page", "{full}", "{full}"),
        ("serve", "{missing}"),
        ("serve", "{full}", "--port", "99999"),
    ],
)
def test_a_mistake_is_one_chinese_sentence_and_exit_code_2(zutong_here, workspace, tmp_path, arguments):
    (tmp_path / "a.csv").write_text("组代码\n1\n", encoding="utf-8")
    names = {"missing": str(tmp_path / "none"), "full": str(workspace)}
    done = zutong_here(*(str(tmp_path / part) if part == "a.csv" else part.format(**names) for part in arguments))
    assert done.code == 2, (done.out, done.err)
    assert "Traceback" not in done.err
    assert done.err.startswith("✗ ")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.err)


def test_help_is_chinese_and_names_every_command(zutong_here):
    done = zutong_here("--help")
    assert done.code == 0
    for command in ("demo", "new", "import", "check", "log", "diff", "gaps", "standards", "export", "page", "serve"):
        assert command in done.out


@pytest.mark.slow
def test_a_process_of_its_own_ends_with_the_same_codes(zutong, workspace, tmp_path):
    missing = zutong("gaps", tmp_path / "none")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err.startswith("✗ ")
    found = zutong("check", workspace, "--json")
    assert found.code == 1
    assert found.json["counts"]["warning"] > 0


def test_a_fault_of_the_program_shows_no_value_of_anybody(zutong_here, workspace, monkeypatch):
    def fail(*_arguments):
        raise ValueError("could not convert 测试户主甲乙丙")

    monkeypatch.setattr("api.commands.data.check_county", fail)
    done = zutong_here("check", workspace)
    assert done.code == 3
    assert "测试户主" not in done.err
    assert "ValueError" in done.err
