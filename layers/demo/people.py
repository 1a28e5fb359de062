"""Villager groups where people could live, and how many live there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from layers.demo.words import group_name, hamlet_names

if TYPE_CHECKING:
    from layers.demo.areas import Seats
    from layers.demo.grid import Floats, Ints, Mask
    from layers.demo.terrain import Terrain
    from layers.demo.travel import Reach

APART_M = 420.0
"""Least distance between two groups of a village, while there is room."""
HOUSEHOLDS_PER_GROUP = 40.0
PEOPLE_PER_HOUSEHOLD = 4.7
REGISTERED, HARDSHIP, STEEPNESS, SCATTER = 0.12, 0.60, 3.5, 0.06
"""Share of registered households: where life is easiest, what the hardest place adds, how late that begins to tell, and chance.
Poverty gathers in small hamlets far from everything: a quarter of the households of the county, more than half in the last tenth of the groups."""
WHOLE = 0.3
"""What a group that moves as a whole has on top."""


def build_groups(
    villages: pd.DataFrame, seats: Seats, label: Ints, walk: Reach, terrain: Terrain, inside: Mask, *, count: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Groups with place and people; one row each, in order of code.

    Args:
        villages: as from `list_villages`, in the order of `seats`.
        seats: where the committees are.
        label: village row of each cell.
        walk: footpaths to the seats.
        terrain: the ground.
        inside: cells of the county, a little in from its edge.
        count: about how many groups.
        rng: where everything invented comes from.

    Returns:
        `group_code, group_name, hamlet_name, village (row), village_code, …, x, y, cell, remote (0–1), households_count, people_count,
        registered_households_count, whole_relocation`.
    """
    liking = np.where(inside.ravel(), habitable(terrain) * (0.06 + np.exp(-walk.cost / 9000.0)), 0.0)
    share = _shares(villages, seats, label, liking, count, rng)
    rows = []
    for village, wanted in enumerate(share):
        cells = _settle(np.flatnonzero((label == village) & (liking > 0)), liking, terrain, int(wanted), int(seats.cell[village]), rng)
        rows.append(pd.DataFrame({"village": village, "number": np.arange(1, len(cells) + 1), "cell": cells}))
    frame = pd.concat(rows, ignore_index=True)
    frame = pd.concat((frame, _named(frame, villages, rng), _placed(frame, terrain, walk, rng)), axis=1)
    towns = terrain.grid.points(seats.cell[seats.township_seat])
    return pd.concat((frame, _counted(frame, villages, seats, towns, rng)), axis=1)


def habitable(terrain: Terrain) -> Floats:
    """How well a hamlet fits each cell (flat), 0 to 1: gentle, near water, not on a ridge, not in a river bed."""
    position = terrain.height - uniform_filter(terrain.height, size=max(3, int(700 / terrain.grid.cell)))
    gentle = np.exp(-((terrain.slope / 10.0) ** 2)) * (terrain.slope < 24.0)
    off_ridge = np.exp(-np.clip(position, 0.0, None) / 14.0)
    return np.asarray((gentle * off_ridge * (0.18 + np.exp(-terrain.above / 130.0)) * (terrain.area < 25e6)).ravel())


