"""The map of a siting study as SVG: hill shade, borders, rivers, roads, settlements, parcels, the best of them numbered, a scale bar and north.

Everything is drawn in the county's metric CRS, so the scale bar is true and north is that of the grid. Names come from data: they are cleaned and escaped,
and stand only as text.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from layers.crs import STORAGE_CRS, metric_crs
from web.site_relief import shaded_png
from web.site_words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.grid import Bounds
    from gis.terrain import Terrain

Points: TypeAlias = "NDArray[np.float64]"

RANKED, UNRANKED, CANDIDATE = "#2b8a3e", "#868e96", "#e8590c"
BEST, SETTLEMENT = "#c92a2a", "#862e9c"
RIVER, ROAD, BORDER = "#5b93bd", "#6c757d", "#343a40"
_PX_A_MM = 6.0
_FINEST_MM = 0.06
"""Bends smaller than this do not show in print."""
_SCALE_SHARE = 0.28
_MARGIN = 0.02
_INSET_LEAST_M = 700.0
_MANY, _SMALL = 150, 0.6
"""More dots than this are drawn smaller, so that the map below them is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class MapLayers:
    """What is drawn, in any CRS (EPSG:4490 where none is declared); a layer that the county has not is None.

    Attributes:
        parcels: with `parcel_code`, `rank` and `source`.
        townships: borders and `township_name`.
        roads: lines.
        rivers: lines or polygons.
        settlements: points or polygons.
        terrain: heights for the hill shade.
    """

    parcels: gpd.GeoDataFrame
    townships: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    rivers: gpd.GeoDataFrame | None = None
    settlements: gpd.GeoDataFrame | None = None
    terrain: Terrain | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A window on the ground and the paper it is drawn on (millimetres)."""

    west: float
    north: float
    m_a_mm: float
    width_mm: float
    height_mm: float

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north."""
        return (self.west, self.north - self.height_mm * self.m_a_mm, self.west + self.width_mm * self.m_a_mm, self.north)

    def to_paper(self, points: Points) -> Points:
        """Millimetres from the upper left corner."""
        return np.column_stack([(points[:, 0] - self.west) / self.m_a_mm, (self.north - points[:, 1]) / self.m_a_mm])


def site_map(ground: MapLayers, *, width_mm: float, height_mm: float, font: str, best: Sequence[str] = ()) -> str:
    """The map of the whole study.

    Args:
        ground: what is drawn, as `in_metres` gives it.
        width_mm: of the paper.
        height_mm: of the paper.
        font: family of the names.
        best: codes of the parcels that are numbered, in order.
    """
    extent = ground.townships if ground.townships is not None and len(ground.townships) else None
    view = fit(_extent([extent] if extent is not None else [ground.parcels, ground.settlements, ground.roads]), width_mm, height_mm)
    signs = [*_base(ground, view, road_mm=0.14), *_dots(ground.parcels, view, best), *_settlements(ground, view, 0.8)]
    words = [*_names(ground, view, font), *_pins(ground.parcels, view, best, font), *_scale_bar(view, font), *_north(view, font)]
    return _svg([*signs, *words], view)


def parcel_map(ground: MapLayers, code: str, *, width_mm: float, height_mm: float, font: str) -> str:
    """One parcel near by: its shape on the shaded ground with the roads and settlements around it."""
    one = ground.parcels[ground.parcels["parcel_code"] == code]
    west, south, east, north = _extent([one])
    grow = max(_INSET_LEAST_M, 1.8 * (east - west), 1.8 * (north - south)) / 2
    x, y = (west + east) / 2, (south + north) / 2
    view = fit((x - grow, y - grow, x + grow, y + grow), width_mm, height_mm)
    others = ground.parcels[ground.parcels["parcel_code"] != code]
    shapes = [*_polygons(others.geometry, view, RANKED, 0.15), *_polygons(one.geometry, view, BEST, 0.4)]
    return _svg([*_base(ground, view, road_mm=0.4), *shapes, *_settlements(ground, view, 1.0), *_scale_bar(view, font)], view)


def fit(bounds: Bounds, width_mm: float, height_mm: float) -> View:
    """The window in which the bounds lie in the middle of the paper, with a narrow margin."""
    west, south, east, north = bounds
    m_a_mm = max((east - west) / width_mm, (north - south) / height_mm, 1e-3) * (1 + 2 * _MARGIN)
    x, y = (west + east) / 2, (south + north) / 2
    return View(x - width_mm * m_a_mm / 2, y + height_mm * m_a_mm / 2, m_a_mm, width_mm, height_mm)


def round_length(longest_m: float) -> float:
    """The longest of 1, 2, 5, 10, 20, … metres that is not longer.

    >>> round_length(4321.0), round_length(0.5)
    (2000.0, 0.5)
    """
    power = 10.0 ** np.floor(np.log10(longest_m))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest_m * (1 + 1e-9)))


