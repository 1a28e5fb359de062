"""Groups and sites as frames: limits, reasons, sums and lines of the allocation."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis.sites.allocation import AllocationTerms, allocate
from layers.errors import QueryError

WEST, NORTH = 105.5, 25.4
STEP = 0.01  # about a kilometre


def frame(rows, columns, places):
    points = gpd.GeoSeries([None if at is None else gpd.points_from_xy([WEST + STEP * at], [NORTH])[0] for at in places], crs="EPSG:4490")
    data = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(data.astype({name: "string" for name in data.columns if data[name].dtype == "str"}), geometry=points)


def groups_at(*places, households=10):
    rows = [(f"G{at}", f"组{at}", "T1", households, households * 4) for at in range(len(places))]
    return frame(rows, ["group_code", "group_name", "township_code", "households_count", "people_count"], places)


def sites_at(*places, room=100, kind="parcel", town="T1"):
    rows = [(f"S{at}", f"点{at}", kind, town, room, 1e6) for at in range(len(places))]
    return frame(rows, ["site_code", "site_name", "site_kind", "township_code", "capacity_households", "fixed_cny"], places)


def test_one_site_is_cheaper_than_two_and_sums_agree():
    terms = AllocationTerms(cny_per_person_km=100.0)
    found = allocate(groups_at(0, 1, 10), sites_at(0, 10), options=terms)
    assert found.sites["opened"].sum() == 1
    assert found.summary["status"] == "optimal"
    assert found.summary["cost"] == pytest.approx(found.allocation["cost_cny"].sum() + found.sites["fixed_cny"].sum())
    assert found.summary["bound"] <= found.summary["cost"]
    assert found.sites["used_households"].sum() == 30
    assert found.sites["people_count"].sum() == 120
    assert (found.allocation.geometry.geom_type == "LineString").all()
    assert found.allocation["distance_m"].max() == pytest.approx(10_060, rel=0.01)


def test_the_order_of_rows_decides_nothing():
    groups, sites = groups_at(0, 3, 7, 11), sites_at(1, 8)
    minutes = np.arange(8.0).reshape(4, 2)
    straight = allocate(groups, sites, minutes=minutes)
    turned = allocate(groups.iloc[::-1], sites.iloc[::-1], minutes=minutes[::-1, ::-1])
    assert straight.allocation.drop(columns="geometry").equals(turned.allocation.drop(columns="geometry"))
    assert straight.summary == turned.summary


def test_reasons():
    terms = AllocationTerms(distance_max_m=3000.0)
    found = allocate(groups_at(0, 0.5, 20, None), sites_at(0, room=15), options=terms)
    assert sorted(found.allocation["reason"]) == ["allocated", "no_capacity", "no_location", "too_far"]
    assert found.allocation["site_code"].notna().sum() == 1
    assert found.summary["status"] == "infeasible"
    assert {one["what"] for one in found.summary["conflicts"]} == {"no_site", "short_of_room"}
    assert found.allocation.loc[found.allocation["reason"] != "allocated", "cost_cny"].isna().all()


def test_another_township_is_a_cost_or_a_limit():
    near, far = sites_at(1, town="T2"), sites_at(9).assign(site_code="S9")
    sites = gpd.GeoDataFrame(pd.concat([near, far], ignore_index=True))
    went = {
        (townships, factor): allocate(
            groups_at(0), sites, options=AllocationTerms(townships=townships, cross_township_factor=factor, cny_per_person_km=500.0)
        ).allocation["site_code"][0]
        for townships, factor in (("free", 1.0), ("prefer", 1.01), ("prefer", 2.0), ("require", 1.0))
    }
    assert list(went.values()) == ["S0", "S0", "S9", "S9"]
    alone = allocate(groups_at(0), near, options=AllocationTerms(townships="require"))
    assert alone.allocation["reason"][0] == "other_township"


def test_settlements_that_stand_come_first_and_seats_are_kept():
    sites = gpd.GeoDataFrame(pd.concat([sites_at(0), sites_at(5, kind="settlement").assign(site_code="S5")], ignore_index=True))
    sites = sites.assign(school_seats=[0, 15])
    groups = groups_at(0, 1).assign(pupils=[10, 10])
    free = allocate(groups, sites)
    assert free.allocation["site_code"].tolist() == ["S5", "S5"]
    kept = allocate(groups, sites, options=AllocationTerms(seats={"学位": ("pupils", "school_seats")}))
    assert kept.sites.set_index("site_code").loc["S5", "school_seats_used"] == 10
    assert kept.summary["conflicts"][0]["kind"] == "学位"


def test_the_number_of_sites_is_that_of_new_ones():
    stand = sites_at(0, 5, room=10, kind="settlement").assign(site_code=["S5", "S6"], fixed_cny=0.0)
    sites = gpd.GeoDataFrame(pd.concat([sites_at(10, 12, room=10), stand], ignore_index=True))
    new = {most: int(allocate(groups_at(0, 1, 2, 3), sites, options=AllocationTerms(sites_max=most)).sites["opened"].sum()) - 2 for most in (1, 2, 8)}
    assert new == {1: 1, 2: 2, 8: 2}


def test_divided_households_fill_what_whole_groups_cannot():
    groups, sites = groups_at(0, 1, 2), sites_at(0, 2, room=15)
    assert allocate(groups, sites).summary["groups_allocated"] == 2
    found = allocate(groups, sites, options=AllocationTerms(whole=False))
    assert found.summary["households_allocated"] == pytest.approx(30)
    assert found.allocation["allocation_code"].is_unique
    assert found.allocation.groupby("group_code")["households_count"].sum().tolist() == [10, 10, 10]


def test_nothing_to_place_and_nowhere_to_go():
    assert allocate(groups_at(0), sites_at()).allocation["reason"].tolist() == ["no_site"]
    assert len(allocate(groups_at(0).iloc[:0], sites_at(0)).allocation) == 0


def test_missing_columns_are_named():
    with pytest.raises(QueryError, match="people_count"):
        allocate(groups_at(0).drop(columns="people_count"), sites_at(0))
