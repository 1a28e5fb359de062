"""Parcels ranked under stated weights, and how sure each rank is.

Three states hold here as everywhere. A criterion that is unknown for every parcel cannot tell parcels apart: it is left out, and said so. A parcel for which
a criterion that counts is unknown has no score and no rank (never a place among the known ones), but the score it would have at the worst and at the best. A parcel that lies wholly on excluded land has neither score nor rank,
however good its distances are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from gis.sites.criteria.acceptability import DECIMALS, Acceptability, rank_acceptability
from gis.sites.criteria.changes import Changes, to_be_first
from gis.sites.criteria.sampling import sample_weights
from gis.sites.criteria.scoring import topsis, weighted_sum
from gis.sites.criteria.weights import Range, WeightSet, shared, shared_ranges
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RankMethod: TypeAlias = Literal["weighted_sum", "topsis"]
METHODS: dict[str, Any] = {"weighted_sum": weighted_sum, "topsis": topsis}
DRAWS = 2_000
MOST_DRAWS = 100_000
BEST_SCORE = 100.0
EXCLUDED = "excluded"
"""Class of a parcel of which no part may be built on."""
LOW_LEVEL, HIGH_LEVEL = 0.05, 0.95
SHOWN_RANKS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Ranks and their certainty.

    Attributes:
        frame: one row a parcel, in the order given: parcel_code, score (0 to 100), rank, topsis (0 to 1), topsis_rank, first_share, rank_low and rank_high
            (between which the rank lies in 90 % of the draws), change_criterion, change_from, change_to (the smallest change of one weight, as shares, after which the
            parcel is first by weighted sum; equal ends: it is first; `<NA>`: no single weight can do it), missing (criteria that are unknown, comma separated),
            score_low, score_high (the score if what is unknown were worst or best), rank_1 to rank_10 (share of the draws in which it took that rank).
        acceptability: shares of ranks and central weights of the parcels `compared`.
        compared: codes of the ranked parcels, in the order of the rows of `acceptability`.
        weights: share of each criterion that counted; they sum to 1.
        ranges: from where to where each was drawn.
        left_out: criteria with weight that are unknown for every parcel.
        method: what the acceptability was counted by.
        draws: how many weights were tried.
        seed: of the draws.
    """

    frame: pd.DataFrame
    acceptability: Acceptability
    compared: tuple[str, ...]
    weights: Mapping[str, float]
    ranges: Mapping[str, Range]
    left_out: tuple[str, ...]
    method: str
    draws: int
    seed: int

    def summary(self) -> dict[str, Any]:
        """What a layer's `info` says of the ranking."""
        return {
            "method": self.method,
            "weights": dict(self.weights),
            "ranges": {key: list(ends) for key, ends in self.ranges.items()},
            "left_out": list(self.left_out),
            "draws": self.draws,
            "seed": self.seed,
            "ranked": len(self.compared),
            "unranked": len(self.frame) - len(self.compared),
        }


def rank_parcels(
    parcels: pd.DataFrame,
    weights: Mapping[str, float] | WeightSet,
    ranges: Mapping[str, Range] | None = None,
    *,
    method: RankMethod = "weighted_sum",
    draws: int = DRAWS,
    seed: int = 0,
) -> Ranking:
    """Rank parcels by their scores under each criterion.

    Scores (`<criterion>_score`, 0 to 100, more is better) are what both methods see: they say what a slope or a distance is worth, which raw measures do not. Figures
    that agree to nine decimals are ties, and stand in the order of `parcel_code`.

    Args:
        parcels: `parcel_code` and a column `<criterion>_score` for each criterion, NA where unknown; `class` says which are wholly `excluded`.
        weights: weight of each criterion in any unit, or a set of weights.
        ranges: within which each weight may lie, in the unit of the weights; a set of weights brings its own; half to one and a half times where none is given.
        method: what counts for the acceptability; both figures and ranks are always given.
        draws: how many weights to try.
        seed: of the draws; the same seed gives the same shares.

    Raises:
        QueryError: a weight or range that cannot be used, a criterion that parcels do not have, an unknown method or too many draws.
    """
    if method not in METHODS or not 1 <= draws <= MOST_DRAWS:
        raise QueryError(f"排序方法须是 {'、'.join(METHODS)} 之一，抽样次数须在 1 到 {MOST_DRAWS:,} 之间。")
    given, ends = (weights.weights, weights.ranges() if ranges is None else ranges) if isinstance(weights, WeightSet) else (weights, ranges)
    shared_ranges(given, ends)  # what is wrong with them is said before anything is left out
    table = _scores(parcels, shared(given))
    left_out = tuple(key for key in table.columns if table[key].isna().all()) if len(table) else ()
    shares, ranged = _left(given, ends, left_out)
    ordered = table[list(shares)].sort_index()
    barred = _barred(parcels).reindex(ordered.index)
    known = ordered[ordered.notna().all(axis=1) & ~barred]
    scores, vector = known.to_numpy(dtype=np.float64), np.array(list(shares.values()))
    low, high = np.array(list(ranged.values())).reshape(-1, 2).T
    found = rank_acceptability(scores, sample_weights(low, high, draws, seed=seed), METHODS[method])
    frame = _frame(ordered[~barred], known, vector, found, to_be_first(scores, vector)).reindex(table.index)
    return Ranking(_typed(frame), found, tuple(known.index), shares, ranged, left_out, method, draws, seed)


