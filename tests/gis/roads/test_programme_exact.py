"""The exact programme against every possible one, and what must hold of any."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.programme import UNITS, Deadline, Floor, Terms, greedy_programme, order_works, outside_the_line, solve_programme, stability
from tests.gis.roads.programme_cases import YEARS, Judge, big_case, served_frame, small_cases, works_frame


def numbers(programme, terms):
    """Index of the year per work; the number of years is never."""
    place = {year: at for at, year in enumerate(terms.years)}
    return np.array([[place.get(year, len(terms.years)) for year in programme.year]])


def check_rules(works, served, terms, programme):
    """Money, precedence, must-not, and what the programme says about itself."""
    judge = Judge(works, served, terms)
    year = numbers(programme, terms)
    assert judge.over(year)[0] == 0
    value, early = judge.aims(year)
    assert (programme.value, programme.early) == pytest.approx((value[0], early[0]))
    assert programme.bound >= programme.value
    assert programme.early_bound >= programme.early
    assert programme.spent_cny == pytest.approx(tuple(judge.spent(year)[0] / 100))
    stands = dict(zip(works["work_code"], year[0], strict=True))
    for row in works.itertuples():
        assert row.decision != "must_not" or stands[row.work_code] == len(terms.years)
        assert not isinstance(row.parent_work, str) or stands[row.parent_work] <= stands[row.work_code]


def check_against_judge(works, served, terms):
    judge = Judge(works, served, terms)
    programme = solve_programme(works, served, terms)
    check_rules(works, served, terms, programme)
    left_out, missing, value, early = judge.best()
    year = numbers(programme, terms)
    assert judge.musts_left_out(year)[0] == left_out
    assert judge.missing(year)[0] == pytest.approx(missing)
    assert (programme.value, programme.early) == pytest.approx((value, early))
    assert (programme.status == "infeasible") == (left_out > 0 or missing > 0)
    assert bool(programme.conflicts) == (programme.status == "infeasible")
    assert programme.gap == pytest.approx(0)


@settings(max_examples=60)
@given(small_cases())
def test_best_of_all_programmes(case):
    check_against_judge(*case)


@settings(max_examples=12)
@given(small_cases(most=6, years=3))
def test_best_of_all_programmes_of_three_years(case):
    check_against_judge(*case)


@pytest.mark.parametrize("seed", range(25))
def test_best_of_eight_works_in_two_years(seed):
    """Uneven prices and little money: here the order of the years is a puzzle, which the preview does not solve."""
    rng = np.random.default_rng(seed)
    works = works_frame([int(rng.integers(0, at)) if at and rng.random() < 0.4 else None for at in range(8)], rng.integers(10, 60, 8))
    served = served_frame([(at, "T", int(rng.integers(0, 30)), 0, 0) for at in range(8)])
    check_against_judge(works, served, Terms((2026, 2027), tuple(rng.integers(30, 100, 2).tolist()), carry_over=seed % 2 == 0, gap=0))


@settings(max_examples=12)
@given(small_cases(most=12, years=1))
def test_best_of_all_choices_of_twelve_works(case):
    check_against_judge(*case)


@pytest.mark.parametrize("carry_over", [True, False])
def test_twelve_works_in_two_years(carry_over):
    works = works_frame([None, 0, 0, 1, None, 4, 4, 6, None, 8, 9, None], [30, 11, 12, 9, 25, 14, 8, 13, 22, 10, 16, 19], ["may"] * 11 + ["must"])
    rows = [(at, f"T{at % 3}", 3 + at * 7 % 5, 9 + at, at % 2) for at in range(1, 12)] + [(None, "T1", 4, 9, 1)]
    served = served_frame(rows)
    terms = Terms((2026, 2027), (60, 45), carry_over=carry_over, floors=(Floor(0.3),), deadlines=(Deadline(2026, 0.25),), gap=0)
    check_against_judge(works, served, terms)


@settings(max_examples=25)
@given(small_cases(most=8))
def test_the_preview_keeps_the_rules_and_never_beats_its_bound(case):
    works, served, terms = case
    preview = greedy_programme(works, served, terms)
    check_rules(works, served, terms, preview)
    assert preview.status == "greedy"
    exact = solve_programme(works, served, terms)
    if exact.status == "optimal":
        assert exact.value <= preview.bound + 1e-9
        assert exact.early <= preview.early_bound + 1e-9


def rating(works, served, terms):
    """What is broken first, then what is served; the less the better."""
    programme = solve_programme(works, served, terms)
    judge, year = Judge(works, served, terms), numbers(programme, terms)
    return int(judge.musts_left_out(year)[0]), round(float(judge.missing(year)[0]), 9), -programme.value


@settings(max_examples=25)
@given(small_cases(most=8), st.integers(0, 2), st.sampled_from([1, 10_000, 40_000]))
def test_more_money_never_serves_fewer(case, at, more):
    works, served, terms = case
    budgets = list(terms.budgets_cny)
    budgets[at % len(budgets)] += more
    richer = Terms(terms.years, tuple(budgets), terms.weights, terms.carry_over, terms.floors, terms.deadlines, terms.gap)
    assert rating(works, served, richer) <= rating(works, served, terms)


@settings(max_examples=25)
@given(small_cases(most=7, demands=False), st.sampled_from([0, 10_000, 20_000]), st.integers(0, 6), st.integers(0, 9))
def test_another_candidate_is_never_worse(case, cost, above, households):
    """Without floors: the new group would raise the totals that shares are taken of."""
    works, served, terms = case
    new_work = works_frame([None] * len(works) + [above % len(works)], [0] * len(works) + [cost]).iloc[-1:]
    new_group = served_frame([(None, "T1", 0, 0, 0)] * len(served) + [(len(works), "T1", households, 0, 0)]).iloc[-1:]
    wider = pd.concat([works, new_work], ignore_index=True), pd.concat([served, new_group], ignore_index=True)
    assert rating(*wider, terms) <= rating(works, served, terms)


@settings(max_examples=25)
@given(small_cases(most=8), st.integers(0, 7))
def test_what_hangs_on_a_removed_work_goes_with_it(case, at):
    works, served, terms = case
    gone = {works["work_code"].iloc[at % len(works)]}
    without = works.assign(decision=works["decision"].where(~works["work_code"].isin(gone), "must_not"))
    for row in works.itertuples():  # parents come first
        if row.parent_work in gone:
            gone.add(row.work_code)
    for programme in (solve_programme(without, served, terms), greedy_programme(without, served, terms)):
        assert programme.year[sorted(gone)].isna().all()
        lost = served["work_code"].isin(gone).to_numpy(dtype=bool)
        assert programme.group_year[lost].isna().all()


def tree_knapsack(works, served, money):
    """The most households for whole yuan, by dynamic programming over a walk of the forest: an oracle that knows no linear programme."""
    number = {code: at for at, code in enumerate(works["work_code"])}
    children = {at: [] for at in [None, *range(len(works))]}
    for at, above in enumerate(works["parent_work"]):
        children[number[above] if isinstance(above, str) else None].append(at)
    gain = np.zeros(len(works), dtype=np.int64)
    np.add.at(gain, [number[code] for code in served["work_code"]], served["households"].to_numpy(dtype=np.int64))
    cost = works["cost_cny"].to_numpy(dtype=np.int64)

    def walk(at, best):
        """Best household count per yuan spent, after the subtree of `at` was offered."""
        taken = np.full_like(best, -(10**9))
        if cost[at] <= money:
            taken[cost[at] :] = best[: len(best) - cost[at]] + gain[at]
        for child in children[at]:
            taken = walk(child, taken)
        return np.maximum(best, taken)

    best = np.zeros(money + 1, dtype=np.int64)
    for root in children[None]:
        best = walk(root, best)
    return int(best[money])


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_works_against_dynamic_programming(seed):
    works, served = big_case(100, seed=seed)
    works = works.assign(cost_cny=np.ceil(works["cost_cny"] / 10_000).astype("Float64"))
    money = int(works["cost_cny"].sum() * 0.4)
    programme = solve_programme(works, served, Terms((2026,), (float(money),), gap=0))
    assert programme.value == tree_knapsack(works, served, money)
    three = Terms(YEARS, (money // 4, money // 4, money - 2 * (money // 4)), gap=0)
    assert solve_programme(works, served, three).value == programme.value
    assert programme.value >= greedy_programme(works, served, three).value >= 0.97 * programme.value


def same_bytes(one, other):
    return all(
        a.to_json() == b.to_json() for a, b in [(one.year, other.year), (one.group_year, other.group_year), (one.coverage, other.coverage)]
    ) and (one.value, one.bound, one.early, one.early_bound, one.spent_cny, one.conflicts, one.findings) == (
        other.value,
        other.bound,
        other.early,
        other.early_bound,
        other.spent_cny,
        other.conflicts,
        other.findings,
    )


@pytest.mark.parametrize("floor", [0.2, 0.8])
def test_same_input_same_answer(floor):
    works, served = big_case(80, seed=3, towns=5)
    money = float(works["cost_cny"].sum()) * 0.15
    terms = Terms(YEARS, (money, 0.0, money), floors=(Floor(floor),))
    first, second = (solve_programme(works, served, terms) for _ in range(2))
    assert same_bytes(first, second)
    assert first.status == ("optimal" if floor < 0.5 else "infeasible")
    for ask in (lambda: stability(works, served, terms, draws=2), lambda: order_works(works, served, terms.weights)):
        assert ask().to_json() == ask().to_json()
    assert outside_the_line(works, served, terms, first).to_json() == outside_the_line(works, served, terms, second).to_json()


def test_inputs_are_left_as_they_were():
    works, served = big_case(40, seed=5)
    kept = works.copy(deep=True), served.copy(deep=True)
    terms = Terms(YEARS, (1e6, 1e6, 1e6))
    programme = solve_programme(works, served, terms)
    outside_the_line(works, served, terms, programme)
    stability(works, served, terms, draws=1)
    pd.testing.assert_frame_equal(works, kept[0])
    pd.testing.assert_frame_equal(served, kept[1])
    assert set(UNITS) == set(programme.coverage["unit"])
