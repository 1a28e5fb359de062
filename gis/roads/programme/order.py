"""The order of works without years: the sequence behind the budget slider and the coverage-cost curve.

Which order of works, parents first, serves most for every yuan along the way? For works in a forest this is the scheduling problem 1|outtree|ΣwC,
solved exactly by W. A. Horn (1972, SIAM J. Appl. Math. 23: 189-202): take the bundle with the best benefit per yuan; if it needs another bundle, join
it to that one (trunk and branch become one bundle with one ratio); if it needs nothing, it comes next. Two things follow, and the tests check both:

- among all orders that keep precedence, this one has the largest area under the curve of benefit over money;
- where a bundle ends, no other choice of works serves more for the same money or less, and the straight line from one such point to the next is an upper
  bound for every choice in between. Bundles come by falling ratio, so the line is concave; inside a bundle (a trunk before its branches) the curve sags.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.case import Case, ancestors, read_case
from gis.roads.programme.terms import UNITS, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_CNY = 0.01


def order_works(works: pd.DataFrame, served: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """The sequence of all works, must-do first; each prefix of it can be built as it stands.

    Args:
        works: as for `read_case`.
        served: as for `read_case`.
        weights: benefits by unit, as in `Terms`.

    Returns:
        In the order of `works`: `work_code`, `rank` (from 1; <NA> for what must not be built), `bundle` (number of the bundle that it came in; the curve is
        best possible at each bundle's last rank), `cumulative_cost_cny`, and `cumulative_{groups,households,people,registered}` without those that
        are connected already.
    """
    case = read_case(works, served)
    benefit = case.benefit(Terms(years=(0,), budgets_cny=(0.0,), weights=weights).weight_row)
    sequence, bundle = must_first(case, benefit)
    counts = np.stack([case.by_work(case.counts[:, at]) for at in range(len(UNITS))], axis=1)
    rank = pd.Series(pd.NA, index=range(len(case.codes)), dtype="Int64")
    frame = pd.DataFrame(
        {"work_code": pd.array(case.codes, dtype="string"), "rank": rank, "bundle": rank, "cumulative_cost_cny": rank.astype("Float64")}
    )
    frame[[f"cumulative_{unit}" for unit in UNITS]] = pd.NA
    frame = frame.astype({f"cumulative_{unit}": "Int64" for unit in UNITS})
    frame.loc[sequence, "rank"] = np.arange(1, len(sequence) + 1)
    frame.loc[sequence, "bundle"] = bundle
    frame.loc[sequence, "cumulative_cost_cny"] = np.cumsum(case.fen[sequence]) * _CNY
    for at, unit in enumerate(UNITS):
        frame.loc[sequence, f"cumulative_{unit}"] = np.rint(np.cumsum(counts[sequence, at])).astype(np.int64)
    return frame


def must_first(case: Case, benefit: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sequence and bundle numbers (from 1): first what must be built with all that it needs, then the rest; banned works are left out."""
    forced = ancestors(case, case.must & ~case.banned)
    nothing = np.zeros(len(case.codes), dtype=np.bool_)
    first, first_bundle = best_sequence(case, benefit, standing=nothing, barred=~forced)
    rest, rest_bundle = best_sequence(case, benefit, standing=forced, barred=case.banned)
    offset = int(first_bundle.max(initial=0))
    return np.concatenate([first, rest]), np.concatenate([first_bundle, rest_bundle + offset])


def best_sequence(
    case: Case, benefit: NDArray[np.float64], *, standing: NDArray[np.bool_], barred: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Horn's order of the works that neither stand already nor are barred (nor hang on a barred one), and the number of each one's bundle, from 1.

    Ties go to the work that comes first in the frame.
    """
    open_ = _open_works(case, standing, barred)
    forest = _Bundles(case, benefit, open_, standing)
    return forest.unroll()


def upper_bound(case: Case, benefit: NDArray[np.float64], money_fen: int) -> float:
    """No choice of works for this money serves more: the concave line through the ends of the bundles."""
    sequence, bundle = best_sequence(case, benefit, standing=np.zeros(len(case.codes), dtype=np.bool_), barred=case.banned)
    if not len(sequence):
        return 0.0
    last = np.flatnonzero(np.append(np.diff(bundle) > 0, True))
    spent = np.concatenate([[0.0], np.cumsum(case.fen[sequence])[last].astype(np.float64)])
    reached = np.concatenate([[0.0], np.cumsum(benefit[sequence])[last]])
    free = int(np.flatnonzero(spent == 0).max())
    return float(np.interp(float(money_fen), spent[free:], reached[free:]))


def _open_works(case: Case, standing: NDArray[np.bool_], barred: NDArray[np.bool_]) -> NDArray[np.bool_]:
    open_ = ~standing & ~barred
    for level in case.levels[1:]:
        above = case.parent[level]
        open_[level] &= open_[above] | standing[above]
    return open_


class _Bundles:
    """Bundles of works that grow by joining the one they need: money, benefit and a chain of works for each."""

    def __init__(self, case: Case, benefit: NDArray[np.float64], open_: NDArray[np.bool_], standing: NDArray[np.bool_]) -> None:
        above = np.where((case.parent >= 0) & ~standing[case.parent], case.parent, -1)
        self.above = above.tolist()
        self.works = np.flatnonzero(open_).tolist()
        self.money = case.fen.tolist()
        self.benefit = benefit.tolist()
        self.head = list(range(len(above)))  # the bundle that a work belongs to, by its first work
        self.chain = [[work] for work in range(len(above))]
        self.done = [False] * len(above)

    def unroll(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Horn's order: works, and the number of each one's bundle."""
        heap = [self._entry(work) for work in self.works]
        heapify(heap)
        sequence: list[int] = []
        bundle: list[int] = []
        while heap:
            entry = heappop(heap)
            work = entry[1]
            if self.done[work] or self.head[work] != work or entry != self._entry(work):
                continue  # of a bundle that has grown, gone into another one, or been written down
            above = self.above[work]
            if above < 0 or self.done[self._find(above)]:
                self.done[work] = True
                bundle.extend([bundle[-1] + 1 if bundle else 1] * len(self.chain[work]))
                sequence.extend(self.chain[work])
            else:
                heappush(heap, self._join(work, self._find(above)))
        return np.array(sequence, dtype=np.int64), np.array(bundle, dtype=np.int64)

    def _entry(self, work: int) -> tuple[float, int]:
        """Best ratio first, then the place in the frame; what is free and serves somebody comes before everything."""
        money, benefit = self.money[work], self.benefit[work]
        if benefit <= 0:
            return (0.0, work)
        return (-benefit / money if money else -float("inf"), work)

    def _find(self, work: int) -> int:
        while self.head[work] != work:
            self.head[work] = self.head[self.head[work]]
            work = self.head[work]
        return work

    def _join(self, work: int, into: int) -> tuple[float, int]:
        self.money[into] += self.money[work]
        self.benefit[into] += self.benefit[work]
        self.chain[into].extend(self.chain[work])
        self.chain[work] = []
        self.head[work] = into
        return self._entry(into)
