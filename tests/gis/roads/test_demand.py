"""Who is in the plan: every group without a sure road is told of, with the reason."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.roads.demand import IN_PLAN, Wanted, ask_for_roads

ROWS = {
    "A": ("met", "met", "eligible"),
    "B": ("lacking", "lacking", "eligible"),
    "C": ("unknown", "unknown", "eligible"),
    "D": ("excluded", "lacking", "whole_relocation"),
    "E": ("excluded", "lacking", "few_households"),
    "F": ("excluded", "met", "few_households"),
    "G": ("lacking", "lacking", "eligible"),
}


def _county() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    points = [None if code == "G" else shapely.Point(106, 25) for code in ROWS]
    groups = gpd.GeoDataFrame({"group_code": list(ROWS)}, geometry=points, crs="EPSG:4490").iloc[::-1]
    road = pd.DataFrame(
        [(code, "hardened_road", *row) for code, row in ROWS.items()], columns=["group_code", "service", "verdict", "status", "eligible_reason"]
    )
    water = road.assign(service="safe_water", verdict="lacking")
    return groups, pd.concat([water, road])


def test_each_group_without_a_sure_road_has_its_reason():
    groups, coverage = _county()
    asked = ask_for_roads(groups, coverage)
    assert dict(zip(asked["group_code"], asked["wanted"], strict=True)) == {
        "B": Wanted.LACKING,
        "C": Wanted.UNKNOWN,
        "D": Wanted.RELOCATION,
        "E": Wanted.INELIGIBLE,
        "G": Wanted.NO_LOCATION,
    }
    assert list(asked["group_code"]) == ["B", "C", "D", "E", "G"]


@pytest.mark.parametrize(("option", "code"), [("include_unknown", "C"), ("include_relocation", "D")])
def test_what_is_taken_in_is_asked_for(option, code):
    groups, coverage = _county()
    before = ask_for_roads(groups, coverage).set_index("group_code")["wanted"]
    after = ask_for_roads(groups, coverage, **{option: True}).set_index("group_code")["wanted"]
    assert before[code] not in IN_PLAN
    assert after[code] in IN_PLAN
    assert after.drop(code).equals(before.drop(code))
