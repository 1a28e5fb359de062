"""What a settlement should have, and the nine items of its self-check: worked out from the data where they allow it, else as they were told.

Every verdict is one of three or four words, and what nobody knows stays `unknown`: never met, never a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gis.sites.columns import flag, number, text
from gis.sites.values import CHECK_ITEM_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gis.sites.plan_rules import Facilities, Size
    from gis.sites.rules import SiteRules

    Words = NDArray[np.object_]

MET, LACKING, UNKNOWN = "met", "lacking", "unknown"
OK, PROBLEM, FIXED = "ok", "problem", "fixed"
COMPUTED, REPORTED = "computed", "reported"
SIZED = {"committee_area": "committee_area_m2", "clinic_area": "clinic_area_m2", "culture_area": "culture_area_m2", "square_area": "square_area_m2"}
"""Items that are asked for by size, and the field that holds them (in a settlement, and in a size of the site set)."""
ITEMS = tuple(CHECK_ITEM_LABELS)
"""The nine items, in the order of the form."""


def sizes_of(settlements: pd.DataFrame, rules: Facilities) -> Words:
    """`large`, `medium` or `small` by planned households, by those that moved in where nobody planned; `unknown` without either (n,)."""
    homes = number(settlements, "planned_households_count").fillna(number(settlements, "moved_households_count"))
    known = homes.fillna(0.0).to_numpy(dtype=np.float64)
    grades = [known >= rules.large_households.value, known >= rules.medium_households.value]
    return np.where(homes.notna(), np.select(grades, ["large", "medium"], default="small"), UNKNOWN).astype(object)


def facilities_of(settlements: pd.DataFrame, rules: Facilities) -> pd.DataFrame:
    """One row a settlement, one column an item: `met`, `lacking`, `unknown`, or empty where its size does not ask for it.

    Items are those of the set's checklist (yes or no), then the rooms of `SIZED`, whose areas are asked for by size.
    """
    size = sizes_of(settlements, rules)
    table = {item: _verdict(flag(settlements, item)) for item in rules.checklist.value}
    for item, field in SIZED.items():
        table[item] = _sized(number(settlements, field), size, {name: getattr(rules, name) for name in ("large", "medium", "small")}, field)
    return pd.DataFrame(table, index=settlements.index, dtype=object)


def count_items(verdicts: pd.DataFrame) -> pd.DataFrame:
    """How many items are met, lacking and unknown in each row, and which are lacking and unknown (keys, parted by commas)."""
    cells = verdicts.to_numpy(dtype=object)
    names = np.array(verdicts.columns, dtype=object)
    counts = {f"checklist_{word}": (cells == word).sum(axis=1) for word in (MET, LACKING, UNKNOWN)}
    lists = {f"{what}_items": [",".join(names[row == word]) for row in cells] for what, word in (("missing", LACKING), ("unknown", UNKNOWN))}
    return pd.DataFrame({**counts, **lists}, index=verdicts.index)


def _verdict(said: pd.Series) -> Words:
    return np.where(said.isna(), UNKNOWN, np.where(said.fillna(value=False), MET, LACKING)).astype(object)


def _sized(area: pd.Series, size: Words, grades: Mapping[str, Size], field: str) -> Words:
    asked = np.array([getattr(grades[name], field).value if name in grades else np.nan for name in size], dtype=np.float64)
    enough = area.fillna(0.0).to_numpy(dtype=np.float64) >= asked
    told = np.where(area.isna() | np.isnan(asked), UNKNOWN, np.where(enough, MET, LACKING))
    return np.where(asked == 0, "", told).astype(object)


class Facts(NamedTuple):
    """What the data say of settlements, each (n,); NaN and NA are not known.

    Attributes:
        people_sound: whether every ledger row names a known group, of which no more moved than live there.
        floor_m2_per_person: of the homes.
        occupancy: share of the planned households that moved in.
        in_danger: whether a hazard's buffer reaches the settlement.
        hazard_near: whether a hazard lies within the distance that is listed.
        hazard_treated: as the settlement says.
        demolished: share of the old houses that are gone.
        reclaimed: share of the homestead land that is fields again.
    """

    people_sound: pd.Series
    floor_m2_per_person: pd.Series
    occupancy: pd.Series
    in_danger: pd.Series
    hazard_near: pd.Series
    hazard_treated: pd.Series
    demolished: pd.Series
    reclaimed: pd.Series


def computed_checks(facts: Facts, rules: SiteRules) -> pd.DataFrame:
    """The five items that the data answer, one column an item: `ok`, `problem` or `unknown`."""
    review = rules.review
    demolished = _at_least(facts.demolished, float(review.demolished_share_min.value))
    reclaimed = _at_least(facts.reclaimed, float(review.reclaimed_share_min.value))
    return pd.DataFrame(
        {
            "people": _good(facts.people_sound),
            "floor_area": _good(facts.floor_m2_per_person <= float(review.floor_m2_per_person.value)),
            "progress": _at_least(facts.occupancy, float(review.occupied_share_min.value)),
            "hazards": _good(~_threatened(facts)),
            "demolition": _worse(demolished, reclaimed),
        },
        index=facts.occupancy.index,
    )


def _threatened(facts: Facts) -> pd.Series:
    """In a hazard's buffer and not treated, or near one and said not to be treated; unknown in a buffer about whose treatment nobody says anything."""
    treated = facts.hazard_treated.astype("boolean")
    return (facts.in_danger & ~treated) | (facts.hazard_near & (~treated).fillna(value=False))


