"""The plan of a problem: good on the whole graph, exact on the roads that are worth looking at, and a bound on what any other plan would cost.

Steiner trees on the whole graph tell which roads are worth looking at: everybody free to choose and, where those plans may differ much, everybody moved and
everybody joined, with endless capacities. On those roads the answer is exact unless a limit of effort is met first; then it is a good one with its true gap.
As the roads do not depend on the capacities, more capacity never makes an exact plan dearer (where a limit was met it may, by no more than the gap);
and as the cheapest of the plan and both extremes is taken, no plan is ever dearer than either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.roads.steiner import shortest_from
from gis.sites.choice.exact import QUICK, THOROUGH, make_exact
from gis.sites.choice.joint import HASTE, joint_tree
from gis.sites.choice.problem import NEITHER, within_reach
from gis.sites.choice.rooms import NOWHERE, find_room
from gis.sites.choice.skeleton import Skeleton
from gis.sites.choice.worth import worth_looking_at
from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gis.sites.choice.exact import Chosen, Exact
    from gis.sites.choice.joint import Joint
    from gis.sites.choice.problem import Problem
    from gis.solver import Effort

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Tell = Callable[[str, float], None]

NARROW, WIDE = 5e-3, 1e-2
"""Room is priced where the gap of the plan is wider than the first; an extreme gets a tree of its own where its gap is wider than the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan and how good it is.

    Attributes:
        answer: site of each group, `ROAD`, or `NEITHER` where it can neither be joined nor moved, (n,).
        edges: edges of the graph that are built.
        cost: 元, all of it.
        bound: no plan for the same groups costs less on the same graph.
    """

    answer: Ints
    edges: Ints
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """Share of the cost that could at most be saved."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


class Study(NamedTuple):
    """What is known of a problem.

    Attributes:
        problem: with what cannot be reached taken out.
        skeleton: the roads that were looked at.
        plan: everybody free to choose.
        all_move: everybody who may move and finds room is moved.
        all_road: everybody who may stay is joined.
        served: groups for which there is an answer.
        no_room: groups that have to move and find no room.
    """

    problem: Problem
    skeleton: Skeleton
    plan: Plan
    all_move: Plan
    all_road: Plan
    served: Bools
    no_room: Bools


@dataclass(frozen=True, slots=True)
class _Solver:
    """How Steiner trees are sought."""

    effort: float
    seed: int

    def joint(self, problem: Problem, prices: Floats | None = None) -> Joint:
        """A bound and roads of a problem at these prices of room."""
        return joint_tree(problem, prices, effort=self.effort, seed=self.seed)


@dataclass(frozen=True, slots=True)
class _Roads:
    """The roads that are looked at, and whether that is all there are."""

    skeleton: Skeleton
    whole: bool


def study(problem: Problem, *, effort: float = HASTE, seed: int = 0, tell: Tell = lambda _words, _done: None) -> Study:
    """Decide for every group whether it is joined or moved.

    Args:
        problem: groups, sites and roads.
        effort: of the Steiner trees.
        seed: likewise.
        tell: called with what is being done and the share that is done.
    """
    solver = _Solver(effort, seed)
    endless = within_reach(replace(problem, capacity=np.full(len(problem.site), np.inf)))
    everybody, stays = endless.may_stay | endless.may_move, endless.may_stay
    tell("在全部可建道路上求解：自由选择", 0.0)
    joint = solver.joint(endless.part(everybody))
    roads, extremes = _roads(endless, joint, solver, tell)
    tell("定下每个组的去留", 0.7)
    strict = within_reach(problem)
    few = find_room(strict, everybody & ~stays)
    served = stays | (few != NOWHERE)
    many = find_room(strict, strict.may_move & served, first=few != NOWHERE)
    bound = joint.bound if (served == everybody).all() else None
    plan = _free(strict.part(served), few[served], roads, solver, bound)
    answer = np.full(len(served), NEITHER, dtype=np.int64)
    answer[served] = plan.answer
    all_move = _fixed(strict, many, roads, extremes[0], plan.bound)
    all_road = _fixed(strict, few, roads, extremes[1], plan.bound)
    best = min((replace(plan, answer=answer), all_road, all_move), key=lambda one: one.cost)
    return Study(strict, roads.skeleton, replace(best, bound=min(plan.bound, best.cost)), all_move, all_road, served, everybody & ~served)


