"""A small county through the whole comparison: policy as rules, prices by hand, money that adds up, the same bytes every time."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from gis.roads.costs import load_costs
from gis.sites.choice import Terms, choose
from gis.sites.sets import load_site_set
from gis.standards import load_standard
from gis.terrain import Terrain

METRIC = CRS.from_epsg(4544)
X, Y = 620_000.0, 2_788_000.0
COSTS, STANDARD = load_costs(), load_standard(["guizhou-2017"])
HOUSEHOLDS, PEOPLE = 20, 80
GROUPS = {
    "G1": {"place": (600, 2400)},
    "G2": {"place": (1200, 2400), "chooses_to_stay": True, "registered_households_count": 15},
    "G3": {"place": (1800, 2400), "registered_households_count": 15},
    "G4": {"place": (2400, 2400), "chooses_to_stay": True},
    "G5": {"place": (2400, 600), "whole_relocation": True, "verdict": "excluded", "reason": "whole_relocation"},
    "G6": {"place": None},
    "G7": {"place": (600, 600), "verdict": "unknown"},
}


def text(values):
    return pd.array(list(values), dtype="string")


def points(places):
    return gpd.GeoSeries([None if place is None else shapely.Point(X + place[0], Y + place[1]) for place in places], crs=METRIC).to_crs(4490)


def group_layer():
    rows = list(GROUPS.values())
    columns = {
        "group_code": text(GROUPS),
        "group_name": text(GROUPS),
        "village_name": text(["团结村"] * len(rows)),
        "township_code": text(["T1"] * len(rows)),
    }
    counts = {"households_count": [HOUSEHOLDS] * len(rows), "people_count": [PEOPLE] * len(rows)}
    counts["registered_households_count"] = [row.get("registered_households_count", 3) for row in rows]
    numbers = {name: pd.array(values, dtype="Int64") for name, values in counts.items()}
    flags = {name: pd.array([row.get(name) for row in rows], dtype="boolean") for name in ("chooses_to_stay", "whole_relocation")}
    return gpd.GeoDataFrame(columns | numbers | flags, geometry=points([row["place"] for row in rows]).array, crs=4490)


def verdicts():
    rows = list(GROUPS.values())
    road = pd.DataFrame({"group_code": text(GROUPS), "service": "hardened_road", "verdict": text([row.get("verdict", "lacking") for row in rows])})
    road["status"] = road["verdict"].replace("excluded", "lacking")
    road["eligible_reason"] = text([row.get("reason", "eligible") for row in rows])
    water = road.assign(service="safe_water", status=text(["lacking"] * len(rows)))
    return pd.concat([road, water], ignore_index=True)


def site_layer(capacity):
    places = {"AZ1": ("settlement", (2700, 300)), "P1": ("parcel", (300, 300))}
    columns = {"site_code": text(places), "site_name": text(places), "site_kind": text([kind for kind, _ in places.values()])}
    numbers = {"capacity_households": pd.array([capacity, 200], dtype="Int64"), "fixed_cny": pd.array([0.0, 2e6], dtype="Float64")}
    return gpd.GeoDataFrame(columns | numbers, geometry=points([place for _, place in places.values()]).array, crs=4490)


def compare(capacity=100, **overrides):
    main = shapely.LineString([(X + 150, Y + 150), (X + 2850, Y + 150)])
    road = {"road_code": text(["R0"]), "surface": text(["cement_concrete"]), "road_class": text(["county"]), "status": text(["existing"])}
    hazard = {"hazard_code": text(["H1"]), "hazard_level": text(["high"])}
    layers = {
        "groups": group_layer(),
        "roads": gpd.GeoDataFrame(road, geometry=[main], crs=METRIC).to_crs(4490),
        "hazards": gpd.GeoDataFrame(hazard, geometry=points([(2400, 2500)]).array, crs=4490),
    }
    terrain = Terrain(np.full((100, 100), 500.0, np.float32), Affine(30, 0, X, 0, -30, Y + 3000), METRIC, None)
    rules = load_site_set(overrides={"move.cost_cny_per_person": 5000.0, "allocation.reserve_share": 0.0, **overrides})
    return choose(layers, terrain, Terms(STANDARD, COSTS, rules), sites=site_layer(capacity), coverage=verdicts()), rules


@pytest.fixture(scope="module")
def compared():
    return compare()


def column(plan, name):
    rows = plan.frames["choice"]
    return dict(zip(rows["group_code"], rows[name], strict=True))


def test_the_policy_decides_who_may_and_who_must(compared):
    plan, _ = compared
    assert column(plan, "policy") == {
        "G1": "may_not_move",
        "G2": "stays",
        "G3": "may_move_policy",
        "G4": "must_move_hazard",
        "G5": "whole_relocation",
        "G6": "no_location",
    }
    assert column(plan, "answer")["G1"] == column(plan, "answer")["G2"] == "road"
    assert column(plan, "answer")["G4"] == column(plan, "answer")["G5"] == "move"
    assert column(plan, "answer")["G6"] == "none"
    assert plan.summary["left_out"] == {"unknown": 1}
    assert {(told["group_code"], told["kind"]) for told in plan.summary["conflicts"]} == {("G4", "against_will"), ("G6", "no_location")}


def test_prices_by_hand_and_sums(compared):
    plan, rules = compared
    rows = plan.frames["choice"].set_index("group_code")
    homestead = rules.move.homestead_m2_per_household.value * rules.move.reclaim_cost_cny_per_m2.value
    assert rows.loc["G5", "move_cny"] == PEOPLE * 5000 + HOUSEHOLDS * homestead
    assert rows.loc["G1", "stay_cny"] == HOUSEHOLDS * rules.stay.water_cny_per_household.value
    stays, moves = rows[rows["answer"] == "road"], rows[rows["answer"] == "move"]
    total = stays["road_cny"].sum() + stays["stay_cny"].sum() + moves["move_cny"].sum()
    assert total == pytest.approx(plan.summary["cost"], abs=2)
    roads = plan.frames["choice_roads"]
    assert roads["cost_cny"].sum() + roads["upkeep_cny"].sum() == pytest.approx(stays["road_cny"].sum(), abs=5)
    assert plan.summary["bound"] <= plan.summary["cost"] <= min(plan.summary["all_road"]["cost"], plan.summary["all_move"]["cost"]) + 1


def test_the_break_even_is_where_the_answer_turns(compared):
    plan, _ = compared
    row = plan.frames["choice"].set_index("group_code").loc["G3"]
    cheaper = row["answer"] == "road"
    assert (row["road_marginal_cny"] <= row["break_even_cny"]) == cheaper
    assert row["margin_cny"] == pytest.approx(abs(row["break_even_cny"] - row["road_marginal_cny"]), abs=0.02)
    prices = ({"move.cost_cny_per_person": 10.0, "move.reclaim_cost_cny_per_m2": 0.0}, {"move.cost_cny_per_person": 60_000.0})
    others = [column(compare(**price)[0], "answer")["G3"] for price in prices]
    assert others == ["move", "road"]


def test_without_room_it_is_said_who_finds_none():
    plan, _ = compare(capacity=20, **{"move.cost_cny_per_person": 60_000.0, "allocation.distance_max_m": 2000.0})
    reasons = column(plan, "reason")
    assert column(plan, "answer")["G4"] == "none"
    assert reasons["G4"] in {"no_site", "no_capacity"}
    assert column(plan, "answer")["G5"] == "move"


def test_the_same_bytes_every_time(compared):
    again, _ = compare()
    for name, frame in compared[0].frames.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame.to_wkb()), pd.DataFrame(again.frames[name].to_wkb()))
    assert again.summary == compared[0].summary
