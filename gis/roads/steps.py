"""What one step over the ground costs: the neighbours of a cell, the cells a step passes, and its price.

A step runs straight from the centre of one cell to the centre of another. With h its horizontal length, rise the height between its ends and
g the grade limit at its mean height:

    developed = max(h, rise / g)
    cost      = factor · (base · (h + excess · (developed − h)) + h · earthwork(cross slope)) + crossing

`factor` is the mean over all cells that the step passes, weighted by the length in each; a forbidden or unknown cell anywhere on the way
forbids the step, and so do two of them that touch at the corner through which it would slip. The cross slope is that of the mean gradient of
both ends against the direction of the step. `crossing` is half a bridge for each change between dry and river cells on the way, so that a
river crossed once costs one bridge, however the steps fall. Every term is the same in both directions, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.compiled import compiled, inlined
from gis.neighbours import neighbour_offsets, passed
from gis.roads.earthwork import earthwork_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.costs import CostSet
    from gis.roads.ground import Ground

STEEPEST_TABLED = 2.0
"""The cross slope (tangent) of the last entry of an earthwork table."""
TABLE = 256
HEIGHT, ACROSS, DOWN, FACTOR = range(4)
"""Columns of `Grid.cells`."""
WET, NEAR_WATER = 1, 2
"""Bits of `Grid.water`."""


@dataclass(frozen=True, slots=True, eq=False)
class StepModel:
    """What a step costs on grids of one cell size.

    Attributes:
        cell_m: side of a cell in metres.
        base_cny_per_m: price of a metre of road without earthwork.
        excess_factor: how many times a metre of developed length beyond the horizontal one costs, at least 1.
        grade_max: steepest grade of a design line (0.12 is 12 %).
        grade_max_high: the same above `high_altitude_m`.
        high_altitude_m: mean height of a step above which `grade_max_high` holds.
        earthwork: price of earthwork in 元 a metre for cross slopes of tangent 0 … 2 in 256 equal steps.
        crossing_cny: price of the bridge over a river that is drawn as a line.
        cross_slope_max: tangent of the steepest ground that can be built on; steeper cells are forbidden.
        offsets: the steps as (row, column) differences, shape (8, 16 or 32, 2); step k + n/2 is the reverse of step k.
    """

    cell_m: float
    base_cny_per_m: float
    excess_factor: float
    grade_max: float
    grade_max_high: float
    high_altitude_m: float
    earthwork: NDArray[np.float64]
    crossing_cny: float
    cross_slope_max: float
    offsets: NDArray[np.int64]


STEP = np.dtype(
    [
        ("delta", np.int64),  # from the start cell to the end cell, cells counted along a padded grid of one width
        ("length", np.float64),  # horizontal, metres
        ("across", np.float64),  # gradient sums times these two, subtracted, are the place in the earthwork table
        ("down", np.float64),
        ("pairs", np.int64),  # how many pairs of cells lie between the ends
        ("near", np.int64, (2,)),  # those of the first half, counted from the start; the others mirror them
        ("share", np.float64, (3,)),  # length share of the ends and of each pair (one cell of it)
        ("corner", np.int64),  # one of the two cells that touch where the step passes a corner; 0 where it passes none
    ]
)
"""A step as the kernels want it."""


class Prices(NamedTuple):
    """The numbers of a StepModel as the kernels want them."""

    base: float
    excess: float
    per_grade: float
    per_grade_high: float
    twice_high: float
    half_crossing: float


class Table(NamedTuple):
    """A StepModel for the kernels."""

    steps: NDArray[np.void]  # of STEP
    earthwork: NDArray[np.float64]
    prices: Prices


class Grid(NamedTuple):
    """The ground with a forbidden border as wide as the longest step, flat."""

    cells: NDArray[np.float32]  # (n, 4): height, gradient along columns, gradient along rows, factor (inf forbidden)
    water: NDArray[np.uint8]  # bits WET and NEAR_WATER; empty says that the ground is flat and dry
    shape: tuple[int, int]  # without the border
    border: int

    @property
    def width(self) -> int:
        """Cells in a row, border included."""
        return self.shape[1] + 2 * self.border

    def flat(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Padded numbers of (row, column) cells."""
        return (cells[:, 0] + self.border) * self.width + cells[:, 1] + self.border


