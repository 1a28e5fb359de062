"""The map page and its assets."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api import facts
from api.snapshot import Snapshot, Snapshots
from web.page import STATIC, PageContext, content_security_policy, new_nonce, render_page

router = APIRouter(tags=["页面"])


@router.get("/", response_class=HTMLResponse, summary="地图页面")
def page(request: Request) -> HTMLResponse:
    """The page; what it shows lives in its address, so parameters are the page's own."""
    snapshots: Snapshots = request.app.state.snapshots
    nonce = new_nonce()
    html = render_page(context(snapshots.current()), nonce=nonce)
    return HTMLResponse(html, headers={"content-security-policy": content_security_policy(nonce), "cache-control": "no-store"})


def context(snapshot: Snapshot) -> PageContext:
    """What the frame of the page says before any data has come."""
    county, rules, box = snapshot.workspace.settings.county, facts.standard(snapshot), facts.bounds(snapshot)
    return PageContext(
        county_name=county.name or county.code,
        bounds=(box[0], box[1], box[2], box[3]) if box else None,
        standard=f"{rules.id}@{rules.version}",
        data_date=facts.data_date(snapshot) or "",
        synthetic=facts.is_synthetic(snapshot),
    )


def static_files() -> StaticFiles:
    """Our own scripts and the vendored libraries."""
    return StaticFiles(directory=STATIC, check_dir=False)
