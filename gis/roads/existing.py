"""What there is: every drawn road and project by what a plan can do with it, and where they meet.

Roads and projects are joined by `gis.network`, pair by pair, exactly as coverage is judged; nothing here decides anew what touches what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.network import build_network, connected, existing_mask, find_anchors, hardened_mask, standard_mask
from layers.errors import MissingCRS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.network import Anchors, Network
    from gis.standards import Standard

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


class Role(IntEnum):
    """What a plan can do with a drawn line; where one course was handed over several times, the least role is taken first."""

    ROOT = 0  # surely good enough and surely connected: the network that a plan hangs on
    FREE = 1  # surely good enough, not surely connected: nothing to pay along it
    COMMITTED = 2  # being built
    PROJECT = 3  # the bureau's project
    TRACK = 4  # there, to be paved
    PLANNED = 5  # drawn by somebody, not there: a new road on a given line
    IGNORED = 6  # a project that is not to be built


LINK_COLUMNS = ("node_a", "line_a", "at_a", "node_b", "line_b", "at_b", "gap_m", "certain")
_EXACT_M = 0.01
"""A smaller gap is the rounding of coordinates."""
ROAD, PROJECT = "roads", "road_projects"


@dataclass(frozen=True, slots=True, eq=False)
class RoadStock:
    """Roads and projects as courses that meet, in metres.

    Attributes:
        edges: One row per usable part of a road or project: its attributes, `layer` (roads or road_projects), `source_row` (position in that
            layer), `part`, `line`, `role`, `graded` (bridge or tunnel), `length_m`, geometry.
        courses: LineString of each line; edges of one course share a line (drawn either way).
        ends: `(lines, 2)` node of each course's first and last point.
        links: Where courses meet beside a common node (`LINK_COLUMNS`): each side is a node (line -1) or a place `at` metres along a line
            (node -1); `gap_m` is what is missing between them.
        assumed: Nothing tells for certain where the network is, so that every piece that may belong to it was taken for it.
        left_out: Parts of roads and projects that could not be used (`gis.network` notes).
        touch_m: What lies nearer than this touches.
    """

    edges: gpd.GeoDataFrame
    courses: Shapes
    ends: Ints
    links: pd.DataFrame
    assumed: bool
    left_out: pd.DataFrame
    touch_m: float

    @property
    def role(self) -> NDArray[np.int64]:
        """`Role` of each edge."""
        return np.asarray(self.edges["role"], dtype=np.int64)


def see_roads(
    roads: gpd.GeoDataFrame | None,
    standard: Standard,
    *,
    crs: CRS | str | int,
    outline: gpd.GeoDataFrame | None = None,
    anchors: gpd.GeoDataFrame | None = None,
    projects: gpd.GeoDataFrame | None = None,
) -> RoadStock:
    """Sort roads and projects by what a plan can do with them.

    What is "good enough" is the level that the standard asks for (`road.required_level`): hardened, or of the asked width and bays too, or any
    road. A road counts only on certain knowledge; one whose surface, width or existence nobody knows is a track of unknown surface.

    Args:
        roads: layer `roads`, any CRS; may be missing.
        standard: rules `road` and `network`.
        crs: the county's metric CRS.
        outline: the county's polygons (roads that leave the county may be connected beyond it).
        anchors: declared access points.
        projects: layer `road_projects`; those with the decision `must_not` connect nothing.

    Raises:
        MissingCRS: roads or projects do not say their CRS.
        QueryError: `crs` is not in metres.
    """
    rule = standard.network
    drawn = _together(roads, projects, crs)
    network = build_network(drawn, crs=crs, touch_m=rule.touch_m.value, doubt_m=rule.doubt_m.value)
    hangs_on = find_anchors(network, rule=rule, outline=outline, points=anchors)
    role, assumed = _roles(network, standard, hangs_on)
    courses = _courses(network)
    edges = network.edges.assign(line=network.links.line, role=role, graded=_flag(network.edges, "bridge") | _flag(network.edges, "tunnel"))
    edges["source_row"] = edges["layer_row"]
    ends = np.column_stack([network.links.start, network.links.end])
    meetings = _links(network, courses, ends, _used_lines(network, role))
    return RoadStock(edges.drop(columns="layer_row"), courses, ends, meetings, assumed, network.notes, rule.touch_m.value)


def _together(roads: gpd.GeoDataFrame | None, projects: gpd.GeoDataFrame | None, crs: CRS | str | int) -> gpd.GeoDataFrame:
    """Both layers in one metric frame; a project is planned whatever else its columns say, so that it never carries anybody by itself."""
    parts = []
    for layer, frame in ((ROAD, roads), (PROJECT, projects)):
        if frame is None or len(frame) == 0:
            continue
        if frame.crs is None:
            raise MissingCRS(f"图层 {layer} 没有坐标系，无法换算成米。", hint="导入时请声明坐标系，例如 EPSG:4490。")
        there = frame.to_crs(crs).reset_index(drop=True)
        there = there.assign(layer=pd.array([layer] * len(there), dtype="string"), layer_row=np.arange(len(there)))
        parts.append(there.assign(status=pd.array(["planned"] * len(there), dtype="string")) if layer == PROJECT else there)
    if not parts:
        empty = {"layer": pd.array([], dtype="string"), "layer_row": np.zeros(0, dtype=np.int64)}
        return gpd.GeoDataFrame(empty, geometry=np.zeros(0, dtype=object), crs=crs)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)


def _roles(network: Network, standard: Standard, anchors: Anchors) -> tuple[Ints, bool]:
    edges = network.edges
    good = _good_enough(network, standard)
    root = connected(network, good, anchors=anchors, doubtful=False)
    assumed = not root.any() and bool(good.any())
    if assumed:
        root = connected(network, good, anchors=anchors, doubtful=False, guessed=True)
    project = (edges["layer"] == PROJECT).to_numpy(dtype=bool)
    building = _says(edges, "status", "building") & _may_be_hard(edges, standard)
    conditions = [
        root,
        good,
        project & _says(edges, "decision", "must_not"),
        project,
        building,
        existing_mask(edges, standard.road)[1] | _says(edges, "status", "building"),
    ]
    choices = [Role.ROOT, Role.FREE, Role.IGNORED, Role.PROJECT, Role.COMMITTED, Role.TRACK]
    return np.select(conditions, choices, Role.PLANNED).astype(np.int64), assumed


def _good_enough(network: Network, standard: Standard) -> Bools:
    """Edges that surely are of the required level by themselves, connected or not."""
    level = standard.road.required_level.value
    mask = {"reachable": existing_mask, "hardened": hardened_mask, "standard": standard_mask}[level]
    return mask(network.edges, standard.road)[0]


def _may_be_hard(edges: pd.DataFrame, standard: Standard) -> Bools:
    """Whether nothing says that the surface is not an accepted one: a road being built is taken to end as its surface says."""
    if "surface" not in edges:
        return np.ones(len(edges), dtype=bool)
    accepted = edges["surface"].isin(standard.road.surfaces_accepted.value) | edges["surface"].isna()
    return np.asarray(accepted.fillna(value=False), dtype=bool)


def _says(edges: pd.DataFrame, column: str, value: str) -> Bools:
    if column not in edges:
        return np.zeros(len(edges), dtype=bool)
    return (edges[column] == value).fillna(value=False).to_numpy(dtype=bool)


def _flag(edges: pd.DataFrame, name: str) -> Bools:
    if name not in edges:
        return np.zeros(len(edges), dtype=bool)
    return np.asarray(edges[name].astype("boolean").fillna(value=False), dtype=bool)


def _courses(network: Network) -> Shapes:
    """The geometry of each line: that of the first edge with this course."""
    first = np.unique(network.links.line, return_index=True)[1]
    return np.asarray(network.edges.geometry.array, dtype=object)[first]


def _used_lines(network: Network, role: Ints) -> Bools:
    used = np.zeros(len(network.links.start), dtype=bool)
    used[network.links.line[role < Role.IGNORED]] = True
    return used


def _links(network: Network, courses: Shapes, ends: Ints, used: Bools) -> pd.DataFrame:
    """The joints of used lines as places: `LINK_COLUMNS`."""
    count = len(courses)
    a, b = network.links.vertex_a.copy(), network.links.vertex_b.copy()
    kind = network.joints["kind"].to_numpy(dtype=object)
    owner = _only_line(ends, network.links.nodes)
    # A free end that sticks out crosses the other line: the two courses meet where they cross, not at the end.
    out = (kind == "overshoot") & (a >= count)
    a[out] = owner[a[out] - count]
    on = np.concatenate([used, np.isin(np.arange(network.links.nodes), ends[used])])
    keep = np.flatnonzero(on[a] & on[b])
    a, b, certain = a[keep], b[keep], network.links.certain[keep]
    meets = (a < count) & (b < count)
    nodes = np.asarray(network.nodes.geometry.array, dtype=object)
    apart = _apart(a[~meets], b[~meets], certain[~meets], courses, nodes)
    return pd.concat([apart, _crossings(a[meets], b[meets], courses)], ignore_index=True)


def _only_line(ends: Ints, nodes: int) -> Ints:
    """The line that ends at each node (the last of several)."""
    owner = np.zeros(nodes, dtype=np.int64)
    owner[ends.reshape(-1)] = np.repeat(np.arange(len(ends)), 2)
    return owner


def _apart(a: Ints, b: Ints, certain: Bools, courses: Shapes, nodes: Shapes) -> pd.DataFrame:
    """Links of a node with a node or with a line that it does not end."""
    count = len(courses)
    node_a, node_b = np.maximum(a, b) - count, np.where(np.minimum(a, b) >= count, np.minimum(a, b) - count, -1)
    line_b = np.where(node_b < 0, np.minimum(a, b), -1)
    at_b, gap = np.zeros(len(a)), np.zeros(len(a))
    side, end = line_b >= 0, line_b < 0
    at_b[side] = shapely.line_locate_point(courses[line_b[side]], nodes[node_a[side]])
    gap[side] = shapely.distance(courses[line_b[side]], nodes[node_a[side]])
    gap[end] = shapely.distance(nodes[node_a[end]], nodes[node_b[end]])
    gap = np.where(gap < _EXACT_M, 0.0, gap)
    none = np.full(len(a), -1, dtype=np.int64)
    return pd.DataFrame(dict(zip(LINK_COLUMNS, (node_a, none, np.zeros(len(a)), node_b, line_b, at_b, gap, certain), strict=True)))


def _crossings(a: Ints, b: Ints, courses: Shapes) -> pd.DataFrame:
    """All places where two lines that are joined by crossing meet; both ends of a stretch that they share."""
    meeting = np.asarray(shapely.intersection(courses[a], courses[b]), dtype=object)
    parts, pair = shapely.get_parts(meeting, return_index=True)
    places, part = shapely.get_coordinates(_tips(parts), return_index=True)
    pair = pair[part]
    points = shapely.points(places)
    at_a, at_b = shapely.line_locate_point(courses[a[pair]], points), shapely.line_locate_point(courses[b[pair]], points)
    none, zero = np.full(len(pair), -1, dtype=np.int64), np.zeros(len(pair))
    values = (none, a[pair], at_a, none.copy(), b[pair], at_b, zero, np.ones(len(pair), dtype=bool))
    return pd.DataFrame(dict(zip(LINK_COLUMNS, values, strict=True)))


def _tips(parts: Shapes) -> Shapes:
    """Points as they are, lines as their two ends."""
    tips = np.array(parts, dtype=object)
    lines = shapely.get_type_id(tips) == 1
    if lines.any():
        ends = np.stack([shapely.get_coordinates(shapely.get_point(tips[lines], which)) for which in (0, -1)], axis=1)
        tips[lines] = shapely.linestrings(ends)
    return tips
