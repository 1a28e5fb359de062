"""Commands that show the map: page, serve."""

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from api.app import create_app
from api.commands.gaps import judged
from api.commands.options import AsJson, Folder
from api.console import emit, out, progress
from api.gap_views import table_of
from api.jobs.keeper import keeping
from api.runs.publish import publish
from api.runs.tiles import refresh_tiles
from api.service import ending_in_order, serve_app
from api.settings import Settings
from layers.errors import QueryError
from layers.workspace import open_workspace


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("page", help="把地图写成一个文件夹，双击 index.html 就能看，不需要服务和网络")(page)
    app.command("serve", help="启动本机地图服务，并计算在网页上提交的道路计划；数据更新后自动换新")(serve)


def page(
    folder: Folder,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="新文件夹")],
    *,
    as_json: AsJson = False,
) -> int:
    """Write the page as a folder."""
    snapshot = judged(folder)
    make_tiles(folder)
    index = publish(snapshot, target)
    files = sum(1 for path in target.rglob("*") if path.is_file())
    emit({"index": str(index), "files": files}, lambda c: c.print(f"已写出 {files} 个文件；双击打开：{index}", soft_wrap=True), as_json=as_json)
    return 0


def serve(
    folder: Folder,
    *,
    host: Annotated[str, typer.Option("--host", help="监听地址；127.0.0.1 只供本机")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口", min=0, max=65535)] = 8000,
) -> int:
    """Serve the workspace until it is interrupted."""
    judged(folder)
    make_tiles(folder)
    app = create_app(Settings(workspace=folder, host=host, port=port))
    table_of(app.state.snapshots.current())  # so that the first click does not wait for it
    listener = listen(host, port)
    out().print(f"地图：http://{host}:{listener.getsockname()[1]}/　（按 Ctrl+C 停止）", soft_wrap=True)
    with listener, keeping(folder), ending_in_order():
        serve_app(app, listener)
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        QueryError: the port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    if os.name != "nt":  # there it would let two services share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who is told the address may come at once
    except OSError as error:
        listener.close()
        raise QueryError(f"不能在 {host}:{port} 上启动：端口已被占用，或这不是本机的地址。", hint="换一个端口，例如 --port 8001。") from error
    return listener


def make_tiles(folder: Path) -> None:
    """Make the tiles that are missing, with a progress bar."""
    with progress() as tell:
        refresh_tiles(open_workspace(folder), progress=tell)
