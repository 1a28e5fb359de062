"""A layer in GCJ-02 through the command line: told when nobody declares it, on its place when they do (oracle: geocoordinates-rs)."""

import json

import geocoordinates_ffi as oracle
import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from api.cli import run
from layers.workspace import open_workspace

GEOD = Geod(ellps="GRS80")
WEST, SOUTH, EAST, NORTH = 106.0, 25.0, 106.4, 25.3


def _roads(rng):
    starts = rng.uniform((WEST, SOUTH), (EAST, NORTH), (60, 2))
    bends = np.cumsum(rng.normal(0, 0.012, (60, 8, 2)), axis=1)
    return [shapely.LineString(np.vstack([start, start + bend])) for start, bend in zip(starts, bends, strict=True)]


@pytest.fixture
def county(tmp_path, capsys):
    """A workspace with roads, the true places of 300 groups beside them, and a file that holds these places in GCJ-02."""
    rng = np.random.default_rng(20251122)
    lines = _roads(rng)
    gpd.GeoDataFrame({"路线代码": [f"C{i:03d}" for i in range(len(lines))]}, geometry=lines, crs=4490).to_file(tmp_path / "路.gpkg")
    picked = [lines[i] for i in rng.integers(0, len(lines), 300)]
    on_road = np.array([line.interpolate(share, normalized=True).coords[0] for line, share in zip(picked, rng.uniform(0, 1, 300), strict=True)])
    places = on_road + rng.normal(0, 30 / 111_000, (300, 2))
    shifted = [oracle.wgs84_to_gcj02(oracle.Wgs84(lat=float(lat), lon=float(lon))) for lon, lat in places]
    frame = {"村民组代码": [f"522326100201{i:03d}" for i in range(300)], "户数": 30}
    gpd.GeoDataFrame(frame, geometry=[shapely.Point(place.lon, place.lat) for place in shifted], crs=4490).to_file(tmp_path / "组.gpkg")
    folder = tmp_path / "county"
    assert run(["new", str(folder), "--county", "522326"]) == 0
    assert run(["import", str(folder), "roads", str(tmp_path / "路.gpkg")]) == 0
    capsys.readouterr()
    return folder, tmp_path / "组.gpkg", places


def _rules(capsys):
    return {row["rule"] for row in json.loads(capsys.readouterr().out)["problems"]}


def test_undeclared_it_is_told_at_import_and_by_check(county, capsys):
    folder, file, _ = county
    assert run(["import", str(folder), "groups", str(file), "--json"]) == 0
    assert "datum_offset" in _rules(capsys)
    assert run(["check", str(folder), "--json"]) == 1
    assert "datum_offset" in _rules(capsys)


def test_declared_it_lies_within_a_metre(county, capsys):
    folder, file, places = county
    assert run(["import", str(folder), "groups", str(file), "--crs", "gcj02", "--json"]) == 0
    assert "datum_offset" not in _rules(capsys)
    stored = open_workspace(folder).store.read("groups").sort_values("group_code")
    found = shapely.get_coordinates(stored.geometry.to_numpy())
    _, _, metres = GEOD.inv(found[:, 0], found[:, 1], places[:, 0], places[:, 1])
    assert np.max(metres) < 1
