"""The county as a whole."""

from fastapi import APIRouter

from api.answers import Json
from api.deps import NoParameters, SnapshotDep
from api.facts import county_answer
from api.models import CountyAnswer

router = APIRouter(tags=["县"])


@router.get("/county", response_model=CountyAnswer, dependencies=[NoParameters], summary="县、标准、版本、图层")
def county(snapshot: SnapshotDep) -> Json:
    """What the page begins with."""
    return Json(county_answer(snapshot), headers=snapshot.headers)
