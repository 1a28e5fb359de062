"""Commands about what the county has: new, import, check, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import SEVERITY_WORDS, emit, severity, table, words
from api.exports import SUFFIXES
from api.runs.checks import check_county, write_problems
from api.runs.imports import ImportOptions, ImportReport, import_file
from api.runs.outputs import export_layer
from gis.standards import load_standard, usual_set
from layers.errors import QueryError
from layers.intake.problems import SEVERITIES
from layers.names import LAYERS, get_layer
from layers.workspace import create, open_workspace

if TYPE_CHECKING:
    import pandas as pd

SHOWN_PROBLEMS = 20
PROBLEMS_FOUND = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("new", help="新建一个县的工作区")(new)
    app.command("import", help="导入一个文件（表格、矢量、DEM、界线都用它）")(import_)
    app.command("check", help="检查数据：导入时的问题、图层之间的矛盾、路网断点")(check)
    app.command("export", help="把一个图层写成文件")(export)


def new(
    folder: Folder,
    *,
    county: Annotated[str, typer.Option("--county", help="县代码，例如 522326")],
    standards: Annotated[str, typer.Option("--standards", help="标准集，多个用逗号分开，后面的覆盖前面的；不填按县所在的省")] = "",
    name: Annotated[str, typer.Option("--name", help="县名")] = "",
    as_json: AsJson = False,
) -> int:
    """Make a workspace; the standard sets are looked up before anything is written."""
    ids = [part.strip() for part in standards.split(",") if part.strip()] or [usual_set(county)]
    standard = load_standard(ids)
    workspace = create(folder, county_code=county, county_name=name, standards=ids)
    result = {"path": str(workspace.path), "county": {"code": county, "name": name}, "standard": f"{standard.id}@{standard.version}"}

    def show(console: Console) -> None:
        """What people read."""
        console.print(f"工作区已建好：{workspace.path}\n标准：{standard.title}（{standard.id}@{standard.version}）")
        if not standards:
            console.print("未指定标准，以上是按县代码选的；zutong standards 列出全部，改在 county.toml 里。", soft_wrap=True)
        console.print(f"下一步：zutong import {workspace.path} groups 村民组文件", soft_wrap=True)

    emit(result, show, as_json=as_json)
    return 0


def import_(  # noqa: PLR0913 - each is an option of the command
    folder: Folder,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="图层名，例如 groups、村民组、roads、dem")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="要导入的文件")],
    *,
    crs: Annotated[str | None, typer.Option("--crs", help="坐标系：EPSG:4545、gcj02、bd09 …")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="文字编码，例如 gb18030")] = None,
    rename: Annotated[list[str] | None, typer.Option("--rename", help="字段=表头，可写多次，例如 households_count=总户数")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="工作表名")] = None,
    date: Annotated[str | None, typer.Option("--date", help="数据日期：2025、2025-06 或 2025-06-30；给没有写日期的行")] = None,
    title: Annotated[str, typer.Option("--title", help="这一版的说明")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读和检查，不入库")] = False,
    as_json: AsJson = False,
) -> int:
    """Import one file; exit code 1 when rows were rejected."""
    options = ImportOptions(crs, encoding, _renames(rename or []), sheet, date, title, dry_run)
    report = import_file(open_workspace(folder), layer, file, options)
    emit(_report(report), lambda console: _show_report(console, report), as_json=as_json)
    return PROBLEMS_FOUND if report.counts["error"] else 0


def _renames(pairs: list[str]) -> dict[str, str]:
    """`field=heading` pairs.

    Raises:
        QueryError: a pair has no equals sign.
    """
    bad = [pair for pair in pairs if "=" not in pair]
    if bad:
        raise QueryError(f"--rename {bad[0]} 少了等号；应写成 字段=表头，例如 households_count=总户数。")
    return {name.strip(): heading.strip() for name, _, heading in (pair.partition("=") for pair in pairs)}


def _report(report: ImportReport) -> dict[str, Any]:
    return {
        "layer": report.layer,
        "file": report.file,
        "revision": report.revision,
        "info": dict(report.info),
        "counts": report.counts,
        "problems": records(report.problems),
    }


def _show_report(console: Console, report: ImportReport) -> None:
    info = report.info
    console.print(
        f"{LAYERS[report.layer].label}：读取 {words(info.get('rows_read'))} 行，"
        f"入库 {words(info.get('rows_kept'))} 行，退回 {words(info.get('rows_rejected'))} 行"
    )
    console.print(f"坐标系 {words(info.get('crs'))} · 编码 {words(info.get('encoding'))} · 数据日期 {words(info.get('data_date'))}")
    show_problems(console, report.problems, report.counts)
    console.print("试运行，没有入库。" if report.revision is None else f"版本 {report.revision}")


def show_problems(console: Console, problems: "pd.DataFrame", counts: dict[str, int]) -> None:
    """The counts, and one line for each kind of problem in a layer: how many, and the first of them."""
    if problems.empty:
        console.print("没有发现问题。")
        return
    console.print("问题：" + "，".join(f"{SEVERITY_WORDS[name]} {counts[name]:,}" for name in SEVERITIES))
    kinds = problems.groupby(["severity", "layer", "rule"], sort=False, dropna=False)
    first = kinds.agg(message=("message", "first"), suggestion=("suggestion", "first"), count=("rule", "size")).reset_index()
    order = first["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    shown = first.assign(order=order).sort_values(["order", "count"], ascending=[True, False], kind="stable").head(SHOWN_PROBLEMS)
    rows = [(severity(row["severity"]), _layer_label(row["layer"]), row["count"], row["message"], row["suggestion"]) for row in records(shown)]
    console.print(table("", ("程度", "图层", "处", "问题（多处时为第一处）", "建议"), rows, numbers=("处",)))
    if len(first) > SHOWN_PROBLEMS:
        console.print(f"以上是 {len(first)} 类中的前 {SHOWN_PROBLEMS} 类。")
    console.print("逐条清单：zutong check DIR --out 问题.xlsx")


def _layer_label(name: object) -> str:
    return LAYERS[str(name)].label if str(name) in LAYERS else str(name or "")


def check(
    folder: Folder,
    *,
    layer: Annotated[str | None, typer.Option("--layer", help="只看这个图层")] = None,
    level: Annotated[str | None, typer.Option("--severity", help="只看这种程度：error、warning、info")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="把全部问题写成 .xlsx 或 .csv")] = None,
    as_json: AsJson = False,
) -> int:
    """Everything that is wrong or doubtful; exit code 1 when there are errors or doubts."""
    found = check_county(open_workspace(folder))
    if layer is not None:
        found = found[found["layer"] == get_layer(layer).name]
    if level is not None:
        if level not in SEVERITIES:
            raise QueryError(f"--severity 只能是 {'、'.join(SEVERITIES)}。")
        found = found[found["severity"] == level]
    counts = {name: int((found["severity"] == name).sum()) for name in SEVERITIES}
    if out is not None:
        write_problems(found, out)
    result = {"counts": counts, "file": str(out) if out else None, "problems": records(found)}
    emit(result, lambda console: show_problems(console, found, counts), as_json=as_json)
    return PROBLEMS_FOUND if counts["error"] or counts["warning"] else 0


def export(
    folder: Folder,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="图层名")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"输出文件：{'、'.join(SUFFIXES)}")],
    *,
    as_json: AsJson = False,
) -> int:
    """Write one public layer to a file."""
    rows = export_layer(open_workspace(folder), get_layer(layer).name, file)
    emit({"file": str(file), "layer": get_layer(layer).name, "rows": rows}, lambda c: c.print(f"已写出 {file}，{rows:,} 条。"), as_json=as_json)
    return 0
