"""Where each group belongs: village, township, county; each unit under exactly one parent, and nothing without a place.

Codes come from the columns of the groups and of the areas; a prefix is read out of a code only where the column is missing and the code is all
digits of a Chinese length. Without either, a name that one unit alone has stands for its code, and any other name for itself
(`township/village`, for village names repeat).
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
    above = pd.concat([_units(layers.get("counties"), "county"), _units(layers.get("townships"), "township")], ignore_index=True)
    parts = [above, *(_units(layers.get(layer), "village", above) for layer in ("villages", "committees"))]
    return pd.concat(parts, ignore_index=True).dropna(subset=["code"]).drop_duplicates(["level", "code"], ignore_index=True)


def place_groups(groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Village, township and county of each group: `<level>_code` and `<level>_name`, in the order of the groups.

    A village has one township and a township one county, whatever single groups say: that of `areas`, else the one that most of its groups
    name, else its prefix. A group without a village stands in its own township's rest, and so on up.
    """
    own_township = _stated(groups, "township").fillna(_by_name(_column(groups, "township_name"), areas, "township"))
    village = _stated(groups, "village").fillna(_village_by_name(_column(groups, "village_name"), own_township, areas))
    township = village.map(_parents(village, own_township, areas, "village", "township")).astype("string").fillna(own_township)
    own_county = _stated(groups, "county").fillna(_only_county(areas))
    county = township.map(_parents(township, own_county, areas, "township", "county")).astype("string").fillna(own_county)
    frame = pd.DataFrame({"county": county, "township": township, "village": village})
    return _named(groups, areas, _rest(frame))


def villages_of(frame: pd.DataFrame, areas: pd.DataFrame) -> pd.Series[Any]:
    """The village code of each feature: its column, else the prefix of a group's code, else the one village of that name; missing where none tells."""
    township = _stated(frame, "township").fillna(_codes_of_names(_column(frame, "township_name"), areas, "township"))
    named = _village_by_name(_column(frame, "village_name"), township, areas)
    return _stated(frame, "village").fillna(named.where(named.isin(areas.loc[areas["level"] == "village", "code"])))


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


def _units(frame: pd.DataFrame | None, level: str, above: pd.DataFrame | None = None) -> pd.DataFrame:
    """The units of one layer; the township of a village is found among the units `above` where only its name is given."""
    if frame is None:
        return pd.DataFrame({name: pd.Series(dtype="string") for name in AREA_COLUMNS})
    plain = pd.DataFrame(frame.drop(columns="geometry")) if isinstance(frame, gpd.GeoDataFrame) else frame
    code = _column(plain, f"{level}_code")
    parent = pd.Series(pd.NA, index=code.index, dtype="string")
    if level != UNITS[0]:
        upper = UNITS[UNITS.index(level) - 1]
        parent = _column(plain, f"{upper}_code").fillna(_prefix(code, upper))
        if above is not None:
            parent = parent.fillna(_codes_of_names(_column(plain, f"{upper}_name"), above, upper))
    return pd.DataFrame({"code": code, "name": _column(plain, f"{level}_name"), "level": level, "parent_code": parent}).astype("string")


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series(pd.NA, index=range(len(frame)), dtype="string")
    return frame[name].astype("string").reset_index(drop=True)


def _stated(groups: pd.DataFrame, level: str) -> pd.Series[Any]:
    """The unit's code by its column, else by the prefix of the group's own code."""
    return _column(groups, f"{level}_code").fillna(_prefix(_column(groups, "group_code"), level))


def _codes_of_names(names: pd.Series[Any], areas: pd.DataFrame, level: str) -> pd.Series[Any]:
    """The code of the one unit that has the name; missing where none or several have it."""
    units = areas[(areas["level"] == level) & areas["name"].notna()].drop_duplicates(["code", "name"])
    alone = units[~units["name"].duplicated(keep=False)].set_index("name")["code"]
    return names.map(alone).astype("string")


def _by_name(names: pd.Series[Any], areas: pd.DataFrame, level: str) -> pd.Series[Any]:
    return _codes_of_names(names, areas, level).fillna(names)


def _village_by_name(names: pd.Series[Any], township: pd.Series[Any], areas: pd.DataFrame) -> pd.Series[Any]:
    """By township and name; a group that does not say its township by the name alone, where one village has it."""
    path = (township.fillna("") + "/" + names).where(township.notna(), names)
    within = areas.assign(name=(areas["parent_code"] + "/" + areas["name"]).astype("string"))
    alone = _codes_of_names(names, areas, "village").where(township.isna())
    return _codes_of_names(path, within, "village").fillna(alone).fillna(path)


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
