"""The programme as a mixed-integer problem.

Column y[w, t] is 1 if work w stands at the end of year t ("by" instead of "in" year t: its linear relaxation is far tighter under precedence).

    y[w, t] ≤ y[w, t+1]                                   what stands goes on standing
    y[w, t] ≤ y[parent(w), t]                             a branch needs its trunk
    Σ c[w]·y[w, t] − Σ_{s≤t} m[s] ≤ Σ_{s≤t} B[s]           money, carried over
    Σ c[w]·(y[w, t] − y[w, t−1]) − m[t] ≤ B[t]            money, not carried over
    Σ g[d, w]·y[w, due(d)] + s[d] ≥ needed(d) − before(d)  floors and deadlines

Money is in 10,000 yuan. m (extra money of a year) and s (units missing) are fixed at 0 in the strict problem; freeing one or the other asks how much is
missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array

from gis.roads.programme.purse import NEVER, budget_fen
from gis.solver import INF, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.demands import Demand
    from gis.roads.programme.terms import Terms

FEN_PER_UNIT = 1e6  # fen in 10,000 yuan
_HALF_FEN = 0.5 / FEN_PER_UNIT


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The strict problem, and where its columns are.

    Attributes:
        works: index in the case of each work that may be built.
        years: number of years.
        missing: column of each demand's missing units.
        extra: column of each year's extra money.
        must: place in `works` of each must-do work.
        demands: floors and deadlines, in the order of `missing`.
    """

    problem: Problem
    works: NDArray[np.int64]
    years: int
    missing: NDArray[np.int64]
    extra: NDArray[np.int64]
    must: NDArray[np.int64]
    demands: tuple[Demand, ...]

    def last_year(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Objective: an amount per work of the case, for what stands at the end."""
        row = np.zeros(len(self.problem.lower))
        row[self._column(np.arange(len(self.works)), self.years - 1)] = amount[self.works]
        return row

    def early(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Objective: the same amount for every year before the last in which the work stands."""
        row = np.zeros(len(self.problem.lower))
        for at in range(self.years - 1):
            row[self._column(np.arange(len(self.works)), at)] = amount[self.works]
        return row

    def start(self, year: NDArray[np.int64]) -> NDArray[np.float64]:
        """Columns of a programme."""
        stands = year[self.works][:, None] <= np.arange(self.years)[None, :]
        missing = np.array([demand.missing(year <= demand.due) for demand in self.demands], dtype=np.float64)
        return np.concatenate([stands.ravel().astype(np.float64), missing, np.zeros(len(self.extra))])

    def year(self, x: NDArray[np.float64], size: int) -> NDArray[np.int64]:
        """The programme of a solution: index of the year per work of the case, or `NEVER`."""
        stands = x[: len(self.works) * self.years].reshape(-1, self.years) > 0.5  # noqa: PLR2004 - whole numbers
        year = np.full(size, NEVER, dtype=np.int64)
        year[self.works] = np.where(stands.any(axis=1), stands.argmax(axis=1), NEVER)
        return year

    def lenient(self) -> Problem:
        """Must-do works, floors and deadlines may be missed."""
        lower, upper = self.problem.lower.copy(), self.problem.upper.copy()
        lower[self._column(self.must, self.years - 1)] = 0
        upper[self.missing] = INF
        return replace(self.problem, lower=lower, upper=upper)

    def paid_for(self) -> Problem:
        """Everything that is asked for, with as much money as it takes."""
        upper = self.problem.upper.copy()
        upper[self.extra] = INF
        return replace(self.problem, upper=upper)

    def _column(self, work: NDArray[np.int64], at: int) -> NDArray[np.int64]:
        return work * self.years + at


def build_model(case: Case, terms: Terms, demands: tuple[Demand, ...]) -> Model:
    """The strict problem for these works, terms and demands; banned works have no columns."""
    works = np.flatnonzero(~case.banned).astype(np.int64)
    years = len(terms.years)
    size = len(works) * years
    missing = size + np.arange(len(demands), dtype=np.int64)
    extra = size + len(demands) + np.arange(years, dtype=np.int64)
    columns = size + len(demands) + years
    must = np.flatnonzero(case.must[works]).astype(np.int64)
    lower, upper = np.zeros(columns), np.concatenate([np.ones(size), np.zeros(len(demands) + years)])
    lower[must * years + years - 1] = 1
    rows = _Rows(columns)
    _precedence(rows, case, works, years)
    _money(rows, case, works, terms, extra)
    for demand, column in zip(demands, missing.tolist(), strict=True):
        place = np.flatnonzero(demand.gains[works] > 0)
        ends = np.append(place * years + demand.due, column)
        rows.add(ends, np.append(demand.gains[works][place], 1.0), demand.needed - demand.before, INF)
    problem = Problem(lower, upper, np.arange(columns) < size, *rows.finish())
    return Model(problem, works, years, missing, extra, must, demands)


def _precedence(rows: _Rows, case: Case, works: NDArray[np.int64], years: int) -> None:
    place = np.full(len(case.codes) + 1, -1, dtype=np.int64)
    place[works] = np.arange(len(works))
    above = place[case.parent[works]]
    child = np.flatnonzero(above >= 0)
    at = np.arange(years)
    rows.no_more((child[:, None] * years + at).ravel(), (above[child][:, None] * years + at).ravel())
    before = (np.arange(len(works))[:, None] * years + at[:-1]).ravel()
    rows.no_more(before, before + 1)


def _money(rows: _Rows, case: Case, works: NDArray[np.int64], terms: Terms, extra: NDArray[np.int64]) -> None:
    """Half a fen of room keeps an exact fit from being lost to rounding; the answer is checked in whole fen."""
    years = len(terms.years)
    price = case.fen[works] / FEN_PER_UNIT
    fresh = budget_fen(terms) / FEN_PER_UNIT
    first = np.arange(len(works)) * years
    for at in range(years):
        if terms.carry_over:
            rows.add(np.append(first + at, extra[: at + 1]), np.append(price, -np.ones(at + 1)), -INF, float(fresh[: at + 1].sum()) + _HALF_FEN)
        elif at == 0:
            rows.add(np.append(first, extra[0]), np.append(price, -1.0), -INF, float(fresh[0]) + _HALF_FEN)
        else:
            columns = np.concatenate([first + at, first + at - 1, extra[at : at + 1]])
            rows.add(columns, np.concatenate([price, -price, [-1.0]]), -INF, float(fresh[at]) + _HALF_FEN)


class _Rows:
    """Sparse rows, collected and then put together once."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.count = 0
        self.parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
        self.lower: list[NDArray[np.float64]] = []
        self.upper: list[NDArray[np.float64]] = []

    def add(self, columns: NDArray[np.int64], values: NDArray[np.float64], lower: float, upper: float) -> None:
        """One row."""
        self.parts.append((np.full(len(columns), self.count), columns, values))
        self._close(1, lower, upper)

    def no_more(self, small: NDArray[np.int64], large: NDArray[np.int64]) -> None:
        """One row for each pair: the first column never above the second."""
        row = self.count + np.arange(len(small))
        self.parts.append((np.tile(row, 2), np.concatenate([small, large]), np.repeat([1.0, -1.0], len(small))))
        self._close(len(small), -INF, 0.0)

    def finish(self) -> tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]:
        """Matrix, lower and upper ends of the rows."""
        row, column, value = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        matrix = coo_array((value, (row, column)), shape=(self.count, self.columns)).tocsr()
        return csr_array(matrix), np.concatenate(self.lower), np.concatenate(self.upper)

    def _close(self, count: int, lower: float, upper: float) -> None:
        self.lower.append(np.full(count, lower))
        self.upper.append(np.full(count, upper))
        self.count += count
