"""Zones against pyproj, map offsets against an independent implementation, and a datum warning that fires when it must and only then."""

import geocoordinates_ffi as oracle
import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.crs import (
    STORAGE_CRS,
    bd09_to_wgs84,
    constant_offset,
    datum_warning,
    gcj02_to_wgs84,
    magnitude_hint,
    metric_crs,
    offset_warning,
    parse_crs,
    to_storage,
    wgs84_to_bd09,
    wgs84_to_gcj02,
    zone_of,
)
from layers.crs.zones import ZONES
from layers.errors import InputError

METRES_PER_DEGREE = 111_320.0
GEOD = pyproj.Geod(ellps="GRS80")


def metres_between(a, b):
    return GEOD.inv(*a, *b)[2]


def parameters(epsg):
    return {p.name: p.value for p in pyproj.CRS.from_epsg(epsg).coordinate_operation.params}


@pytest.mark.parametrize("zone", ZONES.values(), ids=lambda z: str(z.epsg))
def test_every_zone_is_what_epsg_says(zone):
    truth = parameters(zone.epsg)
    assert truth["Longitude of natural origin"] == zone.meridian
    assert truth["False easting"] == 500_000 + (zone.number * 1_000_000 if zone.prefixed else 0)
    assert pyproj.CRS.from_epsg(zone.epsg).geodetic_crs.to_epsg() == 4490


def test_there_are_64_zones():
    assert len(ZONES) == 64


@pytest.mark.parametrize("zone", ZONES.values(), ids=lambda z: str(z.epsg))
def test_easting_comes_first_and_returns_to_the_same_degrees(zone):
    lon, lat = zone.meridian + 0.7, 30.2
    x, y = pyproj.Transformer.from_crs(4490, zone.epsg, always_xy=True).transform(lon, lat)
    assert x % 1_000_000 == pytest.approx(500_000 + 0.7 * np.cos(np.radians(lat)) * METRES_PER_DEGREE, rel=0.01)
    assert y == pytest.approx(lat * 110_860, rel=0.01)
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(x, y)])
    back = to_storage(frame, parse_crs(f"EPSG:{zone.epsg}"))
    assert back.crs == STORAGE_CRS
    assert metres_between((back.geometry[0].x, back.geometry[0].y), (lon, lat)) < 1e-4


@given(st.floats(73.6, 134.7), st.floats(18, 53))
def test_metric_crs_in_china_is_the_zone_of_the_nearest_meridian(lon, lat):
    meridian = parameters(metric_crs((lon, lat, lon, lat)).to_epsg())["Longitude of natural origin"]
    assert abs(meridian - lon) <= 1.5 + 1e-9
    assert zone_of(lon).width == 3
    assert 4534 <= metric_crs((lon, lat, lon, lat)).to_epsg() <= 4554


@pytest.mark.parametrize(("bounds", "epsg"), [((35.0, -1.5, 35.2, -1.2), 32736), ((-70, -34, -69, -33), 32719), ((10, 50, 11, 51), 32632)])
def test_elsewhere_it_is_utm(bounds, epsg):
    assert metric_crs(bounds).to_epsg() == epsg


def test_metric_crs_follows_most_features_and_takes_any_crs():
    shapes = gpd.GeoSeries.from_xy([105.2, 105.4, 106.52, 108.0], [25.0, 25.1, 25.2, 25.2], crs=4490)
    assert metric_crs(shapes).to_epsg() == 4544
    assert metric_crs(shapes.to_crs(4545)).to_epsg() == 4544
    assert metric_crs(gpd.GeoSeries([None], crs=4490)).is_projected


