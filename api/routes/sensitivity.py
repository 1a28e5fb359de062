"""How far the answer hangs on a threshold that no official text gives."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api import facts
from api.answers import Json, records
from api.deps import SnapshotDep
from api.gap_views import people_of
from api.models import Shape
from gis.gaps.sensitivity import sensitivity_of
from layers.errors import QueryError

router = APIRouter(tags=["短板"])

MOST_THRESHOLDS = 50
FARTHEST_M = 1_000_000
DEFAULT = "0,50,100,200,300,400,500,750,1000,1500,2000"


class SensitivityQuery(BaseModel):
    """Which end distances."""

    model_config = ConfigDict(extra="forbid")

    thresholds: Annotated[
        str, Field(max_length=400, description="距离（米），逗号分开，最多 50 个", json_schema_extra={"pattern": r"^\d+(,\d+)*$"})
    ] = DEFAULT


class SensitivityAnswer(Shape):
    """Counts for each end distance."""

    service: str
    indicator: str
    unit: str
    threshold: float
    rows: list[dict[str, Any]]


@router.get("/sensitivity/hardened_road", response_model=SensitivityAnswer, summary="硬化路终点距离的敏感性")
def sensitivity(query: Annotated[SensitivityQuery, Query()], snapshot: SnapshotDep) -> Json:
    """Groups by verdict for a range of distances from the road's end to the group."""
    rules, wanted = facts.standard(snapshot), thresholds_of(query.thresholds)
    rows = sensitivity_of(snapshot.frame("evidence"), snapshot.frame("coverage"), people_of(snapshot), rules, wanted)
    about = {"service": "hardened_road", "indicator": "路到组中心点的距离", "unit": "m", "threshold": rules.road.end_distance_point_m.value}
    return Json({**about, "rows": records(rows)}, headers=snapshot.headers)


def thresholds_of(text: str) -> list[float]:
    """Distances in metres, rising, each once.

    Raises:
        QueryError: something else, or too many.
    """
    try:
        found = sorted({float(part) for part in text.split(",")})
    except ValueError as error:
        raise QueryError("thresholds 应为逗号分开的距离（米），例如 100,300,500。") from error
    if not found or len(found) > MOST_THRESHOLDS or not all(0 <= one <= FARTHEST_M for one in found):
        raise QueryError(f"thresholds 应为 1 到 {MOST_THRESHOLDS} 个 0 到 {FARTHEST_M:,} 之间的距离（米）。")
    return found
