"""A large programme in two smaller ones: what its linear relaxation thinks little of is left out first, then only what that answer proves useless.

First the columns that the relaxation uses, and those that come nearest to being used (kernel search; Angelelli, Mansini & Speranza 2010): a good answer. What
that costs above the relaxation is what a reduced cost may be at most: a column beyond is in no better answer (reduced-cost fixing; Dantzig et al. 1954).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from gis.solver import Answer, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.solver import Effort, Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SMALL = 1500
"""A programme with so many whole columns is small, and solved as it is."""
KERNEL = 500
"""Besides those that the relaxation uses, at most so many columns are in the first of the two."""
MANY = 4000
"""With more whole columns left a second step takes minutes to prove tenths of a percent: there the relaxation is the bound."""
_NOUGHT = 1e-9


class Relaxed(NamedTuple):
    """The best fractional answer: its cost, what each column would add to it (negative: would take off), and the price of each row's most."""

    cost: float
    x: Floats
    reduced: Floats
    rows: Floats


def relax(programme: Problem, cost: Floats) -> Relaxed | None:
    """The least cost with fractions; None if there is no answer."""
    low, high = programme.row_lower, programme.row_upper
    up, down = np.flatnonzero(np.isfinite(high)), np.flatnonzero(np.isfinite(low))
    bounds = np.stack([programme.lower, programme.upper], axis=1)
    found = linprog(cost, A_ub=_stacked(programme.rows, up, down), b_ub=np.concatenate([high[up], -low[down]]), bounds=bounds, method="highs-ds")
    if found.status != 0:
        return None
    rows = np.zeros(len(high))
    rows[up] = np.maximum(0.0, -found.ineqlin.marginals[: len(up)])
    return Relaxed(float(found.fun), found.x, found.lower.marginals + found.upper.marginals, rows)


def solve_narrowed(programme: Problem, cost: Floats, effort: Effort, start: Floats | None) -> Answer:
    """The least cost, in two steps where the programme is large; like `gis.solver.solve` of `-cost`.

    Args:
        programme: columns between 0 and 1.
        cost: of each column.
        effort: of each step.
        start: an answer to begin with.
    """
    relaxed = relax(programme, cost) if np.count_nonzero(programme.whole) > SMALL else None
    if relaxed is None:
        return solve(programme, -cost, effort=effort, start=start)
    first = solve(_without(programme, ~_kernel(programme, relaxed, start)), -cost, effort=effort, start=start)
    if first.x is None and start is None:
        return solve(programme, -cost, effort=effort)
    x = np.asarray(start if first.x is None else first.x)
    spare = float(cost @ x) - relaxed.cost
    out = programme.whole & (relaxed.reduced > spare)
    closed = spare <= max(effort.gap * abs(float(cost @ x)), effort.gap_absolute)
    if closed or np.count_nonzero(programme.whole & ~out) > MANY:
        return Answer(x, -float(cost @ x), -relaxed.cost, proved=closed)
    rest = _without(programme, out)
    found = solve(rest, -cost, effort=effort, start=x)
    bound = min(max(found.bound, -float(cost @ x)), -relaxed.cost)
    return replace(found, bound=bound) if found.x is not None else Answer(x, -float(cost @ x), bound, proved=False)


def _kernel(programme: Problem, relaxed: Relaxed, start: Floats | None) -> Bools:
    """Columns of the first step: those in use, those that need not be whole, and of the others those that add the least."""
    kept = ~programme.whole | (relaxed.x > _NOUGHT)
    if start is not None:
        kept |= start > _NOUGHT
    others = np.flatnonzero(~kept)
    kept[others[np.argsort(relaxed.reduced[others], kind="stable")[:KERNEL]]] = True
    return kept


def _without(programme: Problem, out: Bools) -> Problem:
    """The programme with these columns at 0."""
    return replace(programme, upper=np.where(out, 0.0, programme.upper))


def _stacked(rows: csr_array, up: Ints, down: Ints) -> csr_array:
    """Rows that have a most, and, turned round, those that have a least."""
    both = coo_array(rows)
    place = np.full(rows.shape[0], -1)
    place[up] = np.arange(len(up))
    under = np.full(rows.shape[0], -1)
    under[down] = len(up) + np.arange(len(down))
    row = np.concatenate([place[both.row], under[both.row]])
    column, value = np.concatenate([both.col, both.col]), np.concatenate([both.data, -both.data])
    kept = row >= 0
    return csr_array((value[kept], (row[kept], column[kept])), shape=(len(up) + len(down), rows.shape[1]))
