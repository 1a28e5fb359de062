"""The road programme as a job: an order of `POST /plans/roads` as the run understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.jobs.kinds import Order, Outcome
from api.runs.roads import Asked, RoadReport, plan_county_roads
from gis.roads.plan import PlanOptions
from gis.roads.programme.terms import Deadline, Floor, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.jobs.kinds import Tell
    from layers.workspace import Workspace


WHO_AND_HOW = ("include_unknown", "include_relocation", "by_households")
"""Options of an order that the network follows from."""


def run_roads(workspace: Workspace, options: Mapping[str, Any], order: Order, tell: Tell) -> Outcome:
    """Plan the county's roads as ordered (`api.plan_models.RoadsOrder`, without title and author)."""
    report = plan_as_ordered(workspace, options, title=order.title, author=order.author, tell=tell)
    status = report.programme["status"]
    words = "完成；底线或期限不能全部满足，计划里写明了缺口" if status == "infeasible" else "完成"
    return Outcome(report.revision.id, {"network": dict(report.network), "status": status}, words)


def plan_as_ordered(workspace: Workspace, options: Mapping[str, Any], *, title: str, author: str, tell: Tell) -> RoadReport:
    """The run that an order asks for; both doors come through here.

    Raises:
        LayerNotFound: the county has no groups, roads or terrain.
        QueryError: the terms do not fit the works.
    """
    wanted = PlanOptions(**{name: bool(options[name]) for name in WHO_AND_HOW})
    asked = Asked(terms_of(options), tuple(options["must"]), tuple(options["must_not"]), title, author)
    return plan_county_roads(workspace, wanted, asked, costs=options["costs"], tell=tell)


def terms_of(options: Mapping[str, Any]) -> Terms | None:
    """The terms of an order; None where it names no years."""
    if not options["years"]:
        return None
    return Terms(
        years=tuple(options["years"]),
        budgets_cny=tuple(options["budgets_cny"]),
        weights=dict(options["weights"]),
        carry_over=options["carry_over"],
        floors=tuple(Floor(**floor) for floor in options["floors"]),
        deadlines=tuple(Deadline(**due) for due in options["deadlines"]),
    )
