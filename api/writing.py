"""What a request that changes something must be: from our own page or from a program, allowed here, and one strict JSON object.

A page of another site can make a browser send forms and simple requests to this machine, cookies or not. It cannot send JSON without asking
first (nobody answers that question), and a browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), which pages cannot change.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import orjson
from fastapi.routing import APIRoute

from api.errors import NotJson, WritingOff
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response

    from api.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_JSON = "application/json"


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another origin sends this; programs say nothing."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return True
    origin, host = headers.get("origin"), headers.get("host", "").lower()
    return origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}


class WritingRoute(APIRoute):
    """A route that may write: refuses where writing is off, and bodies that are not one strict JSON object."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the checks."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            """Refuse what must not be written; answer as before."""
            if request.method not in SAFE:
                refuse_where_off(request.app.state.settings)
            if request.method in {"POST", "PUT", "PATCH"}:
                refuse_other_forms(request.headers.get("content-type", ""))
                parse_strictly(await request.body())
            return await handler(request)

        return checked


def refuse_where_off(settings: Settings) -> None:
    """Whether this service takes orders at all.

    Raises:
        WritingOff: it is reached from elsewhere, and nobody has allowed it.
    """
    if not settings.writable:
        raise WritingOff(
            "这个服务只供查看：它对其他电脑开放，没有允许提交计算。", hint="由管理员在可信的网络里设置 ZUTONG_WRITE=1 后重启，或在本机打开。"
        )


def refuse_other_forms(content_type: str) -> None:
    """Only JSON is taken.

    Raises:
        NotJson: the body says that it is something else, or nothing.
    """
    if content_type.partition(";")[0].strip().lower() != _JSON:
        raise NotJson("请求内容须是 JSON（Content-Type: application/json）。")


def parse_strictly(body: bytes) -> dict[str, Any]:
    """The JSON object of a body.

    Raises:
        QueryError: not JSON (RFC 8259: no NaN, no broken text, not too deep), not an object, or a name that is given twice.
    """
    try:
        found = orjson.loads(body)
        json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise QueryError("请求内容读不懂：应为 UTF-8 编码的 JSON。") from error
    if not isinstance(found, dict):
        raise QueryError("请求内容应为一个 JSON 对象（{…}）。")
    return cast("dict[str, Any]", found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for at, name in enumerate(names) if name in names[:at])
        raise QueryError(f"请求内容里的“{doubled[:40]}”写了不止一次。")
    return found
