"""Clinics, schools, transformers, base stations, resettlement sites: who has what, with the gaps and holes that bureaus' lists have.

Every frame has `x`, `y` (metres, CRS of the grid) and the columns of its layer in `layers.names`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from layers.demo.cells import text_at

if TYPE_CHECKING:
    from layers.demo.areas import Seats
    from layers.demo.grid import Floats, Grid, Ints, Mask
    from layers.demo.terrain import Terrain

OUT_OF_REACH_M = 5200.0
"""A station that is farther from a committee than this does not count for it."""
KVA = np.array([30, 50, 80, 100, 160, 200, 315, 400])


def beside(points: Floats, rng: np.random.Generator, *, near: float, far: float) -> Floats:
    """Points (n, 2) moved by `near` to `far` metres in any direction."""
    angle, away = rng.uniform(0.0, 2 * np.pi, len(points)), rng.uniform(near, far, len(points))
    return points + np.column_stack((np.cos(angle), np.sin(angle))) * away[:, None]


def with_holes(values: pd.Series, share: float, rng: np.random.Generator) -> pd.Series:
    """The values with a share of them missing."""
    return values.mask(rng.random(len(values)) < share)


def _at(points: Floats, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], **columns})


def build_committees(villages: pd.DataFrame, seats: Seats, grid: Grid, rng: np.random.Generator) -> pd.DataFrame:
    """The villages' seats."""
    points = beside(grid.points(seats.cell), rng, near=5.0, far=40.0)
    return pd.concat((_at(points), villages[["village_code", "village_name", "township_name"]].reset_index(drop=True)), axis=1)


