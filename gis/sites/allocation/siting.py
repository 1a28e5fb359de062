"""Search and bound for whole rows and limited room.

Prices tell which sites to try and who goes where, packing and reopening make plans of that, a small mixed-integer programme polishes who goes where,
and branching on the sites raises the bound. What is then left between plan and bound is settled by a mixed-integer programme, if it is small enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation.arcs import FREE, OPEN, SHUT
from gis.sites.allocation.exact import cheapest, fullest, programme
from gis.sites.allocation.interchange import shaken
from gis.sites.allocation.knapsack import ascend_rooms
from gis.sites.allocation.packing import improve, orders, pack, settle_rows
from gis.sites.allocation.relax import Node, settle
from gis.sites.allocation.reopening import find_places, reopen, room_left

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.allocation.arcs import Floats, Ints, States

    Flags = NDArray[np.bool_]
    from gis.sites.allocation.rooms import Rooms

_STAGES = (200, 200, 300)  # rounds of prices between looks at plans
_SHAKES = 2
_DOUBTED = 0.1  # sites picked more often than this may join in the polish
_TRIES = 6_000  # sites opened, shut or exchanged in one descent
_FINISHED = 0.03  # share of what is missing by which a draft may stand above the plan and still be finished
_NEAREST = 4  # sites of each row in the programme that polishes
_POLISHED = 0.3  # share of the gap that the polish leaves
_LOOKS, _LEAST_LOOKS = 150_000, 40  # looks of HiGHS × columns with an effort of 1
_NODES, _LEAST_NODES = 400_000, 20  # branch-and-bound nodes × columns with an effort of 1
_SMALL = 4_000  # columns of a programme that is tried as it is
_WHOLE_ROOM = 4_000_000  # steps of the exact knapsacks in one round at the most
_SAME = 1e-9


@dataclass(slots=True)
class Siting:
    """One problem on its way to a plan with a bound.

    Attributes:
        rooms: costs, needs, room.
        state: what is decided about the sites.
        most: so many sites may be open.
        gap: good enough, as a share of the cost.
        step: plans differ by multiples of this (0: unknown).
        effort: 1 is the usual.
    """

    rooms: Rooms
    state: States
    most: int
    gap: float
    step: float
    effort: float
    rng: np.random.Generator
    assigned: Ints = field(init=False)
    is_open: States = field(init=False)
    cost: float = field(init=False, default=np.inf)
    bound: float = field(init=False, default=0.0)
    price: Floats = field(init=False)
    tried: set[bytes] = field(init=False, default_factory=set)
    polished: set[bytes] = field(init=False, default_factory=set)

    def complete(self) -> bool:
        """Whether every row has a place."""
        return self.cost < np.inf and bool((self.assigned >= 0).all())

    def cut(self) -> float:
        """No plan at or above this is worth finding."""
        return self.cost - max(self.step * (1.0 - 1e-4), self.gap * abs(self.cost), _SAME * max(1.0, abs(self.cost)))

    def snapped(self) -> float:
        """The bound, raised to the next cost that a plan can have."""
        return max(self.bound, float(np.ceil(self.bound / self.step - 1e-6)) * self.step) if self.step else self.bound

    def search(self) -> None:
        """Find a plan, and prices that say how good it is; forbid on the way what no better plan does."""
        self.price = self._first_price()
        self.attempt(np.ones_like(self.state), thorough=False)
        for rounds in _STAGES:
            node = self.ascend(self.state, self.price, max(1, int(rounds * min(1.0, self.effort))))
            self.raise_bound(node.bound)
            self.price = node.price
            if not self.complete():
                self._shake()
            self.polish()
            if self.good():
                return
            if self.complete():
                self._forbid(node)

    def _shake(self) -> None:
        for _ in range(int(_SHAKES * self.effort)):
            self.attempt(shaken(self.state, self.is_open, self.rng))

    def good(self) -> bool:
        """Whether the plan is proven good enough."""
        return self.complete() and self.bound >= self.cut()

    def raise_bound(self, bound: float) -> None:
        """Take note of a bound; what was forbidden on the way is no better than the cut of now."""
        self.bound = max(self.bound, min(bound, self.cut()))

    def ascend(self, state: States, price: Floats, rounds: int, *, thorough: bool = True) -> Node:
        """Raise the prices, and try the plans that they speak for."""
        node, lately = ascend_rooms(self.rooms, state, self.most, price, self._target(), rounds, self._whole())
        if node.bound < self.cut() and thorough:
            self.attempt(node.picked)
            self.attempt((node.often > 0.5).astype(np.int8))  # noqa: PLR2004 - picked more often than not
        if node.bound < self.cut():
            self._follow(lately, thorough=thorough)
        return node

    def attempt(self, wish: States, *, thorough: bool = True) -> None:
        """Make a plan of the sites that are wished for, with as many more as the rows need; if thorough, improve the choice of sites."""
        is_open = self._roomy(wish)
        if is_open.tobytes() in self.tried:
            return
        self.tried.add(is_open.tobytes())
        for order in orders(self.rooms, is_open):
            assigned = np.empty(len(order), dtype=np.int64)
            settle_rows(self.rooms, self.nowhere(), is_open, order, assigned)
            if (assigned >= 0).all():
                break
        self._descend(is_open, assigned, thorough=thorough)

    def _descend(self, is_open: States, assigned: Ints, *, thorough: bool) -> None:
        if not thorough:
            self.accept(assigned)
            return
        slack = _FINISHED * max(0.0, self.cost - self.bound) if self.complete() else 0.0
        reopen(self.rooms, self.nowhere(), self.state, self.most, (is_open, assigned), slack, int(_TRIES * min(1.0, self.effort)))
        self.accept(assigned)

    def _follow(self, lately: Floats, *, thorough: bool) -> None:
        """Put the rows where the prices mostly put them, the surest first."""
        wish = (lately.max(axis=1) > 0.5).astype(np.int8)  # noqa: PLR2004 - some row is served mostly from there
        is_open = self._roomy(wish)
        sites = np.flatnonzero(is_open == OPEN)
        likely = self.rooms._replace(cost=np.where(np.isfinite(self.rooms.cost), 1.0 - np.minimum(1.0, lately.T), np.inf))
        assigned = np.empty(len(likely.cost), dtype=np.int64)
        unsure = 1.0 - 0.05  # beyond, the costs decide
        pack(likely, np.full(len(assigned), unsure), sites, np.argsort(likely.cost.min(axis=1, initial=1.0), kind="stable"), assigned)
        left = room_left(self.rooms, assigned)
        find_places(self.rooms, self.nowhere(), sites, assigned, left)
        improve(self.rooms, self.nowhere(), sites, assigned, left)
        self._descend(is_open, assigned, thorough=thorough)

    def polish(self, doubted: Flags | None = None) -> None:
        """Divide the rows anew among the sites that are open, by a small mixed-integer programme; doubted sites may join, and open ones be shut."""
        stands = (self.is_open == OPEN) | (False if doubted is None else doubted & (self.state == FREE))
        free = FREE if doubted is not None else OPEN
        state = np.where(self.state == OPEN, OPEN, np.where(stands, free, SHUT)).astype(np.int8)
        if self.good() or not self.complete() or state.tobytes() in self.polished:
            return
        self.polished.add(state.tobytes())
        cost = np.where(stands, self.rooms.cost, np.inf)
        last = np.sort(cost, axis=1)[:, min(_NEAREST, cost.shape[1]) - 1]
        near = np.isfinite(cost) & (cost <= last[:, None])
        near[np.arange(len(cost)), self.assigned] = True
        self._settle_by_programme(self.rooms.allowing(near), state, _POLISHED * self.gap)

    def accept(self, assigned: Ints) -> None:
        """Keep a plan if it is better; sites that nobody uses are shut."""
        is_open = (self.state == OPEN).astype(np.int8)
        is_open[assigned[assigned >= 0]] = OPEN
        cost = float(np.where(assigned >= 0, self.rooms.cost[np.arange(len(assigned)), assigned], self.nowhere()).sum())
        cost += float(self.rooms.fixed[is_open == OPEN].sum())
        if cost < self.cost:
            self.assigned, self.is_open, self.cost = assigned.copy(), is_open, cost

    def doubt(self) -> None:
        """Polish with the sites that the prices are not sure of."""
        node, _ = ascend_rooms(self.rooms, self.state, self.most, self.price, self._target(), _STAGES[0], self._whole())
        self.polish(node.often > _DOUBTED)

    def prove(self) -> None:
        """Let the mixed-integer programme close the gap, with what is still allowed."""
        if (np.isfinite(self.rooms.cost) & (self.state != SHUT)).sum() <= _SMALL:
            self.raise_bound(self._settle_by_programme(self.rooms, self.state, self.gap))

    def _settle_by_programme(self, rooms: Rooms, state: States, gap: float) -> float:
        task = programme(rooms, state, self.most, all_rows=True, split=False)
        start = task.start(self.is_open, self.assigned) if self.complete() else None
        found = cheapest(task, rooms, gaps=(max(gap, _SAME), 0.999 * self.step), limits=self._limits(len(task.problem.lower)), start=start)
        if found.x is not None:
            self.accept(_sites_of(found.x, task.row, task.site, rooms.cost.shape))
        return -found.bound

    def place_all(self) -> float:
        """Place as much as can be where the search left rows out; the most that any plan places."""
        need = placing_weight(self.rooms.need[0])
        task = programme(self.rooms, self.state, self.most, all_rows=False, split=False)
        start = task.start(self.is_open, self.assigned)
        found = fullest(task, need, gap=_SAME, limits=self._limits(len(task.problem.lower)), start=start)
        if found.x is not None:
            assigned = _sites_of(found.x, task.row, task.site, self.rooms.cost.shape)
            if need[assigned >= 0].sum() > need[self.assigned >= 0].sum() + _SAME:
                self.cost = np.inf
                self.accept(assigned)
        return found.bound

    def _forbid(self, node: Node) -> None:
        """Shut sites and forbid arcs that no plan below the cut uses."""
        settle(node, self.state, self.most, self.cut())
        self.state[(self.state == SHUT) & (self.is_open == OPEN)] = FREE
        dear = node.bound + np.maximum(0.0, self.rooms.cost - node.price[:, None]) >= self.cut()
        dear[np.arange(len(self.assigned)), self.assigned] = False
        self.rooms = self.rooms.allowing(~dear & (self.state != SHUT))

    def _roomy(self, wish: States) -> States:
        """Open what must stand, then the wishes, then the largest, until there is room for all and no more than allowed."""
        plan: States = (self.state == OPEN).astype(np.int8)
        room = self.rooms.room / np.maximum(self.rooms.need.sum(axis=1), _SAME)[:, None]
        size = room.min(axis=0)
        for site in np.lexsort((np.arange(len(wish)), -size, -wish)):
            if plan.sum() >= self.most:
                break
            if plan[site] == FREE and self.state[site] == FREE and (wish[site] or (room[:, plan == OPEN].sum(axis=1) < 1.0).any()):
                plan[site] = OPEN
        return plan

    def nowhere(self) -> Floats:
        """What leaving a row out is priced at: more than any plan can save by it."""
        finite = np.where(np.isfinite(self.rooms.cost), self.rooms.cost, 0.0)
        top = 1.0 + finite.max(axis=1, initial=0.0).sum() + self.rooms.fixed.sum()
        weight = placing_weight(self.rooms.need[0])
        return np.asarray(top * weight / weight.min(initial=np.inf), dtype=np.float64)

    def _target(self) -> float:
        """What the prices aim at: the best plan, with the rows that it leaves out in their dearest sites."""
        if self.complete():
            return self.cut()
        left = self.assigned < 0
        dearest = np.where(np.isfinite(self.rooms.cost), self.rooms.cost, 0.0).max(axis=1, initial=0.0)
        return float(self.cost - self.nowhere()[left].sum() + dearest[left].sum()) * 1.05 + 1.0

    def _first_price(self) -> Floats:
        two = np.sort(np.where(np.isfinite(self.rooms.cost), self.rooms.cost, np.inf), axis=1)[:, :2]
        return np.asarray(np.where(np.isfinite(two), two, two[:, :1]).mean(axis=1), dtype=np.float64)

    def _whole(self) -> int:
        """1 if the knapsacks can be filled exactly."""
        need, room = self.rooms.need, self.rooms.room
        whole = bool((need == np.rint(need)).all())
        return int(whole and float(room.sum()) * need.shape[1] / max(1, self.most) <= _WHOLE_ROOM)

    def _limits(self, columns: int) -> tuple[int, int]:
        """How many nodes and looks HiGHS has for so many columns."""
        share = self.effort / max(1, columns)
        return max(_LEAST_NODES, int(share * _NODES)), max(_LEAST_LOOKS, int(share * _LOOKS))


def placing_weight(need: Floats) -> Floats:
    """What placing a row is worth: its demand; rows without demand together less than the smallest."""
    least = float(need[need > 0].min(initial=1.0))
    return np.where(need > 0, need, 0.5 * least / (len(need) + 1))


def _sites_of(x: Floats, row: Ints, site: Ints, shape: tuple[int, ...]) -> NDArray[np.int64]:
    assigned = np.full(shape[0], -1, dtype=np.int64)
    taken = x[shape[1] :] > 0.5  # noqa: PLR2004 - 0 or 1
    assigned[row[taken]] = site[taken]
    return assigned
