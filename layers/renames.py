"""Which units changed code or name between two editions of a code list, as far as the two lists themselves can tell.

A unit is followed only when both lists leave one way to read them; each row says in `derived_by` which way that was:

- `same_stem`: the code went and a new one came in the same prefecture (county) or county (township), and the names are the same but for the kind
  of unit (`兴仁县` → `兴仁市`, `巴铃镇` → `巴铃镇` of the renamed county, `三宝彝族乡` → `三宝街道`); unique in both lists.
- `same_name_same_township`: a village with the same name, one of each, in the township that its own became.
- `same_name_in_county`: a village whose township is gone, with a name that both lists hold only once in the county.
- `same_code_same_sound`: the code stayed and the new name sounds the same (`红春村` → `红椿村`).
- `same_code_one_character`: the code stayed, and one character came, went (but no number, 大, 小, 上, 中, 下: they tell villages apart), or changed in a
  name of three or more (`石庙村` → `石庙子村`, `鹰嘴石村` → `鹰咀石村`).

Where a code stayed and the name is another one altogether, nothing is claimed: lists are renumbered when villages merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rapidfuzz.distance import Levenshtein

from layers.codes import RENAME_COLUMNS
from layers.placenames import county_stem, normalise_township_name, normalise_village_name, pinyin, township_stem, village_stem

if TYPE_CHECKING:
    from collections.abc import Callable

_TELLING = "一二三四五六七八九十上中下大小东南西北前后老新"
_LONG_ENOUGH = 3
_NORMAL: dict[str, Callable[[str], str]] = {"county": str, "township": normalise_township_name, "village": normalise_village_name}
_STEM: dict[str, Callable[[str], str]] = {"county": county_stem, "township": township_stem, "village": village_stem}


def derive_renames(old: pd.DataFrame, new: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The renames between two editions.

    Args:
        old: Rows of the older edition (`code, name, level, parent_code`).
        new: Rows of the newer edition.
        year: The year of the newer edition: when the change is first seen, not when it happened.

    Returns:
        `RENAME_COLUMNS` as `string`, in order of level and old code; only rows in which the code or the normalised name differs.
    """
    former, later = _prepared(old), _prepared(new)
    counties = _counties(former, later)
    moved_counties = dict(zip(counties["code_old"], counties["code_new"], strict=True))
    townships = _townships(former, later, moved_counties)
    same = _kept(former, later, "township")
    became = {**dict(zip(same["code"], same["code"], strict=True)), **dict(zip(townships["code_old"], townships["code_new"], strict=True))}
    villages = _villages(former, later, became, moved_counties)
    parts = [counties, townships, villages, _respelt(former, later)]
    return _table(pd.concat(parts, ignore_index=True), former, later, year)


def _prepared(areas: pd.DataFrame) -> pd.DataFrame:
    rows = zip(areas["name"], areas["level"], strict=True)
    pairs = [(_NORMAL[level](name), _STEM[level](name)) for name, level in rows]
    return areas.assign(normal=[p[0] for p in pairs], stem=[p[1] for p in pairs])


def _of(areas: pd.DataFrame, level: str) -> pd.DataFrame:
    return areas[areas["level"] == level]


def _kept(former: pd.DataFrame, later: pd.DataFrame, level: str) -> pd.DataFrame:
    return _of(former, level).merge(_of(later, level), on="code", suffixes=("_old", "_new"))


def _one_to_one(gone: pd.DataFrame, come: pd.DataFrame, keys: list[str], how: str) -> pd.DataFrame:
    """Pairs that agree in `keys`, where neither side holds that key twice."""
    left = gone.drop_duplicates(keys, keep=False)
    right = come.drop_duplicates(keys, keep=False)
    return left.merge(right, on=keys, suffixes=("_old", "_new"))[["code_old", "code_new"]].assign(derived_by=how)


