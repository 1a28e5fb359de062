"""The siting panel and road-or-move in a browser, with WebGL and without: weights re-rank as the service does, reasons on click, parcels side by side, answers on the map."""

import contextlib
import re
import shutil
import subprocess
import threading
import time

import pandas as pd
import pytest
import uvicorn

from api.app import create_app
from api.settings import Settings
from gis.sites.criteria.ranking import rank_parcels
from layers.workspace import open_workspace
from tests.site_standin import KEYS, NEUTRAL, Study, county_groups, multiplied, standing_in
from tests.synthetic_county import build_workspace
from web.vendor import TARGET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)"),
]

GROUPS = 1500
SHOWN = 100  # rows of a page of a table

ORDER = """(id) => [...document.querySelectorAll(`#${id} tr[data-code]`)].map((row) => row.dataset.code)"""
BADGES = """() => Object.values(map_zutong._layers).filter((one) => one.options.text).map((one) => [one.options.code, one.options.text])"""
PINS = """() => Object.values(map_zutong._layers).filter((one) => one.options.paint).map((one) => one.options.code).sort()"""
LINES = """() => [...new Set(Object.values(map_zutong._layers).map((one) => one.options.move).filter(Boolean))].sort()"""
SHAPES = """() => Object.fromEntries(Object.values(map_zutong._layers).filter((one) => one.options.mark).map((one) => [one.options.code, one.options.mark.shape]))"""
SLIDE = """([key, value]) => {
  const input = document.querySelector(`[data-criterion=${key}]`);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}"""
CENTRE = """([lat, lon, zoom]) => { map_zutong.setView([lat, lon], zoom, { animate: false }); }"""
POINT = """([lat, lon]) => { const p = map_zutong.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"""


@contextlib.contextmanager
def _served(app):
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return build_workspace(tmp_path_factory.mktemp("sited"))


@pytest.fixture(scope="module")
def groups(workspace):
    return county_groups(open_workspace(workspace).store.read("groups"))


@pytest.fixture(scope="module")
def study(groups):
    return Study(multiplied(groups, GROUPS), settlements=12)


@pytest.fixture(scope="module")
def address(workspace, study):
    with _served(standing_in(create_app(Settings(workspace=workspace)), study)) as found:
        yield found


panel_alone = pytest.mark.parametrize("renderer", ["canvas"])
"""For what the map has no part in."""


@pytest.fixture(params=["gl", "canvas"])
def renderer(request):
    return request.param


@pytest.fixture
def opened(watch, kept, request, renderer, address, read, study):
    """Bring the open page to a state; at the end nothing went to another host and nothing went wrong."""
    browser = request.getfixturevalue("browser_gl" if renderer == "gl" else "browser_plain")
    study.asked.clear()
    pages = []

    def go(state="", size=None, panel="sites"):
        page = watch(browser, size) if size else kept(browser)
        page.goto(f"{address}#panel={panel}{state}")
        page.wait_for_selector(f'html[data-renderer="{renderer}"]', state="attached")
        reader = read(page)
        reader.settle()
        page.wait_for_selector(f"#{'site' if panel == 'sites' else 'choice'}-table tr[data-code]")
        pages.append(page)
        return page, reader

    yield go
    for page in pages:
        assert page.errors == []
        assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)


def _slide(page, key, value):
    page.evaluate(SLIDE, [key, str(value)])


def _ranked(study, weights):
    """Codes in the order of the service; those without a rank last, by code."""
    frame = rank_parcels(pd.DataFrame(study.parcels), weights, draws=2).frame
    known = frame.dropna(subset=["rank"]).sort_values("rank")["parcel_code"].tolist()
    return [*known, *sorted(frame.loc[frame["rank"].isna(), "parcel_code"])]


def _points(**changed):
    return {key: round(weight * 100) for key, weight in NEUTRAL.items()} | changed


def _click(page, lat, lon):
    x, y = page.evaluate(POINT, [lat, lon])
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.click(box["x"] + x, box["y"] + y)


def _middle(study):
    return sum(row["lat"] for row in study.groups) / len(study.groups)


def _row(study, code):
    return next(row for row in study.parcels if row["parcel_code"] == code)


