"""The money of each year, in fen, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.terms import Terms

FEN = 100
NEVER = np.iinfo(np.int64).max
"""The year of a work that is not built."""


def budget_fen(terms: Terms) -> NDArray[np.int64]:
    """New money of each year in fen."""
    return np.rint(np.asarray(terms.budgets_cny, dtype=np.float64) * FEN).astype(np.int64)


class Purse:
    """What may still be spent by the end of each year (money carried over) or in each year (not carried over)."""

    def __init__(self, terms: Terms) -> None:
        self.carry_over = terms.carry_over
        fresh = budget_fen(terms)
        self.room: NDArray[np.int64] = np.cumsum(fresh) if self.carry_over else fresh

    @classmethod
    def after(cls, case: Case, terms: Terms, year: NDArray[np.int64]) -> Purse:
        """The purse when works are paid in these years (index of the year, or `NEVER`)."""
        purse = cls(terms)
        for at in range(len(purse.room)):
            purse.pay(at, int(case.fen[year == at].sum()))
        return purse

    def free(self, at: int, until: int | None = None) -> int:
        """Fen that a work may cost in year `at`, or more in `at` and as much less in `until`."""
        if not self.carry_over:
            return int(self.room[at])
        return int(self.room[at:until].min())

    def pay(self, at: int, fen: int, until: int | None = None) -> None:
        """Spend in year `at`; what was to be spent in `until` comes back there."""
        if self.carry_over:
            self.room[at:until] -= fen
        else:
            self.room[at] -= fen
            if until is not None:
                self.room[until] += fen

    @property
    def sound(self) -> bool:
        """No year spends more than it has."""
        return bool((self.room >= 0).all())


def money_of_years(case: Case, terms: Terms, year: NDArray[np.int64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Yuan spent in each year, and yuan left at its end (kept for the next one, or lost)."""
    spent = tuple(float(case.fen[year == at].sum()) / FEN for at in range(len(terms.years)))
    return spent, tuple(float(room) / FEN for room in Purse.after(case, terms, year).room)
