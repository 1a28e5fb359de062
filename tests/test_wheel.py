"""The built wheel, installed in an empty virtual environment outside the repository, runs the demonstration by itself."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "ZUTONG_"))}
    return subprocess.run([str(w) for w in words], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    built = _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=ROOT)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """An empty environment with the locked dependencies (from the installer's cache) and the wheel."""
    home = tmp_path_factory.mktemp("office")
    uv = Path(sys.executable).with_name("uv")
    assert _run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home).returncode == 0
    python = next(p for p in (home / "venv/bin/python", home / "venv/Scripts/python.exe") if p.exists())
    lock = ROOT / "requirements" / "core.txt"
    for offline in (["--offline"], []):
        done = _run(uv, "pip", "install", *offline, "--python", python, "--require-hashes", "-r", lock, cwd=home)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    done = _run(uv, "pip", "install", "--offline", "--no-deps", "--python", python, wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    return python


def test_wheel_holds_the_page_the_standards_and_the_codes_but_no_tests(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("gis/standard_sets/guizhou-2017.toml", "web/static/vendor/manifest.json", "layers/data/boundaries/SOURCES.toml"):
        assert part in names
    assert not [n for n in names if n.startswith(("tests/", "docs/", ".cache/", "web/node_modules/"))]


@pytest.mark.slow
def test_demo_runs_from_the_wheel_outside_the_repository(bare_python: Path, tmp_path: Path):
    zutong = bare_python.with_name("zutong")
    ran = _run(zutong, "demo", tmp_path / "demo", "--offline", "--json", cwd=tmp_path, PYTHONUTF8="1")
    assert ran.returncode in (0, 1), ran.stderr
    report = json.loads(ran.stdout)
    assert report, "the demonstration reports what it did"
    home = _run(bare_python, "-c", "import api; print(api.__file__)", cwd=tmp_path).stdout
    assert str(bare_python.parent.parent) in home
    asked = _run(zutong, "gaps", tmp_path / "demo", "--service", "hardened_road", "--json", cwd=tmp_path, PYTHONUTF8="1")
    assert asked.returncode in (0, 1), asked.stderr
    assert json.loads(asked.stdout)
