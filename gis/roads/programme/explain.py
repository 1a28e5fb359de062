"""Why a programme is impossible: what is missing, where, and what it would take at least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gis.roads.programme.case import ancestors
from gis.roads.programme.conflict import Conflict
from gis.roads.programme.model import build_model
from gis.roads.programme.purse import FEN, NEVER, Purse, budget_fen
from gis.solver import Effort, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.demands import Demand
    from gis.roads.programme.terms import Terms


def name_conflicts(
    case: Case, terms: Terms, demands: tuple[Demand, ...], nearest: NDArray[np.int64], effort: Effort, watch: Callable[[], None] | None = None
) -> tuple[Conflict, ...]:
    """All that the nearest plan (least must-do works left out, then least shares missing) leaves unsatisfied.

    Args:
        case: works and groups.
        terms: years and money.
        demands: floors and deadlines.
        nearest: year index of each work in the plan that comes nearest.
        effort: for the questions what one demand, and all together, would cost.
        watch: see `solve`.
    """
    found = [*_blocked(case), *_unaffordable(case, terms, nearest)]
    possible = []
    for demand in demands:
        most = demand.served(~case.banned)
        if demand.missing(~case.banned) > 0:
            found.append(_of(demand, terms, "impossible", most))
            continue
        possible.append(demand)
        reached = nearest <= demand.due
        if demand.missing(reached) > 0:
            needs = least_cost(case, terms, demand, effort, watch)
            found.append(replace(_of(demand, terms, "short", demand.served(reached)), needs_cny=needs, has_cny=_money_by(terms, demand.due)))
    if any(conflict.what == "must_unaffordable" or conflict.what.endswith("_short") for conflict in found):
        found.append(_together(case, terms, tuple(possible), effort, watch))
    return tuple(found)


def least_cost(case: Case, terms: Terms, demand: Demand, effort: Effort, watch: Callable[[], None] | None = None) -> float | None:
    """Yuan that the cheapest works cost which satisfy one demand by themselves; None if the search stopped without any."""
    alone = replace(terms, years=(terms.years[demand.due],), budgets_cny=(0.0,), floors=(), deadlines=())
    free = replace(case, must=np.zeros(len(case.codes), dtype=np.bool_))
    return _least_money(free, alone, (replace(demand, due=0),), effort, watch)


def _least_money(case: Case, terms: Terms, demands: tuple[Demand, ...], effort: Effort, watch: Callable[[], None] | None) -> float | None:
    """Least new money beside the budgets that satisfies all of it, in yuan, exact for the works that were found."""
    model = build_model(case, terms, demands)
    objective = np.zeros(len(model.problem.lower))
    objective[model.extra] = -1.0
    answer = solve(model.paid_for(), objective, effort=effort, watch=watch)
    if answer.x is None:
        return None
    year = model.year(answer.x, len(case.codes))
    return _overspent(case, terms, year)


def _overspent(case: Case, terms: Terms, year: NDArray[np.int64]) -> float:
    room = Purse.after(case, terms, year).room
    over = -min(0, int(room.min())) if terms.carry_over else -int(room[room < 0].sum())
    return over / FEN


def _together(case: Case, terms: Terms, demands: tuple[Demand, ...], effort: Effort, watch: Callable[[], None] | None) -> Conflict:
    reachable = replace(case, must=case.must & ~case.banned)
    return Conflict("money", needs_cny=_least_money(reachable, terms, demands, effort, watch), has_cny=_money_by(terms, len(terms.years) - 1))


def _blocked(case: Case) -> list[Conflict]:
    works = tuple(case.codes[work] for work in np.flatnonzero(case.must & case.banned))
    return [Conflict("must_blocked", works=works)] if works else []


def _unaffordable(case: Case, terms: Terms, nearest: NDArray[np.int64]) -> list[Conflict]:
    wanted = case.must & ~case.banned
    left_out = tuple(case.codes[work] for work in np.flatnonzero(wanted & (nearest == NEVER)))
    if not left_out:
        return []
    needs = int(case.fen[ancestors(case, wanted)].sum()) / FEN
    return [Conflict("must_unaffordable", works=left_out, needs_cny=needs, has_cny=_money_by(terms, len(terms.years) - 1))]


def _of(demand: Demand, terms: Terms, how: str, reached: float) -> Conflict:
    return Conflict(
        what=f"{demand.kind}_{how}",
        area_code=demand.area_code,
        unit=demand.unit,
        year=terms.years[demand.due],
        share=demand.share,
        needed=demand.needed,
        reached=reached,
        total=demand.total,
    )


def _money_by(terms: Terms, due: int) -> float:
    return float(budget_fen(terms)[: due + 1].sum()) / FEN
