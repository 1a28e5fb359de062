"""Columns of a layer as typed series, of missing values where the layer does not have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping


def text(frame: pd.DataFrame, name: str) -> pd.Series:
    """As `string`."""
    return frame[name].astype("string") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")


def number(frame: pd.DataFrame, name: str) -> pd.Series:
    """As `Float64`."""
    return frame[name].astype("Float64") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="Float64")


def flag(frame: pd.DataFrame, name: str) -> pd.Series:
    """As `boolean`."""
    return frame[name].astype("boolean") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="boolean")


def typed(frame: pd.DataFrame, kinds: Mapping[str, str], usual: str) -> pd.DataFrame:
    """The columns in the given kinds, those not named in the usual one; NaN becomes NA."""
    whole = pd.DataFrame({name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame}, index=frame.index)
    result: pd.DataFrame = whole.astype({name: kinds.get(str(name), usual) for name in whole})
    return result


def any_synthetic(layers: Mapping[str, pd.DataFrame]) -> bool:
    """Whether any row of what a result follows from is invented."""
    return any(bool(flag(frame, "synthetic").fillna(value=False).any()) for frame in layers.values())
