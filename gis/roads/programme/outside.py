"""Just outside the line: what would be built next, and what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.case import Case, along_path, downstream, path_of, read_case
from gis.roads.programme.order import best_sequence
from gis.roads.programme.purse import FEN
from gis.roads.programme.terms import UNITS, Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.outcome import Programme


def outside_the_line(works: pd.DataFrame, served: pd.DataFrame, terms: Terms, programme: Programme) -> pd.DataFrame:
    """The works that are not built and not forbidden, in the order in which more money should take them up; those that lead to nobody are left out.

    Args:
        works: as for `solve_programme`.
        served: as for `solve_programme`.
        terms: the terms of the programme.
        programme: what is built.

    Returns:
        `work_code`, `next_in_line` (from 1), `needs` (works it needs that are not built either, parents first, with commas; <NA> for none),
        `package_cost_cny` (itself and these), `missing_cny` (what the money left in the end, or in the best year, does not pay of it),
        `package_{groups,households,people,registered}` that it would serve, `benefit_per_10k_cny`.
    """
    case = read_case(works, served)
    built = programme.year.reindex(list(case.codes)).notna().to_numpy(dtype=np.bool_)
    benefit = case.benefit(terms.weight_row)
    queue, _ = best_sequence(case, benefit, standing=built, barred=case.banned | (downstream(case, case.groups) == 0))
    price = _package(case, built, case.fen.astype(np.float64))[queue] / FEN
    left = (programme.left_cny[-1] if terms.carry_over else max(programme.left_cny)) if programme.left_cny else 0.0
    gain = _package(case, built, benefit)[queue]
    frame = pd.DataFrame(
        {
            "work_code": pd.array([case.codes[work] for work in queue], dtype="string"),
            "next_in_line": pd.array(np.arange(1, len(queue) + 1), dtype="Int64"),
            "needs": pd.array([_needs(case, built, work) for work in queue.tolist()], dtype="string"),
            "package_cost_cny": pd.array(price, dtype="Float64"),
            "missing_cny": pd.array(np.maximum(0.0, price - left), dtype="Float64"),
        }
    )
    for at, unit in enumerate(UNITS):
        frame[f"package_{unit}"] = pd.array(_package(case, built, case.by_work(case.counts[:, at]))[queue], dtype="Float64")
    free = price <= 0
    frame["benefit_per_10k_cny"] = pd.array(gain * 10_000.0 / np.where(free, 1.0, price), dtype="Float64")
    frame.loc[free, "benefit_per_10k_cny"] = pd.NA
    return frame


def _package(case: Case, built: NDArray[np.bool_], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    return along_path(case, np.where(built, 0.0, amount))


def _needs(case: Case, built: NDArray[np.bool_], work: int) -> str | None:
    waiting = [case.codes[above] for above in path_of(case, work)[:-1] if not built[above]]
    return ",".join(waiting) or None
