"""Shapes: repaired, reduced, taken apart or refused, each with its row; keys unique afterwards."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import InputError
from layers.intake import read_layer
from layers.intake.keys import told_apart

LINE = shapely.LineString([(105, 25), (105.01, 25.01)])
BOWTIE = shapely.Polygon([(105, 25), (105.1, 25.1), (105.1, 25), (105, 25.1)])
SQUARE = shapely.box(105, 25, 105.1, 25.1)


def read(tmp_path, layer, columns, shapes, crs=4490, **options):
    path = tmp_path / "a.geojson" if crs == 4326 else tmp_path / "a.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return read_layer(path, layer, **options)


def rules(intake, severity=None):
    problems = intake.problems if severity is None else intake.problems[intake.problems["severity"] == severity]
    return dict(zip(problems["row"].tolist(), problems["rule"].tolist(), strict=True))


def test_invalid_areas_are_repaired_and_told(tmp_path):
    intake = read(tmp_path, "villages", {"village_code": ["1", "2"]}, [BOWTIE, shapely.box(106, 25, 106.1, 25.1)])
    assert intake.frame.geometry.is_valid.all()
    assert intake.frame.geometry[0].area == pytest.approx(0.005)
    assert rules(intake) == {1: "invalid_geometry"}


def test_areas_and_lines_become_a_representative_point(tmp_path):
    horseshoe = shapely.Polygon([(105, 25), (105.3, 25), (105.3, 25.3), (105.2, 25.3), (105.2, 25.1), (105.1, 25.1), (105.1, 25.3), (105, 25.3)])
    intake = read(tmp_path, "clinics", {"clinic_code": ["1", "2", "3"]}, [horseshoe, LINE, shapely.MultiPoint([(105, 25), (106, 26)])])
    assert set(intake.frame.geom_type) == {"Point"}
    assert horseshoe.contains(intake.frame.geometry[0])
    assert LINE.distance(intake.frame.geometry[1]) < 1e-9
    assert rules(intake)[1] == "made_point"


def test_heights_are_dropped(tmp_path):
    intake = read(tmp_path, "clinics", {"clinic_code": ["1"]}, [shapely.Point(105, 25, 900)])
    assert not intake.frame.geometry.has_z.any()


def test_the_wrong_kind_is_rejected_with_its_row(tmp_path):
    intake = read(tmp_path, "roads", {"road_code": ["1", "2", "3"]}, [LINE, shapely.Point(105, 25), None])
    assert intake.frame["road_code"].tolist() == ["1"]
    assert rules(intake, "error") == {2: "no_geometry", 3: "no_geometry"}
    assert (intake.info["rows_read"], intake.info["rows_rejected"]) == (3, 2)


def test_a_group_without_a_place_is_kept_unlocated(tmp_path):
    intake = read(tmp_path, "groups", {"group_code": ["1", "2", "3"], "户数": [3, 4, 5]}, [shapely.Point(105, 25), None, shapely.Point(0, 0)])
    assert intake.frame["households_count"].tolist() == [3, 4, 5]
    assert intake.frame.geometry.isna().tolist() == [False, True, True]
    assert intake.info["rows_rejected"] == 0


def test_parts_that_meet_are_one_line_and_others_are_told_apart(tmp_path):
    meeting = shapely.MultiLineString([[(105, 25), (105.1, 25)], [(105.1, 25), (105.2, 25)]])
    apart = shapely.MultiLineString([[(105, 25), (105.1, 25)], [(106, 25), (106.1, 25)]])
    intake = read(tmp_path, "roads", {"road_code": ["Y1", "Y2"]}, [meeting, apart])
    assert intake.frame["road_code"].tolist() == ["Y1", "Y2", "Y2-2"]
    assert set(intake.frame.geom_type) == {"LineString"}
    assert intake.frame.geometry[0].length == pytest.approx(0.2)
    assert (intake.info["rows_read"], intake.info["rows_kept"]) == (2, 2)


def test_one_route_code_on_several_sections_is_kept(tmp_path):
    other = shapely.LineString([(105.5, 25), (105.6, 25)])
    intake = read(tmp_path, "roads", {"road_code": ["Y1", "Y1", "Y1"], "surface": ["水泥", "砂石", "水泥"]}, [LINE, other, LINE])
    assert intake.frame["road_code"].tolist() == ["Y1", "Y1-2"]
    assert intake.frame["surface"].tolist() == ["cement_concrete", "gravel"]
    assert rules(intake) == {2: "repeated_key", 3: "identical_row"}
    assert intake.info["rows_rejected"] == 1


def test_a_group_code_twice_with_other_content_is_rejected(tmp_path):
    spots = [shapely.Point(105, 25), shapely.Point(105, 25), shapely.Point(105.1, 25)]
    intake = read(tmp_path, "groups", {"group_code": ["1", "1", "1"], "户数": [3, 3, 4]}, spots)
    assert intake.frame["households_count"].tolist() == [3]
    assert rules(intake) == {2: "identical_row", 3: "duplicate_key"}
    message = intake.problems.set_index("row").loc[3, "message"]
    assert "第 3 行" in message
    assert "第 1 行" in message


def test_an_area_with_an_exclave_is_one_row_and_other_repeats_are_rejected(tmp_path):
    shapes = [SQUARE, shapely.box(106, 25, 106.1, 25.1), shapely.box(107, 25, 107.1, 25.1), SQUARE, shapely.box(108, 25, 108.1, 25.1)]
    columns = {"village_code": ["1", "1", "2", "1", "2"], "village_name": ["甲村", "甲村", "乙村", "甲村", "丙村"]}
    intake = read(tmp_path, "villages", columns, shapes)
    assert intake.frame["village_code"].tolist() == ["1", "2"]
    assert shapely.area(intake.frame.geometry.to_numpy()).tolist() == pytest.approx([0.02, 0.01])
    assert rules(intake) == {2: "merged_part", 4: "merged_part", 5: "duplicate_key"}
    assert (intake.info["rows_read"], intake.info["rows_kept"], intake.info["rows_rejected"]) == (5, 4, 1)


def test_keys_are_made_where_there_are_none(tmp_path):
    intake = read(tmp_path, "roads", {"surface": ["水泥", "砂石"]}, [LINE, shapely.LineString([(105.5, 25), (105.6, 25)])])
    assert intake.frame["road_code"].tolist() == ["roads-000001", "roads-000002"]
    partly = read(tmp_path, "roads", {"road_code": ["Y1", None]}, [LINE, shapely.LineString([(105.5, 25), (105.6, 25)])])
    assert partly.frame["road_code"].tolist() == ["Y1", "roads-000002"]
    assert rules(partly, "warning") == {2: "made_keys"}


def test_what_lies_far_outside_the_county_is_told_and_kept(tmp_path):
    county = gpd.GeoDataFrame(geometry=[SQUARE], crs=4490)
    spots = [shapely.Point(105.05, 25.05), shapely.Point(105.12, 25.05), shapely.Point(106, 25.05)]
    intake = read(tmp_path, "clinics", {"clinic_code": ["1", "2", "3"]}, spots, boundary=county)
    assert rules(intake, "warning") == {3: "outside_boundary"}
    assert len(intake.frame) == 3


def test_swapped_axes_within_the_globe_are_hinted_at_by_the_boundary(tmp_path):
    nepal = gpd.GeoDataFrame(geometry=[shapely.box(83, 27, 84, 28)], crs=4490)
    intake = read(tmp_path, "clinics", {"clinic_code": ["1", "2"]}, [shapely.Point(27.5, 83.5), shapely.Point(27.6, 83.6)], boundary=nepal)
    assert intake.problems["message"].str.contains("颠倒").all()
    assert intake.frame.geometry[0].x == 27.5


def test_grid_numbers_declared_as_degrees_are_refused_with_a_hint(tmp_path):
    with pytest.raises(InputError, match="EPSG:4524"):
        read(tmp_path, "clinics", {"clinic_code": ["1"]}, [shapely.Point(36_512_345, 2_801_234)], crs=4326)


def test_a_few_impossible_coordinates_are_rows(tmp_path):
    spots = [shapely.Point(105, 25), shapely.Point(105.1, 25), shapely.Point(999, 25)]
    intake = read(tmp_path, "clinics", {"clinic_code": ["1", "2", "3"]}, spots)
    assert intake.frame["clinic_code"].tolist() == ["1", "2"]
    assert "out_of_range" in intake.problems["rule"].tolist()
    assert rules(intake, "error") == {3: "no_geometry"}


def test_an_old_datum_is_doubted(tmp_path):
    intake = read(tmp_path, "clinics", {"clinic_code": ["1"]}, [shapely.Point(105, 25)], crs=4610)
    assert "old_datum" in intake.problems["rule"].tolist()
    assert len(intake.frame) == 1


@given(st.lists(st.sampled_from(["a", "b", "a-2", "a-3", "b-2", "a-2-2"]), max_size=12))
def test_told_apart_keys_are_unique_and_the_first_keeps_its_name(keys):
    made = told_apart(gpd.pd.Series(keys, dtype="string"))
    assert made.is_unique
    firsts = ~gpd.pd.Series(keys, dtype="string").duplicated()
    assert made[firsts].tolist() == [key for key, first in zip(keys, firsts, strict=True) if first]


shapes = st.sampled_from(
    [
        LINE,
        BOWTIE,
        SQUARE,
        shapely.Point(105, 25),
        shapely.MultiLineString([LINE, shapely.affinity.translate(LINE, 1)]),
        None,
        shapely.LineString(),
        shapely.Point(0, 0),
    ]
)


@given(
    st.lists(st.tuples(st.sampled_from(["1", "2", None]), shapes), min_size=1, max_size=8),
    st.sampled_from(["groups", "clinics", "roads", "villages", "farmland"]),
)
@settings(max_examples=25, deadline=None)
def test_read_is_kept_plus_rejected_for_any_mix_of_shapes(tmp_path_factory, rows, layer):
    codes, mixed = zip(*rows, strict=True)
    key = {"groups": "group_code", "clinics": "clinic_code", "roads": "road_code", "villages": "village_code", "farmland": "parcel_code"}[layer]
    path = tmp_path_factory.mktemp("mix") / "a.geojson"
    gpd.GeoDataFrame({key: list(codes), "note": "x"}, geometry=list(mixed), crs=4326).to_file(path, driver="GeoJSON")
    intake = read_layer(path, layer)
    info, problems, frame = intake.info, intake.problems, intake.frame
    assert info["rows_read"] == len(rows) == info["rows_kept"] + info["rows_rejected"]
    gone = problems[problems["severity"].eq("error") | problems["rule"].eq("identical_row")]
    assert gone["row"].nunique() == info["rows_rejected"]
    assert frame[key].is_unique
    assert frame[key].notna().all()
    there = frame.geometry.notna()
    assert there.all() or layer == "groups"
    assert np.asarray(frame.geometry[there].is_valid).all()
