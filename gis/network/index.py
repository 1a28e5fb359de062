"""A spatial index over lines cut into short pieces: a trunk road of ten thousand points costs no more than the lanes that meet it.

The lines themselves stay whole; pieces are only how near and crossing lines are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    _Ask = Callable[[slice], NDArray[np.int64]]
    _Keep = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]

_SEGMENTS = 32
_CHUNK_MIN, _CHUNK_MAX = 64, 2048
_PAIRS_PER_CHUNK = 1_000_000
_PAIRS_PER_PIECE = 200
_PAIRS_ALWAYS = 2_000_000


@dataclass(frozen=True, slots=True)
class PieceIndex:
    """Pieces of lines, the line of each, and a tree over them."""

    pieces: NDArray[np.object_]
    line: NDArray[np.int64]
    tree: shapely.STRtree

    def near(self, points: NDArray[np.object_], within_m: float, keep: _Keep) -> NDArray[np.int64]:
        """Pairs (point, piece) at most `within_m` apart, for which `keep(point, line)`."""

        def _query(part: slice) -> NDArray[np.int64]:
            return np.asarray(self.tree.query(points[part], predicate="dwithin", distance=within_m), dtype=np.int64)

        return self._pairs(_query, lambda point, piece: keep(point, self.line[piece]), len(points))

    def crossing(self, keep: _Keep) -> NDArray[np.int64]:
        """Pairs (piece, piece) that share a point, for which `keep(line, line)`."""

        def _query(part: slice) -> NDArray[np.int64]:
            return np.asarray(self.tree.query(self.pieces[part], predicate="intersects"), dtype=np.int64)

        return self._pairs(_query, lambda one, other: keep(self.line[one], self.line[other]), len(self.pieces))

    def _pairs(self, ask: _Ask, keep: _Keep, count: int) -> NDArray[np.int64]:
        """Pairs (asked, found) that are kept, asked in slices so that memory stays small and nonsense is noticed early."""
        limit = max(_PAIRS_ALWAYS, _PAIRS_PER_PIECE * len(self.pieces))
        found: list[NDArray[np.int64]] = [np.zeros((2, 0), dtype=np.int64)]
        begin, total, size = 0, 0, _CHUNK_MIN
        while begin < count:
            pairs = ask(slice(begin, begin + size)) + np.array([[begin], [0]])
            found.append(pairs[:, keep(pairs[0], pairs[1])])
            total += pairs.shape[1]
            begin += size
            if total > limit:
                raise _too_dense(total // min(begin, count))
            size = int(np.clip(_PAIRS_PER_CHUNK * size // max(1, pairs.shape[1]), _CHUNK_MIN, min(2 * size, _CHUNK_MAX)))
        return np.concatenate(found, axis=1)


def index_lines(lines: NDArray[np.object_]) -> PieceIndex:
    """Cut every line into pieces of at most 32 segments, and index them."""
    coordinates = shapely.get_coordinates(lines)
    points = shapely.get_num_points(lines).astype(np.int64)
    count = np.maximum(1, -(-(points - 1) // _SEGMENTS))
    line = np.repeat(np.arange(len(lines)), count)
    rank = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    first = (np.cumsum(points) - points)[line] + rank * _SEGMENTS
    size = np.minimum(_SEGMENTS, points[line] - 1 - rank * _SEGMENTS) + 1
    piece = np.repeat(np.arange(len(line)), size)
    take = np.arange(len(piece)) - np.repeat(np.cumsum(size) - size, size) + first[piece]
    pieces = np.asarray(shapely.linestrings(coordinates[take], indices=piece), dtype=object) if len(lines) else lines
    return PieceIndex(pieces, line, shapely.STRtree(pieces))


def _too_dense(near: int) -> InputError:
    return InputError(
        f"道路过密：已查的路平均每条附近有 {near} 条别的路，坐标或坐标系多半不对。",
        expected="坐标以米为单位",
        hint="请核对道路图层的坐标系声明（例如把经纬度当成了米）。",
    )
