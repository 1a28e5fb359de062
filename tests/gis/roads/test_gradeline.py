"""The design profile against scipy's linear programming in another formulation, and cases by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis.roads.gradeline import OVER_ALLOWANCE, OVER_GRADE, Allowance, design_profile

CUT, FILL = 6.0, 5.0


def price(depth, allowance):
    """Price of a metre of road at this depth: 1, 2, then OVER_ALLOWANCE a metre."""
    half = allowance / 2
    return min(depth, half) + 2 * min(max(depth - half, 0), half) + OVER_ALLOWANCE * max(depth - allowance, 0)


def objective(chainage, ground, design, limit):
    weight = np.zeros(len(chainage))
    weight[:-1] += np.diff(chainage) / 2
    weight[1:] += np.diff(chainage) / 2
    earth = sum(w * (price(max(z - d, 0), CUT) + price(max(d - z, 0), FILL)) for w, z, d in zip(weight, ground, design, strict=True))
    over = np.maximum(np.abs(np.diff(design)) - limit * np.diff(chainage), 0).sum()
    return earth + OVER_GRADE * over


def oracle(chainage, ground, limit, radius):
    """Variables d (heights), e (earth price per station, above every tangent of the price), s (rise over the limit)."""
    n, run = len(chainage), np.diff(chainage)
    weight = np.append(run, 0) / 2 + np.insert(run, 0, 0) / 2
    rows, bounds = [], []

    def row(pairs, bound):
        line = np.zeros(3 * n - 1)
        for at, value in pairs:
            line[at] += value
        rows.append(line)
        bounds.append(bound)

    for i in range(n):
        for sign, allowance in ((1, FILL), (-1, CUT)):
            # e >= slope * depth - offset for each piece, depth = sign * (d - z)
            for slope, offset in ((1, 0), (2, allowance / 2), (OVER_ALLOWANCE, (OVER_ALLOWANCE - 1.5) * allowance)):
                row([(i, slope * sign), (n + i, -1)], offset + slope * sign * ground[i])
    for i in range(n - 1):
        for sign in (1, -1):
            row([(i + 1, sign), (i, -sign), (2 * n + i, -1)], limit * run[i])
    for i in range(n - 2 if radius else 0):
        for sign in (1, -1):
            pairs = [(i + 2, sign / run[i + 1]), (i + 1, -sign / run[i + 1]), (i + 1, -sign / run[i]), (i, sign / run[i])]
            row(pairs, (run[i] + run[i + 1]) / 2 / radius)
    box = [(None, None)] * n + [(0, None)] * (2 * n - 1)
    box[0], box[n - 1] = (ground[0], ground[0]), (ground[-1], ground[-1])
    return linprog(np.concatenate([np.zeros(n), weight, np.full(n - 1, OVER_GRADE)]), rows, bounds, bounds=box).fun


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-6, 6), min_size=3, max_size=12), st.sampled_from([0.08, 0.12]), st.sampled_from([0.0, 200.0]))
def test_as_good_as_another_formulation(steps, limit, radius):
    ground = np.cumsum(np.round(steps, 2))
    chainage = np.arange(len(ground)) * 10.0
    design = design_profile(chainage, ground, grade_limit=limit, allowance=Allowance(CUT, FILL), vertical_radius_m=radius)
    assert objective(chainage, ground, design, limit) == pytest.approx(oracle(chainage, ground, limit, radius), rel=1e-6, abs=1e-5)
    if radius:
        assert np.abs(np.diff(design, 2)).max() <= 10 * 10 / radius + 1e-6


def test_ground_that_keeps_the_rules_is_the_design():
    chainage = np.linspace(0, 300, 31)
    ground = 500 + 0.1 * chainage
    assert design_profile(chainage, ground, grade_limit=0.12) == pytest.approx(ground)


def test_a_step_is_taken_in_cut_and_fill_at_the_limit():
    # 4 m within 10 m of level ground: at 12 % it needs 33 m of ramp; least when half of it is cut and half fill.
    chainage = np.linspace(0, 200, 21)
    ground = np.where(chainage < 100, 0.0, 4.0)
    design = design_profile(chainage, ground, grade_limit=0.12, vertical_radius_m=0)
    assert np.abs(np.diff(design)).max() == pytest.approx(1.2)
    assert np.abs(design - ground).max() <= 2.4 + 1e-9
    assert design[[0, -1]] == pytest.approx([0, 4])


def test_ends_too_far_apart_break_the_grade_and_not_the_ends():
    chainage = np.linspace(0, 100, 11)
    ground = 0.3 * chainage
    design = design_profile(chainage, ground, grade_limit=0.12)
    over = np.maximum(np.abs(np.diff(design)) - 1.2, 0).sum()
    assert design[[0, -1]] == pytest.approx([0, 30])
    assert over == pytest.approx(30 - 12)


def test_free_ends_keep_the_grade():
    chainage = np.linspace(0, 20, 3)
    design = design_profile(chainage, 0.3 * chainage, grade_limit=0.12, fixed_ends=(False, False))
    assert np.abs(np.diff(design)).max() <= 1.2 + 1e-9


def test_each_segment_has_its_own_limit():
    chainage = np.linspace(0, 400, 41)
    ground = 0.1 * chainage
    limit = np.where(np.arange(40) < 20, 0.12, 0.08)
    design = design_profile(chainage, ground, grade_limit=limit, allowance=Allowance(30, 30))
    assert (np.abs(np.diff(design)) <= limit * 10 + 1e-9).all()


def test_two_tied_stations_leave_nothing_to_choose():
    assert design_profile(np.array([0.0, 7]), np.array([1.0, 9]), grade_limit=0.12).tolist() == [1, 9]


def test_the_same_bytes_again():
    chainage, ground = np.linspace(0, 990, 100), np.cumsum(np.random.default_rng(5).normal(0, 1, 100))
    first = design_profile(chainage, ground, grade_limit=0.1)
    assert first.tobytes() == design_profile(chainage, ground, grade_limit=0.1).tobytes()
