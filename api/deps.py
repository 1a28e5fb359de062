"""What routes ask for, so that each reads as its signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from api.negotiation import has_tag
from api.snapshot import Snapshot
from layers.errors import QueryError

if TYPE_CHECKING:
    from api.snapshot import Snapshots


class NotModified(Exception):
    """The browser already has this answer."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("304")
        self.headers = headers


# Coroutines, so that FastAPI does not hand these few microseconds to a thread.
async def current_snapshot(request: Request) -> Snapshot:
    """The newest revision; answers 304 at once where the browser has that already."""
    snapshot = cast("Snapshots", request.app.state.snapshots).current()
    if has_tag(request.headers.get("if-none-match", ""), snapshot.etag):
        raise NotModified(snapshot.headers)
    return snapshot


async def no_parameters(request: Request) -> None:
    """For addresses that take none: an unknown parameter is a mistake, not something to ignore."""
    unknown = sorted(request.query_params.keys())
    if unknown:
        raise QueryError(f"这个地址没有参数“{unknown[0][:40]}”。")


SnapshotDep = Annotated[Snapshot, Depends(current_snapshot)]
NoParameters = Depends(no_parameters)
