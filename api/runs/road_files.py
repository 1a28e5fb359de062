"""The road plan as files: the ledger, and the works as lines for GIS and for the viewers that bureaus have."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from api.errors import NotReady
from api.exports import whole_file, write_features
from api.ledger import marks
from api.plan_layers import outdated_plan
from api.plan_names import PLAN, PLAN_GROUPS
from api.plan_sources import NETWORK_LAYER, costs_now, sources
from api.result_files import county_of, footer, marked, suffix_in, write_package
from layers.crs import STORAGE_CRS
from web.road_book import RoadBook, road_sheets
from web.road_kml import road_kml
from web.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from api.snapshot import Snapshot
    from gis.roads.costs import CostSet

ROAD_FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
}
"""Suffixes that a road plan can be written as, and their media types."""
SECTIONS = "road_sections"


def write_roads(snapshot: Snapshot, path: Path) -> int:
    """Write the road plan of a revision to .xlsx (ledger), .gpkg (works, sections, groups), .geojson or .kml (works).

    Returns:
        How many works were written.

    Raises:
        NotReady: the revision has no road plan.
        QueryError: another kind of file.
    """
    suffix = suffix_of(path)
    if not snapshot.has(PLAN):
        raise NotReady("这个版本没有道路计划。", hint=f"先运行：zutong roads {snapshot.workspace.path}")
    works = snapshot.features(PLAN)
    if suffix == "xlsx":
        with whole_file(path) as draft:
            write_workbook(draft, road_sheets(road_book(snapshot)), footer=footer(snapshot))
    elif suffix == "kml":
        with whole_file(path) as draft:
            draft.write_bytes(road_kml(works, title=f"{county_of(snapshot)} 道路计划", note=footer(snapshot)))
    elif suffix == "geojson":
        write_features(marked(works, snapshot), path, layer=PLAN)
    else:
        _write_package(snapshot, path)
    return len(works)


def road_file(snapshot: Snapshot, fmt: str) -> tuple[bytes, str]:
    """The same file in memory (`fmt` is a key of `ROAD_FORMATS`), and a name for it."""
    name = f"road-plan-{snapshot.revision.id[:8]}.{fmt}"
    with tempfile.TemporaryDirectory(prefix="zutong-export-") as folder:
        path = Path(folder) / name
        write_roads(snapshot, path)
        return path.read_bytes(), name


def road_book(snapshot: Snapshot) -> RoadBook:
    """What the ledger of a revision is made of."""
    layers = snapshot.revision.layers
    costs = _costs(snapshot)
    return RoadBook(
        county=county_of(snapshot),
        works=snapshot.frame(PLAN),
        groups=snapshot.frame(PLAN_GROUPS),
        network=layers[NETWORK_LAYER].info["summary"],
        programme=layers[PLAN].info["summary"],
        parameters=None if costs is None else costs.parameters(),
        sources=sources(snapshot),
        mark=marks(snapshot, public=False),
        facts=_facts(snapshot, costs),
    )


def _facts(snapshot: Snapshot, costs: CostSet | None) -> list[tuple[str, str]]:
    changed = outdated_plan(snapshot)
    stamp = snapshot.revision.layers[NETWORK_LAYER].stamp
    same = costs is not None and stamp is not None and stamp.options.get("costs_sha256") in {None, costs.sha256}
    return [
        ("版本", f"{snapshot.revision.id}（{snapshot.revision.time}）"),
        ("结果", f"已过期：{'、'.join(changed)}有改动，请重新编制" if changed else "与当前数据、标准和造价参数一致"),
        *([] if same else [("造价参数", "编制后有改动，“造价参数”表列出的是现在的值")]),
    ]


def _costs(snapshot: Snapshot) -> CostSet | None:
    """The cost set that the network was reckoned with, as it is today."""
    reference = str(snapshot.revision.layers[NETWORK_LAYER].info["summary"].get("costs", ""))
    return costs_now(snapshot, reference.partition("@")[0])


def _write_package(snapshot: Snapshot, path: Path) -> None:
    """Works and sections as lines, groups as points, each a layer of one GeoPackage."""
    lines = {name: (snapshot.features(name), "MultiLineString") for name in (PLAN, SECTIONS)}
    write_package(snapshot, path, {**lines, PLAN_GROUPS: (_points(snapshot.frame(PLAN_GROUPS)), "Point")})


def _points(groups: pd.DataFrame) -> gpd.GeoDataFrame:
    """Groups at their places; one that nobody has located is a row without a point."""
    lon, lat = (groups[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("lon", "lat"))
    places: NDArray[np.object_] = np.asarray(shapely.points(lon, lat), dtype=object)
    places[~(np.isfinite(lon) & np.isfinite(lat))] = None
    return gpd.GeoDataFrame(groups, geometry=places, crs=STORAGE_CRS)


def suffix_of(path: Path) -> str:
    """The suffix in small letters, without its dot.

    Raises:
        QueryError: a road plan cannot be written as that.
    """
    return suffix_in(path, ROAD_FORMATS, "道路计划")
