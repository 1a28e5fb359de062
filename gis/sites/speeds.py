"""What the travel section of a site set says, in the words of `gis.travel`."""

from __future__ import annotations

from math import inf, radians, tan
from typing import TYPE_CHECKING

from gis.travel import Speeds, WalkModel

if TYPE_CHECKING:
    import pandas as pd

    from gis.sites.travel_rules import Travel

HARDENED = ("cement_concrete", "asphalt", "paved")
_PACES = {"national": "main", "provincial": "main", "county": "county"}
"""Whose speed hardened roads of a class have; other hardened roads have that of their surface."""
_STEEPEST_DEG = 89.0


def walk_of(travel: Travel) -> WalkModel:
    """How fast one walks."""
    steepest = float(travel.walk_slope_max_deg.value)
    by = travel.langmuir
    return WalkModel(
        kind=travel.walk.value,
        flat_kmh=float(travel.flat_km_h.value),
        b=float(by.b.value),
        c=float(by.c.value),
        d=float(by.d.value),
        lambda_=float(by.lambda_factor.value),
        slope_factor=float(by.slope_factor.value),
        slope_max=tan(radians(steepest)) if steepest < _STEEPEST_DEG else inf,
    )


def speeds_of(travel: Travel) -> Speeds:
    """What slows walkers down, and how fast roads are (roads as `with_paces` gives them)."""
    water = {"water": inf} if travel.water_bars.value else {}
    hardened, gravel, earth = (float(value.value) for value in (travel.hardened_km_h, travel.gravel_km_h, travel.earth_km_h))
    return Speeds(
        land_factor={**travel.cover.by_kind(), **water},
        road_kmh={
            **dict.fromkeys(HARDENED, hardened),
            **dict.fromkeys(("block", "gravel"), gravel),
            **dict.fromkeys(("earth", "unpaved"), earth),
            "main": float(travel.main_km_h.value),
            "county": float(travel.county_km_h.value),
        },
        unknown_land_factor=float(travel.cover.unknown.value),
        unknown_road_kmh=earth,
        river_factor=inf if travel.rivers_bar.value else 1.0,
    )


def with_paces(roads: pd.DataFrame) -> pd.DataFrame:
    """Roads whose `surface` says whose speed they have: that of their class where they are hardened and the class has one."""
    if "surface" not in roads or "road_class" not in roads:
        return roads
    by_class = roads["road_class"].map(_PACES).astype("string")
    fast = roads["surface"].isin(HARDENED) & by_class.notna()
    return roads.assign(surface=roads["surface"].astype("string").mask(fast, by_class))
