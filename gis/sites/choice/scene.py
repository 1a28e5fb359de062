"""The problem of a county: its planning graph with groups and sites on it, and what every answer costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.roads.demand import IN_PLAN
from gis.roads.drawn import Kind
from gis.roads.existing import Role
from gis.roads.planning import NETWORK
from gis.roads.steiner import make_graph
from gis.roads.terminals import attach
from gis.roads.trunk import with_escapes
from gis.sites.choice.money import move_costs, size_of, stay_costs
from gis.sites.choice.notes import notes_on
from gis.sites.choice.policy import apply_policy, in_danger
from gis.sites.choice.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.roads.planning import PlanningGraph
    from gis.roads.steiner import Graph
    from gis.sites.choice.money import Size
    from gis.sites.choice.policy import Open
    from gis.sites.rules import SiteRules

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NEAREST = 25
"""A group looks at so many of the nearest sites of each kind; with hundreds of parcels all others only make the search slower."""
_GOOD = (Kind.FREE, Kind.ROOT)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A county's question.

    Attributes:
        problem: the graph counts upkeep in the price of its edges.
        planning: the same graph as roads, without upkeep.
        groups: those that are decided about, in the order of the problem.
        left_out: how many groups without a sure road are not decided about, by the reason (`gis.roads.demand.Wanted`).
        sites: in the order of the problem.
        size: households and people.
        options: what is open to each group.
        far_km: from each group to each site, straight.
        escaped: groups whose road would cross ground on which nothing may be built.
        upkeep_cny_per_km: present value of keeping a kilometre up.
        notes: Chinese sentences on what was missing.
    """

    problem: Problem
    planning: PlanningGraph
    groups: gpd.GeoDataFrame
    left_out: Mapping[str, int]
    sites: gpd.GeoDataFrame
    size: Size
    options: Open
    far_km: Floats
    escaped: Bools
    upkeep_cny_per_km: float
    notes: tuple[str, ...]


def make_scene(
    planning: PlanningGraph,
    asked: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    layers: Mapping[str, pd.DataFrame],
    coverage: pd.DataFrame,
    rules: SiteRules,
) -> Scene:
    """Put groups and sites on the planning graph, and price every answer.

    Args:
        planning: of the county, and ...
        asked: ... the groups without a sure road, from `gis.roads.plan.draw_planning`.
        sites: `site_code, site_name, site_kind` (`parcel`, `settlement`), `capacity_households` (left), `fixed_cny`, points or areas.
        layers: `hazards`, where the county has them.
        coverage: verdicts of all services.
        rules: the site set.
    """
    crs = planning.ground.crs
    wanted = asked["wanted"].isin([*(str(one) for one in IN_PLAN), "no_location"]).to_numpy(dtype=bool)
    groups = gpd.GeoDataFrame(asked[wanted].reset_index(drop=True))
    left_out = {str(name): int(count) for name, count in asked.loc[~wanted, "wanted"].value_counts().sort_index().items()}
    places, spots = _points(groups, crs), _points(sites, crs)
    options = apply_policy(groups, places, _road_m(planning, places), in_danger(places, layers.get("hazards"), rules.policy, crs), rules.policy)
    size = size_of(groups, float(rules.parcel.people_per_household.value))
    far = _kilometres(places, spots)
    stay = np.where(options.may_stay, stay_costs(groups["group_code"].tolist(), size, coverage, rules.stay), np.inf)
    allowed = options.may_move[:, None] & np.isfinite(size.people)[:, None] & _near(far, sites, rules)
    move = np.where(allowed, move_costs(size, rules.move)[:, None], np.inf)
    drawn, graph, nodes, escaped = _on_graph(planning, places, spots, options.may_stay, _needs_road(sites))
    priced = make_graph(graph.nodes, graph.a, graph.b, graph.cost + _kept_up(drawn, rules))
    room = np.floor(_numbers(sites, "capacity_households") * (1.0 - float(rules.allocation.reserve_share.value)))
    home, site = nodes[: len(groups)], nodes[len(groups) :]
    problem = Problem(priced, NETWORK, home, stay, site, _numbers(sites, "fixed_cny"), move, np.nan_to_num(size.households), room)
    hard = np.isin(home, escaped) & (home >= 0)
    notes = notes_on(coverage, groups["group_code"].tolist(), layers, sites)
    return Scene(problem, drawn, groups, left_out, sites, size, options, far, hard, rules.stay.maintenance_cny_per_km, notes)


