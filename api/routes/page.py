"""The map page and its assets."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api.page_context import context_of
from web.page import STATIC, content_security_policy, new_nonce, render_page

if TYPE_CHECKING:
    from api.snapshot import Snapshots

router = APIRouter(tags=["页面"])


@router.get("/", response_class=HTMLResponse, summary="地图页面")
def page(request: Request) -> HTMLResponse:
    """The page; what it shows lives in its address, so parameters are the page's own."""
    snapshots: Snapshots = request.app.state.snapshots
    nonce = new_nonce()
    html = render_page(context_of(snapshots.current()), nonce=nonce)
    return HTMLResponse(html, headers={"content-security-policy": content_security_policy(nonce), "cache-control": "no-store"})


def static_files() -> StaticFiles:
    """Our own scripts and the vendored libraries."""
    return StaticFiles(directory=STATIC, check_dir=False)
