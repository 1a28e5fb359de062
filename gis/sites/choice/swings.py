"""Whether answers hold when prices turn out otherwise: the problem again with roads and moves dearer and cheaper, on the same roads."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.sites.choice.exact import UNIT, make_exact
from gis.sites.choice.problem import NEITHER
from gis.sites.choice.skeleton import Skeleton
from gis.solver import Effort

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gis.sites.choice.decide import Study
    from gis.sites.choice.problem import Problem

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_EFFORT = Effort(gap=1e-3, gap_absolute=0.5 / UNIT, nodes=20, looks=40)


class Swings(NamedTuple):
    """Under how many of the tried prices each group gets the answer that it gets in the plan, as a share, and whether under all."""

    share: NDArray[np.float64]
    stable: Bools


def try_swings(found: Study, swing: float, *, tell: Callable[[str, float], None] = lambda _words, _done: None) -> Swings:
    """Try all prices of staying (roads included) and of moving (sites included), each as it is, and by `swing` cheaper and dearer.

    Only their ratio counts, so both cheaper and both dearer need no trying. Between road and move a group may change, not between sites.

    Args:
        found: of the problem.
        swing: 0.2: ±20 %.
        tell: called with what is being done and the share that is done.
    """
    factors = (1.0, 1.0 - swing, 1.0 + swing)
    tried = [pair for pair in product(factors, factors) if pair[0] != pair[1]]
    kind = np.minimum(found.plan.answer, 0)
    same = np.ones(len(kind))
    for at, (stay, move) in enumerate(tried):
        tell("费用上下浮动，看答案变不变", at / len(tried))
        same += _kinds(found, stay, move) == kind
    share = same / (len(tried) + 1)
    return Swings(share, share == 1.0)


def _kinds(found: Study, stay: float, move: float) -> Ints:
    """`ROAD`, `NEITHER`, or 0 for those who move, at these prices."""
    problem = found.problem.part(found.served)
    dearer = replace(problem, stay_cny=problem.stay_cny * stay, move_cny=problem.move_cny * move, fixed_cny=problem.fixed_cny * move)
    kind = np.full(len(found.served), NEITHER, dtype=np.int64)
    start = found.plan.answer[found.served]
    if not _undecided(problem).any():
        kind[found.served] = np.minimum(start, 0)
        return kind
    best = make_exact(dearer, scaled(found.skeleton, stay)).best(_EFFORT, start=start)
    kind[found.served] = np.minimum(start if best is None else best.answer, 0)
    return kind


def _undecided(problem: Problem) -> Bools:
    """Groups that may stay and may move."""
    return problem.may_stay & problem.may_move


def scaled(skeleton: Skeleton, factor: float) -> Skeleton:
    """The same roads at prices so many times as high."""
    blocks = [
        block._replace(links=tuple((a, b, stretch._replace(price=stretch.price * factor)) for a, b, stretch in block.links))
        for block in skeleton.blocks
    ]
    return Skeleton(skeleton.root, tuple(blocks))
