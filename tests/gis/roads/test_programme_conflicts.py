"""What cannot be is named: the constraint, the township, how much is missing, and what it would take at least."""

import numpy as np
import pytest
from hypothesis import given, settings

from gis.roads.programme import Conflict, Deadline, Floor, Terms, greedy_programme, solve_programme
from tests.gis.roads.programme_cases import Judge, big_case, served_frame, small_cases, works_frame


def kinds(programme):
    return [conflict.what for conflict in programme.conflicts]


def two_towns():
    """A cheap lane for T1 (10 yuan, 8 households), a dear trunk (90) with a branch (10) for T2's 20 households; T2 has 10 more on the road already."""
    works = works_frame([None, None, 1], [10, 90, 10])
    return works, served_frame([(0, "T1", 8, 30, 1), (2, "T2", 20, 80, 3), (None, "T2", 10, 40, 0)])


def test_a_floor_that_all_the_money_cannot_pay():
    programme = solve_programme(*two_towns(), Terms((2026, 2027), (30, 30), floors=(Floor(0.5),)))
    assert programme.status == "infeasible"
    assert kinds(programme) == ["floor_short", "money"]
    short, money = programme.conflicts
    assert (short.area_code, short.unit, short.year, short.share) == ("T2", "households", 2027, 0.5)
    assert (short.needed, short.reached, short.total, short.missing) == (15, 10, 30, 5)
    assert short.missing_share == pytest.approx(5 / 30)
    assert (short.needs_cny, short.has_cny) == (100, 60)
    assert (money.needs_cny, money.has_cny) == (50, 60)  # T1's floor takes 10 of the 60
    assert "桃花乡：到 2027 年通路应达 50.0%（15／30 户）" in short.sentence({"T2": "桃花乡"})
    assert "还差 5 户（16.7%）" in short.sentence()
    assert programme.year.isna().tolist() == [False, True, True]  # the plan that comes nearest


def test_groups_that_are_connected_count_on_both_sides():
    works, served = two_towns()
    assert solve_programme(works, served, Terms((2026,), (10,), floors=(Floor(0.33, area_code="T2"),))).status == "optimal"
    unreachable = served.assign(connected=[None, None, False])
    programme = solve_programme(works, unreachable, Terms((2026,), (10,), floors=(Floor(0.33, area_code="T2"),)))
    assert programme.status == "infeasible"
    assert programme.conflicts[0].reached == 0


def test_a_share_that_nothing_can_reach():
    works, served = two_towns()
    banned = works.assign(decision=["may", "must_not", "may"])
    programme = solve_programme(banned, served, Terms((2026,), (1000,), deadlines=(Deadline(2026, 0.8, "people"),)))
    assert kinds(programme) == ["deadline_impossible"]
    (conflict,) = programme.conflicts
    assert (conflict.area_code, conflict.needed, conflict.reached, conflict.total) == (None, 120, 70, 150)
    assert "全县：到 2026 年通路应达 80.0%（120／150 人），但可建的工程全部建成也只有 70 人" in conflict.sentence()


def test_must_behind_must_not():
    works, served = two_towns()
    programme = solve_programme(works.assign(decision=["may", "must_not", "must"]), served, Terms((2026,), (1000,)))
    assert kinds(programme) == ["must_blocked"]
    assert programme.conflicts[0].works == ("W02",)
    assert "W02" in programme.conflicts[0].sentence()
    assert programme.year.isna().tolist() == [False, True, True]


def test_must_dearer_than_the_money():
    works, served = two_towns()
    programme = solve_programme(works.assign(decision=["must", "may", "must"]), served, Terms((2026,), (60,)))
    assert kinds(programme) == ["must_unaffordable", "money"]
    first, money = programme.conflicts
    assert (first.works, first.needs_cny, first.has_cny) == (("W02",), 110, 60)
    assert money.needs_cny == 50


def test_a_deadline_before_the_money_comes():
    terms = Terms((2026, 2027), (5, 500), deadlines=(Deadline(2026, 1.0, area_code="T1"),))
    programme = solve_programme(*two_towns(), terms)
    assert kinds(programme) == ["deadline_short", "money"]
    assert (programme.conflicts[0].needs_cny, programme.conflicts[0].has_cny) == (10, 5)
    assert programme.conflicts[1].needs_cny == 5
    assert programme.year.tolist() == [2027, 2027, 2027]


