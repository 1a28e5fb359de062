"""The folder in a browser without WebGL, opened from disk: everything a planner does, with nothing fetched."""

import re
import shutil
import subprocess

import pytest

from web.folder import write_folder
from web.page import PageContext
from web.vendor import TARGET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory, county_data):
    context = PageContext("试验县", bounds=tuple(county_data.county["county"]["bounds"]), standard="trial@1", synthetic=True)
    return write_folder(tmp_path_factory.mktemp("folder") / "试验县", context=context, data=county_data).as_uri()


@pytest.fixture
def opened(watch, browser_plain, address, read):
    """Open the folder at a state; at the end nothing was fetched and nothing went wrong."""
    pages = []

    def go(state="", size=None):
        page = watch(browser_plain, size)
        page.goto(address + state)
        page.wait_for_selector('html[data-renderer="canvas"]', state="attached")
        reader = read(page)
        reader.settle()
        pages.append(page)
        return page, reader

    yield go
    for page in pages:
        assert page.errors == []
        assert all(url.startswith(("file://", "data:", "blob:")) for url in page.asked)


def _rows(data, service="hardened_road", **wanted):
    return sorted(row["code"] for row in data.groups[service] if all(row[name] == value for name, value in wanted.items()))


def test_county_counts_and_map_agree_with_the_data(opened, county_data):
    page, reader = opened()
    assert reader.headline() == len(_rows(county_data, verdict="lacking"))
    assert reader.drawn() == _rows(county_data)
    assert len(reader.rows()) == 8
    assert page.locator("#synthetic").is_visible()


@pytest.mark.parametrize("service", ["safe_water", "school"])
def test_service_switch_changes_numbers_and_address(opened, county_data, service):
    page, reader = opened()
    page.click(f"[data-service={service}]")
    reader.settle()
    assert reader.headline() == len(_rows(county_data, service, verdict="lacking"))
    assert f"service={service}" in page.url


def test_drill_down_to_a_card_and_back(opened, county_data):
    page, reader = opened()
    page.click("#table tbody tr >> nth=0")
    reader.settle()
    page.click("#table tbody tr >> nth=0")
    reader.settle()
    village = re.search(r"area=(\d+)", page.url)[1]
    assert reader.rows() == reader.drawn() == _rows(county_data, village_code=village)
    code = reader.rows()[0]
    page.click(f'tr[data-code="{code}"]')
    page.wait_for_selector("#card:not([hidden])")
    assert county_data.groups["hardened_road"][_index(county_data, code)]["reason_text"] in page.inner_text("#card")
    assert page.locator("#card .others button").count() == 5
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")
    page.go_back()
    page.wait_for_selector("#card:not([hidden])")
    page.go_back()
    page.go_back()
    reader.settle()
    assert len(reader.rows()) == 6
    page.go_forward()
    reader.settle()
    assert reader.rows() == _rows(county_data, village_code=village)


def _index(data, code):
    return next(i for i, row in enumerate(data.groups["hardened_road"]) if row["code"] == code)


@pytest.mark.parametrize(
    ("chip", "wanted"), [("lacking", {"verdict": "lacking"}), ("unknown", {"verdict": "unknown"}), ("near", {"near_miss": True})]
)
def test_filter_gives_the_same_groups_to_table_and_map(opened, county_data, chip, wanted):
    page, reader = opened("#service=hardened_road&level=group")
    page.click(f"[data-filter={chip}]")
    reader.settle()
    assert reader.rows() == reader.drawn() == _rows(county_data, **wanted)


def test_long_lists_have_pages_and_lose_nothing(opened, county_data):
    page, reader = opened("#service=hardened_road&level=group")
    seen = list(reader.rows())
    for _ in range(3):
        page.click("#pager button:last-child")
        reader.settle()
        seen += reader.rows()
    assert sorted(seen) == _rows(county_data)


def test_markup_in_names_is_shown_as_text(opened):
    page, _ = opened("#service=hardened_road&area=520000100200&select=52000010020001")
    page.wait_for_selector("#card:not([hidden])")
    assert "<b>一组</b>" in page.inner_text("#card h2")
    assert page.locator("#card h2 b").count() == 0
    assert page.locator("#table b").count() == 0


def test_search_by_initials_with_the_keyboard_alone(opened):
    page, reader = opened()
    page.focus("#search")
    page.keyboard.type("qhz")
    page.wait_for_selector("#search-list button")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reader.settle()
    assert "area=520000100" in page.url
    assert "青河镇" in page.inner_text("#path")


def test_rows_answer_the_arrow_keys_and_enter(opened):
    page, reader = opened()
    page.focus("#table tbody tr >> nth=0")
    page.keyboard.press("ArrowDown")
    code = page.evaluate("document.activeElement.dataset.code")
    page.keyboard.press("Enter")
    reader.settle()
    assert f"area={code}" in page.url


def test_sorting_turns_around_and_stands_in_the_address(opened):
    page, reader = opened()
    names = [page.locator("#table tbody tr th").all_inner_texts()]
    page.click("#table thead button:has-text('未达标组')")
    reader.settle()
    names.append(page.locator("#table tbody tr th").all_inner_texts())
    counts = [int(text) for text in page.locator("#table tbody tr td:nth-child(3)").all_inner_texts()]
    assert counts == sorted(counts)
    assert set(names[0]) == set(names[1])
    assert "sort=lacking" in page.url


def test_click_on_the_map_opens_the_group(opened, county_data):
    page, reader = opened("#service=hardened_road&area=520000103203")
    row = next(row for row in county_data.groups["hardened_road"] if row["village_code"] == "520000103203")
    spot = page.evaluate("([lat, lon]) => { const p = map_zutong.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [row["lat"], row["lon"]])
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    page.wait_for_selector("#card:not([hidden])")
    assert "select=520000103203" in page.url
    assert reader.rows()


def test_empty_filter_says_what_to_do(opened, county_data):
    rows = county_data.groups["hardened_road"]
    village = next(
        code for code in sorted({row["village_code"] for row in rows}) if not any(r["near_miss"] for r in rows if r["village_code"] == code)
    )
    page, reader = opened(f"#service=hardened_road&area={village}&filter=near")
    assert reader.rows() == reader.drawn() == []
    assert "点“全部”" in page.inner_text("#table")


def test_sheet_is_a4_landscape_with_the_whole_table(opened, county_data, tmp_path):
    page, _ = opened("#service=hardened_road&level=group&filter=lacking")
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    info = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, text=True, check=True).stdout
    width, height = (float(part) for part in re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info).groups())
    assert (round(width), round(height)) == (842, 595)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    lacking = [row for row in county_data.groups["hardened_road"] if row["verdict"] == "lacking"]
    pages = [part for part in text.split("\f") if part.strip()]
    assert text.count("距最近连通硬化路") == len(lacking)
    assert all("村民组" in part and "依据" in part for part in pages[1:])
    assert "筛选 未达标" in pages[0]
    assert all("trial@1" in part and "演示数据" in part for part in pages)


def test_narrow_screen_folds_the_panel(opened):
    page, _ = opened(size={"width": 600, "height": 900})
    assert not page.locator("#headline").is_visible()
    page.click("#fold")
    assert page.locator("#headline").is_visible()
