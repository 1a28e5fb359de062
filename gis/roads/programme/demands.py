"""Floors and deadlines as plain rows: at least so many, of this unit, in this township, by the end of this year."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.programme.terms import UNITS
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.terms import Terms

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """One floor or deadline.

    Attributes:
        kind: `floor` or `deadline`.
        area_code: township; None is the whole county.
        unit: one of `UNITS`.
        share: what was asked.
        due: index of the year at whose end it must hold.
        total: units in the area, connected and not.
        before: units served before the first year.
        needed: units that must be served: the share of the total, up to the next whole unit.
        gains: units at the end of each work: (n,).
    """

    kind: str
    area_code: str | None
    unit: str
    share: float
    due: int
    total: float
    before: float
    needed: float
    gains: NDArray[np.float64]

    def served(self, built: NDArray[np.bool_]) -> float:
        """Units that are served when these works stand."""
        return self.before + float(self.gains[built].sum())

    def missing(self, built: NDArray[np.bool_]) -> float:
        """Units that are still missing when these works stand; 0 if it holds."""
        short = self.needed - self.served(built)
        return short if short > _ROUNDING * max(1.0, self.total) else 0.0


def read_demands(case: Case, terms: Terms) -> tuple[Demand, ...]:
    """All floors and deadlines, by year, kind, township and unit; a floor for every township becomes one row each.

    A share is a share of all units of the area: those in `served` that are connected already count on both sides.

    Raises:
        QueryError: a township is not among those of the groups.
    """
    rows = [_demand(case, kind, area, unit, share, terms.years.index(year)) for kind, area, unit, share, year in _asked(case, terms)]
    rows.sort(key=lambda row: (row.due, row.kind, row.area_code or "", UNITS.index(row.unit), row.share))
    return tuple(rows)


def _asked(case: Case, terms: Terms) -> Iterator[tuple[str, str | None, str, float, int]]:
    for floor in terms.floors:
        for code in case.area_codes if floor.area_code is None else (floor.area_code,):
            yield "floor", code, floor.unit, floor.share, terms.years[-1] if floor.by_year is None else floor.by_year
    for due in terms.deadlines:
        yield "deadline", due.area_code, due.unit, due.share, due.year


def _demand(case: Case, kind: str, area_code: str | None, unit: str, share: float, due: int) -> Demand:
    amount = case.counts[:, UNITS.index(unit)] * _inside(case, area_code)
    total = float(amount.sum())
    needed = share * total - _ROUNDING * max(1.0, total)
    if (amount == np.floor(amount)).all():
        needed = float(max(0, ceil(needed)))
    return Demand(kind, area_code, unit, share, due, total, float(amount[case.connected].sum()), needed, case.by_work(amount))


def _inside(case: Case, area_code: str | None) -> NDArray[np.bool_]:
    if area_code is None:
        return np.ones(len(case.area), dtype=np.bool_)
    if area_code not in case.area_codes:
        known = "、".join(case.area_codes[:5]) or "无"
        raise QueryError(f"受益组中没有代码为 {area_code} 的乡镇。", hint=f"现有乡镇代码如 {known}。")
    inside: NDArray[np.bool_] = case.area == case.area_codes.index(area_code)
    return inside
