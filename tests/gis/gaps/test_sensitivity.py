"""The curve over end distances: exact at the set's own threshold, and never rising."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.gaps.coverage import assess
from gis.gaps.sensitivity import sensitivity, sensitivity_of


def county(build, places, polygon):
    rows = [{"at": place} for place in places]
    if polygon:
        rows.append({"at": "POLYGON((130 0, 180 0, 180 50, 130 0))"})
    return {
        "groups": build.groups(*rows, {"at": None}, {"at": (10, 0), "households_count": 2}, {"at": (4000, 0), "households_count": None}),
        "roads": build.roads(build.trunk(), {"at": [(10, 0), (900, 0)]}, {"at": [(0, 50), (500, 2000)], "surface": None}),
    }


PLACES = st.lists(st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=1, max_size=8)


@settings(deadline=None, max_examples=15)
@given(PLACES, st.booleans())
def test_it_meets_the_verdicts_at_the_sets_own_threshold_and_never_rises(build, standard, places, polygon):
    layers = county(build, places, polygon)
    found = assess(layers, standard, services=["hardened_road"])
    curve = sensitivity_of(found.evidence, found.coverage, found.groups, standard, [0, 100, 300, 500, 1000, 5000])
    own = curve[curve["threshold_m"] == 500].iloc[0]
    for verdict in ("met", "lacking", "unknown", "excluded"):
        assert own[verdict] == (found.coverage["verdict"] == verdict).sum()
    assert curve["lacking"].is_monotonic_decreasing
    assert curve["lacking_high"].is_monotonic_decreasing
    assert curve["met"].is_monotonic_increasing
    assert (curve["met"] + curve["lacking_high"] + curve["excluded"] == len(found.groups)).all()


def test_from_layers_it_says_the_same(build, standard):
    layers = county(build, [(450, 40), (2500, 2500)], polygon=False)
    found = assess(layers, standard)
    direct = sensitivity(layers, standard, [250, 500])
    assert direct.equals(sensitivity_of(found.evidence, found.coverage, found.groups, standard, [250, 500]))


@pytest.mark.parametrize("threshold", [60, 99])
def test_a_changed_threshold_gives_what_a_changed_set_would(build, standard, threshold):
    layers = county(build, [(70, 30), (98, -500), (1200, 0)], polygon=False)
    metres = standard.road.end_distance_point_m.model_copy(update={"value": float(threshold)})
    other = standard.model_copy(update={"road": standard.road.model_copy(update={"end_distance_point_m": metres})})
    expected = assess(layers, other, services=["hardened_road"]).coverage["verdict"].value_counts()
    curve = sensitivity(layers, standard, [threshold]).iloc[0]
    for verdict in ("met", "lacking", "unknown", "excluded"):
        assert curve[verdict] == expected.get(verdict, 0)
