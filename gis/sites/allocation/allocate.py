"""Which groups move where: groups and sites as frames in, the layers `allocation` and `allocation_sites` and the summary out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gis.sites.allocation.capacitated import capacitated
from gis.sites.allocation.frames import group_frame, site_frame, summary
from gis.sites.allocation.tables import KM, make_tables, numbers
from gis.sites.allocation.terms import AllocationTerms, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.sites.allocation.answers import Allocation
    from gis.sites.allocation.tables import Tables

    Floats = NDArray[np.float64]

SETTLEMENT = "settlement"


class Allocated(NamedTuple):
    """The two layers and the summary."""

    allocation: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    summary: dict[str, Any]


def allocate(
    groups: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    rules: Any = None,
    options: AllocationTerms | None = None,
    *,
    minutes: Floats | None = None,
    tell: Callable[[str, float], None] = lambda _words, _done: None,
) -> Allocated:
    """Put groups into sites.

    Args:
        groups: `group_code`, `households_count`, `people_count`, points in EPSG:4490; names, villages, townships and
            `registered_households_count` are handed on.
        sites: `site_code`, `site_name`, `site_kind` ('parcel' or 'settlement'), `capacity_households` (free room), and if known `fixed_cny`,
            `cny_per_household`, `township_code` or `township_name`, seats; geometry in EPSG:4490.
        rules: a site set's rules; where the terms come from if no `options` are given.
        options: the terms of the study.
        minutes: (groups, sites) travel time, NaN unknown; inf cannot be reached.
        tell: called with what is being done and the share that is done.

    Raises:
        QueryError: columns are missing, or the terms make no sense.
    """
    terms = options or (terms_of(rules) if rules is not None else AllocationTerms())
    tell("量算小组到各地点的距离", 0.0)
    first, second = _order(groups, "group_code"), _order(sites, "site_code")
    tables = make_tables(groups, sites, terms, minutes).in_order(first, second)
    groups, sites = (frame.iloc[order].reset_index(drop=True) for frame, order in ((groups, first), (sites, second)))
    tell("求最优安置分配", 0.1)
    plan = _solve(groups, sites, tables, terms)
    tell("整理安置分配", 0.9)
    frame = group_frame(groups, sites, tables, plan, terms)
    places = site_frame(groups, sites, tables, plan, terms)
    tell("完成", 1.0)
    return Allocated(frame, places, summary(groups, sites, tables, plan, terms))


def _order(frame: gpd.GeoDataFrame, code: str) -> NDArray[np.int64]:
    """By code, so that the order in which rows come in decides nothing."""
    return np.argsort(frame[code].astype("string").fillna("").to_numpy(dtype=object), kind="stable") if code in frame else np.arange(len(frame))


def _solve(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, tables: Tables, terms: AllocationTerms) -> Allocation:
    cost, fixed = _objective(tables, terms)
    stands: Any = np.flatnonzero((sites["site_kind"] == SETTLEMENT).to_numpy(dtype=np.bool_, na_value=False)) if terms.existing_first else []
    seats = {name: (numbers(groups, need), numbers(sites, has)) for name, (need, has) in terms.seats.items()}
    return capacitated(
        np.where(tables.allowed, cost, np.inf),
        tables.households,
        tables.room,
        fixed,
        p_max=None if terms.sites_max is None else terms.sites_max + len(stands),
        must_open=[int(site) for site in stands],
        seats=seats,
        split=not terms.whole,
        gap=terms.gap,
        effort=terms.effort,
        seed=terms.seed,
    )


def _objective(tables: Tables, terms: AllocationTerms) -> tuple[Floats, Floats]:
    """What is to be least; distances and uncovered households are counted without the money."""
    if terms.aim == "cost":
        return tables.cny, tables.fixed
    nothing = np.zeros_like(tables.fixed)
    if terms.aim == "distance":
        return tables.people[:, None] * np.nan_to_num(tables.metres) / KM, nothing
    beyond = np.nan_to_num(tables.metres, nan=np.inf) > (terms.reach_m or 0.0)
    return np.where(beyond, tables.households[:, None], 0.0), nothing
