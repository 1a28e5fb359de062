"""The planning graph: on it one optimisation decides new road or upgrade, where trunks are shared, and where lines branch.

Nodes are the network (number 0), the cells of the planning grid that can be built on, and points along drawn lines. Its edges: steps over
the terrain; pieces of drawn roads and projects; the network to every place on it; gaps between drawn lines; and joins, new road between a
drawn line and the cell in which it lies. Every price is what is paid, overhead included.

The grid is not narrowed to where roads seem likely: no rule that does so is safe in general. Only cells that no step reaches are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gis.roads.drawn import KIND_OF_ROLE, Kind, Links, join_links, pieces, place_points, straight_links
from gis.roads.existing import Role
from gis.roads.leastcost import links as terrain_links
from gis.roads.leastcost import passes
from gis.roads.pricing import Prices, choose_rows, course_prices, edge_prices, make_prices, metre_price, must_edges, must_links, piece_price
from gis.roads.water import Rivers, bridge_metres, count_crossings, see_rivers
from layers.errors import QueryError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.drawn import Places
    from gis.roads.existing import RoadStock
    from gis.roads.ground import Ground
    from gis.roads.steps import StepModel

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NETWORK = 0
"""The node that stands for the whole hardened network."""
POINT_STEP_M = 30.0
"""Points along drawn lines, at most a cell apart: where a new road may leave them."""


class Steps(NamedTuple):
    """Steps over the terrain: nodes of both ends, and 元, all that is paid."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PlanningGraph:
    """A county as a graph.

    Attributes:
        ground: the planning grid.
        stock: roads and projects.
        row: the row of `stock.edges` that each line stands for, the cheapest of those that share its course; -1 where it is not used.
        x: easting of every node.
        y: northing of every node; the network has none.
        cell: node of each cell of the grid, row by row; -1 where nothing can be built.
        steps: steps over the terrain; edges are numbered through them first, then through `links`.
        links: what the other edges are; pieces of drawn lines first, in the order of `pieces`.
        must: which of the links belong to projects that are built whatever else is: their price is spent already.
        prices: of a metre.
        rivers: water, metric.
        idle: rows of `stock.edges`: projects that are built whatever else is, on a course that `row` takes for something else.
        idle_cny: 元 of each of them.
        places: places along the drawn lines.
        number: node of each place.
    """

    ground: Ground
    stock: RoadStock
    row: Ints
    x: Floats
    y: Floats
    cell: Ints
    steps: Steps
    links: Links
    must: Bools
    prices: Prices
    rivers: Rivers
    idle: Ints
    idle_cny: Floats
    places: Places
    number: Ints

    @property
    def nodes(self) -> int:
        """Their number."""
        return len(self.x)

    @property
    def must_cny(self) -> float:
        """元: all projects that are built in any case."""
        return float(self.links.price[self.must & np.isfinite(self.links.price)].sum() + self.idle_cny.sum())

    def edges(self) -> tuple[Ints, Ints, Floats]:
        """Both ends of every edge, and what the optimisation has to pay for it: nothing for what is built anyway."""
        steps, links = self.steps, self.links
        free = np.where(self.must & np.isfinite(links.price), 0.0, links.price)
        return np.concatenate([steps.a, links.a]), np.concatenate([steps.b, links.b]), np.concatenate([steps.price, free])

    def ends(self, edges: Ints) -> Ints:
        """Both nodes of edges, (n, 2)."""
        steps, links = self.steps, self.links
        return np.column_stack([self._of(edges, steps.a, links.a), self._of(edges, steps.b, links.b)]).astype(np.int64)

    def price(self, edges: Ints) -> Floats:
        """元 of edges, all that is paid."""
        return np.asarray(self._of(edges, self.steps.price, self.links.price))

    def kind(self, edges: Ints) -> Ints:
        """`Kind` of edges."""
        return np.asarray(self._of(edges, np.zeros(0, dtype=np.int64), self.links.kind, otherwise=int(Kind.TERRAIN)))

    def length_m(self, edges: Ints) -> Floats:
        """Horizontal metres of edges."""
        ends = self.ends(edges)
        step = np.hypot(self.x[ends[:, 0]] - self.x[ends[:, 1]], self.y[ends[:, 0]] - self.y[ends[:, 1]])
        return np.where(edges < len(self.steps.a), step, self._of(edges, np.zeros(0), self.links.length_m))

    def _of(self, edges: Ints, of_steps: NDArray[Any], of_links: NDArray[Any], otherwise: float = 0) -> NDArray[Any]:
        """Values of edges from those of the steps (`otherwise` where they are not given) and those of the links."""
        terrain = len(self.steps.a)
        step = edges < terrain
        values = np.full(len(edges), otherwise, dtype=of_links.dtype)
        if len(of_steps):
            values[step] = of_steps[edges[step]]
        values[~step] = of_links[edges[~step] - terrain]
        return values

    def with_more(self, xy: Floats, links: Links, *, without: Ints | None = None) -> PlanningGraph:
        """The graph with more nodes (after the others) and more links; links `without` which it is are kept, at an infinite price."""
        price = self.links.price.copy()
        price[np.zeros(0, dtype=np.int64) if without is None else without] = np.inf
        return replace(
            self,
            x=np.concatenate([self.x, xy[:, 0]]),
            y=np.concatenate([self.y, xy[:, 1]]),
            links=join_links([replace(self.links, price=price), links]),
            must=np.concatenate([self.must, must_links(self.stock, self.row, links)]),
        )


