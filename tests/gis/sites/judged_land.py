"""Judged land from a mask: what the parcels are cut from, without the work of judging."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS

from gis.grid import Grid
from gis.sites.bands import EXCLUDED, UNJUDGED, band_names, coding_of, encode
from gis.sites.sets import SiteSet, load_site_set
from gis.sites.suitability import Suitability, from_bands

if TYPE_CHECKING:
    from collections.abc import Mapping

CELL = 30.0
GAUSS_KRUGER, UTM = CRS.from_epsg(4544), CRS.from_epsg(32651)
CORNERS = {4544: (560_000.0, 2_800_000.0), 32651: (400_000.0, 1_600_000.0)}


def rules_with(**parcel: float) -> SiteSet:
    """The usual set with other values for parcels."""
    return load_site_set(overrides={f"parcel.{name}": value for name, value in parcel.items()})


def judged_land(
    excluded: np.ndarray, rules: SiteSet, *, crs: CRS = GAUSS_KRUGER, cell: float = CELL, bit: int = 2, **measures: np.ndarray | float
) -> Suitability:
    """Land of which rule `bit` excludes cells; measures are even and good where none are given."""
    x0, y0 = CORNERS[crs.to_epsg() or 4544]
    grid = Grid(x0, y0, cell, *excluded.shape)
    mask = np.where(excluded, np.uint16(1 << bit), np.uint16(0))
    numbers = {name: np.zeros(excluded.shape, dtype=np.uint16) for name in (*EXCLUDED, *UNJUDGED)}
    numbers[EXCLUDED[0]] = mask
    usual: Mapping[str, float] = {"elevation": 800.0, "land": 5.0}
    for key, _, one in rules.criteria.listed():
        values = np.broadcast_to(np.asarray(measures.get(key, usual.get(key, 1.0 if key != "hazard" else 0.0)), dtype=np.float32), excluded.shape)
        numbers[key] = encode(values, coding_of(key, one))
    numbers["score"] = np.zeros(excluded.shape, dtype=np.uint16)
    assert set(band_names(rules)) <= set(numbers)
    return from_bands(numbers, grid, crs, rules)
