"""Persons leave the register at the door: nothing personal comes out, pseudonyms are stable under one key, damaged numbers are told."""

import hmac
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.codes import id_check_digit
from layers.errors import DamagedWorkspace
from layers.intake.problems import MASK, PROBLEM_COLUMNS
from layers.intake.register import PERSON_KEY, pseudonymise
from layers.names import get_layer

KEY, OTHER = b"k" * 32, b"q" * 32
TODAY = date(2026, 1, 1)
GOOD = "11010519491231002X"  # the public example of GB 11643
PERSONAL = get_layer("households").personal


def _frame(**columns):
    size = max(len(values) for values in columns.values())
    base = {"household_code": [f"h{i}" for i in range(size)], **columns}
    return pd.DataFrame({name: pd.array(values, dtype="string") for name, values in base.items()})


def _rules(problems):
    return list(zip(problems["row"], problems["rule"], strict=True))


def _wrong(first17):
    """A number that cannot be anybody's: its check digit is off by one."""
    return first17 + "10X98765432"["10X98765432".index(id_check_digit(first17)) - 1]


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (GOOD, None),
        ("１１０１０５１９４９１２３１００２ｘ", None),
        (" 110105 19491231 002x ", None),
        ("'" + GOOD, None),
        (GOOD + "42", None),  # disability: number, kind 4, degree 2
        ("110105491231002", "id_old_form"),
        ("6.1E+17", "id_damaged"),
        ("1.10105E+17", "id_damaged"),
        ("110105194912310000", "id_truncated"),
        ("110105194912310021", "id_check_digit"),
        ("440524188001010014", "id_birth_date"),  # a right check digit, but nobody is that old
        (_wrong("11010519491331002"), "id_check_digit"),
        ("1101051949123100", "id_length"),
        ("无", "id_length"),
        (GOOD + "99", "id_length"),
    ],
)
def test_each_kind_of_number(number, rule):
    _, problems = pseudonymise(_frame(id_number=[number]), key=KEY, file="户册.xlsx", rows=[7], today=TODAY)
    assert _rules(problems) == ([] if rule is None else [(7, rule)])
    assert set(problems["value"]) <= {MASK}
    assert tuple(problems.columns) == PROBLEM_COLUMNS


def test_a_birth_date_that_does_not_exist_or_lies_ahead():
    impossible = "11010519490231002"
    ahead = "11010520300101002"
    numbers = [first + id_check_digit(first) for first in (impossible, ahead)]
    _, problems = pseudonymise(_frame(id_number=numbers), key=KEY, today=TODAY)
    assert _rules(problems) == [(1, "id_birth_date"), (2, "id_birth_date")]


def test_the_key_is_the_hmac_of_the_number_or_of_the_household():
    frame, _ = pseudonymise(_frame(id_number=[GOOD, None]), key=KEY, today=TODAY)
    expected = [hmac.new(KEY, text.encode(), "sha256").hexdigest()[:32] for text in (GOOD, "h1")]
    assert frame[PERSON_KEY].tolist() == expected
    assert frame[PERSON_KEY].dtype == "string"


def test_all_ways_to_write_one_person_give_one_key_and_are_reported_twice():
    ways = [GOOD, "11010519491231002x", GOOD + "42", "110105491231002"]
    frame, problems = pseudonymise(_frame(id_number=ways), key=KEY, rows=[2, 3, 4, 5], today=TODAY)
    assert len(set(frame[PERSON_KEY])) == 1
    twice = problems[problems["rule"] == "person_twice"]
    assert twice["row"].tolist() == [3, 4, 5]
    assert all("第 2 行" in message for message in twice["message"])


def test_placeholders_do_not_make_one_person_of_many():
    frame, problems = pseudonymise(
        _frame(id_number=["无", "无", "000000000000000000", "000000000000000000", "6.1E+17", "6.1E+17"]), key=KEY, today=TODAY
    )
    assert frame[PERSON_KEY].is_unique
    assert "person_twice" not in set(problems["rule"])


def test_pseudonyms_differ_by_key_and_are_stable():
    frame = _frame(id_number=[GOOD, _wrong("52232619800101001")])
    first, again, other = (pseudonymise(frame, key=key, today=TODAY)[0][PERSON_KEY] for key in (KEY, KEY, OTHER))
    assert first.tolist() == again.tolist()
    assert set(first).isdisjoint(other)


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_missing_or_short_secret_is_refused(key):
    with pytest.raises(DamagedWorkspace, match="密钥"):
        pseudonymise(_frame(id_number=[GOOD]), key=key)


