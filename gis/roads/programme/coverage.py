"""What a programme means for the groups: who is served from which year, and the townships after each year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.purse import NEVER
from gis.roads.programme.terms import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.terms import Terms


def coverage_by_year(case: Case, terms: Terms, year: NDArray[np.int64]) -> pd.DataFrame:
    """One row per year, township and unit: `year, township_code, unit, before, served, total`.

    `served` counts from the start (those connected already, `before`, included); `total` is everyone in the frame of groups. Counts that are not known
    add nothing to either.
    """
    stands = _group_years(case, year)
    shape = (len(case.area_codes), len(UNITS))
    total = _per_area(case, np.ones(len(case.area), dtype=np.bool_))
    before = _per_area(case, case.connected)
    frames = []
    for at, calendar in enumerate(terms.years):
        served = _per_area(case, case.connected | (stands <= at))
        frames.append(
            pd.DataFrame(
                {
                    "year": np.full(served.size, calendar),
                    "township_code": np.repeat(np.array(case.area_codes, dtype=object), shape[1]),
                    "unit": np.tile(np.array(UNITS, dtype=object), shape[0]),
                    "before": before.ravel(),
                    "served": served.ravel(),
                    "total": total.ravel(),
                }
            )
        )
    kinds = {"year": "Int64", "township_code": "string", "unit": "string", "before": "Float64", "served": "Float64", "total": "Float64"}
    return pd.concat(frames, ignore_index=True).astype(kinds)


def group_years(case: Case, terms: Terms, year: NDArray[np.int64]) -> pd.Series:
    """Year from which each group is served, by group code; <NA> for those that are connected already and those that the programme does not reach."""
    stands = _group_years(case, year)
    column = pd.Series(pd.NA, index=pd.Index(case.group_codes, dtype="string", name="group_code"), dtype="Int64", name="year")
    reached = np.flatnonzero(stands != NEVER)
    column.iloc[reached] = np.asarray(terms.years, dtype=np.int64)[stands[reached]]
    return column


def _group_years(case: Case, year: NDArray[np.int64]) -> NDArray[np.int64]:
    stands = np.full(len(case.group_work), NEVER, dtype=np.int64)
    hanging = case.group_work >= 0
    stands[hanging] = year[case.group_work[hanging]]
    return stands


def _per_area(case: Case, who: NDArray[np.bool_]) -> NDArray[np.float64]:
    table = np.zeros((len(case.area_codes), len(UNITS)))
    np.add.at(table, case.area[who], case.counts[who])
    return table
