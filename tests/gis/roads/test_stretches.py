"""Flagged stretches by hand, and sections cut at them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString

from gis.roads.examine import Flag
from gis.roads.stretches import FLAGGED_FROM, STRETCH_COLUMNS, cut_flagged, flag_stretches


def profiles(*stations):
    """Stations of (section, chainage, flag)."""
    frame = pd.DataFrame(stations, columns=["section_code", "chainage_m", "flag"])
    return frame.astype({"section_code": "string", "chainage_m": "Float64", "flag": "Int64"})


TWO = profiles(("A", 0, 0), ("A", 10, 3), ("A", 20, 3), ("A", 30, 1), ("A", 40, 2), ("B", 100, 5), ("B", 110, 0), ("B", 120, pd.NA))


def test_each_station_stands_for_half_the_way_to_its_neighbours():
    found = flag_stretches(TWO)
    assert tuple(found.columns) == STRETCH_COLUMNS
    assert found.to_numpy().tolist() == [["A", 5, 25, 3], ["A", 35, 40, 2], ["B", 0, 5, 5]]


def test_nothing_flagged_and_nothing_at_all():
    assert flag_stretches(TWO[TWO["flag"].isin([0, 1])]).empty
    assert flag_stretches(TWO.iloc[:0]).empty


def test_the_first_flag_that_counts_is_the_one_after_the_warning():
    assert FLAGGED_FROM == Flag.SURVEY == Flag.STEEP + 1


def test_sections_are_cut_and_nothing_is_lost():
    lines = [LineString([(0, 60), (0, 60.01), (0.02, 60.01)]), LineString([(1, 1), (1, 2)]), LineString([(2, 2), (2, 3)]), None]
    columns = {"section_code": ["A", "B", "C", "D"], "kind": "new", "flagged_m": [25.0, 5.0, 3.0, 0.0]}
    sections = gpd.GeoDataFrame(columns, geometry=lines, crs=4490)
    found = cut_flagged(sections, TWO)
    assert list(zip(found["section_code"], found["flagged"], strict=True)) == [
        *(("A", False), ("A", True), ("A", False), ("A", True)),
        *(("B", True), ("B", False), ("C", True), ("D", False)),
    ]
    assert np.nansum(shapely.length(found.geometry)) == pytest.approx(np.nansum(shapely.length(sections.geometry)))
    # 60° north a degree of longitude is half as long: the middle of the line on the ground is its corner.
    assert found.geometry.iloc[0].length == pytest.approx(0.02 / 8, rel=1e-3)
    assert (found["kind"] == "new").all()
    assert found.geometry.iloc[-1] is None


def test_no_section_no_piece():
    sections = gpd.GeoDataFrame({"section_code": [], "flagged_m": []}, geometry=[], crs=4490)
    assert cut_flagged(sections, TWO.iloc[:0]).empty
