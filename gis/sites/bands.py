"""How suitability is kept as a raster of whole numbers (layer `site_scores`), and read back.

Each measure has a step; the number is the measure in steps from the band's offset. Measures are rounded to their steps before they are
scored (`rounded`), so that scores worked out again from the raster are the same. Bits of rules are kept in two bands of sixteen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.sites.rules import Criterion, SiteRules

NODATA = 65_535
"""Not known."""
UNREACHED = 65_534
"""It is known that no way leads there."""
LARGEST = 65_533
"""What is larger is kept as this."""
SCORE, EXCLUDED, UNJUDGED = "score", ("excluded_low", "excluded_high"), ("unjudged_low", "unjudged_high")
"""Names of the bands before those of the measures, in this order: total score, bits of the rules that exclude, bits of the rules that could not be judged."""
HEAD = (SCORE, *EXCLUDED, *UNJUDGED)
BITS = 16


class Coding(NamedTuple):
    """How numbers stand for measures: measure = number x scale + offset."""

    scale: float
    offset: float


SCORE_CODING = Coding(0.01, 0.0)
_BITS_CODING = Coding(1.0, 0.0)
_BY_UNIT = {"°": Coding(0.01, 0.0), "m": Coding(1.0, 0.0), "min": Coding(0.1, 0.0), "": Coding(1.0, 0.0)}
_BY_KEY = {"elevation": Coding(0.2, -500.0), "relief": Coding(0.1, 0.0)}


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """One band: whole numbers that stand for `array * scale + offset` in `unit`.

    Attributes:
        name: key of the criterion, or one of `HEAD`.
        label: what people call it.
        unit: of the real values; empty for codes and bits.
        array: uint16 (rows, columns); `NODATA` unknown, in measures `UNREACHED` infinite. Bits have neither.
        scale: real value of one step.
        offset: real value of nought.
    """

    name: str
    label: str
    unit: str
    array: NDArray[np.uint16]
    scale: float
    offset: float


def coding_of(key: str, criterion: Criterion) -> Coding:
    """How the measure of a criterion is kept."""
    return _BY_KEY.get(key, _BY_UNIT[criterion.unit])


def encode(values: NDArray[np.floating], coding: Coding) -> NDArray[np.uint16]:
    """Measures as numbers."""
    steps = np.rint((values.astype(np.float64) - coding.offset) / coding.scale)
    kept = np.where(np.isfinite(values), np.clip(steps, 0, LARGEST), np.where(np.isnan(values), NODATA, UNREACHED))
    return kept.astype(np.uint16)


def decode(numbers: NDArray[np.uint16], coding: Coding) -> NDArray[np.float32]:
    """Numbers as measures."""
    values = numbers * coding.scale + coding.offset
    return np.where(numbers == NODATA, np.nan, np.where(numbers == UNREACHED, np.inf, values)).astype(np.float32)


def rounded(key: str, criterion: Criterion, values: NDArray[np.floating]) -> NDArray[np.float32]:
    """A measure as the raster will give it back."""
    coding = coding_of(key, criterion)
    return decode(encode(values, coding), coding)


def band_names(rules: SiteRules) -> tuple[str, ...]:
    """Names of all bands in their order."""
    return (*HEAD, *(key for key, _, _ in rules.criteria.listed()))


def score_band(total: NDArray[np.floating]) -> Band:
    """The total score."""
    return Band(SCORE, "综合得分", "分", encode(total, SCORE_CODING), *SCORE_CODING)


def bit_bands(names: tuple[str, str], label: str, bits: NDArray[np.uint32]) -> tuple[Band, Band]:
    """Bits of rules as two bands."""
    low, high = (bits & np.uint32(0xFFFF)).astype(np.uint16), (bits >> np.uint32(BITS)).astype(np.uint16)
    return Band(names[0], f"{label}（1—16）", "", low, *_BITS_CODING), Band(names[1], f"{label}（17—32）", "", high, *_BITS_CODING)


def bits_of(low: NDArray[np.uint16], high: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """Two bands as bits."""
    return low.astype(np.uint32) | (high.astype(np.uint32) << np.uint32(BITS))


def measure_band(key: str, label: str, criterion: Criterion, values: NDArray[np.floating]) -> Band:
    """A measure."""
    coding = coding_of(key, criterion)
    return Band(key, label, criterion.unit, encode(values, coding), *coding)


SCORE_BANDS = (1, 2, 3)
"""Numbers of the bands that a picture of suitability is made of: the score and the bits of the rules that exclude."""


def shown(numbers: NDArray[np.uint16]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Score (NaN unknown) and whether a rule of the county's land excludes, of the bands `SCORE_BANDS`; beyond the county nothing is said.

    Args:
        numbers: shape (3, rows, columns); all `NODATA` beside the grid.
    """
    score, beside = decode(numbers[0], SCORE_CODING), (numbers == NODATA).all(axis=0)
    bits = bits_of(numbers[1], numbers[2])
    outside = (bits & np.uint32(1)) != 0
    return np.where(outside | beside, np.float32(np.nan), score), (bits != 0) & ~outside & ~beside
