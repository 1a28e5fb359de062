"""Weighted sums and TOPSIS: against pymcdm, and what unknown values do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pymcdm import normalizations
from pymcdm.methods import TOPSIS

from gis.sites.criteria import topsis, weighted_sum
from layers.errors import QueryError

ORACLES = {"vector": normalizations.vector_normalization, "minmax": normalizations.minmax_normalization}


@pytest.mark.parametrize("normalisation", ORACLES)
@pytest.mark.parametrize("seed", range(12))
def test_topsis_equals_pymcdm_on_random_matrices(normalisation, seed) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 40), rng.integers(2, 12)
    values, weights = rng.uniform(1, 100, (rows, columns)), rng.dirichlet(np.ones(columns))
    signs = rng.choice([-1, 1], columns)
    oracle = TOPSIS(ORACLES[normalisation])(values, weights, signs, validation=False)
    if normalisation == "vector":  # pymcdm turns costs over as 1 - r, which keeps all differences
        assert topsis(values, weights, signs, normalisation="vector") == pytest.approx(oracle, rel=1e-9)
    else:
        assert topsis(values, weights, signs, normalisation="minmax") == pytest.approx(oracle, rel=1e-9)


def test_topsis_of_a_hand_computed_case() -> None:
    # Two criteria, equal weights; columns (3, 4) and (4, 3) have length 5: normalised (0.6, 0.8), (0.8, 0.6).
    assert topsis([[3, 4], [4, 3]], [1, 1]) == pytest.approx([0.5, 0.5])
    assert topsis([[3, 3], [4, 4]], [1, 1]) == pytest.approx([0, 1])
    assert topsis([[3, 3], [4, 4]], [1, 1], [-1, -1]) == pytest.approx([1, 0])


matrices = hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=st.floats(0, 100))


@given(matrices, st.data())
@settings(max_examples=60, deadline=None)
def test_figures_keep_within_their_scale_and_do_not_hang_on_the_unit_of_weights(scores, data) -> None:
    weights = np.array(data.draw(st.lists(st.floats(0.01, 10), min_size=scores.shape[1], max_size=scores.shape[1])))
    total, near = weighted_sum(scores, weights), topsis(scores, weights)
    assert ((total >= scores.min(axis=1) - 1e-9) & (total <= scores.max(axis=1) + 1e-9)).all()
    assert ((near >= 0) & (near <= 1)).all()
    assert weighted_sum(scores, 7 * weights) == pytest.approx(total)
    assert topsis(scores, 7 * weights) == pytest.approx(near, abs=1e-9)
    assert weighted_sum(scores, np.stack([weights, weights]))[1] == pytest.approx(total)


def test_what_is_unknown_has_no_figure_and_does_not_touch_the_others() -> None:
    known = np.array([[10.0, 50, 20], [60, 20, 80], [30, 30, 30]])
    holed = np.vstack([known, [99, np.nan, 99]])
    for figure in (weighted_sum, topsis):
        assert figure(holed, [1, 1, 1])[:3] == pytest.approx(figure(known, [1, 1, 1]))
        assert np.isnan(figure(holed, [1, 1, 1])[3])
        assert np.isfinite(figure(holed, [1, 0, 1])[3])  # nobody looks at what has no weight
    assert np.isnan(topsis([[np.nan], [np.nan]], [1])).all()


def test_rows_that_are_all_alike_are_neither_near_nor_far() -> None:
    assert topsis([[5, 5], [5, 5]], [1, 2]).tolist() == [0.5, 0.5]
    assert topsis([[0, 0], [0, 0]], [1, 2], normalisation="minmax").tolist() == [0.5, 0.5]


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [np.nan, 1], [1]])
def test_weights_that_are_none_are_refused(weights) -> None:
    with pytest.raises(QueryError, match="权重"):
        weighted_sum([[1, 2]], weights)
    with pytest.raises(QueryError, match="权重"):
        topsis([[1, 2]], weights)


def test_directions_are_one_or_minus_one() -> None:
    with pytest.raises(QueryError, match="方向"):
        topsis([[1, 2]], [1, 1], [1, 0])
