"""Jobs: what was ordered, how far it is, and its end."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from api.answers import Json
from api.deps import NoParameters
from api.jobs.events import events
from api.plan_models import JobAnswer, JobsAnswer
from api.writing import WritingRoute

if TYPE_CHECKING:
    from api.jobs.desk import Desk

router = APIRouter(tags=["任务"], route_class=WritingRoute)

JobId = Annotated[str, Path(max_length=40, description="任务编号")]

_NOW = {"cache-control": "no-store"}
_STREAM = {**_NOW, "x-accel-buffering": "no"}


class JobsQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@router.get("/jobs", response_model=JobsAnswer, summary="任务清单")
def jobs(request: Request, query: Annotated[JobsQuery, Query()]) -> Json:
    """Jobs, the newest first."""
    desk: Desk = request.app.state.desk
    found = [job.as_dict() for job in desk.records.latest(query.limit)]
    return Json({"writable": request.app.state.settings.writable, "jobs": found}, headers=_NOW)


@router.get("/jobs/{job_id}", response_model=JobAnswer, dependencies=[NoParameters], summary="一个任务")
def job(request: Request, job_id: JobId) -> Json:
    """Where the job is, what it has made, or why it has not."""
    desk: Desk = request.app.state.desk
    return Json({"job": desk.records.get(job_id).as_dict()}, headers=_NOW)


@router.delete("/jobs/{job_id}", response_model=JobAnswer, dependencies=[NoParameters], summary="取消任务")
def cancel(request: Request, job_id: JobId) -> Json:
    """End a job; one that runs ends within a second or two, without a half revision."""
    desk: Desk = request.app.state.desk
    return Json({"job": desk.records.cancel(job_id).as_dict()}, headers=_NOW)


@router.get("/jobs/{job_id}/events", response_class=EventStream, dependencies=[NoParameters], summary="任务进展（SSE）")
def progress(request: Request, job_id: JobId, last_event_id: Annotated[str, Header(max_length=20)] = "") -> Response:
    """`progress` events until the job ends, then `done`, `failed`, `cancelled` or `interrupted`; 204 for who has heard that already."""
    desk: Desk = request.app.state.desk
    seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else 0
    now = desk.records.get(job_id)
    if now.ended_for_good and now.version == seen:
        return Response(status_code=204, headers=_NOW)  # tells an EventSource not to come back
    return EventStream(events(desk, job_id, seen=seen, closing=request.app.state.closing.is_set), headers=_STREAM)
