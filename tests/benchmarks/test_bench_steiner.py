"""How near the best and how fast Steiner trees are: grids and a county's planning graph. Run: pytest tests/benchmarks/test_bench_steiner.py --benchmark-only -s."""

import resource

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gis.roads.steiner import make_graph, solve_steiner

STEPS = {8: [(0, 1), (1, 0), (1, 1), (1, -1)], 16: [(0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1)]}


def links(price, neighbours):
    """All steps between cells of a grid, at the mean price of the two times the distance."""
    rows, columns = price.shape
    number, parts = np.arange(price.size).reshape(price.shape), []
    for down, right in STEPS[neighbours]:
        a = number[: rows - down, max(0, -right) : columns - max(0, right)].ravel()
        b = number[down:, max(0, right) : columns + min(0, right)].ravel()
        parts.append((a, b, np.hypot(down, right) * (price.flat[a] + price.flat[b]) / 2))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def terrain(random, side):
    rough = sum(weight * gaussian_filter(random.normal(size=(side, side)), width) * width for width, weight in [(2, 2.0), (6, 4.0)])
    return np.exp(rough / rough.std())


@pytest.mark.parametrize("neighbours", [8, 16])
@pytest.mark.parametrize("kind", ["uniform", "terrain"])
def test_grid(benchmark, kind, neighbours):
    random = np.random.default_rng(0)
    price = random.uniform(1, 10, (300, 300)) if kind == "uniform" else terrain(random, 300)
    graph = make_graph(price.size, *links(price, neighbours))
    ends = random.choice(price.size, 41, replace=False)
    tree = benchmark.pedantic(solve_steiner, (graph, int(ends[0]), ends[1:]), rounds=1)
    benchmark.extra_info.update(cost=tree.cost, bound=tree.bound, gap=tree.gap)
    assert tree.bound <= tree.cost


def test_county(benchmark):
    """900 × 900 cells, a network of free roads on one root, 1,000 terminals mostly near it."""
    random, side = np.random.default_rng(1), 900
    a, b, cost = links(terrain(random, side), 16)
    roads = np.unique(np.concatenate([(np.arange(side) * side + at) for at in range(30, side, 90)]))
    graph = make_graph(side * side + 1, np.append(a, np.full(len(roads), side * side)), np.append(b, roads), np.append(cost, np.zeros(len(roads))))
    ends = random.choice(side * side, 1000, replace=False)
    tree = benchmark.pedantic(solve_steiner, (graph, side * side, ends), rounds=1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    benchmark.extra_info.update(cost=tree.cost, bound=tree.bound, gap=tree.gap, memory_gb=memory)
    assert tree.bound <= tree.cost
