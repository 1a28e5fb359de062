"""`zutong roads`: what planners type, and what they read."""

import io
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic_plan

from api.commands.roads import next_works, next_year, roads_result, show_roads, year_cells
from api.road_options import Typed, money, read_order, share, years_of
from api.runs.roads import RoadReport
from api.snapshot import Snapshot, Snapshots
from layers.errors import QueryError


def _order(**typed: object):
    return read_order(Typed(**typed), first_year=2030)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3000万", 3e7),
        ("3000 万元", 3e7),
        ("1.25亿", 1.25e8),
        ("1亿元", 1e8),
        ("30,000,000", 3e7),
        ("5元", 5.0),
        ("0", 0.0),
        ("0.1万", 1000.0),
    ],
)
def test_money_as_it_is_written(text: str, yuan: float) -> None:
    assert money(text) == yuan


@pytest.mark.parametrize("text", ["", "万", "-3万", "三千万", "3e7", "3千", "nan", "1.2.3万"])
def test_what_is_no_money_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        money(text)
    assert text in str(refused.value)
    assert "3000万" in refused.value.hint


@given(st.integers(0, 10**12))
def test_whole_yuan_are_kept(yuan: int) -> None:
    assert money(f"{yuan:,}") == yuan


def test_years_and_shares() -> None:
    assert years_of("2026-2028") == years_of("2026至2028") == years_of("2026，2027、2028") == [2026, 2027, 2028]
    assert (share("80%"), share("0.8"), share("1")) == (0.8, 0.8, 1.0)
    for wrong in ("2028-2026", "26-28", "1900-2100"):
        with pytest.raises(QueryError):
            years_of(wrong)
    for wrong in ("八成", "-1", "", "80%%"):
        with pytest.raises(QueryError):
            share(wrong)


def test_nothing_typed_leaves_the_years_to_the_run() -> None:
    order = _order()
    assert (order.years, order.budgets_cny) == ([], [])
    assert order.weights.households == 1


def test_a_yearly_budget_is_for_three_years_from_the_next() -> None:
    order = _order(budget="3000万")
    assert order.years == [2030, 2031, 2032]
    assert order.budgets_cny == [3e7] * 3
    assert _order(budget="100万", years="2026,2028").years == [2026, 2028]


def test_everything_at_once() -> None:
    order = _order(
        budgets="2026:3000万，2027：2000万",
        weights="户=1,脱贫户=0.5",
        must=["W0001,W0002", "W0001"],
        must_not=["P7"],
        floors=["0.3", "529926100=50%:组"],
        deadlines=["2027:0.8", "2026:529926101=0.1:people"],
        carry_over=False,
        costs="mountain-2018",
        include_unknown=True,
        by_households=True,
        title="甲方案",
    )
    assert dict(zip(order.years, order.budgets_cny, strict=True)) == {2026: 3e7, 2027: 2e7}
    assert order.weights.model_dump() == {"groups": 0, "households": 1, "people": 0, "registered": 0.5}
    assert (order.must, order.must_not) == (["W0001", "W0002"], ["P7"])
    assert [(one.area_code, one.share, one.unit) for one in order.floors] == [(None, 0.3, "households"), ("529926100", 0.5, "groups")]
    assert [(one.year, one.area_code, one.share, one.unit) for one in order.deadlines] == [
        (2027, None, 0.8, "households"),
        (2026, "529926101", 0.1, "people"),
    ]
    assert (order.carry_over, order.costs, order.include_unknown, order.by_households, order.title) == (False, "mountain-2018", True, True, "甲方案")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"budget": "3万", "budgets": "2026:3万"}, ["--budget", "--budgets"]),
        ({"years": "2026-2028"}, ["--years", "预算"]),
        ({"weights": "户=1"}, ["--weights", "预算"]),
        ({"floors": ["0.3"]}, ["--floor", "预算"]),
        ({"carry_over": False}, ["--no-carry-over", "预算"]),
        ({"budget": "1万", "weights": "牛=1"}, ["牛"]),
        ({"budget": "1万", "weights": "户=-1"}, ["户=-1"]),
        ({"budget": "1万", "weights": "户=0"}, ["权重", "0"]),
        ({"budget": "1万", "floors": ["1.3"]}, ["乡镇底线", "不能大于 1"]),
        ({"budget": "1万", "floors": ["0.3:组:户"]}, ["0.3:组:户"]),
        ({"budget": "1万", "deadlines": ["0.8"]}, ["0.8", "年度"]),
        ({"budget": "1万", "years": "2026", "deadlines": ["2029:0.8"]}, ["2029"]),
        ({"budgets": "2027:1万,2026:1万"}, ["由早到晚"]),
        ({"budgets": "3000万"}, ["3000万"]),
        ({"budgets": "2026:1万", "years": "2027"}, ["不一致"]),
        ({"must": ["W1"], "must_not": ["W1"]}, ["W1"]),
        ({"costs": "../../etc/passwd"}, ["造价标准"]),
    ],
)
def test_what_does_not_fit_is_one_chinese_sentence(typed: dict[str, object], words: list[str]) -> None:
    with pytest.raises(QueryError) as refused:
        _order(**typed)
    sentence = f"{refused.value}{refused.value.hint}"
    assert all(word in sentence for word in words), sentence


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["budget", "budgets", "years", "weights"]), st.text(max_size=12), max_size=4))
def test_whatever_is_typed_is_read_or_refused(typed: dict[str, str]) -> None:
    try:
        order = _order(**typed)
    except QueryError:
        return
    assert len(order.years) == len(order.budgets_cny)
    assert all(budget >= 0 for budget in order.budgets_cny)


