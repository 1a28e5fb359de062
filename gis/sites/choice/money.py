"""What letting a group stay and moving it cost the public, beside the road: from the site set, 元."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.sites.plan_rules import Move, Stay

    Floats = NDArray[np.float64]

SERVICES = ("safe_water", "power")
"""What has to be made good where people stay."""


class Size(NamedTuple):
    """Households and people of each group; what nobody counted is reckoned from the other with the usual size of a household, NaN if both are missing."""

    households: Floats
    people: Floats


def size_of(groups: pd.DataFrame, people_per_household: float) -> Size:
    """Households and people of each group.

    Args:
        groups: `households_count`, `people_count`.
        people_per_household: the usual size.
    """
    households, people = (pd.to_numeric(groups[name]).to_numpy(dtype=float, na_value=np.nan) for name in ("households_count", "people_count"))
    return Size(
        np.where(np.isnan(households), np.ceil(people / people_per_household), households),
        np.where(np.isnan(people), households * people_per_household, people),
    )


def stay_costs(codes: Sequence[str], size: Size, coverage: pd.DataFrame, stay: Stay) -> Floats:
    """Water and power for those who lack them, and what else the set counts, by household. What is unknown or met costs nothing.

    Args:
        codes: of the groups.
        size: of the groups.
        coverage: verdicts of all services.
        stay: of the site set.
    """
    price = np.full(len(codes), float(stay.other_cny_per_household.value))
    for service, each in zip(SERVICES, (stay.water_cny_per_household, stay.power_cny_per_household), strict=True):
        price += lacking(codes, coverage, service, "lacking") * float(each.value)
    return price * np.nan_to_num(size.households)


def lacking(codes: Sequence[str], coverage: pd.DataFrame, service: str, status: str) -> NDArray[np.bool_]:
    """Groups whose service is judged so, whether they are in its programme or not."""
    rows = coverage[(coverage["service"] == service) & (coverage["status"] == status)]
    return pd.Series(list(codes), dtype="string").isin(rows["group_code"].astype("string")).to_numpy(dtype=bool)


def move_costs(size: Size, move: Move) -> Floats:
    """House, land and what belongs to it for every person; clearing the old homestead, less what its quota brings as far as that is counted. Never below 0.

    Args:
        size: of the groups; NaN where nobody counted them.
        move: of the site set.
    """
    income = float(move.reclaim_income_cny_per_m2.value) * float(move.reclaim_counted_share.value)
    homestead = float(move.homestead_m2_per_household.value) * (float(move.reclaim_cost_cny_per_m2.value) - income)
    return np.maximum(0.0, size.people * float(move.cost_cny_per_person.value) + size.households * homestead)
