"""Last touches on a programme that keeps all rules: nothing idle, no money asleep, nothing later than it has to be.

The exact search stops within a gap; what it leaves undone inside that gap would look careless on paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.roads.programme.greedy import fill
from gis.roads.programme.order import best_sequence
from gis.roads.programme.purse import NEVER, Purse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.demands import Demand
    from gis.roads.programme.terms import Terms


def polish(case: Case, terms: Terms, demands: tuple[Demand, ...], benefit: NDArray[np.float64], year: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same programme or a better one: it serves at least as much, each work at least as early, and keeps what it kept."""
    fuller = top_up(case, terms, benefit, drop_idle(case, demands, benefit, year))
    return pull_forward(case, terms, benefit, top_up(case, terms, case.groups, fuller))


def drop_idle(case: Case, demands: tuple[Demand, ...], benefit: NDArray[np.float64], year: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without works that serve nobody, that no other built work needs and that nobody asked for."""
    useful = case.must | (benefit > 0)
    for demand in demands:
        useful |= demand.gains > 0
    kept = year.copy()
    needed = np.zeros(len(year), dtype=np.bool_)
    for level in reversed(case.levels):
        kept[level[~(useful[level] | needed[level])]] = NEVER
        above = case.parent[level[kept[level] != NEVER]]
        needed[above[above >= 0]] = True
    return kept


def top_up(case: Case, terms: Terms, benefit: NDArray[np.float64], year: NDArray[np.int64]) -> NDArray[np.int64]:
    """With works that the money left still pays for.

    Called a second time with the number of groups for the benefit: a group whose households nobody has counted weighs nothing, but it is there.
    """
    fuller = year.copy()
    purse = Purse.after(case, terms, fuller)
    last = len(terms.years) - 1
    for at in range(last if terms.carry_over else 0, last + 1):
        later = (fuller > at) & (fuller != NEVER)
        added = fill(case, benefit, fuller <= at, case.banned | later, purse.free(at))
        fuller[added] = at
        purse.pay(at, int(case.fen[added].sum()))
    return fuller


def pull_forward(case: Case, terms: Terms, benefit: NDArray[np.float64], year: NDArray[np.int64]) -> NDArray[np.int64]:
    """With works moved to earlier years where the money allows."""
    earlier = year.copy()
    purse = Purse.after(case, terms, earlier)
    standing = np.zeros(len(year), dtype=np.bool_)
    queue, _ = best_sequence(case, benefit, standing=standing, barred=year == NEVER)
    for at in range(len(terms.years) - 1):
        for work in queue.tolist():
            was, above, fen = int(earlier[work]), int(case.parent[work]), int(case.fen[work])
            if was > at and (above < 0 or earlier[above] <= at) and fen <= purse.free(at, was):
                purse.pay(at, fen, was)
                earlier[work] = at
    return earlier
