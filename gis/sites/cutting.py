"""Land in pieces: contiguous cells, none too small, too large or too ragged to be a site."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_opening, label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Labels = NDArray[np.int32]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Pieces of land, and what became of the rest; counts in cells.

    Attributes:
        labels: piece of each cell, numbered from 1 in the order of their first cells (row by row); 0: none.
        count: number of pieces.
        thin: cells left out as strips narrower than the opening.
        small: cells in pieces below the least size.
        ragged: cells in pieces that are not compact enough.
    """

    labels: Labels
    count: int
    thin: int
    small: int
    ragged: int


def cut_land(allowed: Mask, *, least: int, most: int, opening: int = 0, compactness: float = 0.0) -> Cut:
    """Cut allowed cells into pieces that hang together by edges.

    Strips narrower than 2 · `opening` + 1 cells are left out (morphological opening by a square). A piece of more than `most` cells is halved
    across its longer principal axis until none is left; what falls below `least` thereby joins the neighbour with which it shares most edges, if
    both together fit. Nothing outside `allowed` is ever taken, and the same cells give the same pieces.

    Args:
        allowed: cells that may be built on, (rows, columns).
        least: smallest piece in cells, at least 1.
        most: largest piece in cells, not below `least`.
        opening: half the width of the square, in cells; 0: none.
        compactness: least 4πA/P² of a piece, its outline along the edges of the cells (a square has π/4).
    """
    opened = _opened(allowed, opening)
    whole, count = label(opened)
    pieces = _numbered([part for cells in _members(whole.ravel(), count) for part in _halved(cells, whole.shape[1], most)], whole.shape)
    pieces = _joined(pieces, least, most)
    large = np.bincount(pieces.ravel()) >= least
    round_ = compactness_of(pieces) >= compactness
    keep = large & round_
    keep[0] = False
    cells = np.bincount(pieces.ravel(), minlength=len(keep))
    kept = np.where(keep[pieces], pieces, 0)
    small, ragged = int(cells[1:][~large[1:]].sum()), int(cells[1:][large[1:] & ~round_[1:]].sum())
    return Cut(_in_order(kept), int(keep.sum()), int(allowed.sum() - opened.sum()), small, ragged)


def compactness_of(labels: Labels) -> NDArray[np.float64]:
    """4πA/P² of each label, from 0 (nought) to the largest; the outline runs along the edges of the cells."""
    framed = np.pad(labels, 1)
    size = int(labels.max(initial=0)) + 1
    edges = np.zeros(size)
    for here, there in _beside(framed):
        apart = here != there
        edges += np.bincount(here[apart], minlength=size) + np.bincount(there[apart], minlength=size)
    cells = np.bincount(labels.ravel(), minlength=size).astype(np.float64)
    out = np.zeros(size)
    there_are = edges[1:] > 0
    out[1:][there_are] = 4.0 * np.pi * cells[1:][there_are] / edges[1:][there_are] ** 2
    return out


def _opened(allowed: Mask, opening: int) -> Mask:
    if opening == 0:
        return allowed
    return np.asarray(binary_opening(allowed, structure=np.ones((2 * opening + 1,) * 2)), dtype=bool)


def _beside(labels: Labels) -> tuple[tuple[Labels, Labels], tuple[Labels, Labels]]:
    """Labels of all cells that share an edge, across and down."""
    return (labels[:, :-1].ravel(), labels[:, 1:].ravel()), (labels[:-1].ravel(), labels[1:].ravel())


def _members(flat: Labels, count: int) -> list[Ints]:
    """Flat numbers of the cells of each label from 1, rising."""
    cells = np.flatnonzero(flat)
    order = np.argsort(flat[cells], kind="stable")
    ends = np.cumsum(np.bincount(flat[cells], minlength=count + 1)[1:])
    return np.split(cells[order], ends[:-1]) if count else []


