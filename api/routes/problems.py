"""What the check found."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Json, records
from api.deps import SnapshotDep
from api.models import ProblemsAnswer
from api.runs.checks import check_county
from layers.intake.problems import SEVERITIES, Severity

router = APIRouter(tags=["数据检查"])


class ProblemsQuery(BaseModel):
    """Which findings."""

    model_config = ConfigDict(extra="forbid")

    layer: Annotated[str | None, Field(max_length=60, description="只看这个图层")] = None
    severity: Annotated[Severity | None, Field(description="只看这种程度")] = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    offset: Annotated[int, Field(ge=0, le=100_000_000)] = 0


@router.get("/problems", response_model=ProblemsAnswer, summary="数据问题")
def problems(query: Annotated[ProblemsQuery, Query()], snapshot: SnapshotDep) -> Json:
    """Problems of every import, contradictions between layers, and doubtful joints of the road network; values about persons are masked."""
    found = snapshot.keep("problems", lambda: check_county(snapshot.workspace))
    if query.layer is not None:
        found = found[found["layer"] == query.layer]
    if query.severity is not None:
        found = found[found["severity"] == query.severity]
    counts = {name: int((found["severity"] == name).sum()) for name in SEVERITIES}
    rows = records(found.iloc[query.offset : query.offset + query.limit])
    return Json({"matched": len(found), "returned": len(rows), "counts": counts, "rows": rows}, headers=snapshot.headers)