def test_stored_ranking_stands_in_list_and_on_the_map(opened, study):
    page, _ = opened()
    wanted = _ranked(study, NEUTRAL)
    assert page.evaluate(ORDER, "site-table") == wanted[:SHOWN]
    assert sorted(page.evaluate(BADGES)) == sorted([code, str(rank)] for rank, code in enumerate(wanted[:9], start=1))
    assert set(wanted) <= set(page.evaluate(PINS))
    assert "可建300块" in re.sub(r"\s", "", page.inner_text("#site-headline"))
    assert "计算时的权重" in page.inner_text("#site-check")
    legend = page.inner_text("#legend")
    assert all(word in legend for word in ("评分", "规则禁止", "前 20%", "后 20%", "不排名", "备选地块", "前九名"))


def test_sliders_re_rank_live_as_the_service_does(opened, study):
    page, _ = opened()
    held = []

    def hold(route):
        held.append(route)

    page.route("**/plans/sites/rank", hold)  # the service does not get to say a word
    weights = _points()
    for key, value in (("school", 55), ("hazard", 0), ("land", 37)):
        weights[key] = value
        _slide(page, key, value)
        wanted = _ranked(study, weights)
        assert page.evaluate(ORDER, "site-table") == wanted[:SHOWN]
        assert [code for code, text in sorted(page.evaluate(BADGES), key=lambda one: int(one[1]))] == wanted[:9]
    page.wait_for_timeout(800)
    assert page.get_attribute("#site-check", "data-state") == "asking"
    for route in held:
        route.continue_()
    page.wait_for_selector("#site-check[data-state=same]")
    page.unroute("**/plans/sites/rank")
    _, body = study.asked[-1]
    total = sum(weights.values())
    assert body["weights"] == pytest.approx({key: weights[key] / total for key in KEYS})
    assert body["spread"] == pytest.approx(0.3)
    theirs = {row["parcel_code"]: row for row in study.rank(body)}
    for rank, code in enumerate(page.evaluate(ORDER, "site-table")[:20], start=1):
        assert theirs[code]["rank"] == rank
    moved = int(page.inner_text("#site-check").split(" ")[0])
    before = {row["parcel_code"]: row["rank"] for row in study.parcels}
    assert moved == sum(row["rank"] != before[code] for code, row in theirs.items())
    assert "weights=" in page.url
    page.click("#site-reset")
    assert page.evaluate(ORDER, "site-table") == _ranked(study, NEUTRAL)[:SHOWN]
    assert "weights=" not in page.url


@panel_alone
def test_link_shows_the_same_ranking_and_one_grip_is_one_step_back(opened, study):
    page, reader = opened("&weights=" + ",".join(f"{key}:{value}" for key, value in _points(water=40).items()))
    wanted = _ranked(study, _points(water=40))
    assert page.evaluate(ORDER, "site-table") == wanted[:SHOWN]
    assert page.input_value("[data-criterion=water]") == "40"
    page.dispatch_event("[data-criterion=slope]", "pointerdown")
    for value in (20, 30, 45):
        _slide(page, "slope", value)
    page.dispatch_event("[data-criterion=slope]", "change")
    page.go_back()
    reader.settle()
    assert page.evaluate(ORDER, "site-table") == wanted[:SHOWN]


@panel_alone
def test_named_weights_are_chosen_and_saved(opened, study):
    page, reader = opened()
    page.select_option("#site-set", label="偏重就医上学（直接给定）")
    assert page.evaluate(ORDER, "site-table") == _ranked(study, study.kept["偏重就医上学"])[:SHOWN]
    _slide(page, "clinic", 60)
    assert page.locator("#site-set option:checked").inner_text() == "自定权重"
    page.fill("#site-set-name", "就医优先")
    page.click("#site-save")
    page.wait_for_selector("#site-job .job-end")
    reader.settle()
    assert "权重方案“就医优先”已保存" in page.inner_text("#site-job")
    assert page.locator("#site-set option:checked").inner_text() == "就医优先（直接给定）"
    assert sum(study.kept["就医优先"].values()) == pytest.approx(1)
    del study.kept["就医优先"]
    page.click("#site-job .close")


