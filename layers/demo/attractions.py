"""What draws a settlement: markets, parks and workshops; the sites that townships propose; what stands in the settlements that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.demo.services import beside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.demo.areas import Seats
    from layers.demo.grid import Floats, Grid
    from layers.demo.terrain import Terrain

VILLAGE_MARKETS = 7
"""Beside the townships, one village in so many has a market."""
CANDIDATES = 12
LAND_M2 = 220.0
"""Land for each household of a proposed site."""
NEAR_M, FAR_M = 400.0, 2600.0
RIVER_M2 = 25e6
MU = 10_000.0 / 15.0


def build_markets(villages: pd.DataFrame, seats: Seats, grid: Grid, rng: np.random.Generator) -> pd.DataFrame:
    """A market in each township and in some villages."""
    town = seats.township_seat
    rows = np.flatnonzero(town | (rng.permutation(len(villages)) < len(villages) // VILLAGE_MARKETS))
    points = beside(grid.points(seats.cell[rows]), rng, near=60.0, far=420.0)
    stem = np.where(town, villages["township_name"], villages["village_name"])[rows]
    codes = [f"SC{n:03d}" for n in range(1, len(rows) + 1)]
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "market_code": codes, "market_name": [f"{name}示意集市" for name in stem]})


def build_parks(villages: pd.DataFrame, seats: Seats, settlements: pd.DataFrame, grid: Grid, rng: np.random.Generator) -> pd.DataFrame:
    """A park at the county seat, workshops in half of the townships and beside the larger settlements."""
    town = np.flatnonzero(seats.township_seat)
    towns = town[::2]
    sites = settlements.nlargest(min(6, len(settlements)), "planned_households_count")
    at = np.vstack((grid.points(seats.cell[towns]), sites[["x", "y"]].to_numpy()))
    points = beside(at, rng, near=150.0, far=900.0)
    names = [*(f"{name}示意园区" for name in villages["township_name"].iloc[towns]), *(f"{name}就业车间" for name in sites["settlement_name"])]
    jobs = rng.integers(30, 260, len(points))
    jobs[0] = 1800
    codes = [f"YQ{n:03d}" for n in range(1, len(points) + 1)]
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "park_code": codes, "park_name": names, "jobs_count": jobs})


def build_candidates(villages: pd.DataFrame, seats: Seats, terrain: Terrain, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Rectangles on gentle ground near the seats of townships, proposed before anybody looked at what lies under them."""
    town = np.flatnonzero(seats.township_seat)
    rows = np.resize(town, min(CANDIDATES, 3 * len(town)))
    planned = rng.integers(40, 320, len(rows))
    cells = np.array([_gentle(terrain, int(seats.cell[row]), rng) for row in rows])
    shapes = _rectangles(terrain.grid.points(cells), planned.astype(np.float64) * LAND_M2, rng)
    towns = villages["township_name"].iloc[rows].to_numpy()
    numbers = range(1, len(rows) + 1)
    return gpd.GeoDataFrame(
        {
            "candidate_code": [f"BX{n:03d}" for n in numbers],
            "candidate_name": [f"{name}备选地块{n}" for name, n in zip(towns, numbers, strict=True)],
            "township_name": towns,
            "planned_households_count": planned,
        },
        geometry=shapes,
        crs=terrain.grid.crs,
    )


def _gentle(terrain: Terrain, seat: int, rng: np.random.Generator) -> int:
    """One of the gentler cells at some distance from a seat, out of the river."""
    slope = terrain.slope.ravel()
    away = np.hypot(*(terrain.grid.points(np.arange(slope.size)) - terrain.grid.points(np.array([seat]))[0]).T)
    ring = np.flatnonzero((away > NEAR_M) & (away < FAR_M) & (terrain.area.ravel() < RIVER_M2))
    calm = ring[np.argsort(slope[ring], kind="stable")][: max(1, len(ring) // 12)]
    return int(rng.choice(calm))


def _rectangles(centres: Floats, area: Floats, rng: np.random.Generator) -> NDArray[np.object_]:
    turn, ratio = rng.uniform(0.0, np.pi, len(centres)), rng.uniform(1.0, 2.2, len(centres))
    long, short = np.sqrt(area * ratio), np.sqrt(area / ratio)
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    along, across = corners[:, 0] * long[:, None], corners[:, 1] * short[:, None]
    ahead = np.stack((np.cos(turn), np.sin(turn)), axis=1)[:, None, :]
    aside = np.stack((-np.sin(turn), np.cos(turn)), axis=1)[:, None, :]
    points = centres[:, None, :] + along[..., None] * ahead + across[..., None] * aside
    return np.asarray(shapely.polygons(points))


def furnish(settlements: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The settlements with their site and the areas of their rooms, some too small, some left blank; treated hazards where somebody looked."""
    homes = settlements["planned_households_count"].to_numpy(dtype=float)
    grade = np.select([homes >= 800, homes >= 200], [2, 1], default=0)
    wanted = {
        "committee_area_m2": (100, 150, 200),
        "clinic_area_m2": (60, 80, 100),
        "culture_area_m2": (40, 50, 100),
        "square_area_m2": (80, 100, 200),
    }
    out = settlements.assign(site_area_m2=np.round(homes * rng.uniform(110.0, 190.0, len(homes)) / MU, 1))
    for name, areas in wanted.items():
        given = np.round(np.array(areas)[grade] * rng.choice([0.7, 0.9, 1.0, 1.0, 1.2, 1.5], len(homes)))
        out = out.assign(**{name: pd.Series(given, index=out.index).mask(rng.random(len(homes)) < 0.1)})
    return out.assign(
        hazard_treated=pd.Series(rng.choice(["是", "是", "否"], len(homes)), index=out.index, dtype=object).mask(rng.random(len(homes)) < 0.2)
    )
