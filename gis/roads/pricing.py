"""What things cost in the planning graph: a metre of each drawn line, and of new road wherever it may run. Overhead is included everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.drawn import Kind
from gis.roads.existing import PROJECT, Role

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.drawn import Links
    from gis.roads.existing import RoadStock
    from gis.roads.ground import Ground
    from gis.roads.steps import StepModel

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What a metre costs, overhead included.

    Attributes:
        paid: what is paid for each yuan of works.
        new_m: new road on flat open ground.
        grade: steepest grade.
        bridge_m: a metre of bridge on new road.
        culvert: one river crossed by a track that is paved.
        forbidden: how many times new road costs where it may not be built at all, and there is no other way.
        cell_m: cheapest new road through each cell of the grid, flat; inf where nothing can be built.
    """

    paid: float
    new_m: float
    grade: float
    bridge_m: float
    culvert: float
    forbidden: float
    cell_m: Floats


def make_prices(costs: CostSet, model: StepModel, cells: Floats) -> Prices:
    """The prices of a cost set on a planning grid whose cells cost `cells` a metre."""
    crossing = costs.crossing
    return Prices(
        paid=costs.paid,
        new_m=model.base_cny_per_m * costs.paid,
        grade=model.grade_max,
        bridge_m=float(crossing.bridge_cny_per_m.value) * costs.paid,
        culvert=float(crossing.culvert_cny.value) * costs.paid,
        forbidden=max(rule.factor.value for rule in (costs.constraints.redlines, costs.constraints.farmland, costs.constraints.hazards)),
        cell_m=cells,
    )


def choose_rows(stock: RoadStock, costs: CostSet) -> tuple[Ints, Floats]:
    """For each line the edge that costs least (then by role and row), and its price a metre, NaN where the ground decides."""
    edges, role = stock.edges, stock.role
    line = edges["line"].to_numpy(dtype=np.int64)
    per_m = edge_prices(stock, costs)
    ask = np.where(must_edges(stock), 0.0, np.nan_to_num(per_m, nan=np.inf))
    order = np.lexsort((np.arange(len(role)), role, ask, line))
    order = order[role[order] < Role.IGNORED]
    lines, first = np.unique(line[order], return_index=True)
    row, price = np.full(len(stock.courses), -1, dtype=np.int64), np.full(len(stock.courses), np.nan)
    row[lines], price[lines] = order[first], per_m[order[first]]
    return row, price


def must_edges(stock: RoadStock) -> Bools:
    """Edges of projects that are built in any case."""
    if "decision" not in stock.edges:
        return np.zeros(len(stock.edges), dtype=bool)
    return np.asarray((stock.role == Role.PROJECT) & (stock.edges["decision"] == "must").fillna(value=False).to_numpy(dtype=bool))


def must_links(stock: RoadStock, row: Ints, links: Links) -> Bools:
    """Which links belong to projects that are built in any case."""
    on_line = (links.line >= 0) & (links.kind == Kind.PROJECT)
    return np.asarray(on_line & np.append(must_edges(stock), False)[np.append(row, -1)[links.line]])


def edge_prices(stock: RoadStock, costs: CostSet) -> Floats:
    """元 a metre of each edge; NaN where the ground decides (a new line without a price)."""
    edges, role = stock.edges, stock.role
    surface = edges["surface"].astype("string").fillna("").to_numpy(dtype=object) if "surface" in edges else np.full(len(edges), "", dtype=object)
    names, code = np.unique(surface.astype(str), return_inverse=True)
    paving = np.array([costs.upgrade.cny_per_km(str(name)) for name in names])[code.reshape(-1)] / 1000 * costs.paid if len(edges) else np.zeros(0)
    unknown = float(costs.upgrade.unknown_cny_per_km.value) / 1000 * costs.paid
    price = np.select([role <= Role.COMMITTED, role == Role.TRACK], [np.zeros(len(edges)), paving], np.nan)
    project = role == Role.PROJECT
    if "project_kind" in edges:
        price = np.where(project & (edges["project_kind"] == "upgrade").fillna(value=False).to_numpy(dtype=bool), unknown, price)
    stated = _stated(stock)
    return np.where(project & np.isfinite(stated), stated, price)


def _stated(stock: RoadStock) -> Floats:
    """What the bureau says that a metre of each project costs: its whole price over the length of all its parts."""
    edges = stock.edges
    if "cost_cny" not in edges:
        return np.full(len(edges), np.nan)
    whole = edges["length_m"].groupby([edges["layer"], edges["source_row"]]).transform("sum").to_numpy(dtype=float)
    cost = edges["cost_cny"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.where((edges["layer"] == PROJECT).to_numpy(dtype=bool), cost / whole, np.nan)


def course_prices(ground: Ground, stock: RoadStock, rows: Ints, per_m: Floats, prices: Prices) -> Floats:
    """元 of whole edges; where nothing is stated, as new road at the price of the ground in their middle."""
    courses = np.asarray(stock.edges.geometry.array, dtype=object)[rows]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(courses, 0.5, normalized=True))
    return np.asarray(shapely.length(courses) * np.where(np.isfinite(per_m), per_m, metre_price(ground, prices, middle)))


def metre_price(ground: Ground, prices: Prices, xy: Floats) -> Floats:
    """元 a metre of new road at places; where nothing can be built (a line that is given runs there all the same) that of open ground."""
    row, column = ground.cell(xy[:, 0], xy[:, 1])
    inside = ground.inside(row, column)
    flat = np.where(inside, row * ground.shape[1] + column, 0)
    here = np.where(inside, prices.cell_m[flat], np.inf)
    return np.where(np.isfinite(here), here, prices.new_m)


def piece_price(ground: Ground, prices: Prices, start: Floats, end: Floats, length_m: Floats) -> Floats:
    """元 of new road on a given course: the length, or what the grade limit makes of the climb, at the mean price of both ends."""
    low, high = (_heights(ground, xy) for xy in (start, end))
    climb = np.nan_to_num(np.abs(high - low)) / prices.grade
    return np.maximum(length_m, climb) * 0.5 * (metre_price(ground, prices, start) + metre_price(ground, prices, end))


def _heights(ground: Ground, xy: Floats) -> Floats:
    """Height of the cell of each place; missing outside."""
    row, column = ground.cell(xy[:, 0], xy[:, 1])
    inside = ground.inside(row, column)
    rows, columns = ground.shape
    heights = ground.heights[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)].astype(np.float64)
    return np.where(inside, heights, np.nan)
