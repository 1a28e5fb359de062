"""What all services look at: the groups in metres, the layers in the same metres, and the dates of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.gaps.areas import areas_of
from gis.gaps.nearest import apart
from gis.gaps.texts import text
from layers.crs import metric_crs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.terrain import Terrain

POLYGONAL = (3, 6)  # shapely type ids of polygon and multipolygon


@dataclass(frozen=True, eq=False)
class Scene:
    """The input of one assessment.

    Attributes:
        groups: layer `groups` in EPSG:4490 with counts; n rows.
        layers: the other layers by name; a layer that is not there was not handed over.
        crs: the metric CRS of all distances.
        dem: heights, or None.
    """

    groups: gpd.GeoDataFrame
    layers: Mapping[str, pd.DataFrame]
    crs: CRS
    dem: Terrain | None = None
    _cache: dict[str, NDArray[np.object_]] = field(default_factory=dict, init=False, repr=False)

    @property
    def size(self) -> int:
        """Number of groups."""
        return len(self.groups)

    @cached_property
    def places(self) -> NDArray[np.object_]:
        """The groups' geometries in metres; None where a group has no place."""
        return _metric(self.groups, self.crs)

    @cached_property
    def points(self) -> NDArray[np.object_]:
        """The middle of each group in metres."""
        return np.asarray(shapely.centroid(self.places), dtype=object)

    @cached_property
    def located(self) -> NDArray[np.bool_]:
        """Which groups have a place."""
        return np.asarray(~shapely.is_missing(self.places), dtype=bool)

    @cached_property
    def areal(self) -> NDArray[np.bool_]:
        """Which groups are outlines, not points."""
        return np.isin(shapely.get_type_id(self.places), POLYGONAL)

    @cached_property
    def areas(self) -> pd.DataFrame:
        """The county's units (`areas_of`)."""
        return areas_of(self.layers)

    @cached_property
    def dates(self) -> NDArray[np.object_]:
        """Every data date of every layer, in order; codes of `date_codes` point into it, its length means none."""
        columns = [frame["data_date"].dropna().unique() for frame in (self.groups, *self.layers.values()) if "data_date" in frame]
        return np.array(sorted({str(date) for dates in columns for date in dates}), dtype=object)

    @cached_property
    def group_dates(self) -> NDArray[np.int32]:
        """Date code of each group."""
        return self._codes(self.groups)

    def has(self, layer: str) -> bool:
        """Whether the layer was handed over; it may be empty."""
        return layer in self.layers

    def frame(self, layer: str) -> pd.DataFrame:
        """The layer, or an empty frame where it was not handed over."""
        return self.layers[layer] if layer in self.layers else gpd.GeoDataFrame(geometry=[], crs=self.groups.crs)

    def metric(self, layer: str) -> NDArray[np.object_]:
        """The layer's geometries in metres; None where a feature has none."""
        if layer not in self._cache:
            self._cache[layer] = _metric(self.frame(layer), self.crs)
        return self._cache[layer]

    def distance_to(self, layer: str, row: NDArray[np.int64]) -> NDArray[np.float64]:
        """Metres from each group to the given row of a layer; NaN for row -1 or where either has no place."""
        targets = np.append(self.metric(layer), [None])
        return apart(self.points, targets[row])

    def date_codes(self, layer: str) -> NDArray[np.int32]:
        """Date code of each feature of the layer."""
        return self._codes(self.frame(layer))

    def date_texts(self, codes: NDArray[np.int32]) -> Any:
        """Date codes as ISO text; missing where there is none."""
        return text(list(self.dates), np.where(codes < len(self.dates), codes, -1))

    def _codes(self, frame: pd.DataFrame) -> NDArray[np.int32]:
        none = len(self.dates)
        if "data_date" not in frame or none == 0:
            return np.full(len(frame), none, dtype=np.int32)
        codes = pd.Categorical(frame["data_date"].astype("string"), categories=pd.Index(self.dates, dtype="string")).codes.astype(np.int32)
        return np.where(codes < 0, none, codes).astype(np.int32)


def make_scene(groups: gpd.GeoDataFrame, layers: Mapping[str, pd.DataFrame], dem: Terrain | None = None) -> Scene:
    """The scene of these groups, measured in the metric CRS that most of them call for."""
    return Scene(groups, {name: frame for name, frame in layers.items() if name != "groups"}, metric_crs(groups), dem)


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as floats; NaN where a value, or the whole column, is missing."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(frame[column].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def words(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """A column as text; missing where the whole column is."""
    if column not in frame:
        return pd.Series(pd.NA, index=frame.index, dtype="string")
    return frame[column].astype("string")


def flags(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """A yes/no column in its two bounds: surely true, and possibly true."""
    if column not in frame:
        return np.zeros(len(frame), dtype=bool), np.ones(len(frame), dtype=bool)
    values = frame[column].astype("boolean")
    return values.fillna(value=False).to_numpy(dtype=bool), values.fillna(value=True).to_numpy(dtype=bool)


def one_of(frame: pd.DataFrame, column: str, accepted: tuple[str, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a choice is among the accepted ones: surely, and possibly (it is missing)."""
    values = words(frame, column)
    sure = values.isin(list(accepted)).to_numpy(dtype=bool)
    return sure, sure | values.isna().to_numpy(dtype=bool)


def rows_of(codes: pd.Series[Any], keys: pd.Series[Any]) -> NDArray[np.int64]:
    """For each code the first row with that key; -1 where the code is missing or no row has it."""
    places = np.flatnonzero((keys.notna() & ~keys.duplicated()).to_numpy(dtype=bool))
    hit = pd.Index(keys.iloc[places].astype("string")).get_indexer(pd.Index(codes.astype("string")))
    hit[codes.isna().to_numpy(dtype=bool)] = -1
    return np.where(hit >= 0, np.append(places, -1)[hit], -1).astype(np.int64)


def _metric(frame: pd.DataFrame, crs: CRS) -> NDArray[np.object_]:
    """Geometries of a geoframe in a metric CRS; None where one is empty or lies where the CRS has no place for it."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return np.full(len(frame), None, dtype=object)
    there = frame.geometry if frame.crs is None else frame.geometry.to_crs(crs)
    geometries = np.array(there.array, dtype=object)
    geometries[~np.isfinite(shapely.bounds(geometries)).all(axis=1)] = None
    return geometries
