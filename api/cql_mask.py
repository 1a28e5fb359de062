"""A CQL2 syntax tree evaluated on a frame: a boolean for each row, with the three-valued logic of SQL (a missing value is never true)."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pygeofilter import ast, values

from api.cql import parse
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import geopandas as gpd

GEOMETRY_NAMES = frozenset({"geometry", "geom", "shape"})

_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Equal: operator.eq,
    ast.NotEqual: operator.ne,
    ast.LessThan: operator.lt,
    ast.LessEqual: operator.le,
    ast.GreaterThan: operator.gt,
    ast.GreaterEqual: operator.ge,
}
_COUNT: dict[type, Callable[[Any, Any], Any]] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mul: operator.mul, ast.Div: operator.truediv}
_SPATIAL: dict[type, Callable[[Any, Any], Any]] = {
    ast.GeometryIntersects: shapely.intersects,
    ast.GeometryDisjoint: shapely.disjoint,
    ast.GeometryContains: shapely.contains,
    ast.GeometryWithin: shapely.within,
    ast.GeometryTouches: shapely.touches,
    ast.GeometryCrosses: shapely.crosses,
    ast.GeometryOverlaps: shapely.overlaps,
    ast.GeometryEquals: shapely.equals,
}


def select(frame: gpd.GeoDataFrame, text: str, *, queryables: Collection[str]) -> gpd.GeoDataFrame:
    """The rows of the frame for which the CQL2 text is true.

    Raises:
        QueryError: it cannot be read, names a property that is not in `queryables`, or compares what cannot be compared.
    """
    tree = parse(text)
    try:
        found = _truth(_Rows(frame, frozenset(queryables)).value(tree), frame)
    except (TypeError, ValueError, NotImplementedError, RecursionError, ZeroDivisionError, OverflowError) as error:
        raise QueryError(
            "筛选条件两边的类型不能相比：文字用单引号，数字不用。", hint="在 /collections/{图层}/queryables 查看各字段的类型。"
        ) from error
    return frame[found.fillna(value=False).to_numpy(dtype=bool)]


def _truth(value: Any, frame: pd.DataFrame) -> pd.Series:
    """A nullable boolean column; anything else is no condition."""
    if isinstance(value, bool):
        return pd.Series(value, index=frame.index, dtype="boolean")
    if isinstance(value, pd.Series) and pd.api.types.is_bool_dtype(value.dtype):
        return value.astype("boolean")
    raise TypeError("not a condition")


class _Rows:
    """Evaluates each node to a column, an array of geometries, a geometry or a plain value."""

    def __init__(self, frame: gpd.GeoDataFrame, queryables: frozenset[str]) -> None:
        self.frame = frame
        self.queryables = queryables

    def value(self, node: Any) -> Any:
        """What the node stands for on this frame; plain values stand for themselves."""
        if not isinstance(node, ast.Node | values.Geometry):
            return node
        for kinds, answer in _NODES:
            if isinstance(node, kinds):
                return answer(self, node)
        raise NotImplementedError(type(node).__name__)

    def truth(self, node: Any) -> pd.Series:
        """The node as a condition."""
        return _truth(self.value(node), self.frame)

    def attribute(self, node: Any) -> Any:
        """A column by name, or the geometries."""
        if node.name in GEOMETRY_NAMES:
            return self.frame.geometry.to_numpy()
        if node.name not in self.queryables:
            raise QueryError(f"没有名为“{node.name[:40]}”的字段；可用的字段有：{'、'.join(sorted(self.queryables))}。")
        return self.frame[node.name]

    def comparison(self, node: Any) -> Any:
        """One of = <> < <= > >=."""
        return _compared(_COMPARE[type(node)], self.value(node.lhs), self.value(node.rhs))

    def arithmetic(self, node: Any) -> Any:
        """One of + - * /; numbers only."""
        left, right = self.value(node.lhs), self.value(node.rhs)
        if _kind(left) != "number" or _kind(right) != "number":
            raise TypeError("arithmetic needs numbers")
        return _COUNT[type(node)](left, right)

    def between(self, node: Any) -> pd.Series:
        """From low to high, both included."""
        value = self.value(node.lhs)
        above = _truth(_compared(operator.ge, value, self.value(node.low)), self.frame)
        inside = above & _truth(_compared(operator.le, value, self.value(node.high)), self.frame)
        return ~inside if node.not_ else inside

    def member(self, node: Any) -> pd.Series:
        """Equal to one of the options."""
        value = self.value(node.lhs)
        found = _truth(False, self.frame)
        for option in node.sub_nodes:
            found = found | _truth(_compared(operator.eq, value, self.value(option)), self.frame)
        return ~found if node.not_ else found

    def like(self, node: Any) -> pd.Series:
        """Text with % (any) and _ (one character)."""
        value = self.value(node.lhs)
        if _kind(value) != "text" or not isinstance(node.pattern, str) or not isinstance(value, pd.Series):
            raise TypeError("LIKE needs a text column and a text pattern")
        found = value.str.fullmatch(_pattern(node.pattern), flags=re.DOTALL).astype("boolean")
        return ~found if node.not_ else found

    def missing(self, node: Any) -> pd.Series:
        """Whether the value is missing."""
        found = pd.Series(pd.isna(self.value(node.lhs)), index=self.frame.index, dtype="boolean")
        return ~found if node.not_ else found

    def casei(self, node: Any) -> Any:
        """Text without regard to case."""
        value = self.value(node.arguments[0])
        if _kind(value) != "text":
            raise TypeError("CASEI needs text")
        return value.str.casefold() if isinstance(value, pd.Series) else value.casefold()

    def spatial(self, node: Any) -> pd.Series:
        """A relation of geometries, in the plane of longitude and latitude as the standard asks."""
        left, right = self.value(node.lhs), self.value(node.rhs)
        if _kind(left) != "geometry" or _kind(right) != "geometry":
            raise TypeError("a spatial predicate needs geometries")
        found = np.broadcast_to(_SPATIAL[type(node)](left, right), len(self.frame))
        return pd.Series(found, index=self.frame.index, dtype="boolean")


_NODES: tuple[tuple[tuple[type, ...], Callable[[_Rows, Any], Any]], ...] = (
    ((ast.Attribute,), _Rows.attribute),
    ((values.Geometry,), lambda _rows, node: shapely.geometry.shape(node)),
    ((ast.And,), lambda rows, node: rows.truth(node.lhs) & rows.truth(node.rhs)),
    ((ast.Or,), lambda rows, node: rows.truth(node.lhs) | rows.truth(node.rhs)),
    ((ast.Not,), lambda rows, node: ~rows.truth(node.sub_node)),
    (tuple(_COMPARE), _Rows.comparison),
    (tuple(_COUNT), _Rows.arithmetic),
    ((ast.Between,), _Rows.between),
    ((ast.In,), _Rows.member),
    ((ast.Like,), _Rows.like),
    ((ast.IsNull,), _Rows.missing),
    ((ast.Function,), _Rows.casei),
    (tuple(_SPATIAL), _Rows.spatial),
)


def _compared(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if _kind(left) != _kind(right):
        raise TypeError("kinds differ")
    return compare(left, right)


def _pattern(like: str) -> str:
    parts = re.split(r"(\\.|%|_)", like)
    words = {"%": ".*", "_": "."}
    return "".join(words.get(part, re.escape(part.removeprefix("\\"))) for part in parts)


def _kind(value: Any) -> str:
    """Number, text, boolean or geometry: what may be compared with what."""
    if isinstance(value, np.ndarray | shapely.Geometry):
        return "geometry"
    dtype = value.dtype if isinstance(value, pd.Series) else np.array(value).dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    return "number" if pd.api.types.is_numeric_dtype(dtype) else "text"
