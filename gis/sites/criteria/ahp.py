"""Weights from paired judgements (AHP): the principal eigenvector, and how consistent the judgements are.

T. L. Saaty, A scaling method for priorities in hierarchical structures, J. Math. Psychology 15 (1977), 234-281. With a reciprocal matrix A of n things and its
largest eigenvalue λ, the weights are the eigenvector of λ, the consistency index is CI = (λ - n) / (n - 1), and the consistency ratio CR is CI over that of
random matrices of the same size. Above 0.10 the judgements contradict each other too much for weights to mean anything, and they are refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.criteria.inconsistency import MOST_INCONSISTENT, Judgement, least_fitting
from gis.sites.criteria.random_index import DEFAULT, table_named
from gis.sites.criteria.scale import scale_words
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

_RECIPROCAL = 1e-2  # 0.33 for 1/3 is what people write
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Ahp:
    """Weights from judgements, and how consistent these are.

    Attributes:
        labels: what is compared, n of them.
        matrix: the reciprocal judgements, shape (n, n).
        weights: sum to 1, shape (n,).
        lambda_max: largest eigenvalue.
        ci: consistency index.
        cr: consistency ratio.
        table: random indices it was taken with (`RandomIndex.name`).
        table_title: how that table is cited.
        worst: the judgements that fit least, the worst first; empty where all fit.
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.float64]
    weights: NDArray[np.float64]
    lambda_max: float
    ci: float
    cr: float
    table: str
    table_title: str
    worst: tuple[Judgement, ...]

    @property
    def consistent(self) -> bool:
        """Whether the judgements may be used."""
        return self.cr <= MOST_INCONSISTENT


def ahp(matrix: ArrayLike, labels: Sequence[str], *, random_index: str = DEFAULT) -> Ahp:
    """Weights from judgements that are consistent enough.

    Args:
        matrix: how many times as important the row is as the column; positive, reciprocal, shape (n, n) with n of 1 to 15.
        labels: what is compared, in the order of the rows; people see them.
        random_index: name of the table for the consistency ratio (`RANDOM_INDICES`).

    Raises:
        QueryError: no such matrix or table; or the consistency ratio is above 0.10: the sentence names the most inconsistent judgements and what would repair each.
    """
    found = judge(matrix, labels, random_index=random_index)
    if found.consistent:
        return found
    named = "；".join(one.sentence() for one in found.worst)
    raise QueryError(
        f"判断相互矛盾：一致性比率 CR = {found.cr:.3f}，大于 {MOST_INCONSISTENT:.2f}（随机一致性指标用 {found.table_title}），不能据以定权。最不一致的判断：{named}。",
        hint="请重新考虑所列判断，按建议改其中一项后再算；或改用直接赋权。",
    )


def judge(matrix: ArrayLike, labels: Sequence[str], *, random_index: str = DEFAULT) -> Ahp:
    """As `ahp`, but inconsistent judgements are answered too, for an editor that shows the ratio while one types."""
    checked = _checked(matrix, labels)
    names = tuple(labels)
    table = table_named(random_index)
    weights, lambda_max = principal(checked)
    size = len(names)
    ci = max(0.0, (lambda_max - size) / (size - 1)) if size > 1 else 0.0
    scale = table.of(size)
    cr = ci / scale if scale else 0.0
    worst = least_fitting(checked, names, weights, lambda_max, scale)
    return Ahp(names, checked, weights, lambda_max, ci, cr, table.name, table.title, worst)


def judgement_matrix(labels: Sequence[str], judgements: Mapping[tuple[str, str], float]) -> NDArray[np.float64]:
    """The reciprocal matrix of judgements given pair by pair; a pair may be given either way round.

    Args:
        labels: what is compared, the order of rows.
        judgements: how many times as important the first of a pair is as the second.

    Raises:
        QueryError: a pair is missing, names something else, or is given twice with different values.
    """
    index = {label: at for at, label in enumerate(labels)}
    matrix = np.full((len(index), len(index)), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for (left, right), value in judgements.items():
        strange = [name for name in (left, right) if name not in index]
        if strange:
            raise QueryError(f"判断中的“{strange[0]}”不是要比较的项；可用的有：{'、'.join(labels)}。")
        _set(matrix, (index[left], index[right]), value, f"“{left}”比“{right}”")
    missing = [f"“{labels[i]}”与“{labels[j]}”" for i, j in np.argwhere(np.triu(np.isnan(matrix), 1)).tolist()]
    if missing:
        raise QueryError(
            f"还有 {len(missing)} 对没有比较：{'、'.join(missing[:_MOST_NAMED])}{'……' if len(missing) > _MOST_NAMED else ''}。",
            hint="每两项都要比较一次。",
        )
    return matrix


def _set(matrix: NDArray[np.float64], pair: tuple[int, int], value: float, words: str) -> None:
    """Put a judgement and its reciprocal in, unless something else is there."""
    left, right = pair
    if not (math.isfinite(value) and value > 0):
        raise QueryError(f"{words}的判断是 {value:g}，须是大于 0 的数（1/9 到 9）。")
    known = matrix[left, right]
    if not np.isnan(known) and not math.isclose(known, value, rel_tol=_RECIPROCAL):
        raise QueryError(f"{words}给了两个不同的值：{scale_words(known)} 和 {scale_words(value)}。", hint="只留一个，反过来的会自动取倒数。")
    matrix[left, right], matrix[right, left] = value, 1.0 / value


def principal(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The eigenvector (positive, summing to 1) of the largest eigenvalue of a positive matrix, and that eigenvalue."""
    values, vectors = np.linalg.eig(matrix)
    at = int(np.argmax(values.real))
    weights = np.abs(vectors[:, at].real)
    return weights / weights.sum(), float(values[at].real)


def _checked(matrix: ArrayLike, labels: Sequence[str]) -> NDArray[np.float64]:
    """The judgements as an exactly reciprocal matrix (the upper half counts)."""
    given = np.asarray(matrix, dtype=np.float64)
    size = len(labels)
    if given.shape != (size, size) or size == 0:
        raise QueryError(f"判断矩阵须是 {size} 行 {size} 列，现为 {'×'.join(map(str, given.shape)) or '空'}。")
    if len(set(labels)) < size:
        raise QueryError("判断矩阵中有同名的项。")
    bad = np.argwhere(~(np.isfinite(given) & (given > 0)))
    if len(bad):
        i, j = bad[0]
        raise QueryError(f"判断矩阵中“{labels[i]}”比“{labels[j]}”的值 {given[i, j]:g} 不能用，须是大于 0 的数。")
    bad = np.argwhere(np.abs(given * given.T - 1.0) > _RECIPROCAL)
    if len(bad):
        i, j = bad[0]
        raise QueryError(
            f"判断矩阵不互为倒数：“{labels[i]}”比“{labels[j]}”是 {scale_words(given[i, j])}，反过来却是 {scale_words(given[j, i])}。",
            hint="只填上三角，下三角取倒数。",
        )
    upper = np.triu(given, 1)
    return upper + np.tril(1.0 / given.T, -1) + np.eye(size)
