"""The sequence behind the slider: closed, must-do first, best possible where a bundle ends, the largest area under its curve."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from gis.roads.programme import UNITS, Terms, greedy_programme, order_works, outside_the_line, solve_programme
from tests.gis.roads.programme_cases import Judge, big_case, served_frame, small_cases, works_frame


def parents_of(works):
    return {row.work_code: row.parent_work if isinstance(row.parent_work, str) else None for row in works.itertuples()}


def gains_of(works, served, weights):
    gain = dict.fromkeys(works["work_code"], 0.0)
    for row in served.itertuples():
        if isinstance(row.work_code, str):
            gain[row.work_code] += sum(weights.get(unit, 0) * (1.0 if unit == "groups" else float(getattr(row, unit))) for unit in UNITS)
    return gain


@settings(max_examples=30)
@given(small_cases(most=9, demands=False))
def test_every_prefix_can_be_built_and_must_do_comes_first(case):
    works, served, terms = case
    order = order_works(works, served, terms.weights).sort_values("rank")
    above, decision = parents_of(works), dict(zip(works["work_code"], works["decision"], strict=True))
    ranked = order["work_code"][order["rank"].notna()].tolist()
    stands = set()
    for code in ranked:
        assert above[code] is None or above[code] in stands
        stands.add(code)
    left_out = set(works["work_code"]) - stands
    assert all(decision[code] == "must_not" or above[code] in left_out for code in left_out)
    forced = {code for code in stands if decision[code] == "must"}
    for code in list(forced):
        while above[code] is not None:
            code = above[code]  # noqa: PLW2901 - up to the network
            forced.add(code)
    assert set(ranked[: len(forced)]) == forced


@settings(max_examples=25)
@given(small_cases(most=9, demands=False))
def test_cumulative_columns_add_up(case):
    works, served, terms = case
    order = order_works(works, served, terms.weights)
    ranked = order[order["rank"].notna()].sort_values("rank")
    cost = works.set_index("work_code")["cost_cny"].astype(float)
    assert np.allclose(np.diff(ranked["cumulative_cost_cny"].astype(float), prepend=0), cost.reindex(ranked["work_code"]))
    for unit in UNITS:
        gain = gains_of(works, served, {unit: 1})
        assert np.diff(ranked[f"cumulative_{unit}"].to_numpy(dtype=float), prepend=0).tolist() == [gain[code] for code in ranked["work_code"]]
    assert order["work_code"].tolist() == works["work_code"].tolist()
    assert order.loc[order["rank"].isna(), "cumulative_cost_cny"].isna().all()


@settings(max_examples=25)
@given(small_cases(most=8, demands=False, decisions=False))
def test_no_choice_serves_more_for_the_money_where_a_bundle_ends(case):
    works, served, terms = case
    order = order_works(works, served, terms.weights).sort_values("rank")
    gain = gains_of(works, served, terms.weights)
    order["gained"] = np.cumsum([gain[code] for code in order["work_code"]])
    ends = order.groupby("bundle")[["cumulative_cost_cny", "gained"]].last().astype(float)
    once = Judge(works, served, Terms((2026,), (0,), terms.weights))
    year = once.assignments
    spent, value = once.spent(year)[:, 0] / 100, once.aims(year)[0]
    for money, gained in ends.itertuples(index=False):
        assert value[spent <= money + 1e-6].max() == pytest.approx(gained)
    slopes = np.diff(ends["gained"], prepend=0) / np.maximum(np.diff(ends["cumulative_cost_cny"], prepend=0), 1e-9)
    assert (np.diff(slopes) <= 1e-9 * np.maximum(1, slopes[:-1])).all()


@settings(max_examples=15)
@given(small_cases(most=6, demands=False, decisions=False))
def test_no_order_has_a_larger_area_under_its_curve(case):
    works, served, terms = case
    above, gain = parents_of(works), gains_of(works, served, terms.weights)
    cost = dict(zip(works["work_code"], works["cost_cny"].astype(float), strict=True))

    def waited(order):
        """Benefit × money spent until it comes: what is lost of the rectangle."""
        return sum(gain[code] * money for code, money in zip(order, np.cumsum([cost[code] for code in order]), strict=True))

    orders = [order for order in permutations(cost) if all(above[code] is None or order.index(above[code]) < at for at, code in enumerate(order))]
    ours = order_works(works, served, terms.weights).sort_values("rank")["work_code"].tolist()
    assert waited(ours) == pytest.approx(min(waited(order) for order in orders))


def test_a_trunk_comes_with_the_branches_that_are_worth_it():
    """Trunk 100 for nobody, branches 10 for 30 and 10 for 2 households; a lane of its own, 60 for 12: 30/110 beats 12/60 beats 2/10."""
    works = works_frame([None, 0, 0, None], [100, 10, 11, 60])
    served = served_frame([(1, "T", 30, 0, 0), (2, "T", 2, 0, 0), (3, "T", 12, 0, 0)])
    order = order_works(works, served, {"households": 1})
    assert order["rank"].tolist() == [1, 2, 4, 3]
    assert order["bundle"].tolist() == [1, 1, 3, 2]
    assert order["cumulative_cost_cny"].tolist() == [100, 110, 181, 170]
    assert order["cumulative_households"].tolist() == [0, 30, 44, 42]


def test_works_outside_the_line_say_what_they_wait_for():
    works = works_frame([None, 0, 1, None, None], [100, 10, 20, 50, 5], ["may", "may", "may", "may", "must_not"])
    served = served_frame([(0, "T", 1, 4, 0), (1, "T", 1, 4, 1), (2, "T", 3, 9, 0), (3, "T", 30, 90, 2), (4, "T", 8, 9, 0)])
    terms = Terms((2026, 2027), (60, 0))
    programme = solve_programme(works, served, terms)
    assert programme.year["W03"] == 2026
    following = outside_the_line(works, served, terms, programme).set_index("work_code")
    assert following.index.tolist() == ["W00", "W01", "W02"]
    assert following["next_in_line"].tolist() == [1, 2, 3]
    assert following["needs"].fillna("").tolist() == ["", "W00", "W00,W01"]
    assert following["package_cost_cny"].tolist() == [100, 110, 130]
    assert following["missing_cny"].tolist() == [90, 100, 120]  # 10 yuan are left
    assert following["package_households"].tolist() == [1, 2, 5]
    assert following["benefit_per_10k_cny"].tolist() == pytest.approx([100, 2e4 / 110, 5e4 / 130])


def test_outside_the_line_of_a_programme_that_builds_all_is_empty():
    works, served = big_case(30)
    terms = Terms((2026,), (float(works["cost_cny"].sum()),))
    assert outside_the_line(works, served, terms, greedy_programme(works, served, terms)).empty