def test_click_on_taken_land_says_which_rules_take_it(opened, study):
    page, reader = opened("&hide=parcels,settlements")
    lat = _middle(study) + 0.01
    page.evaluate(CENTRE, [lat, 106.03, 13])
    _click(page, lat, 106.03)
    page.wait_for_selector("#card .rules")
    assert page.inner_text("#card h2") == "此处不能建"
    rules = [row.split("\t") for row in page.locator("#card .rules tbody tr").all_inner_texts()]
    assert rules == [["坡度", "31.2°", "≤ 25°"], ["永久基本农田", "落在其内", "不得占用"]]
    assert "无法判断：断层" in page.inner_text("#card")
    assert page.locator("#card .score-parts tbody tr").count() == len(KEYS)
    assert re.search(r"at=106\.03\d*,25\.\d+", page.url)
    page.go_back()
    page.wait_for_selector("#card", state="hidden")
    reader.settle()


@panel_alone
def test_place_that_may_be_built_is_scored_by_the_sliders(opened, study):
    page, _ = opened(f"&at=106.03,{_middle(study) - 0.02:.5f}")
    page.wait_for_selector("#card .score-parts")
    assert page.inner_text("#card h2") == "此处 50.0 分"
    cells = [row.split("\t") for row in page.locator("#card .score-parts tbody tr").all_inner_texts()]
    assert sum(float(row[-1]) for row in cells) == pytest.approx(50, abs=0.6)
    assert [float(row[-2].rstrip("%")) for row in cells] == pytest.approx([100 * NEUTRAL[key] for key in KEYS])


def test_parcel_and_row_are_linked_both_ways(opened, study):
    page, reader = opened()
    first = _ranked(study, NEUTRAL)[0]
    row = _row(study, first)
    page.evaluate(CENTRE, [row["lat"], row["lon"], 16])
    x, y = page.evaluate(POINT, [row["lat"], row["lon"]])
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.wait_for_selector(f"#site-table tr.hover[data-code={first}]")
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_selector("#card .score-parts")
    reader.settle()
    assert f"parcel={first}" in page.url
    assert page.get_attribute(f"#site-table tr[data-code={first}]", "aria-selected") == "true"
    card = page.inner_text("#card")
    assert row["parcel_name"] in card
    assert "第 1 名" in card
    assert f"{row['capacity_households']:,} 户" in card
    second = _ranked(study, NEUTRAL)[1]
    page.hover(f"#site-table tr[data-code={second}]")
    marked = page.evaluate("() => Object.values(map_zutong._layers).filter((one) => one.options.marked).map((one) => one.options.code).sort()")
    assert marked == sorted([first, second])


@panel_alone
def test_parts_of_a_parcels_score_add_up_under_any_weights(opened, study):
    code = _ranked(study, NEUTRAL)[3]
    page, _ = opened(f"&parcel={code}")
    for key, value in (("school", 50), ("slope", 0)):
        _slide(page, key, value)
        cells = [row.split("\t") for row in page.locator("#card .score-parts tbody tr").all_inner_texts()]
        score = float(re.search(r"([\d.]+) 分", page.inner_text("#card .answer"))[1])
        assert sum(float(row[-1]) for row in cells) == pytest.approx(score, abs=0.6)
        assert page.inner_text(f"#site-table tr[data-code={code}] .score") == f"{score:.1f}"
    page.wait_for_selector("#site-check[data-state=same]")


@panel_alone
def test_parcel_without_a_rank_says_why(opened, study):
    barred = next(row for row in study.parcels if row["class"] == "excluded")
    page, _ = opened(f"&parcel={barred['parcel_code']}")
    page.wait_for_selector("#card .score-parts")
    assert "不排名：全部在禁止建设的范围内（永久基本农田、生态保护红线）" in page.inner_text("#card .answer")
    dry = next(row for row in study.parcels if row["water_score"] is None)
    page.click(f"#site-table tr[data-code={dry['parcel_code']}]")
    page.wait_for_function("() => document.querySelector('#card .answer').textContent.includes('水源不明')")
    assert f"得分在 {dry['score_low']:.1f} 与 {dry['score_high']:.1f} 之间" in page.inner_text("#card .answer")


