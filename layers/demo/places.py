"""The real names: townships and villages of the county, and roughly where the townships lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.codes import area_names

if TYPE_CHECKING:
    from layers.demo.grid import Floats

ROUGHLY: dict[str, tuple[float, float]] = {
    "522326001": (106.10, 25.18),
    "522326002": (106.07, 25.16),
    "522326003": (106.12, 25.24),
    "522326004": (106.12, 25.16),
    "522326101": (105.94, 25.20),
    "522326102": (106.13, 25.37),
    "522326103": (106.31, 25.26),
    "522326104": (106.44, 25.24),
    "522326105": (106.41, 25.36),
    "522326107": (106.02, 25.31),
    "522326108": (106.12, 24.98),
    "522326109": (106.27, 25.37),
    "522326110": (106.22, 25.07),
    "522326111": (106.32, 25.16),
    "522326112": (106.38, 25.08),
    "522326206": (106.00, 25.09),
}
"""Longitude and latitude of townships to about five kilometres: from published descriptions (“27 km north-east of the county seat”, neighbours), not surveyed.

Counties without a sketch are laid out by code.
"""


def list_villages(county_code: str, *, most: int) -> pd.DataFrame:
    """Villages with the township they belong to, at most about `most`, spread over the townships.

    Returns:
        `village_code, village_name, township_code, township_name, community` (居委会: lies in the town), in order of code.
    """
    areas = area_names(county_code)
    towns = areas[areas["level"] == "township"].set_index("code")["name"]
    villages = areas[areas["level"] == "village"]
    frame = pd.DataFrame(
        {
            "village_code": villages["code"].astype(str),
            "village_name": villages["name"].str.replace(r"(居民|村民)?委员会$|(居|村)委会$", "", regex=True).astype(str),
            "township_code": villages["parent_code"].astype(str),
            "township_name": villages["parent_code"].map(towns).astype(str),
        }
    )
    frame["community"] = frame["village_code"].str[9:].astype(int) < 200
    return _limit(frame, most).sort_values("village_code", ignore_index=True)


def _limit(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    codes = frame["township_code"].unique()
    keep = codes[: int(np.clip(round(most / 8), 2, len(codes)))]
    chosen = frame[frame["township_code"].isin(keep)].sort_values(["community", "village_code"])
    return chosen.groupby("township_code").head(max(2, most // len(keep)))


def sketch(township_codes: list[str], bounds: tuple[float, float, float, float]) -> Floats:
    """Longitude and latitude (n, 2) near which townships are laid out; a lattice over the bounds where there is no sketch."""
    if all(code in ROUGHLY for code in township_codes) and _inside(township_codes, bounds):
        return np.array([ROUGHLY[code] for code in township_codes])
    side = int(np.ceil(np.sqrt(len(township_codes))))
    row, col = np.divmod(np.arange(len(township_codes)), side)
    west, south, east, north = bounds
    return np.column_stack((west + (col + 0.5) / side * (east - west), north - (row + 0.5) / side * (north - south)))


def _inside(codes: list[str], bounds: tuple[float, float, float, float]) -> bool:
    points = np.array([ROUGHLY[code] for code in codes])
    return bool((points >= bounds[:2]).all() and (points <= bounds[2:]).all())
