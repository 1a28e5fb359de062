"""The evidence card of one group."""

from fastapi import APIRouter

from api.answers import Json
from api.cards import card
from api.deps import NoParameters, SnapshotDep
from api.models import GroupAnswer

router = APIRouter(tags=["村民组"])


@router.get("/groups/{code}", response_model=GroupAnswer, dependencies=[NoParameters], summary="村民组的判定依据")
def group(code: str, snapshot: SnapshotDep) -> Json:
    """Every service of the group: verdict, what it was measured by, and where that comes from."""
    return Json(card(snapshot, code), headers=snapshot.headers)
