"""Who may stay, who may move and who must, by the rules of the site set; what is not known never lets a group move."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.sites.hazards import levels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.sites.plan_rules import Policy

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]


class Reason(StrEnum):
    """Which rule decides what is open to a group; the first that applies."""

    NO_LOCATION = "no_location"  # nobody knows where it lies
    MUST_MOVE_HAZARD = "must_move_hazard"  # it lies in the reach of a hazard
    STAYS = "stays"  # it chose to stay
    WHOLE_RELOCATION = "whole_relocation"  # it is to be moved as a whole
    MAY_MOVE_REMOTE = "may_move_remote"  # far from any hardened road
    MAY_MOVE_POLICY = "may_move_policy"  # small, and enough registered households
    MAY_NOT_MOVE = "may_not_move"  # no rule lets it move


class Open(NamedTuple):
    """What is open to each group, and why."""

    reason: NDArray[np.object_]
    may_stay: Bools
    may_move: Bools
    against_will: Bools
    """Groups that chose to stay and have to move all the same: to be talked with."""


def apply_policy(groups: pd.DataFrame, places: NDArray[np.object_], road_m: Floats, danger: Bools, policy: Policy) -> Open:
    """What is open to each group.

    Args:
        groups: `households_count`, `registered_households_count`, `chooses_to_stay`, `whole_relocation`, as far as known.
        places: metric points of the groups; empty where nobody knows.
        road_m: metres to the nearest hardened road, (n,); NaN unknown.
        danger: groups that lie within reach of a hazard.
        policy: of the site set.
    """
    stays = _flag(groups, "chooses_to_stay")
    asks_to_stay = stays & bool(policy.respect_stay.value)
    nowhere = shapely.is_empty(places) | shapely.is_missing(places)
    rules = [
        (Reason.NO_LOCATION, nowhere),
        (Reason.MUST_MOVE_HAZARD, danger),
        (Reason.STAYS, asks_to_stay),
        (Reason.WHOLE_RELOCATION, _flag(groups, "whole_relocation")),
        (Reason.MAY_MOVE_REMOTE, road_m > float(policy.remote_road_m.value)),
        (Reason.MAY_MOVE_POLICY, _small_and_poor(groups, policy)),
    ]
    reason = np.select([rule for _, rule in rules], [str(name) for name, _ in rules], str(Reason.MAY_NOT_MOVE)).astype(object)
    must = np.isin(reason, [Reason.MUST_MOVE_HAZARD, Reason.WHOLE_RELOCATION])
    free = np.isin(reason, [Reason.MAY_MOVE_REMOTE, Reason.MAY_MOVE_POLICY])
    return Open(reason, ~must & ~nowhere, must | free, danger & stays & ~nowhere)


def in_danger(places: NDArray[np.object_], hazards: pd.DataFrame | None, policy: Policy, crs: CRS) -> Bools:
    """Groups within reach of a hazard from which people have to move; one that was treated counts as long as the layer lists it.

    Args:
        places: metric points of the groups.
        hazards: layer `hazards`, any CRS; None: nothing is known, and nobody has to move.
        policy: levels and distance.
        crs: of the places.
    """
    if hazards is None or not len(hazards):
        return np.zeros(len(places), dtype=bool)
    grave = np.isin(levels_of(hazards), list(policy.must_move_levels.value))
    shapes = metric_shapes(hazards, crs)
    shapes = shapes[grave[: len(shapes)]] if len(shapes) else shapes
    return within(places, shapes[~shapely.is_empty(shapes)], float(policy.must_move_buffer_m.value))


def within(places: NDArray[np.object_], shapes: NDArray[np.object_], metres: float) -> Bools:
    """Which places lie no farther than so many metres from any of the shapes."""
    near = np.zeros(len(places), dtype=bool)
    if len(shapes):
        near[shapely.STRtree(shapes).query(places, predicate="dwithin", distance=metres)[0]] = True
    return near


def _small_and_poor(groups: pd.DataFrame, policy: Policy) -> Bools:
    """Small groups with a large enough share of registered households; both counts have to be known."""
    households, registered = (_number(groups, name) for name in ("households_count", "registered_households_count"))
    share = registered / np.where(households > 0, households, np.nan)
    return (households <= float(policy.households_max.value)) & (share >= float(policy.registered_share_min.value))


def _flag(groups: pd.DataFrame, name: str) -> Bools:
    if name not in groups:
        return np.zeros(len(groups), dtype=bool)
    return groups[name].astype("boolean").fillna(value=False).to_numpy(dtype=bool)


def _number(groups: pd.DataFrame, name: str) -> Floats:
    if name not in groups:
        return np.full(len(groups), np.nan)
    return pd.to_numeric(groups[name]).to_numpy(dtype=float, na_value=np.nan)
