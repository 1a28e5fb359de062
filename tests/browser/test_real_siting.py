"""Siting in a browser against a real study of a small county: the service over HTTP, and the folder opened from disk."""

import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from synthetic_county import build_workspace
from synthetic_study import FARMLAND, add_layers, commit_study

from api.runs.publish import publish
from api.snapshot import Snapshots
from layers.workspace import open_workspace
from web.vendor import TARGET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)"),
]

ORDER = """() => [...document.querySelectorAll("#site-table tr[data-code]")].map((row) => row.dataset.code)"""
PINS = """() => Object.values(map_zutong._layers).filter((one) => one.options.paint).map((one) => one.options.code)"""
MOVES = """() => Object.values(map_zutong._layers).filter((one) => one.options.move).length"""
SHAPES = """() => Object.values(map_zutong._layers).filter((one) => one.options.fillColor && one.getLatLngs).length"""
SLIDE = """([key, value]) => {
  const input = document.querySelector(`[data-criterion=${key}]`);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}"""
ASK = """([path, body]) => fetch(path, body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}).then((answer) => answer.json())"""
CENTRE = """([lon, lat, zoom]) => { map_zutong.setView([lat, lon], zoom, { animate: false }); }"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = build_workspace(tmp_path_factory.mktemp("county"))
    add_layers(folder, tmp_path_factory.mktemp("layers"))
    commit_study(folder)
    return folder


@pytest.fixture(scope="module")
def address(workspace, serve):
    with serve(workspace) as found:
        yield found


@pytest.fixture(scope="module")
def folder(workspace, tmp_path_factory):
    return publish(Snapshots(workspace).current(), tmp_path_factory.mktemp("out") / "县").as_uri()


def _open(watch, browser, address, state="#panel=sites"):
    page = watch(browser)
    page.goto(address + state)
    page.wait_for_selector("#site-table tr[data-code], #choice-table tr[data-code]")
    return page


def _ranked(rows):
    """Codes in the order of their rank; those without one last."""
    return [row["parcel_code"] for row in sorted(rows, key=lambda row: (row["rank"] is None, row["rank"], row["parcel_code"]))]


def _lines(page, table):
    return [row.split("\t") for row in page.locator(f"#card {table} tbody tr").all_inner_texts()]


def test_weights_rank_as_the_service_does_and_places_give_their_reasons(watch, address, browser_gl):
    page = _open(watch, browser_gl, address)
    assert page.get_attribute("html", "data-renderer") == "gl"
    study = page.evaluate(ASK, ["plans/sites", None])
    assert page.evaluate(ORDER) == _ranked(study["parcels"])
    assert set(page.evaluate(PINS)) >= {row["parcel_code"] for row in study["parcels"]}
    for key, points in (("market", 60), ("power", 0), ("water", 50)):
        page.evaluate(SLIDE, [key, str(points)])
    page.wait_for_selector("#site-check[data-state=same]")
    told = dict(part.split(":") for part in re.search(r"weights=([^&]+)", page.url.replace("%3A", ":").replace("%2C", ","))[1].split(","))
    ranked = page.evaluate(ASK, ["plans/sites/rank", {"weights": {key: float(points) for key, points in told.items()}}])
    assert page.evaluate(ORDER) == _ranked(ranked["rows"]) != _ranked(study["parcels"])
    first, second = page.evaluate(ORDER)[:2]
    for code in (first, second):
        page.check(f"#site-table tr[data-code={code}] input")
    page.click("#site-look")
    beside = {row[0].split(" ")[0]: row[1:] for row in _lines(page, ".beside")}
    assert beside["名次"] == ["第 1 名", "第 2 名"]
    assert beside["地质灾害"][0].startswith("无影响")  # a class has a word
    page.keyboard.press("Escape")
    page.evaluate(CENTRE, [*FARMLAND, 15])
    box = page.locator("#map_zutong").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#card .rules")
    wanted = page.evaluate(ASK, [f"plans/sites/at?lon={FARMLAND[0]}&lat={FARMLAND[1]}", None])
    assert [row[0] for row in _lines(page, ".rules")] == [rule["label"] for rule in wanted["excluded"]]
    assert page.errors == []
    assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)


def test_judgements_become_weights_or_are_refused_with_the_way_to_repair_them(watch, address, browser_plain):
    page = _open(watch, browser_plain, address)
    assert page.get_attribute("html", "data-renderer") == "canvas"  # without WebGL there are list and map all the same
    study = page.evaluate(ASK, ["plans/sites", None])
    assert page.evaluate(ORDER) == _ranked(study["parcels"])
    assert set(page.evaluate(PINS)) >= {row["parcel_code"] for row in study["parcels"]}
    page.focus("#site-judge")
    page.keyboard.press("Enter")
    page.wait_for_selector(".judge-said[data-state=ok]")
    for chip in page.locator(".judge-chips input").all():
        chip.set_checked(chip.get_attribute("name") in {"slope", "water", "road"})
    for pair, value in (("slope|water", "9"), ("water|road", "9"), ("slope|road", "1/9")):
        page.select_option(f'[data-pair="{pair}"]', value)
    page.wait_for_selector(".judge-said[data-state=refused]")
    body = {"judgements": {"pairs": [["slope", "water", 9], ["slope", "road", 1 / 9], ["water", "road", 9]]}}
    problem = page.evaluate(ASK, ["plans/sites/rank", body])
    assert page.inner_text(".judge-said") == problem["detail"] + problem["hint"]
    assert page.locator("select.doubtful").count() == 3
    assert page.is_disabled("#judge-apply")
    page.focus('[data-pair="slope|water"]')
    page.keyboard.press("Home")  # the first of the list: nine times
    page.select_option('[data-pair="slope|water"]', "3")
    page.select_option('[data-pair="water|road"]', "3")
    page.select_option('[data-pair="slope|road"]', "9")
    page.wait_for_selector(".judge-said[data-state=ok]")
    body = {"judgements": {"pairs": [["slope", "water", 3], ["slope", "road", 9], ["water", "road", 3]]}}
    answer = page.evaluate(ASK, ["plans/sites/rank", body])
    assert page.locator('.judge tr[data-criterion="slope"] output').inner_text() == f"{answer['weights']['slope'] * 100:.1f}%"
    assert f"CR = {answer['consistency']['cr']:.0f}" in page.inner_text(".judge-said")
    page.click("#judge-apply")
    assert not page.is_visible("#judge")
    assert page.evaluate(ORDER) == _ranked(answer["rows"])
    page.click("#site-table tr[data-code]")
    page.wait_for_selector("#card .score-parts")
    page.click("#site-judge")
    page.keyboard.press("Escape")  # closes the dialog alone
    assert page.is_visible("#card")
    assert page.evaluate("document.activeElement.id") == "site-judge"
    assert [error for error in page.errors if "400" not in error] == []  # the browser notes the refusals, as it should


def test_folder_shows_list_map_lines_and_answers_with_nothing_fetched(watch, folder, workspace, browser_plain):
    page = _open(watch, browser_plain, folder)
    store = open_workspace(workspace).store
    parcels, moves, choice = (store.read(name) for name in ("parcels", "allocation", "choice"))
    assert page.evaluate(ORDER) == parcels.sort_values("rank")["parcel_code"].tolist()
    page.evaluate(SLIDE, ["water", "60"])
    assert page.evaluate(ORDER) != parcels.sort_values("rank")["parcel_code"].tolist()
    assert not page.locator("#site-judge, #export:visible, #site-again:visible").count()
    first = parcels.sort_values("rank").iloc[0]
    page.evaluate(CENTRE, [first["lon"], first["lat"], 14])
    assert page.evaluate(SHAPES) >= len(parcels)
    page.click("#site-tabs [data-tab=moves]")
    assert page.evaluate(MOVES) == moves["site_code"].notna().sum()
    assert len(page.evaluate(ORDER)) == len(moves)
    page.goto(f"{folder}#panel=choice")
    page.wait_for_selector("#choice-table tr[data-code]")
    assert page.locator("#choice-table tr[data-code]").count() == len(choice)
    assert page.errors == []
    assert all(url.startswith(("file://", "data:", "blob:")) for url in page.asked)
