"""The instant preview: trunk and branch together by benefit per yuan, year by year; also the start of the exact search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.roads.programme.case import along_path, ancestors, path_of
from gis.roads.programme.order import best_sequence
from gis.roads.programme.purse import NEVER, Purse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.demands import Demand
    from gis.roads.programme.terms import Terms


def preview_years(case: Case, terms: Terms, demands: tuple[Demand, ...], benefit: NDArray[np.float64]) -> NDArray[np.int64]:
    """A good programme at once: the index of each work's year, or `NEVER`.

    First what must be (must-do works, then the cheapest packages for each floor and deadline, by date), then the bundles of `best_sequence` that
    fit, then the best path that still fits, until nothing does. It keeps precedence and money; floors and deadlines it may miss.
    """
    required = _required(case, terms, demands)
    if terms.carry_over:
        return _save_and_build(case, terms, required, benefit)
    return _year_by_year(case, terms, required, benefit)


def fill(case: Case, benefit: NDArray[np.float64], standing: NDArray[np.bool_], barred: NDArray[np.bool_], money: int) -> list[int]:
    """Works, parents first, that are worth most for so many fen beside those that stand already."""
    built = standing.copy()
    taken: list[int] = []
    sequence, bundle = best_sequence(case, benefit, standing=standing, barred=barred)
    for members in np.split(sequence, np.flatnonzero(np.diff(bundle)) + 1) if len(sequence) else []:
        price = int(case.fen[members].sum())
        above = case.parent[members[0]]
        if price <= money and benefit[members].sum() > 0 and (above < 0 or built[above]):
            money -= price
            built[members] = True
            taken.extend(members.tolist())
    while (path := _best_path(case, benefit, built, barred, money)) is not None:
        money -= int(case.fen[path].sum())
        built[path] = True
        taken.extend(path)
    return taken


def _best_path(case: Case, gain: NDArray[np.float64], built: NDArray[np.bool_], barred: NDArray[np.bool_], money: int) -> list[int] | None:
    """The unbuilt works from the network to that work which gives most per yuan; None if none fits or helps."""
    price = along_path(case, np.where(built, 0.0, case.fen))
    worth = along_path(case, np.where(built, 0.0, gain))
    closed = along_path(case, (barred & ~built).astype(np.float64)) > 0
    fits = ~built & ~closed & (price <= money) & (worth > 0)
    if not fits.any():
        return None
    ratio = np.where(fits, worth / np.maximum(price, 1.0), -1.0)
    return [work for work in path_of(case, int(np.argmax(ratio))) if not built[work]]


def _required(case: Case, terms: Terms, demands: tuple[Demand, ...]) -> list[int]:
    """Works that must-do lists, floors and deadlines ask for, in the order in which they are needed; never more than all the money pays."""
    last = len(terms.years) - 1
    built = np.zeros(len(case.codes), dtype=np.bool_)
    purse = Purse(terms)
    wanted: list[int] = []
    for demand in demands:
        if demand.due < last:
            wanted += _meet(case, demand, built, _money_by(purse, demand.due) - int(case.fen[built].sum()))
    wanted += _forced(case, built)
    for demand in demands:
        if demand.due == last:
            wanted += _meet(case, demand, built, _money_by(purse, last) - int(case.fen[built].sum()))
    return wanted


def _money_by(purse: Purse, due: int) -> int:
    return int(purse.room[due] if purse.carry_over else purse.room[: due + 1].sum())


def _forced(case: Case, built: NDArray[np.bool_]) -> list[int]:
    forced = ancestors(case, case.must & ~case.banned) & ~built
    built |= forced
    return [work for level in case.levels for work in level[forced[level]].tolist()]


def _meet(case: Case, demand: Demand, built: NDArray[np.bool_], money: int) -> list[int]:
    """The best paths for one demand, in turn, until it holds or nothing helps; marks them in `built`."""
    taken: list[int] = []
    while demand.missing(built) > 0:
        path = _best_path(case, demand.gains, built, case.banned, money)
        if path is None:
            break
        money -= int(case.fen[path].sum())
        built[path] = True
        taken.extend(path)
    return taken


def _save_and_build(case: Case, terms: Terms, required: list[int], benefit: NDArray[np.float64]) -> NDArray[np.int64]:
    """Money is kept: choose for all the money, then build what was chosen as early as it can be paid."""
    last = len(terms.years) - 1
    chosen = np.zeros(len(case.codes), dtype=np.bool_)
    money = _money_by(Purse(terms), last)
    first: list[int] = []
    for work in required:
        if case.fen[work] <= money and _stands(case, work, chosen):
            money -= int(case.fen[work])
            chosen[work] = True
            first.append(work)
    forced = chosen.copy()
    chosen[fill(case, benefit, chosen, case.banned, money)] = True
    rest, _ = best_sequence(case, benefit, standing=forced, barred=~chosen)
    return _in_turn(case, terms, first + rest.tolist())


def _in_turn(case: Case, terms: Terms, queue: list[int]) -> NDArray[np.int64]:
    """Each work in the first year that can pay for it and in which what it needs stands."""
    year = np.full(len(case.codes), NEVER, dtype=np.int64)
    purse = Purse(terms)
    for at in range(len(terms.years)):
        for work in queue:
            if year[work] == NEVER and case.fen[work] <= purse.free(at) and _stands(case, work, year <= at):
                year[work] = at
                purse.pay(at, int(case.fen[work]))
    return year


def _year_by_year(case: Case, terms: Terms, required: list[int], benefit: NDArray[np.float64]) -> NDArray[np.int64]:
    """Money is lost at the end of a year: fill each one for itself."""
    year = np.full(len(case.codes), NEVER, dtype=np.int64)
    purse = Purse(terms)
    for at in range(len(terms.years)):
        for work in required:
            if year[work] == NEVER and case.fen[work] <= purse.free(at) and _stands(case, work, year <= at):
                year[work] = at
                purse.pay(at, int(case.fen[work]))
        added = fill(case, benefit, year <= at, case.banned, purse.free(at))
        year[added] = at
        purse.pay(at, int(case.fen[added].sum()))
    return year


def _stands(case: Case, work: int, built: NDArray[np.bool_]) -> bool:
    above = int(case.parent[work])
    return above < 0 or bool(built[above])
