"""Which weights a study counts with."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.criteria import read_weight_sets, weight_frame
from gis.sites.sets import load_site_set
from gis.sites.weighing import NEUTRAL, RESERVED, UNNAMED, Weighing, criterion_keys, weigh
from layers.errors import QueryError

RULES = load_site_set()
LABELS = {key: label for key, label, _ in RULES.criteria.listed()}
WEIGHTS = st.dictionaries(st.sampled_from(sorted(LABELS)), st.floats(0.01, 100), min_size=1, max_size=5)


def test_the_set_brings_its_own_weights_and_ranges():
    found = weigh(RULES, Weighing(), {})
    assert (found.name, found.method, found.source) == (NEUTRAL, "neutral", RULES.reference())
    assert found.weights["hazard"] == 0.2
    swing = float(RULES.ranking.range_share.value)
    assert found.low["hazard"] == pytest.approx(0.2 * (1 - swing))
    assert weigh(RULES, Weighing(name=NEUTRAL), {}) == found


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, st.none() | st.floats(0, 1))
def test_given_weights_are_shares_within_their_ranges(weights, spread):
    found = weigh(RULES, Weighing(weights=weights, spread=spread), {})
    total = sum(weights.values())
    assert dict(found.weights) == pytest.approx({key: weight / total for key, weight in weights.items()})
    for key, share in found.weights.items():
        swing = 0.5 if spread is None else spread
        assert found.low[key] == pytest.approx(share * (1 - swing), abs=1e-11)
        assert found.high[key] == pytest.approx(min(share * (1 + swing), 1), abs=1e-11)


def test_a_criterion_without_weight_is_not_there():
    assert list(weigh(RULES, Weighing(weights={"slope": 1, "road": 0}), {}).weights) == ["slope"]


def test_judgements_weigh_in_the_order_of_the_set_and_take_the_spread():
    found = weigh(RULES, Weighing(judgements={("water", "slope"): 1 / 9, ("slope", "road"): 3, ("road", "water"): 3}, name="乙", spread=0.1), {})
    assert (found.name, found.method, list(found.weights)) == ("乙", "ahp", ["slope", "water", "road"])
    assert dict(found.weights) == pytest.approx({"slope": 9 / 13, "road": 3 / 13, "water": 1 / 13})
    assert found.low["slope"] == pytest.approx(0.9 * 9 / 13)


def test_a_kept_set_is_taken_as_it_was_kept():
    first = weigh(RULES, Weighing(weights={"slope": 1, "road": 2}, name="甲", spread=0.2), {})
    second = weigh(RULES, Weighing(judgements={("slope", "road"): 3}, name="乙"), {})
    kept = read_weight_sets(weight_frame([first, second]))
    assert weigh(RULES, Weighing(name="甲"), kept) == first
    assert weigh(RULES, Weighing(name="乙"), kept) == second
    assert weigh(RULES, Weighing(name="甲", spread=0.5), kept).low["slope"] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Weighing(name="没有的"), ["没有的", NEUTRAL]),
        (Weighing(weights={"moon": 1}), ["moon", "slope（坡度）"]),
        (Weighing(judgements={("slope", "moon"): 2}), ["moon"]),
        (Weighing(judgements={("slope", "road"): 9, ("road", "water"): 9, ("water", "slope"): 9}), ["CR", "坡度"]),
        (Weighing(weights={"slope": 0}), ["权重全为 0"]),
        *((Weighing(weights={"slope": 1}, name=name), [name]) for name in RESERVED),
        (Weighing(weights={"slope": 1}, name=" "), ["名称"]),
    ],
)
def test_what_cannot_be_weighed_is_refused(asked, words):
    with pytest.raises(QueryError) as refused:
        weigh(RULES, asked, {})
    assert all(word in str(refused.value) for word in words)


def test_a_kept_set_of_another_site_set_is_refused():
    other = weigh(RULES, Weighing(weights={"slope": 1}, name="甲"), {})
    strange = type(other)("甲", "direct", {"moon": 1.0}, {"moon": 1.0}, {"moon": 1.0})
    with pytest.raises(QueryError, match="moon"):
        weigh(RULES, Weighing(name="甲"), {"甲": strange})


def test_criteria_are_named_by_key_or_label():
    assert criterion_keys(["坡度", "slope"], LABELS) == {"坡度": "slope", "slope": "slope"}
    assert weigh(RULES, Weighing(weights={"slope": 1}), {}).name == UNNAMED
