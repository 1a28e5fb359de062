"""The page in a browser against the real service, with WebGL and without: what a planner does in a meeting."""

import csv
import io
import re
import shutil
import subprocess
import urllib.request

import pytest

from tests.synthetic_county import VERDICTS, build_workspace
from web.vendor import TARGET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)"),
]

GL = """() => Object.values(map_zutong._layers).find((layer) => layer.getMaplibreMap).getMaplibreMap()"""
GL_CODES = f"""() => {{
  const gl = ({GL})();
  return [...new Set(gl.queryRenderedFeatures({{ layers: ["groups"] }}).map((one) => one.properties.group_code))].sort();
}}"""
GL_COUNT = f"""() => {{
  const gl = ({GL})();
  const found = new Map(gl.queryRenderedFeatures({{ layers: ["groups", "clusters"] }}).map((one) => [one.geometry.coordinates.join(), one]));
  return [...found.values()].reduce((sum, one) => sum + (one.properties.point_count ?? 1), 0);
}}"""
GL_IDLE = f"""() => {{ const gl = ({GL})(); return gl.loaded() && gl.areTilesLoaded() && gl.getLayer("groups") ? true : false; }}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory, serve):
    """A real server on a real workspace, on a free port of this machine."""
    with serve(build_workspace(tmp_path_factory.mktemp("served"))) as found:
        yield found


@pytest.fixture(params=["gl", "canvas"])
def renderer(request):
    return request.param


@pytest.fixture
def opened(watch, kept, request, renderer, address, read):
    """Bring the open page to a state, or open a fresh one; at the end nothing went to another host and nothing went wrong."""
    browser = request.getfixturevalue("browser_gl" if renderer == "gl" else "browser_plain")
    pages = []

    def go(state="", size=None, *, fresh=False):
        page = watch(browser, size) if size or fresh else kept(browser)
        page.goto(address + (state or "#"))
        page.wait_for_selector(f'html[data-renderer="{renderer}"]', state="attached")
        reader = read(page)
        reader.settle()
        pages.append(page)
        return page, reader

    yield go
    for page in pages:
        assert page.errors == []
        assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)


def _drawn(page, reader, renderer):
    """Codes of the groups that are on the map."""
    if renderer == "canvas":
        return reader.drawn()
    _idle(page)
    return page.evaluate(GL_CODES)


def _idle(page):
    for _ in range(100):
        if page.evaluate(GL_IDLE):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(200)


def _with(*verdicts):
    return sorted(code for code, verdict in VERDICTS.items() if verdict in verdicts)


def _get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read(), dict(answer.headers)


def test_page_is_small_and_strict(address):
    body, headers = _get(address)
    policy = {name.lower(): value for name, value in headers.items()}["content-security-policy"]
    assert len(body) <= 30_000
    assert "unsafe" not in policy
    assert "worker-src 'self';" in policy
    nonces = set(re.findall(r'nonce="([^"]+)"', body.decode()))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in policy


def test_first_look(opened, renderer):
    page, reader = opened()
    assert reader.headline() == len(_with("lacking"))
    assert _drawn(page, reader, renderer) == sorted(VERDICTS)
    assert page.inner_text("#path").strip() == "演示县"
    assert "连同不明：3–5 组、128–179 户" in page.inner_text("#headline")
    assert page.locator("#synthetic").is_visible()


def test_filter_table_map_and_export_show_the_same_groups(opened, renderer, address):
    page, reader = opened("#service=hardened_road&level=group")
    for chip in ("lacking", "unknown"):
        page.click(f"[data-filter={chip}]")
        reader.settle()
        link = page.get_attribute("#export-list a[data-format=csv]", "href")
        rows = list(csv.reader(io.StringIO(_get(address.rstrip("/") + link)[0].decode("utf-8-sig"))))
        exported = sorted({cell for row in rows for cell in row if cell in VERDICTS})
        assert reader.rows() == _drawn(page, reader, renderer) == exported == _with(chip)


def test_drill_down_to_the_card_and_back(opened, renderer):
    page, reader = opened()
    page.click("tr[data-code='529926100']")
    reader.settle()
    page.click("tr[data-code='529926100201']")
    reader.settle()
    assert reader.rows() == _drawn(page, reader, renderer) == sorted(code for code in VERDICTS if code.startswith("529926100201"))
    assert page.inner_text("#path").split() == ["演示县", "甲镇", "甲一村"]
    page.click("tr[data-code='52992610020102']")
    page.wait_for_selector("#card:not([hidden])")
    card = page.inner_text("#card")
    for text in ("未达标", "通达", "距最近连通硬化路", "≤ 500 m", "guizhou-2017@1", "2025-06-30"):
        assert text in card
    assert page.locator("#card .others button").count() == 5
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")
    for _ in range(3):
        page.go_back()
    reader.settle()
    assert page.inner_text("#path").split() == ["演示县", "甲镇"]
    page.go_forward()
    reader.settle()
    assert page.inner_text("#path").split() == ["演示县", "甲镇", "甲一村"]


def test_link_opens_the_same_view(opened):
    page, reader = opened("#service=school&area=529926101&filter=lacking&select=52992610120101", fresh=True)
    page.wait_for_selector("#card:not([hidden])")
    assert page.get_attribute("[data-service=school]", "aria-pressed") == "true"
    assert page.get_attribute("[data-filter=lacking]", "aria-pressed") == "true"
    assert "教育" in page.inner_text("#card .answer")
    assert reader.headline() >= 0


def test_click_on_a_group_of_the_map(opened, renderer):
    page, reader = opened()
    _drawn(page, reader, renderer)
    spot = page.evaluate("() => { const p = map_zutong.latLngToContainerPoint([25.2110, 106.0200]); return [p.x, p.y]; }")
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    page.wait_for_selector("#card:not([hidden])")
    assert "select=52992610020102" in page.url


def test_click_on_a_township_enters_it(opened, renderer):
    page, reader = opened()
    _drawn(page, reader, renderer)
    spot = page.evaluate("() => { const p = map_zutong.latLngToContainerPoint([25.26, 106.085]); return [p.x, p.y]; }")
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    reader.settle()
    assert page.inner_text("#path").split() == ["演示县", "乙镇"]


@pytest.mark.parametrize("text", ["坡头", "52992610120201", "pt"])
def test_search_by_name_code_and_initials(opened, text):
    page, _ = opened()
    page.fill("#search", text)
    page.wait_for_selector("#search-list button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card:not([hidden])")
    assert "select=52992610120201" in page.url


def test_search_that_finds_nothing_says_so(opened):
    page, _ = opened()
    page.fill("#search", "没有这个地方")
    page.wait_for_selector("#search-list li.empty")
    assert "拼音首字母" in page.inner_text("#search-list")


def test_clusters_lose_no_group(opened, renderer):
    page, reader = opened("#service=hardened_road&view=9/25.25/106.05")
    reader.settle()
    if renderer == "gl":
        _idle(page)
        assert page.evaluate(GL_COUNT) == len(VERDICTS)
    else:
        assert reader.drawn() == sorted(VERDICTS)


def test_layers_go_on_and_off_in_the_address(opened, renderer):
    page, reader = opened()
    page.click("#layers > button")
    page.check("#layers input[name=clinics]")
    reader.settle()
    assert "clinics" in page.url
    assert "卫生室" in page.inner_text("#legend")
    page.uncheck("#layers input[name=groups]")
    reader.settle()
    assert "未达标组占比" in page.inner_text("#legend")
    if renderer == "canvas":
        assert reader.drawn() == []
    else:
        assert page.evaluate(f"() => Boolean(({GL})().getLayer('groups'))") is False


def test_everything_is_reachable_by_tab_in_order(opened):
    page, _ = opened()
    seen = []
    for _ in range(24):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.closest('[id]')?.id"))
    order = [name for name in ("path", "services", "search", "filters", "levels") if name in seen]
    assert order == ["path", "services", "search", "filters", "levels"]
    assert [seen.index(name) for name in order] == sorted(seen.index(name) for name in order)


def test_unknown_road_shows_where_it_may_be_broken(opened, renderer):
    page, reader = opened("#service=hardened_road&select=52992610120203")
    page.wait_for_selector("#card:not([hidden])")
    assert "相距 11 m，" in page.inner_text("#card .gaps")
    page.click("#card .gaps button")
    reader.settle()
    middle = page.evaluate("() => { const c = map_zutong.getCenter(); return [c.lat, c.lng]; }")
    assert middle == pytest.approx([25.27505, 106.095], abs=0.0005)
    assert "network_repairs" in page.url
    assert "路网断点" in page.inner_text("#legend")
    if renderer == "gl":
        _idle(page)
        assert page.evaluate(f"() => ({GL})().queryRenderedFeatures({{ layers: ['joints'] }}).length") == 1


def test_village_boundaries_can_be_switched_on(opened, renderer):
    page, reader = opened("#service=hardened_road&layers=groups,villages")
    assert "村界" in page.inner_text("#legend")
    if renderer == "gl":
        _idle(page)
        assert page.evaluate(f"() => ({GL})().queryRenderedFeatures({{ layers: ['villages-edge'] }}).length") > 0
    page.goto(page.url.replace("groups,villages", "groups"))
    reader.settle()
    assert "村界" not in page.inner_text("#legend")


def test_map_position_is_in_the_address_and_back_restores_it(opened):
    page, reader = opened("#service=power")
    whole = page.evaluate("map_zutong.getZoom()")
    page.click("tr[data-code='529926100']")
    reader.settle()
    page.click(".leaflet-control-zoom-in")
    page.wait_for_url(re.compile("view="))
    near, link = page.evaluate("map_zutong.getZoom()"), page.url
    page.go_back()
    reader.settle()
    assert page.evaluate("map_zutong.getZoom()") == whole < near
    page.goto(link)
    reader.settle()
    assert page.evaluate("map_zutong.getZoom()") == near
    assert page.inner_text("#path").split() == ["演示县", "甲镇"]


CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return found.length > 3 ? found : [...found, 1]; };
  const over = (top, under) => under.map((part, i) => top[i] * top[3] + part * (1 - top[3]));
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const opacity = (node) => node ? Number(getComputedStyle(node).opacity) * opacity(node.parentElement) : 1;
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim();
    const node = texts.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest(".folium-map, script")) continue;
    const ground = behind(node);
    const ink = parse(getComputedStyle(node).color);
    ink[3] *= opacity(node);
    const [low, high] = [light(ground), light(over(ink, ground))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), text]);
  }
  return found;
}"""


