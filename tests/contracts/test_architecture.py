"""docs/architecture.md stays true: the modules that it names exist, and the signatures that it quotes are those of the code."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def quoted():
    """`(home, line)` of every line in the page's Python blocks; a comment line names the home of those below it."""
    home = ""
    for block in BLOCK.findall(PAGE):
        for line in block.splitlines():
            if line.startswith("# "):
                home = line[2:].strip()
            elif line.strip():
                yield home, line.strip()


def found(path):
    """A module, or what is inside one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        above, _, name = path.rpartition(".")
        return getattr(found(above), name)


def plain(function):
    """The signature without types, without `self`."""
    signature = inspect.signature(function)
    kept = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values() if one.name != "self"]
    return f"{function.__name__}{signature.replace(parameters=kept, return_annotation=inspect.Signature.empty)}"


def fields(kind):
    return list(kind.model_fields) if hasattr(kind, "model_fields") else [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize(("home", "line"), list(quoted()))
def test_what_is_quoted_is_what_the_code_has(home, line):
    if line.startswith("class "):
        name, _, names = line.removeprefix("class ").partition(": ")
        assert names == ", ".join(fields(found(f"{home}.{name}")))
    else:
        assert line == plain(found(f"{home}.{line.partition('(')[0]}"))


def test_the_page_quotes_signatures_of_every_pure_room():
    homes = {home.split(".")[0] for home, _ in quoted()}
    assert {"layers", "gis"} <= homes


def test_every_module_that_the_page_names_exists():
    inside = re.findall(r"`((?:layers|gis|web|api)(?:\.\w+)+)`", PAGE)
    files = re.findall(r"`((?:layers|gis|web|api|docs|data|tests)/[\w/.]*)`", PAGE)
    assert len(inside) + len(files) > 20
    for name in inside:
        assert found(name) is not None
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_package_of_the_code_is_on_the_page():
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts) for room in ("layers", "gis", "web", "api") for path in (ROOT / room).rglob("__init__.py")
    }
    assert sorted(name for name in packages if f"`{name}`" not in PAGE) == []
