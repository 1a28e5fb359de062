"""Problem rows: one shape, broadcast from scalars and sequences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.intake.problems import LONGEST_VALUE, PROBLEM_COLUMNS, Origin, empty, join_problems, problem_rows


def dtypes(frame):
    return {name: str(kind) for name, kind in frame.dtypes.items()}


EXPECTED = {name: "Int64" if name == "row" else "string" for name in PROBLEM_COLUMNS}


def test_an_empty_frame_has_every_column_and_is_never_shared():
    first = empty()
    assert dtypes(first) == EXPECTED
    assert len(first) == 0
    first["extra"] = 1
    assert tuple(empty().columns) == PROBLEM_COLUMNS


def test_scalars_make_one_row():
    frame = problem_rows(layer="groups", rule="r", severity="error", message="不行", row=7)
    assert dtypes(frame) == EXPECTED
    assert frame.loc[0, ["layer", "row", "message", "file"]].tolist() == ["groups", 7, "不行", ""]
    assert problem_rows(layer="groups", rule="r", severity="info", message="整个文件")["row"].isna().all()


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 10**6)), st.text(max_size=200)), max_size=6))
def test_sequences_are_broadcast_against_scalars(items):
    frame = Origin("roads", "a.shp").problem(
        "r", "warning", [f"第 {row} 行" for row, _ in items], row=[row for row, _ in items], value=[v for _, v in items]
    )
    assert dtypes(frame) == EXPECTED
    assert len(frame) == len(items)
    assert frame["row"].isna().tolist() == [row is None for row, _ in items]
    assert frame["value"].str.len().le(LONGEST_VALUE + 1).all()
    assert set(frame["file"]) <= {"a.shp"}


def test_uneven_sequences_are_a_programming_error():
    with pytest.raises(ValueError, match="lengths"):
        problem_rows(layer="a", rule="r", severity="info", message=["1", "2"], row=[1])


def test_joining_keeps_order_and_shape():
    one = problem_rows(layer="a", rule="1", severity="info", message="x")
    two = problem_rows(layer="a", rule="2", severity="info", message=["y", "z"])
    joined = join_problems([one, empty(), two])
    assert joined["rule"].tolist() == ["1", "2", "2"]
    assert dtypes(joined) == EXPECTED
    assert dtypes(join_problems([])) == EXPECTED
