"""Who bears what: the cost of a shared network, divided among the groups that use it.

Each section's cost is divided equally among its users (by households, if asked). In a tree every group uses the sections on its way to the
network, and what a set of groups needs is the union of their ways. That is a game in which the cost of a set is the sum over the sections of
"somebody in the set uses it"; the equal division of every section is its Shapley value (each section is a game of its own in which all users
are alike and nobody else pays; the value is additive), so no group, and no set of groups, pays more than its own ways cost (Littlechild and Owen
1973; Megiddo 1978). Divided by households it is the weighted Shapley value.

Amounts are whole cents, by largest remainders: they sum to the cost exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

CENTS = 100


def to_cents(cost_cny: ArrayLike) -> Ints:
    """Yuan as whole cents, halves to even.

    Raises:
        ValueError: an amount is missing or infinite.
    """
    cost = np.asarray(cost_cny, dtype=np.float64)
    if not np.isfinite(cost).all():
        raise ValueError("an amount is missing or infinite")
    return np.rint(cost * CENTS).astype(np.int64)


def share_costs(cost_cny: ArrayLike, section: ArrayLike, user: ArrayLike, users: int, *, weights: ArrayLike | None = None) -> Floats:
    """What each user bears of the sections that it uses.

    Args:
        cost_cny: 元 of each section; rounded to cents.
        section: section of each pair (section, user), each pair once.
        user: user of each pair.
        users: their number.
        weights: weight of each user, ≥ 0 (households, say); missing counts as 0. A section all of whose users weigh nothing is divided equally.
            Equal if not given.

    Returns:
        元 of each user, whole cents. They sum exactly to the cost of all sections that have users.
    """
    cents = to_cents(cost_cny)
    pair_section, pair_user = np.asarray(section, dtype=np.int64), np.asarray(user, dtype=np.int64)
    order = np.lexsort((pair_user, pair_section))
    pair_section, pair_user = pair_section[order], pair_user[order]
    weight = np.ones(users) if weights is None else np.nan_to_num(np.asarray(weights, dtype=np.float64))
    share = _shares(cents, pair_section, weight[pair_user])
    total = np.zeros(users, dtype=np.int64)
    np.add.at(total, pair_user, share)
    return total / CENTS


def _shares(cents: Ints, section: Ints, weight: Floats) -> Ints:
    """Cents of each pair, sorted by section: parts rounded down, and the cents left over to the largest remainders (then in order)."""
    count = np.bincount(section, minlength=len(cents))
    whole = np.bincount(section, weights=weight, minlength=len(cents))
    part = np.where(whole[section] > 0, weight / np.where(whole[section] > 0, whole[section], 1.0), 1.0 / np.maximum(count[section], 1))
    exact = cents[section] * part
    share = np.floor(exact).astype(np.int64)
    left = cents - np.bincount(section, weights=share, minlength=len(cents)).astype(np.int64)
    by_remainder = np.lexsort((np.arange(len(section)), -(exact - share), section))
    first = np.cumsum(count) - count
    rank = np.empty(len(section), dtype=np.int64)
    rank[by_remainder] = np.arange(len(section)) - first[section[by_remainder]]
    # More than one cent each can be left over only through rounding of huge amounts; then it goes round again.
    return share + (left[section] - rank + count[section] - 1) // np.maximum(count[section], 1)


def leave_out_saves(cost_cny: ArrayLike, section: ArrayLike, user: ArrayLike, users: int) -> Floats:
    """元 saved when a user is dropped and all else stays as it is: the sections that nobody else uses. Whole cents."""
    cents = to_cents(cost_cny)
    pair_section, pair_user = np.asarray(section, dtype=np.int64), np.asarray(user, dtype=np.int64)
    single = np.bincount(pair_section, minlength=len(cents))[pair_section] == 1
    saved = np.zeros(users, dtype=np.int64)
    np.add.at(saved, pair_user[single], cents[pair_section[single]])
    return saved / CENTS
