"""A layer that lies a constant distance off: the trace of an undeclared map datum (GCJ-02, BD-09) or of a wrong zone or old datum.

`constant_offset` estimates the one vector by which a layer fits a reference best: the vectors from each of its points to the reference nearby
pile up at the right one, whatever way the lines run. `datum_warning` asks harder, because points may lie off roads for good reasons:
undoing a candidate must bring the layer onto the reference, clearly better than leaving it where it is, in many places, and clearly better
than every other move of that size in any direction. A layer that merely lies far from roads fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from layers.crs.mapshift import Pair, bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from layers.crs.zones import STORAGE_CRS, metric_crs

Floats: TypeAlias = npt.NDArray[np.float64]
Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries
Fit: TypeAlias = Callable[[Floats], Floats]

SAMPLE = 600  # points of the layer that are looked at
STEP_M = 20.0  # spacing at which lines become points
MOST_STEPS = 400_000
REACH_M = 1600.0  # BD-09 lies up to some 1.4 km off
NEAR_M = 40.0  # how near is "on the road": the scale at which closeness fades
BLOCK_M = 1000.0  # neighbouring points are one piece of evidence, not many
FEWEST_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Offset:
    """Where a layer lies against a reference: `dx_m` to the east, `dy_m` to the north (move it by the opposite to fit).

    `spread_m` is the median distance to the reference that is left after the move, `n` the number of sampled points within `2 * near_m` of the
    reference then; `fit_before` and `fit_after` say how closely it lies on the reference (0 nowhere, 1 everywhere). With nothing to compare
    `n` is 0 and all other numbers are NaN.
    """

    dx_m: float
    dy_m: float
    spread_m: float
    n: int
    fit_before: float = float("nan")
    fit_after: float = float("nan")

    @property
    def distance_m(self) -> float:
        """Length of the offset."""
        return float(np.hypot(self.dx_m, self.dy_m))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A datum that was perhaps not declared: how to move the layer, and the words for it."""

    name: str
    move: Callable[[npt.ArrayLike, npt.ArrayLike], Pair]
    of_layer: bool


@dataclass(frozen=True, slots=True)
class Manner:
    """How sharply a way of fitting tells moves apart.

    `smear`: moves nearer than this share of the candidate's length are no rivals; `lead`: the share of the gain by which the candidate must
    beat every rival; `least_fit`: how well the layer must fit when the candidate is undone. They were set on simulated counties: no false warning
    in hundreds, and shifts found.
    """

    smear: float
    lead: float
    least_fit: float = 0.3


LINES = Manner(smear=0.0, lead=0.4)
AREAS = Manner(smear=0.6, lead=0.2)  # falling into areas of kilometres is a blunter measure than lying on a road

CANDIDATES = (
    _Candidate("GCJ-02（高德、腾讯、奥维）", gcj02_to_wgs84, of_layer=True),
    _Candidate("BD-09（百度）", bd09_to_wgs84, of_layer=True),
    _Candidate("GCJ-02（高德、腾讯、奥维）", wgs84_to_gcj02, of_layer=False),
    _Candidate("BD-09（百度）", wgs84_to_bd09, of_layer=False),
)


def constant_offset(layer: Frame, reference: Frame, *, near_m: float = NEAR_M) -> Offset:
    """How far, and which way, a layer lies off a reference.

    Args:
        layer: Points, lines or areas in EPSG:4490; lines and areas are taken at points along them.
        reference: Lines (or areas, taken by their boundaries, or points) in EPSG:4490.
        near_m: How near to the reference things of this kind lie when all is right, in metres (water points lie farther from groups than houses
            from roads).

    Returns:
        The vector of the best fit within 1.6 km; an `Offset` with `n = 0` when either side is empty. It is an estimate, not a verdict.
    """
    crs = metric_crs(layer)
    points, steps = sampled(layer, crs), steps_of(reference, crs)
    if len(points) == 0 or len(steps) == 0:
        return Offset(np.nan, np.nan, np.nan, 0)
    tree = cKDTree(steps)
    fit = closeness(tree, near_m)
    move = best_move(points, steps, tree, fit, near_m)
    distance = tree.query(points + move)[0]
    return Offset(
        dx_m=float(-move[0]),
        dy_m=float(-move[1]),
        spread_m=float(np.median(distance)),
        n=int((distance <= 2 * near_m).sum()),
        fit_before=float(fit(points).mean()),
        fit_after=float(fit(points + move).mean()),
    )


