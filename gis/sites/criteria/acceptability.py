"""How often each parcel takes each rank when the weights are not sure (SMAA).

R. Lahdelma, P. Salminen, SMAA-2: stochastic multicriteria acceptability analysis for group decision making, Operations Research 49 (2001), 444-454. The rank
acceptability index of a parcel and a rank is the share of the weights allowed for which the parcel takes that rank; the central weights of a parcel are the mean of
those that make it first: what one would have to hold important to prefer it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Judge = Callable[[Floats, Floats], Floats]

DECIMALS = 9
"""Figures that agree so far are the same: ranks do not hang on the order in which numbers were added."""
_CHUNK = 4_000_000  # figures at once


@dataclass(frozen=True, slots=True, eq=False)
class Acceptability:
    """Ranks over many weights; all over the n parcels that were compared.

    Attributes:
        shares: share of the draws in which the parcel (row) took the rank (column, from first to last), shape (n, n); rows and columns sum to 1.
        central: mean of the weights under which the parcel came first, shape (n, c); NaN where it never did.
        draws: how many weights were tried.
    """

    shares: Floats
    central: Floats
    draws: int

    @property
    def first(self) -> Floats:
        """Share of first ranks, shape (n,)."""
        return self.shares[:, 0] if len(self.shares) else np.empty(0)

    def rank_share(self, at: int) -> Floats:
        """Share of the draws in which each parcel took the rank `at` (0 is first), shape (n,); nobody takes a rank beyond the last."""
        return self.shares[:, at] if at < len(self.shares) else np.zeros(len(self.shares))

    def quantile(self, level: float) -> NDArray[np.int64]:
        """The lowest rank (1 is first) that at least `level` of the draws do not go beyond, shape (n,)."""
        reached = np.cumsum(self.shares, axis=1) >= level - 1 / (2 * max(self.draws, 1))
        return reached.argmax(axis=1) + 1 if len(self.shares) else np.empty(0, dtype=np.int64)


def rank_acceptability(scores: Floats, weights: Floats, figure: Judge) -> Acceptability:
    """Rank all parcels under each of the weights, and count.

    Args:
        scores: shape (n, c), all known; the order of rows breaks ties.
        weights: shape (draws, c).
        figure: from scores and weights to a figure per draw and parcel (`weighted_sum`, `topsis`); more is better.
    """
    size, draws = len(scores), len(weights)
    counts = np.zeros((size, size), dtype=np.int64)
    central, wins = np.zeros((size, weights.shape[1])), np.zeros(size)
    for chunk in np.array_split(weights, max(1, size * draws // _CHUNK)) if size and draws else ():
        order = np.argsort(-np.round(figure(scores, chunk), DECIMALS), axis=1, kind="stable")
        np.add.at(counts.reshape(-1), (order * size + np.arange(size)).reshape(-1), 1)  # one flat index is several times faster than two
        np.add.at(central, order[:, 0], chunk)
        np.add.at(wins, order[:, 0], 1)
    mean = np.divide(central, wins[:, None], out=np.full_like(central, np.nan), where=wins[:, None] > 0)
    return Acceptability(counts / max(draws, 1), mean, draws)
