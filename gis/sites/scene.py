"""The county as the siting team sees it: one metric grid with heights, the county's own land on it, and the surface over which people travel."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.burn import burn, metric_shapes
from gis.grid import fitting_cell, heights_on
from gis.sites.speeds import speeds_of, with_paces
from gis.travel import make_surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Bounds, Grid
    from gis.sites.rules import SiteRules
    from gis.terrain import Terrain
    from gis.travel import Surface

MOST_CELLS = 40_000_000
"""More cells are refused even where somebody asks for them: an office machine does not hold the searches over them."""
OUTLINES = ("counties", "townships")
"""Layers whose areas are the county's land, the first that is there."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What all measures and exclusions look at.

    Attributes:
        grid: north-up grid of square cells in `crs`.
        heights: metres, float32 (rows, columns); NaN unknown, and farther from the county than the margin.
        inside: cells whose middle lies in the county; all of them where nobody drew it.
        layers: the county's frames by name, in any CRS.
        surface: over which people travel.
        crs: projected, in metres.
        notes: Chinese sentences on what was missing.
    """

    grid: Grid
    heights: NDArray[np.float32]
    inside: NDArray[np.bool_]
    layers: Mapping[str, pd.DataFrame]
    surface: Surface
    crs: CRS
    notes: tuple[str, ...]


def make_scene(layers: Mapping[str, pd.DataFrame], terrain: Terrain, rules: SiteRules, *, crs: CRS, cell_m: float | None = None) -> Scene:
    """Lay the county on a grid.

    Args:
        layers: frames by name, any CRS (none: lon/lat); `counties` or `townships` say what belongs to the county.
        terrain: heights on any grid.
        rules: extent and speeds.
        crs: projected, in metres.
        cell_m: edge of a cell; None: as fine as the terrain is, coarser by a whole number where there would be too many cells (a note says so).

    Raises:
        QueryError: `cell_m` is so small that the grid is too large.
        InputError: the terrain does not reach the county.
    """
    outline, margin = county_outline(layers, crs), float(rules.extent.margin_m.value)
    bounds = _bounds(outline, margin)
    notes: tuple[str, ...] = ()
    if cell_m is None:
        cell_m = fitting_cell(terrain, crs, bounds=bounds, max_cells=int(rules.extent.max_cells.value))
        finest = fitting_cell(terrain, crs, bounds=bounds, max_cells=sys.maxsize)
        notes = _coarser(cell_m, finest)
    grid, heights = heights_on(terrain, crs, cell_m=cell_m, bounds=bounds, max_cells=MOST_CELLS)
    inside = np.ones(heights.shape, dtype=np.bool_)
    if outline is not None:
        inside = burn(grid, np.array([outline]), touched=False)
        # Beyond the margin nothing is looked at: in a crooked county that saves half of the work.
        heights[~burn(grid, np.array([shapely.buffer(outline, margin)]), touched=True)] = np.nan
    travelled = {**layers, "roads": with_paces(layers["roads"])} if layers.get("roads") is not None else layers
    surface = make_surface(grid, heights, travelled, speeds_of(rules.travel), crs=crs)
    told = () if outline is not None else ("没有“县界”或“乡镇界”图层：高程覆盖的范围全部当作本县。",)
    return Scene(grid, heights, inside, layers, surface, crs, (*notes, *told, *surface.notes))


def county_outline(layers: Mapping[str, pd.DataFrame], crs: CRS) -> shapely.Geometry | None:
    """The county's area in `crs`, from the first of `OUTLINES` with an area; of several counties those in which groups lie."""
    for name in OUTLINES:
        shapes = metric_shapes(layers.get(name), crs)
        areas = shapes[shapely.area(shapes) > 0]
        if len(areas) > 1 and name == "counties":
            areas = _with_groups(areas, metric_shapes(layers.get("groups"), crs))
        if len(areas):
            return shapely.union_all(areas)
    return None


def _with_groups(areas: NDArray[np.object_], groups: NDArray[np.object_]) -> NDArray[np.object_]:
    held = np.unique(shapely.STRtree(areas).query(groups, predicate="within")[1])
    return areas[held] if len(held) else areas


def _bounds(outline: shapely.Geometry | None, margin_m: float) -> Bounds | None:
    if outline is None:
        return None
    west, south, east, north = shapely.bounds(outline).tolist()
    return west - margin_m, south - margin_m, east + margin_m, north + margin_m


def _coarser(cell_m: float, finest_m: float) -> tuple[str, ...]:
    if cell_m <= finest_m:
        return ()
    return (f"格网过大，格网边长由 {finest_m:g} m 放大到 {cell_m:g} m：坡度因此偏缓，定点前请用更细的格网复核。",)
