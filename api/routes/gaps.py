"""The gap table of a service, and the same rows as a file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.answers import Json
from api.deps import SnapshotDep
from api.gap_views import page, view
from api.models import GapAnswer, ServiceId
from api.runs.outputs import FORMATS, gap_file
from gis.gaps.filters import Filter

router = APIRouter(tags=["短板"])

Level = Literal["county", "township", "village", "group"]
Status = Literal["met", "lacking", "unknown", "excluded"]


class GapFilter(BaseModel):
    """The one filter."""

    model_config = ConfigDict(extra="forbid")

    level: Annotated[Level, Field(description="按哪一级列出")] = "township"
    area: Annotated[str, Field(max_length=40, description="县、乡镇、村或组的代码；不填为全县")] = ""
    status: Annotated[Status | None, Field(description="只看这种判定")] = None
    near_miss: Annotated[bool | None, Field(description="只看差一点的（true）或其余的（false）")] = None
    conflict: Annotated[bool | None, Field(description="只看上报与判定不符的（true）或其余的（false）")] = None
    sort: Annotated[str, Field(max_length=60, description="列名，前加 - 为降序，例如 -groups.lacking、shortfall")] = ""

    def of(self, service: str) -> Filter:
        """The filter for a service."""
        return Filter(service, self.level, self.area, self.status, self.near_miss, self.conflict)


class GapQuery(GapFilter):
    """The filter and the page."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    offset: Annotated[int, Field(ge=0, le=100_000_000)] = 0


class ExportQuery(GapFilter):
    """The filter, and whether small cells are hidden."""

    public: Annotated[bool, Field(description="公开发布：少于 5 户的数字不显示")] = False


@router.get("/gaps/{service}", response_model=GapAnswer, summary="短板表")
def gaps(service: ServiceId, query: Annotated[GapQuery, Query()], snapshot: SnapshotDep) -> Json:
    """Totals of the area, and the rows that the filter matches."""
    found = view(snapshot, query.of(service), sort=query.sort)
    return Json(page(found, limit=query.limit, offset=query.offset), headers=snapshot.headers)


@router.get("/gaps/{service}/export.{fmt}", response_class=Response, summary="导出短板表")
def export(
    service: ServiceId, fmt: Literal["xlsx", "csv", "geojson", "gpkg"], query: Annotated[ExportQuery, Query()], snapshot: SnapshotDep
) -> Response:
    """The same rows as a file."""
    content, name = gap_file(snapshot, query.of(service), fmt, sort=query.sort, public=query.public)
    headers = {**snapshot.headers, "content-disposition": f'attachment; filename="{name}"', "content-type": FORMATS[fmt]}
    return Response(content, headers=headers)
