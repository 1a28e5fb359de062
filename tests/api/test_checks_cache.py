"""What was checked is kept under the hash of what it follows from, and worked out again when that changes or the file is gone."""

from __future__ import annotations

import pandas as pd
import pytest

from api.runs.assess import standard_of
from api.runs.checks import check_county, find_problems
from api.runs.imports import ImportOptions, import_file
from layers.demo.manifest import Fault, Manifest
from layers.demo.score import Evidence, score
from layers.workspace import open_workspace


def _kept(folder):
    return list((folder / "cache" / "checks").glob("*.parquet"))


def test_the_second_check_reads_what_the_first_found(own_workspace):
    workspace = open_workspace(own_workspace)
    for old in _kept(own_workspace):
        old.unlink()
    first = check_county(workspace)
    (kept,) = _kept(own_workspace)
    stamp = kept.stat().st_mtime_ns
    pd.testing.assert_frame_equal(check_county(workspace), first)
    assert kept.stat().st_mtime_ns == stamp
    pd.testing.assert_frame_equal(find_problems(workspace, workspace.store.head(), standard_of(workspace)), first, check_dtype=False)


def test_damage_and_change_are_not_answered_from_the_cache(own_workspace, tmp_path):
    workspace = open_workspace(own_workspace)
    first = check_county(workspace)
    (kept,) = _kept(own_workspace)
    kept.write_bytes(b"torn")
    pd.testing.assert_frame_equal(check_county(workspace), first)
    clinics = tmp_path / "clinics.csv"
    clinics.write_text("机构代码,机构名称,经度,纬度\nW1,外县卫生室,100.0,20.0\n", encoding="utf-8")
    import_file(workspace, "clinics", clinics, ImportOptions(crs="EPSG:4490"))
    second = check_county(open_workspace(own_workspace))
    assert not second.equals(first)
    assert (second["layer"] == "clinics").any()
    assert len(_kept(own_workspace)) == 1, "former findings go"


def test_no_finding_is_told_twice(own_workspace):
    found = check_county(open_workspace(own_workspace))
    assert not found.duplicated().any()


@pytest.mark.parametrize(("proven", "noticed"), [(frozenset(), 0), (frozenset({"file_no_cpg"}), 1)])
def test_a_fault_of_a_whole_file_counts_only_when_it_was_put_to_the_test(proven, noticed):
    fault = Fault("F1", "file_no_cpg", "roads", "a.shp", "…", (), "import")
    nothing = pd.DataFrame()
    evidence = Evidence(nothing, nothing, nothing, {}, proven)
    found = score(Manifest("522326", 1, (), (fault,)), evidence)
    assert found[["planted", "found"]].to_numpy().tolist() == [[1, noticed]]
