"""CQL2 text (OGC 21-065) into a tree of the grammar's rules.

The grammar is our own (`cql2.lark`): pygeofilter's, the only library at hand, gives AND and OR one precedence, cannot negate a parenthesis, and reads a
property called `note` as `NOT e`; a filter that is understood wrongly shows a planner the wrong groups.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lark import Lark
from lark.exceptions import UnexpectedInput

from layers.errors import QueryError

if TYPE_CHECKING:
    from lark import Token, Tree

LONGEST = 2000
"""Characters of a filter; longer ones are refused before they are read."""

HINT = "写法示例：households_count >= 30 AND village_name LIKE '纳%'；文字用单引号。"


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("cql2.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


def parse(text: str) -> Tree[Token]:
    """The tree of a CQL2 text filter; a stack machine reads it, so that no nesting is too deep.

    Raises:
        QueryError: it cannot be read; the sentence says from where on.
    """
    if len(text) > LONGEST:
        raise QueryError(f"筛选条件太长（{len(text)} 字），最多 {LONGEST} 字。")
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        place = error.column if isinstance(error.column, int) and error.column > 0 else len(text)
        raise QueryError(f"筛选条件从第 {place} 个字起读不懂：{text[max(place - 1, 0) : place + 19]!r}。", hint=HINT) from error
