"""The running service: answers until it is told to stop, and stops in good order however it is told."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from threading import Event
    from types import FrameType

    from fastapi import FastAPI

_SHUTDOWN_S = 5


def serve_app(app: FastAPI, listener: socket.socket) -> None:
    """Answer until a signal says to stop; event streams end by themselves then, and nobody waits long for what does not."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=_SHUTDOWN_S)
    _Service(config, app.state.closing).run(sockets=[listener])


class _Service(uvicorn.Server):
    """Tells event streams that the service ends, before it waits for them."""

    def __init__(self, config: uvicorn.Config, closing: Event) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop."""
        self._closing.set()
        super().handle_exit(sig, frame)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Leave the block by Ctrl+C and by SIGTERM alike, so that whatever is around it ends in good order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
