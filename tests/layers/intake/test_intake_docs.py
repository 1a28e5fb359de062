"""The guide to intake names every rule that a problem row of an import can carry, and no other."""

import ast
import re
from pathlib import Path

from layers.intake import rows
from layers.intake.check import RULES
from layers.intake.fields import _COMPLAINTS
from layers.intake.safety import KINDS

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
TELLERS = {"problem", "_note", "_notes", "_Rule"}


def told(path):
    """The rules that a module gives to problem rows, read from its text."""
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        first = [call.args[0]] if call.args and name in TELLERS else []
        for value in (*first, *(word.value for word in call.keywords if word.arg == "rule")):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def test_every_rule_of_an_import_is_explained_and_no_other():
    modules = [path for path in (ROOT / "layers" / "intake").glob("*.py") if not path.name.startswith(("check", "match"))]
    given = {rule for path in modules for rule in told(path)} | set(rows.REASONS) | set(_COMPLAINTS)
    table = GUIDE.split("## Rules of problem rows")[1]
    explained = {rule for line in table.splitlines() if line.startswith("| `") for rule in re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    assert explained == given


def test_every_kind_of_file_is_listed():
    listed = set(re.findall(r"`(\.[a-z]+)`", GUIDE))
    assert set(KINDS) - {".ovkml", ".ovkmz", ".tiff"} <= listed


def test_rules_between_layers_are_in_the_other_guide():
    other = (ROOT / "docs" / "boundaries.md").read_text(encoding="utf-8")
    assert [code for rule in RULES for code in rule.codes if f"`{code}`" not in other] == []
