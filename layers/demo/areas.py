"""Seats of villages and townships on gentle ground, and the areas that belong to them (示意: nobody surveyed them)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import shapes
from scipy.ndimage import binary_erosion
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers.demo.grid import Floats, Grid, Ints, Mask
    from layers.demo.terrain import Terrain
    from layers.demo.travel import Reach

APART_M = 550.0
"""Least distance between the seats of a town's communities."""


@dataclass(frozen=True, slots=True)
class Seats:
    """One row per village: flat `cell` of its seat, and whether it is the seat of its township."""

    cell: Ints
    township_seat: Mask


def suitability(terrain: Terrain, inside: Mask) -> Floats:
    """How gladly people settle in a cell, 0 to 1: gentle, low over the stream, not in the stream, not on the county's edge."""
    core = binary_erosion(inside, iterations=max(2, int(900 / terrain.grid.cell)))
    dry = terrain.area < 25e6
    return np.asarray(np.exp(-((terrain.slope / 8.0) ** 2)) * (0.08 + np.exp(-terrain.above / 110.0)) * (core & dry))


def place_seats(villages: pd.DataFrame, liking: Floats, grid: Grid, hints: Floats, rng: np.random.Generator) -> Seats:
    """A seat for every village: spread over the county by liking, townships compact and near their hints (metres, in order of township code)."""
    codes = villages["township_code"].unique()
    rural = ~villages["community"].to_numpy()
    counts = np.array([max(1, int((rural & (villages["township_code"] == code)).sum())) for code in codes])
    sites = _spread(liking, grid, int(counts.sum()), hints, rng)
    town = _share_out(grid.points(sites), counts, hints)
    cell, seat = np.zeros(len(villages), dtype=np.int64), np.zeros(len(villages), dtype=bool)
    for number, code in enumerate(codes):
        rows = np.flatnonzero(villages["township_code"] == code)
        order = rows[_by_rank(villages.iloc[rows])]
        cell[order] = _one_town(sites[town == number], hints[number], int(rural[rows].sum()), len(rows), liking, grid)
        seat[order[0]] = True
    return Seats(cell, seat)


def _by_rank(rows: pd.DataFrame) -> Ints:
    """The township's own village first (same name), then villages, then communities."""
    stem = rows["township_name"].iloc[0][:2]
    same = ~rows["village_name"].str.startswith(stem).to_numpy()
    return np.lexsort((rows["village_code"], same & ~rows["community"], rows["community"])).astype(np.int64)


def _spread(liking: Floats, grid: Grid, count: int, hints: Floats, rng: np.random.Generator) -> Ints:
    """`count` cells spread evenly over the liked ground, denser near the first township (Lloyd's rounds on a sample)."""
    chance = np.sqrt(liking.ravel())
    sample = rng.choice(chance.size, size=min(9000, int((chance > 0).sum())), replace=False, p=chance / chance.sum())
    points = grid.points(sample)
    weight = chance[sample] * (1.0 + 2.5 * np.exp(-((np.hypot(*(points - hints[0]).T) / 9000.0) ** 2)))
    centres = points[_far_apart(points, count)]
    for _ in range(12):
        nearest = cKDTree(centres).query(points)[1]
        total = np.bincount(nearest, weight, count)
        moved = np.column_stack([np.bincount(nearest, weight * points[:, axis], count) for axis in (0, 1)])
        centres = np.where(total[:, None] > 0, moved / np.maximum(total, 1e-9)[:, None], centres)
    off, nearest = cKDTree(centres).query(points)
    score = np.log(liking.ravel()[sample] + 1e-6) - off / 500.0
    best = np.lexsort((-score, nearest))
    return np.asarray(sample[best[np.unique(nearest[best], return_index=True)[1]]], dtype=np.int64)


def _far_apart(points: Floats, count: int) -> Ints:
    chosen, gap = [0], np.hypot(*(points - points[0]).T)
    while len(chosen) < count:
        chosen.append(int(gap.argmax()))
        gap = np.minimum(gap, np.hypot(*(points - points[chosen[-1]]).T))
    return np.array(chosen)


def _share_out(points: Floats, counts: Ints, hints: Floats) -> Ints:
    """Which township each site belongs to: the given counts, least squared distance to centres that settle between hint and members."""
    slots = np.repeat(np.arange(len(counts)), counts)[: len(points)]
    centres = hints
    for _ in range(3):
        distance = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        rows, columns = linear_sum_assignment(distance[:, slots])
        town = np.zeros(len(points), dtype=np.int64)
        town[rows] = slots[columns]
        members = np.array([points[town == number].mean(axis=0) if (town == number).any() else hints[number] for number in range(len(counts))])
        centres = 0.7 * hints + 0.3 * members
    return town


def _one_town(sites: Ints, hint: Floats, rural: int, count: int, liking: Floats, grid: Grid) -> Ints:
    """Cells of one township's seats in order of rank: its own seat near the hint, the villages, then the communities around the seat."""
    points = grid.points(sites)
    central = np.hypot(*(points - hint).T) / 4000.0 - liking.ravel()[sites]
    sites = sites[np.lexsort((sites, np.arange(len(sites)) != central.argmin()))]
    around = _around(sites[0], count - max(1, rural), liking, grid)
    return np.concatenate((sites[: max(1, rural)], around))


def _around(seat: int, count: int, liking: Floats, grid: Grid) -> Ints:
    """The most liked cells within a few kilometres of the seat, apart from each other."""
    ring = np.hypot(*(grid.points(np.arange(liking.size)) - grid.points(np.array([seat]))[0]).T)
    near = np.flatnonzero((ring < 3500.0) & (liking.ravel() > 0))
    near = near[np.argsort(ring[near] / 900.0 - np.log(liking.ravel()[near] + 1e-6), kind="stable")]
    chosen = [seat]
    for cell in near:
        if len(chosen) > count:
            break
        if np.hypot(*(grid.points(np.array(chosen)) - grid.points(np.array([cell]))[0]).T).min() >= APART_M:
            chosen.append(int(cell))
    spare = near[~np.isin(near, chosen)][: max(0, count + 1 - len(chosen))]
    return np.array([*chosen[1:], *spare], dtype=np.int64)


def label_villages(seats: Seats, walk: Reach) -> Ints:
    """The village (row number) to whose seat each cell is cheapest to walk; -1 outside the ground."""
    source = walk.source
    village = np.full(source.size, -1, dtype=np.int64)
    village[seats.cell] = np.arange(len(seats.cell))
    return np.where(source >= 0, village[source], -1)


def village_shapes(label: Ints, grid: Grid, outline: BaseGeometry, count: int) -> gpd.GeoSeries:
    """One shape per village (row order), without gaps or overlaps between neighbours, cut at the outline."""
    cells = label.reshape(grid.shape).astype(np.int32)
    found = [(shapely.geometry.shape(shape), int(value)) for shape, value in shapes(cells, mask=cells >= 0, transform=grid.transform)]
    parts = gpd.GeoSeries([part for part, _ in found], crs=grid.crs).groupby([value for _, value in found]).agg(shapely.union_all)
    smooth = shapely.coverage_simplify(parts.reindex(range(count)).to_numpy(), 3.5 * grid.cell)
    return gpd.GeoSeries(shapely.intersection(smooth, outline), crs=grid.crs)
