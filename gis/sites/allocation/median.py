"""The p-median: so many sites that the weighted distance of all is least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation import checks
from gis.sites.allocation.answers import FEASIBLE, INFEASIBLE, NOWHERE, OPTIMAL, Located
from gis.sites.allocation.arcs import OPEN, sort_arcs
from gis.sites.allocation.locate import locate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def p_median(
    distance: ArrayLike,
    weights: ArrayLike,
    p: int,
    *,
    fixed: ArrayLike | None = None,
    must_open: Iterable[int] = (),
    gap: float = 0.0,
    effort: float = 1.0,
    seed: int = 0,
) -> Located:
    """Open p sites so that weight times distance to the nearest open site is least; each row is served whole.

    Args:
        distance: (n, m), not negative; inf where the site cannot serve the row.
        weights: (n,), not negative; a row without weight is served if it happens to be reached.
        p: without `fixed`, exactly so many sites are opened (all, if there are fewer); with `fixed`, at most so many.
        fixed: (m,) cost of opening each site, in the unit of weight times distance.
        must_open: numbers of sites that stand in any case.
        gap: stop when the plan is proven this near to the best, as a share of the cost; 0 goes on to the proof.
        effort: how much is looked at before stopping without a proof; 1 is about half a minute of one office core at the most.
        seed: of the search; same input and seed, same answer.

    Raises:
        QueryError: shapes, signs or numbers make no sense.
    """
    table = checks.matrix(distance, "距离表")
    rows, sites = table.shape
    weight = checks.column(weights, rows, "权重")
    price = np.zeros(sites) if fixed is None else checks.column(fixed, sites, "固定费用")
    most, stands = min(checks.how_many(p), sites), checks.standing(must_open, sites, checks.how_many(p))
    is_open = _best_sites(table, weight, price, (most, stands), (checks.share(gap, "允许差距"), effort, seed))
    chosen = np.flatnonzero(is_open[0])
    if fixed is None:
        chosen = np.sort(np.concatenate([chosen, np.flatnonzero(~is_open[0])[: most - len(chosen)]]))
    return _located(table, weight, price, chosen, is_open[1], gap)


def _best_sites(
    table: Floats, weight: Floats, price: Floats, choice: tuple[int, NDArray[np.int64]], how: tuple[float, float, int]
) -> tuple[NDArray[np.bool_], float]:
    """Which sites are open, and the bound with what leaving rows out was priced at (see `_nowhere`)."""
    (most, stands), (gap, effort, seed) = choice, how
    is_open = np.zeros(table.shape[1], dtype=np.bool_)
    is_open[stands] = True
    served = (weight > 0) & np.isfinite(table).any(axis=1)
    if most == 0 or not served.any():
        return is_open, float(price[stands].sum())
    cost = weight[served, None] * table[served]
    nowhere = _nowhere(cost, weight[served], price)
    state = np.where(is_open, OPEN, 0).astype(np.int8)
    found = locate(sort_arcs(cost, nowhere, price), state, most, gap=gap, step=checks.lattice(cost, price, nowhere), effort=effort, seed=seed)
    return found.is_open == OPEN, found.bound


def _nowhere(cost: Floats, weight: Floats, price: Floats) -> Floats:
    """What leaving a row out is priced at: where all sites can serve it, no more than the dearest; else more than any plan can save by it.

    Less weight left out then always comes first, as long as weights are whole or differ by no less than the smallest.
    """
    dearest = np.where(np.isfinite(cost), cost, -np.inf).max(axis=1)
    whole = np.isfinite(cost).all(axis=1)
    if whole.all():
        return np.asarray(dearest, dtype=np.float64)
    step = checks.lattice(weight) or float(weight.min())
    return np.asarray(np.where(whole, dearest, (1.0 + np.ceil(dearest.sum() + price.sum())) * weight / step), dtype=np.float64)


def _located(table: Floats, weight: Floats, price: Floats, chosen: NDArray[np.int64], bound: float, gap: float) -> Located:
    """Serve every row from its nearest open site, and take what was left out off the bound."""
    near = table[:, chosen]
    assigned = np.full(len(table), NOWHERE, dtype=np.int64)
    least = near.min(axis=1, initial=np.inf)
    reached = np.isfinite(least)
    if len(chosen):
        assigned[reached] = chosen[near[reached].argmin(axis=1)]
    cost = float((weight[reached] * least[reached]).sum() + price[chosen].sum())
    reachable = (weight > 0) & np.isfinite(table).any(axis=1)
    missed = reachable & ~reached
    if missed.any() and len(chosen):
        usable = weight[reachable, None] * table[reachable]
        bound -= float(_nowhere(usable, weight[reachable], price)[missed[reachable]].sum())
    bound = max(0.0, min(bound, cost))
    if ((weight > 0) & ~reached).any():
        return Located(chosen, assigned, cost, bound, INFEASIBLE)
    # A plan and its bound are added up in different orders: what differs by rounding is the same.
    bound = cost if cost - bound <= 1e-9 * max(1.0, cost) else bound
    return Located(chosen, assigned, cost, bound, OPTIMAL if cost - bound <= gap * cost else FEASIBLE)
