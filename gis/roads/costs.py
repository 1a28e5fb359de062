"""Cost sets: what a road may be (design limits) and what it costs, each value with unit, source and confidence.

A set is a TOML file in `gis/cost_sets` (or the county's own folder) whose name is its id. A set that `extends` another takes over every value
that it does not state itself; the county's own values stand over all. Prices are those of the works alone: `overhead_share` comes on top of the
sum, so a price that is paid is `CostSet.paid` times the price of the works.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated

import pandas as pd
from pydantic import Field, ValidationError

from gis.roads.cost_files import COUNTY, cost_ids, merge_costs
from gis.roads.cost_rules import CostRules
from gis.standards.explain import explain
from gis.standards.standard import THRESHOLD_COLUMNS, show_value, walk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USUAL_COSTS = "mountain-2017"
"""The set that is taken where nobody chose one."""
_WORDS = {"forbid": "禁止穿越", "avoid": "尽量避让"}


class CostSet(CostRules):
    """A cost set, merged with what it extends and the county's own values.

    Attributes:
        id: The file's name.
        version: Of the file; raised whenever a value changes.
        title: Chinese title; says how many values the county set itself.
        note: What the set is for and how it was calibrated.
        origins: For each value (dotted key) the set that it comes from, or `县自定`.
    """

    id: str
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1)]
    note: str = ""
    origins: dict[str, str]

    @property
    def sha256(self) -> str:
        """Hash over the rules alone: equal exactly when every value, source and note is equal."""
        rules = self.model_dump(mode="json", include=set(CostRules.model_fields))
        return hashlib.sha256(json.dumps(rules, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def paid(self) -> float:
        """What is paid for each yuan of works: 1 + `overhead_share`."""
        return 1.0 + float(self.overhead_share.value)

    def reference(self) -> str:
        """How stamps name this set: `id@version`; `+县自定` where the county changed values (the hash tells which)."""
        own = "+县自定" if COUNTY in self.origins.values() else ""
        return f"{self.id}@{self.version}{own}"

    def parameters(self) -> pd.DataFrame:
        """Every value as a row (columns of `Standard.thresholds`, all text), in the order in which they are declared."""
        rows = [
            (key, label.replace("··", "·"), _shown(leaf.value), leaf.unit, leaf.source, leaf.confidence, self.origins.get(key, ""), leaf.note)
            for key, label, leaf in walk(self)
        ]
        return pd.DataFrame(rows, columns=list(THRESHOLD_COLUMNS), dtype="string")


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    return _WORDS.get(str(value), show_value(value))


def load_costs(name: str = USUAL_COSTS, *, folder: Path | None = None, overrides: Mapping[str, object] | None = None) -> CostSet:
    """One cost set by id, with what it extends and the county's own values.

    Args:
        name: Id of a built-in set, or of a file in `folder`.
        folder: A folder with the county's own sets, beside the built-in ones.
        overrides: Dotted key to value (`{"new.road_cny_per_km": 420000}`), to a table (`{value, source, note, …}`), or nested tables.

    Raises:
        StandardError: Unknown id or key, or a value that is not allowed; the sentence names file, key, value and what is expected.
    """
    merged = merge_costs(name, CostRules, folder=folder, overrides=overrides or {})
    try:
        return CostSet(**merged.content, **merged.head, origins=merged.origins)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise explain(error, file=merged.file_of(where)) from error


def list_costs(folder: Path | None = None) -> list[CostSet]:
    """All sets that can be chosen, by id: the built-in ones and those of the county's own folder.

    Raises:
        StandardError: A file cannot be read, or has the id of a built-in set.
    """
    return [load_costs(name, folder=folder) for name in cost_ids(folder)]