@pytest.mark.parametrize(
    ("words", "epsg"),
    [
        ("EPSG:4545", 4545),
        (" epsg：4545 ", 4545),
        ("4524", 4524),
        ("CGCS2000", 4490),
        ("国家2000", 4490),
        ("国家大地2000", 4490),
        ("WGS84", 4326),
        ("gps", 4326),
        ("CGCS2000 3度带 中央经线105", 4544),
        ("三度带，中央子午线：111", 4546),
        ("3度带 带号36", 4524),
        ("3度带36带", 4524),
        ("6度带 第18带", 4496),
        ("epsg:32644", 32644),
    ],
)
def test_words_for_a_crs(words, epsg):
    declared = parse_crs(words)
    assert (declared.crs.to_epsg(), declared.shift) == (epsg, "")


@pytest.mark.parametrize(
    ("words", "shift"), [("gcj02", "gcj02"), ("GCJ-02", "gcj02"), ("火星坐标", "gcj02"), ("高德", "gcj02"), ("百度", "bd09"), ("BD09", "bd09")]
)
def test_words_for_a_shift(words, shift):
    assert parse_crs(words).shift == shift


@pytest.mark.parametrize("words", ["", "EPSG:999999", "某某坐标", "EPSG:5773"])
def test_other_words_are_refused_with_examples(words):
    with pytest.raises(InputError, match="EPSG:4490"):
        parse_crs(words)


def test_old_datums_are_named():
    assert parse_crs("EPSG:4610").old_datum == "西安80"
    assert parse_crs("EPSG:2436").old_datum == "北京54"
    assert parse_crs("EPSG:4544").old_datum == ""


in_china = st.tuples(st.floats(75, 134), st.floats(18, 53))


@given(in_china)
@settings(max_examples=60)
def test_forward_offsets_agree_with_an_independent_implementation(place):
    lon, lat = place
    gcj = oracle.wgs84_to_gcj02(oracle.Wgs84(lat=lat, lon=lon))
    bd = oracle.wgs84_to_bd09(oracle.Wgs84(lat=lat, lon=lon))
    for ours, theirs in ((wgs84_to_gcj02(lon, lat), gcj), (wgs84_to_bd09(lon, lat), bd)):
        assert metres_between((float(ours[0]), float(ours[1])), (theirs.lon, theirs.lat)) < 1e-3


@given(st.lists(in_china, min_size=1, max_size=20))
@settings(max_examples=50)
def test_inverse_offsets_are_exact(places):
    lon, lat = np.array(places).T
    for there, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)):
        x, y = back(*there(lon, lat))
        assert GEOD.inv(x, y, lon, lat)[2].max() < 1e-4


@given(st.floats(-180, 71.9), st.floats(-90, 90))
def test_outside_china_nothing_is_shifted(lon, lat):
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84, wgs84_to_bd09, bd09_to_wgs84):
        x, y = convert(lon, lat)
        assert (float(x), float(y)) == (lon, lat)


def test_the_offset_has_the_size_known_for_these_counties():
    known = {(104.9, 25.09): 424, (106.09, 25.17): 479, (110.43, 33.0): 538, (105.8, 32.43): 439, (102.23, 29.91): 336}
    for place, metres in known.items():
        moved = [float(v) for v in wgs84_to_gcj02(*place)]
        assert metres_between(place, moved) == pytest.approx(metres, rel=0.12)


def test_declared_shift_is_undone_for_every_shape():
    line = shapely.LineString([(105.1, 25.1), (105.2, 25.2)])
    shifted = shapely.transform(line, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    frame = gpd.GeoDataFrame(geometry=[shifted, None])
    back = to_storage(frame, parse_crs("gcj02"))
    assert shapely.hausdorff_distance(back.geometry[0], line) < 1e-9
    assert back.geometry[1] is None
    assert frame.geometry[0].equals(shifted)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([105.2], [25.1], "像经纬度：请声明"),
        ([25.1], [105.2], "颠倒"),
        ([36_512_345.0], [2_801_234.0], "EPSG:4524"),
        ([2_801_234.0], [36_512_345.0], "先纵坐标后横坐标"),
        ([512_345.0], [2_801_234.0], "不带带号"),
        ([18_512_345.0], [2_801_234.0], "EPSG:4496"),
        ([3000.0], [4000.0], "独立坐标系"),
        ([], [], "没有可用的坐标"),
    ],
)
def test_hints_say_what_numbers_look_like(x, y, words):
    assert words in magnitude_hint(x, y)


