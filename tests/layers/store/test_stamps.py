"""A result is outdated exactly when something it was computed from is no longer so."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import LayerNotFound
from layers.store.files import FileStore
from layers.store.revision import Change
from layers.store.stamps import is_outdated, make_stamp


def table(value):
    return pd.DataFrame({"x": [value]})


@pytest.fixture
def store(tmp_path):
    """groups → coverage → gaps; coverage also looked for roads, and found none."""
    store = FileStore(tmp_path)
    base = store.commit({"groups": Change(frame=table(1)), "rivers": Change(frame=table(1))}, title="in")
    stamp = make_stamp(base, ["groups", "roads"], standard="s@1", standard_sha256="aa", options={"limit_m": 3}, code_version="1")
    mid = store.commit({"coverage": Change(frame=table(2), stamp=stamp)}, title="run")
    store.commit({"gaps": Change(frame=table(3), stamp=make_stamp(mid, ["coverage"]))}, title="roll up")
    return store


def test_a_fresh_result_is_not_outdated(store):
    stamp = store.head().layers["coverage"].stamp
    assert is_outdated(store, "coverage") == []
    assert is_outdated(store, "gaps") == []
    assert is_outdated(store, "coverage", current=stamp) == []
    assert is_outdated(store, "groups") == []


def test_what_it_never_read_does_not_matter(store):
    store.commit({"rivers": Change(frame=table(9))}, title="t")
    assert is_outdated(store, "coverage") == []


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"groups": Change(frame=table(9))}, ["groups"]),
        ({"groups": None}, ["groups"]),
        ({"roads": Change(frame=table(9))}, ["roads"]),
        ({"roads": Change(frame=table(9)), "groups": Change(frame=table(9))}, ["groups", "roads"]),
    ],
)
def test_inputs_that_change_come_or_go(store, changes, reasons):
    store.commit(changes, title="t")
    assert is_outdated(store, "coverage") == reasons
    assert is_outdated(store, "gaps") == ["coverage"]
    assert is_outdated(store, "gaps", "main~1") == []


def test_an_input_that_comes_back_makes_it_current_again(store):
    store.commit({"groups": Change(frame=table(9))}, title="t")
    store.commit({"groups": Change(frame=table(1))}, title="t")
    assert is_outdated(store, "gaps") == []


@pytest.mark.parametrize(
    ("update", "reasons"),
    [
        ({"standard_sha256": "bb"}, ["standard"]),
        ({"standard": "s@2"}, ["standard"]),
        ({"options": {"limit_m": 4}}, ["options"]),
        ({"code_version": "2", "standard_sha256": ""}, ["standard", "code_version"]),
    ],
)
def test_standard_options_and_program(store, update, reasons):
    current = store.head().layers["coverage"].stamp.model_copy(update=update)
    assert is_outdated(store, "coverage", current=current) == reasons


def test_a_layer_that_is_not_there(store):
    with pytest.raises(LayerNotFound):
        is_outdated(store, "roads")
