"""Cost sets: what a road may be (design limits) and what it costs, each value with unit, source and confidence.

A set is a TOML file in `gis/cost_sets` (or the county's own folder) whose name is its id. A set that `extends` another takes over every value
that it does not state itself; the county's own values stand over all. Prices are those of the works alone: `overhead_share` comes on top of the
sum, so a price that is paid is `CostSet.paid` times the price of the works.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gis.roads.cost_rules import CostRules
from gis.sets import ParameterSet, SetKind, list_sets, load_set

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL_COSTS = "mountain-2017"
"""The set that is taken where nobody chose one."""
_KIND = SetKind("造价参数", Path(__file__).parent.parent / "cost_sets", CostRules)


class CostSet(CostRules, ParameterSet):
    """A cost set, merged with what it extends and the county's own values; head and table as in `ParameterSet`."""

    @property
    def paid(self) -> float:
        """What is paid for each yuan of works: 1 + `overhead_share`."""
        return 1.0 + float(self.overhead_share.value)


def load_costs(name: str = USUAL_COSTS, *, folder: Path | None = None, overrides: Mapping[str, object] | None = None) -> CostSet:
    """One cost set by id, with what it extends and the county's own values.

    Args:
        name: Id of a built-in set, or of a file in `folder`.
        folder: A folder with the county's own sets, beside the built-in ones.
        overrides: Dotted key to value (`{"new.road_cny_per_km": 420000}`), to a table (`{value, source, note, …}`), or nested tables.

    Raises:
        StandardError: Unknown id or key, or a value that is not allowed; the sentence names file, key, value and what is expected.
    """
    return load_set(_KIND, CostSet, name, folder=folder, overrides=overrides)


def list_costs(folder: Path | None = None) -> list[CostSet]:
    """All sets that can be chosen, by id: the built-in ones and those of the county's own folder.

    Raises:
        StandardError: A file cannot be read, or has the id of a built-in set.
    """
    return list_sets(_KIND, CostSet, folder)
