"""Weights drawn from ranges: inside, summing to one, evenly spread, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gis.sites.criteria import sample_weights
from gis.sites.criteria import sampling as ways
from layers.errors import QueryError


@st.composite
def ranges(draw) -> tuple[np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 12))
    middle = np.array(draw(st.lists(st.floats(0.01, 1), min_size=size, max_size=size)))
    middle /= middle.sum()
    down, up = (np.array(draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))) for _ in range(2))
    return middle * (1 - down), np.minimum(1, middle * (1 + 3 * up))


@given(ranges())
@settings(max_examples=40, deadline=None)
def test_all_draws_are_allowed_and_the_seed_decides(ends) -> None:
    low, high = ends
    weights = sample_weights(low, high, 50, seed=3)
    assert weights.shape == (50, len(low))
    assert weights.sum(axis=1) == pytest.approx(np.ones(50))
    assert (weights >= low - 1e-9).all()
    assert (weights <= high + 1e-9).all()
    assert (sample_weights(low, high, 50, seed=3) == weights).all()


def test_without_ranges_the_whole_simplex_is_drawn_from() -> None:
    weights = sample_weights(np.zeros(4), np.ones(4), 20_000)
    # One weight of a uniform point of the simplex is Beta(1, 3).
    for column in weights.T:
        assert stats.kstest(column, stats.beta(1, 3).cdf).pvalue > 1e-3


CASES = {
    "box": ([0.15, 0.15, 0.1, 0.2], [0.35, 0.3, 0.4, 0.4]),
    "above": ([0.4, 0.05, 0.1, 0.0], [0.9, 0.5, 0.6, 0.5]),
    "below": ([0.0, 0.0, 0.1, 0.1], [0.28, 0.27, 0.3, 0.26]),
}


@pytest.mark.parametrize("case", CASES)
def test_all_ways_to_draw_agree_with_plain_rejection(case) -> None:
    low, high = (np.array(end) for end in CASES[case])
    rng = np.random.default_rng(1)
    plain = rng.dirichlet(np.ones(4), 400_000)
    plain = plain[((plain >= low) & (plain <= high)).all(axis=1)]
    assert len(plain) > 300
    tight = ways.tightened(low, high)
    for weights in (sample_weights(low, high, 4_000, seed=5), ways._walked(*tight, 4_000, np.random.default_rng(2))):
        for drawn, expected in zip(weights.T, plain.T, strict=True):
            assert stats.ks_2samp(drawn, expected).pvalue > 1e-3


def test_many_lopsided_ranges_are_walked_and_keep_within() -> None:
    size = 14
    low, high = np.zeros(size), np.r_[np.full(7, 0.15), np.full(7, 1.0)]
    weights = sample_weights(low, high, 300, seed=1)
    assert ((weights >= -1e-9) & (weights <= high + 1e-9)).all()
    assert weights.sum(axis=1) == pytest.approx(np.ones(300))
    narrow = np.r_[np.full(12, 0.5), 0.02, 0.02]
    walked = ways._walked(*ways.tightened(np.zeros(size), narrow), 300, np.random.default_rng(0))
    assert (walked <= narrow + 1e-9).all()
    assert walked[:, 12:].mean() == pytest.approx(0.01, abs=0.001)


def test_fixed_weights_stay_fixed() -> None:
    weights = sample_weights([0.5, 0, 0], [0.5, 0.5, 0.5], 100)
    assert weights[:, 0] == pytest.approx(np.full(100, 0.5))
    assert np.ptp(weights[:, 1]) > 0.3
    assert sample_weights([1], [1], 3).tolist() == [[1], [1], [1]]
    assert sample_weights([0, 0], [1, 1], 0).shape == (0, 2)


@pytest.mark.parametrize(
    ("low", "high", "words"), [([0.6, 0.6], [1, 1], "凑不出"), ([0, 0], [0.4, 0.4], "凑不出"), ([0.5, 0.5], [0.4, 1], "下限大于上限")]
)
def test_ranges_that_allow_nothing_are_refused(low, high, words) -> None:
    with pytest.raises(QueryError, match=words):
        sample_weights(low, high, 10)
