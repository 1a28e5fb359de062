"""The HTTP door: `create_app(settings)` puts routes, guard and error answers together; nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from api.answers import Json, plain_problem, problem_response
from api.deps import NotModified
from api.guard import Guard
from api.routes import county, docs, gaps, groups, ogc, page, problems, rasters, search, sensitivity, tiles
from api.schema import describe
from api.settings import Settings
from api.snapshot import VERSION, Snapshots
from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

_ROUTES = (page, county, gaps, groups, search, tiles, rasters, sensitivity, problems, ogc, docs)
_GZIP_FROM_BYTES = 1000
_METHOD_NOT_ALLOWED = 405


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application that serves one workspace, read only.

    Args:
        settings: which workspace, and the limits; from `ZUTONG_*` variables when left out.
    """
    given = settings or Settings()
    app = FastAPI(title="组通", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None, default_response_class=Json)
    app.state.settings = given
    app.state.snapshots = Snapshots(given.workspace)
    for family in _ROUTES:
        app.include_router(family.router)
    app.mount("/static", page.static_files(), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES)
    app.add_middleware(Guard, names=given.names, body_limit_bytes=given.body_limit_bytes)
    _answer_errors(app)
    cast("Any", app).openapi = lambda: describe(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(ZutongError, _known)
    app.add_exception_handler(NotModified, _unchanged)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(HTTPException, _no_such_address)
    app.add_exception_handler(Exception, _broken)


def _known(_request: Request, error: Exception) -> Response:
    return problem_response(cast("ZutongError", error))


def _unchanged(_request: Request, error: Exception) -> Response:
    return Response(status_code=304, headers=cast("NotModified", error).headers)


def _bad_parameter(_request: Request, error: Exception) -> Response:
    sentences = [parameter_sentence(found) for found in cast("RequestValidationError", error).errors()]
    return plain_problem(400, "参数有误", "；".join(sentences) + "。", kind="urn:zutong:problem:QueryError")


def parameter_sentence(found: dict[str, Any]) -> str:
    """One of FastAPI's findings in Chinese; the given value is not repeated.

    >>> parameter_sentence({"type": "extra_forbidden", "loc": ("query", "foo")})
    '没有参数“foo”'
    """
    loc: Sequence[Any] = found.get("loc", ())
    name = str(loc[-1])[:40] if loc else ""
    limits: dict[str, Any] = found.get("ctx", {})
    choices = str(limits.get("expected", "")).replace(" or ", ", ").replace(", ", "、").replace("'", "")
    words = {
        "extra_forbidden": f"没有参数“{name}”",
        "missing": f"缺少参数“{name}”",
        "literal_error": f"参数“{name}”只能是 {choices}",
        "greater_than_equal": f"参数“{name}”不能小于 {limits.get('ge')}",
        "less_than_equal": f"参数“{name}”不能大于 {limits.get('le')}",
        "string_too_long": f"参数“{name}”不能超过 {limits.get('max_length')} 字",
        "string_too_short": f"参数“{name}”不能为空",
        "int_parsing": f"参数“{name}”应为整数",
        "bool_parsing": f"参数“{name}”应为 true 或 false",
    }
    return words.get(str(found.get("type")), f"参数“{name}”的写法不对")


def _no_such_address(_request: Request, error: Exception) -> Response:
    status, headers = cast("HTTPException", error).status_code, cast("HTTPException", error).headers
    if status == _METHOD_NOT_ALLOWED:
        return plain_problem(status, "方法不允许", "这个地址只能读取（GET、HEAD）。", headers={"allow": "GET, HEAD"})
    return plain_problem(status, "没有这个地址", "没有这个地址；接口说明见 /docs。", headers=headers)


def _broken(_request: Request, error: Exception) -> Response:
    # The kind alone: the text of a foreign exception may quote data.
    return plain_problem(500, "程序内部出错", f"程序内部出错（{type(error).__name__}），数据没有改动；请把操作经过反馈给维护人员。")
