"""Where each household of the register is counted: the line by which an office checks that nothing was lost and nothing counted twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from gis.gaps.population import ATTRIBUTE

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Balance:
    """Households of a register: `register = in_groups + settled + unplaced`.

    Attributes:
        register: Households in the register.
        in_groups: Those that live in the group they belong to.
        settled: Those that were relocated, counted at their settlement.
        unplaced: Those that no group could be found for.
        listed_groups: Groups whose households are counted by the group list, because the register does not know them or lists the poor alone.
        listed: Households of these groups, as far as the list says.
    """

    register: int
    in_groups: int
    settled: int
    unplaced: int
    listed_groups: int
    listed: int

    def as_dict(self) -> dict[str, int]:
        """The numbers by name."""
        return asdict(self)


def balance(groups: gpd.GeoDataFrame, households: pd.DataFrame | None) -> Balance:
    """Add up the register.

    Args:
        groups: What `count_people` returned, with `households_count` and `households_basis`.
        households: Layer `households` with the `group_code` that each was matched to; None where there is no register.
    """
    by_list = groups["households_basis"].eq(ATTRIBUTE).fillna(value=False)
    listed = int(groups.loc[by_list, "households_count"].sum())
    if households is None:
        return Balance(0, 0, 0, 0, int(by_list.sum()), listed)
    moved = households["relocated"].astype("boolean").fillna(value=False)
    placed = households["group_code"].notna()
    return Balance(
        register=len(households),
        in_groups=int((placed & ~moved).sum()),
        settled=int(moved.sum()),
        unplaced=int((~placed & ~moved).sum()),
        listed_groups=int(by_list.sum()),
        listed=listed,
    )