def _shares(villages: pd.DataFrame, seats: Seats, label: Ints, liking: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Groups per village: more where there is more room; a community of the town has few, but each is large."""
    size = len(villages)
    room = np.bincount(label[label >= 0], liking[label >= 0], size) + 1e-6
    weight = np.sqrt(room) * rng.lognormal(0.0, 0.28, size) * np.where(villages["community"], 0.8, 1.0) * np.where(seats.township_seat, 1.25, 1.0)
    share = np.maximum(1, np.rint(weight / weight.sum() * count)).astype(np.int64)
    room_for = np.bincount(label[label >= 0], liking[label >= 0] > 0, size)
    return np.asarray(np.minimum(np.clip(share, min(3, count // size), 60), np.maximum(1, room_for)), dtype=np.int64)


def _settle(cells: Ints, liking: Floats, terrain: Terrain, wanted: int, seat: int, rng: np.random.Generator) -> Ints:
    """The first group at the seat, the others drawn by liking and kept apart; crowded villages take what is left."""
    keys = np.log(np.maximum(liking[cells], 1e-12)) + rng.gumbel(size=len(cells))
    order = cells[np.argsort(-keys, kind="stable")]
    points, chosen = terrain.grid.points(order), [seat]
    kept = terrain.grid.points(np.array([seat]))
    for cell, point in zip(order, points, strict=True):
        if len(chosen) >= wanted:
            break
        if np.hypot(kept[:, 0] - point[0], kept[:, 1] - point[1]).min() >= APART_M:
            chosen.append(int(cell))
            kept = np.vstack((kept, point))
    spare = order[~np.isin(order, chosen)][: max(0, wanted - len(chosen))]
    return np.array([*chosen, *spare], dtype=np.int64)


def _named(frame: pd.DataFrame, villages: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    of = villages.iloc[frame["village"]].reset_index(drop=True)
    codes = of["village_code"] + frame["number"].map("{:02d}".format)
    names = pd.DataFrame({"group_code": codes, "group_name": frame["number"].map(group_name), "hamlet_name": hamlet_names(len(frame), rng)})
    return pd.concat((names, of), axis=1)


def _placed(frame: pd.DataFrame, terrain: Terrain, walk: Reach, rng: np.random.Generator) -> pd.DataFrame:
    points = terrain.grid.points(frame["cell"].to_numpy()) + rng.uniform(-0.3, 0.3, (len(frame), 2)) * terrain.grid.cell
    cost = walk.cost[frame["cell"]]
    remote = cost.argsort(kind="stable").argsort(kind="stable") / max(1, len(frame) - 1)
    crowd = cKDTree(points).query(points, k=min(4, len(points)))[0][:, -1]
    remote = 0.7 * remote + 0.3 * crowd.argsort(kind="stable").argsort(kind="stable") / max(1, len(frame) - 1)
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "remote": remote, "elevation_m": np.rint(terrain.height.ravel()[frame["cell"]])})


def _counted(frame: pd.DataFrame, villages: pd.DataFrame, seats: Seats, towns: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Skewed sizes (log-normal), larger at seats and in towns, smaller far out; the registered share rises steeply with remoteness and smallness."""
    size, remote = len(frame), frame["remote"].to_numpy()
    first = (frame["number"] == 1).to_numpy()
    town = villages["community"].to_numpy()[frame["village"]]
    in_town = seats.township_seat[frame["village"]] & first
    scale = np.exp(rng.normal(0.0, 0.29, size) - 0.28 * remote) * np.where(first, 1.25, 1.0) * np.where(town, 1.5, 1.0) * np.where(in_town, 1.8, 1.0)
    households = np.clip(np.rint(scale / scale.mean() * HOUSEHOLDS_PER_GROUP), 6, 320).astype(np.int64)
    people = np.maximum(households, np.rint(households * np.clip(rng.normal(PEOPLE_PER_HOUSEHOLD, 0.35, size), 3.4, 6.0))).astype(np.int64)
    move = (remote > 0.75) & (households <= 30) & (rng.random(size) < 0.25)
    hardship = _hardship(frame, households, towns) ** STEEPNESS
    share = np.clip(REGISTERED + HARDSHIP * hardship + rng.normal(0.0, SCATTER, size) + WHOLE * move, 0.02, 0.85)
    return pd.DataFrame(
        {
            "households_count": households,
            "people_count": people,
            "registered_households_count": np.rint(households * share).astype(np.int64),
            "whole_relocation": move,
        }
    )


def _hardship(frame: pd.DataFrame, households: Ints, towns: Floats) -> Floats:
    """How hard life is in each group compared with the others, 0 to 1: far on foot, far from the next township, few households."""
    away = pd.Series(cKDTree(towns).query(frame[["x", "y"]].to_numpy())[0]).rank(pct=True)
    few = pd.Series(-households).rank(pct=True)
    return np.asarray((0.4 * frame["remote"] + 0.4 * away + 0.2 * few).rank(pct=True), dtype=np.float64)
