"""The siting study, kept weights, and roads against moves as jobs: orders of the HTTP door as the runs understand them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.jobs.kinds import Order, Outcome
from api.jobs.weighing import weighing_of
from api.runs.choice import ChoiceWish, compare_county
from api.runs.sites import StudyOrder, keep_weights, study_county_sites
from gis.sites.study import StudyOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.jobs.kinds import Tell
    from api.runs.choice import ChoiceReport
    from api.runs.sites import StudyReport
    from layers.workspace import Workspace


def run_study(workspace: Workspace, options: Mapping[str, Any], order: Order, tell: Tell) -> Outcome:
    """Study the county's sites as ordered (`api.site_models.SitesOrder`, without title and author)."""
    report = study_as_ordered(workspace, options, title=order.title, author=order.author, tell=tell)
    return Outcome(report.revision.id, {"summary": dict(report.summary)})


def study_as_ordered(workspace: Workspace, options: Mapping[str, Any], *, title: str, author: str, tell: Tell) -> StudyReport:
    """The study that an order asks for; both doors come through here.

    Raises:
        LayerNotFound: the county has no groups or terrain.
        QueryError: the weights cannot be used.
    """
    weighing = weighing_of(options)
    given = weighing.weights is not None or bool(weighing.judgements)
    how = StudyOptions(
        who=options["who"], sites_max=options["sites"], aim=options["aim"], whole=not options["split"], method=weighing.method, draws=weighing.draws
    )
    asked = StudyOrder(weighing, how, weighing.name if given else "", title, author)
    return study_county_sites(workspace, asked, sites=options["set"], tell=tell)


def run_keep_weights(workspace: Workspace, options: Mapping[str, Any], order: Order, tell: Tell) -> Outcome:
    """Keep weights under a name, for the next study and for everybody."""
    tell("保存权重方案", 0.0)
    revision = keep_weights(workspace, weighing_of(options), sites=options["set"], author=order.author)
    return Outcome(revision.id, {"name": options["weights_name"]})


def run_choice(workspace: Workspace, options: Mapping[str, Any], order: Order, tell: Tell) -> Outcome:
    """Compare roads and moves as ordered (`api.site_models.ChoiceOrder`)."""
    report = choice_as_ordered(workspace, options, title=order.title, author=order.author, tell=tell)
    return Outcome(report.revision.id, {"summary": dict(report.summary)})


def choice_as_ordered(workspace: Workspace, options: Mapping[str, Any], *, title: str, author: str, tell: Tell) -> ChoiceReport:
    """The comparison that an order asks for; both doors come through here.

    Raises:
        LayerNotFound: the county has no groups, roads or terrain, or no study of sites and no settlements.
    """
    wish = ChoiceWish(include_unknown=bool(options["include_unknown"]), title=title, author=author)
    return compare_county(workspace, wish, sites=options["set"], costs=options["costs"], tell=tell)
