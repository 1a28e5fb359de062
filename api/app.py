"""The HTTP door: `create_app(settings)` puts routes, guard and error answers together; nothing is decided here."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Match

from api.answers import Json, plain_problem, problem_response
from api.deps import NotModified
from api.faults import fault_sentence
from api.guard import Guard
from api.jobs.desk import Desk
from api.plan_models import LABELS as ROAD_LABELS
from api.plan_snapshots import PlanSnapshots
from api.routes import choice, county, docs, gaps, groups, jobs, ogc, page, plans, problems, rasters, search, sensitivity, sites, tiles
from api.schema import describe
from api.settings import Settings
from api.site_models import LABELS as SITE_LABELS
from api.snapshot import VERSION, Snapshots
from layers.errors import ZutongError

if TYPE_CHECKING:
    from starlette.requests import Request

_ROUTES = (page, county, gaps, groups, search, tiles, rasters, sensitivity, problems, plans, sites, choice, jobs, ogc, docs)
_SITING = ("/plans/sites", "/plans/choice")
_GZIP_FROM_BYTES = 1000
_METHOD_NOT_ALLOWED = 405
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application that serves one workspace: it reads, and takes orders for what a keeper (`api.jobs.keeper`) runs.

    Args:
        settings: which workspace, and the limits; from `ZUTONG_*` variables when left out.
    """
    given = settings or Settings()
    app = FastAPI(title="组通", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None, default_response_class=Json)
    app.state.settings = given
    app.state.snapshots = Snapshots(given.workspace)
    app.state.plan_snapshots = PlanSnapshots()
    app.state.desk = Desk(given.workspace, most_waiting=given.most_waiting)
    app.state.closing = Event()  # set by whoever stops the service, so that event streams end
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


def _bad_parameter(request: Request, error: Exception) -> Response:
    labels = SITE_LABELS if request.url.path.startswith(_SITING) else ROAD_LABELS
    sentences = [fault_sentence(found, labels) for found in cast("RequestValidationError", error).errors()]
    return plain_problem(400, "参数有误", "；".join(sentences) + "。", kind="urn:zutong:problem:QueryError")


def _no_such_address(request: Request, error: Exception) -> Response:
    status, headers = cast("HTTPException", error).status_code, cast("HTTPException", error).headers
    if status == _METHOD_NOT_ALLOWED:
        allowed = ", ".join(allowed_methods(request))
        words = "这个地址只能读取（GET、HEAD）。" if allowed == "GET, HEAD" else f"这个地址只接受 {allowed.replace(', ', '、')}。"
        return plain_problem(status, "方法不允许", words, headers={"allow": allowed})
    return plain_problem(status, "没有这个地址", "没有这个地址；接口说明见 /docs。", headers=headers)


def allowed_methods(request: Request) -> list[str]:
    """The methods of every route at the request's address; HEAD wherever GET is."""
    routes = [route for family in _ROUTES for route in family.router.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes for method in getattr(route, "methods", ())} or {"GET"}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()), key=_METHODS.index)


def _broken(_request: Request, error: Exception) -> Response:
    # The kind alone: the text of a foreign exception may quote data.
    return plain_problem(500, "程序内部出错", f"程序内部出错（{type(error).__name__}），数据没有改动；请把操作经过反馈给维护人员。")
