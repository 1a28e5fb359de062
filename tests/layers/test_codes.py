"""Codes are text with levels and parents; the lists and the rename table hold together; ID check digits are those of the standard."""

import hashlib
import tomllib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.codes import (
    AREA_COLUMNS,
    EDITIONS,
    RENAME_COLUMNS,
    all_areas,
    area_names,
    boundaries_folder,
    current_code,
    id_check_digit,
    is_chinese_code,
    is_scientific,
    is_valid_id,
    level_of,
    normalise_code,
    parent_code,
    prefix_of,
    renames,
)
from layers.errors import InputError, QueryError
from layers.renames import derive_renames


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("522326", "county", None),
        ("522326101", "township", "522326"),
        ("522326101204", "village", "522326101"),
        ("52232610120403", "group", "522326101204"),
        ("522326101204003", "group", "522326101204"),
        ("5223261012", None, None),
        ("992326", None, None),
        ("GRP-001", None, None),
        ("", None, None),
        ("５２２３２６", None, None),
    ],
)
def test_level_and_parent_follow_the_length_of_a_chinese_code(code, level, parent):
    assert level_of(code) == level
    assert parent_code(code) == parent
    assert is_chinese_code(code) == (level is not None)


@given(st.text(max_size=20))
def test_a_parent_is_one_level_up_or_nothing(code):
    parent = parent_code(code)
    if parent is not None:
        assert code.startswith(parent)
        levels = ["group", "village", "township", "county"]
        assert levels.index(level_of(parent)) == levels.index(level_of(code)) + 1


def test_prefix_of_leaves_foreign_and_missing_codes_open():
    codes = pd.Series(["52232610120403", "522326101", "KE-030-01", None], dtype="string")
    assert prefix_of(codes, "village").tolist() == ["522326101204", pd.NA, pd.NA, pd.NA]
    assert prefix_of(codes, "county").tolist() == ["522326", "522326", pd.NA, pd.NA]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("５２２３２６", "522326"),
        (" 522326 101 204 ", "522326101204"),
        ("522326.0", "522326"),
        (522326.0, "522326"),
        (52232610120403.0, "52232610120403"),
        (522326, "522326"),
        ("0012", "0012"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        ("kebele-7a", "kebele-7a"),
    ],
)
def test_a_code_is_brought_to_one_spelling(cell, code):
    assert normalise_code(cell) == code
    assert normalise_code(code) == code


@pytest.mark.parametrize("cell", ["5.22326E+14", "6.1e17", "６.1E+17", 6.1e17, 5.223261012041e17])
def test_a_code_whose_digits_are_lost_is_refused_with_a_way_out(cell):
    with pytest.raises(InputError) as caught:
        normalise_code(cell)
    assert "科学计数法" in str(caught.value)
    assert "文本" in str(caught.value)


def test_scientific_notation_is_not_seen_in_ordinary_codes():
    assert is_scientific("5.2E+11")
    assert not any(is_scientific(text) for text in ("522326", "E12", "12E", "G5E3", ""))


def test_the_check_digit_of_the_standards_examples():
    assert id_check_digit("11010519491231002") == "X"
    assert id_check_digit("44052418800101001") == "4"
    assert is_valid_id("11010519491231002X")
    assert is_valid_id("440524188001010014")
    assert not is_valid_id("440524188001010015")
    assert not is_valid_id("11010519491231002x")
    assert not is_valid_id("1101051949123100")


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_the_check_digit_notices_any_one_wrong_digit(first17, place, shift):
    wrong = first17[:place] + str((int(first17[place]) + shift) % 10) + first17[place + 1 :]
    assert id_check_digit(wrong) != id_check_digit(first17)


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_lists_are_whole(edition):
    areas = all_areas(edition)
    assert tuple(areas.columns) == AREA_COLUMNS
    assert areas["code"].is_unique
    assert areas["name"].notna().all()
    assert (areas["code"].map(level_of) == areas["level"]).all()
    below = areas[areas["level"] != "county"]
    assert below["parent_code"].isin(areas["code"]).all()
    assert (below["code"].map(parent_code) == below["parent_code"]).all()
    assert (areas["level"] == "village").sum() == {2016: 4945, 2023: 4341}[edition]


