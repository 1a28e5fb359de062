"""Single cells: what is understood, what is refused, and that nothing in between is guessed."""

import unicodedata
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.intake.coordinates import degrees
from layers.intake.encoding import choose_codec, decode
from layers.intake.values import DTYPES, expectation, parse_boolean, parse_choice, parse_code, parse_column, parse_date, parser_of, plain_text
from layers.names import LAYERS, Kind, fields_of, get_layer

WIDTH = get_layer("roads").by_name["pavement_width_m"]
LENGTH = get_layer("roads").by_name["length_km"]
COUNT = get_layer("groups").by_name["households_count"]
SURFACE = get_layer("roads").by_name["surface"]
ALL_FIELDS = [field for layer in LAYERS.values() for field in fields_of(layer) if not layer.result]


def value(cell, field, factor=1.0):
    parsed, rule = parser_of(field, factor)(cell)
    return (None if parsed is pd.NA else parsed), rule


@pytest.mark.parametrize(
    ("cell", "field", "factor", "expected"),
    [
        ("1.2公里", LENGTH, 1.0, 1.2),
        ("35米", LENGTH, 1.0, 0.035),
        ("1200", LENGTH, 0.001, 1.2),
        ("1.2km", LENGTH, 0.001, 1.2),
        ("３．５", WIDTH, 1.0, 3.5),
        ("4.5m", WIDTH, 1.0, 4.5),
        ("1,234", COUNT, 1.0, 1234),
        ("1，234户", COUNT, 1.0, 1234),
        ("12.0", COUNT, 1.0, 12),
        (np.float64(7), COUNT, 1.0, 7),
        (" 8 ", COUNT, 1.0, 8),
        ("1e2", COUNT, 1.0, 100),
    ],
)
def test_numbers_that_are_understood(cell, field, factor, expected):
    assert value(cell, field, factor) == (pytest.approx(expected), "")


@pytest.mark.parametrize(
    ("cell", "field", "rule"),
    [
        ("约30", COUNT, "not_a_number"),
        ("三十", COUNT, "not_a_number"),
        ("3-5", COUNT, "not_a_number"),
        ("12,34", COUNT, "not_a_number"),
        (True, COUNT, "not_a_number"),
        (date(2025, 1, 1), COUNT, "not_a_number"),
        ("4.5", COUNT, "not_whole"),
        (-1, COUNT, "out_of_range"),
        (1e300, COUNT, "out_of_range"),
        ("99米", WIDTH, "out_of_range"),
        ("3里", LENGTH, "unknown_unit"),
        ("3户", LENGTH, "unknown_unit"),
        ("inf", WIDTH, "not_a_number"),
    ],
)
def test_numbers_that_are_refused(cell, field, rule):
    assert value(cell, field) == (None, rule)


@pytest.mark.parametrize("cell", [None, "", " ", "-", "—", "/", "不详", "未知", "NULL", float("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("kind", list(Kind))
def test_missing_is_missing_in_every_kind(cell, kind):
    field = next(field for field in ALL_FIELDS if field.kind is kind)
    assert value(cell, field) == (None, "")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("是", True),
        ("√", True),
        ("已通", True),
        ("有", True),
        ("Ｙ", True),
        (1.0, True),
        ("否", False),
        ("×", False),
        ("没通", False),
        ("无", False),
        (0, False),
        (False, False),
    ],
)
def test_yes_and_no(cell, expected):
    assert parse_boolean(cell) == (expected, "")


@pytest.mark.parametrize("cell", ["部分", "2", "在建", "大概是"])
def test_neither_yes_nor_no_is_refused(cell):
    assert parse_boolean(cell)[1] == "not_yes_no"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025", "2025"),
        (2025, "2025"),
        (2025.0, "2025"),
        ("2025年", "2025"),
        ("2025-6", "2025-06"),
        ("2025.06", "2025-06"),
        ("2025年6月", "2025-06"),
        ("202506", "2025-06"),
        ("2025/6/3", "2025-06-03"),
        ("2025年6月30日", "2025-06-30"),
        ("20250630", "2025-06-30"),
        (20250630, "2025-06-30"),
        ("２０２５－０６－３０", "2025-06-30"),
        ("2025/06/30 00:00:00", "2025-06-30"),
        (45838, "2025-06-30"),
        (45838.0, "2025-06-30"),
        (date(2025, 6, 30), "2025-06-30"),
        (datetime(2025, 6, 30, 12), "2025-06-30"),  # noqa: DTZ001 - spreadsheets know no zones
        (pd.Timestamp("2025-06-30"), "2025-06-30"),
    ],
)
def test_dates_keep_the_precision_they_were_given(cell, expected):
    assert parse_date(cell) == (expected, "")


@pytest.mark.parametrize("cell", ["2025-13", "2025-02-30", "去年", "1/2/3", "99999999", 3, True])
def test_no_dates(cell):
    assert parse_date(cell)[1] == "not_a_date"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (522326001001.0, "522326001001"),
        (522326001001, "522326001001"),
        ("0012", "0012"),
        ("522326001001.0", "522326001001"),
        ("'0012", "0012"),
        ("５２２ ３２６", "522326"),
        ("Y001-2", "Y001-2"),
    ],
)
def test_codes(cell, expected):
    assert parse_code(cell) == (expected, "")


