"""The door of intake: one file and the name of a layer in, one checked frame out.

identify ─▶ raw cells and shapes ─▶ fields ─▶ places ─▶ keys ─▶ Intake
    every step hands on a new frame and adds problem rows; rows_read = rows_kept + rows_rejected
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import STORAGE_CRS, Declared, declare, magnitude_hint, parse_crs
from layers.crs.declared import WAYS
from layers.errors import InputError, MissingCRS, MissingField
from layers.intake.archives import unpacked
from layers.intake.coordinates import points
from layers.intake.fields import Fields, required_fields, to_fields
from layers.intake.geometry import outside, parts, place, shape_up
from layers.intake.keys import complete_keys, merge_parts, told_apart, unique_keys
from layers.intake.problems import Origin, join_problems
from layers.intake.raster import crs_conflict, read_raster
from layers.intake.register import pseudonymise
from layers.intake.report import Intake, facts, sha256_of
from layers.intake.safety import identify
from layers.intake.tables import read_text, to_raw
from layers.intake.traces import without_people
from layers.intake.values import parse_date
from layers.intake.vectors import read_vector
from layers.intake.workbooks import read_workbook
from layers.names import Geometry, get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.intake.raw import Raw
    from layers.names import Layer

_SHIFTED_ENDINGS = frozenset((".ovkml", ".ovkmz"))
"""奥维 exports these in GCJ-02 only."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator declares about a file; see `read_layer`."""

    crs: Declared | None = None
    encoding: str | None = None
    rename: Mapping[str, str] | None = None
    sheet: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """Rows on their way: the frame indexed by row number, and the problems so far."""

    frame: pd.DataFrame
    problems: tuple[pd.DataFrame, ...] = ()

    def then(self, frame: pd.DataFrame, *problems: pd.DataFrame) -> _Step:
        """The next frame, with the problems found on the way to it."""
        return _Step(frame, (*self.problems, *problems))


def read_layer(  # noqa: PLR0913 - each is something that only the operator knows
    path: str | Path,
    layer: str,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    rename: Mapping[str, str] | None = None,
    sheet: str | None = None,
    key: bytes | None = None,
    boundary: Any = None,
    target: Path | None = None,
    date: str | None = None,
) -> Intake:
    """Read one layer from a file.

    Args:
        path: A local file (or .gdb folder); see `layers.intake.safety.KINDS`.
        layer: Canonical name, label or alias of the layer.
        crs: Declared coordinate system (`EPSG:4545`, `gcj02`, `国家2000` …); wins over the file's.
        encoding: Of a .csv or .dbf; found from the bytes when None.
        rename: `{field: heading}` for columns that the dictionary does not know; `lon`, `lat`, `east`, `north` place a table.
        sheet: Sheet of a workbook or layer of a container.
        key: The workspace's secret, for the layer `households` only.
        boundary: The county (frame, series or shape in EPSG:4490): what lies far outside is doubtful.
        target: For a raster: where the tiled GeoTIFF is written; default beside the input, ending in `.cog.tif`.
        date: When the data are from: ISO year, month or day (`2025`, `2025-06`, `2025-06-30`); for rows that do not say themselves.

    Returns:
        The frame in EPSG:4490 with every field of the layer, typed, a unique key in each row, and the problems with their rows.

    Raises:
        UnknownLayer: no such layer.
        InputError: the file cannot be read as this layer; one of its subclasses, with a sentence that says why and what to do.
    """
    wanted, source = get_layer(layer), Path(path)
    if wanted.result:
        raise InputError(f"“{wanted.label}”是计算得出的图层，不能导入。", file=source.name)
    origin = Origin(wanted.name, source.name)
    options = Options(parse_crs(crs) if crs else None, encoding, rename, sheet, _declared_date(date))
    kind = identify(source)
    info: dict[str, Any] = {"file": source.name, "sha256": sha256_of(source), "encoding": None, "crs": None, "headings": {}}
    info["declared_date"] = options.date
    if wanted.geometry is Geometry.RASTER:
        return _read_grid(source, kind, target, origin, options, info)
    raw, declared = _read_raw(source, kind, wanted, origin, options)
    fields = to_fields(raw, wanted, origin=origin, rename=rename)
    step = _Step(_dated(fields.frame, options.date), (raw.problems, fields.problems))
    step = _drop_incomplete(step, wanted, fields, origin)
    if wanted.geometry is Geometry.TABLE:
        step = _finish_table(step, wanted, origin, key, raw)
    else:
        step, declared = _finish_places(step, raw, fields, wanted, origin, replace(options, crs=declared), boundary)
        info["crs"] = declared.label
    rows_kept = step.frame.index.nunique() + sum(int((rows["rule"] == "merged_part").sum()) for rows in step.problems)
    counts = facts(step.frame, rows_read=raw.rows_read, rows_kept=rows_kept)
    info |= {"encoding": raw.encoding, "headings": fields.headings, **counts}
    return Intake(step.frame.reset_index(drop=True), _in_order(step.problems), info)


