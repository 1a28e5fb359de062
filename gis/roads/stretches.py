"""Which stretches of the finished sections are flagged, and sections cut there. Light: what draws a plan need not load what makes one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

FLAGGED_FROM = 2
"""Flags from here on tell of a broken rule (`gis.roads.examine.Flag`); 1 only warns."""
SHORT_M = 0.01
"""Shorter pieces are rounding."""
STRETCH_COLUMNS = ("section_code", "from_m", "to_m", "flag")


def flag_stretches(profiles: pd.DataFrame) -> pd.DataFrame:
    """Flagged stretches, each station standing for half the way to its neighbours.

    Args:
        profiles: `section_code`, `chainage_m`, `flag`; stations of a section one after the other, as `road_profiles` has them.

    Returns:
        One row a stretch of one flag, in the order of the stations: `section_code, from_m, to_m` (metres from the start of the section), `flag`
        (2 需勘测, 3 需展线, 4 radius, 5 forbidden, 6 height unknown). The lengths of a section add up to its `flagged_m`.
    """
    code = profiles["section_code"].to_numpy(dtype=object)
    at, flag = profiles["chainage_m"].to_numpy(dtype=float), profiles["flag"].fillna(0).to_numpy(dtype=np.int64)
    same = code[1:] == code[:-1]
    middle = (at[1:] + at[:-1]) / 2
    start = at[np.maximum.accumulate(np.where(np.append(True, ~same)[: len(at)], np.arange(len(at)), 0))]
    begins, ends = at.copy(), at.copy()
    begins[1:][same], ends[:-1][same] = middle[same], middle[same]
    first = np.flatnonzero(np.append(True, ~(same & (flag[1:] == flag[:-1])))[: len(at)])
    last = np.append(first[1:], len(at))[: len(first)] - 1
    told = flag[first] >= FLAGGED_FROM
    found = {"section_code": code[first], "from_m": (begins - start)[first], "to_m": (ends - start)[last], "flag": flag[first]}
    return pd.DataFrame(found)[told].reset_index(drop=True).astype({"section_code": "string"})


def cut_flagged(sections: gpd.GeoDataFrame, profiles: pd.DataFrame) -> gpd.GeoDataFrame:
    """Sections cut where a flagged stretch begins or ends.

    Args:
        sections: `section_code`, `flagged_m`, lines in longitude and latitude.
        profiles: as for `flag_stretches`; a section without stations stays whole, flagged if `flagged_m` says so.

    Returns:
        The pieces in the order of the sections and along them, with all their columns and `flagged` (bool).
    """
    whole = sections.assign(flagged=(sections["flagged_m"].fillna(0) > 0).astype(bool)).reset_index(drop=True)
    stretches = {str(code): part for code, part in flag_stretches(profiles).groupby("section_code")}
    chainage = profiles.groupby("section_code")["chainage_m"]
    length = (chainage.max() - chainage.min()).astype(float).to_dict()
    rows, shapes, flagged = [], [], []
    for row, (code, line, doubtful) in enumerate(zip(whole["section_code"], whole.geometry, whole["flagged"], strict=True)):
        pieces = _cut(line, stretches[code], length[code]) if code in stretches and line is not None else [(line, bool(doubtful))]
        rows += [row] * len(pieces)
        shapes += [shape for shape, _ in pieces]
        flagged += [told for _, told in pieces]
    return whole.iloc[rows].assign(flagged=flagged).set_geometry(shapes, crs=sections.crs)


def _cut(line: BaseGeometry, stretches: pd.DataFrame, length_m: float) -> list[tuple[BaseGeometry, bool]]:
    """The pieces of a line and whether each is flagged."""
    if length_m <= 0:
        return [(line, True)]
    # Degrees of longitude are shorter than those of latitude: chainages are shares of the length on a level map.
    narrow = np.cos(np.radians(line.centroid.y))
    level = shapely.LineString(shapely.get_coordinates(line) * (narrow, 1.0))
    share = np.concatenate([[0.0], (stretches[["from_m", "to_m"]].to_numpy() / length_m).ravel(), [1.0]])
    pieces: list[tuple[BaseGeometry, bool]] = [
        (shapely.transform(substring(level, begin, end, normalized=True), lambda places: places / (narrow, 1.0)), at % 2 == 1)
        for at, (begin, end) in enumerate(pairwise(share))
        if (end - begin) * length_m > SHORT_M
    ]
    return pieces or [(line, True)]
