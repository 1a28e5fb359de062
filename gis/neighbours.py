"""The steps out of a cell of a grid, and the cells that a step passes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = {8: 1, 16: 2, 32: 3}
"""How far the longest step of each neighbourhood reaches, in cells."""


def neighbour_offsets(neighbours: int) -> NDArray[np.int64]:
    """The 8, 16 or 32 steps out of a cell: the queen's, the knight's, and those of (1, 3) and (2, 3) cells.

    Args:
        neighbours: 8, 16 or 32.

    Returns:
        (row, column) differences, the first half pointing forward (down, or to the right), the second half their reverses in the same order.

    Raises:
        ValueError: for any other number.
    """
    if neighbours not in REACH:
        raise ValueError(f"neighbours must be one of {sorted(REACH)}, not {neighbours}")
    reach = REACH[neighbours]
    forward = [
        (row, column) for row in range(reach + 1) for column in range(-reach, reach + 1) if (row, column) > (0, 0) and gcd(row, abs(column)) == 1
    ]
    return np.array(forward + [(-row, -column) for row, column in forward], dtype=np.int64)


def passed(row: int, column: int) -> list[tuple[int, int, Fraction]]:
    """The cells that a straight step of (row, column) runs through, in order, each with its share of the length.

    Cells that are only touched at a corner are not among them. Exact: positions are fractions of the step.
    """
    cuts = {Fraction(0), Fraction(1)}
    for extent in (abs(row), abs(column)):
        cuts |= {Fraction(2 * line + 1, 2 * extent) for line in range(extent)}
    at = sorted(cuts)
    return [(round(row * (start + end) / 2), round(column * (start + end) / 2), end - start) for start, end in pairwise(at)]
