"""Every cell's reasons, worked out once more from the raw layers with shapely and numpy alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gis.sites.exclusions import LAND_COLUMNS, exclusion_rules, land_taken
from gis.sites.sets import load_site_set
from gis.sites.suitability import Suitability, suitability
from tests.gis.sites.invented_land import CELL, COLUMNS, ROWS, UTM, X0, Y0, county, squares, terrain, without

SET = load_site_set(overrides={"exclusions.elevation.limit_m": 1200.0, "exclusions.relief.limit_m": 150.0, "extent.margin_m": 60.0})
LAYERS = county()


@pytest.fixture(scope="module")
def judged() -> Suitability:
    return suitability(LAYERS, terrain(), SET, crs=UTM)


def _on_terrain(judged: Suitability, values: np.ndarray) -> np.ndarray:
    """A grid of the whole terrain, cut to the county's."""
    left, top = round((judged.grid.x0 - X0) / CELL), round((Y0 - judged.grid.y0) / CELL)
    return values[top : top + judged.grid.rows, left : left + judged.grid.columns]


def _near(name: str, metres: object = 0.0, chosen: object = None) -> np.ndarray:
    shapes = np.asarray(LAYERS[name].geometry.array)
    far = np.broadcast_to(np.asarray(metres, dtype=float), (len(shapes),))
    picked = np.ones(len(shapes), dtype=bool) if chosen is None else np.asarray(chosen)
    found = np.zeros((ROWS, COLUMNS), dtype=bool)
    for shape, distance, counts in zip(shapes, far, picked, strict=True):
        found |= counts & (shapely.distance(squares(), shape) <= distance)
    return found


def _slope(heights: np.ndarray, row: int, column: int) -> float:
    """Horn's slope of one cell, in degrees."""
    z = heights[row - 1 : row + 2, column - 1 : column + 2]
    across = (z[0, 2] + 2 * z[1, 2] + z[2, 2]) - (z[0, 0] + 2 * z[1, 0] + z[2, 0])
    down = (z[2, 0] + 2 * z[2, 1] + z[2, 2]) - (z[0, 0] + 2 * z[0, 1] + z[0, 2])
    return float(np.degrees(np.arctan(np.hypot(across, down) / (8 * CELL))))


def _by_hand() -> dict[str, np.ndarray]:
    heights = np.where(terrain().array == -9999.0, np.nan, terrain().array).astype(np.float64)
    slope = np.full(heights.shape, np.nan)
    relief = np.full(heights.shape, np.nan)
    for row in range(1, ROWS - 1):
        for column in range(1, COLUMNS - 1):
            slope[row, column] = _slope(heights, row, column)
            around = heights[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6]
            relief[row, column] = np.nanmax(around) - np.nanmin(around) if np.isfinite(heights[row, column]) else np.nan
    return {
        "height": np.isnan(heights),
        "slope": np.round(slope, 2) > 25,
        "elevation": heights > 1200,
        "relief": np.round(relief, 1) > 150,
        "hazards": _near("hazards", [200, 100, 50, 200]),
        "flood_zones": _near("flood_zones", 0.0, [True, False]),
        "rivers": _near("rivers", 50.0),
        "redlines": _near("redlines"),
        "farmland": _near("farmland"),
        "reserves": _near("reserves"),
        "water_source_zones": _near("water_source_zones"),
        "faults": _near("faults", 200.0),
        "land_cover": _near("land_cover", 0.0, [False, False, False, True]),
    }


def test_the_rules_of_every_cell_are_those_found_by_hand(judged: Suitability) -> None:
    hand = _by_hand()
    assert [rule.key for rule in judged.rules[1:]] == list(hand)
    inner = np.zeros((ROWS, COLUMNS), dtype=bool)
    inner[1:-1, 1:-1] = True
    inner = _on_terrain(judged, inner)
    for rule in judged.rules[1:]:
        found, expected = (judged.mask & rule.flag) > 0, _on_terrain(judged, hand[rule.key])
        # Heights whose hundredth of a degree or fifth of a metre is rounded either way may fall on either side of a limit.
        doubtful = _on_terrain(judged, np.zeros((ROWS, COLUMNS), dtype=bool))
        if rule.key in {"slope", "relief", "elevation"}:
            measure, limit = judged.measures[rule.key], {"slope": 25, "relief": 150, "elevation": 1200}[rule.key]
            doubtful = np.abs(measure - limit) <= {"slope": 0.011, "relief": 0.11, "elevation": 0.21}[rule.key]
        assert expected.any(), rule.key
        assert (found == expected)[inner & ~doubtful].all(), rule.key


def test_outside_is_what_the_outline_leaves_out(judged: Suitability) -> None:
    middles = shapely.centroid(squares())
    held = _on_terrain(judged, shapely.contains(LAYERS["counties"].geometry.iloc[0], middles))
    assert (judged.inside == held).all()


def test_nothing_small_is_lost_and_no_free_cell_touches_forbidden_land(judged: Suitability) -> None:
    free = _on_terrain(judged, squares())[judged.mask == 0]
    tiny = LAYERS["farmland"].geometry.iloc[1]
    assert tiny.area < CELL**2 / 10
    for name in ("redlines", "farmland", "reserves", "water_source_zones"):
        assert shapely.area(shapely.intersection(free, LAYERS[name].union_all())).sum() == 0, name


