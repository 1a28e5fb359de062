"""What an operator or a file says about its coordinates, and the way from there to EPSG:4490.

`EPSG:4545`, `gcj02`, `百度`, `国家2000`, `WGS84`, `CGCS2000 3度带 中央经线108` … become a `Declared`: a CRS and, where a map service has shifted
the coordinates, the name of the shift. Magnitudes of numbers never decide; they only help the sentence that asks for a declaration.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.crs.mapshift import Floats, Pair, bd09_to_wgs84, gcj02_to_wgs84
from layers.crs.zones import CHINA, STORAGE_CRS, ZONES, Zone, zone_of
from layers.errors import InputError

Shift: TypeAlias = Literal["", "gcj02", "bd09"]

_WORDS: dict[str, str] = {
    "gcj02": "gcj02 gcj 火星 火星坐标 火星坐标系 国测局 国测局坐标 高德 腾讯 高德坐标 腾讯坐标 奥维",
    "bd09": "bd09 bd09ll baidu 百度 百度坐标 百度坐标系 百度地图",
    "cgcs2000": "cgcs2000 cgcs 国家2000 国家大地2000 大地2000 2000国家大地坐标系 国家2000坐标系 2000坐标系 国家大地坐标系2000 国家大地坐标系",
    "wgs84": "wgs84 wgs gps 经纬度 gps坐标 wgs84坐标系 crs84 lonlat",
}
_NAMED: dict[str, str] = {word: name for name, words in _WORDS.items() for word in words.split()}
_OLD_DATUMS = {"Xian 1980": "西安80", "Beijing 1954": "北京54", "New Beijing": "新北京54"}
WAYS = "EPSG:4490（国家2000经纬度）、EPSG:4544（国家2000，3度带，中央经线105°E，不带带号）、wgs84、gcj02（高德、腾讯、奥维）、bd09（百度）"
"""Examples for sentences that ask for a declaration."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A coordinate system as declared: the CRS in which the numbers are written, the map service's shift on top, and the words used."""

    crs: CRS
    shift: Shift = ""
    text: str = ""

    @property
    def label(self) -> str:
        """For people: `GCJ-02`, `BD-09` or `EPSG:4545`."""
        if self.shift:
            return {"gcj02": "GCJ-02", "bd09": "BD-09"}[self.shift]
        code = self.crs.to_epsg()
        return f"EPSG:{code}" if code else str(self.crs.name)

    @property
    def old_datum(self) -> str:
        """`西安80`, `北京54`: datums whose parameters to CGCS2000 are not public, so that a metre-exact way does not exist here; else empty."""
        datum = self.crs.datum or (self.crs.source_crs.datum if self.crs.source_crs else None)
        name = datum.name if datum else ""
        return next((label for english, label in _OLD_DATUMS.items() if name.startswith(english)), "")


def parse_crs(text: str) -> Declared:
    """The coordinate system that these words declare.

    Accepts `EPSG:n` (or the bare number), `gcj02`, `bd09`, `cgcs2000`, `wgs84`, their Chinese names, and surveyors' words for a Gauss-Krüger zone:
    `3度带 中央经线108` (no zone number in the easting) or `3度带 36带` / `3度带 带号36` (with the number).

    Raises:
        InputError: the words declare nothing that is known; the sentence gives examples.
    """
    word = re.sub(r"[\s\-_／/]+", "", unicodedata.normalize("NFKC", text)).casefold()
    named = _NAMED.get(word)
    if named in ("gcj02", "bd09"):
        return Declared(STORAGE_CRS, "gcj02" if named == "gcj02" else "bd09", text)
    if named:
        return Declared(STORAGE_CRS if named == "cgcs2000" else CRS.from_epsg(4326), "", text)
    if match := re.fullmatch(r"(?:epsg:?)?(\d{4,6})", word):
        return _from_epsg(int(match[1]), text)
    zone = _zone_words(word)
    if zone:
        return Declared(CRS.from_epsg(zone.epsg), "", text)
    raise InputError(f"看不懂坐标系“{text}”；请写成：{WAYS}。", value=text, expected=WAYS)


def declare(crs: CRS) -> Declared:
    """The declaration that a file itself makes by its .prj or metadata."""
    return Declared(crs, "", crs.to_string())


def _from_epsg(code: int, text: str) -> Declared:
    try:
        crs = CRS.from_epsg(code)
    except CRSError as error:
        raise InputError(f"没有编号为 EPSG:{code} 的坐标系；请写成：{WAYS}。", value=text, expected=WAYS) from error
    if not (crs.is_geographic or crs.is_projected):
        raise InputError(f"EPSG:{code}（{crs.name}）不是平面或经纬度坐标系；请写成：{WAYS}。", value=text, expected=WAYS)
    return Declared(crs, "", text)