def test_every_text_stands_out_from_its_ground(opened):
    page, reader = opened("#service=hardened_road&select=52992610020102")
    page.wait_for_selector("#card:not([hidden])")
    page.click("#standard summary")
    page.fill("#search", "组")
    page.wait_for_selector("#search-list button")
    measured = page.evaluate(CONTRASTS)
    page.keyboard.press("Escape")
    page.click("#standard summary")
    page.fill("#search", "")
    page.goto(page.url.split("#")[0] + "#service=hardened_road&level=group&area=529926100")
    reader.settle()
    measured += page.evaluate(CONTRASTS)
    assert len(measured) > 100
    assert [text for ratio, text in measured if ratio < 4.5] == []


def test_outdated_results_say_what_changed_and_what_to_do(watch, browser_plain, address):
    page = watch(browser_plain)

    def outdated(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "stale": True, "stale_reasons": ["roads", "standard"]})

    page.route("**/county", outdated)
    page.goto(address)
    page.wait_for_selector("#stale:not([hidden])")
    assert "有改动：道路、标准" in page.inner_text("#stale")
    assert page.inner_text("#stale code").startswith("zutong gaps ")
    page.click("#stale-copy")
    page.wait_for_function("() => document.getElementById('stale-copy').textContent !== '复制命令'")
    assert page.errors == []


