"""A programme: which work in which year, how good it is, and what it leaves undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.conflict import Conflict
from gis.roads.programme.coverage import coverage_by_year, group_years
from gis.roads.programme.purse import FEN, NEVER, Purse, budget_fen, money_of_years
from gis.roads.programme.terms import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """Works by year.

    Attributes:
        year: calendar year of each work, `Int64` by `work_code`; <NA> is not built.
        group_year: calendar year from which each group is served, by `group_code`; <NA> is not served by the programme.
        status: `optimal` (within the gap), `feasible` (stopped by its count of nodes; the gap is what it is), `greedy` (the preview),
            `infeasible` (the plan that comes nearest; see `conflicts`).
        value: weighted benefit of the groups that the programme serves at the end, without those that were connected already.
        bound: no programme under these terms is worth more; for `infeasible`, none with the same least violation.
        early, early_bound: the same for the second aim, the benefit of every year before the last added up.
        budget_cny, spent_cny, left_cny: per year; `left_cny` is carried over or, without carry-over, lost.
        coverage: frame of `coverage_by_year`.
        conflicts: what stands in the way; empty unless `infeasible`.
        findings: what a planner should know all the same.
    """

    year: pd.Series
    group_year: pd.Series
    status: str
    value: float
    bound: float
    early: float
    early_bound: float
    budget_cny: tuple[float, ...]
    spent_cny: tuple[float, ...]
    left_cny: tuple[float, ...]
    coverage: pd.DataFrame
    conflicts: tuple[Conflict, ...] = ()
    findings: tuple[Conflict, ...] = ()

    @property
    def gap(self) -> float:
        """How far the value may stand below the best, as a share of the bound."""
        return _gap(self.value, self.bound)

    @property
    def early_gap(self) -> float:
        """The same for the second aim."""
        return _gap(self.early, self.early_bound)


@dataclass(frozen=True, slots=True)
class Proof:
    """How an answer was reached: its status and the bounds of both aims."""

    status: str
    bound: float
    early_bound: float


def make_programme(
    case: Case, terms: Terms, benefit: NDArray[np.float64], year: NDArray[np.int64], proof: Proof, *, conflicts: tuple[Conflict, ...] = ()
) -> Programme:
    """Put the answer into frames."""
    built = np.flatnonzero(year != NEVER)
    column = pd.Series(pd.NA, index=pd.Index(case.codes, dtype="string", name="work_code"), dtype="Int64", name="year")
    column.iloc[built] = np.asarray(terms.years, dtype=np.int64)[year[built]]
    spent, left = money_of_years(case, terms, year)
    value, early = worth(benefit, year, len(terms.years))
    return Programme(
        year=column,
        group_year=group_years(case, terms, year),
        status=proof.status,
        value=value,
        bound=max(proof.bound, value),
        early=early,
        early_bound=max(proof.early_bound, early),
        budget_cny=tuple(float(fen) / FEN for fen in budget_fen(terms)),
        spent_cny=spent,
        left_cny=left,
        coverage=coverage_by_year(case, terms, year),
        conflicts=conflicts,
        findings=_findings(case, terms),
    )


def worth(benefit: NDArray[np.float64], year: NDArray[np.int64], years: int) -> tuple[float, float]:
    """Benefit at the end, and benefit of every year before the last added up."""
    early = sum(float(benefit[year <= at].sum()) for at in range(years - 1))
    return float(benefit[year != NEVER].sum()), float(early)


def _gap(value: float, bound: float) -> float:
    return (bound - value) / bound if bound > value else 0.0


def _findings(case: Case, terms: Terms) -> tuple[Conflict, ...]:
    found = []
    room = Purse(terms).room
    most = int(room.max(initial=0))
    works = tuple(case.codes[work] for work in np.flatnonzero((case.fen > most) & ~case.banned))
    if works:
        found.append(Conflict("never_fits", works=works, has_cny=most / FEN))
    for unit, weight, unknown in zip(UNITS, terms.weight_row, case.unknown, strict=True):
        if weight > 0 and unknown:
            found.append(Conflict("unknown_counts", unit=unit, needed=float(unknown)))
    return tuple(found)