def _scores(parcels: pd.DataFrame, shares: Mapping[str, float]) -> pd.DataFrame:
    """The scores of the criteria with weight, indexed by parcel."""
    wanted = [key for key, share in shares.items() if share > 0]
    missing = [key for key in wanted if f"{key}_score" not in parcels]
    if missing:
        known = "、".join(str(name).removesuffix("_score") for name in parcels.columns if str(name).endswith("_score"))
        raise QueryError(f"地块没有“{missing[0]}”这项评分；可用的有：{known}。")
    columns = {key: pd.to_numeric(parcels[f"{key}_score"]).astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan) for key in wanted}
    return pd.DataFrame(columns, index=pd.Index(parcels["parcel_code"].astype(str), name="parcel_code"))


def _barred(parcels: pd.DataFrame) -> pd.Series:
    """Parcels of which no part may be built on."""
    excluded = parcels["class"].eq(EXCLUDED).fillna(value=False) if "class" in parcels else pd.Series(data=False, index=parcels.index)
    return pd.Series(excluded.to_numpy(dtype=bool), index=pd.Index(parcels["parcel_code"].astype(str), name="parcel_code"))


def _left(given: Mapping[str, float], ends: Mapping[str, Range] | None, left_out: tuple[str, ...]) -> tuple[dict[str, float], dict[str, Range]]:
    """Shares and ranges of the criteria that count: with weight, and not left out."""
    kept = {key: weight for key, weight in given.items() if weight > 0 and key not in left_out}
    if not kept:
        raise QueryError(f"有权重的各项（{'、'.join(left_out)}）对所有地块都不明，无法排序。", hint="请补充所缺图层，或给别的项权重。")
    return shared(kept), shared_ranges(kept, {key: ends[key] for key in kept if key in ends} if ends else None)


def _frame(ordered: pd.DataFrame, known: pd.DataFrame, weights: Floats, found: Acceptability, changes: Changes) -> pd.DataFrame:
    """All columns, indexed by parcel; those of the ranking are missing where a score is unknown."""
    scores = known.to_numpy(dtype=np.float64)
    score, near = weighted_sum(scores, weights).round(DECIMALS), topsis(scores, weights).round(DECIMALS)
    names = np.array([*known.columns, None], dtype=object)
    ranked = pd.DataFrame(
        {
            "score": score,
            "rank": _ranks(score),
            "topsis": near,
            "topsis_rank": _ranks(near),
            "first_share": found.first,
            "rank_low": found.quantile(LOW_LEVEL),
            "rank_high": found.quantile(HIGH_LEVEL),
            "change_criterion": names[changes.criterion],
            "change_from": changes.before,
            "change_to": changes.after,
        },
        index=known.index,
    )
    unknown, columns = ordered.isna().to_numpy(), np.array(ordered.columns, dtype=object)
    missing = pd.array([",".join(columns[row]) or None for row in unknown], dtype="string")
    ends = {name: weighted_sum(ordered.fillna(value).to_numpy(dtype=np.float64), weights) for name, value in _ENDS.items()}
    shares = {f"rank_{at + 1}": pd.Series(found.rank_share(at), index=known.index) for at in range(SHOWN_RANKS)}
    told: dict[str, Any] = {"missing": missing, **{name: values.round(DECIMALS) for name, values in ends.items()}, **shares}
    return ranked.reindex(ordered.index).assign(**told)


_ENDS = {"score_low": 0.0, "score_high": BEST_SCORE}


def _ranks(figures: Floats) -> NDArray[np.int64]:
    """1 for the highest; ties in the order of rows."""
    ranks = np.empty(len(figures), dtype=np.int64)
    ranks[np.argsort(-figures, kind="stable")] = np.arange(1, len(figures) + 1)
    return ranks


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = dict.fromkeys(frame.columns, "Float64")
    kinds |= dict.fromkeys(("rank", "topsis_rank", "rank_low", "rank_high"), "Int64") | dict.fromkeys(("change_criterion", "missing"), "string")
    return frame.astype(kinds).reset_index().astype({"parcel_code": "string"})
