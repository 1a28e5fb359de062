"""Ground: the grid lies where the terrain lies, unknown stays unknown, and nothing slips through rivers or forbidden areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from scipy.ndimage import label

from gis.roads.costs import load_costs
from gis.roads.ground import Ground, make_ground
from gis.terrain import Terrain
from layers.errors import InputError, QueryError

UTM = CRS.from_epsg(32648)
X0, Y0 = 500_000.0, 3_000_000.0
COSTS = load_costs()


def _terrain(heights: np.ndarray, *, cell: float = 10.0, nodata: float | None = None) -> Terrain:
    return Terrain(heights, Affine(cell, 0, X0, 0, -cell, Y0), UTM, nodata)


def _flat(rows: int = 20, columns: int = 30) -> Terrain:
    return _terrain(np.full((rows, columns), 100, dtype=np.int16))


def _layer(*shapes: object, crs: CRS = UTM, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def _ground(terrain: Terrain, costs: object = COSTS, **layers: gpd.GeoDataFrame) -> Ground:
    return make_ground(terrain, layers, costs, crs=UTM)


def _cell_boxes(ground: Ground) -> np.ndarray:
    rows, columns = np.indices(ground.shape)
    x, y = ground.xy(rows, columns)
    half = ground.cell_m / 2
    return shapely.box(x - half, y - half, x + half, y + half)


def test_a_metric_terrain_keeps_its_cells() -> None:
    heights = np.arange(12, dtype=np.int16).reshape(3, 4)
    heights[0, 0] = -32768
    ground = _ground(_terrain(heights, nodata=-32768))
    assert (ground.x0, ground.y0, ground.cell_m, ground.shape) == (X0, Y0, 10.0, (3, 4))
    assert ground.heights.dtype == np.float32
    assert np.isnan(ground.heights[0, 0])
    assert ground.heights[1:].tolist() == heights[1:].tolist()


def test_cells_and_centres_are_inverse() -> None:
    ground = _ground(_flat())
    rows, columns = np.indices(ground.shape)
    back = ground.cell(*ground.xy(rows, columns))
    assert (back[0] == rows).all()
    assert (back[1] == columns).all()
    row, column = ground.cell([X0 - 0.1, X0 + 5], [Y0 - 5, Y0 + 0.1])
    assert ground.inside(row, column).tolist() == [False, False]


def test_a_nodata_value_that_nobody_declared_is_unknown() -> None:
    heights = np.full((4, 4), 100.0, dtype=np.float32)
    heights[0, 0], heights[1, 1], heights[2, 2] = -9999, 3.4e38, np.inf
    assert np.isnan(_ground(_terrain(heights)).heights).sum() == 3


def test_a_terrain_in_degrees_gives_the_heights_at_the_same_places() -> None:
    step = 0.0003
    west, north = 104.99, 27.13
    rows, columns = np.indices((80, 90))
    lon, lat = west + (columns + 0.5) * step, north - (rows + 0.5) * step
    plane = 500 + 1e4 * (lon - west) + 2e4 * (north - lat)
    terrain = Terrain(np.round(plane).astype(np.int16), Affine(step, 0, west, 0, -step, north), CRS.from_epsg(4490), -32768)
    ground = make_ground(terrain, {}, COSTS, crs=UTM)
    assert 25 < ground.cell_m < 40
    r, c = np.indices(ground.shape)
    glon, glat = Transformer.from_crs(UTM, 4490, always_xy=True).transform(*ground.xy(r, c))
    expected = 500 + 1e4 * (glon - west) + 2e4 * (north - glat)
    known = np.isfinite(ground.heights)
    assert known.mean() > 0.9
    assert np.abs(ground.heights - expected)[known].max() < 4  # rounding to whole metres, and half a cell at the rim


def test_heights_do_not_bleed_from_nodata_when_warped() -> None:
    heights = np.full((40, 40), 1000, dtype=np.int16)
    heights[:, :20] = -32768
    terrain = Terrain(heights, Affine(0.0003, 0, 105, 0, -0.0003, 27), CRS.from_epsg(4490), None)
    ground = make_ground(terrain, {}, COSTS, crs=UTM)
    known = ground.heights[np.isfinite(ground.heights)]
    assert 0.4 < np.isfinite(ground.heights).mean() < 0.6
    assert np.allclose(known, 1000)


def test_bounds_beyond_the_terrain_are_unknown_ground() -> None:
    ground = make_ground(_flat(20, 30), {}, COSTS, crs=UTM, bounds=(X0 + 200, Y0 - 100, X0 + 400, Y0))
    assert ground.shape == (10, 20)
    assert np.isfinite(ground.heights).all(axis=0).tolist() == [True] * 10 + [False] * 10


def test_bounds_are_covered_by_whole_cells_of_the_terrain() -> None:
    ground = make_ground(_flat(), {}, COSTS, crs=UTM, bounds=(X0 + 14, Y0 - 36, X0 + 31, Y0 - 9))
    assert ground.bounds == (X0 + 10, Y0 - 40, X0 + 40, Y0)


def test_a_terrain_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match="没有覆盖"):
        make_ground(_flat(), {}, COSTS, crs=UTM, bounds=(X0 + 9000, Y0 - 100, X0 + 9100, Y0))
    with pytest.raises(InputError, match="没有覆盖"):
        _ground(_terrain(np.full((3, 3), -1, dtype=np.int16), nodata=-1))


def test_a_grid_that_is_too_large_is_refused_and_the_cell_that_it_offers_is_taken() -> None:
    with pytest.raises(QueryError, match="600 格") as refused:
        make_ground(_flat(), {}, COSTS, crs=UTM, max_cells=200)
    assert "19 m" in refused.value.hint
    assert np.prod(make_ground(_flat(), {}, COSTS, crs=UTM, cell_m=19, max_cells=200).shape) <= 200


@pytest.mark.parametrize("cell", [0.0, -30.0, float("nan"), float("inf"), 0.5])
def test_a_cell_that_is_none_is_refused(cell: float) -> None:
    with pytest.raises(QueryError, match="格网边长"):
        make_ground(_flat(), {}, COSTS, crs=UTM, cell_m=cell)


def test_a_grid_that_is_written_from_the_south_is_turned() -> None:
    heights = np.arange(600, dtype=np.float32).reshape(20, 30)
    south = Terrain(heights[::-1].copy(), Affine(10, 0, X0, 0, 10, Y0 - 200), UTM, None)
    ground = make_ground(south, {}, COSTS, crs=UTM)
    assert (ground.x0, ground.y0, ground.shape) == (X0, Y0, (20, 30))
    assert np.allclose(ground.heights, heights, atol=1e-3)


def test_a_larger_cell_gives_the_mean_height() -> None:
    heights = np.tile(np.arange(40, dtype=np.float32) * 3, (40, 1))
    ground = make_ground(_terrain(heights), {}, COSTS, crs=UTM, cell_m=20)
    x, _ = ground.xy(*np.indices(ground.shape))
    inner = np.s_[2:-2, 2:-2]
    assert np.allclose(ground.heights[inner], ((x - X0) / 10 - 0.5)[inner] * 3, atol=0.01)


def test_missing_layers_constrain_nothing_and_are_named() -> None:
    ground = _ground(_flat())
    assert ground.constraints == ()
    assert (ground.factor == 1).all()
    assert not ground.river.any()
    assert any("生态保护红线" in note and "地质灾害点" in note for note in ground.notes)
    assert any("桥梁" in note for note in ground.notes)


def test_an_empty_layer_is_as_good_as_none() -> None:
    assert _ground(_flat(), redlines=_layer(None), rivers=_layer()).notes == _ground(_flat()).notes


def test_forbidden_ground_takes_every_cell_that_it_touches() -> None:
    area = shapely.Polygon([(X0 + 31, Y0 - 42), (X0 + 118, Y0 - 55), (X0 + 74, Y0 - 133)])
    ground = _ground(_flat(), redlines=_layer(area))
    touched = shapely.intersects(_cell_boxes(ground), area)
    inner = shapely.intersects(_cell_boxes(ground), area.buffer(-0.01))
    assert ground.constraints == ("redlines",)
    assert (np.isinf(ground.factor) == (ground.codes == 1)).all()
    assert (np.isinf(ground.factor) >= inner).all()
    assert (np.isinf(ground.factor) <= touched).all()


def test_factors_multiply_and_bits_follow_the_layers_that_are_there() -> None:
    field = shapely.box(X0, Y0 - 100, X0 + 100, Y0)
    hazards = _layer(shapely.Point(X0 + 150, Y0 - 50), hazard_level=["low"])
    ground = _ground(_flat(), farmland=_layer(field), hazards=hazards)
    assert ground.constraints == ("farmland", "hazards")
    assert np.unique(ground.codes).tolist() == [0, 1, 2]
    both = _ground(_flat(), farmland=_layer(field), hazards=_layer(shapely.Point(X0 + 50, Y0 - 50), hazard_level=["low"]))
    assert both.factor[5, 5] == pytest.approx(1.5 * 3)
    assert both.codes[5, 5] == 3


def test_avoided_ground_keeps_its_area() -> None:
    field = shapely.Point(X0 + 150, Y0 - 100).buffer(63)
    ground = _ground(_flat(), farmland=_layer(field))
    assert (ground.codes == 1).sum() * 100 == pytest.approx(field.area, rel=0.05)


@pytest.mark.parametrize(("level", "metres"), [("low", 50), ("medium", 100), ("high", 200), (None, 200)])
def test_hazards_are_widened_by_their_level(level: str | None, metres: float) -> None:
    hazards = _layer(shapely.Point(X0 + 300, Y0 - 300), hazard_level=[level])
    ground = _ground(_flat(60, 60), hazards=hazards)
    x, y = ground.xy(*np.nonzero(ground.codes))
    reach = np.hypot(x - X0 - 300, y - Y0 + 300).max()
    assert metres - 15 < reach <= metres


def test_a_hazard_without_buffer_still_takes_its_cell() -> None:
    costs = load_costs(overrides={"constraints.hazards.buffer_low_m": 0})
    ground = _ground(_flat(), costs, hazards=_layer(shapely.Point(X0 + 33, Y0 - 33), hazard_level=["low"]))
    assert np.argwhere(ground.codes).tolist() == [[3, 3]]


def test_invalid_and_missing_shapes_do_no_harm() -> None:
    bowtie = shapely.Polygon([(X0, Y0 - 100), (X0 + 100, Y0), (X0 + 100, Y0 - 100), (X0, Y0)])
    ground = _ground(_flat(), redlines=_layer(bowtie, None, shapely.Polygon()), rivers=_layer(None, shapely.LineString()))
    assert np.isinf(ground.factor[5, 0])
    assert not ground.river.any()


def test_a_shape_that_cannot_be_projected_takes_no_other_with_it() -> None:
    lost, sound = shapely.box(-80, 95, -70, 120), shapely.box(105.0, 27.1, 105.002, 27.12)
    parcels = gpd.GeoDataFrame({"redline_code": ["a", "b"]}, geometry=[lost, sound], crs=4490)
    ground = _ground(_flat(40, 40), redlines=parcels)
    assert np.isinf(ground.factor).any()
    assert np.isfinite(ground.factor).any()


def test_layers_come_in_degrees_too() -> None:
    back = Transformer.from_crs(UTM, 4490, always_xy=True).transform
    river = shapely.transform(shapely.LineString([(X0 + 5, Y0 - 5), (X0 + 5, Y0 - 195)]), back, interleaved=False)
    by_declared = _ground(_flat(), rivers=_layer(river, crs=CRS.from_epsg(4490)))
    by_default = _ground(_flat(), rivers=gpd.GeoDataFrame(geometry=[river]))
    assert by_declared.river[:, 0].all()
    assert (by_default.river == by_declared.river).all()


def test_river_polygons_are_water_as_a_whole() -> None:
    ground = _ground(_flat(), rivers=_layer(shapely.box(X0 + 52, Y0 - 200, X0 + 118, Y0)))
    assert np.nonzero(ground.river[0])[0].tolist() == [5, 6, 7, 8, 9, 10, 11]


def _places() -> st.SearchStrategy[tuple[float, float]]:
    # Off the corners of cells: a line that ends at a corner, or turns back there, may be passed there.
    return st.tuples(st.integers(0, 58).map(lambda k: X0 + k * 2.5 + 0.137), st.integers(0, 58).map(lambda k: Y0 - k * 2.5 - 0.359))


@settings(max_examples=150, deadline=None)
@given(st.lists(_places(), min_size=2, max_size=5, unique=True))
def test_no_step_to_a_neighbour_crosses_a_river_unseen(points: list[tuple[float, float]]) -> None:
    line = shapely.LineString(points)
    ground = _ground(_flat(15, 15), rivers=_layer(line))
    rows, columns = np.indices(ground.shape)
    dry = ~ground.river
    for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
        r, c = rows + dr, columns + dc
        pair = ground.inside(r, c)
        a, b = (rows[pair], columns[pair]), (r[pair], c[pair])
        both = dry[a] & dry[b]
        steps = shapely.linestrings(np.stack([np.stack(ground.xy(*a), axis=-1), np.stack(ground.xy(*b), axis=-1)], axis=1))
        assert not shapely.intersects(steps[both], line).any()


@pytest.mark.parametrize("end", [(X0 + 150, Y0 - 150), (X0 - 150, Y0 - 150)])
def test_a_river_through_the_corners_of_cells_is_closed(end: tuple[float, float]) -> None:
    start = (X0, Y0) if end[0] > X0 else (X0 + 150, Y0)
    river = _ground(_flat(15, 15), rivers=_layer(shapely.LineString([start, (start[0] + end[0] - X0, end[1])]))).river
    joined, count = label(~river, structure=np.ones((3, 3)))
    assert count == 2
    assert joined[0, 0] != joined[0, -1] or joined[0, 0] != joined[-1, 0]


def test_window_is_a_part_of_the_ground() -> None:
    heights = np.arange(600, dtype=np.float32).reshape(20, 30)
    ground = _ground(_terrain(heights), farmland=_layer(shapely.box(X0, Y0 - 50, X0 + 50, Y0)))
    part = ground.window((X0 + 95, Y0 - 95, X0 + 105, Y0 - 85), margin_m=20)
    assert part.shape == (6, 6)
    r, c = ground.cell(*part.xy(*np.indices(part.shape)))
    assert (part.heights == ground.heights[r, c]).all()
    assert (part.factor == ground.factor[r, c]).all()
    assert part.heights.flags["C_CONTIGUOUS"]
    with pytest.raises(QueryError, match="范围之外"):
        ground.window((X0 - 500, Y0, X0 - 400, Y0 + 100))


def test_coarsening_by_hand() -> None:
    heights = np.array([[1, 3, 5, np.nan, 9], [5, 7, np.nan, np.nan, 11], [0, 0, 2, 2, 4]], dtype=np.float32)
    ground = _ground(_terrain(heights))
    factor = np.array([[1, 3, np.inf, np.inf, 1], [1, 1, 1, 1, 1], [np.inf, 2, 1, 1, np.inf]], dtype=np.float32)
    river = np.zeros((3, 5), dtype=bool)
    river[2, 4] = True
    codes = np.array([[1, 2, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 4]], dtype=np.uint8)
    part = Ground(ground.heights, factor, river, codes, ("a", "b", "c"), X0, Y0, 10.0, UTM).coarsen(2)
    assert part.cell_m == 20
    assert part.heights.tolist() == [[4, 5, 10], [0, 2, 4]]
    assert part.factor.tolist() == [[1.5, np.inf, 1], [np.inf, 1, np.inf]]
    assert part.river.tolist() == [[False] * 3, [False, False, True]]
    assert part.codes.tolist() == [[3, 0, 0], [0, 0, 4]]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 17), st.integers(1, 17))
def test_coarsening_keeps_the_corner_and_covers_the_whole(k: int, rows: int, columns: int) -> None:
    ground = _ground(_flat(rows, columns))
    part = ground.coarsen(k)
    assert part.shape == (-(-rows // k), -(-columns // k))
    assert (part.heights == 100).all()
    assert (part.factor == 1).all()
    assert (part.x0, part.y0) == (ground.x0, ground.y0)
