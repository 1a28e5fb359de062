"""Which villager group a household belongs to, when the register and the group layer were written by different bureaus.

In this order: by code; by a code that was renamed between editions; by the group's name inside its village, in ever looser spellings
(`layers.placenames`). The village itself is found by code, by former code, or by its name inside the township. Two candidates that are equally good
are never guessed between: the row is listed, with suggestions. Every row of the register is either matched or listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from rapidfuzz import process

from layers.codes import EDITIONS, all_areas, current_code, prefix_of, renames
from layers.intake.problems import empty, join_problems, problem_rows
from layers.placenames import (
    bracketed,
    group_stem,
    normalise_group_name,
    normalise_series,
    normalise_township_name,
    normalise_village_name,
    township_stem,
    village_stem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SUGGESTIONS = 3
MOST_SUGGESTED = 2000
"""Distinct names beyond this, in order of households, get no suggestions: then the column is wrong, not the names."""
LEAST_SCORE = 45.0
"""rapidfuzz score (0-100) below which a suggestion helps nobody."""

KEYS = ("group_code", "group_name", "village_code", "village_name", "township_name")
UNMATCHED_COLUMNS = (*KEYS, "rows", "reason", "suggestions")
REASONS = {
    "no_group": "没有写明所属村民组",
    "no_such_code": "村民组图层里没有这个代码，又没有写组名",
    "no_village": "找不到所属的村",
    "village_ambiguous": "有几个村同名，无法确定是哪一个",
    "not_in_village": "村里没有这个名称的村民组",
    "ambiguous": "村里有几个村民组同样符合，无法确定是哪一个",
}


@dataclass(frozen=True, slots=True)
class Match:
    """What became of each row of the register.

    `frame`: one row for each household in the register's order and index: `household_code, group_code, how` (`code`, `name`, `renamed`, `none`;
    `group_code` is `<NA>` for `none`). `unmatched`: one row for each distinct way in which a group was written and not found, most households first:
    `KEYS`, `rows` (households), `reason` (a key of `REASONS`), `suggestions`. `by_village`: `village_code, village_name, rows, matched, unmatched`.
    `problems`: the same as problem rows.
    """

    frame: pd.DataFrame
    unmatched: pd.DataFrame
    by_village: pd.DataFrame
    problems: pd.DataFrame


def match_register(households: pd.DataFrame, groups: pd.DataFrame, *, file: str = "") -> Match:
    """Find the group of each household.

    Args:
        households: Any of `KEYS` and `household_code`; missing columns are taken as empty.
        groups: `group_code` and any of `group_name, hamlet_name, village_code, village_name, township_code, township_name`.
        file: The register's file name, for the problem rows.

    Returns:
        A `Match`. All work is done once per distinct way of writing a group.
    """
    written = _texts(households, KEYS)
    ways = written.drop_duplicates(ignore_index=True)
    known = _known_groups(groups)
    found = _resolve(ways, known)
    numbered = written.merge(found.assign(way=range(len(found))), on=list(KEYS), how="left")
    numbered.index = households.index
    codes = _texts(households, ("household_code",))["household_code"]
    frame = pd.DataFrame({"household_code": codes, "group_code": numbered["found_code"], "how": numbered["how"]}, index=households.index)
    unmatched = _unmatched(found, numbered["way"].value_counts(), known)
    conflicts = _name_conflicts(found, known, file)
    return Match(frame, unmatched, _by_village(numbered), join_problems([_problems(unmatched, file), conflicts]))


def _texts(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The columns as trimmed text; what is missing or empty is `<NA>`."""
    missing = pd.Series(pd.NA, index=frame.index, dtype="string")
    texts = {name: frame[name].astype("string").str.strip() if name in frame else missing for name in names}
    return pd.DataFrame({name: text.mask(text == "", pd.NA) for name, text in texts.items()}, index=frame.index)


def _renamed(codes: pd.Series) -> pd.Series:
    """Codes of the newest edition."""
    return codes.map({code: current_code(code) for code in codes.dropna().unique()}).astype("string")


