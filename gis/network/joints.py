"""The pairwise rule: which two lines are joined, for certain or perhaps.

Every decision looks at two lines alone. That is what makes the network monotone: a new road can add joints, never take one away.
A joint is a link between two *vertices*: lines are numbered 0…L-1, nodes L…L+N-1. A link through a node speaks for every line that ends there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gis.network.lines import Lines

    _Query = Callable[[slice], NDArray[np.int64]]
    _Keep = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]

JOINT_COLUMNS = ("kind", "certain", "gap_m", "vertex_a", "vertex_b", "geometry")
JOINT_LABELS = {"end_end": "两端相对", "end_line": "端点靠近路段", "overshoot": "出头", "crossing": "交叉"}
_CHUNK_MIN, _CHUNK_MAX = 64, 2048
_PAIRS_PER_CHUNK = 1_000_000
_PAIRS_PER_LINE = 200
_PAIRS_ALWAYS = 2_000_000
_EXACT_M = 1e-6
"""Below this an end lies on the line and a gap is no gap: far under any survey, far over the rounding of metre coordinates."""


def find_joints(lines: Lines, *, touch_m: float, doubt_m: float) -> pd.DataFrame:
    """All joints (`JOINT_COLUMNS`), sorted by vertices; ends that share a node exactly need none.

    kind: `end_end`, `end_line` (an end near another line), `overshoot` (a free end at most `doubt_m`
    beyond the line that it crosses; `gap_m` is the stub, and the joint is certain), `crossing`.

    Doubtful joints of two lines that are joined for certain anyway are left out: they would connect nothing and only hide the real gaps.

    Raises:
        InputError: The lines lie so densely that coordinates or CRS must be wrong.
    """
    if len(lines.geometry) == 0:
        return _frame([])
    tree = shapely.STRtree(lines.geometry)
    near = _ends_near_lines(lines, tree, touch_m=touch_m, doubt_m=doubt_m)
    joints = pd.concat([near, _crossings(lines, tree, touch_m=touch_m, doubt_m=doubt_m)], ignore_index=True)
    return joints[~_needless(lines, joints)].sort_values(["vertex_a", "vertex_b", "kind"], kind="stable", ignore_index=True)


def _pairs(tree: shapely.STRtree, query: _Query, keep: _Keep, count: int) -> NDArray[np.int64]:
    """Pairs (asked, found) of a tree query that are kept, asked in slices so that memory stays small and nonsense is noticed early."""
    limit = max(_PAIRS_ALWAYS, _PAIRS_PER_LINE * len(tree.geometries))
    found: list[NDArray[np.int64]] = [np.zeros((2, 0), dtype=np.int64)]
    begin, total, size = 0, 0, _CHUNK_MIN
    while begin < count:
        pairs = query(slice(begin, begin + size)) + np.array([[begin], [0]])
        found.append(pairs[:, keep(pairs[0], pairs[1])])
        total += pairs.shape[1]
        begin += size
        if total > limit:
            raise _too_dense(total // min(begin, count))
        size = int(np.clip(_PAIRS_PER_CHUNK * size // max(1, pairs.shape[1]), _CHUNK_MIN, min(2 * size, _CHUNK_MAX)))
    return np.concatenate(found, axis=1)


def _too_dense(near: int) -> InputError:
    return InputError(
        f"道路过密：已查的路平均每条附近有 {near} 条别的路，坐标或坐标系多半不对。",
        expected="坐标以米为单位",
        hint="请核对道路图层的坐标系声明（例如把经纬度当成了米）。",
    )


def _ends_near_lines(lines: Lines, tree: shapely.STRtree, *, touch_m: float, doubt_m: float) -> pd.DataFrame:
    points = np.asarray(shapely.points(lines.points), dtype=object)

    def query(part: slice) -> NDArray[np.int64]:
        return np.asarray(tree.query(points[part], predicate="dwithin", distance=doubt_m), dtype=np.int64)

    def foreign(node: NDArray[np.int64], line: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((lines.start[line] != node) & (lines.end[line] != node))

    node, line = _pairs(tree, query, foreign, len(points))
    gap = np.asarray(shapely.distance(points[node], lines.geometry[line]), dtype=float)
    node, line, gap = (array[gap <= doubt_m] for array in (node, line, gap))
    other, apart = _nearest_end(lines, node, line)
    meets_end = np.where(gap <= touch_m, apart <= touch_m, apart <= np.minimum(gap + _EXACT_M, doubt_m))
    return pd.concat(
        [
            _end_end(lines, node[meets_end], other[meets_end], apart[meets_end], touch_m),
            _end_line(lines, points, node[~meets_end], line[~meets_end], gap[~meets_end], touch_m=touch_m, doubt_m=doubt_m),
        ],
        ignore_index=True,
    )


def _nearest_end(lines: Lines, node: NDArray[np.int64], line: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The end of `line` that lies nearer to `node`, and how far."""
    to_start = np.hypot(*(lines.points[node] - lines.points[lines.start[line]]).T)
    to_end = np.hypot(*(lines.points[node] - lines.points[lines.end[line]]).T)
    return np.where(to_start <= to_end, lines.start[line], lines.end[line]), np.minimum(to_start, to_end)


