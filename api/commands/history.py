"""Commands about what changed: log, diff."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api.answers import records
from api.commands.options import AsJson, Folder
from api.console import emit, table
from gis.gaps.progress import transitions
from layers.names import LAYERS, SERVICES, get_layer
from layers.store.compare import compare, compare_layer
from layers.workspace import open_workspace
from web.legend import verdict_label

if TYPE_CHECKING:
    import pandas as pd

    from layers.store.protocol import Store

SHOWN_CODES = 3
_CHANGES = {"added": "新增", "removed": "减少", "changed": "改动"}
_HEADS = {"layer": "图层", **_CHANGES}
_LAYER_HEADS = {"key": "代码", "change": "变化", "field": "字段", "before": "原值", "after": "新值"}


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("log", help="列出版本，新的在前")(log)
    app.command("diff", help="比较两个版本：各图层改了多少，哪些组的结论变了")(diff)


def log(folder: Folder, *, as_json: AsJson = False) -> int:
    """The revisions, newest first."""
    line = open_workspace(folder).store.log()
    rows = [(one.id, one.time, one.title, one.author, len(one.layers)) for one in line]
    columns = ("版本", "时间", "说明", "经手人", "图层数")
    names = ("id", "time", "title", "author", "layers")
    result = {"revisions": [dict(zip(names, row, strict=True)) | {"layers": sorted(one.layers)} for row, one in zip(rows, line, strict=True)]}
    emit(result, lambda console: console.print(table("", columns, rows, numbers=("图层数",))), as_json=as_json)
    return 0


def diff(
    folder: Folder,
    before: Annotated[str, typer.Argument(metavar="REV", help="旧版本：编号、编号前几位、main~1 …")],
    after: Annotated[str, typer.Argument(metavar="REV", help="新版本，例如 main")],
    *,
    layer: Annotated[str | None, typer.Option("--layer", help="逐条列出这个图层的变化")] = None,
    as_json: AsJson = False,
) -> int:
    """What changed between two revisions: by layer, or row by row in one layer."""
    store = open_workspace(folder).store
    found = compare(store, before, after) if layer is None else compare_layer(store, before, after, get_layer(layer).name)
    heads = _HEADS if layer is None else _LAYER_HEADS
    rows = [[_in_words(str(name), row[name]) for name in found.columns] for row in records(found)]
    columns = [heads.get(str(name), str(name)) for name in found.columns]
    verdicts = _verdicts(store, before, after) if layer is None else None
    result = {"before": store.revision(before).id, "after": store.revision(after).id, "rows": records(found)}

    def show(console: Console) -> None:
        """What people read."""
        console.print(table("", columns, rows) if rows else "两个版本没有差别。")
        if verdicts is not None and len(verdicts):
            cells = [_transition(row) for row in records(verdicts)]
            console.print(table("结论有变的村民组", ("服务", "原来", "现在", "组", "组代码"), cells, numbers=("组",)))

    emit(result | ({} if verdicts is None else {"verdicts": records(verdicts)}), show, as_json=as_json)
    return 0


def _verdicts(store: "Store", before: str, after: str) -> "pd.DataFrame | None":
    """Groups whose verdict differs; None where one of the revisions was never judged."""
    judged = all("coverage" in store.revision(rev).layers for rev in (before, after))
    return transitions(store.read("coverage", rev=before), store.read("coverage", rev=after)) if judged else None


def _transition(row: dict[str, Any]) -> tuple[Any, ...]:
    codes = str(row["group_codes"]).split(",")
    some = "、".join(codes[:SHOWN_CODES]) + (" 等" if len(codes) > SHOWN_CODES else "")
    was, now = (verdict_label(row[name]) if row[name] else "（没有）" for name in ("before", "after"))
    return (SERVICES.get(row["service"], row["service"]), was, now, row["groups_count"], some)


def _in_words(column: str, value: Any) -> Any:
    if column == "layer" and value in LAYERS:
        return LAYERS[value].label
    return _CHANGES.get(value, value) if column == "change" else value
