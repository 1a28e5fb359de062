"""Which roads count, pessimistically and optimistically: a missing attribute is neither yes nor no.

Every function returns `(low, high)`, one boolean per edge each: `low` counts on certain knowledge only, `high` gives every missing value the
benefit of the doubt; low implies high. Roads being built or planned never count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from gis.standards import RoadRule

    Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]

_PAVED_UNCLASSIFIED = "paved"
"""Hardened, says the ledger, but not with what: accepted where the standard lists it, possible otherwise."""


def existing_mask(edges: pd.DataFrame, rule: RoadRule) -> Masks:
    """Roads that are there; where the status is missing, `rule.status_missing_exists` decides."""
    if "status" not in edges:
        certain = np.full(len(edges), rule.status_missing_exists.value)
        return certain, np.ones(len(edges), dtype=bool)
    low, high = _known(edges["status"], edges["status"] == "existing")
    return (high if rule.status_missing_exists.value else low), high


def hardened_mask(edges: pd.DataFrame, rule: RoadRule) -> Masks:
    """Existing roads with an accepted surface (通畅)."""
    there = existing_mask(edges, rule)
    if "surface" not in edges:
        return np.zeros(len(edges), dtype=bool), there[1]
    surface = edges["surface"]
    low, high = _known(surface, surface.isin(rule.surfaces_accepted.value))
    paved = (surface == _PAVED_UNCLASSIFIED).fillna(value=False).to_numpy(dtype=bool)
    return low & there[0], (high | paved) & there[1]


def standard_mask(edges: pd.DataFrame, rule: RoadRule) -> Masks:
    """Hardened roads that are wide enough and, where narrow, have passing bays (达标)."""
    bays = _at_least(edges, "passing_bays_per_km", rule.passing_bays_per_km_min.value)
    roomy = _at_least(edges, "roadbed_width_m", rule.passing_bays_below_roadbed_m.value)
    tests = (
        hardened_mask(edges, rule),
        _at_least(edges, "pavement_width_m", rule.pavement_width_min_m.value),
        _at_least(edges, "roadbed_width_m", rule.roadbed_width_min_m.value),
        (bays[0] | roomy[0], bays[1] | roomy[1]),
    )
    return np.logical_and.reduce([low for low, _ in tests]), np.logical_and.reduce([high for _, high in tests])


def _at_least(edges: pd.DataFrame, column: str, minimum: float) -> Masks:
    if column not in edges:
        return np.zeros(len(edges), dtype=bool), np.ones(len(edges), dtype=bool)
    return _known(edges[column], edges[column] >= minimum)


def _known(column: pd.Series, test: pd.Series) -> Masks:
    """The test where the value is there; (False, True) where it is missing."""
    missing = column.isna().to_numpy(dtype=bool)
    passed = test.fillna(value=False).to_numpy(dtype=bool)
    return passed & ~missing, passed | missing
