"""Places of geological hazard by level: a level that nobody wrote counts as high."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def levels_of(hazards: pd.DataFrame) -> NDArray[np.object_]:
    """`high`, `medium` or `low` of each row."""
    if "hazard_level" not in hazards:
        return np.full(len(hazards), "high", dtype=object)
    level = hazards["hazard_level"].astype("string")
    known: NDArray[np.object_] = level.where(level.isin(["medium", "low"]), "high").to_numpy(dtype=object)
    return known


def metres_by_level(hazards: pd.DataFrame, *, high: float, medium: float, low: float) -> NDArray[np.float64]:
    """A distance for each row by its level."""
    level = levels_of(hazards)
    return np.select([level == "low", level == "medium"], [low, medium], default=high).astype(np.float64)