def _changed(former: pd.DataFrame, later: pd.DataFrame, level: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    before, after = _of(former, level), _of(later, level)
    return before[~before["code"].isin(after["code"])], after[~after["code"].isin(before["code"])]


def _counties(former: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    gone, come = _changed(former, later, "county")
    return _one_to_one(gone.assign(area=gone["code"].str[:4]), come.assign(area=come["code"].str[:4]), ["area", "stem"], "same_stem")


def _townships(former: pd.DataFrame, later: pd.DataFrame, moved: dict[str, str]) -> pd.DataFrame:
    gone, come = _changed(former, later, "township")
    before = gone.assign(area=gone["code"].str[:6].replace(moved))
    return _one_to_one(before, come.assign(area=come["code"].str[:6]), ["area", "stem"], "same_stem")


def _villages(former: pd.DataFrame, later: pd.DataFrame, became: dict[str, str], moved: dict[str, str]) -> pd.DataFrame:
    gone, come = _changed(former, later, "village")
    before = gone.assign(area=gone["parent_code"].map(became), county=gone["code"].str[:6].replace(moved))
    after = come.assign(area=come["parent_code"], county=come["code"].str[:6])
    near = _one_to_one(before[before["area"].notna()], after, ["area", "normal"], "same_name_same_township")
    lost, open_ = before[before["area"].isna()], after[~after["code"].isin(near["code_new"])]
    names = [_unique_in_county(former, moved), _unique_in_county(later, {})]
    far = _one_to_one(lost[lost["code"].isin(names[0])], open_[open_["code"].isin(names[1])], ["county", "normal"], "same_name_in_county")
    return pd.concat([near, far], ignore_index=True)


def _unique_in_county(areas: pd.DataFrame, moved: dict[str, str]) -> pd.Series:
    villages = _of(areas, "village")
    return villages.assign(county=villages["code"].str[:6].replace(moved)).drop_duplicates(["county", "normal"], keep=False)["code"]


def _respelt(former: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Same code, another name that is the same one respelt; names that live on elsewhere in the county are a renumbering, not a respelling."""
    both = pd.concat([_kept(former, later, level) for level in ("township", "village")], ignore_index=True)
    both = both[both["normal_old"] != both["normal_new"]]
    county = both["code"].str[:6]
    old_names, new_names = _names(former), _names(later)
    lives_on = [(c, o) in new_names or (c, n) in old_names for c, o, n in zip(county, both["normal_old"], both["normal_new"], strict=True)]
    both = both[~pd.Series(lives_on, index=both.index, dtype=bool)]
    how = [_respelling(o, n) for o, n in zip(both["stem_old"], both["stem_new"], strict=True)]
    found = pd.DataFrame({"code_old": both["code"], "code_new": both["code"], "derived_by": how})
    return found[found["derived_by"] != ""]


def _names(areas: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(areas["code"].str[:6], areas["normal"], strict=True))


def _respelling(old: str, new: str) -> str:
    if pinyin(old) == pinyin(new):
        return "same_code_same_sound"
    return "same_code_one_character" if _one_character(old, new) else ""


def _one_character(old: str, new: str) -> bool:
    edits = list(Levenshtein.editops(old, new))
    if len(edits) != 1:
        return False
    edit = edits[0]
    if edit.tag == "replace":
        return len(old) >= _LONG_ENOUGH
    return (new[edit.dest_pos] if edit.tag == "insert" else old[edit.src_pos]) not in _TELLING


def _table(pairs: pd.DataFrame, former: pd.DataFrame, later: pd.DataFrame, year: int) -> pd.DataFrame:
    old, new = (areas.set_index("code") for areas in (former, later))
    names_old, names_new = old["name"], new["name"]
    table = pairs.assign(
        level=pairs["code_old"].map(old["level"]),
        old_name=pairs["code_old"].map(names_old),
        new_name=pairs["code_new"].map(names_new),
        old_parent_name=pairs["code_old"].map(old["parent_code"]).map(names_old),
        new_parent_name=pairs["code_new"].map(new["parent_code"]).map(names_new),
        year=str(year),
    ).rename(columns={"code_old": "old_code", "code_new": "new_code"})
    order = table["level"].map({"county": 0, "township": 1, "village": 2})
    return table.assign(order=order).sort_values(["order", "old_code"], ignore_index=True)[list(RENAME_COLUMNS)].astype("string")