def in_metres(layers: MapLayers) -> MapLayers:
    """The layers in the metric CRS of the county, without features that have no shape."""
    known = [one for one in (layers.parcels, layers.townships, layers.roads) if one is not None and len(one)]
    crs = metric_crs(known[0] if known else layers.parcels)
    parcels, townships, roads, rivers, settlements = (
        _to(one, crs) for one in (layers.parcels, layers.townships, layers.roads, layers.rivers, layers.settlements)
    )
    return MapLayers(layers.parcels if parcels is None else parcels, townships, roads, rivers, settlements, layers.terrain)


def _to(frame: gpd.GeoDataFrame | None, crs: CRS) -> gpd.GeoDataFrame | None:
    if frame is None:
        return None
    shown = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    return (shown if shown.crs is not None else shown.set_crs(STORAGE_CRS)).to_crs(crs)


def _extent(frames: Sequence[gpd.GeoDataFrame | None]) -> Bounds:
    known = [frame.total_bounds for frame in frames if frame is not None and len(frame)]
    if not known:
        return (0.0, 0.0, 1.0, 1.0)
    all_bounds = np.array(known)
    west, south = all_bounds[:, :2].min(axis=0)
    east, north = all_bounds[:, 2:].max(axis=0)
    return (float(west), float(south), float(east), float(north))


def _base(ground: MapLayers, view: View, *, road_mm: float) -> Iterator[str]:
    """Hill shade, rivers, roads, borders: what everything else stands on."""
    yield from _relief(ground, view)
    yield from _lines(ground.rivers, view, RIVER, 0.3)
    yield from _lines(ground.roads, view, ROAD, road_mm)
    if ground.townships is not None:
        yield from _lines(ground.townships.set_geometry(ground.townships.geometry.boundary), view, BORDER, 0.25, dash="1.6 0.6")


def _relief(ground: MapLayers, view: View) -> Iterator[str]:
    crs = ground.parcels.crs
    found = shaded_png(ground.terrain, crs, view.bounds, int(view.width_mm * _PX_A_MM)) if ground.terrain is not None and crs is not None else None
    if found is None:
        return
    picture, (west, south, east, north) = found
    corners = view.to_paper(np.array([[west, north], [east, south]]))
    (x, y), (right, bottom) = corners
    data = base64.b64encode(picture).decode("ascii")
    box = f'x="{x:.3f}" y="{y:.3f}" width="{right - x:.3f}" height="{bottom - y:.3f}"'
    yield f'<image {box} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def _lines(frame: gpd.GeoDataFrame | None, view: View, colour: str, width_mm: float, *, dash: str = "") -> Iterator[str]:
    path = "" if frame is None else _path(frame.geometry, view)
    if path:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width_mm}" stroke-linejoin="round"{dashed}/>'


def _polygons(shapes: gpd.GeoSeries, view: View, colour: str, width_mm: float) -> Iterator[str]:
    path = _path(shapes, view)
    if path:
        yield f'<path d="{path}" fill="{colour}" fill-opacity="0.3" fill-rule="evenodd" stroke="{colour}" stroke-width="{width_mm}"/>'


def _path(shapes: gpd.GeoSeries, view: View) -> str:
    """All lines and rings within the window as one path, without bends that print cannot show."""
    west, south, east, north = view.bounds
    near = np.asarray(shapes[shapes.intersects(shapely.box(west, south, east, north))], dtype=object)
    clipped = shapely.clip_by_rect(shapely.simplify(near, _FINEST_MM * view.m_a_mm), west, south, east, north)
    parts = shapely.get_parts(clipped)
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings = shapely.get_parts(shapely.boundary(parts[areas])) if areas.any() else parts[areas]
    lines = np.concatenate([parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING], rings])
    return "".join(_stroke(view.to_paper(shapely.get_coordinates(line))) for line in lines if not shapely.is_empty(line))


def _stroke(points: Points) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _places(frame: gpd.GeoDataFrame, view: View) -> Points:
    """A point on the surface of each shape, in millimetres on the paper."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return view.to_paper(shapely.get_coordinates(points)) if len(frame) else np.empty((0, 2))


def _names(ground: MapLayers, view: View, font: str) -> Iterator[str]:
    if ground.townships is None or "township_name" not in ground.townships:
        return
    for (x, y), name in zip(_places(ground.townships, view), ground.townships["township_name"], strict=True):
        yield _text(x, y, plain(name, 12), font, 2.1, colour=BORDER, halo=True)


def _settlements(ground: MapLayers, view: View, half_mm: float) -> Iterator[str]:
    """Squares with a white rim."""
    if ground.settlements is None:
        return
    for x, y in _inside(_places(ground.settlements, view), view):
        box = f'x="{x - half_mm:.2f}" y="{y - half_mm:.2f}" width="{2 * half_mm}" height="{2 * half_mm}"'
        yield f'<rect {box} fill="{SETTLEMENT}" stroke="#fff" stroke-width="0.2"/>'


def parcel_kinds(parcels: pd.DataFrame) -> NDArray[np.object_]:
    """How each parcel is drawn: `candidate` where the bureau proposed it, `ranked`, or `unranked` where a score is unknown."""
    ranked = parcels["rank"].notna().to_numpy() if "rank" in parcels else np.zeros(len(parcels), dtype=bool)
    proposed = (
        parcels["source"].eq("candidate").fillna(value=False).to_numpy(dtype=bool) if "source" in parcels else np.zeros(len(parcels), dtype=bool)
    )
    return np.select([~ranked, proposed], ["unranked", "candidate"], "ranked").astype(object)


def _dots(parcels: gpd.GeoDataFrame, view: View, best: Sequence[str]) -> Iterator[str]:
    """Parcels are too small to be seen on a county's sheet: a dot, a diamond or a ring, which differ without colour too; what was proposed lies on top."""
    others = parcels[~parcels["parcel_code"].isin(best)]
    size = 1.0 if len(others) <= _MANY else _SMALL
    kinds, places = parcel_kinds(others), _places(others, view)
    for kind in ("ranked", "unranked", "candidate"):
        for x, y in places[kinds == kind]:
            yield _sign(kind, float(x), float(y), size)