def _zone_words(word: str) -> Zone | None:
    """`3度带中央经线108`, `六度带18带` → the zone; None where the words name none."""
    width = next((w for sign, w in (("3度", 3), ("三度", 3), ("6度", 6), ("六度", 6)) if sign in word), 0)
    if not width:
        return None
    meridian = re.search(r"(?:中央经线|中央子午线|cm)[:为]?(\d{2,3})", word)
    number = re.search(r"(?:带号|第)[:为]?(\d{2})|带[^0-9]*(\d{2})(?:带|$)", word)
    want = [
        zone
        for zone in ZONES.values()
        if zone.width == width
        and ((meridian and zone.meridian == int(meridian[1]) and not zone.prefixed) or (not meridian and number and _numbered(zone, number)))
    ]
    return want[0] if want else None


def _numbered(zone: Zone, match: re.Match[str]) -> bool:
    return zone.prefixed and zone.number == int(match[1] or match[2])


def to_storage(frame: gpd.GeoDataFrame, declared: Declared) -> gpd.GeoDataFrame:
    """The frame in EPSG:4490, lon/lat order, whatever CRS it carried: its numbers are read as `declared` says.

    CGCS2000 and WGS84 are taken as equal (they differ by centimetres to a decimetre). The frame given is not changed.
    """
    written = frame.set_crs(declared.crs, allow_override=True)
    if declared.shift:
        shapes = shapely.transform(np.asarray(written.geometry.array, dtype=object), lambda xy: _unshift(xy, declared.shift))
        return written.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=declared.crs)).set_crs(STORAGE_CRS, allow_override=True)
    return written.to_crs(STORAGE_CRS)


def _unshift(xy: Floats, shift: Shift) -> Floats:
    undo = gcj02_to_wgs84 if shift == "gcj02" else bd09_to_wgs84
    pair: Pair = undo(xy[:, 0], xy[:, 1])
    return np.column_stack(pair)


def magnitude_hint(x: npt.ArrayLike, y: npt.ArrayLike) -> str:
    """What numbers of unknown CRS look like, as a half-sentence for an error message; never a decision.

    Args:
        x: First coordinates (or eastings), any number of them.
        y: Second coordinates (or northings).
    """
    a, b = _middle(x), _middle(y)
    if a is None or b is None:
        return "没有可用的坐标数值"
    seen = f"坐标形如（{a:.10g}, {b:.10g}）"
    if abs(a) <= 180 and abs(b) <= 180:  # noqa: PLR2004 - degrees
        return seen + "，" + _degrees_hint(a, b)
    for east, north, order in ((a, b, ""), (b, a, "（先纵坐标后横坐标，与本工具的横、纵次序相反）")):
        if _grid(east, north):
            return seen + "，" + _grid_hint(east) + order
    return seen + "，不像经纬度，也不像国家2000的高斯投影坐标，可能是地方独立坐标系"


def _middle(values: npt.ArrayLike) -> float | None:
    numbers = np.asarray(values, dtype=float).ravel()
    numbers = numbers[np.isfinite(numbers)]
    return float(np.median(numbers)) if numbers.size else None


def _degrees_hint(lon: float, lat: float) -> str:
    west, south, east, north = CHINA
    if south <= lon <= north and west <= lat <= east:
        return "像经纬度，但经度与纬度的次序像是颠倒的"
    return "像经纬度：请声明 EPSG:4490（国家2000）、wgs84、gcj02（高德、腾讯、奥维）或 bd09（百度）"


def _grid(east: float, north: float) -> bool:
    prefix, rest = divmod(east, 1_000_000)
    return 1_800_000 <= north <= 6_000_000 and 100_000 <= rest <= 900_000 and (prefix == 0 or 13 <= prefix <= 45)  # noqa: PLR2004 - Chinese grids


def _grid_hint(east: float) -> str:
    number = int(east // 1_000_000)
    if number == 0:
        return "像高斯投影坐标，横坐标不带带号：请按中央经线声明，如 EPSG:4544（3度带，105°E）、EPSG:4545（3度带，108°E）、EPSG:4546（3度带，111°E）"
    fits = [zone for zone in ZONES.values() if zone.prefixed and zone.number == number]
    return "像带带号的高斯投影坐标：请核实后声明 " + "或".join(f"EPSG:{zone.epsg}（{zone.label}）" for zone in fits)


__all__ = ["WAYS", "Declared", "Shift", "declare", "magnitude_hint", "parse_crs", "to_storage", "zone_of"]
