"""Hill shade against slopes worked out by hand, wherever on Earth and in whatever coordinates the heights come."""

from __future__ import annotations

import io
import math
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from pyproj import Geod, Transformer

from layers.errors import MissingCRS, UnknownFormat
from layers.store.mbtiles import TileFile
from layers.store.relief import DARKEST, LIGHTEST, build_relief, hillshade

GEOD = Geod(ellps="WGS84")


def write_dem(path, heights, *, crs="EPSG:4326", transform=None, nodata=None, dtype="float32"):
    rows, columns = heights.shape
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": dtype, "crs": crs, "nodata": nodata}
    with rasterio.open(path, "w", transform=transform or Affine(0.001, 0, 106, 0, -0.001, 25.2), **profile) as target:
        target.write(heights.astype(dtype), 1)
    return path


def pictures(path):
    """(zoom, column, row) → picture as RGBA."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT * FROM tiles").fetchall()
    return {(z, x, 2**z - 1 - row): np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")) for z, x, row, content in rows}


def mosaic(path, zoom):
    """One picture of a zoom, and the column and row of its first tile."""
    tiles = {place[1:]: picture for place, picture in pictures(path).items() if place[0] == zoom}
    left, top = min(x for x, _ in tiles), min(y for _, y in tiles)
    right, bottom = max(x for x, _ in tiles), max(y for _, y in tiles)
    whole = np.zeros(((bottom - top + 1) * 256, (right - left + 1) * 256, 4), dtype="uint8")
    for (x, y), picture in tiles.items():
        whole[(y - top) * 256 :, (x - left) * 256 :][:256, :256] = picture
    return whole, left, top


def middle_grey(path, zoom):
    whole, _, _ = mosaic(path, zoom)
    rows, columns = np.nonzero(whole[:, :, 3])
    return int(np.median(whole[rows.min() : rows.max(), columns.min() : columns.max(), 0][20:-20, 20:-20]))


def by_hand(east, north):
    """Light on a plane: the mean of four lamps at 45°, from 0 to 1."""
    lamps = [(315, 0.5), (270, 0.2), (0, 0.2), (225, 0.1)]
    light = 0.0
    for azimuth, weight in lamps:
        lamp = np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth)), 1]) * math.sqrt(0.5)
        normal = np.array([-1.6 * east, -1.6 * north, 1])
        light += weight * max(0.0, float(lamp @ normal) / float(np.linalg.norm(normal)))
    return light


@pytest.mark.parametrize(("east", "north"), [(0, 0), (0.3, 0), (-0.3, 0), (0, 0.5), (0.4, -0.8), (-3, 3), (3, -3)])
def test_a_plane_has_the_light_it_should(east, north):
    rows, columns = np.mgrid[0:12, 0:9]
    heights = (east * columns - north * rows).astype("float32") * 20
    shade = hillshade(heights, np.full(10, 20.0))
    assert shade.shape == (10, 7)
    assert np.abs(shade - (1 + 30 * by_hand(east, north))).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("latitude", [0.1, 25, 50])
def test_slopes_are_true_at_every_latitude(tmp_path, latitude):
    """Ground that rises 30 m in 100 m to the east, in degrees: metres of the web's grid would make it gentler away from the equator."""
    _, _, metres = GEOD.inv(106, latitude, 106.001, latitude)
    heights = np.tile(np.arange(200) * 0.3 * metres, (200, 1))
    dem = write_dem(tmp_path / "dem.tif", heights, transform=Affine(0.001, 0, 106, 0, -0.001, latitude + 0.1))
    build_relief(dem, tmp_path / "r.mbtiles", minzoom=12, maxzoom=12)
    expected = DARKEST + (LIGHTEST - DARKEST) * by_hand(0.3, 0)
    assert middle_grey(tmp_path / "r.mbtiles", 12) == pytest.approx(expected, abs=2)


def test_metres_and_degrees_give_the_same_picture(tmp_path):
    """The same plane in a projected system (CGCS2000 3-degree zone), rising to the north."""
    rows = np.arange(600)[:, None]
    dem = write_dem(
        tmp_path / "dem.tif", np.repeat(-rows * 30 * 0.4, 600, axis=1), crs="EPSG:4545", transform=Affine(30, 0, 400_000, 0, -30, 2_800_000)
    )
    build_relief(dem, tmp_path / "r.mbtiles", minzoom=12, maxzoom=12)
    assert middle_grey(tmp_path / "r.mbtiles", 12) == pytest.approx(DARKEST + (LIGHTEST - DARKEST) * by_hand(0, 0.4), abs=2)


