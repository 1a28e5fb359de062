"""From scores and weights to one figure a parcel: the weighted sum, and the relative nearness to the ideal (TOPSIS).

Unknown is never zero: a row with an unknown value under a criterion that has weight gets no figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

Normalisation: TypeAlias = Literal["vector", "minmax"]


def normalised(weights: ArrayLike) -> NDArray[np.float64]:
    """Weights as shares that sum to 1.

    Args:
        weights: shape (..., c), none negative, at least one positive in each row.

    Raises:
        QueryError: a weight is negative or no number, or all are zero.
    """
    given = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(given).all() or (given < 0).any():
        raise QueryError("权重须是不小于 0 的数。")
    total = given.sum(axis=-1, keepdims=True)
    if given.shape[-1] == 0 or (total <= 0).any():
        raise QueryError("权重全为 0，无法排序；至少一项要大于 0。")
    shares: NDArray[np.float64] = given / total
    return shares


def weighted_sum(scores: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """Scores weighted and added up, on the scale of the scores.

    Args:
        scores: shape (n, c); NaN where unknown.
        weights: shape (c,) gives (n,); shape (d, c), as of d draws, gives (d, n). Need not sum to 1.

    Returns:
        NaN where a criterion that has weight (in any draw) is unknown.
    """
    shares = normalised(weights)
    known, counted = _counted(scores, shares)
    total: NDArray[np.float64] = shares @ known.T
    return np.where(counted, total, np.nan)


def topsis(
    values: ArrayLike, weights: ArrayLike, directions: Sequence[int] | None = None, *, normalisation: Normalisation = "vector"
) -> NDArray[np.float64]:
    """Relative nearness to the ideal, from 0 (worst in everything) to 1 (best in everything).

    C. L. Hwang, K. Yoon, Multiple Attribute Decision Making, Springer 1981: with normalised and weighted values, `d⁻ / (d⁻ + d⁺)`, the distances from the worst
    and from the best value of each criterion. Only rows that are known in every criterion with weight are compared, and only they say what is best and worst.

    Args:
        values: shape (n, c); NaN where unknown.
        weights: shape (c,) gives (n,); shape (d, c) gives (d, n). Need not sum to 1.
        directions: 1 where more is better, -1 where less is; None: more is better throughout.
        normalisation: `vector` divides by the length of the column (Hwang & Yoon), `minmax` brings it to 0 to 1.

    Returns:
        NaN where a criterion that has weight (in any draw) is unknown; 0.5 where all rows are the same.
    """
    shares = normalised(weights)
    known, counted = _counted(values, shares)
    signs = np.ones(known.shape[1]) if directions is None else np.asarray(directions, dtype=np.float64)
    if not np.isin(signs, (-1, 1)).all() or signs.shape != (known.shape[1],):
        raise QueryError("TOPSIS 的方向须每项给 1（越大越好）或 -1（越小越好）。")
    near = np.full((*shares.shape[:-1], len(known)), np.nan)
    if counted.any():
        near[..., counted] = _nearness(_scaled(known[counted], normalisation) * signs, shares)
    return near


def _counted(values: ArrayLike, shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values with 0 where nobody looks, and which rows are known wherever there is weight."""
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != shares.shape[-1]:  # noqa: PLR2004 - a table
        raise QueryError(f"指标有 {given.shape[-1] if given.ndim else 0} 项，权重有 {shares.shape[-1]} 项，须一样多。")
    weighty = np.atleast_2d(shares).max(axis=0) > 0
    known = np.isfinite(given)
    return np.where(known, given, 0.0), np.asarray(known[:, weighty].all(axis=1))


def _scaled(values: NDArray[np.float64], normalisation: Normalisation) -> NDArray[np.float64]:
    """Columns brought to a common scale; a column that says nothing (all zero, all the same) becomes zeros."""
    least = values.min(axis=0) if normalisation == "minmax" else np.zeros(values.shape[1])
    size = np.ptp(values, axis=0) if normalisation == "minmax" else np.sqrt((values**2).sum(axis=0))
    scaled: NDArray[np.float64] = np.divide(values - least, size, out=np.zeros_like(values), where=size > 0)
    return scaled


def _nearness(scaled: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """As the weights only stretch the axes, the squared distances are products with the squared weights, for all draws at once."""
    squared = shares**2
    to_best = np.sqrt(squared @ ((scaled - scaled.max(axis=0)) ** 2).T)
    to_worst = np.sqrt(squared @ ((scaled - scaled.min(axis=0)) ** 2).T)
    both = to_best + to_worst
    near: NDArray[np.float64] = np.divide(to_worst, both, out=np.full_like(both, 0.5), where=both > 0)
    return near
