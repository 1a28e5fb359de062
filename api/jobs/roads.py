"""The road programme as a job: an order of `POST /plans/roads` as the run understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.jobs.kinds import Order, Outcome
from api.runs.roads import Asked, plan_county_roads
from gis.roads.plan import PlanOptions
from gis.roads.programme.terms import Deadline, Floor, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.jobs.kinds import Tell
    from layers.workspace import Workspace


def run_roads(workspace: Workspace, options: Mapping[str, Any], order: Order, tell: Tell) -> Outcome:
    """Plan the county's roads as ordered (`api.plan_models.RoadsOrder`, without title and author)."""
    wanted = PlanOptions(include_unknown=options["include_unknown"], include_relocation=options["include_relocation"])
    asked = Asked(terms_of(options), tuple(options["must"]), tuple(options["must_not"]), order.title, order.author)
    report = plan_county_roads(workspace, wanted, asked, costs=options["costs"], tell=tell)
    status = report.programme["status"]
    words = "完成；底线或期限不能全部满足，计划里写明了缺口" if status == "infeasible" else "完成"
    return Outcome(report.revision.id, {"network": dict(report.network), "status": status}, words)


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
