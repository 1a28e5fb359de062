"""The guard at the HTTP door, as plain ASGI (cheap on every tile): trusted hosts, size of bodies, security headers."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from api.answers import plain_problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """Refuses foreign host names (DNS rebinding) and large bodies; adds security headers to every answer."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = (), body_limit_bytes: int = 1_000_000) -> None:
        self.app = app
        self.names = frozenset({"localhost", *(name.lower() for name in names)})
        self.body_limit_bytes = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        inner: ASGIApp = refusal if refusal is not None else self.app
        await inner(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not trusted(host, self.names):
            return plain_problem(400, "主机名不受信任", "请用本机地址（如 http://127.0.0.1:8000）打开；其他主机名须先在 ZUTONG_NAMES 中登记。")
        length = headers.get("content-length", "0")
        if "chunked" in headers.get("transfer-encoding", "").lower() or not length.isdigit() or int(length) > self.body_limit_bytes:
            return plain_problem(413, "请求过大", f"请求内容须写明长度，且不超过 {self.body_limit_bytes} 字节。")
        return None


def trusted(host: str, names: frozenset[str]) -> bool:
    """Whether the Host header is an IP address, or one of the names; a port may follow.

    >>> [trusted(host, frozenset({"localhost"})) for host in ("127.0.0.1:8000", "[::1]:8000", "localhost", "evil.example", "")]
    [True, True, True, False, False]
    """
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name.lower() in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        """Add what is not said yet."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
