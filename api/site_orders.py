"""An order of a siting study or of a comparison against what the county has: sets, criteria and names that nobody knows are told before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.jobs.weighing import weighing_of
from api.plan_sources import available_costs, costs_now
from api.site_sources import available_sets, set_now
from api.site_views import kept_weights
from gis.sites.weighing import weigh
from layers.errors import QueryError

if TYPE_CHECKING:
    from api.site_models import ChoiceOrder, Weighing
    from api.snapshot import Snapshot


def check_study(snapshot: Snapshot, order: Weighing) -> None:
    """Whether the order names a set, criteria and weights that are there, and judgements that agree.

    Raises:
        QueryError: they are not; the sentence names them.
    """
    rules = set_now(snapshot, _set_of(snapshot, getattr(order, "set", None)))
    if rules is None:
        raise QueryError(f"没有可用的选址条件“{getattr(order, 'set', None)}”，可用的有 {'、'.join(one.id for one in available_sets(snapshot))}。")
    weigh(rules, weighing_of(order.model_dump(mode="json")), kept_weights(snapshot))


def check_choice(snapshot: Snapshot, order: ChoiceOrder) -> None:
    """Whether the order names a site set and a cost set that are there.

    Raises:
        QueryError: they are not; the sentence names them.
    """
    if set_now(snapshot, _set_of(snapshot, order.set)) is None:
        raise QueryError(f"没有可用的选址条件“{order.set}”，可用的有 {'、'.join(one.id for one in available_sets(snapshot))}。")
    if order.costs is not None and costs_now(snapshot, order.costs) is None:
        raise QueryError(f"没有可用的造价标准“{order.costs}”，可用的有 {'、'.join(one.id for one in available_costs(snapshot))}。")


def _set_of(snapshot: Snapshot, name: str | None) -> str:
    return name or snapshot.workspace.settings.sites
