"""Where to resettle: the study, why a place is taken, ranks under other weights, as files, and the order of a new one."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import site_views
from api.answers import Json
from api.deps import NoParameters, SnapshotDep
from api.jobs.kinds import SITES, WEIGHTS
from api.jobs.weighing import weighing_of
from api.plan_models import PLAIN_TEXT, JobAnswer, LineCollection
from api.routes.plans import LinesJson, PlanSnapshotDep
from api.runs.site_files import SITE_FORMATS, site_file
from api.site_models import PlaceAnswer, RankAnswer, SitesAnswer, SitesOrder, Weighing
from api.site_orders import check_kept, check_study
from api.writing import WritingRoute

if TYPE_CHECKING:
    from api.jobs.desk import Desk

router = APIRouter(tags=["安置选址"], route_class=WritingRoute)

TITLE = "安置选址"


class Place(BaseModel):
    """A place in degrees."""

    model_config = ConfigDict(extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    rev: Annotated[str, Field(max_length=80, description="版本；不填为最新")] = ""


@router.get("/plans/sites", response_model=SitesAnswer, summary="安置选址研究")
def study(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """Criteria, weights, land that rules take, parcels, settlements that stand, who moves where; `available` is false where there is no study."""
    newest = snapshot.revision.id == current.revision.id
    return Json(site_views.study_answer(snapshot, newest=newest), headers=current.headers)


@router.post("/plans/sites", response_model=JobAnswer, status_code=202, dependencies=[NoParameters], summary="提交选址研究")
def order(request: Request, order: SitesOrder) -> Json:
    """Take an order; the job that runs it is told at `/jobs/{job_id}`."""
    check_study(request.app.state.snapshots.current(), order)
    return _ordered(request, SITES, order.model_dump(mode="json", exclude={"title", "author"}), order.title.strip() or TITLE, order.author.strip())


def _ordered(request: Request, kind: str, options: dict[str, object], title: str, author: str) -> Json:
    desk: Desk = request.app.state.desk
    job = desk.order(kind, options, title=title, author=author)
    return Json({"job": job.as_dict()}, status_code=202, headers={"location": f"/jobs/{job.id}", "cache-control": "no-store"})


@router.put("/plans/sites/weights/{name}", response_model=JobAnswer, status_code=202, dependencies=[NoParameters], summary="保存权重方案")
def keep(request: Request, name: Annotated[str, Path(min_length=1, max_length=40, pattern=PLAIN_TEXT)], weighing: Weighing) -> Json:
    """Keep weights or judgements under a name; as a job, for a revision is made."""
    snapshot = request.app.state.snapshots.current()
    named = weighing.model_copy(update={"weights_name": name})
    check_kept(snapshot, named)
    return _ordered(request, WEIGHTS, {**named.model_dump(mode="json"), "set": None}, f"权重方案 {name}", "")


@router.post("/plans/sites/rank", response_model=RankAnswer, summary="按别的权重排序")
def rank(snapshot: PlanSnapshotDep, weighing: Weighing) -> Json:
    """Parcels in the order that these weights give, and how sure it is; nothing is kept."""
    return Json(site_views.rank_answer(snapshot, weighing_of(weighing.model_dump(mode="json"))), headers={"cache-control": "no-store"})


@router.get("/plans/sites/at", response_model=PlaceAnswer, summary="一个位置的依据")
def at(request: Request, place: Annotated[Place, Query()], current: SnapshotDep) -> Json:
    """Which rules exclude the place, and how it scores by each criterion."""
    snapshot = request.app.state.plan_snapshots.at(place.rev, current)
    return Json(site_views.place_answer(snapshot, place.lon, place.lat), headers=current.headers)


@router.get("/plans/sites/parcels.geojson", response_class=LinesJson, response_model=LineCollection, summary="可建地块的范围")
def parcels(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """Parcels in WGS 84, simplified by at most 3 m."""
    return LinesJson(site_views.shapes(snapshot, "parcels"), headers=current.headers)


@router.get("/plans/sites/allocation.geojson", response_class=LinesJson, response_model=LineCollection, summary="安置去向的线")
def allocation(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """A line from each group to its site."""
    return LinesJson(site_views.shapes(snapshot, "allocation"), headers=current.headers)


@router.get("/plans/sites/export.{fmt}", response_class=Response, summary="导出选址研究")
def export(fmt: Literal["xlsx", "pdf", "gpkg", "geojson"], snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """The ledger (xlsx), the comparison sheet (pdf), or parcels as shapes (gpkg with settlements and allocation, geojson)."""
    content, name = site_file(snapshot, fmt)
    headers = {**current.headers, "content-disposition": f'attachment; filename="{name}"', "content-type": SITE_FORMATS[fmt]}
    return Response(content, headers=headers)
