"""The command `zutong roads`: plan the roads that close the gap, put them into years, and say how good the answer is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from api import facts
from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import emit, progress, table, words
from api.jobs.roads import plan_as_ordered
from api.ledger import marks
from api.plan_models import RoadsOrder
from api.plan_orders import check_order
from api.plan_sources import costs_of_plan
from api.road_options import Typed, read_order
from api.runs.road_files import suffix_of, write_roads
from api.runs.roads import RoadReport
from api.snapshot import Snapshot, Snapshots
from layers.workspace import open_workspace
from web.road_words import UNIT_WORDS, WAN, conflict_lines, finding_lines, network_lines, percent, programme_lines
from web.road_years import MONEY_HEADS, RATE_HEADS, REACHED_HEADS, year_table

NEXT_SHOWN = 10
YEAR_HEADS = ("年度", "预算·万元", "支出·万元", "结余·万元", *(f"累计·{word}" for word in UNIT_WORDS.values()), "组接通率", "户接通率")
NEXT_HEADS = ("候补", "工程", "名称", "造价（万元）", "依靠此路·组", "依靠此路·户", "依靠的工程")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("roads", help="道路计划：哪些路补上短板、怎么走、花多少钱、哪年修；给出总价、下界和差距")(roads)


def roads(  # noqa: PLR0913 - each is an option of the command
    folder: Folder,
    *,
    budget: Annotated[str, typer.Option("--budget", help="每年预算，例如 3000万；不给则按三年平摊全部造价")] = "",
    budgets: Annotated[str, typer.Option("--budgets", help="各年预算，例如 2026:3000万,2027:2000万")] = "",
    years: Annotated[str, typer.Option("--years", help="年度，例如 2026-2028（配合 --budget）")] = "",
    weights: Annotated[str, typer.Option("--weights", help="效益权重，例如 户=1,脱贫户=0.5（households、registered、people、groups）")] = "",
    must: Annotated[list[str] | None, typer.Option("--must", help="必建的工程或项目代码，可多次给出")] = None,
    must_not: Annotated[list[str] | None, typer.Option("--must-not", help="不建的工程或项目代码，可多次给出")] = None,
    floor: Annotated[list[str] | None, typer.Option("--floor", help="各乡镇底线：比例，例如 0.3；或 乡镇代码=比例:单位")] = None,
    deadline: Annotated[list[str] | None, typer.Option("--deadline", help="期限目标：年度:比例，例如 2027:0.8")] = None,
    carry_over: Annotated[bool, typer.Option("--carry-over/--no-carry-over", help="当年结余是否转入下年")] = True,
    costs: Annotated[str | None, typer.Option("--costs", help="造价参数集编号；不给用本县的")] = None,
    include_unknown: Annotated[bool, typer.Option("--include-unknown", help="把待核实的组也连上")] = False,
    include_relocation: Annotated[bool, typer.Option("--include-relocation", help="把整组搬迁的组也连上")] = False,
    by_households: Annotated[bool, typer.Option("--by-households", help="共用路段按户数分摊，不按组平均")] = False,
    title: Annotated[str, typer.Option("--title", help="这个计划的名称")] = "",
    author: Annotated[str, typer.Option("--author", help="编制人")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成 .xlsx、.gpkg、.geojson 或 .kml")] = None,
    as_json: AsJson = False,
) -> int:
    """Plan, then say what came of it."""
    if out is not None:
        suffix_of(out)
    typed = Typed(
        budget=budget,
        budgets=budgets,
        years=years,
        weights=weights,
        must=must or (),
        must_not=must_not or (),
        floors=floor or (),
        deadlines=deadline or (),
        carry_over=carry_over,
        costs=costs,
        include_unknown=include_unknown,
        include_relocation=include_relocation,
        by_households=by_households,
        title=title,
        author=author,
    )
    report = run_order(folder, read_order(typed, first_year=next_year()))
    snapshot = Snapshots(folder).current()
    written = {"file": str(out), "works": write_roads(snapshot, out)} if out is not None else None
    emit(roads_result(snapshot, report) | {"export": written}, lambda console: show_roads(console, snapshot, report, written), as_json=as_json)
    return 0


def next_year() -> int:
    """The year for which money can still be asked."""
    return datetime.now(tz=UTC).astimezone().year + 1


def run_order(folder: Path, order: RoadsOrder) -> RoadReport:
    """Plan as ordered, with progress on the terminal.

    Raises:
        QueryError: the order speaks of what the county has not.
    """
    check_order(Snapshots(folder).current(), order)
    with progress() as tell:
        return plan_as_ordered(
            open_workspace(folder), order.model_dump(mode="json"), title=order.title.strip(), author=order.author.strip(), tell=tell
        )


def roads_result(snapshot: Snapshot, report: RoadReport) -> dict[str, Any]:
    """The JSON of the command: everything but the lines."""
    about = facts.county_answer(snapshot)
    return {
        "county": about["county"],
        "revision": report.revision.id,
        "synthetic": about["synthetic"],
        "costs": costs_of_plan(snapshot),
        "network": dict(report.network),
        "programme": dict(report.programme),
        "works": records(pd.DataFrame(report.works.drop(columns="geometry", errors="ignore"))),
        "groups": records(report.groups),
    }


def show_roads(console: Console, snapshot: Snapshot, report: RoadReport, written: dict[str, Any] | None) -> None:
    """Totals and proof, years, what comes next, what stands in the way, and what it all follows from."""
    county = snapshot.workspace.settings.county
    totals = [*network_lines(report.network), *programme_lines(report.programme)]
    console.print(table(f"{county.name or county.code}　道路计划", ("项目", "内容"), totals))
    console.print(table("分年安排", YEAR_HEADS, year_cells(report.programme), numbers=YEAR_HEADS[1:]))
    _show_next(console, report.works)
    for sentence in conflict_lines(report.programme):
        console.print(f"⚠ {sentence}", soft_wrap=True, markup=False)
    for sentence in finding_lines(report.programme):
        console.print(f"提示：{sentence}", soft_wrap=True, markup=False)
    _show_footer(console, snapshot, report)
    if written is not None:
        console.print(f"已写出 {written['file']}，{written['works']:,} 项工程。", soft_wrap=True, markup=False)


def year_cells(programme: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """A row a year: money, what is reached by its end, and the shares of groups and households."""
    table_of_years = year_table(programme)
    county = table_of_years[table_of_years["代码"].isna()]
    shown = county[["年度", *MONEY_HEADS, *REACHED_HEADS, *RATE_HEADS[:2]]].astype(object).where(county.notna(), None)
    return [
        (str(row[0]), *(_money(value) for value in row[1:4]), *(words(value) for value in row[4:8]), *(_rate(value) for value in row[8:]))
        for row in shown.itertuples(index=False, name=None)
    ]


def _money(value: Any) -> str:
    return "—" if value is None else f"{value:,.2f}"


def _rate(value: Any) -> str:
    return "—" if value is None else percent(value, 1)


def _show_next(console: Console, works: pd.DataFrame) -> None:
    """The works just outside the line."""
    waiting = next_works(works)
    if waiting:
        console.print(table(f"刚好没排上的工程（前 {len(waiting)} 项，按增加资金时的先后）", NEXT_HEADS, waiting, numbers=NEXT_HEADS[3:6]))


def next_works(works: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows of the works that more money should take up first."""
    waiting = works[works["next_in_line"].notna()].sort_values("next_in_line").head(NEXT_SHOWN)
    columns = ["next_in_line", "work_code", "work_name", "cost_cny", "downstream_groups_count", "downstream_households_count", "parent_work"]
    rows = pd.DataFrame(waiting[columns]).astype(object).where(waiting[columns].notna(), None).itertuples(index=False, name=None)
    return [(*row[:3], _money(None if row[3] is None else float(row[3]) / WAN), *row[4:]) for row in rows]


def _show_footer(console: Console, snapshot: Snapshot, report: RoadReport) -> None:
    costs = costs_of_plan(snapshot) or {}
    lines = [
        f"造价参数：{costs.get('title', '')}（{costs.get('id', '')}@{costs.get('version', '')}）；标准：{report.network['standard']}",
        f"数据日期：{words(facts.data_date(snapshot))} · 版本 {report.revision.id} · {marks(snapshot, public=False)}",
        "下界：在同一张规划图上，任何接通这些组的路网都不会比它便宜；需勘测或展线的路段已按展线后长度计价，动工前须实地勘测。",
    ]
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)
