"""The pairwise rule: which two lines are joined, for certain or perhaps.

Every decision looks at two lines alone. That is what makes the network monotone: a new road can add joints, never take one away.
A joint is a link between two *vertices*: lines are numbered 0…L-1, nodes L…L+N-1. A link through a node speaks for every line that ends there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gis.network.index import PieceIndex, index_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.network.lines import Lines

JOINT_COLUMNS = ("kind", "certain", "gap_m", "vertex_a", "vertex_b", "geometry")
JOINT_LABELS = {"end_end": "两端相对", "end_line": "端点靠近路段", "overshoot": "出头", "crossing": "交叉"}
_EXACT_M = 1e-6
"""Below this an end lies on the line and a gap is no gap: far under any survey, far over the rounding of metre coordinates."""


class Near(NamedTuple):
    """Ends near lines that do not end there: node, line, distance, and the piece of the line that is nearest."""

    node: NDArray[np.int64]
    line: NDArray[np.int64]
    gap: NDArray[np.float64]
    piece: NDArray[np.object_]

    def where(self, mask: NDArray[np.bool_]) -> Near:
        """The rows of the mask."""
        return Near(self.node[mask], self.line[mask], self.gap[mask], self.piece[mask])


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
    index = index_lines(lines.geometry)
    points = np.asarray(shapely.points(lines.points), dtype=object)
    near = _near(lines, index, points, doubt_m)
    at_end = _meets_end(lines, near, touch_m=touch_m, doubt_m=doubt_m)
    parts = (
        _end_end(lines, near.where(at_end), touch_m),
        _end_line(lines, points, near.where(~at_end), touch_m=touch_m, doubt_m=doubt_m),
        _crossings(lines, index, near.where(near.gap <= touch_m), doubt_m),
    )
    joints = pd.concat(parts, ignore_index=True)
    return joints[~_needless(lines, joints)].sort_values(["vertex_a", "vertex_b", "kind"], kind="stable", ignore_index=True)


def _near(lines: Lines, index: PieceIndex, points: NDArray[np.object_], doubt_m: float) -> Near:
    """Every end at most `doubt_m` from a line that does not end there, once for each line."""

    def _foreign(node: NDArray[np.int64], line: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((lines.start[line] != node) & (lines.end[line] != node))

    node, piece = index.near(points, doubt_m, _foreign)
    gap = np.asarray(shapely.distance(points[node], index.pieces[piece]), dtype=float)
    line = index.line[piece]
    order = np.lexsort((piece, gap, line, node))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(node[order]) != 0) | (np.diff(line[order]) != 0)
    nearest = order[first]
    return Near(node[nearest], line[nearest], gap[nearest], index.pieces[piece[nearest]]).where(gap[nearest] <= doubt_m)


def _meets_end(lines: Lines, near: Near, *, touch_m: float, doubt_m: float) -> NDArray[np.bool_]:
    """Whether what lies near is the other line's end, rather than its side."""
    apart = _nearest_end(lines, near)[1]
    return np.where(near.gap <= touch_m, apart <= touch_m, apart <= np.minimum(near.gap + _EXACT_M, doubt_m))


