"""How near the best and how fast road-or-move is on a large graph with many groups and sites. Run: pytest tests/benchmarks/test_bench_choice.py --benchmark-only."""

import numpy as np
import pytest

from gis.roads.steiner import make_graph, shortest_from
from gis.sites.choice.decide import study
from gis.sites.choice.problem import Problem

GAP = 0.03


def county(random, side=400, groups=300, sites=40):
    """A grid of prices with groups and sites on it; the network is the southern edge. Moves cost about what a road does."""
    price = random.uniform(1, 10, (side, side))
    number = np.arange(side * side).reshape(side, side)
    pairs = [(number[down:, right:], number[: side - down, : side - right]) for down, right in ((0, 1), (1, 0), (1, 1))]
    a, b = (np.concatenate([pair[at].ravel() for pair in pairs]) for at in (0, 1))
    cost = (price.flat[a] + price.flat[b]) / 2
    free = (a < side) & (b < side)
    graph = make_graph(side * side, a, b, np.where(free, 0.0, cost))
    home = random.choice(side * side, groups, replace=False)
    alone = shortest_from(graph, np.array([0]))[0][home]
    move = np.where(random.random((groups, sites)) < 0.3, alone.mean() * random.uniform(0.2, 1, (groups, sites)), np.inf)
    site = np.where(np.arange(sites) < sites // 3, 0, random.choice(side * side, sites, replace=False))
    demand = random.integers(10, 60, groups).astype(float)
    return Problem(graph, 0, home, np.zeros(groups), site, np.full(sites, alone.mean() / 2), move, demand, np.full(sites, 150.0))


@pytest.mark.parametrize("seed", [0, 1])
def test_gap_and_extremes(benchmark, seed):
    problem = county(np.random.default_rng(seed))
    study(county(np.random.default_rng(seed), side=20, groups=5, sites=3))
    found = benchmark.pedantic(study, args=(problem,), rounds=1)
    benchmark.extra_info.update(cost=found.plan.cost, gap=found.plan.gap, all_road=found.all_road.cost, all_move=found.all_move.cost)
    assert found.plan.gap <= GAP
    assert found.plan.cost <= min(found.all_road.cost, found.all_move.cost)
