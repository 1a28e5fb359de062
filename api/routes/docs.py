"""The description of this API as a page that needs no network: every address, its parameters and what it answers."""

import base64
import hashlib
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.answers import Json
from api.deps import NoParameters

router = APIRouter(tags=["说明"])

_STYLE = """body{font:14px/1.6 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#212529}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ced4da}code{background:#f1f3f5;padding:0 .3em}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ced4da;padding:.2em .6em;text-align:left;vertical-align:top}th{background:#f1f3f5}"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class OpenApiJson(Json):
    """The description in its own media type, as the landing page announces it."""

    media_type = "application/vnd.oai.openapi+json;version=3.1"


@router.get("/openapi.json", response_class=OpenApiJson, include_in_schema=False)
def description(request: Request) -> OpenApiJson:
    """The OpenAPI document."""
    return OpenApiJson(request.app.openapi(), headers={"cache-control": "no-cache"})


@router.get("/docs", response_class=HTMLResponse, dependencies=[NoParameters], summary="接口说明")
def docs(request: Request) -> HTMLResponse:
    """The OpenAPI document in words."""
    return HTMLResponse(page_of(request.app.openapi()), headers={"content-security-policy": _POLICY, "cache-control": "no-cache"})


def page_of(document: dict[str, Any]) -> str:
    """An OpenAPI document as one HTML page."""
    schemas = document["components"]["schemas"]
    parts = [_operation(f"{method.upper()} {path}", one, schemas) for path, methods in document["paths"].items() for method, one in methods.items()]
    head = f'<meta charset="utf-8"><title>{escape(document["info"]["title"])}接口说明</title><style>{_STYLE}</style>'
    intro = '<p>机器可读的定义：<a href="/openapi.json">/openapi.json</a>。出错时返回 <code>application/problem+json</code>，detail 是一句说明。</p>'
    title = f"<h1>{escape(document['info']['title'])} {escape(document['info']['version'])} 接口说明</h1>"
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{title}{intro}{"".join(parts)}</body></html>'


def _operation(address: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    rows = "".join(_parameter(one) for one in [*operation.get("parameters", []), *_fields(operation, schemas)])
    table = f"<table><tr><th>参数</th><th>类型</th><th>说明</th></tr>{rows}</table>" if rows else ""
    answers = (answer for status, answer in operation["responses"].items() if status.startswith("2"))
    kinds = "、".join(escape(kind) for answer in answers for kind in answer.get("content", {}))
    return f"<h2><code>{escape(address)}</code> {escape(operation.get('summary', ''))}</h2>{table}<p>返回 {kinds}</p>"


def _fields(operation: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the JSON object that an operation takes, as if they were parameters."""
    reference = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    body = schemas.get(reference.rpartition("/")[2], {})
    required = body.get("required", [])
    return [{"name": f"{{{name}}}", "schema": schema, "required": name in required} for name, schema in body.get("properties", {}).items()]


def _parameter(one: dict[str, Any]) -> str:
    schema = one.get("schema", {})
    choices = schema.get("enum") or [kind.get("type", "") for kind in schema.get("anyOf", [])] or [schema.get("type", "")]
    limits = [
        f"{word}{schema[key]}" for key, word in (("minimum", "≥ "), ("maximum", "≤ "), ("default", "默认 ")) if schema.get(key) not in (None, "")
    ]
    about = "；".join([text for text in [one.get("description") or schema.get("description", ""), *limits] if text])
    name = f"<code>{escape(one['name'])}</code>{'（必填）' if one.get('required') else ''}"
    return f"<tr><td>{name}</td><td>{escape('、'.join(str(c) for c in choices))}</td><td>{escape(about)}</td></tr>"
