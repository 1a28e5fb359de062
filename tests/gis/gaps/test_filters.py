"""One filter for every table."""

import pandas as pd
import pytest

from gis.gaps.coverage import assess
from gis.gaps.filters import Filter
from gis.gaps.levels import VERDICTS
from gis.gaps.rollup import rollup
from gis.gaps.table import GROUP_COLUMNS, conflicts, group_rows, group_table, near_misses, unknown_worklist
from layers.errors import QueryError

AREAS = pd.DataFrame(
    [
        ("C", "县", "county", None),
        ("T1", "甲镇", "township", "C"),
        ("T2", "乙镇", "township", "C"),
        ("V1", "上村", "village", "T1"),
        ("V2", "下村", "village", "T2"),
    ],
    columns=["code", "name", "level", "parent_code"],
    dtype="string",
)


@pytest.fixture(scope="module")
def found(build, standard):
    groups = build.groups(
        {"group_code": "a", "village_code": "V1", "at": (100, 0), "reported_hardened_road": True},
        {"group_code": "b", "village_code": "V1", "at": (600, 0), "reported_hardened_road": True},
        {"group_code": "c", "village_code": "V2", "at": (5000, 0), "households_count": 90},
        {"group_code": "d", "township_code": "T2", "at": None, "households_count": 50},
        {"group_code": "e", "village_code": "V2", "at": (5000, 90), "households_count": 3},
    )
    return assess({"groups": groups, "roads": build.roads(build.trunk())}, standard)


@pytest.fixture(scope="module")
def wide(found):
    return group_table(found.groups, found.coverage, AREAS)


@pytest.fixture(scope="module")
def totals(found):
    return rollup(found.coverage, found.groups, AREAS)


def test_the_wide_table_holds_units_verdicts_and_places(wide):
    assert list(wide.columns[: len(GROUP_COLUMNS)]) == list(GROUP_COLUMNS)
    assert wide["hardened_road"].tolist() == ["met", "lacking", "lacking", "unknown", "excluded"]
    assert wide["village_code"].tolist() == ["V1", "V1", "V2", "-T2", "V2"]
    assert wide["hardened_road_near_miss"].tolist() == [False, True, False, False, False]
    assert wide.crs.to_epsg() == 4490
    rows = group_rows(wide, "hardened_road")
    assert rows["code"].tolist() == ["a", "b", "c", "d", "e"]
    assert rows["lon"].isna().tolist() == [False, False, False, True, False]
    assert rows.loc[1, ["reason", "conflict"]].tolist() == ["end_too_far", True]


@pytest.mark.parametrize("status", VERDICTS)
@pytest.mark.parametrize("area", ["", "C", "T1", "T2", "V2", "-T2"])
def test_filtered_groups_and_totals_agree(wide, totals, status, area):
    rows = Filter("hardened_road", area=area, status=status).apply(wide)
    for level, holder in (("county", ("", "C")), ("township", ("", "C", "T1", "T2"))):
        if area in holder:
            units = Filter("hardened_road", level, area).apply(totals)
            assert units[f"groups_{status}"].sum() == len(rows)
            assert set(Filter("hardened_road", level, area, status).apply(totals)["area_code"]) == set(
                units.loc[units[f"groups_{status}"] > 0, "area_code"]
            )


def test_flags_select_and_exclude(wide):
    assert Filter("hardened_road", near_miss=True).apply(wide)["group_code"].tolist() == ["b"]
    assert Filter("hardened_road", near_miss=False, status="lacking").apply(wide)["group_code"].tolist() == ["c"]
    assert Filter("hardened_road", conflict=True).apply(wide)["group_code"].tolist() == ["b"]
    assert Filter(area="c").apply(wide)["group_code"].tolist() == ["c"]


def test_it_says_what_it_shows():
    assert Filter("hardened_road", "group", "T1", "lacking", near_miss=True).describe("甲镇") == "硬化路 · 村民组 · 甲镇（T1） · 未达标 · 差一点"
    assert Filter(level="township").describe() == "全部服务 · 乡镇 · 全县"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"service": "roads"}, "hardened_road"),
        ({"level": "province"}, "乡镇"),
        ({"service": "power", "status": "bad"}, "未达标"),
        ({"status": "met"}, "哪一项服务"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(wrong, said):
    with pytest.raises(QueryError, match=said):
        Filter(**wrong)


def test_unknown_areas_and_wrong_tables_are_refused(wide, totals):
    with pytest.raises(QueryError, match="T9"):
        Filter(area="T9").apply(wide)
    with pytest.raises(QueryError, match="T9"):
        Filter(level="village", area="T9").apply(totals)
    with pytest.raises(QueryError, match="乡镇"):
        Filter(level="township").apply(wide)


def test_lists_for_the_planner(found):
    assert near_misses(found.coverage)["group_code"].tolist() == ["b"]
    assert conflicts(found.coverage)["group_code"].tolist() == ["b"]
    work = unknown_worklist(found.coverage, found.groups)
    road = work[work["service"] == "hardened_road"]
    assert road[["reason", "missing", "group_codes", "households_count"]].to_numpy().tolist() == [["no_location", "geometry", "d", 50]]
    assert work["households_count"].is_monotonic_decreasing
    unknown = found.coverage[found.coverage["verdict"] == "unknown"]
    assert work["groups_count"].sum() == len(unknown)


def test_a_known_area_without_groups_is_empty_and_an_unknown_one_is_refused(wide):
    wanted = Filter("power", "group", area="V3")
    assert len(wanted.apply(wide, {"V1", "V3"})) == 0
    with pytest.raises(QueryError, match="没有代码"):
        wanted.apply(wide, {"V1"})
