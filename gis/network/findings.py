"""What the network shows to a planner: breaks that decide, pieces that hang on nothing, ends that end nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.network.build import vertex_edges
from gis.network.components import components, connected
from gis.network.lines import road_codes, shapes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.network.anchors import Anchors
    from gis.network.build import Network

FINDING_COLUMNS = ("what", "road_code", "roads_count", "length_m", "distance_m", "doubtful", "geometry")
FINDING_LABELS = {"isolated": "与路网不相连的路", "free_end": "断头"}
_NO_EDGE = np.zeros(0, dtype=np.int64)


def open_joints(network: Network, mask: NDArray[np.bool_], *, anchors: Anchors | None = None) -> gpd.GeoDataFrame:
    """Doubtful joints that would join two pieces of `mask` which are apart for certain: the gaps to look at on site.

    One row (the narrowest gap) for each pair of pieces: `kind`, `gap_m`, `road_code_a`, `road_code_b`, `edge_a`, `edge_b`, `component_a`,
    `component_b` (labels of `components(network, mask, doubtful=False)`), `length_a_m`, `length_b_m` (road in each piece), `gaps_count` (how
    many such gaps the pair has), `decides` (one side is connected for certain, the other is not; all True without `anchors`), geometry.
    Sorted: deciding first, then by the shorter piece's length (most road gained), gap and codes.
    """
    label = components(network, mask, doubtful=False)
    owner = vertex_edges(network.links, mask)
    edge_a, edge_b = owner[network.links.vertex_a], owner[network.links.vertex_b]
    apart = ~network.links.certain & (edge_a >= 0) & (edge_b >= 0)
    apart[apart] = label[edge_a[apart]] != label[edge_b[apart]]
    edge_a, edge_b = edge_a[apart], edge_b[apart]
    codes = road_codes(network.edges)
    length = _lengths(network, label)
    sure = connected(network, mask, anchors=anchors, doubtful=False) if anchors is not None else None
    found = network.joints.loc[apart, ["kind", "gap_m"]].assign(
        road_code_a=codes.take(edge_a).array,
        road_code_b=codes.take(edge_b).array,
        edge_a=edge_a,
        edge_b=edge_b,
        component_a=label[edge_a],
        component_b=label[edge_b],
        length_a_m=length[label[edge_a]],
        length_b_m=length[label[edge_b]],
        decides=True if sure is None else sure[edge_a] != sure[edge_b],
        geometry=network.joints.geometry[apart],
    )
    return _narrowest(gpd.GeoDataFrame(found, geometry="geometry", crs=network.edges.crs))


def _lengths(network: Network, label: NDArray[np.int64]) -> NDArray[np.float64]:
    """Road length of each component; a trailing zero so that label -1 is harmless."""
    inside = label >= 0
    total = np.zeros(int(label.max(initial=-1)) + 2)
    np.add.at(total, label[inside], network.edges["length_m"].to_numpy()[inside])
    return total


def _narrowest(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    pair = [np.minimum(found["component_a"], found["component_b"]), np.maximum(found["component_a"], found["component_b"])]
    count = found.groupby(pair)["gap_m"].transform("size").astype("int64") if len(found) else pd.Series(_NO_EDGE)
    gain = found[["length_a_m", "length_b_m"]].min(axis=1)
    whole = found.assign(gaps_count=np.asarray(count), _low=pair[0], _high=pair[1], _gain=gain)
    best = whole.sort_values(["gap_m", "edge_a", "edge_b"], kind="stable").drop_duplicates(["_low", "_high"])
    order = best.sort_values(["decides", "_gain", "gap_m", "edge_a", "edge_b"], ascending=[False, False, True, True, True], kind="stable")
    return order.drop(columns=["_low", "_high", "_gain"]).reset_index(drop=True)


def isolated_pieces(network: Network, mask: NDArray[np.bool_], *, anchors: Anchors) -> gpd.GeoDataFrame:
    """Pieces of `mask` that do not hang on the network for certain (`FINDING_COLUMNS`; what is `isolated`), the longest first.

    `distance_m` is the straight distance to the nearest connected road (`<NA>` where there is none); `doubtful`: doubtful joints or possible
    anchors would connect it.
    """
    label = components(network, mask, doubtful=False)
    sure = connected(network, mask, anchors=anchors, doubtful=False)
    maybe = connected(network, mask, anchors=anchors, doubtful=True)
    alone = np.flatnonzero(mask & ~sure)
    pieces = pd.DataFrame(
        {
            "piece": label[alone],
            "road_code": road_codes(network.edges).take(alone).array,
            "source_row": network.edges["source_row"].to_numpy()[alone],
            "length_m": network.edges["length_m"].to_numpy()[alone],
            "distance_m": _distance(network, alone, np.flatnonzero(sure)),
            "doubtful": maybe[alone],
        }
    ).groupby("piece", sort=True)
    table = pieces.agg(road_code=("road_code", "first"), roads_count=("source_row", "nunique"), length_m=("length_m", "sum"))
    rest = pieces.agg(distance_m=("distance_m", "min"), doubtful=("doubtful", "any"))
    geometry = _merged(network, alone, label[alone])
    return _findings("isolated", table.join(rest).reset_index(drop=True), geometry, network)


def _distance(network: Network, alone: NDArray[np.int64], sure: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distance of each of the edges `alone` to the nearest of `sure`; NaN without any."""
    out = np.full(len(alone), np.nan)
    if len(sure) and len(alone):
        geometry = shapes_of(network.edges)
        pairs, distance = shapely.STRtree(geometry[sure]).query_nearest(geometry[alone], all_matches=False, return_distance=True)
        out[pairs[0]] = distance
    return out


