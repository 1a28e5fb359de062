"""Who is resettled where: near their old home while there is room, and counted once in register, ledger and settlement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.demo.moving import build_relocations
from layers.demo.register import build_register
from layers.demo.resettling import DETOUR_M, nearest_with_room, resettle

METRES = np.array([[100.0, 900.0], [300.0, 700.0], [800.0, 200.0]])


def test_each_group_goes_to_the_nearest_settlement_while_there_is_room():
    assert nearest_with_room(METRES, np.array([4, 4, 4]), np.array([20, 20])).tolist() == [0, 0, 1]
    # the first and the third stand next to theirs; the second finds the first full and goes to the other
    assert nearest_with_room(METRES, np.array([4, 4, 4]), np.array([7, 20])).tolist() == [0, 1, 1]


def test_a_group_for_which_there_is_no_room_goes_to_the_nearest():
    assert nearest_with_room(METRES, np.array([9, 9, 9]), np.array([5, 5])).tolist() == [0, 0, 1]


@pytest.fixture(scope="module")
def county():
    """Two hundred groups over forty kilometres, a town in the middle and eight settlements about it."""
    dice = np.random.default_rng(4)
    count, sites = 200, 9
    homes = dice.integers(20, 60, count)
    groups = pd.DataFrame(
        {
            "group_code": [f"5223260012{n:04d}" for n in range(count)],
            "group_name": "一组",
            "village_code": "522326001200",
            "village_name": "示意村",
            "township_name": "示意镇",
            "x": dice.uniform(0.0, 40_000.0, count),
            "y": dice.uniform(0.0, 40_000.0, count),
            "households_count": homes,
            "people_count": homes * 4,
            "registered_households_count": homes // 2,
            "whole_relocation": dice.random(count) < 0.05,
        }
    )
    settlements = pd.DataFrame(
        {
            "settlement_code": [f"AZ{n:03d}" for n in range(sites)],
            "settlement_name": "示意安置点",
            "township_name": ["县城", *["示意镇"] * (sites - 1)],
            "x": [20_000.0, *np.tile([5_000.0, 20_000.0, 35_000.0, 12_000.0], 2)],
            "y": [20_000.0, *np.repeat([5_000.0, 35_000.0], 4)],
            "planned_households_count": [900, *[100] * 7, 60],
            "ready_households_count": [900, *[90] * 7, 0],
            "floor_area_m2": 10_000.0,
        }
    )
    register = build_register(groups, county_code="522326", rng=dice)
    return groups, settlements, *resettle(register, groups, settlements, dice)


def test_settlements_count_those_who_came_by_the_ledger_and_the_register(county):
    groups, _drawn, register, settlements = county
    ledger = build_relocations(register, groups, settlements, np.random.default_rng(1))
    moved = register[register["relocated"] == "是"]
    by_site = settlements.set_index("settlement_code")
    for rows, households, people in ((ledger, "households_count", "people_count"), (moved.assign(one=1), "one", "people_count")):
        sums = rows.groupby("settlement_code")[[households, people]].sum().reindex(by_site.index).fillna(0)
        assert (sums[households] == by_site["moved_households_count"]).all()
        assert (sums[people] == by_site["moved_people_count"]).all()
    assert (register.loc[register["relocated"] == "否", "settlement_code"] == "").all()
    assert moved.groupby("group_code")["settlement_code"].nunique().eq(1).all()
    assert (by_site["moved_households_count"] <= by_site["planned_households_count"]).all()
    unready = by_site.loc["AZ008"]
    assert (unready["moved_households_count"], unready["planned_households_count"], unready["build_state"]) == (0, 60, "在建")


def test_most_go_near_and_about_a_tenth_to_the_town_from_far(county):
    groups, _drawn, register, settlements = county
    moved = register[register["relocated"] == "是"]
    homes, sites = groups.set_index("group_code")[["x", "y"]], settlements.set_index("settlement_code")[["x", "y"]]
    away = np.hypot(*(homes.loc[moved["group_code"]].to_numpy()[:, None] - sites.to_numpy()[None, :-1]).transpose(2, 0, 1))
    chosen = np.array([list(sites.index).index(code) for code in moved["settlement_code"]])
    near = away[np.arange(len(moved)), chosen] == away.min(axis=1)
    assert near.mean() > 0.75
    assert 0.02 < ((chosen == 0) & ~near).mean() < 0.2
    assert away.max() < DETOUR_M
