"""GCJ-02 and BD-09, the offsets of Chinese map services, against WGS84 (equal to CGCS2000 within a decimetre).

Forward formulas as published in every open implementation (Krasovsky ellipsoid, `a = 6378245`, `e² = 0.00669342162296594323`); the inverse is a
fixed-point iteration of the forward formula, exact to far below 1e-4 m. Outside the rectangle in which the services shift, all are the identity.
Arrays in, arrays out: longitudes and latitudes in degrees, any shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]

SHIFTED = (72.004, 0.8293, 137.8347, 55.8271)
"""The rectangle (west, south, east, north) in which map services shift."""
_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000.0 / 180.0
_ROUNDS = 8  # each round gains about three digits; three already give 3e-5 m


def _shifted(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = SHIFTED
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _wave(value: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(value)
    for amplitude, frequency in terms:
        total += amplitude * np.sin(value * frequency * np.pi)
    return total * (2.0 / 3.0)


def _gcj_forward(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root, ripple = np.sqrt(np.abs(x)), _wave(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += ripple + _wave(y, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _wave(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += ripple + _wave(x, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _wave(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    dlat = np.degrees(north / (_AXIS * (1.0 - _ECCENTRICITY2) / magic**1.5))
    dlon = np.degrees(east / (_AXIS / np.sqrt(magic) * np.cos(phi)))
    return lon + dlon, lat + dlat


def _baidu_forward(lon: Floats, lat: Floats) -> Pair:
    """GCJ-02 → BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_forward(lon: Floats, lat: Floats) -> Pair:
    return _baidu_forward(*_gcj_forward(lon, lat))


def _inverse(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        fx, fy = forward(x, y)
        x, y = x + lon - fx, y + lat - fy
    return x, y


def _where_shifted(convert: Callable[[Floats, Floats], Pair], lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    inside = _shifted(x, y)
    moved = convert(x[inside], y[inside])
    x[inside], y[inside] = moved
    return x, y


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """WGS84/CGCS2000 → GCJ-02, degrees; identity outside `SHIFTED`."""
    return _where_shifted(_gcj_forward, lon, lat)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """GCJ-02 → WGS84/CGCS2000, degrees, exact below 1e-4 m; identity outside `SHIFTED`."""
    return _where_shifted(lambda x, y: _inverse(_gcj_forward, x, y), lon, lat)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """WGS84/CGCS2000 → BD-09, degrees; identity outside `SHIFTED`."""
    return _where_shifted(_bd_forward, lon, lat)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """BD-09 → WGS84/CGCS2000, degrees, exact below 1e-4 m; identity outside `SHIFTED`."""
    return _where_shifted(lambda x, y: _inverse(_bd_forward, x, y), lon, lat)
