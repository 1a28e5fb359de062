"""CQL2 text (OGC 21-065) into the syntax tree of pygeofilter.

The grammar is our own (`cql2.lark`): pygeofilter's gives AND and OR one precedence, cannot negate a parenthesis, and reads a property called
`note` as `NOT e`; a filter that is understood wrongly shows a planner the wrong groups.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import shapely
from lark import Lark, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput
from pygeofilter import ast, values
from pygeofilter.cql2 import SPATIAL_PREDICATES_MAP

from layers.errors import QueryError

LONGEST = 2000
"""Characters of a filter; longer ones are refused before they are read."""


@v_args(inline=True)
class _Tree(Transformer[Any, Any]):
    """Grammar rules into nodes of `pygeofilter.ast`."""

    and_ = staticmethod(ast.And.from_items)
    or_ = staticmethod(ast.Or.from_items)
    not_ = ast.Not
    eq, ne, lt, lte, gt, gte = ast.Equal, ast.NotEqual, ast.LessThan, ast.LessEqual, ast.GreaterThan, ast.GreaterEqual
    add, sub, mul, div = ast.Add, ast.Sub, ast.Mul, ast.Div
    attribute = staticmethod(lambda name: ast.Attribute(str(name)))
    quoted = staticmethod(lambda name: ast.Attribute(name[1:-1].replace('""', '"')))
    text = staticmethod(lambda token: token[1:-1].replace("''", "'"))
    date = staticmethod(lambda token: token[1:-1])
    number = staticmethod(lambda token: float(token) if set(token) & set(".eE") else int(token))
    negative = staticmethod(lambda token: -float(token))
    boolean = staticmethod(lambda token: token.lower() == "true")
    neg = staticmethod(lambda value: ast.Sub(0, value))
    casei = staticmethod(lambda value: ast.Function("casei", [value]))
    between = staticmethod(lambda value, low, high: ast.Between(value, low, high, not_=False))
    not_between = staticmethod(lambda value, low, high: ast.Between(value, low, high, not_=True))
    like = staticmethod(lambda value, pattern: ast.Like(value, pattern, False, "%", "_", "\\", False))
    not_like = staticmethod(lambda value, pattern: ast.Like(value, pattern, False, "%", "_", "\\", True))
    in_ = staticmethod(lambda value, *options: ast.In(value, list(options), not_=False))
    not_in = staticmethod(lambda value, *options: ast.In(value, list(options), not_=True))
    null = staticmethod(lambda value: ast.IsNull(value, not_=False))
    not_null = staticmethod(lambda value: ast.IsNull(value, not_=True))
    spatial = staticmethod(lambda name, left, right: SPATIAL_PREDICATES_MAP[name.lower()](left, right))
    geometry = staticmethod(lambda token: values.Geometry(shapely.geometry.mapping(shapely.from_wkt(str(token)))))
    bbox = staticmethod(lambda *edges: values.Geometry(shapely.geometry.mapping(shapely.box(*edges))))


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("cql2.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def parse(text: str) -> ast.AstType:
    """The syntax tree of a CQL2 text filter.

    Raises:
        QueryError: it cannot be read; the sentence says from where on.
    """
    if len(text) > LONGEST:
        raise QueryError(f"筛选条件太长（{len(text)} 字），最多 {LONGEST} 字。")
    try:
        return _Tree().transform(_parser().parse(text))
    except UnexpectedInput as error:
        place = error.column if isinstance(error.column, int) and error.column > 0 else len(text)
        raise QueryError(f"筛选条件从第 {place} 个字起读不懂：{text[max(place - 1, 0) : place + 19]!r}。", hint=_HINT) from error
    except (LarkError, RecursionError) as error:
        raise QueryError("筛选条件读不懂：几何或数值写法有误。", hint=_HINT) from error


_HINT = "写法示例：households_count >= 30 AND village_name LIKE '纳%'；文字用单引号。"