def build_transformers(groups: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One transformer for most groups, larger where more people live; some are far, small, or single-phase."""
    has = rng.random(len(groups)) < 0.995 - 0.03 * groups["remote"].to_numpy()
    own = groups[has]
    points = beside(own[["x", "y"]].to_numpy(), rng, near=20.0, far=300.0)
    wanted = own["households_count"].to_numpy() * rng.uniform(2.4, 4.8, len(own))
    size = KVA[np.minimum(np.searchsorted(KVA, wanted), len(KVA) - 1)]
    phases = pd.Series(np.where(rng.random(len(own)) < 0.99 - 0.05 * own["remote"], "是", "否"))
    frame = _at(points, capacity_kva=size.astype(float), three_phase_power=with_holes(phases, 0.04, rng))
    codes, names = [f"TQ{n:05d}" for n in range(1, len(own) + 1)], own["village_name"] + own["group_name"] + "台区"
    return frame.assign(transformer_code=codes, transformer_name=names.to_numpy())


def build_base_stations(terrain: Terrain, groups: pd.DataFrame, inside: Mask, seats: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Masts on high ground, more where people are; around a few villages in remote, deep valleys they have never been upgraded from 2G."""
    high = terrain.height - uniform_filter(terrain.height, size=max(3, int(1500 / terrain.grid.cell)))
    count = max(4, len(groups) // 6)
    people = groups["people_count"].to_numpy()
    seen = groups.iloc[rng.choice(len(groups), min(count, len(groups)), replace=False, p=people / people.sum())]
    cells = np.array([_top(high, terrain.grid, inside, x, y) for x, y in zip(seen["x"], seen["y"], strict=True)])
    cells = np.unique(cells)
    points = beside(terrain.grid.points(cells), rng, near=0.0, far=30.0)
    old = cKDTree(points).query_ball_point(_deep_seats(terrain, groups, seats), OUT_OF_REACH_M)
    kind = rng.choice(["4G", "4G", "4G", "4G", "4G", "5G", "2G"], len(cells))
    kind[sorted({row for rows in old for row in rows})] = "2G"
    return _at(
        points,
        station_code=[f"JZ{n:04d}" for n in range(1, len(cells) + 1)],
        station_name=[f"示意基站{n}" for n in range(1, len(cells) + 1)],
        technology=kind,
        operator=rng.choice(["示意移动", "示意电信", "示意联通"], len(cells)),
    )


def _deep_seats(terrain: Terrain, groups: pd.DataFrame, seats: Floats) -> Floats:
    """Points (n, 2) of the villages' seats that are remote and lie low in their surroundings: one village in forty, none of them neighbours."""
    around = uniform_filter(terrain.height, size=max(3, int(3000 / terrain.grid.cell)))
    depth = (around - terrain.height).ravel()[terrain.grid.index(seats)]
    remote = groups.groupby("village")["remote"].mean().reindex(range(len(seats)), fill_value=0.0).to_numpy()
    order = np.argsort(-(remote.argsort().argsort() + depth.argsort().argsort()), kind="stable")
    chosen: list[int] = []
    for row in order:
        if len(chosen) < len(seats) // 40 and all(np.hypot(*(seats[row] - seats[other])) > 2.0 * OUT_OF_REACH_M for other in chosen):
            chosen.append(int(row))
    return seats[chosen]


def _top(high: Floats, grid: Grid, inside: Mask, x: float, y: float) -> int:
    """The cell that stands out most within about 1.3 km."""
    row, col = divmod(int(grid.index(np.array([[x, y]]))[0]), grid.cols)
    reach = max(2, int(1300 / grid.cell))
    rows, cols = slice(max(0, row - reach), row + reach + 1), slice(max(0, col - reach), col + reach + 1)
    window = np.where(inside[rows, cols], high[rows, cols], -np.inf)
    down, right = divmod(int(window.argmax()), window.shape[1])
    return int((rows.start + down) * grid.cols + cols.start + right)


def build_clinics(villages: pd.DataFrame, seats: Seats, grid: Grid, rng: np.random.Generator) -> pd.DataFrame:
    """A clinic in most villages, a hospital in each township, one for the county; a few without doctor, small, or with fields left blank."""
    town, size = seats.township_seat, len(villages)
    has = town | (rng.random(size) < 0.9)
    kind = np.where(town, "乡镇卫生院", "村卫生室")
    kind[np.flatnonzero(town)[0]] = "县级医院"
    area = np.where(town, rng.uniform(800, 3200, size), rng.uniform(42, 130, size)).round()
    doctors = np.where(town, rng.integers(8, 40, size), rng.choice([0, 1, 1, 1, 2, 2, 3], size))
    stem = np.where(town, villages["township_name"], villages["village_name"])
    frame = _at(
        beside(grid.points(seats.cell), rng, near=20.0, far=220.0),
        clinic_code=[f"WS{n:04d}" for n in range(1, size + 1)],
        clinic_name=[f"{name}{what.removeprefix('乡镇').removeprefix('村').removeprefix('县级')}" for name, what in zip(stem, kind, strict=True)],
        clinic_kind=kind,
        village_code=villages["village_code"].to_numpy(),
        village_name=villages["village_name"].to_numpy(),
        floor_area_m2=with_holes(pd.Series(area), 0.04, rng),
        doctors_count=with_holes(pd.Series(doctors).astype(float), 0.05, rng),
    )
    return frame[has].reset_index(drop=True)


def build_schools(villages: pd.DataFrame, seats: Seats, grid: Grid, rng: np.random.Generator) -> pd.DataFrame:
    """Schools: central ones in the townships, primary schools and teaching points in part of the villages, kindergartens in half."""
    rows = [row for village in range(len(villages)) for row in _village_schools(village, rng, town=bool(seats.township_seat[village]))]
    village = np.array([row[0] for row in rows])
    seats_count = np.array([row[2] for row in rows])
    name = [text_at(villages, "township_name" if row[3] else "village_name", row[0]) + row[1] for row in rows]
    return _at(
        beside(grid.points(seats.cell[village]), rng, near=30.0, far=350.0),
        school_code=[f"XX{n:05d}" for n in range(1, len(rows) + 1)],
        school_name=name,
        school_kind=[row[1] for row in rows],
        seats_count=with_holes(pd.Series(seats_count).astype(float), 0.05, rng),
        pupils_count=with_holes(pd.Series(np.rint(seats_count * rng.uniform(0.4, 1.1, len(rows)))), 0.03, rng),
    )


def _village_schools(village: int, rng: np.random.Generator, *, town: bool) -> list[tuple[int, str, int, bool]]:
    draw = rng.random(3)
    if town:
        both = [(village, "中心小学", int(rng.integers(500, 1200)), True), (village, "幼儿园", int(rng.integers(150, 400)), True)]
        senior = [(village, "高中", 1800, True)] if village == 0 else []
        return [*both, *([(village, "初中", int(rng.integers(500, 1300)), True)] if draw[0] < 0.75 else []), *senior]
    found = []
    if draw[0] < 0.36:
        found.append((village, "完小", int(rng.integers(120, 400)), False))
    elif draw[0] < 0.86:
        found.append((village, "教学点", int(rng.integers(20, 90)), False))
    if draw[1] < 0.45:
        found.append((village, "幼教点", int(rng.integers(20, 90)), False))
    return found


def build_settlements(villages: pd.DataFrame, seats: Seats, grid: Grid, *, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Resettlement sites: large ones at the county seat, one in each township, the rest in villages.

    `ready_households_count` is how many homes can be moved into; `layers.demo.resettling` says who came.
    """
    town = np.flatnonzero(seats.township_seat)
    others = rng.permutation(np.flatnonzero(~seats.township_seat))
    rows = np.concatenate((np.repeat(town[0], min(3, count)), town[1:], others))[:count]
    large = np.arange(count) < 3
    planned = np.where(large, rng.integers(600, 2200, count), rng.integers(25, 260, count))
    ready = np.rint(planned * rng.choice([1.0, 1.0, 0.97, 0.9, 0.6, 0.0], count)).astype(int)
    ready[0] = 0  # the first large one is being built: room for those who are still to move
    flags = {name: rng.choice(["有", "有", "有", "无"], count) for name in ("party_station", "police_station", "training_centre", "clinic", "market")}
    return _at(
        beside(grid.points(seats.cell[rows]), rng, near=250.0, far=900.0),
        settlement_code=[f"AZ{n:03d}" for n in range(1, count + 1)],
        settlement_name=[f"{name}示意安置点{n}" for n, name in enumerate(villages["village_name"].iloc[rows], start=1)],
        township_name=villages["township_name"].to_numpy()[rows],
        planned_households_count=planned,
        ready_households_count=ready,
        floor_area_m2=np.rint(planned * 4.5 * rng.uniform(19.0, 26.0, count)),
        **flags,
        **{name: rng.choice(["是", "是", "是", "是", "否"], count) for name in ("water", "power", "road")},
    )


def build_hazards(terrain: Terrain, groups: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Geohazard points on steep ground not far from people."""
    count = min(len(groups), max(5, len(groups) // 8))
    near = groups.iloc[rng.choice(len(groups), count, replace=False)]
    tries = np.stack([beside(near[["x", "y"]].to_numpy(), rng, near=80.0, far=690.0) for _ in range(6)])
    slope = np.stack([terrain.slope.ravel()[terrain.grid.index(points)] for points in tries])
    best: Ints = slope.argmax(axis=0)
    points = tries[best, np.arange(count)]
    kind = rng.choice(["滑坡", "滑坡", "滑坡", "崩塌", "崩塌", "泥石流", "不稳定斜坡", "地面塌陷"], count)
    return _at(
        points,
        hazard_code=[f"DZ{n:04d}" for n in range(1, count + 1)],
        hazard_name=[f"{village}{what}" for village, what in zip(near["village_name"], kind, strict=True)],
        hazard_kind=kind,
        hazard_level=rng.choice(["大型", "中型", "中型", "小型", "小型", "小型"], count),
        threatened_households_count=np.rint(near["households_count"].to_numpy() * rng.uniform(0.0, 0.5, count)).astype(int),
    )