def planning_graph(ground: Ground, stock: RoadStock, costs: CostSet, model: StepModel, *, rivers: gpd.GeoDataFrame | None = None) -> PlanningGraph:
    """Put terrain, roads and projects into one graph.

    Args:
        ground: the planning grid: coarsened, so that it has at most some 1.5 million cells.
        stock: from `see_roads`, in the CRS of the ground.
        costs: the cost set.
        model: steps over this grid.
        rivers: layer `rivers`: what crosses one pays for it. Of the river cells of the ground only those count that it touches.

    Raises:
        QueryError: no road is surely good enough, so that there is no network that a plan could hang on.
    """
    if not (stock.role == Role.ROOT).any():
        raise QueryError(
            "道路图层里没有一条能认定的硬化路网，新路无处可接。",
            hint="请导入国省县乡道并填写路面类型，或导入接入点（access_points）图层，或核对标准中 network 一节。",
        )
    wet = see_rivers(rivers, ground.crs, width_m=float(costs.crossing.river_width_m.value))
    steps, cell, cells = _terrain(ground, costs, model, wet)
    prices = make_prices(costs, model, cells)
    row, per_m = choose_rows(stock, costs)
    idle = np.flatnonzero(must_edges(stock) & (row[stock.edges["line"].to_numpy(dtype=np.int64)] != np.arange(len(stock.edges))))
    places = _places(stock, row, min(POINT_STEP_M, ground.cell_m))
    number = int(cell.max(initial=0)) + 1 + places.point
    links = _drawn(ground, stock, row, per_m, places, number, prices, wet)
    x, y = _coordinates(ground, cell, places, number)
    joins = _joins(ground, cell, places, number, prices, wet)
    links = join_links([links, joins])
    return PlanningGraph(
        ground=ground,
        stock=stock,
        row=row,
        x=x,
        y=y,
        cell=cell,
        steps=steps,
        links=links,
        must=must_links(stock, row, links),
        prices=prices,
        rivers=wet,
        idle=idle,
        idle_cny=course_prices(ground, stock, idle, edge_prices(stock, costs)[idle], prices),
        places=places,
        number=number,
    )


def _terrain(ground: Ground, costs: CostSet, model: StepModel, wet: Rivers) -> tuple[Steps, Ints, Floats]:
    """Steps over the terrain, the node of each cell (-1 where no step begins), and the price of a metre in each, bridges left out.

    A cell of this size may lie on both banks, so that its being wet says nothing: what counts is what the straight step crosses.
    """
    a, b, price = terrain_links(replace(ground, river=np.zeros_like(ground.river)), model)
    cells = _cell_prices(ground, a, b, price * costs.paid)
    at = np.flatnonzero(passes(ground.river, model, a, b))
    start, end = (np.column_stack(ground.xy(*np.divmod(node[at], ground.shape[1]))) for node in (a, b))
    price[at] += bridge_metres(wet, start, end) * costs.crossing.bridge_cny_per_m.value
    price *= costs.paid
    cell = np.where(np.isfinite(cells), np.cumsum(np.isfinite(cells)), -1)
    small = cell.astype(np.int32)
    return Steps(small[a], small[b], price), cell, cells