def _roads(endless: Problem, joint: Joint, solver: _Solver, tell: Tell) -> tuple[_Roads, tuple[Joint | None, Joint | None]]:
    """The roads that are looked at, and trees of the extremes, where what is known without them says too little of those.

    Capacities play no part, so that these are the same roads whatever the sites hold.
    """
    roads = _Roads(*worth_looking_at(endless, [joint.edges]))
    stays, moves = endless.may_stay, endless.may_move
    found: list[Joint | None] = []
    for at, (who, place, words) in enumerate(((stays & ~moves, moves, "能搬尽搬"), (stays, moves & ~stays, "能通尽通"))):
        rough = _fixed(endless, np.where(place, 0, NOWHERE), roads, None, joint.bound)
        tell(f"在全部可建道路上求解：{words}", 0.3 + 0.2 * at)
        found.append(solver.joint(endless.only_road(stays).part(who)) if rough.gap > WIDE else None)
    trees = [one.edges for one in (*found, joint) if one is not None]
    return (_Roads(*worth_looking_at(endless, trees)) if len(trees) > 1 else roads), (found[0], found[1])


def _free(problem: Problem, start: Ints, roads: _Roads, solver: _Solver, bound: float | None) -> Plan:
    """The best plan of groups for all of which there is an answer.

    Args:
        problem: who may stay, who may move where.
        start: a place for each group that has to move.
        roads: the roads that are looked at.
        solver: for a bound with room at its price, where that without may be too low.
        bound: that of the problem without capacities, if it holds.
    """
    exact = make_exact(problem, roads.skeleton)
    found = _found(exact, THOROUGH, start)
    low = max(0.0 if bound is None else bound, found.bound if roads.whole else 0.0)
    prices = exact.prices()
    if found.cost - low > NARROW * found.cost and (bound is None or prices.any()):
        low = max(low, solver.joint(problem, prices).bound)
    return Plan(found.answer, found.edges, found.cost, min(low, found.cost))


def _fixed(problem: Problem, place: Ints, roads: _Roads, joint: Joint | None, bound: float) -> Plan:
    """The best plan in which those with a place move (not always to that one), all others who may stay do, and the rest is left out.

    Args:
        problem: who may stay, who may move where.
        place: `NOWHERE` for those who do not move.
        roads: the roads that are looked at.
        joint: a tree for those who stay whether or not there is room: with that of the moves, sites needing no road, its bound is one of the plan.
        bound: that of the problem with free choice.
    """
    moves = place != NOWHERE
    stays = problem.may_stay & ~moves
    served = moves | stays
    part = problem.only_move(moves).only_road(stays).part(served)
    start = place if np.isfinite(problem.capacity).all() else None  # without capacities nobody looked for places
    found = _found(make_exact(part, roads.skeleton), QUICK, None if start is None else start[served])
    answer = np.full(len(place), NEITHER, dtype=np.int64)
    answer[served] = found.answer
    low = max(bound + _dearer(problem, moves & problem.may_stay), found.bound if roads.whole else 0.0)
    if joint is not None:
        apart = replace(problem.only_move(moves).part(moves), site=np.full(len(problem.site), problem.root))
        moving = _found(make_exact(apart, Skeleton(problem.root, ())), QUICK, start[moves] if start is not None else None).bound
        low = max(low, joint.bound + moving)
    return Plan(answer, found.edges, found.cost, min(low, found.cost))


def _dearer(problem: Problem, moved: Bools) -> float:
    """By how much a plan in which these groups move is dearer than the best at least.

    Let some of them stay after all, each with a road of its own: that is a plan too, so it costs no less than the bound.
    """
    alone = shortest_from(problem.graph, np.array([problem.root]))[0][problem.home[moved]]
    move = problem.move_cny[moved].min(axis=1, initial=np.inf)
    return float(np.maximum(0.0, move - alone - problem.stay_cny[moved]).sum())


def _found(exact: Exact, effort: Effort, start: Ints | None) -> Chosen:
    found = exact.best(effort, start=start)
    if found is None:
        raise ZutongError("没有求得修路与搬迁的方案。", hint="请检查安置点容量与各组户数是否有异常大的数值。")
    return found
