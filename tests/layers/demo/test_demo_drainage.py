"""Drainage against small cases by hand and a plain priority flood."""

from __future__ import annotations

import heapq

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from layers.demo.drainage import carve, drain, incise


def priority_flood(height):
    """Lowest height over which water from each cell can leave the grid (Barnes 2014), with a heap."""
    rows, cols = height.shape
    level = np.full(height.shape, np.inf)
    heap = [(height[r, c], r, c) for r in range(rows) for c in range(cols) if r in (0, rows - 1) or c in (0, cols - 1)]
    for value, r, c in heap:
        level[r, c] = value
    heapq.heapify(heap)
    while heap:
        value, r, c = heapq.heappop(heap)
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                i, j = r + dr, c + dc
                if 0 <= i < rows and 0 <= j < cols and level[i, j] == np.inf:
                    level[i, j] = max(value, height[i, j])
                    heapq.heappush(heap, (level[i, j], i, j))
    return level


grids = arrays(np.float64, st.tuples(st.integers(3, 9), st.integers(3, 9)), elements=st.floats(0, 100, width=16))


@settings(deadline=None, max_examples=60)
@given(grids)
def test_water_climbs_no_higher_than_a_priority_flood_says(height):
    flow = drain(height, 10.0)
    over = height.ravel().copy()
    for start, stop in flow.levels[1:]:
        cells = flow.order[start:stop]
        over[cells] = np.maximum(height.ravel()[cells], over[flow.receiver[cells]])
    assert np.allclose(over.reshape(height.shape), priority_flood(height))


@settings(deadline=None, max_examples=60)
@given(grids)
def test_every_cell_drains_out_and_all_the_area_leaves(height):
    flow = drain(height, 10.0)
    area = flow.area()
    roots = flow.receiver == np.arange(height.size)
    assert np.isclose(area[roots].sum(), height.size * 100.0)
    assert sorted(flow.order) == list(range(height.size))
    rim = np.ones(height.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    assert rim.ravel()[roots].all()


@settings(deadline=None, max_examples=60)
@given(grids)
def test_after_carving_water_runs_downhill(height):
    flow = drain(height, 10.0)
    carved = carve(height, flow, deepest=20.0).ravel()
    inner = flow.receiver != np.arange(height.size)
    assert (carved[inner] > carved[flow.receiver[inner]]).all()


def test_a_tilted_plane_drains_straight_down():
    height = np.add.outer(np.arange(6.0)[::-1] * 10.0, np.zeros(5))
    flow = drain(height, 1.0)
    assert flow.receiver.reshape(6, 5)[2, 2] == 3 * 5 + 2
    assert incise(height, flow, strength=0.5)[2, 2] < height[2, 2]
