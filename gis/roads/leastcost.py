"""Least-cost ways over a grid: from some cells to all others, and as the links of a graph.

The graph is never built for `spread`: steps are priced when they are met. Results are exact and the same on every run; of two ways that
cost the same the one found first stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.buckets import DONE, advance, new_queue, pop, push, with_room
from gis.compiled import compiled, inlined
from gis.neighbours import neighbour_offsets, passed
from gis.roads.steps import FACTOR, Grid, Prices, StepModel, Table, grid_of, step_price, table_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.roads.ground import Ground

SOURCE, UNREACHED = -1, -2
"""In `Spread.move`: a source, and a cell to which no way was found."""
WANTED = 2
"""State bit of a cell that is a target; beside DONE."""
FEWEST_BUCKETS_PER_MEAN_STEP = 256
"""A bucket is as wide as the cheapest step, but no narrower than this part of a mean one (a few cells that cost next to nothing)."""
ROOM = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The least cost of every cell from its nearest source.

    Attributes:
        cost: shape of the ground; inf where no way was found (or none within the limit, or the search had already stopped).
        move: the step (index into `StepModel.offsets`) by which the way arrives; -1 at sources, -2 where there is none.
    """

    cost: NDArray[np.float64]
    move: NDArray[np.int8]


def spread(
    ground: Ground,
    model: StepModel,
    sources: ArrayLike,
    *,
    start_cost: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    limit: float = np.inf,
) -> Spread:
    """Least cost of new road from the sources to all cells.

    Args:
        ground: heights, factors and rivers.
        model: what a step costs; made for the same cell size.
        sources: (row, column) cells, shape (n, 2).
        start_cost: what each source costs to begin with, shape (n,); 0 if not given.
        targets: cells, shape (m, 2): the search stops as soon as the cost of all of them is known.
        limit: no way dearer than this is followed.

    Returns:
        Costs in 元 and the steps that lead there. A source on a forbidden cell reaches itself alone.

    Raises:
        ValueError: if a source or target lies outside the grid, or the cell sizes differ.
    """
    _same_cells(ground, model)
    grid = grid_of(ground, model)
    return _spread(grid, table_of(model, grid.width), sources, start_cost, targets, limit)


def spread_plain(price: ArrayLike, sources: ArrayLike, *, neighbours: int = 8) -> Spread:
    """Accumulated cost over a surface without heights: mean price of the cells passed times the distance in cells.

    With 8 neighbours the same as `skimage.graph.MCP_Geometric` on the same (single-precision) surface.

    Args:
        price: cost of a cell's width in each cell, shape (r, c); negative, infinite or missing: impassable. Taken in single precision.
        sources: (row, column) cells, shape (n, 2).
        neighbours: 8, 16 or 32.

    Returns:
        Costs in the unit of `price`, and the steps.

    Raises:
        ValueError: if a source lies outside the grid.
    """
    surface = np.asarray(price, dtype=np.float32)
    offsets = neighbour_offsets(neighbours)
    border = int(np.abs(offsets).max())
    rows, columns = surface.shape
    cells = np.full((rows + 2 * border, columns + 2 * border, 4), np.inf, np.float32)
    cells[border:-border, border:-border, FACTOR] = np.where(surface >= 0, surface, np.inf)
    flat = StepModel(1.0, 1.0, 1.0, 1.0, 1.0, np.inf, np.zeros(256), 0.0, np.inf, offsets)
    grid = Grid(cells.reshape(-1, 4), np.empty(0, np.uint8), (rows, columns), border)
    table = table_of(flat, grid.width)
    # Between two impassable cells that touch at a corner a plain surface lets one through, as the other tools do.
    table.steps["corner"] = 0
    return _spread(grid, table, sources, None, None, np.inf)


def trace(found: Spread, model: StepModel, cell: ArrayLike) -> NDArray[np.int64]:
    """The way from its source to a cell.

    Args:
        found: what `spread` found.
        model: the model it was found with.
        cell: (row, column).

    Returns:
        Cells from the source to `cell`, shape (n, 2), every step one of the model's offsets; empty where there is no way.
    """
    row, column = (int(value) for value in np.asarray(cell))
    way: list[tuple[int, int]] = []
    if found.move[row, column] == UNREACHED:
        return np.empty((0, 2), np.int64)
    while (move := int(found.move[row, column])) != SOURCE:
        way.append((row, column))
        row, column = row - int(model.offsets[move, 0]), column - int(model.offsets[move, 1])
    return np.array([(row, column), *reversed(way)], dtype=np.int64)


