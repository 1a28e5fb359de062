"""Road or move: the comparison, the roads of those who stay, as files, and the order of a new one."""

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import site_views
from api.answers import Json
from api.deps import NoParameters, SnapshotDep
from api.jobs.kinds import CHOICE
from api.plan_models import JobAnswer, LineCollection
from api.routes.plans import LinesJson, PlanSnapshotDep
from api.runs.choice_files import CHOICE_FORMATS, choice_file
from api.site_models import ChoiceAnswer, ChoiceOrder
from api.site_orders import check_choice
from api.writing import WritingRoute

if TYPE_CHECKING:
    from api.jobs.desk import Desk

router = APIRouter(tags=["修路或搬迁"], route_class=WritingRoute)

TITLE = "修路与搬迁比较"


@router.get("/plans/choice", response_model=ChoiceAnswer, summary="修路与搬迁的比较")
def choice(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """Road or move for every group, with what would change it; `available` is false where nothing was compared yet."""
    newest = snapshot.revision.id == current.revision.id
    return Json(site_views.choice_answer(snapshot, newest=newest), headers=current.headers)


@router.post("/plans/choice", response_model=JobAnswer, status_code=202, dependencies=[NoParameters], summary="提交修路与搬迁的比较")
def order(request: Request, order: ChoiceOrder) -> Json:
    """Take an order; the job that runs it is told at `/jobs/{job_id}`."""
    check_choice(request.app.state.snapshots.current(), order)
    desk: Desk = request.app.state.desk
    options = order.model_dump(mode="json", exclude={"title", "author"})
    job = desk.order(CHOICE, options, title=order.title.strip() or TITLE, author=order.author.strip())
    return Json({"job": job.as_dict()}, status_code=202, headers={"location": f"/jobs/{job.id}", "cache-control": "no-store"})


@router.get("/plans/choice/roads.geojson", response_class=LinesJson, response_model=LineCollection, summary="保留组道路的线")
def roads(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """The roads of those who stay, on the planning grid, simplified by at most 3 m."""
    return LinesJson(site_views.shapes(snapshot, "choice_roads"), headers=current.headers)


@router.get("/plans/choice/export.{fmt}", response_class=Response, summary="导出修路与搬迁的比较")
def export(fmt: Literal["xlsx", "gpkg", "geojson"], snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """The ledger (xlsx), or groups as points (gpkg with sites and roads, geojson)."""
    content, name = choice_file(snapshot, fmt)
    headers = {**current.headers, "content-disposition": f'attachment; filename="{name}"', "content-type": CHOICE_FORMATS[fmt]}
    return Response(content, headers=headers)