def _sign(kind: str, x: float, y: float, size: float) -> str:
    """The sign of a kind of parcel, in millimetres."""
    if kind == "candidate":
        return f'<path d="M{x:.2f} {y - 1:.2f}l1 1l-1 1l-1 -1z" fill="{CANDIDATE}" stroke="#fff" stroke-width="0.15"/>'
    look = f'fill="{RANKED}" stroke="#fff" stroke-width="0.12"' if kind == "ranked" else f'fill="#fff" stroke="{UNRANKED}" stroke-width="0.35"'
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{0.75 * (size if kind == "ranked" else 1.0):.2f}" {look}/>'


def _pins(parcels: gpd.GeoDataFrame, view: View, best: Sequence[str], font: str) -> Iterator[str]:
    """The best parcels with their number; the first is drawn last, on top."""
    where = dict(zip(parcels["parcel_code"], _places(parcels, view), strict=True))
    for number, code in reversed(list(enumerate(best, start=1))):
        yield from _pin(number, float(where[code][0]), float(where[code][1]), font)


def _pin(number: int, x: float, y: float, font: str) -> Iterator[str]:
    """A number in a disc above its place."""
    yield f'<path d="M{x:.2f} {y:.2f}L{x - 1:.2f} {y - 2.4:.2f}h2z" fill="{BEST}"/>'
    yield f'<circle cx="{x:.2f}" cy="{y - 3.6:.2f}" r="1.9" fill="{BEST}" stroke="#fff" stroke-width="0.25"/>'
    yield _text(x, y - 2.72, str(number), font, 2.6, colour="#fff", bold=True)


def _inside(points: Points, view: View) -> Points:
    return points[(points >= 0).all(axis=1) & (points <= [view.width_mm, view.height_mm]).all(axis=1)]


def _scale_bar(view: View, font: str) -> Iterator[str]:
    length = round_length(view.width_mm * view.m_a_mm * _SCALE_SHARE)
    width, y = length / view.m_a_mm, view.height_mm - 2.5
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004 - a kilometre
    yield f'<rect x="1.2" y="{y - 3.4:.2f}" width="{width + 3.6:.2f}" height="4.9" fill="#fff" fill-opacity="0.8"/>'
    yield f'<path d="M3 {y - 1:.2f}v1h{width:.2f}v-1" fill="none" stroke="#111" stroke-width="0.3"/>'
    yield _text(3 + width / 2, y - 1.1, words, font, 2.1)


def _north(view: View, font: str) -> Iterator[str]:
    x = view.width_mm - 4
    yield f'<path d="M{x} 3l1.7 5.4l-1.7 -1.3l-1.7 1.3z" fill="#111" stroke="#fff" stroke-width="0.2"/>'
    yield _text(x, 11, "北", font, 2.4, halo=True)


def _text(x: float, y: float, words: str, font: str, size: float, *, colour: str = "#111", halo: bool = False, bold: bool = False) -> str:
    look = f'font-family={quoteattr(font)} font-size="{size}" text-anchor="middle"' + (' font-weight="bold"' if bold else "")
    white = f'<text x="{x:.2f}" y="{y:.2f}" {look} fill="#fff" stroke="#fff" stroke-width="0.6">{escape(words)}</text>' if halo else ""
    return f'{white}<text x="{x:.2f}" y="{y:.2f}" {look} fill="{colour}">{escape(words)}</text>'


def _svg(parts: Sequence[str], view: View) -> str:
    size = f'width="{view.width_mm}mm" height="{view.height_mm}mm" viewBox="0 0 {view.width_mm} {view.height_mm}"'
    frame = f'<rect x="0.1" y="0.1" width="{view.width_mm - 0.2}" height="{view.height_mm - 0.2}" fill="none" stroke="#343a40" stroke-width="0.2"/>'
    ground = f'<rect width="{view.width_mm}" height="{view.height_mm}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(parts)}{frame}</svg>'