def _read_grid(source: Path, kind: str, target: Path | None, origin: Origin, options: Options, info: dict[str, Any]) -> Intake:
    if kind != "tiff":
        raise InputError(f"“{origin.layer}”要用 GeoTIFF（.tif）导入。", file=origin.file)
    grid = read_raster(source, target or source.with_suffix(".cog.tif"), origin=origin, declared=options.crs)
    counts = {"rows_read": 1, "rows_kept": 1, "rows_rejected": 0}
    dated = {"data_date": grid.info["data_date"] or options.date}
    return Intake(None, grid.problems, {**info, **counts, **grid.info, **dated}, grid.path)


def _declared_date(text: str | None) -> str | None:
    """The operator's date as ISO text of the precision given."""
    if text is None:
        return None
    value, rule = parse_date(text)
    if rule or value is pd.NA:
        raise InputError(f"看不懂数据日期“{text}”；请写成 2025、2025-06 或 2025-06-30。", field="data_date", value=text, expected="2025-06-30")
    return str(value)


def _dated(frame: pd.DataFrame, date: str | None) -> pd.DataFrame:
    return frame if date is None else frame.assign(data_date=frame["data_date"].fillna(date))


def _read_raw(source: Path, kind: str, layer: Layer, origin: Origin, options: Options) -> tuple[Raw, Declared | None]:
    """Raw cells and shapes, and the CRS that is declared for them by the operator or by the ending of the name."""
    with ExitStack() as stack:
        path, sheet, declared = source, options.sheet, options.crs
        if kind in ("zip", "kmz"):
            path, sheet = stack.enter_context(unpacked(source, sheet))
            kind = identify(path)
        if declared is None and {source.suffix.casefold(), path.suffix.casefold()} & _SHIFTED_ENDINGS:
            declared = parse_crs("gcj02")
        if kind == "text":
            return to_raw(read_text(path, options.encoding), layer, origin=origin, rename=options.rename), declared
        if kind == "sheet":
            return to_raw(read_workbook(path, sheet), layer, origin=origin, rename=options.rename), declared
        if kind in ("tiff", "zip", "kmz"):
            raise InputError(f"“{source.name}”里不是“{layer.label}”这样的矢量图层或表格。", file=source.name)
        return read_vector(path, kind, file=source.name, sheet=sheet, encoding=options.encoding), declared


