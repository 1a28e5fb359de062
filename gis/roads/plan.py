"""The road network of a plan: from what the county has to works that are laid out, priced, divided among groups and measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd

from gis.roads.alignment import RESERVE
from gis.roads.caveats import caveats
from gis.roads.demand import IN_PLAN, ask_for_roads
from gis.roads.engineering import engineer_sections
from gis.roads.existing import see_roads
from gis.roads.ground import make_ground
from gis.roads.measures import detours, hazards_near, metres_inside, minutes_saved
from gis.roads.planning import planning_graph
from gis.roads.steps import step_model
from gis.roads.totals import add_up
from gis.roads.trunk import plan_trunk
from gis.roads.works import make_works, with_costs
from gis.townships import township_seats, townships_of
from layers.crs import STORAGE_CRS, metric_crs
from layers.errors import LayerNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from gis.roads.costs import CostSet
    from gis.roads.engineering import Engineered
    from gis.roads.ground import Ground
    from gis.roads.planning import PlanningGraph
    from gis.roads.steps import StepModel
    from gis.roads.trunk import Trunk
    from gis.roads.works import Works
    from gis.standards import Standard
    from gis.terrain import Terrain

    Tell = Callable[[str, float], None]

PLANNING_CELLS = 800_000
"""A finer planning grid, or one with 32 steps out of a cell, takes longer for no cheaper network once its lines are laid out. Engineered, the
demonstration county costs 163.4 million at 120 m and 16 steps, 163.1 at 90 m and 16, 165.5 at 120 m and 32."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan takes in, and how finely it looks.

    Attributes:
        include_unknown: connect groups whose verdict is unknown too.
        include_relocation: connect groups that are to be moved as a whole too.
        by_households: divide the cost of what is shared by households instead of equally.
        planning_cell_m: cell of the grid on which the network is chosen; None lets the size of the county decide.
        neighbours: steps that a line over the planning grid may take: 8, 16 or 32.
        effort: of the search for the network; 1 is usual, more takes longer.
        seed: of that search.
    """

    include_unknown: bool = False
    include_relocation: bool = False
    by_households: bool = False
    planning_cell_m: float | None = None
    neighbours: int = 16
    effort: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPlan:
    """The result layers by name (`road_works`, `road_sections`, `road_profiles`, `road_work_groups`), and the summary."""

    frames: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]


def plan_roads(
    layers: Mapping[str, pd.DataFrame],
    standard: Standard,
    costs: CostSet,
    terrain: Terrain,
    *,
    coverage: pd.DataFrame,
    anchors: gpd.GeoDataFrame | None = None,
    options: PlanOptions = PlanOptions(),
    tell: Tell = lambda _words, _done: None,
) -> NetworkPlan:
    """Plan the network that joins every group without a hardened road, and lay out its works.

    Args:
        layers: `groups` (with the counts that totals add up) and `roads`; `road_projects`, `rivers`, `redlines`, `farmland`, `hazards`, `counties`,
            `townships`, `villages`, `committees` where the county has them.
        standard: rules `road` and `network`.
        costs: limits and prices.
        terrain: heights.
        coverage: verdicts (`gis.gaps.coverage`).
        anchors: declared access points.
        options: who is taken in, and how finely.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: no groups.
        QueryError: there is no network to join, or the terrain does not cover the county.
    """
    if "groups" not in layers:
        raise LayerNotFound("还没有“村民组”图层，无法编制道路计划。")
    crs = metric_crs(cast("gpd.GeoDataFrame", layers["groups"]))
    tell("读取地形与避让区", 0.0)
    ground = make_ground(terrain, layers, costs, crs=crs)
    tell("拼接现有道路", 0.05)
    trunk, groups = _choose(layers, standard, costs, ground, coverage, anchors, options, tell)
    tell("划分工程", 0.5)
    drafted = make_works(trunk, groups, by_households=options.by_households)
    tell("逐段选线", 0.55)
    laid = engineer_sections(drafted.sections, ground, costs, tell=lambda words, done: tell(words, 0.55 + 0.35 * done))
    works = with_costs(drafted, laid.sections["cost_cny"], by_households=options.by_households)
    tell("量算效益与影响", 0.9)
    return _finished(works, laid, trunk, groups, ground, costs, standard, layers)


def _choose(
    layers: Mapping[str, pd.DataFrame],
    standard: Standard,
    costs: CostSet,
    ground: Ground,
    coverage: pd.DataFrame,
    anchors: gpd.GeoDataFrame | None,
    options: PlanOptions,
    tell: Tell,
) -> tuple[Trunk, gpd.GeoDataFrame]:
    """The network on the planning grid, and the groups that it was chosen for."""
    planning, groups = draw_planning(layers, standard, costs, ground, coverage=coverage, anchors=anchors, options=options, tell=tell)
    wanted = groups["wanted"].isin([str(one) for one in IN_PLAN])
    found = plan_trunk(
        planning, groups, wanted=wanted, effort=options.effort, seed=options.seed, tell=lambda words, done: tell(words, 0.1 + 0.4 * done)
    )
    return found, groups


def draw_planning(
    layers: Mapping[str, pd.DataFrame],
    standard: Standard,
    costs: CostSet,
    ground: Ground,
    *,
    coverage: pd.DataFrame,
    anchors: gpd.GeoDataFrame | None,
    options: PlanOptions,
    tell: Tell = lambda _words, _done: None,
) -> tuple[PlanningGraph, gpd.GeoDataFrame]:
    """The planning graph of a county, without its groups, and the groups that ask for a road.

    Args:
        layers: as for `plan_roads`.
        standard: rules `road` and `network`.
        costs: limits and prices.
        ground: from `make_ground`; it is coarsened here.
        coverage: verdicts.
        anchors: declared access points.
        options: who is taken in, and how finely.
        tell: called with what is being done and the share that is done.

    Returns:
        The graph, and the groups of `ask_for_roads` with the township that each lies in.

    Raises:
        QueryError: there is no network to join.
    """
    groups = ask_for_roads(
        cast("gpd.GeoDataFrame", layers["groups"]),
        coverage,
        include_unknown=options.include_unknown,
        include_relocation=options.include_relocation,
    )
    groups["township_code"] = townships_of(groups, layers).array
    shapes = {name: cast("gpd.GeoDataFrame | None", layers.get(name)) for name in ("roads", "counties", "road_projects", "rivers")}
    stock = see_roads(shapes["roads"], standard, crs=ground.crs, outline=shapes["counties"], anchors=anchors, projects=shapes["road_projects"])
    coarse = ground.coarsen(planning_factor(ground, options.planning_cell_m))
    model = _as_searched(step_model(costs, coarse.cell_m, neighbours=options.neighbours))
    tell("编制规划图", 0.07)
    return planning_graph(coarse, stock, costs, model, rivers=shapes["rivers"]), groups


def _as_searched(model: StepModel) -> StepModel:
    """The grades at which lines are searched later: priced at the full limit, new road would look cheaper than any line that is found."""
    return replace(model, grade_max=model.grade_max * RESERVE, grade_max_high=model.grade_max_high * RESERVE)


def planning_factor(ground: Ground, cell_m: float | None) -> int:
    """How many cells of the ground make one of the planning grid."""
    if cell_m is not None:
        return max(1, round(cell_m / ground.cell_m))
    rows, columns = ground.shape
    return max(1, math.ceil(math.sqrt(rows * columns / PLANNING_CELLS)))


def _finished(
    works: Works,
    laid: Engineered,
    trunk: Trunk,
    groups: gpd.GeoDataFrame,
    ground: Ground,
    costs: CostSet,
    standard: Standard,
    layers: Mapping[str, pd.DataFrame],
) -> NetworkPlan:
    seats = township_seats(layers, crs=ground.crs)
    times = detours(groups, seats, trunk.planning.stock, laid.sections, costs.travel)
    by_group = works.work_groups.merge(times, on="group_code", how="left").assign(wanted=groups["wanted"].array)
    frames = {
        "road_works": stored(measure(add_up(works.works, laid.sections), by_group, costs, layers)),
        "road_sections": stored(laid.sections.drop(columns=["path", "source_row"])),
        "road_profiles": laid.profiles,
        "road_work_groups": by_group,
    }
    summary = _summary(works, laid, trunk, ground, costs, standard)
    return NetworkPlan(frames, summary | {"warnings": caveats(works, trunk, groups, seats)})


def measure(works: gpd.GeoDataFrame, groups: pd.DataFrame, costs: CostSet, layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """The works with what can be said of each by itself: minutes saved, hazards beside it, metres in protected land; unknown where a layer is missing.

    Args:
        works: metric lines.
        groups: minutes before and after of each group.
        costs: how far a hazard reaches.
        layers: `hazards`, `redlines` and `farmland`, where the county has them.
    """
    shapes = {name: cast("gpd.GeoDataFrame | None", layers.get(name)) for name in ("hazards", "redlines", "farmland")}
    columns = {
        "detour_saved_min": minutes_saved(works, groups),
        "hazards_count": hazards_near(works, shapes["hazards"], costs),
        "redline_m": metres_inside(works, shapes["redlines"]),
        "farmland_m": metres_inside(works, shapes["farmland"]),
    }
    return gpd.GeoDataFrame(works.assign(**{name: values.array for name, values in columns.items()}))


def stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """As layers are kept: degrees, seven digits (a centimetre)."""
    there = frame.to_crs(STORAGE_CRS)
    return gpd.GeoDataFrame(there.set_geometry(there.geometry.set_precision(1e-7, mode="pointwise")))


def _summary(works: Works, laid: Engineered, trunk: Trunk, ground: Ground, costs: CostSet, standard: Standard) -> dict[str, Any]:
    sections, groups = laid.sections, works.work_groups
    planned = groups["reason"].isin(["connected", "on_network"])
    new = sections["kind"].isin(["new", "join"])
    metres = {name: float(sections.loc[of, "length_m"].sum()) for name, of in (("new", new), ("upgrade", sections["kind"] == "upgrade"))}
    flagged = float(sections.loc[new, "flagged_m"].sum())
    findings = laid.findings
    return {
        "groups_planned": int(planned.sum()),
        "households_planned": int(groups.loc[planned, "households_count"].sum()),
        "groups_unplanned": {str(name): int(count) for name, count in groups.loc[~planned, "reason"].value_counts().sort_index().items()},
        "works": len(works.works),
        "cost_planning_cny": trunk.cost,
        "bound_planning_cny": trunk.bound,
        "gap": trunk.gap,
        "alone_cost_cny": trunk.alone_total,
        "shared_ratio": trunk.ratio,
        "cost_cny": round(float(sections["cost_cny"].sum()), 2),
        "unattributed_cny": works.unattributed_cny,
        "new_km": metres["new"] / 1000,
        "upgrade_km": metres["upgrade"] / 1000,
        "flagged_km": flagged / 1000,
        "flagged_upgrade_km": float(sections.loc[sections["kind"] == "upgrade", "flagged_m"].sum()) / 1000,
        "flagged_share": flagged / metres["new"] if metres["new"] else 0.0,
        "findings": len(findings),
        "findings_unflagged": int((~findings["flagged"]).sum()) if len(findings) else 0,
        "cell_m": ground.cell_m,
        "planning_cell_m": trunk.planning.ground.cell_m,
        "notes": list(ground.notes),
        "network_assumed": bool(trunk.planning.stock.assumed),
        "costs": costs.reference(),
        "standard": f"{standard.id}@{standard.version}",
    }
