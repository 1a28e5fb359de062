"""The guard at the HTTP door, as plain ASGI (cheap on every tile): trusted hosts, own pages, bodies, doubled parameters, HEAD, security headers."""

from __future__ import annotations

import asyncio
import contextlib
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders

from api.answers import plain_problem
from api.negotiation import accepts_gzip
from api.writing import SAFE, is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

DRAIN_BYTES = 64_000_000
DRAIN_SECONDS = 10
"""How much of a body nobody wants is read and dropped, so that a client that writes before it reads can read the answer."""

_HOST = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:/@?#\s]+))(?::\d{1,5})?")

HEADERS: dict[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Set on every answer that does not say otherwise itself (the page has its own policy)."""


class Guard:
    """Refuses foreign host names (DNS rebinding), writing from foreign pages, large bodies and doubled parameters; adds security headers.

    A body goes on to the route; what no route has read is read here and dropped before the answer. HEAD is answered as GET without the body, and `Accept-Encoding` is passed on as `gzip` or not at all, so that nothing behind needs to weigh it.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = (), body_limit_bytes: int = 65_536) -> None:
        self.app = app
        self.names = frozenset({"localhost", *(name.lower() for name in names)})
        self.body_limit_bytes = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        body = _Body(receive, sent=_has_body(headers))
        inner: ASGIApp = refusal if refusal is not None else self.app
        await inner(_plain(scope, headers), body.receive, _with_headers(send, body, head=scope["method"] == "HEAD"))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not trusted(host, self.names):
            return plain_problem(400, "主机名不受信任", "请用本机地址（如 http://127.0.0.1:8000）打开；其他主机名须先在 ZUTONG_NAMES 中登记。")
        if scope["method"] not in SAFE and is_foreign(headers):
            return plain_problem(403, "不能写入", "请求来自别的网站或地址；只有组通自己的页面和本机的程序可以提交。")
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdigit() or int(length) > self.body_limit_bytes:
            return plain_problem(413, "请求过大", f"请求内容须写明长度，且不超过 {self.body_limit_bytes} 字节。")
        doubled = doubled_parameter(scope["query_string"])
        if doubled is not None:
            return plain_problem(400, "参数有误", f"参数“{doubled[:40]}”写了不止一次。", kind="urn:zutong:problem:QueryError")
        return None


def doubled_parameter(query: bytes) -> str | None:
    """The first parameter that is given twice: whichever value were taken, the other would be lost without a word.

    >>> [doubled_parameter(query) for query in (b"", b"a=1&b=2", b"a=1&b=2&a=", b"a=1&%61=1")]
    [None, None, 'a', 'a']
    """
    if b"&" not in query:
        return None
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    return next((name for at, name in enumerate(names) if name in names[:at]), None) if len(set(names)) < len(names) else None


def trusted(host: str, names: frozenset[str]) -> bool:
    """Whether the Host header is an IP address, or one of the names; a port may follow.

    >>> [trusted(host, frozenset({"localhost"})) for host in ("127.0.0.1:8000", "[::1]:8000", "localhost")]
    [True, True, True]
    >>> [trusted(host, frozenset({"localhost"})) for host in ("evil.example", "", "[::1].evil.example", "localhost:80/x")]
    [False, False, False, False]
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["ipv6"] or found["name"]
    if name.lower() in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _has_body(headers: Headers) -> bool:
    """Whether the client is sending one; one that waits to be told (`Expect`) is told no by the answer."""
    sends = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
    return sends and "expect" not in headers


class _Body:
    """A request's body: passed on to who asks for it; what nobody has read is dropped."""

    def __init__(self, receive: Receive, *, sent: bool) -> None:
        self._receive = receive
        self._more = sent

    async def receive(self) -> Message:
        """The next part."""
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def drop(self) -> None:
        """Read what is left and drop it, within bounds: an answer to a closed pipe is never read."""
        seen = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._more and seen < DRAIN_BYTES:
                    seen += len((await self.receive()).get("body", b""))


def _plain(scope: Scope, headers: Headers) -> Scope:
    """The request as the routes see it: GET for HEAD, and gzip or nothing as the encoding."""
    wanted = headers.get("accept-encoding", "")
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    if method == scope["method"] and wanted in {"", "gzip"}:
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    gzip = [(b"accept-encoding", b"gzip")] if accepts_gzip(wanted) else []
    return {**scope, "method": method, "headers": [*kept, *gzip]}


def _with_headers(send: Send, body: _Body, *, head: bool) -> Send:
    ended = False

    async def sending(message: Message) -> None:
        """Add what is not said yet; the answer to HEAD has no body, and ends where the body would begin (an event stream would not)."""
        nonlocal ended
        if message["type"] == "http.response.start":
            await body.drop()
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        if not head or message["type"] != "http.response.body":
            await send(message)
        elif not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return sending