@pytest.mark.parametrize(("nodata", "dtype"), [(-9999, "float32"), (-32768, "int16"), (None, "int16"), (np.nan, "float32")])
def test_only_what_has_heights_is_drawn(tmp_path, nodata, dtype):
    """Transparent outside the raster and in its hole; the drawn part is where the raster is, to a pixel or two."""
    heights = np.full((400, 300), 1000.0)
    if nodata is not None:
        heights[100:300, 100:200] = nodata
    dem = write_dem(tmp_path / "dem.tif", heights, nodata=nodata, dtype=dtype)
    build_relief(dem, tmp_path / "r.mbtiles", minzoom=8, maxzoom=11)
    whole, left, top = mosaic(tmp_path / "r.mbtiles", 11)
    to_web = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

    def pixel(lon, lat):
        x, y = to_web.transform(lon, lat)
        span = 2 * 20037508.342789244 / 2**11 / 256
        return (20037508.342789244 - y) / span - top * 256, (x + 20037508.342789244) / span - left * 256

    drawn = whole[:, :, 3] > 0
    rows, columns = np.nonzero(drawn)
    first, last = pixel(106, 25.2), pixel(106.3, 24.8)
    assert (rows.min(), columns.min()) == pytest.approx(first, abs=3)
    assert (rows.max() + 1, columns.max() + 1) == pytest.approx(last, abs=3)
    (r0, c0), (r1, c1) = pixel(106.1, 25.1), pixel(106.2, 24.9)
    hole = drawn[round(r0) + 3 : round(r1) - 3, round(c0) + 3 : round(c1) - 3]
    assert hole.any() == (nodata is None)
    assert set(np.unique(whole[drawn][:, 0])) == {round(DARKEST + (LIGHTEST - DARKEST) * round(30 * math.sqrt(0.5)) / 30)}


def test_every_scale_shows_the_same_country(tmp_path):
    rng = np.random.default_rng(4)
    dem = write_dem(tmp_path / "dem.tif", np.cumsum(rng.normal(0, 20, (500, 700)), axis=0))
    build_relief(dem, tmp_path / "r.mbtiles", minzoom=7, maxzoom=11)
    tiles = pictures(tmp_path / "r.mbtiles")
    for zoom in range(8, 12):
        children = {place for place in tiles if place[0] == zoom}
        assert {(zoom - 1, x // 2, y // 2) for _, x, y in children} == {place for place in tiles if place[0] == zoom - 1}
        for _, x, y in children:
            quarter = tiles[zoom - 1, x // 2, y // 2][y % 2 * 128 :, x % 2 * 128 :][:128, :128]
            alpha = tiles[zoom, x, y][:, :, 3].reshape(128, 2, 128, 2).any(axis=(1, 3))
            assert np.array_equal(quarter[:, :, 3] > 0, alpha)


def test_the_tiles_hold_shades_and_no_heights(tmp_path):
    """A palette of at most 32 greys, the same bytes each time, nothing of the machine."""
    rng = np.random.default_rng(5)
    dem = write_dem(tmp_path / "dem.tif", np.cumsum(rng.normal(0, 20, (300, 300)), axis=1))
    one, two = (build_relief(dem, tmp_path / f"{name}.mbtiles", minzoom=8, maxzoom=11) for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    assert str(tmp_path).encode() not in one.read_bytes()
    with TileFile(one) as tiles:
        assert tiles.metadata["format"] == "png"
        assert [float(edge) for edge in tiles.metadata["bounds"].split(",")] == pytest.approx([106, 24.9, 106.3, 25.2])
        assert all(tiles.tile(*place).startswith(b"\x89PNG") for place in pictures(one))
    for picture in pictures(one).values():
        drawn = picture[picture[:, :, 3] > 0]
        assert (drawn[:, 0] == drawn[:, 1]).all()
        assert (drawn[:, 1] == drawn[:, 2]).all()
        assert DARKEST <= drawn[:, 0].min() <= drawn[:, 0].max() <= LIGHTEST
        assert len(np.unique(drawn[:, 0])) <= 31


def test_rasters_that_cannot_be(tmp_path):
    target = tmp_path / "r.mbtiles"
    bare = write_dem(tmp_path / "bare.tif", np.zeros((4, 4)), crs=None)
    with pytest.raises(MissingCRS, match=r"bare\.tif"):
        build_relief(bare, target)
    vrt = tmp_path / "vrt.tif"
    vrt.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    for path in (vrt, tmp_path / "none.tif"):
        with pytest.raises(UnknownFormat):
            build_relief(path, target)
    world = write_dem(tmp_path / "world.tif", np.zeros((160, 360)), transform=Affine(1, 0, -180, 0, -1, 80))
    with pytest.raises(UnknownFormat, match="范围太大"):
        build_relief(world, target)
    with pytest.raises(ValueError, match="zooms"):
        build_relief(world, target, minzoom=9, maxzoom=8)
    assert not target.exists()
