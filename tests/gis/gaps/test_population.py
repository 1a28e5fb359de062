"""Counts of households and people: each household once, what is not known stays missing."""

import geopandas as gpd
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from gis.gaps.population import COUNTS, count_people, count_settled

TYPES = ["registered", "unstable", "edge", "sudden", "low_income", "five_guarantee", "general"]


def groups(**columns):
    frame = pd.DataFrame({"group_code": pd.Series(["A", "B", "C"], dtype="string")})
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype="Int64")
    return gpd.GeoDataFrame(frame, geometry=[Point(0, 0)] * 3, crs=4490)


def register(rows):
    columns = ["household_code", "group_code", "people_count", "household_type", "relocated", "settlement_code"]
    frame = pd.DataFrame(rows, columns=columns)
    kinds = {"people_count": "Int64", "relocated": "boolean"}
    return frame.astype({name: kinds.get(name, "string") for name in columns})


def values(frame, name):
    return [None if pd.isna(v) else v for v in frame[name]]


def test_without_a_register_the_list_counts():
    counted = count_people(groups(households_count=[30, None, 0]))
    assert values(counted, "households_count") == [30, None, 0]
    assert values(counted, "households_basis") == ["attribute", None, "attribute"]
    assert values(counted, "people_count") == [None, None, None]
    assert all(counted[name].dtype == "Int64" for name in COUNTS)


def test_the_register_counts_who_stayed_and_the_settlement_who_left():
    households = register(
        [
            ["1", "A", 4, "general", False, None],
            ["2", "A", 3, "registered", None, None],
            ["3", "A", 5, "registered", True, "S1"],
            ["4", "B", 2, "edge", True, None],
        ]
    )
    counted = count_people(groups(households_count=[50, 50, 50], people_count=[200, 200, 200]), households)
    assert values(counted, "households_count") == [2, 0, 50]
    assert values(counted, "people_count") == [7, 0, 200]
    assert values(counted, "registered_households_count") == [1, 0, None]
    assert values(counted, "households_basis") == ["register", "register", "attribute"]
    settled = count_settled(households)
    assert values(settled, "settlement_code") == ["S1", None]
    assert values(settled, "people_count") == [5, 2]


def test_a_list_of_poor_households_does_not_shrink_the_group():
    households = register([["1", "A", 4, "registered", False, None]])
    counted = count_people(groups(households_count=[50, 50, 50]), households)
    assert values(counted, "households_count") == [50, 50, 50]
    assert values(counted, "registered_households_count") == [1, None, None]
    assert values(counted, "registered_basis") == ["register", None, None]


def test_what_the_register_does_not_know_comes_from_the_list_or_stays_missing():
    households = register([["1", "A", None, "general", False, None], ["2", "B", 3, None, False, None], ["3", "B", None, "general", False, None]])
    counted = count_people(groups(people_count=[9, None, None], registered_households_count=[1, None, None]), households)
    assert values(counted, "households_count") == [1, 2, None]
    assert values(counted, "people_count") == [9, None, None]
    assert values(counted, "people_basis") == ["attribute", None, None]
    assert values(counted, "registered_households_count") == [0, None, None]


def test_matches_decide_where_a_household_lives():
    households = register([["1", None, 4, "general", False, None], ["2", "A", 3, "general", False, None]])
    matches = pd.DataFrame({"household_code": ["1", "2"], "group_code": ["B", None]}, dtype="string")
    counted = count_people(groups(households_count=[8, 8, 8]), households, matches)
    assert values(counted, "households_count") == [8, 1, 8]


HOUSEHOLD = st.tuples(
    st.sampled_from(["A", "B", "C", None]),
    st.integers(0, 9),
    st.sampled_from(TYPES),
    st.sampled_from([True, False, None]),
    st.sampled_from(["S", None]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(HOUSEHOLD, max_size=25))
def test_every_household_counts_once(rows):
    households = register([["0", "A", 1, "general", False, None], *([str(i + 1), *row] for i, row in enumerate(rows))])
    before = households.copy()
    counted, settled = count_people(groups(), households), count_settled(households)
    nowhere = households[households["group_code"].isna() & ~households["relocated"].fillna(value=False)]
    assert counted["households_count"].sum() + settled["households_count"].sum() + len(nowhere) == len(households)
    assert counted["people_count"].sum() + settled["people_count"].sum() + nowhere["people_count"].sum() == households["people_count"].sum()
    pd.testing.assert_frame_equal(households, before)
