"""A table of cells, whether it came from a workbook or from text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from layers.intake.rows import Row

Merge: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by row, top-left first; `merges` are inclusive (row, column) corners counted from 0."""

    rows: list[Row]
    merges: tuple[Merge, ...] = ()
    encoding: str = "utf-8"
