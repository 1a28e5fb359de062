"""A DEM comes out as a tiled, compressed GeoTIFF with the same heights; what is no DEM is told."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers.errors import InputError, MissingCRS, UnknownFormat
from layers.intake import read_layer


def write(path, heights, crs="EPSG:4490", cell=1 / 3600, nodata=-9999, transform=None, **more):
    profile = {"driver": "GTiff", "width": heights.shape[-1], "height": heights.shape[-2], "count": 1, "dtype": heights.dtype.name, "nodata": nodata}
    transform = transform or Affine(cell, 0, 105.0, 0, -cell, 26.0)
    with rasterio.open(path, "w", **(profile | more), crs=crs, transform=transform) as dataset:
        for band in range(1, dataset.count + 1):
            dataset.write(heights, band)
    return path


def hills(kind="float32"):
    y, x = np.mgrid[0:300, 0:700]
    return (800 + 300 * np.sin(x / 40) * np.cos(y / 30)).astype(kind)


@pytest.mark.parametrize("kind", ["float32", "int16", "float64"])
def test_heights_are_kept_and_tiled(tmp_path, kind):
    heights = hills(kind)
    heights[:20] = -9999
    intake = read_layer(write(tmp_path / "a.tif", heights), "dem", target=tmp_path / "out.tif")
    assert intake.frame is None
    assert intake.path == tmp_path / "out.tif"
    with rasterio.open(intake.path) as dataset:
        assert np.array_equal(dataset.read(1), heights)
        assert dataset.profile["tiled"]
        assert dataset.profile["compress"] == "deflate"
        assert dataset.nodata == -9999
        assert dataset.crs.to_epsg() == 4490
        assert dataset.transform.almost_equals(Affine(1 / 3600, 0, 105, 0, -1 / 3600, 26))
    assert intake.info["resolution"] == pytest.approx(30.9, abs=0.1)
    assert intake.info["crs"] == "EPSG:4490"
    assert "holes" in intake.problems["rule"].tolist()


def test_the_same_grid_gives_the_same_bytes(tmp_path):
    path = write(tmp_path / "a.tif", hills())
    first = read_layer(path, "dem", target=tmp_path / "1.tif").path.read_bytes()
    assert read_layer(path, "dem", target=tmp_path / "2.tif").path.read_bytes() == first


def test_a_grid_without_crs_must_be_declared(tmp_path):
    path = write(tmp_path / "a.tif", hills(), crs=None)
    with pytest.raises(MissingCRS, match="像经纬度"):
        read_layer(path, "dem")
    assert read_layer(path, "dem", crs="EPSG:4490").info["crs"] == "EPSG:4490"


def test_a_declared_crs_wins_and_is_told(tmp_path):
    path = write(tmp_path / "a.tif", hills(), crs="EPSG:4545", transform=Affine(30, 0, 400_000, 0, -30, 2_800_000))
    intake = read_layer(path, "dem", crs="EPSG:4544")
    assert "crs_conflict" in intake.problems["rule"].tolist()
    with rasterio.open(intake.path) as dataset:
        assert dataset.crs.to_epsg() == 4544


def test_a_coarse_grid_and_more_bands_are_told(tmp_path):
    intake = read_layer(write(tmp_path / "a.tif", hills(), cell=1 / 120, count=3), "dem")
    assert {"coarse_grid", "more_bands"} <= set(intake.problems["rule"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heights": np.full((50, 50), 30000.0, "float32")}, "不像以米为单位"),
        ({"heights": np.full((50, 50), -9999.0, "float32"), "nodata": None}, "NoData"),
        ({"heights": np.full((50, 50), -9999.0, "float32")}, "没有一个有效"),
        ({"heights": np.full((50, 50), 5.0, "float32"), "transform": Affine(0.001, 0.0002, 105, 0.0002, -0.001, 26)}, "旋转"),
        ({"heights": np.full((50, 50), 5.0, "complex64"), "nodata": None}, "不是高程"),
    ],
)
def test_what_is_no_dem_is_told(tmp_path, change, words):
    path = write(tmp_path / "a.tif", **change)
    with pytest.raises(InputError, match=words):
        read_layer(path, "dem")
    assert not (tmp_path / "a.cog.tif").exists()


def test_a_shifted_map_datum_cannot_be_undone_on_a_grid(tmp_path):
    with pytest.raises(InputError, match="GCJ-02"):
        read_layer(write(tmp_path / "a.tif", hills()), "dem", crs="gcj02")


def test_a_cut_file_is_told(tmp_path):
    whole = write(tmp_path / "a.tif", hills())
    cut = tmp_path / "b.tif"
    cut.write_bytes(whole.read_bytes()[:40_000])
    with pytest.raises(UnknownFormat, match="GeoTIFF"):
        read_layer(cut, "dem")
    assert not (tmp_path / "b.cog.tif").exists()
