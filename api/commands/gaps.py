"""Commands about what is missing: gaps, standards."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api import facts
from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import emit, progress, table, words
from api.gap_views import GROUP_LEVEL, View, page
from api.ledger import marks, views_of
from api.runs.assess import assess_county, outdated
from api.runs.outputs import write_gaps
from api.snapshot import Snapshot, Snapshots
from gis.gaps.filters import LEVEL_LABELS, Filter
from gis.standards import CONFIDENCE_LABELS, list_standards, load_standard
from layers.names import SERVICES
from layers.workspace import open_workspace
from web.legend import level_label, verdict_label

SHOWN_ROWS = 40
MOST_ROWS = 100_000
_UNIT_HEADS = ("名称", "代码", "达标", "未达标", "不明", "不计入", "未达标·户", "未达标·脱贫监测户", "达标率", "差一点")
_GROUP_HEADS = ("乡镇", "行政村", "村民组", "组代码", "户数", "判定", "等级", "依据")


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("gaps", help="短板表：哪些组还没有达标，为什么；数据改动后会自动重算")(gaps)
    app.command("standards", help="列出标准集；给出编号则列出每一个标准值和出处")(standards)


def gaps(  # noqa: PLR0913 - each is an option of the command
    folder: Folder,
    *,
    service: Annotated[str | None, typer.Option("--service", help=f"服务：{'、'.join(SERVICES)}；不填为全部")] = None,
    level: Annotated[str, typer.Option("--level", help="按哪一级列出：county、township、village、group")] = "county",
    area: Annotated[str, typer.Option("--area", help="只看这个县、乡镇、村或组（代码）")] = "",
    status: Annotated[str | None, typer.Option("--status", help="只看：met、lacking、unknown、excluded（须给出 --service）")] = None,
    near_miss: Annotated[bool | None, typer.Option("--near-miss/--no-near-miss", help="只看（或不看）差一点的")] = None,
    sort: Annotated[str, typer.Option("--sort", help="按哪一列排，前加 - 为降序，例如 -groups.lacking")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="写成 .xlsx、.csv、.geojson 或 .gpkg")] = None,
    public: Annotated[bool, typer.Option("--public", help="公开发布：少于 5 户的数字不显示")] = False,
    as_json: AsJson = False,
) -> int:
    """The gap table; computed first where there are no results or they are outdated."""
    wanted = Filter(service, level, area, status, near_miss)
    snapshot = judged(folder)
    views = views_of(snapshot, wanted, sort=sort)
    written = {"file": str(out), "rows": write_gaps(snapshot, wanted, out, sort=sort, public=public)} if out else None
    emit(gap_result(snapshot, views) | {"export": written}, lambda console: show_gaps(console, snapshot, views, written), as_json=as_json)
    return 0


def judged(folder: Path) -> Snapshot:
    """The newest revision, with results that follow from it."""
    workspace = open_workspace(folder)
    if outdated(workspace):
        with progress() as tell:
            tell("正在对标", 0.0)
            assess_county(workspace)
            tell("完成", 1.0)
    return Snapshots(folder).current()


def gap_result(snapshot: Snapshot, views: list[View]) -> dict[str, Any]:
    """The JSON of the command: the county, and for each service what HTTP answers."""
    about = facts.county_answer(snapshot)
    kept = {name: about[name] for name in ("county", "standard", "revision", "data_date", "synthetic")}
    return kept | {"balance": facts.register_balance(snapshot), "services": [page(found, limit=MOST_ROWS) for found in views]}


def show_gaps(console: Console, snapshot: Snapshot, views: list[View], written: dict[str, Any] | None) -> None:
    """The table, and below it by which standard, how old and how far to be trusted."""
    show_summary(console, snapshot, views)
    for found in views:
        if found.filter.level != "county":
            _show_rows(console, found)
    show_footer(console, snapshot)
    if written is not None:
        console.print(f"已写出 {written['file']}，{written['rows']:,} 行。", soft_wrap=True)


def show_summary(console: Console, snapshot: Snapshot, views: list[View]) -> None:
    """One line a service for the whole area."""
    county = snapshot.workspace.settings.county
    heads = ("服务", "达标", "未达标", "不明", "不计入", "未达标·户", "未达标·脱贫监测户", "达标率", "差一点", "上报不符")
    rows = [_summary(found) for found in views]
    area = views[0].text.split(" · ")[2] if views and views[0].filter.area else ""
    title = f"{county.name or county.code}{f' {area}' if area else ''}　村民组短板（单位：组，另注者除外）"
    console.print(table(title, heads, rows, numbers=heads[1:]))
    unfilled = max((found.totals["missing_count"] for found in views), default=0)
    if unfilled:
        console.print(f"另有 {unfilled} 个组没有填户数，不在户数合计之内。")


def _summary(found: View) -> tuple[Any, ...]:
    totals = found.totals
    groups = totals["groups"]
    counts = (groups[name] for name in ("met", "lacking", "unknown", "excluded"))
    lacking = (totals["households"]["lacking"], totals["registered"]["lacking"])
    return (SERVICES[str(found.filter.service)], *counts, *lacking, rate_words(groups), totals["near_miss"], totals["conflict"])


def rate_words(groups: dict[str, int]) -> str:
    """The rate, as a range where something is unknown.

    >>> rate_words({"met": 6, "lacking": 3, "unknown": 1})
    '60.0%–70.0%'
    """
    judged_count = groups["met"] + groups["lacking"] + groups["unknown"]
    if not judged_count:
        return "—"
    low, high = groups["met"] / judged_count, (groups["met"] + groups["unknown"]) / judged_count
    least, most = f"{low:.1%}", f"{high:.1%}"
    return least if least == most else f"{least}–{most}"


def _show_rows(console: Console, found: View) -> None:
    shown = page(found, limit=SHOWN_ROWS)["rows"]
    is_group = found.filter.level == GROUP_LEVEL
    service = str(found.filter.service)
    rows = [_group_cells(row, service) if is_group else _unit_cells(row) for row in shown]
    heads = _GROUP_HEADS if is_group else _UNIT_HEADS
    numbers = ("户数",) if is_group else heads[2:]
    console.print(
        table(f"{found.text}　{len(found.rows):,} {'组' if is_group else f'个{LEVEL_LABELS[found.filter.level]}'}", heads, rows, numbers=numbers)
    )
    if len(found.rows) > len(shown):
        console.print(f"以上是前 {len(shown)} 行，共 {len(found.rows):,} 行；加 --out 文件.xlsx 写出全部。")


def _unit_cells(row: dict[str, Any]) -> tuple[Any, ...]:
    groups = row["groups"]
    counts = (groups[name] for name in ("met", "lacking", "unknown", "excluded"))
    return (row["name"], row["code"], *counts, row["households"]["lacking"], row["registered"]["lacking"], rate_words(groups), row["near_miss"])


def _group_cells(row: dict[str, Any], service: str) -> tuple[Any, ...]:
    name = "".join(part for part in (row["name"], f"（{row['hamlet']}）" if row["hamlet"] else "") if part)
    verdict = verdict_label(row["verdict"]) + ("·差一点" if row["near_miss"] else "")
    return (
        row["township_name"],
        row["village_name"],
        name,
        row["code"],
        row["households"],
        verdict,
        level_label(service, row["level"]),
        row["reason_text"],
    )


def show_footer(console: Console, snapshot: Snapshot) -> None:
    """Standard, dates, revision, and the marks that must stand on every sheet."""
    rules, mark = facts.standard(snapshot), marks(snapshot, public=False)
    console.print(f"标准：{rules.title}（{rules.id}@{rules.version}）", soft_wrap=True)
    console.print(f"数据日期：{words(facts.data_date(snapshot))} · 版本 {snapshot.revision.id} · {mark}", soft_wrap=True)
    _show_balance(console, facts.register_balance(snapshot))
    console.print("不明：缺数据，不能判定；达标率写成范围时，低值把不明算作未达标，高值算作达标。", soft_wrap=True)


def _show_balance(console: Console, found: dict[str, int] | None) -> None:
    """The line by which an office checks the totals against its register."""
    if not found or not found["register"]:
        return
    parts = f"在组 {found['in_groups']:,} + 已搬迁 {found['settled']:,} + 未归组 {found['unplaced']:,}"
    listed = f"；另有 {found['listed_groups']:,} 个组按村民组表计 {found['listed']:,} 户" if found["listed_groups"] else ""
    console.print(f"对账：户册 {found['register']:,} 户 = {parts}{listed}。", soft_wrap=True)


def standards(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="标准集编号，多个用逗号分开")] = None,
    *,
    as_json: AsJson = False,
) -> int:
    """All standard sets, or every threshold of one."""
    if name is None:
        found = [{"id": one.id, "version": one.version, "title": one.title} for one in list_standards()]
        rows = [(one["id"], one["version"], one["title"]) for one in found]
        emit({"standards": found}, lambda c: c.print(table("可用的标准集", ("编号", "版本", "名称"), rows)), as_json=as_json)
        return 0
    standard = load_standard([part.strip() for part in name.split(",") if part.strip()])
    thresholds = records(standard.thresholds())
    heads = ("项目", "标准值", "单位", "可信", "出处")
    cells = [(one["label"], one["value"], one["unit"], one["confidence"], one["source"]) for one in thresholds]

    def show(console: Console) -> None:
        """What people read."""
        console.print(table(f"{standard.title}（{standard.id}@{standard.version}）", heads, cells, numbers=("标准值",)))
        console.print("可信：" + "；".join(f"{letter} {meaning}" for letter, meaning in CONFIDENCE_LABELS.items()), soft_wrap=True)

    result = {"id": standard.id, "version": standard.version, "title": standard.title, "sha256": standard.sha256, "thresholds": thresholds}
    emit(result, show, as_json=as_json)
    return 0
