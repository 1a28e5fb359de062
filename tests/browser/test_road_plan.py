"""The road plan in a browser, with WebGL and without: the levers move lines, table and numbers together; cards, comparison, sheet, form and runs."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from api.runs.publish import publish
from api.snapshot import Snapshots
from tests.synthetic_county import build_workspace
from tests.synthetic_plan import commit_plan
from web.vendor import TARGET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)"),
]

ROOT = Path(__file__).parents[2]
TRUNK, TO_MIDDLE, TO_LOWER, TO_BACK = "W0001", "W0002", "W0003", "W0004"
MIDDLE, LOWER, BACK = "52992610020102", "52992610020103", "52992610020203"
HOUSEHOLDS = {MIDDLE: 41, LOWER: 42, BACK: 45}

BUILT = """() => [...new Set(Object.values(map_zutong._layers).filter((one) => one.options.work && one.options.built).map((one) => one.options.work))].sort()"""
LINES = """() => [...new Set(Object.values(map_zutong._layers).filter((one) => one.options.work).map((one) => one.options.work))].sort()"""
CONNECTED = """() => Object.values(map_zutong._layers).filter((one) => one.options.where === "connected").map((one) => one.options.codes[0]).sort()"""
ROWS = """() => [...document.querySelectorAll("#plan-table tr[data-code]:not(.not-built)")].map((row) => row.dataset.code).sort()"""
SLIDE = """([selector, value]) => {
  const input = document.querySelector(selector);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.fixture(scope="module")
def unplanned(tmp_path_factory):
    """The small county, made once; what gets a plan is a copy of it."""
    return build_workspace(tmp_path_factory.mktemp("unplanned"))


@pytest.fixture(scope="module")
def workspace(unplanned, tmp_path_factory):
    """The small county with two plans: the older one has less money."""
    made = shutil.copytree(unplanned, tmp_path_factory.mktemp("planned") / "workspace")
    commit_plan(made, title="旧方案", budgets=(400_000.0, 200_000.0))
    commit_plan(made, title="新方案")
    return made


@pytest.fixture(scope="module")
def address(workspace, serve):
    with serve(workspace) as found:
        yield found


@pytest.fixture(scope="module")
def plan(address):
    return _get(f"{address}plans/roads")


@pytest.fixture(scope="module")
def cost(plan):
    """Yuan that each work costs by itself."""
    return {work["work_code"]: work["cost_cny"] for work in plan["works"]}


panel_alone = pytest.mark.parametrize("renderer", ["canvas"])
"""For what the map has no part in."""


@pytest.fixture(params=["gl", "canvas"])
def renderer(request):
    return request.param


@pytest.fixture
def opened(watch, kept, request, renderer, address, read):
    """Bring the open page to a state; at the end nothing went to another host and nothing went wrong."""
    browser = request.getfixturevalue("browser_gl" if renderer == "gl" else "browser_plain")
    pages = []

    def go(state="", size=None):
        page = watch(browser, size) if size else kept(browser)
        page.goto(f"{address}#panel=plan{state}")
        page.wait_for_selector(f'html[data-renderer="{renderer}"]', state="attached")
        reader = read(page)
        reader.settle()
        page.wait_for_selector("#plan-table tr[data-code]")
        pages.append(page)
        return page, reader

    yield go
    for page in pages:
        assert page.errors == []
        assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)


def _get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def _slide(page, selector, value):
    page.evaluate(SLIDE, [selector, str(value)])
    page.wait_for_timeout(60)


def _shown(page):
    """What lines, table, marks and headline say is built: all four must be the same."""
    numbers = page.inner_text("#plan-headline .big strong >> nth=0")
    return page.evaluate(BUILT), page.evaluate(ROWS), page.evaluate(CONNECTED), int(numbers)


def test_plan_lines_table_marks_and_headline_agree(opened):
    page, _ = opened()
    works = [TRUNK, TO_MIDDLE, TO_BACK]
    assert _shown(page) == (works, works, [MIDDLE, BACK], 2)
    assert page.evaluate(LINES) == [TRUNK, TO_MIDDLE, TO_LOWER, TO_BACK]
    assert "86 / 128 户" in page.inner_text("#plan-headline")
    assert page.get_attribute("#plan-exact", "aria-pressed") == "true"
    assert page.locator("#services").is_hidden()
    legend = page.inner_text("#legend")
    assert all(word in legend for word in ("新建", "现有路硬化", "未列入", "本方案接通", "尚未接通", "未纳入规划"))


