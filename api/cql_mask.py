"""A CQL2 filter evaluated on a frame: a boolean for each row, with the three-valued logic of SQL (a missing value is never true)."""

from __future__ import annotations

import operator
import re
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from lark import v_args
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from api.cql import HINT, parse
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import geopandas as gpd

GEOMETRY_NAMES = frozenset({"geometry", "geom", "shape"})
LARGEST_INTEGER = 2**63 - 1


def select(frame: gpd.GeoDataFrame, text: str, *, queryables: Collection[str]) -> gpd.GeoDataFrame:
    """The rows of the frame for which the CQL2 text is true.

    Raises:
        QueryError: it cannot be read, names a property that is not in `queryables`, or compares what cannot be compared.
    """
    tree, rows = parse(text), _Rows(frame, frozenset(queryables))
    try:
        found = rows.truth(rows.transform(tree))
    except VisitError as error:
        raise _explained(error.orig_exc) from error
    except TypeError as error:
        raise _explained(error) from error
    return frame[found.fillna(value=False).to_numpy(dtype=bool)]


def _explained(error: Exception) -> QueryError:
    """What went wrong inside a filter, as a sentence."""
    if isinstance(error, QueryError):
        return error
    if isinstance(error, shapely.errors.ShapelyError):
        return QueryError("筛选条件里的几何写法有误，应为 WKT，例如 POINT(106.05 25.25)。", hint=HINT)
    if isinstance(error, ArithmeticError):
        return QueryError("筛选条件里的算式算不出来：除以零，或数值太大。")
    return QueryError("筛选条件两边的类型不能相比：文字用单引号，数字不用。", hint="在 /collections/{图层}/queryables 查看各字段的类型。")


