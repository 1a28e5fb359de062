"""A higher bound where room is limited: branch on the sites that the prices are least sure of."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation.arcs import FREE, OPEN, SHUT
from gis.sites.allocation.relax import Node, settle

if TYPE_CHECKING:
    from gis.sites.allocation.arcs import Floats, States
    from gis.sites.allocation.siting import Siting

_ROUNDS = 60  # of prices in each part
_PARTS = 8_000_000  # parts × rows × sites with an effort of 1
_LEAST_PARTS = 20


def branch(hunt: Siting) -> None:
    """Split the problem by opening and shutting sites, the part with the lowest bound first, until the plan is proven or the count of parts is out."""
    parts = max(_LEAST_PARTS, int(hunt.effort * _PARTS / max(1, hunt.rooms.cost.size)))
    root, state = _part(hunt, hunt.state.copy(), hunt.price)
    waiting: list[tuple[float, int, Node, States]] = []
    finished = _keep(hunt, waiting, (root, state), hunt.bound, np.inf)
    while waiting and waiting[0][0] < min(hunt.cut(), finished) and parts > 0:
        bound, _, node, state = heappop(waiting)
        site = _doubtful(node, state)
        for decision in (OPEN, SHUT):
            child = state.copy()
            child[site] = decision
            finished = _keep(hunt, waiting, _part(hunt, child, node.price), bound, finished)
            parts -= 1
    hunt.raise_bound(min(finished, waiting[0][0] if waiting else np.inf))


def _part(hunt: Siting, state: States, price: Floats) -> tuple[Node, States]:
    node = hunt.ascend(state, price, _ROUNDS, thorough=False)
    settle(node, state, hunt.most, hunt.cut())
    if (state == OPEN).sum() >= hunt.most:
        state[state == FREE] = SHUT
    return node, state


def _keep(hunt: Siting, waiting: list[tuple[float, int, Node, States]], found: tuple[Node, States], least: float, finished: float) -> float:
    """Put a part aside if it may hold something better; the lowest bound of the parts without open questions is handed on."""
    node, state = found
    bound = max(node.bound, least)
    if bound >= hunt.cut() or not _roomy(hunt, state):
        return finished
    if not (state == FREE).any():
        return min(finished, bound)
    heappush(waiting, (bound, len(waiting) - int((state != FREE).sum()) * 1_000_000, node, state))
    return finished


def _roomy(hunt: Siting, state: States) -> bool:
    """Whether the sites that may be open have room for all."""
    for need, room in zip(hunt.rooms.need.sum(axis=1), hunt.rooms.room, strict=True):
        free = np.sort(room[state == FREE])[::-1][: hunt.most - int((state == OPEN).sum())]
        if room[state == OPEN].sum() + free.sum() < need:
            return False
    return True


def _doubtful(node: Node, state: States) -> int:
    """The undecided site that the prices are least sure of."""
    free = np.flatnonzero(state == FREE)
    return int(free[np.argmin(np.abs(node.often[free] - 0.5))])