def test_budget_moves_lines_table_marks_and_numbers(opened, cost):
    page, _ = opened()
    page.asked.clear()
    order = [(TRUNK, None), (TO_MIDDLE, MIDDLE), (TO_BACK, BACK), (TO_LOWER, LOWER)]
    spent = 0.0
    for number, (work, _group) in enumerate(order, start=1):
        spent += cost[work]
        built = sorted(code for code, _ in order[:number])
        groups = sorted(group for _, group in order[:number] if group)
        ceiling = -(-spent // 10_000) * 10_000
        _slide(page, "#plan-budget", ceiling)
        assert _shown(page) == (built, built, groups, len(groups))
        assert f"budget={ceiling:.0f}" in page.url
        assert f"{sum(HOUSEHOLDS[group] for group in groups)} / 128 户" in page.inner_text("#plan-headline")
    assert not any("plans/" in url for url in page.asked)  # all of it was in the page
    _slide(page, "#plan-budget", 0)
    assert _shown(page) == ([], [], [], 0)
    page.click("#plan-exact")
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]
    assert "budget" not in page.url


@panel_alone
def test_one_grip_of_the_slider_is_one_step_back(opened):
    page, reader = opened("&unit=groups")
    page.dispatch_event("#plan-budget", "pointerdown")
    for value in (200_000, 400_000, 800_000):
        _slide(page, "#plan-budget", value)
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE]
    page.go_back()
    reader.settle()
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]
    assert page.url.endswith("unit=groups")
    page.go_forward()
    reader.settle()
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE]


def test_years_open_one_after_the_other(opened):
    page, _ = opened()
    _slide(page, "#plan-year", 0)
    assert _shown(page) == ([TRUNK, TO_MIDDLE], [TRUNK, TO_MIDDLE], [MIDDLE], 1)
    assert "2026" in page.inner_text("#plan-year-text")
    assert "year=2026" in page.url
    _slide(page, "#plan-year", 1)
    assert _shown(page) == ([TRUNK, TO_MIDDLE, TO_BACK], [TRUNK, TO_MIDDLE, TO_BACK], [MIDDLE, BACK], 2)
    assert "year=" not in page.url


@panel_alone
@pytest.mark.parametrize(
    ("unit", "text"), [("groups", "2 / 3 组"), ("households", "86 / 128 户"), ("registered", "26 / 38 脱贫户"), ("people", "344 / 512 人")]
)
def test_what_is_counted_can_be_chosen(opened, unit, text):
    page, _ = opened()
    page.click(f"[data-unit={unit}]")
    assert text in page.inner_text("#plan-headline")
    page.click("#plan-levels [data-level=township]")
    row = page.inner_text("#plan-table tr[data-code='529926100']").split("\t")
    connected, total = (part.split()[0] for part in text.split("/"))
    assert row[1:3] == [total.strip(), connected.strip()]


def test_card_of_a_work_has_profile_costs_groups_and_dependence(opened, cost):
    page, reader = opened()
    page.click(f"#plan-table tr[data-code={TO_LOWER}]")
    page.wait_for_selector("#card .profile")
    card = page.inner_text("#card")
    for text in ("计划外", "需勘测或展线", "甲一村 三组", "42 户", "须先建：甲一村干线", "土石方", "展线加长", "最大纵坡"):
        assert text in card
    page.focus("#card .profile")
    page.keyboard.press("End")
    last = page.inner_text("#card .readout")
    assert re.match(r"K2\+\d{3} 地面 [\d,.]+ m，设计 [\d,.]+ m，(填|挖) [\d.]+ m", last)
    page.keyboard.press("Home")
    assert page.inner_text("#card .readout").startswith("K0+000")
    box = page.locator("#card .profile").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    assert page.inner_text("#card .readout").startswith("K1+")
    page.click("#card .link:has-text('甲一村干线')")
    page.wait_for_function("() => document.querySelector('#card h2').textContent === '甲一村干线'")
    assert "甲一村二组通组路、甲一村三组通组路" in page.inner_text("#card")
    page.go_back()
    page.wait_for_function("() => document.querySelector('#card h2').textContent === '甲一村三组通组路'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")
    reader.settle()
    assert cost[TO_LOWER] > 0