def datum_warning(
    layer: Frame, reference: Frame, *, name: str = "图层", reference_name: str = "参照图层", match: str | None = None, near_m: float = NEAR_M
) -> str | None:
    """The sentence that says that a layer seems to be in another map datum than the reference; None when there is no sound reason to say so.

    Args:
        layer: Points, lines or areas in EPSG:4490.
        reference: Roads or boundaries in EPSG:4490.
        name: What the layer is called in the sentence.
        reference_name: What the reference is called in the sentence.
        match: A column of both, by which each point belongs into one area of the reference (`village_code`): then falling into the own area
            counts instead of closeness to lines.
        near_m: How near to the reference things of this kind lie when all is right, in metres.
    """
    crs = metric_crs(layer)
    if match is not None:
        points, fit = membership(layer, reference, crs, match)
        manner = AREAS
    else:
        points, steps = sampled(layer, crs), steps_of(reference, crs)
        fit = closeness(cKDTree(steps), near_m) if len(steps) else _nowhere
        manner = LINES
    if len(points) == 0 or fit is _nowhere:
        return None
    verdicts = [(proof(points, moved_by(points, crs, c), fit, manner, near_m), c) for c in CANDIDATES]
    proven, found = max(verdicts, key=lambda item: item[0])
    if proven <= 0:
        return None
    return datum_sentence(found, float(np.median(np.hypot(*(moved_by(points, crs, found) - points).T))), name, reference_name)


def datum_sentence(found: _Candidate, distance: float, name: str, reference_name: str) -> str:
    """The warning that a layer, or its reference, is in the map datum of that candidate."""
    off = f"{name}与{reference_name}整体错开约 {distance:.0f} 米，与此处 {found.name}的偏移一致"
    if found.of_layer:
        code = "gcj02" if "GCJ" in found.name else "bd09"
        return f"{off}：{name}多半是没有声明的 {found.name}坐标；请核实来源，并在导入时加 --crs {code}。"
    return f"{off}，但方向相反：{reference_name}多半是没有声明的 {found.name}坐标；请核实{reference_name}的来源后重新导入。"


def proof(points: Floats, moved: Floats, fit: Fit, manner: Manner, near_m: float = NEAR_M) -> float:
    """How far the candidate passes all tests (positive) or fails the worst of them (zero or less).

    Moves nearer to the candidate than `4 * near_m`, or than `manner.smear` times its length, fit nearly as well by nature and are no rivals.
    """
    before, after = fit(points), fit(moved)
    blocks = _block_gains(points, after - before)
    if len(blocks) < FEWEST_BLOCKS:
        return -1.0
    gain = float(blocks.mean())
    error = float(blocks.std(ddof=1) / np.sqrt(len(blocks)))
    rival = max((float(fit(points + move).mean()) for move in _rivals(moved - points, manner.smear, near_m)), default=0.0)
    lead = float(after.mean()) - max(rival, float(before.mean()))
    return min(gain - 4.0 * error, gain - _LEAST_GAIN, lead - manner.lead * gain, float(after.mean()) - manner.least_fit)


_LEAST_GAIN = 0.05


def _block_gains(points: Floats, gains: Floats) -> Floats:
    """Mean gain in each square kilometre: points beside each other are not independent."""
    _, block = np.unique(np.floor(points / BLOCK_M).astype(int), axis=0, return_inverse=True)
    block = block.ravel()
    return np.asarray(np.bincount(block, gains) / np.bincount(block), dtype=float)


def _rivals(move: Floats, smear: float, near_m: float) -> list[Floats]:
    """The same move turned and stretched in every way that differs from it by more than the smear of a good fit."""
    turns = np.radians(np.arange(0, 360, 15))
    matrices = [s * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) for t in turns for s in (0.5, 0.75, 1.0, 1.35)]
    middle = np.median(move, axis=0)
    nearest = max(4 * near_m, smear * float(np.hypot(*middle)))
    return [move @ m.T for m in matrices if np.hypot(*(m @ middle - middle)) > nearest]


def moved_by(points: Floats, crs: CRS, candidate: _Candidate) -> Floats:
    """The points (metres in `crs`) when the candidate is undone."""
    back = Transformer.from_crs(crs, STORAGE_CRS, always_xy=True)
    lon, lat = candidate.move(*back.transform(points[:, 0], points[:, 1]))
    x, y = back.transform(lon, lat, direction="INVERSE")
    return np.column_stack([x, y])


