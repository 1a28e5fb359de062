"""Nobody's name, number, phone, account or address comes out of any door, whatever is asked."""

import gzip
import logging
import sqlite3
import zipfile
from contextlib import closing

import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic_county import PERSONAL

from layers.workspace import open_workspace

SECRETS = [text.encode() for text in PERSONAL]


def _leaks(data):
    return [text.decode() for text in SECRETS if text in data]


def _asks(method):
    """Whether it cannot be asked without a parameter."""
    return any(one.get("required") for one in method.get("parameters", ()))


def test_the_strings_were_in_the_register(workspace):
    register = (workspace.parent / "files" / "households.csv").read_bytes()
    assert len(_leaks(register)) == len(PERSONAL)


def test_no_answer_holds_them(server):
    told = server.get("/openapi.json").json["paths"]
    paths = [path for path, methods in told.items() if "get" in methods and "{" not in path and not _asks(methods["get"])]
    layers = [one["id"] for one in server.get("/collections").json["collections"]]
    paths += [f"/collections/{layer}/items?limit=10000" for layer in layers]
    paths += [f"/gaps/{service}?level=group" for service in ("hardened_road", "clinic")]
    paths += ["/problems?limit=10000", "/groups/52992610020101", *(f"/search?q={PERSONAL[at]}" for at in (1, 2))]
    for path in paths:
        answer = server.get(path)
        assert answer.status == 200, path
        assert _leaks(answer.body) == [], path


@pytest.mark.parametrize("fmt", ["xlsx", "csv", "geojson", "gpkg"])
def test_no_export_holds_them(server, tmp_path, fmt):
    body = server.get(f"/gaps/hardened_road/export.{fmt}?level=group").body
    path = tmp_path / f"out.{fmt}"
    path.write_bytes(body)
    if fmt == "xlsx":
        body = b"".join(zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist())
    assert _leaks(body) == []


def test_no_file_of_the_workspace_holds_them(workspace):
    for path in workspace.rglob("*"):
        if path.is_file():
            assert _leaks(path.read_bytes()) == [], path
    for path in workspace.rglob("*.parquet"):  # values are compressed in the file's bytes
        assert _leaks(str(pq.read_table(path).to_pylist()).encode()) == [], path
        assert _leaks(str(pq.read_metadata(path).metadata).encode()) == [], path
    tiles = list(workspace.rglob("*.mbtiles"))
    assert tiles
    for path in tiles:
        with closing(sqlite3.connect(path)) as file:
            assert _leaks(str(file.execute("SELECT * FROM metadata").fetchall()).encode()) == []
            for (content,) in file.execute("SELECT tile_data FROM tiles"):
                assert _leaks(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content) == [], path


def test_the_search_for_a_person_finds_what_is_there(workspace, tmp_path):
    """The test above would see a leak: planted into a layer and a tile, it is found."""
    frame = pd.DataFrame({"note": pd.array([PERSONAL[0]] * 500, dtype="string")})
    frame.to_parquet(tmp_path / "x.parquet", compression="zstd")
    assert _leaks(str(pq.read_table(tmp_path / "x.parquet").to_pylist()).encode()) == [PERSONAL[0]]
    assert _leaks(gzip.decompress(gzip.compress(SECRETS[1]))) == [PERSONAL[1]]


def test_no_log_line_and_no_problem_row_holds_them(server, zutong_here, workspace, caplog):
    caplog.set_level(logging.DEBUG)
    register = workspace.parent / "files" / "households.csv"
    for arguments in (
        ("import", workspace, "households", register, "--dry-run"),
        ("import", workspace, "roads", register, "--dry-run"),
        ("check", workspace),
    ):
        done = zutong_here(*arguments)
        assert _leaks((done.out + done.err).encode()) == []
    for path in ("/problems?limit=10000", "/collections/groups/items?filter=bad=1", "/", "/docs", "/openapi.json", "/static/page.css"):
        assert _leaks(server.get(path).body) == [], path
    assert _leaks(caplog.text.encode()) == []
    problems = open_workspace(workspace).store.read("problems")
    assert len(problems)
    assert _leaks(problems.to_csv().encode()) == []


def test_no_command_says_them(zutong_here, workspace, tmp_path):
    register = workspace.parent / "files" / "households.csv"
    for arguments in (
        ("check", workspace),
        ("check", workspace, "--json"),
        ("import", workspace, "households", register, "--dry-run"),
        ("import", workspace, "households", register, "--dry-run", "--json"),
        ("import", workspace, "households", register, "--dry-run", "--rename", "people_count=联系电话"),
        ("import", workspace, "groups", register, "--dry-run"),
        ("diff", workspace, "main~99", "main"),
        ("export", workspace, "households", tmp_path / "h.csv"),
    ):
        done = zutong_here(*arguments)
        assert _leaks((done.out + done.err).encode()) == [], arguments


def test_the_register_leaves_by_no_door(server, zutong_here, workspace, tmp_path):
    for path in ("/collections/households", "/collections/households/items", "/tiles/households.json", "/tiles/households/10/0/0.mvt"):
        assert server.get(path).status == 404
    assert "households" not in [one["id"] for one in server.get("/collections").json["collections"]]
    assert zutong_here("export", workspace, "户册", tmp_path / "h.csv").code == 2
    assert not (tmp_path / "h.csv").exists()


def test_small_cells_are_hidden_in_public_files(server):
    rows = server.get("/gaps/hardened_road/export.csv?level=group&public=true").body.decode("utf-8-sig").splitlines()
    head = rows[0].split(",")
    small = next(row.split(",") for row in rows if "52992610120202" in row)
    assert small[head.index("户数")] == "12"
    assert small[head.index("脱贫监测户")] == ""
