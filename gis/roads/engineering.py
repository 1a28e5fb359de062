"""Every section of the planned network as a road: new ones are laid over the terrain, given ones are examined as they are."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.roads.alignment import align, engineer
from gis.roads.examine import LEAST_M, no_road
from gis.roads.linecheck import check_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import shapely

    from gis.roads.costs import CostSet
    from gis.roads.examine import Alignment
    from gis.roads.ground import Ground

PARTS = ("road_cny", "earthwork_cny", "development_cny", "bridge_cny", "overhead_cny")
"""What the cost of a section is made of."""
_LAID_OUT = ("new", "join")
"""Kinds whose line is ours to choose; the others follow a line that is given."""
_TOLD_EVERY = 20
_MOST_WORKERS = 8
"""Each holds a sheet of up to a hundred megabytes."""
_SHORT_M = 1.0
"""Between ends so near to each other there is nothing to search for."""


@dataclass(frozen=True, slots=True, eq=False)
class Engineered:
    """The sections with everything that was found about them.

    Attributes:
        sections: the given rows with the finished geometry, lengths, grades, quantities and money.
        profiles: one row a station: `work_code, section_code, chainage_m, ground_m, design_m, flag`.
        findings: what the check of the finished lines found, flagged or not.
    """

    sections: gpd.GeoDataFrame
    profiles: pd.DataFrame
    findings: pd.DataFrame


def engineer_sections(
    sections: gpd.GeoDataFrame,
    ground: Ground,
    costs: CostSet,
    *,
    tell: Callable[[str, float], None] = lambda _words, _done: None,
    workers: int | None = None,
) -> Engineered:
    """Lay out, examine and price every section.

    Args:
        sections: `section_code`, `work_code`, `kind` (`new`, `join`, `upgrade`, `project`, `committed`), `surface` (of a track), `stated_cny`
            (what the bureau says that a project costs; <NA> where it says nothing), lines in the CRS of the ground.
        ground: the finest grid.
        costs: limits and prices.
        tell: called with what is being done and the share that is done; what it raises ends the work.
        workers: threads; none: one a core. The result does not depend on how many there are.

    Returns:
        The same rows in the same order. A section without length stays as it is and costs nothing.
    """
    rows = (sections.geometry, sections["kind"], sections["surface"], sections["stated_cny"])
    finished: list[Alignment] = []
    findings: list[pd.DataFrame] = []
    codes = list(zip(sections["work_code"], sections["section_code"], strict=True))
    pool = ThreadPoolExecutor(workers or min(os.cpu_count() or 1, _MOST_WORKERS))
    try:
        for at, (one, found) in enumerate(pool.map(partial(_finish, ground, costs), *rows)):
            finished.append(one)
            findings.append(found.assign(section_code=codes[at][1]))
            if at % _TOLD_EVERY == 0:
                tell(f"逐段选线（{at}/{len(codes)}）", at / len(codes))
    finally:
        # Whoever cancels does not wait for the sections that have not begun.
        pool.shutdown(cancel_futures=True)
    return Engineered(
        _measured(sections, finished), _profiles(codes, finished), pd.concat(findings, ignore_index=True) if findings else pd.DataFrame()
    )


def _finish(ground: Ground, costs: CostSet, line: shapely.LineString, kind: str, surface: Any, stated: Any) -> tuple[Alignment, pd.DataFrame]:
    """The finished line, and what an examination of it alone finds."""
    known = None if pd.isna(surface) else str(surface)
    (start_x, start_y, *_), (end_x, end_y, *_) = line.coords[0], line.coords[-1]
    if line.length <= LEAST_M:
        found = no_road(line, kind)
    elif kind in _LAID_OUT and math.hypot(end_x - start_x, end_y - start_y) > _SHORT_M:
        found = align(ground, costs, (start_x, start_y), (end_x, end_y), corridor=line)
    else:
        found = engineer(line, ground, costs, kind=kind, surface=known)
    if not pd.isna(stated):
        found = replace(found, costs=dict.fromkeys(PARTS, 0.0) | {"road_cny": float(stated)})
    return found, check_line(found, ground, costs)


def _measured(sections: gpd.GeoDataFrame, finished: Iterable[Alignment]) -> gpd.GeoDataFrame:
    done = list(finished)
    columns: dict[str, Any] = {name: [getattr(one, name) for one in done] for name in _MEASURES}
    columns |= {part: np.round([one.costs.get(part, 0.0) for one in done], 2) for part in PARTS}
    columns["cost_cny"] = np.round(np.sum([columns[part] for part in PARTS], axis=0), 2)
    lines = gpd.GeoSeries([one.line for one in done], index=sections.index, crs=sections.crs)
    return gpd.GeoDataFrame(sections.assign(**columns).set_geometry(lines))


_MEASURES = (
    "length_m",
    "developed_m",
    "flagged_m",
    "grade_max",
    "share_above_warn",
    "share_above_limit",
    "crossings",
    "bridge_m",
    "cut_m3",
    "fill_m3",
    "cross_slope_mean",
)


def _profiles(codes: Iterable[tuple[str, str]], finished: Iterable[Alignment]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "work_code": work,
                "section_code": section,
                "chainage_m": np.round(one.chainage_m, 2),
                "ground_m": np.round(one.ground_m, 2),
                "design_m": np.round(one.design_m, 2),
                "flag": one.flag,
            }
        )
        for (work, section), one in zip(codes, finished, strict=True)
    ]
    columns = {
        "work_code": "string",
        "section_code": "string",
        "chainage_m": "Float64",
        "ground_m": "Float64",
        "design_m": "Float64",
        "flag": "Int64",
    }
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))
    return whole.astype(columns)
