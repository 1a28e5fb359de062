"""What the network shows to a planner: pieces that hang on nothing, ends that end nowhere."""

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
