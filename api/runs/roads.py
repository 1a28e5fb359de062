"""Planning the county's roads: the network (slow, once for what the county has) and the programme (seconds, for each budget), both committed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from api.plan_names import NETWORK
from api.plan_sources import costs_of
from api.runs.assess import access_points, assess_county, counted_groups, read_terrain, standard_of
from gis.roads.plan import NetworkPlan, PlanOptions, plan_roads
from gis.roads.schedule import schedule_roads, usual_terms
from layers.errors import LayerNotFound, QueryError
from layers.store.revision import Change
from layers.store.stamps import is_outdated, make_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from gis.roads.costs import CostSet
    from gis.roads.programme import Terms
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
    "redlines",
    "rivers",
    "road_projects",
    "roads",
    "townships",
    "villages",
)
"""Layers that the network can follow from."""
_PROGRAMME_FROM = 0.85
"""Share of a run's time before the programme."""


@dataclass(frozen=True, slots=True)
class RoadReport:
    """What came of it.

    Attributes:
        revision: holds all six layers.
        network: summary of the network: cost, bound, gap, lengths, what could not be planned.
        programme: summary of the programme: years, curve, townships, conflicts.
        works: layer `road_plan`.
        groups: layer `road_plan_groups`.
    """

    revision: Revision
    network: Mapping[str, Any]
    programme: Mapping[str, Any]
    works: gpd.GeoDataFrame
    groups: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the programme.

    Attributes:
        terms: budgets, years, weights, floors, deadlines; None lets three years from the coming one share the cost.
        must: works or projects that are built in any case.
        must_not: works or projects that are not built.
        title: of the revision with the programme.
        author: who asks.
    """

    terms: Terms | None = None
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    title: str = ""
    author: str = ""


def plan_county_roads(
    workspace: Workspace,
    options: PlanOptions,
    asked: Asked,
    *,
    costs: str | None = None,
    tell: Tell = lambda _words, _done: None,
) -> RoadReport:
    """Plan the network if it does not follow from what the county has, then the programme.

    Args:
        workspace: the county; its gaps are judged first where they are outdated.
        options: who is connected, and how finely.
        asked: of the programme.
        costs: a cost set other than the county's.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: the county has no groups, roads or terrain.
        QueryError: the terms do not fit the works, or speak of works that a new network calls otherwise.
    """
    tell("核对各组现状", 0.0)
    head = _with_needed(workspace)
    standard, prices = standard_of(workspace), costs_of(workspace, costs)
    stamp = _stamp(head, standard, prices, options)
    share = 0.0
    if _network_outdated(workspace, head, stamp):
        share = _PROGRAMME_FROM
        before = workspace.store.read("road_works", rev=head.id) if "road_works" in head.layers else None
        plan = _plan(workspace, head, standard, prices, options, lambda words, done: tell(words, done * share))
        head = _commit_network(workspace, head, plan, stamp)
        _refuse_other_works(before, plan.frames["road_works"], (*asked.must, *asked.must_not))
    return _commit_programme(workspace, head, asked, prices, lambda words, done: tell(words, share + (1 - share) * done))


def _refuse_other_works(before: pd.DataFrame | None, now: pd.DataFrame, asked: Sequence[str]) -> None:
    """Each network numbers its works anew: what was asked for by number must still be the same road.

    Raises:
        QueryError: a number that was asked for means another work now.
    """
    if before is None:
        return
    names, others = (dict(zip(frame["work_code"], frame["work_name"], strict=True)) for frame in (before, now))
    changed = [
        f"{code}（原为{names[code]}，现为{others.get(code, '无此工程')}）" for code in asked if code in names and names[code] != others.get(code)
    ]
    if changed:
        raise QueryError(
            f"现状有变，道路网络已重新计算，工程编号也变了：{'；'.join(changed)}。",
            hint="年度计划没有改动；请按新的工程表改正必建、不建，再提交一次。",
        )


def _with_needed(workspace: Workspace) -> Revision:
    """The newest revision with verdicts; it has what a plan cannot do without.

    Raises:
        LayerNotFound: groups, roads or terrain are missing.
    """
    head = assess_county(workspace)
    if not head.layers["groups"].rows:
        raise LayerNotFound("“村民组”图层里一个组也没有，无法编制道路计划。", hint=f"先导入：zutong import {workspace.path} groups 文件")
    for name, label in (("roads", "道路"), ("dem", "数字高程")):
        if name not in head.layers:
            raise LayerNotFound(f"还没有“{label}”图层，无法编制道路计划。", hint=f"先导入：zutong import {workspace.path} {name} 文件")
    return head


def _stamp(head: Revision, standard: Standard, costs: CostSet, options: PlanOptions) -> Stamp:
    return make_stamp(
        head,
        INPUTS,
        standard=f"{standard.id}@{standard.version}",
        standard_sha256=standard.sha256,
        options={**asdict(options), "costs": costs.reference(), "costs_sha256": costs.sha256},
        code_version=version("zutong"),
    )


def _network_outdated(workspace: Workspace, head: Revision, stamp: Stamp) -> bool:
    return any(name not in head.layers or is_outdated(workspace.store, name, head.id, current=stamp) for name in NETWORK)


def _plan(workspace: Workspace, head: Revision, standard: Standard, costs: CostSet, options: PlanOptions, tell: Tell) -> NetworkPlan:
    read = {name: workspace.store.read(name, rev=head.id) for name in INPUTS if name in head.layers and name != "dem"}
    terrain = read_terrain(workspace, head)
    if terrain is None:
        raise LayerNotFound("还没有“数字高程”图层，无法编制道路计划。")
    layers = {**read, "groups": counted_groups(read)}
    return plan_roads(layers, standard, costs, terrain, coverage=read["coverage"], anchors=access_points(read), options=options, tell=tell)


def _commit_network(workspace: Workspace, head: Revision, plan: NetworkPlan, stamp: Stamp) -> Revision:
    info = {"synthetic": _synthetic(head)}
    changes = {name: Change(frame=plan.frames[name], info=info, stamp=stamp) for name in NETWORK}
    summary = {**plan.summary, "by_households": bool(stamp.options["by_households"])}
    changes["road_works"] = Change(frame=plan.frames["road_works"], info=info | {"summary": summary}, stamp=stamp)
    return workspace.store.commit(changes, title=f"道路网络：{plan.summary['costs']}")


def _commit_programme(workspace: Workspace, head: Revision, asked: Asked, costs: CostSet, tell: Tell) -> RoadReport:
    frames = {name: workspace.store.read(name, rev=head.id) for name in ("road_works", "road_work_groups")}
    works = cast("gpd.GeoDataFrame", frames["road_works"])
    terms = asked.terms or usual_terms(works, datetime.now(UTC).astimezone().year + 1)
    plan, groups, summary = schedule_roads(works, frames["road_work_groups"], terms, costs, must=asked.must, must_not=asked.must_not, tell=tell)
    stamp = make_stamp(head, NETWORK, options={"terms": summary["terms"]}, code_version=version("zutong"))
    info = {"synthetic": _synthetic(head)}
    changes = {
        "road_plan": Change(frame=plan, info=info | {"summary": summary}, stamp=stamp),
        "road_plan_groups": Change(frame=groups, info=info, stamp=stamp),
    }
    revision = workspace.store.commit(changes, title=asked.title or "道路计划", author=asked.author)
    return RoadReport(revision, dict(head.layers["road_works"].info["summary"]), summary, plan, groups)


def _synthetic(head: Revision) -> bool:
    """A plan is invented if anything is that it may follow from."""
    return any(bool(head.layers[name].info.get("synthetic")) for name in INPUTS if name in head.layers)
