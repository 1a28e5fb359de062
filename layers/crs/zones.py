"""The projected zones of CGCS2000, and the metric CRS of a county.

EPSG codes run without gaps: 3-degree zones with the zone number before the easting 4513…4533 (zones 25…45), without it 4534…4554
(central meridians 75…135°E), 6-degree zones with number 4491…4501 (zones 13…23), without 4502…4512. EPSG declares the axes as
northing, easting (the surveyors' X is the northing); this project always works in x = easting, y = northing (`always_xy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS

STORAGE_CRS = CRS.from_epsg(4490)
CHINA = (73.4, 17.5, 135.1, 53.6)
"""Longitudes and latitudes (west, south, east, north) that hold China from Hainan to the Amur."""

EMPTY_METRIC = 4545
"""What `metric_crs` answers when there is nothing to measure; any metric CRS would do."""

Floats: TypeAlias = npt.NDArray[np.float64]
Place: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | Sequence[float] | Floats


@dataclass(frozen=True, slots=True)
class Zone:
    """One CGCS2000 Gauss-Krüger zone: its EPSG code, width in degrees, number, central meridian, and whether eastings carry the number."""

    epsg: int
    width: int
    number: int
    meridian: int
    prefixed: bool

    @property
    def label(self) -> str:
        """How Chinese offices call it: `3度带，中央经线108°E，不带带号`."""
        number = f"带号{self.number}在横坐标前" if self.prefixed else "横坐标不带带号"
        return f"CGCS2000 {self.width}度带，中央经线{self.meridian}°E，{number}"


def _zones() -> tuple[Zone, ...]:
    three = [(number, number * 3) for number in range(25, 46)]
    six = [(number, number * 6 - 3) for number in range(13, 24)]
    return (
        *(Zone(4491 + i, 6, n, m, prefixed=True) for i, (n, m) in enumerate(six)),
        *(Zone(4502 + i, 6, n, m, prefixed=False) for i, (n, m) in enumerate(six)),
        *(Zone(4513 + i, 3, n, m, prefixed=True) for i, (n, m) in enumerate(three)),
        *(Zone(4534 + i, 3, n, m, prefixed=False) for i, (n, m) in enumerate(three)),
    )


ZONES: dict[int, Zone] = {zone.epsg: zone for zone in _zones()}
"""All 64 zones by EPSG code."""


def zone_of(lon: float, *, width: int = 3, prefixed: bool = False) -> Zone:
    """The zone whose central meridian is nearest to a longitude (degrees); the western one on an edge, the outermost outside China."""
    candidates = [zone for zone in ZONES.values() if zone.width == width and zone.prefixed == prefixed]
    return min(candidates, key=lambda zone: (abs(zone.meridian - lon), zone.meridian))


def metric_crs(frame_or_bounds: Place) -> CRS:
    """The CRS in which lengths and areas of this place are measured.

    In China the CGCS2000 3-degree zone without prefix (EPSG:4534…4554) in which most features have their centre: one CRS for a county, since even
    at a zone's edge the scale error is below 50 cm per km, and clipping by zone would cut the county. Elsewhere the UTM zone of most features.

    Args:
        frame_or_bounds: A frame or series with a CRS (without one it is taken as lon/lat), or lon/lat bounds `(west, south, east, north)`.

    Returns:
        A projected CRS in metres; EPSG:4545 for an empty frame, where nothing is measured.
    """
    lon, lat = _centres(frame_or_bounds)
    if lon.size == 0:
        return CRS.from_epsg(EMPTY_METRIC)
    west, south, east, north = CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if inside.mean() >= 0.5:  # noqa: PLR2004 - a majority
        return CRS.from_epsg(_most_common(4534 + np.clip(np.ceil((lon[inside] - 1.5) / 3), 25, 45).astype(int) - 25))
    zone = np.clip(np.floor((lon + 180) / 6) + 1, 1, 60).astype(int)
    return CRS.from_epsg(_most_common(np.where(lat >= 0, 32600, 32700) + zone))


def _most_common(codes: npt.NDArray[np.int64]) -> int:
    values, counts = np.unique(codes, return_counts=True)
    return int(values[counts.argmax()])


def _centres(place: Place) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the features' centres; features without a geometry are left out."""
    if isinstance(place, gpd.GeoDataFrame | gpd.GeoSeries):
        boxes = place.geometry.to_crs(STORAGE_CRS).bounds.to_numpy() if _projected(place) else place.geometry.bounds.to_numpy()
    else:
        boxes = np.asarray(place, dtype=float).reshape(1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    return (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2


def _projected(place: gpd.GeoDataFrame | gpd.GeoSeries) -> bool:
    return place.crs is not None and not place.crs.is_geographic
