"""Shapes as they come → shapes as the layer needs them, in EPSG:4490.

Nothing is moved or dropped without a problem row, and axes are never swapped: where numbers cannot be what was declared, the sentence says what they
look like instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from layers.crs import STORAGE_CRS, Declared, magnitude_hint, metric_crs, to_storage
from layers.errors import InputError
from layers.intake.problems import Origin, join_problems
from layers.names import Geometry

if TYPE_CHECKING:
    import pandas as pd

    from layers.names import Layer

Shapes: TypeAlias = npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]

FAR_M = 5000.0
"""A feature farther than this outside the county is doubtful."""
_NOWHERE = 1e-9  # 0, 0 stands for a missing position
_MARGIN_DEGREES = 3.0  # data may reach over the edge of their zone
_POINTS, _LINES, _AREAS = 0, 1, 2
_DIMENSION = {Geometry.POINT: _POINTS, Geometry.LINE: _LINES, Geometry.POLYGON: _AREAS}
_CALLED = {_POINTS: "点", _LINES: "线", _AREAS: "面"}


def place(shapes: gpd.GeoSeries, declared: Declared, *, origin: Origin) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Shapes in EPSG:4490; a shape whose coordinates cannot be in the declared CRS is missing and has a problem row.

    Raises:
        InputError: most coordinates cannot be; the sentence says what they look like.
    """
    array = _array(shapes)
    filled = _filled(array)
    placed = to_storage(gpd.GeoDataFrame(geometry=gpd.GeoSeries(array, index=shapes.index)), declared).geometry
    at_zero = filled & _at_zero(array)
    wrong = filled & (at_zero | ~_inside(array, _array(placed), declared))
    if (wrong & ~at_zero).sum() * 2 > filled.sum():
        x, y = _first_coordinates(array[wrong & ~at_zero])
        raise InputError(
            f"“{origin.file}”有 {int((wrong & ~at_zero).sum())} 个要素的坐标不可能是 {declared.label}：{magnitude_hint(x, y)}。"
            "请核实后用 --crs 重新声明；表格的经度、纬度两列标反了的，请加 --rename lon=纬度列的表头 --rename lat=经度列的表头。",
            file=origin.file,
        )
    rows = shapes.index[wrong]
    values = [f"{x:.10g}, {y:.10g}" for x, y in zip(*_first_coordinates(array[wrong]), strict=True)]
    problems = origin.problem(
        "out_of_range",
        "warning",
        [f"第 {row} 行的坐标（{value}）超出 {declared.label} 的范围，按没有位置处理。" for row, value in zip(rows, values, strict=True)],
        row=rows.tolist(),
        field="geometry",
        value=values,
        suggestion="请核对该行坐标，尤其是经度与纬度是否颠倒、小数点是否错位",
    )
    return _series(_kept(_array(placed), filled & ~wrong), shapes.index), problems


def _array(shapes: Any) -> Shapes:
    return np.asarray(shapes.array, dtype=np.object_)


def _series(array: Shapes, index: pd.Index[Any]) -> gpd.GeoSeries:
    return gpd.GeoSeries(array, index=index, crs=STORAGE_CRS)


def _kept(array: Shapes, which: Mask) -> Shapes:
    kept = np.full(len(array), None, dtype=np.object_)
    kept[which] = array[which]
    return kept


def _filled(array: Shapes) -> Mask:
    return ~(shapely.is_missing(array) | shapely.is_empty(array))


def _first_coordinates(array: Shapes) -> tuple[list[float], list[float]]:
    bounds = shapely.bounds(array)
    return bounds[:, 0].tolist(), bounds[:, 1].tolist()


def _inside(written: Shapes, placed: Shapes, declared: Declared) -> Mask:
    """Whether shapes can be in the declared CRS: degrees within the globe, grids within their zone and a margin."""
    before, after = shapely.bounds(written), shapely.bounds(placed)
    finite = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    west, south, east, north = _area(declared)
    degrees = before if declared.crs.is_geographic else after
    with np.errstate(invalid="ignore"):
        within = (degrees[:, 0] >= west) & (degrees[:, 1] >= south) & (degrees[:, 2] <= east) & (degrees[:, 3] <= north)
    return np.asarray(finite & within, dtype=bool)


