"""Studying where to resettle: read the layers, call `gis.sites`, commit grid, parcels, review and allocation, stamped with everything they follow from."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from api.runs.assess import access_points, counted_groups, read_terrain
from api.site_names import ALWAYS, PARCELS, SCORES, STUDY, WEIGHT_SETS
from api.site_sources import site_set_of
from gis.sites.criteria import WeightSet, read_weight_sets, weight_frame
from gis.sites.study import StudyOptions, study_sites
from gis.sites.weighing import Weighing, weigh
from layers.errors import LayerNotFound
from layers.store.rasters import write_bands
from layers.store.revision import Change
from layers.store.stamps import is_outdated, make_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from gis.sites.sets import SiteSet
    from gis.sites.study import SiteStudy
    from layers.store.revision import Revision, Stamp
    from layers.workspace import Workspace

    Tell = Callable[[str, float], None]

INPUTS = (
    "access_points",
    "base_stations",
    "clinics",
    "committees",
    "counties",
    "dem",
    "farmland",
    "faults",
    "flood_zones",
    "groups",
    "hazards",
    "households",
    "industry_parks",
    "land_cover",
    "markets",
    "redlines",
    "relocations",
    "reserves",
    "rivers",
    "roads",
    "schools",
    "settlement_checks",
    "settlements",
    "site_candidates",
    "townships",
    "transformers",
    "villages",
    "water_points",
    "water_schemes",
    "water_source_zones",
)
"""Layers that a study can follow from."""
_COMMITTING = 0.95
"""Share of a run's time before its results are written."""


@dataclass(frozen=True, slots=True)
class StudyOrder:
    """What is asked of a study.

    Attributes:
        weighing: how the criteria count.
        options: who is to be settled, and on how many sites.
        save_as: name under which the weights are kept; empty for none.
        title: of the revision.
        author: who asks.
    """

    weighing: Weighing = field(default_factory=Weighing)
    options: StudyOptions = field(default_factory=StudyOptions)
    save_as: str = ""
    title: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class StudyReport:
    """What came of it: the revision that holds all layers, the summary, and the parcels in the order of their rank."""

    revision: Revision
    summary: Mapping[str, Any]
    parcels: gpd.GeoDataFrame


def study_county_sites(workspace: Workspace, order: StudyOrder, *, sites: str | None = None, tell: Tell = lambda _words, _done: None) -> StudyReport:
    """Judge the land, find and rank parcels, review what stands, and settle who has to move; nothing is computed that still holds.

    Args:
        workspace: the county.
        order: weights, who is settled, on how many sites.
        sites: a site set other than the county's.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: the county has no groups or terrain.
        QueryError: the weights cannot be used, or the terrain does not cover the county.
        StandardError: the site set cannot be used.
    """
    head = _with_needed(workspace)
    rules = site_set_of(workspace, sites)
    weights = weigh(rules, order.weighing, saved_weights(workspace, head))
    stamp = _stamp(head, rules, weights, order)
    if not _outdated(workspace, head, stamp):
        return _report(workspace, _with_weights(workspace, head, weights, order))
    study = _study(workspace, head, rules, weights, order, lambda words, done: tell(words, done * _COMMITTING))
    tell("写入结果", _COMMITTING)
    return _report(workspace, _commit(workspace, head, study, weights, order, stamp))


def _with_needed(workspace: Workspace) -> Revision:
    """The newest revision; it has what a study cannot do without.

    Raises:
        LayerNotFound: groups or terrain are missing.
    """
    head = workspace.store.head()
    for name, label in (("groups", "村民组"), ("dem", "数字高程")):
        if head is None or name not in head.layers:
            raise LayerNotFound(f"还没有“{label}”图层，无法研究安置选址。", hint=f"先导入：zutong import {workspace.path} {name} 文件")
    return cast("Revision", head)


def saved_weights(workspace: Workspace, head: Revision) -> dict[str, WeightSet]:
    """The weight sets that the county has kept, by name."""
    return read_weight_sets(workspace.store.read(WEIGHT_SETS, rev=head.id)) if WEIGHT_SETS in head.layers else {}


def _stamp(head: Revision, rules: SiteSet, weights: WeightSet, order: StudyOrder) -> Stamp:
    options = {
        **asdict(order.options),
        "sites": rules.reference(),
        "sites_sha256": rules.sha256,
        "weights": dict(weights.weights),
        "ranges": {key: list(ends) for key, ends in weights.ranges().items()},
    }
    return make_stamp(head, INPUTS, options=options, code_version=version("zutong"))