def step_model(costs: CostSet, cell_m: float, *, neighbours: int = 32) -> StepModel:
    """The prices and limits of a cost set, for a grid.

    Args:
        costs: the cost set.
        cell_m: side of the grid's cells in metres.
        neighbours: 8, 16 or 32 steps out of each cell; more make lines straighter and cost more time.

    Returns:
        The model for `spread` and `links`.

    Raises:
        ValueError: if `neighbours` is none of these.
    """
    design = costs.design
    return StepModel(
        cell_m=float(cell_m),
        base_cny_per_m=costs.new.road_cny_per_km.value / 1000,
        excess_factor=costs.new.excess_factor.value,
        grade_max=design.grade_max.value,
        grade_max_high=design.grade_max_high.value,
        high_altitude_m=design.high_altitude_m.value,
        earthwork=earthwork_table(costs),
        crossing_cny=costs.crossing.bridge_cny,
        cross_slope_max=float(np.tan(np.radians(design.cross_slope_max_deg.value))),
        offsets=neighbour_offsets(neighbours),
    )


def table_of(model: StepModel, width: int) -> Table:
    """The model for the kernels, on a padded grid of `width` cells a row."""
    steps = np.array([_step(row, column, width, model.cell_m) for row, column in model.offsets.tolist()], dtype=STEP)
    prices = Prices(
        base=float(model.base_cny_per_m),
        excess=float(model.base_cny_per_m * model.excess_factor),
        per_grade=1.0 / model.grade_max,
        per_grade_high=1.0 / model.grade_max_high,
        twice_high=2.0 * model.high_altitude_m,
        half_crossing=0.5 * model.crossing_cny,
    )
    return Table(steps, np.ascontiguousarray(model.earthwork, dtype=np.float64), prices)


