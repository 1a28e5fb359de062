"""From works and terms to a plan by year: the frames and the summary, on plans small enough to reckon by hand."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.costs import load_costs
from gis.roads.programme import UNITS, Floor, Terms
from gis.roads.schedule import CURVE_POINTS, curve, decide, schedule_roads, served_groups, usual_terms
from layers.errors import QueryError

COSTS = load_costs()
TOWNS = {"T1": "甲镇", "T2": "乙镇"}


def _works(*rows: tuple[str, str | None, float]) -> gpd.GeoDataFrame:
    """Code, parent, cost."""
    frame = pd.DataFrame(rows, columns=["work_code", "parent_work", "cost_cny"])
    texts = dict.fromkeys(("work_code", "parent_work", "decision", "project_codes"), "string")
    frame = frame.assign(decision="may", project_codes=None).astype(texts)
    return gpd.GeoDataFrame(frame, geometry=[shapely.LineString([(106, 25), (106.01, 25)])] * len(rows), crs=4490)


def _groups(*rows: tuple[str, str | None, str, int | None], reason: str = "connected") -> pd.DataFrame:
    """Code, work, township, households; people are four times as many, registered households none."""
    frame = pd.DataFrame(rows, columns=["group_code", "work_code", "township_code", "households_count"])
    frame = frame.assign(
        township_name=frame["township_code"].map(TOWNS),
        people_count=pd.array(frame["households_count"], dtype="Int64") * 4,
        registered_households_count=0,
        wanted="lacking",
        reason=reason,
    )
    return frame.astype({"work_code": "string", "township_code": "string", "households_count": "Int64", "registered_households_count": "Int64"})


WORKS = _works(("W1", None, 100.0), ("W2", "W1", 50.0), ("W3", None, 80.0))
GROUPS = _groups(("G1", "W1", "T1", 10), ("G2", "W2", "T2", 20), ("G3", "W3", "T2", 5))


def test_each_year_says_what_it_opens_and_what_is_open_by_its_end() -> None:
    plan, groups, summary = schedule_roads(WORKS, GROUPS, Terms(years=(2027, 2028), budgets_cny=(100.0, 60.0)), COSTS)
    first, last = summary["years"]
    assert (first["spent_cny"], first["left_cny"], last["spent_cny"], last["left_cny"]) == (100.0, 0.0, 50.0, 10.0)
    assert [(one["households"], one["cumulative_households"], one["households_total"]) for one in (first, last)] == [(10, 10, 35), (20, 30, 35)]
    assert [(one["groups"], one["cumulative_people"]) for one in (first, last)] == [(1, 40), (1, 120)]
    towns = {(one["code"], one["year"]): one for one in summary["townships"]}
    assert towns["T2", 2027]["cumulative_households"] == 0
    assert (towns["T2", 2028]["households"], towns["T2", 2028]["households_total"], towns["T2", 2028]["name"]) == (20, 25, "乙镇")
    assert groups["year"].tolist()[:2] == [2027, 2028]
    assert pd.isna(groups["year"].iloc[2])
    assert plan.set_index("work_code").loc["W3", "next_in_line"] == 1
    assert summary["value"] == 30


def test_who_lies_at_the_network_counts_from_the_start_and_is_opened_by_no_year() -> None:
    there = _groups(("G9", None, "T1", 7), reason="on_network")
    _, groups, summary = schedule_roads(WORKS, pd.concat([GROUPS, there]), Terms(years=(2027,), budgets_cny=(100.0,)), COSTS)
    (year,) = summary["years"]
    assert (year["households"], year["cumulative_households"], year["households_total"]) == (10, 17, 42)
    assert groups["year"].notna().sum() == 1


def test_a_plan_without_anything_to_build_has_its_years_all_the_same() -> None:
    plan, _, summary = schedule_roads(WORKS.iloc[:0], GROUPS.iloc[:0], Terms(years=(2027, 2028), budgets_cny=(5.0, 5.0)), COSTS)
    assert len(plan) == 0
    assert [(one["year"], one["left_cny"], one["groups"], one["cumulative_groups"]) for one in summary["years"]] == [
        (2027, 5.0, 0, 0),
        (2028, 10.0, 0, 0),
    ]
    assert summary["townships"] == summary["curve"] == []


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(0, 30), st.sampled_from(sorted(TOWNS))), min_size=1, max_size=8),
    st.integers(0, 40),
)
def test_years_and_townships_always_add_up(rows: list[tuple[int, int, int, str]], money: int) -> None:
    works = _works(*((f"W{at}", f"W{at - back}" if 0 < back <= at else None, float(cost)) for at, (back, cost, _, _) in enumerate(rows)))
    groups = _groups(*((f"G{at}", f"W{at}", town, count) for at, (_, _, count, town) in enumerate(rows)))
    plan, by_group, summary = schedule_roads(works, groups, Terms(years=(2027, 2028), budgets_cny=(float(money), 10.0)), COSTS)
    years = summary["years"]
    for unit in UNITS:
        assert sum(one[unit] for one in years) == years[-1][f"cumulative_{unit}"] <= years[-1][f"{unit}_total"]
        for one in years:
            of_towns = [town for town in summary["townships"] if town["year"] == one["year"]]
            assert [sum(town[name] for town in of_towns) for name in (unit, f"cumulative_{unit}")] == [one[unit], one[f"cumulative_{unit}"]]
    built = plan.loc[plan["year"].notna(), "cost_cny"].sum()
    assert built == pytest.approx(sum(one["spent_cny"] for one in years)) == pytest.approx(summary["cost_cny"])
    assert by_group["year"].notna().sum() == years[-1]["cumulative_groups"]


def test_floors_that_cannot_be_kept_name_the_township() -> None:
    terms = Terms(years=(2027,), budgets_cny=(100.0,), floors=(Floor(share=0.9, area_code="T2"),))
    summary = schedule_roads(WORKS, GROUPS, terms, COSTS)[2]
    assert summary["status"] == "infeasible"
    assert any("乙镇" in one["sentence"] for one in summary["conflicts"])


def test_wishes_speak_of_works_or_projects_and_stand_over_what_projects_declare() -> None:
    works = WORKS.assign(project_codes=["P1,P2", None, "P3"], decision=["must", "may", "may"])
    assert decide(works, ["P3"], ["P2"]).tolist() == ["must_not", "may", "must"]
    assert decide(works, [], []).tolist() == ["must", "may", "may"]
    with pytest.raises(QueryError, match="W9"):
        decide(works, ["W9"], [])
    with pytest.raises(QueryError, match="W1"):
        decide(works, ["W1"], ["W1"])


def test_who_does_not_ask_is_not_counted() -> None:
    groups = GROUPS.assign(wanted=["lacking", "ineligible", "included_unknown"])
    assert served_groups(groups)["group_code"].tolist() == ["G1", "G3"]


def test_money_that_nobody_named_is_three_whole_millions() -> None:
    assert usual_terms(_works(("W1", None, 4_000_001.0)), 2027) == Terms(years=(2027, 2028, 2029), budgets_cny=(2e6, 2e6, 2e6))


def test_a_curve_keeps_its_ends() -> None:
    size = 3 * CURVE_POINTS
    ranks = pd.DataFrame({"rank": range(1, size + 1), **{f"cumulative_{name}": range(1, size + 1) for name in ("cost_cny", *UNITS)}})
    points = curve(ranks)
    assert len(points) == CURVE_POINTS
    assert (points[0]["cost_cny"], points[-1]["cost_cny"]) == (1.0, float(size))
    assert list(points[0]) == ["cost_cny", *UNITS]


@pytest.mark.parametrize("words", ["求最优年度安排", "求最多受益", "检验计划的稳定性", "完成"])
def test_what_listens_can_stop_the_run_anywhere(words: str) -> None:
    def stop(told: str, share: float) -> None:
        assert 0 <= share <= 1
        if told == words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schedule_roads(WORKS, GROUPS, Terms(years=(2027, 2028), budgets_cny=(100.0, 60.0)), COSTS, tell=stop)