def _nearest_end(lines: Lines, near: Near) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The end of the line that lies nearer to the node, and how far."""
    to_start = np.hypot(*(lines.points[near.node] - lines.points[lines.start[near.line]]).T)
    to_end = np.hypot(*(lines.points[near.node] - lines.points[lines.end[near.line]]).T)
    return np.where(to_start <= to_end, lines.start[near.line], lines.end[near.line]), np.minimum(to_start, to_end)


def _end_end(lines: Lines, near: Near, touch_m: float) -> pd.DataFrame:
    other, apart = _nearest_end(lines, near)
    pairs = pd.DataFrame({"a": np.minimum(near.node, other), "b": np.maximum(near.node, other), "gap": apart}).drop_duplicates(["a", "b"])
    a, b, gap = (pairs[name].to_numpy() for name in ("a", "b", "gap"))
    middle = np.asarray(shapely.points((lines.points[a] + lines.points[b]) / 2), dtype=object)
    count = len(lines.geometry)
    return _frame([("end_end", gap <= touch_m, gap, a + count, b + count, middle)])


def _end_line(lines: Lines, points: NDArray[np.object_], near: Near, *, touch_m: float, doubt_m: float) -> pd.DataFrame:
    bridge = shapely.shortest_line(points[near.node], near.piece)
    middle = np.asarray(shapely.line_interpolate_point(bridge, 0.5, normalized=True), dtype=object)
    stub = _stub(lines, points, near, touch_m)
    over = stub <= doubt_m
    vertex = near.node + len(lines.geometry)
    return _frame(
        [
            ("overshoot", np.ones(int(over.sum()), dtype=bool), stub[over], vertex[over], near.line[over], middle[over]),
            ("end_line", near.gap[~over] <= touch_m, near.gap[~over], vertex[~over], near.line[~over], middle[~over]),
        ]
    )


def _stub(lines: Lines, points: NDArray[np.object_], near: Near, touch_m: float) -> NDArray[np.float64]:
    """How far a free end that touches a line lies beyond the place where its road crosses it; infinite where it does not."""
    owner = _only_line(lines)
    stub = np.full(len(near.node), np.inf)
    ask = np.flatnonzero((near.gap > _EXACT_M) & (near.gap <= touch_m) & (owner[near.node] >= 0))
    own, crossed = lines.geometry[owner[near.node[ask]]], lines.geometry[near.line[ask]]
    meets = np.asarray(shapely.intersects(own, crossed))
    stub[ask[meets]] = shapely.distance(points[near.node[ask[meets]]], shapely.intersection(own[meets], crossed[meets]))
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


def _crossings(lines: Lines, index: PieceIndex, touching: Near, doubt_m: float) -> pd.DataFrame:
    """Lines that meet away from their ends, and are no bridge or tunnel; an overshoot where a free end lies at most `doubt_m` beyond."""

    def _level(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (first < second) & ~lines.graded[first] & ~lines.graded[second] & ~_share_node(lines, first, second)

    one, other = index.crossing(_level)
    loose = ~_ends_touch(lines, index.line[one], index.line[other], touching)
    one, other = one[loose], other[loose]
    a, b = index.line[one], index.line[other]
    meeting = np.asarray(shapely.intersection(index.pieces[one], index.pieces[other]), dtype=object)
    stub = np.minimum(_beyond(lines, a, meeting), _beyond(lines, b, meeting))
    order = np.lexsort((other, one, stub, b, a))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    pick = order[first]
    return _met(a[pick], b[pick], meeting[pick], stub[pick], doubt_m)


def _met(a: NDArray[np.int64], b: NDArray[np.int64], meeting: NDArray[np.object_], stub: NDArray[np.float64], doubt_m: float) -> pd.DataFrame:
    place = np.asarray(shapely.point_on_surface(meeting), dtype=object)
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


def _ends_touch(lines: Lines, a: NDArray[np.int64], b: NDArray[np.int64], touching: Near) -> NDArray[np.bool_]:
    """Whether an end of either line touches the other: then the pair is joined at that end already."""
    known = touching.node * len(lines.geometry) + touching.line
    keys = [ends[one] * len(lines.geometry) + other for one, other in ((a, b), (b, a)) for ends in (lines.start, lines.end)]
    return np.asarray(np.logical_or.reduce([np.isin(key, known) for key in keys]))


_Part = tuple[str, "NDArray[np.bool_]", "NDArray[np.float64]", "NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.object_]"]


def _frame(parts: list[_Part]) -> pd.DataFrame:
    empty = np.zeros(0)
    kinds = [np.full(len(part[1]), part[0], dtype=object) for part in parts]
    columns = [np.concatenate([empty.astype(kind), *(part[at] for part in parts)]) for at, kind in _TYPES]
    return pd.DataFrame(dict(zip(JOINT_COLUMNS, [pd.array(np.concatenate([empty.astype(object), *kinds]), dtype="string"), *columns], strict=True)))


_TYPES = ((1, np.bool_), (2, np.float64), (3, np.int64), (4, np.int64), (5, np.object_))
