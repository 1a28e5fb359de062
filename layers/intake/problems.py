"""Problem rows: what was wrong with an input, where, and what to do about it.

A problem is a row of a frame, so that thousands of them can be counted, filtered, stored and shown like any other table.
`error`: the row was rejected; `warning`: kept, but doubtful; `info`: repaired or decided, nothing is wrong with it now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROBLEM_COLUMNS: tuple[str, ...] = ("layer", "file", "row", "field", "rule", "value", "severity", "message", "suggestion")
SEVERITIES: tuple[str, ...] = ("error", "warning", "info")
MASK = "＊＊＊"
"""Stands for the value of a personal field."""

Severity: TypeAlias = Literal["error", "warning", "info"]
LONGEST_VALUE = 80


def empty() -> pd.DataFrame:
    """A problems frame without rows: every column of `PROBLEM_COLUMNS`, `row` as `Int64`, all others `string`."""
    return _EMPTY.copy()


def problem_rows(  # noqa: PLR0913 - one argument for each column
    *,
    layer: str,
    rule: str,
    severity: Severity,
    message: str | Sequence[str] | pd.Series[str],
    file: str = "",
    row: Any = None,
    field: Any = "",
    value: Any = "",
    suggestion: Any = "",
) -> pd.DataFrame:
    """Problem rows from scalars and sequences, broadcast against each other.

    Args:
        layer: Canonical layer name.
        rule: Short English code of what was broken (`out_of_range`, `bad_geometry` …).
        severity: `error` (row rejected), `warning` (kept, doubtful) or `info` (repaired).
        message: One clear Chinese sentence for each row.
        file: Name of the file as the office knows it.
        row: Row number as the office sees it; None for the whole file.
        field: Canonical field name, or the heading where there is none.
        value: The offending value; pass `MASK` for personal fields.
        suggestion: A way out, in Chinese.

    Returns:
        A frame with `PROBLEM_COLUMNS`; one row for scalars, none when any sequence is empty.
    """
    given = {
        "layer": layer,
        "file": file,
        "row": row,
        "field": field,
        "rule": rule,
        "value": value,
        "severity": severity,
        "message": message,
        "suggestion": suggestion,
    }
    columns = {name: list(item) if _many(item) else item for name, item in given.items()}
    lengths = {len(item) for item in columns.values() if isinstance(item, list)}
    if 0 in lengths:
        return empty()
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    count = lengths.pop() if lengths else 1
    filled = {name: item if isinstance(item, list) else [item] * count for name, item in columns.items()}
    return pd.DataFrame({name: _column(name, filled[name]) for name in PROBLEM_COLUMNS})


@dataclass(frozen=True, slots=True)
class Origin:
    """The layer and the file that problems are about, so that each step need not carry both."""

    layer: str
    file: str

    def problem(self, rule: str, severity: Severity, message: Any, **cells: Any) -> pd.DataFrame:
        """`problem_rows` for this layer and file; `cells` are `row`, `field`, `value`, `suggestion`."""
        return problem_rows(layer=self.layer, file=self.file, rule=rule, severity=severity, message=message, **cells)


def join_problems(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All rows of several problem frames, in the order given."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty()


def _many(item: Any) -> bool:
    return not isinstance(item, str) and hasattr(item, "__iter__")


def _column(name: str, items: list[Any]) -> Any:
    if name == "row":
        return pd.array(items, dtype="Int64")
    texts = ["" if item is None or item is pd.NA else str(item) for item in items]
    if name == "value":
        texts = [text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…" for text in texts]
    return pd.array(texts, dtype="string")


_EMPTY = pd.DataFrame({name: _column(name, []) for name in PROBLEM_COLUMNS})