def _end_end(lines: Lines, node: NDArray[np.int64], other: NDArray[np.int64], apart: NDArray[np.float64], touch_m: float) -> pd.DataFrame:
    pairs = pd.DataFrame({"a": np.minimum(node, other), "b": np.maximum(node, other), "gap": apart}).drop_duplicates(["a", "b"])
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    middle = shapely.points((lines.points[a] + lines.points[b]) / 2)
    gap = pairs["gap"].to_numpy()
    count = len(lines.geometry)
    return _frame([("end_end", gap <= touch_m, gap, a + count, b + count, np.asarray(middle, dtype=object))])


def _end_line(
    lines: Lines,
    points: NDArray[np.object_],
    node: NDArray[np.int64],
    line: NDArray[np.int64],
    gap: NDArray[np.float64],
    *,
    touch_m: float,
    doubt_m: float,
) -> pd.DataFrame:
    bridge = shapely.shortest_line(points[node], lines.geometry[line])
    middle = np.asarray(shapely.line_interpolate_point(bridge, 0.5, normalized=True), dtype=object)
    stub = _stub(lines, points, node, line, gap, touch_m)
    over = stub <= doubt_m
    vertex = node + len(lines.geometry)
    return _frame(
        [
            ("overshoot", np.ones(int(over.sum()), dtype=bool), stub[over], vertex[over], line[over], middle[over]),
            ("end_line", gap[~over] <= touch_m, gap[~over], vertex[~over], line[~over], middle[~over]),
        ]
    )


def _stub(
    lines: Lines, points: NDArray[np.object_], node: NDArray[np.int64], line: NDArray[np.int64], gap: NDArray[np.float64], touch_m: float
) -> NDArray[np.float64]:
    """How far a free end lies beyond the place where its road crosses `line`; infinite where it does not."""
    owner = _only_line(lines)
    stub = np.full(len(node), np.inf)
    ask = np.flatnonzero((gap > _EXACT_M) & (gap <= touch_m) & (owner[node] >= 0))
    own, crossed = lines.geometry[owner[node[ask]]], lines.geometry[line[ask]]
    meets = np.asarray(shapely.intersects(own, crossed))
    stub[ask[meets]] = shapely.distance(points[node[ask[meets]]], shapely.intersection(own[meets], crossed[meets]))
    return stub


def _needless(lines: Lines, joints: pd.DataFrame) -> NDArray[np.bool_]:
    """Doubtful joints whose two sides stand for one line each, which are joined directly: by a node, a certain joint, or a crossing."""
    owner = np.concatenate([np.arange(len(lines.geometry)), _only_line(lines)])
    a, b = owner[joints["vertex_a"].to_numpy()], owner[joints["vertex_b"].to_numpy()]
    both = (a >= 0) & (b >= 0)
    pair = np.minimum(a, b) * len(lines.geometry) + np.maximum(a, b)
    certain = joints["certain"].to_numpy(dtype=bool)
    joined = np.isin(pair, pair[certain & both]) | _share_node(lines, a, b)
    return np.asarray(~certain & both & joined)


