"""Measures of works: ways to the township worked out by hand, never longer with more roads; hazards and protected metres counted by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.costs import load_costs
from gis.roads.existing import RoadStock, see_roads
from gis.roads.measures import detours, hazards_near, metres_inside, minutes_saved
from gis.standards import load_standard
from gis.townships import township_seats, townships_of

CRS = "EPSG:4544"
X, Y = 400_000.0, 2_900_000.0
COSTS, STANDARD = load_costs(), load_standard(["guizhou-2017"])
TRAVEL = COSTS.travel
KM_H = {"cement_concrete": 20.0, "gravel": 15.0, "earth": 10.0}
WALK_KM_H = 4.0


def at(x, y):
    return shapely.Point(X + x, Y + y)


def line(*places):
    return shapely.LineString([(X + x, Y + y) for x, y in places])


def text(values):
    return pd.array(values, dtype="string")


def roads(*drawn):
    """(surface, line) or (surface, line, status)."""
    columns = {
        "road_code": text([f"R{i}" for i in range(len(drawn))]),
        "surface": text([road[0] for road in drawn]),
        "road_class": text(["village"] * len(drawn)),
        "status": text([road[2] if len(road) > 2 else "existing" for road in drawn]),
        "pavement_width_m": pd.array([4.5] * len(drawn), dtype="Float64"),
    }
    return gpd.GeoDataFrame(columns, geometry=[road[1] for road in drawn], crs=CRS)


def sections(*lines):
    return gpd.GeoDataFrame(geometry=list(lines), crs=CRS)


def groups(*places, township="520000001"):
    columns = {"group_code": text([f"G{i}" for i in range(len(places))]), "township_code": text([township] * len(places))}
    return gpd.GeoDataFrame(columns, geometry=list(places), crs=CRS)


def seat(place):
    return gpd.GeoDataFrame({"township_code": text(["520000001"]), "kind": text(["office"])}, geometry=[place], crs=CRS)


def minutes(places, drawn, works=(), goal=None):
    """Before and after, of each group."""
    stock = drawn if isinstance(drawn, RoadStock) else see_roads(drawn, STANDARD, crs=CRS)
    found = detours(places, seat(goal or at(0, 0)), stock, sections(*works), TRAVEL)
    assert found["group_code"].tolist() == places["group_code"].tolist()
    return found["detour_before_min"].tolist(), found["detour_after_min"].tolist()


def ride(metres, surface):
    return metres / 1000 / KM_H[surface] * 60


def walk(metres):
    return metres / 1000 / WALK_KM_H * 60


def test_along_a_track_at_the_speed_of_its_surface():
    drawn = roads(("cement_concrete", line((0, 0), (4000, 0))), ("earth", line((4000, 0), (4000, 3000))))
    before, after = minutes(groups(at(4000, 3000)), drawn)
    assert before == after == [pytest.approx(ride(4000, "cement_concrete") + ride(3000, "earth"), abs=0.06)]


def test_the_track_is_paved():
    track = line((4000, 0), (4000, 3000))
    drawn = roads(("cement_concrete", line((0, 0), (4000, 0))), ("earth", track))
    before, after = minutes(groups(at(4000, 3000)), drawn, [track])
    assert before == [pytest.approx(ride(4000, "cement_concrete") + ride(3000, "earth"), abs=0.06)]
    assert after == [pytest.approx(ride(7000, "cement_concrete"), abs=0.06)]


def test_a_new_road_replaces_the_walk():
    drawn = roads(("cement_concrete", line((0, 0), (9000, 0))))
    before, after = minutes(groups(at(8000, 2500)), drawn, [line((8000, 0), (8000, 2500))])
    assert after == [pytest.approx(ride(10_500, "cement_concrete"), abs=0.06)]
    # On foot straight down to the road, and then along it.
    assert before == [pytest.approx(ride(8000, "cement_concrete") + walk(2500), abs=0.06)]


def test_works_that_follow_each_other_and_branch():
    drawn = roads(("cement_concrete", line((0, 0), (9000, 0))))
    trunk, left, right = line((8000, 0), (8000, 3000)), line((8000, 3000), (5000, 3000)), line((8000, 3000), (9500, 3000))
    _, after = minutes(groups(at(5000, 3000), at(9500, 3000)), drawn, [trunk, left, right])
    assert after[1] == pytest.approx(ride(12_500, "cement_concrete"), abs=0.06)
    assert after[0] == pytest.approx(min(ride(14_000, "cement_concrete"), ride(5000, "cement_concrete") + walk(3000)), abs=0.06)


def test_without_any_road_one_walks():
    before, after = minutes(groups(at(3000, 4000)), roads())
    assert before == after == [pytest.approx(walk(5000), abs=0.06)]


def test_roads_that_are_not_there_carry_nobody():
    lane = line((0, 0), (6000, 0))
    for status in ("planned", "building"):
        before, _ = minutes(groups(at(6000, 0)), roads(("cement_concrete", lane, status)))
        assert before == [pytest.approx(walk(6000), abs=0.06)]


def test_a_gap_between_roads_is_walked():
    """The end of one road, 15 m short of another: too far to be joined, near enough to be doubted."""
    drawn = roads(("cement_concrete", line((0, 0), (4000, 0))), ("cement_concrete", line((2000, 15), (2000, 2000))))
    before, _ = minutes(groups(at(2000, 2000)), drawn)
    assert before == [pytest.approx(ride(3985, "cement_concrete") + walk(15), abs=0.06)]


def test_what_nobody_knows_is_missing():
    places = pd.concat([groups(at(5, 5), None, shapely.Point()), groups(at(9, 9), township=pd.NA), groups(at(9, 9), township="elsewhere")])
    found = detours(places, seat(at(0, 0)), see_roads(roads(), STANDARD, crs=CRS), sections(), TRAVEL)
    assert found["detour_before_min"].isna().tolist() == [False, True, True, True, True]
    assert found["detour_after_min"].isna().tolist() == [False, True, True, True, True]
    assert found["detour_before_min"].dtype == "Float64"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_way_grows_longer_and_every_work_more_can_only_help(seed):
    rng = np.random.default_rng(seed)

    def course():
        start, turn = rng.uniform(0, 6000, 2), rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.5, 6))
        return line(*(start + np.cumsum(400 * np.column_stack([np.cos(turn), np.sin(turn)]), axis=0)))

    drawn = roads(*((str(rng.choice(["cement_concrete", "gravel", "earth", "unknown"])), course()) for _ in range(8)))
    drawn = see_roads(drawn, STANDARD, crs=CRS)
    places = groups(*(at(*rng.uniform(0, 6000, 2)) for _ in range(6)))
    built = [course() for _ in range(5)]
    before, fewer = minutes(places, drawn, built[:2])
    _, more = minutes(places, drawn, built)
    _, none = minutes(places, drawn)
    straight = [walk(place.distance(at(0, 0))) for place in places.geometry]
    assert none == before
    for told in zip(more, fewer, before, straight, strict=True):
        assert told[0] <= told[1] + 0.051
        assert told[1] <= told[2]
        assert told[2] <= told[3] + 0.051


def test_the_seat_is_the_office_before_a_point_of_the_area():
    square = shapely.box(X, Y, X + 1000, Y + 1000)
    townships = gpd.GeoDataFrame({"township_code": text(["520000002", "520000001", pd.NA])}, geometry=[square, square, square], crs=CRS)
    committees = gpd.GeoDataFrame({"village_code": text(["520000001000", "520000001201", pd.NA])}, geometry=[at(7, 7), at(8, 8), at(9, 9)], crs=CRS)
    found = township_seats({"townships": townships.to_crs(4490), "committees": committees.to_crs(4490)}, crs=CRS)
    assert found["township_code"].tolist() == ["520000001", "520000002"]
    assert found["kind"].tolist() == ["office", "middle"]
    assert found.geometry.iloc[0].distance(at(7, 7)) < 0.01
    assert square.buffer(0.01).contains(found.geometry.iloc[1])


def test_no_layer_no_seat():
    found = township_seats({}, crs=CRS)
    assert len(found) == 0
    places = groups(at(1, 1))
    told = detours(places, found, see_roads(roads(), STANDARD, crs=CRS), sections(), TRAVEL)
    assert told["detour_before_min"].isna().all()


def test_minutes_saved_are_the_mean_of_the_groups_at_the_end():
    works = pd.DataFrame({"work_code": text(["W2", "W1", "W3"])})
    told = pd.DataFrame(
        {
            "work_code": text(["W1", "W1", "W2", pd.NA]),
            "detour_before_min": pd.array([40.0, 20.0, pd.NA, 9.0], dtype="Float64"),
            "detour_after_min": pd.array([10.0, 15.0, pd.NA, 1.0], dtype="Float64"),
        }
    )
    saved = minutes_saved(works, told)
    assert saved.isna().tolist() == [True, False, True]
    assert saved[1] == pytest.approx(17.5)


def test_hazards_count_within_the_buffer_of_their_level():
    rule = COSTS.constraints.hazards
    low, high = rule.buffer_low_m.value, rule.buffer_high_m.value
    assert low < high
    works = sections(line((0, 0), (1000, 0)), line((0, 5000), (1000, 5000)))
    hazards = gpd.GeoDataFrame(
        {"hazard_level": text(["low", "low", "high", pd.NA, "low"])},
        geometry=[at(500, low - 1), at(500, low + 1), at(500, high - 1), at(500, high - 1), None],
        crs=CRS,
    )
    assert hazards_near(works, hazards, COSTS).tolist() == [3, 0]
    assert hazards_near(works, None, COSTS).isna().all()
    assert hazards_near(works, None, COSTS).dtype == "Int64"


def test_metres_inside_count_overlapping_areas_once():
    works = sections(line((0, 0), (1000, 0)), line((0, 500), (0, 900)))
    areas = gpd.GeoDataFrame(geometry=[shapely.box(X + 100, Y - 10, X + 400, Y + 10), shapely.box(X + 300, Y - 10, X + 500, Y + 10)], crs=CRS)
    assert metres_inside(works, areas).tolist() == [400.0, 0.0]
    assert metres_inside(works, None).isna().all()


def test_the_township_of_a_group_is_what_it_says_else_its_village_its_name_its_code():
    asked = pd.DataFrame(
        {
            "group_code": text(["a", "b", "c", "52000000100101", "d", "52000000200101"]),
            "village_code": text([pd.NA, "V1", "V9", pd.NA, "520000003001", pd.NA]),
            "township_code": text(["T1", pd.NA, pd.NA, pd.NA, pd.NA, "T2"]),
            "township_name": text(["Two", "Two", "Two", "Both", "Both", "Two"]),
        }
    )
    layers = {
        "villages": pd.DataFrame({"village_code": text(["V1", "V9", "V9"]), "township_code": text(["T5", "T6", "T7"])}),
        "townships": pd.DataFrame({"township_code": text(["T2", "T3", "T4"]), "township_name": text(["Two", "Both", "Both"])}),
    }
    assert townships_of(asked, layers).tolist() == ["T1", "T5", "T2", "520000001", "520000003", "T2"]
    assert townships_of(asked[["group_code"]], {}).isna().tolist() == [True, True, True, False, True, False]


def saved(before, after):
    return [one - other for one, other in zip(before, after, strict=True)]


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["gravel", "earth", "unknown"]), st.integers(200, 5000), st.integers(0, 9))
def test_a_paved_track_saves_what_arithmetic_says(surface, metres, off):
    """The only way out: paved it is travelled at 20 km/h; the finished line runs beside the drawn one, and its ends meet what lies near."""
    drawn = roads(("cement_concrete", line((0, 0), (4000, 0))), (surface, line((4000, 0), (4000, metres))))
    told = minutes(groups(at(4000, metres)), drawn, [line((4000 + off, 0), (4000 + off, metres))])
    gain = metres / 1000 * 60 * (1 / KM_H.get(surface, KM_H["earth"]) - 1 / KM_H["cement_concrete"])
    # Nobody walks further than to the line, twice at most; and tenths of minutes are told.
    assert max(0.0, gain - 2 * walk(off)) - 0.11 <= saved(*told)[0] <= gain + 0.11


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 4000))
def test_a_group_away_from_the_road_saves_its_walk(metres):
    drawn = roads(("cement_concrete", line((0, 0), (9000, 0))))
    told = minutes(groups(at(8000, metres)), drawn, [line((8000, 0), (8000, metres))])
    # A shorter walk across the land may have been the quickest before.
    quickest = min(
        ride(8000, "cement_concrete") + walk(metres),
        walk(float(np.hypot(8000, metres))),
        *(ride(8000 - on, "cement_concrete") + walk(float(np.hypot(on, metres))) for on in range(0, 8000, 50)),
    )
    assert told[1] == [pytest.approx(ride(8000 + metres, "cement_concrete"), abs=0.06)]
    assert saved(*told)[0] >= quickest - ride(8000 + metres, "cement_concrete") - 0.11


def test_speeds_are_those_of_the_cost_set():
    own = load_costs(overrides={"travel.walk_km_h": 5.0, "travel.hardened_km_h": 25.0, "travel.earth_km_h": 12.5}).travel
    drawn = roads(("asphalt", line((0, 0), (5000, 0))), (None, line((5000, 0), (5000, 2500))))
    found = detours(groups(at(5100, 2500)), seat(at(0, 0)), see_roads(drawn, STANDARD, crs=CRS), sections(), own)
    assert found["detour_before_min"].tolist() == [pytest.approx(12 + 12 + 1.2, abs=0.06)]
