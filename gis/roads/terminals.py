"""Groups in the planning graph: each place that asks for a road is a node, tied to the ground around it and to every drawn line close by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from gis.roads.drawn import Kind, Links, join_links, pieces, straight_links
from gis.roads.planning import NETWORK, built_along
from gis.roads.pricing import piece_price
from gis.roads.water import bridge_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.planning import PlanningGraph

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

REACH_CELLS = 1.5
"""Lines within so many cells (and at least `REACH_M`) are joined directly; farther ones over the cells."""
REACH_M = 100.0
ESCAPE_M = 1000.0
"""A place that nothing lawful reaches is joined to what lies within this, straight over forbidden ground, at the dearest factor of the cost set."""


def attach(planning: PlanningGraph, xy: Floats) -> tuple[PlanningGraph, Ints]:
    """The graph with a node for every place.

    A place is joined to the middle of its cell, if it can be built on, and to the nearest point of every drawn line within reach that is no bridge
    or tunnel. Its last metres are new road, at the price of the ground; a line that touches (`RoadStock.touch_m`) costs nothing. Joining every
    line, not the nearest alone, keeps a new road from taking a join away.

    Args:
        planning: the graph.
        xy: places, (n, 2), in its CRS; several may be the same.

    Returns:
        The larger graph, and the node of each place.
    """
    own, inverse = np.unique(np.asarray(xy, dtype=float).reshape(-1, 2), axis=0, return_inverse=True)
    node = planning.nodes + np.arange(len(own))
    beside, joins, cut = _to_lines(planning, own, node)
    links = join_links([_to_cells(planning, own, node), joins, _chains(planning.links, cut)])
    return planning.with_more(np.concatenate([own, beside]), links, without=np.unique(cut.link)), node[inverse.reshape(-1)]


def escapes(planning: PlanningGraph, node: Ints, reachable: Bools) -> Links:
    """Ways out for places that nothing lawful reaches: straight to every reachable cell and open place of a drawn line within `ESCAPE_M`.

    Such a way crosses ground on which nothing may be built (a redline around the group, say); it is priced at the dearest factor, and whoever
    designs the road finds the overlap. They are asked for last, so that a lawful way is taken wherever there is one.

    Args:
        planning: the graph with these places.
        node: their nodes.
        reachable: which nodes of the graph a way from the network reaches.
    """
    open_nodes = np.concatenate([planning.cell[planning.cell >= 0], planning.number[planning.places.open]])
    target = np.unique(open_nodes[reachable[open_nodes]])
    pairs = []
    for place in np.unique(node).tolist():
        apart = np.hypot(planning.x[target] - planning.x[place], planning.y[target] - planning.y[place])
        near = apart <= ESCAPE_M
        pairs.append((np.full(int(near.sum()), place), target[near], apart[near]))
    if not pairs:
        return straight_links(*(np.zeros(0, dtype=np.int64),) * 2, Kind.JOIN, *(np.zeros(0),) * 2)
    start, end, length = (np.concatenate(column) for column in zip(*pairs, strict=True))
    from_xy, to_xy = (np.column_stack([planning.x[at], planning.y[at]]) for at in (start, end))
    bridges = bridge_metres(planning.rivers, from_xy, to_xy) * planning.prices.bridge_m
    price = piece_price(planning.ground, planning.prices, from_xy, to_xy, length) * planning.prices.forbidden + bridges
    return straight_links(start, end, Kind.JOIN, price, length)


def _to_cells(planning: PlanningGraph, xy: Floats, node: Ints) -> Links:
    """New road to the middle of the cell of each place."""
    ground, prices = planning.ground, planning.prices
    row, column = ground.cell(xy[:, 0], xy[:, 1])
    place = np.flatnonzero(ground.inside(row, column))
    flat = row[place] * ground.shape[1] + column[place]
    place, flat = place[planning.cell[flat] >= 0], flat[planning.cell[flat] >= 0]
    middle = np.column_stack(ground.xy(*np.divmod(flat, ground.shape[1])))
    length = np.hypot(*(middle - xy[place]).T)
    price = length * prices.cell_m[flat] + bridge_metres(planning.rivers, xy[place], middle) * prices.bridge_m
    return straight_links(node[place], planning.cell[flat], Kind.JOIN, price, length)


def _to_lines(planning: PlanningGraph, xy: Floats, node: Ints) -> tuple[Floats, Links, _Cut]:
    """Nodes on the lines within reach, beside the places; their links to the places and to the network; and the pieces that they cut."""
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
    bridges = bridge_metres(planning.rivers, xy[place], beside) * planning.prices.bridge_m
    price = (piece_price(ground, planning.prices, xy[place], beside, length) + bridges) * (length > 0)
    join = straight_links(node[place], number, Kind.JOIN, price, length)
    root, cut = _along(planning, line, at, number)
    return beside, join_links([join, root]), cut


def _along(planning: PlanningGraph, line: Ints, at: Floats, number: Ints) -> tuple[Links, _Cut]:
    """Where new nodes on lines hang: on the network, where the line is part of it; else they cut a piece of the line."""
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
    return root, _Cut(link[link >= 0], at[link >= 0], number[link >= 0])


class _Cut(NamedTuple):
    """New nodes on pieces of drawn lines: piece, metres along the line, node."""

    link: Ints
    at: Floats
    node: Ints


def _chains(known: Links, cut: _Cut) -> Links:
    """What the cut pieces are replaced by: the same road at the same price, through all new nodes on it."""
    pieces_cut = np.unique(cut.link)
    link = np.concatenate([pieces_cut, cut.link, pieces_cut])
    at = np.concatenate([known.from_m[pieces_cut], cut.at, known.to_m[pieces_cut]])
    node = np.concatenate([known.a[pieces_cut], cut.node, known.b[pieces_cut]])
    rank = np.repeat([0, 1, 2], [len(pieces_cut), len(cut.link), len(pieces_cut)])
    order = np.lexsort((node, at, rank, link))
    link, node = link[order], node[order]
    at = np.clip(at[order], known.from_m[link], known.to_m[link])
    here = np.flatnonzero(link[1:] == link[:-1])
    part, length = link[here], at[here + 1] - at[here]
    price = known.price[part] * length / np.maximum(known.length_m[part], 1e-9)
    return Links(node[here], node[here + 1], known.kind[part], price, length, known.line[part], at[here], at[here + 1])
