"""Suitability of the county's land: excluded or not and why, and how good by each criterion and altogether, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.sites.bands import EXCLUDED, UNJUDGED, Band, band_names, bit_bands, bits_of, coding_of, decode, measure_band, score_band
from gis.sites.exclusions import ExclusionRule, exclude, exclusion_rules, land_taken, required_flags
from gis.sites.measures import measure_all
from gis.sites.scene import make_scene
from gis.sites.scoring import full_weights, grade_of, required_criteria, total_score
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from gis.grid import Grid
    from gis.sites.rules import SiteRules
    from gis.terrain import Terrain
    from gis.travel import Surface

    Floats = NDArray[np.float32]
    Bits = NDArray[np.uint32]
    Tell = Callable[[str, float], None]

_MEASURED, _JUDGED = 0.85, 0.95
"""Shares of the work that are done after the measures and after the exclusions."""


@dataclass(frozen=True, slots=True, eq=False)
class Suitability:
    """The judged county. All grids have the shape (rows, columns).

    Attributes:
        grid: north-up grid of square cells in `crs`.
        crs: projected, in metres.
        settings: the site set.
        weights: of the criteria, summing to 1.
        mask: uint32; bit i is set where rule i excludes.
        unknown: uint32; bit i is set where rule i could not be judged.
        rules: in the order of their bits; the first is `outside`.
        measures: by criterion, float32; NaN unknown, infinite where no way leads.
        scores: by criterion, float32 0 to 100; NaN unknown.
        total: float32 0 to 100; NaN where land is excluded, a required criterion is not known or a required rule could not be judged.
        grade: uint8, codes of `gis.sites.scoring.GRADES`.
        land: m² that each rule takes (`gis.sites.exclusions.LAND_COLUMNS`).
        notes: Chinese sentences on what was not known.
        heights: metres, float32; None where this was read from a raster.
        surface: over which people travel; None where this was read from a raster.
    """

    grid: Grid
    crs: CRS
    settings: SiteRules
    weights: dict[str, float]
    mask: NDArray[np.uint32]
    unknown: NDArray[np.uint32]
    rules: tuple[ExclusionRule, ...]
    measures: dict[str, Floats]
    scores: dict[str, Floats]
    total: Floats
    grade: NDArray[np.uint8]
    land: pd.DataFrame
    notes: tuple[str, ...] = ()
    heights: Floats | None = None
    surface: Surface | None = None

    @property
    def criteria(self) -> tuple[str, ...]:
        """Keys of the criteria in their order."""
        return tuple(self.measures)

    @property
    def slope_deg(self) -> Floats:
        """Slope in degrees; NaN unknown."""
        return self.measures["slope"]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Cells of the county."""
        return np.asarray((self.mask & np.uint32(1)) == 0)

    @property
    def buildable(self) -> NDArray[np.bool_]:
        """Cells that no rule excludes and whose score is known."""
        return np.asarray((self.mask == 0) & np.isfinite(self.total))

    def areas(self) -> dict[str, float]:
        """Land of the county in m²: `total_m2 = excluded_m2 + unknown_m2 + scored_m2`; `excluded_m2` is what the rules take together."""
        cell = self.grid.cell_m**2
        inside, excluded = self.inside, (self.mask > 1) & self.inside
        counts = {
            "total_m2": inside,
            "excluded_m2": excluded,
            "unknown_m2": inside & ~excluded & ~np.isfinite(self.total),
            "scored_m2": inside & ~excluded & np.isfinite(self.total),
        }
        return {name: int(np.count_nonzero(cells)) * cell for name, cells in counts.items()}

    def cell(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of the cell in which each place lies (coordinates in `crs`); -1 and -1 beside the grid."""
        across = np.floor((np.asarray(x, dtype=np.float64) - self.grid.x0) / self.grid.cell_m)
        down = np.floor((self.grid.y0 - np.asarray(y, dtype=np.float64)) / self.grid.cell_m)
        there = (across >= 0) & (down >= 0) & (across < self.grid.columns) & (down < self.grid.rows)
        return np.where(there, down, -1).astype(np.int64), np.where(there, across, -1).astype(np.int64)


def suitability(
    layers: Mapping[str, pd.DataFrame],
    terrain: Terrain,
    rules: SiteRules,
    *,
    crs: CRS,
    weights: Mapping[str, float] | None = None,
    cell_m: float | None = None,
    tell: Tell = lambda _words, _done: None,
) -> Suitability:
    """Judge all land of the county.

    Args:
        layers: frames by name, any CRS (none: lon/lat). A layer that is not there is unknown: its rule is not judged, its criterion not scored.
        terrain: heights on any grid.
        rules: the site set.
        crs: the county's metric CRS.
        weights: of criteria; those not named weigh nothing. None: the set's own.
        cell_m: edge of a cell; None: the terrain's, coarser where there would be too many cells.
        tell: called with what is being done and the share that is done; what it raises ends the work.

    Raises:
        QueryError: weights or cell that cannot be used.
        InputError: the terrain does not reach the county.
    """
    weighed = full_weights(rules, weights)
    tell("读取地形、道路与地类", 0.0)
    scene = make_scene(layers, terrain, rules, crs=crs, cell_m=cell_m)
    found = measure_all(scene, rules, tell=lambda words, done: tell(words, 0.05 + done * (_MEASURED - 0.05)))
    measures = {key: measure.cells for key, measure in found.items()}
    tell("判断禁建条件", _MEASURED)
    excluded = exclude(scene, measures, rules)
    tell("综合评分", _JUDGED)
    notes = (*scene.notes, *excluded.notes, *(note for measure in found.values() for note in measure.notes))
    judged = _judge(scene.grid, crs, rules, weighed, excluded.mask, excluded.unknown, measures)
    return replace(judged, notes=tuple(dict.fromkeys(notes)), heights=scene.heights, surface=scene.surface)


def _judge(grid: Grid, crs: CRS, rules: SiteRules, weights: dict[str, float], mask: Bits, unknown: Bits, measures: dict[str, Floats]) -> Suitability:
    """Scores, total and class from rounded measures and bits."""
    scores = {key: one.score(measures[key]) for key, _, one in rules.criteria.listed()}
    open_land = (mask == 0) & ((unknown & required_flags(rules)) == 0)
    total = np.where(open_land, total_score(scores, weights, required_criteria(rules)), np.float32(np.nan))
    return Suitability(
        grid=grid,
        crs=crs,
        settings=rules,
        weights=weights,
        mask=mask,
        unknown=unknown,
        rules=exclusion_rules(rules),
        measures=measures,
        scores=scores,
        total=total,
        grade=grade_of(total, mask != 0, rules),
        land=land_taken(mask, unknown, rules, grid.cell_m**2),
    )


def bands(judged: Suitability) -> list[Band]:
    """How it is kept as a raster (layer `site_scores`): names of `band_names`, nodata `NODATA`."""
    excluded, unjudged = bit_bands(EXCLUDED, "禁建规则", judged.mask), bit_bands(UNJUDGED, "无法判断的规则", judged.unknown)
    listed = judged.settings.criteria.listed()
    return [score_band(judged.total), *excluded, *unjudged, *(measure_band(key, label, one, judged.measures[key]) for key, label, one in listed)]


def from_bands(
    numbers: Mapping[str, NDArray[np.uint16]], grid: Grid, crs: CRS, rules: SiteRules, *, weights: Mapping[str, float] | None = None
) -> Suitability:
    """The judged county out of its raster: all but heights, surface and notes.

    Args:
        numbers: arrays by the name of their band.
        grid: of the raster.
        crs: of the raster.
        rules: the site set with which it was made (its hash is in the layer's stamp).
        weights: with which it was made; others may be given to see what they would change.

    Raises:
        QueryError: weights that cannot be used, or a band is missing: the raster was made with another site set.
    """
    lacking = [name for name in band_names(rules) if name not in numbers]
    if lacking:
        raise QueryError(f"选址评分栅格缺少波段：{'、'.join(lacking)}。", hint="它是用另一套选址参数算出的，请重新运行选址。")
    measures = {key: decode(numbers[key], coding_of(key, one)) for key, _, one in rules.criteria.listed()}
    mask, unknown = (bits_of(numbers[low], numbers[high]) for low, high in (EXCLUDED, UNJUDGED))
    return _judge(grid, crs, rules, full_weights(rules, weights), mask, unknown, measures)
