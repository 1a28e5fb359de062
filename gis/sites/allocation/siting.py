"""Search and bound for whole rows and limited room.

Prices tell which sites to try, packing makes plans of them, and a mixed-integer programme settles what is left between plan and bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation.arcs import FREE, OPEN, SHUT
from gis.sites.allocation.exact import cheapest, fullest, programme
from gis.sites.allocation.interchange import shaken
from gis.sites.allocation.knapsack import ascend_rooms
from gis.sites.allocation.packing import orders, settle_rows
from gis.sites.allocation.relax import Node, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.allocation.arcs import Floats, Ints, States
    from gis.sites.allocation.rooms import Rooms

_STAGES = (60, 60, 120, 240)  # rounds of prices between looks at plans
_SHAKES = 8
_TRIES = 10  # sites opened, and sites shut, for a try
_NODES = 400_000_000  # branch-and-bound nodes × columns with an effort of 1
_LEAST_NODES = 50
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
    tried: set[bytes] = field(init=False, default_factory=set)

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
        price = self._first_price()
        self.attempt(np.ones_like(self.state))
        for rounds in _STAGES:
            node = ascend_rooms(self.rooms, self.state, self.most, price, self._target(), int(rounds * min(1.0, self.effort)), self._whole())
            self.bound, price = max(self.bound, node.bound), node.price
            self.attempt(node.picked)
            self.attempt((node.often > 0.5).astype(np.int8))  # noqa: PLR2004 - picked more often than not
            self._around(node)
            if self.complete() and self.bound >= self.cut():
                return
            if self.complete():
                self._forbid(node)

    def attempt(self, wish: States) -> None:
        """Make a plan of the sites that are wished for, with as many more as the rows need."""
        is_open = self._roomy(wish)
        if is_open.tobytes() in self.tried:
            return
        self.tried.add(is_open.tobytes())
        nowhere = self.nowhere()
        for order in orders(self.rooms, is_open):
            assigned = np.empty(len(order), dtype=np.int64)
            settle_rows(self.rooms, nowhere, is_open, order, assigned)
            self.accept(assigned)
            if (assigned >= 0).all():
                return

    def accept(self, assigned: Ints) -> None:
        """Keep a plan if it is better; sites that nobody uses are shut."""
        is_open = (self.state == OPEN).astype(np.int8)
        is_open[assigned[assigned >= 0]] = OPEN
        cost = float(np.where(assigned >= 0, self.rooms.cost[np.arange(len(assigned)), assigned], self.nowhere()).sum())
        cost += float(self.rooms.fixed[is_open == OPEN].sum())
        if cost < self.cost:
            self.assigned, self.is_open, self.cost = assigned.copy(), is_open, cost

    def prove(self) -> None:
        """Let the mixed-integer programme close the gap, with what is still allowed."""
        task = programme(self.rooms, self.state, self.most, all_rows=True, split=False)
        start = task.start(self.is_open, self.assigned) if self.complete() else None
        nodes = self._nodes(len(task.problem.lower))
        found = cheapest(task, self.rooms, gaps=(max(self.gap, _SAME), 0.999 * self.step), nodes=nodes, start=start)
        forbidden = self.cut()
        if found.x is not None:
            self.accept(_sites_of(found.x, task.row, task.site, self.rooms.cost.shape))
        # What was forbidden on the way is no better than the cut of then.
        self.bound = max(self.bound, min(-found.bound, forbidden))

    def place_all(self) -> float:
        """Place as much as can be where the search left rows out; the most that any plan places."""
        need = placing_weight(self.rooms.need[0])
        task = programme(self.rooms, self.state, self.most, all_rows=False, split=False)
        start = task.start(self.is_open, self.assigned)
        found = fullest(task, need, gap=_SAME, nodes=self._nodes(len(task.problem.lower)), start=start)
        if found.x is not None:
            assigned = _sites_of(found.x, task.row, task.site, self.rooms.cost.shape)
            if need[assigned >= 0].sum() > need[self.assigned >= 0].sum() + _SAME:
                self.cost = np.inf
                self.accept(assigned)
        return found.bound

    def _around(self, node: Node) -> None:
        """Try the neighbours of the best plan, the sites with the best worth first."""
        for _ in range(int(_SHAKES * self.effort)):
            self.attempt(shaken(self.state, self.is_open, self.rng))
        worth = np.argsort(node.worth, kind="stable")
        shut = worth[(self.is_open[worth] == FREE) & (self.state[worth] == FREE)][:_TRIES]
        idle = worth[(self.is_open[worth] == OPEN) & (self.state[worth] == FREE)][::-1][:_TRIES]
        for site in np.concatenate([shut, idle]):
            wish = self.is_open.copy()
            wish[site] = FREE if wish[site] == OPEN else OPEN
            if wish.sum() <= self.most:
                self.attempt(wish)

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

    def _nodes(self, columns: int) -> int:
        return max(_LEAST_NODES, int(self.effort * _NODES / max(1, columns) / 1000))


def placing_weight(need: Floats) -> Floats:
    """What placing a row is worth: its demand; rows without demand together less than the smallest."""
    least = float(need[need > 0].min(initial=1.0))
    return np.where(need > 0, need, 0.5 * least / (len(need) + 1))


def _sites_of(x: Floats, row: Ints, site: Ints, shape: tuple[int, ...]) -> NDArray[np.int64]:
    assigned = np.full(shape[0], -1, dtype=np.int64)
    taken = x[shape[1] :] > 0.5  # noqa: PLR2004 - 0 or 1
    assigned[row[taken]] = site[taken]
    return assigned