def _known_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups with one key for their village (`vid`) and all spellings that can be compared."""
    columns = ("group_code", "group_name", "hamlet_name", "village_code", "village_name", "township_code", "township_name")
    texts = _texts(pd.DataFrame(groups[[name for name in columns if name in groups]]), columns)
    texts = texts[texts["group_code"].notna()].drop_duplicates("group_code", ignore_index=True)
    village = texts["village_code"].fillna(prefix_of(texts["group_code"], "village"))
    texts = _named(texts, village)
    places = texts.assign(
        township=normalise_series(texts["township_name"], normalise_township_name),
        village=normalise_series(texts["village_name"], normalise_village_name),
    )
    by_name = places["township"].fillna("") + "/" + places["village"]
    return places.assign(
        as_written=village,
        vid=_renamed(village).fillna(by_name),
        current=_renamed(texts["group_code"]),
        strict=normalise_series(texts["group_name"], normalise_group_name),
        hamlet=normalise_series(texts["hamlet_name"], normalise_group_name),
        stem=normalise_series(texts["group_name"], group_stem),
    )


def _named(texts: pd.DataFrame, village: pd.Series) -> pd.DataFrame:
    """Names of villages and townships that the group layer leaves out, from the list of codes where it has them."""
    names = pd.concat([all_areas(edition).set_index("code")["name"] for edition in EDITIONS])
    names = names[~names.index.duplicated(keep="last")]
    township = texts["township_code"].fillna(village.str[:9])
    return texts.assign(
        village_name=texts["village_name"].fillna(village.map(names).astype("string")),
        township_name=texts["township_name"].fillna(township.map(names).astype("string")),
    )


def _resolve(ways: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Each way of writing a group with `vid`, `found_code`, `how` and `reason`."""
    by_code = _by_code(ways, known)
    vid, renamed, doubtful = _villages(ways, known)
    by_name, ambiguous = _by_name(ways, vid, known)
    own = by_code["found_code"].fillna(by_name)
    how = by_code["how"].mask(by_code["how"].isna() & by_name.notna(), "name")
    how = how.mask((how == "name") & renamed, "renamed").fillna("none")
    reason = pd.Series("not_in_village", index=ways.index, dtype="string")
    reason = reason.mask(ambiguous, "ambiguous").mask(vid.isna(), "no_village").mask(doubtful, "village_ambiguous")
    unnamed = ways["group_name"].isna()
    reason = reason.mask(unnamed, "no_such_code").mask(unnamed & ways["group_code"].isna(), "no_group").mask(own.notna(), pd.NA)
    return ways.assign(vid=vid, found_code=own, how=how, reason=reason)