def _points(frame: gpd.GeoDataFrame, crs: CRS) -> NDArray[np.object_]:
    """A metric point of each row; empty where nobody knows."""
    shapes = metric_shapes(frame, crs)
    return np.asarray(shapely.point_on_surface(shapes), dtype=object) if len(shapes) else np.full(len(frame), shapely.Point(), dtype=object)


def _road_m(planning: PlanningGraph, places: NDArray[np.object_]) -> Floats:
    """Metres, straight, from each place to the hardened network."""
    roads = np.asarray(planning.stock.courses, dtype=object)[planning.stock.role == Role.ROOT]
    metres = np.full(len(places), np.nan)
    known = np.flatnonzero(~shapely.is_empty(places))
    if len(roads) and len(known):
        (at, _), apart = shapely.STRtree(roads).query_nearest(places[known], return_distance=True, all_matches=False)
        metres[known[at]] = apart
    return metres


def _kilometres(places: NDArray[np.object_], spots: NDArray[np.object_]) -> Floats:
    """Straight kilometres between places and spots; inf where either is not known."""
    apart = shapely.distance(places[:, None], spots[None, :]) / 1000
    return np.asarray(np.where(np.isfinite(apart), apart, np.inf), dtype=float).reshape(len(places), len(spots))


def _near(far: Floats, sites: gpd.GeoDataFrame, rules: SiteRules) -> Bools:
    """Sites within the greatest distance, of each kind the nearest only."""
    near = np.zeros(far.shape, dtype=bool)
    kinds = sites["site_kind"].to_numpy(dtype=object)
    for kind in sorted(set(kinds)):
        own = np.flatnonzero(kinds == kind)
        first = own[np.argsort(far[:, own], axis=1, kind="stable")[:, :NEAREST]]
        np.put_along_axis(near, first, values=True, axis=1)
    return near & (far <= float(rules.allocation.distance_max_m.value) / 1000)


def _needs_road(sites: gpd.GeoDataFrame) -> Bools:
    """New sites; a settlement that stands has its road."""
    return np.asarray(sites["site_kind"] != "settlement", dtype=bool)


def _numbers(sites: gpd.GeoDataFrame, name: str) -> Floats:
    """A column as numbers; what nobody wrote counts as nothing."""
    known: Floats = pd.to_numeric(sites[name]).to_numpy(dtype=float, na_value=np.nan)
    return np.nan_to_num(known)


def _on_graph(
    planning: PlanningGraph, places: NDArray[np.object_], spots: NDArray[np.object_], stays: Bools, needs: Bools
) -> tuple[PlanningGraph, Graph, Ints, Ints]:
    """The graph with places and spots, its prices, their nodes (groups first; -1 unknown; the network for sites with a road), and nodes with an escape."""
    points = np.concatenate([places, spots])
    node = np.concatenate([np.full(len(places), -1), np.where(needs, -1, NETWORK)]).astype(np.int64)
    put = ~shapely.is_empty(points) & np.concatenate([np.ones(len(places), dtype=bool), needs])
    larger, at = attach(planning, shapely.get_coordinates(points[put]))
    node[put] = at
    homes = node[: len(places)]
    larger, graph, escaped = with_escapes(larger, np.unique(homes[stays & (homes >= 0)]))
    return larger, graph, node, escaped


def _kept_up(planning: PlanningGraph, rules: SiteRules) -> Floats:
    """元 of keeping up what is built along each edge; projects that are built anyway are kept up anyway."""
    edges = np.arange(len(planning.steps.a) + len(planning.links.a))
    must = np.concatenate([np.zeros(len(planning.steps.a), dtype=bool), planning.must])
    built = ~np.isin(planning.kind(edges), _GOOD) & ~must
    return np.asarray(np.where(built, planning.length_m(edges), 0.0) / 1000 * rules.stay.maintenance_cny_per_km, dtype=float)
