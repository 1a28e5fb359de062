"""Build the network: edges, nodes and joints, from which every question of connection is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gis.network.joints import find_joints
from gis.network.lines import Lines, distinct_lines, metric_edges, road_codes
from layers.errors import QueryError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Links:
    """The network as arrays, for fast questions under many masks (vertices as in `gis.network.joints`).

    Attributes:
        line: Line of each edge.
        start: First node of each line.
        end: Last node of each line.
        vertex_a: One side of each joint.
        vertex_b: The other side.
        certain: Whether the joint is certain.
        nodes: Number of nodes.
    """

    line: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    vertex_a: NDArray[np.int64]
    vertex_b: NDArray[np.int64]
    certain: NDArray[np.bool_]
    nodes: int


@dataclass(frozen=True, slots=True)
class Network:
    """A county's roads and how they hang together; frames in the metric CRS.

    Attributes:
        edges: One row per usable part of a road: its attributes, `source_row`, `part`, `length_m`, `start_node`, `end_node`, geometry.
        nodes: One row per place where lines end: `edges_count`, `road_code` (of one of them), `certain` and `doubtful` (has such a joint), geometry.
        joints: `kind`, `certain`, `gap_m`, `road_code_a`, `road_code_b`, `edge_a`, `edge_b` (an edge of each side), geometry (a point).
        notes: What was left out or is peculiar (see `metric_edges`).
        links: The same as arrays.
    """

    edges: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    joints: gpd.GeoDataFrame
    notes: pd.DataFrame
    links: Links

    @property
    def crs(self) -> CRS:
        """The metric CRS of the frames."""
        return CRS.from_user_input(self.edges.crs)


def build_network(roads: gpd.GeoDataFrame, *, crs: CRS | str | int, touch_m: float, doubt_m: float) -> Network:
    """Join roads into a network by the pairwise rule of docs/network.md.

    Args:
        roads: Lines in any CRS; attributes are kept, `road_code`, `bridge` and `tunnel` are used where they are there.
        crs: A CRS in metres (`layers.crs.metric_crs`).
        touch_m: An end nearer than this to another line is joined for certain.
        doubt_m: A gap up to this is a doubtful joint.

    Raises:
        MissingCRS: The roads do not say their CRS.
        QueryError: `crs` is not in metres, or not 0 ≤ touch_m ≤ doubt_m.
        InputError: The roads lie so densely that coordinates or CRS must be wrong.
    """
    if not 0 <= touch_m <= doubt_m:
        raise QueryError(f"相接间距 {touch_m:g} m 与存疑间距 {doubt_m:g} m 不合：须 0 ≤ touch_m ≤ doubt_m。", hint="请核对标准中 network 一节。")
    plain, notes = metric_edges(roads, crs)
    lines, line = distinct_lines(plain)
    edges = plain.assign(start_node=lines.start[line], end_node=lines.end[line])
    found = find_joints(lines, touch_m=touch_m, doubt_m=doubt_m)
    links = Links(
        line=line,
        start=lines.start,
        end=lines.end,
        vertex_a=found["vertex_a"].to_numpy(),
        vertex_b=found["vertex_b"].to_numpy(),
        certain=found["certain"].to_numpy(dtype=bool),
        nodes=len(lines.points),
    )
    owner = vertex_edges(links)
    return Network(edges, _nodes(edges, lines, links, owner), _joints(edges, found, owner), notes, links)


def vertex_edges(links: Links, mask: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """For each vertex the first edge (of the mask) on that line or at that node; -1 where there is none."""
    count, none = len(links.start), len(links.line)
    edge = np.arange(none) if mask is None else np.flatnonzero(mask)
    line = links.line[edge]
    owner = np.full(count + links.nodes, none, dtype=np.int64)
    np.minimum.at(owner, np.concatenate([line, count + links.start[line], count + links.end[line]]), np.tile(edge, 3))
    return np.where(owner == none, -1, owner)


def _nodes(edges: gpd.GeoDataFrame, lines: Lines, links: Links, owner: NDArray[np.int64]) -> gpd.GeoDataFrame:
    first = len(links.start)
    ends = np.concatenate([edges["start_node"].to_numpy(), edges["end_node"].to_numpy()])
    at_node = [np.concatenate([links.vertex_a[pick], links.vertex_b[pick]]) - first for pick in (links.certain, ~links.certain)]
    has = [np.isin(np.arange(links.nodes), nodes) for nodes in at_node]
    columns = {
        "edges_count": np.bincount(ends, minlength=links.nodes),
        "road_code": road_codes(edges).take(owner[first:]).array,
        "certain": has[0],
        "doubtful": has[1],
    }
    return gpd.GeoDataFrame(columns, geometry=np.asarray(shapely.points(lines.points), dtype=object), crs=edges.crs)


def _joints(edges: gpd.GeoDataFrame, found: pd.DataFrame, owner: NDArray[np.int64]) -> gpd.GeoDataFrame:
    edge_a, edge_b = owner[found["vertex_a"].to_numpy()], owner[found["vertex_b"].to_numpy()]
    codes = road_codes(edges)
    columns = {
        "kind": found["kind"],
        "certain": found["certain"],
        "gap_m": found["gap_m"],
        "road_code_a": codes.take(edge_a).array,
        "road_code_b": codes.take(edge_b).array,
        "edge_a": edge_a,
        "edge_b": edge_b,
    }
    return gpd.GeoDataFrame(columns, geometry=np.asarray(found["geometry"], dtype=object), crs=edges.crs)
