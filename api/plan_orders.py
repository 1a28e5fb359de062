"""An order of a road programme against what the county has: codes that nobody knows are told before anything is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.plan_sources import available_costs, costs_now
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.plan_models import RoadsOrder
    from api.snapshot import Snapshot

_AREAS = {"townships": "township_code", "groups": "township_code"}
_WISHES = {"road_works": "work_code", "road_projects": "project_code"}
_MOST_NAMED = 5


def check_order(snapshot: Snapshot, order: RoadsOrder) -> None:
    """Whether the order speaks of things that are there.

    Raises:
        QueryError: one sentence with every unknown work, project, area and cost set.
    """
    faults = [*_unknown_wishes(snapshot, order), *_unknown_areas(snapshot, order), *_unknown_costs(snapshot, order)]
    if faults:
        raise QueryError("；".join(faults) + "。")


def _unknown_wishes(snapshot: Snapshot, order: RoadsOrder) -> Iterable[str]:
    unknown = sorted({*order.must, *order.must_not} - _codes(snapshot, _WISHES)) if order.must or order.must_not else []
    if unknown:
        yield f"必建、不建里的 {_named(unknown)} 既不是道路计划的工程，也不是项目库的项目"


def _unknown_areas(snapshot: Snapshot, order: RoadsOrder) -> Iterable[str]:
    areas = [*(floor.area_code for floor in order.floors), *(due.area_code for due in order.deadlines)]
    wanted = {code for code in areas if code is not None}
    unknown = sorted(wanted - _codes(snapshot, _AREAS)) if wanted else []
    if unknown:
        yield f"底线、期限里的 {_named(unknown)} 不是本县的乡镇代码"


def _unknown_costs(snapshot: Snapshot, order: RoadsOrder) -> Iterable[str]:
    if order.costs is not None and costs_now(snapshot, order.costs) is None:
        yield f"没有可用的造价标准“{order.costs}”，可用的有 {'、'.join(one.id for one in available_costs(snapshot))}"


def _codes(snapshot: Snapshot, columns: dict[str, str]) -> set[str]:
    return {
        str(code)
        for layer, column in columns.items()
        if snapshot.has(layer) and column in (frame := snapshot.frame(layer))
        for code in frame[column].dropna().unique()
    }


def _named(codes: list[str]) -> str:
    more = f" 等 {len(codes)} 个" if len(codes) > _MOST_NAMED else ""
    return "、".join(f"“{code}”" for code in codes[:_MOST_NAMED]) + more