@panel_alone
def test_parts_of_a_cost_sum_to_the_price(opened, address):
    page, _ = opened(f"&work={TO_BACK}")
    page.wait_for_selector("#card .costs")
    answer = _get(f"{address}plans/roads/works/{TO_BACK}")
    assert sum(part["cny"] or 0 for part in answer["parts"]) == pytest.approx(answer["work"]["cost_cny"], abs=0.02)
    shares = [float(text.rstrip("%")) for text in page.locator("#card .costs >> nth=0 >> td.number:last-child").all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=0.3)


def test_group_says_which_works_connect_it_and_what_it_saves(opened):
    page, reader = opened(f"&select={LOWER}")
    page.wait_for_selector("#card:not([hidden])")
    card = page.inner_text("#card")
    for text in ("尚未接通", "分摊投资", "不接它可省", "单独修路", "61 分钟", "19 分钟"):
        assert text in card
    assert page.locator("#card ol.served li").all_inner_texts()[0].startswith("甲一村三组通组路")
    assert page.locator("#card ol.served li").count() == 2
    page.click("#card button:has-text('看达标依据')")
    reader.settle()
    page.wait_for_selector("#card .answer:has-text('未达标')")
    assert "panel" not in page.url
    page.wait_for_selector("#headline .big")


@panel_alone
def test_group_that_is_left_out_says_why(opened):
    page, _ = opened("&select=52992610120103")
    page.wait_for_selector("#card:not([hidden])")
    assert "未纳入规划" in page.inner_text("#card")
    assert "先核实" in page.inner_text("#card")
    assert "加接它需" in page.inner_text("#card")


def test_line_and_row_are_linked_both_ways(opened):
    page, reader = opened()
    page.evaluate("map_zutong.setView([25.285, 106.045], 13, { animate: false })")
    spot = page.evaluate("() => { const p = map_zutong.latLngToContainerPoint([25.285, 106.045]); return [p.x, p.y]; }")
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.move(box["x"] + spot[0] + 1, box["y"] + spot[1])
    page.wait_for_selector(f"#plan-table tr.hover[data-code={TO_BACK}]")
    page.mouse.click(box["x"] + spot[0] + 1, box["y"] + spot[1])
    page.wait_for_selector("#card .profile")
    reader.settle()
    assert f"work={TO_BACK}" in page.url
    assert page.get_attribute(f"#plan-table tr[data-code={TO_BACK}]", "aria-selected") == "true"
    page.hover(f"#plan-table tr[data-code={TRUNK}]")
    bands = "() => Object.values(map_zutong._layers).map((one) => one.options.band).filter(Boolean).sort()"
    assert page.evaluate(bands) == [TRUNK, TO_BACK]


def test_two_plans_beside_each_other(opened, plan, cost):
    page, reader = opened()
    older = plan["plans"][1]["revision"]
    page.select_option("#plan-compare", older)
    page.wait_for_selector("#plan-sums")
    reader.settle()
    sides = {
        row["data-side"]: row
        for row in page.evaluate(
            "() => [...document.querySelectorAll('#plan-table tr[data-side]')].map((row) => ({ ...row.dataset, 'data-side': row.dataset.side }))"
        )
    }
    assert sides["a"]["code"] == TO_BACK
    assert sides["both"]["code"] in {TRUNK, TO_MIDDLE}
    only, both, other = page.locator("#plan-sums tbody tr").all_inner_texts()
    assert only.split("\t")[1] == "1"
    assert float(only.split("\t")[3].replace(",", "")) == pytest.approx(cost[TO_BACK] / 1e4, abs=0.5)
    assert both.split("\t")[1] == "2"
    assert other.split("\t")[1] == "0"
    ours, theirs = (row.split("\t")[1:] for row in page.locator("#plan-sums tfoot tr").all_inner_texts())
    assert (ours[0], theirs[0]) == ("3", "2")
    assert (ours[3], theirs[3]) == ("86", "41")
    assert "仅本方案" in page.inner_text("#legend")
    assert f"compare={older}" in page.url
    page.go_back()
    reader.settle()
    assert page.locator("#plan-sums").count() == 0


