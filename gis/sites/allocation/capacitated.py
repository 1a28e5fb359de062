"""Siting with limited room: which sites to open, and which rows go where, at least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation import checks
from gis.sites.allocation.answers import FEASIBLE, INFEASIBLE, NOWHERE, OPTIMAL, Allocation, share_missing
from gis.sites.allocation.arcs import OPEN, sort_arcs
from gis.sites.allocation.branching import branch
from gis.sites.allocation.conflicts import explain_conflicts, reasons
from gis.sites.allocation.dividing import divide
from gis.sites.allocation.locate import locate
from gis.sites.allocation.rooms import Rooms, make_rooms
from gis.sites.allocation.siting import Siting, placing_weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from gis.sites.allocation.arcs import Floats, States

_SAME = 1e-9


def capacitated(  # noqa: PLR0913 - the terms of the model, all with a usual value
    cost: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    fixed: ArrayLike | None = None,
    *,
    p_max: int | None = None,
    must_open: Iterable[int] = (),
    seats: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    split: bool = False,
    gap: float = 1e-4,
    effort: float = 1.0,
    seed: int = 0,
) -> Allocation:
    """Put rows into sites that have room for them, with as little cost as can be.

    Args:
        cost: (n, m), not negative: what placing the whole row at the site costs; inf where it may not go.
        demand: (n,), not negative.
        capacity: (m,), not negative; inf is no limit.
        fixed: (m,) cost of opening each site.
        p_max: at most so many sites are opened.
        must_open: numbers of sites that stand in any case; their fixed cost is paid in any case.
        seats: more kinds of room: name to what each row needs and what each site has.
        split: rows may be divided between sites.
        gap: stop when the plan is proven this near to the best, as a share of its cost.
        effort: how much is looked at before stopping without a proof; 1 is about half a minute of one office core for a county.
        seed: of the search; same input and seed, same answer.

    Returns:
        The plan with its bound. If not all rows fit: status `infeasible`, the plan that places as much demand as was found (`placed_bound`: no plan places
        more), and who does not fit and why.

    Raises:
        QueryError: shapes, signs or numbers make no sense.
    """
    table = checks.matrix(cost, "费用表")
    rows, sites = table.shape
    price = np.zeros(sites) if fixed is None else checks.column(fixed, sites, "固定费用")
    most = sites if p_max is None else min(checks.how_many(p_max, "地点数上限"), sites)
    stands = checks.standing(must_open, sites, None if p_max is None else checks.how_many(p_max))
    need, room = _kinds(demand, capacity, seats or {}, (rows, sites))
    rooms = make_rooms(table, need, room, price, split=split)
    state = np.zeros(sites, dtype=np.int8)
    state[stands] = OPEN
    how = (checks.share(gap, "允许差距"), effort, seed)
    plan = divide(rooms, state, most, how) if split else _whole(rooms, state, most, how)
    if plan.status != INFEASIBLE:
        return plan
    allowed = np.isfinite(table)
    return Allocation(
        plan.open, plan.assigned, plan.share, plan.cost, plan.bound, plan.status, plan.placed, plan.placed_bound,
        reasons(allowed, np.isfinite(rooms.cost), plan.assigned), explain_conflicts(rooms, allowed, most, stands.tolist()),
    )  # fmt: skip


def _kinds(demand: ArrayLike, capacity: ArrayLike, seats: Mapping[str, tuple[ArrayLike, ArrayLike]], shape: tuple[int, int]) -> tuple[Floats, Floats]:
    kinds = {"需求": (demand, capacity), **seats}
    need = [checks.column(mine, shape[0], name if name == "需求" else f"{name}的需求") for name, (mine, _) in kinds.items()]
    room = [checks.column(has, shape[1], "容量" if name == "需求" else f"{name}的容量", infinite=True) for name, (_, has) in kinds.items()]
    return np.array(need).reshape(len(kinds), -1), np.array(room).reshape(len(kinds), -1)


def _whole(rooms: Rooms, state: States, most: int, how: tuple[float, float, int]) -> Allocation:
    """Rows without any site are left out first; then those that the search and the proof find no room for."""
    possible: NDArray[np.bool_] = np.asarray(np.isfinite(rooms.cost).any(axis=1) & (most > 0))
    if not possible.any():
        return _result(rooms, state == OPEN, np.full(len(possible), NOWHERE, dtype=np.int64), np.inf, 0.0, how[0])
    part = rooms.of_rows(possible)
    hunt = _hunt(part, state, most, how)
    if (part.room >= part.need.sum(axis=1)[:, None]).all():
        _without_limits(hunt, part, state, most, how)
    else:
        hunt.search()
    placed_bound = float(part.need[0].sum())
    if not hunt.complete():
        placed_bound = min(placed_bound, hunt.place_all())
    assigned = np.full(len(possible), NOWHERE, dtype=np.int64)
    assigned[possible] = hunt.assigned
    if not hunt.complete():
        hunt = _again(part.of_rows(hunt.assigned >= 0), state, most, how, hunt)
        assigned[assigned >= 0] = hunt.assigned
    for step in (hunt.prove, lambda: branch(hunt), hunt.doubt, lambda: branch(hunt)):
        if hunt.bound < hunt.cut():
            step()
    if len(hunt.rooms.cost):
        assigned[assigned >= 0] = hunt.assigned
    return _result(rooms, hunt.is_open == OPEN, assigned, hunt.snapped(), placed_bound, how[0])


def _hunt(rooms: Rooms, state: States, most: int, how: tuple[float, float, int]) -> Siting:
    gap, effort, seed = how
    return Siting(rooms, state.copy(), most, gap, checks.lattice(rooms.cost, rooms.fixed), effort, np.random.default_rng(seed))


def _again(rooms: Rooms, state: States, most: int, how: tuple[float, float, int], before: Siting) -> Siting:
    """The rows that can be placed, as a problem of their own that begins with how they were."""
    hunt = _hunt(rooms, state, most, how)
    if len(rooms.cost):
        hunt.accept(before.assigned[before.assigned >= 0])
        hunt.search()
    else:
        hunt.assigned, hunt.is_open, hunt.cost = np.zeros(0, dtype=np.int64), (state == OPEN).astype(np.int8), float(rooms.fixed[state == OPEN].sum())
        hunt.bound = hunt.cost
    return hunt


def _without_limits(hunt: Siting, rooms: Rooms, state: States, most: int, how: tuple[float, float, int]) -> None:
    """Room for all in every site: everybody goes to the cheapest open one."""
    gap, effort, seed = how
    found = locate(sort_arcs(rooms.cost, hunt.nowhere(), rooms.fixed), state, most, gap=gap, step=hunt.step, effort=effort, seed=seed)
    near = np.where(found.is_open == OPEN, rooms.cost, np.inf)
    hunt.accept(np.where(np.isfinite(near).any(axis=1), near.argmin(axis=1), NOWHERE))
    hunt.bound = found.bound


def _result(rooms: Rooms, is_open: NDArray[np.bool_], assigned: NDArray[np.int64], bound: float, placed_bound: float, gap: float) -> Allocation:
    """Add up from the plan itself; sites that stand idle are shown as open only if they must stand."""
    inside = assigned >= 0
    total = float(rooms.cost[inside, assigned[inside]].sum() + rooms.fixed[is_open].sum())
    placed = float(rooms.need[0][inside].sum())
    unit = checks.lattice(rooms.need[0])
    placed_bound = float(np.floor(placed_bound / unit + 1e-6)) * unit if unit else placed_bound
    bound = max(0.0, min(bound, total))
    bound = total if total - bound <= _SAME * max(1.0, total) else bound
    weight = placing_weight(rooms.need[0]) if len(inside) else np.zeros(0)
    enough = OPTIMAL if share_missing(total, bound) <= gap + _SAME else FEASIBLE
    status = INFEASIBLE if weight[~inside].any() else enough
    return Allocation(np.flatnonzero(is_open), assigned, None, total, bound, status, placed, max(placed, placed_bound))
