"""The register's balance, by hand and for any register."""

import geopandas as gpd
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gis.gaps.balance import balance
from gis.gaps.population import count_people

CODES = ["g1", "g2", "g3"]


def _groups(counts):
    frame = {"group_code": pd.array(CODES, dtype="string"), "households_count": pd.array(counts, dtype="Int64")}
    return gpd.GeoDataFrame(frame, geometry=[None] * len(CODES), crs=4490)


def _register(rows):
    return pd.DataFrame(
        {
            "household_code": pd.array([f"h{i}" for i in range(len(rows))], dtype="string"),
            "group_code": pd.array([code for code, _ in rows], dtype="string"),
            "relocated": pd.array([moved for _, moved in rows], dtype="boolean"),
        }
    )


def test_by_hand():
    register = _register([("g1", False), ("g1", None), ("g1", True), ("g2", True), (None, False), (None, True)])
    found = balance(count_people(_groups([9, 9, 7]), register), register)
    assert found.as_dict() == {"register": 6, "in_groups": 2, "settled": 3, "unplaced": 1, "listed_groups": 1, "listed": 7}


def test_without_a_register_the_list_alone_counts():
    found = balance(count_people(_groups([4, None, 5])), None)
    assert (found.register, found.listed_groups, found.listed) == (0, 2, 9)


@given(st.lists(st.tuples(st.sampled_from([*CODES, None]), st.sampled_from([True, False, None])), max_size=30))
def test_every_household_stands_in_one_place(rows):
    register = _register(rows)
    groups = count_people(_groups([3, 3, 3]), register)
    found = balance(groups, register)
    assert found.register == found.in_groups + found.settled + found.unplaced
    assert int(groups["households_count"].sum()) == found.in_groups + found.listed
