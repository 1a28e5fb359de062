"""Where each group belongs: village, township, county; each unit under exactly one parent, and nothing without a place.

Codes come from the columns of the groups and of the areas; a prefix is read out of a code only where the column is missing and the code is all
digits of a Chinese length. Where there are no codes at all, names stand in (`township/village`, for village names repeat).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = ("county", "township", "village")
AREA_COLUMNS = ("code", "name", "level", "parent_code")
UNASSIGNED = "-"
"""A unit code that begins so is the rest of its parent: groups that no known unit of this level holds."""
UNASSIGNED_NAME = "（未归属）"
_LENGTH = {"county": (6, (9, 12, 14, 15)), "township": (9, (12, 14, 15)), "village": (12, (14, 15))}


def areas_of(layers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The county's units from its layers: `AREA_COLUMNS`, each code once, in the order county, township, village.

    Args:
        layers: `counties`, `townships`, `villages`, `committees` as far as they are there.
    """
    parts = [
        _units(layers.get("counties"), "county", None),
        _units(layers.get("townships"), "township", "county"),
        _units(layers.get("villages"), "village", "township"),
        _units(layers.get("committees"), "village", "township"),
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset=["code"]).drop_duplicates(["level", "code"], ignore_index=True)


def place_groups(groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Village, township and county of each group: `<level>_code` and `<level>_name`, in the order of the groups.

    A village has one township and a township one county, whatever single groups say: that of `areas`, else the one that most of its groups
    name, else its prefix. A group without a village stands in its own township's rest, and so on up.
    """
    codes = groups["group_code"].astype("string").reset_index(drop=True)
    village = _keyed(groups, "village").fillna(_prefix(codes, "village"))
    own_township = _keyed(groups, "township").fillna(_prefix(codes, "township"))
    township = village.map(_parents(village, own_township, areas, "village", "township")).astype("string").fillna(own_township)
    own_county = _column(groups, "county_code").fillna(_prefix(codes, "county")).fillna(_only_county(areas))
    county = township.map(_parents(township, own_county, areas, "township", "county")).astype("string").fillna(own_county)
    frame = pd.DataFrame({"county": county, "township": township, "village": village})
    return _named(groups, areas, _rest(frame))


def unit_rows(placed: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Every unit of `areas` and every one in which a group was placed: `AREA_COLUMNS`, by level and code."""
    parents = {"county": None, "township": "county_code", "village": "township_code"}
    parts = [areas[list(AREA_COLUMNS)].astype("string")]
    for level, parent in parents.items():
        parts.append(
            pd.DataFrame(
                {
                    "code": placed[f"{level}_code"],
                    "name": placed[f"{level}_name"],
                    "level": pd.Series(level, index=placed.index, dtype="string"),
                    "parent_code": placed[parent] if parent else pd.Series(pd.NA, index=placed.index, dtype="string"),
                }
            )
        )
    # Where groups were placed their parent holds (it was read from `areas` where that has one); the name of `areas` comes first.
    units = pd.concat(parts[1:] + parts[:1], ignore_index=True).drop_duplicates(["level", "code"], ignore_index=True)
    order = units["level"].map({level: place for place, level in enumerate(UNITS)})
    return units.assign(order=order).sort_values(["order", "code"], kind="stable", ignore_index=True).drop(columns="order")


def _units(frame: pd.DataFrame | None, level: str, parent: str | None) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame({name: pd.Series(dtype="string") for name in AREA_COLUMNS})
    plain = pd.DataFrame(frame.drop(columns="geometry")) if isinstance(frame, gpd.GeoDataFrame) else frame
    code = _column(plain, f"{level}_code")
    above = _column(plain, f"{parent}_code").fillna(_prefix(code, parent)) if parent else pd.Series(pd.NA, index=code.index, dtype="string")
    return pd.DataFrame({"code": code, "name": _column(plain, f"{level}_name"), "level": level, "parent_code": above}).astype("string")


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series(pd.NA, index=range(len(frame)), dtype="string")
    return frame[name].astype("string").reset_index(drop=True)


def _keyed(groups: pd.DataFrame, level: str) -> pd.Series[Any]:
    """The unit's code, else its name (with the township before it, for village names repeat)."""
    name = _column(groups, f"{level}_name")
    if level == "village":
        above = _keyed(groups, "township").fillna("")
        name = (above + "/" + name).where(above != "", name)
    return _column(groups, f"{level}_code").fillna(name)


def _prefix(codes: pd.Series[Any], level: str) -> pd.Series[Any]:
    """The leading digits that name the unit, where the code is all digits of a Chinese length."""
    length, lengths = _LENGTH[level]
    chinese = codes.str.fullmatch(r"[0-9]+").fillna(value=False).astype(bool) & codes.str.len().isin(lengths)
    return codes.str.slice(0, length).where(chinese).astype("string")


def _parents(units: pd.Series[Any], claims: pd.Series[Any], areas: pd.DataFrame, level: str, parent: str) -> pd.Series[Any]:
    """One parent for each unit code."""
    claimed = pd.DataFrame({"unit": units, "parent": claims}).dropna()
    counts = claimed.value_counts().reset_index().sort_values(["unit", "count", "parent"], ascending=[True, False, True], kind="stable")
    most = counts.drop_duplicates("unit").set_index("unit")["parent"]
    known = areas[(areas["level"] == level) & areas["parent_code"].notna() & areas["code"].notna()].drop_duplicates("code")
    stated = known.set_index("code")["parent_code"].astype("string")
    every = pd.Series(units.dropna().unique(), dtype="string")
    chosen = every.map(stated).astype("string").fillna(every.map(most).astype("string")).fillna(_prefix(every, parent))
    return chosen.set_axis(pd.Index(every, dtype="string"))


def _only_county(areas: pd.DataFrame) -> Any:
    codes = areas.loc[areas["level"] == "county", "code"].dropna().unique()
    return codes[0] if len(codes) == 1 else UNASSIGNED


def _rest(frame: pd.DataFrame) -> pd.DataFrame:
    """Where a level is missing, the rest of the level above."""
    county = frame["county"].astype("string")
    township = frame["township"].astype("string").fillna(UNASSIGNED + county)
    village = frame["village"].astype("string").fillna(UNASSIGNED + township)
    return pd.DataFrame({"county_code": county, "township_code": township, "village_code": village})


def _named(groups: pd.DataFrame, areas: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Names beside the codes: of `areas`, else the first that a group gives, else none."""
    result = codes.copy()
    for level in UNITS:
        code = codes[f"{level}_code"]
        listed = areas[(areas["level"] == level) & areas["name"].notna()].drop_duplicates("code").set_index("code")["name"]
        own = pd.DataFrame({"code": code, "name": _column(groups, f"{level}_name")}).dropna().drop_duplicates("code").set_index("code")["name"]
        name = code.map(listed).astype("string").fillna(code.map(own).astype("string"))
        result[f"{level}_name"] = name.mask(code.str.startswith(UNASSIGNED), UNASSIGNED_NAME)
    return result
