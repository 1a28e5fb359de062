"""What the county's network hangs on: the roads from which "connected" is counted.

Every rule looks at what a road, or the piece that it lies in, is by itself, never at which of several is the longest or the only one. So a new
road can add an anchor and take none away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from gis.network.components import component_lengths, components
from gis.network.lines import shapes_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.network.build import Network
    from gis.standards import NetworkRule

AnchorRule = Literal["points", "classes", "unclassed", "open", "none"]
ANCHOR_LABELS: dict[str, str] = {
    "points": "以指定的接入点为准",
    "classes": "以国省县道等干线为准",
    "unclassed": "道路没写等级，以连成大片的路网为准",
    "open": "没有可作起点的干线，是否通到路网不明",
    "none": "没有路",
}


@dataclass(frozen=True, slots=True)
class Anchors:
    """Edges that belong to the county's network by themselves.

    Attributes:
        certain: One boolean per edge.
        possible: Edges that may belong to it: class missing, a trunk road too short to be sure, or one that leaves the county; every edge where
            no road at all is a trunk road or near a declared point.
        unclassed: Edges without a class; a piece with at least `main_length_m` of them is the network too.
        main_length_m: That length.
        rule: What decided.
    """

    certain: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    unclassed: NDArray[np.bool_]
    main_length_m: float
    rule: AnchorRule


def find_anchors(network: Network, *, rule: NetworkRule, outline: gpd.GeoDataFrame | None = None, points: gpd.GeoDataFrame | None = None) -> Anchors:
    """Find the anchors of the network.

    Certain are trunk classes and what lies at a declared point; possible, beside them, scraps of trunk road, roads whose class is missing, and
    roads that reach the county's outline, for beyond it we cannot see. Where there is no certain anchor, nothing tells one piece from
    another: then each is possible.

    Args:
        network: The network.
        rule: `anchor_classes`, `anchor_min_length_m`, `unclassed_main_length_m`, and the distances `touch_m` (outline) and `doubt_m` (points).
        outline: The county's polygon(s), any CRS.
        points: Declared access points, any CRS; every edge within `doubt_m` is an anchor.
    """
    standing = _standing(network)
    declared = standing & _near(network, points, rule.doubt_m.value)
    trunk, scrap = _trunk(network, rule, standing)
    border = standing & _near(network, outline, rule.touch_m.value, boundary=True)
    unclassed = standing & _unclassed(network)
    certain = declared | trunk
    possible = scrap | border | unclassed if certain.any() else standing
    return Anchors(certain, possible, unclassed, rule.unclassed_main_length_m.value, _which(declared, trunk, unclassed, standing))


def _which(declared: NDArray[np.bool_], trunk: NDArray[np.bool_], unclassed: NDArray[np.bool_], standing: NDArray[np.bool_]) -> AnchorRule:
    found: tuple[tuple[AnchorRule, NDArray[np.bool_]], ...] = (
        ("points", declared),
        ("classes", trunk),
        ("unclassed", unclassed),
        ("open", standing),
    )
    return next((name for name, edges in found if edges.any()), "none")


def _standing(network: Network) -> NDArray[np.bool_]:
    """Edges that are not said to be planned or under construction: a road on paper anchors nothing."""
    if "status" not in network.edges:
        return np.ones(len(network.edges), dtype=bool)
    return ~network.edges["status"].isin(["planned", "building"]).fillna(value=False).to_numpy(dtype=bool)


def _trunk(network: Network, rule: NetworkRule, standing: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Standing edges of a trunk class in pieces that are long enough, and the scraps."""
    if "road_class" not in network.edges:
        return (np.zeros(len(network.edges), dtype=bool),) * 2
    trunk = standing & network.edges["road_class"].isin(rule.anchor_classes.value).fillna(value=False).to_numpy(dtype=bool)
    label = components(network, trunk, doubtful=False)
    long = component_lengths(network, label, trunk)[label] >= rule.anchor_min_length_m.value
    return trunk & long, trunk & ~long


def _unclassed(network: Network) -> NDArray[np.bool_]:
    if "road_class" not in network.edges:
        return np.ones(len(network.edges), dtype=bool)
    return network.edges["road_class"].isna().to_numpy(dtype=bool)


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