def _cell_prices(ground: Ground, a: Ints, b: Ints, price: Floats) -> Floats:
    """The cheapest step through each cell, 元 a metre."""
    columns = ground.shape[1]
    per_m = price / (np.hypot(b // columns - a // columns, b % columns - a % columns) * ground.cell_m)
    least = np.full(ground.shape[0] * columns, np.inf)
    np.minimum.at(least, a, per_m)
    np.minimum.at(least, b, per_m)
    return least


def _places(stock: RoadStock, row: Ints, step_m: float) -> Places:
    graded = np.append(stock.edges["graded"].to_numpy(dtype=bool), False)[row]
    return place_points(stock, row >= 0, graded, step_m=step_m)


def _coordinates(ground: Ground, cell: Ints, places: Places, number: Ints) -> tuple[Floats, Floats]:
    """Easting and northing of every node; those of the network itself are missing."""
    used = np.flatnonzero(cell >= 0)
    size = len(used) + 1 + int(places.point.max(initial=-1)) + 1
    x, y = np.full(size, np.nan), np.full(size, np.nan)
    x[cell[used]], y[cell[used]] = ground.xy(*np.divmod(used, ground.shape[1]))
    x[number], y[number] = places.xy[:, 0], places.xy[:, 1]
    return x, y


def _drawn(ground: Ground, stock: RoadStock, row: Ints, per_m: Floats, places: Places, number: Ints, prices: Prices, wet: Rivers) -> Links:
    """Pieces along drawn lines, the network's places, and the gaps between lines."""
    role = np.append(stock.role, int(Role.IGNORED))[row]
    along = _along(ground, stock, row, per_m, places, number, prices, wet)
    on_network = np.unique(number[role[places.line] == Role.ROOT])
    nothing = np.zeros(len(on_network))
    root = straight_links(np.full(len(on_network), NETWORK), on_network, Kind.ROOT, nothing, nothing)
    missing = np.where(_joined_already(stock, role), 0.0, stock.links["gap_m"].to_numpy(dtype=float))
    per_gap = metre_price(ground, prices, places.xy[places.link_a])
    gaps = straight_links(number[places.link_a], number[places.link_b], Kind.GAP, per_gap * missing, missing)
    return join_links([along, root, gaps])


def _joined_already(stock: RoadStock, role: Ints) -> Bools:
    """Links that are certain and between good roads: nothing is missing there, however the drawing looks."""
    good = role <= Role.FREE
    at_node = np.zeros(int(stock.ends.max(initial=-1)) + 2, dtype=bool)
    at_node[stock.ends[good]] = True
    line_good = np.append(good, False)
    sides = [at_node[stock.links[f"node_{side}"]] | line_good[stock.links[f"line_{side}"]] for side in "ab"]
    return np.asarray(sides[0] & sides[1] & stock.links["certain"].to_numpy(dtype=bool))


def built_along(stock: RoadStock, row: Ints) -> Bools:
    """Lines along which the graph has edges: all used ones but those of the network itself."""
    role = np.append(stock.role, int(Role.IGNORED))[row]
    return np.asarray((role > Role.ROOT) & (role < Role.IGNORED))


def _along(ground: Ground, stock: RoadStock, row: Ints, per_m: Floats, places: Places, number: Ints, prices: Prices, wet: Rivers) -> Links:
    role = np.append(stock.role, int(Role.IGNORED))[row]
    at = pieces(places, built_along(stock, row))
    line = places.line[at]
    length = places.at[at + 1] - places.at[at]
    kind = np.array([int(KIND_OF_ROLE.get(Role(r), Kind.ROOT)) for r in range(len(Role))])[role[line]]
    start, end = places.xy[at], places.xy[at + 1]
    bare = ~np.append(stock.edges["graded"].to_numpy(dtype=bool), False)[row[line]]
    culverts = count_crossings(wet, start, end) * (bare & (kind == Kind.TRACK)) * prices.culvert
    bridges = bridge_metres(wet, start, end) * bare * prices.bridge_m
    stated = np.isfinite(per_m[line])
    price = np.where(stated, np.nan_to_num(per_m[line]) * length + culverts, piece_price(ground, prices, start, end, length) + bridges)
    return Links(number[at], number[at + 1], kind, price, length, line, places.at[at], places.at[at + 1])


def _joins(ground: Ground, cell: Ints, places: Places, number: Ints, prices: Prices, wet: Rivers) -> Links:
    """New road between every place where one may begin and the middle of its cell."""
    row, column = ground.cell(places.xy[:, 0], places.xy[:, 1])
    known = np.flatnonzero(places.open & ground.inside(row, column))
    flat = row[known] * ground.shape[1] + column[known]
    on, at = flat[cell[flat] >= 0], known[cell[flat] >= 0]
    middle = np.column_stack(ground.xy(*np.divmod(on, ground.shape[1])))
    length = np.hypot(*(middle - places.xy[at]).T)
    price = length * prices.cell_m[on] + bridge_metres(wet, places.xy[at], middle) * prices.bridge_m
    return straight_links(number[at], cell[on], Kind.JOIN, price, length)
