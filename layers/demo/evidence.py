"""What the planted roads mean for each group: the truth that a good reader of the files has to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.demo.roads import HARDENED, covered, eligible, reach_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from layers.demo.grid import Mask
    from layers.demo.manifest import Fault

CUT_OFF = ("road_break", "road_isolated")
DOUBTFUL = ("road_gap_doubt", "road_no_surface")


def connected(roads: gpd.GeoDataFrame, faults: Iterable[Fault], *, certain: bool) -> Mask:
    """Roads that are hardened, built, and joined to the network; with `certain`, doubtful joints and unknown surfaces do not count."""
    out = {fault.codes[0] for fault in faults if fault.kind in CUT_OFF}
    doubt = {code for fault in faults for code in _own(fault)}
    hard = roads["surface"].isin(HARDENED)
    usable = hard if certain else hard | roads["surface"].isna()
    skip = roads["road_code"].isin(out | doubt if certain else out)
    return np.asarray(usable & (roads["status"] == "existing") & ~skip)


def _own(fault: Fault) -> tuple[str, ...]:
    """The roads that a doubtful fault puts in doubt (a gap names the parent too, which stays certain)."""
    if fault.kind not in DOUBTFUL:
        return ()
    return fault.codes if fault.kind == "road_no_surface" else fault.codes[:1]


def lacking(roads: gpd.GeoDataFrame, groups: pd.DataFrame, faults: Iterable[Fault]) -> Mask:
    """Groups of the programme that no connected hardened road reaches even in the best case."""
    best = connected(roads, faults, certain=False)
    return eligible(groups) & ~covered(reach_table(roads, groups), best, len(groups))


def met(roads: gpd.GeoDataFrame, groups: pd.DataFrame, faults: Iterable[Fault]) -> Mask:
    """Groups that a connected hardened road reaches for certain."""
    return covered(reach_table(roads, groups), connected(roads, faults, certain=True), len(groups))
