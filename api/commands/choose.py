"""The command `zutong choose`: for every group without a hardened road, a road or a move, decided for all together, with proof and break-even."""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from api import facts
from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import emit, progress, table, words
from api.jobs.sites import choice_as_ordered
from api.ledger import marks
from api.result_files import suffix_in
from api.runs.choice import ChoiceReport
from api.runs.choice_files import CHOICE_FORMATS, write_choice
from api.site_names import STUDY
from api.site_options import read_choice
from api.site_orders import check_choice
from api.site_views import outdated_result
from api.snapshot import Snapshot, Snapshots
from layers.workspace import open_workspace
from web.choice_book import choice_lines, close_rows, site_rows

SHOWN = 10
CLOSE_HEADS = ("组代码", "村民组", "结论", "为它多修的路（万元）", "超过此数搬迁更省（万元）", "换作另一种多花（万元）")
SITE_HEADS = ("地点", "名称", "种类", "迁入户", "容量", "组")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("choose", help="修路还是搬迁：逐组比较、一并决定；给出费用、下界、差距和每组的平衡点")(choose)


def choose(
    folder: Folder,
    *,
    rules: Annotated[str | None, typer.Option("--set", help="选址条件和搬迁单价的编号；不给用本县的")] = None,
    costs: Annotated[str | None, typer.Option("--costs", help="造价参数集编号；不给用本县的")] = None,
    include_unknown: Annotated[bool, typer.Option("--include-unknown", help="把待核实的组也算进来")] = False,
    title: Annotated[str, typer.Option("--title", help="这个方案的名称")] = "",
    author: Annotated[str, typer.Option("--author", help="编制人")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成 .xlsx（台账）、.gpkg 或 .geojson")] = None,
    as_json: AsJson = False,
) -> int:
    """Compare, then say what came of it."""
    if out is not None:
        suffix_in(out, CHOICE_FORMATS, "修路与搬迁比较")
    order = read_choice({"set": rules, "costs": costs, "include_unknown": include_unknown, "title": title, "author": author})
    check_choice(Snapshots(folder).current(), order)
    with progress() as tell:
        report = choice_as_ordered(
            open_workspace(folder), order.model_dump(mode="json"), title=order.title.strip(), author=order.author.strip(), tell=tell
        )
    snapshot = Snapshots(folder).current()
    written = {"file": str(out), "groups": write_choice(snapshot, out)} if out is not None else None
    emit(choice_result(snapshot, report) | {"export": written}, lambda console: show_choice(console, snapshot, report, written), as_json=as_json)
    return 0


def choice_result(snapshot: Snapshot, report: ChoiceReport) -> dict[str, Any]:
    """The JSON of the command: everything but shapes."""
    about = facts.county_answer(snapshot)
    groups, sites = (records(pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))) for frame in (report.groups, report.sites))
    return {
        "county": about["county"],
        "revision": report.revision.id,
        "synthetic": about["synthetic"],
        "summary": dict(report.summary),
        "groups": groups,
        "sites": sites,
    }


def show_choice(console: Console, snapshot: Snapshot, report: ChoiceReport, written: dict[str, Any] | None) -> None:
    """Totals and proof, where people move, which answers are close, what has to be talked about."""
    county = snapshot.workspace.settings.county
    console.print(table(f"{county.name or county.code}　修路还是搬迁", ("项目", "内容"), choice_lines(report.summary)))
    if len(report.sites):
        console.print(table("迁入的地点", SITE_HEADS, site_rows(report.sites, SHOWN), numbers=SITE_HEADS[3:]))
    close = close_rows(report.groups, SHOWN)
    if close:
        console.print(table(f"最接近平衡点的组（前 {len(close)} 个，先核实这些组的价格）", CLOSE_HEADS, close, numbers=CLOSE_HEADS[3:]))
    for one in report.summary["conflicts"][:SHOWN]:
        console.print(f"⚠ {one['text']}", soft_wrap=True, markup=False)
    if len(report.summary["conflicts"]) > SHOWN:
        console.print(f"⚠ 还有 {len(report.summary['conflicts']) - SHOWN:,} 条须协调的事，见台账。", soft_wrap=True, markup=False)
    for sentence in [*report.summary["notes"], *_outdated_study(snapshot)]:
        console.print(f"提示：{sentence}", soft_wrap=True, markup=False)
    date = words(facts.data_date(snapshot))
    console.print(f"数据日期：{date} · 版本 {report.revision.id} · {marks(snapshot, public=False)}", soft_wrap=True, markup=False)
    if written is not None:
        console.print(f"已写出 {written['file']}，{written['groups']:,} 个组。", soft_wrap=True, markup=False)


def _outdated_study(snapshot: Snapshot) -> list[str]:
    """That the parcels come from a study that no longer follows from what the county has."""
    changed = outdated_result(snapshot, STUDY)
    command = f"zutong sites {snapshot.workspace.path}"
    return [f"选址研究已过期（{'、'.join(changed)}有改动），本次比较用的仍是它的地块；请先运行 {command}，再比较。"] if changed else []
