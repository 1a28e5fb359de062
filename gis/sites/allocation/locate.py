"""Which sites to open: search for a plan, prices for the bound, and branching on sites where the two do not meet.

One engine for all problems in which a row is served whole by its cheapest open site: p-median, uncapacitated siting with fixed costs, and covering
(where being served costs nothing and being left out costs the row's weight).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.sites.allocation.arcs import FREE, OPEN, SHUT, two_nearest, without
from gis.sites.allocation.interchange import descend, shaken
from gis.sites.allocation.relax import Node, ascend, settle

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Arcs, Floats, States

_ROOT_ROUNDS, _ROOT_PACE = 600, 0.5
_CHILD_ROUNDS, _CHILD_PACE = 80, 0.2
_SHAKES = 60  # of the first search
_STEPS = 3_000_000_000  # arcs looked at with an effort of 1: about half a minute of one office core at the most
_SAME = 1e-9  # of the cost: nearer than this, two plans cost the same


class Proven(NamedTuple):
    """Sites that are open (1), what the plan costs, what no plan can undercut, and whether the two are the same."""

    is_open: States
    cost: float
    bound: float


@dataclass(slots=True)
class Hunt:
    """One problem on its way to a proof.

    Attributes:
        arcs: the lists; shrink as sites are shut for good.
        state: what is decided for the whole problem.
        most: so many sites may be open.
        gap: good enough, as a share of the cost.
        step: plans differ by multiples of this (0: unknown).
        budget: arcs that may yet be looked at.
    """

    arcs: Arcs
    state: States
    most: int
    gap: float
    step: float
    budget: float
    rng: np.random.Generator
    best: States = field(init=False)
    cost: float = field(init=False, default=np.inf)

    def cut(self) -> float:
        """Parts of the search with at least this bound hold nothing better that is worth finding."""
        return self.cost - max(self.step * (1.0 - 1e-6), self.gap * abs(self.cost), _SAME * max(1.0, abs(self.cost)))

    def search(self, start: States, shakes: int) -> None:
        """Improve a plan, and what comes of shaking it."""
        self._look(start)
        for _ in range(shakes):
            self._look(shaken(self.state, self.best, self.rng))

    def _look(self, start: States) -> None:
        plan = start.copy()
        cost, passes = descend(self.arcs, self.state, plan, self.most)
        self.budget -= passes * len(self.arcs.site) * 0.2
        if cost < self.cost - _SAME * max(1.0, abs(cost)) or self.cost == np.inf:
            self.best, self.cost = plan, cost

    def prove(self) -> float:
        """Raise the bound to the cost of the best plan, or as far as the budget goes."""
        root = self._node(self.state.copy(), self._first_price(), _ROOT_ROUNDS, _ROOT_PACE)
        self.search(self._kept(root[0].picked), _SHAKES // 4)
        settle(root[0], self.state, self.most, self.cut())
        self.arcs = without(self.arcs, self.state == SHUT)
        waiting: list[tuple[float, int, Node, States]] = []
        self._keep(waiting, (root[0], self.state.copy()), -np.inf)
        while waiting and waiting[0][0] < self.cut() and self.budget > 0:
            bound, _, node, state = heappop(waiting)
            site = _doubtful(node, state)
            for decision in (OPEN, SHUT):
                child = state.copy()
                child[site] = decision
                self._keep(waiting, self._node(child, node.price, _CHILD_ROUNDS, _CHILD_PACE), bound)
        return min(waiting[0][0] if waiting else self.cost, self.cut())

    def _node(self, state: States, price: Floats, rounds: int, pace: float) -> tuple[Node, States]:
        node = ascend(self.arcs, state, self.most, price, self.cut(), rounds, pace)
        self.budget -= 2.0 * node.arcs_seen + rounds * (len(price) + len(state))
        settle(node, state, self.most, self.cut())
        if (state == OPEN).sum() >= self.most:
            state[state == FREE] = SHUT
        return node, state

    def _keep(self, waiting: list[tuple[float, int, Node, States]], found: tuple[Node, States], least: float) -> None:
        """Put a part aside for later if it may hold something better; one without open questions is a plan."""
        node, state = found
        bound = max(node.bound, least)
        if bound >= self.cut():
            return
        if not (state == FREE).any():
            self._look((state == OPEN).astype(np.int8))
            return
        self._look(self._kept(node.picked))
        heappush(waiting, (bound, -int((state != FREE).sum()) * 1_000_000 + len(waiting), node, state))

    def _kept(self, picked: States) -> States:
        plan = picked.copy()
        plan[self.state == OPEN], plan[self.state == SHUT] = OPEN, FREE
        return plan

    def _first_price(self) -> Floats:
        first, second = (np.empty(len(self.arcs.nowhere)) for _ in range(2))
        two_nearest(self.arcs, self.best, np.empty(len(first), dtype=np.int32), first, second)
        return (first + second) / 2.0


def _doubtful(node: Node, state: States) -> int:
    """The undecided site that the prices are least sure of."""
    free = np.flatnonzero(state == FREE)
    return int(free[np.argmin(np.abs(node.often[free] - 0.5))])


def locate(arcs: Arcs, state: States, most: int, *, gap: float, step: float, effort: float, seed: int) -> Proven:
    """The cheapest plan with at most so many sites open, and a bound.

    Args:
        arcs: who can be served from where.
        state: per site `OPEN` (must stand), `SHUT` (must not) or `FREE`.
        most: at least the number of sites that must stand, and at least 1.
        gap: stop when the plan is proven this near to the best, as a share.
        step: the costs of any two plans differ by a multiple of this; 0 if unknown.
        effort: 1 looks at three thousand million arcs at the most.
        seed: of the shakes.
    """
    hunt = Hunt(arcs, state.copy(), most, gap, step, effort * _STEPS, np.random.default_rng(seed))
    hunt.search(_greedy_start(state, most), _SHAKES)
    bound = hunt.prove()
    proven = bound >= hunt.cut() and gap <= _SAME
    return Proven(hunt.best, hunt.cost, hunt.cost if proven else min(bound, hunt.cost))


def _greedy_start(state: States, most: int) -> States:
    plan: States = (state == OPEN).astype(np.int8)
    free = np.flatnonzero(state == FREE)
    missing = min(most - int(plan.sum()), len(free))
    plan[free[np.linspace(0, len(free) - 1, missing).round().astype(np.int64)]] = OPEN
    return plan
