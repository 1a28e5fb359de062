"""Totals reconcile at every level, whatever is missing."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.gaps.areas import areas_of, place_groups, villages_of
from gis.gaps.rollup import MEASURES, ROLLUP_COLUMNS, TOTAL_COLUMNS, rollup

VERDICTS = ["met", "lacking", "unknown", "excluded"]


def text(values):
    return pd.array(values, dtype="string")


def areas(*rows):
    return pd.DataFrame(rows, columns=["code", "name", "level", "parent_code"], dtype="string")


def coverage(codes, verdicts, service="power"):
    frame = pd.DataFrame({"group_code": text(codes), "service": text([service] * len(codes)), "verdict": text(verdicts)})
    return frame.assign(
        near_miss=pd.array([v == "lacking" for v in verdicts], dtype="boolean"), conflict=pd.array([False] * len(codes), dtype="boolean")
    )


COUNTY = areas(
    ("522326", "望谟县", "county", None),
    ("522326101", "甲镇", "township", "522326"),
    ("522326102", "乙镇", "township", "522326"),
    ("522326101201", "上村", "village", "522326101"),
    ("522326102201", "上村", "village", "522326102"),
)


def test_a_small_county_adds_up_by_hand():
    groups = pd.DataFrame(
        {
            "group_code": text(["52232610120101", "52232610120102", "B1", "B2"]),
            "village_code": text([None, "522326101201", "522326102201", None]),
            "township_code": text([None, None, None, "522326102"]),
            "households_count": pd.array([40, None, 10, 5], dtype="Int64"),
            "people_count": pd.array([160, 30, 40, 20], dtype="Int64"),
        }
    )
    table = rollup(coverage(groups["group_code"], ["met", "lacking", "unknown", "excluded"]), groups, COUNTY)
    assert tuple(table.columns) == ROLLUP_COLUMNS
    rows = table.set_index("area_code")
    assert rows.loc["522326", ["groups_total", "households_total", "people_total", "missing_count_groups", "near_miss_groups"]].tolist() == [
        4,
        55,
        250,
        1,
        1,
    ]
    assert rows.loc["522326101", ["groups_met", "groups_lacking", "households_met", "households_lacking"]].tolist() == [1, 1, 40, 0]
    assert rows.loc["522326101201", "groups_total"] == 2
    assert rows.loc["-522326102", ["level", "area_name", "parent_code", "groups_excluded"]].tolist() == ["village", "（未归属）", "522326102", 1]
    assert rows.loc["522326102201", "area_name"] == rows.loc["522326101201", "area_name"]


def test_units_without_groups_are_rows_of_zeros_and_order_is_fixed():
    groups = pd.DataFrame({"group_code": text(["G"]), "village_code": text(["522326101201"])})
    table = rollup(coverage(["G"], ["met"]), groups, COUNTY.iloc[::-1])
    assert table["area_code"].tolist() == ["522326", "522326101", "522326102", "522326101201", "522326102201"]
    assert table.loc[table["area_code"] == "522326102201", list(TOTAL_COLUMNS)].to_numpy().sum() == 0


def test_without_any_codes_names_stand_in_and_equal_village_names_stay_apart():
    groups = pd.DataFrame(
        {"group_code": text(["1", "2", "3"]), "village_name": text(["Rampur", "Rampur", None]), "township_name": text(["North", "South", "South"])}
    )
    placed = place_groups(groups, areas())
    assert placed["village_code"].tolist() == ["North/Rampur", "South/Rampur", "-South"]
    assert placed["township_code"].tolist() == ["North", "South", "South"]
    assert placed["county_code"].tolist() == ["-", "-", "-"]


def test_a_name_that_one_unit_alone_has_stands_for_its_code():
    groups = pd.DataFrame(
        {
            "group_code": text(["1", "2", "3", "4", "52232610120101"]),
            "township_name": text(["甲镇", "乙镇", "甲镇", None, "另一个名字"]),
            "village_name": text(["上村", "上村", "下村", "上村", "也是"]),
        }
    )
    placed = place_groups(groups, COUNTY)
    assert placed["village_code"].tolist() == ["522326101201", "522326102201", "522326101/下村", "上村", "522326101201"]
    assert placed["township_code"].tolist() == ["522326101", "522326102", "522326101", "-522326", "522326101"]
    assert [code if code is not pd.NA else None for code in villages_of(groups, COUNTY)] == [
        "522326101201",
        "522326102201",
        None,
        None,
        "522326101201",
    ]
    alone = pd.DataFrame({"group_code": text(["1"]), "village_name": text(["中村"])})
    more = pd.concat([COUNTY, areas(("522326102202", "中村", "village", "522326102"))])
    assert place_groups(alone, more)[["village_code", "township_code"]].iloc[0].tolist() == ["522326102202", "522326102"]


def test_villages_find_their_township_by_its_name(build):
    layers = {
        "townships": build.frame(
            "township_code", [{"township_code": f"T{i}", "township_name": name, "at": (0, 0)} for i, name in enumerate("甲乙乙")]
        ),
        "committees": build.frame(
            "village_code", [{"village_code": f"V{i}", "village_name": "村", "township_name": name, "at": (0, 0)} for i, name in enumerate("甲乙丙")]
        ),
    }
    found = areas_of(layers)
    assert found.loc[found["level"] == "village", "parent_code"].astype(object).where(lambda code: code.notna(), None).tolist() == ["T0", None, None]


def test_one_village_has_one_township_whatever_single_groups_say():
    groups = pd.DataFrame({"group_code": text(["1", "2", "3"]), "village_code": text(["V"] * 3), "township_code": text(["T2", "T1", "T2"])})
    assert place_groups(groups, areas())["township_code"].tolist() == ["T2"] * 3
    assert place_groups(groups, areas(("V", "村", "village", "T9")))["township_code"].tolist() == ["T9"] * 3


def test_areas_come_from_the_layers_each_code_once(build):
    layers = {
        "townships": build.frame("township_code", [{"township_code": "522326101", "township_name": "甲镇", "at": (0, 0)}]),
        "villages": build.frame("village_code", [{"village_code": "522326101201", "village_name": "上村", "at": (0, 0)}]),
        "committees": build.frame("village_code", [{"village_code": "522326101201", "at": (0, 0)}, {"village_code": "522326101202", "at": (0, 0)}]),
    }
    found = areas_of(layers)
    assert found["code"].tolist() == ["522326101", "522326101201", "522326101202"]
    assert found["parent_code"].tolist() == ["522326", "522326101", "522326101"]


def test_a_group_that_was_not_judged_is_unknown():
    groups = pd.DataFrame({"group_code": text(["a", "b"]), "village_code": text(["V", "V"])})
    table = rollup(coverage(["a"], ["met"]), groups, areas())
    assert table.loc[table["area_code"] == "V", ["groups_met", "groups_unknown", "groups_total"]].to_numpy().tolist() == [[1, 1, 2]]


CODE = st.sampled_from(["522326101201", "522326102201", "522326102202", "V9", "V8", None])
TOWNSHIP = st.sampled_from(["522326101", "522326102", "T9", None])
COUNT = st.one_of(st.none(), st.integers(0, 99))
ROW = st.tuples(CODE, TOWNSHIP, st.sampled_from(["上村", "下村", None]), COUNT, COUNT, COUNT, st.sampled_from(VERDICTS))
AREA = st.tuples(CODE.filter(bool), st.sampled_from(["上村", None]), st.just("village"), TOWNSHIP)


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=20), st.lists(AREA, max_size=5), st.booleans(), st.sampled_from(["G", "522326103201{:02d}"]))
def test_each_level_sums_to_the_next(rows, villages, whole, pattern):
    codes = [pattern.format(i) if "{" in pattern else f"{pattern}{i}" for i in range(len(rows))]
    village, township, name, households, people, registered, verdict = (list(column) for column in zip(*rows, strict=True))
    groups = pd.DataFrame({"group_code": text(codes), "village_code": text(village), "township_code": text(township), "village_name": text(name)})
    for column, values in (("households_count", households), ("people_count", people), ("registered_households_count", registered)):
        groups[column] = pd.array(values, dtype="Int64")
    table = rollup(coverage(codes, verdict), groups, pd.concat([COUNTY, areas(*villages)]) if whole else areas(*villages))
    levels = dict(list(table.groupby("level")))
    assert not table.duplicated(["service", "level", "area_code"]).any()
    for column in TOTAL_COLUMNS:
        assert len({int(part[column].sum()) for part in levels.values()}) == 1
    for lower, upper in (("village", "township"), ("township", "county")):
        sums = levels[lower].groupby("parent_code")[list(TOTAL_COLUMNS)].sum()
        above = levels[upper].set_index("area_code")[list(TOTAL_COLUMNS)]
        pd.testing.assert_frame_equal(sums.reindex(above.index).fillna(0).astype("Int64"), above, check_names=False)
    for measure, column in MEASURES.items():
        assert (table[[f"{measure}_{v}" for v in VERDICTS]].sum(axis=1) == table[f"{measure}_total"]).all()
        expected = len(groups) if not column else groups[column].sum()
        assert levels["county"][f"{measure}_total"].sum() == expected
    assert levels["county"]["missing_count_groups"].sum() == groups["households_count"].isna().sum()


def test_nothing_judged_is_an_empty_table():
    groups = pd.DataFrame({"group_code": text(["a"])})
    table = rollup(coverage([], []), groups, areas())
    assert tuple(table.columns) == ROLLUP_COLUMNS
    assert table.empty


@pytest.mark.parametrize("service", ["hardened_road", "school"])
def test_services_keep_their_order(service):
    groups = pd.DataFrame({"group_code": text(["a"])})
    both = pd.concat([coverage(["a"], ["met"], "school"), coverage(["a"], ["lacking"], "hardened_road")])
    table = rollup(both, groups, areas())
    assert table["service"].drop_duplicates().tolist() == ["hardened_road", "school"]
    assert table.loc[table["service"] == service, "groups_total"].sum() == 3
