"""The whole demonstration county on an invented base: its size, and the share of groups without a hardened road."""

from __future__ import annotations

import pytest

from layers.boundaries import synthetic_county
from layers.demo import build_county

SEED = 522326


@pytest.mark.slow
def test_the_whole_county_has_the_size_and_the_gaps_that_it_should(tmp_path):
    totals = build_county(tmp_path, base=synthetic_county("522326", seed=SEED)).totals
    assert totals["villages"] == 171
    assert 1450 <= totals["groups"] <= 1550
    assert 55_000 <= totals["households"] <= 65_000
    assert 250_000 <= totals["people"] <= 330_000
    assert 0.27 <= totals["lacking_hardened_road"] / totals["eligible_groups"] <= 0.33
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 40_000_000
