"""How many people fit on land: floor area a person, storeys, building coverage, and what facilities, roads and green take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.sites.plan_rules import Parcel


def people_on(area_m2: ArrayLike, rules: Parcel) -> NDArray[np.int64]:
    """People who fit on buildable land, rounded down.

    people = area × (1 - facility_share - green_road_share) × coverage_share × storeys / floor_m2_per_person

    Args:
        area_m2: buildable land in m² (n,); not finite or negative: nobody.
        rules: the section `parcel` of a site set.
    """
    area = np.nan_to_num(np.asarray(area_m2, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    # A hair is added, so that 24.999999999 people who are 25 by the rules are 25.
    return np.floor(np.maximum(area, 0.0) * rules.people_per_m2 + 1e-9).astype(np.int64)


def households_on(area_m2: ArrayLike, rules: Parcel) -> NDArray[np.int64]:
    """Households of `people_per_household` who fit on buildable land, rounded down."""
    return np.floor(people_on(area_m2, rules) / float(rules.people_per_household.value) + 1e-9).astype(np.int64)


def land_for(people: ArrayLike, rules: Parcel) -> NDArray[np.float64]:
    """Buildable land in m² that so many people need (n,)."""
    return np.asarray(people, dtype=np.float64) / rules.people_per_m2
