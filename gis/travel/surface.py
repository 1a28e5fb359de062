"""The surface over which people travel: heights, land that slows them down or stops them, and roads."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from gis.burn import burn, metric_shapes, tight
from gis.travel.roadlinks import RoadLinks, link_roads, no_links
from layers.errors import QueryError
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Grid
    from gis.travel.speeds import Speeds

MAX_CELLS = 40_000_000
"""As many cells as an office machine holds with the searches that run over them: 36,000 km² at 30 m."""
NOT_THERE = ("planned", "building")
"""Roads that cannot be used yet; one whose state is not known is taken to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Where one walks and rides.

    Attributes:
        grid: Square cells in metres.
        heights: Metres, float32 (rows, columns); NaN: unknown, and nobody is taken to walk there.
        factor: How many times as long as on open ground a walk takes, float32 > 0; infinite: a barrier.
        roads: Ways between cells along roads. They lead through barriers (a bridge) and unknown heights too.
        crs: Metric CRS of the grid.
        notes: What was not known when the surface was made; sentences.
    """

    grid: Grid
    heights: NDArray[np.float32]
    factor: NDArray[np.float32]
    roads: RoadLinks = field(default_factory=no_links)
    crs: CRS | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (self.grid.rows, self.grid.columns)
        if self.heights.shape != shape or self.factor.shape != shape:
            raise ValueError(f"heights {self.heights.shape} and factor {self.factor.shape} must be of the grid's shape {shape}")
        if self.heights.size > MAX_CELLS:
            raise QueryError(f"通行格网过大：{self.heights.size:,} 格，超过上限 {MAX_CELLS:,} 格。", hint="请加大格网边长，或缩小范围。")
        if not (self.factor > 0).all():
            raise ValueError("factors must be positive; infinite is a barrier")

    @property
    def walkable(self) -> NDArray[np.bool_]:
        """Cells that can be walked, shape (rows, columns)."""
        return np.isfinite(self.heights) & np.isfinite(self.factor)


def make_surface(grid: Grid, heights: NDArray[np.floating | np.integer], layers: Mapping[str, pd.DataFrame], speeds: Speeds, *, crs: CRS) -> Surface:
    """Lay land cover, rivers and roads over heights.

    Where areas of land cover overlap the slower one counts. A barrier takes every cell that it touches and is closed at corners. Roads cross
    barriers: where a road is drawn over a river there is a bridge, and who walks uses it too.

    Args:
        grid: Square cells in `crs`.
        heights: Metres, shape (rows, columns); NaN is unknown.
        layers: Of these `land_cover`, `rivers` and `roads` are used, in any CRS; one that is missing slows nobody down, and a note says so.
        speeds: Factors of land and speeds of roads.
        crs: The county's metric CRS.

    Raises:
        QueryError: The grid is too large.
    """
    factor = _land(grid, layers.get("land_cover"), speeds, crs)
    rivers = metric_shapes(layers.get("rivers"), crs)
    river = burn(grid, rivers, touched=True)
    factor[river] = np.maximum(factor[river], np.float32(speeds.river_factor))
    factor[tight(np.isinf(factor))] = inf
    roads, road_notes = _roads(grid, layers.get("roads"), speeds, crs)
    notes = (*_missing(layers), *road_notes)
    return Surface(grid, np.asarray(heights, np.float32), factor, roads, crs, notes)


def centres(grid: Grid, cells: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Coordinates (n, 2) of the middles of marked cells, row by row: how cells become places."""
    row, column = np.nonzero(cells)
    return np.column_stack([grid.x0 + (column + 0.5) * grid.cell_m, grid.y0 - (row + 0.5) * grid.cell_m])


def _land(grid: Grid, cover: pd.DataFrame | None, speeds: Speeds, crs: CRS) -> NDArray[np.float32]:
    factor = np.full((grid.rows, grid.columns), np.nan, dtype=np.float32)
    shapes = metric_shapes(cover, crs)
    if cover is not None and len(shapes):
        by_row = _by_value(cover, "cover_kind", speeds.land_factor, speeds.unknown_land_factor)
        for value in np.unique(by_row):
            cells = burn(grid, shapes[by_row == value], touched=bool(np.isinf(value)))
            factor[cells] = np.fmax(factor[cells], np.float32(value))
    return np.where(np.isnan(factor), np.float32(speeds.unknown_land_factor), factor)


def _by_value(frame: pd.DataFrame, column: str, table: Mapping[str, float], otherwise: float) -> NDArray[np.float64]:
    if column not in frame:
        return np.full(len(frame), otherwise)
    return np.asarray(frame[column].astype(object).map(dict(table)).fillna(otherwise), dtype=np.float64)


def _roads(grid: Grid, roads: pd.DataFrame | None, speeds: Speeds, crs: CRS) -> tuple[RoadLinks, tuple[str, ...]]:
    slowest = speeds.slowest_road_kmh
    shapes = metric_shapes(roads, crs)
    if roads is None or len(shapes) == 0 or slowest is None:
        return no_links(), ()
    kmh = _by_value(roads, "surface", speeds.road_kmh, slowest)
    there = np.ones(len(roads), dtype=bool)
    if "status" in roads:
        there = ~roads["status"].isin(NOT_THERE).to_numpy(dtype=bool)
    known = roads["surface"].isin(list(speeds.road_kmh)).to_numpy(dtype=bool) if "surface" in roads else np.zeros(len(roads), dtype=bool)
    unknown = int((there & ~known).sum())
    notes = (f"{unknown:,} 条道路没有路面类型（或未定速度），按 {slowest:g} km/h 计。",) if unknown else ()
    return link_roads(grid, shapes[there], kmh[there]), notes


def _missing(layers: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    missing = [get_layer(name).label for name in ("land_cover", "rivers", "roads") if layers.get(name) is None or len(layers[name]) == 0]
    return (f"没有{'、'.join(f'“{label}”' for label in missing)}图层（或其中没有图形）：通行时间没有计入它们。",) if missing else ()
