"""Which works stay in when prices and weights are not what was thought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.case import handed_down, read_case
from gis.roads.programme.demands import read_demands
from gis.roads.programme.purse import budget_fen
from gis.roads.programme.solve import Search, silent
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from gis.roads.programme.case import Case
    from gis.roads.programme.terms import Terms

    Tell = Callable[[str, float | None], None]

WEIGHT_SETS: tuple[Mapping[str, float], ...] = (
    {"households": 1.0},
    {"people": 1.0},
    {"groups": 1.0},
    {"households": 1.0, "registered": 1.0},
)
"""Plain ways to count: a household, a person, a group, and registered households twice."""


_GAP = 1e-3  # of each variant: the choice is compared, not its last household


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """Other prices (a factor per work) or other weights."""

    of: str
    factor: NDArray[np.float64]
    terms: Terms


def stability(
    works: pd.DataFrame,
    served: pd.DataFrame,
    terms: Terms,
    *,
    weight_sets: Sequence[Mapping[str, float]] = WEIGHT_SETS,
    price_swing: float = 0.2,
    draws: int = 10,
    seed: int = 0,
    tell: Tell | None = None,
) -> pd.DataFrame:
    """In what share of variants each work stands at the end.

    The variants: as declared; all prices up and down by the swing; `draws` times each price by itself, evenly within the swing; and each weight
    set with prices as declared, up and down. Each is solved for its first aim (what stands at the end; the year does not matter here) to 0.1 %; one whose
    floors or deadlines cannot be kept at its prices is answered by the preview. Where money is not carried over, the variants are solved as if it
    were, without the works that no single year can pay (at the prices of the variant) and what hangs on them: which works are worth it is the same question,
    and hundreds of times faster to answer than how to fill each year to the last yuan.

    Args:
        works: as for `solve_programme`.
        served: as for `solve_programme`.
        terms: the terms as declared.
        weight_sets: other weights to try.
        price_swing: 0.2 is ±20 %.
        draws: number of draws with independent prices.
        seed: of the draws.
        tell: called with words and the share that is done.

    Returns:
        By work, in the order of `works`: `work_code`, `stability` (0..1), `core` (in all variants), `stability_prices`, `stability_weights` (shares within
        the variants of each kind; that as declared counts in both), `variants` (their number).

    Raises:
        QueryError: the swing is not between 0 and 1, or `draws` is negative.
    """
    if not 0 <= price_swing < 1 or draws < 0:
        raise QueryError(f"价格浮动须在 0 与 1 之间、抽样次数不小于 0，现为 {price_swing} 与 {draws}。")
    case = read_case(works, served)
    variants = list(_variants(len(case.codes), terms, weight_sets, price_swing, np.random.default_rng(seed), draws))
    stands = np.zeros((len(variants), len(case.codes)), dtype=np.bool_)
    for at, variant in enumerate(variants):
        (tell or silent)("检验计划的稳定性", at / len(variants))
        stands[at] = _final_set(case, variant)
    kinds = np.array([variant.of for variant in variants])
    return pd.DataFrame(
        {
            "work_code": pd.array(case.codes, dtype="string"),
            "stability": pd.array(stands.mean(axis=0), dtype="Float64"),
            "core": pd.Series(stands.all(axis=0)).astype("boolean"),
            "stability_prices": pd.array(stands[kinds != "weights"].mean(axis=0), dtype="Float64"),
            "stability_weights": pd.array(stands[kinds != "prices"].mean(axis=0), dtype="Float64"),
            "variants": pd.array(np.full(len(case.codes), len(variants)), dtype="Int64"),
        }
    )


def _variants(
    size: int, terms: Terms, weight_sets: Sequence[Mapping[str, float]], swing: float, rng: np.random.Generator, draws: int
) -> Iterator[_Variant]:
    levels = [np.full(size, 1.0 + swing), np.full(size, 1.0 - swing)] if swing else []
    yield _Variant("declared", np.ones(size), terms)
    for factor in levels:
        yield _Variant("prices", factor, terms)
    for _ in range(draws if swing else 0):
        yield _Variant("prices", rng.uniform(1.0 - swing, 1.0 + swing, size), terms)
    for weights in weight_sets:
        other = replace(terms, weights=dict(weights))
        if other.weight_row != terms.weight_row:
            for factor in [np.ones(size), *levels]:
                yield _Variant("weights", factor, other)


def _final_set(case: Case, variant: _Variant) -> NDArray[np.bool_]:
    priced = replace(case, fen=np.rint(case.fen * variant.factor).astype(np.int64))
    if not variant.terms.carry_over:
        too_dear = priced.fen > int(budget_fen(variant.terms).max(initial=0))
        priced = replace(priced, banned=handed_down(case, case.banned | too_dear))
    terms = replace(variant.terms, carry_over=True)
    return Search(priced, terms, read_demands(priced, terms), priced.benefit(terms.weight_row), silent).final_set(max(terms.gap, _GAP))
