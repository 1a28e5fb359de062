"""Sets of weights as the layer `weight_sets`, one row a set and criterion, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from gis.sites.criteria.weights import Method, WeightSet
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: dict[str, str] = {
    "weights_name": "string",
    "method": "string",
    "criterion": "string",
    "weight": "Float64",
    "low": "Float64",
    "high": "Float64",
    "judgements": "string",
    "source": "string",
    "random_index": "string",
}
"""The layer's columns. `judgements` of a row holds, as JSON, how many times as important its criterion is as others: only as they were given."""


def weight_frame(sets: Iterable[WeightSet]) -> pd.DataFrame:
    """The sets as rows, in order; shares are kept in full."""
    return pd.DataFrame([_row(one, key) for one in sets for key in one.weights], columns=list(COLUMNS)).astype(COLUMNS)


def _row(one: WeightSet, key: str) -> dict[str, Any]:
    own = {right: value for (left, right), value in one.judgements.items() if left == key}
    return {
        "weights_name": one.name,
        "method": one.method,
        "criterion": key,
        "weight": one.weights[key],
        "low": one.low[key],
        "high": one.high[key],
        "judgements": json.dumps(own, ensure_ascii=False) if own else None,
        "source": one.source or None,
        "random_index": one.random_index or None,
    }


def read_weight_sets(frame: pd.DataFrame) -> dict[str, WeightSet]:
    """The sets of the layer by name, in the order of their first rows.

    Raises:
        QueryError: a method or judgement that this version does not know.
    """
    return {str(name): _set(str(name), rows) for name, rows in frame.groupby("weights_name", sort=False)}


def _set(name: str, rows: pd.DataFrame) -> WeightSet:
    method = str(rows["method"].iloc[0])
    if method not in get_args(Method):
        raise QueryError(f"权重方案“{name}”的方法“{method}”不认识；可用的有：{'、'.join(get_args(Method))}。")
    keys = rows["criterion"].astype(str).tolist()
    low, weight, high = (dict(zip(keys, rows[column].astype(float), strict=True)) for column in ("low", "weight", "high"))
    judged = {(left, right): value for left, text in zip(keys, rows["judgements"], strict=True) for right, value in _judgements(name, text).items()}
    return WeightSet(name, method, weight, low, high, judged, _text(rows["source"]), _text(rows["random_index"]))  # type: ignore[arg-type]


def _judgements(name: str, text: Any) -> dict[str, float]:
    if pd.isna(text):
        return {}
    try:
        return {str(key): float(value) for key, value in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        raise QueryError(f"权重方案“{name}”的判断读不出来。", hint="请重新保存这个方案。") from None


def _text(column: pd.Series) -> str:
    known = column.dropna()
    return "" if known.empty else str(known.iloc[0])
