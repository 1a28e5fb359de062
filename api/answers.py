"""How answers are written: JSON by orjson, problems, and frames as plain records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import JSONResponse

from api.errors import PROBLEM_TYPE, problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from layers.errors import ZutongError

FRESH = "no-cache"
"""Cache-Control of everything that follows the revision: keep it, but ask again each time (ETag)."""


class Json(JSONResponse):
    """A JSON answer, written once by orjson (NaN becomes null)."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


class GeoJson(Json):
    """A GeoJSON answer."""

    media_type = "application/geo+json"


class SchemaJson(Json):
    """A JSON Schema."""

    media_type = "application/schema+json"


class Problem(Json):
    """A problem+json answer (RFC 9457)."""

    media_type = PROBLEM_TYPE


def problem_response(error: ZutongError) -> Problem:
    """The problem answer of an error a user can cause."""
    body = problem_of(error)
    return Problem(body, status_code=body["status"])


def plain_problem(status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Problem:
    """A problem answer for what is no error of ours (unknown address, wrong method, …)."""
    return Problem(problem(status, title, detail, **more), status_code=status, headers=dict(headers or {}))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain values; every missing value is None.

    >>> records(pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}))
    [{'a': 1}, {'a': None}]
    """
    columns = {str(name): plain(frame[name]) for name in frame.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def plain(column: pd.Series) -> list[Any]:
    """The values of a column as Python objects, None where missing."""
    values = column.astype(object)
    return list(values.where(column.notna(), None))
