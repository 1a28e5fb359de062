"""Curves by hand: a fillet's radius, tangents and length follow from school geometry."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.curves import deflections, distances, drop_straight, radii, round_corners


def test_a_right_angle_becomes_a_quarter_circle_of_the_wanted_radius():
    # Shift of 10 m at a right angle: R (1 / cos 45° - 1) = 10, so R = 24.14 m, and the tangents are as long.
    radius = 10 / (np.sqrt(2) - 1)
    line = round_corners(np.array([[0.0, 0], [100, 0], [100, 100]]), radius_min_m=15, shift_max_m=10)
    curve = line[1:-1]
    centre = np.array([100 - radius, radius])
    assert np.hypot(*(curve - centre).T) == pytest.approx(np.full(len(curve), radius), rel=1e-9)
    assert curve[0] == pytest.approx([100 - radius, 0])
    assert curve[-1] == pytest.approx([100, radius])
    assert distances(line)[-1] == pytest.approx(200 - 2 * radius + np.pi / 2 * radius, rel=1e-3)


def test_the_least_radius_stands_over_the_shift():
    line = round_corners(np.array([[0.0, 0], [100, 0], [100, 100]]), radius_min_m=30, shift_max_m=1)
    assert line[1] == pytest.approx([70, 0])


def test_neighbours_share_their_leg():
    # Two right angles 40 m apart: each may have a tangent, and so a radius, of 20 m.
    line = round_corners(np.array([[0.0, 0], [100, 0], [100, 40], [0, 40]]), radius_min_m=15, shift_max_m=50)
    middle = distances(line)[-1] / 2
    assert radii(line, np.array([middle]))[0] == pytest.approx(20, rel=0.02)


def test_a_leg_that_is_too_short_makes_a_tight_curve_that_measures_so():
    line = round_corners(np.array([[0.0, 0], [100, 0], [100, 20], [0, 20]]), radius_min_m=15, shift_max_m=50)
    assert radii(line, np.array([distances(line)[-1] / 2]))[0] == pytest.approx(10, rel=0.03)


def test_a_straight_line_stays_and_measures_no_radius():
    line = round_corners(np.array([[0.0, 0], [10, 0], [10, 0], [50, 0], [90, 0]]), radius_min_m=15, shift_max_m=5)
    assert line.tolist() == [[0, 0], [90, 0]]
    assert np.isinf(radii(line, np.linspace(0, 90, 10))).all()


def test_turning_back_on_itself_has_no_radius_at_all():
    line = np.array([[0.0, 0], [50, 0], [0, 0.001]])
    assert radii(line, np.array([50.0]))[0] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=2, max_size=9, unique=True))
def test_curves_keep_the_ends_and_stay_within_the_corners_hull(points):
    corners = np.array(points)
    line = round_corners(corners, radius_min_m=15, shift_max_m=6)
    assert line[0] == pytest.approx(corners[0])
    assert line[-1] == pytest.approx(corners[-1])
    hull = shapely.convex_hull(shapely.multipoints(corners)).buffer(1e-6)
    assert shapely.covers(hull, shapely.points(line)).all()


def test_deflections_have_a_sign():
    assert deflections(np.array([[0.0, 0], [1, 0], [2, 1], [3, 1]])) == pytest.approx([np.pi / 4, -np.pi / 4])
    assert drop_straight(np.array([[0.0, 0], [1, 0], [2, 0], [2, 5]])).tolist() == [[0, 0], [2, 0], [2, 5]]
