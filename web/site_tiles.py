"""Suitability as pictures: the darker the better, hatched where nobody may build, blank where nothing is known."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from web.legend import RAMP

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEST = 100.0
EXCLUDED = "#868e96"
"""Grey, and hatched: land that a rule takes."""
_BLANK, _HATCH = 0, 1
_STEPS = 32
"""Shades of the ramp: five bits make small pictures, and no eye tells more."""
_OPACITY, _HATCH_OPACITY = 200, 120
_HATCH_EVERY_PX, _HATCH_WIDTH_PX = 8, 2


def score_png(score: NDArray[np.float32], excluded: NDArray[np.bool_]) -> bytes | None:
    """One tile of the suitability grid.

    Args:
        score: 0 to 100, NaN where not known, shape (rows, columns).
        excluded: where a rule forbids to build.

    Returns:
        A palette PNG; None where there is nothing to be seen.
    """
    known = np.isfinite(score) & ~excluded
    if not (known.any() or excluded.any()):
        return None
    shade = np.clip(np.nan_to_num(score) / BEST * (_STEPS - 1), 0, _STEPS - 1).round().astype(np.uint8)
    row, column = np.indices(score.shape)
    hatch = (row + column) % _HATCH_EVERY_PX < _HATCH_WIDTH_PX
    pixels = np.where(known, shade + 2, np.where(excluded & hatch, _HATCH, _BLANK)).astype(np.uint8)
    picture = Image.fromarray(pixels, mode="P")
    colours, opacity = _palette()
    picture.putpalette(colours)
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=opacity, bits=8)
    return out.getvalue()


@cache
def _palette() -> tuple[list[int], bytes]:
    """Red, green and blue of each number, and their opacity."""
    stops = np.array([_rgb(colour) for colour in RAMP], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, _STEPS)
    ramp = np.column_stack([np.interp(at, np.arange(len(stops)), stops[:, part]) for part in range(3)]).round().astype(int)
    colours = [0, 0, 0, *_rgb(EXCLUDED), *ramp.ravel().tolist()]
    return colours, bytes([0, _HATCH_OPACITY, *[_OPACITY] * _STEPS])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
