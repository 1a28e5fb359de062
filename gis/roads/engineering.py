"""Every section of the planned network as a road: new ones are laid over the terrain, given ones are examined as they are."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.roads.alignment import align, engineer
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
    sections: gpd.GeoDataFrame, ground: Ground, costs: CostSet, *, tell: Callable[[str, float], None] = lambda _words, _done: None
) -> Engineered:
    """Lay out, examine and price every section.

    Args:
        sections: `section_code`, `work_code`, `kind` (`new`, `join`, `upgrade`, `project`, `committed`), `surface` (of a track), `stated_cny`
            (what the bureau says that a project costs; <NA> where it says nothing), lines in the CRS of the ground.
        ground: the finest grid.
        costs: limits and prices.
        tell: called with what is being done and the share that is done.

    Returns:
        The same rows in the same order; the work runs on all cores, and its result does not depend on how many there are.
    """
    rows = list(zip(sections.geometry, sections["kind"], sections["surface"], sections["stated_cny"], strict=True))
    finished: list[Alignment] = []
    findings: list[pd.DataFrame] = []
    codes = list(zip(sections["work_code"], sections["section_code"], strict=True))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for at, (one, found) in enumerate(pool.map(lambda row: _finish(*row, ground, costs), rows)):
            finished.append(one)
            findings.append(found.assign(section_code=codes[at][1]))
            if at % _TOLD_EVERY == 0:
                tell(f"逐段选线（{at}/{len(rows)}）", at / len(rows))
    return Engineered(
        _measured(sections, finished), _profiles(codes, finished), pd.concat(findings, ignore_index=True) if findings else pd.DataFrame()
    )


def _finish(line: shapely.LineString, kind: str, surface: object, stated: object, ground: Ground, costs: CostSet) -> tuple[Alignment, pd.DataFrame]:
    """The finished line, and what an examination of it alone finds."""
    known = None if pd.isna(surface) else str(surface)
    if kind in _LAID_OUT:
        ends = np.asarray(line.coords)[[0, -1], :2]
        found = align(ground, costs, tuple(ends[0]), tuple(ends[1]), corridor=line)
    else:
        found = engineer(line, ground, costs, kind=kind, surface=known)
    if not pd.isna(stated):
        found = replace(found, costs=dict.fromkeys(PARTS, 0.0) | {"road_cny": float(str(stated))})
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