@panel_alone
def test_area_narrows_works_groups_and_numbers(opened):
    page, reader = opened("&area=529926100202")
    assert page.evaluate("() => [...document.querySelectorAll('#plan-table tr[data-code]')].map((row) => row.dataset.code)") == [TO_BACK]
    assert "45 / 45 户" in page.inner_text("#plan-headline")
    page.click("#path button >> nth=0")
    reader.settle()
    assert page.locator("#plan-table tr[data-code]").count() == 4


@panel_alone
def test_everything_is_reachable_by_keyboard(opened):
    page, _ = opened()
    page.focus("#panels button >> nth=0")
    seen = []
    for _step in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.id || document.activeElement.closest('[id]')?.id"))
    order = [name for name in ("plan-budget", "plan-exact", "plan-year", "plan-levels", "plan-compare", "plan-table") if name in seen]
    assert order == ["plan-budget", "plan-exact", "plan-year", "plan-levels", "plan-compare", "plan-table"]
    assert [seen.index(name) for name in order] == sorted(seen.index(name) for name in order)
    page.focus("#plan-budget")
    page.keyboard.press("Home")
    assert page.evaluate(BUILT) == []
    page.keyboard.press("End")
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_LOWER, TO_BACK]
    page.focus(f"#plan-table tr[data-code={TRUNK}]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card .profile")
    assert f"work={TO_MIDDLE}" in page.url


def test_nothing_is_clipped_on_an_office_screen(opened):
    page, _ = opened(f"&work={TO_LOWER}")
    page.wait_for_selector("#card .profile")
    clipped = page.evaluate("""() => ["#plan-headline", "#plan-levers", "#plan-table-part", "#actions", "#card"].filter((name) => {
      const box = document.querySelector(name).getBoundingClientRect();
      return box.bottom > innerHeight || box.right > innerWidth || box.left < 0 || box.top < 0;
    })""")
    assert clipped == []
    assert page.evaluate("document.querySelector('#plan-table-box').clientHeight") >= 150
    assert page.evaluate("document.querySelector('#panel').scrollWidth <= document.querySelector('#panel').clientWidth") is True


def test_back_to_the_gaps_leaves_no_line_behind(opened):
    page, reader = opened()
    page.click("[data-panel=gaps]")
    reader.settle()
    assert page.evaluate(LINES) == []
    assert page.locator("#services button").count() == 6
    assert page.locator("#plan-again").is_hidden()
    page.go_back()
    reader.settle()
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]


def test_outdated_plan_says_why_and_offers_a_new_one(watch, browser_plain, address):
    page = watch(browser_plain)

    def outdated(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "stale": True, "stale_reasons": ["道路", "达标标准"]})

    page.route("**/plans/roads", outdated)
    page.goto(f"{address}#panel=plan")
    page.wait_for_selector(".plan-stale")
    assert "编制之后有改动（道路、达标标准）" in page.inner_text(".plan-stale")
    page.click(".plan-stale button")
    assert page.input_value("#plan-form [data-year='2026']") == "50"
    page.keyboard.press("Escape")
    page.wait_for_selector("#plan-form", state="detached")
    assert page.errors == []


def test_plan_that_cannot_keep_its_terms_says_so_in_a_line_that_opens(watch, browser_plain, address):
    page = watch(browser_plain)

    def told(route):
        answer = route.fetch()
        body = answer.json()
        programme = {**body["programme"], "status": "infeasible", "conflicts": [{"sentence": "甲镇还差 12 户。"}, {"sentence": "还差 20 万元。"}]}
        route.fulfill(response=answer, json={**body, "programme": programme, "summary": {**body["summary"], "warnings": ["<b>没有红线图层</b>。"]}})

    page.route("**/plans/roads", told)
    page.goto(f"{address}#panel=plan")
    page.wait_for_selector("#plan-table tr[data-code]")
    grave, mild = page.locator(".plan-told").all()
    assert grave.inner_text().strip().endswith("（2 条）：甲镇还差 12 户。")
    grave.locator("summary").click()
    _slide(page, "#plan-budget", 200_000)
    assert grave.locator("li").all_inner_texts() == ["甲镇还差 12 户。", "还差 20 万元。"]  # it stays open
    assert "<b>没有红线图层</b>。" in mild.inner_text()
    assert page.errors == []