def _at_zero(written: Shapes) -> Mask:
    """Whether shapes stand at 0, 0: what a form writes where nobody measured."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(shapely.bounds(written)) < _NOWHERE).all(axis=1), dtype=bool)


def _area(declared: Declared) -> tuple[float, float, float, float]:
    use = None if declared.crs.is_geographic else declared.crs.area_of_use
    if use is None:
        return (-180.0, -90.0, 180.0, 90.0)
    m = _MARGIN_DEGREES
    # The official area ends at China's border; the zone itself goes on north and south.
    return (use.west - m, max(use.south - 5 * m, -90.0), use.east + m, min(use.north + 5 * m, 90.0))


def shape_up(shapes: gpd.GeoSeries, layer: Layer, *, origin: Origin) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Valid shapes of the layer's kind: repaired, reduced to a point where a point is wanted, missing where nothing can be made of them.

    Multi-part lines stay multi-part here; `parts` takes them apart.
    """
    array = shapely.force_2d(_array(shapes))
    repaired, problems = _repaired(array, shapes.index, origin)
    dimension = _DIMENSION[layer.geometry]
    made = _as_points(repaired) if dimension == _POINTS else _only(repaired, dimension)
    had = _filled(repaired)
    lost = had & ~_filled(made)
    given = shapely.get_dimensions(repaired)
    changed = had & ~lost & (given != dimension)
    called = layer.label
    notes = [
        _note("wrong_type", "warning", shapes.index[lost], f"“{called}”应为{_CALLED[dimension]}，这一行不是，按没有位置处理。", origin),
        _note("made_point", "info", shapes.index[changed & (dimension == _POINTS)], "给的是线或面，取了其中的代表点。", origin),
    ]
    return _series(_kept(made, _filled(made)), shapes.index), join_problems([problems, *notes])


def _note(rule: str, severity: Any, rows: pd.Index[Any], text: str, origin: Origin) -> pd.DataFrame:
    return origin.problem(rule, severity, [f"第 {row} 行：{text}" for row in rows], row=rows.tolist(), field="geometry")


def _repaired(array: Shapes, index: pd.Index[Any], origin: Origin) -> tuple[Shapes, pd.DataFrame]:
    bad = _filled(array) & ~shapely.is_valid(array)
    repaired = array.copy()
    repaired[bad] = shapely.make_valid(array[bad])
    return repaired, _note("invalid_geometry", "info", index[bad], "图形不合规范（自相交等），已修复。", origin)


def _as_points(array: Shapes) -> Shapes:
    """A representative point of whatever it is; points stay as they are."""
    return np.asarray(np.where(shapely.get_type_id(array) == 0, array, shapely.point_on_surface(array)), dtype=np.object_)


def _only(array: Shapes, dimension: int) -> Shapes:
    """The parts of that dimension; a mixed collection loses the others (a repaired sliver), anything else is None."""
    kept = _kept(array, shapely.get_dimensions(array) == dimension)
    mixed = (shapely.get_type_id(array) == 7) & _filled(array)  # noqa: PLR2004 - GeometryCollection
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(array[i])
        fitting = shapely.get_parts(parts[shapely.get_dimensions(parts) == dimension])
        kept[i] = (shapely.multilinestrings if dimension == _LINES else shapely.multipolygons)(fitting) if len(fitting) else None
    return kept


def parts(frame: gpd.GeoDataFrame, *, origin: Origin) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """One row for each simple line: parts that continue each other are merged, others become rows with the same key and row number."""
    lines = shapely.line_merge(_array(frame.geometry))
    counts = np.where(shapely.is_missing(lines), 1, np.maximum(shapely.get_num_geometries(lines), 1))
    where = np.repeat(np.arange(len(frame)), counts)
    number = np.arange(len(where)) - np.repeat(np.cumsum(counts) - counts, counts)
    exploded = frame.iloc[where].set_geometry(gpd.GeoSeries(shapely.get_geometry(lines[where], number), index=frame.index[where], crs=frame.crs))
    several = frame.index[counts > 1]
    note = _note("multi_part", "info", several, "一条记录有几段不相连的线，已拆成几段，编号后加 -2、-3 等。", origin)
    return exploded, note


def outside(shapes: gpd.GeoSeries, boundary: Any, *, origin: Origin) -> pd.DataFrame:
    """A warning for each shape that lies more than `FAR_M` outside the boundary (a frame, series or shape in EPSG:4490)."""
    area = gpd.GeoSeries([boundary] if isinstance(boundary, shapely.Geometry) else _array(boundary.geometry), crs=STORAGE_CRS)
    crs = metric_crs(area)
    whole = shapely.union_all(_array(area.to_crs(crs)))
    shapely.prepare(whole)
    metric = _array(shapes.to_crs(crs))
    far = _filled(metric) & (shapely.distance(metric, whole) > FAR_M)
    swapped = _array(_swapped(gpd.GeoSeries(shapes[far])).to_crs(crs)) if far.sum() * 2 > len(far) else np.empty(0, dtype=object)
    looks_swapped = len(swapped) > 0 and bool((shapely.distance(swapped, whole) <= FAR_M).mean() > 0.5)  # noqa: PLR2004 - most of them
    why = "经度与纬度的次序像是颠倒的" if looks_swapped else "请核对坐标和 --crs 声明的坐标系"
    return _note("outside_boundary", "warning", shapes.index[far], f"位置在县界以外 {FAR_M / 1000:g} 公里以上；{why}。", origin)


def _swapped(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    turned = shapely.transform(_array(shapes), lambda xy: np.clip(xy[:, ::-1], [-180, -89], [180, 89]))
    return _series(turned, shapes.index)