def test_up_to_four_parcels_side_by_side(opened, study):
    page, reader = opened()
    order = _ranked(study, NEUTRAL)
    for code in order[:5]:
        page.check(f"#site-table tr[data-code={code}] input")
    assert page.locator("#site-table input:checked").count() == 4  # the first gave way to the fifth
    page.click("#site-look")
    page.wait_for_selector("#card .beside")
    heads = page.locator("#card .beside thead .link").all_inner_texts()
    assert heads == [_row(study, code)["parcel_name"] for code in order[1:5]]
    lines = {row.split("\t")[0]: row.split("\t")[1:] for row in page.locator("#card .beside tbody tr").all_inner_texts()}
    assert lines["名次"] == ["第 2 名", "第 3 名", "第 4 名", "第 5 名"]
    best = page.locator("#card .beside tr:has(th:text-is('可容户')) td.best").all_inner_texts()
    assert best == [f"{max(_row(study, code)['capacity_households'] for code in order[1:5]):,}"]
    page.click("#card .beside .drop >> nth=0")
    assert page.locator("#card .beside thead .link").count() == 3
    _slide(page, "hazard", 60)
    wanted = _ranked(study, _points(hazard=60))
    lines = {row.split("\t")[0]: row.split("\t")[1:] for row in page.locator("#card .beside tbody tr").all_inner_texts()}
    assert lines["名次"] == [f"第 {wanted.index(code) + 1} 名" for code in order[2:5]]
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")
    page.go_back()
    page.wait_for_selector("#card .beside")
    reader.settle()
    assert f"beside={','.join(order[2:5])}" in page.url


@panel_alone
def test_rules_and_the_land_that_each_takes(opened, study):
    page, _ = opened("&tab=land")
    rows = [row.split("\t") for row in page.locator("#site-table tbody tr").all_inner_texts()]
    only = [float(row[-1].replace(",", "")) for row in rows]
    assert only == sorted(only, reverse=True)
    assert [row[0] for row in rows] == [one["label"] for one in study.sites_answer()["exclusions"]]
    assert "最要紧的是“坡度”" in page.inner_text("#site-told")


def test_settlements_are_judged_by_the_same_yardstick(opened, study):
    page, _ = opened("&tab=settlements")
    told = page.inner_text("#site-told")
    counts = pd.Series([row["class"] for row in study.settlements]).value_counts()
    words = {"best": "最适宜", "fair": "较适宜", "poor": "勉强", "unsuitable": "不适宜"}
    assert all(f"{words[name]} {count}" in told for name, count in counts.items())
    row = next(one for one in study.settlements if one["excluded_by"])
    page.click(f"#site-table tr[data-code={row['settlement_code']}]")
    page.wait_for_selector("#card .conflict")
    card = page.inner_text("#card")
    assert "位置压着排除规则：永久基本农田" in card
    assert "县自然资源局" in card
    assert "2025-03-31（逾期）" in card
    assert f"人均住房\n{row['floor_m2_per_person']} m²" in card
    assert set(page.evaluate(PINS)) >= {one["settlement_code"] for one in study.settlements}


def test_who_moves_where_stands_in_list_and_lines(opened, study):
    page, reader = opened("&tab=moves")
    placed = {row["group_code"] for row in study.moves if row["site_code"]}
    assert set(page.evaluate(LINES)) == placed
    assert page.inner_text("#site-tabs [data-tab=moves] .count") == f"{len(study.moves):,}"
    left = next(row for row in study.moves if not row["site_code"])
    page.goto(f"{page.url.split('#')[0]}#panel=sites&tab=moves&select={left['group_code']}")
    reader.settle()
    page.wait_for_selector("#card .answer")
    assert "各处容量不足" in page.inner_text("#card .answer")
    page.click("#site-told [data-level=site]")
    rows = [row.split("\t") for row in page.locator("#site-table tbody tr").all_inner_texts()]
    assert sum(int(row[1].replace(",", "")) for row in rows) == len(placed)
    page.click("#site-tabs [data-tab=parcels]")
    page.keyboard.press("Escape")
    reader.settle()
    assert page.evaluate(LINES) == []
    site = next(row["site_code"] for row in study.moves if row["site_kind"] == "parcel")
    page.goto(f"{page.url.split('#')[0]}#panel=sites&parcel={site}")
    reader.settle()
    assert page.evaluate(LINES) == sorted(row["group_code"] for row in study.moves if row["site_code"] == site)


@panel_alone
def test_parts_of_the_map_can_be_switched_off(opened, study):
    page, _ = opened()
    page.click("#layers > button")
    page.click("#site-overlays [name=site-parcels]")
    assert not any(code.startswith("P") for code in page.evaluate(PINS))
    assert "hide=parcels" in page.url
    page.click("#site-overlays [name=site-parcels]")
    assert len(study.parcels) <= len(page.evaluate(PINS))
    page.click("#layers > button")


