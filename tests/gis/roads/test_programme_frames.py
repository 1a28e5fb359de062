"""Frames in and out: what is refused and how it is said, coverage by year, stability, and what the solver does at its limits."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gis.roads.programme import UNITS, Deadline, Floor, Terms, greedy_programme, order_works, solve_programme, stability
from gis.roads.programme.solve import lattice, snapped
from gis.solver import INF, Effort, Problem, solve
from layers.errors import QueryError
from tests.gis.roads.programme_cases import YEARS, big_case, served_frame, works_frame


def simple():
    works = works_frame([None, 0, None], [30, 20, 10])
    return works, served_frame([(0, "T1", 5, 20, 1), (1, "T1", 7, 30, 0), (2, "T2", 2, 9, 2), (None, "T2", 4, 16, 0), (None, None, 1, 4, 0)])


ONE_YEAR = Terms((2026,), (60,))


def broken(**columns):
    works, served = simple()
    return works.assign(**columns), served


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (broken(parent_work=["W01", "W00", None]), "绕成一圈：W00、W01"),
        (broken(parent_work=[None, "W09", None]), "上级工程在工程表中找不到：W09"),
        (broken(cost_cny=[30.0, None, 10.0]), "没有造价，或造价为负：W01"),
        (broken(cost_cny=[30.0, -1.0, 10.0]), "造价为负：W01"),
        (broken(cost_cny=[30.0, np.inf, 10.0]), "造价为负：W01"),
        (broken(work_code=["W00", "W00", "W02"]), "工程编码重复：W00"),
        (broken(work_code=[None, "W01", "W02"]), "第 1 行没有工程编码"),
        (broken(decision=["may", "perhaps", None]), "“perhaps”不认识"),
        ((simple()[0].drop(columns="cost_cny"), simple()[1]), "缺少字段：cost_cny"),
        ((simple()[0], simple()[1].drop(columns="people")), "缺少字段：people"),
        ((simple()[0], simple()[1].assign(work_code="W77")), "受益组的工程在工程表中找不到：W77"),
        ((simple()[0], simple()[1].assign(households=-1)), "不小于 0"),
        ((simple()[0], simple()[1].assign(group_code="G")), "组编码重复：G"),
    ],
)
def test_frames_that_make_no_sense(frames, words):
    for ask in (solve_programme, greedy_programme):
        with pytest.raises(QueryError, match=words):
            ask(*frames, ONE_YEAR)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"years": ()}, "至少要有一年"),
        ({"years": (2027, 2026), "budgets_cny": (1, 1)}, "由早到晚"),
        ({"years": (2026, 2026), "budgets_cny": (1, 1)}, "由早到晚"),
        ({"budgets_cny": (1, 2)}, "1 个年度对应 2 个预算"),
        ({"budgets_cny": (-1,)}, "不小于 0 的元数"),
        ({"budgets_cny": (float("inf"),)}, "不小于 0 的元数"),
        ({"weights": {"houses": 1}}, "“houses”不认识"),
        ({"weights": {"households": -1}}, "权重须为不小于 0"),
        ({"weights": {"households": 0}}, "权重全为 0"),
        ({"gap": 1.0}, "允许误差"),
        ({"floors": (Floor(1.5),)}, "比例 1.5"),
        ({"floors": (Floor(0.5, "cows"),)}, "“cows”不认识"),
        ({"floors": (Floor(0.5, by_year=2030),)}, "2030 不在计划年度"),
        ({"deadlines": (Deadline(2025, 0.5),)}, "2025 不在计划年度"),
    ],
)
def test_terms_that_make_no_sense(terms, words):
    with pytest.raises(QueryError, match=words):
        Terms(**({"years": (2026,), "budgets_cny": (60,)} | terms))


def test_all_faults_of_the_terms_are_told_at_once():
    with pytest.raises(QueryError, match=r"不认识.*比例 7"):
        Terms((2026,), (60,), {"houses": 1}, floors=(Floor(7),))


def test_a_township_that_nobody_lives_in():
    with pytest.raises(QueryError, match="没有代码为 T9 的乡镇"):
        solve_programme(*simple(), Terms((2026,), (60,), floors=(Floor(0.5, area_code="T9"),)))


def test_terms_as_plain_values():
    terms = Terms((2026,), (60,), {"registered": 2}, floors=(Floor(0.5),), deadlines=(Deadline(2026, 0.1, "people", "T1"),))
    plain = terms.as_dict()
    assert plain["weights"] == {"groups": 0, "households": 0, "people": 0, "registered": 2}
    assert plain["floors"] == [{"area_code": None, "share": 0.5, "unit": "households", "by_year": None}]
    assert plain["deadlines"] == [{"area_code": "T1", "share": 0.1, "unit": "people", "year": 2026}]


def test_coverage_after_each_year_by_township():
    programme = solve_programme(*simple(), Terms((2026, 2027), (30, 20)))
    assert programme.year.tolist()[:2] == [2026, 2027]
    coverage = programme.coverage.set_index(["year", "township_code", "unit"])
    assert len(coverage) == 2 * 3 * len(UNITS)
    assert coverage.loc[(2026, "T1", "households"), ["before", "served", "total"]].tolist() == [0, 5, 12]
    assert coverage.loc[(2027, "T1", "households"), "served"] == 12
    assert coverage.loc[(2027, "T2", "people"), ["before", "served", "total"]].tolist() == [16, 16, 25]
    assert coverage.loc[(2027, "（未归属）", "groups"), ["served", "total"]].tolist() == [1, 1]
    assert programme.group_year.fillna(0).tolist() == [2026, 2027, 0, 0, 0]
    assert programme.spent_cny == (30, 20)
    assert programme.value == 12  # what was there already is not the programme's


def test_frames_have_exact_types():
    works, served = big_case(30)
    terms = Terms(YEARS, (2e6, 2e6, 2e6))
    programme = solve_programme(works, served, terms)
    assert programme.year.dtype == "Int64"
    assert programme.group_year.dtype == "Int64"
    assert programme.year.index.tolist() == works["work_code"].tolist()
    assert programme.coverage.dtypes.astype(str).tolist() == ["Int64", "string", "string", "Float64", "Float64", "Float64"]
    order = order_works(works, served, terms.weights)
    assert order.dtypes.astype(str).tolist() == ["string", "Int64", "Int64", "Float64", *["Int64"] * len(UNITS)]
    steady = stability(works, served, terms, draws=1)
    assert steady.dtypes.astype(str).tolist() == ["string", "Float64", "boolean", "Float64", "Float64", "Int64"]


def test_no_works_and_nobody():
    works, served = works_frame([], []), served_frame([])
    for programme in (solve_programme(works, served, ONE_YEAR), greedy_programme(works, served, ONE_YEAR)):
        assert programme.value == programme.bound == programme.gap == 0
        assert programme.year.empty
        assert programme.left_cny == (60,)
    assert order_works(works, served, {"households": 1}).empty


def test_free_works_are_built_at_once_without_money():
    works = works_frame([None, 0], [0, 0])
    programme = solve_programme(works, served_frame([(1, "T", 5, 9, 0)]), Terms((2026, 2027), (0, 0)))
    assert programme.year.tolist() == [2026, 2026]


def test_a_work_that_leads_to_nobody_is_not_built():
    works = works_frame([None, None], [10, 10])
    assert solve_programme(works, served_frame([(0, "T", 5, 9, 0)]), ONE_YEAR).year.isna().tolist() == [False, True]


def test_an_exact_fit_to_the_fen():
    works, served = big_case(60, seed=9)
    whole = float(works["cost_cny"].sum())
    fits = solve_programme(works, served, Terms((2026,), (whole,), gap=0))
    ends = set(served["work_code"])
    assert fits.year[sorted(ends)].notna().all()
    lanes = works_frame([None] * 3, [0.01, 0.02, 0.03])
    rows = served_frame([(at, "T", 1, 1, 0) for at in range(3)])
    assert solve_programme(lanes, rows, Terms((2026,), (0.06,))).value == 3
    assert solve_programme(lanes, rows, Terms((2026,), (0.05,))).value == 2


def test_progress_is_told_and_can_stop_the_run():
    works, served = big_case(200, seed=1)
    terms = Terms(YEARS, (float(works["cost_cny"].sum()) * 0.1,) * 3, carry_over=False)
    heard = []
    solve_programme(works, served, terms, tell=lambda words, share: heard.append((words, share)))
    shares = [share for _, share in heard if share is not None]
    assert shares == sorted(shares)
    assert any(share is None for _, share in heard)  # from inside the solver

    def stop(_words, share):
        if share is None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        solve_programme(works, served, terms, tell=stop)


def test_stability_tells_the_core_from_the_rest():
    """W00 is worth it under every price and weight; W01 and W02 change places with the prices; W03 never pays."""
    works = works_frame([None] * 4, [10, 50, 50, 400])
    served = served_frame([(0, "T", 50, 90, 9), (1, "T", 10, 30, 1), (2, "T", 10, 30, 1), (3, "T", 1, 2, 0)])
    steady = stability(works, served, Terms((2026,), (70,)), draws=30).set_index("work_code")
    assert steady.loc["W00", "stability"] == 1
    assert steady["core"].tolist() == [True, False, False, False]
    assert steady.loc["W03", "stability"] == 0
    assert 0 < steady.loc["W02", "stability_prices"] < 1
    assert steady["variants"].tolist() == [1 + 2 + 30 + 9] * 4
    calm = stability(works, served, Terms((2026,), (70,)), weight_sets=(), price_swing=0.0)
    assert calm["variants"].tolist() == [1] * 4
    again = stability(works, served, Terms((2026,), (70,)), draws=30)
    pd.testing.assert_frame_equal(again.set_index("work_code"), steady)


def test_stability_without_carry_over_leaves_out_what_no_year_pays():
    works = works_frame([None, 0, None], [90, 5, 40])
    served = served_frame([(1, "T", 99, 99, 0), (2, "T", 1, 1, 0)])
    steady = stability(works, served, Terms((2026, 2027), (60, 60), carry_over=False), draws=0)
    assert steady["stability"].tolist() == [0, 0, 1]


@pytest.mark.parametrize("wrong", [{"price_swing": 1.0}, {"price_swing": -0.1}, {"draws": -1}])
def test_stability_refuses_impossible_swings(wrong):
    with pytest.raises(QueryError, match="价格浮动"):
        stability(*simple(), ONE_YEAR, **wrong)


@pytest.mark.parametrize(("benefit", "step"), [([4, 6, 0], 2), ([1.5, 2.25], 0.75), ([1 / 3, 1], 0), ([0, 0], 0), ([], 0)])
def test_step_between_benefits(benefit, step):
    assert lattice(np.array(benefit, dtype=float)) == pytest.approx(step)


def test_bounds_come_down_to_the_next_possible_value():
    assert snapped(7.9, 2) == 6
    assert snapped(7.9999999999, 2) == 8
    assert snapped(7.9, 0) == 7.9
    assert snapped(INF, 2) == INF


def knapsacks(size, rows):
    """Many tight rows at once: not closed at the root."""
    rng = np.random.default_rng(4)
    weight = rng.integers(10, 99, (rows, size)).astype(float)
    problem = Problem(np.zeros(size), np.ones(size), np.ones(size, dtype=bool), csr_array(weight), np.full(rows, -INF), weight.sum(axis=1) * 0.3)
    return problem, rng.integers(10, 99, size).astype(float)


def test_a_search_that_stops_early_states_a_bound_that_holds():
    problem, objective = knapsacks(40, 8)
    early = solve(problem, objective, effort=Effort(gap=0.0, nodes=1))
    whole = solve(problem, objective, effort=Effort(gap=0.0))
    assert whole.proved
    assert not early.proved
    assert early.value <= whole.value <= early.bound
    assert whole.bound == pytest.approx(whole.value)
    again = solve(problem, objective, effort=Effort(gap=0.0, nodes=1))
    assert (again.value, again.bound) == (early.value, early.bound)


def test_what_has_no_solution_has_none():
    problem, objective = knapsacks(6, 1)
    answer = solve(problem.with_row(np.ones(6), 7, INF), objective, effort=Effort())
    assert answer.x is None
    assert answer.proved
