"""What the relocation ledger says of each settlement: who came, how much floor they got, what became of the old houses and their land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gis.sites.columns import number, text

if TYPE_CHECKING:
    from gis.sites.plan_rules import Review
    from gis.sites.rules import SiteRules


def floor_per_person(settlements: pd.DataFrame, rules: SiteRules) -> pd.Series:
    """Floor area of the homes over the people they are for (n,), NA where either is not known.

    The homes are for the planned households, of the size of those that moved in; where nobody moved in yet, of `parcel.people_per_household`.
    Without a plan they are for those who live there.
    """
    planned, moved, people = (number(settlements, f"{name}_count") for name in ("planned_households", "moved_households", "moved_people"))
    usual = pd.Series(float(rules.parcel.people_per_household.value), index=settlements.index, dtype="Float64")
    size = (people / moved.mask(moved <= 0)).fillna(usual)
    meant = (planned * size).mask(planned.isna() | (planned < moved).fillna(value=False), people)
    return number(settlements, "floor_area_m2") / meant.mask(meant <= 0)


def occupancy(settlements: pd.DataFrame) -> pd.Series:
    """Share of the planned households that moved in (n,)."""
    planned = number(settlements, "planned_households_count")
    return number(settlements, "moved_households_count") / planned.mask(planned <= 0)


def old_houses(codes: pd.Series, ledger: pd.DataFrame | None) -> pd.DataFrame:
    """By settlement `demolished_share`, `reclaimed_share` of the rows that say both figures (more than there was counts as all), and how many rows do not.

    Columns: `demolished_share, reclaimed_share, ledger_count, ledger_unknown_count`; shares are NA where no row says both.
    """
    if ledger is None:
        rows = pd.DataFrame({"settlement_code": pd.Series(dtype="string")})
    else:
        rows = ledger.assign(settlement_code=text(ledger, "settlement_code"))
    shares = {}
    unknown = pd.Series(data=False, index=rows.index)
    for name, part, whole in (
        ("demolished_share", "old_houses_demolished_count", "old_houses_count"),
        ("reclaimed_share", "reclaimed_area_m2", "homestead_area_m2"),
    ):
        done, due = number(rows, part), number(rows, whole)
        known = done.notna() & due.notna()
        unknown |= ~known
        sums = pd.DataFrame({"done": done.where(done <= due, due)[known], "due": due[known]}).groupby(rows["settlement_code"][known]).sum()
        shares[name] = (sums["done"] / sums["due"].mask(sums["due"] <= 0)).reindex(codes.array).array
    counts = rows.groupby("settlement_code").size().reindex(codes.array, fill_value=0).array
    lacking = unknown.groupby(rows["settlement_code"]).sum().reindex(codes.array, fill_value=0).array
    return pd.DataFrame({**shares, "ledger_count": counts, "ledger_unknown_count": lacking}, index=codes.index)


def over_area(codes: pd.Series, ledger: pd.DataFrame | None, rules: Review) -> pd.Series:
    """Ledger rows of each settlement whose homes are larger than allowed (n,): a head, or a household where households are large."""
    if ledger is None:
        return pd.Series(pd.NA, index=codes.index, dtype="Int64")
    floor, people, homes = (number(ledger, name) for name in ("floor_area_m2", "people_count", "households_count"))
    head = floor / people.mask(people <= 0) > float(rules.floor_m2_per_person.value)
    large = people / homes.mask(homes <= 0) >= float(rules.large_household_people.value)
    each = floor / homes.mask(homes <= 0) > float(rules.large_household_m2.value)
    over = (head | (large & each)).fillna(value=False)
    found = over.groupby(text(ledger, "settlement_code")).sum().reindex(codes.array, fill_value=0)
    return pd.Series(found.array, index=codes.index).astype("Int64")


def people_sound(codes: pd.Series, ledger: pd.DataFrame | None, groups: pd.DataFrame | None) -> pd.Series:
    """Whether every ledger row of a settlement names a known group, out of which no more people moved than live there (n,); NA without any row."""
    if ledger is None or groups is None:
        return pd.Series(pd.NA, index=codes.index, dtype="boolean")
    of = text(ledger, "group_code")
    living = pd.Series(number(groups, "people_count").array, index=text(groups, "group_code").array)
    living = living[~living.index.duplicated()]
    moved = number(ledger, "people_count").groupby(of).transform("sum")
    more = (moved > pd.Series(living.reindex(of.array).array, index=ledger.index)).fillna(value=False)
    wrong = ~of.isin(living.index) | more
    found = (~wrong).groupby(text(ledger, "settlement_code")).all().reindex(codes.array)
    return pd.Series(found.array, index=codes.index).astype("boolean")
