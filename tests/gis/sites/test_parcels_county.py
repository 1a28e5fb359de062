"""Parcels of a judged county: their ground is held against the county's own layers, not against the mask they were cut from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.sites.parcels import search_parcels
from gis.sites.review import review_settlements
from gis.sites.sets import load_site_set
from gis.sites.suitability import suitability
from tests.gis.sites.invented_land import CELL, UTM, county, layer, point, terrain

RULES = load_site_set()
FORBIDDEN = {"redlines": 0.0, "farmland": 0.0, "reserves": 0.0, "water_source_zones": 0.0, "faults": 200.0, "rivers": 50.0}


@pytest.fixture(scope="module")
def found():
    judged = suitability(county(), terrain(), RULES, crs=UTM)
    return judged, search_parcels(judged, RULES, layers=county(), per_village=None)


def test_no_parcel_comes_into_forbidden_ground(found):
    _, parcels = found
    ground = parcels.frame.to_crs(UTM).geometry.to_numpy()
    assert len(ground) > 0
    for name, metres in FORBIDDEN.items():
        shapes = shapely.union_all(county()[name].geometry.to_numpy())
        if metres:
            assert shapely.distance(ground, shapes).min() >= metres - 1e-6, name
        else:
            assert shapely.area(shapely.intersection(ground, shapes)).max() < 1e-3, name
    outline = county()["counties"].geometry.iloc[0].buffer(CELL)  # a cell belongs to the county where its middle does
    assert shapely.within(ground, outline).all()
    flooded = county()["flood_zones"].geometry.iloc[0]
    assert shapely.area(shapely.intersection(ground, flooded)).max() < 1e-3


def test_land_in_parcels_and_land_told_as_left_add_up(found):
    judged, parcels = found
    row, column = np.indices(judged.total.shape)
    middles = shapely.points(judged.grid.x0 + (column + 0.5) * CELL, judged.grid.y0 - (row + 0.5) * CELL)
    inside = shapely.contains(shapely.union_all(parcels.frame.to_crs(UTM).geometry.to_numpy()), middles)
    good = judged.buildable & (judged.total >= RULES.classes.poor.value)
    assert not (inside & ~good).any()
    told = sum(float(note.split(" 公顷")[0].rsplit(" ", 1)[1].replace(",", "")) for note in parcels.notes)
    assert inside.sum() * CELL**2 / 1e4 + told == pytest.approx(good.sum() * CELL**2 / 1e4, abs=1.6)


def test_a_parcel_belongs_to_the_township_that_it_lies_in(found):
    _, parcels = found
    middle = parcels.frame.to_crs(UTM).geometry.representative_point().x.to_numpy()
    west = middle < county()["townships"].geometry.iloc[0].bounds[2] - 400
    assert (parcels.frame.loc[west, "township_name"] == "甲镇").all()
    assert set(parcels.frame["township_name"]) <= {"甲镇", "乙镇"}


def test_settlements_that_stand_get_the_class_of_their_ground(found):
    judged, _ = found
    sites = layer([point(63.5, 35.5), point(8.5, 40.5), point(30.5, 40.5)], settlement_code=["A", "B", "C"])
    review = review_settlements(sites, judged, RULES, county())
    assert "redlines" in review["excluded_by"].iloc[1].split(",")
    assert "hazards" in review["excluded_by"].iloc[2].split(",")
    assert review["class"].tolist()[1:] == ["excluded", "excluded"]
    assert review["class"].iloc[0] in {"best", "fair"}
    assert review["hazards_near"].iloc[2] == "H1,H3"  # 6 m and 495 m away
    assert review["hazard_danger"].tolist() == [False, False, True]
    row, column = judged.cell(*np.array([[point(63.5, 35.5).x], [point(63.5, 35.5).y]]))
    assert review["score"].iloc[0] == pytest.approx(float(judged.total[row, column][0]), abs=8.0)
