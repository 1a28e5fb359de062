"""A store behaves like a dictionary of dictionaries, whatever is done to it and in which order."""

from __future__ import annotations

from itertools import count

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from pandas.testing import assert_frame_equal

from layers.errors import LayerNotFound, StoreError
from layers.store.revision import Change

LAYERS = ["groups", "roads", "gaps"]
BRANCHES = ["main", "方案", "plan-b"]
VALUES = st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=3)


def frame_of(values):
    return pd.DataFrame(
        {"value": pd.array(values, dtype="Int64"), "text": pd.array([None if v is None else f"0{v}" for v in values], dtype="string")}
    )


class StoreMachine(RuleBasedStateMachine):
    """The model: revision id → {layer: values}, branch → line of ids."""

    open_store = None
    names = count()

    @initialize()
    def begin(self):
        self.name = f"county-{next(self.names)}"
        self.store = type(self).open_store(self.name)
        self.content = {}
        self.lines = {}

    def _state(self, branch):
        return self.content[self.lines[branch][-1]] if self.lines.get(branch) else {}

    @rule(branch=st.sampled_from(BRANCHES), changes=st.dictionaries(st.sampled_from(LAYERS), VALUES, min_size=1))
    def commit(self, branch, changes):
        if branch != "main" and branch not in self.lines:
            with pytest.raises(StoreError):
                self.store.commit({name: Change(frame=frame_of(values)) for name, values in changes.items()}, title="t", branch=branch)
            return
        revision = self.store.commit({name: Change(frame=frame_of(values)) for name, values in changes.items()}, title="t", branch=branch)
        self._remember(branch, revision, self._state(branch) | changes)

    @rule(branch=st.sampled_from(BRANCHES), layer=st.sampled_from(LAYERS))
    def drop(self, branch, layer):
        state = self._state(branch)
        if layer not in state:
            with pytest.raises(StoreError):
                self.store.commit({layer: None}, title="t", branch=branch)
            return
        revision = self.store.commit({layer: None}, title="t", branch=branch)
        self._remember(branch, revision, {name: values for name, values in state.items() if name != layer})

    def _remember(self, branch, revision, state):
        line = self.lines.setdefault(branch, [])
        if line and state == self._state(branch):
            assert revision.id == line[-1]
        else:
            assert revision.parent == (line[-1] if line else None)
            line.append(revision.id)
        self.content[revision.id] = state

    @precondition(lambda self: self.lines)
    @rule(name=st.sampled_from(BRANCHES), data=st.data())
    def branch(self, name, data):
        at = data.draw(st.sampled_from(sorted(self.content)))
        if name in self.lines:
            with pytest.raises(StoreError):
                self.store.branch(name, rev=at)
            return
        self.store.branch(name, rev=at)
        line = next(line for line in self.lines.values() if at in line)
        self.lines[name] = line[: line.index(at) + 1]

    @rule()
    def reopen(self):
        self.store = type(self).open_store(self.name)

    @precondition(lambda self: self.content)
    @rule(data=st.data(), layer=st.sampled_from(LAYERS))
    def read_history(self, data, layer):
        at = data.draw(st.sampled_from(sorted(self.content)))
        state = self.content[at]
        if layer in state:
            assert_frame_equal(self.store.read(layer, rev=at), frame_of(state[layer]))
        else:
            with pytest.raises(LayerNotFound):
                self.store.read(layer, rev=at)

    @invariant()
    def heads_are_what_they_should_be(self):
        assert self.store.branches() == {name: line[-1] for name, line in sorted(self.lines.items())}
        for name, line in self.lines.items():
            assert [revision.id for revision in self.store.log(name)] == line[::-1]
            assert set(self.store.head(name).layers) == set(self._state(name))


def test_any_order_of_commits_branches_and_reads(open_store):
    class Machine(StoreMachine):
        pass

    Machine.open_store = staticmethod(open_store)
    run_state_machine_as_test(Machine, settings=settings(max_examples=20, stateful_step_count=20, deadline=None))
