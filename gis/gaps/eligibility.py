"""Who is in the programme: enough households or persons, and not to be moved as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.gaps.findings import choose
from gis.gaps.reasons import Reason
from gis.gaps.scene import flags, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools
    from gis.gaps.scene import Scene
    from gis.standards import Eligibility

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Eligible:
    """Three states for each group (exactly one of yes, no, or neither), the reason, and the fields that were missing."""

    yes: Bools
    no: Bools
    reason: NDArray[np.int16]
    missing: tuple[tuple[str, Bools], ...]


def judge_eligibility(scene: Scene, rule: Eligibility) -> Eligible:
    """Judge each group.

    Either floor suffices. A missing count leaves the group open unless the other count already suffices. A whole relocation is an exception
    that has to be recorded: where a list never says no, a blank means no; where it says no to some, a blank says nothing.
    """
    enough, may_be_enough = _enough(scene, rule)
    moves, may_move = _moves(scene) if rule.exclude_whole_relocation.value else (np.zeros(scene.size, dtype=bool),) * 2
    yes, no = enough & ~may_move, ~may_be_enough | moves
    reason = choose(
        Reason.ELIGIBLE,
        (moves, Reason.WHOLE_RELOCATION),
        (~may_be_enough, Reason.FEW_HOUSEHOLDS),
        (~enough, Reason.HOUSEHOLDS_UNKNOWN),
        (may_move, Reason.RELOCATION_UNKNOWN),
    )
    open_ = ~enough & may_be_enough & ~no
    blank = tuple((column, open_ & np.isnan(numbers(scene.groups, column))) for column, _ in _floors(rule))
    return Eligible(yes, no, reason, (*blank, ("whole_relocation", may_move & ~moves & ~no)))


def _floors(rule: Eligibility) -> list[tuple[str, float]]:
    """The counts that the set asks for, and how many."""
    floors = (("households_count", rule.min_households), ("people_count", rule.min_persons))
    return [(column, float(floor.value)) for column, floor in floors if floor is not None]


def _enough(scene: Scene, rule: Eligibility) -> tuple[Bools, Bools]:
    floors = [(numbers(scene.groups, column), floor) for column, floor in _floors(rule)]
    if not floors:
        return np.ones(scene.size, dtype=bool), np.ones(scene.size, dtype=bool)
    sure = np.logical_or.reduce([values >= floor for values, floor in floors])
    return sure, sure | np.logical_or.reduce([np.isnan(values) for values, _ in floors])


def _moves(scene: Scene) -> tuple[Bools, Bools]:
    sure, possible = flags(scene.groups, "whole_relocation")
    return (sure, possible) if not possible.all() else (sure, sure)
