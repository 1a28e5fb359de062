"""Result grids: what is written is read again by GDAL as it was, with names, units and scales."""

from dataclasses import dataclass

import numpy as np
import pytest
import rasterio
import rasterio.warp
from affine import Affine
from pyproj import CRS

from layers.errors import StoreError
from layers.store.rasters import describe, write_bands
from layers.store.windows import read_place, read_tile


@dataclass
class Plane:
    name: str
    label: str
    unit: str
    array: np.ndarray
    scale: float = 1.0
    offset: float = 0.0


def planes():
    random = np.random.default_rng(0)
    slope = random.integers(0, 900, (300, 410)).astype(np.uint16)
    return [Plane("slope", "坡度", "°", slope, 0.1), Plane("excluded", "不可建", "", random.integers(0, 65535, slope.shape).astype(np.uint16))]


def test_bands_come_back_with_what_they_mean(tmp_path):
    path, bands = tmp_path / "scores.tif", planes()
    write_bands(path, bands, Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=65535)
    with rasterio.open(path) as grid:
        assert np.array_equal(grid.read(1), bands[0].array)
        assert np.array_equal(grid.read(2), bands[1].array)
        assert grid.descriptions == ("slope", "excluded")
        assert grid.scales == (0.1, 1.0)
        assert grid.units[0] == "°"
        assert grid.tags(1)["label"] == "坡度"
        assert grid.nodata == 65535
        assert grid.crs.to_epsg() == 4544
    assert describe(path)["bounds"][0] == pytest.approx(105.0)


def test_smaller_scales_hold_only_numbers_that_are_there(tmp_path):
    # A mean of bits would be a rule that excludes nothing.
    path = tmp_path / "bits.tif"
    array = np.where(np.indices((600, 600)).sum(0) % 2, 1, 4).astype(np.uint16)
    write_bands(path, [Plane("bits", "位", "", array)], Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=None)
    with rasterio.open(path) as grid:
        assert grid.overviews(1)
        assert set(np.unique(grid.read(1, out_shape=(150, 150)))) <= {1, 4}


def test_the_same_bands_give_the_same_bytes(tmp_path):
    files = [tmp_path / "a.tif", tmp_path / "b.tif"]
    for path in files:
        write_bands(path, planes(), Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=65535)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match=r"写不进去"):
        write_bands(tmp_path / "none" / "a.tif", planes(), Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=None)


def place_of(row, column):
    """Degrees of the middle of a cell."""
    (lon,), (lat,) = rasterio.warp.transform(CRS(4544), "EPSG:4490", [500_000 + 30 * (column + 0.5)], [2_800_000 - 30 * (row + 0.5)])
    return lon, lat


@pytest.mark.parametrize(("row", "column"), [(0, 0), (299, 409), (17, 230)])
def test_a_place_reads_the_cell_it_lies_in(tmp_path, row, column):
    path, bands = tmp_path / "scores.tif", planes()
    write_bands(path, bands, Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=65535)
    assert read_place(path, *place_of(row, column)).numbers.tolist() == [band.array[row, column] for band in bands]
    assert read_place(path, 100.0, 20.0) is None


def test_a_tile_shows_the_cell_under_each_pixel(tmp_path):
    path, bands = tmp_path / "scores.tif", planes()
    write_bands(path, bands, Affine(30, 0, 500_000, 0, -30, 2_800_000), CRS(4544), nodata=65535)
    lon, lat = place_of(150, 200)
    zoom = 15
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    tile = read_tile(path, [1, 2], zoom, int(x), int(y))
    assert tile.shape == (2, 256, 256)
    row, column = int(y % 1 * 256), int(x % 1 * 256)
    near = bands[1].array[149:152, 199:202]
    assert tile[1, row, column] in near
    assert read_tile(path, [1], zoom, 0, 0) is None
