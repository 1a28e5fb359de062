"""What a file holds before anything is understood: cells as they are written, under headings as they are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.intake.problems import empty

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from layers.intake.headings import Heading


@dataclass(frozen=True, slots=True)
class Raw:
    """Cells and geometry of one layer of a file.

    `cells` has one column for each heading, named 0, 1, 2 …, and the row numbers of the office as its index; `geometry` has the same index, in
    `crs` (None: not said). `rows_read` counts also the rows that were set aside here (subtotals), each of which is an `info` in `problems`.
    `cut` says that headings may be cut (a .dbf).
    """

    headings: tuple[Heading, ...]
    cells: pd.DataFrame
    rows_read: int
    geometry: gpd.GeoSeries | None = None
    crs: CRS | None = None
    encoding: str = "utf-8"
    cut: bool = False
    problems: pd.DataFrame = field(default_factory=empty)
