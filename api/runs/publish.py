"""The page as one folder: every answer that the page may ask for, written down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from api import facts, plan_views, site_views
from api.cards import cards
from api.features import geojson_texts, to_features
from api.finder import KINDS, hits, make_index
from api.gap_views import GROUP_LEVEL, page, view
from api.page_context import context_of
from api.plan_names import PLAN
from api.runs.tiles import relief_path, tiled_layers
from api.site_names import CHOICE, PARCELS
from gis.gaps.filters import Filter
from layers.names import SERVICES
from layers.store.mbtiles import flip
from web.folder import JOINTS, FolderChoice, FolderData, FolderPlan, FolderSites, write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from api.snapshot import Snapshot

EVERYTHING = 10_000_000
_KEYS = ("by_pinyin", "by_initials", "by_hamlet")


def publish(snapshot: Snapshot, path: Path) -> Path:
    """Write the folder and return the path of its `index.html`.

    Raises:
        NotReady: nothing was assessed yet.
        FolderError: the folder already holds something.
    """
    shown = [name for name in tiled_layers(snapshot.revision) if name != "groups"]
    joints = {JOINTS: _collection(JOINTS, _open_joints(snapshot))} if snapshot.has(JOINTS) else {}
    data = FolderData(
        county=facts.county_answer(snapshot),
        overview={service: _overview(snapshot, service) for service in SERVICES},
        groups={service: page(view(snapshot, Filter(service, GROUP_LEVEL)), limit=EVERYTHING)["rows"] for service in SERVICES},
        cards=cards(snapshot),
        features={name: _collection(name, snapshot.features(name)) for name in shown} | joints,
        search=_search(snapshot),
        relief=_relief(snapshot),
        roads=_roads(snapshot),
        sites=_sites(snapshot),
        choice=_choice(snapshot),
    )
    return write_folder(path, context=context_of(snapshot), data=data)


def _roads(snapshot: Snapshot) -> FolderPlan | None:
    """The road plan; None without one."""
    if not snapshot.has(PLAN):
        return None
    return FolderPlan(
        plan=plan_views.plan_answer(snapshot, newest=True),
        lines=orjson.loads(plan_views.lines(snapshot)),
        groups=plan_views.group_rows(snapshot),
        works={row["work_code"]: plan_views.work_answer(snapshot, row["work_code"]) for row in plan_views.work_rows(snapshot)},
    )


def _sites(snapshot: Snapshot) -> FolderSites | None:
    """The siting study; None without one."""
    if not snapshot.has(PARCELS):
        return None
    return FolderSites(
        plan=site_views.study_answer(snapshot, newest=True),
        parcels=orjson.loads(site_views.shapes(snapshot, PARCELS)),
        lines=orjson.loads(site_views.shapes(snapshot, "allocation")),
    )


def _choice(snapshot: Snapshot) -> FolderChoice | None:
    """Roads against moves; None where they were not compared."""
    if not snapshot.has(CHOICE[0]):
        return None
    return FolderChoice(plan=site_views.choice_answer(snapshot, newest=True), roads=orjson.loads(site_views.shapes(snapshot, CHOICE[2])))


def _overview(snapshot: Snapshot, service: str) -> dict[str, Any]:
    rows = {level: page(view(snapshot, Filter(service, level)), limit=EVERYTHING)["rows"] for level in ("county", "township", "village")}
    return {**rows, "county": rows["county"][0] if rows["county"] else None}


def _open_joints(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """The doubtful gaps between roads: the only joints that a planner has to look at."""
    joints = snapshot.features(JOINTS)
    return joints[~joints["certain"].astype("boolean").fillna(value=True).to_numpy(dtype=bool)]


def _collection(layer: str, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """A layer as plain JSON; the folder's writer does not know orjson's fragments."""
    shapes = [None if text is None else orjson.loads(text) for text in geojson_texts(frame)]
    features = [{**one, "geometry": shape} for one, shape in zip(to_features(frame, layer), shapes, strict=True)]
    return {"type": "FeatureCollection", "features": features}


def _search(snapshot: Snapshot) -> list[dict[str, Any]]:
    index = make_index({layer: snapshot.features(layer) for layer, _, _ in KINDS.values() if snapshot.has(layer)})
    texts = pd.DataFrame(index[list(_KEYS)]).astype("string")
    keys = [[text for text in row if isinstance(text, str)] for row in texts.itertuples(index=False, name=None)]
    return [{**hit, "keys": found} for hit, found in zip(hits(index), keys, strict=True)]


def _relief(snapshot: Snapshot) -> Iterator[tuple[int, int, int, bytes]]:
    path = relief_path(snapshot.workspace, snapshot.revision)
    if path is None or not path.is_file():
        return
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        for z, x, y, content in file.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles ORDER BY 1, 2, 3"):
            yield z, x, flip(z, y), content