def _drop_incomplete(step: _Step, layer: Layer, fields: Fields, origin: Origin) -> _Step:
    """Reject rows without a required value; give the others keys where the layer allows it."""
    required = required_fields(layer, fields.headings)
    missing = step.frame[[field.name for field in required]].isna()
    rows = step.frame.index[missing.any(axis=1)]
    labels = {field.name: field.label for field in required}
    lacking = {row: "、".join(labels[name] for name in missing.columns[missing.loc[row]]) for row in rows}
    texts = [f"第 {row} 行缺“{what}”，未导入。" for row, what in lacking.items()]
    names = ",".join(labels)
    rejected = origin.problem("missing_required", "error", texts, row=rows.tolist(), field=names, suggestion="请补填后重新导入")
    frame, made = complete_keys(step.frame.drop(index=rows), layer, origin=origin)
    return step.then(frame, rejected, made)


def _finish_table(step: _Step, layer: Layer, origin: Origin, key: bytes | None, raw: Raw) -> _Step:
    if raw.geometry is not None:
        step = step.then(step.frame, origin.problem("geometry_dropped", "info", "本图层是表格，文件里的图形未导入。"))
    if layer.personal and layer.name != "households":
        step = step.then(*without_people(step.frame, layer, origin=origin))
    elif layer.personal:  # first: a code may be an ID number, and what repeats is told by its code
        if key is None:
            raise InputError(f"导入“{layer.label}”要有工作区的假名密钥，个人信息才能安全去除；请在工作区里导入。", file=origin.file)
        step = step.then(*pseudonymise(step.frame, key=key, file=origin.file, rows=[int(row) for row in step.frame.index]))
    frame, problems = unique_keys(step.frame, layer, origin=origin)
    return step.then(pd.DataFrame(frame), problems)


def _finish_places(step: _Step, raw: Raw, fields: Fields, layer: Layer, origin: Origin, options: Options, boundary: Any) -> tuple[_Step, Declared]:
    """Shapes in EPSG:4490 for the rows that are left, each row once per simple shape, keys unique."""
    shapes, declared, notes = _shapes(raw, fields, layer, origin, options.crs)
    shapes = gpd.GeoSeries(shapes.loc[step.frame.index])
    placed, misplaced = place(shapes, declared, origin=origin)
    clean, reshaped = shape_up(placed, layer, origin=origin)
    frame, unplaced = _drop_unplaced(gpd.GeoDataFrame(step.frame, geometry=clean, crs=STORAGE_CRS), layer, origin)
    whole, merged = merge_parts(frame, layer, origin=origin)
    unique, repeated = unique_keys(whole, layer, origin=origin)
    step = step.then(unique, *notes, misplaced, reshaped, unplaced, merged, repeated)
    if layer.geometry is Geometry.LINE:
        exploded, several = parts(gpd.GeoDataFrame(unique), origin=origin)
        step = step.then(exploded.assign(**{layer.key: told_apart(exploded[layer.key])}), several)
    if boundary is not None:
        step = step.then(step.frame, outside(gpd.GeoDataFrame(step.frame).geometry, boundary, origin=origin))
    return step, declared


def _shapes(raw: Raw, fields: Fields, layer: Layer, origin: Origin, declared: Declared | None) -> tuple[gpd.GeoSeries, Declared, list[pd.DataFrame]]:
    """The file's own shapes, else points from its coordinate columns, and the CRS they are in."""
    if raw.geometry is not None:
        unused = [fields.headings[name] for name in fields.coordinates]
        text = f"文件自带图形，坐标列{'、'.join(f'“{name}”' for name in unused)}未使用。"
        notes = [origin.problem("unused_coordinates", "info", text)] if unused else []
        crs, conflict = _crs_of_file(raw, declared, origin)
        return raw.geometry, crs, [*notes, conflict]
    shapes, written, unread = points(fields.coordinates, origin=origin)
    if shapes is None:
        return _nowhere(raw, layer, origin), declared or declare(STORAGE_CRS), []
    if declared is not None:
        return shapes, declared, [unread]
    if written == "grid":
        raise _missing_crs(shapes, origin)
    assumed = "坐标列是经纬度但没有声明坐标系，按国家2000（与 WGS84 相差不到 1 米）导入。"
    hint = "如果坐标取自高德、腾讯、奥维或百度地图，请加 --crs gcj02 或 bd09 重新导入，否则会偏移数百米"
    return shapes, declare(STORAGE_CRS), [unread, origin.problem("assumed_crs", "warning", assumed, suggestion=hint)]


