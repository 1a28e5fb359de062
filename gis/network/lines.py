"""From a frame of roads to plain lines: parts, ends, and a note of everything that was not plain.

An *edge* is one part of one road, with all its attributes. Edges with the same course (either direction) share one *line*, so that a road
handed over a hundred times costs as much as once. A *node* is a place where lines end; ends at exactly the same coordinates are one node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from layers.errors import MissingCRS, QueryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOTE_COLUMNS = ("what", "source_row", "road_code", "length_m")
NOTE_LABELS = {
    "empty": "没有几何",
    "not_line": "不是线",
    "not_finite": "坐标不是有限的数",
    "zero_length": "长度为零",
    "multi_part": "由几段组成",
    "height_dropped": "高程不用",
    "duplicate": "与另一条路完全重合",
    "self_crossing": "自相交",
    "loop": "首尾相接",
}
"""Words for the notes."""
LEFT_OUT = ("empty", "not_line", "not_finite", "zero_length")
"""Notes of what the network cannot use; all others are of edges that it keeps."""
_LINE, _RING = 1, 2  # shapely.get_type_id


@dataclass(frozen=True, slots=True)
class Lines:
    """Distinct courses and their ends.

    Attributes:
        geometry: LineString of each line, metric.
        graded: Whether the line is a bridge or tunnel.
        start: Node of each line's first point.
        end: Node of each line's last point.
        points: `(nodes, 2)` coordinates of the nodes.
    """

    geometry: NDArray[np.object_]
    graded: NDArray[np.bool_]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    points: NDArray[np.float64]


def metric_edges(roads: gpd.GeoDataFrame, crs: CRS | str | int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """One row per usable part of a road, in the metric CRS, and notes of what was left out or is peculiar.

    Returns:
        edges: All columns of `roads` plus `source_row` (position in `roads`), `part`, `length_m`; plain 2D LineStrings.
        notes: `NOTE_COLUMNS`; what is `empty`, `not_line`, `not_finite`, `zero_length` (left out), `multi_part`, `height_dropped`,
            `duplicate`, `self_crossing`, `loop` (kept).

    Raises:
        MissingCRS: The roads do not say their CRS.
        QueryError: `crs` is not in metres.
    """
    if roads.crs is None:
        raise MissingCRS("道路图层没有坐标系，无法换算成米。", hint="导入时请声明坐标系，例如 EPSG:4490。")
    metric = CRS.from_user_input(crs)
    if not all(axis.unit_name in {"metre", "meter"} for axis in metric.axis_info):
        raise QueryError(f"路网须在以米为单位的坐标系里计算，而“{metric.name}”不是。", hint="请用本县的 CGCS2000 三度带投影。")
    flat: NDArray[np.object_] = np.array(shapely.force_2d(shapes_of(roads.to_crs(metric))), dtype=object)
    parts, source = shapely.get_parts(flat, return_index=True)
    fault = _faults(parts)
    usable = fault == ""
    edges = _edge_frame(roads, parts[usable], source[usable], metric)
    notes: pd.DataFrame = pd.concat([_left_out(roads, flat, parts, source, fault), _peculiar(roads, edges)], ignore_index=True)
    return edges, notes.sort_values(["source_row", "what"], kind="stable", ignore_index=True)


def shapes_of(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """The geometries of a frame as a plain array."""
    return np.array(frame.geometry.array, dtype=object)


def _edge_frame(roads: gpd.GeoDataFrame, parts: NDArray[np.object_], source: NDArray[np.int64], crs: CRS) -> gpd.GeoDataFrame:
    attributes = pd.DataFrame(roads.drop(columns=roads.geometry.name)).iloc[source].reset_index(drop=True)
    number = pd.Series(source).groupby(source).cumcount().to_numpy()
    return gpd.GeoDataFrame(
        attributes.assign(source_row=source, part=number, length_m=shapely.length(parts)), geometry=_as_linestrings(parts), crs=crs
    )


def _as_linestrings(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    rings = shapely.get_type_id(parts) == _RING
    out = parts.copy()
    if rings.any():
        coordinates, index = shapely.get_coordinates(parts[rings], return_index=True)
        out[rings] = shapely.linestrings(coordinates, indices=index)
    return out


def _faults(parts: NDArray[np.object_]) -> NDArray[np.str_]:
    """Why a part cannot be used; empty text where it can."""
    kind = shapely.get_type_id(parts)
    finite = np.isfinite(shapely.bounds(parts)).all(axis=1)
    reasons = [shapely.is_empty(parts) | (kind < 0), (kind != _LINE) & (kind != _RING), ~finite | _any_nan(parts), shapely.length(parts) == 0]
    return np.select(reasons, ["empty", "not_line", "not_finite", "zero_length"], default="").astype(str)


def _any_nan(parts: NDArray[np.object_]) -> NDArray[np.bool_]:
    coordinates, index = shapely.get_coordinates(parts, return_index=True)
    bad = index[~np.isfinite(coordinates).all(axis=1)]
    found = np.zeros(len(parts), dtype=bool)
    found[bad] = True
    return found


def _left_out(
    roads: gpd.GeoDataFrame, flat: NDArray[np.object_], parts: NDArray[np.object_], source: NDArray[np.int64], fault: NDArray[np.str_]
) -> pd.DataFrame:
    nothing = np.setdiff1d(np.arange(len(flat)), source)
    bad = fault != ""
    rows = np.concatenate([nothing, source[bad]])
    what = np.concatenate([np.full(len(nothing), "empty"), fault[bad]])
    length = np.concatenate([np.zeros(len(nothing)), shapely.length(parts[bad])])
    return _notes(roads, rows, what, np.where(np.isfinite(length), length, np.nan))


def _peculiar(roads: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> pd.DataFrame:
    """Notes on roads that are kept: several parts, heights, self-crossings, loops, duplicates."""
    geometry = shapes_of(edges)
    source = edges["source_row"].to_numpy()
    high = np.asarray(shapely.has_z(shapes_of(roads)))
    loop = np.asarray(shapely.is_closed(geometry))
    found = {
        "multi_part": edges["part"].to_numpy() > 0,
        "height_dropped": high[source] if len(source) else np.zeros(0, dtype=bool),
        "loop": loop,
        "self_crossing": ~np.asarray(shapely.is_simple(geometry)),
        "duplicate": pd.Series(course_keys(geometry)).duplicated().to_numpy(),
    }
    frames = [_notes(roads, source[mask], np.full(int(mask.sum()), what), edges["length_m"].to_numpy()[mask]) for what, mask in found.items()]
    return pd.concat(frames, ignore_index=True).drop_duplicates(["what", "source_row"])


def _notes(roads: gpd.GeoDataFrame, rows: NDArray[np.int64], what: NDArray[np.str_], length: NDArray[np.float64]) -> pd.DataFrame:
    codes = road_codes(roads).iloc[rows].reset_index(drop=True)
    return pd.DataFrame(
        {
            "what": pd.array(what, dtype="string"),
            "source_row": np.asarray(rows, dtype=np.int64),
            "road_code": codes,
            "length_m": np.asarray(length, dtype=float),
        }
    )


def road_codes(frame: pd.DataFrame) -> pd.Series[str]:
    """The `road_code` of each row as `string`; `<NA>` where the frame has none."""
    if "road_code" in frame:
        return frame["road_code"].astype("string")
    return pd.Series(pd.NA, index=frame.index, dtype="string")


def course_keys(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """A key for each line that is equal exactly for lines of the same course, whichever way they were drawn."""
    return np.asarray(shapely.to_wkb(shapely.normalize(geometry)), dtype=object)


def distinct_lines(edges: gpd.GeoDataFrame) -> tuple[Lines, NDArray[np.int64]]:
    """Distinct courses (a bridge and a road of the same course stay apart) and, for each edge, the number of its line."""
    geometry: NDArray[np.object_] = np.array(shapely.remove_repeated_points(shapes_of(edges)), dtype=object)
    graded = _flag(edges, "bridge") | _flag(edges, "tunnel")
    keys = pd.MultiIndex.from_arrays([course_keys(geometry), graded])
    numbers, _ = pd.factorize(keys)
    first = np.unique(numbers, return_index=True)[1]
    lines = geometry[first]
    ends = np.concatenate([_end(lines, 0), _end(lines, -1)])
    points, node = np.unique(ends, axis=0, return_inverse=True)
    node = node.reshape(-1).astype(np.int64)
    return Lines(lines, graded[first], node[: len(lines)], node[len(lines) :], points), numbers.astype(np.int64)


def _end(lines: NDArray[np.object_], which: int) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(shapely.get_point(lines, which)), dtype=float).reshape(-1, 2) + 0.0  # -0.0 is 0.0


def _flag(edges: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """A boolean column with missing as False: a crossing is a crossing unless the data say that it is a bridge."""
    if name not in edges:
        return np.zeros(len(edges), dtype=bool)
    return np.asarray(edges[name].astype("boolean").fillna(value=False), dtype=bool)