def _step(row: int, column: int, width: int, cell_m: float) -> tuple[object, ...]:
    """One row of STEP."""
    through = passed(row, column)
    half = through[: len(through) // 2]
    near = [r * width + c for r, c, _ in half[1:]] + [0, 0]
    share = [float(length) for _, _, length in half] + [0.0, 0.0]
    # Odd both ways: halfway it passes a corner, from the last cell of its first half straight over to the one diagonally opposite.
    corner = half[-1][0] * width + half[-1][1] + (1 if column > 0 else -1) if row % 2 and column % 2 else 0
    straight = hypot(row, column)
    scale = 0.5 * (TABLE - 1) / STEEPEST_TABLED / straight
    return (row * width + column, straight * cell_m, row * scale, column * scale, len(half) - 1, near[:2], share[:3], corner)


def grid_of(ground: Ground, model: StepModel) -> Grid:
    """The ground for the kernels: bordered, with gradients, and forbidden where unknown or too steep."""
    border = int(np.abs(model.offsets).max())
    rows, columns = ground.shape
    padded = (rows + 2 * border) * (columns + 2 * border)
    cells = np.zeros((padded, 4), np.float32)
    cells[:, FACTOR] = np.inf
    _fill(cells, ground.heights, ground.factor, border, 0.5 / model.cell_m, model.cross_slope_max**2)
    return Grid(cells, _water(ground.river, border), (rows, columns), border)


def _water(river: NDArray[np.bool_], border: int) -> NDArray[np.uint8]:
    """Bits of every padded cell: whether it is a river, and whether a step from it can meet one."""
    wide = np.pad(river, border)
    water = np.where(wide, WET | NEAR_WATER, 0).astype(np.uint8)
    _mark_near(water, wide, border)
    return water.ravel()


@compiled
def _mark_near(water: NDArray[np.uint8], wet: NDArray[np.bool_], border: int) -> None:
    for row in range(border, wet.shape[0] - border):
        for column in range(border, wet.shape[1] - border):
            if wet[row, column]:
                for r in range(row - border, row + border + 1):
                    for c in range(column - border, column + border + 1):
                        water[r, c] |= NEAR_WATER


@compiled
def slope_between(before: float, here: float, after: float, per_two_cells: float) -> float:
    """Gradient from the two neighbours; from one where the other is unknown; flat where both are."""
    if not np.isnan(before) and not np.isnan(after):
        return (after - before) * per_two_cells
    if not np.isnan(after):
        return (after - here) * 2.0 * per_two_cells
    if not np.isnan(before):
        return (here - before) * 2.0 * per_two_cells
    return 0.0


@compiled
def _fill(
    cells: NDArray[np.float32],
    heights: NDArray[np.float32],
    factor: NDArray[np.float32],
    border: int,
    per_two_cells: float,
    steepest_squared: float,
) -> None:
    rows, columns = heights.shape
    for row in range(rows):
        for column in range(columns):
            here = np.float64(heights[row, column])
            if np.isnan(here) or not np.isfinite(factor[row, column]):
                continue
            west = np.float64(heights[row, column - 1]) if column > 0 else np.nan
            east = np.float64(heights[row, column + 1]) if column < columns - 1 else np.nan
            north = np.float64(heights[row - 1, column]) if row > 0 else np.nan
            south = np.float64(heights[row + 1, column]) if row < rows - 1 else np.nan
            across = slope_between(west, here, east, per_two_cells)
            down = slope_between(north, here, south, per_two_cells)
            at = (row + border) * (columns + 2 * border) + column + border
            cells[at, HEIGHT], cells[at, ACROSS], cells[at, DOWN] = here, across, down
            if across * across + down * down <= steepest_squared:
                cells[at, FACTOR] = factor[row, column]


@compiled
def _changes(water: NDArray[np.uint8], steps: NDArray[np.void], start: int, k: int) -> int:
    """How often a step changes between dry and river cells."""
    step = steps[k]
    end = start + step.delta
    last: int = water[start] & WET
    changes = 0
    for i in range(step.pairs):
        now = water[start + step.near[i]] & WET
        changes += now != last
        last = now
    if step.corner != 0 and water[start + step.corner] & water[end - step.corner] & WET and last == 0:
        # Slipping between two river cells that touch at a corner is crossing the river.
        changes += 1
        last = WET
    for i in range(step.pairs - 1, -1, -1):
        now = water[end - step.near[i]] & WET
        changes += now != last
        last = now
    return changes + int((water[end] & WET) != last)


@inlined
def step_price(
    cells: NDArray[np.float32], water: NDArray[np.uint8], steps: NDArray[np.void], earthwork: NDArray[np.float64], prices: Prices, start: int, k: int
) -> float:
    """Price of step k from a padded cell, in 元; inf where it is forbidden."""
    step = steps[k]
    end = start + step.delta
    factor: float = step.share[0] * (np.float64(cells[start, FACTOR]) + np.float64(cells[end, FACTOR]))
    for i in range(step.pairs):
        between = np.float64(cells[start + step.near[i], FACTOR]) + np.float64(cells[end - step.near[i], FACTOR])
        factor += step.share[i + 1] * between
    if step.corner != 0 and cells[start + step.corner, FACTOR] == np.inf and cells[end - step.corner, FACTOR] == np.inf:
        return np.inf
    if len(water) == 0:
        return factor * float(step.length * prices.base)
    low, high = np.float64(cells[start, HEIGHT]), np.float64(cells[end, HEIGHT])
    per_grade = prices.per_grade_high if low + high > prices.twice_high else prices.per_grade
    beyond = max(0.0, abs(high - low) * per_grade - step.length)
    across = np.float64(cells[start, ACROSS]) + np.float64(cells[end, ACROSS])
    down = np.float64(cells[start, DOWN]) + np.float64(cells[end, DOWN])
    place = min(abs(across * step.across - down * step.down), TABLE - 1.0)
    entry = min(int(place), TABLE - 2)
    work = earthwork[entry] + (place - entry) * (earthwork[entry + 1] - earthwork[entry])
    price: float = factor * (step.length * (prices.base + work) + prices.excess * beyond)
    if water[start] & NEAR_WATER:
        price += prices.half_crossing * _changes(water, steps, start, k)
    return price
