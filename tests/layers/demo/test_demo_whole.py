"""The whole demonstration county on an invented base: its size, and the share of groups without a hardened road."""

from __future__ import annotations

import pytest

from layers.boundaries import synthetic_county
from layers.demo import build_county
from layers.demo.manifest import SEEN

SEED = 522326


@pytest.mark.slow
def test_the_whole_county_has_the_size_and_the_gaps_that_it_should(tmp_path):
    manifest = build_county(tmp_path, base=synthetic_county("522326", seed=SEED))
    totals = manifest.totals
    assert {fault.kind for fault in manifest.faults} == set(SEEN)
    assert 0.70 <= totals["eligible_groups"] / totals["groups"] <= 0.80
    assert totals["villages"] == 171
    assert 1450 <= totals["groups"] <= 1550
    assert 55_000 <= totals["households"] <= 65_000
    assert 250_000 <= totals["people"] <= 330_000
    assert 0.27 <= totals["lacking_hardened_road"] / totals["eligible_groups"] <= 0.33
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 40_000_000
