"""A programme of a county and of a prefecture: time, gap to the bound, and how far the instant preview is from the best.

In the extra columns: `gap` and `early_gap` of the exact answer (first and second aim), `preview` the share by which the preview serves fewer,
`preview_early` the same for the years before the last.
"""

import pytest

from gis.roads.programme import Floor, Terms, greedy_programme, order_works, solve_programme, stability
from tests.gis.roads.programme_cases import big_case

SHARE = 0.4  # of what everything would cost


def terms_of(works, years, **more):
    money = float(works["cost_cny"].sum()) * SHARE / years
    return Terms(tuple(range(2026, 2026 + years)), (money,) * years, **more)


CASES = {
    "500 works, 3 years, carried over": (500, 3, {}),
    "500 works, 3 years, not carried over": (500, 3, {"carry_over": False}),
    "500 works, 3 years, a floor for each of 20 townships": (500, 3, {"floors": (Floor(0.3),)}),
    "500 works, 3 years, floors that cannot be met": (500, 3, {"floors": (Floor(0.8),)}),
    "2000 works, 5 years, carried over": (2000, 5, {}),
    "2000 works, 5 years, not carried over": (2000, 5, {"carry_over": False}),
}


@pytest.mark.parametrize("name", CASES)
def test_exact(benchmark, name):
    size, years, more = CASES[name]
    works, served = big_case(size)
    terms = terms_of(works, years, **more)
    programme = benchmark.pedantic(solve_programme, (works, served, terms), rounds=1)
    preview = greedy_programme(works, served, terms)
    benchmark.extra_info |= {
        "status": programme.status,
        "gap": round(programme.gap, 6),
        "early_gap": round(programme.early_gap, 6),
        "preview": round(1 - preview.value / programme.value, 6),
        "preview_early": round(1 - preview.early / programme.early, 6),
    }
    assert programme.gap <= 1e-3
    assert (programme.status == "infeasible") == ("cannot" in name)


@pytest.mark.parametrize("size", [500, 2000])
def test_preview(benchmark, size):
    works, served = big_case(size)
    preview = benchmark.pedantic(greedy_programme, (works, served, terms_of(works, 3)), rounds=3)
    benchmark.extra_info["gap_to_its_own_bound"] = round(preview.gap, 6)
    assert preview.gap <= 0.03


def test_sequence(benchmark):
    works, served = big_case(2000)
    assert len(benchmark.pedantic(order_works, (works, served, {"households": 1}), rounds=3)) == 2000


@pytest.mark.parametrize("carry_over", [True, False])
def test_stability_of_350_works(benchmark, carry_over):
    works, served = big_case(350)
    steady = benchmark.pedantic(stability, (works, served, terms_of(works, 3, carry_over=carry_over)), rounds=1)
    benchmark.extra_info |= {"variants": int(steady["variants"].iloc[0]), "core": int(steady["core"].sum())}
    assert steady["stability"].between(0, 1).all()
