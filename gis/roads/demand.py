"""Who asks for a road: the groups that a plan connects, and those that it leaves out, with the reason."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

SERVICE = "hardened_road"


class Wanted(StrEnum):
    """Why a group is in the plan, or why it is not."""

    LACKING = "lacking"  # in the programme, and without a hardened road
    INCLUDED_UNKNOWN = "included_unknown"  # not known to have one; taken in because the run asks for it
    INCLUDED_RELOCATION = "included_relocation"  # to be moved as a whole; taken in because the run asks for it
    UNKNOWN = "unknown"  # not known to have one: survey first
    RELOCATION = "relocation"  # to be moved as a whole: a road would be stranded
    INELIGIBLE = "ineligible"  # not in the programme (too small)
    NO_LOCATION = "no_location"  # nobody knows where it lies


IN_PLAN = frozenset({Wanted.LACKING, Wanted.INCLUDED_UNKNOWN, Wanted.INCLUDED_RELOCATION})
"""What makes a group one that the network must reach."""


def ask_for_roads(
    groups: gpd.GeoDataFrame, coverage: pd.DataFrame, *, include_unknown: bool = False, include_relocation: bool = False
) -> gpd.GeoDataFrame:
    """The groups without a sure hardened road, and what the plan does with each.

    Args:
        groups: groups with `group_code` and the counts that totals add up.
        coverage: verdicts as `gis.gaps.coverage.assess` returns them; only `hardened_road` is looked at.
        include_unknown: connect groups whose verdict is unknown too.
        include_relocation: connect groups that are to be moved as a whole too.

    Returns:
        The rows of `groups` whose road is not met, with `verdict` and `wanted` (a `Wanted`), in the order of `group_code`.
    """
    verdicts = coverage.loc[coverage["service"] == SERVICE].set_index("group_code")
    judged = groups.assign(**{name: groups["group_code"].map(verdicts[name]) for name in ("verdict", "status", "eligible_reason")})
    asked = judged[judged["verdict"].isin(["lacking", "unknown"]) | ((judged["verdict"] == "excluded") & (judged["status"] == "lacking"))]
    wanted = _wanted(asked, include_unknown=include_unknown, include_relocation=include_relocation)
    return asked.assign(wanted=wanted).drop(columns=["status", "eligible_reason"]).sort_values("group_code").reset_index(drop=True)


def _wanted(asked: gpd.GeoDataFrame, *, include_unknown: bool, include_relocation: bool) -> pd.Series:
    moves = asked["eligible_reason"] == "whole_relocation"
    nowhere = (asked.geometry.isna() | asked.geometry.is_empty).to_numpy()
    conditions = [
        nowhere,
        (asked["verdict"] == "lacking").to_numpy(dtype=bool),
        (asked["verdict"] == "unknown").to_numpy(dtype=bool),
        moves.fillna(value=False).to_numpy(dtype=bool),
    ]
    choices = [
        Wanted.NO_LOCATION,
        Wanted.LACKING,
        Wanted.INCLUDED_UNKNOWN if include_unknown else Wanted.UNKNOWN,
        Wanted.INCLUDED_RELOCATION if include_relocation else Wanted.RELOCATION,
    ]
    return pd.Series(np.select(conditions, [str(choice) for choice in choices], str(Wanted.INELIGIBLE)), index=asked.index, dtype="string")
