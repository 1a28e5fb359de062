"""Weights drawn evenly from all that declared ranges allow.

The weights allowed are a polytope: `low ≤ w ≤ high` and `Σ w = 1`. Where it is a fair part of a body that is easily drawn from, draws from that body are kept if
they fall inside, which is exactly uniform. The bodies: the box of all ranges but the widest (whose weight is what is left), the simplex above the lower ends, and the
simplex below the upper ends. Where none of them will do (many criteria, narrow and lopsided ranges) hit-and-run walks are used, which come as near to uniform as
they are long (T. Tervonen et al., Hit-and-run enables efficient weight generation for simulation-based multiple criteria decision analysis, Eur. J. Oper. Res. 224 (2013),
552-559): one walk a draw, so that draws do not depend on each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Body = Callable[[int], Floats]

_PILOT = 2_048
_WORTH = 0.02  # of draws kept, below which a walk is cheaper
_STEPS_A_SQUARE = 5  # steps of a walk per squared criterion
_EDGE = 1e-12


def sample_weights(low: ArrayLike, high: ArrayLike, draws: int, *, seed: int = 0) -> Floats:
    """Weights, uniform over `{w: low ≤ w ≤ high, Σ w = 1}`.

    Args:
        low: lower ends as shares of 1, shape (c,).
        high: upper ends, shape (c,).
        draws: how many.
        seed: the same seed gives the same weights.

    Returns:
        Shape (draws, c); each row sums to 1.

    Raises:
        QueryError: a range is upside down, or no weights within the ranges sum to 1.
    """
    lows, highs = tightened(low, high)
    free = highs - lows > _EDGE
    middle = (lows + highs) / 2
    weights = np.tile(middle, (draws, 1))
    if free.sum() > 1:
        rest = 1.0 - float(middle[~free].sum())
        weights[:, free] = rest * _drawn(lows[free] / rest, highs[free] / rest, draws, np.random.default_rng(seed))
    totals: Floats = weights.sum(axis=1, keepdims=True)
    return weights / totals


def tightened(low: ArrayLike, high: ArrayLike) -> tuple[Floats, Floats]:
    """The ranges cut back to what the sum of 1 leaves possible.

    Raises:
        QueryError: nothing is possible.
    """
    lows, highs = np.clip(np.asarray(low, dtype=np.float64), 0, 1), np.clip(np.asarray(high, dtype=np.float64), 0, 1)
    if not (lows <= highs).all():  # NaN is refused too
        raise QueryError("权重范围的下限大于上限。")
    if lows.sum() > 1 + _EDGE or highs.sum() < 1 - _EDGE:
        raise QueryError(
            f"权重范围内凑不出合计 100% 的权重：下限合计 {lows.sum():.1%}，上限合计 {highs.sum():.1%}。",
            hint="请放宽范围：下限合计不超过 100%，上限合计不低于 100%。",
        )
    return np.maximum(lows, 1 - (highs.sum() - highs)), np.minimum(highs, 1 - (lows.sum() - lows))


def _drawn(low: Floats, high: Floats, draws: int, rng: np.random.Generator) -> Floats:
    bodies = _bodies(low, high, rng)
    kept = [_inside(body(_PILOT), low, high).mean() for body in bodies]
    best = int(np.argmax(kept))
    return _kept(bodies[best], low, high, draws) if kept[best] >= _WORTH else _walked(low, high, draws, rng)


def _bodies(low: Floats, high: Floats, rng: np.random.Generator) -> tuple[Body, Body, Body]:
    """Three ways to draw points that sum to 1, each uniform over a body that holds the polytope."""
    size, widest = len(low), int(np.argmax(high - low))
    others = np.arange(size) != widest

    def box(count: int) -> Floats:
        """All but the widest within their ranges; the widest takes what is left."""
        points = np.empty((count, size))
        points[:, others] = rng.uniform(low[others], high[others], (count, size - 1))
        points[:, widest] = 1 - points[:, others].sum(axis=1)
        return points

    def above(count: int) -> Floats:
        """The simplex above the lower ends."""
        points: Floats = low + (1 - low.sum()) * rng.dirichlet(np.ones(size), count)
        return points

    def below(count: int) -> Floats:
        """The simplex below the upper ends."""
        points: Floats = high - (high.sum() - 1) * rng.dirichlet(np.ones(size), count)
        return points

    return box, above, below


def _inside(points: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    fits: NDArray[np.bool_] = (points >= low) & (points <= high)
    return np.asarray(fits.all(axis=1))


def _kept(body: Body, low: Floats, high: Floats, draws: int) -> Floats:
    found: list[Floats] = []
    missing = draws
    while missing > 0:
        points = body(max(_PILOT, 2 * missing))
        found.append(points[_inside(points, low, high)][:missing])
        missing -= len(found[-1])
    return np.concatenate(found) if found else np.empty((0, len(low)))


def _walked(low: Floats, high: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """A walk for each draw: a random direction that keeps the sum, then a random place on the chord."""
    share = (1 - low.sum()) / (high - low).sum()
    points = np.tile(low + share * (high - low), (draws, 1))
    for _ in range(_STEPS_A_SQUARE * len(low) ** 2):
        way = rng.standard_normal(points.shape)
        way -= way.mean(axis=1, keepdims=True)
        ahead, back = (high - points) / way, (low - points) / way
        most = np.where(way > 0, ahead, back).min(axis=1)
        least = np.where(way > 0, back, ahead).max(axis=1)
        points += rng.uniform(np.minimum(least, most), most)[:, None] * way
    return np.asarray(np.clip(points, low, high))
