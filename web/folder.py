"""The same page as one folder that opens by double click: no service, no network, no fetch.

    index.html            the page, from the same template
    data/<name>.js        answers, each a script that calls `zutongData(name, value)`
    static/               our script in one piece, style, Leaflet
    relief/z/x/y.png      hill shade

Groups are drawn on canvas from the rows themselves. Rows, cards and areas have the shapes of the HTTP answers, so that a reader of either knows both.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.errors import ZutongError
from web.bundle import bundle
from web.page import MAP_VARIABLE, STATIC, PageContext, assemble, script_json
from web.vendor import TARGET as VENDOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

CARDS_A_FILE = 100
JOINTS = "network_repairs"
RELIEF_ZOOM = 12
VENDORED = ("leaflet.js", "leaflet.css", "leaflet.LICENSE.txt")
_START = "const zutongData = zutongFolder.receive; zutong.start(MAP, JSON.parse(document.getElementById('boot').textContent), zutongFolder.folderSource());"


class FolderError(ZutongError):
    """The folder cannot be written there."""


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """The road plan as the page asks for it.

    Attributes:
        plan: answer of `/plans/roads`.
        lines: answer of `/plans/roads/lines.geojson`.
        groups: rows of `/plans/roads/groups`.
        works: per work code the answer of `/plans/roads/works/{code}`.
    """

    plan: Mapping[str, Any]
    lines: Mapping[str, Any]
    groups: Sequence[Mapping[str, Any]]
    works: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FolderSites:
    """The siting study as the page asks for it; reasons of any place and scores of the ground stay with the service.

    Attributes:
        plan: answer of `/plans/sites`.
        parcels: answer of `/plans/sites/parcels.geojson`.
        lines: answer of `/plans/sites/allocation.geojson`.
    """

    plan: Mapping[str, Any]
    parcels: Mapping[str, Any]
    lines: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FolderChoice:
    """Road or move as the page asks for it.

    Attributes:
        plan: answer of `/plans/choice`.
        roads: answer of `/plans/choice/roads.geojson`.
    """

    plan: Mapping[str, Any]
    roads: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FolderData:
    """All answers that the page may ask for.

    Attributes:
        county: answer of `/county`.
        overview: per service `{"county": row or None, "township": rows, "village": rows}`, rows of `/gaps/{service}` at those levels, unfiltered.
        groups: per service the rows of `/gaps/{service}?level=group`, unfiltered.
        cards: per group code the answer of `/groups/{code}`.
        features: per layer a GeoJSON FeatureCollection with the properties of `/collections/{layer}/items`; `townships` and `villages` hold the
            polygons, further ones (`roads`, `clinics`, …) what may be switched on. `groups` is not needed.
        search: results of `/search` for every unit, each with `keys`: further texts to look for (pinyin initials).
        relief: tiles as (zoom, x, y, PNG bytes); complete between the smallest and the largest zoom.
        roads: the road plan, where there is one; other plans to compare with do not travel.
        sites: the siting study, where there is one.
        choice: the comparison of roads and moves, where there is one.
    """

    county: Mapping[str, Any]
    overview: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Sequence[Mapping[str, Any]]]
    cards: Mapping[str, Mapping[str, Any]]
    features: Mapping[str, Mapping[str, Any]]
    search: Sequence[Mapping[str, Any]] = ()
    relief: Iterable[tuple[int, int, int, bytes]] = ()
    roads: FolderPlan | None = None
    sites: FolderSites | None = None
    choice: FolderChoice | None = None


def write_folder(path: Path, *, context: PageContext, data: FolderData) -> Path:
    """Write the folder and return the path of its `index.html`.

    It is written beside and moved into place at the end, so that a full disk leaves no half of it.

    Args:
        path: folder to make; must not hold anything yet.
        context: what the frame of the page says.
        data: the answers.

    Raises:
        FolderError: the folder already holds something.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderError(f"“{path}”已存在且不为空。", hint="请换一个文件夹，或先清空它。")
    draft = path.with_name(f"{path.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _write_static(draft / "static")
    _write_data(draft / "data", data)
    zooms = _write_relief(draft / "relief", data.relief)
    (draft / "index.html").write_text(_page(context, zooms), encoding="utf-8")
    if path.exists():
        path.rmdir()
    draft.rename(path)
    return path / "index.html"


def _page(context: PageContext, zooms: tuple[int, int] | None) -> str:
    boot = {"folder": True, "base": "", "relief": "relief/{z}/{x}/{y}.png" if zooms else "", "reliefZooms": zooms}
    start = _START.replace("MAP", MAP_VARIABLE)
    html = assemble(context, boot=boot, start=start, nonce="", static="static/", module=False)
    return html.replace("<script>const zutongData", '<script src="static/zutong.js"></script>\n<script>const zutongData')


def _write_static(folder: Path) -> None:
    (folder / "vendor").mkdir(parents=True)
    for name in VENDORED:
        shutil.copyfile(VENDOR / name, folder / "vendor" / name)
    shutil.copyfile(STATIC / "page.css", folder / "page.css")
    (folder / "zutong.js").write_text(bundle(STATIC / "js", {"zutong": "main", "zutongFolder": "folder"}), encoding="utf-8")


def _write_data(folder: Path, data: FolderData) -> None:
    folder.mkdir()
    files: dict[str, Any] = {"county": _folder_county(data), "search": list(data.search)}
    files |= {f"overview-{service}": value for service, value in data.overview.items()}
    files |= {f"groups-{service}": list(rows) for service, rows in data.groups.items()}
    files |= {f"layer-{layer}": value for layer, value in data.features.items()}
    files |= _shelved(data.cards, shelf="shelves", file="cards")
    files |= _plan_files(data.roads) | _site_files(data.sites) | _choice_files(data.choice)
    for name, value in files.items():
        (folder / f"{name}.js").write_text(f"zutongData({script_json(name)},{script_json(value)});\n", encoding="utf-8")


def _folder_county(data: FolderData) -> dict[str, Any]:
    held = {"road_plan": data.roads, "site_plan": data.sites, "choice_plan": data.choice}
    return {**_without_tiles(data.county, data.features), **{name: part is not None for name, part in held.items()}}


def _plan_files(roads: FolderPlan | None) -> dict[str, Any]:
    """The plan without its older ones: nothing of them is here to compare with."""
    if roads is None:
        return {}
    plan = {**roads.plan, "plans": []}
    files = {"road-plan": plan, "road-plan-lines": roads.lines, "road-plan-groups": list(roads.groups)}
    return files | _shelved(roads.works, shelf="road-plan-shelves", file="road-plan-works")


def _site_files(sites: FolderSites | None) -> dict[str, Any]:
    if sites is None:
        return {}
    return {"site-plan": {**sites.plan, "plans": []}, "site-plan-parcels": sites.parcels, "site-plan-lines": sites.lines}


def _choice_files(choice: FolderChoice | None) -> dict[str, Any]:
    return {} if choice is None else {"choice-plan": {**choice.plan, "plans": []}, "choice-plan-roads": choice.roads}


def _without_tiles(county: Mapping[str, Any], features: Mapping[str, Any]) -> dict[str, Any]:
    """The county's answer with only the layers that the folder holds."""
    held = {"groups", "dem", *features}
    layers = [{**layer, "tiles": None} for layer in county["layers"] if layer["name"] in held]
    joints = [{"name": JOINTS, "label": "路网断点", "geometry": "point", "tiles": None}] if JOINTS in features else []
    return {**county, "layers": [*layers, *joints]}


def _shelved(cards: Mapping[str, Any], *, shelf: str, file: str) -> dict[str, Any]:
    """Cards in files of some hundred, and in which file each stands: a card is loaded when it is opened."""
    codes = sorted(cards)
    shelves = {code: index // CARDS_A_FILE for index, code in enumerate(codes)}
    files: dict[str, dict[str, Any]] = {}
    for code, number in shelves.items():
        files.setdefault(f"{file}-{number}", {})[code] = cards[code]
    return {shelf: shelves, **files}


def _write_relief(folder: Path, tiles: Iterable[tuple[int, int, int, bytes]]) -> tuple[int, int] | None:
    """Tiles up to a zoom at which a valley's shape is seen; each further one would make the folder three times as large."""
    zooms: set[int] = set()
    for zoom, x, y, content in (tile for tile in tiles if tile[0] <= RELIEF_ZOOM):
        target = folder / str(zoom) / str(x) / f"{y}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        zooms.add(zoom)
    return (min(zooms), max(zooms)) if zooms else None