def test_sheet_has_map_curve_parameters_and_the_whole_table(opened, tmp_path):
    page, _ = opened("&year=2026")
    page.wait_for_timeout(500)
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    info = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, text=True, check=True).stdout
    width, height = (float(part) for part in re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info).groups())
    assert (round(width), round(height)) == (842, 595)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    first, rest = text.split("\f", 1)
    for word in ("演示县 道路计划", "2026 年计划", "mountain-2017@1", "图例", "审图号", "接通 1 组"):
        assert word in first
    for word in ("累计投资", "结转", "每户 1", "甲一村干线", "甲一村三组通组路", TO_LOWER, "现有路网"):
        assert word in rest


def test_county_without_a_plan_says_so_and_shows_the_way(watch, browser_plain, serve, unplanned, read):
    with serve(unplanned) as address:
        page = watch(browser_plain)
        page.goto(f"{address}#panel=plan")
        page.wait_for_selector(".plan-empty")
        read(page).settle()
        assert "还没有道路计划" in page.inner_text("#plan-headline")
        assert "zutong roads" in page.inner_text("#plan-headline")
        page.click("#plan-start")
        page.click("#plan-form button[type=submit]")
        assert "至少有一年的预算要大于 0" in page.inner_text(".form-fault")
        assert page.errors == []


def test_folder_carries_the_plan(watch, browser_plain, workspace, tmp_path, read):
    index = publish(Snapshots(workspace).current(), tmp_path / "folder")
    page = watch(browser_plain)
    page.goto(f"{index.as_uri()}#panel=plan")
    page.wait_for_selector("#plan-table tr[data-code]")
    read(page).settle()
    assert _shown(page) == ([TRUNK, TO_MIDDLE, TO_BACK], [TRUNK, TO_MIDDLE, TO_BACK], [MIDDLE, BACK], 2)
    _slide(page, "#plan-budget", 0)
    assert page.evaluate(BUILT) == []
    page.click(f"#plan-table tr[data-code={TO_LOWER}]")
    page.wait_for_selector("#card .profile")
    assert page.locator("#plan-compare").is_hidden()
    assert page.locator("#plan-again").is_hidden()
    assert page.locator("#card .decide").count() == 0
    assert page.errors == []
    assert all(url.startswith(("file://", "data:", "blob:")) for url in page.asked)


# Runs: a real service with its keeper, and a stand-in for hours of planning.

SERVICE = """
import sys
from pathlib import Path
from api.app import create_app
from api.commands.publish import listen
from api.jobs.keeper import keeping
from api.jobs.kinds import KINDS, ROADS
from api.service import ending_in_order, serve_app
from api.settings import Settings
folder = Path(sys.argv[1])
KINDS[ROADS] = "tests.api.job_standin:run"
listener = listen("127.0.0.1", int(sys.argv[2]))
with listener, keeping(folder), ending_in_order():
    serve_app(create_app(Settings(workspace=folder)), listener)
"""


