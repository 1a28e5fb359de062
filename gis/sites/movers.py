"""Who is to be settled, by the policy of the site set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.sites.choice.policy import Reason, apply_policy, in_danger

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.sites.rules import SiteRules

Who = Literal["planned", "eligible"]
HARD = ("cement_concrete", "asphalt", "paved")
"""Surfaces of a hardened road."""
_PLANNED = (Reason.MUST_MOVE_HAZARD, Reason.WHOLE_RELOCATION)
_ELIGIBLE = (*_PLANNED, Reason.MAY_MOVE_REMOTE, Reason.MAY_MOVE_POLICY)


def who_moves(layers: Mapping[str, pd.DataFrame], rules: SiteRules, who: Who, *, crs: CRS) -> gpd.GeoDataFrame:
    """The groups that are to be settled, with the column `policy` that says why.

    Args:
        layers: `groups`; `hazards` and `roads` where the county has them.
        rules: the site set.
        who: `planned`: those in danger and those that move as a whole; `eligible`: those that the policy lets move, too.
        crs: the county's metric CRS.
    """
    groups = cast("gpd.GeoDataFrame", layers["groups"])
    places = metric_shapes(groups, crs)
    places = places if len(places) else np.full(len(groups), shapely.Point(), dtype=object)
    danger = in_danger(places, layers.get("hazards"), rules.policy, crs)
    found = apply_policy(groups, places, metres_to_hardened(places, layers.get("roads"), crs), danger, rules.policy)
    wanted = np.isin(found.reason, [str(one) for one in (_PLANNED if who == "planned" else _ELIGIBLE)])
    return groups.assign(policy=pd.array(found.reason, dtype="string"))[wanted].reset_index(drop=True)


def movers_notes(layers: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Sentences on what was not known of who has to move."""
    hazards = layers.get("hazards")
    return () if hazards is not None and len(hazards) else ("没有“地质灾害点”图层（或其中没有图形）：没有判断哪些组须避险搬迁，安置对象里没有它们。",)


def metres_to_hardened(places: NDArray[np.object_], roads: pd.DataFrame | None, crs: CRS) -> NDArray[np.float64]:
    """Straight metres from each place to the nearest hardened road; NaN where there is none, or the place is not known."""
    far = np.full(len(places), np.nan)
    shapes = metric_shapes(roads, crs)
    if roads is None or not len(shapes):
        return far
    hard = roads["surface"].isin(HARD).to_numpy(dtype=bool) if "surface" in roads else np.zeros(len(shapes), dtype=bool)
    built = ~roads["status"].isin(["planned", "building"]).to_numpy(dtype=bool) if "status" in roads else np.ones(len(shapes), dtype=bool)
    shapes = shapes[hard & built & ~shapely.is_empty(shapes)]
    known = ~shapely.is_empty(places)
    if len(shapes) and known.any():
        (at, _), metres = shapely.STRtree(shapes).query_nearest(places[known], return_distance=True, all_matches=False)
        far[np.flatnonzero(known)[at]] = metres
    return far