def links(ground: Ground, model: StepModel) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """All possible steps as the undirected links of a graph.

    Args:
        ground: heights, factors and rivers.
        model: what a step costs; made for the same cell size.

    Returns:
        Both ends of each link (cells numbered row · columns + column, the first one smaller) and its cost in 元, in the order of
        `StepModel.offsets`, then by the first end. Forbidden steps are not among them.

    Raises:
        ValueError: if the cell sizes differ.
    """
    _same_cells(ground, model)
    grid = grid_of(ground, model)
    table = table_of(model, grid.width)
    rows, columns = grid.shape
    forward = range(len(model.offsets) // 2)
    prices = np.empty(rows * columns)
    # Counted first, so that no more memory is taken than there are links.
    ends = np.cumsum([0, *(_all_prices((grid.cells, grid.water), table, grid.shape, grid.border, k, prices) for k in forward)])
    a, b, cost = np.empty(ends[-1], np.int64), np.empty(ends[-1], np.int64), np.empty(ends[-1])
    for k in forward:
        _all_prices((grid.cells, grid.water), table, grid.shape, grid.border, k, prices)
        part = slice(ends[k], ends[k + 1])
        a[part] = np.flatnonzero(prices < np.inf)
        b[part] = a[part] + model.offsets[k, 0] * columns + model.offsets[k, 1]
        cost[part] = prices[a[part]]
    return a, b, cost


def passes(marked: NDArray[np.bool_], model: StepModel, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which links pass a marked cell, or touch a corner of one.

    Args:
        marked: of each cell of the grid.
        model: with the steps of the links.
        a: first ends, as `links` returns them.
        b: second ends.
    """
    rows, columns = marked.shape
    border = int(np.abs(model.offsets).max())
    wide = np.pad(marked, border)
    down, across = b // columns - a // columns, b % columns - a % columns
    found = np.zeros(len(a), dtype=bool)
    for row, column in model.offsets[: len(model.offsets) // 2].tolist():
        part = np.flatnonzero((down == row) & (across == column))
        near = np.any([wide[border + r :, border + c :][:rows, :columns] for r, c in _beside(row, column)], axis=0)
        found[part] = near.ravel()[a[part]]
    return found


def _beside(row: int, column: int) -> set[tuple[int, int]]:
    """The cells that a step passes, and those diagonally between them."""
    cells = [(r, c) for r, c, _ in passed(row, column)]
    return {*cells, *((r, cells[i + 1][1]) for i, (r, _) in enumerate(cells[:-1])), *((cells[i + 1][0], c) for i, (_, c) in enumerate(cells[:-1]))}


def _spread(
    grid: Grid,
    table: Table,
    sources: ArrayLike,
    start_cost: ArrayLike | None,
    targets: ArrayLike | None,
    limit: float,
) -> Spread:
    start = grid.flat(_inside(sources, grid))
    begin = np.zeros(len(start)) if start_cost is None else np.asarray(start_cost, dtype=np.float64)
    wanted = np.empty(0, np.int64) if targets is None else np.unique(grid.flat(_inside(targets, grid)))
    # Made here and not in the kernel: numpy asks for huge pages, and the search jumps about in memory.
    cost, move = np.full(len(grid.cells), np.inf), np.full(len(grid.cells), UNREACHED, np.int8)
    state = np.zeros(len(grid.cells), np.uint8)
    state[wanted] = WANTED
    waits = len(wanted) or -1
    _run((grid.cells, grid.water), table, (cost, move, state), start, begin, waits, limit, _per_cost(grid, table))
    inner = slice(grid.border, -grid.border)
    shape = (grid.shape[0] + 2 * grid.border, grid.width)
    return Spread(cost.reshape(shape)[inner, inner], move.reshape(shape)[inner, inner])


def _same_cells(ground: Ground, model: StepModel) -> None:
    if not np.isclose(ground.cell_m, model.cell_m):
        raise ValueError(f"the model is for cells of {model.cell_m} m, the ground has {ground.cell_m} m")


def _inside(cells: ArrayLike, grid: Grid) -> NDArray[np.int64]:
    """Cells as (n, 2) numbers, all of them on the grid."""
    asked = np.asarray(cells, dtype=np.int64).reshape(-1, 2)
    if len(asked) and ((asked < 0).any() or (asked >= grid.shape).any()):
        raise ValueError(f"cells outside the grid of {grid.shape[0]} x {grid.shape[1]}")
    return asked


def _per_cost(grid: Grid, table: Table) -> float:
    """Buckets per unit of cost: one is as wide as the cheapest step can be."""
    dearness = table.prices.base + table.earthwork
    least, mean = _factors(grid.cells)
    least = max(least, mean / FEWEST_BUCKETS_PER_MEAN_STEP)
    price = max(float(dearness.min()), float(dearness.mean()) / FEWEST_BUCKETS_PER_MEAN_STEP)
    return 1.0 / (float(table.steps["length"].min()) * price * least or 1.0)


@compiled
def _factors(cells: NDArray[np.float32]) -> tuple[float, float]:
    """Least and mean of the factors that are neither nought nor infinite; 1 where there are none."""
    least, total, count = np.inf, 0.0, 0
    for at in range(len(cells)):
        factor = np.float64(cells[at, FACTOR])
        if 0 < factor < np.inf:
            least = min(least, factor)
            total += factor
            count += 1
    return (least, total / count) if count else (1.0, 1.0)


@compiled
def _run(
    ground: tuple[NDArray[np.float32], NDArray[np.uint8]],
    table: Table,
    labels: tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.uint8]],
    start: NDArray[np.int64],
    begin: NDArray[np.float64],
    left: int,
    limit: float,
    per_cost: float,
) -> None:
    """Dijkstra by buckets: settle cell after cell until nothing waits, or none of the `left` wanted cells is left."""
    cells, water = ground
    steps, earthwork, prices = table
    cost, move, state = labels
    heads, mark = new_queue()
    entries = with_room(np.empty((0, 2), np.int32), mark, len(start) + ROOM)
    for i in range(len(start)):
        if begin[i] < cost[start[i]] and begin[i] <= limit:
            cost[start[i]], move[start[i]] = begin[i], SOURCE
            push(entries, heads, mark, start[i], int(begin[i] * per_cost))
    while left != 0 and advance(entries, heads, mark, cost, state, per_cost):
        here = pop(entries, heads, mark)
        while here >= 0:
            if not state[here] & DONE:
                left -= (state[here] & WANTED) // WANTED
                state[here] = DONE
                entries = with_room(entries, mark, len(steps))
                _relax(cells, water, steps, earthwork, prices, cost, move, state, entries, heads, mark, here, limit, per_cost)
            here = pop(entries, heads, mark)
    if left == 0:
        _forget(cost, move, state)


@inlined
def _relax(  # noqa: PLR0913, PLR0917 - arrays out of a tuple would be counted as used at every cell, which costs more than the work itself
    cells: NDArray[np.float32],
    water: NDArray[np.uint8],
    steps: NDArray[np.void],
    earthwork: NDArray[np.float64],
    prices: Prices,
    cost: NDArray[np.float64],
    move: NDArray[np.int8],
    state: NDArray[np.uint8],
    entries: NDArray[np.int32],
    heads: NDArray[np.int32],
    mark: NDArray[np.int64],
    here: int,
    limit: float,
    per_cost: float,
) -> None:
    """Offer the steps out of a cell to its neighbours."""
    now = cost[here]
    for k in range(len(steps)):
        there = here + steps[k].delta
        if cost[there] <= now or cells[there, FACTOR] == np.inf:
            continue
        offer = now + step_price(cells, water, steps, earthwork, prices, here, k)
        if offer < cost[there] and offer <= limit:
            bucket = int(offer * per_cost)
            waits = cost[there] < np.inf and not state[there] & DONE and int(cost[there] * per_cost) == bucket
            cost[there], move[there] = offer, k
            state[there] &= ~np.uint8(DONE)
            if not waits:
                push(entries, heads, mark, there, bucket)


@compiled
def _forget(cost: NDArray[np.float64], move: NDArray[np.int8], state: NDArray[np.uint8]) -> None:
    """Cells that were seen but not settled when the search stopped are not known."""
    for cell in range(len(cost)):
        if not state[cell] & DONE:
            cost[cell], move[cell] = np.inf, UNREACHED


@compiled
def _all_prices(
    ground: tuple[NDArray[np.float32], NDArray[np.uint8]],
    table: Table,
    shape: tuple[int, int],
    border: int,
    k: int,
    prices: NDArray[np.float64],
) -> int:
    """Price of step k out of every cell, row by row; how many of them are possible."""
    cells, water = ground
    steps, earthwork, numbers = table
    rows, columns = shape
    possible = 0
    for row in range(rows):
        for column in range(columns):
            start = (row + border) * (columns + 2 * border) + column + border
            price = step_price(cells, water, steps, earthwork, numbers, start, k) if cells[start, FACTOR] < np.inf else np.inf
            prices[row * columns + column] = price
            possible += price < np.inf
    return possible