def test_outdated_results_say_so_and_are_ordered_anew(watch, browser_plain, address, study):
    page = watch(browser_plain)
    study.stale = True
    page.goto(f"{address}#panel=sites")
    page.wait_for_selector(".plan-stale")
    assert "结果已过期：计算之后有改动（道路、权重）" in page.inner_text(".plan-stale")
    page.click(".plan-stale button")
    page.fill(".order-form [data-field=sites]", "0")
    page.click(".order-form button[type=submit]")
    assert "1 到 500" in page.inner_text(".form-fault")
    page.fill(".order-form [data-field=sites]", "8")
    page.fill(".order-form [data-field=title]", "不行")
    page.click(".order-form button[type=submit]")
    page.wait_for_function("() => document.querySelector('.form-fault').textContent.includes('没有高程')")
    page.errors.clear()  # the browser notes the refusal, as it should
    page.fill(".order-form [data-field=title]", "八处")
    page.click(".order-form button[type=submit]")
    page.wait_for_selector("#site-job progress")
    page.wait_for_selector("#site-job .job-end")
    assert "新的选址结果已算好" in page.inner_text("#site-job")
    assert page.locator(".plan-stale").count() == 0
    kind, body = study.asked[-1]
    assert (kind, body["sites"], body["title"]) == ("sites", 8, "八处")
    assert body["weights"] == pytest.approx(NEUTRAL)
    assert page.errors == []


def test_county_without_results_says_so_and_shows_the_way(watch, browser_plain, address, study, read):
    study.available, study.writable = False, False
    page = watch(browser_plain)
    for panel, command in (("sites", "zutong sites"), ("choice", "zutong choose")):
        page.goto(f"{address}#panel={panel}")
        page.wait_for_selector(".plan-empty:visible")
        read(page).settle()
        assert command in page.inner_text(".plan-empty:visible")
        assert page.locator(".plan-empty:visible button").count() == 0  # only shown here
    study.available, study.writable = True, True
    assert page.errors == []


@panel_alone
def test_everything_is_reachable_by_keyboard(opened, study):
    page, _ = opened()
    page.focus("#site-tabs button >> nth=3")
    seen = []
    for _step in range(24):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("() => document.activeElement.dataset.criterion || document.activeElement.id || document.activeElement.closest('[id]')?.id")
        )
    assert [name for name in seen if name in KEYS] == list(KEYS)
    assert seen.index("site-set") < seen.index(KEYS[0]) < seen.index("site-table")
    page.focus("[data-criterion=water]")
    page.keyboard.press("End")
    assert page.evaluate(ORDER, "site-table") == _ranked(study, _points(water=60))[:SHOWN]
    page.focus("#site-table tr[data-code]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card .score-parts")
    assert f"parcel={_ranked(study, _points(water=60))[1]}" in page.url
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")


@pytest.mark.parametrize(
    ("panel", "state"), [("sites", ""), ("sites", "&tab=moves"), ("sites", "&beside=P0001,P0002,P0003,P0004&look=beside"), ("choice", "")]
)
@panel_alone
def test_nothing_is_clipped_on_an_office_screen(opened, panel, state):
    page, _ = opened(state, panel=panel)
    name = "site" if panel == "sites" else "choice"
    clipped = page.evaluate(
        """(names) => names.filter((name) => {
      const node = document.querySelector(name);
      const box = node.getBoundingClientRect();
      return !node.hidden && box.width > 0 && (box.bottom > innerHeight || box.right > innerWidth || box.left < 0 || box.top < 0);
    })""",
        [f"#{name}-headline", f"#{name}-body .grid-part", "#actions", "#card", "#panels"],
    )
    assert clipped == []
    assert page.evaluate(f"document.querySelector('#{name}-body .grid-box').clientHeight") >= 200
    assert page.evaluate("document.querySelector('#panel').scrollWidth <= document.querySelector('#panel').clientWidth") is True
    assert page.evaluate("document.querySelector('#top').scrollWidth <= innerWidth") is True


def test_sheet_has_map_weights_and_the_whole_table(opened, study, tmp_path):
    page, _ = opened()
    page.wait_for_timeout(500)
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    first, rest = text.split("\f", 1)
    for word in ("演示县 安置点选址：可建地块", "relocation-2017@1", "图例", "审图号", "可建 300 块"):
        assert word in first
    last = _row(study, _ranked(study, NEUTRAL)[-1])
    assert last["parcel_name"] in rest
    assert "20%" in rest


