"""A small county behind a real uvicorn, once for all tests of the doors."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import synthetic_county  # noqa: E402 - beside the folders of tests, which are no packages
import synthetic_plan  # noqa: E402
import synthetic_study  # noqa: E402

from api import cli  # noqa: E402
from api.app import create_app  # noqa: E402
from api.settings import Settings  # noqa: E402


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        """The media type."""
        return self.headers.get_content_type()


@dataclass
class Server:
    """A running server."""

    base: str

    def get(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Ask; every status is an answer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.base + path, data=body, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


@contextmanager
def serving(workspace: Path, **settings: Any) -> Iterator[Server]:
    """The app of a workspace behind a real uvicorn on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(Settings(workspace=workspace, **settings)), log_level="critical", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    try:
        yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic county, imported, judged and tiled; not to be changed."""
    return synthetic_county.build_workspace(tmp_path_factory.mktemp("county"))


@pytest.fixture
def own_workspace(workspace: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(workspace, tmp_path / "copy"))


@pytest.fixture(scope="session")
def planned_workspace(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county with two road plans, the newer one with more money; not to be changed."""
    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("planned") / "copy"))
    synthetic_plan.commit_plan(folder)
    synthetic_plan.commit_plan(folder, title="道路计划：加投", budgets=(500_000.0, 3_000_000.0))
    return folder


@pytest.fixture(scope="session")
def planned(planned_workspace: Path) -> Iterator[Server]:
    """The county with its plans behind a real uvicorn."""
    with serving(planned_workspace) as running:
        yield running


@pytest.fixture(scope="session")
def studied_workspace(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county with what siting needs, a study of its sites, and roads against moves; not to be changed."""
    folder = Path(shutil.copytree(workspace, tmp_path_factory.mktemp("studied") / "copy"))
    synthetic_study.add_layers(folder, tmp_path_factory.mktemp("siting"))
    synthetic_study.commit_study(folder)
    return folder


@pytest.fixture(scope="session")
def studied(studied_workspace: Path) -> Iterator[Server]:
    """The county with its study behind a real uvicorn."""
    with serving(studied_workspace) as running:
        yield running


@pytest.fixture
def own_study(studied_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the studied county that a test may change."""
    return Path(shutil.copytree(studied_workspace, tmp_path / "studied"))


@pytest.fixture(scope="session")
def serve() -> Any:
    """A context manager that serves a workspace."""
    return serving


@pytest.fixture(scope="session")
def at() -> Any:
    """A server that runs at an address."""
    return Server


@pytest.fixture(scope="session")
def server(workspace: Path) -> Iterator[Server]:
    """The county behind a real uvicorn."""
    with serving(workspace) as running:
        yield running


@dataclass
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


@pytest.fixture(scope="session")
def zutong() -> Any:
    """Run the command line in a process of its own."""

    def run(*arguments: object) -> Done:
        command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        found = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False, timeout=300)
        return Done(found.returncode, found.stdout.decode(), found.stderr.decode())

    return run


@pytest.fixture
def zutong_here(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in this process: the same code, without the seconds that a new one takes."""

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        return Done(code, seen.out, seen.err)

    return run
