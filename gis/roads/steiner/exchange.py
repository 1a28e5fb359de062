"""Rounds of exchange: shares of the prices move, the bound is taken from them, trees are looked for where they let terminals flow, and edges leave.

Where it fits, this closes most of what ascent leaves open: what flows is nearly a tree, and repeated shortest paths at prices that favour it find trees
that local improvement does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.roads.steiner.flows import Shares, begin_shares, bound_by_shares, carry_shares, laplacian_of, move_shares
from gis.roads.steiner.search import along_bound, construct, own_best, raise_bound, recombine, shrink

if TYPE_CHECKING:
    from gis.roads.steiner.dual_ascent import Rule
    from gis.roads.steiner.improve import Effort
    from gis.roads.steiner.laplacian import Factor
    from gis.roads.steiner.problem import Bounded
    from gis.roads.steiner.search import Search

# What fits into memory and time: flows (edges × terminals), entries of the factor of the Laplacian, and what they are worked on (entries × terminals).
FLOWS, ENTRIES, PRODUCTS = 40_000_000, 30_000_000, 800_000_000
# Moves between two looks at bound and trees.
MOVES = 30
# Edges leave when a fifth of them can: the Laplacian has to be taken apart anew.
WORTH = 0.8
# Exchange goes on while the gap is wider than NARROW. Gaps up to WIDE, as ascent leaves them where groups lie near a network, are worth little work.
NARROW, WIDE, FLOWS_FOR_LITTLE = 1e-3, 5e-3, 4_000_000
# An edge that all flow of a terminal uses costs this share of its price in the search for trees.
USED = 0.02
# From so many terminals trees are begun in each round.
STARTS = 6


def fits(search: Search) -> bool:
    """Whether the shares of all prices can be moved; where little is open, whether they can be moved in a few seconds."""
    flows = len(search.now.graph.a) * len(search.now.terminals)
    return flows <= (FLOWS if search.bound < search.cost * (1 - WIDE) else FLOWS_FOR_LITTLE)


def _bound(search: Search, shares: Shares, rule: Rule) -> Bounded:
    found = bound_by_shares(search.now, shares, own_best(search)[1], rule)
    raise_bound(search, found.bound)
    return found


def _along_flows(search: Search, shares: Shares, look: Effort, random: np.random.Generator) -> None:
    """Trees at prices that are lower where much flows."""
    now = search.now
    used = np.minimum(1.0, np.abs(shares.flow).max(axis=1).astype(np.float64))
    price = now.graph.arcs.price * (1 - (1 - USED) * used[now.graph.arcs.edge])
    starts = random.choice(now.terminals, min(len(now.terminals), STARTS - 1), replace=False)
    for start in [now.root, *starts.tolist()]:
        construct(search, price, start, look)


def exchange(search: Search, rule: Rule, quick: Effort, union: Effort, rounds: int, random: np.random.Generator) -> bool:
    """Raise the bound and look for better trees, as many rounds as asked or until little is left to gain.

    Args:
        search: what is known; a tree must be.
        rule: of the ascent over what the shares leave.
        quick: how far to look when a tree is improved.
        union: the same among the edges of several trees.
        rounds: how many.
        random: where trees are begun.

    Returns:
        Whether it could be done: the Laplacian of the graph has few enough entries.
    """
    shares = begin_shares(search.now, own_best(search)[1])
    factor: Factor | None = None
    limit = min(ENTRIES, PRODUCTS // len(search.now.terminals))
    for done in range(rounds):
        factor = factor or laplacian_of(search.now, limit)
        if factor is None:
            return done > 0
        move_shares(search.now, shares, factor, MOVES)
        found = _bound(search, shares, rule)
        along_bound(search, found, quick)
        _along_flows(search, shares, quick, random)
        recombine(search, union, random)
        if search.bound >= search.cost * (1 - NARROW):
            break
        before = search.now
        shrink(search, found, WORTH)
        if search.now is not before:
            shares, factor = carry_shares(shares, before, search.now), None
    return True
