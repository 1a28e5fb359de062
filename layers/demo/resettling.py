"""Who was resettled where: the nearest settlement with room for the group, the county town for some; and settlements as large as that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

if TYPE_CHECKING:
    from layers.demo.grid import Floats, Ints

TO_TOWN = 0.1
"""Share of the groups whose moved households went to the county town, wherever they came from."""
LEAST_HOMES = 20
"""Nobody builds a settlement for fewer."""
DETOUR_M = 1e6
"""Farther than any settlement of a county."""


def resettle(register: pd.DataFrame, groups: pd.DataFrame, settlements: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The register with the settlement of each moved household, and the settlements with who came; the households of a group stay together.

    Args:
        register: as from `build_register`.
        groups: `group_code, x, y`.
        settlements: as from `build_settlements`, those of the county town first.
        rng: says which groups went to the county town.

    Returns:
        The register with `settlement_code`, empty for who stayed; the settlements with `moved_households_count`, `moved_people_count` and
        `build_state`, and with `planned_households_count` and `floor_area_m2` as large as those who came ask for.
    """
    moved = (register["relocated"] == "是").to_numpy()
    counts = register["group_code"][moved].value_counts()
    need = np.asarray(counts.reindex(groups["group_code"]).fillna(0), dtype=np.int64)
    ready = np.asarray(settlements["ready_households_count"], dtype=np.int64)
    away = cdist(groups[["x", "y"]], settlements[["x", "y"]])
    in_town = (settlements["township_name"] == settlements["township_name"].iloc[0]).to_numpy()
    to_town = rng.random(len(groups)) < TO_TOWN
    site = nearest_with_room(away + DETOUR_M * (to_town[:, None] & ~in_town), need, ready)
    code = pd.Series(settlements["settlement_code"].to_numpy(dtype=object)[site], index=groups["group_code"].to_numpy())
    sent = register.assign(settlement_code=np.where(moved, register["group_code"].map(code), ""))
    return sent, _sized(settlements, sent)


def nearest_with_room(away: Floats, need: Ints, room: Ints) -> Ints:
    """The settlement of each group, (n,): the nearest that takes all its households, groups next to a settlement first.

    Args:
        away: metres from each group to each settlement, (n, m).
        need: households that move, (n,).
        room: homes, (m,). A group for which none has room goes to the nearest all the same.
    """
    left, site = room.copy(), np.zeros(len(need), dtype=np.int64)
    for row in np.argsort(away.min(axis=1), kind="stable"):
        fits = np.flatnonzero(left >= need[row])
        among = fits if len(fits) else np.arange(len(left))
        site[row] = among[away[row, among].argmin()]
        left[site[row]] -= need[row]
    return site


def _sized(settlements: pd.DataFrame, sent: pd.DataFrame) -> pd.DataFrame:
    """The settlements with who came; where somebody came, as many homes were planned as that share of them asks, elsewhere as many as drawn."""
    came = sent[sent["settlement_code"] != ""].groupby("settlement_code")["people_count"].agg(["size", "sum"])
    came = came.reindex(settlements["settlement_code"]).fillna(0).astype(np.int64)
    moved, drawn = came["size"].to_numpy(), settlements["planned_households_count"].to_numpy()
    ready = settlements["ready_households_count"].to_numpy()
    asked = np.maximum(np.rint(moved * drawn / np.maximum(ready, 1)), LEAST_HOMES).astype(np.int64)
    planned = np.maximum(np.where((moved > 0) & (ready > 0), asked, drawn), moved)
    return settlements.drop(columns="ready_households_count").assign(
        planned_households_count=planned,
        moved_households_count=moved,
        moved_people_count=came["sum"].to_numpy(),
        floor_area_m2=np.rint(settlements["floor_area_m2"].to_numpy() * planned / drawn),
        build_state=np.where(moved == 0, "在建", np.where(moved < planned, "已装修", "已入住")),
    )
