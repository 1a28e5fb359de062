"""How many households and people live in each group: counted from the register where there is one, else as the group list says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.names import REGISTERED_TYPES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

COUNTS = ("households_count", "people_count", "registered_households_count")
"""The three counts of a group, a settlement or an area."""

REGISTER, ATTRIBUTE = "register", "attribute"


def count_people(groups: gpd.GeoDataFrame, households: pd.DataFrame | None = None, matches: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """The groups with counts that hold each household once.

    A relocated household is counted at its settlement (`count_settled`), not in the group that it left. A count that the register cannot give
    (a household without its number of people, or of unknown type) is taken from the group list; what neither knows stays missing.
    A register that lists only poor households says nothing about how many live in a group: then it gives `registered_households_count` alone.

    Args:
        groups: layer `groups`.
        households: layer `households`, or None where there is no register.
        matches: `household_code, group_code` where the register was matched to groups; else the register's own `group_code` counts.

    Returns:
        The groups with `households_count`, `people_count`, `registered_households_count` (Int64) and, for each, where it comes from in
        `households_basis`, `people_basis`, `registered_basis` (`register`, `attribute` or missing).
    """
    counts = _from_register(_placed(households, matches)) if households is not None else _from_register(None)
    at_home = counts.reindex(groups["group_code"].astype("string"))
    result = groups.copy()
    for name in COUNTS:
        attribute = _integers(groups, name)
        counted = at_home[name].set_axis(groups.index)
        result[name] = counted.fillna(attribute)
        result[name.replace("_households_count", "_count").replace("_count", "_basis")] = _basis(counted, attribute)
    return result


def count_settled(households: pd.DataFrame) -> pd.DataFrame:
    """Relocated households by settlement: `settlement_code` (missing where none is known) and the three counts.

    With `count_people` and the households that no group could be found for, these add up to the register.
    """
    moved = _measures(households[_true(households, "relocated")])
    code = moved["settlement_code"] if "settlement_code" in moved else pd.Series(pd.NA, index=moved.index)
    return _sums(moved, code.astype("string")).rename_axis("settlement_code").reset_index()


def _basis(counted: pd.Series, attribute: pd.Series) -> pd.Series:
    known = pd.Series(ATTRIBUTE, index=attribute.index, dtype="string").mask(counted.notna(), REGISTER)
    return known.mask(counted.isna() & attribute.isna())


def _placed(households: pd.DataFrame, matches: pd.DataFrame | None) -> pd.DataFrame:
    """The register with the group that each household was matched to."""
    if matches is None:
        return households
    found = matches.drop_duplicates("household_code").set_index("household_code")["group_code"].astype("string")
    return households.assign(group_code=households["household_code"].map(found).astype("string"))


def _from_register(households: pd.DataFrame | None) -> pd.DataFrame:
    """Counts by group code; a group that the register does not know is not in the index."""
    empty = pd.DataFrame({name: pd.Series(dtype="Int64") for name in COUNTS}, index=pd.Index([], dtype="string"))
    if households is None or "group_code" not in households or households.empty:
        return empty
    known = _measures(households[households["group_code"].notna()])
    if known.empty:
        return empty
    stay = ~_true(known, "relocated")
    known.loc[~stay, list(COUNTS)] = 0
    counts = _sums(known, known["group_code"].astype("string"))
    if not _lists_everyone(households):
        counts = counts.assign(households_count=_none(len(counts)), people_count=_none(len(counts)))
    return counts


def _lists_everyone(households: pd.DataFrame) -> bool:
    """Whether the register holds ordinary households too; one without any types is taken for a plain household list."""
    if "household_type" not in households:
        return True
    kinds = households["household_type"]
    return bool(kinds.isna().all() or kinds.eq("general").any())


def _measures(households: pd.DataFrame) -> pd.DataFrame:
    """Each household with what it adds to the three counts; an unknown stays missing."""
    kinds = households["household_type"].astype("string") if "household_type" in households else pd.Series(pd.NA, households.index, dtype="string")
    registered = kinds.isin(list(REGISTERED_TYPES)).astype("Int64").mask(kinds.isna())
    return households.assign(
        households_count=pd.Series(1, index=households.index, dtype="Int64"),
        people_count=_integers(households, "people_count"),
        registered_households_count=registered,
    )


def _sums(rows: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Sums by key; one unknown makes the whole sum unknown."""
    grouped = rows[list(COUNTS)].groupby(key.to_numpy(), dropna=False, sort=True)
    whole = grouped.sum().astype("Int64")
    gaps = rows[list(COUNTS)].isna().groupby(key.to_numpy(), dropna=False, sort=True).any()
    sums = whole.mask(gaps)
    return sums.set_axis(pd.Index(sums.index, dtype="string"))


def _true(frame: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    if name not in frame:
        return np.zeros(len(frame), dtype=bool)
    return frame[name].astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def _integers(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame:
        return pd.Series(pd.NA, index=frame.index, dtype="Int64")
    return frame[name].astype("Int64")


def _none(length: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([pd.NA] * length, dtype="Int64")
