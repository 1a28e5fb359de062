"""Rivers and constraint polygons on a grid.

What stops a line (rivers, forbidden areas) takes every cell that it touches, so that no step slips through; what only makes it dearer takes the cells
whose centre lies within, so that its area is kept on the whole. Hazards are places with a buffer by level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.burn import burn, metric_shapes, tight, widened
from gis.roads.bridges import Water, see_water
from gis.roads.cost_rules import Constraint
from gis.roads.water import see_rivers
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Grid
    from gis.roads.cost_rules import HazardConstraint
    from gis.roads.costs import CostSet

CONSTRAINTS = ("redlines", "farmland", "hazards")
"""Constraint layers in the order of their bits in `Ground.codes`, as far as they are there."""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What `make_ground` lays over the heights: price factor, bits of constraint layers, river cells, water as drawn, the layers behind the bits, and notes."""

    factor: NDArray[np.float32]
    codes: NDArray[np.uint8]
    river: NDArray[np.bool_]
    water: Water
    constraints: tuple[str, ...]
    notes: tuple[str, ...]


def obstacles(grid: Grid, layers: Mapping[str, pd.DataFrame], costs: CostSet, crs: CRS) -> Obstacles:
    """Price factors, constraint bits and river cells of a grid.

    Factors of overlapping layers multiply; forbidden is infinite. A layer that is not there or holds nothing constrains nothing, and a note says so.
    """
    factor = np.ones((grid.rows, grid.columns), dtype=np.float32)
    codes = np.zeros((grid.rows, grid.columns), dtype=np.uint8)
    there: list[str] = []
    for name in CONSTRAINTS:
        shapes = metric_shapes(layers.get(name), crs)
        if len(shapes) == 0:
            continue
        rule: Constraint | HazardConstraint = getattr(costs.constraints, name)
        forbidden = rule.rule.value == "forbid"
        cells = burn(grid, widened(shapes, _buffers(layers[name], rule)), touched=forbidden)
        codes[cells] |= np.uint8(1 << len(there))
        factor[cells] *= np.float32(np.inf if forbidden else rule.factor.value)
        there.append(name)
    rivers = metric_shapes(layers.get("rivers"), crs)
    river = tight(burn(grid, rivers, touched=True))
    drawn = see_rivers(gpd.GeoDataFrame(geometry=rivers, crs=crs), crs, width_m=float(costs.crossing.river_width_m.value))
    return Obstacles(factor, codes, river, see_water(drawn), tuple(there), _notes(there, has_rivers=len(rivers) > 0))


def _buffers(frame: pd.DataFrame, rule: Constraint | HazardConstraint) -> NDArray[np.float64]:
    """Metres by which each row is widened; a hazard whose level is not known is taken for a high one."""
    if isinstance(rule, Constraint):
        return np.full(len(frame), float(rule.buffer_m.value))
    named = frame["hazard_level"] if "hazard_level" in frame else pd.Series("", index=frame.index)
    level = named.fillna("").to_numpy(dtype=object)
    by_level = [float(rule.buffer_low_m.value), float(rule.buffer_medium_m.value)]
    return np.select([level == "low", level == "medium"], by_level, default=float(rule.buffer_high_m.value))


def _notes(there: list[str], *, has_rivers: bool) -> tuple[str, ...]:
    missing = [get_layer(name).label for name in CONSTRAINTS if name not in there]
    notes = [f"没有{'、'.join(f'“{label}”' for label in missing)}图层（或其中没有图形）：选线没有避让它们，请现场核对。"] if missing else []
    return (*notes, *([] if has_rivers else ["没有“河流”图层（或其中没有图形）：造价里没有桥梁，请现场核对。"]))
