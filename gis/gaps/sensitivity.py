"""How far the answer hangs on the end distance, which no official text gives: the same groups under a range of thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.gaps.coverage import assess
from gis.gaps.scene import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from gis.standards import Standard

INDICATORS = {"reachable": "access", "hardened": "hardened", "standard": "standard"}
SENSITIVITY_COLUMNS = (
    "threshold_m", "met", "lacking", "lacking_high", "unknown", "excluded", "lacking_households", "lacking_households_high",
)  # fmt: skip


def sensitivity(
    layers: Mapping[str, pd.DataFrame],
    standard: Standard,
    thresholds: Sequence[float],
    *,
    outline: gpd.GeoDataFrame | None = None,
    anchors: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """`sensitivity_of` for a county that has not been assessed yet; the joins run once for all thresholds."""
    found = assess(layers, standard, services=["hardened_road"], outline=outline, anchors=anchors)
    return sensitivity_of(found.evidence, found.coverage, found.groups, standard, thresholds)


def sensitivity_of(
    evidence: pd.DataFrame, coverage: pd.DataFrame, groups: pd.DataFrame, standard: Standard, thresholds: Sequence[float]
) -> pd.DataFrame:
    """Verdicts for a range of end distances, from the distances that the evidence holds.

    Args:
        evidence: of `assess` (other services may be among them).
        coverage: of the same assessment.
        groups: with `households_count`.
        standard: the one that they were judged by.
        thresholds: end distances in metres to the middle of a group; the distance to an outline keeps its proportion to it.

    Returns:
        `SENSITIVITY_COLUMNS` in the order of the thresholds: groups by verdict; `lacking_high` counts the unknown ones as lacking too. At the
        set's own threshold the counts are those of `coverage`.
    """
    judged = coverage[(coverage["service"] == "hardened_road").to_numpy(dtype=bool)].set_index("group_code")
    indicator = INDICATORS[standard.road.required_level.value]
    asked = (evidence["service"] == "hardened_road") & (evidence["indicator"] == indicator)
    rows = evidence[asked.to_numpy(dtype=bool)].set_index("group_code").reindex(judged.index)
    by_code = pd.Series(np.nan_to_num(numbers(groups, "households_count")), index=pd.Index(groups["group_code"].astype("string")))
    households = np.asarray(by_code[~by_code.index.duplicated()].reindex(judged.index, fill_value=0.0), dtype=np.float64)
    base = float(standard.road.end_distance_point_m.value)
    counts = [_counts(rows, judged, households, threshold, base) for threshold in thresholds]
    table = pd.DataFrame(counts, columns=list(SENSITIVITY_COLUMNS))
    return table.astype({"threshold_m": "Float64", **dict.fromkeys(SENSITIVITY_COLUMNS[1:], "Int64")})


def _counts(rows: pd.DataFrame, judged: pd.DataFrame, households: NDArray[np.float64], threshold: float, base: float) -> tuple[float, ...]:
    """One row of the table."""
    sure, may, own = numbers(rows, "value"), numbers(rows, "asset_distance_m"), numbers(rows, "threshold")
    limit = own * (threshold / base) if base > 0 else np.full(len(own), threshold)
    yes, no = ((judged["eligible"] == state).to_numpy(dtype=bool) for state in ("yes", "no"))
    # No distance at all, and yet possibly met: there is no place to measure from, or no layer to measure to.
    blind = np.isnan(may) & (rows["level_high"] == "standard").to_numpy(dtype=bool)
    met = ~no & (sure <= limit)
    lacking = yes & ~(may <= limit) & ~blind
    unknown = ~no & ~met & ~lacking
    groups = (met, lacking, lacking | unknown, unknown, no)
    return (threshold, *(float(which.sum()) for which in groups), float(households[lacking].sum()), float(households[lacking | unknown].sum()))
