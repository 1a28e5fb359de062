"""Pictures of suitability say three things apart: how good, forbidden, not known."""

import io

import numpy as np
from PIL import Image

from web.site_tiles import score_png


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_better_is_darker_forbidden_is_hatched_unknown_is_blank():
    score = np.full((16, 48), np.nan, dtype=np.float32)
    score[:, :16], score[:, 16:24] = 10.0, 95.0
    excluded = np.zeros(score.shape, dtype=bool)
    excluded[:, 24:32] = True
    score[:, 24:32] = 99.0  # a rule takes the land however good it is
    found = pixels(score_png(score, excluded)).astype(int)
    assert found[0, 0, :3].sum() > found[0, 20, :3].sum()
    assert (found[:, :24, 3] > 0).all()
    forbidden = found[:, 24:32]
    assert 0 < (forbidden[..., 3] > 0).mean() < 1
    assert not (forbidden == found[0, 20]).all(axis=-1).any()
    assert (found[:, 32:, 3] == 0).all()


def test_nothing_to_be_seen_is_no_picture():
    assert score_png(np.full((4, 4), np.nan, dtype=np.float32), np.zeros((4, 4), dtype=bool)) is None
