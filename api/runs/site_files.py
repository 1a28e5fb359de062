"""A siting study as files: the ledger, the comparison sheet, and its layers for GIS."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from api.errors import NotReady
from api.exports import whole_file, write_features
from api.ledger import marks
from api.result_files import county_of, footer, marked, suffix_in, write_package
from api.runs.assess import open_terrain
from api.site_names import PARCELS, STUDY, WEIGHT_SETS
from api.site_sources import set_of_result, site_sources
from api.site_views import outdated_result
from web.site_book import site_sheets
from web.site_map import MapLayers
from web.site_sheet import SheetOptions, site_sheet
from web.site_study import NOTHING, SiteBook, StudyCriterion
from web.workbook import write_workbook

if TYPE_CHECKING:
    import geopandas as gpd

    from api.snapshot import Snapshot

SITE_FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
}
"""Suffixes that a study can be written as, and their media types."""
_PACKAGE = {PARCELS: "MultiPolygon", "settlement_review": "Point", "allocation": "MultiLineString", "allocation_sites": "Point"}


def write_study(snapshot: Snapshot, path: Path) -> int:
    """Write the study of a revision to .xlsx (ledger), .pdf (comparison sheet), .gpkg (all layers) or .geojson (parcels).

    Returns:
        How many parcels there are.

    Raises:
        NotReady: the revision has no study.
        QueryError: another kind of file, or no Chinese font for the sheet.
    """
    suffix = suffix_in(path, SITE_FORMATS, "选址研究")
    if not snapshot.has(PARCELS):
        raise NotReady("这个版本没有安置选址研究。", hint=f"先运行：zutong sites {snapshot.workspace.path}")
    parcels = snapshot.features(PARCELS)
    if suffix == "xlsx":
        with whole_file(path) as draft:
            write_workbook(draft, site_sheets(site_book(snapshot)), footer=footer(snapshot))
    elif suffix == "pdf":
        with whole_file(path) as draft:
            draft.write_bytes(study_sheet(snapshot))
    elif suffix == "geojson":
        write_features(marked(parcels, snapshot), path, layer=PARCELS)
    else:
        write_package(snapshot, path, {name: (snapshot.features(name), kind) for name, kind in _PACKAGE.items() if snapshot.has(name)})
    return len(parcels)


def site_file(snapshot: Snapshot, fmt: str) -> tuple[bytes, str]:
    """The same file in memory (`fmt` is a key of `SITE_FORMATS`), and a name for it."""
    name = f"site-study-{snapshot.revision.id[:8]}.{fmt}"
    with tempfile.TemporaryDirectory(prefix="zutong-export-") as folder:
        path = Path(folder) / name
        write_study(snapshot, path)
        return path.read_bytes(), name


def study_sheet(snapshot: Snapshot) -> bytes:
    """The comparison sheet: one A4 page with the map, the best parcels side by side, weights and constraints."""
    return site_sheet(site_book(snapshot), _drawn(snapshot), SheetOptions(date=snapshot.revision.time[:10]))


def site_book(snapshot: Snapshot) -> SiteBook:
    """What the papers of a study are made of."""
    summary: dict[str, Any] = snapshot.revision.layers[PARCELS].info["summary"]
    rules = set_of_result(snapshot, PARCELS)
    return SiteBook(
        county=county_of(snapshot),
        parcels=snapshot.frame(PARCELS),
        criteria=[StudyCriterion(**one) for one in summary["criteria"]],
        weighting=summary["weighting"],
        ranking=summary["ranking"],
        exclusions=_land(summary),
        settlements=_frame(snapshot, "settlement_review"),
        moves=_frame(snapshot, "settlement_moves"),
        allocation=_frame(snapshot, "allocation"),
        allocation_sites=_frame(snapshot, "allocation_sites"),
        allocation_summary=summary["allocation"],
        weight_sets=_frame(snapshot, WEIGHT_SETS),
        parameters=None if rules is None else rules.parameters(),
        set_reference=summary["sites"],
        sources=site_sources(snapshot, PARCELS),
        mark=marks(snapshot, public=False),
        facts=_facts(snapshot),
    )


def _frame(snapshot: Snapshot, name: str) -> pd.DataFrame:
    return snapshot.frame(name) if snapshot.has(name) else NOTHING


def _land(summary: dict[str, Any]) -> pd.DataFrame:
    types = {"judged": "boolean", "alone_m2": "Float64", "only_m2": "Float64", "unjudged_m2": "Float64", "share": "Float64"}
    return pd.DataFrame(summary["land"]).astype(types)


def _facts(snapshot: Snapshot) -> list[tuple[str, str]]:
    changed = outdated_result(snapshot, STUDY)
    return [
        ("版本", f"{snapshot.revision.id}（{snapshot.revision.time}）"),
        ("结果", f"已过期：{'、'.join(changed)}有改动，请重新研究" if changed else "与当前数据和选址条件一致"),
    ]


def _drawn(snapshot: Snapshot) -> MapLayers:
    def layer(name: str) -> gpd.GeoDataFrame | None:
        """What the county has of it."""
        return snapshot.features(name) if snapshot.has(name) else None

    terrain = open_terrain(snapshot.workspace.store.raster("dem", rev=snapshot.revision.id)) if snapshot.has("dem") else None
    return MapLayers(snapshot.features(PARCELS), layer("townships"), layer("roads"), layer("rivers"), layer("settlements"), terrain)