def _good(sound: pd.Series) -> Words:
    known = sound.astype("boolean")
    return np.where(known.isna(), UNKNOWN, np.where(known.fillna(value=False), OK, PROBLEM)).astype(object)


def _at_least(share: pd.Series, least: float) -> Words:
    return _good(share >= least)


def _worse(a: Words, b: Words) -> Words:
    """A problem in either is one; else both must be known to be good."""
    either = (a == PROBLEM) | (b == PROBLEM)
    return np.where(either, PROBLEM, np.where((a == OK) & (b == OK), OK, UNKNOWN)).astype(object)


def nine_items(codes: pd.Series, computed: pd.DataFrame, checks: pd.DataFrame | None, *, as_of: str | None = None) -> pd.DataFrame:
    """The nine items of each settlement.

    What the data answer stands before what was told; where both speak and differ, `check_conflicts` names the item.

    Args:
        codes: of the settlements.
        computed: as `computed_checks` gives it, in the same order.
        checks: layer `settlement_checks`; of an item that is told twice the last row counts.
        as_of: the day on which something is overdue; None: the newest `data_date` of the checks.

    Returns:
        For each item `check_<item>` (`ok`, `problem`, `fixed`, `unknown`), `_basis` (`computed`, `reported`, or empty), `_owner`, `_due`, `_overdue`;
        then `check_conflicts` and `overdue_items` (keys, parted by commas).
    """
    day = as_of or _newest(checks)
    columns: dict[str, object] = {}
    conflicts, overdue = np.full(len(codes), "", dtype=object), np.full(len(codes), "", dtype=object)
    for item in ITEMS:
        rows = _told(codes, checks, item)
        told = text(rows, "check_result").fillna(UNKNOWN).to_numpy(dtype=object)
        own = computed[item].to_numpy(dtype=object) if item in computed else np.full(len(codes), UNKNOWN, dtype=object)
        late = _overdue(rows, day)
        columns |= {
            f"check_{item}": np.where(own == UNKNOWN, told, own),
            f"check_{item}_basis": np.where(own != UNKNOWN, COMPUTED, np.where(told != UNKNOWN, REPORTED, "")),
            f"check_{item}_owner": text(rows, "owner_unit").array,
            f"check_{item}_due": text(rows, "due_date").array,
            f"check_{item}_overdue": late.array,
        }
        differ = (own != UNKNOWN) & (told != UNKNOWN) & ((own == PROBLEM) != (told == PROBLEM))
        conflicts = _listed(conflicts, item, differ)
        overdue = _listed(overdue, item, late.fillna(value=False).to_numpy(dtype=bool))
    return pd.DataFrame({**columns, "check_conflicts": conflicts, "overdue_items": overdue}, index=codes.index)


def _told(codes: pd.Series, checks: pd.DataFrame | None, item: str) -> pd.DataFrame:
    """The last row on an item of each settlement, empty where there is none."""
    if checks is None:
        return pd.DataFrame(index=codes.index)
    rows = checks[(text(checks, "check_item") == item).fillna(value=False).to_numpy(dtype=bool)]
    rows = rows.assign(settlement_code=text(rows, "settlement_code")).dropna(subset=["settlement_code"])
    last = rows.drop_duplicates("settlement_code", keep="last").set_index("settlement_code")
    return pd.DataFrame(last.reindex(codes.array)).reset_index(drop=True).set_index(codes.index)


def _overdue(rows: pd.DataFrame, day: str | None) -> pd.Series:
    """Whether an item that is not settled is past its date; NA where there is a problem without a date, or nobody knows the day."""
    settled = text(rows, "check_result").isin([OK, FIXED]) | text(rows, "done_date").notna()
    asked = text(rows, "check_result").notna() | text(rows, "due_date").notna()
    # A date without a day is past when its month, or year, is.
    past = pd.Series(pd.NA, index=rows.index, dtype="boolean") if day is None else (text(rows, "due_date") + "~").lt(day).astype("boolean")
    return past.mask(settled | ~asked, other=False)


def _newest(checks: pd.DataFrame | None) -> str | None:
    dates = pd.Series(dtype="string") if checks is None else text(checks, "data_date").dropna()
    return str(dates.max()) if len(dates) else None


def _listed(lists: Words, item: str, there: NDArray[np.bool_]) -> Words:
    more = np.where(lists == "", item, lists + "," + item)
    return np.where(there, more, lists).astype(object)
