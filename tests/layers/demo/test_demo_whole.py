"""The whole demonstration county on an invented base: its size, and the share of groups without a hardened road."""

from __future__ import annotations

import openpyxl
import pytest

from layers.boundaries import synthetic_county
from layers.demo import build_county
from layers.demo.manifest import SEEN

SEED = 522326


def counts(path):
    """Households and registered households of each group, as the sheet has them; cells that hold no plain number left out."""
    rows = openpyxl.load_workbook(path, read_only=True)["村民组"].iter_rows(min_row=3, values_only=True)
    heads = next(rows)
    at = [heads.index(name) for name in ("户数", "脱贫户数")]
    pairs = [tuple(row[column] for column in at) for row in rows if isinstance(row[0], int)]
    return [pair for pair in pairs if all(isinstance(value, int) for value in pair)]


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
    assert 0.21 <= totals["registered_households"] / totals["households"] <= 0.26
    groups = counts(tmp_path / "村民组基本情况.xlsx")
    poor = [homes for homes, registered in groups if registered >= 0.5 * homes]
    assert 0.04 <= sum(30 <= homes <= 50 for homes in poor) / len(groups) <= 0.10  # so that a policy for small, poor groups has something to decide
    assert sum(homes > 80 for homes in poor) <= 0.02 * len(poor)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 40_000_000
