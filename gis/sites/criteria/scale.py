"""Saaty's scale of judgements, and how a judgement is written."""

from __future__ import annotations

import math
from fractions import Fraction

from layers.errors import QueryError

SCALE: tuple[float, ...] = (*(1.0 / step for step in range(9, 1, -1)), *(float(step) for step in range(1, 10)))
"""From 1/9 (the other is extremely more important) to 9 (Saaty 1977)."""
_LARGEST = 9
_SAME = 1e-9


def scale_words(value: float) -> str:
    """A judgement as it is written: `3`, `1/5`, `2.5`.

    >>> scale_words(0.2), scale_words(3.0), scale_words(2.5)
    ('1/5', '3', '2.5')
    """
    near = Fraction(value).limit_denominator(_LARGEST)
    if abs(float(near) - value) < _SAME and (near.numerator == 1 or near.denominator == 1):
        return str(near)
    return f"{value:.3g}"


def parse_judgement(text: str) -> float:
    """The other way round: `1/5`, `3`, `0.25`.

    Raises:
        QueryError: it is no positive number.
    """
    try:
        value = float(Fraction(text.strip().replace("／", "/")))
    except (ValueError, ZeroDivisionError, OverflowError):
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise QueryError(f"判断“{text}”不是大于 0 的数。", hint="写成 3、1/5 或 0.25 这样。")
    return value
