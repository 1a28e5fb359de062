"""The shared network: cost, bound, what each group costs alone, and what adding a road does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.steiner import make_graph
from gis.roads.trunk import plan_trunk
from tests.gis.roads.road_cases import GRAVEL, GRAVEL_M, NEW_M, PAVED, flat, graph, line, plan, settlements

MAIN = (line((50, 50), (1150, 50)), PAVED)
TRACK = (line((550, 50), (550, 1050)), GRAVEL)


def test_two_groups_up_one_track_share_it():
    trunk, _ = plan([MAIN, TRACK], settlements([(550, 1050), (550, 850)]))
    assert trunk.cost == pytest.approx(1000 * GRAVEL_M)
    assert trunk.alone_cny.tolist() == pytest.approx([1000 * GRAVEL_M, 800 * GRAVEL_M])
    assert trunk.ratio == pytest.approx(1.8)
    assert trunk.bound <= trunk.cost
    assert trunk.gap == pytest.approx(0, abs=1e-9)


def test_joining_one_more_costs_the_way_from_the_network_that_is_planned():
    trunk, _ = plan([MAIN, TRACK], settlements([(550, 850), (550, 1050)]), wanted=[True, False])
    assert trunk.join_cny.tolist() == pytest.approx([0, 200 * GRAVEL_M])
    assert trunk.alone_cny[1] == pytest.approx(1000 * GRAVEL_M)
    assert trunk.cost == pytest.approx(800 * GRAVEL_M)


def test_a_group_that_nobody_has_located_is_left_out_and_told():
    trunk, works = plan([MAIN], settlements([(550, 450), None]))
    assert trunk.reached.tolist() == [True, False]
    assert works.work_groups["reason"].tolist() == ["connected", "no_location"]
    assert works.work_groups["attributed_cny"].isna().tolist() == [False, True]


def test_a_group_on_forbidden_ground_gets_a_way_out_and_is_told():
    around = [(row, column) for row in (5, 6, 7) for column in (4, 5, 6)]
    trunk, works = plan([MAIN], settlements([(550, 550), (550, 1050)]), ground=flat(forbidden=around))
    assert trunk.reached.all()
    assert trunk.escaped.tolist() == [True, False]
    assert works.work_groups["reason"].tolist() == ["connected", "connected"]


def test_a_lawful_way_is_taken_however_long():
    """Forbidden ground around the group, but its track leads out."""
    around = [(row, column) for row in (5, 6, 7) for column in (4, 5, 6)]
    out = (line((550, 560), (50, 560), (50, 1050)), GRAVEL)
    trunk, _ = plan([MAIN, out], settlements([(550, 550)]), ground=flat(forbidden=around))
    assert trunk.escaped.tolist() == [False]


def test_what_cannot_be_reached_at_all_is_told_and_the_rest_is_planned():
    # Nothing can be built beyond the fifth row of cells from the bottom: an escape is too far.
    high = [(row, column) for row in range(7) for column in range(12)]
    wide = flat(forbidden=high)
    trunk = plan_trunk(graph([MAIN], ground=wide), settlements([(550, 450), (550, 5000)]))
    assert trunk.reached.tolist() == [True, False]


def test_nothing_wanted_costs_nothing():
    trunk, works = plan([MAIN], settlements([(550, 450)]), wanted=[False])
    assert (trunk.cost, trunk.bound, trunk.gap, trunk.ratio) == (0, 0, 0, 1)
    assert len(works.works) == 0
    assert len(works.sections) == 0
    assert works.work_groups["reason"].tolist() == ["not_wanted"]


def test_must_do_projects_are_paid_whether_the_tree_uses_them_or_not():
    project = [(line((550, 50), (550, 650)), {"decision": "must", "cost_cny": 70_000.0})]
    trunk, _ = plan([MAIN], settlements([(550, 650)]), projects=project)
    far, _ = plan([MAIN], settlements([(50, 350)]), projects=project)
    assert trunk.cost == pytest.approx(70_000)
    assert far.cost == pytest.approx(70_000 + 300 * NEW_M, rel=1e-6)


@st.composite
def roads_and_groups(draw):
    spots = st.tuples(st.integers(0, 11), st.integers(0, 11)).map(lambda at: (50 + 100 * at[0], 50 + 100 * at[1]))
    ends = st.tuples(spots, spots).filter(lambda pair: pair[0] != pair[1])
    kinds = st.sampled_from([GRAVEL, {**GRAVEL, "surface": "earth"}, {**PAVED, "road_class": "group"}, {**PAVED, "status": "planned"}])
    roads = draw(st.lists(st.tuples(ends.map(lambda pair: line(*pair)), kinds), max_size=4))
    groups = draw(st.lists(spots, min_size=1, max_size=3, unique=True))
    return [MAIN, *roads], groups, (line(*draw(ends)), draw(kinds))


def optimum(roads, groups, **kwargs):
    """Least cost by dynamic programming over sets of groups (Dreyfus and Wagner 1971), on the same graph."""
    trunk = plan_trunk(graph(roads, **kwargs), settlements(groups))
    planning = trunk.planning
    net = make_graph(planning.nodes, *planning.edges())
    terminals = np.unique(trunk.node)
    return trunk, _least(net, 0, terminals.tolist())


def _least(net, root, terminals):
    from gis.roads.steiner import shortest_from  # noqa: PLC0415 - only this oracle needs it

    best = {1 << at: shortest_from(net, [node])[0] for at, node in enumerate(terminals)}
    everyone = np.arange(net.nodes)
    for some in sorted(range(1, 1 << len(terminals)), key=lambda subset: subset.bit_count()):
        if some.bit_count() == 1:
            continue
        joined = np.min([best[part] + best[some ^ part] for part in range(1, some) if part & some == part], axis=0)
        known = np.isfinite(joined)
        best[some] = shortest_from(net, everyone[known], start_cost=joined[known])[0]
    return float(best[(1 << len(terminals)) - 1][root])


@settings(deadline=None, max_examples=15)
@given(roads_and_groups())
def test_bound_optimum_and_plan_stand_in_order_and_a_new_road_never_costs_more(case):
    roads, groups, extra = case
    trunk, least = optimum(roads, groups)
    assert trunk.bound <= least + 1e-6
    assert least <= trunk.cost + 1e-6
    assert max(trunk.alone_cny) <= least + 1e-6
    assert trunk.alone_total >= least - 1e-6
    assert optimum([*roads, extra], groups)[1] <= least + 1e-6


@settings(deadline=None, max_examples=10)
@given(
    roads_and_groups(), st.sampled_from([{"decision": "may", "cost_cny": 40_000.0}, {"decision": "may"}, {"decision": "must_not", "cost_cny": 1.0}])
)
def test_a_project_that_may_be_built_never_makes_the_optimum_dearer(case, attributes):
    roads, groups, extra = case
    least = optimum(roads, groups)[1]
    with_it = optimum(roads, groups, projects=[(extra[0], attributes)])[1]
    assert with_it <= least + 1e-6
    if attributes["decision"] == "must_not":
        assert with_it == pytest.approx(least)
