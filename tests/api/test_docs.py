"""The documents of both doors against the code, both ways round."""

import re
from pathlib import Path

import pytest
import typer.main

from api.app import create_app
from api.cli import FAMILIES, application
from api.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS = typer.main.get_command(application()).commands


def test_every_route_is_in_the_document_and_the_other_way_round(tmp_path):
    routes = set(create_app(Settings(workspace=tmp_path)).openapi()["paths"])
    text = (DOCS / "http.md").read_text(encoding="utf-8")
    written = {path for path in re.findall(r"^\| `(/[^`]*)`", text, flags=re.MULTILINE) if path != "/static/…"}
    assert written == routes - {"/openapi.json"}


def test_every_command_is_in_the_document_and_the_other_way_round():
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `zutong (\w+)", text, flags=re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_in_the_document_and_the_other_way_round(name):
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{name}` \| (.*) \|$", text, flags=re.MULTILINE)[1]
    options = {option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")}
    assert set(re.findall(r"`(--[\w-]+)`", row)) == options - {"--help"}


def test_each_command_is_found_in_its_family():
    assert [name for names in FAMILIES.values() for name in names] == list(COMMANDS)
    for name in COMMANDS:
        assert name in typer.main.get_command(application(name)).commands


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_is_chinese(name):
    command = COMMANDS[name]
    texts = [command.help, *(parameter.help for parameter in command.params if getattr(parameter, "help", None))]
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts)
