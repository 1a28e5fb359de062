"""`/openapi.json`: FastAPI's description, with the problems that every route may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from api.errors import PROBLEM_TYPE
from api.models import ProblemShape

if TYPE_CHECKING:
    from fastapi import FastAPI

_PROBLEMS = {"400": "参数或条件有误", "404": "没有找到", "default": "其他错误（RFC 9457）"}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: every operation says that errors come as problem+json."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description="村民组短板规划图的数据接口；除提交和取消计算任务外只读。", routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = ProblemShape.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"] = _responses(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _responses(known: dict[str, Any]) -> dict[str, Any]:
    """Parameters are refused with 400, never 422."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problems = {status: {"description": words, "content": content} for status, words in _PROBLEMS.items()}
    return {status: answer for status, answer in known.items() if status != "422"} | problems
