"""The plan as layers: what each group gets and what would change it, who moves to which site, and the roads of those who stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.roads.attribution import share_costs
from gis.roads.plan import stored
from gis.roads.steiner import SteinerTree
from gis.roads.trunk import Trunk
from gis.roads.works import COUNTS, make_works
from gis.sites.choice.problem import NEITHER, ROAD
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.choice.decide import Plan, Study
    from gis.sites.choice.margins import Margins
    from gis.sites.choice.scene import Scene
    from gis.sites.choice.swings import Swings
    from gis.sites.choice.tree import PlanTree

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NAMES = ("group_code", "group_name", "village_code", "village_name", "township_code", "township_name")


class Found(NamedTuple):
    """All that was found for a county."""

    scene: Scene
    study: Study
    plan: Plan
    tree: PlanTree
    margins: Margins
    swings: Swings


class Money(NamedTuple):
    """元 that each group bears; NaN where it bears none. They add up to the cost of the plan, each piece of road in whole cents.

    Attributes:
        road: its share of the roads that it uses, upkeep included.
        stay: what staying costs beside the road, for all that may stay.
        move: its move, with its shares of opening the site and of the road there.
    """

    road: Floats
    stay: Floats
    move: Floats


def share_money(found: Found) -> Money:
    """Divide roads equally among the groups that use them, and the opening of a site by households."""
    problem, answer = found.study.problem, found.plan.answer
    place, group = found.tree.pairs()
    roads = share_costs(found.tree.price, place, group, len(answer))
    stays, moved = answer == ROAD, np.flatnonzero(answer >= 0)
    opening = share_costs(problem.fixed_cny, answer[moved], moved, len(answer), weights=problem.demand)
    move = np.full(len(answer), np.nan)
    move[moved] = np.round(problem.move_cny[moved, answer[moved]], 2) + opening[moved] + roads[moved]
    stay = np.where(problem.may_stay, np.round(problem.stay_cny, 2), np.nan)
    return Money(np.where(stays, roads, np.nan), stay, move)


def group_frame(found: Found, money: Money) -> gpd.GeoDataFrame:
    """Layer `choice`: one row a group that is decided about, in the order of `group_code`.

    Columns: names and counts; `answer` (`road`, `move`, `none`), `policy` (the rule that says what is open to it), `reason` (the same, or why there is no
    answer), `site_code, site_name` (of those who move), `next_site_code` (of those who stay: where they would move), `distance_m` (straight, to either);
    `road_cny, stay_cny, move_cny` (`Money`; of those who stay `move_cny` is what moving would add to the plan), `road_marginal_cny` (what its road adds to
    the plan, or would add), `break_even_cny` (it moves if its road costs more than this), `margin_cny` (what the other answer would cost more),
    `stable, answers_share` (`Swings`), `escaped` (its road crosses ground on which nothing may be built), `lon, lat, synthetic`, a point (EPSG:4490).
    """
    scene, plan, margins, problem = found.scene, found.plan, found.margins, found.study.problem
    groups, stays, moves = scene.groups, plan.answer == ROAD, plan.answer >= 0
    codes, names = (scene.sites[name].astype("string").to_numpy(dtype=object) for name in ("site_code", "site_name"))
    target = np.where(moves, plan.answer, margins.site)
    stay = np.where(problem.may_stay, problem.stay_cny, np.nan)
    break_even = margins.move - stay
    far = np.append(scene.far_km, np.full((len(groups), 1), np.nan), axis=1)[np.arange(len(groups)), target] * 1000
    columns: dict[str, Any] = {
        "answer": pd.array(np.select([stays, moves], ["road", "move"], "none"), dtype="string"),
        "policy": pd.array(scene.options.reason, dtype="string"),
        "reason": pd.array(_reasons(found), dtype="string"),
        "site_code": _texts(codes, plan.answer, moves),
        "site_name": _texts(names, plan.answer, moves),
        "next_site_code": _texts(codes, margins.site, stays & (margins.site >= 0)),
        "distance_m": _numbers(np.round(far)),
        "road_cny": _numbers(money.road),
        "stay_cny": _numbers(money.stay),
        "move_cny": _numbers(np.where(stays, margins.move, money.move)),
        "road_marginal_cny": _numbers(margins.road),
        "break_even_cny": _numbers(break_even),
        "margin_cny": _numbers(np.where(stays, break_even - margins.road, margins.road - break_even)),
        "stable": pd.array(found.swings.stable, dtype="boolean"),
        "answers_share": _numbers(found.swings.share, digits=4),
        "escaped": pd.array(scene.escaped & stays, dtype="boolean"),
    }
    return _as_layer(groups, columns)


def _as_layer(groups: gpd.GeoDataFrame, columns: dict[str, Any]) -> gpd.GeoDataFrame:
    points = groups.geometry.to_crs(STORAGE_CRS).representative_point()
    frame = pd.DataFrame({name: groups[name].array if name in groups else _missing(len(groups), "string") for name in NAMES})
    counts = {name: groups[name].astype("Int64").array if name in groups else _missing(len(groups), "Int64") for name in COUNTS}
    places = {"lon": points.x.round(7).astype("Float64").array, "lat": points.y.round(7).astype("Float64").array}
    invented = groups["synthetic"].array if "synthetic" in groups else pd.array([False] * len(groups), dtype="boolean")
    return gpd.GeoDataFrame(frame.assign(**counts, **columns, **places, synthetic=invented), geometry=points.array, crs=STORAGE_CRS)


def _reasons(found: Found) -> NDArray[np.object_]:
    """Why a group has no answer; for all others the rule that says what is open to it."""
    scene, study = found.scene, found.study
    none = found.plan.answer == NEITHER
    asked = scene.options.may_move
    conditions = [
        ~none | (scene.options.reason == "no_location"),
        asked & np.isnan(scene.size.people),
        asked & ~np.isfinite(scene.problem.move_cny).any(axis=1),
        study.no_room,
        asked,
    ]
    return np.select(conditions, [scene.options.reason, "no_count", "no_site", "no_capacity", "no_site"], "no_road").astype(object)


def site_frame(found: Found, money: Money) -> gpd.GeoDataFrame:
    """Layer `choice_sites`: one row a site to which somebody moves.

    Columns: `site_code, site_name, site_kind, capacity_households` (after the reserve), `used_households, groups_count, people_count, fixed_cny, road_cny`
    (of the road that only this site needs), `move_cny` (all that its groups bear), `existing, lon, lat, synthetic`, a point (EPSG:4490).
    """
    scene, answer, problem = found.scene, found.plan.answer, found.study.problem
    used = np.unique(answer[answer >= 0])
    sites = scene.sites.iloc[used].reset_index(drop=True)
    members = [np.flatnonzero(answer == at) for at in used.tolist()]
    points = sites.geometry.to_crs(STORAGE_CRS).representative_point()
    columns: dict[str, Any] = {name: sites[name].astype("string").array for name in ("site_code", "site_name", "site_kind")} | {
        "capacity_households": pd.array(problem.capacity[used].astype(np.int64), dtype="Int64"),
        "used_households": pd.array([int(problem.demand[own].sum()) for own in members], dtype="Int64"),
        "groups_count": pd.array([len(own) for own in members], dtype="Int64"),
        "people_count": pd.array([int(np.nan_to_num(scene.size.people[own]).sum()) for own in members], dtype="Int64"),
        "fixed_cny": _numbers(problem.fixed_cny[used]),
        "road_cny": _numbers(np.array([_own_road(found.tree, own) for own in members])),
        "move_cny": _numbers(np.array([money.move[own].sum() for own in members])),
        "existing": (sites["site_kind"] == "settlement").astype("boolean").array,
        "lon": points.x.round(7).astype("Float64").array,
        "lat": points.y.round(7).astype("Float64").array,
        "synthetic": sites["synthetic"].array if "synthetic" in sites else pd.array([False] * len(sites), dtype="boolean"),
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=points.array, crs=STORAGE_CRS)


def _own_road(tree: PlanTree, groups: Ints) -> float:
    """元 of the roads that nobody but these groups uses; all of them use the same way."""
    return float(tree.price[[at for at in tree.way(int(groups[0])) if tree.users[at] == len(groups)]].sum())


def road_frame(found: Found) -> gpd.GeoDataFrame:
    """Layer `choice_roads`: the roads of the plan, cut into sections of one kind as those of a road plan, on the planning grid.

    Columns: `link_code, work_code, kind, road_code, project_code, name, length_m, cost_cny` (to build), `upkeep_cny, groups_count` (who use it, those that move
    included), `households_count, synthetic`, lines (EPSG:4490).
    """
    scene, tree, answer = found.scene, found.tree, found.plan.answer
    at_root = SteinerTree(tree.edge[tree.edge >= 0], 0.0, 0.0, 0.0, np.zeros(0, dtype=np.int64), tree.nodes, _before(tree), tree.edge)
    served = answer != NEITHER
    node = np.where(served, tree.nodes[np.maximum(tree.end, 0)], -1)
    nothing = np.full(len(answer), np.nan)
    trunk = Trunk(scene.planning, at_root, node, served, served, scene.escaped, scene.planning.must_cny, nothing, nothing)
    works = make_works(trunk, gpd.GeoDataFrame(scene.groups))
    households = dict(zip(scene.groups["group_code"].astype("string"), scene.size.households.tolist(), strict=True))
    users = works.users.assign(households=works.users["group_code"].map(households)).groupby("section_code")
    sections = works.sections[works.sections["section_code"].isin(works.users["section_code"])].reset_index(drop=True)
    upkeep = np.where(sections["must"].to_numpy(dtype=bool), 0.0, sections["length_m"].to_numpy(dtype=float) / 1000 * scene.upkeep_cny_per_km)
    kept = ["work_code", "kind", "road_code", "project_code", "name", "length_m", "cost_cny", "geometry"]
    lines = sections[kept].assign(
        link_code=sections["section_code"].array,
        upkeep_cny=_numbers(upkeep),
        groups_count=users.size().reindex(sections["section_code"]).astype("Int64").array,
        households_count=users["households"].sum().round().reindex(sections["section_code"]).astype("Int64").array,
        synthetic=sections["synthetic"].array,
    )
    return stored(
        gpd.GeoDataFrame(lines[["link_code", *[name for name in lines if name not in ("link_code", "geometry")], "geometry"]], crs=sections.crs)
    )


def _before(tree: PlanTree) -> Ints:
    return np.where(tree.parent >= 0, tree.nodes[np.maximum(tree.parent, 0)], -1)


def _texts(values: NDArray[np.object_], at: Ints, known: Bools) -> pd.api.extensions.ExtensionArray:
    found = np.full(len(at), None, dtype=object)
    found[known] = values[at[known]]
    return pd.array(found, dtype="string")


def _numbers(values: Floats, digits: int = 2) -> pd.api.extensions.ExtensionArray:
    return pd.array(np.where(np.isfinite(values), np.round(values, digits), np.nan), dtype="Float64")


def _missing(size: int, dtype: Any) -> Any:
    return pd.Series([pd.NA] * size, dtype=dtype).array