def test_a_trunk_dearer_than_any_year():
    works, served = two_towns()
    kept = solve_programme(works, served, Terms((2026, 2027), (60, 60)))
    assert kept.year["W02"] == 2027
    assert kept.left_cny == (50, 10)
    assert not kept.findings
    lost = solve_programme(works, served, Terms((2026, 2027), (60, 60), carry_over=False))
    assert lost.status == "optimal"
    assert lost.year.isna().tolist() == [False, True, True]
    (finding,) = lost.findings
    assert (finding.what, finding.works, finding.has_cny) == ("never_fits", ("W01",), 60)
    assert "W01" in finding.sentence()


def test_a_year_without_money_builds_what_was_saved():
    works, served = works_frame([None, None], [40, 40]), served_frame([(0, "T", 5, 9, 0), (1, "T", 4, 9, 0)])
    saved = solve_programme(works, served, Terms((2026, 2027, 2028), (30, 50, 0)))
    assert saved.year.tolist() == [2027, 2027]
    assert saved.left_cny == (30, 0, 0)
    lost = solve_programme(works, served, Terms((2026, 2027, 2028), (30, 50, 0), carry_over=False))
    assert lost.year.fillna(0).tolist() == [2027, 0]
    assert lost.left_cny == (30, 10, 0)


def test_unknown_counts_are_told_and_built_with_what_is_left():
    works = works_frame([None, None], [40, 40])
    served = served_frame([(0, "T", 5, 9, 0), (1, "T", None, 9, 0)])
    poor, rich = (solve_programme(works, served, Terms((2026,), (money,))) for money in (40, 80))
    assert poor.year.fillna(0).tolist() == [2026, 0]
    assert rich.year.tolist() == [2026, 2026]
    assert [finding.what for finding in rich.findings] == ["unknown_counts"]
    assert "1 个组的户数不明" in rich.findings[0].sentence()


def test_a_registered_household_can_count_twice():
    works = works_frame([None, None], [40, 40])
    served = served_frame([(0, "T", 10, 30, 1), (1, "T", 8, 30, 5)])
    once, twice = (
        solve_programme(works, served, Terms((2026,), (40,), weights=weights)) for weights in ({"households": 1}, {"households": 1, "registered": 1})
    )
    assert (once.value, twice.value) == (10, 13)
    assert twice.year.fillna(0).tolist() == [0, 2026]


@settings(max_examples=40)
@given(small_cases(most=6))
def test_least_money_of_one_demand_and_of_all(case):
    works, served, terms = case
    programme = solve_programme(works, served, terms)
    judge = Judge(works, served, terms)
    year = judge.assignments
    for conflict in programme.conflicts:
        assert conflict.sentence().endswith("。")
        if conflict.what.endswith("_short"):
            by = terms.years.index(conflict.year)
            enough = judge.counted(year, conflict.unit, by, conflict.area_code)[0] >= conflict.needed
            cost = judge.spent(year)[:, : by + 1].sum(axis=1) / 100
            assert conflict.needs_cny == pytest.approx(cost[enough].min())
        if conflict.what == "money" and not any(other.endswith("_impossible") or other == "must_blocked" for other in kinds(programme)):
            all_kept = (judge.missing(year) < 1e-9) & (judge.musts_left_out(year) == 0)
            assert conflict.needs_cny == pytest.approx(judge.over(year)[all_kept].min() / 100)
            assert conflict.needs_cny > 0


def test_many_townships_in_the_way():
    works, served = big_case(60, seed=2, towns=6)
    terms = Terms((2026,), (float(works["cost_cny"].sum()) * 0.2,), floors=(Floor(0.9),))
    programme = solve_programme(works, served, terms)
    assert programme.status == "infeasible"
    coverage = programme.coverage[programme.coverage["unit"] == "households"].set_index("township_code")
    short = {c.area_code: c for c in programme.conflicts if c.what == "floor_short"}
    for code, row in coverage.iterrows():
        lacking = row["served"] < np.ceil(0.9 * row["total"] - 1e-9)
        assert (code in short) == lacking
        assert not lacking or short[code].reached == row["served"]
    assert greedy_programme(works, served, terms).conflicts == ()
    assert Conflict("floor_short", "T", "households", 2026, 0.5, 5, 3, 10).as_dict({"T": "甲乡"})["missing"] == 2
