"""Works as the sum of their finished sections."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.roads.engineering import PARTS

_SUMS = {
    "cut_m3": ("cut_m3", 1.0),
    "fill_m3": ("fill_m3", 1.0),
    "bridge_m": ("bridge_m", 1.0),
    "length_km": ("length_m", 1e-3),
    "developed_km": ("developed_m", 1e-3),
    "flagged_km": ("flagged_m", 1e-3),
    **{part: (part, 1.0) for part in PARTS},
}
"""Column of a work, and the column of its sections that is added up, with the factor between their units."""
_MEANS = {"grade_warn_share": "share_above_warn", "grade_limit_share": "share_above_limit", "cross_slope_mean": "cross_slope_mean"}
"""Columns that are means over the length."""
_NEW = ("new", "join")


def add_up(works: gpd.GeoDataFrame, sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The works with the quantities and the geometry of their finished sections.

    Args:
        works: with `work_code`, `cost_cny` and `downstream_households_count`.
        sections: as `gis.roads.engineering.engineer_sections` returns them.

    Returns:
        The same rows: lengths in km, money by part, grades (the steepest that is known; shares of the length), cross slope weighted by length.
        A sum is missing where a part of it is, a mean where there is no length, everything where a work has no section.
    """
    codes, work = works["work_code"], sections["work_code"]
    length = _added(sections["length_m"], work, codes)
    columns: dict[str, Any] = {name: np.round(_added(sections[of], work, codes) * factor, 4) for name, (of, factor) in _SUMS.items()}
    for name, kinds in (("new_km", _NEW), ("upgrade_km", ("upgrade",))):
        columns[name] = np.round(_added(sections["length_m"].where(sections["kind"].isin(kinds), 0.0), work, codes) / 1000, 4)
    for name, of in _MEANS.items():
        columns[name] = np.round(_added(sections[of] * sections["length_m"], work, codes) / np.where(length > 0, length, np.nan), 4)
    columns["crossings_count"] = pd.Series(_added(sections["crossings"], work, codes)).astype("Float64").astype("Int64").array
    columns["grade_max"] = sections["grade_max"].groupby(work).max().reindex(codes).round(4).to_numpy(dtype=float)
    columns["cost_per_household_cny"] = per_household(works)
    lines = sections[["work_code", "geometry"]].dissolve("work_code").geometry.reindex(codes)
    merged = shapely.line_merge(np.asarray(lines.array, dtype=object))
    return gpd.GeoDataFrame(works.assign(**columns).set_geometry(gpd.GeoSeries(merged, index=works.index, crs=sections.crs)))


def per_household(works: pd.DataFrame) -> pd.Series:
    """Price of a work for each household that needs it, 元; unknown where nobody does, or nobody counted them."""
    households = works["downstream_households_count"].astype("Float64")
    return (works["cost_cny"] / households.mask(households == 0)).round(2)


def _added(values: pd.Series, work: pd.Series, codes: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Sum for each code, in its order; missing where a part of it is."""
    missing = values.isna().groupby(work).any()
    sums = values.astype(float).groupby(work).sum().mask(missing)
    return np.asarray(sums.reindex(codes), dtype=np.float64)
