"""Wrong standards are refused in one Chinese sentence that says file, key, value and what is expected."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.standards import Standard, list_standards, load_standard
from gis.standards.files import BUILT_IN
from gis.standards.standard import walk
from layers.errors import StandardError, ZutongError

OWN = """version = 1
title = "县标准"
extends = "national-2018"
[school]
within_m = {within}
kinds = {{ value = ["primary"], unit = "", source = "县", confidence = "S" }}
near_miss_m = {{ value = 0, unit = "m", source = "县", confidence = "S" }}
{extra}
[school.eligibility]
exclude_whole_relocation = {{ value = true, unit = "", source = "县", confidence = "S" }}
"""
GOOD = '{ value = 3000, unit = "m", source = "县", confidence = "S" }'


def refused(*args, **kwargs) -> StandardError:
    with pytest.raises(StandardError) as caught:
        load_standard(*args, **kwargs)
    assert isinstance(caught.value, ZutongError)
    return caught.value


def own(tmp_path: Path, *, within: str = GOOD, extra: str = "") -> StandardError:
    (tmp_path / "own.toml").write_text(OWN.format(within=within, extra=extra), encoding="utf-8")
    return refused(["own"], folder=tmp_path)


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ('{ value = 3, unit = "km", source = "县", confidence = "S" }', ("school.within_m.unit", "'km'", "'m'")),
        ('{ value = "3000", unit = "m", source = "县", confidence = "S" }', ("school.within_m.value", "'3000'", "须为数")),
        ('{ value = true, unit = "m", source = "县", confidence = "S" }', ("school.within_m.value", "True", "须为数")),
        ('{ value = -1, unit = "m", source = "县", confidence = "S" }', ("school.within_m.value", "-1", "不小于 0")),
        ('{ value = nan, unit = "m", source = "县", confidence = "S" }', ("school.within_m.value", "nan")),
        ('{ value = 1, unit = "m", source = "", confidence = "S" }', ("school.within_m.source", "不能为空")),
        ('{ value = 1, unit = "m", confidence = "S" }', ("school.within_m.source", "缺少这一项")),
        ('{ value = 1, unit = "m", source = "县", confidence = "高" }', ("school.within_m.confidence", "高", "'H'")),
        ('{ value = 1, unit = "m", source = "县", confidence = "S", sauce = "x" }', ("school.within_m.sauce", "没有这一项")),
        ("3000", ("school.within_m", "3000", "value, unit, source, confidence")),
    ],
)
def test_a_wrong_threshold_is_named(tmp_path, within, expected):
    error = own(tmp_path, within=within)
    assert error.sentence.startswith("own.toml：")
    assert all(part in error.sentence for part in expected), error.sentence


def test_an_unknown_key_in_a_rule_is_named(tmp_path):
    assert "school.with_in_m" in own(tmp_path, extra=f"with_in_m = {GOOD}").sentence


def test_a_value_outside_the_dictionary_lists_what_is_allowed(tmp_path):
    error = refused(["guizhou-2017"], overrides={"school.kinds": ["university"]})
    assert "university" in error.sentence
    assert "teaching_point" in error.sentence


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        ({"road.end_distance_m": 300}, ("road.end_distance_m",)),
        ({"road": 5}, ("road", "不是一个值")),
        ({"road.eligibility": {"value": 3}}, ("road.eligibility", "不是一个值")),
        ({"road.end_distance_point_m.value": 3}, ("road.end_distance_point_m.value",)),
        ({"sewage.x": 1}, ("sewage.x",)),
        ({"road.end_distance_point_m": "三百"}, ("县自定", "road.end_distance_point_m", "三百", "须为数")),
        ({"road.eligibility.min_households": 2.5}, ("road.eligibility.min_households", "2.5", "整数")),
        ({"road.end_distance_point_m": {"value": 1, "unit": "km"}}, ("km", "'m'")),
        ({"network.doubt_m": 1}, ("doubt_m 不得小于 touch_m",)),
        ({"clinic.same_village": False, "clinic.within_m": {"value": -5}}, ("clinic.within_m", "-5")),
    ],
)
def test_a_wrong_override_is_named(overrides, parts):
    error = refused(["guizhou-2017"], overrides=overrides)
    assert all(part in error.sentence for part in parts), error.sentence


def test_full_may_not_be_weaker_than_basic():
    assert "达标" in refused(["national-2018"], overrides={"water.litres_pcd_full": 10}).sentence
    assert "达标" in refused(["national-2018"], overrides={"water.fetch_horizontal_full_m": 9000}).sentence


def test_an_unknown_id_suggests_the_nearest():
    error = refused(["guizhou-2018"])
    assert "guizhou-2018" in error.sentence
    assert "guizhou-2017" in error.hint


@pytest.mark.parametrize("ids", [[], "guizhou-2017", ["../secrets"], ["/etc/passwd"], [""]])
def test_ids_that_are_no_list_of_ids(ids):
    assert refused(ids).sentence


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b'version = 1\ntitle = "\xb9\xf3\xd6\xdd"\n', "UTF-8"),
        (b"version = \n", "TOML"),
        (b'title = "x"\n', "version"),
        (b'version = 1\ntitle = "x"\nid = "y"\n', "id"),
        (b'version = 1\ntitle = "x"\n[sewage]\nx = 1\n', "sewage"),
        (b'version = 1\ntitle = "x"\n', "road"),
        (b'version = 1\ntitle = "x"\nextends = "own"\n', "循环"),
        (b'version = 1\ntitle = "x"\nextends = "nowhere"\n', "nowhere"),
        (b'version = 1\ntitle = "x"\nroad = 3\n', "road"),
    ],
)
def test_broken_files_are_refused(tmp_path, content, part):
    (tmp_path / "own.toml").write_bytes(content)
    error = refused(["own"], folder=tmp_path)
    assert part in error.sentence


def test_a_county_file_may_not_take_a_built_in_id(tmp_path):
    (tmp_path / "guizhou-2017.toml").write_bytes((BUILT_IN / "guizhou-2017.toml").read_bytes())
    assert "guizhou-2017" in refused(["guizhou-2017"], folder=tmp_path).sentence
    with pytest.raises(StandardError):
        list_standards(tmp_path)


NUMBERS = [key for key, _, leaf in walk(load_standard(["national-2018"])) if isinstance(leaf.value, float)]


@settings(max_examples=60, deadline=None)
@given(key=st.sampled_from(NUMBERS), value=st.floats(allow_nan=True, allow_infinity=True) | st.text(max_size=3) | st.none() | st.booleans())
def test_any_override_gives_a_standard_or_a_standard_error(key, value):
    sound = isinstance(value, float) and math.isfinite(value) and value >= 0
    try:
        standard: Standard | None = load_standard(["national-2018"], overrides={key: value})
    except StandardError:
        standard = None
    if standard is None:  # refused: wrong by itself, above 1 for a share, or at odds with its neighbour
        assert not sound or value != {name: leaf for name, _, leaf in walk(load_standard(["national-2018"]))}[key].value
        return
    assert sound
    assert {name: leaf for name, _, leaf in walk(standard)}[key].value == value
