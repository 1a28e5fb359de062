"""Where things are: zones, declared coordinate systems, the map offsets of China, and layers that lie off.

`zones` knows every CGCS2000 projected zone and picks the metric CRS; `declared` turns what an operator writes (`EPSG:4545`, `gcj02`, `国家2000`)
into a `Declared`; `mapshift` holds the GCJ-02 and BD-09 formulas; `offset` finds a layer in another map datum than a reference, `constant` one that lies a constant distance off for any other reason.
"""

from __future__ import annotations

from layers.crs.constant import offset_warning
from layers.crs.declared import Declared, declare, magnitude_hint, parse_crs, to_storage
from layers.crs.mapshift import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from layers.crs.offset import Offset, constant_offset, datum_warning
from layers.crs.zones import STORAGE_CRS, Zone, metric_crs, zone_of

__all__ = [
    "STORAGE_CRS",
    "Declared",
    "Offset",
    "Zone",
    "bd09_to_wgs84",
    "constant_offset",
    "datum_warning",
    "declare",
    "gcj02_to_wgs84",
    "magnitude_hint",
    "metric_crs",
    "offset_warning",
    "parse_crs",
    "to_storage",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "zone_of",
]
