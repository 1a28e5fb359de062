"""Search: by name, code prefix and pinyin; exact before prefix before infix."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.finder import make_index, search


@pytest.fixture(scope="module")
def index():
    text = lambda *values: pd.array(values, dtype="string")  # noqa: E731
    villages = gpd.GeoDataFrame(
        {"village_code": text("522326100201", "522326100202"), "village_name": text("纳坝村", "上纳坝村"), "township_name": text("复兴镇", "复兴镇")},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=4490,
    )
    groups = gpd.GeoDataFrame(
        {
            "group_code": text("52232610020101", "52232610020102", None),
            "group_name": text("一组", None, "三组"),
            "hamlet_name": text("岩脚", "纳坝", None),
            "village_name": text("纳坝村", "纳坝村", None),
            "township_name": text("复兴镇", "复兴镇", None),
        },
        geometry=[shapely.Point(0.5, 0.5), shapely.Point(0.6, 0.5), None],
        crs=4490,
    )
    return make_index({"villages": villages, "groups": groups})


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("纳坝村", "纳坝村"),
        ("纳坝", "纳坝"),
        ("52232610020102", "纳坝"),
        ("5223261002", "纳坝村"),
        ("nabacun", "纳坝村"),
        ("nbc", "纳坝村"),
        ("yj", "一组（岩脚）"),
        ("YANJIAO", "一组（岩脚）"),
        (" 上纳 ", "上纳坝村"),
    ],
)
def test_the_best_hit_comes_first(index, text, first):
    assert search(index, text, 10)[0]["name"] == first


def test_exact_before_prefix_before_infix(index):
    names = [hit["name"] for hit in search(index, "纳坝村", 10)]
    assert names == ["纳坝村", "上纳坝村"]


def test_a_hit_says_where_it_is(index):
    hit = search(index, "岩脚", 1)[0]
    assert hit == {
        "kind": "group",
        "code": "52232610020101",
        "name": "一组（岩脚）",
        "path": "复兴镇 › 纳坝村",
        "lon": 0.5,
        "lat": 0.5,
        "bounds": [0.5, 0.5, 0.5, 0.5],
    }


def test_codes_match_from_their_beginning_only(index):
    assert search(index, "0201", 10) == []


@pytest.mark.parametrize("text", ["", "  ", "没有这里", "%", "_", ".*", "'; --"])
def test_nothing_is_found_where_nothing_is(index, text):
    assert search(index, text, 10) == []


def test_a_place_without_coordinates_is_found_all_the_same(index):
    hit = search(index, "三组", 5)[0]
    assert (hit["lon"], hit["bounds"]) == (None, None)


def test_the_limit_holds(index):
    assert len(search(index, "纳", 1)) == 1
