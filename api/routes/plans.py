"""The road plan: what it is, its works, groups and lines, as files, and the order of a new one."""

from typing import TYPE_CHECKING, Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import plan_views
from api.answers import GeoJson, Json
from api.deps import NoParameters, SnapshotDep
from api.jobs.kinds import ROADS
from api.plan_models import JobAnswer, LineCollection, PlanAnswer, PlanGroupAnswer, PlanGroupsAnswer, RoadsOrder, WorkAnswer
from api.plan_orders import check_order
from api.runs.road_files import ROAD_FORMATS, road_file
from api.snapshot import Snapshot
from api.writing import WritingRoute

if TYPE_CHECKING:
    from api.jobs.desk import Desk
    from api.plan_snapshots import PlanSnapshots

router = APIRouter(tags=["道路计划"], route_class=WritingRoute)

TITLE = "道路计划"


class PlanQuery(BaseModel):
    """Which plan."""

    model_config = ConfigDict(extra="forbid")

    rev: Annotated[str, Field(max_length=80, description="版本（编号、方案名，或后面加 ~n）；不填为最新")] = ""


def plan_snapshot(request: Request, query: Annotated[PlanQuery, Query()], current: SnapshotDep) -> Snapshot:
    """The revision that is asked for; the newest where none is."""
    return cast("PlanSnapshots", request.app.state.plan_snapshots).at(query.rev, current)


PlanSnapshotDep = Annotated[Snapshot, Depends(plan_snapshot)]


@router.get("/plans/roads", response_model=PlanAnswer, summary="道路计划")
def plan(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """Works, programme, cost, bound, and the versions that there are; `available` is false where none was made yet."""
    newest = snapshot.revision.id == current.revision.id
    return Json(plan_views.plan_answer(snapshot, newest=newest), headers=current.headers)


@router.post("/plans/roads", response_model=JobAnswer, status_code=202, dependencies=[NoParameters], summary="提交道路计划")
def order(request: Request, order: RoadsOrder) -> Json:
    """Take an order; the job that runs it is told at `/jobs/{job_id}`."""
    check_order(request.app.state.snapshots.current(), order)
    desk: Desk = request.app.state.desk
    options = order.model_dump(mode="json", exclude={"title", "author"})
    job = desk.order(ROADS, options, title=order.title.strip() or TITLE, author=order.author.strip())
    return Json({"job": job.as_dict()}, status_code=202, headers={"location": f"/jobs/{job.id}", "cache-control": "no-store"})


@router.get("/plans/roads/works/{code}", response_model=WorkAnswer, summary="一项工程")
def work(code: str, snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """Cost in parts, sections, groups, profile, dependence, sources and findings of one work."""
    return Json(plan_views.work_answer(snapshot, code), headers=current.headers)


@router.get("/plans/roads/groups", response_model=PlanGroupsAnswer, summary="道路计划涉及的村民组")
def groups(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """Every group without a sure hardened road: its work, or why it has none."""
    rows = plan_views.group_rows(snapshot)
    return Json({"matched": len(rows), "rows": rows}, headers=current.headers)


@router.get("/plans/roads/groups/{code}", response_model=PlanGroupAnswer, summary="一个村民组在计划里")
def group(code: str, snapshot: PlanSnapshotDep, current: SnapshotDep) -> Json:
    """The group, and the works that it needs, from its own to the network."""
    return Json(plan_views.group_answer(snapshot, code), headers=current.headers)


class LinesJson(GeoJson):
    """GeoJSON that is written already."""

    def render(self, content: bytes) -> bytes:
        """The bytes as they are."""
        return content


@router.get("/plans/roads/lines.geojson", response_class=LinesJson, response_model=LineCollection, summary="工程路段的线")
def lines(snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """Sections in WGS 84, simplified by at most 3 m."""
    return LinesJson(plan_views.lines(snapshot), headers=current.headers)


@router.get("/plans/roads/export.{fmt}", response_class=Response, summary="导出道路计划")
def export(fmt: Literal["xlsx", "gpkg", "geojson", "kml"], snapshot: PlanSnapshotDep, current: SnapshotDep) -> Response:
    """The ledger (xlsx), or works as lines (gpkg with sections and groups, geojson, kml)."""
    content, name = road_file(snapshot, fmt)
    headers = {**current.headers, "content-disposition": f'attachment; filename="{name}"', "content-type": ROAD_FORMATS[fmt]}
    return Response(content, headers=headers)
