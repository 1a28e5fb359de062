"""A siting study as its papers take it: one value for the ledger and for the sheet, so that both say the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTHING = pd.DataFrame()


@dataclass(frozen=True, slots=True)
class StudyCriterion:
    """One criterion as it counted.

    Attributes:
        key: parcels have its measure under this name, and its score under `<key>_score`.
        label: what people call it.
        unit: of the measure; empty for classes, whose codes are not shown.
        direction: `min` where less is better, `max` where more is.
        weight: share of 1; 0 where it did not count.
        low: lower end of the share's range.
        high: upper end.
        source: where the weight comes from.
    """

    key: str
    label: str
    unit: str
    direction: str
    weight: float
    low: float
    high: float
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SiteBook:
    """What was found, and what it follows from.

    Attributes:
        county: name of the county.
        parcels: layer `parcels` with the columns of the ranking beside its own.
        criteria: in the order of the set.
        weighting: name, method, source of the weights; for AHP also cr, lambda_max and random_index.
        ranking: `Ranking.summary()`.
        exclusions: key, label, judged, alone_m2, only_m2, share: the land that each rule takes; not judged where a layer is missing.
        settlements: layer `settlement_review`.
        moves: layer `settlement_moves`.
        allocation: layer `allocation`.
        allocation_sites: layer `allocation_sites`.
        allocation_summary: cost, bound, gap, status, conflicts.
        weight_sets: layer `weight_sets`.
        parameters: the site set as `parameters()` gives it; None where it can no longer be read.
        set_reference: the set and its version.
        sources: what the study follows from (`label`, `file`, `data_date`, `synthetic`).
        mark: what must stand on every page (演示数据, 内部使用).
        notes: what a reader must know of the land's judgement, in sentences.
        facts: more rows of the overview: revision, time, whether it is outdated.
    """

    county: str
    parcels: pd.DataFrame
    criteria: Sequence[StudyCriterion]
    weighting: Mapping[str, Any] = field(default_factory=dict)
    ranking: Mapping[str, Any] = field(default_factory=dict)
    exclusions: pd.DataFrame = field(default_factory=lambda: NOTHING)
    settlements: pd.DataFrame = field(default_factory=lambda: NOTHING)
    moves: pd.DataFrame = field(default_factory=lambda: NOTHING)
    allocation: pd.DataFrame = field(default_factory=lambda: NOTHING)
    allocation_sites: pd.DataFrame = field(default_factory=lambda: NOTHING)
    allocation_summary: Mapping[str, Any] = field(default_factory=dict)
    weight_sets: pd.DataFrame = field(default_factory=lambda: NOTHING)
    parameters: pd.DataFrame | None = None
    set_reference: str = ""
    sources: Sequence[Mapping[str, Any]] = ()
    mark: str = ""
    notes: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Label of each criterion by key."""
        return {one.key: one.label for one in self.criteria}

    @property
    def rules(self) -> dict[str, str]:
        """Label of each exclusion by key."""
        land = self.exclusions
        return dict(zip(land["key"].astype(str), land["label"].astype(str), strict=True)) if "key" in land else {}

    def best(self, count: int) -> pd.DataFrame:
        """The first parcels by rank; fewer where fewer are ranked."""
        ranked = self.parcels[self.parcels["rank"].notna()] if "rank" in self.parcels else self.parcels.head(0)
        return ranked.sort_values(["rank", "parcel_code"]).head(count)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by column, without shapes."""
    return [{str(key): value for key, value in row.items()} for row in frame.drop(columns="geometry", errors="ignore").to_dict("records")]
