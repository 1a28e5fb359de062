"""Every register row is matched or listed; never by guess; by code, by rename, by name in that order."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.codes import area_names, renames
from layers.intake.match import KEYS, REASONS, UNMATCHED_COLUMNS, match_register
from layers.intake.problems import PROBLEM_COLUMNS

TOWN, VILLAGE, OTHER = "522326101", "522326101201", "522326101202"
GROUP_COLUMNS = ("group_code", "group_name", "hamlet_name", "village_code", "village_name", "township_code", "township_name")


def _groups(*rows):
    full = [(code, name, hamlet, village, place, TOWN, "打易镇") for code, name, hamlet, village, place in rows]
    return pd.DataFrame(full, columns=GROUP_COLUMNS, dtype="string")


GROUPS = _groups(
    (VILLAGE + "01", "一组", "大寨", VILLAGE, "甘莱村"),
    (VILLAGE + "02", "第二村民组", "岩上", VILLAGE, "甘莱村"),
    (VILLAGE + "03", "岩上寨", pd.NA, VILLAGE, "甘莱村"),
    (VILLAGE + "11", "11组", pd.NA, VILLAGE, "甘莱村"),
    (OTHER + "01", "1组(上)", pd.NA, OTHER, "平绕村"),
    (OTHER + "02", "1组(下)", pd.NA, OTHER, "平绕村"),
)


def _households(*rows):
    table = pd.DataFrame([dict(zip(KEYS, row, strict=True)) for row in rows], columns=list(KEYS), dtype="string")
    return table.assign(household_code=pd.array([f"h{i}" for i in range(len(rows))], dtype="string"))


def _one(*row):
    match = match_register(_households(row), GROUPS)
    return match.frame["group_code"].iloc[0], match.frame["how"].iloc[0], match


@pytest.mark.parametrize(
    ("row", "code", "how"),
    [
        ((VILLAGE + "02", None, None, None, None), VILLAGE + "02", "code"),
        ((VILLAGE + "02", "乱写", None, None, None), VILLAGE + "02", "code"),
        ((None, "第一村民组", VILLAGE, None, None), VILLAGE + "01", "name"),
        ((None, "2社", None, "甘莱村委会", "打易镇"), VILLAGE + "02", "name"),
        ((None, "十一组", None, "甘莱村民委员会", "打易镇人民政府"), VILLAGE + "11", "name"),
        ((None, "甘莱村一组", None, "甘莱村", None), VILLAGE + "01", "name"),
        ((None, "大寨组", None, "甘莱", "打易"), VILLAGE + "01", "name"),
        ((None, "一组（大寨）", None, "甘莱村", "打易镇"), VILLAGE + "01", "name"),
        ((VILLAGE + "77", "一组", None, None, None), VILLAGE + "01", "name"),
        ((None, "岩上寨", VILLAGE, None, None), VILLAGE + "03", "name"),
        ((None, "1组（上）", OTHER, None, None), OTHER + "01", "name"),
    ],
)
def test_found(row, code, how):
    assert _one(*row)[:2] == (code, how)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((None, None, VILLAGE, "甘莱村", "打易镇"), "no_group"),
        ((VILLAGE + "99", None, VILLAGE, None, None), "no_such_code"),
        (("unheard-of", None, None, None, None), "no_such_code"),
        ((None, "一组", None, None, None), "no_village"),
        ((None, "一组", None, "没有的村", "打易镇"), "no_village"),
        ((None, "一组", None, "甘莱村", "别的镇"), "no_village"),
        ((None, "三组", VILLAGE, None, None), "not_in_village"),
        ((None, "1组", OTHER, None, None), "ambiguous"),
    ],
)
def test_not_found_with_the_reason(row, reason):
    code, how, match = _one(*row)
    assert code is pd.NA
    assert how == "none"
    assert match.unmatched["reason"].tolist() == [reason]
    assert REASONS[reason] in match.problems["message"].item()


def test_two_equal_candidates_are_never_guessed_between():
    twins = _groups((VILLAGE + "01", "一组", pd.NA, VILLAGE, "甘莱村"), (VILLAGE + "02", "第1组", pd.NA, VILLAGE, "甘莱村"))
    match = match_register(_households((None, "一组", VILLAGE, None, None)), twins)
    assert match.unmatched["reason"].tolist() == ["ambiguous"]
    suggestions = match.unmatched["suggestions"].item()
    assert VILLAGE + "01" in suggestions
    assert VILLAGE + "02" in suggestions


def test_two_villages_of_one_name_are_not_guessed_between_without_the_township():
    far = (
        GROUPS.head(1)
        .assign(group_code="52232610220101", village_code="522326102201", township_code="522326102", township_name="乐旺镇")
        .astype("string")
    )
    groups = pd.concat([GROUPS, far], ignore_index=True)
    rows = _households((None, "一组", None, "甘莱村", None), (None, "一组", None, "甘莱村", "乐旺镇"))
    match = match_register(rows, groups)
    assert match.frame["group_code"].tolist() == [pd.NA, "52232610220101"]
    assert match.unmatched["reason"].tolist() == ["village_ambiguous"]


def test_a_code_beside_another_groups_name_is_kept_and_told():
    code, how, match = _one(VILLAGE + "01", "二组", None, None, None)
    assert (code, how) == (VILLAGE + "01", "code")
    assert match.problems["rule"].tolist() == ["code_name_conflict"]


def test_renames_lead_from_old_codes_and_old_names():
    old_names = dict(zip(renames()["old_code"], renames()["old_name"], strict=True))
    moved = renames().query("level == 'village' and old_code.str.startswith('522322')", engine="python").iloc[0]
    groups = _groups((moved["new_code"] + "01", "一组", pd.NA, moved["new_code"], moved["new_name"])).assign(township_name=moved["new_parent_name"])
    respelt = renames().query("derived_by == 'same_code_same_sound' and level == 'village'").iloc[0]
    other = _groups((respelt["new_code"] + "01", "一组", pd.NA, respelt["new_code"], respelt["new_name"])).assign(
        township_name=respelt["new_parent_name"]
    )
    rows = _households(
        (moved["old_code"] + "01", None, None, None, None),
        (None, "第一组", moved["old_code"], None, None),
        (None, "第一组", None, old_names[respelt["old_code"]], respelt["old_parent_name"]),
    )
    match = match_register(rows, pd.concat([groups, other], ignore_index=True).astype("string"))
    assert match.frame["how"].tolist() == ["renamed"] * 3
    assert match.frame["group_code"].tolist() == [moved["new_code"] + "01"] * 2 + [respelt["new_code"] + "01"]


def test_a_group_layer_of_the_old_edition_meets_a_register_of_the_new():
    moved = renames().query("level == 'village' and old_code.str.startswith('522322')", engine="python").iloc[0]
    groups = _groups((moved["old_code"] + "01", "一组", pd.NA, moved["old_code"], moved["old_name"]))
    match = match_register(_households((moved["new_code"] + "01", None, None, None, None), (None, "1组", moved["old_code"], None, None)), groups)
    assert match.frame["group_code"].tolist() == [moved["old_code"] + "01"] * 2
    assert match.frame["how"].tolist() == ["renamed", "name"]


def test_foreign_codes_and_names():
    groups = pd.DataFrame(
        {"group_code": ["KE-1-A", "KE-1-B"], "group_name": ["Hill Side", "River"], "village_name": ["Kibera", "Kibera"]}, dtype="string"
    )
    rows = _households(("KE-1-B", None, None, None, None), (None, "hill side", None, "KIBERA", None), (None, "Hill", None, "Kibera", None))
    match = match_register(rows, groups)
    assert match.frame["how"].tolist() == ["code", "name", "none"]
    assert match.unmatched["suggestions"].item().startswith("Hill Side（KE-1-A）")


NAMES = st.sampled_from(["一组", "1组", "岩上", "岩上寨", "大寨组", "第十一组", "", None, "2", "坡脚"])
ROWS = st.tuples(
    st.sampled_from([None, "", VILLAGE + "01", VILLAGE + "99", "XX", "52232210020101"]),
    NAMES,
    st.sampled_from([None, VILLAGE, OTHER, "522326999999"]),
    st.sampled_from([None, "甘莱", "甘莱村委会", "平绕村", "河"]),
    st.sampled_from([None, "打易镇", "打易", "城关"]),
)


@settings(deadline=None, max_examples=20)
@given(st.lists(ROWS, max_size=25), st.randoms(use_true_random=False))
def test_every_row_is_matched_or_listed(rows, random):
    households = _households(*rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    households = households.iloc[order]
    match = match_register(households, GROUPS)
    assert match.frame.index.equals(households.index)
    assert match.frame["household_code"].tolist() == households["household_code"].tolist()
    found = match.frame["group_code"].notna()
    assert ((match.frame["how"] == "none") == ~found).all()
    assert match.frame["group_code"].dropna().isin(GROUPS["group_code"]).all()
    assert int(match.unmatched["rows"].sum()) + int(found.sum()) == len(rows)
    assert tuple(match.unmatched.columns) == UNMATCHED_COLUMNS
    assert match.unmatched["reason"].isin(list(REASONS)).all()
    assert int(match.by_village["rows"].sum()) == len(rows)
    assert int(match.by_village["matched"].sum()) == int(found.sum())
    assert tuple(match.problems.columns) == PROBLEM_COLUMNS
    assert (match.problems["rule"] == "group_not_found").sum() == len(match.unmatched)


@settings(deadline=None, max_examples=10)
@given(st.lists(ROWS, min_size=2, max_size=30))
def test_a_rows_match_does_not_depend_on_the_others(rows):
    together = match_register(_households(*rows), GROUPS).frame["group_code"].fillna("").tolist()
    parts = [match_register(_households(*part), GROUPS).frame["group_code"].fillna("").tolist() for part in (rows[::2], rows[1::2])]
    assert together[::2] == parts[0]
    assert together[1::2] == parts[1]


def test_a_whole_county_written_in_other_words():
    areas = area_names("522326")
    villages = areas[areas["level"] == "village"]
    town = areas.set_index("code")["name"]
    listed = [
        (f"{code}{n:02d}", f"{n}组", pd.NA, code, name, parent, town[parent])
        for code, name, parent in zip(villages["code"], villages["name"], villages["parent_code"], strict=True)
        for n in (1, 2, 3)
    ]
    groups = pd.DataFrame(listed, columns=GROUP_COLUMNS, dtype="string")
    words = dict(zip("123", "一二三", strict=True))
    register = pd.DataFrame(
        {
            "household_code": [f"h{i}" for i in range(len(groups))],
            "group_name": ["第" + words[name[0]] + "村民组" for name in groups["group_name"]],
            "village_name": groups["village_name"].str.replace("村村民委员会", "村委会").str.replace("社区居民委员会", "居委会"),
            "township_name": groups["township_name"].str.replace("街道", "街道办事处"),
        }
    )
    match = match_register(register, groups)
    assert match.frame["group_code"].tolist() == groups["group_code"].tolist()


def test_names_that_the_group_layer_leaves_out_come_from_the_code_list():
    village = area_names("522326").query("level == 'village'").iloc[0]
    town = area_names("522326").set_index("code").loc[village["parent_code"], "name"]
    groups = pd.DataFrame({"group_code": [village["code"] + "01"], "group_name": ["一组"]}, dtype="string")
    match = match_register(_households((None, "1组", None, village["name"], town)), groups)
    assert match.frame["group_code"].tolist() == [village["code"] + "01"]


def test_no_register_and_no_groups():
    assert match_register(_households(), GROUPS).frame.empty
    lost = match_register(_households((VILLAGE + "01", "一组", None, None, None)), GROUPS.iloc[:0])
    assert lost.frame["how"].tolist() == ["none"]
    assert lost.unmatched["rows"].tolist() == [1]
