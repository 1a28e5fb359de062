"""Connect or relocate: for every group without a road what costs the public less, decided for all groups together, with what would change each answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from gis.roads.ground import make_ground
from gis.roads.plan import PlanOptions, draw_planning
from gis.sites.choice.decide import study
from gis.sites.choice.frames import Found, group_frame, road_frame, share_money, site_frame
from gis.sites.choice.joint import HASTE
from gis.sites.choice.margins import find_margins
from gis.sites.choice.nearest import move_nearest
from gis.sites.choice.problem import ROAD
from gis.sites.choice.scene import make_scene
from gis.sites.choice.summary import summarise
from gis.sites.choice.swings import try_swings
from gis.sites.choice.tree import make_tree
from layers.crs import metric_crs
from layers.errors import LayerNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from gis.roads.costs import CostSet
    from gis.sites.choice.decide import Plan
    from gis.sites.choice.scene import Scene
    from gis.sites.sets import SiteSet
    from gis.standards import Standard
    from gis.terrain import Terrain

    Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class ChoiceOptions:
    """What a comparison takes in, and how finely it looks.

    Attributes:
        include_unknown: decide about groups whose verdict on the road is unknown too.
        planning_cell_m: cell of the grid on which roads are sought; None lets the size of the county decide.
        neighbours: steps that a road over that grid may take: 8, 16 or 32.
        effort: of the search for Steiner trees.
        seed: of that search.
    """

    include_unknown: bool = False
    planning_cell_m: float | None = None
    neighbours: int = 16
    effort: float = HASTE
    seed: int = 0


class Terms(NamedTuple):
    """The sets that a comparison follows: what counts as a road, what roads cost, and what moving and staying cost and who may."""

    standard: Standard
    costs: CostSet
    rules: SiteSet


@dataclass(frozen=True, slots=True, eq=False)
class ChoicePlan:
    """The result layers by name (`choice`, `choice_sites`, `choice_roads`), and the summary."""

    frames: Mapping[str, gpd.GeoDataFrame]
    summary: Mapping[str, Any]


def choose(
    layers: Mapping[str, pd.DataFrame],
    terrain: Terrain,
    terms: Terms,
    *,
    sites: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
    anchors: gpd.GeoDataFrame | None = None,
    options: ChoiceOptions = ChoiceOptions(),
    tell: Tell = lambda _words, _done: None,
) -> ChoicePlan:
    """Decide for every group without a hardened road whether a road is built or the group moves.

    Args:
        layers: as for `gis.roads.plan.plan_roads`; `hazards` say who has to move.
        terrain: heights.
        terms: standard (`road`, `network`), cost set, and site set (`policy`, `move`, `stay`, `price_swing`, `parcel.people_per_household`,
            `allocation.distance_max_m` and `reserve_share`).
        sites: where people may move to: `site_code, site_name, site_kind` (`parcel`, which gets a road of its own, or `settlement`, which has one),
            `capacity_households` (what is left), `fixed_cny` (of opening it, roads left out), `geometry`, any CRS. May be empty.
        coverage: verdicts on all services (`gis.gaps.coverage`).
        anchors: declared access points of the network.
        options: who is taken in, and how finely.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: no groups.
        QueryError: there is no network to join, or the terrain does not cover the county.
    """
    if "groups" not in layers:
        raise LayerNotFound("还没有“村民组”图层，无法比较修路与搬迁。")
    tell("读取地形与避让区", 0.0)
    ground = make_ground(terrain, layers, terms.costs, crs=metric_crs(cast("gpd.GeoDataFrame", layers["groups"])))
    asked = PlanOptions(
        include_unknown=options.include_unknown, include_relocation=True, planning_cell_m=options.planning_cell_m, neighbours=options.neighbours
    )
    tell("编制规划图", 0.05)
    planning, groups = draw_planning(layers, terms.standard, terms.costs, ground, coverage=coverage, anchors=anchors, options=asked)
    scene = make_scene(planning, groups, sites, layers, coverage, terms.rules)
    found = decide(scene, float(terms.rules.price_swing.value), options, tell=lambda words, done: tell(words, 0.1 + 0.85 * done))
    tell("整理结果", 0.95)
    money = share_money(found)
    frames = {"choice": group_frame(found, money), "choice_sites": site_frame(found, money), "choice_roads": road_frame(found)}
    return ChoicePlan(frames, summarise(found, frames, terms, ground))


def decide(scene: Scene, swing: float, options: ChoiceOptions, *, tell: Tell = lambda _words, _done: None) -> Found:
    """The plan of a county's question, with what would change each answer.

    Args:
        scene: the question.
        swing: share by which prices are swung.
        options: effort and seed.
        tell: called with what is being done and the share that is done.
    """
    known = study(scene.problem, effort=options.effort, seed=options.seed, tell=lambda words, done: tell(words, 0.8 * done))
    plan = move_nearest(known.problem, known.plan, scene.far_km)
    tree = make_tree(known.problem, plan)
    plan = _counted(scene, plan, tree.price.sum())
    margins = find_margins(known.problem, plan, tree, known.skeleton)
    swings = try_swings(known._replace(plan=plan), swing, tell=lambda words, done: tell(words, 0.8 + 0.2 * done))
    return Found(scene, known, plan, tree, margins, swings)


def _counted(scene: Scene, plan: Plan, roads: float) -> Plan:
    """The plan at the sum of its parts: roads that are no longer used, and sites that are empty, are not paid."""
    problem, moved = scene.problem, np.flatnonzero(plan.answer >= 0)
    stay = float(problem.stay_cny[plan.answer == ROAD].sum())
    move = float(problem.move_cny[moved, plan.answer[moved]].sum() + problem.fixed_cny[np.unique(plan.answer[moved])].sum())
    cost = float(roads) + stay + move
    return replace(plan, cost=cost, bound=min(plan.bound, cost))
