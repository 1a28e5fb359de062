"""Maximum cover: so many sites that the most weight lies within reach (R. Church and C. ReVelle 1974)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation import checks
from gis.sites.allocation.answers import FEASIBLE, NOWHERE, OPTIMAL, Cover
from gis.sites.allocation.arcs import OPEN, SHUT, sort_arcs
from gis.sites.allocation.locate import locate
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Reach = NDArray[np.bool_]


def max_cover(  # noqa: PLR0913 - the terms of the model, all with a usual value
    reach: ArrayLike,
    weights: ArrayLike,
    p: int,
    *,
    radius: float | None = None,
    capacity: ArrayLike | None = None,
    must_open: Iterable[int] = (),
    gap: float = 0.0,
    effort: float = 1.0,
    seed: int = 0,
) -> Cover:
    """Open at most p sites so that the weight within reach of them is greatest.

    Args:
        reach: (n, m) whether the site reaches the row; or distances, with `radius`.
        weights: (n,), not negative.
        p: at most so many sites; exactly so many are opened if there are as many.
        radius: a distance of at most this is within reach.
        capacity: (m,) weight that each site has room for; rows are then served whole by one site.
        must_open: numbers of sites that stand in any case.
        gap: stop when the plan is proven this near to the best, as a share of what is left uncovered; 0 goes on to the proof.
        effort: see `p_median`.
        seed: of the search.

    Raises:
        QueryError: shapes, signs or numbers make no sense.
    """
    reached = _reach(reach, radius)
    rows, sites = reached.shape
    weight = checks.column(weights, rows, "权重")
    most, stands = min(checks.how_many(p), sites), checks.standing(must_open, sites, checks.how_many(p))
    checks.share(gap, "允许差距")
    if capacity is not None:
        from gis.sites.allocation.filling import fill_most  # noqa: PLC0415 - only where room is limited

        return fill_most(reached, weight, checks.column(capacity, sites, "容量", infinite=True), most, stands, gap=gap, effort=effort)
    is_open, least_left = _best_cover(reached, weight, (most, stands), (gap, effort, seed))
    chosen = np.flatnonzero(is_open)
    chosen = np.sort(np.concatenate([chosen, np.flatnonzero(~is_open)[: most - len(chosen)]]))
    covered: Reach = np.asarray(reached[:, chosen].any(axis=1))
    assigned = np.full(rows, NOWHERE, dtype=np.int64)
    if len(chosen):
        assigned[covered] = chosen[reached[covered][:, chosen].argmax(axis=1)]
    value, total = float(weight[covered].sum()), float(weight.sum())
    bound = max(value, total - least_left)
    bound = value if bound - value <= 1e-9 * max(1.0, total) else bound
    return Cover(chosen, covered, assigned, value, bound, OPTIMAL if bound - value <= gap * (total - value) else FEASIBLE)


def _reach(reach: ArrayLike, radius: float | None) -> Reach:
    if radius is None:
        table = np.asarray(reach)
        if table.dtype != np.bool_:
            raise QueryError("覆盖表应为是／否；若给的是距离，请同时给出服务半径 radius。")
        if table.ndim != 2:  # noqa: PLR2004 - rows and sites
            raise QueryError(f"覆盖表应为“行×地点”的二维表，现为 {table.ndim} 维。")
        return table
    if not radius >= 0:
        raise QueryError(f"服务半径应为不小于 0 的数，现为 {radius}。")
    table = checks.matrix(reach, "距离表")
    return np.isfinite(table) & (table <= radius)


def _best_cover(
    reached: Reach, weight: Floats, choice: tuple[int, NDArray[np.int64]], how: tuple[float, float, int]
) -> tuple[NDArray[np.bool_], float]:
    """Which sites are open, and the least weight that stays uncovered under any plan."""
    (most, stands), (gap, effort, seed) = choice, how
    is_open = np.zeros(reached.shape[1], dtype=np.bool_)
    is_open[stands] = True
    lost = float(weight[~reached.any(axis=1)].sum())
    table, weight = merge_rows(reached, weight)
    if most == 0 or not len(weight):
        return is_open, lost + float(weight.sum())
    state = np.where(dominated(table, is_open), SHUT, np.where(is_open, OPEN, 0)).astype(np.int8)
    arcs = sort_arcs(np.where(table & (state != SHUT), 0.0, np.inf), weight, np.zeros(len(state)))
    found = locate(arcs, state, most, gap=gap, step=checks.lattice(weight), effort=effort, seed=seed)
    return found.is_open == OPEN, lost + found.bound


def merge_rows(reached: Reach, weight: Floats) -> tuple[Reach, Floats]:
    """Rows that the same sites reach become one; rows without weight, or that no site reaches, are dropped."""
    useful = (weight > 0) & reached.any(axis=1)
    table, weight = reached[useful], weight[useful]
    if not len(weight):
        return table, weight
    bits = np.ascontiguousarray(np.packbits(table, axis=1))
    _, first, kind = np.unique(bits.view([("", bits.dtype, bits.shape[1])]).ravel(), return_index=True, return_inverse=True)
    return table[first], np.bincount(kind.ravel(), weights=weight, minlength=len(first)).astype(np.float64)


def dominated(table: Reach, needed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The sites whose rows another site reaches too; of equal sites the first stays, and those that are needed all stay."""
    ones = table.astype(np.float32)
    shared = ones.T @ ones
    size = np.diag(shared)
    number = np.arange(len(size))
    better = (size[None, :] > size[:, None]) | (number[None, :] < number[:, None])
    inside = (shared == size[:, None]) & (better | needed[None, :])
    np.fill_diagonal(inside, val=False)
    return np.asarray(inside.any(axis=1) & ~needed, dtype=np.bool_)
