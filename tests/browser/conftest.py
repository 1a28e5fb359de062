"""Chromium, and a small invented county in the shapes of the HTTP answers."""

import random
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from api.app import create_app
from api.settings import Settings
from layers.names import SERVICES
from web.folder import FolderData
from web.legend import explain, level_label, rule_text

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-sandbox",
)
WITH_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
WITHOUT_GL = ("--disable-gpu", "--disable-webgl", "--disable-3d-apis")
SIZE = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def playwright_driver():
    """One driver for the session: a second one cannot be started beside it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only browser tests need it

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser_gl(playwright_driver):
    yield from _browser(playwright_driver, WITH_GL)


@pytest.fixture(scope="session")
def browser_plain(playwright_driver):
    yield from _browser(playwright_driver, WITHOUT_GL)


def _browser(driver, flags):
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *flags])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def context_of():
    """One context for each browser and size, so that the libraries come from its cache; the page keeps nothing in the browser."""
    contexts = {}

    def find(browser, size):
        key = (browser, size["width"], size["height"])
        if key not in contexts:
            contexts[key] = browser.new_context(viewport=size, locale="zh-CN", accept_downloads=True)
        return contexts[key]

    return find  # they close with their browser


def watched(context):
    """A new page that takes notes in `errors` and `asked`."""
    page = context.new_page()
    page.errors, page.asked = [], []
    page.on("console", lambda message: page.errors.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    return page


@pytest.fixture(scope="session")
def kept(context_of):
    """One page for each browser that stays open between tests: a test moves it by its address, as a planner who has it open all day."""
    pages = {}

    def find(browser):
        if browser not in pages:
            pages[browser] = watched(context_of(browser, SIZE))
        page = pages[browser]
        page.errors.clear()
        page.asked.clear()
        return page

    return find


@pytest.fixture
def watch(context_of):
    """Open a page that notes every console error and warning and every request; both are checked by the test."""
    pages = []

    def open_page(browser, size=None):
        page = watched(context_of(browser, size or SIZE))
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


def _is_complaint(message):
    """An error or a warning of the page; a graphics driver in software says how slow it is, which is no fault of ours."""
    return message.type in {"error", "warning"} and "GPU stall" not in message.text and "WebGL-" not in message.text


@pytest.fixture(scope="session")
def serve():
    """Serve a workspace on a free port of this machine, for as long as the block lasts."""

    @contextmanager
    def serving(workspace):
        server = uvicorn.Server(uvicorn.Config(create_app(Settings(workspace=workspace)), host="127.0.0.1", port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
        server.should_exit = True
        thread.join(timeout=10)

    return serving


READY = 'html[data-ready]:not([data-ready=""])'
DRAWN = """() => [...new Set(Object.values(map_zutong._layers).flatMap((layer) => layer.options.codes ?? []))].sort()"""
TABLE = """() => [...document.querySelectorAll("#table tbody tr[data-code]")].map((row) => row.dataset.code).sort()"""


class Reader:
    """What a test reads off the page."""

    def __init__(self, page):
        self.page = page

    def settle(self):
        """Wait until the page shows what its address says."""
        self.page.wait_for_timeout(60)
        self.page.wait_for_selector(READY, state="attached")

    def rows(self):
        """Codes of the rows of the table, sorted."""
        return self.page.evaluate(TABLE)

    def drawn(self):
        """Codes of the groups on the canvas, sorted."""
        return self.page.evaluate(DRAWN)

    def headline(self):
        """The first large number: groups that lack the service."""
        return int(self.page.locator("#headline .big strong").first.inner_text().replace(",", ""))


@pytest.fixture
def read():
    return Reader


@pytest.fixture(scope="session")
def county_data():
    return invented_county()


WEST, SOUTH, STEP = 106.0, 25.0, 0.12
NAMES = "青白红黑金银长高"


def invented_county():
    """Eight townships of six villages of eight groups on a grid; names with markup in them, to be shown as they are."""
    dice = random.Random(7)
    groups = [_group(t, v, g, dice) for t in range(8) for v in range(6) for g in range(8)]
    rows = {service: [_row(group, service, dice) for group in groups] for service in SERVICES}
    return FolderData(
        county=_county(),
        overview={service: _overview(rows[service]) for service in SERVICES},
        groups=rows,
        cards={group["code"]: _card(group, {s: rows[s][i] for s in SERVICES}) for i, group in enumerate(groups)},
        features={"townships": _townships(), "villages": _villages(), "roads": _roads(groups)},
        search=_search(),
    )


def _county():
    layers = [("groups", "村民组", "point"), ("townships", "乡镇界", "polygon"), ("villages", "村界", "polygon"), ("roads", "道路", "line")]
    return {
        "county": {"code": "520000", "name": "试验县", "bounds": [WEST, SOUTH, WEST + 4 * STEP, SOUTH + 2 * STEP]},
        "services": [{"id": name, "label": label} for name, label in SERVICES.items()],
        "standard": {"id": "trial", "version": "1", "title": "试验标准"},
        "revision": "0" * 12,
        "data_date": "2025-06-30",
        "synthetic": True,
        "stale": False,
        "layers": [{"name": name, "label": label, "geometry": kind, "tiles": None} for name, label, kind in layers],
    }


def _corner(t):
    return WEST + (t % 4) * STEP, SOUTH + (t // 4) * STEP


def _group(t, v, g, dice):
    west, south = _corner(t)
    village_west, village_south = west + (v % 3) * STEP / 3, south + (v // 3) * STEP / 2
    code = f"520000{t + 100:03d}{v + 200:03d}"
    return {
        "code": f"{code}{g + 1:02d}",
        "name": "<b>一组</b>" if (t, v, g) == (0, 0, 0) else f"{'一二三四五六七八'[g]}组",
        "hamlet": None,
        "village_code": code,
        "village_name": f"{NAMES[t]}{'山水石田坪坝'[v]}村",
        "township_code": code[:9],
        "township_name": f"{NAMES[t]}河镇",
        "lon": round(village_west + dice.uniform(0.003, STEP / 3 - 0.003), 6),
        "lat": round(village_south + dice.uniform(0.003, STEP / 2 - 0.003), 6),
        "households": dice.randint(20, 90),
        "people": dice.randint(80, 360),
        "registered": dice.randint(0, 20),
        "_want": t / 7,
    }


def _row(group, service, dice):
    draw = dice.random()
    verdict = "excluded" if group["households"] < 30 else "unknown" if draw > 0.93 else "lacking" if draw < 0.05 + group["_want"] * 0.5 else "met"
    distance = {"lacking": dice.randint(520, 3000), "met": dice.randint(10, 490)}.get(verdict)
    level = {"lacking": "none", "met": "hardened" if service == "hardened_road" else "full" if service == "safe_water" else "met"}.get(verdict)
    reason = {"lacking": "end_too_far", "met": "connected", "unknown": "surface_unknown", "excluded": "few_households"}[verdict]
    row = {
        **{name: value for name, value in group.items() if not name.startswith("_")},
        "verdict": verdict,
        "level": level,
        "value": distance,
        "unit": "m" if distance is not None else None,
        "threshold": 500,
        "shortfall": max(0, (distance or 0) - 500),
        "near_miss": verdict == "lacking" and distance < 800,
        "conflict": verdict == "lacking" and draw < 0.03,
    }
    return {**row, "reason_text": explain({**row, "reason": reason})}


def _count(rows):
    def sums(field):
        parts = {v: sum(row[field] if field else 1 for row in rows if row["verdict"] == v) for v in ("met", "lacking", "unknown", "excluded")}
        return {**parts, "total": sum(parts.values())}

    groups = sums(None)
    eligible = groups["met"] + groups["lacking"] + groups["unknown"]
    return {
        "groups": groups,
        "households": sums("households"),
        "people": sums("people"),
        "registered": sums("registered"),
        "near_miss": sum(row["near_miss"] for row in rows),
        "conflict": sum(row["conflict"] for row in rows),
        "rate": groups["met"] / eligible if eligible else None,
    }


def _overview(rows):
    def level(code_field, name_field, parent):
        codes = sorted({row[code_field] for row in rows})
        parts = {code: [row for row in rows if row[code_field] == code] for code in codes}
        return [
            {"code": c, "name": part[0][name_field], "parent": part[0][parent] if parent else "520000", **_count(part)} for c, part in parts.items()
        ]

    return {
        "county": {"code": "520000", "name": "试验县", "parent": None, **_count(rows)},
        "township": level("township_code", "township_name", None),
        "village": level("village_code", "village_name", "township_code"),
    }


def _card(group, rows):
    services = [
        {
            "service": service,
            "label": label,
            **{
                name: rows[service][name]
                for name in ("verdict", "level", "value", "unit", "threshold", "shortfall", "reason_text", "conflict", "near_miss")
            },
            "level_label": level_label(service, rows[service]["level"]),
            "indicator": "distance",
            "asset": {"layer": "roads", "label": "道路", "code": "C123", "name": "青白路", "distance_m": rows[service]["value"]},
            "rule": "road.hardened",
            "rule_text": rule_text("road.hardened", threshold=500, unit="m", standard="trial@1"),
            "standard": "trial@1",
            "data_date": "2025-06-30",
            "reported": True,
            "indicators": [],
        }
        for service, label in SERVICES.items()
    ]
    plain = {name: value for name, value in group.items() if not name.startswith("_")}
    return {"group": {**plain, "group_name": group["name"]}, "services": services}


def _square(west, south, width, height):
    return [[[west, south], [west + width, south], [west + width, south + height], [west, south + height], [west, south]]]


def _feature(kind, coordinates, properties):
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def _townships():
    features = [
        _feature("Polygon", _square(*_corner(t), STEP, STEP), {"township_code": f"520000{t + 100:03d}", "township_name": f"{NAMES[t]}河镇"})
        for t in range(8)
    ]
    return {"type": "FeatureCollection", "features": features}


def _villages():
    features = []
    for t in range(8):
        west, south = _corner(t)
        for v in range(6):
            square = _square(west + (v % 3) * STEP / 3, south + (v // 3) * STEP / 2, STEP / 3, STEP / 2)
            properties = {"village_code": f"520000{t + 100:03d}{v + 200:03d}", "village_name": f"{NAMES[t]}{'山水石田坪坝'[v]}村"}
            features.append(_feature("Polygon", square, properties))
    return {"type": "FeatureCollection", "features": features}


def _roads(groups):
    kinds = ["cement_concrete", "asphalt", "gravel", "earth", None]
    features = []
    for number, group in enumerate(groups):
        west, south = _corner(int(group["township_code"][6:]) - 100)
        ends = [[group["lon"], group["lat"]], [west + STEP / 2, south + STEP / 2]]
        features.append(_feature("LineString", ends, {"road_code": f"C{number:03d}", "surface": kinds[number % 5], "status": "existing"}))
    return {"type": "FeatureCollection", "features": features}


def _search():
    entries = []
    for feature in _townships()["features"]:
        name, code = feature["properties"]["township_name"], feature["properties"]["township_code"]
        entries.append(
            {
                "kind": "township",
                "code": code,
                "name": name,
                "path": "试验县",
                "lon": None,
                "lat": None,
                "bounds": None,
                "keys": [f"{'qbhhjycg'[int(code[6:]) - 100]}hz"],
            }
        )
    return entries
