"""Layers on a surface, and that more roads, bridges and clinics never make anybody's way longer."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.grid import Grid
from gis.travel import Surface, WalkModel, centres, make_surface, minutes
from layers.crs import STORAGE_CRS
from layers.errors import QueryError
from tests.gis.travel.travel_cases import CELL, METRIC, SPEEDS, layer, level, line, middle

ROWS, COLUMNS = 9, 11
GRID = Grid(0.0, 0.0, CELL, ROWS, COLUMNS)
FLAT = np.zeros((ROWS, COLUMNS), dtype=np.int16)
WALK = WalkModel("tobler", 4.0)


def block(row, column, rows, columns):
    return shapely.box(column * CELL, -(row + rows) * CELL, (column + columns) * CELL, -row * CELL)


def made(**layers):
    return make_surface(GRID, FLAT, layers, SPEEDS, crs=METRIC)


def test_land_slows_walkers_and_where_areas_overlap_the_slower_counts():
    cover = layer(
        [block(0, 0, 2, 4), block(1, 2, 2, 4), block(5, 0, 1, 2), block(7, 0, 1, 1)],
        cover_kind=["shrub", "forest", None, "moon"],
    )
    factor = made(land_cover=cover).factor
    assert factor.dtype == np.float32
    assert factor[0, :5].tolist() == [1.5, 1.5, 1.5, 1.5, 1.0]
    assert factor[1, :6].tolist() == [1.5, 1.5, 2.0, 2.0, 2.0, 2.0]
    assert (factor[4:] == 1.0).all()


def test_a_brook_drawn_as_a_narrow_area_is_closed():
    # Narrower than a cell and between the middles of cells, slanted so that cells meet at corners.
    brook = shapely.LineString([(120, 50), (980, -950)]).buffer(5)
    found = minutes(made(land_cover=layer([brook], cover_kind=["water"])), middle((8, 0)), WALK)
    assert np.isinf(found.seconds[0, 10])
    assert np.isfinite(found.seconds[0, 0])


@pytest.mark.parametrize("course", [[(120, 50), (980, -950)], [(50, 50), (1050, -950)], [(550, 50), (550, -950)]])
def test_rivers_are_crossed_on_bridges_only(course):
    river = layer([shapely.LineString(course)], river_code=["r"])
    dry, bridged = (minutes(made(rivers=river, **roads), middle((8, 0)), WALK).seconds for roads in ({}, {"roads": road((6, 0), (1, 10))}))
    assert np.isinf(dry[0, 10])
    assert np.isfinite(bridged[0, 10])


def test_a_river_of_finite_factor_is_waded():
    river = layer([shapely.LineString([(550, 50), (550, -950)])], river_code=["r"])
    speeds = type(SPEEDS)(SPEEDS.land_factor, SPEEDS.road_kmh, river_factor=5.0)
    waded = make_surface(GRID, FLAT, {"rivers": river}, speeds, crs=METRIC)
    assert minutes(waded, middle((4, 0)), WALK).seconds[4, 10] == pytest.approx((10 + 4) * CELL * 0.9)


def road(*cells, surface="cement_concrete", status="existing"):
    return layer([line(*cells)], surface=[surface], status=[status])


@pytest.mark.parametrize(("surface", "kmh"), [("cement_concrete", 20.0), ("gravel", 15.0), ("earth", 10.0), (None, 10.0), ("glass", 10.0)])
def test_roads_have_the_speed_of_their_surface(surface, kmh):
    found = minutes(made(roads=road((4, 0), (4, 10), surface=surface)), middle((4, 0)), WALK)
    assert found.seconds[4, 10] == pytest.approx(1000 * 3.6 / kmh)


@pytest.mark.parametrize(("status", "there"), [("existing", True), (None, True), ("planned", False), ("building", False)])
def test_roads_that_are_not_there_yet_carry_nobody(status, there):
    assert (len(made(roads=road((4, 0), (4, 10), status=status)).roads.start) > 0) == there


def test_notes_say_what_is_missing_and_what_is_not_known():
    told = made(roads=road((4, 0), (4, 10), surface=None)).notes
    assert len(told) == 2
    assert "地类" in told[0]
    assert "河流" in told[0]
    assert "1 条道路没有路面类型" in told[1]


def test_layers_come_in_any_crs():
    there = road((4, 0), (4, 10)).set_crs(METRIC)
    shifted = there.translate(500_000, 3_000_000)
    far = Grid(500_000.0, 3_000_000.0, CELL, ROWS, COLUMNS)
    stored = there.set_geometry(shifted).to_crs(STORAGE_CRS)
    ground = make_surface(far, FLAT, {"roads": stored}, SPEEDS, crs=METRIC)
    assert minutes(ground, centres(far, np.arange(99).reshape(9, 11) == 44), WALK).seconds[4, 10] == pytest.approx(180.0, rel=1e-3)


def test_middles_of_cells_are_places():
    marked = np.zeros((ROWS, COLUMNS), dtype=bool)
    marked[2, 3] = marked[8, 10] = True
    assert centres(GRID, marked).tolist() == middle((2, 3), (8, 10)).tolist()
    assert centres(GRID, ~marked | marked).shape == (99, 2)


def test_surfaces_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="shape"):
        Surface(GRID, np.zeros((2, 2), np.float32), np.ones((2, 2), np.float32))
    with pytest.raises(ValueError, match="positive"):
        level(2, 2, factor=np.zeros((2, 2)))
    nothing = np.broadcast_to(np.float32(1), (10_000, 10_000))
    with pytest.raises(QueryError, match="40,000,000"):
        Surface(Grid(0.0, 0.0, 1.0, 10_000, 10_000), nothing, nothing)


def lines(rng, count):
    return [shapely.LineString(rng.uniform([-200, -1100], [1300, 200], (4, 2))) for _ in range(count)]


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from(["tobler", "langmuir", "isotropic"]), st.booleans(), st.sampled_from([8, 16]))
def test_a_road_or_a_clinic_more_never_makes_a_way_longer(seed, kind, towards, neighbours):
    rng = np.random.default_rng(seed)
    heights = np.where(rng.random((ROWS, COLUMNS)) < 0.05, np.nan, rng.uniform(0, 90, (ROWS, COLUMNS)))
    cover = layer([block(*rng.integers(0, 7, 2), 2, 3) for _ in range(4)], cover_kind=rng.choice(["forest", "shrub", "water"], 4))
    rivers = layer(lines(rng, 2), river_code=["a", "b"])
    roads = layer(lines(rng, 4), surface=rng.choice(["cement_concrete", "gravel", "earth", None], 4))
    clinics = rng.uniform([-100, -1000], [1200, 100], (4, 2))
    walk = WalkModel(kind, 4.0)

    def seconds(road_count, clinic_count):
        ground = make_surface(GRID, heights, {"land_cover": cover, "rivers": rivers, "roads": roads.iloc[:road_count]}, SPEEDS, crs=METRIC)
        return minutes(ground, clinics[:clinic_count], walk, towards=towards, neighbours=neighbours).seconds

    before = seconds(3, 3)
    assert (seconds(4, 3) <= before).all()
    assert (seconds(3, 4) <= before).all()
