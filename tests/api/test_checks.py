"""What the check of a county says of its roads."""

import geopandas as gpd
import shapely

from api.runs.checks import network_problems
from gis.standards import load_standard


def test_a_road_without_length_is_told_and_the_others_are_not():
    lines = [shapely.LineString([(106, 25), (106.1, 25)]), shapely.LineString([(106.05, 25), (106.05, 25)])]
    roads = gpd.GeoDataFrame({"road_code": ["X001", "Z009"], "road_class": ["county", "group"]}, geometry=lines, crs=4490)
    found = network_problems({"roads": roads}, load_standard(["national-2018"]))
    assert found["rule"].tolist() == ["road_left_out"]
    assert found["message"].tolist() == ["道路 Z009 未计入路网：长度为零。"]
