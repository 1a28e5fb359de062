"""Choose works and years: exact with a stated gap, or at once by the preview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, gcd, isfinite
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.programme.case import read_case
from gis.roads.programme.demands import read_demands
from gis.roads.programme.explain import name_conflicts
from gis.roads.programme.greedy import preview_years
from gis.roads.programme.model import Model, build_model
from gis.roads.programme.order import upper_bound
from gis.roads.programme.outcome import Programme, Proof, make_programme, worth
from gis.roads.programme.polish import polish
from gis.roads.programme.purse import NEVER, Purse, budget_fen
from gis.solver import INF, Answer, Effort, Problem, solve
from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.demands import Demand
    from gis.roads.programme.terms import Terms

    Tell = Callable[[str, float | None], None]

_NODES = 1_000_000  # branch-and-bound nodes × columns for the first aim: about half a minute of one office core
_EARLY_NODES = 100_000  # for the second aim, where the last tenths of a per cent come slowly and matter to nobody
_LEAST_NODES = 20
_FIRST = 0.1  # share of the gap that the first aim may use
_GIVEN_UP = 0.9  # share of it that the second aim may take back where money is not carried over
_FINEST = 1000  # weights with up to three decimals keep the benefits on a lattice


def solve_programme(works: pd.DataFrame, served: pd.DataFrame, terms: Terms, *, tell: Tell | None = None) -> Programme:
    """The programme that serves most in its last year and, among those, as early as possible.

    Without carry-over the best programme leaves next to no money in any year, and then there is as a rule but one way to build it, early or not. There the
    second aim may give up nine tenths of `terms.gap` (0.09 % of the benefit as built in) of the first; with money carried over it gives up nothing.

    Args:
        works: see `read_case`.
        served: see `read_case`.
        terms: years, money, weights, floors, deadlines, gap.
        tell: called with words and the share that is done; what it raises stops the run.

    Returns:
        A programme that keeps money, precedence, must-do and must-not, floors and deadlines, with a bound that none can pass. If they cannot all be
        kept: status `infeasible`, the conflicts, and the plan that comes nearest: fewest must-do works left out, then least shares missing.

    Raises:
        QueryError: frames or terms that make no sense.
        ZutongError: the solver failed.
    """
    case = read_case(works, served)
    search = Search(case, terms, read_demands(case, terms), case.benefit(terms.weight_row), tell or silent)
    return search.strict() or search.nearest()


def greedy_programme(works: pd.DataFrame, served: pd.DataFrame, terms: Terms) -> Programme:
    """The instant preview; its bound is that of the money alone (`upper_bound`), so its gap is stated too, if too modestly.

    It keeps money, precedence and must-not. Must-do works, floors and deadlines come first but are not promised.
    """
    case = read_case(works, served)
    benefit = case.benefit(terms.weight_row)
    year = Search(case, terms, read_demands(case, terms), benefit, silent).preview()
    most = upper_bound(case, benefit, int(budget_fen(terms).sum()))
    early = sum(upper_bound(case, benefit, int(money)) for money in np.cumsum(budget_fen(terms))[:-1])
    return make_programme(case, terms, benefit, year, Proof("greedy", most, early))


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """One case on its way to a programme: preview, exact search, and the nearest plan where not all can be kept."""

    case: Case
    terms: Terms
    demands: tuple[Demand, ...]
    benefit: NDArray[np.float64]
    tell: Tell

    def strict(self) -> Programme | None:
        """The programme that keeps everything; None if that cannot be."""
        if self._hopeless():
            return None
        model = build_model(self.case, self.terms, self.demands)
        self.tell("速算道路计划", 0.05)
        return self._two_aims(model, model.problem, self.preview())

    def preview(self) -> NDArray[np.int64]:
        """The greedy programme: index of the year per work."""
        return polish(self.case, self.terms, self.demands, self.benefit, preview_years(self.case, self.terms, self.demands, self.benefit))

    def final_set(self, gap: float) -> NDArray[np.bool_]:
        """What stands at the end, by the first aim alone; by the preview where not all that is asked for can be kept."""
        year = self.preview()
        if not self._hopeless():
            model = build_model(self.case, self.terms, self.demands)
            answer = self._first_aim(model, model.problem, model.start(year), gap)
            if answer.x is not None:
                year = self._improved(model, answer.x)
        stands: NDArray[np.bool_] = year != NEVER
        return stands

    def nearest(self) -> Programme:
        """Fewest must-do works left out, then least shares missing, then the two aims; with the conflicts."""
        reachable = replace(self.case, must=self.case.must & ~self.case.banned)
        model = build_model(reachable, self.terms, self.demands)
        problem, start = model.lenient(), None
        for words, objective, step in self._violations(model):
            self.tell(words, 0.3)
            effort = self._effort(model, self.terms.gap * _FIRST, step)
            answer = solve(problem, objective, effort=effort, start=start, watch=self._watch)
            if answer.x is None:
                raise ZutongError("求解器没有找到任何方案。", hint="请检查造价与预算是否有异常大的数值。")
            start = answer.x
            kept = float(objective @ start)
            problem = problem.with_row(objective, kept - 1e-7 * max(1.0, abs(kept)), INF)
        begin = np.full(len(self.case.codes), NEVER, dtype=np.int64) if start is None else model.year(start, len(self.case.codes))
        found = self._two_aims(model, problem, begin)
        if found is None:
            raise ZutongError("求解器没有找到任何方案。")
        return found

    def _hopeless(self) -> bool:
        return bool((self.case.must & self.case.banned).any()) or any(demand.missing(~self.case.banned) > 0 for demand in self.demands)

    def _violations(self, model: Model) -> list[tuple[str, NDArray[np.float64], float]]:
        """What to say, what to maximise, and the step between two values, for each kind of demand that may have to be missed."""
        stages = []
        if self.case.must.any():
            stages.append(("查找建不起的必建工程", model.last_year(self.case.must.astype(np.float64)), 1.0))
        if self.demands:
            objective = np.zeros(len(model.problem.lower))
            objective[model.missing] = [-1.0 / max(demand.total, 1.0) for demand in self.demands]
            stages.append(("查找达不到的保底与期限", objective, 0.0))
        return stages

    def _two_aims(self, model: Model, problem: Problem, begin: NDArray[np.int64]) -> Programme | None:
        """Most benefit at the end, then most benefit early, from a programme to begin with.

        A problem that is not the strict one gives the nearest plan, with its conflicts.
        """
        infeasible = problem is not model.problem
        self.tell("求最多受益", 0.4)
        most = self._first_aim(model, problem, model.start(begin), self.terms.gap * _FIRST)
        if most.x is None:
            return None
        year = self._improved(model, most.x)
        self.tell("求尽早受益", 0.6)
        early = self._second_aim(model, problem, year, begin)
        if early.x is not None:
            year = self._improved(model, early.x)
        self._check(year)
        self.tell("整理道路计划", 0.9)
        proof = Proof("infeasible" if infeasible else "optimal" if most.proved else "feasible", most.bound, early.bound)
        conflicts = (
            name_conflicts(self.case, self.terms, self.demands, year, self._effort(model, self.terms.gap, 0.0), self._watch) if infeasible else ()
        )
        return make_programme(self.case, self.terms, self.benefit, year, proof, conflicts=conflicts)

    def _first_aim(self, model: Model, problem: Problem, start: NDArray[np.float64] | None, gap: float) -> Answer:
        step = lattice(self.benefit)
        effort = self._effort(model, gap, step)
        answer = solve(problem, model.last_year(self.benefit), effort=effort, start=start, watch=self._watch)
        if answer.x is None and not answer.proved:
            raise ZutongError("在限定的搜索量内没有找到满足全部要求的方案，也没有证明不存在。", hint="请放宽保底或期限，或减少工程数后再试。")
        return replace(answer, bound=snapped(answer.bound, step))

    def _second_aim(self, model: Model, problem: Problem, year: NDArray[np.int64], begin: NDArray[np.int64]) -> Answer:
        """As early as possible while serving as many at the end as this programme does (but for what `solve_programme` says)."""
        if model.years == 1:
            return Answer(None, 0.0, 0.0, proved=True)
        step = lattice(self.benefit)
        value, _ = worth(self.benefit, year, model.years)
        first, _ = worth(self.benefit, begin, model.years)  # never fewer than what the search began with
        least = value if self.terms.carry_over else max(min(first, value), value * (1 - self.terms.gap * _GIVEN_UP))
        kept = problem.with_row(model.last_year(self.benefit), least - (step / 2 if step else 1e-9 * max(1.0, value)), INF)
        effort = self._effort(model, self.terms.gap, step, _EARLY_NODES)
        answer = solve(kept, model.early(self.benefit), effort=effort, start=model.start(year), watch=self._watch)
        return replace(answer, bound=snapped(answer.bound, step))

    def _improved(self, model: Model, x: NDArray[np.float64]) -> NDArray[np.int64]:
        return polish(self.case, self.terms, self.demands, self.benefit, model.year(x, len(self.case.codes)))

    def _effort(self, model: Model, gap: float, step: float, nodes: int = _NODES) -> Effort:
        nodes = max(_LEAST_NODES, nodes // max(1, len(model.problem.lower)))
        return Effort(gap=gap, gap_absolute=0.999 * step if step else 1e-6, nodes=nodes)

    def _watch(self) -> None:
        self.tell("求解中", None)

    def _check(self, year: NDArray[np.int64]) -> None:
        """Whole fen: what floating point let through is not handed out."""
        if not Purse.after(self.case, self.terms, year).sound:
            raise ZutongError("求解精度不足：所选工程超出预算。", hint="请检查造价是否有异常大的数值。")


def lattice(benefit: NDArray[np.float64]) -> float:
    """The largest step of which every benefit is a multiple (0 if none of at least a thousandth): two different values differ by that much."""
    whole = np.rint(benefit * _FINEST)
    if not np.allclose(benefit * _FINEST, whole, rtol=0, atol=1e-6):
        return 0.0
    return gcd(*(int(value) for value in whole)) / _FINEST


def snapped(bound: float, step: float) -> float:
    """The bound brought down to the lattice of possible values."""
    return floor(bound / step + 1e-6) * step if step and isfinite(bound) else bound


def silent(_words: str, _share: float | None) -> None:
    """Nobody listens."""