def _halved(cells: Ints, columns: int, most: int) -> list[Ints]:
    """The cells in connected pieces of at most `most`."""
    done, waiting = [], [cells]
    while waiting:
        piece = waiting.pop()
        if len(piece) <= most:
            done.append(piece)
            continue
        parts = -(-len(piece) // most)
        along = np.argsort(_along(piece, columns), kind="stable")
        cut = len(piece) * (parts // 2) // parts
        waiting += [*_connected(piece[np.sort(along[:cut])], columns), *_connected(piece[np.sort(along[cut:])], columns)]
    return done


def _along(cells: Ints, columns: int) -> NDArray[np.float64]:
    """Where each cell lies along the longer principal axis of all of them."""
    row, column = np.divmod(cells, columns)
    y, x = row - row.mean(), column - column.mean()
    angle = 0.5 * np.arctan2(2.0 * (x * y).mean(), (x * x).mean() - (y * y).mean())
    # Rounded, so that cells on one line across the axis are told apart by their order alone.
    return np.asarray(np.round(np.cos(angle) * x + np.sin(angle) * y, 6), dtype=np.float64)


def _connected(cells: Ints, columns: int) -> list[Ints]:
    """The cells in pieces that hang together by edges."""
    row, column = np.divmod(cells, columns)
    top, left = int(row.min()), int(column.min())
    window = np.zeros((int(row.max()) - top + 1, int(column.max()) - left + 1), dtype=bool)
    window[row - top, column - left] = True
    parts, count = label(window)
    own = parts[row - top, column - left]
    order = np.argsort(own, kind="stable")
    return np.split(cells[order], np.cumsum(np.bincount(own)[1:])[:-1]) if count > 1 else [cells]


def _numbered(pieces: list[Ints], shape: tuple[int, ...]) -> Labels:
    flat = np.zeros(shape[0] * shape[1], dtype=np.int32)
    for number, cells in enumerate(sorted(pieces, key=lambda cells: int(cells[0])), start=1):
        flat[cells] = number
    return flat.reshape(shape)


def _joined(labels: Labels, least: int, most: int) -> Labels:
    """Pieces below `least` joined to the neighbour that shares most edges, smallest first, while both fit into `most`."""
    size = np.bincount(labels.ravel())
    shared = _shared(labels)
    parent = np.arange(len(size), dtype=np.int32)
    waiting = [(int(size[piece]), piece) for piece in shared if size[piece] < least]
    heapq.heapify(waiting)
    while waiting:
        cells, piece = heapq.heappop(waiting)
        if parent[piece] != piece or size[piece] != cells:
            continue
        fits = [(-edges, other) for other, edges in shared[piece].items() if size[other] + cells <= most]
        if fits:
            other = min(fits)[1]
            _merge(shared, piece, other)
            parent[piece], size[other] = other, size[other] + cells
            if size[other] < least:
                heapq.heappush(waiting, (int(size[other]), other))
    return np.asarray(_roots(parent)[labels], dtype=np.int32)


def _shared(labels: Labels) -> dict[int, dict[int, int]]:
    """For each piece its neighbours, with the number of edges between them."""
    pairs = np.concatenate([np.stack(pair)[:, (pair[0] != pair[1]) & (pair[0] > 0) & (pair[1] > 0)] for pair in _beside(labels)], axis=1)
    found, counts = np.unique(np.sort(pairs, axis=0), axis=1, return_counts=True)
    shared: dict[int, dict[int, int]] = {}
    for a, b, edges in zip(*found.tolist(), counts.tolist(), strict=True):
        shared.setdefault(a, {})[b] = edges
        shared.setdefault(b, {})[a] = edges
    return shared


def _merge(shared: dict[int, dict[int, int]], piece: int, other: int) -> None:
    for third, edges in shared.pop(piece).items():
        del shared[third][piece]
        if third != other:
            shared[third][other] = shared[other][third] = shared[other].get(third, 0) + edges


def _roots(parent: Labels) -> Labels:
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return parent


def _in_order(labels: Labels) -> Labels:
    """Labels without gaps, in the order of their first cells."""
    found, first, back = np.unique(labels, return_index=True, return_inverse=True)
    number = np.zeros(len(found), dtype=np.int32)
    there = found > 0
    number[there] = np.argsort(np.argsort(first[there])) + 1
    return number[back].reshape(labels.shape)
