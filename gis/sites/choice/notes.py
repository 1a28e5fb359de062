"""What was missing when the question was asked, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.sites.choice.money import lacking

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def notes_on(coverage: pd.DataFrame, codes: list[str], layers: Mapping[str, pd.DataFrame], sites: pd.DataFrame) -> tuple[str, ...]:
    """Sentences on what was missing when the question was asked."""
    unknown = {label: int(lacking(codes, coverage, service, "unknown").sum()) for service, label in (("safe_water", "安全饮水"), ("power", "动力电"))}
    notes = [f"有{count}个组的{label}待核实：留居费用里没有计入补短板的投入。" for label, count in unknown.items() if count]
    if "hazards" not in layers or not len(layers["hazards"]):
        notes.append("没有“地质灾害隐患点”图层（或其中没有图形）：没有判断哪些组须避险搬迁。")
    empty = int(sites["capacity_households"].isna().sum())
    if empty:
        notes.append(f"有{empty}处安置地点没有写明容量，按不能接收处理。")
    return tuple(notes)
