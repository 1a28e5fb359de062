"""What every cross-layer check works on, and how it reports: one problem row for each finding, or one for the whole layer when most rows fail."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.codes import current_code, prefix_of
from layers.intake.match import Match, match_register
from layers.intake.problems import empty, problem_rows
from layers.names import LAYERS, Geometry, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.intake.problems import Severity

SYSTEMATIC_ROWS = 50
SYSTEMATIC_SHARE = 0.5
"""When more rows than both limits break one rule, the layer is at fault, not its rows: one problem row says so."""


@dataclass(frozen=True)
class Subject:
    """The layers that are checked together, the county they should belong to, and its list of codes (`None`: unknown, nothing is held against it)."""

    layers: Mapping[str, pd.DataFrame]
    county_code: str | None
    names: pd.DataFrame | None

    def table(self, layer: str) -> pd.DataFrame | None:
        """The layer's frame; None when it is missing or empty."""
        frame = self.layers.get(layer)
        return frame if isinstance(frame, pd.DataFrame) and len(frame) else None

    def shapes(self, layer: str) -> gpd.GeoDataFrame | None:
        """The layer's rows with geometry; None when there are none."""
        frame = self.table(layer)
        if not isinstance(frame, gpd.GeoDataFrame):
            return None
        rows = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
        return rows if len(rows) else None

    @cached_property
    def match(self) -> Match | None:
        """The register's households with their groups; None without a register or without groups."""
        register, groups = self.table("households"), self.table("groups")
        return None if register is None or groups is None else match_register(register, groups)

    def own_codes(self) -> set[str]:
        """The county's code, as given and as it is now."""
        return {self.county_code, current_code(self.county_code)} if self.county_code else set()

    def listed(self, level: str) -> pd.Series:
        """The codes of one level in the list, without duplicates; empty when there is no list."""
        if self.names is None or self.names.empty:
            return pd.Series(dtype="string")
        return self.names.loc[self.names["level"] == level, "code"].astype("string")


@dataclass(frozen=True)
class Finding:
    """What a check says about the rows that fail it."""

    layer: str
    rule: str
    field: str
    suggestion: str
    severity: Severity = "warning"


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column as text, or one of `<NA>` where the frame has none."""
    return frame[name].astype("string") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="string")


def numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column as `Float64`, or one of `<NA>` where the frame has none."""
    return frame[name].astype("Float64") if name in frame else pd.Series(pd.NA, index=frame.index, dtype="Float64")


def keys_of(frame: pd.DataFrame, layer: str) -> pd.Series:
    """The key of each row as text."""
    return column(frame, LAYERS[layer].key).fillna("")


def label_of(layer: str, field: str = "") -> str:
    """The Chinese label of a layer, or of one of its fields."""
    if not field:
        return LAYERS[layer].label
    return {known.name: known.label for known in fields_of(LAYERS[layer])}.get(field, field)


def village_codes(frame: pd.DataFrame) -> pd.Series:
    """The village of each row: its own column, else the prefix of a Chinese group code."""
    return column(frame, "village_code").fillna(prefix_of(column(frame, "group_code"), "village"))


def point_layers() -> list[str]:
    """The layers of points that a county hands over, but for the groups themselves."""
    return [name for name, layer in LAYERS.items() if layer.geometry is Geometry.POINT and not layer.result and name != "groups"]


def report(found: Finding, values: Sequence[str], messages: Sequence[str], *, of: int) -> pd.DataFrame:
    """Problem rows for the rows that fail, or one row when they are most of `of` rows.

    Args:
        found: What they have in common.
        values: The key or value of each row.
        messages: One sentence for each row.
        of: How many rows were looked at.
    """
    if not messages:
        return empty()
    systematic = len(messages) > SYSTEMATIC_ROWS and len(messages) > SYSTEMATIC_SHARE * of
    text = (
        f"{label_of(found.layer)}共 {of} 条中有 {len(messages)} 条同样有问题，多半是整层数据的问题；例如：{messages[0]}" if systematic else messages
    )
    return problem_rows(
        layer=found.layer,
        field=found.field,
        rule=found.rule,
        value="" if systematic else values,
        severity=found.severity,
        message=text,
        suggestion=found.suggestion,
    )
