"""Where people may be settled: rooms left in settlements that stand, and the best parcels, with what opening each costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from gis.sites.plan_rules import Move
    from gis.sites.rules import SiteRules

SETTLEMENT, PARCEL = "settlement", "parcel"
COLUMNS: dict[str, str] = {
    "site_code": "string",
    "site_name": "string",
    "site_kind": "string",
    "township_code": "string",
    "township_name": "string",
    "capacity_households": "Int64",
    "fixed_cny": "Float64",
    "score": "Float64",
    "rank": "Int64",
    "synthetic": "boolean",
}
"""Columns of the candidates beside `geometry`. `capacity_households`: still to be taken in."""


def candidate_sites(
    parcels: gpd.GeoDataFrame | None, settlements: gpd.GeoDataFrame | None, rules: SiteRules, *, most_parcels: int
) -> gpd.GeoDataFrame:
    """Sites that may take people in, in EPSG:4490: settlements first, then parcels by rank.

    A settlement takes in as many households as were planned and have not moved in yet; one that does not say both is left out, as nobody knows its
    rooms. A parcel without a rank (something is unknown there) is no candidate.

    Args:
        parcels: layer `parcels` with the columns of the ranking; None without a study.
        settlements: layer `settlements`; None without one.
        rules: costs of opening.
        most_parcels: as many parcels as may be looked at.
    """
    found = [_standing(settlements), *([] if parcels is None else [_new(_best(parcels, most_parcels), rules.move)])]
    return gpd.GeoDataFrame(pd.concat(found, ignore_index=True), geometry="geometry", crs=STORAGE_CRS)


def _best(parcels: gpd.GeoDataFrame, most: int) -> gpd.GeoDataFrame:
    usable = parcels[parcels["rank"].notna() & (parcels["capacity_households"].fillna(0) > 0)]
    return usable.sort_values("rank").head(most)


def rooms_left(settlements: pd.DataFrame) -> NDArray[np.float64]:
    """Households that each settlement can still take in, never below 0; NaN where planned or moved households are not known."""
    planned, moved = (_number(settlements, name) for name in ("planned_households_count", "moved_households_count"))
    return np.asarray(np.where(np.isnan(planned - moved), np.nan, np.maximum(planned - moved, 0.0)))


def _standing(settlements: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if settlements is None or not len(settlements):
        return _framed({}, np.empty(0, dtype=object))
    left = rooms_left(settlements)
    shapes = settlements.geometry.to_numpy()
    open_ones = settlements[(left > 0) & ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    columns: dict[str, object] = {
        "site_code": open_ones["settlement_code"],
        "site_name": _column(open_ones, "settlement_name"),
        "site_kind": [SETTLEMENT] * len(open_ones),
        "township_name": _column(open_ones, "township_name"),
        "capacity_households": rooms_left(open_ones).astype(np.int64),
        "fixed_cny": np.zeros(len(open_ones)),
        "synthetic": _column(open_ones, "synthetic"),
    }
    return _framed(columns, open_ones.geometry.to_crs(STORAGE_CRS).representative_point().to_numpy())


def _new(parcels: gpd.GeoDataFrame, move: Move) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {
        name: _column(parcels, name) for name in ("township_code", "township_name", "capacity_households", "score", "rank", "synthetic")
    }
    columns |= {
        "site_code": parcels["parcel_code"],
        "site_name": parcels["parcel_name"],
        "site_kind": [PARCEL] * len(parcels),
        "fixed_cny": opening_cost(parcels, move),
    }
    return _framed(columns, np.asarray(shapely.points(parcels["lon"].astype(float), parcels["lat"].astype(float)), dtype=object))


def opening_cost(parcels: pd.DataFrame, move: Move) -> NDArray[np.float64]:
    """What opening a parcel costs before anybody moves, 元: the site itself, levelling by slope, and land where it is not in the price of a person.

    Unknown slope or area counts as none: a parcel has both.
    """
    area, slope = (np.nan_to_num(_number(parcels, name)) for name in ("area_m2", "slope_mean_deg"))
    levelling = float(move.levelling_cny_per_m2.value) + float(move.levelling_cny_per_m2_deg.value) * slope
    return np.asarray(float(move.site_fixed_cny.value) + area * (levelling + float(move.land_cny_per_m2.value)))


def _framed(columns: Mapping[str, object], places: NDArray[np.object_]) -> gpd.GeoDataFrame:
    values = {name: list(cast("Iterable[object]", columns[name])) if name in columns else [pd.NA] * len(places) for name in COLUMNS}
    return gpd.GeoDataFrame(pd.DataFrame(values).astype(COLUMNS), geometry=gpd.GeoSeries(places, crs=STORAGE_CRS))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)


def _number(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return pd.to_numeric(_column(frame, name)).to_numpy(dtype=float, na_value=np.nan)
