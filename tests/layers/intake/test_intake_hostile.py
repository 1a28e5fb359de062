"""Files that mean harm get a sentence at once, and nothing outside the file is read, written or asked for."""

import socket
import struct
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
from affine import Affine

from layers.errors import HostileFile, InputError, UnknownFormat
from layers.intake import read_layer, safety

OGR_VRT = b'<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
RASTER_VRT = b'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
PIPELINE = b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}'
KML = '<?xml version="1.0"?>{}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name><Point><coordinates>105,25</coordinates></Point></Placemark></Document></kml>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Python's own sockets; GDAL's are shut by configuration, which another test looks at."""

    def refuse(*args, **kwargs):
        raise AssertionError("something opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", ["a.shp", "a.csv", "a.txt", "a.geojson", "a.gpkg", "a.kml", "a.fgb", "a.parquet", "a.dbf", "a.zip", "a.xlsx"])
@pytest.mark.parametrize("content", [OGR_VRT % b"/etc/passwd", b"\xef\xbb\xbf\n" + OGR_VRT % b"http://127.0.0.1/x", RASTER_VRT, PIPELINE])
def test_references_under_any_name_are_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(HostileFile, match="引用"):
        read_layer(path, "groups")


@pytest.mark.parametrize("content", [RASTER_VRT, b"<GDAL_WMS><Service name='TMS'/></GDAL_WMS>", b"<WCS_GDAL></WCS_GDAL>"])
def test_raster_references_named_tif_are_refused(tmp_path, content):
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(HostileFile, match="引用"):
        read_layer(path, "dem")


@pytest.mark.parametrize("path", ["http://127.0.0.1/a.geojson", "/vsicurl/http://127.0.0.1/a.shp", "/vsizip//tmp/a.zip/a.shp", "ftp://x/a.csv"])
def test_addresses_are_no_files(path):
    with pytest.raises(HostileFile, match="本机"):
        read_layer(path, "groups")


def test_gdal_leaves_out_drivers_that_follow(tmp_path):
    for module in (rasterio,):
        with module.Env() as env:
            assert not {"VRT", "WMS", "WMTS", "WCS"} & set(env.drivers())
    path = tmp_path / "a.vrt"
    path.write_bytes(RASTER_VRT)
    with pytest.raises(rasterio.errors.RasterioIOError):
        rasterio.open(path)


def test_zip_bombs_are_measured_before_they_are_opened(tmp_path):
    for name, member in (("a.zip", "a.csv"), ("a.xlsx", "xl/worksheets/sheet1.xml"), ("a.kmz", "doc.kml")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, b"0" * 100_000_000)
        with pytest.raises(HostileFile, match="压缩炸弹"):
            read_layer(tmp_path / name, "groups")


def test_a_zip_that_lies_about_its_size_is_stopped(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 90_000_000)
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", 1000)
    path.write_bytes(raw)
    with pytest.raises((HostileFile, UnknownFormat)):
        read_layer(path, "groups")


