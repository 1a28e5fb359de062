"""Search by name, code or pinyin."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Json
from api.deps import SnapshotDep
from api.finder import KINDS, make_index, search
from api.models import Hit

router = APIRouter(tags=["查找"])


class SearchQuery(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(min_length=1, max_length=60, description="名称、代码开头、拼音或拼音首字母")]
    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.get("/search", response_model=list[Hit], summary="按名称、代码或拼音查找")
def find_places(query: Annotated[SearchQuery, Query()], snapshot: SnapshotDep) -> Json:
    """The best hits: exact before prefix before infix."""
    index = snapshot.keep("search", lambda: make_index({layer: snapshot.features(layer) for layer, _, _ in KINDS.values() if snapshot.has(layer)}))
    return Json(search(index, query.q, query.limit), headers=snapshot.headers)
