"""The road network as the groups see it: what is connected, how near it is, and which gaps decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.gaps.nearest import Nearest, apart, narrow, nearest, pairs_within
from gis.gaps.scene import numbers
from gis.network import build_network, connected, deciding_joints, existing_mask, find_anchors, hardened_mask, standard_mask
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools, Floats
    from gis.gaps.scene import Scene
    from gis.network import Anchors, Network
    from gis.standards import RoadRule, Standard

LAYER = "roads"


@dataclass(frozen=True, slots=True, eq=False)
class RoadView:
    """The network, and which of its edges count for what; each mask in two bounds.

    Attributes:
        network, anchors: the joined roads, and what they hang on.
        existing: edges that are there.
        paved, wide: hardened edges, and those of the asked width and bays, connected or not.
        hardened: hardened edges connected to the county's network through hardened edges.
        standard: likewise through edges of the asked width and bays.
        doubtful: surely hardened edges that are connected to certain anchors if doubtful joints hold.
        unrooted: surely hardened edges that are connected if possible anchors (and doubtful joints) are.
    """

    network: Network
    anchors: Anchors
    existing: tuple[Bools, Bools]
    paved: tuple[Bools, Bools]
    wide: tuple[Bools, Bools]
    hardened: tuple[Bools, Bools]
    standard: tuple[Bools, Bools]
    doubtful: Bools
    unrooted: Bools


@dataclass(frozen=True, slots=True, eq=False)
class RoadDistances:
    """From each group to the nearest edge of each mask of a view (rows are edges), sure and possible; and the end distance."""

    existing: tuple[Nearest, Nearest]
    paved: Nearest
    hardened: tuple[Nearest, Nearest]
    standard: tuple[Nearest, Nearest]
    limit: Floats


def view_roads(scene: Scene, standard: Standard, *, outline: gpd.GeoDataFrame | None = None, anchors: gpd.GeoDataFrame | None = None) -> RoadView:
    """Join the roads of the scene and see what is connected.

    Args:
        scene: the input; without a layer `roads` the network is empty.
        standard: rules `road` and `network`.
        outline: the county's polygons; roads that reach it may be connected beyond it.
        anchors: declared access points.
    """
    rule = standard.network
    roads = gpd.GeoDataFrame(scene.frame(LAYER))
    network = build_network(roads, crs=scene.crs, touch_m=rule.touch_m.value, doubt_m=rule.doubt_m.value)
    existing, paved, wide = (mask(network.edges, standard.road) for mask in (existing_mask, hardened_mask, standard_mask))
    roots = find_anchors(network, rule=rule, outline=outline, points=anchors)

    def hanging(masks: tuple[Bools, Bools]) -> tuple[Bools, Bools]:
        """What of the masks hangs on the county's network, surely and possibly."""
        return connected(network, masks[0], anchors=roots, doubtful=False), connected(network, masks[1], anchors=roots, doubtful=True)

    doubtful, unrooted = (connected(network, paved[0], anchors=roots, doubtful=True, guessed=guessed) for guessed in (False, True))
    return RoadView(network, roots, existing, paved, wide, hanging(paved), hanging(wide), doubtful, unrooted)


def measure_roads(scene: Scene, rule: RoadRule, view: RoadView) -> RoadDistances:
    """Nearest edge of each mask; every mask lies within the one before, so that only groups whose nearest falls out are asked again."""
    lines = np.asarray(view.network.edges.geometry.array, dtype=object)

    def within(wider: Nearest, mask: Bools) -> Nearest:
        """Nearest edge of a mask that lies within the one before."""
        return narrow(wider, scene.places, lines, mask)

    there_may = nearest(scene.places, lines, view.existing[1])
    paved = within(there_may, view.paved[1])
    hardened_may = within(paved, view.hardened[1])
    hardened = within(hardened_may, view.hardened[0])
    standard_may = within(hardened_may, view.standard[1])
    return RoadDistances(
        existing=(within(there_may, view.existing[0]), there_may),
        paved=paved,
        hardened=(hardened, hardened_may),
        standard=(within(standard_may, view.standard[0]), standard_may),
        limit=np.where(scene.areal, rule.end_distance_area_m.value, rule.end_distance_point_m.value),
    )


def source_rows(view: RoadView, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the layer `roads` of these edges; -1 stays -1."""
    source = view.network.edges["source_row"].to_numpy(dtype=np.int64)
    return np.append(source, -1)[edges]


JOINT_COLUMNS = ("kind", "certain", "gap_m", "road_code_a", "road_code_b", "groups_count", "households_count", "group_codes", "geometry")


def decided_joints(scene: Scene, view: RoadView, rule: RoadRule, limit: Floats, undecided: Bools) -> gpd.GeoDataFrame:
    """The network's joints in EPSG:4490, and for each doubtful one the groups that it decides.

    A gap decides a group that is unknown if closing it, alone or together with others that would not do without it, puts a road within the end
    distance on the network, and nothing else is guessed. A group that also waits for a road's surface to be known is not among them.

    Args:
        scene: the input.
        view: the network.
        rule: whose required level is asked for; below `hardened` no gap decides anything.
        limit: end distance of each group.
        undecided: which groups are unknown.

    Returns:
        `JOINT_COLUMNS`; `group_codes` comma separated, `households_count` their known households.
    """
    joints = view.network.joints
    mask = {"hardened": view.paved[0], "standard": view.wide[0]}.get(rule.required_level.value, np.zeros(len(view.network.edges), dtype=bool))
    group, edge = _within_end(scene, view, mask, limit, undecided)
    found = deciding_joints(view.network, mask, anchors=view.anchors, who=group, edge=edge)
    households = np.nan_to_num(numbers(scene.groups, "households_count")).astype(np.int64)
    codes = scene.groups["group_code"].astype("string").to_numpy(dtype=object)
    grouped = pd.DataFrame({"joint": found["joint"], "code": codes[found["who"]], "households": households[found["who"]]}).groupby("joint")
    columns: dict[str, Any] = {
        "groups_count": grouped["code"].size().reindex(range(len(joints)), fill_value=0).astype("Int64").array,
        "households_count": grouped["households"].sum().reindex(range(len(joints)), fill_value=0).astype("Int64").array,
        "group_codes": grouped["code"].agg(",".join).reindex(range(len(joints))).astype("string").array,
    }
    return gpd.GeoDataFrame(joints.assign(**columns)[list(JOINT_COLUMNS)]).to_crs(scene.groups.crs or STORAGE_CRS)


def _within_end(scene: Scene, view: RoadView, mask: Bools, limit: Floats, which: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (group, edge of the mask) within the end distance, of some of the groups."""
    groups, edges = np.flatnonzero(which), np.flatnonzero(mask)
    places, lines = scene.places[groups], np.asarray(view.network.edges.geometry.array, dtype=object)[edges]
    at, hit = pairs_within(places, lines, float(limit[groups].max(initial=0.0)))
    near = apart(places[at], lines[hit]) <= limit[groups[at]]
    return groups[at[near]], edges[hit[near]]
