"""Tables for people: one row a group with all services, near misses, conflicts, and what to find out first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from gis.gaps.areas import place_groups
from gis.gaps.population import COUNTS
from gis.gaps.reasons import Reason
from layers.crs import STORAGE_CRS
from layers.names import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP_COLUMNS = (
    "group_code", "group_name", "hamlet_name", "village_code", "village_name", "township_code", "township_name", "county_code", "county_name", *COUNTS,
)  # fmt: skip
SERVICE_COLUMNS = ("level", "value", "unit", "threshold", "shortfall", "reason", "near_miss", "conflict")
ROW_NAMES: Mapping[str, str] = {
    "group_code": "code",
    "group_name": "name",
    "hamlet_name": "hamlet",
    "village_code": "village_code",
    "village_name": "village_name",
    "township_code": "township_code",
    "township_name": "township_name",
    "households_count": "households",
    "people_count": "people",
    "registered_households_count": "registered",
}
WORKLIST_COLUMNS = (
    "service", "reason", "missing", "asset_layer", "asset_code", "groups_count", "households_count", "missing_count_groups", "group_codes",
)  # fmt: skip
_OF_ASSETS = (
    Reason.SURFACE_UNKNOWN,
    Reason.STATUS_UNKNOWN,
    Reason.DOUBTFUL_JOINT,
    Reason.WIDTH_UNKNOWN,
    Reason.TECHNOLOGY_UNKNOWN,
    Reason.CLINIC_UNKNOWN,
    Reason.SCHOOL_UNKNOWN,
    Reason.CAPACITY_UNKNOWN,
)
"""Reasons that are settled by looking at one asset; the others by filling in the group's own row, or by handing over a layer."""


def group_table(groups: gpd.GeoDataFrame, coverage: pd.DataFrame, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """One row a group for tiles, lists and filters, in the order of the groups, in EPSG:4490.

    Columns: `GROUP_COLUMNS` (the units as `place_groups` finds them), then for each judged service its verdict under the service's own name and
    `<service>_<column>` for `SERVICE_COLUMNS`, then the geometry. A group that was not judged is unknown.
    """
    groups = groups.reset_index(drop=True)
    placed = place_groups(groups, areas)
    columns: dict[str, Any] = {}
    for name in GROUP_COLUMNS:
        columns[name] = placed[name] if name in placed else _column(groups, name)
    for service in SERVICES:
        judged = coverage[coverage["service"] == service]
        if judged.empty:
            continue
        rows = judged.drop_duplicates("group_code").set_index("group_code").reindex(pd.Index(groups["group_code"].astype("string")))
        columns[service] = rows["verdict"].fillna("unknown").astype("string").array
        columns |= {f"{service}_{name}": rows[name].array for name in SERVICE_COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=groups.geometry.array, crs=groups.crs).to_crs(STORAGE_CRS)


def group_rows(table: gpd.GeoDataFrame, service: str) -> pd.DataFrame:
    """The group rows of the HTTP contract for one service: short names, `lon` and `lat` of the group's middle, and the reason's code."""
    middle = table.geometry.representative_point()
    rows = table[list(ROW_NAMES)].rename(columns=dict(ROW_NAMES)).assign(lon=middle.x.astype("Float64"), lat=middle.y.astype("Float64"))
    rows["verdict"] = table[service]
    for name in SERVICE_COLUMNS:
        rows[name] = table[f"{service}_{name}"]
    return pd.DataFrame(rows)


def near_misses(coverage: pd.DataFrame) -> pd.DataFrame:
    """Rows that lack by little, the nearest to the threshold first (as a share of it)."""
    rows = coverage[coverage["near_miss"].fillna(value=False).to_numpy(dtype=bool)]
    share = rows["shortfall"] / rows["threshold"]
    return rows.assign(share=share).sort_values(["service", "share", "group_code"], kind="stable", ignore_index=True).drop(columns="share")


def conflicts(coverage: pd.DataFrame) -> pd.DataFrame:
    """Rows that were reported met and found lacking, by service and group."""
    rows = coverage[coverage["conflict"].fillna(value=False).to_numpy(dtype=bool)]
    return rows.sort_values(["service", "group_code"], kind="stable", ignore_index=True)


def understated(coverage: pd.DataFrame) -> pd.DataFrame:
    """Rows that were reported lacking and are met by the evidence, by service and group: the report may be out of date, or the evidence wrong."""
    said_no = (coverage["reported"] == False).fillna(value=False).to_numpy(dtype=bool)  # noqa: E712 - three values: missing is not False
    rows = coverage[said_no & (coverage["verdict"] == "met").to_numpy(dtype=bool)]
    return rows.sort_values(["service", "group_code"], kind="stable", ignore_index=True)


def unknown_worklist(coverage: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """What to find out first: the causes of unknown verdicts by how many households they would decide.

    Returns:
        `WORKLIST_COLUMNS`: a cause is a service, a reason, what is missing and, where one asset has to be looked at, that asset; with the groups
        that it leaves open (`group_codes` comma separated) and their known households.
    """
    unknown = coverage[(coverage["verdict"] == "unknown").to_numpy(dtype=bool)]
    households = _count(groups, "households_count").set_axis(pd.Index(groups["group_code"].astype("string")))
    count = unknown["group_code"].map(households[~households.index.duplicated()]).astype("Int64")
    of_asset = unknown["reason"].isin([str(reason) for reason in _OF_ASSETS]).to_numpy(dtype=bool)
    keys = unknown[["service", "reason", "missing", "asset_layer", "asset_code"]].astype("string").fillna("")
    keys = keys.assign(asset_layer=keys["asset_layer"].where(of_asset, ""), asset_code=keys["asset_code"].where(of_asset, ""))
    rows = keys.assign(group_code=unknown["group_code"], households=count.fillna(0), nameless=count.isna())
    grouped = rows.groupby(["service", "reason", "missing", "asset_layer", "asset_code"], sort=True)
    totals = grouped.agg(
        groups_count=("group_code", "size"),
        households_count=("households", "sum"),
        missing_count_groups=("nameless", "sum"),
        group_codes=("group_code", ",".join),
    ).reset_index()
    order = ["households_count", "groups_count", "service", "reason", "missing", "asset_code"]
    ranked = totals.sort_values(order, ascending=[False, False, True, True, True, True], kind="stable", ignore_index=True)
    counts = dict.fromkeys(("groups_count", "households_count", "missing_count_groups"), "Int64")
    words = {name: "string" for name in WORKLIST_COLUMNS if name not in counts}
    return ranked.astype({**counts, **words}).replace({"": pd.NA})[list(WORKLIST_COLUMNS)]


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in COUNTS:
        return _count(frame, name)
    if name not in frame:
        return pd.Series(pd.NA, index=range(len(frame)), dtype="string")
    return frame[name].astype("string").reset_index(drop=True)


def _count(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series(pd.NA, index=range(len(frame)), dtype="Int64")
    return frame[name].astype("Int64").reset_index(drop=True)