class Service:
    """`zutong serve` on one port, that can be killed and started again."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.process = None

    def start(self):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen([sys.executable, "-c", SERVICE, str(self.folder), str(self.port)], cwd=ROOT, env=environment)
        for _ in range(1200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}jobs"):
                return
            time.sleep(0.1)
        raise AssertionError("the service did not start")

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def service(unplanned, tmp_path_factory):
    made = shutil.copytree(unplanned, tmp_path_factory.mktemp("ordered") / "workspace")
    commit_plan(made)
    running = Service(made)
    try:
        running.start()
        yield running
    finally:
        running.kill()


def _script(service, **script):
    (service.folder / "standin.json").write_text(json.dumps(script), encoding="utf-8")


def _order(page, service):
    page.goto(f"{service.address}#panel=plan")
    page.wait_for_selector("#plan-again:not([hidden])")
    page.click(f"#plan-table tr[data-code={TO_LOWER}]")
    page.wait_for_selector("#card .decide")
    page.click("#card .decide button:has-text('必做')")
    page.keyboard.press("Escape")
    page.click("#plan-again")
    assert page.locator("#plan-form .chips").inner_text().startswith("甲一村三组通组路")
    page.fill("#plan-form [data-year='2027']", "300")
    page.fill("#plan-form [data-weight=registered]", "0.5")
    page.fill("#plan-form [data-target='*']", "30")
    page.select_option("#plan-form .targets li:nth-child(2) select >> nth=0", label="甲镇")
    page.select_option("#plan-form .targets li:nth-child(2) select >> nth=1", "2026")
    page.fill("#plan-form .targets li:nth-child(2) input", "60")
    page.select_option("#plan-form [data-costs]", "mountain-2018")
    page.fill("#plan-form input[type=text]", "加投方案")
    page.click("#plan-form button[type=submit]")
    page.wait_for_selector("#plan-job progress")


def test_order_runs_with_progress_and_ends(service, watch, browser_plain):
    _script(service, steps=4, pause_s=0.5)
    page = watch(browser_plain)
    _order(page, service)
    page.wait_for_function("() => document.querySelector('#plan-job .job-words')?.textContent.includes('第')")
    page.wait_for_selector("#plan-job .job-end", timeout=30_000)
    assert "新的道路计划已编好" in page.inner_text("#plan-job")
    options = _get(f"{service.address}jobs")["jobs"][0]["options"]
    assert options["budgets_cny"] == [500_000, 3_000_000]
    assert options["must"] == [TO_LOWER]
    assert options["weights"]["registered"] == 0.5
    floors = [(one["area_code"], one["by_year"], one["share"]) for one in options["floors"]]
    assert floors == [(None, None, 0.3), ("529926100", 2026, 0.6)]
    assert options["costs"] == "mountain-2018"
    assert page.errors == []


def test_run_can_be_cancelled_and_the_plan_stays(service, watch, browser_plain):
    _script(service, steps=200, pause_s=0.2)
    page = watch(browser_plain)
    _order(page, service)
    page.wait_for_function("() => document.querySelector('#plan-job .job-words')?.textContent.includes('第')")
    page.click("#plan-job .job-cancel")
    page.wait_for_selector("#plan-job .job-end", timeout=30_000)
    assert "已取消编制，原计划没有改动" in page.inner_text("#plan-job")
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]
    assert page.errors == []


def test_run_that_fails_says_why(service, watch, browser_plain):
    _script(service, steps=1, pause_s=0.1, end="fail")
    page = watch(browser_plain)
    _order(page, service)
    page.wait_for_selector("#plan-job .job-end", timeout=30_000)
    assert "预算不够建一项工程。请增加预算。" in page.inner_text("#plan-job")


def test_service_that_is_killed_and_started_again_goes_on_and_loses_nothing(service, watch, browser_plain):
    _script(service, steps=16, pause_s=0.2)
    page = watch(browser_plain)
    _order(page, service)
    page.wait_for_function("() => document.querySelector('#plan-job .job-words')?.textContent.includes('第')")
    service.kill()
    page.wait_for_function("() => document.querySelector('#plan-job .job-words')?.textContent.includes('连接中断')", timeout=20_000)
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]
    service.start()
    page.wait_for_selector("#plan-job .job-end", timeout=60_000)
    assert "新的道路计划已编好" in page.inner_text("#plan-job")
    page.wait_for_selector("#plan-table tr[data-code]")
    assert page.evaluate(BUILT) == [TRUNK, TO_MIDDLE, TO_BACK]


def test_run_that_is_interrupted_for_good_says_so_when_the_page_is_opened_again(service, watch, browser_plain):
    _script(service, steps=1, pause_s=0.1, end="die")
    page = watch(browser_plain)
    _order(page, service)
    page.wait_for_selector("#plan-job .job-end", timeout=60_000)
    assert "编制被中断，原计划没有改动" in page.inner_text("#plan-job")
    page.reload()
    page.wait_for_selector("#plan-job .job-end")
    assert "编制被中断" in page.inner_text("#plan-job")
    page.click("#plan-job button:has-text('重新编制')")
    page.wait_for_selector("#plan-form")
