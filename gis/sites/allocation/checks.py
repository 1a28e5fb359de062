"""What the models are asked with, read strictly: shapes, signs and numbers, each refused with a sentence that names the place."""

from __future__ import annotations

from functools import reduce
from math import gcd
from operator import index
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

_WHOLE = 2.0**50  # whole numbers below this stay exact in sums


def matrix(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Rows by sites, not negative; inf is "not allowed".

    Raises:
        QueryError: not a table of numbers, or one of them is missing or negative.
    """
    table = _numbers(values, name)
    if table.ndim != 2:  # noqa: PLR2004 - rows and sites
        raise QueryError(f"{name}应为“行×地点”的二维表，现为 {table.ndim} 维。")
    _refuse(np.isnan(table), table, name, "是缺失值；不能到达请写成无穷大（inf）")
    _refuse(table < 0, table, name, "是负数")
    return table


def column(values: ArrayLike, count: int, name: str, *, infinite: bool = False) -> NDArray[np.float64]:
    """One number, not negative, for each of `count` rows or sites.

    Raises:
        QueryError: of another length, or a number is missing, negative or (unless allowed) infinite.
    """
    numbers = _numbers(values, name)
    if numbers.shape != (count,):
        raise QueryError(f"{name}应有 {count} 个数，现有 {'×'.join(map(str, numbers.shape)) or '1'} 个。")
    _refuse(np.isnan(numbers), numbers, name, "是缺失值")
    _refuse(numbers < 0, numbers, name, "是负数")
    if not infinite:
        _refuse(np.isinf(numbers), numbers, name, "不是有限的数")
    return numbers


def how_many(p: int, name: str = "地点数 p") -> int:
    """A whole number, not negative.

    Raises:
        QueryError: it is something else.
    """
    try:
        count = index(p)
    except TypeError as error:
        raise QueryError(f"{name} 应为整数，现为 {p!r}。") from error
    if count < 0:
        raise QueryError(f"{name} 不能是负数（{count}）。")
    return count


def standing(must_open: Iterable[int], sites: int, p: int | None) -> NDArray[np.int64]:
    """The numbers of the sites that stand in any case, rising.

    Raises:
        QueryError: there is no such site, or there are more than may be open.
    """
    numbers = sorted({index(site) for site in must_open})
    wrong = [site for site in numbers if not 0 <= site < sites]
    if wrong:
        raise QueryError(f"必须启用的地点 {wrong[0]} 不存在（共 {sites} 个，从 0 起编号）。")
    if p is not None and len(numbers) > p:
        raise QueryError(f"必须启用的地点有 {len(numbers)} 个，多于允许的 {p} 个。", hint="请提高地点数上限，或减少必须启用的地点。")
    return np.array(numbers, dtype=np.int64)


def share(value: float, name: str) -> float:
    """A number from 0 up to, but not, 1.

    Raises:
        QueryError: it is something else.
    """
    if not 0 <= value < 1:
        raise QueryError(f"{name}应在 0 与 1 之间，现为 {value}。")
    return float(value)


def lattice(*parts: NDArray[np.float64]) -> float:
    """The step between two sums of these numbers: their greatest common divisor if they are whole, else 0 (unknown)."""
    values = np.unique(np.concatenate([np.unique(part[np.isfinite(part)]) for part in parts])) if parts else np.zeros(0)
    if (values != np.rint(values)).any() or (np.abs(values) > _WHOLE).any():
        return 0.0
    return float(reduce(gcd, values.astype(np.int64).tolist(), 0))


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise QueryError(f"{name}中有不是数的内容（或有缺失值）。") from error


def _refuse(wrong: NDArray[np.bool_], values: NDArray[np.float64], name: str, what: str) -> None:
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0].tolist())
        where = f"第 {at[0] + 1} 行第 {at[1] + 1} 列" if len(at) > 1 else f"第 {at[0] + 1} 个"
        raise QueryError(f"{name}{where}的值 {values[at]:g} {what}。")
