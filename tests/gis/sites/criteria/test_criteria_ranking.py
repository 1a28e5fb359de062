"""Parcels ranked: sums of acceptability, ties, what is unknown, and what would have to change."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.criteria import direct_set, rank_parcels, topsis, weighted_sum
from gis.sites.criteria.changes import to_be_first
from layers.errors import QueryError

KEYS = ("slope", "hazard", "road", "water")


def _parcels(scores, codes=None) -> pd.DataFrame:
    scores = np.asarray(scores, dtype=float)
    frame = pd.DataFrame({f"{key}_score": pd.array(column, dtype="Float64") for key, column in zip(KEYS, scores.T, strict=False)})
    return frame.assign(parcel_code=pd.array(codes or [f"P{at:04d}" for at in range(1, len(scores) + 1)], dtype="string"))


scores_of = st.integers(1, 9).flatmap(
    lambda rows: st.lists(st.lists(st.one_of(st.integers(0, 100), st.none()), min_size=4, max_size=4), min_size=rows, max_size=rows)
)


@given(scores_of, st.sampled_from(["weighted_sum", "topsis"]))
@settings(max_examples=60, deadline=None)
def test_acceptability_sums_to_one_and_the_unknown_stand_apart(scores, method) -> None:
    scores = np.array([[np.nan if one is None else one for one in row] for row in scores], dtype=float)
    parcels = _parcels(scores)
    if np.isnan(scores).all(axis=0).all():
        with pytest.raises(QueryError, match="不明"):
            rank_parcels(parcels, dict.fromkeys(KEYS, 1.0))
        return
    found = rank_parcels(parcels, dict.fromkeys(KEYS, 1.0), method=method, draws=64)
    shares = found.acceptability.shares
    assert shares.sum(axis=0) == pytest.approx(np.ones(len(shares)))
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)))
    frame = found.frame
    counted = ~np.isnan(scores).all(axis=0)
    unknown = np.isnan(scores[:, counted]).any(axis=1)
    assert frame["rank"].isna().tolist() == unknown.tolist()
    assert frame["score"].isna().tolist() == unknown.tolist()
    assert frame["missing"].notna().tolist() == unknown.tolist()
    assert sorted(frame["rank"].dropna()) == list(range(1, len(frame) - unknown.sum() + 1))
    assert frame["first_share"].sum() == pytest.approx(0 if unknown.all() else 1)
    assert (frame["score_low"] <= frame["score_high"]).all()
    assert (frame["rank_low"] <= frame["rank_high"]).fillna(value=True).all()
    assert len(found.left_out) == 4 - counted.sum()


def test_ranks_are_those_of_the_weighted_sum_with_ties_by_code() -> None:
    parcels = _parcels([[50, 50, 50, 50], [80, 20, 50, 50], [90, 90, 90, 90], [20, 80, 50, 50]], codes=["P0004", "P0003", "P0002", "P0001"])
    frame = rank_parcels(parcels, {"slope": 30, "hazard": 30, "road": 20, "water": 20}, draws=50).frame
    assert frame["parcel_code"].tolist() == ["P0004", "P0003", "P0002", "P0001"]
    assert frame["score"].tolist() == [50, 50, 90, 50]
    assert frame["rank"].tolist() == [4, 3, 1, 2]
    assert frame["first_share"].tolist() == [0, 0, 1, 0]
    assert frame["topsis"].tolist() == pytest.approx(topsis(parcels.filter(like="_score"), [3, 3, 2, 2]), abs=1e-9)


def test_how_often_the_first_comes_first_is_known_by_hand() -> None:
    # With two criteria and all weights allowed, (100, 0) beats (0, 100) in half the draws, and (40, 40) is never first.
    parcels = _parcels([[100, 0], [0, 100], [40, 40]])
    found = rank_parcels(parcels, {"slope": 1, "hazard": 1}, {"slope": (0, 2), "hazard": (0, 2)}, draws=20_000, seed=4)
    assert found.frame["first_share"].tolist() == pytest.approx([0.5, 0.5, 0], abs=0.02)
    # It is second where the weight of the better criterion is above 0.6: in 80 % of the draws.
    assert found.acceptability.shares[2] == pytest.approx([0, 0.8, 0.2], abs=0.02)
    assert found.acceptability.central[0] == pytest.approx([0.75, 0.25], abs=0.01)
    assert np.isnan(found.acceptability.central[2]).all()
    assert found.frame[["rank_1", "rank_2", "rank_3"]].to_numpy(dtype=float) == pytest.approx(found.acceptability.shares)
    assert found.frame["rank_10"].tolist() == [0, 0, 0]


def test_an_unknown_that_could_be_best_is_not_ranked_but_its_span_is_told() -> None:
    parcels = _parcels([[60, 60], [np.nan, 100]])
    frame = rank_parcels(parcels, {"slope": 1, "hazard": 1}, draws=10).frame.set_index("parcel_code")
    assert frame.loc["P0002", ["score_low", "score_high"]].tolist() == [50, 100]
    assert frame.loc["P0002", "missing"] == "slope"
    assert frame.loc["P0001", "rank"] == 1
    assert pd.isna(frame.loc["P0002", "topsis_rank"])


def test_a_parcel_wholly_on_excluded_land_has_no_rank_however_good() -> None:
    parcels = _parcels([[60, 60], [100, 100], [50, 50]]).assign(**{"class": pd.array(["fair", "excluded", None], dtype="string")})
    found = rank_parcels(parcels, {"slope": 1, "hazard": 1}, draws=10)
    assert found.frame["rank"].tolist() == [1, pd.NA, 2]
    assert found.frame[["score", "topsis", "score_high"]].iloc[1].isna().all()
    assert found.acceptability.shares.shape == (2, 2)
    assert found.summary()["unranked"] == 1


def test_a_criterion_that_nobody_knows_is_left_out_and_told() -> None:
    parcels = _parcels([[60, np.nan], [40, np.nan]])
    found = rank_parcels(parcels, {"slope": 1, "hazard": 3}, draws=10)
    assert found.left_out == ("hazard",)
    assert found.weights == {"slope": 1.0}
    assert found.frame["score"].tolist() == [60, 40]
    assert found.summary()["left_out"] == ["hazard"]


def test_the_unit_and_the_order_of_rows_do_not_matter_and_the_seed_does() -> None:
    rng = np.random.default_rng(0)
    parcels = _parcels(rng.integers(0, 100, (30, 4)))
    weights = {"slope": 0.4, "hazard": 0.3, "road": 0.2, "water": 0.1}
    one = rank_parcels(parcels, weights, draws=300, seed=1)
    hundred = rank_parcels(parcels, {key: 100 * weight for key, weight in weights.items()}, draws=300, seed=1)
    pd.testing.assert_frame_equal(one.frame, hundred.frame, check_exact=False)
    turned = rank_parcels(parcels[::-1], weights, draws=300, seed=1).frame[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.frame, turned)
    assert (rank_parcels(parcels, weights, draws=300, seed=2).acceptability.shares != one.acceptability.shares).any()


@given(st.integers(0, 10_000), st.integers(2, 10), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_the_change_makes_first_and_no_smaller_one_does(seed, rows, columns) -> None:
    rng = np.random.default_rng(seed)
    scores, weights = rng.integers(0, 101, (rows, columns)).astype(float), rng.dirichlet(np.ones(columns))
    found = to_be_first(scores, weights)
    tried = np.linspace(0, 1, 201)
    totals = [weighted_sum(scores, np.array([_moved(weights, k, t) for t in tried])) for k in range(columns)]
    leads = [total >= total.max(axis=1, keepdims=True) - 1e-9 for total in totals]
    for row in range(rows):
        least = min(np.abs(tried[leads[k][:, row]] - weights[k]).min(initial=np.inf) for k in range(columns))
        if found.criterion[row] < 0:
            assert least == np.inf
        else:
            k, after = found.criterion[row], found.after[row]
            total = weighted_sum(scores, _moved(weights, k, after))
            assert total[row] >= total.max() - 1e-9
            assert abs(after - weights[k]) <= least + 1e-5


def _moved(weights, k, t) -> np.ndarray:
    others = np.delete(weights, k)
    rest = others / others.sum() * (1 - t) if len(others) else others
    return np.insert(rest, k, t) if len(others) else np.ones(1)


def test_who_is_first_needs_no_change() -> None:
    frame = rank_parcels(_parcels([[90, 10], [80, 30], [10, 10]]), {"slope": 0.9, "hazard": 0.1}, draws=10).frame
    assert frame["change_from"][0] == frame["change_to"][0]
    assert frame["change_criterion"].tolist()[2] is pd.NA  # worse in everything
    # 90 (1 - t) + 10 t = 80 (1 - t) + 30 t at t = 1/3.
    assert frame["change_to"][1] == pytest.approx({"hazard": 1 / 3, "slope": 2 / 3}[frame["change_criterion"][1]], abs=1e-5)


@pytest.mark.parametrize(
    ("weights", "options", "words"),
    [
        ({"slop": 1}, {}, "没有“slop”这项评分"),
        ({"slope": -1}, {}, "“slope”的权重"),
        ({"slope": 1, "hazard": 1}, {"ranges": {"slope": (2, 3)}}, "“slope”的权重范围"),
        ({"slope": 1}, {"ranges": {"road": (2, 3)}}, "“road”有权重范围"),
        ({"slope": 1}, {"method": "guess"}, "排序方法"),
        ({"slope": 1}, {"draws": 0}, "抽样次数"),
    ],
)
def test_what_cannot_be_ranked_by_is_refused(weights, options, words) -> None:
    ranges = options.pop("ranges", None)
    with pytest.raises(QueryError, match=words):
        rank_parcels(_parcels([[1, 2], [3, 4]]), weights, ranges, **options)


def test_no_parcels_and_weights_of_a_set() -> None:
    empty = rank_parcels(_parcels(np.empty((0, 2))), direct_set("甲", {"slope": 1, "hazard": 2}), draws=10)
    assert len(empty.frame) == 0
    assert {"rank_1", "rank_10"} <= set(empty.frame.columns)
    one = direct_set("甲", {"slope": 1, "hazard": 3}, ranges={"slope": (1, 1)})
    assert rank_parcels(_parcels([[1, 2]]), one, draws=10).ranges["slope"] == (0.25, 0.25)
