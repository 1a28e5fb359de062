"""Where nothing may be built: for each cell which rules exclude it, which could not be judged, and how much land each rule takes.

A rule that looks at shapes takes every cell that comes within its distance, if only by a corner: a parcel of cells that no rule takes never
reaches into forbidden land, and nothing small is lost. A rule whose layer is not there takes nothing and is told as not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gis.sites.hazards import metres_by_level
from gis.sites.places import features, names_of
from gis.sites.reach import cells_within
from gis.sites.rules import (
    CoverExclusion,
    Exclusion,
    FloodExclusion,
    HazardExclusion,
    HeightExclusion,
    LimitExclusion,
    SlopeExclusion,
    ZoneExclusion,
)
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.sites.rules import SiteRules
    from gis.sites.scene import Scene

    Cells = NDArray[np.bool_]
    Bits = NDArray[np.uint32]
    Measures = Mapping[str, NDArray[np.float32]]

OUTSIDE = "outside"
LAND_COLUMNS = ("key", "label", "layer", "judged", "alone_m2", "only_m2", "unjudged_m2", "share")
_LIMITS = {"slope": "slope", "elevation": "elevation", "relief": "relief"}
"""The measure that a limit looks at."""


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """One rule.

    Attributes:
        key: its name in the site set; `outside` for land beyond the county.
        label: what people call it.
        layer: the layer it looks at.
        bit: its place in masks.
        required: where it cannot be judged, land is not called suitable.
    """

    key: str
    label: str
    layer: str
    bit: int
    required: bool

    @property
    def flag(self) -> int:
        """Its bit as a number."""
        return 1 << self.bit


@dataclass(frozen=True, slots=True, eq=False)
class Exclusions:
    """What the rules say of every cell.

    Attributes:
        mask: uint32 (rows, columns); bit i is set where rule i excludes.
        unknown: uint32 (rows, columns); bit i is set where rule i could not be judged.
        rules: in the order of their bits.
        notes: Chinese sentences on what could not be judged.
    """

    mask: Bits
    unknown: Bits
    rules: tuple[ExclusionRule, ...]
    notes: tuple[str, ...]


def exclusion_rules(rules: SiteRules) -> tuple[ExclusionRule, ...]:
    """All rules in the order of their bits; those that are switched off keep theirs."""
    listed = [(key, label, rule) for key, label, rule in rules.exclusions.listed()]
    named = [ExclusionRule(key, label, _layer(key), bit, _required(rule)) for bit, (key, label, rule) in enumerate(listed, start=1)]
    return (ExclusionRule(OUTSIDE, "县域之外", "counties", 0, required=True), *named)


def _layer(key: str) -> str:
    return "dem" if key in {"height", "slope", "elevation", "relief"} else key


def _required(rule: Exclusion) -> bool:
    needed = getattr(rule, "required", None)
    return needed is None or bool(needed.value)


def exclude(scene: Scene, measures: Measures, rules: SiteRules) -> Exclusions:
    """Judge every cell by every rule that is switched on.

    Args:
        scene: the county on its grid.
        measures: rounded measures by criterion (`slope`, `elevation`, `relief` and `land` are looked at).
        rules: limits and distances.
    """
    named = exclusion_rules(rules)
    mask = np.where(scene.inside, np.uint32(0), np.uint32(named[0].flag)).astype(np.uint32)
    unknown = np.zeros(mask.shape, dtype=np.uint32)
    notes: list[str] = []
    for rule, (key, _, exclusion) in zip(named[1:], rules.exclusions.listed(), strict=True):
        if not exclusion.applies.value:
            continue
        taken, unjudged, told = _judge(scene, measures, key, exclusion)
        mask[taken] |= np.uint32(rule.flag)
        unknown[unjudged] |= np.uint32(rule.flag)
        notes += told + ([_not_judged(rule)] if bool(unjudged.all()) else [])
    return Exclusions(mask, unknown, named, tuple(notes))


class Blocking(NamedTuple):
    """What stands in the way: its name, how far from the cell it is, and within which distance it excludes."""

    name: str
    metres: float
    limit_m: float


def blocking(layers: Mapping[str, pd.DataFrame], crs: CRS, key: str, rule: Exclusion, square: shapely.Geometry) -> Blocking | None:
    """The nearest feature because of which a rule of shapes excludes a cell; None where no feature does.

    Args:
        layers: the county's frames.
        crs: in which the cell is given.
        key: of the rule, which is that of its layer.
        rule: the rule.
        square: the cell.
    """
    chosen, limits = _obstacles(features(layers, key, crs), rule)
    if len(chosen) == 0:
        return None
    metres = shapely.distance(np.asarray(chosen["geometry"].array, dtype=object), square)
    within = metres <= limits
    if not within.any():
        return None
    at = int(np.argmin(np.where(within, metres, np.inf)))
    return Blocking(str(names_of(chosen, key)[at]), round(float(metres[at]), 1), float(limits[at]))


def required_flags(rules: SiteRules) -> np.uint32:
    """Bits of the rules that are switched on and without which no land is called suitable."""
    applied = {key for key, _, rule in rules.exclusions.listed() if rule.applies.value}
    return np.uint32(sum(rule.flag for rule in exclusion_rules(rules) if rule.required and rule.key in applied))


def _not_judged(rule: ExclusionRule) -> str:
    then = (
        f"因此不给出适宜结论；可补图层，或在本县参数里把 exclusions.{rule.key}.required 设为 false。"
        if rule.required
        else "已排除的土地里没有它，请另行核对。"
    )
    return f"没有“{get_layer(rule.layer).label}”图层（或其中没有图形）：“{rule.label}”无法判断，{then}"


def _judge(scene: Scene, measures: Measures, key: str, rule: Exclusion) -> tuple[Cells, Cells, list[str]]:
    """Cells that a rule takes, cells that it cannot judge, and what is to be told."""
    unknown_height = np.isnan(scene.heights)
    if isinstance(rule, HeightExclusion):
        return unknown_height, np.zeros_like(unknown_height), []
    if isinstance(rule, SlopeExclusion | LimitExclusion):
        limit = rule.limit_deg if isinstance(rule, SlopeExclusion) else rule.limit_m
        values = measures[_LIMITS[key]]
        return values > np.float32(limit.value), np.isnan(values), []
    if isinstance(rule, CoverExclusion):
        return _covered(scene, measures["land"], rule)
    return _near(scene, key, rule)


def _covered(scene: Scene, cover: NDArray[np.float32], rule: CoverExclusion) -> tuple[Cells, Cells, list[str]]:
    """Cells that touch a kind of land cover that cannot be built on; where none is drawn it is not known."""
    none, layer = np.zeros(cover.shape, dtype=np.bool_), "land_cover"
    if scene.layers.get(layer) is None:
        return none, ~none, []
    chosen, metres = _obstacles(features(scene.layers, layer, scene.crs), rule)
    taken = cells_within(scene.grid, np.asarray(chosen["geometry"].array, dtype=object), metres)
    return taken, np.isnan(cover) & ~taken, []


def _near(scene: Scene, layer: str, rule: Exclusion) -> tuple[Cells, Cells, list[str]]:
    """Cells within the distance of the shapes of a layer. A layer without rows says that there is nothing; one without shapes says nothing."""
    none = np.zeros(scene.heights.shape, dtype=np.bool_)
    frame = scene.layers.get(layer)
    if frame is None:
        return none, ~none, []
    there = features(scene.layers, layer, scene.crs)
    if len(frame) and len(there) == 0:
        return none, ~none, []
    lost = len(frame) - len(there)
    told = [f"“{get_layer(layer).label}”有 {lost:,} 行没有可用的图形，没有计入排除。"] if lost else []
    chosen, metres = _obstacles(there, rule)
    return cells_within(scene.grid, np.asarray(chosen["geometry"].array, dtype=object), metres), none, told


def _obstacles(frame: pd.DataFrame, rule: Exclusion) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """The rows that exclude, and how far each does."""
    if isinstance(rule, HazardExclusion):
        buffers = (rule.buffer_high_m, rule.buffer_medium_m, rule.buffer_low_m)
        high, medium, low = (float(value.value) for value in buffers)
        return frame, metres_by_level(frame, high=high, medium=medium, low=low)
    if isinstance(rule, CoverExclusion):
        kinds = frame["cover_kind"] if "cover_kind" in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        frame = frame[kinds.isin(list(rule.kinds.value)).to_numpy(dtype=bool)]
    if isinstance(rule, FloodExclusion) and "return_period_years" in frame:
        often = frame["return_period_years"].fillna(0) <= int(rule.return_period_max_years.value)
        frame = frame[often.to_numpy(dtype=bool)]
    buffer = float(rule.buffer_m.value) if isinstance(rule, ZoneExclusion) else 0.0
    return frame, np.full(len(frame), buffer)


def land_taken(mask: Bits, unknown: Bits, rules: SiteRules, cell_m2: float) -> pd.DataFrame:
    """How much of the county's land each rule takes, whatever the others say (`alone_m2`), and where no other does (`only_m2`).

    The rules together take what their cells make together: never less than any `alone_m2`, never more than their sum. `only_m2` is what would
    be won if that rule alone were given up: the rule with most of it binds.

    Args:
        mask: bits of the rules that exclude.
        unknown: bits of the rules that could not be judged.
        rules: the site set.
        cell_m2: area of a cell.

    Returns:
        One row a rule but `outside`, `LAND_COLUMNS`; `judged` is False where a rule is switched off or could be judged nowhere, `share` is
        `alone_m2` of the county's land.
    """
    own = (mask & np.uint32(1)) == 0
    inside, unjudged = mask[own], unknown[own]
    applied = {key: bool(rule.applies.value) for key, _, rule in rules.exclusions.listed()}
    rows = []
    for rule in exclusion_rules(rules)[1:]:
        flag = np.uint32(rule.flag)
        alone, only, untold = (int(np.count_nonzero(cells)) for cells in (inside & flag, inside == flag, unjudged & flag))
        judged = applied[rule.key] and not 0 < len(inside) == untold
        areas = (alone * cell_m2, only * cell_m2, untold * cell_m2)
        rows.append((rule.key, rule.label, rule.layer, judged, *areas, alone / len(inside) if len(inside) else 0.0))
    types = dict.fromkeys(LAND_COLUMNS[:3], "string") | {"judged": "boolean"} | dict.fromkeys(LAND_COLUMNS[4:], "Float64")
    return pd.DataFrame(rows, columns=list(LAND_COLUMNS)).astype(types)
