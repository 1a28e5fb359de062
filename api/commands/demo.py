"""The command demo."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.answers import records
from api.commands.gaps import gap_result, show_footer, show_summary
from api.commands.options import AsJson
from api.console import SEVERITY_WORDS, emit, progress, table
from api.ledger import views_of
from api.runs.demo import FILES, SEED, DemoReport, build_demo
from api.snapshot import Snapshots
from gis.gaps.filters import Filter
from layers.intake.problems import SEVERITIES
from layers.names import LAYERS

_FOUND_BY = {"check": "检查", "gaps": "对标", "import": "导入"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="建一个演示县并跑完全程：编制文件、导入、对标、检查、制图")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="新文件夹")] = Path("zutong-demo"),
    *,
    offline: Annotated[bool, typer.Option("--offline", help="不下载：县界和地形也用虚构的")] = False,
    seed: Annotated[int, typer.Option("--seed", help="随机种子；同一个种子得到同一个县", min=0)] = SEED,
    as_json: AsJson = False,
) -> int:
    """Build the demonstration county and say what was found."""
    with progress() as tell:
        report = build_demo(folder, offline=offline, seed=seed, tell=tell)
    snapshot = Snapshots(folder).current()
    views = views_of(snapshot, Filter(level="county"))
    counts = {name: int((report.problems["severity"] == name).sum()) for name in SEVERITIES}

    def show(console: Console) -> None:
        """What people read."""
        show_summary(console, snapshot, views)
        show_footer(console, snapshot)
        _show_faults(console, report, counts)
        _show_next(console, folder)

    emit(gap_result(snapshot, views) | _result(report, counts), show, as_json=as_json)
    return 0


def _result(report: DemoReport, counts: dict[str, int]) -> dict[str, Any]:
    files = str(report.workspace.path / FILES)
    return {"workspace": str(report.workspace.path), "files": files, "problems": counts, "faults": records(report.faults)}


def _show_faults(console: Console, report: DemoReport, counts: dict[str, int]) -> None:
    console.print("\n数据问题：" + "，".join(f"{SEVERITY_WORDS[name]} {counts[name]:,}" for name in SEVERITIES))
    rows = [(LAYERS[one["layer"]].label, one["what"], _FOUND_BY[one["found_by"]], one["planted"], one["found"]) for one in records(report.faults)]
    console.print(
        table("文件中有意埋设的错误，以及发现了多少", ("图层", "错误（举一例）", "由谁发现", "埋设", "发现"), rows, numbers=("埋设", "发现"))
    )


def _show_next(console: Console, folder: Path) -> None:
    lines = (
        f"看地图：　zutong serve {folder}　然后打开 http://127.0.0.1:8000/",
        f"看问题：　zutong check {folder} --out 问题.xlsx",
        f"出台账：　zutong gaps {folder} --service hardened_road --level group --status lacking --out 短板.xlsx",
        f"排道路：　zutong roads {folder} --budget 3000万 --out 道路计划.xlsx",
        f"各部门交来的文件在：{folder / FILES}",
    )
    console.print("\n" + "\n".join(lines), soft_wrap=True)