def _only_line(lines: Lines) -> NDArray[np.int64]:
    """For each node the one line that ends there; -1 where several do."""
    ends = np.concatenate([lines.start, lines.end])
    owner = np.zeros(len(lines.points), dtype=np.int64)
    owner[ends] = np.tile(np.arange(len(lines.geometry)), 2)
    return np.where(np.bincount(ends, minlength=len(owner)) == 1, owner, -1)


def _crossings(lines: Lines, tree: shapely.STRtree, *, touch_m: float, doubt_m: float) -> pd.DataFrame:
    """Lines that meet away from their ends, and are no bridge or tunnel; an overshoot where a free end lies at most `doubt_m` beyond."""

    def query(part: slice) -> NDArray[np.int64]:
        return np.asarray(tree.query(lines.geometry[part], predicate="intersects"), dtype=np.int64)

    def level(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (first < second) & ~lines.graded[first] & ~lines.graded[second] & ~_share_node(lines, first, second)

    a, b = _pairs(tree, query, level, len(lines.geometry))
    loose = ~(_ends_touch(lines, a, b, touch_m) | _ends_touch(lines, b, a, touch_m))
    a, b = a[loose], b[loose]
    meeting = np.asarray(shapely.intersection(lines.geometry[a], lines.geometry[b]), dtype=object)
    place = np.asarray(shapely.point_on_surface(meeting), dtype=object)
    stub = np.minimum(_beyond(lines, a, meeting), _beyond(lines, b, meeting))
    over = stub <= doubt_m
    gap = np.where(over, stub, 0.0)
    kinds = (("overshoot", over), ("crossing", ~over))
    return _frame([(kind, np.ones(int(pick.sum()), dtype=bool), gap[pick], a[pick], b[pick], place[pick]) for kind, pick in kinds])


def _beyond(lines: Lines, line: NDArray[np.int64], meeting: NDArray[np.object_]) -> NDArray[np.float64]:
    """How far the nearer free end of each line lies from where it meets another; infinite where it has no free end."""
    only = _only_line(lines)
    found = np.full(len(line), np.inf)
    for end in (lines.start[line], lines.end[line]):
        away = shapely.distance(shapely.points(lines.points[end]), meeting)
        found = np.where(only[end] >= 0, np.minimum(found, away), found)
    return found


def _share_node(lines: Lines, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
    start, end = lines.start, lines.end
    return np.asarray((start[a] == start[b]) | (start[a] == end[b]) | (end[a] == start[b]) | (end[a] == end[b]))


def _ends_touch(lines: Lines, a: NDArray[np.int64], b: NDArray[np.int64], touch_m: float) -> NDArray[np.bool_]:
    """Whether an end of `a` lies within `touch_m` of `b`: then the pair is joined at that end already."""
    target = lines.geometry[b]
    start = shapely.distance(shapely.points(lines.points[lines.start[a]]), target)
    end = shapely.distance(shapely.points(lines.points[lines.end[a]]), target)
    return np.asarray((start <= touch_m) | (end <= touch_m))


_Part = tuple[str, "NDArray[np.bool_]", "NDArray[np.float64]", "NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.object_]"]


def _frame(parts: list[_Part]) -> pd.DataFrame:
    empty = np.zeros(0)
    kinds = [np.full(len(part[1]), part[0], dtype=object) for part in parts]
    columns = [np.concatenate([empty.astype(kind), *(part[at] for part in parts)]) for at, kind in _TYPES]
    return pd.DataFrame(dict(zip(JOINT_COLUMNS, [pd.array(np.concatenate([empty.astype(object), *kinds]), dtype="string"), *columns], strict=True)))


_TYPES = ((1, np.bool_), (2, np.float64), (3, np.int64), (4, np.int64), (5, np.object_))
