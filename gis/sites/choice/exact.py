"""The best answer on a skeleton: who stays, who moves where, which sites open and which roads are built, exactly, capacities included.

    least  Σ price·x + Σ stay·(1 - Σ_j z) + Σ move·z + Σ fixed·y
    with   u[home] ≥ 1 - Σ_j z,  u[site] ≥ y,  u[entry of a block] ≥ u[node of the block],  z ≤ y,  Σ_i demand·z ≤ capacity·y

z: the group moves to the site; y: the site is open; u: the node is reached by road. A block of one stretch costs price·u. In a block with a choice of ways
every node that may be wanted draws a flow u from the entry, on stretches x that were built for all of them (multicommodity flow; Wong 1980).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from gis.sites.choice.layout import Arc, Layout, Ways
from gis.sites.choice.narrow import relax, solve_narrowed
from gis.sites.choice.problem import ROAD
from gis.solver import INF, Answer, Effort
from gis.solver import Problem as Programme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.sites.choice.problem import Problem
    from gis.sites.choice.skeleton import Block, Skeleton

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

UNIT = 1e4
"""HiGHS counts in 万元: with prices in 元 up to 10^8 its relaxation of a few thousand columns takes minutes instead of half a second."""
THOROUGH, QUICK = Effort(gap=1e-6, gap_absolute=0.5 / UNIT, nodes=200, looks=400), Effort(gap=1e-3, gap_absolute=0.5 / UNIT, nodes=20, looks=100)
"""Half a yuan: the rest is rounding. All limits are counts, so that every run ends, and ends alike."""
_HALF = 0.5


class Chosen(NamedTuple):
    """An answer on a skeleton: site of each group (or `ROAD`), edges of the graph, cost, and a bound on all answers on this skeleton."""

    answer: Ints
    edges: Ints
    cost: float
    bound: float


@dataclass(slots=True)
class _Draft:
    """A programme in the making: what each column costs, and which must be whole; rows as entries, with their least and most."""

    cost: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def column(self, cost: float = 0.0, *, whole: bool = False) -> int:
        """A new column between 0 and 1."""
        self.cost.append(cost)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: Sequence[tuple[int, float]], least: float = -INF, most: float = INF) -> int:
        """A new row: least ≤ Σ value·column ≤ most."""
        self.entries += [(len(self.least), column, value) for column, value in terms]
        self.least.append(least)
        self.most.append(most)
        return len(self.least) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """The programme of a problem on a skeleton.

    Attributes:
        problem: groups and sites.
        programme: columns and rows.
        cost: 元 of each column.
        constant: 元 that every answer costs.
        moves: column of each pair (group, site) that is allowed, with both.
        layout: what the columns of roads and sites stand for.
        rooms: row of the capacity of each site; -1 where it holds everybody.
    """

    problem: Problem
    programme: Programme
    cost: Floats
    constant: float
    moves: tuple[Ints, Ints, Ints]
    layout: Layout
    rooms: Ints

    def best(self, effort: Effort = THOROUGH, *, start: Ints | None = None) -> Chosen | None:
        """The best answer; None if none was found, as where not everybody can be served.

        Args:
            effort: when to stop.
            start: an answer to begin with, one for each group.
        """
        if not len(self.cost):  # HiGHS calls an empty problem neither solved nor not
            nothing = np.zeros(0, dtype=np.int64)
            return Chosen(np.full(len(self.problem.home), ROAD, dtype=np.int64), nothing, self.constant, self.constant)
        begin = None if start is None else self._written(start)
        found = solve_narrowed(self.programme, self.cost / UNIT, effort, begin)
        return None if found.x is None else self._read(found.x, found)

    def prices(self) -> Floats:
        """λ of each site, 元 a household: what one more place in it would save if groups could be divided (dual prices of the linear relaxation)."""
        if not (self.rooms >= 0).any():
            return np.zeros(len(self.rooms))
        relaxed = relax(self.programme, self.cost / UNIT)
        return np.zeros(len(self.rooms)) if relaxed is None else np.where(self.rooms >= 0, relaxed.rows[self.rooms] * UNIT, 0.0)

    def _read(self, x: Floats, found: Answer) -> Chosen:
        column, group, site = self.moves
        answer = np.full(len(self.problem.home), ROAD, dtype=np.int64)
        taken = x[column] > _HALF
        answer[group[taken]] = site[taken]
        edges = [edge for at, along in self.layout.roads if x[at] > _HALF for edge in along]
        return Chosen(answer, np.unique(np.array(edges, dtype=np.int64)), float(self.cost @ x) + self.constant, -found.bound * UNIT + self.constant)

    def _written(self, answer: Ints) -> Floats:
        """The columns of an answer, each place reached by the cheapest way."""
        x = np.zeros(len(self.cost))
        column, group, site = self.moves
        x[column[answer[group] == site]] = 1.0
        sites = np.unique(answer[answer != ROAD])
        x[[self.layout.opened[at] for at in sites.tolist()]] = 1.0
        needed = {*self.problem.home[answer == ROAD].tolist(), *self.problem.site[sites].tolist()}
        x[self.layout.columns_of_ways(needed)] = 1.0
        return x


def make_exact(problem: Problem, skeleton: Skeleton) -> Exact:
    """The programme of a problem in which only the roads of a skeleton may be built.

    Args:
        problem: groups and sites; every home of a group that may stay, and the node of every site, hangs on the skeleton.
        skeleton: from `make_skeleton`.
    """
    draft = _Draft()
    group, site = np.nonzero(np.isfinite(problem.move_cny))
    opened = {int(at): draft.column(float(problem.fixed_cny[at]), whole=True) for at in np.unique(site)}
    stay = np.where(problem.may_stay, problem.stay_cny, 0.0)
    price = problem.move_cny[group, site] - stay[group]
    moves = np.array([draft.column(float(one), whole=True) for one in price], dtype=np.int64)
    rooms = _sites(draft, problem, opened, (moves, group, site))
    layout = Layout(opened)
    _roads(draft, skeleton, _wanted(problem, site), layout)
    _groups(draft, problem, layout.reached, (moves, group))
    for at, column in opened.items():
        node = int(problem.site[at])
        if node != problem.root:
            draft.row([(layout.reached[node], 1.0), (column, -1.0)], least=0.0)
    return Exact(problem, _programme(draft), np.array(draft.cost), float(stay.sum()), (moves, group, site), layout, rooms)


def _wanted(problem: Problem, site: Ints) -> set[int]:
    """Nodes that may have to be reached."""
    return {*problem.home[problem.may_stay].tolist(), *problem.site[np.unique(site)].tolist()} - {problem.root}


def _sites(draft: _Draft, problem: Problem, opened: dict[int, int], moves: tuple[Ints, Ints, Ints]) -> Ints:
    """Nobody moves to a site that is not open, nor more than it holds."""
    rooms = np.full(len(problem.site), -1, dtype=np.int64)
    column, group, site = moves
    for move, at in zip(column.tolist(), site.tolist(), strict=True):
        draft.row([(move, 1.0), (opened[at], -1.0)], most=0.0)
    for at, own in opened.items():
        here = np.flatnonzero(site == at)
        demand = problem.demand[group[here]]
        if demand.sum() > problem.capacity[at]:
            terms = list(zip(column[here].tolist(), demand.tolist(), strict=True))
            rooms[at] = draft.row([*terms, (own, -float(problem.capacity[at]))], most=0.0)
    return rooms


def _groups(draft: _Draft, problem: Problem, reached: dict[int, int], moves: tuple[Ints, Ints]) -> None:
    """Each group moves to one site, or is reached by road."""
    column, group = moves
    for at in range(len(problem.home)):
        mine = [(move, 1.0) for move in column[group == at].tolist()]
        home = int(problem.home[at])
        if not problem.may_stay[at]:
            draft.row(mine, least=1.0, most=1.0)
            continue
        draft.row(mine, most=1.0)
        if home != problem.root:
            draft.row([*mine, (reached[home], 1.0)], least=1.0)


def _roads(draft: _Draft, skeleton: Skeleton, wanted: set[int], layout: Layout) -> None:
    """Columns of nodes that may be reached, and of stretches."""
    entries = {block.entry for block in skeleton.blocks}
    for block in skeleton.blocks:
        exits = [node for node in block.nodes if node in wanted or node in entries]
        single = len(block.links) == 1
        own = {node: draft.column(block.links[0][2].price if single else 0.0) for node in exits}
        layout.reached.update(own)
        if single:
            layout.roads += [(column, block.links[0][2].edges) for column in own.values()]
            layout.ways.append(Ways(block.entry, (), own, {}))
        else:
            layout.ways.append(_ways(draft, block, own, layout))
        if block.entry != skeleton.root:
            for column in own.values():
                draft.row([(layout.reached[block.entry], 1.0), (column, -1.0)], least=0.0)


def _ways(draft: _Draft, block: Block, exits: dict[int, int], layout: Layout) -> Ways:
    """Flows in a block with a choice of ways; no stretch leads back to the entry."""
    arcs = []
    for a, b, stretch in block.links:
        for tail, tip in ((a, b), (b, a)):
            if tip != block.entry:
                arcs.append(Arc(tail, tip, draft.column(stretch.price, whole=True), stretch.price))
                layout.roads.append((arcs[-1].column, stretch.edges))
    for node in block.nodes:
        # A tree enters each node once.
        draft.row([(arc.column, 1.0) for arc in arcs if arc.tip == node], most=1.0)
    flows = {target: _flow(draft, block, arcs, target, reached) for target, reached in exits.items()}
    return Ways(block.entry, tuple(arcs), exits, flows)


def _flow(draft: _Draft, block: Block, arcs: list[Arc], target: int, reached: int) -> dict[int, int]:
    """What one node draws from the entry: column of the flow on each arc (by the column of the arc)."""
    flow = {arc.column: draft.column() for arc in arcs if arc.tail != target}
    terms: dict[int, list[tuple[int, float]]] = {node: [] for node in block.nodes}
    for arc in arcs:
        if arc.column in flow:
            draft.row([(arc.column, 1.0), (flow[arc.column], -1.0)], least=0.0)
            terms[arc.tip].append((flow[arc.column], 1.0))
            if arc.tail != block.entry:
                terms[arc.tail].append((flow[arc.column], -1.0))
    terms[target].append((reached, -1.0))
    for node in block.nodes:
        draft.row(terms[node], least=0.0, most=0.0)
    return flow


def _programme(draft: _Draft) -> Programme:
    row, column, value = (np.array(part) for part in zip(*draft.entries, strict=True)) if draft.entries else (np.zeros(0),) * 3
    shape = len(draft.least), len(draft.cost)
    rows = csr_array(coo_array((value.astype(float), (row.astype(np.int64), column.astype(np.int64))), shape=shape))
    size = len(draft.cost)
    return Programme(np.zeros(size), np.ones(size), np.array(draft.whole, dtype=bool), rows, np.array(draft.least), np.array(draft.most))


def size_of(skeleton: Skeleton, wanted: int) -> int:
    """About how many flows a programme on this skeleton has: stretches times nodes in the blocks with a choice of ways (at most `wanted` of them)."""
    return sum(2 * len(block.links) * min(wanted, len(block.nodes)) for block in skeleton.blocks if len(block.links) > 1)
