"""Who is to be settled."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from gis.sites.movers import metres_to_hardened, movers_notes, who_moves
from gis.sites.sets import load_site_set
from layers.crs import metric_crs

RULES = load_site_set()
UTM = CRS.from_epsg(32648)


def _points(*places):
    return [None if place is None else shapely.Point(place) for place in places]


def _groups(**columns):
    """Four groups a kilometre apart on a line to the north, and one that nobody can find."""
    homes = gpd.GeoSeries([*_points(*((500_000, 2_800_000 + 1000 * at) for at in range(4))), None], crs=UTM)
    kinds = {"chooses_to_stay": "boolean", "whole_relocation": "boolean"}
    values = {name: pd.array(given, dtype=kinds.get(name, "Int64")) for name, given in columns.items()}
    return gpd.GeoDataFrame({"group_code": [f"G{at}" for at in range(5)], **values}, geometry=homes).to_crs(4490)


def _roads(surfaces, status=None, north=2_806_000):
    lines = [shapely.LineString([(490_000, north + at), (510_000, north + at)]) for at in range(len(surfaces))]
    columns = {"surface": pd.array(surfaces, dtype="string")} | ({} if status is None else {"status": pd.array(status, dtype="string")})
    return gpd.GeoDataFrame(columns, geometry=lines, crs=UTM).to_crs(4490)


def _codes(layers, who):
    groups = layers["groups"]
    found = who_moves(layers, RULES, who, crs=metric_crs(groups))
    return dict(zip(found["group_code"], found["policy"], strict=True))


def test_the_listed_and_those_in_danger_move_and_others_only_where_all_are_asked():
    groups = _groups(
        whole_relocation=[True, False, False, False, True],
        chooses_to_stay=[False, False, True, False, False],
        households_count=[30, 30, 20, 20, 20],
        registered_households_count=[0, 0, 20, 20, 20],
    )
    hazards = gpd.GeoDataFrame({"hazard_level": ["特大型"]}, geometry=[groups.geometry[1]], crs=4490).assign(hazard_level="huge")
    layers = {"groups": groups, "hazards": hazards}
    level = RULES.policy.must_move_levels.value[0]
    layers["hazards"] = hazards.assign(hazard_level=pd.array([level], dtype="string"))
    assert _codes(layers, "planned") == {"G0": "whole_relocation", "G1": "must_move_hazard"}
    assert _codes(layers, "eligible") == {"G0": "whole_relocation", "G1": "must_move_hazard", "G3": "may_move_policy"}


def test_far_from_a_hardened_road_is_beyond_the_limit_of_the_set():
    limit = float(RULES.policy.remote_road_m.value)
    groups, roads = _groups(), _roads(["asphalt"], north=2_800_000 + 2500 + limit)
    assert set(_codes({"groups": groups, "roads": roads}, "eligible")) == {"G0", "G1", "G2"}


@pytest.mark.parametrize("layers", [{}, {"roads": _roads([])}, {"roads": _roads(["gravel", None])}, {"hazards": _roads([]).drop(columns="surface")}])
def test_what_nobody_knows_makes_nobody_move(layers):
    assert _codes({"groups": _groups(), **layers}, "eligible") == {}
    assert "避险搬迁" in movers_notes(layers)[0]


def test_no_groups_are_no_movers():
    found = who_moves({"groups": _groups().head(0)}, RULES, "eligible", crs=UTM)
    assert len(found) == 0
    assert "policy" in found


def test_only_roads_that_stand_and_are_hard_count():
    homes = np.array(_points((500_000, 2_800_000), (500_000, 2_801_000)), dtype=object)
    roads = _roads(["gravel", "cement_concrete", "asphalt", None], ["built", "built", "planned", "built"])
    assert metres_to_hardened(homes, roads, UTM) == pytest.approx([6001, 5001], abs=1.0)
    homes[0] = shapely.Point()
    assert np.isnan(metres_to_hardened(homes, roads, UTM)).tolist() == [True, False]
