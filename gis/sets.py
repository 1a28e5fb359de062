"""A set of parameters: its head, its rules, its hash, and the table of every value with its source.

What cost sets (`gis.roads.costs`) and site sets (`gis.sites.sets`) share. How the files are found and merged is in `gis.set_files`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, TypeVar

import pandas as pd
from pydantic import Field, ValidationError

from gis.set_files import COUNTY, SetKind, merge_set, set_ids
from gis.standards.explain import explain
from gis.standards.standard import THRESHOLD_COLUMNS, show_value, walk
from gis.standards.values import Frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["COUNTY", "ParameterSet", "SetKind", "list_sets", "load_set", "shown"]


class ParameterSet(Frozen):
    """A set, merged with what it extends and the county's own values. The rules are the fields of the class that stands beside it.

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
        rules = self.model_dump(mode="json", exclude=set(ParameterSet.model_fields))
        return hashlib.sha256(json.dumps(rules, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def reference(self) -> str:
        """How stamps name this set: `id@version`; `+县自定` where the county changed values (the hash tells which)."""
        own = "+县自定" if COUNTY in self.origins.values() else ""
        return f"{self.id}@{self.version}{own}"

    def parameters(self) -> pd.DataFrame:
        """Every value as a row (columns of `Standard.thresholds`, all text), in the order in which they are declared.

        Values of closed lists are shown in the `words` of their class, where it has them.
        """
        rows = [
            (
                key,
                label.replace("··", "·"),
                shown(leaf.value, getattr(leaf, "words", {})),
                leaf.unit,
                leaf.source,
                leaf.confidence,
                self.origins.get(key, ""),
                leaf.note,
            )
            for key, label, leaf in walk(self)
        ]
        return pd.DataFrame(rows, columns=list(THRESHOLD_COLUMNS), dtype="string")


_Set = TypeVar("_Set", bound=ParameterSet)


def shown(value: object, words: Mapping[str, str]) -> str:
    """A value as a planner reads it: `420,000`, `是`, `水泥混凝土、沥青`, a scale as `2 → 100；8 → 80`."""
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return "；".join(" → ".join(shown(number, words) for number in pair) for pair in value)
    if isinstance(value, tuple):
        return "、".join(shown(item, words) for item in value) or "（无）"
    return words.get(value, show_value(value)) if isinstance(value, str) else show_value(value)


def load_set(kind: SetKind, model: type[_Set], name: str, *, folder: Path | None, overrides: Mapping[str, object] | None) -> _Set:
    """One set by id, with what it extends and the county's own values.

    Args:
        kind: Says where the built-in sets lie and which keys there are.
        model: The class of the set.
        name: Id of a built-in set, or of a file in `folder`.
        folder: A folder with the county's own sets, beside the built-in ones.
        overrides: Dotted key to value, to a table (`{value, source, note, …}`), or nested tables.

    Raises:
        StandardError: Unknown id or key, or a value that is not allowed; the sentence names file, key, value and what is expected.
    """
    merged = merge_set(kind, name, folder=folder, overrides=overrides or {})
    try:
        return model(**merged.content, **merged.head, origins=merged.origins)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise explain(error, file=merged.file_of(where)) from error


def list_sets(kind: SetKind, model: type[_Set], folder: Path | None = None) -> list[_Set]:
    """All sets of a kind that can be chosen, by id: the built-in ones and those of the county's own folder.

    Raises:
        StandardError: A file cannot be read, or has the id of a built-in set.
    """
    return [load_set(kind, model, name, folder=folder, overrides=None) for name in set_ids(kind, folder)]
