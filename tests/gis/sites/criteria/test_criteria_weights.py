"""Sets of weights: by hand, from judgements, as rows and back, as typed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.criteria import ahp_set, direct_set, parse_weights, read_weight_sets, weight_frame
from gis.sites.criteria.weight_frames import COLUMNS
from layers.errors import QueryError

LABELS = {"slope": "坡度", "hazard": "地灾", "road": "道路"}
JUDGED = {("slope", "hazard"): 1 / 2, ("road", "slope"): 1 / 3, ("hazard", "road"): 5}


def test_weights_by_hand_are_shares_and_ranges_too() -> None:
    one = direct_set("县里的", {"slope": 30, "hazard": 50, "road": 20}, ranges={"slope": (20, 40)}, source="座谈会")
    assert one.weights == {"slope": 0.3, "hazard": 0.5, "road": 0.2}
    assert one.ranges() == {"slope": (0.2, 0.4), "hazard": (0.25, 0.75), "road": (0.1, pytest.approx(0.3))}
    assert one.consistency() is None


def test_weights_from_judgements_keep_them() -> None:
    one = ahp_set("专家", JUDGED, LABELS, source="五位专家", random_index="alonso-lamata")
    assert (one.method, one.random_index) == ("ahp", "alonso-lamata")
    assert sum(one.weights.values()) == pytest.approx(1)
    assert one.weights["hazard"] > one.weights["slope"] > one.weights["road"]
    again = one.consistency(LABELS)
    assert again.weights == pytest.approx(list(one.weights.values()))
    assert again.cr <= 0.1


def test_contradictory_judgements_are_refused_by_their_labels() -> None:
    with pytest.raises(QueryError, match="坡度"):
        ahp_set("专家", {("slope", "hazard"): 5, ("hazard", "road"): 5, ("road", "slope"): 5}, LABELS)


@given(
    st.lists(st.floats(0.001, 10), min_size=1, max_size=8), st.text(min_size=1, max_size=10).filter(lambda text: text.isprintable() and text.strip())
)
@settings(max_examples=40, deadline=None)
def test_sets_survive_the_layer(weights, name) -> None:
    sets = [direct_set(name, {f"c{at}": weight for at, weight in enumerate(weights)}), ahp_set("专家·乙", JUDGED, LABELS, source="会")]
    frame = weight_frame(sets)
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == COLUMNS
    back = list(read_weight_sets(frame).values())
    assert back == sets or name.strip() == "专家·乙"


def test_no_sets_are_an_empty_layer() -> None:
    frame = weight_frame([])
    assert list(frame.columns) == list(COLUMNS)
    assert read_weight_sets(frame) == {}


def test_rows_that_nobody_wrote_are_refused() -> None:
    frame = weight_frame([direct_set("甲", {"slope": 1})])
    with pytest.raises(QueryError, match="方法“magic”不认识"):
        read_weight_sets(frame.assign(method=pd.array(["magic"], dtype="string")))
    with pytest.raises(QueryError, match="判断读不出来"):
        read_weight_sets(frame.assign(judgements=pd.array(["[1]"], dtype="string")))


def test_weights_are_read_as_they_are_typed() -> None:
    assert parse_weights("slope=0.3, hazard＝50%，road=1") == {"slope": 0.3, "hazard": 50.0, "road": 1.0}
    assert parse_weights("") == {}


@pytest.mark.parametrize("text", ["slope", "slope=x", "=3", "slope=-1", "slope=nan", "slope=1,slope=2"])
def test_typed_weights_that_cannot_be_read_are_refused(text) -> None:
    with pytest.raises(QueryError, match="权重“"):
        parse_weights(text)


@pytest.mark.parametrize("name", ["", "  ", "长" * 41, "a\nb"])
def test_names_that_cannot_be_shown_are_refused(name) -> None:
    with pytest.raises(QueryError, match="名称"):
        direct_set(name, {"slope": 1})
