"""Which paired judgements fit the others least, and what value would repair each: every value of the scale is tried for every pair.

Saaty (Decision-making with the AHP: why is the principal eigenvector necessary, Eur. J. Oper. Res. 145 (2003), 85-91) looks for the judgement whose change moves
the largest eigenvalue most; with at most fifteen things all changes can be tried, which needs no derivative and says at once how much each helps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.criteria.scale import SCALE, scale_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_INCONSISTENT = 0.10
"""The largest consistency ratio that is taken (Saaty 1977, 1980)."""
NAMED = 3
"""How many judgements are named as the least fitting."""
_FITS = 1e-9


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement that does not fit the others.

    Attributes:
        left: what is compared.
        right: with what.
        value: how many times as important the left is, as judged (at least 1: turned round where it was less).
        fitting: what the weights of all judgements together say, `w_left / w_right`.
        repair: the value on Saaty's scale, the nearest to the judged one, that makes the whole consistent enough; where none does, the one that helps most.
        cr_after: the consistency ratio with this one judgement so repaired.
    """

    left: str
    right: str
    value: float
    fitting: float
    repair: float
    cr_after: float

    @property
    def repairs(self) -> bool:
        """Whether repairing this one alone is enough."""
        return self.cr_after <= MOST_INCONSISTENT

    def sentence(self) -> str:
        """In Chinese, for a planner."""
        after = f"CR 降为 {self.cr_after:.3f}" + ("" if self.repairs else "，仍须改其他判断")
        return f"“{self.left}”比“{self.right}”= {scale_words(self.value)}，宜改为 {scale_words(self.repair)}（只改这一项，{after}）"


def least_fitting(
    matrix: NDArray[np.float64], labels: tuple[str, ...], weights: NDArray[np.float64], lambda_max: float, scale: float
) -> tuple[Judgement, ...]:
    """The judgements whose repair would bring the consistency ratio lowest, the best first; none where all fit, or where two things are compared.

    Args:
        matrix: reciprocal, shape (n, n).
        labels: of its rows.
        weights: its principal eigenvector.
        lambda_max: its largest eigenvalue.
        scale: random index of its size; 0 where there can be no inconsistency.
    """
    size = len(labels)
    rows, columns = np.triu_indices(size, 1)
    if not scale or lambda_max - size < _FITS:
        return ()
    ratio = (_eigenvalues(matrix, rows, columns) - size) / (size - 1) / scale  # (pairs, values)
    best = ratio.min(axis=1)
    order = np.argsort(best, kind="stable")[:NAMED]
    found = (_judgement(matrix, labels, weights, (int(rows[at]), int(columns[at])), ratio[at]) for at in order)
    return tuple(one for one in found if not math.isclose(one.value, one.repair))


def _eigenvalues(matrix: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    """Largest eigenvalue with each pair (first axis) replaced by each value of the scale (second axis)."""
    pairs, values, size = len(rows), len(SCALE), len(matrix)
    many = np.broadcast_to(matrix, (pairs, values, size, size)).copy()
    at = np.arange(pairs)
    many[at, :, rows, columns] = SCALE
    many[at, :, columns, rows] = 1.0 / np.asarray(SCALE)
    found: NDArray[np.float64] = np.linalg.eigvals(many).real.max(axis=-1)
    return found


def _judgement(
    matrix: NDArray[np.float64], labels: tuple[str, ...], weights: NDArray[np.float64], pair: tuple[int, int], ratio: NDArray[np.float64]
) -> Judgement:
    """One pair, turned so that the judged value is at least 1, with the nearest value that repairs it."""
    left, right = pair
    steps = np.abs(np.log(np.asarray(SCALE) / matrix[left, right]))
    enough = ratio <= MOST_INCONSISTENT
    at = int(np.argmin(np.where(enough, steps, np.inf))) if enough.any() else int(np.argmin(ratio))
    value, repair, fitting = float(matrix[left, right]), SCALE[at], float(weights[left] / weights[right])
    if value < 1:
        left, right, value, repair, fitting = right, left, 1 / value, 1 / repair, 1 / fitting
    return Judgement(labels[left], labels[right], value, fitting, repair, float(max(0.0, ratio[at])))
