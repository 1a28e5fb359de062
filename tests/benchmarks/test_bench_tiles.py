"""What a warm tile costs beside an empty FastAPI route, both through a real uvicorn in a process of its own, asked in turns.

The bound is held against a route written with `def`, as FastAPI's own first example is; the ratio to an empty coroutine is told as well. Only ratios are
worth quoting: the machine is shared.
"""

import importlib.util
import math
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TURNS, REQUESTS = 7, 400
LEAST_RATIO = 0.45

_EMPTY = """
from fastapi import FastAPI

app = FastAPI()


@app.get("/sync")
def in_a_thread():
    return {}


@app.get("/async")
async def coroutine():
    return {}
"""
_OURS = "import os, pathlib\nfrom api.app import create_app\nfrom api.settings import Settings\napp = create_app(Settings(workspace=pathlib.Path(os.environ['BENCH'])))\n"


def _county():
    spec = importlib.util.spec_from_file_location("synthetic_county_bench", ROOT / "tests" / "synthetic_county.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _start(folder, name, source, workspace):
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "BENCH": str(workspace)}
    command = [sys.executable, "-m", "uvicorn", f"{name}:app", "--port", str(port), "--no-access-log", "--log-level", "critical"]
    process = subprocess.Popen(command, env=environment, cwd=folder)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, port
    raise AssertionError("the server did not start")


def _rate(port, path):
    """Requests a second over one kept connection."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = time.perf_counter()
        for _ in range(REQUESTS):
            wire.sendall(request)
            data = wire.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            while len(body) < length:
                body += wire.recv(65536)
        return REQUESTS / (time.perf_counter() - start)


def _tile_path():
    lon, lat, z = 106.05, 25.25, 12
    x = int((lon + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return f"/tiles/groups/{z}/{x}/{y}.mvt"


@pytest.mark.benchmark(group="tiles")
def test_a_warm_tile_beside_an_empty_route(tmp_path, benchmark):
    workspace = _county().build_workspace(tmp_path)
    ours, our_port = _start(tmp_path, "bench_ours", _OURS, workspace)
    empty, empty_port = _start(tmp_path, "bench_empty", _EMPTY, workspace)
    try:
        asked = ((our_port, _tile_path()), (empty_port, "/sync"), (empty_port, "/async"))
        turns = [[_rate(*one) for one in asked] for _ in range(TURNS + 1)][1:]  # the first turn warms up
        benchmark.pedantic(lambda: _rate(our_port, _tile_path()), rounds=3)
    finally:
        for process in (ours, empty):
            process.terminate()
            process.wait(30)
    tile, sync, coroutine = (statistics.median(rates) for rates in zip(*turns, strict=True))
    ratio, to_coroutine = (statistics.median(turn[0] / turn[at] for turn in turns) for at in (1, 2))
    rates = f"warm tile {tile:,.0f}/s · empty sync route {sync:,.0f}/s · empty async route {coroutine:,.0f}/s"
    sys.stdout.write(f"\n{rates} · ratio {ratio:.2f} (async {to_coroutine:.2f})\n")
    assert ratio >= LEAST_RATIO