def _merged(network: Network, edges: NDArray[np.int64], piece: NDArray[np.int64]) -> NDArray[np.object_]:
    """One MultiLineString for each piece, in the order of the piece numbers."""
    order = np.argsort(piece, kind="stable")
    rank = np.unique(piece[order], return_inverse=True)[1].reshape(-1)
    geometry = shapes_of(network.edges)[edges[order]]
    return np.asarray(shapely.multilinestrings(geometry, indices=rank), dtype=object) if len(edges) else np.zeros(0, dtype=object)


def free_ends(network: Network) -> gpd.GeoDataFrame:
    """Ends that meet nothing for certain (`FINDING_COLUMNS`; what is `free_end`), those with another road close by first.

    A dead end is no fault by itself; one with another road within `doubt_m` may be a gap in the drawing: there `doubtful` is True and
    `distance_m` the gap (`<NA>` elsewhere). `length_m` is the length of the road that ends.
    """
    nodes, links = network.nodes, network.links
    first = len(links.start)
    gap = np.full(first + links.nodes, np.inf)
    for vertex in (links.vertex_a, links.vertex_b):
        np.minimum.at(gap, vertex, network.joints["gap_m"].to_numpy())
    lines_count = np.bincount(np.concatenate([links.start, links.end]), minlength=links.nodes)
    free = np.flatnonzero((lines_count == 1) & ~nodes["certain"].to_numpy())
    edge = vertex_edges(links)[first + free]
    table = pd.DataFrame(
        {
            "road_code": nodes["road_code"].iloc[free].array,
            "roads_count": np.ones(len(free), dtype=np.int64),
            "length_m": network.edges["length_m"].to_numpy()[edge],
            "distance_m": np.where(np.isinf(gap[first + free]), np.nan, gap[first + free]),
            "doubtful": nodes["doubtful"].to_numpy()[free],
        }
    )
    return _findings("free_end", table, shapes_of(nodes)[free], network)


def _findings(what: str, table: pd.DataFrame, geometry: NDArray[np.object_], network: Network) -> gpd.GeoDataFrame:
    typed = pd.DataFrame(
        {
            "what": pd.array(np.full(len(table), what, dtype=object), dtype="string"),
            "road_code": table["road_code"].astype("string"),
            "roads_count": table["roads_count"].astype("Int64"),
            "length_m": table["length_m"].astype("Float64"),
            "distance_m": pd.array(table["distance_m"].to_numpy(dtype=float), dtype="Float64"),
            "doubtful": table["doubtful"].astype("boolean"),
        }
    )
    frame = gpd.GeoDataFrame(typed, geometry=geometry, crs=network.edges.crs)
    return frame.sort_values(["doubtful", "length_m"], ascending=[False, False], kind="stable", ignore_index=True)[list(FINDING_COLUMNS)]
