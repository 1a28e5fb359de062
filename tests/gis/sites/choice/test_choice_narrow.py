"""Large programmes in two smaller ones: what is left out costs no answer, and the bound stays one where a limit stops the search."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.steiner import make_graph
from gis.sites.choice import narrow
from gis.sites.choice.exact import QUICK, THOROUGH, make_exact
from gis.sites.choice.problem import Problem
from gis.sites.choice.skeleton import Skeleton
from gis.solver import solve

NEAR = 1e-6


def crowded(random, groups=12, sites=5):
    """Groups that all have to move, to sites that cost something and hold about two fifths of them each."""
    demand = random.integers(5, 50, groups).astype(float)
    zeros = np.zeros(groups, dtype=np.int64)
    move = np.repeat(random.uniform(1e5, 9e5, groups)[:, None], sites, axis=1)
    room = np.full(sites, demand.sum() * 0.4)
    graph = make_graph(2, [0], [1], [1.0])
    return Problem(graph, 0, zeros, np.full(groups, np.inf), np.zeros(sites, dtype=np.int64), random.uniform(1e6, 3e7, sites), move, demand, room)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20), st.booleans())
def test_in_two_steps_as_in_one(seed, kernel, many):
    exact = make_exact(crowded(np.random.default_rng(seed)), Skeleton(0, ()))
    cost = exact.cost / 1e4
    whole = solve(exact.programme, -cost, effort=THOROUGH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrow, "SMALL", 0)
        patch.setattr(narrow, "KERNEL", kernel)
        patch.setattr(narrow, "MANY", 10_000 if many else 0)
        found = narrow.solve_narrowed(exact.programme, cost, THOROUGH, whole.x if kernel % 2 else None)
    assert found.bound >= whole.value - NEAR * abs(whole.value)
    assert found.value <= found.bound + NEAR * abs(whole.value)
    assert found.value == pytest.approx(float(-cost @ found.x))
    if many:
        assert found.value == pytest.approx(whole.value, rel=NEAR)


def test_a_limit_gives_an_answer_with_its_bound(monkeypatch):
    """Thirty groups and ten sites: the search is cut off at once, and still says how far it may be off."""
    monkeypatch.setattr(narrow, "SMALL", 0)
    problem = crowded(np.random.default_rng(0), groups=30, sites=10)
    exact = make_exact(replace(problem, capacity=np.full(10, problem.demand.sum() / 5)), Skeleton(0, ()))
    place, left = np.full(30, -1, dtype=np.int64), exact.problem.capacity.copy()
    for group in np.argsort(-problem.demand):
        place[group] = int(np.argmax(left))
        left[place[group]] -= problem.demand[group]
    found = exact.best(replace(QUICK, looks=2), start=place)
    assert found.bound <= found.cost <= problem.move_cny[:, 0].sum() + problem.fixed_cny.sum() + NEAR
    assert (np.bincount(found.answer, problem.demand, 10) <= exact.problem.capacity + NEAR).all()
