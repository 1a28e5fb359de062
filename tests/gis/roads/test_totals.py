"""Works as sums of sections, by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis.roads.totals import add_up, per_household
from tests.gis.roads.road_cases import METRIC, line

SECTIONS = pd.DataFrame(
    {
        "work_code": pd.array(["W2", "W1", "W1", "W1", "W3"], dtype="string"),
        "kind": pd.array(["new", "upgrade", "new", "join", "project"], dtype="string"),
        "length_m": [1000.0, 500.0, 1500.0, 250.0, 0.0],
        "developed_m": [1200.0, 500.0, 1600.0, 250.0, 0.0],
        "flagged_m": [100.0, 0.0, 20.0, 5.0, 0.0],
        "grade_max": [0.15, 0.08, np.nan, 0.11, np.nan],
        "share_above_warn": [0.5, 0.0, 0.2, 1.0, 0.0],
        "share_above_limit": [0.1, 0.0, 0.0, 0.0, 0.0],
        "cross_slope_mean": [0.3, 0.1, 0.2, 0.4, np.nan],
        "crossings": [2, 1, 0, 1, 0],
        "bridge_m": [30.0, 0.0, 0.0, 12.0, 0.0],
        "cut_m3": [5.0, 0.0, 7.0, 1.0, 0.0],
        "fill_m3": [4.0, 0.0, 2.0, 2.0, 0.0],
        "road_cny": [10.0, 20.0, 30.25, 4.25, 9.0],
        "earthwork_cny": [1.0, 0.0, 3.0, 0.5, 0.0],
        "development_cny": [2.0, 0.0, 1.0, 0.0, 0.0],
        "bridge_cny": [3.0, 0.0, 0.0, 1.0, 0.0],
        "overhead_cny": [1.6, 2.0, 3.0, 0.5, 0.0],
    }
)
LINES = [line((0, 0), (0, 1000)), line((0, 0), (500, 0)), line((500, 0), (500, 900)), line((500, 900), (750, 900)), line((9, 9), (9, 9))]
WORKS = pd.DataFrame(
    {
        "work_code": pd.array(["W1", "W2", "W3", "W4"], dtype="string"),
        "cost_cny": [65.5, 17.6, 9.0, 0.0],
        "downstream_households_count": pd.array([40, 0, pd.NA, 3], dtype="Int64"),
    }
)


@pytest.fixture(scope="module")
def works():
    bare = gpd.GeoDataFrame(WORKS, geometry=[None] * len(WORKS), crs=METRIC)
    return add_up(bare, gpd.GeoDataFrame(SECTIONS, geometry=LINES, crs=METRIC)).set_index("work_code")


def test_sums(works):
    one = works.loc["W1"]
    assert (one["length_km"], one["developed_km"], one["flagged_km"]) == (2.25, 2.35, 0.025)
    assert (one["new_km"], one["upgrade_km"], one["crossings_count"], one["bridge_m"]) == (1.75, 0.5, 2, 12)
    assert (one["cut_m3"], one["fill_m3"]) == (8, 4)
    assert [one[part] for part in ("road_cny", "earthwork_cny", "development_cny", "bridge_cny", "overhead_cny")] == [54.5, 3.5, 1, 1, 5.5]
    assert (works.loc["W2", "new_km"], works.loc["W2", "upgrade_km"]) == (1, 0)


def test_grades_and_slopes_weigh_by_length(works):
    one = works.loc["W1"]
    assert one["grade_max"] == 0.11  # the steepest that is known
    assert one["grade_warn_share"] == pytest.approx((0.2 * 1500 + 1.0 * 250) / 2250, abs=1e-4)
    assert one["cross_slope_mean"] == pytest.approx((0.1 * 500 + 0.2 * 1500 + 0.4 * 250) / 2250, abs=1e-4)


def test_what_has_no_length_or_no_section_is_missing(works):
    assert works.loc["W3", "length_km"] == 0
    assert works.loc["W3", ["grade_warn_share", "cross_slope_mean", "grade_max"]].isna().all()
    assert works.loc["W4", ["length_km", "road_cny", "crossings_count", "grade_max"]].isna().all()
    assert works.loc["W4", "geometry"] is None


def test_lines_of_a_work_become_one(works):
    assert works.loc["W1", "geometry"].geom_type == "LineString"
    assert works.loc["W1", "geometry"].length == 1650


def test_price_for_each_household(works):
    assert works["cost_per_household_cny"].fillna(-1).tolist() == [round(65.5 / 40, 2), -1, -1, 0]
    assert per_household(WORKS.iloc[:1]).tolist() == [1.64]


def test_no_works_at_all():
    none = add_up(gpd.GeoDataFrame(WORKS.iloc[:0], geometry=[], crs=METRIC), gpd.GeoDataFrame(SECTIONS.iloc[:0], geometry=[], crs=METRIC))
    assert len(none) == 0
    assert {"length_km", "new_km", "grade_max", "crossings_count"} <= set(none.columns)
