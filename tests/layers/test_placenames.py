"""The same place written differently compares equal, different places do not, and normalising twice changes nothing."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.codes import all_areas
from layers.placenames import (
    bracketed,
    chinese_number,
    county_stem,
    group_stem,
    normalise_group_name,
    normalise_name,
    normalise_series,
    normalise_township_name,
    normalise_village_name,
    pinyin_initials,
    township_stem,
    village_stem,
)

NORMALISERS = (normalise_name, normalise_village_name, normalise_township_name, normalise_group_name)
STEMS = (village_stem, township_stem, county_stem, group_stem)
PIECES = st.sampled_from(
    [*"一二三五九十第组村寨屯湾社队岩上大小甘莱13０ ab（）()[.-", "村民委员会", "村委会", "居委会", "社区", "村民组", "小组", "街道", "办事处"]
)
NAMES = st.lists(PIECES, max_size=7).map("".join) | st.text(max_size=12)


@settings(deadline=None, max_examples=300)
@given(NAMES)
def test_normalising_is_idempotent(name):
    for normalise in NORMALISERS:
        once = normalise(name)
        assert normalise(once) == once, normalise.__name__


@settings(deadline=None, max_examples=200)
@given(NAMES)
def test_a_name_never_vanishes(name):
    for normalise in (*NORMALISERS, *STEMS):
        assert bool(normalise(name)) == bool(normalise_name(name)), normalise.__name__


@pytest.mark.parametrize(
    ("spellings", "normal"),
    [
        (("甘莱村", "甘莱村委会", "甘莱村民委员会", "甘莱村村民委员会", "甘莱村村委会", "甘莱行政村", " 甘莱 村 "), "甘莱村"),
        (("东街社区", "东街居委会", "东街居民委员会", "东街社区居民委员会", "东街社区居委会"), "东街社区"),
        (("新村", "新村委会", "新村村委会"), "新村"),
    ],
)
def test_villages_written_differently_are_one(spellings, normal):
    assert {normalise_village_name(name) for name in spellings} == {normal}


@pytest.mark.parametrize(
    ("spellings", "normal"),
    [
        (("一组", "1组", "第一组", "第1组", "第1村民组", "１组", "一社", "1队", "第一村民小组", "01", "1.0", "一", "1 组", "壹组"), "1组"),
        (("十一组", "11组", "第十一村民组", "11"), "11组"),
        (("二十组", "20社"), "20组"),
        (("九十九组", "99"), "99组"),
        (("岩上组", "岩上村民组", "岩上小组", "岩上", "岩上社"), "岩上"),
        (("岩上一组", "岩上第一村民组", "岩上1组"), "岩上1组"),
        (("一组（岩上）", "1组(岩上组)", "第一村民组（岩上）"), None),
    ],
)
def test_groups_written_differently_are_one(spellings, normal):
    normals = {normalise_group_name(name) for name in spellings}
    if normal is not None:
        assert normals == {normal}
    assert {group_stem(name) for name in spellings} == {normal or "1组"}


@pytest.mark.parametrize(
    ("one", "other"), [("1组", "11组"), ("十一组", "一组"), ("大寨", "大湾"), ("岩上组", "岩下组"), ("1二组", "12组"), ("二组", "十二组")]
)
def test_different_groups_stay_different(one, other):
    assert normalise_group_name(one) != normalise_group_name(other)
    assert group_stem(one) != group_stem(other)


def test_hamlet_words_go_only_in_the_stem():
    assert normalise_group_name("岩上寨") == "岩上寨"
    assert {group_stem(name) for name in ("岩上寨", "岩上屯", "岩上湾", "岩上组", "岩上寨组")} == {"岩上"}
    assert bracketed("一组（岩上寨）") == "岩上寨"
    assert bracketed("一组") == ""


def test_all_numerals_to_ninety_nine():
    digits = "一二三四五六七八九"

    def written(n):
        tens, ones = divmod(n, 10)
        return ("" if tens == 0 else "十" if tens == 1 else digits[tens - 1] + "十") + (digits[ones - 1] if ones else "")

    for n in range(1, 100):
        assert chinese_number(written(n)) == n
        assert normalise_group_name(f"第{written(n)}村民组") == f"{n}组"
    for bad in ("", "十十", "一百", "一二", "零"):
        with pytest.raises(ValueError, match="numeral"):
            chinese_number(bad)


@pytest.mark.parametrize(
    ("name", "normal", "stem"),
    [
        ("兴泰街道办事处", "兴泰街道", "兴泰"),
        ("打易镇人民政府", "打易镇", "打易"),
        ("三宝彝族乡", "三宝彝族乡", "三宝"),
        ("鲁础营回族乡", "鲁础营回族乡", "鲁础营"),
        ("袁家坝办事处", "袁家坝街道", "袁家坝"),
    ],
)
def test_townships(name, normal, stem):
    assert normalise_township_name(name) == normal
    assert township_stem(name) == stem


def test_county_stems_and_search_initials():
    assert county_stem("兴仁县") == county_stem("兴仁市") == "兴仁"
    assert pinyin_initials("甘莱村") == "glc"
    assert pinyin_initials("望谟县") == "wmx"
    assert pinyin_initials("Ward 3") == "ward3"


def test_a_missing_name_joins_with_nothing():
    names = pd.Series(["一组", None, "", "  ", "第一组"], dtype="string")
    assert normalise_series(names, normalise_group_name).tolist() == ["1组", pd.NA, pd.NA, pd.NA, "1组"]


def test_normalising_keeps_the_villages_of_a_township_apart():
    for edition in (2016, 2023):
        villages = all_areas(edition).query("level == 'village'")
        normal = villages["name"].map(normalise_village_name)
        doubled = pd.DataFrame({"parent": villages["parent_code"], "raw": villages["name"], "normal": normal})
        merged = doubled[doubled.duplicated(["parent", "normal"], keep=False)]
        assert merged.groupby(["parent", "normal"])["raw"].nunique().gt(1).sum() <= 2, "names that are different must not become one"
