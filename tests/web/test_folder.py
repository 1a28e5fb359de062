"""The folder: whole or not at all, holding every answer that was given and nothing of the tiles."""

import json

import pytest

from web.folder import CARDS_A_FILE, JOINTS, RELIEF_ZOOM, FolderChoice, FolderData, FolderError, FolderPlan, FolderSites, write_folder
from web.page import PageContext
from web.vendor import TARGET

pytestmark = pytest.mark.skipif(not (TARGET / "manifest.json").is_file(), reason="front-end libraries are not set up (make setup)")

COUNTY = {
    "county": {"code": "x", "name": "试验县", "bounds": [0, 0, 1, 1]},
    "layers": [{"name": name, "label": name, "geometry": "point", "tiles": f"/tiles/{name}.json"} for name in ("groups", "roads", "clinics")],
}


def _data(**more):
    cards = {f"g{i:04d}": {"group": {"code": i}, "services": []} for i in range(CARDS_A_FILE + 1)}
    given = {"county": COUNTY, "overview": {"power": {"county": None}}, "groups": {"power": [{"name": "</script>"}]}, "cards": cards}
    return FolderData(**{**given, "features": {"roads": {"type": "FeatureCollection", "features": []}}, **more})


def _read(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("zutongData(")
    name, value = json.loads(f"[{text[len('zutongData(') :].rstrip().removesuffix(');')}]")
    assert name == path.stem
    return value


def test_folder_holds_every_answer(tmp_path):
    index = write_folder(
        tmp_path / "out", context=PageContext("试验县"), data=_data(relief=[(9, 1, 2, b"png"), (10, 3, 4, b"png"), (RELIEF_ZOOM + 1, 5, 6, b"png")])
    )
    data = index.parent / "data"
    assert _read(data / "groups-power.js") == [{"name": "</script>"}]
    assert "</script>" not in (data / "groups-power.js").read_text(encoding="utf-8")
    assert [layer["name"] for layer in _read(data / "county.js")["layers"]] == ["groups", "roads"]
    shelves = _read(data / "shelves.js")
    assert all(code in _read(data / f"cards-{shelf}.js") for code, shelf in list(shelves.items())[::50])
    assert set(shelves.values()) == {0, 1}
    assert (index.parent / "relief" / "10" / "3" / "4.png").read_bytes() == b"png"
    boot = json.loads(index.read_text(encoding="utf-8").split('id="boot">')[1].split("</script>")[0])
    assert boot["reliefZooms"] == [9, 10]
    assert not (index.parent / "relief" / str(RELIEF_ZOOM + 1)).exists()
    assert boot["folder"] is True


def test_doubtful_joints_become_a_layer_of_the_folder(tmp_path):
    joints = {"type": "FeatureCollection", "features": []}
    index = write_folder(tmp_path / "out", context=PageContext("试验县"), data=_data(features={JOINTS: joints}))
    layers = _read(index.parent / "data" / "county.js")["layers"]
    assert [layer["name"] for layer in layers] == ["groups", JOINTS]
    assert _read(index.parent / "data" / f"layer-{JOINTS}.js") == joints


def test_road_plan_travels_whole_and_without_older_plans(tmp_path):
    works = {f"W{i:04d}": {"work": {"work_name": "</script>", "number": i}} for i in range(CARDS_A_FILE + 1)}
    plan = {"available": True, "works": [{"work_code": code} for code in works], "plans": [{"revision": "a"}, {"revision": "b"}]}
    roads = FolderPlan(plan=plan, lines={"type": "FeatureCollection", "features": []}, groups=[{"group_code": "g"}], works=works)
    data = write_folder(tmp_path / "out", context=PageContext("试验县"), data=_data(roads=roads)).parent / "data"
    assert _read(data / "county.js")["road_plan"] is True
    assert _read(data / "road-plan.js") == {**plan, "plans": []}
    assert _read(data / "road-plan-groups.js") == [{"group_code": "g"}]
    shelves = _read(data / "road-plan-shelves.js")
    assert {code: _read(data / f"road-plan-works-{shelf}.js")[code] for code, shelf in shelves.items() if int(code[1:]) % 50 == 0} == {
        code: work for code, work in works.items() if int(code[1:]) % 50 == 0
    }
    assert "</script>" not in (data / "road-plan-works-0.js").read_text(encoding="utf-8")


def test_siting_travels_whole_and_without_older_studies(tmp_path):
    nothing = {"type": "FeatureCollection", "features": []}
    study = {"available": True, "parcels": [{"parcel_name": "</script>"}], "plans": [{"revision": "a"}]}
    choice = {"available": True, "groups": [], "plans": [{"revision": "b"}]}
    given = _data(sites=FolderSites(plan=study, parcels=nothing, lines=nothing), choice=FolderChoice(plan=choice, roads=nothing))
    data = write_folder(tmp_path / "out", context=PageContext("试验县"), data=given).parent / "data"
    county = _read(data / "county.js")
    assert (county["site_plan"], county["choice_plan"], county["road_plan"]) == (True, True, False)
    assert _read(data / "site-plan.js") == {**study, "plans": []}
    assert _read(data / "choice-plan.js") == {**choice, "plans": []}
    assert all(_read(data / f"{name}.js") == nothing for name in ("site-plan-parcels", "site-plan-lines", "choice-plan-roads"))


def test_folder_without_a_plan_asks_for_none(tmp_path):
    data = write_folder(tmp_path / "out", context=PageContext("试验县"), data=_data()).parent / "data"
    county = _read(data / "county.js")
    assert not any(county[name] for name in ("road_plan", "site_plan", "choice_plan"))
    assert not [path for pattern in ("road-plan*", "site-plan*", "choice-plan*") for path in data.glob(pattern)]


def test_folder_is_deterministic(tmp_path):
    made = [write_folder(tmp_path / name, context=PageContext("试验县"), data=_data()).parent for name in ("a", "b")]
    files = [{path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} for folder in made]
    assert files[0] == files[1]


def test_folder_does_not_overwrite(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="不为空"):
        write_folder(tmp_path / "out", context=PageContext("试验县"), data=_data())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_failure_on_the_way_leaves_no_folder(tmp_path):
    def broken():
        yield 9, 0, 0, b"png"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(tmp_path / "out", context=PageContext("试验县"), data=_data(relief=broken()))
    assert not (tmp_path / "out").exists()
