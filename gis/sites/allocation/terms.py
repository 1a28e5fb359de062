"""What the study asks of the allocation: its aim, how far people may go, how townships count, how many sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

AIMS = ("cost", "distance", "cover")
"""`cost`: least moving and site cost; `distance`: least person-kilometres; `cover`: most households within `reach_m` of their site."""
TOWNSHIPS = ("free", "prefer", "require")


@dataclass(frozen=True, slots=True)
class AllocationTerms:
    """The terms of one study.

    Attributes:
        aim: one of `AIMS`.
        sites_max: so many sites are opened at the most, those that stand open in any case not counted; None is no limit.
        distance_max_m: nobody moves farther.
        minutes_max: nobody moves farther than this, where minutes are known.
        farm_m: groups whose new home lies farther than this from the old one are flagged (`far_from_farm`); with `farm_required`, none may.
        farm_required: whether the farm distance is a limit.
        townships: how a site in another township counts: `free`, `prefer` (moving there costs `cross_township_factor` times as much) or `require`.
        cross_township_factor: see `townships`.
        cny_per_person: what moving a person costs everywhere.
        cny_per_person_km: what each kilometre from the old home counts, for fields that are farther and for relatives.
        reserve_share: share of each site's room that stays free.
        existing_first: whether existing settlements stand open in any case; else they are opened, and counted, like parcels.
        whole: groups are kept whole; else their households may be divided between sites.
        reach_m: for `cover`.
        seats: kinds of seats that must suffice: name to the columns of what a group needs and what a site has.
        gap: good enough, as a share of the cost.
        effort: how much is looked at before stopping without a proof.
        seed: of the search.
    """

    aim: str = "cost"
    sites_max: int | None = None
    distance_max_m: float | None = None
    minutes_max: float | None = None
    farm_m: float | None = None
    farm_required: bool = False
    townships: str = "prefer"
    cross_township_factor: float = 1.0
    cny_per_person: float = 60_000.0
    cny_per_person_km: float = 0.0
    reserve_share: float = 0.0
    existing_first: bool = True
    whole: bool = True
    reach_m: float | None = None
    seats: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    gap: float = 0.01
    effort: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.aim not in AIMS:
            raise QueryError(f"没有名为“{self.aim}”的分配目标；可选：{'、'.join(AIMS)}。")
        if self.townships not in TOWNSHIPS:
            raise QueryError(f"没有名为“{self.townships}”的乡镇要求；可选：{'、'.join(TOWNSHIPS)}。")
        if self.aim == "cover" and self.reach_m is None:
            raise QueryError("按覆盖分配须给出服务半径（reach_m）。")
        if not 0 <= self.reserve_share < 1:
            raise QueryError(f"预留容量应在 0 与 1 之间，现为 {self.reserve_share}。")


def terms_of(rules: Any, **own: Any) -> AllocationTerms:
    """The terms that a site set states (its sections `allocation`, `move`, `parcel`, `policy`), with what the study says instead.

    A distance or time limit of 0 in the set is no limit.
    """
    allocation = rules.allocation
    stated: dict[str, Any] = {
        "distance_max_m": float(allocation.distance_max_m.value) or None,
        "minutes_max": float(rules.policy.move_minutes_max.value) or None,
        "farm_m": float(rules.parcel.farm_distance_m.value) or None,
        "cross_township_factor": float(allocation.cross_township_factor.value),
        "cny_per_person": float(rules.move.cost_cny_per_person.value),
        "cny_per_person_km": float(allocation.cny_per_person_km.value),
        "reserve_share": float(allocation.reserve_share.value),
        "existing_first": bool(allocation.existing_first.value),
    }
    return AllocationTerms(**(stated | own))
