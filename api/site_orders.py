"""An order of a siting study or of a comparison against what the county has: sets, criteria and names that nobody knows are told before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.jobs.weighing import weighing_of
from api.plan_sources import available_costs, costs_now
from api.site_sources import available_sets, set_now, site_set_of
from api.site_views import kept_weights
from gis.sites.weighing import weigh
from layers.errors import QueryError

if TYPE_CHECKING:
    from api.site_models import ChoiceOrder, Weighing
    from api.snapshot import Snapshot
    from gis.sites.sets import SiteSet


def check_study(snapshot: Snapshot, order: Weighing) -> None:
    """Whether the order names a set, criteria and weights that are there, and judgements that agree.

    Raises:
        QueryError: they are not; the sentence names them.
    """
    weigh(_rules(snapshot, getattr(order, "set", None)), weighing_of(order.model_dump(mode="json")), kept_weights(snapshot))


def check_kept(snapshot: Snapshot, order: Weighing) -> None:
    """The same of weights that are to be kept: there must be some.

    Raises:
        QueryError: there are none, or they cannot be used.
    """
    if order.weights is None and order.judgements is None:
        raise QueryError("没有要保存的权重。", hint="给出 weights（各指标的权重）或 judgements（两两比较）。")
    check_study(snapshot, order)


def check_choice(snapshot: Snapshot, order: ChoiceOrder) -> None:
    """Whether the order names a site set and a cost set that are there.

    Raises:
        QueryError: they are not; the sentence names them.
    """
    _rules(snapshot, order.set)
    if order.costs is not None and costs_now(snapshot, order.costs) is None:
        raise QueryError(f"没有可用的造价标准“{order.costs}”，可用的有 {'、'.join(one.id for one in available_costs(snapshot))}。")


def criterion_labels(snapshot: Snapshot, name: str | None) -> dict[str, str]:
    """Label of each criterion of the set of that name (else of the county's own), by key.

    Raises:
        QueryError: there is no such set.
    """
    return {key: label for key, label, _ in _rules(snapshot, name).criteria.listed()}


def _rules(snapshot: Snapshot, name: str | None) -> SiteSet:
    """The set of that name, else the county's own.

    Raises:
        QueryError: there is none of that name.
        StandardError: the county's own cannot be read; the sentence says where.
    """
    if name is None:
        return site_set_of(snapshot.workspace)
    found = set_now(snapshot, name)
    if found is None:
        raise QueryError(f"没有可用的选址条件“{name}”，可用的有 {'、'.join(one.id for one in available_sets(snapshot))}。")
    return found