# What is read


@pytest.fixture(scope="module")
def planned(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The synthetic county with the plan by hand."""
    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("planned") / "county"))
    synthetic_plan.commit_plan(folder)
    return Snapshots(folder).current()


@pytest.fixture(scope="module")
def report(planned: Snapshot) -> RoadReport:
    """What a run would report of it."""
    layers = planned.revision.layers
    summaries = (layers["road_works"].info["summary"], layers["road_plan"].info["summary"])
    return RoadReport(planned.revision, *summaries, planned.features("road_plan"), planned.frame("road_plan_groups"))


def _shown(planned: Snapshot, report: RoadReport, **more: object) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None)
    show_roads(console, planned, report, more or None)
    return console.file.getvalue()


def test_a_planner_reads_totals_proof_years_and_marks(planned: Snapshot, report: RoadReport) -> None:
    text = _shown(planned, report)
    for words in ("路网总造价", "可证明的下界", "不超过 1.02%", "共用干线", "2026", "刚好没排上", "mountain-2017", "演示数据", planned.revision.id):
        assert words in text


def test_the_next_works_name_price_and_trunk(report: RoadReport) -> None:
    rows = next_works(report.works)
    waiting = report.works[report.works["year"].isna()]
    assert [row[1] for row in rows] == waiting.sort_values("next_in_line")["work_code"].tolist()
    assert rows[0][0] == 1
    assert rows[0][3] == f"{waiting.sort_values('next_in_line')['cost_cny'].iloc[0] / 1e4:,.2f}"


def test_conflicts_are_said_and_markup_in_names_is_text(planned: Snapshot, report: RoadReport) -> None:
    works = report.works.assign(work_name=pd.array(["[red]坏[/red]"] * len(report.works), dtype="string"))
    programme = {**report.programme, "conflicts": [{"sentence": "[b]全县[/b]不够。"}], "findings": [{"sentence": "有 2 个组的户数不明。"}]}
    text = _shown(planned, RoadReport(report.revision, report.network, programme, works, report.groups), file="[x].xlsx", works=4)
    assert "[red]坏[/red]" in text
    assert "[b]全县[/b]不够。" in text
    assert "提示：有 2 个组的户数不明。" in text
    assert "已写出 [x].xlsx，4 项工程" in text


def test_the_table_of_years_holds_money_and_what_is_reached(report: RoadReport) -> None:
    first, last = year_cells(report.programme)
    assert first[:2] == ("2026", "50.00")
    assert [row[5] for row in (first, last)] == ["41", "86"]
    assert (first[-1], last[-1]) == ("32.0%", "67.2%")
    assert float(first[3]) == pytest.approx(50 - float(first[2]), abs=0.011)


def test_json_holds_everything_but_the_lines(planned: Snapshot, report: RoadReport) -> None:
    result = roads_result(planned, report)
    assert len(result["works"]) == 4
    assert "geometry" not in result["works"][0]
    assert result["network"]["bound_planning_cny"] <= result["network"]["cost_planning_cny"]
    assert result["costs"]["id"] == "mountain-2017"
    assert {row["reason"] for row in result["groups"]} == {"connected", "unknown", "ineligible"}


# Through the command itself


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--budget", "三千万"], "三千万"),
        (["--out", "plan.csv"], ".kml"),
        (["--must", "W9999"], "W9999"),
        (["--budget", "1万", "--floor", "000000=0.3"], "000000"),
        (["--costs", "no-such-set"], "no-such-set"),
    ],
)
def test_a_mistake_is_told_before_anything_is_computed(zutong_here, own_workspace: Path, arguments: list[str], words: str) -> None:
    before = (own_workspace / "refs" / "main").read_bytes()
    done = zutong_here("roads", own_workspace, *arguments)
    assert done.code == 2
    assert words in done.err
    assert (own_workspace / "refs" / "main").read_bytes() == before


def test_the_coming_year_can_still_be_asked_for() -> None:
    assert next_year() > 2025
