"""The house's habits that no linter knows: one-way rooms, no foreign code, no registry's address, nothing heavy, packages that are ours."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("layers", "gis", "web", "api")
HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "debian" + ".org", "npmmirror" + ".com")
LARGEST_BYTES = 2_000_000


def _tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in out.decode().split("\0") if name and (ROOT / name).is_file()]


def _text_files() -> list[tuple[Path, str]]:
    found = []
    for path in _tracked():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_each_package_is_ours():
    for room in ROOMS:
        home = Path(importlib.import_module(room).__file__).resolve().parent
        assert home == ROOT / room, f"{room} is imported from {home}: another distribution shadows it"


def test_no_module_is_named_like_the_standard_library():
    modules = [path for path in _tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS]
    assert modules
    clashes = [str(path.relative_to(ROOT)) for path in modules if path.stem in sys.stdlib_module_names - {"__init__"}]
    assert clashes == []


def test_tests_hold_no_packages_and_no_two_files_of_one_name():
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if "__pycache__" not in path.parts]
    assert "__init__.py" not in names
    doubled = {name for name in names if names.count(name) > 1 and name != "conftest.py"}
    assert doubled == set()


def test_no_registry_address_and_no_resolved_lock():
    for path, text in _text_files():
        if path == Path(__file__).resolve():
            continue
        for host in HOSTS:
            assert host not in text, f"{path.relative_to(ROOT)} names {host}"
        if path.name == "package-lock.json":
            assert '"resolved"' not in text


def test_requirements_are_hashed():
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert locks
    for lock in locks:
        pins = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert pins, lock.name
        assert lock.read_text(encoding="utf-8").count("--hash=sha256:") >= len(pins)


def test_nothing_heavy_and_no_fetched_data_is_committed():
    heavy = [str(path.relative_to(ROOT)) for path in _tracked() if path.stat().st_size > LARGEST_BYTES]
    assert heavy == []
    fetched = [str(path.relative_to(ROOT)) for path in _tracked() if path.suffix in {".tif", ".nc", ".gpkg", ".shp", ".parquet", ".mbtiles", ".whl"}]
    assert fetched == []


def test_every_public_function_says_what_it_does():
    silent = []
    for path in _tracked():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] not in ROOMS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and ast.get_docstring(node) is None:
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []
