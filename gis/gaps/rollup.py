"""Totals by village, township and county: each level sums to the next, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.gaps.areas import UNITS, place_groups, unit_rows
from gis.gaps.levels import VERDICTS
from gis.gaps.scene import numbers
from layers.names import SERVICES

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEASURES = {"groups": "", "households": "households_count", "people": "people_count", "registered": "registered_households_count"}
"""What is counted, and the column that counts it (groups count themselves)."""
TOTAL_COLUMNS = (
    *(f"{measure}_{kind}" for measure in MEASURES for kind in (*VERDICTS, "total")),
    "near_miss_groups",
    "conflict_groups",
    "missing_count_groups",
)
ROLLUP_COLUMNS = ("service", "level", "area_code", "area_name", "parent_code", *TOTAL_COLUMNS)


def rollup(coverage: pd.DataFrame, groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Totals of every service for every unit.

    A group that `coverage` does not judge counts as unknown. A missing count adds nothing to the households, people or registered households, and
    the group is counted in `missing_count_groups`.

    Args:
        coverage: result of `assess`.
        groups: with the counts that are to be summed (`Assessment.groups`).
        areas: `code, name, level, parent_code` (`areas_of`); units without groups are rows of zeros.

    Returns:
        `ROLLUP_COLUMNS`: text as `string`, counts as `Int64`; by service, level (county, township, village) and code. Groups without a unit stand
        under a unit whose code begins with `-` and whose name is （未归属）.
    """
    groups = groups.reset_index(drop=True)
    placed = place_groups(groups, areas)
    units = unit_rows(placed, areas)
    services = [service for service in SERVICES if (coverage["service"] == service).any()]
    parts = [_service_rows(coverage[coverage["service"] == service], service, groups, placed, units) for service in services]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="Int64" if name in TOTAL_COLUMNS else "string") for name in ROLLUP_COLUMNS})
    return pd.concat(parts, ignore_index=True)


def _service_rows(coverage: pd.DataFrame, service: str, groups: pd.DataFrame, placed: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    judged = coverage.drop_duplicates("group_code").set_index("group_code").reindex(pd.Index(groups["group_code"].astype("string")))
    weights = _weights(judged, groups)
    parts = []
    for level in UNITS:
        rows = units[units["level"] == level]
        at = pd.Index(rows["code"]).get_indexer(pd.Index(placed[f"{level}_code"]))
        sums = {name: np.bincount(at, weights=weight, minlength=len(rows)).astype(np.int64) for name, weight in weights.items()}
        named = {"service": service, "level": rows["level"].array, "area_code": rows["code"].array, "area_name": rows["name"].array}
        frame = pd.DataFrame({**named, "parent_code": rows["parent_code"].array, **sums})
        parts.append(frame.astype({"service": "string", **dict.fromkeys(TOTAL_COLUMNS, "Int64")}))
    return pd.concat(parts, ignore_index=True)[list(ROLLUP_COLUMNS)]


def _weights(judged: pd.DataFrame, groups: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """What each group adds to each total."""
    verdict = judged["verdict"].fillna("unknown").to_numpy(dtype=object)
    weights: dict[str, NDArray[np.float64]] = {}
    for measure, column in MEASURES.items():
        count = np.nan_to_num(numbers(groups, column)) if column else np.ones(len(groups))
        weights |= {f"{measure}_{kind}": np.where(verdict == kind, count, 0.0) for kind in VERDICTS}
        weights[f"{measure}_total"] = count
    weights["near_miss_groups"] = _ones(judged["near_miss"])
    weights["conflict_groups"] = _ones(judged["conflict"])
    weights["missing_count_groups"] = np.isnan(numbers(groups, "households_count")).astype(np.float64)
    return weights


def _ones(flag: pd.Series[Any]) -> NDArray[np.float64]:
    return np.asarray(flag.astype("boolean").fillna(value=False).to_numpy(dtype=bool), dtype=np.float64)
