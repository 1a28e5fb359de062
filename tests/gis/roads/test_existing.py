"""Roads sorted by what a plan can do with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.network import build_network, connected, find_anchors, hardened_mask
from gis.roads.existing import Role, see_roads
from layers.errors import MissingCRS
from tests.gis.roads.road_cases import GRAVEL, METRIC, PAVED, STANDARD, layer, line, stock

MAIN = (line((0, 0), (1000, 0)), PAVED)
GROUP_ROAD = {**PAVED, "road_class": "group"}


def roles(*roads, projects=None):
    return [Role(role).name for role in stock([MAIN, *roads], projects).role][1:]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (GROUP_ROAD, "ROOT"),
        (GRAVEL, "TRACK"),
        ({**GRAVEL, "surface": None}, "TRACK"),
        ({**GRAVEL, "surface": "unpaved"}, "TRACK"),
        ({**GROUP_ROAD, "status": "building"}, "COMMITTED"),
        ({**GROUP_ROAD, "status": "building", "surface": None}, "COMMITTED"),
        ({**GRAVEL, "status": "building"}, "TRACK"),
        ({**GROUP_ROAD, "status": "planned"}, "PLANNED"),
        ({**GROUP_ROAD, "status": None}, "ROOT"),
    ],
)
def test_what_a_branch_road_is(attributes, expected):
    assert roles((line((500, 0), (500, 400)), attributes)) == [expected]


def test_hardened_but_on_its_own_is_free():
    assert roles((line((500, 300), (500, 400)), GROUP_ROAD)) == ["FREE"]


def test_a_doubtful_gap_leaves_it_free_and_tells_what_is_missing():
    seen = stock([MAIN, (line((500, 10), (500, 400)), GROUP_ROAD)])
    assert [Role(role).name for role in seen.role] == ["ROOT", "FREE"]
    assert seen.links[["gap_m", "certain"]].to_numpy().tolist() == [[10.0, False]]
    assert seen.links["at_b"].tolist() == [500.0]


def test_a_touching_end_is_joined():
    seen = stock([MAIN, (line((500, 3), (500, 400)), GROUP_ROAD)])
    assert [Role(role).name for role in seen.role] == ["ROOT", "ROOT"]
    assert seen.links["certain"].tolist() == [True]


def test_projects_are_planned_whatever_they_look_like():
    drawn = [(line((500, 0), (500, 400)), {**PAVED, "decision": decision}) for decision in ("may", "must", "must_not")]
    assert roles(projects=drawn) == ["PROJECT", "PROJECT", "IGNORED"]


def test_a_project_that_is_not_built_joins_nothing():
    """Two tracks 6 m apart with its end between: joined if it counts, and not otherwise."""
    tracks = [(line((0, 100), (497, 100)), GRAVEL), (line((503, 100), (900, 100)), GRAVEL)]
    counted = stock([MAIN, *tracks], [(line((500, 100), (500, 400)), {"decision": "may"})]).links
    left = stock([MAIN, *tracks], [(line((500, 100), (500, 400)), {"decision": "must_not"})]).links
    assert counted["certain"].sum() == 2
    assert left["certain"].sum() == 0


def test_a_bridge_is_never_joined_in_mid_air():
    above = (line((500, -200), (500, 200)), {**GRAVEL, "bridge": True})
    assert stock([MAIN, above]).links.empty


def test_all_places_where_two_roads_cross_are_known():
    wave = (line((100, -100), (200, 100), (300, -100), (400, 100)), GRAVEL)
    seen = stock([MAIN, wave]).links
    assert sorted(seen["at_a"].round(6)) == [150, 250, 350]


def test_one_course_handed_over_twice_is_one_line():
    there = line((500, 0), (500, 400))
    seen = stock([MAIN, (there, GRAVEL), (there.reverse(), GROUP_ROAD)])
    assert seen.edges["line"].nunique() == 2
    assert [Role(role).name for role in seen.role] == ["ROOT", "TRACK", "ROOT"]


def test_without_a_sure_network_every_possible_one_is_taken():
    seen = stock([(line((0, 0), (400, 0)), GROUP_ROAD), (line((0, 500), (400, 500)), GRAVEL)])
    assert seen.assumed
    assert [Role(role).name for role in seen.role] == ["ROOT", "TRACK"]


def test_no_roads_at_all():
    assert len(see_roads(None, STANDARD, crs=METRIC).edges) == 0


def test_roads_must_say_where_they_are():
    with pytest.raises(MissingCRS):
        see_roads(layer([MAIN]).set_crs(None, allow_override=True), STANDARD, crs=METRIC)


@st.composite
def drawings(draw):
    spots = st.tuples(st.integers(0, 6), st.integers(0, 6))
    kinds = st.sampled_from([PAVED, GROUP_ROAD, GRAVEL, {**GROUP_ROAD, "status": "building"}])
    ends = draw(st.lists(st.tuples(spots, spots).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=8))
    return [(line(*[(100 * x, 100 * y) for x, y in pair]), draw(kinds)) for pair in ends]


@settings(deadline=None, max_examples=20)
@given(drawings())
def test_the_network_is_the_one_by_which_groups_are_judged(drawing):
    """Root is exactly what the coverage calls surely connected, and free the rest of what it calls surely hardened."""
    seen = stock(drawing)
    rule = STANDARD.network
    network = build_network(layer(drawing), crs=METRIC, touch_m=rule.touch_m.value, doubt_m=rule.doubt_m.value)
    hard = hardened_mask(network.edges, STANDARD.road)[0]
    sure = connected(network, hard, anchors=find_anchors(network, rule=rule), doubtful=False)
    if sure.any():
        assert (seen.role == Role.ROOT).tolist() == sure.tolist()
    assert np.isin(seen.role, [Role.ROOT, Role.FREE]).tolist() == hard.tolist()