def _by_code(ways: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Groups whose code stands in the register, as it is or under the code of another edition."""
    codes = ways["group_code"]
    same = codes.where(codes.isin(known["group_code"]))
    unique = known.drop_duplicates("current", keep=False).set_index("current")["group_code"]
    former = _renamed(codes).map(unique).astype("string").where(same.isna())
    how = pd.Series(pd.NA, index=ways.index, dtype="string").mask(same.notna(), "code").mask(former.notna(), "renamed")
    return pd.DataFrame({"found_code": same.fillna(former), "how": how})


def _villages(ways: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """The village of each way of writing; whether a rename led there; whether several villages fit."""
    listed = known.drop_duplicates(["vid", "township", "village"])
    given = ways["village_code"].fillna(prefix_of(ways["group_code"], "village"))
    moved = _renamed(given)
    as_is = given.map(known.drop_duplicates("as_written").dropna(subset="as_written").set_index("as_written")["vid"]).astype("string")
    vid = as_is.fillna(moved.where(moved.isin(known["vid"])))
    former = as_is.isna() & vid.notna()
    named, doubtful = _villages_by_name(ways, listed, vid.isna())
    vid = vid.fillna(named)
    old = _villages_by_old_name(ways, listed, vid.isna() & ~doubtful)
    return vid.fillna(old), former | old.notna(), doubtful & vid.isna()


def _villages_by_name(ways: pd.DataFrame, listed: pd.DataFrame, wanted: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Villages by name inside the township, first exactly, then without the kinds of units; without a township, by a name that is alone."""
    vid = pd.Series(pd.NA, index=ways.index, dtype="string")
    doubtful = pd.Series(False, index=ways.index)
    steps: tuple[tuple[Callable[[str], str], Callable[[str], str] | None], ...] = (
        (normalise_village_name, normalise_township_name),
        (normalise_village_name, township_stem),
        (village_stem, township_stem),
        (normalise_village_name, None),
        (village_stem, None),
    )
    for of_village, of_township in steps:
        open_ = wanted & vid.isna() & ~doubtful & (ways["township_name"].notna() if of_township else ways["township_name"].isna())
        keys = _place_keys(listed["village_name"], listed["township_name"], of_village, of_township)
        asked = _place_keys(ways["village_name"], ways["township_name"], of_village, of_township).where(open_)
        one, many = _lookup(asked, keys, listed["vid"])
        vid, doubtful = vid.fillna(one), doubtful | many
    return vid, doubtful


def _place_keys(villages: pd.Series, townships: pd.Series, of_village: Callable[[str], str], of_township: Callable[[str], str] | None) -> pd.Series:
    village = normalise_series(villages, of_village)
    return village if of_township is None else normalise_series(townships, of_township) + "/" + village


def _villages_by_old_name(ways: pd.DataFrame, listed: pd.DataFrame, wanted: pd.Series) -> pd.Series:
    """Villages that the register calls by the name, or puts into the township, of the older edition."""
    table = renames()
    table = table[(table["level"] == "village") & table["new_code"].isin(listed["vid"])]
    asked = _place_keys(ways["village_name"], ways["township_name"], normalise_village_name, township_stem)
    found = pd.Series(pd.NA, index=ways.index, dtype="string")
    for parent in ("old_parent_name", "new_parent_name"):
        keys = _place_keys(table["old_name"], table[parent], normalise_village_name, township_stem)
        one, _ = _lookup(asked.where(wanted & found.isna()), keys, table["new_code"])
        found = found.fillna(one)
    return found


def _by_name(ways: pd.DataFrame, vid: pd.Series, known: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Groups by name inside the village; and whether several fit equally well. A looser spelling is tried only where no stricter one fits."""
    strict = normalise_series(ways["group_name"], normalise_group_name)
    inside = normalise_series(ways["group_name"], bracketed)
    stem = normalise_series(ways["group_name"], group_stem)
    bare = _without_village(strict, ways["village_name"])
    outside = normalise_series(strict.str.replace(r"\([^()]*\)", "", regex=True), normalise_group_name)
    steps = ((strict, "strict"), (strict, "hamlet"), (outside, "strict"), (bare, "strict"), (inside, "hamlet"), (inside, "strict"))
    looser = ((stem, "strict"), (strict, "stem"), (stem, "hamlet"))
    found = pd.Series(pd.NA, index=ways.index, dtype="string")
    ambiguous = pd.Series(False, index=ways.index)
    for asked, spelling in (*steps, *looser):
        open_ = found.isna() & ~ambiguous
        one, many = _lookup((vid + "/" + asked).where(open_), known["vid"] + "/" + known[spelling], known["group_code"])
        found, ambiguous = found.fillna(one), ambiguous | many
    return found, ambiguous


def _without_village(names: pd.Series, villages: pd.Series) -> pd.Series:
    """`甘莱1组` → `1组` in the village of 甘莱."""
    stems = normalise_series(villages, village_stem)
    both = names.notna() & stems.notna()
    pairs = zip(names[both], stems[both], strict=True)
    short = [name.removeprefix(stem).removeprefix("村") if name != stem else "" for name, stem in pairs]
    return normalise_series(pd.Series(short, index=names[both].index, dtype="string").reindex(names.index), normalise_group_name)


def _lookup(asked: pd.Series, keys: pd.Series, answers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The one answer that has the key, and whether there are several."""
    table = pd.DataFrame({"key": keys.to_numpy(), "answer": answers.to_numpy()}).dropna().drop_duplicates()
    several = table["key"].duplicated(keep=False)
    one = asked.map(table[~several].set_index("key")["answer"]).astype("string")
    return one, asked.isin(table.loc[several, "key"])


def _unmatched(found: pd.DataFrame, rows: pd.Series, known: pd.DataFrame) -> pd.DataFrame:
    open_ = found[found["how"] == "none"]
    counted = open_.assign(rows=rows.reindex(open_.index).fillna(0).astype("Int64"))
    listed = counted.sort_values(["rows", *KEYS], ascending=[False, *[True] * len(KEYS)], ignore_index=True)
    return listed.assign(suggestions=_suggestions(listed, known))[list(UNMATCHED_COLUMNS)]


def _suggestions(open_: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Up to three groups of the village (or villages, where that is unknown) with names like the one written, best first."""
    shown = known["group_name"].fillna(known["hamlet_name"]).fillna("")
    labels = shown + "（" + known["group_code"] + "）"
    by_village = {vid: dict(zip(labels[rows], shown[rows], strict=True)) for vid, rows in known.groupby("vid").groups.items()}
    places = known.drop_duplicates("vid")
    villages = dict(zip(places["township_name"].fillna("") + places["village_name"], places["village_name"], strict=True))
    villages = {label: name for label, name in villages.items() if pd.notna(label)}
    keys = list(zip(open_["vid"].fillna(""), _asked_name(open_), strict=True))
    texts = {(vid, name): _closest(name, by_village.get(vid, villages)) for vid, name in list(dict.fromkeys(keys))[:MOST_SUGGESTED]}
    return pd.Series([texts.get(key, "") for key in keys], index=open_.index, dtype="string")


def _asked_name(open_: pd.DataFrame) -> pd.Series:
    return open_["group_name"].where(open_["vid"].notna(), open_["village_name"]).fillna("")


def _closest(name: str, choices: dict[str, str]) -> str:
    if not name:
        return ""
    best = process.extract(name, choices, limit=SUGGESTIONS, score_cutoff=LEAST_SCORE)
    return "、".join(label for _, _, label in sorted(best, key=lambda hit: (-hit[1], hit[2])))


def _by_village(rows: pd.DataFrame) -> pd.DataFrame:
    """Households by the village that they were found or written in."""
    place = {"village_code": rows["vid"].fillna(rows["village_code"]).fillna(""), "village_name": rows["village_name"].fillna("")}
    table = pd.DataFrame({**place, "rows": 1, "matched": (rows["how"] != "none").astype("int64")})
    counts = table.groupby(["village_code", "village_name"], as_index=False).sum()
    return counts.assign(unmatched=counts["rows"] - counts["matched"]).sort_values(
        ["unmatched", "village_code"], ascending=[False, True], ignore_index=True
    )


def _problems(unmatched: pd.DataFrame, file: str) -> pd.DataFrame:
    written = unmatched[["village_name", "village_code", "group_name", "group_code"]].fillna("")
    group = written["group_name"].mask(written["group_name"] == "", written["group_code"]).replace("", "（空）")
    village = written["village_name"].mask(written["village_name"] == "", written["village_code"]).replace("", "（空）")
    messages = [
        f"{count} 户写的“{v} {g}”对不上村民组图层：{REASONS[reason]}。"
        for count, v, g, reason in zip(unmatched["rows"], village, group, unmatched["reason"], strict=True)
    ]
    hints = [
        f"可能是：{text}；请在户册中改正，或在村民组图层中补上。" if text else "请在户册中改正，或在村民组图层中补上。"
        for text in unmatched["suggestions"]
    ]
    value = (village + " " + group).tolist()
    return problem_rows(
        layer="households",
        file=file,
        field="group_name",
        rule="group_not_found",
        value=value,
        severity="warning",
        message=messages,
        suggestion=hints,
    )


def _name_conflicts(found: pd.DataFrame, known: pd.DataFrame, file: str) -> pd.DataFrame:
    """Codes that lead to one group while the name written beside them is that of another group of the same village."""
    coded = found[found["how"].isin(["code"]) & found["group_name"].notna()]
    if coded.empty:
        return empty()
    place = known.set_index("group_code")["vid"]
    other, _ = _lookup(
        coded["found_code"].map(place) + "/" + normalise_series(coded["group_name"], normalise_group_name),
        known["vid"] + "/" + known["strict"],
        known["group_code"],
    )
    wrong = coded[other.notna() & (other != coded["found_code"])]
    return problem_rows(
        layer="households",
        file=file,
        field="group_code",
        rule="code_name_conflict",
        value=wrong["group_code"].tolist(),
        severity="warning",
        message=[
            f"代码 {code} 与名称“{name}”不是同一个村民组；已按代码归组。" for code, name in zip(wrong["group_code"], wrong["group_name"], strict=True)
        ],
        suggestion="请核对户册中的村民组代码和名称。",
    )
