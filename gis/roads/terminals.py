"""Groups in the planning graph: each place that asks for a road is a node, tied to the ground around it and to every drawn line close by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.roads.drawn import Kind, Links, join_links, pieces, straight_links
from gis.roads.planning import NETWORK, built_along, piece_price
from gis.roads.water import count_crossings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.planning import PlanningGraph

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

REACH_CELLS = 1.5
"""Lines within so many cells (and at least `REACH_M`) are joined directly; farther ones over the cells."""
REACH_M = 100.0
RING = 3
"""How many cells around a place on which nothing can be built are looked at for one on which it can."""


def attach(planning: PlanningGraph, xy: Floats) -> tuple[PlanningGraph, Ints]:
    """The graph with a node for every place.

    A place is joined to the middle of its cell (where nothing can be built there, to all cells around it within `RING` that can be built on), and
    to the nearest point of every drawn line within reach that is no bridge or tunnel. Its last metres are new road, at the price of the ground;
    a line that touches (`RoadStock.touch_m`) costs nothing. Joining every line, not the nearest alone, keeps a new road from taking a join away.

    Args:
        planning: the graph.
        xy: places, (n, 2), in its CRS; several may be the same.

    Returns:
        The larger graph, and the node of each place.
    """
    own, inverse = np.unique(np.asarray(xy, dtype=float).reshape(-1, 2), axis=0, return_inverse=True)
    node = planning.nodes + np.arange(len(own))
    beside, more = _to_lines(planning, own, node)
    links = join_links([_to_cells(planning, own, node), more])
    return planning.with_more(np.concatenate([own, beside]), links), node[inverse.reshape(-1)]


def _to_cells(planning: PlanningGraph, xy: Floats, node: Ints) -> Links:
    ground, prices = planning.ground, planning.prices
    row, column = ground.cell(xy[:, 0], xy[:, 1])
    rows, columns = ground.shape
    inside = ground.inside(row, column)
    at_home = inside & (planning.cell[np.where(inside, row * columns + column, 0)] >= 0)
    reach = np.arange(-RING, RING + 1)
    down, across = (shift.ravel() for shift in np.meshgrid(reach, reach, indexing="ij"))
    centre = (down == 0) & (across == 0)
    place, shift = np.nonzero(np.where(at_home[:, None], centre[None, :], ~centre[None, :]))
    r, c = row[place] + down[shift], column[place] + across[shift]
    known = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
    flat = r[known] * columns + c[known]
    able = planning.cell[flat] >= 0
    place, flat = place[known][able], flat[able]
    middle = np.column_stack(ground.xy(*np.divmod(flat, columns)))
    length = np.hypot(*(middle - xy[place]).T)
    price = piece_price(ground, prices, xy[place], middle, length) + count_crossings(planning.rivers, xy[place], middle) * prices.bridge
    return straight_links(node[place], planning.cell[flat], Kind.JOIN, price, length)


def _to_lines(planning: PlanningGraph, xy: Floats, node: Ints) -> tuple[Floats, Links]:
    """Nodes on the lines within reach, beside the places, and their links: to the place, and along the line to both sides."""
    stock, ground = planning.stock, planning.ground
    usable = (planning.row >= 0) & ~np.append(stock.edges["graded"].to_numpy(dtype=bool), False)[planning.row]
    lines = np.flatnonzero(usable)
    points = np.asarray(shapely.points(xy), dtype=object).reshape(-1)
    reach = max(REACH_M, REACH_CELLS * ground.cell_m)
    place, found = shapely.STRtree(stock.courses[lines]).query(points, predicate="dwithin", distance=reach)
    order = np.lexsort((found, place))
    place, line = place[order], lines[found[order]]
    at: Floats = np.asarray(shapely.line_locate_point(stock.courses[line], points[place]), dtype=np.float64)
    beside = shapely.get_coordinates(shapely.line_interpolate_point(stock.courses[line], at))
    number = int(node.max(initial=planning.nodes - 1)) + 1 + np.arange(len(line))
    length = np.hypot(*(beside - xy[place]).T)
    length = np.where(length <= stock.touch_m, 0.0, length)
    crossed = count_crossings(planning.rivers, xy[place], beside) * (length > 0)
    price = piece_price(ground, planning.prices, xy[place], beside, length) * (length > 0) + crossed * planning.prices.bridge
    join = straight_links(node[place], number, Kind.JOIN, price, length)
    return beside, join_links([join, _along(planning, line, at, number)])


def _along(planning: PlanningGraph, line: Ints, at: Floats, number: Ints) -> Links:
    """From new nodes on lines to the two places between which they lie; to the network where the line is part of it."""
    places = planning.places
    first = pieces(places, built_along(planning.stock, planning.row))
    edge = np.full(len(places.line) + 1, -1, dtype=np.int64)
    edge[first] = np.arange(len(first))
    scale = float(places.at.max(initial=0.0)) + 1.0
    piece = np.searchsorted(places.line * scale + places.at, line * scale + at, side="right") - 1
    # The last place of a line begins no piece: a node there lies at the end of the piece before.
    last = np.append(places.line, -1)[piece + 1] != line
    link = edge[np.where(last, piece - 1, piece)]
    on_network = number[link < 0]
    nothing = np.zeros(len(on_network))
    root = straight_links(np.full(len(on_network), NETWORK), on_network, Kind.ROOT, nothing, nothing)
    part, link, at = number[link >= 0], link[link >= 0], at[link >= 0]
    known = planning.links
    whole = np.maximum(known.length_m[link], 1e-9)
    share = np.clip((at - known.from_m[link]) / whole, 0.0, 1.0)
    before = Links(known.a[link], part, known.kind[link], known.price[link] * share, whole * share, known.line[link], known.from_m[link], at)
    after = Links(part, known.b[link], known.kind[link], known.price[link] * (1 - share), whole * (1 - share), known.line[link], at, known.to_m[link])
    return join_links([before, after, root])
