"""Comparing roads and moves: read layers, verdicts and the parcels of a study, call `gis.sites.choice`, commit what each group gets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from api.plan_sources import costs_of
from api.runs.assess import access_points, assess_county, counted_groups, read_terrain, standard_of
from api.site_names import CHOICE, PARCELS
from api.site_sources import site_set_of
from gis.sites.candidates import candidate_sites
from gis.sites.choice.plan import ChoiceOptions, Terms, choose
from gis.sites.study import StudyOptions
from layers.errors import LayerNotFound
from layers.store.revision import Change
from layers.store.stamps import make_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from gis.roads.costs import CostSet
    from gis.sites.choice.plan import ChoicePlan
    from gis.sites.sets import SiteSet
    from gis.standards import Standard
    from layers.store.revision import Revision, Stamp
    from layers.workspace import Workspace

    Tell = Callable[[str, float], None]

INPUTS = (
    "access_points",
    "committees",
    "counties",
    "coverage",
    "dem",
    "farmland",
    "groups",
    "hazards",
    "households",
    "parcels",
    "redlines",
    "rivers",
    "road_projects",
    "roads",
    "settlements",
    "townships",
    "villages",
)
"""Layers that a comparison can follow from."""


@dataclass(frozen=True, slots=True)
class ChoiceWish:
    """What is asked.

    Attributes:
        include_unknown: decide about groups whose verdict on the road is unknown too.
        title: of the revision.
        author: who asks.
    """

    include_unknown: bool = False
    title: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceReport:
    """What came of it: the revision that holds all layers, the summary, and the answers by group and by site."""

    revision: Revision
    summary: Mapping[str, Any]
    groups: pd.DataFrame
    sites: pd.DataFrame


def compare_county(
    workspace: Workspace, wish: ChoiceWish, *, sites: str | None = None, costs: str | None = None, tell: Tell = lambda _words, _done: None
) -> ChoiceReport:
    """Decide for every group without a hardened road whether a road is built or the group moves; nothing is computed that still holds.

    Args:
        workspace: the county; its gaps are judged first where they are outdated.
        wish: who is decided about.
        sites: a site set other than the county's.
        costs: a cost set other than the county's.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: the county has no groups, roads or terrain.
        QueryError: there is no network to join, or the terrain does not cover the county.
        StandardError: a set cannot be used.
    """
    tell("核对各组现状", 0.0)
    head = _with_needed(workspace)
    standard, prices, rules = standard_of(workspace), costs_of(workspace, costs), site_set_of(workspace, sites)
    options = ChoiceOptions(include_unknown=wish.include_unknown)
    stamp = _stamp(head, standard, prices, rules, options)
    # The stamp alone: parcels of an outdated study would give the same answer again.
    if all(name in head.layers and head.layers[name].stamp == stamp for name in CHOICE):
        return _report(workspace, head)
    plan = _plan(workspace, head, standard, prices, rules, options, tell)
    info = {"synthetic": any(bool(head.layers[name].info.get("synthetic")) for name in INPUTS if name in head.layers)}
    changes: dict[str, Change | None] = {name: Change(frame=plan.frames[name], info=info, stamp=stamp) for name in CHOICE}
    changes[CHOICE[0]] = Change(frame=plan.frames[CHOICE[0]], info=info | {"summary": dict(plan.summary)}, stamp=stamp)
    return _report(workspace, workspace.store.commit(changes, title=wish.title or "修路与搬迁比较", author=wish.author))


def _with_needed(workspace: Workspace) -> Revision:
    """The newest revision with verdicts; it has what a comparison cannot do without.

    Raises:
        LayerNotFound: groups, roads or terrain are missing.
    """
    head = assess_county(workspace)
    for name, label in (("roads", "道路"), ("dem", "数字高程")):
        if name not in head.layers:
            raise LayerNotFound(f"还没有“{label}”图层，无法比较修路与搬迁。", hint=f"先导入：zutong import {workspace.path} {name} 文件")
    return head


def _stamp(head: Revision, standard: Standard, costs: CostSet, rules: SiteSet, options: ChoiceOptions) -> Stamp:
    sets = {"costs": costs.reference(), "costs_sha256": costs.sha256, "sites": rules.reference(), "sites_sha256": rules.sha256}
    return make_stamp(
        head,
        INPUTS,
        standard=f"{standard.id}@{standard.version}",
        standard_sha256=standard.sha256,
        options={**asdict(options), **sets},
        code_version=version("zutong"),
    )


def _plan(workspace: Workspace, head: Revision, standard: Standard, costs: CostSet, rules: SiteSet, options: ChoiceOptions, tell: Tell) -> ChoicePlan:
    read = {name: workspace.store.read(name, rev=head.id) for name in INPUTS if name in head.layers and name != "dem"}
    terrain = read_terrain(workspace, head)
    if terrain is None:
        raise LayerNotFound("还没有“数字高程”图层，无法比较修路与搬迁。")
    layers = {**read, "groups": counted_groups(read)}
    terms = Terms(standard, costs, rules)
    return choose(
        layers, terrain, terms, sites=_places(read, rules), coverage=read["coverage"], anchors=access_points(read), options=options, tell=tell
    )


def _places(layers: Mapping[str, pd.DataFrame], rules: SiteSet) -> gpd.GeoDataFrame:
    """Rooms that settlements have left, and the parcels of the newest study; without a study the settlements alone."""
    settlements = cast("gpd.GeoDataFrame | None", layers.get("settlements"))
    parcels = cast("gpd.GeoDataFrame | None", layers.get(PARCELS))
    return candidate_sites(parcels, settlements, rules, most_parcels=StudyOptions().candidates)


def _report(workspace: Workspace, head: Revision) -> ChoiceReport:
    groups, sites = (workspace.store.read(name, rev=head.id) for name in CHOICE[:2])
    return ChoiceReport(head, dict(head.layers[CHOICE[0]].info["summary"]), groups, sites)