def test_leaving_the_panel_leaves_nothing_behind(opened):
    page, reader = opened("&tab=moves")
    page.click("[data-panel=gaps]")
    reader.settle()
    assert page.evaluate(PINS) == []
    assert page.evaluate(LINES) == []
    assert page.locator("#services button").count() == 6
    assert page.locator("#site-again").is_hidden()
    assert page.locator("#site-overlays").count() == 0
    page.go_back()
    reader.settle()
    page.wait_for_selector("#site-table tr[data-code]")
    assert page.evaluate(LINES) != []


# Road or move.


def test_answers_stand_on_the_map_by_shape(opened, study):
    page, _ = opened(panel="choice")
    shapes = page.evaluate(SHAPES)
    wanted = {("road", True): "circle", ("road", False): "target", ("move", True): "diamond", ("move", False): "diamond_open"}
    for row in study.choice:
        assert shapes[row["group_code"]] == wanted.get((row["answer"], row["stable"]), "triangle")
    counts = {name: sum(row["answer"] == name for row in study.choice) for name in ("road", "move", "none")}
    headline = re.sub(r"\s", "", page.inner_text("#choice-headline"))
    assert f"修路{counts['road']:,}组" in headline
    assert f"搬迁{counts['move']:,}组" in headline
    movers = sorted(row["group_code"] for row in study.choice if row["answer"] == "move")
    assert page.evaluate(LINES) == movers


@panel_alone
def test_both_extremes_stand_beside_the_answer(opened, study):
    page, _ = opened(panel="choice")
    rows = {row.get_attribute("data-plan"): row.inner_text().split("\t") for row in page.locator("#choice-plans tbody tr").all()}
    summary = study.choice_answer()["summary"]
    for name, cost in (("best", summary["cost"]), ("all_road", summary["all_road"]["cost"]), ("all_move", summary["all_move"]["cost"])):
        assert float(rows[name][1].replace(",", "")) == pytest.approx(cost / 1e4, abs=0.6)
    assert float(rows["all_road"][2].replace(",", "").lstrip("+")) == pytest.approx((summary["all_road"]["cost"] - summary["cost"]) / 1e4, abs=0.6)


def test_chips_narrow_list_and_map_alike(opened, study):
    page, reader = opened(panel="choice")
    for answer, codes in (
        ("move", {row["group_code"] for row in study.choice if row["answer"] == "move"}),
        ("open", {row["group_code"] for row in study.choice if not row["stable"] and row["answer"] != "none"}),
    ):
        page.click(f"[data-answer={answer}]")
        reader.settle()
        assert set(page.evaluate(ORDER, "choice-table")) <= codes
        assert {code for code in page.evaluate(SHAPES) if not code.startswith(("P", "S"))} == codes
        assert page.inner_text(f"[data-answer={answer}] .count") == f"{len(codes):,}"
        assert f"answer={answer}" in page.url


def test_group_says_when_its_answer_would_turn(opened, study, groups):
    page, reader = opened(panel="choice")
    row = next(one for one in study.choice if one["group_code"] == groups[0]["group_code"])
    page.goto(f"{page.url.split('#')[0]}#panel=choice&select={row['group_code']}")
    reader.settle()
    page.wait_for_selector("#card .balance")
    card = page.inner_text("#card")
    assert f"{row['break_even_cny'] / 1e4:,.0f} 万元" in card
    assert "时改为" in card
    assert "换一个答案要多花" in card
    page.click("#card button:has-text('看达标依据')")
    reader.settle()
    page.wait_for_selector("#card .answer")
    assert "panel" not in page.url


def test_order_of_a_comparison_runs_and_ends(watch, browser_plain, address, study):
    page = watch(browser_plain)
    page.goto(f"{address}#panel=choice")
    page.wait_for_selector("#choice-again:not([hidden])")
    page.click("#choice-again")
    page.fill("#choice-form-box [data-field=title]", "今年的比较")
    page.check("#choice-form-box [data-field=unknown]")
    page.click("#choice-form-box button[type=submit]")
    page.wait_for_selector("#choice-job .job-end")
    assert "新的比较已算好" in page.inner_text("#choice-job")
    assert study.asked[-1] == ("choice", {"include_unknown": True, "title": "今年的比较"})
    assert page.locator("#choice-table tr[data-code]").count() == SHOWN
    assert page.errors == []