@pytest.mark.parametrize("name", ["../../a.csv", "/etc/a.csv", "C:/a.csv", "x/../../a.csv", "..\\a.csv"])
def test_paths_that_lead_outside_are_refused(tmp_path, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    with zipfile.ZipFile(inner / "a.zip", "w") as archive:
        archive.writestr(name, "组代码\n1")
    with pytest.raises(HostileFile, match="以外"):
        read_layer(inner / "a.zip", "groups")
    assert [item.name for item in tmp_path.rglob("*")] == ["inner", "a.zip"]


def test_links_in_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(HostileFile, match="以外"):
        read_layer(tmp_path / "a.zip", "groups")


def test_references_inside_an_archive_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", OGR_VRT % b"/etc/passwd")
    with pytest.raises(HostileFile, match="引用"):
        read_layer(tmp_path / "a.zip", "groups")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(tmp_path, encoding):
    path = tmp_path / "a.kml"
    path.write_bytes(KML.format(BOMB).encode(encoding))
    with pytest.raises((HostileFile, UnknownFormat)):
        read_layer(path, "groups", rename={"group_code": "Name"})


def test_an_entity_far_down_is_found_too(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(KML.format("").replace("<Document>", "<Document>" + " " * ((1 << 20) - 150) + BOMB))
    with pytest.raises(HostileFile, match="实体"):
        read_layer(path, "groups")


def test_the_same_kml_without_entities_is_read(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(KML.format(""))
    assert len(read_layer(path, "groups", rename={"group_code": "Name"}).frame) == 1


def test_a_grid_that_declares_more_than_it_holds_is_refused_unread(tmp_path):
    path = tmp_path / "a.tif"
    size = {"width": 150_000, "height": 150_000, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path, "w", driver="GTiff", **size, crs="EPSG:4490", transform=Affine(1e-5, 0, 105, 0, -1e-5, 26), tiled=True, sparse_ok=True, bigtiff="YES"
    ):
        pass
    with pytest.raises(HostileFile, match="150000"):
        read_layer(path, "dem")


def test_two_cells_in_far_corners_do_not_fill_the_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "组代码", 1
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(HostileFile, match="1048576"):
        read_layer(tmp_path / "a.xlsx", "groups")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.shp", b"\x00\x00\x27\x0a" + b"\x00" * 96),
        ("a.gpkg", b"SQLite format 3\x00" + b"\xff" * 4000),
        ("a.fgb", b"fgb\x03fgb\x00" + b"\xff" * 200),
        ("a.parquet", b"PAR1" + b"\x00" * 50 + b"PAR1"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 50),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("a.zip", b"PK\x03\x04" + b"\x00" * 50),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Feat'),
        ("a.kml", b"<kml><Placemark>"),
        ("a.csv", b"a,b\n1,\x00\x01\x02"),
        ("a.csv", bytes(range(128, 256)) * 4),
        ("a.csv", b'"never closed' + b"x" * 200_000),
        ("a.gpkg", b"not a database"),
    ],
)
def test_damage_is_a_sentence(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    path.with_suffix(".shx").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_layer(path, "groups", crs="EPSG:4490")
    assert "a." in caught.value.sentence
    assert "Traceback" not in caught.value.sentence


@pytest.mark.parametrize("seed", range(30))
def test_random_damage_never_raises_anything_but_a_sentence(tmp_path, seed):
    rng = np.random.default_rng(seed)
    book = openpyxl.Workbook()
    book.active.append(["组代码", "户数"])
    book.active.append(["1", 2])
    book.save(tmp_path / "a.xlsx")
    raw = bytearray((tmp_path / "a.xlsx").read_bytes())
    for at in rng.integers(0, len(raw), 1 + seed):
        raw[at] = rng.integers(0, 256)
    (tmp_path / "b.xlsx").write_bytes(raw)
    assert sentence_or_rows(tmp_path / "b.xlsx")


def sentence_or_rows(path):
    try:
        return f"{len(read_layer(path, 'groups').frame)} rows"
    except InputError as error:
        return error.sentence


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.geojson", "a.kml", "a.parquet", "a.shp"])
def test_random_damage_of_vector_files_is_a_sentence_too(tmp_path, name, seed):
    rng = np.random.default_rng(seed)
    frame = gpd.GeoDataFrame({"组代码": ["1", "2"], "户数": [1, 2]}, geometry=gpd.points_from_xy([105, 106], [25, 26]), crs=4490)
    path = tmp_path / name
    if name == "a.parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver={"a.kml": "LIBKML"}.get(name))
    raw = bytearray(path.read_bytes())
    for at in rng.integers(0, len(raw), 1 + seed):
        raw[at] = rng.integers(0, 256)
    path.write_bytes(raw)
    assert sentence_or_rows(path)


def test_limits_are_far_above_a_county():
    assert safety.MOST_ROWS > 1_000_000
    assert safety.MOST_CELLS > 10_000 * 10_000