SHIFTS = """new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shifted = (window.shifted ?? 0) + one.value;
}).observe({ type: "layout-shift", buffered: true });"""


def test_nothing_jumps_while_the_page_comes(watch, browser_plain, address):
    page = watch(browser_plain)
    page.add_init_script(SHIFTS)
    page.goto(address)
    page.wait_for_selector('html[data-renderer]:not([data-ready=""])', state="attached")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted ?? 0") < 0.01


def test_unknown_group_in_a_link_says_so(opened, address):
    page, _ = opened("#service=hardened_road&select=000")
    page.wait_for_selector("#card:not([hidden])")
    assert "000" in page.inner_text("#card .failed")
    page.errors.clear()  # the browser itself reports the 404


def test_sheet_has_map_legend_and_whole_table(opened, tmp_path):
    page, _ = opened("#service=hardened_road&level=group")
    page.wait_for_timeout(800)
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    info = subprocess.run(["pdfinfo", str(tmp_path / "sheet.pdf")], capture_output=True, text=True, check=True).stdout
    width, height = (float(part) for part in re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", info).groups())
    assert (round(width), round(height)) == (842, 595)
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    first, rest = text.split("\f", 1)
    assert "演示县 硬化路 对标图" in first
    assert "图例" in first
    assert "guizhou-2017@1" in first
    assert first.count("审图号") == 2  # under the title and at the foot
    assert "数据截止 2025-06-30" in first
    assert rest.count("甲镇") == rest.count("乙镇") == 6