def closeness(tree: cKDTree, near_m: float = NEAR_M) -> Fit:
    """How closely each point lies on the reference: 1 on it, fading with the distance."""

    def fit(points: Floats) -> Floats:
        """1 on the reference, fading to 0 within some `3 * near_m`."""
        distance = tree.query(points, distance_upper_bound=4 * near_m)[0]
        return np.asarray(np.exp(-((distance / near_m) ** 2)), dtype=float)

    return fit


def _nowhere(points: Floats) -> Floats:
    return np.zeros(len(points))


def membership(layer: Frame, areas: Frame, crs: CRS, column: str) -> tuple[Floats, Fit]:
    """Points whose own area is known, and whether each falls into it."""
    if not isinstance(layer, gpd.GeoDataFrame) or not isinstance(areas, gpd.GeoDataFrame) or column not in layer or column not in areas:
        return np.empty((0, 2)), _nowhere
    known = areas[areas[column].notna() & areas.geometry.notna()].drop_duplicates(column).to_crs(crs)
    rows = _thinned(layer[layer[column].isin(known[column]) & layer.geometry.notna() & ~layer.geometry.is_empty])
    if len(rows) == 0:
        return np.empty((0, 2)), _nowhere
    own = _objects(known.set_index(column).geometry.loc[rows[column].tolist()])
    shapely.prepare(own)
    points = shapely.get_coordinates(shapely.point_on_surface(_objects(rows.to_crs(crs).geometry)))

    def fit(moved: Floats) -> Floats:
        """1 where a point falls into its own area, else 0."""
        return shapely.contains_xy(own, moved[:, 0], moved[:, 1]).astype(float)

    return points, fit


def _thinned(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return rows.iloc[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(int))] if len(rows) else rows


def _metric(frame: Frame, crs: CRS) -> npt.NDArray[np.object_]:
    series = gpd.GeoSeries(frame.geometry)
    shapes = gpd.GeoSeries(series[(series.notna() & ~series.is_empty).to_numpy()])
    if len(shapes) == 0:
        return np.empty(0, dtype=object)
    placed = shapes.set_crs(STORAGE_CRS) if shapes.crs is None else shapes
    return _objects(placed.to_crs(crs))


def _objects(shapes: Any) -> npt.NDArray[np.object_]:
    return np.asarray(shapes.array, dtype=np.object_)


def steps_of(frame: Frame, crs: CRS) -> Floats:
    """Points as they are; lines and outlines as points about every `STEP_M` metres."""
    shapes = _metric(frame, crs)
    if len(shapes) == 0:
        return np.empty((0, 2))
    lines = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)  # noqa: PLR2004 - areas
    step = max(STEP_M, float(shapely.length(lines).sum()) / MOST_STEPS)
    return np.asarray(shapely.get_coordinates(shapely.segmentize(lines, step)), dtype=float)


def sampled(layer: Frame, crs: CRS) -> Floats:
    """At most `SAMPLE` points of the layer, evenly by their order."""
    points = steps_of(layer, crs)
    return points[np.unique(np.linspace(0, len(points) - 1, min(len(points), SAMPLE)).astype(int))] if len(points) else points


def best_move(points: Floats, steps: Floats, tree: cKDTree, fit: Fit, cell_m: float = NEAR_M) -> Floats:
    """The move with the best fit: a vote of all vectors to the reference nearby, then a finer search around the strongest cells."""
    edges = np.arange(-REACH_M, REACH_M + cell_m, cell_m)
    votes = np.zeros((len(edges) - 1, len(edges) - 1))
    for point, near in zip(points, tree.query_ball_point(points, REACH_M), strict=True):
        vectors = steps[near] - point
        votes += np.histogram2d(vectors[:, 0], vectors[:, 1], bins=(edges, edges))[0] > 0
    votes = gaussian_filter(votes, 0.8)
    strongest = np.argsort(votes, axis=None, kind="stable")[::-1][:40]
    centres = (edges[:-1] + edges[1:]) / 2
    cells = np.column_stack([centres[i] for i in np.unravel_index(strongest, votes.shape)])
    best = max([np.zeros(2), *cells], key=lambda move: float(fit(points + move).mean()))
    for step in (cell_m / 2, cell_m / 4, cell_m / 8):
        around = [best + np.array([i, j]) * step for i in (0, -1, 1) for j in (0, -1, 1)]
        best = max(around, key=lambda move: float(fit(points + move).mean()))
    return np.asarray(best, dtype=float)