DIGITS = st.text("0123456789", min_size=6, max_size=6)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(DIGITS, st.sampled_from(["note", "source", "household_code", "poverty_cause"])), min_size=1, max_size=6))
def test_no_personal_value_comes_out_anywhere(people):
    numbers = [_wrong(f"52232619{70 + i}0101{digits[:3]}") for i, (digits, _) in enumerate(people)]
    secrets = {
        "id_number": numbers,
        "head_name": [f"演示姓名{digits}" for digits, _ in people],
        "phone": [f"139{i:02d}{digits}" for i, (digits, _) in enumerate(people)],
        "bank_account": [f"6222{i:02d}{digits}{digits}" for i, (digits, _) in enumerate(people)],
        "address": [f"演示路{i}号{digits}室" for i, (digits, _) in enumerate(people)],
    }
    frame = _frame(**secrets, note=["在外务工"] * len(people), source=["民政"] * len(people), poverty_cause=["缺水"] * len(people))
    for row, (_, place) in enumerate(people):
        frame.loc[row, place] = frame.loc[row, "id_number"] if place == "household_code" else "、".join(frame.loc[row, list(secrets)])
    safe, problems = pseudonymise(frame, key=KEY, file="户册.xlsx", today=TODAY)
    written = safe.to_csv() + problems.to_csv() + safe.to_json(force_ascii=False) + problems.to_json(force_ascii=False)
    for values in secrets.values():
        for value in values:
            assert value not in written
    assert PERSONAL.isdisjoint(safe.columns)
    assert len(safe) == len(frame)
    assert safe[PERSON_KEY].notna().all()
    assert set(problems.loc[problems["rule"] == "personal_value", "row"]) == set(range(1, len(people) + 1))


def test_codes_that_are_id_numbers_still_join():
    frame = _frame(household_code=[GOOD, "a1"], settlement_code=["S1", GOOD], id_number=[GOOD, None])
    safe, problems = pseudonymise(frame, key=KEY, today=TODAY)
    assert safe.loc[0, "household_code"] == safe.loc[1, "settlement_code"]
    assert safe.loc[1, "household_code"] == "a1"
    assert safe.loc[0, "settlement_code"] == "S1"
    assert set(problems["rule"]) == {"id_missing", "personal_value"}


def test_place_names_survive_an_address_that_holds_them():
    frame = _frame(village_name=["甘莱村", "甘莱村"], address=["甘莱村", "演示县甘莱村"], head_name=["演一", "演二"], note=["演一在家", "-"])
    safe, _ = pseudonymise(frame, key=KEY)
    assert safe["village_name"].tolist() == ["甘莱村", "甘莱村"]
    assert safe["note"].tolist() == [f"{MASK}在家", "-"]


def test_an_address_that_holds_the_phone_goes_whole():
    frame = _frame(phone=["13900001111"], address=["演示路5号13900001111转"], note=["见演示路5号13900001111转，或 139-0000-1111"])
    safe, _ = pseudonymise(frame, key=KEY)
    assert safe["note"].item() == f"见{MASK}，或 {MASK}"


def test_a_column_that_is_wrong_throughout_is_one_problem():
    numbers = [_wrong(f"522326198001{1 + i % 28:02d}{i:03d}") for i in range(200)]
    frame, problems = pseudonymise(_frame(id_number=numbers), key=KEY, rows=range(3, 203), today=TODAY)
    found = problems[problems["rule"].isin(["id_check_digit"])]
    assert len(found) == 1
    assert found["row"].isna().all()
    assert "200 个证件号" in found["message"].item()
    assert len(frame) == 200


def test_an_empty_register_and_one_without_personal_columns():
    empty, problems = pseudonymise(_frame(id_number=[GOOD]).iloc[:0], key=KEY)
    assert list(empty.columns) == ["household_code", PERSON_KEY]
    assert problems.empty
    plain, problems = pseudonymise(_frame(note=["a", "b"]), key=KEY)
    assert plain[PERSON_KEY].is_unique
    assert _rules(problems) == [(pd.NA, "id_missing")]


def test_the_input_is_not_changed():
    frame = _frame(id_number=[GOOD], head_name=["演一"], note=["演一"])
    before = frame.copy()
    pseudonymise(frame, key=KEY, today=TODAY)
    pd.testing.assert_frame_equal(frame, before)