def winding_roads(rng, n):
    """Random winding roads of about 3 km in a county of 25 by 25 km (EPSG:4544 metres)."""
    turns = rng.uniform(0, 2 * np.pi, (n, 1)) + np.cumsum(rng.normal(0, 0.35, (n, 30)), axis=1)
    start = rng.uniform(0, 25_000, (n, 1, 2)) + np.array([400_000, 2_780_000])
    steps = 100 * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    return shapely.linestrings(start + np.cumsum(steps, axis=1))


def county(seed, roads=150, places=300, beside_m=40.0):
    rng = np.random.default_rng(seed)
    lines = winding_roads(rng, roads)
    on_road = shapely.line_interpolate_point(lines[rng.integers(0, roads, places)], rng.uniform(0, 1, places), normalized=True)
    points = shapely.get_coordinates(on_road) + rng.normal(0, beside_m, (places, 2))
    return gpd.GeoSeries(lines, crs=4544).to_crs(4490), gpd.GeoSeries(gpd.points_from_xy(*points.T), crs=4544).to_crs(4490)


def moved(shapes, convert):
    array = shapely.transform(np.asarray(shapes.array, dtype=object), lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1])))
    return gpd.GeoSeries(array, crs=4490)


@given(st.integers(0, 10_000), st.sampled_from([15.0, 40.0, 80.0, 200.0, 600.0, 3000.0]), st.sampled_from([30, 150, 400]))
@settings(max_examples=25, deadline=None)
def test_a_correct_layer_never_warns_however_far_it_lies_from_roads(seed, beside_m, roads):
    lines, points = county(seed, roads, 250, beside_m)
    assert datum_warning(points, lines) is None


@given(st.integers(0, 10_000), st.sampled_from(["north", "east"]), st.floats(150, 700))
@settings(max_examples=10, deadline=None)
def test_houses_all_on_one_side_of_a_single_road_do_not_warn(seed, side, metres):
    rng = np.random.default_rng(seed)
    along = rng.uniform(0, 20_000, 200)
    x, y = (
        (400_000 + along, 2_780_000 + metres + rng.normal(0, 10, 200))
        if side == "north"
        else (400_000 + metres + rng.normal(0, 10, 200), 2_780_000 + along)
    )
    end = (420_000, 2_780_000) if side == "north" else (400_000, 2_800_000)
    road = gpd.GeoSeries([shapely.LineString([(400_000, 2_780_000), end])], crs=4544).to_crs(4490)
    assert datum_warning(gpd.GeoSeries(gpd.points_from_xy(x, y), crs=4544).to_crs(4490), road) is None


@given(st.integers(0, 10_000), st.sampled_from([15.0, 40.0, 60.0]))
@settings(max_examples=10, deadline=None)
def test_shifted_layers_warn_and_name_the_shift(seed, beside_m):
    lines, points = county(seed, 150, 300, beside_m)
    assert "--crs gcj02" in datum_warning(moved(points, wgs84_to_gcj02), lines, name="村民组", reference_name="道路")
    assert "--crs bd09" in datum_warning(moved(points, wgs84_to_bd09), lines)
    assert "方向相反" in datum_warning(points, moved(lines, wgs84_to_gcj02))


def test_too_little_evidence_is_no_evidence():
    lines, points = county(1, 150, 300)
    few = gpd.GeoSeries(moved(points, wgs84_to_gcj02)[:5])
    assert datum_warning(few, lines) is None
    assert datum_warning(gpd.GeoSeries([], crs=4490), lines) is None
    assert datum_warning(points, gpd.GeoSeries([], crs=4490)) is None


