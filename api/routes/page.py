"""The map page and its assets."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from api.negotiation import prefers_json
from api.page_context import context_of
from api.routes.ogc import landing_answer
from web.page import STATIC, content_security_policy, new_nonce, render_page

if TYPE_CHECKING:
    from api.snapshot import Snapshots

router = APIRouter(tags=["页面"])


ASSET_POLICY = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""A worker follows the policy of its own script: MapLibre's asks this server for tiles, and nobody else for anything."""


@router.get("/", response_class=HTMLResponse, summary="地图页面")
def page(request: Request) -> Response:
    """The page; what it shows lives in its address, so parameters are the page's own. A program that asks for JSON gets the landing page of the API."""
    snapshots: Snapshots = request.app.state.snapshots
    if prefers_json(request.headers.get("accept", "")):
        return landing_answer(request, snapshots.current())
    nonce = new_nonce()
    html = render_page(context_of(snapshots.current()), nonce=nonce)
    headers = {"content-security-policy": content_security_policy(nonce), "cache-control": "no-store", "vary": "accept"}
    return HTMLResponse(html, headers=headers)


class Assets(StaticFiles):
    """Files that are asked for again each time (ETag), so that a new version of the program is seen at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, with the policy under which a worker may load tiles."""
        answer = super().file_response(*args, **kwargs)
        answer.headers.update({"content-security-policy": ASSET_POLICY, "cache-control": "no-cache"})
        return answer


def static_files() -> StaticFiles:
    """Our own scripts and the vendored libraries."""
    return Assets(directory=STATIC, check_dir=False)
