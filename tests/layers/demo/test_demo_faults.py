"""The honest demonstration: everything planted is noticed by name, through the ordinary import, check and judgement; and luck does not count."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gis.gaps.coverage import assess
from gis.standards import load_standard
from layers.codes import area_names
from layers.demo import build_county
from layers.demo.manifest import SEEN
from layers.demo.score import Evidence, score
from layers.intake.check import check_layers
from layers.intake.match import match_register
from layers.intake.problems import join_problems
from layers.intake.readers import read_layer
from tests.layers.demo.small_county import small_base

KEY = bytes(32)
WHOLE_FILES = ("file_no_cpg", "undeclared_gcj02")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The manifest, what the runs say, and the layers."""
    folder = tmp_path_factory.mktemp("files")
    manifest = build_county(folder, base=small_base(), seed=11, groups=110)
    read = {
        file.layer: read_layer(folder / file.file, file.layer, crs=file.crs, encoding=file.encoding, rename=file.rename, sheet=file.sheet, key=KEY)
        for file in manifest.files
        if file.layer != "dem"
    }
    layers = {name: intake.frame for name, intake in read.items()}
    checked = check_layers(layers, county_code="522326", names=area_names("522326"))
    problems = join_problems([*(intake.problems for intake in read.values()), checked])
    found = match_register(layers["households"], layers["groups"]).frame
    layers["households"] = layers["households"].assign(group_code=found["group_code"])
    judged = assess(layers, load_standard(["guizhou-2017"]))
    return manifest, Evidence(problems, judged.coverage, judged.joints, layers, WHOLE_FILES)


def test_every_code_of_every_fault_is_noticed_by_name(seen):
    manifest, evidence = seen
    found = score(manifest, evidence)
    assert found["missed"].tolist() == [""] * len(found)
    assert (found["found"] == found["planted"]).all()
    assert (found["planted"] > 0).all()
    # a small county has not enough lonely roads for every fault of roads; the whole county is held to all of them
    assert set(found["kind"]) >= {kind for kind in SEEN if not kind.startswith("road_")} | {"road_break", "road_gap_doubt"}


def test_what_nobody_says_is_missed(seen):
    manifest, evidence = seen
    silent = Evidence(evidence.problems.iloc[:0], evidence.coverage.iloc[:0], evidence.joints.iloc[:0], evidence.layers)
    found = score(manifest, silent).set_index(["kind", "layer"])
    assert (found.drop(index="fullwidth_digits", level="kind")["found"] == 0).all()


def test_another_rule_that_names_the_same_row_is_not_taken_for_the_right_one(seen):
    manifest, evidence = seen
    other = evidence.problems.assign(rule=pd.Series("stale_data", index=evidence.problems.index, dtype="string"))
    found = score(manifest, replace(evidence, problems=other)).set_index("kind")
    assert found.loc["text_in_number", "found"] == 0
    assert found.loc["reported_conflict", "missed"] == ""


def test_one_silenced_group_among_many_is_named(seen):
    manifest, evidence = seen
    code = manifest.of_kind("reported_conflict")[0].codes[0]
    hushed = evidence.coverage.assign(conflict=evidence.coverage["conflict"] & (evidence.coverage["group_code"] != code))
    assert score(manifest, replace(evidence, coverage=hushed)).set_index("kind").loc["reported_conflict", "missed"] == code


def test_rows_in_the_manifest_are_rows_of_the_sheet(seen):
    manifest, evidence = seen
    words = evidence.problems[evidence.problems["rule"] == "not_a_number"]
    assert manifest.of_kind("text_in_number")[0].rows == tuple(words["row"].astype(int))
    assert len(manifest.of_kind("id_scientific")[0].rows) == len(manifest.of_kind("id_scientific")[0].codes)


def test_reports_and_evidence_disagree_seldom_but_where_it_was_planted(seen):
    manifest, evidence = seen
    planted = {code for fault in manifest.faults if fault.seen_as == "conflict" for code in fault.codes}
    told = evidence.coverage[evidence.coverage["conflict"].fillna(value=False).to_numpy(dtype=bool)]
    assert len(set(told["group_code"]) - planted) <= 4