def villages_and_groups(seed):
    rng = np.random.default_rng(seed)
    cells = [shapely.box(x, y, x + 2500, y + 2500) for x in range(400_000, 420_000, 2500) for y in range(2_780_000, 2_800_000, 2500)]
    codes = [f"v{i}" for i in range(len(cells))]
    areas = gpd.GeoDataFrame({"village_code": codes}, geometry=cells, crs=4544).to_crs(4490)
    corner = shapely.bounds(np.array(cells))[:, :2].repeat(6, axis=0)
    spots = corner + rng.uniform(50, 2450, corner.shape)
    groups = gpd.GeoDataFrame({"village_code": np.repeat(codes, 6)}, geometry=gpd.points_from_xy(*spots.T), crs=4544).to_crs(4490)
    return areas, groups


@given(st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_groups_outside_their_own_village_betray_the_shift(seed):
    areas, groups = villages_and_groups(seed)
    assert datum_warning(groups, areas, match="village_code") is None
    shifted = groups.set_geometry(moved(groups.geometry, wgs84_to_gcj02))
    assert "gcj02" in datum_warning(shifted, areas, match="village_code")


def test_constant_offset_finds_the_vector():
    lines, points = county(3)
    found = constant_offset(moved(points, wgs84_to_gcj02), lines)
    truth = np.median(
        moved(points, wgs84_to_gcj02).to_crs(4544).get_coordinates().to_numpy() - points.to_crs(4544).get_coordinates().to_numpy(), axis=0
    )
    assert np.hypot(found.dx_m - truth[0], found.dy_m - truth[1]) < 40
    assert found.n > 250
    assert found.spread_m < 50
    assert found.fit_after > found.fit_before
    assert constant_offset(points, lines).distance_m < 20
    assert constant_offset(gpd.GeoSeries([], crs=4490), lines).n == 0


def translated(shapes, dx, dy):
    return shapes.to_crs(4544).translate(dx, dy).to_crs(4490)


@given(st.integers(0, 10_000), st.sampled_from([15.0, 80.0, 200.0, 3000.0]), st.sampled_from([30, 150, 400]))
@settings(max_examples=12, deadline=None)
def test_a_correct_layer_is_never_said_to_lie_off(seed, beside_m, roads):
    lines, points = county(seed, roads, 250, beside_m)
    assert offset_warning(points, lines) is None


@given(st.integers(0, 10_000), st.floats(0, 6.28), st.sampled_from([200.0, 450.0, 700.0]))
@settings(max_examples=8, deadline=None)
def test_a_layer_that_was_moved_is_said_to_lie_off(seed, way, metres):
    lines, points = county(seed, 150, 300, 30.0)
    dx, dy = metres * np.cos(way), metres * np.sin(way)
    sentence = offset_warning(translated(points, dx, dy), lines, name="村民组", reference_name="道路")
    datum = datum_warning(translated(points, dx, dy), lines)
    assert "村民组" in sentence
    assert datum is not None or abs(float(sentence.split("约 ")[1].split(" 米")[0]) - metres) < 40


def test_the_sentence_names_the_side_or_the_map_datum():
    lines, points = county(3)
    assert "东北方约" in offset_warning(translated(points, 212, 212), lines)
    assert "西方约 50" in offset_warning(translated(points, -505, 0), lines)
    assert "GCJ-02" in offset_warning(moved(points, wgs84_to_gcj02), lines).split("一致")[0]


def test_points_are_compared_with_points_at_their_own_scale():
    """Water points lie within some 150 m of their groups: too far for the scale of roads, near enough for their own."""
    rng = np.random.default_rng(7)
    groups = rng.uniform(0, 25_000, (400, 2)) + np.array([400_000, 2_780_000])
    water = groups + rng.normal(0, 100, groups.shape)
    homes, taps = (gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=4544).to_crs(4490) for xy in (groups, water))
    assert offset_warning(taps, homes, near_m=100) is None
    assert "西南方约" in offset_warning(translated(taps, -300, -300), homes, near_m=100)
    assert constant_offset(translated(taps, -300, -300), homes, near_m=100).dx_m == pytest.approx(-300, abs=40)