@v_args(inline=True)
class _Rows(Transformer_NonRecursive[Any, Any]):
    """Turns each rule of the grammar, from the leaves up, into a column, an array of geometries, a geometry or a plain value."""

    def __init__(self, frame: gpd.GeoDataFrame, queryables: frozenset[str]) -> None:
        super().__init__()
        self.frame = frame
        self.queryables = queryables

    def truth(self, value: Any) -> pd.Series:
        """The value as a condition: a nullable boolean column."""
        if isinstance(value, bool):
            return pd.Series(value, index=self.frame.index, dtype="boolean")
        if isinstance(value, pd.Series) and pd.api.types.is_bool_dtype(value.dtype):
            return value.astype("boolean")
        raise TypeError("not a condition")

    # Leaves

    def attribute(self, name: str) -> Any:
        """A column by name, or the geometries."""
        if name in GEOMETRY_NAMES:
            return self.frame.geometry.to_numpy()
        if name not in self.queryables:
            raise QueryError(f"没有名为“{name[:40]}”的字段；可用的字段有：{'、'.join(sorted(self.queryables))}。")
        return self.frame[str(name)]

    def quoted(self, token: str) -> Any:
        """A name in double quotes."""
        return self.attribute(token[1:-1].replace('""', '"'))

    def text(self, token: str) -> str:
        """Text in single quotes; two of them stand for one."""
        return token[1:-1].replace("''", "'")

    def number(self, token: str) -> float:
        """A whole number, or one with a point, an exponent or more digits than a column can hold."""
        whole = token.isdecimal() and int(token) <= LARGEST_INTEGER
        return int(token) if whole else float(token)

    def negative(self, token: str) -> float:
        """A number below nought, where only a number may stand."""
        return -self.number(token)

    def boolean(self, token: str) -> bool:
        """TRUE or FALSE."""
        return token.lower() == "true"

    def geometry(self, token: str) -> Any:
        """A geometry in WKT."""
        return shapely.from_wkt(str(token))

    def bbox(self, west: float, south: float, east: float, north: float) -> Any:
        """A box in degrees."""
        return shapely.box(west, south, east, north)

    def date(self, token: str) -> str:
        """DATE('…') and TIMESTAMP('…'): columns hold dates as ISO text."""
        return self.text(token)

    # Conditions

    def and_(self, left: Any, right: Any) -> pd.Series:
        """Both."""
        return self.truth(left) & self.truth(right)

    def or_(self, left: Any, right: Any) -> pd.Series:
        """Either."""
        return self.truth(left) | self.truth(right)

    def not_(self, value: Any) -> pd.Series:
        """The opposite; of what is missing, missing."""
        return ~self.truth(value)

    def _compare(self, compare: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if _kind(left) != _kind(right):
            raise TypeError("kinds differ")
        return compare(left, right)

    eq, ne = partialmethod(_compare, operator.eq), partialmethod(_compare, operator.ne)
    lt, lte = partialmethod(_compare, operator.lt), partialmethod(_compare, operator.le)
    gt, gte = partialmethod(_compare, operator.gt), partialmethod(_compare, operator.ge)

    def between(self, value: Any, low: Any, high: Any) -> pd.Series:
        """From low to high, both included."""
        return self.and_(self.gte(value, low), self.lte(value, high))

    def not_between(self, value: Any, low: Any, high: Any) -> pd.Series:
        """Below low or above high."""
        return ~self.between(value, low, high)

    def in_(self, value: Any, *options: Any) -> pd.Series:
        """Equal to one of the options."""
        found = self.truth(False)
        for option in options:
            found = found | self.truth(self.eq(value, option))
        return found

    def not_in(self, value: Any, *options: Any) -> pd.Series:
        """Equal to none of the options."""
        return ~self.in_(value, *options)

    def like(self, value: Any, pattern: Any) -> pd.Series:
        """Text with % (any) and _ (one character)."""
        if _kind(value) != "text" or not isinstance(pattern, str) or not isinstance(value, pd.Series):
            raise TypeError("LIKE needs a text column and a text pattern")
        return value.str.fullmatch(like_pattern(pattern), flags=re.DOTALL).astype("boolean")

    def not_like(self, value: Any, pattern: Any) -> pd.Series:
        """Text that does not fit."""
        return ~self.like(value, pattern)

    def null(self, value: Any) -> pd.Series:
        """Whether the value is missing."""
        return pd.Series(pd.isna(value), index=self.frame.index, dtype="boolean")

    def not_null(self, value: Any) -> pd.Series:
        """Whether there is a value."""
        return ~self.null(value)

    def spatial(self, name: str, left: Any, right: Any) -> pd.Series:
        """A relation of geometries, in the plane of longitude and latitude as the standard asks."""
        if _kind(left) != "geometry" or _kind(right) != "geometry":
            raise TypeError("a spatial predicate needs geometries")
        relation = getattr(shapely, name.lower().removeprefix("s_"))
        return pd.Series(np.broadcast_to(relation(left, right), len(self.frame)), index=self.frame.index, dtype="boolean")

    # Values

    def _calculate(self, calculate: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if _kind(left) != "number" or _kind(right) != "number":
            raise TypeError("arithmetic needs numbers")
        found = calculate(left, right)
        if not isinstance(found, pd.Series):
            return found
        return found.mask(np.isinf(found.to_numpy(dtype="float64", na_value=np.nan)))  # what was divided by zero is missing

    add, sub = partialmethod(_calculate, operator.add), partialmethod(_calculate, operator.sub)
    mul, div = partialmethod(_calculate, operator.mul), partialmethod(_calculate, operator.truediv)
    neg = partialmethod(_calculate, operator.sub, 0)

    def casei(self, value: Any) -> Any:
        """Text without regard to case."""
        if _kind(value) != "text":
            raise TypeError("CASEI needs text")
        return value.str.casefold() if isinstance(value, pd.Series) else value.casefold()


def like_pattern(like: str) -> str:
    r"""A LIKE pattern as a regular expression that never backs up: each piece between two % is taken where it first fits, which is always enough.

    >>> like_pattern("纳%村_组%")
    '纳(?>.*?村.组).*'
    >>> like_pattern(r"100\%")
    '100%'
    """
    pieces = [""]
    for sign in re.findall(r"\\.|.", like, flags=re.DOTALL):
        if sign == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if sign == "_" else re.escape(sign[-1])
    first, *middle = pieces
    if not middle:
        return first
    return first + "".join(f"(?>.*?{piece})" for piece in middle[:-1] if piece) + ".*" + middle[-1]


def _kind(value: Any) -> str:
    """Number, text, boolean or geometry: what may be compared with what."""
    if isinstance(value, np.ndarray | shapely.Geometry):
        return "geometry"
    dtype = value.dtype if isinstance(value, pd.Series) else np.array(value).dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    return "number" if pd.api.types.is_numeric_dtype(dtype) else "text"
