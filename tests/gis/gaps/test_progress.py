"""Verdicts of two judgements side by side."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gis.gaps.progress import TRANSITION_COLUMNS, transitions

VERDICTS = ["met", "lacking", "unknown", "excluded"]
cells = st.dictionaries(st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["hardened_road", "power"])), st.sampled_from(VERDICTS))


def _coverage(table):
    rows = [(group, service, verdict) for (group, service), verdict in table.items()]
    return pd.DataFrame(rows, columns=["group_code", "service", "verdict"], dtype="string")


def test_by_hand():
    before = _coverage({("a", "power"): "lacking", ("b", "power"): "lacking", ("c", "power"): "met", ("d", "power"): "met"})
    after = _coverage({("a", "power"): "met", ("b", "power"): "met", ("c", "power"): "lacking", ("e", "power"): "unknown"})
    found = transitions(before, after)
    rows = found.astype(object).where(found.notna(), None).to_numpy().tolist()
    assert rows == [
        ["power", "lacking", "met", 2, "a,b"],
        ["power", "met", "lacking", 1, "c"],
        ["power", "met", None, 1, "d"],
        ["power", None, "unknown", 1, "e"],
    ]


@given(cells, cells)
def test_every_change_is_told_once_and_nothing_else(before, after):
    found = transitions(_coverage(before), _coverage(after))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    told = [(code, row.service) for row in found.itertuples() for code in row.group_codes.split(",")]
    assert sorted(told) == sorted(changed)
    assert list(found["groups_count"]) == [len(codes.split(",")) for codes in found["group_codes"]]
    assert tuple(found.columns) == TRANSITION_COLUMNS
