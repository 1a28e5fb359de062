"""The pictures of the documentation, made again when asked: `ZUTONG_SCREENSHOTS=1 pytest tests/browser/test_screenshots.py`.

They show the demonstration county (`make demo`, or the folder that DEMO names); without one, the small synthetic county of the tests.
"""

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from tests.synthetic_county import build_workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("ZUTONG_SCREENSHOTS") != "1", reason="only when ZUTONG_SCREENSHOTS=1"),
]

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "screenshots"
READY = 'html[data-ready]:not([data-ready=""])[data-renderer]'
CALM_MS = 2500
STEP, MOST_BYTES = 8, 500_000
COARSE, FEW_BYTES = 12, 400_000
LARGE_HOUSEHOLDS = 100


@pytest.fixture(scope="module")
def address(tmp_path_factory, serve):
    demo = Path(os.environ.get("DEMO", ROOT / "build" / "demo"))
    workspace = demo if (demo / "county.toml").is_file() else build_workspace(tmp_path_factory.mktemp("shown"))
    TARGET.mkdir(parents=True, exist_ok=True)
    with serve(workspace) as found:
        yield found


@pytest.fixture
def show(watch, browser_gl, address):
    def go(state="", size=None):
        page = watch(browser_gl, size)
        page.goto(address + state)
        page.wait_for_selector(READY, state="attached")
        page.wait_for_timeout(CALM_MS)
        return page

    return go


def _save(page, name, *, step=STEP, most=MOST_BYTES):
    path = TARGET / f"{name}.png"
    page.screenshot(path=path)
    _slim(path, step=step, most=most)


def _slim(path, *, step=STEP, most=MOST_BYTES):
    """Few steps in each channel: no eye sees them, and the grain of the relief takes a third of the room."""
    steps = [min(255, round(value / step) * step) for value in range(256)]
    Image.open(path).convert("RGB").point(steps * 3).save(path, optimize=True)
    assert 10_000 < path.stat().st_size < most


def _enter(page):
    page.click("#table tbody tr >> nth=0")
    page.wait_for_timeout(CALM_MS)
    page.mouse.move(700, 20)
    page.wait_for_timeout(200)


def test_county(show):
    _save(show(), "county")


def test_water(show):
    _save(show("#service=safe_water&shade=village"), "water")


def test_township_village_and_card(show):
    page = show()
    _enter(page)
    _save(page, "township")
    _enter(page)
    _enter(page)
    _save(page, "card")


def test_joint(show):
    page = show("#service=hardened_road&level=group&filter=unknown")
    page.click("#table tr:has([title*='断点']) >> nth=0")
    page.click("#card .gaps button")
    page.wait_for_timeout(CALM_MS)
    _save(page, "joint")


def _worth_showing(work):
    surveyed = 0.1 < work["flagged_km"] < work["length_km"] / 2
    return work["year"] is not None, work["kind"] == "mixed", surveyed, work["downstream_groups_count"], work["length_km"]


def test_roads(show, address):
    """The plan with a work open that is built, new and paved in parts, with a stretch to be surveyed, and needed by many; without such a one, the next like it."""
    with urllib.request.urlopen(f"{address}plans/roads") as answer:
        works = json.load(answer)["works"]
    if not works:
        pytest.skip("no road plan in this county (zutong roads)")
    told = max(works, key=_worth_showing)
    page = show(f"#panel=plan&work={told['work_code']}")
    page.wait_for_selector("#card .profile")
    _save(page, "roads", step=COARSE, most=FEW_BYTES)


def _large(parcel):
    return parcel["rank"] is not None and parcel["source"] == "found" and parcel["capacity_households"] >= LARGE_HOUSEHOLDS


def test_sites(show, address):
    """The study with its ranked parcels, and the card of the best of those on which a village finds room."""
    with urllib.request.urlopen(f"{address}plans/sites") as answer:
        parcels = json.load(answer).get("parcels", [])
    if not any(map(_large, parcels)):
        pytest.skip("no siting study in this county (zutong sites)")
    told = min(filter(_large, parcels), key=lambda parcel: parcel["rank"])
    page = show(f"#panel=sites&parcel={told['parcel_code']}")
    page.wait_for_selector("#card:not([hidden])")
    page.wait_for_timeout(CALM_MS)
    _save(page, "sites", step=COARSE, most=FEW_BYTES)


def test_narrow(show):
    page = show(size={"width": 600, "height": 900})
    page.click("#fold")
    _save(page, "narrow")


def test_sheet(show, tmp_path):
    page = show("#service=hardened_road&level=township")
    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True, print_background=True)
    prefix = TARGET / "sheet"
    subprocess.run(
        [shutil.which("pdftoppm"), "-png", "-r", "96", "-f", "1", "-l", "1", "-singlefile", str(tmp_path / "sheet.pdf"), str(prefix)], check=True
    )
    _slim(prefix.with_suffix(".png"))
