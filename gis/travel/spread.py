"""Travel times from places to all cells of a surface, or from all cells to the nearest place."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from gis.neighbours import REACH
from gis.travel.kernel import FACTOR, LONGEST_S, ROAD, fill, pace_of, quickest, search, steps_of
from gis.travel.places import SNAP_M, WHERE_LABELS, Placed, Where, put_places
from layers.errors import QueryError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.travel.roadlinks import RoadLinks
    from gis.travel.speeds import WalkModel
    from gis.travel.surface import Surface

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

STEPS = (8, 16)
FEWEST_BUCKETS_PER_MEAN_STEP = 64
"""A bucket is as wide as the cheapest step, but no narrower than this part of a mean one (short pieces of fast roads)."""
NAMED_ROWS = 20
"""So many rows are named in a note; of more the number is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Travel times of all cells.

    Attributes:
        seconds: float32 (rows, columns); infinite where no way was found, or none within the limit.
        nearest: int32 (rows, columns), row of the place that is reached soonest; -1 where none is.
        placed: where the places lie.
        notes: What became of places that do not lie on walkable ground; sentences.
    """

    seconds: NDArray[np.float32]
    nearest: NDArray[np.int32]
    placed: Placed
    notes: tuple[str, ...]

    @property
    def minutes(self) -> NDArray[np.float32]:
        """The same in minutes."""
        return self.seconds / np.float32(60)


def minutes(
    surface: Surface,
    places: ArrayLike,
    walk: WalkModel,
    *,
    towards: bool = True,
    neighbours: int = 16,
    limit: float = inf,
    snap_m: float = SNAP_M,
) -> Reached:
    """How long it takes from each cell to the place that is reached soonest, or from the places to each cell.

    On foot one steps to the 8 or 16 neighbours; along roads one rides from cell to cell as they lead. Getting on and off is possible in every
    cell of a road in which one can walk. A place counts for the middle of its cell; the way to where it was moved is walked too.

    Args:
        surface: Where one walks and rides.
        places: (n, 2) coordinates in the surface's CRS.
        walk: How fast one walks.
        towards: From the cells to the place (uphill and downhill are those of this way); False: from the place to the cells.
        neighbours: 8, or 16 with the knight's move.
        limit: Seconds; what is farther counts as not reached.
        snap_m: A place where nobody walks is moved at most so far.

    Returns:
        Seconds and the place of each cell. Of two places as near as each other either may be named, the same one on every run.

    Raises:
        QueryError: `neighbours` is not 8 or 16, or the model cannot deal with the surface's factors.
    """
    if neighbours not in STEPS:
        raise QueryError(f"步行方向数 {neighbours} 不能用，只能是 8 或 16。")
    placed = put_places(surface, places, snap_m=snap_m)
    grid, border = surface.grid, REACH[neighbours]
    shape, width = (grid.rows + 2 * border, grid.columns + 2 * border), grid.columns + 2 * border
    # Made here and not in the kernel: numpy asks for huge pages, and the search jumps about in memory.
    cells = np.full((shape[0] * width, 2), np.inf, np.float32)
    least, mean = fill(cells, surface.heights, surface.factor, border)
    _check_factors(walk, least)
    cost, nearest, state = np.full(len(cells), np.inf), np.full(len(cells), -1, np.int32), np.zeros(len(cells), np.uint8)
    roads = _padded(surface.roads, grid.columns, border)
    state[roads.start] = ROAD
    start, begin, place = _sources(placed, state, cells, walk.s_per_m, grid.columns, border)
    steps = steps_of(neighbours, grid.cell_m, width, quickest(walk, least))
    per_cost = _per_cost(steps, roads.seconds, grid.cell_m * walk.s_per_m * mean)
    capped = min(limit, LONGEST_S)
    search(cells, steps, pace_of(walk, towards=towards), *roads, cost, nearest, state, start, begin, place, capped, per_cost)
    inner = (slice(border, -border), slice(border, -border))
    seconds = cost.reshape(shape)[inner].astype(np.float32)
    return Reached(seconds, nearest.reshape(shape)[inner].copy(), placed, _notes(placed, snap_m))


def seconds_at(surface: Surface, reached: Reached, points: ArrayLike, walk: WalkModel, *, snap_m: float = SNAP_M) -> Floats:
    """Seconds at points, each put on the surface as places are: moved off a barrier with the way there walked.

    Args:
        surface: on which the times were found.
        reached: the times.
        points: (n, 2) coordinates in the surface's CRS.
        walk: the model they were found with.
        snap_m: how far a point is moved at most.

    Returns:
        (n,) seconds; infinite where no way was found; NaN where that cannot be known (no location, outside, no walkable ground within reach).
    """
    placed = put_places(surface, points, snap_m=snap_m)
    flat = reached.seconds.ravel().astype(np.float64)
    walked = np.where(placed.cell >= 0, flat[placed.cell] + placed.leg_m * walk.s_per_m, np.nan)
    # A road may lead into a cell where nobody walks.
    ridden = np.where(placed.own >= 0, flat[placed.own], np.inf)
    return np.where(np.isfinite(ridden), np.fmin(walked, ridden), walked)


def _check_factors(walk: WalkModel, least: float) -> None:
    if walk.kind == "langmuir" and walk.lambda_ > 0 and least < 1:
        raise QueryError(
            f"Langmuir 步行模型把地类作为附加阻力，用时系数不能小于 1（现有 {least:g}）。",
            hint="请把最快的地类定为 1 并相应提高平地速度，或改用 tobler。",
        )


def _padded(roads: RoadLinks, columns: int, border: int) -> RoadLinks:
    return roads._replace(start=_pad(roads.start, columns, border), end=_pad(roads.end, columns, border))


def _pad(cell: Ints, columns: int, border: int) -> Ints:
    """Numbers of cells on the padded grid, in the same order."""
    return (cell // columns + border) * (columns + 2 * border) + cell % columns + border


def _sources(
    placed: Placed, state: NDArray[np.uint8], cells: NDArray[np.float32], s_per_m: float, columns: int, border: int
) -> tuple[Ints, Floats, NDArray[np.int32]]:
    """Cells at which ways begin (or end), with seconds and place: where one walks, and the road in a cell where one does not."""
    walked = np.flatnonzero(placed.cell >= 0)
    inside = np.flatnonzero(placed.own >= 0)
    own = _pad(placed.own[inside], columns, border)
    by_road = (state[own] == ROAD) & (cells[own, FACTOR] == np.inf)
    start = np.concatenate([_pad(placed.cell[walked], columns, border), own[by_road]])
    begin = np.concatenate([placed.leg_m[walked] * s_per_m, np.zeros(int(by_road.sum()))])
    return start, begin, np.concatenate([walked, inside[by_road]]).astype(np.int32)


def _per_cost(steps: NDArray[np.void], road_seconds: Floats, mean_s: float) -> float:
    """Buckets a second: one is as wide as the cheapest step can be."""
    cheapest = min(float(steps["least"].min()), float(road_seconds.min(initial=inf)))
    return 1.0 / max(cheapest, mean_s / FEWEST_BUCKETS_PER_MEAN_STEP)


def _notes(placed: Placed, snap_m: float) -> tuple[str, ...]:
    """Which places do not lie on walkable ground, by row counted from 1."""
    notes = []
    for where in (Where.MOVED, Where.OUTSIDE, Where.BARRIER, Where.UNKNOWN_HEIGHT, Where.NO_LOCATION):
        rows = np.flatnonzero(placed.where == where) + 1
        if len(rows):
            named = "、".join(map(str, rows[:NAMED_ROWS].tolist())) + ("……" if len(rows) > NAMED_ROWS else "")
            lost = "" if where == Where.MOVED else f"，{snap_m:g} m 内没有可通行的格，步行到不了"
            notes.append(f"{len(rows):,} 处设施{WHERE_LABELS[where]}{lost}：第 {named} 行。")
    return tuple(notes)