def _outdated(workspace: Workspace, head: Revision, stamp: Stamp) -> bool:
    """Whether a result is missing or no longer follows from what the county has; without settlements or a ledger there is none about them."""
    made = [name for name in STUDY if name in head.layers or name in ALWAYS]
    return any(name not in head.layers or is_outdated(workspace.store, name, head.id, current=stamp) for name in made)


def _study(workspace: Workspace, head: Revision, rules: SiteSet, weights: WeightSet, order: StudyOrder, tell: Tell) -> SiteStudy:
    terrain = read_terrain(workspace, head)
    if terrain is None:
        raise LayerNotFound("还没有“数字高程”图层，无法研究安置选址。")
    return study_sites(site_layers(workspace, head), terrain, rules, weights=weights, options=order.options, tell=tell)


def site_layers(workspace: Workspace, head: Revision) -> dict[str, pd.DataFrame]:
    """The layers that siting reads; groups with the counts that totals add up, nobody's household register."""
    read = {name: workspace.store.read(name, rev=head.id) for name in INPUTS if name in head.layers and name != "dem"}
    groups = counted_groups(read)
    anchors = access_points(read)
    kept = {name: frame for name, frame in read.items() if name != "households"}
    return {**kept, "groups": groups} | ({} if anchors is None else {"access_points": anchors})


def _commit(workspace: Workspace, head: Revision, study: SiteStudy, weights: WeightSet, order: StudyOrder, stamp: Stamp) -> Revision:
    info = {"synthetic": any(bool(head.layers[name].info.get("synthetic")) for name in INPUTS if name in head.layers)}
    gone: dict[str, Change | None] = {name: None for name in STUDY if name in head.layers}
    changes = gone | {name: Change(frame=frame, info=info, stamp=stamp) for name, frame in study.frames.items()}
    changes[PARCELS] = Change(frame=study.frames[PARCELS], info=info | {"summary": dict(study.summary)}, stamp=stamp)
    if order.save_as:
        changes[WEIGHT_SETS] = _kept(workspace, head, weights)
    with tempfile.TemporaryDirectory(prefix="zutong-sites-") as folder:
        grid = Path(folder) / "site_scores.tif"
        write_bands(grid, study.bands, study.transform, study.crs, nodata=study.nodata)
        changes[SCORES] = Change(path=grid, info=info, stamp=stamp)
        return workspace.store.commit(changes, title=order.title or "安置选址", author=order.author)


def _kept(workspace: Workspace, head: Revision, weights: WeightSet) -> Change:
    """The kept weights with one more set; a set of that name is replaced."""
    return Change(frame=weight_frame({**saved_weights(workspace, head), weights.name: weights}.values()))


def _with_weights(workspace: Workspace, head: Revision, weights: WeightSet, order: StudyOrder) -> Revision:
    """The revision that keeps the weights of a study that was there already; the same one where there is nothing to keep."""
    if not order.save_as or saved_weights(workspace, head).get(weights.name) == weights:
        return head
    return workspace.store.commit({WEIGHT_SETS: _kept(workspace, head, weights)}, title=_weights_title(weights), author=order.author)


def _weights_title(weights: WeightSet) -> str:
    return f"权重方案：{weights.name}"


def _report(workspace: Workspace, head: Revision) -> StudyReport:
    parcels = cast("gpd.GeoDataFrame", workspace.store.read(PARCELS, rev=head.id))
    return StudyReport(head, dict(head.layers[PARCELS].info["summary"]), parcels)


def keep_weights(workspace: Workspace, weighing: Weighing, *, sites: str | None = None, author: str = "") -> Revision:
    """Keep weights under their name; a set of that name is replaced.

    Raises:
        LayerNotFound: the workspace is empty.
        QueryError: the weights cannot be used.
    """
    head = workspace.store.head()
    if head is None:
        raise LayerNotFound("工作区里还没有数据，权重方案没有保存。")
    found = weigh(site_set_of(workspace, sites), weighing, saved_weights(workspace, head))
    return workspace.store.commit({WEIGHT_SETS: _kept(workspace, head, found)}, title=_weights_title(found), author=author)
