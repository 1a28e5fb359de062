"""Works: how a network is cut, what hangs on what, and that nothing is lost or counted twice."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.existing import Role
from gis.roads.works import with_costs
from tests.gis.roads.road_cases import GRAVEL, GRAVEL_M, METRIC, NEW_M, PAVED, line, plan, settlements
from tests.gis.roads.test_trunk import roads_and_groups

MAIN = (line((50, 50), (1150, 50)), PAVED)
TRACK = (line((650, 50), (650, 1050)), GRAVEL)


def cut(roads, groups, **kwargs):
    trunk, found = plan(roads, groups, **kwargs)
    return trunk, found, found.works.set_index("work_code")


def by_group(found):
    return found.work_groups.set_index("group_code")


def test_a_group_on_the_way_splits_a_line():
    _, found, works = cut([MAIN, TRACK], settlements([(650, 1050), (650, 450)]))
    groups = by_group(found)
    below, above = groups.loc["G01", "work_code"], groups.loc["G00", "work_code"]
    assert works["length_km"].round(6).to_dict() == {below: 0.4, above: 0.6}
    assert pd.isna(works.loc[below, "parent_work"])
    assert works.loc[above, "parent_work"] == below
    assert works["depth"].to_dict() == {below: 1, above: 2}
    assert works["downstream_groups_count"].to_dict() == {below: 2, above: 1}
    assert works["kind"].tolist() == ["upgrade", "upgrade"]


def test_who_shares_pays_together_and_leaving_out_saves_the_rest():
    _, found, _ = cut([MAIN, TRACK], settlements([(650, 1050), (650, 450)], households=[10, 30]))
    groups = by_group(found)
    assert groups["attributed_cny"].tolist() == [round(800 * GRAVEL_M, 2), round(200 * GRAVEL_M, 2)]
    assert groups["leave_out_saves_cny"].tolist() == [round(600 * GRAVEL_M, 2), 0.0]
    shared = by_group(with_costs(found, found.sections["cost_cny"], by_households=True))
    assert shared["attributed_cny"].tolist() == [round(700 * GRAVEL_M, 2), round(300 * GRAVEL_M, 2)]


def test_several_groups_at_one_place_have_one_work():
    _, found, works = cut([MAIN, TRACK], settlements([(650, 450)] * 3))
    assert len(works) == 1
    assert works["groups_count"].tolist() == [3]
    assert works["households_count"].tolist() == [90]
    assert found.work_groups["attributed_cny"].sum() == pytest.approx(400 * GRAVEL_M)


def test_a_branch_makes_a_trunk_that_serves_through_its_branches():
    fork = [(line((650, 50), (650, 650)), GRAVEL), (line((650, 650), (350, 1050)), GRAVEL), (line((650, 650), (950, 1050)), GRAVEL)]
    _, _, works = cut([MAIN, *fork], settlements([(350, 1050), (950, 1050)]))
    trunk = works[works["groups_count"] == 0]
    assert trunk["work_name"].tolist() == ["团结村干线"]
    assert trunk["downstream_households_count"].tolist() == [60]
    assert works.loc[works["groups_count"] == 1, "parent_work"].tolist() == [trunk.index[0]] * 2
    assert sorted(works.loc[works["groups_count"] == 1, "work_name"]) == ["团结村1组通组路", "团结村2组通组路"]


def test_the_last_metres_beside_a_line_belong_to_its_work():
    _, found, works = cut([MAIN, TRACK], settlements([(690, 450), (650, 1050)]))
    first = by_group(found).loc["G00", "work_code"]
    assert len(works) == 2
    sections = found.sections[found.sections["work_code"] == first]
    assert sections["kind"].tolist() == ["upgrade", "join"]
    assert sections["length_m"].round(6).tolist() == [400, 40]
    used = found.users[found.users["section_code"] == sections["section_code"].iloc[1]]
    assert used["group_code"].tolist() == ["G00"]


def test_good_road_on_the_way_is_no_part_of_a_work():
    free = (line((650, 60), (650, 650)), {**PAVED, "road_class": "group"})
    on = (line((650, 650), (650, 1050)), GRAVEL)
    _, found, works = cut([MAIN, free, on], settlements([(650, 1050)]))
    assert len(works) == 1
    assert found.sections["kind"].tolist() == ["join", "upgrade"]
    assert works["length_km"].tolist() == pytest.approx([0.41])
    assert works["cost_cny"].tolist() == pytest.approx([10 * NEW_M + 400 * GRAVEL_M], abs=0.02)


def test_a_group_on_good_road_hangs_on_the_work_that_closes_its_gap():
    free = (line((650, 60), (650, 650)), {**PAVED, "road_class": "group"})
    _, found, works = cut([MAIN, free], settlements([(650, 650), (650, 350)]))
    assert len(works) == 1
    assert found.work_groups["work_code"].tolist() == [works.index[0]] * 2


def test_a_group_on_the_network_is_connected_at_no_cost_and_says_so():
    _, found, works = cut([MAIN], settlements([(650, 52)]))
    assert len(works) == 0
    assert found.work_groups["reason"].tolist() == ["on_network"]
    assert found.work_groups["work_code"].isna().all()
    assert found.work_groups["attributed_cny"].tolist() == [0]


def test_counts_that_nobody_made_are_missing_not_zero():
    groups = settlements([(650, 1050), (650, 450)], households=[30, None])
    _, _, works = cut([MAIN, TRACK], groups)
    assert works["households_count"].fillna(-1).tolist() == [30, -1]
    assert works["downstream_households_count"].tolist() == [30, 30]


def test_a_road_being_built_is_a_work_without_a_price():
    building = (line((650, 50), (650, 1050)), {**PAVED, "status": "building"})
    _, _, works = cut([MAIN, building], settlements([(650, 1050)]))
    assert works[["kind", "cost_cny", "length_km"]].to_numpy().tolist() == [["committed", 0.0, 1.0]]


def test_sections_follow_the_roads_that_they_pave_from_the_network_outward():
    bent = (line((650, 1050), (350, 550), (650, 50)), GRAVEL)
    _, found, _ = cut([MAIN, bent], settlements([(650, 1050)]))
    section = found.sections.iloc[0]
    assert section.geometry.equals_exact(bent[0].reverse(), 1e-6)
    assert (section["road_code"], section["surface"], section["layer"], section["source_row"]) == ("R1", "gravel", "roads", 1)
    assert section["from_m"] > section["to_m"] == 0
    assert found.sections.crs == METRIC


def test_must_do_projects_that_nobody_needs_are_works_that_serve_nobody():
    project = [(line((350, 50), (350, 150)), {"decision": "must", "cost_cny": 60_000.0, "project_name": "西环路"})]
    _, found, works = cut([MAIN, TRACK], settlements([(650, 450)]), projects=project)
    spare = works[works["downstream_groups_count"] == 0]
    assert spare[["work_name", "kind", "decision", "cost_cny"]].to_numpy().tolist() == [["西环路", "project", "must", 60_000.0]]
    assert found.unattributed_cny == 60_000
    assert found.work_groups["attributed_cny"].sum() + 60_000 == pytest.approx(works["cost_cny"].sum())


def test_a_must_do_project_on_good_road_is_not_lost():
    project = [(line((350, 50), (350, 650)), {"decision": "must", "cost_cny": 60_000.0, "project_name": "西环路加宽"})]
    trunk, found, works = cut([MAIN, (project[0][0], PAVED), TRACK], settlements([(650, 450)]), projects=project)
    spare = works[works["downstream_groups_count"] == 0]
    assert spare[["work_name", "cost_cny"]].to_numpy().tolist() == [["西环路加宽", 60_000.0]]
    assert found.sections.loc[found.sections["must"], "project_code"].tolist() == ["P0"]
    assert trunk.cost == pytest.approx(works["cost_cny"].sum())


def test_what_is_left_over_of_a_must_do_project_hangs_on_the_part_that_is_used():
    project = [(line((350, 50), (350, 1050)), {"decision": "must", "cost_cny": 100_000.0})]
    _, found, works = cut([MAIN], settlements([(350, 450)]), projects=project)
    used = works[works["groups_count"] == 1]
    spare = works[works["groups_count"] == 0]
    assert used["cost_cny"].tolist() == pytest.approx([40_000])
    assert spare["cost_cny"].tolist() == pytest.approx([60_000])
    assert spare["parent_work"].tolist() == [used.index[0]]
    assert found.sections["stated_cny"].sum() == pytest.approx(100_000)
    assert by_group(found)["leave_out_saves_cny"].tolist() == [0]


def test_other_prices_are_counted_anew_to_the_cent():
    _, found, _ = cut([MAIN, TRACK], settlements([(690, 450), (650, 1050), (650, 850)]))
    prices = np.arange(len(found.sections)) * 1000.01 + 0.005
    anew = with_costs(found, prices)
    assert round(anew.works["cost_cny"].sum() * 100) == round(anew.sections["cost_cny"].sum() * 100)
    assert round(anew.work_groups["attributed_cny"].sum() * 100) == round(anew.sections["cost_cny"].sum() * 100)


def ancestors(works, code):
    found = []
    while not pd.isna(code):
        found.append(code)
        code = works.loc[code, "parent_work"]
    return found


def hangs_together(trunk, place, lines) -> bool:
    """Whether built lines and good roads lead from a place to the network; roads that touch are joined."""
    stock = trunk.planning.stock
    good = stock.courses[stock.edges["line"].to_numpy()[stock.role <= Role.FREE]]
    root = stock.courses[stock.edges["line"].to_numpy()[stock.role == Role.ROOT]]
    half = stock.touch_m / 2 + 0.05
    drawn = shapely.union_all([*shapely.buffer([*lines, *good], half), place.buffer(half)])
    return any(part.intersects(place) and part.intersects(shapely.union_all(root)) for part in shapely.get_parts(drawn))


@settings(deadline=None, max_examples=15)
@given(roads_and_groups(), st.booleans())
def test_what_holds_of_every_plan(case, must):
    roads, places, extra = case
    project = [(extra[0], {"decision": "must" if must else "may"})]
    trunk, found, works = cut(roads, settlements(places), projects=project)
    sections, groups = found.sections, by_group(found)
    home = settlements(places).set_index("group_code").geometry
    assert sections["synthetic"].notna().all()
    # Money: sections, works, tree and groups tell the same sum.
    assert works["cost_cny"].sum() == pytest.approx(trunk.cost, abs=0.01 * (1 + len(sections)))
    assert round(groups["attributed_cny"].sum() * 100) + round(found.unattributed_cny * 100) == round(sections["cost_cny"].sum() * 100)
    # No work is nothing; every group has works all the way to the network, and the lines that it needs lead there.
    assert (works["length_km"] > 0).all()
    assert set(works["parent_work"].dropna()) <= set(works.index)
    needs = {code: set(ancestors(works, groups.loc[code, "work_code"])) for code in groups.index}
    for code, mine in needs.items():
        used = sections[sections["section_code"].isin(found.users.loc[found.users["group_code"] == code, "section_code"])]
        assert set(used["work_code"]) == mine
        assert hangs_together(trunk, home[code], used.geometry)
    # Removing a work removes exactly the groups that depend on it.
    for code in works.index:
        assert sum(code in mine for mine in needs.values()) == works.loc[code, "downstream_groups_count"]
    length = shapely.length(np.asarray(sections.geometry.array, dtype=object))
    assert (np.abs(length - sections["length_m"].to_numpy(dtype=float)) <= 2 * trunk.planning.stock.touch_m).all()


@settings(deadline=None, max_examples=5)
@given(roads_and_groups())
def test_same_input_same_works(case):
    roads, places, _ = case
    one, two = (plan(roads, settlements(places))[1] for _ in range(2))
    for name in ("works", "sections", "work_groups", "users"):
        first, second = getattr(one, name), getattr(two, name)
        pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))