def _crs_of_file(raw: Raw, declared: Declared | None, origin: Origin) -> tuple[Declared, pd.DataFrame]:
    if raw.crs is None and declared is None:
        raise _missing_crs(raw.geometry, origin)
    own = declare(raw.crs) if raw.crs is not None else None
    if declared is None and own is not None:
        return own, _old_datum(own, origin)
    chosen = declared or declare(STORAGE_CRS)
    same = own is None or own.crs.equals(chosen.crs, ignore_axis_order=True) or (own.crs.is_geographic and chosen.crs.is_geographic)
    return chosen, join_problems([_old_datum(chosen, origin), *([] if same or own is None else [crs_conflict(own, chosen, origin)])])


def _old_datum(declared: Declared, origin: Origin) -> pd.DataFrame:
    if not declared.old_datum:
        return join_problems([])
    text = f"坐标系是{declared.old_datum}（{declared.label}），转换到国家2000的精确参数不公开，直接转换可能差几十到一百多米。"
    return origin.problem("old_datum", "warning", text, suggestion="请由测绘部门转换为国家2000后再导入")


def _missing_crs(shapes: Any, origin: Origin) -> MissingCRS:
    bounds = gpd.GeoSeries(shapes).bounds.to_numpy(dtype=float)
    hint = magnitude_hint(bounds[:, 0], bounds[:, 1])
    return MissingCRS(f"“{origin.file}”没有说明坐标系（缺 .prj 或声明）；{hint}。请用 --crs 声明，如 {WAYS}。", file=origin.file, expected=WAYS)


def _nowhere(raw: Raw, layer: Layer, origin: Origin) -> gpd.GeoSeries:
    """No shapes at all: groups are unlocated then, any other layer has no meaning."""
    if layer.name != "groups":
        seen = "、".join(f"“{'／'.join(heading)}”" for heading in raw.headings if heading)
        raise MissingField(
            f"“{origin.file}”里没有图形，也没有坐标列（经度、纬度），无法导入“{layer.label}”；看到的表头有：{seen}。"
            "可用 --rename lon=表头 --rename lat=表头 指定坐标列。",
            file=origin.file,
            field="geometry",
        )
    return gpd.GeoSeries(np.full(len(raw.cells), None, dtype=np.object_), index=raw.cells.index)


def _drop_unplaced(frame: gpd.GeoDataFrame, layer: Layer, origin: Origin) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Rows without a shape: a group is kept (unlocated is unknown, not lost), anything else is rejected."""
    lacking = frame.geometry.isna()
    rows = frame.index[lacking]
    if layer.name == "groups":
        texts = [f"第 {row} 行没有位置：保留，凡要看位置的判断都按“不明”。" for row in rows]
        hint = "请补充坐标（经度、纬度两列），或改用带图形的文件"
        if len(rows) == len(frame) > 1:
            text = f"{len(rows)} 行都没有位置：保留，凡要看位置的判断都按“不明”。"
            return frame, origin.problem("no_location", "warning", text, field="geometry", suggestion=hint)
        return frame, origin.problem("no_location", "warning", texts, row=rows.tolist(), field="geometry", suggestion=hint)
    texts = [f"第 {row} 行没有可用的图形，未导入。" for row in rows]
    return frame[~lacking], origin.problem("no_geometry", "error", texts, row=rows.tolist(), field="geometry", suggestion="请补画图形或坐标")


def _in_order(problems: tuple[pd.DataFrame, ...]) -> pd.DataFrame:
    """All problems: those of the whole file first, then by row."""
    joined = join_problems(problems)
    return joined.sort_values("row", kind="stable", na_position="first", ignore_index=True)