def test_land_taken_adds_up(judged: Suitability) -> None:
    land, areas = judged.land, judged.areas()
    inside = judged.mask[judged.inside]
    assert list(land.columns) == list(LAND_COLUMNS)
    assert areas["total_m2"] == len(inside) * CELL**2 == areas["excluded_m2"] + areas["unknown_m2"] + areas["scored_m2"]
    assert areas["excluded_m2"] == (inside > 0).sum() * CELL**2
    assert (land["alone_m2"] >= land["only_m2"]).all()
    assert land["only_m2"].sum() <= areas["excluded_m2"] <= land["alone_m2"].sum()
    assert land["alone_m2"].max() <= areas["excluded_m2"]
    by_key = land.set_index("key")
    for rule in judged.rules[1:]:
        assert by_key.loc[rule.key, "alone_m2"] == sum(bool(cell & rule.flag) for cell in inside.tolist()) * CELL**2
        assert by_key.loc[rule.key, "only_m2"] == sum(cell == rule.flag for cell in inside.tolist()) * CELL**2


def test_what_one_rule_alone_takes_is_what_is_won_without_it(judged: Suitability) -> None:
    for key in ("redlines", "rivers", "hazards"):
        relaxed = suitability(LAYERS, terrain(), load_site_set(overrides=_changed(key)), crs=UTM)
        won = judged.areas()["excluded_m2"] - relaxed.areas()["excluded_m2"]
        assert won == judged.land.set_index("key").loc[key, "only_m2"] > 0


def _changed(key: str) -> dict[str, object]:
    kept = {"exclusions.elevation.limit_m": 1200.0, "exclusions.relief.limit_m": 150.0, "extent.margin_m": 60.0}
    return {**kept, f"exclusions.{key}.applies": False}


@settings(deadline=None, max_examples=60)
@given(
    mask=arrays(np.uint32, (4, 5), elements=st.integers(0, 2**14 - 1)),
    unknown=arrays(np.uint32, (4, 5), elements=st.integers(0, 2**14 - 1)),
)
def test_any_mask_adds_up(mask: np.ndarray, unknown: np.ndarray) -> None:
    land = land_taken(mask, unknown, SET, 900.0)
    inside = mask[mask % 2 == 0]
    together = int((inside > 0).sum()) * 900.0
    several = sum((cell).bit_count() > 1 for cell in inside.tolist()) * 900.0
    assert land["only_m2"].sum() + several == together
    assert land["alone_m2"].sum() == sum((cell).bit_count() for cell in inside.tolist()) * 900.0
    assert len(land) == len(exclusion_rules(SET)) - 1


@pytest.mark.parametrize(
    "name", ["hazards", "flood_zones", "rivers", "redlines", "farmland", "reserves", "water_source_zones", "faults", "land_cover"]
)
def test_a_layer_that_is_not_there_is_unknown_and_never_clears_land(judged: Suitability, name: str) -> None:
    bare = suitability(without(LAYERS, name), terrain(), SET, crs=UTM)
    rule = next(rule for rule in bare.rules if rule.key == name)
    assert ((bare.unknown & rule.flag) > 0).all()
    assert ((bare.mask & rule.flag) == 0).all()
    assert not bool(bare.land.set_index("key").loc[name, "judged"])
    assert any(rule.label in note for note in bare.notes)
    if rule.required:
        assert not np.isfinite(bare.total).any()
        assert set(np.unique(bare.grade)) <= {0, 5}
        assert not bare.buildable.any()
    else:
        assert bare.buildable.any()


def test_a_layer_without_shapes_says_nothing_and_one_without_rows_says_none(judged: Suitability) -> None:
    empty = LAYERS["redlines"].iloc[:0]
    none = suitability({**LAYERS, "redlines": empty}, terrain(), SET, crs=UTM)
    rule = next(rule for rule in none.rules if rule.key == "redlines")
    assert ((none.unknown & rule.flag) == 0).all()
    assert none.buildable.any()
    lost = LAYERS["redlines"].assign(geometry=None)
    nothing = suitability({**LAYERS, "redlines": lost}, terrain(), SET, crs=UTM)
    assert ((nothing.unknown & rule.flag) > 0).all()
    assert not nothing.buildable.any()


def test_a_row_without_a_shape_is_told(judged: Suitability) -> None:
    hazards = LAYERS["hazards"].copy()
    hazards.loc[hazards.index[0], "geometry"] = None
    found = suitability({**LAYERS, "hazards": hazards}, terrain(), SET, crs=UTM)
    assert any("“地质灾害点”有 1 行" in note for note in found.notes)


def test_a_hazard_whose_level_nobody_wrote_counts_as_high() -> None:
    plain = LAYERS["hazards"].drop(columns="hazard_level")
    found = suitability({**LAYERS, "hazards": plain}, terrain(), SET, crs=UTM)
    assert (_on_terrain(found, _near("hazards", 200.0)) == ((found.mask & 1 << 5) > 0)).all()


def test_a_wider_buffer_never_frees_land(judged: Suitability) -> None:
    rules = load_site_set(
        overrides={
            "exclusions.elevation.limit_m": 1200.0,
            "exclusions.relief.limit_m": 150.0,
            "extent.margin_m": 60.0,
            "exclusions.rivers.buffer_m": 90.0,
        }
    )
    found = suitability(LAYERS, terrain(), rules, crs=UTM)
    assert not ((judged.mask > 0) & (found.mask == 0)).any()
    assert (found.mask > 0).sum() > (judged.mask > 0).sum()
