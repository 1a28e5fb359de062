"""Pieces of land: whatever the land looks like, nothing forbidden is taken, nothing is too small or too large, and nothing is lost untold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import label

from gis.sites.cutting import compactness_of, cut_land

MASKS = arrays(bool, st.tuples(st.integers(1, 24), st.integers(1, 24)), elements=st.sampled_from([True, True, True, False]))


def pieces(cut):
    return [cut.labels == number for number in range(1, cut.count + 1)]


@settings(deadline=None, max_examples=120)
@given(allowed=MASKS, least=st.integers(1, 12), spare=st.integers(0, 40), opening=st.integers(0, 1), compact=st.sampled_from([0.0, 0.3]))
def test_pieces_keep_every_promise(allowed, least, spare, opening, compact):
    most = least + spare
    cut = cut_land(allowed, least=least, most=most, opening=opening, compactness=compact)
    assert not (cut.labels[~allowed] > 0).any()
    assert int((cut.labels > 0).sum()) + cut.thin + cut.small + cut.ragged == int(allowed.sum())
    assert set(np.unique(cut.labels)) <= set(range(cut.count + 1))
    for piece in pieces(cut):
        assert least <= piece.sum() <= most
        assert label(piece)[1] == 1  # hangs together by edges
    assert (compactness_of(cut.labels)[1:] >= compact).all()
    first = [int(np.flatnonzero(piece)[0]) for piece in pieces(cut)]
    assert first == sorted(first)
    again = cut_land(allowed, least=least, most=most, opening=opening, compactness=compact)
    assert np.array_equal(cut.labels, again.labels)


@settings(deadline=None, max_examples=60)
@given(allowed=MASKS)
def test_a_strip_narrower_than_the_square_is_left_out(allowed):
    cut = cut_land(allowed, least=1, most=10_000, opening=1)
    wide = np.zeros_like(allowed)
    for row in range(allowed.shape[0] - 2):
        for column in range(allowed.shape[1] - 2):
            if allowed[row : row + 3, column : column + 3].all():
                wide[row : row + 3, column : column + 3] = True
    assert np.array_equal(cut.labels > 0, wide)


def test_open_land_is_split_into_compact_pieces_of_like_size():
    cut = cut_land(np.ones((60, 90), dtype=bool), least=20, most=400)
    size = np.bincount(cut.labels.ravel())[1:]
    assert size.sum() == 5400
    assert size.min() > 200
    assert compactness_of(cut.labels)[1:].min() > 0.6  # a square has π/4 = 0.785, a rectangle of one by two 0.698


def test_what_is_cut_off_too_small_joins_its_neighbour():
    land = np.zeros((7, 40), dtype=bool)
    land[:3] = True
    land[:, 38:] = True
    cut = cut_land(land, least=10, most=80)
    assert cut.small == 0
    assert (cut.labels > 0).sum() == land.sum()


def test_a_piece_that_no_neighbour_can_take_is_told_as_small():
    land = np.zeros((5, 12), dtype=bool)
    land[0, :3], land[2:, :] = True, True
    cut = cut_land(land, least=5, most=100)
    assert (cut.count, cut.small) == (1, 3)


@pytest.mark.parametrize(("shape", "expected"), [((4, 4), np.pi / 4), ((2, 8), 4 * np.pi * 16 / 400)])
def test_compactness_of_rectangles(shape, expected):
    labels = np.zeros((10, 10), dtype=np.int32)
    labels[1 : 1 + shape[0], 1 : 1 + shape[1]] = 1
    assert compactness_of(labels)[1] == pytest.approx(expected)


def test_no_land_gives_no_pieces():
    cut = cut_land(np.zeros((5, 5), dtype=bool), least=1, most=5, opening=1, compactness=0.1)
    assert (cut.count, cut.thin, cut.small, cut.ragged) == (0, 0, 0, 0)
