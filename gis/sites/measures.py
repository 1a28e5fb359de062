"""The measure behind each criterion, cell by cell: degrees, metres, minutes, or the code of a class. NaN is unknown, never a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.burn import burn
from gis.sites.bands import rounded
from gis.sites.ground_measures import relief_m, slope_deg
from gis.sites.hazards import levels_of, metres_by_level
from gis.sites.places import features, find_places
from gis.sites.reach import cells_within, metres_to, places_xy
from gis.sites.rules import COVER_CLASSES, HAZARD_CLASSES, AccessCriterion, NearCriterion
from gis.sites.speeds import walk_of
from gis.travel import WHERE_LABELS, Where, minutes
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gis.sites.places import Found
    from gis.sites.rules import Criterion, SiteRules
    from gis.sites.scene import Scene
    from gis.travel import Placed

    Floats = NDArray[np.float32]

_NAMED = 5
"""So many places are named in a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One measure.

    Attributes:
        cells: float32 (rows, columns): NaN unknown, infinite where it is known that no way leads there.
        notes: Chinese sentences on what was not known.
    """

    cells: Floats
    notes: tuple[str, ...] = ()


def measure_all(scene: Scene, rules: SiteRules, *, tell: Callable[[str, float], None] = lambda _words, _done: None) -> dict[str, Measure]:
    """The measure of every criterion, in their order.

    Values are rounded to the steps in which the raster of scores keeps them, so that what is scored is what is stored.

    Args:
        scene: the county on its grid.
        rules: which places count, and how fast one travels.
        tell: called with what is being done and the share that is done.
    """
    listed = rules.criteria.listed()
    found: dict[str, Measure] = {}
    for at, (key, label, criterion) in enumerate(listed):
        tell(f"量算“{label}”", at / len(listed))
        measure = measure_one(scene, rules, key, label, criterion)
        found[key] = Measure(rounded(key, criterion, measure.cells), measure.notes)
    return found


def measure_one(scene: Scene, rules: SiteRules, key: str, label: str, criterion: Criterion) -> Measure:
    """The measure of one criterion, unrounded."""
    if isinstance(criterion, AccessCriterion):
        return _minutes(scene, rules, label, criterion)
    if isinstance(criterion, NearCriterion):
        return _metres(scene, label, criterion)
    by_key: dict[str, Callable[[Scene, SiteRules], Measure]] = {
        "hazard": _hazard,
        "slope": lambda scene, _: Measure(slope_deg(scene.heights, scene.grid.cell_m)),
        "relief": lambda scene, rules: Measure(relief_m(scene.heights, scene.grid.cell_m, float(rules.extent.relief_radius_m.value))),
        "elevation": lambda scene, _: Measure(scene.heights.copy()),
        "land": _cover,
    }
    return by_key[key](scene, rules)


def _unknown(scene: Scene, *notes: str) -> Measure:
    return Measure(np.full(scene.heights.shape, np.nan, dtype=np.float32), notes)


def _nobody(what: str, label: str, criterion: Criterion) -> str:
    then = "它是必备项，因此不评分" if criterion.required.value else "不参与评分"
    return f"没有“{what}”（图层不在，或其中没有可计入的图形）：“{label}”不明，{then}。"


def _minutes(scene: Scene, rules: SiteRules, label: str, criterion: AccessCriterion) -> Measure:
    """Minutes to the nearest place; infinite where one can walk but finds no way, NaN where nobody walks or the height is unknown."""
    found = find_places(scene.layers, criterion.places.value, scene.crs)
    if len(found.shapes) == 0:
        return _unknown(scene, _nobody("、".join(found.missing), label, criterion), *found.notes)
    reached = minutes(
        scene.surface, places_xy(scene.grid, found.shapes), walk_of(rules.travel), towards=True, neighbours=int(rules.travel.neighbours.value)
    )
    nowhere = ~scene.surface.walkable & ~np.isfinite(reached.seconds)
    missing = _some_missing(label, found)
    return Measure(np.where(nowhere, np.float32(np.nan), reached.minutes), (*found.notes, *missing, *_lost(label, found, reached.placed)))


def _metres(scene: Scene, label: str, criterion: NearCriterion) -> Measure:
    """Straight metres to the nearest place."""
    found = find_places(scene.layers, criterion.places.value, scene.crs)
    if len(found.shapes) == 0:
        return _unknown(scene, _nobody("、".join(found.missing), label, criterion), *found.notes)
    return Measure(metres_to(scene.grid, found.shapes, np.isfinite(scene.heights)), (*found.notes, *_some_missing(label, found)))


def _some_missing(label: str, found: Found) -> tuple[str, ...]:
    return (f"“{label}”没有计入{'、'.join(f'“{name}”' for name in found.missing)}：图层不在，或其中没有这一类。",) if found.missing else ()


def _lost(label: str, found: Found, placed: Placed) -> tuple[str, ...]:
    """Places to which nobody can travel, by name; only points have names of their own."""
    if len(placed.where) != len(found.names):
        return ()
    lost = [(found.names[at], WHERE_LABELS[Where(placed.where[at])]) for at in np.flatnonzero(placed.where > Where.MOVED)]
    named = "、".join(f"{name}（{why}）" for name, why in lost[:_NAMED])
    return (f"“{label}”有 {len(lost):,} 处设施没有计入：{named}{'等' if len(lost) > _NAMED else ''}。",) if lost else ()


def _hazard(scene: Scene, rules: SiteRules) -> Measure:
    """The highest level of hazard in whose reach a cell lies, as a code of `HAZARD_CLASSES`."""
    if scene.layers.get("hazards") is None:
        return _unknown(scene, _nobody(get_layer("hazards").label, "地质灾害", rules.criteria.hazard))
    criterion = rules.criteria.hazard
    hazards = features(scene.layers, "hazards", scene.crs)
    shapes, level = np.asarray(hazards["geometry"].array, dtype=object), levels_of(hazards)
    reach = metres_by_level(
        hazards,
        high=float(criterion.reach_high_m.value),
        medium=float(criterion.reach_medium_m.value),
        low=float(criterion.reach_low_m.value),
    )
    values = np.zeros(scene.heights.shape, dtype=np.float32)
    for code, name in enumerate(HAZARD_CLASSES[1:], start=1):
        of = level == name
        values[cells_within(scene.grid, shapes[of], reach[of])] = code
    return Measure(values)


def _cover(scene: Scene, rules: SiteRules) -> Measure:
    """Land cover in the middle of each cell, as a code of `COVER_CLASSES`; NaN where none is drawn, or nobody wrote its kind."""
    label = get_layer("land_cover").label
    if scene.layers.get("land_cover") is None:
        return _unknown(scene, _nobody(label, "占用地类", rules.criteria.land))
    cover = features(scene.layers, "land_cover", scene.crs)
    kind = cover["cover_kind"].astype("string") if "cover_kind" in cover else None
    values = np.full(scene.heights.shape, np.nan, dtype=np.float32)
    if kind is not None:
        shapes = np.asarray(cover["geometry"].array, dtype=object)
        for code, name in enumerate(COVER_CLASSES):
            values[burn(scene.grid, shapes[(kind == name).fillna(value=False).to_numpy(dtype=bool)], touched=False)] = code
    bare = float((np.isnan(values) & scene.inside).sum()) / max(1, int(scene.inside.sum()))
    return Measure(values, (f"“{label}”没有盖住全县：{bare:.1%} 的土地地类不明。",) if bare > 0 else ())
