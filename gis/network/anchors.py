"""What the county's network hangs on: the roads from which "connected" is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from gis.network.components import components
from gis.network.lines import shapes_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.network.build import Network
    from gis.standards import NetworkRule

AnchorRule = Literal["points", "classes", "outline", "longest", "none"]
ANCHOR_LABELS: dict[str, str] = {
    "points": "以指定的接入点为准",
    "classes": "以国省县道等干线为准",
    "outline": "没有干线，以通到县界的路为准",
    "longest": "没有干线和县界接口，以最长的一片路网为准",
    "none": "没有可作起点的路",
}


@dataclass(frozen=True, slots=True)
class Anchors:
    """Edges that belong to the county's network by themselves.

    Attributes:
        certain: One boolean per edge.
        possible: Edges that may belong to it: class unknown, a trunk road too short to be sure, or one that leaves the county.
        rule: What decided. Under `longest` (and `outline`) the root moves when roads are added: only under `points` and `classes` can a new
            road never lower anyone.
    """

    certain: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    rule: AnchorRule


def find_anchors(
    network: Network,
    low: NDArray[np.bool_],
    high: NDArray[np.bool_],
    *,
    rule: NetworkRule,
    outline: gpd.GeoDataFrame | None = None,
    points: gpd.GeoDataFrame | None = None,
) -> Anchors:
    """Find the anchors of the network.

    Declared points and trunk classes are certain. Where the county has neither, roads that reach its outline stand in, and where these are
    missing too, the piece with the most road in it; `Anchors.rule` says which. A missing class is not a trunk road, but may be one.

    Args:
        network: The network.
        low: Edges that count for certain; the longest piece is sought among them.
        high: Edges that may count; their longest piece is a possible anchor where nothing better is there.
        rule: `anchor_classes`, `anchor_min_length_m`, and the distances `touch_m` (outline) and `doubt_m` (declared points).
        outline: The county's polygon(s), any CRS.
        points: Declared access points, any CRS; every edge within `doubt_m` is an anchor.
    """
    standing = _standing(network)
    declared = standing & _near(network, points, rule.doubt_m.value)
    trunk, maybe_trunk = (standing & edges for edges in _trunk(network, rule))
    border = standing & _near(network, outline, rule.touch_m.value, boundary=True)
    if declared.any() or trunk.any():
        return Anchors(declared | trunk, maybe_trunk | border, "points" if declared.any() else "classes")
    if border.any():
        return Anchors(border, maybe_trunk, "outline")
    longest = _longest(network, low, doubtful=False)
    possible = maybe_trunk | _longest(network, high, doubtful=True)
    return Anchors(longest, possible, "longest" if (longest | possible).any() else "none")


def _standing(network: Network) -> NDArray[np.bool_]:
    """Edges that are not said to be planned or under construction: a road on paper anchors nothing."""
    if "status" not in network.edges:
        return np.ones(len(network.edges), dtype=bool)
    return ~network.edges["status"].isin(["planned", "building"]).fillna(value=False).to_numpy(dtype=bool)


def _trunk(network: Network, rule: NetworkRule) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Edges of a trunk class in pieces that are long enough; and those that may be trunk (too short a piece, or class missing).

    Where no road at all says its class, a missing class says nothing about any one of them.
    """
    nothing = np.zeros(len(network.edges), dtype=bool)
    if "road_class" not in network.edges or not network.edges["road_class"].notna().any():
        return nothing, nothing
    road_class = network.edges["road_class"]
    trunk = road_class.isin(rule.anchor_classes.value).fillna(value=False).to_numpy(dtype=bool)
    long = _piece_length(network, trunk, doubtful=False) >= rule.anchor_min_length_m.value
    return trunk & long, (trunk & ~long) | road_class.isna().to_numpy(dtype=bool)


def _piece_length(network: Network, mask: NDArray[np.bool_], *, doubtful: bool) -> NDArray[np.float64]:
    """For each edge of the mask the length of road in its component, each course once; 0 elsewhere."""
    label = components(network, mask, doubtful=doubtful)
    once = np.zeros(len(mask), dtype=bool)
    inside = np.flatnonzero(mask)
    once[inside[np.unique(network.links.line[inside], return_index=True)[1]]] = True
    length = network.edges["length_m"].to_numpy()
    total = np.bincount(label[once], weights=length[once], minlength=int(label.max(initial=-1)) + 1)
    out = np.zeros(len(mask))
    out[mask] = total[label[mask]]
    return out


def _longest(network: Network, mask: NDArray[np.bool_], *, doubtful: bool) -> NDArray[np.bool_]:
    if not mask.any():
        return np.zeros(len(mask), dtype=bool)
    label = components(network, mask, doubtful=doubtful)
    winner = label[int(np.argmax(_piece_length(network, mask, doubtful=doubtful)))]  # the first of equals: deterministic
    return np.asarray(label == winner)


def _near(network: Network, frame: gpd.GeoDataFrame | None, within_m: float, *, boundary: bool = False) -> NDArray[np.bool_]:
    """Edges within `within_m` of the frame's geometries (of their boundaries)."""
    found = np.zeros(len(network.edges), dtype=bool)
    if frame is None or len(frame) == 0:
        return found
    shapes = shapes_of(frame.to_crs(network.crs))
    if boundary:
        shapes = np.asarray([shapely.boundary(shapely.union_all(shapes))], dtype=object)
    tree = shapely.STRtree(shapes_of(network.edges))
    found[tree.query(shapes, predicate="dwithin", distance=within_m)[1]] = True
    return found
