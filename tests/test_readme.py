"""The READMEs are true: every command in them runs, both languages say the same commands, every link and picture is there."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
ZUTONG = Path(sys.executable).with_name("zutong")


def _commands(readme: Path) -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", readme.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "zutong", command
    return subprocess.run([ZUTONG, *words[1:]], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, env=_environment())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "160"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serves(command: str, folder: Path) -> dict[str, object]:
    """Start `zutong serve …` on a free port, ask it for the county, stop it."""
    port = _free_port()
    words = [ZUTONG, *shlex.split(re.sub(r"--port \d+", f"--port {port}", command))[1:]]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment()) as server:
        try:
            for _ in range(240):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/county", timeout=5) as answer:
                        return dict(json.load(answer))
                except OSError:
                    assert server.poll() is None, server.stderr.read().decode() if server.stderr else ""
                    time.sleep(0.25)
        finally:
            server.terminate()
    pytest.fail(f"{command} never answered")


@pytest.mark.slow
def test_every_command_runs(tmp_path: Path):
    commands = _commands(ENGLISH)
    assert "make demo" in commands
    assert "make test" in commands
    for command in [c for c in commands if not c.startswith("make ")]:
        if command.startswith("zutong serve"):
            assert _serves(command, tmp_path)["county"]
            continue
        ran = _run(command, tmp_path)
        # 1 says that problems were found in the data, and the demonstration has planted ones; 2 would be a wrong command.
        assert ran.returncode in (0, 1), f"{command}\n{ran.stdout}\n{ran.stderr}"
        assert ran.stdout.strip(), command
    assert (tmp_path / "uncovered.xlsx").stat().st_size > 0
    assert (tmp_path / "county-map" / "index.html").is_file()


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", ENGLISH.read_text(encoding="utf-8") + CHINESE.read_text(encoding="utf-8")))
    assert named <= targets
    assert {"setup", "demo", "test", "lint", "fix", "bench", "serve"} <= targets


def test_both_languages_give_the_same_commands():
    assert _commands(CHINESE) == _commands(ENGLISH)


@pytest.mark.parametrize("page", sorted([ENGLISH, CHINESE, *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name)
def test_links_and_pictures_are_there(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