def test_a_countys_names_by_edition():
    new, old = area_names("522302"), area_names("522322", edition=2016)
    assert new.loc[new["level"] == "county", "name"].item() == "兴仁市"
    assert old.loc[old["level"] == "county", "name"].item() == "兴仁县"
    assert area_names("522322").empty
    assert area_names("110101").empty
    with pytest.raises(QueryError, match="2016、2023"):
        area_names("522326", edition=1999)


def test_a_frame_handed_out_is_a_copy():
    mine = all_areas()
    mine.loc[:, "name"] = "x"
    assert "x" not in set(all_areas()["name"])


def test_the_committed_rename_table_is_what_the_two_lists_give():
    derived = derive_renames(all_areas(2016), all_areas(2023), year=2023)
    pd.testing.assert_frame_equal(derived, renames())


def test_every_rename_exists_in_its_edition_and_nothing_is_claimed_twice():
    table, old, new = renames(), all_areas(2016).set_index("code"), all_areas(2023).set_index("code")
    assert tuple(table.columns) == RENAME_COLUMNS
    assert table["old_code"].is_unique
    assert table["new_code"].is_unique
    assert (table["old_code"].map(old["name"]) == table["old_name"]).all()
    assert (table["new_code"].map(new["name"]) == table["new_name"]).all()
    moved = table[table["old_code"] != table["new_code"]]
    assert not moved["new_code"].isin(old.index).any()
    assert not moved["old_code"].isin(new.index).any()
    county = table[table["level"] == "county"].iloc[0]
    assert (county["old_code"], county["old_name"], county["new_code"], county["new_name"]) == ("522322", "兴仁县", "522302", "兴仁市")


def test_a_small_pair_of_editions_followed_by_hand():
    def edition(rows):
        table = pd.DataFrame(rows, columns=["code", "name"], dtype="string")
        return table.assign(level=table["code"].map(level_of), parent_code=table["code"].map(parent_code)).astype("string")

    same = [("520101", "甲县"), ("520101100", "东镇"), ("520101101", "西乡"), ("520101100200", "石村委会")]
    old = edition(
        [
            *same,
            ("520101102", "北乡"),
            ("520101102200", "河村委会"),
            ("520101102201", "山村委会"),
            ("520101100201", "红春村"),
            ("520101100202", "柳树村"),
        ]
    )
    new = edition(
        [
            *same,
            ("520101103", "北镇"),
            ("520101103200", "河村民委员会"),
            ("520101100203", "山村"),
            ("520101100201", "红椿村"),
            ("520101100202", "杨家村"),
        ]
    )
    table = derive_renames(old, new, year=2020).set_index("old_code")
    assert table["derived_by"].to_dict() == {
        "520101102": "same_stem",
        "520101100201": "same_code_same_sound",
        "520101102200": "same_name_same_township",
    }
    assert table.loc["520101102200", "new_code"] == "520101103200"
    assert "520101102201" not in table.index, "山村 went to another township although its own lives on: not followed"
    assert "520101100202" not in table.index, "another name under an old code is not a rename"


def test_current_code_follows_renames_and_is_stable():
    assert current_code("522322") == "522302"
    assert current_code("522322205") == "522302200"
    assert current_code("522326") == "522326"
    assert current_code("KE-030") == "KE-030"
    village = renames().query("level == 'village' and old_code != new_code").iloc[0]
    assert current_code(village["old_code"] + "07") == village["new_code"] + "07"
    assert current_code(village["old_code"] + "007") == village["new_code"] + "007"


def test_current_code_is_idempotent_over_all_old_codes():
    codes = all_areas(2016)["code"]
    once = codes.map(current_code)
    assert (once.map(current_code) == once).all()
    in_use = codes[codes.isin(all_areas(2023)["code"])]
    assert (in_use.map(current_code) == in_use).all(), "a code that is in use may mean the new unit"


def test_sources_name_every_file_with_its_hash():
    folder = boundaries_folder()
    sources = tomllib.loads(folder.joinpath("SOURCES.toml").read_text(encoding="utf-8"))
    present = {item.name for item in folder.iterdir() if item.name.endswith(".csv")}
    assert set(sources["files"]) == present
    for name, digest in sources["files"].items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name
    for table in ("outline", "dem", "codes_2016", "codes_2023"):
        assert {"package", "version", "sha256", "file", "crs", "statement", "date", "licence"} <= set(sources[table]), table