@pytest.mark.parametrize("cell", [6.1e17, "6.1E+17", "5.22326E+17", float(2**53)])
def test_codes_that_lost_their_digits(cell):
    parsed, rule = parse_code(cell)
    assert parsed is pd.NA
    assert rule == "lost_digits"


@pytest.mark.parametrize("field", [field for field in ALL_FIELDS if field.kind is Kind.CHOICE], ids=lambda f: f.name)
def test_every_choice_is_found_under_its_value_and_label(field):
    for choice in field.choices:
        assert value(choice.value, field) == (choice.value, "")
        assert value(choice.label, field) == (choice.value, "")
    assert value("绝无此项", field) == (None, "unknown_choice")
    assert all(choice.label in expectation(field) for choice in field.choices)


def test_choice_aliases_ignore_width_case_and_blanks():
    assert value(" Ａsphalt ", SURFACE) == ("asphalt", "")
    assert parse_choice("4G", choices={"4g": "4g"}) == ("4g", "")


cells = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.dates(), st.datetimes())


@given(st.lists(cells, max_size=8), st.sampled_from(ALL_FIELDS))
def test_any_column_gives_typed_values_and_refused_means_missing(column, field):
    series = pd.Series(column, dtype=object, index=range(10, 10 + len(column)))
    parsed = parse_column(series, field)
    assert str(parsed.typed.dtype) == DTYPES[field.kind]
    assert parsed.typed.index.equals(series.index)
    assert parsed.typed[parsed.rules != ""].isna().all()
    numbers = parsed.typed.dropna() if field.kind in (Kind.INTEGER, Kind.NUMBER) else pd.Series(dtype=float)
    assert field.minimum is None or (numbers >= field.minimum).all()
    assert field.maximum is None or (numbers <= field.maximum).all()


@given(st.integers(0, 10**9))
def test_every_way_of_writing_a_count_gives_the_count(number):
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    for cell in (number, float(number), str(number), f"{number:,}", wide, f"{number}户", f"  {number}.0 "):
        assert value(cell, COUNT) == (number, "")


@given(st.text(max_size=30))
def test_plain_text_is_one_trimmed_line_and_stable(text):
    once = plain_text(text)
    assert once == once.strip()
    assert "\n" not in once
    assert plain_text(once) == once


@given(st.floats(0, 179.99))
def test_degrees_minutes_seconds_round_trip(number):
    whole, rest = divmod(number * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    text = f"{whole:.0f}°{minutes:.0f}′{seconds:.6f}″"
    if "60.000000" not in text:
        assert degrees(text) == pytest.approx(number, abs=1e-8)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("106°05′12″", 106 + 5 / 60 + 12 / 3600),
        ("106度5分12秒", 106 + 5 / 60 + 12 / 3600),
        ("E106°5.2′", 106 + 5.2 / 60),
        ("东经106°5′", 106 + 5 / 60),
        ("106°05'12.5\"E", 106 + 5 / 60 + 12.5 / 3600),
        ("25°10′S", -25 - 1 / 6),
        ("106.5°", 106.5),
        ("E106.5", 106.5),
        ("１０６．５", 106.5),
        (106.5, 106.5),
    ],
)
def test_coordinates_that_are_understood(cell, expected):
    assert degrees(cell) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("cell", ["106°75′", "不知道", "", None, "106,5", "1 2 3"])
def test_coordinates_that_are_not(cell):
    assert np.isnan(degrees(cell))


chinese = st.text(alphabet="一二三组村大坪上寨水泥路户数乡镇人口", min_size=1, max_size=12)


@given(st.lists(chinese, min_size=1, max_size=6), st.sampled_from(["utf-8", "gb18030", "gbk"]))
def test_chinese_text_comes_back_from_any_of_its_encodings(texts, codec):
    texts = ["村", *texts]  # `路` alone is also `·` in UTF-8: nothing could tell
    raw = [text.encode(codec) for text in texts]
    found = choose_codec(raw, file="a")
    assert [decode(item, found) for item in raw] == texts


@pytest.mark.parametrize("text", ["一", "坪", "寨", "水", "一水坪"])
def test_a_little_legacy_chinese_that_is_valid_utf8_by_chance(text):
    raw = text.encode("gbk")
    assert raw.decode("utf-8")
    assert decode(raw, choose_codec([raw], file="a")) == text


@pytest.mark.parametrize("text", ["12°30′ 5 m²", "Córdoba", "São Tomé", "Бишкек", "Ақтөбе", "Αθήνα", "Кошкулак", "Đà Nẵng", "काठमाडौं"])
def test_other_scripts_in_utf8_are_not_taken_for_chinese(text):
    assert choose_codec([text.encode()], file="a") == "utf-8"


@given(chinese.filter(lambda t: len(t) > 2), st.integers(1, 2))
def test_a_text_cut_in_the_middle_of_a_character_loses_only_that(text, lost):
    raw = text.encode()[:-lost]
    assert text.startswith(decode(raw, "utf-8"))
    assert len(decode(raw, "utf-8")) == len(text) - 1
    assert unicodedata.is_normalized("NFC", decode(raw, "utf-8"))
