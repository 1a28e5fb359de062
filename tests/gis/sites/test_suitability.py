"""Suitability: scores and totals worked out by hand, unknown told as unknown, and the raster that says the same as what it was made from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.bands import NODATA, UNREACHED, Coding, band_names, decode, encode
from gis.sites.reasons import explain, explain_numbers
from gis.sites.scoring import GRADES, full_weights, grade_of, total_score
from gis.sites.sets import load_site_set
from gis.sites.suitability import Suitability, bands, from_bands, suitability
from layers.errors import InputError, QueryError
from tests.gis.sites.invented_land import CELL, UTM, county, layer, point, squares, terrain, without

SET = load_site_set(overrides={"exclusions.elevation.limit_m": 1200.0, "extent.margin_m": 60.0})
LAYERS = county()


@pytest.fixture(scope="module")
def judged() -> Suitability:
    return suitability(LAYERS, terrain(), SET, crs=UTM)


def _middle(row: int, column: int) -> shapely.Point:
    return shapely.centroid(squares()[row, column])


def _at(judged: Suitability, row: int, column: int, **options: object) -> object:
    place = _middle(row, column)
    return explain(judged, place.x, place.y, **options)


def _samples(judged: Suitability, many: int = 150) -> list[tuple[int, int]]:
    picked = np.random.default_rng(7).choice(judged.mask.size, many, replace=False)
    return [(int(at) // judged.mask.shape[1], int(at) % judged.mask.shape[1]) for at in picked]


def test_metres_and_classes_are_those_found_by_hand(judged: Suitability) -> None:
    hazards, cover = LAYERS["hazards"], LAYERS["land_cover"]
    water = [*LAYERS["water_schemes"].geometry, *LAYERS["water_points"].geometry, *LAYERS["rivers"].geometry]
    kinds = ["paddy", "dryland", "orchard", "forest", "shrub", "grass", "wetland", "water", "built", "bare"]
    reach = {"high": 1000, "medium": 500, "low": 300}
    for row, column in _samples(judged):
        middle, square = _middle(row, column), squares()[row, column]
        if np.isfinite(terrain().array[row, column]) and terrain().array[row, column] != -9999:
            nearest = min(middle.distance(shape) for shape in water)
            assert judged.measures["water"][row, column] == pytest.approx(nearest, abs=0.5 + min(CELL / 8, CELL**2 / (128 * nearest)))
            assert judged.measures["power"][row, column] == pytest.approx(min(middle.distance(p) for p in LAYERS["transformers"].geometry), abs=0.51)
            assert judged.measures["telecom"][row, column] == pytest.approx(middle.distance(LAYERS["base_stations"].geometry.iloc[0]), abs=0.51)
        levels = ["high" if level not in reach else level for level in hazards["hazard_level"].fillna("high")]
        hit = [level for level, shape in zip(levels, hazards.geometry, strict=True) if square.distance(shape) <= reach[level]]
        highest = next((code for code, level in ((3, "high"), (2, "medium"), (1, "low")) if level in hit), 0)
        assert judged.measures["hazard"][row, column] == highest
        held = [kinds.index(kind) for kind, shape in zip(cover["cover_kind"], cover.geometry, strict=True) if shape.contains(middle)]
        assert np.isnan(judged.measures["land"][row, column]) if not held else judged.measures["land"][row, column] == max(held)


def test_scores_and_totals_are_those_found_by_hand(judged: Suitability) -> None:
    jia = {0: 100, 1: 80, 2: 60, 3: 40}
    by_cover = [40, 60, 80, 80, 80, 80, 0, 0, 100, 100]
    for row, column in _samples(judged):
        found = _at(judged, row, column)
        scores: dict[str, float] = {}
        for mark in found.criteria:
            if mark.value is None:
                assert mark.score is None or mark.words == "没有路可到"
                continue
            if mark.key == "slope":
                scores[mark.key] = 100 if mark.value <= 2 else 80 if mark.value <= 8 else 60 if mark.value <= 15 else 40
            elif mark.key == "hazard":
                scores[mark.key] = jia[int(mark.value)]
            elif mark.key == "land":
                scores[mark.key] = by_cover[int(mark.value)]
            else:
                pairs = getattr(SET.criteria, mark.key).scale.value
                scores[mark.key] = float(np.interp(mark.value, [p[0] for p in pairs], [p[1] for p in pairs]))
            assert mark.score == pytest.approx(scores[mark.key], abs=0.02)
        if found.excluded or found.total is None:
            assert np.isnan(judged.total[row, column])
            continue
        weights = {mark.key: mark.weight for mark in found.criteria}
        unreached = {mark.key: mark.score for mark in found.criteria if mark.value is None and mark.score is not None}
        all_scores = {**scores, **unreached}
        expected = sum(all_scores[key] * weights[key] for key in all_scores) / sum(weights[key] for key in all_scores)
        assert found.total == pytest.approx(expected, abs=0.02)
        assert judged.total[row, column] == pytest.approx(found.total, abs=0.006)


def test_the_explanation_names_the_rules_of_the_mask_and_what_stands_in_the_way(judged: Suitability) -> None:
    for row, column in _samples(judged):
        found = _at(judged, row, column, layers=LAYERS)
        assert [reason.rule for reason in found.excluded] == [rule.key for rule in judged.rules if judged.mask[row, column] & rule.flag]
        assert [reason.rule for reason in found.unknown] == [rule.key for rule in judged.rules if judged.unknown[row, column] & rule.flag]
        assert found.grade == GRADES[judged.grade[row, column]]
        for reason in found.excluded:
            if reason.rule in LAYERS and reason.rule != "counties":
                assert reason.value is not None
                assert reason.value <= reason.limit
                nearest = min(squares()[row, column].distance(shape) for shape in LAYERS[reason.rule].geometry)
                assert reason.value >= round(nearest, 1)
                assert reason.asset
    hazard = next(reason for reason in _at(judged, 40, 30, layers=LAYERS).excluded if reason.rule == "hazards")
    assert (hazard.asset, hazard.value, hazard.limit, hazard.unit) == ("甲坡滑坡", 0.0, 200.0, "m")


def test_without_layers_the_reason_stands_but_nothing_is_named(judged: Suitability) -> None:
    hazard = next(reason for reason in _at(judged, 40, 30).excluded if reason.rule == "hazards")
    assert (hazard.label, hazard.value, hazard.asset) == ("地质灾害点附近", None, "")


def test_the_raster_says_the_same(judged: Suitability) -> None:
    kept = bands(judged)
    assert [band.name for band in kept] == list(band_names(SET))
    assert {band.array.dtype for band in kept} == {np.dtype(np.uint16)}
    back = from_bands({band.name: band.array for band in kept}, judged.grid, judged.crs, SET)
    for name in ("mask", "unknown", "total", "grade"):
        assert np.array_equal(getattr(back, name), getattr(judged, name), equal_nan=True), name
    for key in judged.criteria:
        assert np.array_equal(back.measures[key], judged.measures[key], equal_nan=True), key
        assert np.array_equal(back.scores[key], judged.scores[key], equal_nan=True), key
    assert back.land.equals(judged.land)
    assert decode(kept[0].array, Coding(0.01, 0.0)) == pytest.approx(judged.total, abs=0.001, nan_ok=True)
    for row, column in _samples(judged, 60):
        numbers = np.array([band.array[row, column] for band in kept])
        place = _middle(row, column)
        assert explain_numbers(numbers, SET) == explain(judged, place.x, place.y)
        named = explain_numbers(numbers, SET, layers=LAYERS, grid=judged.grid, crs=UTM, at=(place.x, place.y))
        assert named == explain(judged, place.x, place.y, layers=LAYERS)


def test_a_raster_of_another_set_is_refused(judged: Suitability) -> None:
    kept = {band.name: band.array for band in bands(judged)}
    del kept["jobs"]
    with pytest.raises(QueryError, match="jobs"):
        from_bands(kept, judged.grid, judged.crs, SET)
    with pytest.raises(QueryError, match="不符"):
        explain_numbers(np.zeros(3, dtype=np.uint16), SET)


def test_the_same_input_gives_the_same_bytes(judged: Suitability) -> None:
    again = suitability(LAYERS, terrain(), SET, crs=UTM)
    assert [band.array.tobytes() for band in bands(again)] == [band.array.tobytes() for band in bands(judged)]
    assert again.notes == judged.notes


def test_a_criterion_without_its_layer_is_unknown_and_the_others_are_weighed(judged: Suitability) -> None:
    bare = suitability(without(LAYERS, "markets", "industry_parks"), terrain(), SET, crs=UTM)
    assert np.isnan(bare.measures["market"]).all()
    assert np.isnan(bare.scores["jobs"]).all()
    assert sum("不参与评分" in note for note in bare.notes) == 2
    there = bare.buildable
    weights = bare.weights
    known = [key for key in bare.criteria if key not in {"market", "jobs"}]
    total = sum(np.where(np.isfinite(bare.scores[key]), bare.scores[key], 0.0) * weights[key] for key in known)
    weighed = sum(np.isfinite(bare.scores[key]) * weights[key] for key in known)
    assert bare.total[there] == pytest.approx((total / weighed)[there], abs=0.006)


def test_without_a_required_criterion_nothing_is_scored() -> None:
    required = load_site_set(overrides={"criteria.market.required": True})
    bare = suitability(without(LAYERS, "markets"), terrain(), required, crs=UTM)
    assert not np.isfinite(bare.total).any()
    assert not bare.buildable.any()
    assert set(np.unique(bare.grade)) <= {0, 5}


def test_kinds_that_do_not_count_do_not_count(judged: Suitability) -> None:
    more = {**LAYERS, "schools": LAYERS["schools"].iloc[:1]}
    assert np.array_equal(suitability(more, terrain(), SET, crs=UTM).measures["school"], judged.measures["school"], equal_nan=True)
    kindless = {**LAYERS, "schools": layer([point(61, 31)], school_code=["S1"])}
    unknown = suitability(kindless, terrain(), SET, crs=UTM)
    assert np.isnan(unknown.measures["school"]).all()
    assert any("没有写明“办学类型”" in note for note in unknown.notes)


def test_a_planned_road_is_no_road(judged: Suitability) -> None:
    built = LAYERS["roads"].copy()
    built.loc[3, "status"] = "existing"
    now = suitability({**LAYERS, "roads": built}, terrain(), SET, crs=UTM)
    assert (np.nan_to_num(now.measures["road"], posinf=9e9) <= np.nan_to_num(judged.measures["road"], posinf=9e9) + 0.051).all()
    assert judged.measures["road"][45, 30] > 0
    assert now.measures["road"][45, 30] == 0


def test_where_no_way_leads_is_a_state_and_scores_least() -> None:
    island = load_site_set(overrides={"travel.walk_slope_max_deg": 1.0})
    heights = np.full((60, 80), 500.0)
    heights[35:45, 20:28] = 900.0
    found = suitability(LAYERS, terrain(heights), island, crs=UTM)
    row, column = found.cell(_middle(40, 24).x, _middle(40, 24).y)
    assert np.isinf(found.measures["market"][row, column])
    assert found.scores["market"][row, column] == 0
    assert next(mark.words for mark in _at(found, 40, 24).criteria if mark.key == "market") == "没有路可到"


def test_weights_are_named_scaled_and_checked() -> None:
    assert full_weights(SET, {"slope": 3.0, "road": 1.0})["slope"] == 0.75
    assert sum(full_weights(SET, None).values()) == pytest.approx(1.0)
    for wrong, words in (({"slop": 1.0}, "slop"), ({"slope": -1.0}, "slope"), ({"slope": 0.0}, "全为 0"), ({"road": float("nan")}, "road")):
        with pytest.raises(QueryError, match=words):
            full_weights(SET, wrong)


def test_other_weights_change_the_total_alone(judged: Suitability) -> None:
    slope = suitability(LAYERS, terrain(), SET, crs=UTM, weights={"slope": 1.0})
    there = slope.buildable
    assert np.array_equal(slope.mask, judged.mask)
    assert (slope.total[there] == slope.scores["slope"][there]).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.floats(0, 100), st.just(float("nan"))), min_size=3, max_size=3), st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_a_total_lies_between_the_scores_that_are_known(values: list[float], given_weights: list[float]) -> None:
    scores = {key: np.array([value], dtype=np.float32) for key, value in zip("abc", values, strict=True)}
    weights = dict(zip("abc", given_weights, strict=True))
    total = float(total_score(scores, weights, frozenset())[0])
    known = [value for value in values if not np.isnan(value)]
    assert np.isnan(total) if not known else min(known) - 0.01 <= total <= max(known) + 0.01
    assert np.isnan(total_score(scores, weights, frozenset("a"))[0]) or not np.isnan(values[0])


def test_classes_begin_at_their_points() -> None:
    total = np.array([80, 79.99, 65, 64.99, 50, 49.99, np.nan, 90], dtype=np.float32)
    excluded = np.array([False] * 7 + [True])
    assert [GRADES[code] for code in grade_of(total, excluded, SET)] == ["best", "fair", "fair", "poor", "poor", "unsuitable", "unknown", "excluded"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.floats(-400, 60_000), st.just(float("nan")), st.just(float("inf"))), min_size=1, max_size=9))
def test_numbers_keep_a_measure_to_half_a_step(values: list[float]) -> None:
    coding = Coding(1.0, -500.0)
    numbers = encode(np.array(values), coding)
    back = decode(numbers, coding)
    assert [number == NODATA for number in numbers] == [np.isnan(value) for value in values]
    assert [number == UNREACHED for number in numbers] == [np.isinf(value) for value in values]
    assert all(abs(one - other) <= 0.51 for one, other in zip(back.tolist(), values, strict=True) if np.isfinite(other))
    assert np.array_equal(encode(back, coding), numbers)


def test_too_many_cells_are_coarsened_and_told() -> None:
    small = load_site_set(overrides={"extent.max_cells": 1500})
    found = suitability(LAYERS, terrain(), small, crs=UTM)
    assert found.mask.size <= 1500
    assert found.grid.cell_m == 120.0
    assert any("120 m" in note for note in found.notes)


def test_terrain_beside_the_county_is_refused() -> None:
    far = layer([point(4000, 4000).buffer(500)], county_code=["529900"])
    with pytest.raises(InputError, match="没有覆盖"):
        suitability({**LAYERS, "counties": far}, terrain(), SET, crs=UTM)


def test_a_place_beside_the_grid_is_refused(judged: Suitability) -> None:
    with pytest.raises(QueryError, match="之外"):
        explain(judged, 0.0, 0.0)


def test_without_an_outline_all_terrain_is_judged() -> None:
    found = suitability(without(LAYERS, "counties", "townships", "committees"), terrain(), SET, crs=UTM)
    assert found.inside.all()
    assert any("全部当作本县" in note for note in found.notes)
    assert np.isnan(found.measures["town"]).all()
