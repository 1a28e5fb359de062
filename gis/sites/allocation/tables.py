"""From groups and sites as frames to the numbers that the models take: who may go where, how far it is, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from layers.crs import metric_crs
from layers.errors import QueryError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.sites.allocation.terms import AllocationTerms

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

KM = 1000.0


class Tables(NamedTuple):
    """(groups, sites): metres (NaN unknown), minutes (NaN unknown), whether both lie in the same township, what moving costs, and where each may go.

    `far` and `other_township` say what forbids a place that is not allowed. `households`, `people` (groups,); `room`, `fixed` (sites,).
    """

    metres: Floats
    minutes: Floats
    same_township: Flags
    cny: Floats
    far: Flags
    other_township: Flags
    households: Floats
    people: Floats
    room: Floats
    fixed: Floats

    @property
    def allowed(self) -> Flags:
        """Where each group may go."""
        return ~self.far & ~self.other_township & np.isfinite(self.metres)

    def in_order(self, groups: NDArray[np.int64], sites: NDArray[np.int64]) -> Tables:
        """The same with groups and sites in another order."""
        places: Any = np.ix_(groups, sites)
        metres, minutes, same, cny, far, other = self[:6]
        return Tables(
            metres[places], minutes[places], same[places], cny[places], far[places], other[places],
            self.households[groups], self.people[groups], self.room[sites], self.fixed[sites],
        )  # fmt: skip


def make_tables(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, terms: AllocationTerms, minutes: Floats | None) -> Tables:
    """Measure all pairs.

    Raises:
        QueryError: a column is missing, or the minutes do not fit the frames.
    """
    _need(groups, "村民小组", ("group_code", "households_count", "people_count"))
    _need(sites, "地点", ("site_code", "site_kind", "capacity_households"))
    metres = _metres(groups, sites)
    times = np.full(metres.shape, np.nan) if minutes is None else np.asarray(minutes, dtype=np.float64)
    if times.shape != metres.shape:
        raise QueryError(f"时间表应为 {metres.shape[0]}×{metres.shape[1]}，现为 {'×'.join(map(str, times.shape))}。")
    same, known = _same_township(groups, sites)
    people = numbers(groups, "people_count")
    far = _beyond(metres, terms.distance_max_m) | _beyond(times, terms.minutes_max) | (_beyond(metres, terms.farm_m) & terms.farm_required)
    other = known & ~same & (terms.townships == "require")
    room = np.floor(numbers(sites, "capacity_households") * (1.0 - terms.reserve_share) + 1e-9)
    factor = np.where(known & ~same & (terms.townships == "prefer"), terms.cross_township_factor, 1.0)
    cny = people[:, None] * (terms.cny_per_person + terms.cny_per_person_km * np.nan_to_num(metres) / KM) * factor
    cny = cny + numbers(groups, "households_count")[:, None] * numbers(sites, "cny_per_household")[None, :]
    return Tables(metres, times, same, cny, far, other, numbers(groups, "households_count"), people, room, numbers(sites, "fixed_cny"))


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as numbers; what is missing counts nothing."""
    if column not in frame:
        return np.zeros(len(frame))
    return np.asarray(pd.to_numeric(frame[column]).astype("Float64").fillna(0.0), dtype=np.float64)


def _need(frame: pd.DataFrame, name: str, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in frame]
    if missing:
        raise QueryError(f"{name}缺少字段 {'、'.join(missing)}，无法分配。")


def _metres(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Floats:
    """Straight distance; NaN where one of the two has no location."""
    located = groups[~(groups.geometry.isna() | groups.geometry.is_empty)]
    if located.empty or sites.empty:
        return np.full((len(groups), len(sites)), np.nan)
    crs = metric_crs(located)
    ends = [frame.geometry.to_crs(crs).representative_point() for frame in (groups, sites)]
    x, y = ([np.asarray(getattr(end, axis), dtype=np.float64) for end in ends] for axis in ("x", "y"))
    return np.hypot(x[0][:, None] - x[1][None, :], y[0][:, None] - y[1][None, :])


def _same_township(groups: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> tuple[Flags, Flags]:
    """Whether both lie in the same township, and whether that is known: by code where both have one, else by name."""
    same, known = (np.zeros((len(groups), len(sites)), dtype=np.bool_) for _ in range(2))
    for column in ("township_code", "township_name"):
        if column in groups and column in sites:
            mine, theirs = (frame[column].astype("string").fillna("").to_numpy(dtype=object) for frame in (groups, sites))
            both = (mine != "")[:, None] & (theirs != "")[None, :] & ~known
            same |= both & (mine[:, None] == theirs[None, :])
            known |= both
    return same, known


def _beyond(values: Floats, limit: float | None) -> Flags:
    """Farther than allowed; what is not known is not."""
    return np.zeros(values.shape, dtype=np.bool_) if limit is None else values > limit
