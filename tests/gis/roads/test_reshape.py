"""Moving a line sideways to where its design meets the ground, and putting it back where curves no longer fit."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from gis.roads.costs import load_costs
from gis.roads.examine import examine
from gis.roads.ground import Ground
from gis.roads.reshape import nudge, relax, restore_tight
from gis.roads.window import draw_sheet, height_at, open_up

COSTS = load_costs()


def slope():
    """A hillside that rises 40 % towards the north, with a hump along x = 450."""
    y, x = np.mgrid[29.5:0:-1, 0.5:30] * 30.0
    heights = (100 + 0.4 * y + 14 * np.exp(-(((x - 450) / 60) ** 2))).astype(np.float32)
    nothing = np.zeros(heights.shape, dtype=bool)
    return Ground(heights, np.ones_like(heights), nothing, nothing.astype(np.uint8), (), 0.0, 900.0, 30.0, CRS.from_epsg(4544))


def test_a_line_in_a_cut_moves_downhill_and_costs_less():
    ground = slope()
    points = np.column_stack([np.arange(100, 801, 20.0), np.full(36, 450.0)])
    drawn = examine(points, ground, COSTS, kind="new")
    moved = nudge(points, drawn, ground)
    deepest = np.argmin(np.interp(points[:, 0] - 100, drawn.chainage_m, drawn.design_m - drawn.ground_m))
    assert moved[deepest, 1] < 450
    assert moved[[0, -1]].tolist() == points[[0, -1]].tolist()
    assert examine(moved, ground, COSTS, kind="new").costs["earthwork_cny"] < drawn.costs["earthwork_cny"]


def test_relaxing_halves_a_wiggle_and_leaves_a_hairpin():
    wiggle = np.array([[0.0, 0], [10, 1], [20, 0], [30, 1], [40, 0]])
    assert relax(wiggle)[1:-1, 1] == pytest.approx([0.5, 0.5, 0.5])
    hairpin = np.array([[0.0, 0], [20, 0], [20, 20], [0, 20]])
    assert relax(hairpin).tolist() == hairpin.tolist()


def test_points_without_room_for_a_curve_go_back():
    path = np.array([[0.0, 0], [12, 0], [24, 0], [36, 0], [48, 0]])
    bent = path.copy()
    bent[2, 1] = 12
    assert restore_tight(bent, path, 15.0).tolist() == path.tolist()
    gentle = path.copy()
    gentle[2, 1] = 0.5
    assert restore_tight(gentle, path, 15.0).tolist() == gentle.tolist()


def test_a_sheet_has_both_ends_as_nodes_and_reads_the_plane_exactly():
    ground = slope()
    sheet = draw_sheet(ground, shapely.LineString([(150, 200), (700, 640)]), spacing_m=12.5, margin_m=90)
    ends = sheet.xy(np.array([sheet.start, sheet.end]))
    assert ends == pytest.approx(np.array([[150, 200], [700, 640]]))
    assert 12.5 <= sheet.cell_m < 13
    nodes = sheet.xy(np.argwhere(sheet.inside))
    assert shapely.distance(shapely.points(nodes), shapely.LineString([(150, 200), (700, 640)])).max() <= 90
    assert height_at(ground, np.array([[15.0, 300.0], [15.0, 421.0]])) == pytest.approx([220, 268.4], abs=1e-3)


def test_opening_up_leaves_nothing_impassable():
    ground = slope()
    ground.heights[10:14, 10:14] = np.nan
    ground.factor[:, 20] = np.inf
    sheet = open_up(draw_sheet(ground, shapely.LineString([(150, 200), (700, 640)]), spacing_m=12.5, margin_m=90))
    assert np.isfinite(sheet.heights).all()
    assert np.isfinite(sheet.factor).all()
    assert sheet.factor.max() > 100
