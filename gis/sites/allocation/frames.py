"""A plan as the layers that people see: one row a group, one row a site, and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.sites.allocation.answers import INFEASIBLE
from gis.sites.allocation.conflicts import NO_CAPACITY, TOO_LARGE
from gis.sites.allocation.tables import numbers
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.allocation.answers import Allocation
    from gis.sites.allocation.conflicts import Conflict
    from gis.sites.allocation.tables import Tables
    from gis.sites.allocation.terms import AllocationTerms

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ALLOCATED, NO_SITE, TOO_FAR, OTHER_TOWNSHIP, NO_LOCATION = "allocated", "no_site", "too_far", "other_township", "no_location"
TEXTS = ("group_code", "group_name", "village_code", "village_name", "township_code", "township_name")
COUNTS = ("households_count", "people_count", "registered_households_count", "registered_people_count")
SITE_TEXTS = ("site_code", "site_name", "site_kind", "township_code", "township_name")


def group_frame(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, tables: Tables, plan: Allocation, terms: AllocationTerms) -> gpd.GeoDataFrame:
    """One row a group (a group that is divided: one for each site), with the line from the old home to the new one."""
    row, site = _pairs(plan)
    share = plan.share[row, site] if plan.share is not None and plan.share.size else np.ones(len(row))
    share = np.where(site >= 0, share, 1.0)
    inside = site >= 0
    part = pd.Series(row).groupby(row).cumcount().to_numpy() + 1
    codes = groups["group_code"].astype("string").iloc[row].reset_index(drop=True)
    frame = pd.DataFrame({"allocation_code": codes.where(pd.Series(part) == 1, codes + "-" + pd.Series(part).astype("string"))})
    for name in TEXTS:
        frame[name] = _text(groups, name, row)
    for name in COUNTS:
        whole = pd.to_numeric(groups[name]).astype("Float64").iloc[row].to_numpy(dtype=np.float64, na_value=np.nan) if name in groups else None
        frame[name] = pd.array(np.full(len(row), np.nan) if whole is None else np.rint(whole * share), dtype="Float64").astype("Int64")
    for name in SITE_TEXTS[:3]:
        frame[name] = pd.Series(_text(sites, name, np.maximum(site, 0)) if len(sites) else pd.NA, index=frame.index, dtype="string").where(inside)
    pick = (row, np.maximum(site, 0))
    frame["distance_m"] = _measured(tables.metres, pick, inside)
    frame["minutes"] = _measured(tables.minutes, pick, inside)
    frame["same_township"] = pd.array(_at(tables.same_township, pick), dtype="boolean")
    frame.loc[~inside, "same_township"] = pd.NA
    frame["far_from_farm"] = (
        (frame["distance_m"] > terms.farm_m).astype("boolean") if terms.farm_m is not None else pd.array([pd.NA] * len(row), "boolean")
    )
    frame["cost_cny"] = _measured(tables.cny * 1.0, pick, inside) * share
    frame["reason"] = _reasons(tables, plan, row, site)
    frame["synthetic"] = _synthetic(groups, row)
    return gpd.GeoDataFrame(frame, geometry=_lines(groups, sites, row, site), crs=STORAGE_CRS)


def site_frame(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, tables: Tables, plan: Allocation, terms: AllocationTerms) -> gpd.GeoDataFrame:
    """One row a site, with what it has room for and who comes."""
    row, site = _pairs(plan)
    row, site = row[site >= 0], site[site >= 0]
    share = plan.share[row, site] if plan.share is not None and plan.share.size else np.ones(len(row))
    every = np.arange(len(sites))
    frame = pd.DataFrame({name: _text(sites, name, every) for name in SITE_TEXTS})
    frame["opened"] = pd.array(np.isin(every, plan.open), dtype="boolean")
    frame["capacity_households"] = pd.array(tables.room, dtype="Float64")

    def come_of(each: Floats) -> Any:
        """What comes to each site, given by group and site."""
        return pd.array(np.bincount(site, weights=each, minlength=len(sites)).astype(np.float64).round(6), dtype="Float64")

    def come(values: Floats) -> Any:
        """What comes to each site, given by group."""
        return come_of(values[row] * share)

    frame["used_households"] = come(tables.households)
    frame["people_count"] = come(tables.people)
    frame["registered_households_count"] = come(numbers(groups, "registered_households_count"))
    frame["groups_count"] = pd.array(np.bincount(site, minlength=len(sites)).astype(np.int64), dtype="Int64")
    frame["fixed_cny"] = pd.array(np.where(np.isin(every, plan.open), tables.fixed, 0.0), dtype="Float64")
    frame["moving_cny"] = come_of(_at(tables.cny, (row, site)) * share)
    for need, has in terms.seats.values():
        frame[has] = pd.array(numbers(sites, has), dtype="Float64")
        frame[f"{has}_used"] = come(numbers(groups, need))
    frame["synthetic"] = _synthetic(sites, every)
    points: Any = sites.geometry.to_crs(STORAGE_CRS).representative_point() if len(sites) else []
    return gpd.GeoDataFrame(frame, geometry=list(points), crs=STORAGE_CRS)


def summary(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, tables: Tables, plan: Allocation, terms: AllocationTerms) -> dict[str, Any]:
    """Cost, bound and gap of the aim, the money, counts, who has no place, and what stands in the way, by code."""
    row, site = _pairs(plan)
    row, site = row[site >= 0], site[site >= 0]
    share = plan.share[row, site] if plan.share is not None and plan.share.size else np.ones(len(row))
    cny = _at(tables.cny, (row, site)) * share
    group_codes, site_codes = (frame[name].astype("string").fillna("").tolist() for frame, name in ((groups, "group_code"), (sites, "site_code")))
    kinds = ["households", *terms.seats]
    every = _reasons(tables, plan, *_pairs(plan))
    return {
        "aim": terms.aim,
        "status": plan.status,
        "cost": plan.cost,
        "bound": plan.bound,
        "gap": plan.gap,
        "gap_decided": _gap_decided(tables, plan, terms),
        "cost_cny": float(cny.sum() + tables.fixed[plan.open].sum()),
        "moving_cny": float(cny.sum()),
        "fixed_cny": float(tables.fixed[plan.open].sum()),
        "groups": len(groups),
        "groups_allocated": len(np.unique(row)),
        "households": float(tables.households.sum()),
        "households_allocated": float((tables.households[row] * share).sum()),
        "households_allocated_bound": plan.placed_bound,
        "people_allocated": float((tables.people[row] * share).sum()),
        "person_km": float((tables.people[row] * share * np.nan_to_num(_at(tables.metres, (row, site)))).sum() / 1000.0),
        "sites_opened": len(plan.open),
        "sites_used": len(np.unique(site)),
        "reasons": {str(name): int(count) for name, count in pd.Series(every).value_counts(sort=False).sort_index().items()},
        "conflicts": [_told(one, group_codes, site_codes, kinds) for one in plan.conflicts if plan.status == INFEASIBLE],
    }


def _gap_decided(tables: Tables, plan: Allocation, terms: AllocationTerms) -> float:
    """The gap as a share of what can be decided at all: the cost above what every group pays wherever it goes (only told for the aim `cost`)."""
    inside = plan.assigned >= 0
    if terms.aim != "cost" or plan.share is not None or not inside.any():
        return plan.gap
    least = float(np.where(tables.allowed, tables.cny, np.inf)[inside].min(axis=1).sum())
    return (plan.cost - plan.bound) / (plan.cost - least) if plan.cost > max(least, plan.bound) else 0.0


def _told(one: Conflict, groups: list[str], sites: list[str], kinds: list[str]) -> dict[str, Any]:
    return {
        "what": one.what,
        "kind": kinds[one.kind],
        "groups": [groups[row] for row in one.rows],
        "sites": [sites[site] for site in one.sites],
        "needed": one.needed,
        "has": one.has,
    }


def _pairs(plan: Allocation) -> tuple[Ints, Ints]:
    """Which group goes to which site (-1: none); a divided group several times, largest share first."""
    rows = np.arange(len(plan.assigned))
    if plan.share is None:
        return rows, plan.assigned
    row, site = np.nonzero(plan.share > 0)
    order = np.lexsort((site, -plan.share[row, site], row))
    row, site = row[order], site[order]
    left = np.setdiff1d(rows, row)
    row, site = np.concatenate([row, left]), np.concatenate([site, np.full(len(left), -1)])
    order = np.argsort(row, kind="stable")
    return row[order], site[order]


def _reasons(tables: Tables, plan: Allocation, row: Ints, site: Ints) -> Any:
    """Why a group goes where it goes, or nowhere."""
    why = {one.row: one.reason for one in plan.unplaced}
    given = np.array([why.get(int(one), NO_SITE) for one in row.tolist()], dtype=object)
    nowhere = ~np.asarray(np.isfinite(tables.metres).any(axis=1))[row] & (tables.metres.shape[1] > 0)
    near = np.asarray((np.isfinite(tables.metres) & ~tables.far).any(axis=1))[row]
    barred = near & ~np.asarray(tables.allowed.any(axis=1))[row]
    full = np.isin(given, [NO_CAPACITY, TOO_LARGE])
    names = np.select(
        [site >= 0, nowhere, full, barred, ~near & (tables.metres.shape[1] > 0)], [ALLOCATED, NO_LOCATION, given, OTHER_TOWNSHIP, TOO_FAR], NO_SITE
    )
    return pd.array(names.astype(object), dtype="string")


def _text(frame: pd.DataFrame, name: str, at: Ints) -> Any:
    return frame[name].astype("string").iloc[at].reset_index(drop=True) if name in frame else pd.array([pd.NA] * len(at), dtype="string")


def _at(table: NDArray[Any], pick: tuple[Ints, Ints]) -> NDArray[Any]:
    return table[pick] if table.shape[1] else np.zeros(len(pick[0]), dtype=table.dtype)


def _measured(table: Floats, pick: tuple[Ints, Ints], inside: NDArray[np.bool_]) -> Any:
    values = pd.array(np.where(inside, _at(table, pick), np.nan), dtype="Float64")
    values[np.isnan(values.to_numpy(dtype=np.float64, na_value=np.nan))] = pd.NA
    return values


def _synthetic(frame: pd.DataFrame, at: Ints) -> Any:
    if "synthetic" not in frame:
        return pd.array([False] * len(at), dtype="boolean")
    return frame["synthetic"].astype("boolean").fillna(value=False).iloc[at].array


def _lines(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, row: Ints, site: Ints) -> Any:
    """From the old home to the new one; nothing where there is no new one."""
    lines = np.full(len(row), None, dtype=object)
    inside = np.flatnonzero(site >= 0)
    if len(inside):
        ends = [
            frame.geometry.to_crs(STORAGE_CRS).representative_point().to_numpy()[at] for frame, at in ((groups, row[inside]), (sites, site[inside]))
        ]
        places = np.stack([shapely.get_coordinates(end) for end in ends], axis=1)
        lines[inside] = shapely.linestrings(places)
    return lines
