"""The command `zutong sites`: where a settlement can stand and why not elsewhere, which parcel is best and how sure that is, who moves where."""

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from api import facts
from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import emit, progress, table, words
from api.jobs.sites import study_as_ordered
from api.ledger import marks
from api.result_files import suffix_in
from api.runs.site_files import SITE_FORMATS, site_book, write_study
from api.runs.sites import StudyReport
from api.site_names import STUDY
from api.site_options import read_judgements, read_study
from api.site_orders import check_study, criterion_labels
from api.snapshot import Snapshot, Snapshots
from layers.workspace import open_workspace
from web.site_lines import allocated_rows, land_rows, parcel_rows, settlement_rows, study_lines

SHOWN = 10
LAND_HEADS = ("限制条件", "占地（km²）", "占全县", "只因此条（km²）")
PARCEL_HEADS = ("名次", "地块", "名称", "得分", "列第一", "面积（公顷）", "平均坡度", "可安置户")
SETTLEMENT_HEADS = ("评级", "处", "平均得分", "安置点")
SITE_HEADS = ("安置地点", "名称", "种类", "安置户", "容量", "组")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sites", help="安置选址：哪里能建、哪块最好、有多稳、谁搬到哪里；给出费用、下界和差距")(sites)


def sites(  # noqa: PLR0913 - each is an option of the command
    folder: Folder,
    *,
    rules: Annotated[str | None, typer.Option("--set", help="选址条件编号；不给用本县的")] = None,
    weights: Annotated[str, typer.Option("--weights", help="权重，例如 slope=0.3,hazard=0.7；或已存方案的名称")] = "",
    judgements: Annotated[Path | None, typer.Option("--judgements", help="两两比较表（CSV：指标,指标,倍数），按层次分析法定权")] = None,
    save: Annotated[str, typer.Option("--save-weights", help="把这次的权重存为方案的名称")] = "",
    topsis: Annotated[bool, typer.Option("--topsis", help="按 TOPSIS 检验名次有多稳；加权和与 TOPSIS 的名次都会给出")] = False,
    who: Annotated[str, typer.Option("--who", help="planned：整组搬迁和险情区的组；eligible：政策允许搬的组也算")] = "planned",
    most: Annotated[int | None, typer.Option("--sites", help="最多新开几处安置点，已有的不计在内")] = None,
    nearest: Annotated[bool, typer.Option("--nearest", help="按人·公里最少分配，不按总费用最少")] = False,
    split: Annotated[bool, typer.Option("--split", help="一个组的户可以分到几处，不必整组安置")] = False,
    title: Annotated[str, typer.Option("--title", help="这项研究的名称")] = "",
    author: Annotated[str, typer.Option("--author", help="编制人")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成 .xlsx（台账）、.pdf（比选图表）、.gpkg 或 .geojson")] = None,
    as_json: AsJson = False,
) -> int:
    """Study, then say what came of it."""
    if out is not None:
        suffix_in(out, SITE_FORMATS, "选址研究")
    method = "topsis" if topsis else "weighted_sum"
    body = {
        "method": method,
        "set": rules,
        "who": who,
        "sites": most,
        "aim": "distance" if nearest else "cost",
        "split": split,
        "title": title,
        "author": author,
    }
    before, pairs = Snapshots(folder).current(), None if judgements is None else read_judgements(judgements)
    order = read_study(body, weights, judgements=pairs, save_as=save, labels=criterion_labels(before, rules))
    check_study(before, order)
    with progress() as tell:
        report = study_as_ordered(
            open_workspace(folder), order.model_dump(mode="json"), title=order.title.strip(), author=order.author.strip(), tell=tell
        )
    snapshot = Snapshots(folder).current()
    written = {"file": str(out), "parcels": write_study(snapshot, out)} if out is not None else None
    emit(sites_result(snapshot, report) | {"export": written}, lambda console: show_sites(console, snapshot, report, written), as_json=as_json)
    return 0


def sites_result(snapshot: Snapshot, report: StudyReport) -> dict[str, Any]:
    """The JSON of the command: everything but shapes and the grid."""
    about = facts.county_answer(snapshot)
    rows = {name: records(pd.DataFrame(snapshot.frame(name).drop(columns="geometry", errors="ignore"))) for name in STUDY[1:] if snapshot.has(name)}
    return {"county": about["county"], "revision": report.revision.id, "synthetic": about["synthetic"], "summary": dict(report.summary), **rows}


def show_sites(console: Console, snapshot: Snapshot, report: StudyReport, written: dict[str, Any] | None) -> None:
    """Totals and proof, what land the rules take, the best parcels, settlements by the same yardstick, who goes where."""
    book, county = site_book(snapshot), snapshot.workspace.settings.county
    console.print(table(f"{county.name or county.code}　安置选址研究", ("项目", "内容"), study_lines(book, report.summary)))
    console.print(table("限制条件占用的土地（条件之间会重叠）", LAND_HEADS, land_rows(report.summary), numbers=LAND_HEADS[1:]))
    best = parcel_rows(book, SHOWN)
    if best:
        console.print(table(f"得分最高的地块（前 {len(best)} 块）", PARCEL_HEADS, best, numbers=(PARCEL_HEADS[0], *PARCEL_HEADS[3:])))
    if len(book.settlements):
        console.print(table("已有安置点，用同一把尺子", SETTLEMENT_HEADS, settlement_rows(book), numbers=SETTLEMENT_HEADS[1:3]))
    if len(book.allocation_sites):
        console.print(table("启用的安置地点", SITE_HEADS, allocated_rows(book, SHOWN), numbers=SITE_HEADS[3:]))
    for sentence in report.summary["notes"]:
        console.print(f"提示：{sentence}", soft_wrap=True, markup=False)
    _show_footer(console, snapshot, report)
    if written is not None:
        console.print(f"已写出 {written['file']}，{written['parcels']:,} 块地块。", soft_wrap=True, markup=False)


def _show_footer(console: Console, snapshot: Snapshot, report: StudyReport) -> None:
    console.print(f"选址条件：{report.summary['title']}（{report.summary['sites']}）", soft_wrap=True, markup=False)
    date = words(facts.data_date(snapshot))
    console.print(f"数据日期：{date} · 版本 {report.revision.id} · {marks(snapshot, public=False)}", soft_wrap=True, markup=False)
